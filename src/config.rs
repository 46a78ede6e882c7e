//! What a client is made from: the environment's address, the credential, and settings.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretBox, SecretString};
use url::Url;

use crate::address::checked_url;
use crate::auth::{Answer, Ask, Certificate, Credential, EndpointVersion, GivenToken, SigningAlgorithm, Subject};
use crate::error::{Error, Result, Status};
use crate::http::{Limits, Proxy, RetryPolicy};

/// The Web API's path where none is given, as in the connector's documentation.
pub const DEFAULT_API_PATH: &str = "api/data/v9.1/";

/// The settings of a client.
///
/// ```
/// use dynamics365::Config;
///
/// let mut config = Config::new("https://contoso.crm4.dynamics.com/")?;
/// config.client_secret("22222222-2222-4222-8222-222222222222@contoso.onmicrosoft.com", "the secret".into())?;
/// config.option("api_path", "api/data/v9.2/")?;
/// assert!(Config::new("http://contoso.crm4.dynamics.com/").is_err(), "tokens go over https only");
/// # Ok::<(), dynamics365::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) environment: Url,
    pub(crate) credential: Option<Credential>,
    pub(crate) api_path: String,
    pub(crate) authority: Option<Url>,
    pub(crate) endpoint_version: EndpointVersion,
    pub(crate) assertion_algorithm: SigningAlgorithm,
    pub(crate) proxy: Proxy,
    pub(crate) user_agent: String,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) page_size: u32,
    pub(crate) root_certificates: Vec<u8>,
    pub(crate) limits: Limits,
}

impl Config {
    /// Settings for the environment at `url`, such as `https://contoso.crm4.dynamics.com/`.
    ///
    /// # Errors
    /// `InvalidConfiguration` where the URL is none, or is neither https nor on this machine.
    pub fn new(url: &str) -> Result<Self> {
        Ok(Config {
            environment: checked_url("The Host URL", url)?,
            credential: None,
            api_path: DEFAULT_API_PATH.to_owned(),
            authority: None,
            endpoint_version: EndpointVersion::default(),
            assertion_algorithm: SigningAlgorithm::default(),
            proxy: Proxy::System,
            user_agent: concat!("dynamics365/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(15),
            retry: RetryPolicy::default(),
            page_size: 5000,
            root_certificates: Vec::new(),
            limits: Limits::default(),
        })
    }

    /// Signs in as an application with its secret: `login_id` is `client_id@tenant_id`, or the client id alone, and then the environment
    /// is asked for its tenant.
    pub fn client_secret(&mut self, login_id: &str, secret: SecretString) -> Result<()> {
        if secret.expose_secret().is_empty() {
            return Err(Error::new(Status::InvalidConfiguration, "The client secret is empty.")
                .with_advice("Give the secret's value as Password."));
        }
        self.credential = Some(Credential::ClientSecret { login: login_id.parse()?, secret });
        Ok(())
    }

    /// Signs in as an application with its certificate: `pem` is a PEM text with the certificate and its private key (RSA, as PKCS#8 or
    /// PKCS#1, without a password).
    pub fn certificate(&mut self, login_id: &str, pem: &[u8]) -> Result<()> {
        let certificate = Certificate::from_pem(pem)?;
        self.credential =
            Some(Credential::Certificate { login: login_id.parse()?, certificate: Arc::new(certificate) });
        Ok(())
    }

    /// Signs in as an application with its certificate, whose key stays with the caller: in a key store, a token, another process.
    ///
    /// `certificate` is DER or PEM. `sign` gets what is to be signed for each token, and runs on a thread of the library. The algorithm is
    /// that of the option `assertion_algorithm`.
    ///
    /// ```
    /// # use dynamics365::{Config, SigningAlgorithm};
    /// # fn key_store(_: SigningAlgorithm, _: &[u8]) -> dynamics365::Result<Vec<u8>> { Ok(Vec::new()) }
    /// # fn set(config: &mut Config, certificate: &[u8]) -> dynamics365::Result<()> {
    /// config.certificate_signer("22222222-2222-4222-8222-222222222222@contoso.onmicrosoft.com", certificate, key_store)
    /// # }
    /// ```
    pub fn certificate_signer(
        &mut self,
        login_id: &str,
        certificate: &[u8],
        sign: impl Fn(SigningAlgorithm, &[u8]) -> Result<Vec<u8>> + Send + Sync + 'static,
    ) -> Result<()> {
        let ask: Ask = Arc::new(move |question, _| {
            let Subject::Signature { algorithm, message } = question.subject() else { return };
            match sign(*algorithm, message) {
                Ok(signature) => {
                    question.answer(Answer { bytes: SecretBox::new(Box::new(signature)), expires_in: None });
                }
                Err(error) => question.fail(error),
            }
        });
        self.ask_for_signatures(login_id, certificate, ask)
    }

    /// Uses an access token that the caller got elsewhere, until the environment refuses it.
    pub fn access_token(&mut self, token: SecretString) -> Result<()> {
        if token.expose_secret().trim().is_empty() {
            return Err(Error::new(Status::InvalidConfiguration, "The access token is empty."));
        }
        self.credential = Some(Credential::AccessToken(token));
        Ok(())
    }

    /// Gets access tokens from the caller, whenever one is needed: at first, ahead of the end of the one before, and once where the
    /// environment refuses it.
    ///
    /// `source` gets the resource that the token must be for, and runs on a thread of the library, one at a time for a client.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dynamics365::{Config, GivenToken};
    ///
    /// let mut config = Config::new("https://contoso.crm4.dynamics.com/")?;
    /// config.token_source(|resource| {
    ///     let token = format!("a token for {resource}/.default");
    ///     Ok(GivenToken { token: token.into(), expires_in: Some(Duration::from_secs(3600)) })
    /// });
    /// # Ok::<(), dynamics365::Error>(())
    /// ```
    pub fn token_source(&mut self, source: impl Fn(&str) -> Result<GivenToken> + Send + Sync + 'static) {
        self.ask_for_tokens(Arc::new(move |question, _| {
            let Subject::Token { resource } = question.subject() else { return };
            match source(resource) {
                Ok(GivenToken { token, expires_in }) => {
                    let bytes = SecretBox::new(Box::new(token.expose_secret().as_bytes().to_vec()));
                    question.answer(Answer { bytes, expires_in });
                }
                Err(error) => question.fail(error),
            }
        }));
    }

    /// Asks for access tokens by `ask`.
    pub(crate) fn ask_for_tokens(&mut self, ask: Ask) {
        self.credential = Some(Credential::Caller(ask));
    }

    /// Asks for the signatures of a certificate's key by `ask`.
    pub(crate) fn ask_for_signatures(&mut self, login_id: &str, certificate: &[u8], ask: Ask) -> Result<()> {
        let certificate = Arc::new(Certificate::signed_by_caller(certificate, ask)?);
        self.credential = Some(Credential::Certificate { login: login_id.parse()?, certificate });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: &str = "22222222-2222-4222-8222-222222222222@t";

    #[test]
    fn an_empty_secret_and_an_empty_token_are_refused() {
        let mut config = Config::new("https://contoso.example/").unwrap();
        assert!(config.client_secret(LOGIN, "".into()).is_err());
        assert!(config.access_token(" ".into()).is_err());
    }

    #[test]
    fn no_secret_is_in_the_debug_output() {
        let mut config = Config::new("https://contoso.example/").unwrap();
        config.option("proxy", "http://user:hush-proxy@proxy.contoso.example").unwrap();
        config.client_secret(LOGIN, "hush-hush".into()).unwrap();
        assert!(!format!("{config:?}").contains("hush"));
        config.access_token("hush-token".into()).unwrap();
        assert!(!format!("{config:?}").contains("hush"));
    }
}
