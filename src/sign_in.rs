//! How a client gets its access token: which place it signs in at, and what it shows there.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::address::is_loopback;
use crate::auth::{
    self, Asker, Cloud, Credential, Endpoint, EndpointVersion, Inbox, LoginId, Proof, SigningAlgorithm, Subject, Token,
    TokenCache,
};
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::http::{Effect, Payload, Request};
use crate::odata;

/// What a client needs to sign in, and what it has found out.
pub(crate) struct SignIn {
    pub(crate) credential: Credential,
    /// The sign-in host that was given.
    pub(crate) authority: Option<Url>,
    pub(crate) version: EndpointVersion,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) tokens: TokenCache,
    /// Questions that wait for the caller to take them.
    pub(crate) inbox: Arc<Inbox>,
    /// Application, tenant and sign-in host, once the environment has named its tenant.
    pub(crate) found: Mutex<Option<(LoginId, Url)>>,
}

impl SignIn {
    /// Whether the environment has to be asked for its tenant.
    pub(crate) fn lacks_tenant(&self) -> bool {
        self.credential.login().is_some_and(|login| login.tenant().is_none())
    }
}

impl Client {
    /// Gets a new token.
    pub(crate) fn fetch_token(&self) -> Result<Token> {
        let asked_at = Instant::now();
        match &self.sign_in().credential {
            Credential::AccessToken(token) => Ok(Token::new(token.clone(), asked_at, None)),
            Credential::Caller(by) => {
                let resource = auth::resource_name(self.environment()).to_owned();
                let answer = self.asker().ask(by, Subject::Token { resource })?;
                let token =
                    std::str::from_utf8(answer.bytes.expose_secret()).ok().filter(|token| !token.trim().is_empty());
                let token = token.ok_or_else(|| {
                    Error::new(
                        Status::AuthenticationFailed,
                        "The access token that the caller gave is empty, or no text.",
                    )
                })?;
                Ok(Token::new(token.trim().into(), asked_at, answer.expires_in))
            }
            Credential::ClientSecret { login, .. } | Credential::Certificate { login, .. } => self.post_form(login),
        }
    }

    fn post_form(&self, login: &LoginId) -> Result<Token> {
        let (login, authority) = self.place(login)?;
        let endpoint = Endpoint::new(&authority, &login, self.sign_in().version)?;
        let form = {
            let (client, login, endpoint) = (self.clone(), login.clone(), endpoint.clone());
            Payload::form(move || client.form(&login, &endpoint))
        };
        let request = Request::new(Method::POST, endpoint.url.clone(), Effect::Read)
            .header("accept", "application/json")
            .form(form);
        let asked_at = Instant::now();
        let mut response = self.send_unsigned(&request)?;
        if matches!(response.status, 429 | 502..=504) {
            return Err(odata::to_error(&response, "signing in", None));
        }
        let token = auth::read_reply(&response, &endpoint.url, &login, asked_at);
        zeroize::Zeroize::zeroize(&mut response.body);
        token
    }

    /// The form of one try. An assertion is made for it alone.
    fn form(&self, login: &LoginId, endpoint: &Endpoint) -> Result<SecretString> {
        match &self.sign_in().credential {
            Credential::Certificate { certificate, .. } => {
                let algorithm = self.sign_in().algorithm;
                let assertion = auth::assertion(certificate, algorithm, login, &endpoint.url, &self.asker())?;
                Ok(endpoint.form(login, Proof::Assertion(&assertion), self.environment()))
            }
            Credential::ClientSecret { secret, .. } => {
                Ok(endpoint.form(login, Proof::Secret(secret), self.environment()))
            }
            Credential::AccessToken(_) | Credential::Caller(_) => {
                Err(Error::new(Status::Internal, "A token that is given takes no form."))
            }
        }
    }

    /// The application with its tenant, and the sign-in host that gets the secret.
    fn place(&self, login: &LoginId) -> Result<(LoginId, Url)> {
        if login.tenant().is_some() {
            let authority = self.sign_in().authority.clone().unwrap_or_else(|| self.usual_authority());
            return Ok((login.clone(), authority));
        }
        let found = || self.sign_in().found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = &*found() {
            return Ok(place.clone());
        }
        let place = self.discover(login)?;
        *found() = Some(place.clone());
        Ok(place)
    }

    /// The sign-in host that goes with the environment's address: that of its cloud, itself where it is on this machine (Local
    /// Dataverse), that of the public cloud otherwise.
    fn usual_authority(&self) -> Url {
        if is_loopback(self.environment()) {
            return self.environment().clone();
        }
        Cloud::of_environment(self.environment()).unwrap_or_else(Cloud::public).authority()
    }

    /// Asks the environment for its tenant: a request without a token is answered with a challenge that names the sign-in page.
    fn discover(&self, login: &LoginId) -> Result<(LoginId, Url)> {
        let url = self.api().join("WhoAmI()").expect("a valid path");
        let request = Request::new(Method::GET, url, Effect::Read).header("accept", "application/json");
        let response = self.send_unsigned(&request)?;
        let unknown = |what: String| {
            Error::new(Status::AuthenticationFailed, what)
                .with_http_status(response.status)
                .with_cause("The Login Id has no tenant, so the environment was asked for it.")
                .with_advice("Give the Login Id as client_id@tenant_id.")
        };
        let environment = self.environment();
        if response.status != 401 {
            return Err(unknown(format!(
                "{environment} answered a request without a token with status {}, not with a challenge.",
                response.status
            )));
        }
        let challenges =
            response.headers.get_all("www-authenticate").into_iter().filter_map(|value| value.to_str().ok());
        let page = auth::authorization_uri(challenges)
            .ok_or_else(|| unknown(format!("The challenge of {environment} names no sign-in page.")))?;
        let authority = trusted_authority(environment, self.sign_in().authority.as_ref(), &page)?;
        let login = auth::tenant_of(&page).and_then(|tenant| login.in_tenant(tenant));
        let login =
            login.ok_or_else(|| unknown(format!("The sign-in page that {environment} names is that of no tenant.")))?;
        self.call().log(format!("{environment} belongs to the tenant of {login}; signing in at {authority}"));
        Ok((login, authority))
    }
}

/// The sign-in host for the page that an environment names, where that may be trusted with a secret: the one that was given
/// explicitly, or the one of Microsoft's of the environment's own cloud, or, where the environment is on this machine, one that is as well.
fn trusted_authority(environment: &Url, given: Option<&Url>, page: &Url) -> Result<Url> {
    let refused = |why: String| {
        let host = page.host_str().unwrap_or_default();
        Error::new(
            Status::AuthenticationFailed,
            format!("{environment} asks to sign in at '{host}', {why}. No secret was sent there."),
        )
        .with_cause("The address may not be that of your environment, or somebody stands between.")
        .with_advice(
            "Check the Host URL. Where it is right and the sign-in host is yours, give it explicitly as the authority.",
        )
    };
    let cloud = Cloud::of_sign_in(page);
    if let Some(given) = given {
        let is_same = page.origin() == given.origin() || (cloud.is_some() && cloud == Cloud::of_sign_in(given));
        return if is_same {
            Ok(given.clone())
        } else {
            Err(refused(format!("which is not the given authority {given}")))
        };
    }
    if is_loopback(environment) && is_loopback(page) {
        let mut authority = page.clone();
        authority.set_path("/");
        authority.set_query(None);
        authority.set_fragment(None);
        return Ok(authority);
    }
    let cloud = cloud
        .ok_or_else(|| refused(format!("which is no sign-in host of Microsoft's ({})", Cloud::sign_in_hosts())))?;
    match Cloud::of_environment(environment) {
        Some(own) if own != cloud => {
            Err(refused("which belongs to another national cloud than the environment".into()))
        }
        _ => Ok(cloud.authority()),
    }
}

impl Credential {
    fn login(&self) -> Option<&LoginId> {
        match self {
            Credential::ClientSecret { login, .. } | Credential::Certificate { login, .. } => Some(login),
            Credential::AccessToken(_) | Credential::Caller(_) => None,
        }
    }
}

impl Client {
    fn asker(&self) -> Asker<'_> {
        let SignIn { inbox, tokens, .. } = self.sign_in();
        Asker { call: self.call(), inbox, tokens }
    }

    /// The token for a request of `call`.
    pub(crate) fn current_token(&self, call: &Call) -> Result<SecretString> {
        self.sign_in().tokens.get(call, || self.fetch_token())
    }

    /// The environment refused a token. True when another may be had.
    pub(crate) fn token_refused(&self, token: &SecretString) -> bool {
        self.sign_in().tokens.drop_token(token);
        !matches!(self.sign_in().credential, Credential::AccessToken(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(environment: &str, given: Option<&str>, page: &str) -> Result<String> {
        let url = |text: &str| Url::parse(text).unwrap();
        let given = given.map(url);
        trusted_authority(&url(environment), given.as_ref(), &url(page)).map(|authority| authority.to_string())
    }

    const COMMERCIAL: &str = "https://contoso.crm4.dynamics.com/";
    const CHINA: &str = "https://contoso.crm.dynamics.cn/";
    const HERE: &str = "http://127.0.0.1:8080/";

    #[test]
    fn a_secret_goes_to_the_clouds_own_sign_in_host_or_the_given_one() {
        for (environment, given, page, authority) in [
            (
                COMMERCIAL,
                None,
                "https://login.microsoftonline.com/t/oauth2/authorize",
                "https://login.microsoftonline.com/",
            ),
            (COMMERCIAL, None, "https://login.windows.net/t/oauth2/authorize", "https://login.microsoftonline.com/"),
            (CHINA, None, "https://login.chinacloudapi.cn/t", "https://login.partner.microsoftonline.cn/"),
            (
                "https://crm.contoso.example/",
                None,
                "https://login.microsoftonline.us/t",
                "https://login.microsoftonline.us/",
            ),
            (
                "https://crm.contoso.example/",
                Some("https://sts.contoso.example/"),
                "https://sts.contoso.example/t",
                "https://sts.contoso.example/",
            ),
            (
                COMMERCIAL,
                Some("https://login.microsoftonline.com/"),
                "https://login.windows.net/t",
                "https://login.microsoftonline.com/",
            ),
            (HERE, None, "http://127.0.0.1:9090/t/oauth2/authorize?x#y", "http://127.0.0.1:9090/"),
            (HERE, None, "https://login.microsoftonline.com/t", "https://login.microsoftonline.com/"),
        ] {
            assert_eq!(trusted(environment, given, page).unwrap(), authority, "{environment} {page}");
        }
    }

    #[test]
    fn a_secret_goes_nowhere_else() {
        for (environment, given, page) in [
            (COMMERCIAL, None, "https://login.microsoftonline.com.evil.example/t"),
            (COMMERCIAL, None, "http://login.microsoftonline.com/t"),
            (COMMERCIAL, None, "http://127.0.0.1/t"),
            (COMMERCIAL, None, "https://login.microsoftonline.us/t"),
            (CHINA, None, "https://login.microsoftonline.com/t"),
            (COMMERCIAL, Some("https://sts.contoso.example/"), "https://login.microsoftonline.com/t"),
            (COMMERCIAL, Some("https://sts.contoso.example/"), "https://sts.contoso.example:8443/t"),
            (HERE, None, "http://login.example/t"),
            (HERE, None, "https://login.example/t"),
        ] {
            let error = trusted(environment, given, page).unwrap_err();
            assert_eq!(error.status(), Status::AuthenticationFailed, "{environment} {page}");
            assert!(error.to_string().contains("No secret was sent"), "{error}");
        }
    }
}
