//! The directory: which applications there are, and what they sign in with.

use ring::digest::{SHA256, digest};
use uuid::Uuid;

use super::certificate::Certificate;
use crate::seed::{CLIENT_ID, CLIENT_SECRET, STRANGER_CLIENT_ID, TENANT_ID};

/// A secret of an application: what tells it from others, not its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// A number of its own.
    pub key_id: Uuid,
    /// The first three characters of its value.
    pub hint: String,
    /// When it was added, in seconds since 1970; none for one that was always there.
    pub added: Option<i64>,
    /// When it ends; none where it never does.
    pub until: Option<i64>,
    digest: [u8; 32],
}

impl Secret {
    /// A secret with this value.
    pub fn new(value: &str, added: Option<i64>, until: Option<i64>) -> Self {
        Self { key_id: Uuid::new_v4(), hint: value.chars().take(3).collect(), added, until, digest: digest_of(value) }
    }

    /// Whether this is its value.
    pub fn is(&self, value: &str) -> bool {
        self.digest == digest_of(value)
    }
}

fn digest_of(value: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, value.as_bytes()).as_ref());
    bytes
}

/// An application that is registered in a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The application (client) id.
    pub client_id: Uuid,
    /// Its tenant.
    pub tenant_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// The object of its service principal.
    pub object_id: Uuid,
    /// It may sign in.
    pub enabled: bool,
    /// It has a service principal in its tenant.
    pub service_principal: bool,
    /// When it was registered, in seconds since 1970; none for one that was always there.
    pub added: Option<i64>,
    /// Its secrets.
    pub secrets: Vec<Secret>,
    /// Its certificates.
    pub certificates: Vec<Certificate>,
}

/// The applications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    applications: Vec<Application>,
}

impl Directory {
    /// The applications that a server starts with.
    pub fn seed() -> Self {
        let application = |client_id: &str, name: &str| {
            let client_id = Uuid::try_parse(client_id).unwrap_or_default();
            Application {
                client_id,
                tenant_id: Uuid::try_parse(TENANT_ID).unwrap_or_default(),
                display_name: name.to_owned(),
                object_id: client_id,
                enabled: true,
                service_principal: true,
                added: None,
                secrets: vec![Secret::new(CLIENT_SECRET, None, None)],
                certificates: Vec::new(),
            }
        };
        let applications =
            vec![application(CLIENT_ID, "Connector"), application(STRANGER_CLIENT_ID, "Application without user")];
        Self { applications }
    }

    /// All of them.
    pub fn applications(&self) -> &[Application] {
        &self.applications
    }

    /// The application with this client id.
    pub fn find(&self, client_id: Uuid) -> Option<&Application> {
        self.applications.iter().find(|application| application.client_id == client_id)
    }

    /// The same, to be changed.
    pub fn find_mut(&mut self, client_id: Uuid) -> Option<&mut Application> {
        self.applications.iter_mut().find(|application| application.client_id == client_id)
    }

    /// Adds an application; false where its client id is taken.
    pub fn add(&mut self, application: Application) -> bool {
        let is_new = self.find(application.client_id).is_none();
        if is_new {
            self.applications.push(application);
        }
        is_new
    }

    /// Takes an application out; false where there is none.
    pub fn remove(&mut self, client_id: Uuid) -> bool {
        let before = self.applications.len();
        self.applications.retain(|application| application.client_id != client_id);
        self.applications.len() < before
    }

    /// Whether a tenant is known: the one of the environment, and those that an application was registered in.
    pub fn has_tenant(&self, tenant: Uuid) -> bool {
        Some(tenant) == Uuid::try_parse(TENANT_ID).ok()
            || self.applications.iter().any(|application| application.tenant_id == tenant)
    }
}
