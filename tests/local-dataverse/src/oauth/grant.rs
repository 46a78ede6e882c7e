//! The client credentials grant.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::assertion::{self, Assertion};
use super::directory::{Application, Directory};
use super::failure::Failure;
use super::form::{Form, basic};
use super::resource::{Resource, is_own};
use super::tenant::{Tenant, name_of};
use super::token::Claims;
use crate::settings::Settings;
use crate::state::{Incoming, State, now};

/// Where it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `/<tenant>/oauth2/token`: `resource`, and numbers that are text.
    One,
    /// `/<tenant>/oauth2/v2.0/token`: `scope`, which ends with `/.default`.
    Two,
}

/// What proves that an application is the one.
pub enum Credential {
    /// A secret.
    Secret(String),
    /// A JWT.
    Assertion(String),
}

/// The client id and the credential of a request; either may be missing.
pub struct Client {
    id: Option<String>,
    credential: Option<Credential>,
}

impl Client {
    /// Reads them from the form, or from an `Authorization: Basic` header.
    pub fn of(request: &Incoming, form: &Form) -> Result<Self, Failure> {
        let (basic_id, basic_secret) = basic(request)?.unzip();
        let id = form.get("client_id").map(str::to_owned).or(basic_id);
        let credential = match (form.get("client_assertion"), form.get("client_assertion_type")) {
            (Some(text), Some(assertion::TYPE)) => Some(Credential::Assertion(text.to_owned())),
            (Some(_), Some(_)) => return Err(Failure::assertion_type()),
            (Some(_), None) => return Err(Failure::missing("client_assertion_type")),
            (None, Some(_)) => return Err(Failure::missing("client_assertion")),
            (None, None) => {
                let secret = form.get("client_secret").map(str::to_owned).or(basic_secret);
                secret.filter(|secret| !secret.is_empty()).map(Credential::Secret)
            }
        };
        Ok(Self { id: id.filter(|id| !id.is_empty()), credential })
    }

    /// Whether there is something to prove the client by.
    pub fn has_credential(&self) -> bool {
        self.credential.is_some()
    }
}

/// Gives a token to an application that proves to be the one, or says why not. The order of the checks is the service's,
/// as far as it is known.
pub fn grant(
    state: &State,
    request: &Incoming,
    tenant: &str,
    version: Version,
    form: &Form,
    client: &Client,
) -> Result<Json, Failure> {
    let credential = client.credential.as_ref().ok_or_else(Failure::no_credential)?;
    let client_id = client.id.as_deref().ok_or_else(|| Failure::missing("client_id"))?;
    let resource = match version {
        Version::One => form.required("resource")?,
        Version::Two => {
            let scope = form.required("scope")?;
            scope.strip_suffix("/.default").ok_or_else(|| Failure::not_default(scope))?
        }
    };
    let settings = state.settings.read().clone();
    let directory = state.directory.read();
    let Tenant::One(tenant_id) = Tenant::resolve(tenant, &directory, "invalid_request")? else {
        return Err(Failure::no_tenant());
    };
    let application = application(&directory, client_id, tenant_id, &settings)?;
    match credential {
        Credential::Secret(value) => check_secret(application, value, &settings)?,
        Credential::Assertion(text) => {
            let skew = i64::try_from(settings.assertion_clock_skew_seconds).unwrap_or(i64::MAX);
            let is_own = |audience: &str| is_audience(state, request, &settings, (tenant, tenant_id), audience);
            Assertion::parse(text)?.verify(application.client_id, &application.certificates, is_own, now(), skew)?;
        }
    }
    match Resource::parse(resource) {
        Some(parsed) if is_own(state, request, &parsed) => {}
        None if version == Version::Two => return Err(Failure::scope(&format!("{resource}/.default"))),
        _ => return Err(Failure::resource(resource, &name_of(tenant_id))),
    }
    let by_certificate = matches!(credential, Credential::Assertion(_));
    let claims = Claims::new(&settings, application, resource, by_certificate);
    let token = state.key.sign(&claims);
    let lifetime = settings.token_lifetime_seconds;
    Ok(match version {
        Version::One => json!({
            "token_type": "Bearer",
            "expires_in": lifetime.to_string(),
            "ext_expires_in": lifetime.to_string(),
            "expires_on": claims.exp.to_string(),
            "not_before": claims.nbf.to_string(),
            "resource": resource,
            "access_token": token,
        }),
        Version::Two => json!({
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": token,
        }),
    })
}

fn application<'d>(
    directory: &'d Directory,
    client_id: &str,
    tenant: Uuid,
    settings: &Settings,
) -> Result<&'d Application, Failure> {
    let found = Uuid::try_parse(client_id).ok().and_then(|id| directory.find(id));
    let found = found.filter(|found| found.tenant_id == tenant && has_arrived(found.added, settings));
    let application = found.ok_or_else(|| Failure::application(client_id, &name_of(tenant)))?;
    if !application.service_principal {
        return Err(Failure::no_service_principal(application.client_id, tenant));
    }
    if !application.enabled {
        return Err(Failure::disabled(application.client_id, &application.display_name));
    }
    Ok(application)
}

fn check_secret(application: &Application, value: &str, settings: &Settings) -> Result<(), Failure> {
    let same = application.secrets.iter().find(|secret| secret.is(value) && has_arrived(secret.added, settings));
    let secret = same.ok_or_else(|| Failure::secret(application.client_id))?;
    if settings.client_secret_expired || secret.until.is_some_and(|until| until <= now()) {
        return Err(Failure::secret_expired(application.client_id));
    }
    Ok(())
}

/// Whether something new in the directory is known at the token end point already.
fn has_arrived(added: Option<i64>, settings: &Settings) -> bool {
    added.is_none_or(|added| now() >= added.saturating_add_unsigned(settings.new_secret_delay_seconds))
}

/// Whether an assertion for this audience is for the tenant at this sign-in host: the address of a token end point, or that of
/// the tenant or its issuer, at the real host's name or this server's.
fn is_audience(
    state: &State,
    request: &Incoming,
    settings: &Settings,
    (name, id): (&str, Uuid),
    audience: &str,
) -> bool {
    let id = id.to_string();
    if audience == settings.cloud.issuer(&id) {
        return true;
    }
    let hosts =
        [request.origin(&state.origin), state.origin.clone(), format!("https://{}", settings.cloud.login_host())];
    let rest = hosts.iter().find_map(|host| audience.strip_prefix(host.as_str())?.strip_prefix('/'));
    rest.and_then(|rest| rest.split_once('/').or(Some((rest, "")))).is_some_and(|(tenant, end)| {
        let own = tenant.eq_ignore_ascii_case(name) || tenant.eq_ignore_ascii_case(&id);
        own && ["", "v2.0", "oauth2/token", "oauth2/v2.0/token"].contains(&end)
    })
}
