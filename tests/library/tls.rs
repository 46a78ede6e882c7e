//! Certificates of servers are always checked; a root of one's own can be added, and is not taken for another name.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use dynamics365::{Client, Config, Status, requests};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::support::*;

/// A certificate authority that nobody knows.
pub fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for `name` by `issuer`; its port.
pub fn server(issuer: &CertifiedIssuer<'static, KeyPair>, name: &str, last_year: i32) -> u16 {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(last_year, 12, 31);
    let certificate = parameters.signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                match stream.read(&mut byte) {
                    Ok(1) => request.push(byte[0]),
                    _ => break,
                }
            }
            if request.ends_with(b"\r\n\r\n") {
                let _ = stream.write_all(&crate::scripted::who_am_i());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    port
}

fn who_am_i(
    host: &str,
    port: u16,
    root: Option<&CertifiedIssuer<'static, KeyPair>>,
) -> dynamics365::Result<requests::WhoAmI> {
    let mut config = Config::new(&format!("https://{host}:{port}/")).unwrap();
    config.access_token("a token".into()).unwrap();
    config.option("max_tries", "1").unwrap();
    config.option("proxy", "none").unwrap();
    if let Some(root) = root {
        let file = std::env::temp_dir().join(format!("dynamics365-root-{}-{port}.pem", std::process::id()));
        std::fs::write(&file, root.pem()).unwrap();
        let set = config.option("root_certificate", file.to_str().unwrap());
        std::fs::remove_file(&file).unwrap();
        set.unwrap();
    }
    requests::who_am_i(&Client::new(config)?)
}

#[test]
fn a_server_is_trusted_by_an_added_root_under_its_own_name_and_until_its_end() {
    let ours = authority();
    who_am_i("localhost", server(&ours, "localhost", 2120), Some(&ours)).unwrap();

    let refused = [
        ("nobody added its root", who_am_i("localhost", server(&ours, "localhost", 2120), None)),
        ("another root was added", who_am_i("localhost", server(&ours, "localhost", 2120), Some(&authority()))),
        ("its name is another", who_am_i("localhost", server(&ours, "contoso.example", 2120), Some(&ours))),
        ("its address is another", who_am_i("127.0.0.1", server(&ours, "localhost", 2120), Some(&ours))),
        ("it has expired", who_am_i("localhost", server(&ours, "localhost", 2021), Some(&ours))),
    ];
    for (why, outcome) in refused {
        let error = outcome.expect_err(why);
        assert_eq!(error.status(), Status::ServiceUnavailable, "{why}: {error}");
        assert_says(&error, &["certificate"]);
    }
}
