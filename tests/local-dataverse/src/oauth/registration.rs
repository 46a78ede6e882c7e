//! Registering applications while the server runs: what tests give, and what they are shown.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::certificate::Certificate;
use super::directory::{Application, Directory, Secret};
use super::tenant;
use crate::odata::json;
use crate::state::now;

/// An application to be registered. What is not given is as usual: a new client id, the tenant of the environment, enabled.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NewApplication {
    /// The application (client) id.
    pub client_id: Option<Uuid>,
    /// Its tenant; one that is not known yet is known from then on.
    pub tenant_id: Option<Uuid>,
    /// The object of its service principal; usually the same as the client id.
    pub object_id: Option<Uuid>,
    /// Its name.
    pub display_name: Option<String>,
    /// It may sign in; if not: AADSTS7000112.
    pub enabled: Option<bool>,
    /// It has a service principal in its tenant; if not: AADSTS7000229.
    pub service_principal: Option<bool>,
    /// Its secrets.
    pub secrets: Vec<NewSecret>,
    /// Its certificates, each as PEM text.
    pub certificates: Vec<String>,
}

/// What can be changed of an application that is registered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ApplicationChange {
    /// Its name.
    pub display_name: Option<String>,
    /// It may sign in; if not: AADSTS7000112.
    pub enabled: Option<bool>,
    /// It has a service principal in its tenant; if not: AADSTS7000229.
    pub service_principal: Option<bool>,
}

/// A secret to be added to an application.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSecret {
    /// What is sent to sign in.
    pub value: SecretString,
    /// When it ends, from now; one that is not after now has ended already. None: never.
    #[serde(default)]
    pub expires_in_seconds: Option<i64>,
}

impl NewSecret {
    /// A secret that never ends.
    pub fn new(value: &str) -> Self {
        Self { value: value.into(), expires_in_seconds: None }
    }

    /// The secret with an end.
    pub fn expires_in(self, seconds: i64) -> Self {
        Self { expires_in_seconds: Some(seconds), ..self }
    }

    fn added(&self) -> Result<Secret, String> {
        let value = self.value.expose_secret();
        if value.is_empty() {
            return Err("A secret can't be empty: give it a value, such as {\"value\":\"a new secret\"}.".to_owned());
        }
        let until = self.expires_in_seconds.map(|seconds| now().saturating_add(seconds));
        Ok(Secret::new(value, Some(now()), until))
    }
}

/// An application as `/_local/applications` and [`crate::Server::applications`] show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationEntry {
    /// The application (client) id.
    pub client_id: Uuid,
    /// Its tenant.
    pub tenant_id: Uuid,
    /// The object of its service principal.
    pub object_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// It may sign in.
    pub enabled: bool,
    /// It has a service principal.
    pub service_principal: bool,
    /// Its secrets.
    pub secrets: Vec<SecretEntry>,
    /// Its certificates.
    pub certificates: Vec<CertificateEntry>,
}

/// A secret without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretEntry {
    /// The number to remove it by.
    pub key_id: Uuid,
    /// The first three characters of its value.
    pub hint: String,
    /// When it was added; null for one that the server started with.
    pub start_date_time: Option<String>,
    /// When it ends; null where it never does.
    pub end_date_time: Option<String>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateEntry {
    /// The number to remove it by.
    pub key_id: Uuid,
    /// Whose it is.
    pub subject: String,
    /// Its SHA-1 thumbprint, as Microsoft Entra lists it.
    pub thumbprint: String,
    /// Its SHA-256 thumbprint.
    pub thumbprint_sha256: String,
    /// When its time begins.
    pub start_date_time: String,
    /// When its time ends.
    pub end_date_time: String,
}

impl From<&Application> for ApplicationEntry {
    fn from(application: &Application) -> Self {
        Self {
            client_id: application.client_id,
            tenant_id: application.tenant_id,
            object_id: application.object_id,
            display_name: application.display_name.clone(),
            enabled: application.enabled,
            service_principal: application.service_principal,
            secrets: application.secrets.iter().map(SecretEntry::from).collect(),
            certificates: application.certificates.iter().map(CertificateEntry::from).collect(),
        }
    }
}

impl From<&Secret> for SecretEntry {
    fn from(secret: &Secret) -> Self {
        Self {
            key_id: secret.key_id,
            hint: secret.hint.clone(),
            start_date_time: secret.added.map(json::date),
            end_date_time: secret.until.map(json::date),
        }
    }
}

impl From<&Certificate> for CertificateEntry {
    fn from(certificate: &Certificate) -> Self {
        Self {
            key_id: certificate.key_id,
            subject: certificate.subject.clone(),
            thumbprint: certificate.thumbprint.clone(),
            thumbprint_sha256: certificate.thumbprint_sha256.clone(),
            start_date_time: json::date(certificate.from),
            end_date_time: json::date(certificate.until),
        }
    }
}

/// Changes by those who run tests; an error says what is wrong.
impl Directory {
    /// Registers an application.
    pub fn register(&mut self, new: NewApplication) -> Result<ApplicationEntry, String> {
        let client_id = new.client_id.unwrap_or_else(Uuid::new_v4);
        let application = Application {
            client_id,
            tenant_id: new.tenant_id.unwrap_or_else(tenant::own),
            object_id: new.object_id.unwrap_or(client_id),
            display_name: new.display_name.unwrap_or_else(|| client_id.to_string()),
            enabled: new.enabled.unwrap_or(true),
            service_principal: new.service_principal.unwrap_or(true),
            added: Some(now()),
            secrets: new.secrets.iter().map(NewSecret::added).collect::<Result<_, _>>()?,
            certificates: new.certificates.iter().map(|pem| Certificate::parse(pem)).collect::<Result<_, _>>()?,
        };
        let entry = ApplicationEntry::from(&application);
        if self.add(application) {
            Ok(entry)
        } else {
            Err(format!(
                "The application {client_id} is registered already; add secrets and certificates to it, or delete it."
            ))
        }
    }

    /// Shows an application.
    pub fn show(&self, client_id: &str) -> Result<ApplicationEntry, String> {
        let found = Uuid::try_parse(client_id).ok().and_then(|id| self.find(id));
        found.map(ApplicationEntry::from).ok_or_else(|| unknown(client_id))
    }

    /// Changes an application.
    pub fn change(&mut self, client_id: &str, change: ApplicationChange) -> Result<ApplicationEntry, String> {
        let application = self.registered(client_id)?;
        application.display_name = change.display_name.unwrap_or_else(|| application.display_name.clone());
        application.enabled = change.enabled.unwrap_or(application.enabled);
        application.service_principal = change.service_principal.unwrap_or(application.service_principal);
        Ok(ApplicationEntry::from(&*application))
    }

    /// Takes an application out: its tokens are good no more.
    pub fn unregister(&mut self, client_id: &str) -> Result<(), String> {
        let id = self.registered(client_id)?.client_id;
        self.remove(id);
        Ok(())
    }

    /// Adds a secret; the ones that are there stay good.
    pub fn add_secret(&mut self, client_id: &str, new: &NewSecret) -> Result<SecretEntry, String> {
        let application = self.registered(client_id)?;
        let secret = new.added()?;
        let entry = SecretEntry::from(&secret);
        application.secrets.push(secret);
        Ok(entry)
    }

    /// Takes a secret away.
    pub fn remove_secret(&mut self, client_id: &str, key_id: &str) -> Result<(), String> {
        let secrets = &mut self.registered(client_id)?.secrets;
        let place = secrets.iter().position(|secret| Uuid::try_parse(key_id) == Ok(secret.key_id));
        secrets.remove(place.ok_or_else(|| no_key("secret", client_id, key_id))?);
        Ok(())
    }

    /// Adds a certificate, as PEM text.
    pub fn add_certificate(&mut self, client_id: &str, pem: &str) -> Result<CertificateEntry, String> {
        let application = self.registered(client_id)?;
        let certificate = Certificate::parse(pem)?;
        if application.certificates.iter().any(|other| other.thumbprint == certificate.thumbprint) {
            let text = format!("The application {client_id} has the certificate {} already.", certificate.thumbprint);
            return Err(text);
        }
        let entry = CertificateEntry::from(&certificate);
        application.certificates.push(certificate);
        Ok(entry)
    }

    /// Takes a certificate away.
    pub fn remove_certificate(&mut self, client_id: &str, key_id: &str) -> Result<(), String> {
        let certificates = &mut self.registered(client_id)?.certificates;
        let place = certificates.iter().position(|certificate| Uuid::try_parse(key_id) == Ok(certificate.key_id));
        certificates.remove(place.ok_or_else(|| no_key("certificate", client_id, key_id))?);
        Ok(())
    }

    fn registered(&mut self, client_id: &str) -> Result<&mut Application, String> {
        let id = Uuid::try_parse(client_id).map_err(|_| unknown(client_id))?;
        self.find_mut(id).ok_or_else(|| unknown(client_id))
    }
}

fn unknown(client_id: &str) -> String {
    format!("There is no application '{client_id}'; GET /_local/applications lists them.")
}

fn no_key(kind: &str, client_id: &str, key_id: &str) -> String {
    format!(
        "The application {client_id} has no {kind} '{key_id}'; GET /_local/applications/{client_id} lists its keyIds."
    )
}
