//! Signing in with a certificate: the assertion that goes over the wire, and what is refused before anything does.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dynamics365::{Client, Config, Error, SigningAlgorithm, Status, requests};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;

use crate::scripted::{self, Scripted, Seen};
use crate::support::*;

const CLIENT: &str = "22222222-2222-4222-8222-222222222222";
const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const PEM: &[u8] = include_bytes!("../keys/application.pem");
const PUBLIC_KEY: &[u8] = include_bytes!("../keys/application.public.der");
/// The thumbprints of the certificate, as openssl prints them.
const SHA1: &str = "4747A9885C40B058BB6D1166B3526BB1FEC7776C";
const SHA256: &str = "A41496B040D22BA59A2763D0C5D11BD8EB3B142510F1D7976B4A901CA06A61F0";

fn login() -> String {
    format!("{CLIENT}@{TENANT}")
}

/// Signs in with a configuration, and gives the assertions that the token end point got.
fn assertions(server: &Scripted, config: Config) -> Vec<Assertion> {
    requests::who_am_i(&Client::new(config).unwrap()).unwrap();
    server.seen().iter().filter(|seen| seen.method == "POST").map(Assertion::read).collect()
}

struct Assertion {
    header: Value,
    claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Assertion {
    fn read(seen: &Seen) -> Self {
        assert_eq!(seen.field("client_id").as_deref(), Some(CLIENT));
        assert_eq!(
            seen.field("client_assertion_type").as_deref(),
            Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        );
        assert_eq!(seen.field("client_secret"), None);
        let jwt = seen.field("client_assertion").unwrap();
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let parse = |text: &str| serde_json::from_slice(&decode(text)).unwrap();
        Assertion { header: parse(header), claims: parse(claims), signed: signed.into(), signature: decode(signature) }
    }

    fn verify(&self, algorithm: &'static dyn VerificationAlgorithm) {
        let key = UnparsedPublicKey::new(algorithm, PUBLIC_KEY);
        key.verify(self.signed.as_bytes(), &self.signature).expect("the certificate's key made the signature");
    }
}

fn thumbprint(hex: &str) -> String {
    let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    URL_SAFE_NO_PAD.encode(bytes.collect::<Vec<_>>())
}

#[test]
fn the_assertion_is_what_microsoft_asks_for() {
    for pem in [PEM, include_bytes!("../keys/application-pkcs1.pem")] {
        let server = scripted::environment("t");
        let mut config = Config::new(server.url()).unwrap();
        config.certificate(&login(), pem).unwrap();
        let assertion = &assertions(&server, config)[0];
        assert_eq!(assertion.header["alg"], "PS256");
        assert_eq!(assertion.header["typ"], "JWT");
        assert_eq!(assertion.header["x5t#S256"], thumbprint(SHA256));
        assertion.verify(&RSA_PSS_2048_8192_SHA256);
        let claims = &assertion.claims;
        assert_eq!(claims["aud"], format!("{}{TENANT}/oauth2/v2.0/token", server.url()));
        assert_eq!((&claims["iss"], &claims["sub"]), (&CLIENT.into(), &CLIENT.into()));
        let (from, to) = (claims["nbf"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!(to - from <= 600 && from <= now && now + 400 < to, "{from} to {to} at {now}");
    }
}

#[test]
fn rs256_and_version_1_have_their_own_thumbprint_and_audience() {
    let server = scripted::environment("t");
    let mut config = Config::new(server.url()).unwrap();
    config.certificate(&login(), PEM).unwrap();
    config.option("assertion_algorithm", "RS256").unwrap();
    config.option("token_endpoint_version", "1").unwrap();
    let assertion = &assertions(&server, config)[0];
    assert_eq!((&assertion.header["alg"], &assertion.header["x5t"]), (&"RS256".into(), &thumbprint(SHA1).into()));
    assert_eq!(assertion.claims["aud"], format!("{}{TENANT}/oauth2/token", server.url()));
    assertion.verify(&RSA_PKCS1_2048_8192_SHA256);
}

#[test]
fn the_certificate_of_an_application_signs_in_and_one_that_it_lacks_does_not() {
    let server = server();
    let who_am_i = |algorithm: &str, version: &str| {
        let mut config = Config::new(server.url()).unwrap();
        config.certificate(&login(), PEM).unwrap();
        config.option("assertion_algorithm", algorithm).unwrap();
        config.option("token_endpoint_version", version).unwrap();
        requests::who_am_i(&Client::new(config).unwrap())
    };
    let error = who_am_i("PS256", "2").unwrap_err();
    assert_eq!((error.status(), error.code()), (Status::AuthenticationFailed, Some("AADSTS700027")));
    assert_says(&error, &["is not registered on application", "Upload the certificate"]);
    server.add_certificate(CLIENT, str::from_utf8(PEM).unwrap()).unwrap();
    for (algorithm, version) in [("PS256", "2"), ("RS256", "2"), ("PS256", "1"), ("RS256", "1")] {
        assert!(who_am_i(algorithm, version).is_ok(), "{algorithm}, version {version}");
    }
}

#[test]
fn each_try_has_an_assertion_of_its_own() {
    let server = Scripted::start(move |seen| match seen.target.contains("/oauth2/") {
        true => scripted::reply(503, &[("Retry-After", "0")], ""),
        false => scripted::who_am_i(),
    });
    let mut config = Config::new(server.url()).unwrap();
    config.certificate(&login(), PEM).unwrap();
    config.option("max_tries", "5").unwrap();
    let error = requests::who_am_i(&Client::new(config).unwrap()).unwrap_err();
    assert_eq!(error.status(), Status::ServiceUnavailable);
    let ids: HashSet<_> = server.seen().iter().map(|seen| Assertion::read(seen).claims["jti"].to_string()).collect();
    assert_eq!(ids.len(), 5);
}

#[test]
fn the_caller_can_keep_the_key_and_sign() {
    let der = include_bytes!("../keys/application.cer");
    for certificate in [&der[..], PEM] {
        let server = scripted::environment("t");
        let key = pem_key();
        let mut config = Config::new(server.url()).unwrap();
        let sign = move |algorithm, message: &[u8]| {
            assert_eq!(algorithm, SigningAlgorithm::Ps256);
            let mut signature = vec![0; key.public().modulus_len()];
            key.sign(&ring::signature::RSA_PSS_SHA256, &ring::rand::SystemRandom::new(), message, &mut signature)
                .unwrap();
            Ok(signature)
        };
        config.certificate_signer(&login(), certificate, sign).unwrap();
        let assertion = &assertions(&server, config)[0];
        assert_eq!(assertion.header["x5t#S256"], thumbprint(SHA256));
        assertion.verify(&RSA_PSS_2048_8192_SHA256);
    }
}

fn pem_key() -> RsaKeyPair {
    use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
    RsaKeyPair::from_pkcs8(PrivatePkcs8KeyDer::from_pem_slice(PEM).unwrap().secret_pkcs8_der()).unwrap()
}

#[test]
fn a_caller_that_can_not_sign_says_why() {
    let server = scripted::environment("t");
    let mut config = Config::new(server.url()).unwrap();
    let refuse = |_, _: &[u8]| Err(Error::new(Status::AccessDenied, "The card is not in its slot."));
    config.certificate_signer(&login(), PEM, refuse).unwrap();
    let error = requests::who_am_i(&Client::new(config).unwrap()).unwrap_err();
    assert_eq!((error.status(), error.what()), (Status::AccessDenied, "The card is not in its slot."));
    assert!(server.seen().is_empty());
}

#[test]
fn a_certificate_that_can_not_be_used_is_refused_with_the_remedy() {
    let mut config = Config::new("https://contoso.crm4.dynamics.com/").unwrap();
    let key_only = String::from_utf8(PEM.to_vec()).unwrap();
    let key_only = key_only.split_once("-----BEGIN PRIVATE").unwrap().1;
    let key_only = format!("-----BEGIN PRIVATE{key_only}");
    let certificate_only =
        String::from_utf8(PEM.to_vec()).unwrap().split_once("-----BEGIN PRIVATE").unwrap().0.to_owned();
    let cases: [(&[u8], &str); 9] = [
        (include_bytes!("../keys/application.pfx"), "openssl pkcs12 -in app.pfx"),
        (include_bytes!("../keys/application-encrypted.pem"), "openssl pkey"),
        (include_bytes!("../keys/elliptic.pem"), "takes RSA keys"),
        (include_bytes!("../keys/short.pem"), "shorter than 2048"),
        (include_bytes!("../keys/mismatched.pem"), "is not the one of the certificate"),
        (key_only.as_bytes(), "has no certificate"),
        (certificate_only.as_bytes(), "has no private key"),
        (b"", "has no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is damaged"),
    ];
    for (pem, says) in cases {
        let error = config.certificate(&login(), pem).unwrap_err();
        assert_eq!(error.status(), Status::InvalidConfiguration, "{says}");
        assert_says(&error, &[says]);
    }
    for certificate in [&b"not a certificate"[..], include_bytes!("../keys/application.pfx"), b"\x30\x03\x02"] {
        let error = config.certificate_signer(&login(), certificate, |_, _| Ok(Vec::new())).unwrap_err();
        assert_eq!(error.status(), Status::InvalidConfiguration);
    }
    assert!(config.certificate("no login", PEM).is_err());
}

#[test]
fn a_certificate_shows_its_thumbprint_and_nothing_of_its_key() {
    let mut config = Config::new("https://contoso.crm4.dynamics.com/").unwrap();
    config.certificate(&login(), PEM).unwrap();
    assert!(format!("{config:?}").contains(SHA1));
}
