//! Requests go through the proxy that was given, or that the system's variables name, and past it where they say so.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use dynamics365::{Client, Config, Error, Status, requests};

use crate::tls::{authority, server};

/// Set for the test that runs in a process of its own.
const ADDRESS: &str = "DYNAMICS365_TEST_ADDRESS";
const ROOT: &str = "DYNAMICS365_TEST_ROOT";

/// A proxy that takes every CONNECT to the one server that there is, and notes what it was asked: first line and authorization.
struct Tunnel {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = log.clone();
                std::thread::spawn(move || tunnel(stream, port, &log));
            }
        });
        Tunnel { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(mut client: TcpStream, port: u16, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(client.try_clone().unwrap());
    let mut asked = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        let is_authorization = line.to_ascii_lowercase().starts_with("proxy-authorization:");
        if asked.is_empty() || is_authorization {
            asked.push(line.trim().to_ascii_lowercase());
        }
    }
    log.lock().unwrap().push(asked.join(" "));
    let mut server = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut to, mut from) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let back = std::thread::spawn(move || std::io::copy(&mut server, &mut client).is_ok());
    let _ = std::io::copy(&mut reader, &mut to);
    let _ = from.flush();
    let _ = back.join();
}

/// A server of a name, and the file with the authority that its certificate is of.
struct Environment {
    port: u16,
    root: tempfile::NamedTempFile,
}

impl Environment {
    fn of(name: &str) -> Self {
        let ours = authority();
        let root = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(root.path(), ours.pem()).unwrap();
        Environment { port: server(&ours, name, 2120), root }
    }

    fn root(&self) -> &str {
        self.root.path().to_str().unwrap()
    }
}

fn who_am_i(address: &str, root: &str, proxy: Option<&str>) -> dynamics365::Result<requests::WhoAmI> {
    let mut config = Config::new(address).unwrap();
    config.access_token("a token".into()).unwrap();
    config.option("max_tries", "1").unwrap();
    config.option("root_certificate", root).unwrap();
    if let Some(proxy) = proxy {
        config.option("proxy", proxy).unwrap();
    }
    requests::who_am_i(&Client::new(config)?)
}

#[test]
fn a_given_proxy_carries_the_request_and_gets_its_name_and_password_alone() {
    let environment = Environment::of("contoso.example");
    let proxy = Tunnel::to(environment.port);
    let given = proxy.url.replace("http://", "http://user:hush-hush@");
    who_am_i("https://contoso.example/", environment.root(), Some(&given)).unwrap();
    // user:hush-hush in Base64, in lower case; the token went through the tunnel.
    assert_eq!(proxy.asked(), ["connect contoso.example:443 http/1.1 proxy-authorization: basic dxnlcjpodxnolwh1c2g="]);
}

#[test]
fn a_proxy_that_is_not_there_is_an_error_and_no_way_around_it() {
    let environment = Environment::of("localhost");
    let address = format!("https://localhost:{}/", environment.port);
    let error: Error = who_am_i(&address, environment.root(), Some("http://127.0.0.1:1/")).unwrap_err();
    assert_eq!(error.status(), Status::ServiceUnavailable, "{error}");
    who_am_i(&address, environment.root(), Some("none")).unwrap();
}

/// Run by the test below in a process that has the variables.
#[test]
fn a_client_of_the_variables() {
    let (Ok(address), Ok(root)) = (std::env::var(ADDRESS), std::env::var(ROOT)) else { return };
    who_am_i(&address, &root, None).unwrap();
}

#[test]
fn the_systems_variables_name_the_proxy_and_what_goes_past_it() {
    let environment = Environment::of("contoso.example");
    let proxy = Tunnel::to(environment.port);
    let run = |variables: &[(&str, &str)]| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "proxy::a_client_of_the_variables"])
            .env(ADDRESS, "https://contoso.example/")
            .env(ROOT, environment.root());
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stdout).into_owned()) }
    };
    run(&[("HTTPS_PROXY", &proxy.url)]).unwrap();
    assert_eq!(proxy.asked(), ["connect contoso.example:443 http/1.1"]);
    run(&[("ALL_PROXY", &proxy.url)]).unwrap();
    assert_eq!(proxy.asked().len(), 2);
    // Nobody has that name: without the proxy there is no way.
    run(&[("HTTPS_PROXY", &proxy.url), ("NO_PROXY", "contoso.example")]).unwrap_err();
    let said = run(&[("HTTPS_PROXY", "socks5://127.0.0.1:1"), ("ALL_PROXY", &proxy.url)]).unwrap_err();
    assert!(said.contains("The proxy of the environment variable HTTPS_PROXY 'socks5://127.0.0.1:1'"), "{said}");
    assert_eq!(proxy.asked().len(), 2);
}
