//! Client assertions: JWTs that an application signs with the key of one of its certificates.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaParameters, UnparsedPublicKey};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::certificate::{Certificate, thumbprint};
use super::failure::{BadSignature, Failure};

/// What the form must say that the assertion is.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The algorithms that are accepted. Keys of elliptic curves are not.
static ALGORITHMS: [(&str, &RsaParameters); 6] = [
    ("RS256", &signature::RSA_PKCS1_2048_8192_SHA256),
    ("RS384", &signature::RSA_PKCS1_2048_8192_SHA384),
    ("RS512", &signature::RSA_PKCS1_2048_8192_SHA512),
    ("PS256", &signature::RSA_PSS_2048_8192_SHA256),
    ("PS384", &signature::RSA_PSS_2048_8192_SHA384),
    ("PS512", &signature::RSA_PSS_2048_8192_SHA512),
];

/// An assertion that was read, and not yet believed.
pub struct Assertion {
    algorithm: &'static RsaParameters,
    key: Key,
    claims: Map<String, Json>,
    signed: String,
    signature: Vec<u8>,
}

/// Which certificate an assertion names, in hexadecimal digits.
enum Key {
    Sha1(String),
    Sha256(String),
}

impl Assertion {
    /// Reads an assertion.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let (signed, signature) = text.rsplit_once('.').ok_or_else(Failure::no_jwt)?;
        let (header, payload) = signed.split_once('.').ok_or_else(Failure::no_jwt)?;
        let (header, claims) = (object(header)?, object(payload)?);
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Failure::no_jwt())?;
        let of_header = |name: &str| header.get(name).and_then(Json::as_str);
        if of_header("typ").is_some_and(|kind| kind != "JWT" && kind != "http://openid.net/specs/jwt/1.0") {
            return Err(Failure::jwt_type());
        }
        let algorithm = algorithm(of_header("alg").unwrap_or_default())?;
        let key = match (of_header("x5t#S256"), of_header("x5t"), of_header("kid")) {
            (Some(sha256), ..) => Key::Sha256(thumbprint(sha256).ok_or_else(Failure::no_jwt)?),
            (_, Some(sha1), _) => Key::Sha1(thumbprint(sha1).ok_or_else(Failure::no_jwt)?),
            (.., Some(id)) if id.len() == 40 => Key::Sha1(id.to_ascii_uppercase()),
            (.., Some(id)) => Key::Sha1(thumbprint(id).unwrap_or_else(|| id.to_owned())),
            (None, None, None) => return Err(Failure::no_thumbprint()),
        };
        Ok(Self { algorithm, key, claims, signed: signed.to_owned(), signature })
    }

    /// It must be of this application, signed with the key of one of these certificates, for one of the addresses that
    /// `is_own` knows, and of this time, give or take so many seconds. Its number (`jti`) is not remembered: the service takes an
    /// assertion as often as it is sent while it is good, and Microsoft's libraries rely on that.
    pub fn verify(
        &self,
        client: Uuid,
        certificates: &[Certificate],
        is_own: impl Fn(&str) -> bool,
        now: i64,
        skew: i64,
    ) -> Result<(), Failure> {
        for claim in ["iss", "sub"] {
            if Uuid::try_parse(self.text(claim)?) != Ok(client) {
                return Err(Failure::assertion_client());
            }
        }
        let audience = self.text("aud")?;
        self.verify_signature(client, certificates, now)?;
        if !is_own(audience) {
            return Err(Failure::assertion_audience());
        }
        let (from, until) = (self.time("nbf")?, self.time("exp")?);
        if from > now.saturating_add(skew) || until <= now.saturating_sub(skew) {
            return Err(Failure::assertion_time(now, from, until));
        }
        Ok(())
    }

    fn verify_signature(&self, client: Uuid, certificates: &[Certificate], now: i64) -> Result<(), Failure> {
        let (Key::Sha1(thumbprint) | Key::Sha256(thumbprint)) = &self.key;
        let named = certificates.iter().find(|certificate| match &self.key {
            Key::Sha1(thumbprint) => certificate.thumbprint == *thumbprint,
            Key::Sha256(thumbprint) => certificate.thumbprint_sha256 == *thumbprint,
        });
        let refused = |reason| Err(Failure::assertion_signature(reason, thumbprint, client));
        let Some(certificate) = named else { return refused(BadSignature::UnknownKey) };
        let Certificate { from, until, .. } = *certificate;
        if now < from || now >= until {
            return refused(BadSignature::ExpiredKey(from, until));
        }
        let key = UnparsedPublicKey::new(self.algorithm, &certificate.key);
        if key.verify(self.signed.as_bytes(), &self.signature).is_err() {
            return refused(BadSignature::Mismatch(from, until));
        }
        Ok(())
    }

    /// A claim that is text. A list of audiences is none.
    fn text(&self, claim: &str) -> Result<&str, Failure> {
        match self.claims.get(claim) {
            None => Err(Failure::no_claim(claim)),
            Some(Json::String(text)) => Ok(text),
            Some(_) => Err(Failure::no_jwt()),
        }
    }

    /// A claim that is a time; 0 where it is absent.
    fn time(&self, claim: &str) -> Result<i64, Failure> {
        match self.claims.get(claim) {
            None => Ok(0),
            Some(Json::Number(number)) => {
                // JWTs may have fractions of seconds.
                number.as_f64().map(|seconds| seconds as i64).ok_or_else(Failure::no_jwt)
            }
            Some(_) => Err(Failure::no_jwt()),
        }
    }
}

fn object(part: &str) -> Result<Map<String, Json>, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Failure::no_jwt())?;
    serde_json::from_slice(&bytes).map_err(|_| Failure::no_jwt())
}

fn algorithm(name: &str) -> Result<&'static RsaParameters, Failure> {
    let found = ALGORITHMS.iter().find(|(known, _)| *known == name);
    found.map(|(_, algorithm)| *algorithm).ok_or_else(|| {
        let names: Vec<&str> = ALGORITHMS.iter().map(|(known, _)| *known).collect();
        Failure::jwt_algorithm(name, &names.join(","))
    })
}
