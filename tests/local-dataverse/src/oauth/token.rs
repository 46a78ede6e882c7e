//! Access tokens: JWTs signed with a key that only this server knows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::directory::Application;
use crate::settings::Settings;
use crate::state::now;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The resource: the address of the environment.
    pub aud: String,
    /// Who issued it.
    pub iss: String,
    /// When, in seconds since 1970.
    pub iat: i64,
    /// From when on it is good.
    pub nbf: i64,
    /// When it ends.
    pub exp: i64,
    /// The application.
    pub appid: String,
    /// How it proved itself: 1 by a secret, 2 by a certificate.
    pub appidacr: String,
    /// Who vouches for the application: the issuer.
    pub idp: String,
    /// The object of the application's service principal.
    pub oid: String,
    /// The same.
    pub sub: String,
    /// The tenant.
    pub tid: String,
    /// A number of its own.
    pub uti: String,
    /// The version of the token's form.
    pub ver: String,
}

impl Claims {
    /// What a token of an application for a resource says, in version 1: that is the version of Dataverse's tokens, whichever
    /// end point they are from.
    pub fn new(settings: &Settings, application: &Application, resource: &str, by_certificate: bool) -> Self {
        let issued = now();
        let tenant = application.tenant_id.to_string();
        let issuer = settings.cloud.issuer(&tenant);
        Self {
            aud: resource.to_owned(),
            iss: issuer.clone(),
            iat: issued,
            nbf: issued.saturating_add(settings.token_not_before_seconds),
            exp: issued.saturating_add_unsigned(settings.token_lifetime_seconds),
            appid: application.client_id.to_string(),
            appidacr: if by_certificate { "2" } else { "1" }.to_owned(),
            idp: issuer,
            oid: application.object_id.to_string(),
            sub: application.object_id.to_string(),
            tid: tenant,
            uti: token_number(),
            ver: "1.0".to_owned(),
        }
    }
}

/// Why a token is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// It is no JWT, or somebody else signed it.
    Malformed,
    /// It ended at this second.
    Expired(i64),
    /// It is not good before this second.
    Early(i64),
}

/// The key that signs tokens, different for each server.
pub struct TokenKey(hmac::Key);

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TokenKey")
    }
}

impl TokenKey {
    /// A new key.
    #[expect(clippy::expect_used, reason = "without random numbers no server can start")]
    pub fn random() -> Self {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        Self(key.expect("the system gives random numbers"))
    }

    /// Signs a token.
    pub fn sign(&self, claims: &Claims) -> String {
        let header = URL_SAFE_NO_PAD.encode(br#"{"typ":"JWT","alg":"HS256"}"#);
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).unwrap_or_default());
        let signed = format!("{header}.{payload}");
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// Checks signature and time of a token.
    pub fn verify(&self, token: &str, now: i64) -> Result<Claims, Rejected> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Rejected::Malformed)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Rejected::Malformed)?;
        hmac::verify(&self.0, signed.as_bytes(), &signature).map_err(|_| Rejected::Malformed)?;
        let (_, payload) = signed.split_once('.').ok_or(Rejected::Malformed)?;
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Rejected::Malformed)?;
        let claims: Claims = serde_json::from_slice(&payload).map_err(|_| Rejected::Malformed)?;
        if claims.exp <= now {
            return Err(Rejected::Expired(claims.exp));
        }
        if claims.nbf > now {
            return Err(Rejected::Early(claims.nbf));
        }
        Ok(claims)
    }
}

/// A number for a token's `uti`.
fn token_number() -> String {
    URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::directory::Directory;
    use super::*;

    fn claims(exp: i64) -> Claims {
        let directory = Directory::seed();
        let claims = Claims::new(&Settings::default(), &directory.applications()[0], "http://127.0.0.1", false);
        Claims { nbf: 10, exp, ..claims }
    }

    #[test]
    fn only_the_own_unexpired_unchanged_token_is_good() {
        let key = TokenKey::random();
        let token = key.sign(&claims(100));
        assert_eq!(key.verify(&token, 99).unwrap().exp, 100);
        assert_eq!(key.verify(&token, 100), Err(Rejected::Expired(100)));
        assert_eq!(key.verify(&token, 9), Err(Rejected::Early(10)));
        assert_eq!(TokenKey::random().verify(&token, 0), Err(Rejected::Malformed));
        let other = key.sign(&claims(1_000));
        let mixed = format!("{}.{}", other.rsplit_once('.').unwrap().0, token.rsplit_once('.').unwrap().1);
        assert_eq!(key.verify(&mixed, 0), Err(Rejected::Malformed));
        for text in ["", "a", "a.b", "a.b.c"] {
            assert_eq!(key.verify(text, 0), Err(Rejected::Malformed), "{text}");
        }
    }
}
