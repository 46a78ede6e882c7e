//! The client assertion: a JWT that says which application signs in, signed with the key of its certificate.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::json;
use url::Url;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Asker, Certificate, LoginId, SigningAlgorithm};
use crate::error::Result;

/// Microsoft asks for ten minutes at most, and those include what is allowed for clocks that differ.
const BEFORE: Duration = Duration::from_secs(60);
const AFTER: Duration = Duration::from_secs(540);

/// Makes an assertion for the token end point `audience`. Each has an identifier of its own, and is sent once.
pub(crate) fn assertion(
    certificate: &Certificate,
    algorithm: SigningAlgorithm,
    login: &LoginId,
    audience: &Url,
    asker: &Asker<'_>,
) -> Result<SecretString> {
    let now = SystemTime::now();
    let header = match algorithm {
        SigningAlgorithm::Ps256 => json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": certificate.sha256() }),
        SigningAlgorithm::Rs256 => json!({ "alg": "RS256", "typ": "JWT", "x5t": certificate.sha1() }),
    };
    let client_id = login.client_id().to_string();
    let claims = json!({
        "aud": audience.as_str(),
        "iss": client_id,
        "sub": client_id,
        "jti": Uuid::new_v4().to_string(),
        "nbf": seconds(now - BEFORE),
        "exp": seconds(now + AFTER),
    });
    let encode = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = Zeroizing::new(certificate.sign(algorithm, signed.as_bytes(), asker)?);
    Ok(SecretString::from(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&*signature))))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
