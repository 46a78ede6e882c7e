//! Signing in with a certificate.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use local_dataverse::seed;
use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};

use super::refusals::refused;
use crate::client::{Fixture, Reply};

const CERTIFICATE: &str = include_str!("../../fixtures/certificate.pem");
const KEY: &str = include_str!("../../fixtures/key.pem");
const EXPIRED: &str = include_str!("../../fixtures/expired.pem");
const OTHER: &str = include_str!("../../fixtures/other.pem");
const OTHER_KEY: &str = include_str!("../../fixtures/other-key.pem");
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a PEM text holds.
fn contents(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

fn thumbprint(algorithm: &'static Algorithm, pem: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(algorithm, &contents(pem)))
}

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

fn sign(header: &Value, claims: &Value, key: &str, encoding: &'static dyn RsaEncoding) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let key = RsaKeyPair::from_pkcs8(&contents(key)).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(encoding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.server.add_certificate(seed::CLIENT_ID, CERTIFICATE).unwrap();
    fixture
}

fn audience(fixture: &Fixture) -> String {
    format!("{}{}/oauth2/v2.0/token", fixture.server.url(), seed::TENANT_ID)
}

/// A good header and good claims.
fn good(fixture: &Fixture) -> (Value, Value) {
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint(&SHA256, CERTIFICATE) });
    let claims = json!({
        "aud": audience(fixture), "iss": seed::CLIENT_ID, "sub": seed::CLIENT_ID, "jti": "1", "nbf": now(), "iat": now(),
        "exp": now() + 300,
    });
    (header, claims)
}

fn send(fixture: &Fixture, assertion: &str) -> Reply {
    let form = [("client_secret", ""), ("client_assertion_type", KIND), ("client_assertion", assertion)];
    fixture.sign_in(seed::TENANT_ID, &form)
}

#[test]
fn an_assertion_that_the_certificates_key_signed_gets_a_token() {
    let fixture = fixture();
    let (_, claims) = good(&fixture);
    let sha1 = thumbprint(&SHA1_FOR_LEGACY_USE_ONLY, CERTIFICATE);
    let older = STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &contents(CERTIFICATE)));
    let sha256 = thumbprint(&SHA256, CERTIFICATE);
    let hexadecimal = &fixture.server.applications()[0].certificates[0].thumbprint;
    let cases: [(Value, &'static dyn RsaEncoding); 6] = [
        (json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": sha256 }), &RSA_PSS_SHA256),
        (json!({ "alg": "RS256", "typ": "JWT", "x5t": sha1 }), &RSA_PKCS1_SHA256),
        (json!({ "alg": "RS256", "x5t": sha1, "kid": "ignored" }), &RSA_PKCS1_SHA256),
        (json!({ "alg": "RS256", "typ": "JWT", "x5t": older }), &RSA_PKCS1_SHA256),
        (json!({ "alg": "PS256", "typ": "JWT", "kid": hexadecimal }), &RSA_PSS_SHA256),
        (json!({ "alg": "PS256", "typ": "JWT", "kid": sha1 }), &RSA_PSS_SHA256),
    ];
    for (header, encoding) in cases {
        let reply = send(&fixture, &sign(&header, &claims, KEY, encoding));
        assert_eq!(reply.status, 200, "{header}: {}", reply.text);
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(fixture.who_am_i_with(&token).status, 200);
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&payload).unwrap()["appidacr"], "2");
    }
}

#[test]
fn an_assertion_may_be_sent_again_while_it_is_good() {
    let fixture = fixture();
    let (header, claims) = good(&fixture);
    let assertion = sign(&header, &claims, KEY, &RSA_PSS_SHA256);
    for _ in 0..2 {
        assert_eq!(send(&fixture, &assertion).status, 200);
    }
}

#[test]
fn the_audience_may_be_a_token_end_point_the_tenant_or_its_issuer() {
    let fixture = fixture();
    let (header, mut claims) = good(&fixture);
    let tenant = seed::TENANT_ID;
    let here = fixture.server.url();
    for (audience, accepted) in [
        (format!("{here}{tenant}/oauth2/token"), true),
        (format!("{here}{tenant}/v2.0"), true),
        (format!("{here}{}/oauth2/v2.0/token", tenant.to_uppercase()), true),
        (format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"), true),
        (format!("https://login.microsoftonline.com/{tenant}/v2.0"), true),
        (format!("https://login.microsoftonline.com/{tenant}/"), true),
        (format!("https://sts.windows.net/{tenant}/"), true),
        (format!("https://login.microsoftonline.us/{tenant}/oauth2/v2.0/token"), false),
        (format!("{here}{tenant}/oauth2/v3.0/token"), false),
        (format!("{here}common/oauth2/v2.0/token"), false),
        (format!("{here}99999999-9999-4999-8999-999999999999/oauth2/v2.0/token"), false),
        (here.to_owned(), false),
        (seed::CLIENT_ID.to_owned(), false),
    ] {
        claims["aud"] = json!(audience);
        let reply = send(&fixture, &sign(&header, &claims, KEY, &RSA_PSS_SHA256));
        if accepted {
            assert_eq!(reply.status, 200, "{audience}: {}", reply.text);
        } else {
            let text = refused(&reply, 401, "invalid_client", 700_023);
            assert!(text.starts_with("Client assertion audience claim does not match Realm issuer."), "{text}");
        }
    }
}

/// What is different from good claims; status, error, number, the beginning of the text.
type Case<'c> = (&'c str, Value, u16, &'c str, u64, &'c str);

#[test]
fn wrong_claims_are_refused_by_number() {
    let fixture = fixture();
    let cases: [Case<'_>; 12] = [
        ("iss", Value::Null, 400, "invalid_request", 90014, "The required field 'iss' is missing from the credential."),
        ("sub", Value::Null, 400, "invalid_request", 90014, "The required field 'sub' is missing"),
        ("aud", Value::Null, 400, "invalid_request", 90014, "The required field 'aud' is missing"),
        ("aud", json!([audience(&fixture)]), 400, "invalid_request", 50027, "JWT token is invalid or malformed."),
        ("exp", json!("soon"), 400, "invalid_request", 50027, "JWT token is invalid or malformed."),
        (
            "iss",
            json!(seed::STRANGER_CLIENT_ID),
            401,
            "invalid_client",
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        ),
        ("sub", json!(seed::STRANGER_CLIENT_ID), 401, "invalid_client", 700_021, "Client assertion application"),
        ("iss", json!("me"), 401, "invalid_client", 700_021, "Client assertion application"),
        (
            "exp",
            json!(now() - 301),
            401,
            "invalid_client",
            700_024,
            "Client assertion is not within its valid time range. Current time: 20",
        ),
        ("nbf", json!(now() + 360), 401, "invalid_client", 700_024, "Client assertion is not within"),
        ("exp", Value::Null, 401, "invalid_client", 700_024, "Client assertion is not within"),
        ("exp", json!(0.5), 401, "invalid_client", 700_024, "Client assertion is not within"),
    ];
    for (claim, value, status, error, number, begin) in cases {
        let (header, mut claims) = good(&fixture);
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(claim);
        } else {
            claims[claim] = value.clone();
        }
        let reply = send(&fixture, &sign(&header, &claims, KEY, &RSA_PSS_SHA256));
        let text = refused(&reply, status, error, number);
        assert!(text.starts_with(begin), "{claim} {value}: {text}");
        if claim == "exp" && number == 700_024 && value.as_f64().unwrap_or_default() < 1.0 {
            assert!(text.contains("expiry time of assertion 1970-01-01T00:00:00.0000000Z."), "{text}");
        }
    }
}

#[test]
fn clocks_may_differ_by_as_much_as_the_setting_says() {
    let fixture = fixture();
    let (header, mut claims) = good(&fixture);
    claims["exp"] = json!(now() - 30);
    let assertion = sign(&header, &claims, KEY, &RSA_PSS_SHA256);
    assert_eq!(send(&fixture, &assertion).status, 200);
    fixture.server.settings_mut(|settings| settings.assertion_clock_skew_seconds = 0);
    refused(&send(&fixture, &assertion), 401, "invalid_client", 700_024);
}

#[test]
fn a_header_that_names_no_certificate_or_another_algorithm_is_refused() {
    let fixture = fixture();
    let (good_header, claims) = good(&fixture);
    let thumbprint = good_header["x5t#S256"].as_str().unwrap();
    let algorithms = "Supported signing algorithms are: 'RS256,RS384,RS512,PS256,PS384,PS512'";
    for (header, status, error, number, part) in [
        (
            json!({ "alg": "PS256", "typ": "JWT" }),
            401,
            "invalid_client",
            5_002_723,
            "nor keyId specified in token header.",
        ),
        (json!({ "alg": "ES256", "typ": "JWT", "x5t#S256": thumbprint }), 401, "invalid_client", 5_002_738, algorithms),
        (
            json!({ "alg": "HS256", "typ": "JWT", "x5t#S256": thumbprint }),
            401,
            "invalid_client",
            5_002_738,
            "'HS256' is not a supported",
        ),
        (
            json!({ "alg": "none", "typ": "JWT", "x5t#S256": thumbprint }),
            401,
            "invalid_client",
            5_002_738,
            "'none' is not",
        ),
        (
            json!({ "alg": "PS256", "typ": "at+jwt", "x5t#S256": thumbprint }),
            400,
            "invalid_request",
            5_002_727,
            "Invalid JWT header type",
        ),
        (json!({ "alg": "PS256", "x5t": "***" }), 400, "invalid_request", 50027, "JWT token is invalid"),
        (json!([]), 400, "invalid_request", 50027, "JWT token is invalid"),
    ] {
        let text = refused(&send(&fixture, &sign(&header, &claims, KEY, &RSA_PSS_SHA256)), status, error, number);
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_signature_must_be_of_a_registered_certificate() {
    let fixture = fixture();
    fixture.server.add_certificate(seed::CLIENT_ID, EXPIRED).unwrap();
    let (header, claims) = good(&fixture);
    let named = |pem: &str| json!({ "alg": "PS256", "x5t#S256": thumbprint(&SHA256, pem) });
    let unknown = sign(&named(OTHER), &claims, OTHER_KEY, &RSA_PSS_SHA256);
    let expired = sign(&named(EXPIRED), &claims, KEY, &RSA_PSS_SHA256);
    let by_another = sign(&header, &claims, OTHER_KEY, &RSA_PSS_SHA256);
    let other_padding = sign(&header, &claims, KEY, &RSA_PKCS1_SHA256);
    let found = "Found key 'Start=01/01/2024 00:00:00, End=01/01/2124 00:00:00',";
    for (assertion, reason, key) in [
        (unknown, "is not registered on application. [Reason - The key was not found.,", ""),
        (expired, "is expired on application. [Reason - The key used is expired.,", "End=01/01/2002 00:00:00'"),
        (by_another, "contains an invalid signature. [Reason - The provided signature value did not match", found),
        (other_padding, "contains an invalid signature.", found),
    ] {
        let text = refused(&send(&fixture, &assertion), 401, "invalid_client", 700_027);
        assert!(text.contains(reason) && text.contains(key), "{text}");
        assert!(text.contains("Thumbprint of key used by client: '") && text.contains(seed::CLIENT_ID), "{text}");
    }
    fixture.server.add_certificate(seed::CLIENT_ID, OTHER).unwrap();
    assert_eq!(send(&fixture, &sign(&named(OTHER), &claims, OTHER_KEY, &RSA_PSS_SHA256)).status, 200);
}

#[test]
fn what_is_no_jwt_is_refused() {
    let fixture = fixture();
    let (header, claims) = good(&fixture);
    let whole = sign(&header, &claims, KEY, &RSA_PSS_SHA256);
    let (signed, signature) = whole.rsplit_once('.').unwrap();
    for text in ["nonsense", "a.b", "a.b.c", "..", &format!("{signed}."), &format!("{signed}.{signature}=")] {
        let reply = send(&fixture, text);
        assert!(reply.status >= 400, "{text}");
        let number = reply.json()["error_codes"][0].as_u64().unwrap();
        assert!(number == 50027 || (number == 700_027 && text.ends_with('.')), "{text}: {number}");
    }
}

#[test]
fn an_assertion_comes_with_its_type() {
    let fixture = fixture();
    let (header, claims) = good(&fixture);
    let assertion = sign(&header, &claims, KEY, &RSA_PSS_SHA256);
    let form = |fields: &[(&str, &str)]| {
        let mut all = vec![("client_secret", "")];
        all.extend_from_slice(fields);
        fixture.sign_in(seed::TENANT_ID, &all)
    };
    let text = refused(&form(&[("client_assertion", &assertion)]), 400, "invalid_request", 900_144);
    assert!(text.contains("'client_assertion_type'"));
    let text = refused(&form(&[("client_assertion_type", KIND)]), 400, "invalid_request", 900_144);
    assert!(text.contains("'client_assertion'"));
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let other = form(&[("client_assertion", &assertion), ("client_assertion_type", saml)]);
    refused(&other, 400, "invalid_request", 90011);
}
