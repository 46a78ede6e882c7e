//! Who can hold security roles: users and teams. Both are read with the roles that they hold, in one request.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use crate::client::Client;
use crate::error::{Error, Result, Status, json_fault};
use crate::http::{Effect, Request};
use crate::odata::{self, Column, Entity, Query, Row};
use crate::teams::TEAM;
use crate::users::USER;

/// What kind of holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    User,
    Team,
}

impl Kind {
    pub(crate) fn entity(self) -> &'static Entity {
        match self {
            Kind::User => &USER,
            Kind::Team => &TEAM,
        }
    }

    /// The navigation property that leads to the roles.
    pub(crate) fn relationship(self) -> &'static str {
        match self {
            Kind::User => "systemuserroles_association",
            Kind::Team => "teamroles_association",
        }
    }

    fn columns(self) -> [&'static str; 3] {
        match self {
            Kind::User => ["systemuserid", "fullname", "businessunitid"],
            Kind::Team => ["teamid", "name", "businessunitid"],
        }
    }
}

/// A user or a team, with the roles that it held when it was read.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) kind: Kind,
    pub(crate) id: Uuid,
    /// Its key, its name, and `businessunitid`.
    pub(crate) row: Row,
    /// Its business unit.
    pub(crate) unit: Uuid,
    /// `roleid`, `name` and `businessunitid` of each role.
    pub(crate) roles: Vec<Row>,
    /// When it was asked for.
    pub(crate) read_at: Instant,
}

/// The columns of a role wherever one is told of.
pub(crate) const ROLE_COLUMNS: [&str; 3] = ["roleid", "name", "businessunitid"];

impl Holder {
    /// Reads a holder, or takes what a bulk has read ahead.
    pub(crate) fn read(client: &Client, kind: Kind, id: Uuid) -> Result<Self> {
        if let Some(ahead) = client.ahead()
            && let Some(holder) = ahead.take(client, (kind, id))?
        {
            return Ok(holder);
        }
        let entity = kind.entity();
        let about = format!("{} {id}", entity.name);
        let read_at = Instant::now();
        let response = client.send(Request::new(Method::GET, url(client, kind, id)?, Effect::Read))?;
        if !response.is_success() {
            return Err(odata::to_error(&response, &about, Some(entity)));
        }
        Self::of(kind, id, odata::read_row(&response)?, read_at)
    }

    /// Reads many holders with one request. Those that are not there, or came without all of their roles, are left out.
    pub(crate) fn read_many(client: &Client, kind: Kind, ids: &[Uuid]) -> Result<Vec<Self>> {
        #[derive(serde::Deserialize)]
        struct Page {
            value: Vec<Row>,
        }
        let entity = kind.entity();
        let about = format!("{} of the table {}", ids.len(), entity.name);
        let key = kind.columns()[0];
        let read_at = Instant::now();
        let response = client.send(Request::new(Method::GET, url_of_many(client, kind, ids)?, Effect::Read))?;
        if !response.is_success() {
            return Err(odata::to_error(&response, &about, Some(entity)));
        }
        let page: Page = serde_json::from_slice(response.json()?).map_err(|error| {
            Error::new(Status::UnexpectedResponse, format!("The {about} can't be read: {}.", json_fault(&error)))
        })?;
        let more = format!("{}@odata.nextLink", kind.relationship());
        let whole = page.value.into_iter().filter(|raw| !raw.contains_key(&more));
        Ok(whole.filter_map(|raw| Self::of(kind, odata::id_of(&raw, key).ok()?, raw, read_at).ok()).collect())
    }

    fn of(kind: Kind, id: Uuid, mut raw: Row, read_at: Instant) -> Result<Self> {
        let entity = kind.entity();
        let about = format!("{} {id}", entity.name);
        let roles = match raw.remove(kind.relationship()) {
            Some(Value::Array(roles)) => roles,
            _ => {
                return Err(Error::new(Status::UnexpectedResponse, format!("The {about} came without its roles."))
                    .with_advice("Check the URL and the API path."));
            }
        };
        let row = odata::select_row(raw, &odata::columns_of(entity, &kind.columns())?);
        let columns = odata::columns_of(&crate::roles::ROLE, &ROLE_COLUMNS)?;
        let roles = roles.into_iter().map(|role| match role {
            Value::Object(role) => odata::select_row(role, &columns),
            _ => Map::new(),
        });
        Ok(Holder { kind, id, unit: odata::id_of(&row, "businessunitid")?, roles: roles.collect(), row, read_at })
    }

    pub(crate) fn about(&self) -> String {
        format!("{} {}", self.kind.entity().name, self.id)
    }

    /// Whether it held the role when it was read.
    pub(crate) fn holds(&self, role: Uuid) -> bool {
        self.roles.iter().any(|held| odata::id_of(held, "roleid").is_ok_and(|id| id == role))
    }

    /// The same after a role was assigned or revoked.
    pub(crate) fn with_change(mut self, role: &Row, holds: bool) -> Self {
        self.roles.retain(|held| held["roleid"] != role["roleid"]);
        if holds {
            self.roles.push(role.clone());
        }
        self
    }

    /// The address of what follows the row.
    pub(crate) fn url(&self, client: &Client, then: &str) -> Url {
        odata::row_url(client.api(), self.kind.entity(), self.id, then, &[])
    }
}

/// The address of the request that [`Holder::read`] makes.
pub(crate) fn url(client: &Client, kind: Kind, id: Uuid) -> Result<Url> {
    Ok(odata::row_url(client.api(), kind.entity(), id, "", &columns(kind)?))
}

/// The address of the request that [`Holder::read_many`] makes.
pub(crate) fn url_of_many(client: &Client, kind: Kind, ids: &[Uuid]) -> Result<Url> {
    let ids: Vec<_> = ids.iter().map(Uuid::to_string).collect();
    let query = Query { filter: Some(odata::one_of(kind.columns()[0], &ids)), ..Query::default() };
    Ok(odata::list_url(client.api(), kind.entity().set, &columns(kind)?, &query))
}

/// The columns of a holder, and its roles.
fn columns(kind: Kind) -> Result<Vec<Column>> {
    let mut columns = odata::columns_of(kind.entity(), &kind.columns())?;
    let options = "$select=roleid,name,_businessunitid_value".to_owned();
    columns.push(Column::related("roles", kind.relationship(), options, None));
    Ok(columns)
}
