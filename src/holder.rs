//! Who can hold security roles: users and teams. Both are read with the roles that they hold, in one request.

use reqwest::Method;
use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::http::{Effect, Request};
use crate::odata::{self, Entity, Row};
use crate::teams::TEAM;
use crate::users::USER;

/// What kind of holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

/// The columns of a role wherever one is told of.
pub(crate) const ROLE_COLUMNS: [&str; 3] = ["roleid", "name", "businessunitid"];

impl Holder {
    /// Reads a holder.
    pub(crate) fn read(client: &Client, kind: Kind, id: Uuid) -> Result<Self> {
        let entity = kind.entity();
        let about = format!("{} {id}", entity.name);
        let response = client.send(Request::new(Method::GET, url(client, kind, id)?, Effect::Read))?;
        if !response.is_success() {
            return Err(odata::to_error(&response, &about, Some(entity)));
        }
        let mut raw = odata::read_row(&response)?;
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
        Ok(Holder { kind, id, unit: odata::id_of(&row, "businessunitid")?, roles: roles.collect(), row })
    }

    pub(crate) fn about(&self) -> String {
        format!("{} {}", self.kind.entity().name, self.id)
    }

    /// Whether it held the role when it was read.
    pub(crate) fn holds(&self, role: Uuid) -> bool {
        self.roles.iter().any(|held| odata::id_of(held, "roleid").is_ok_and(|id| id == role))
    }

    /// The address of what follows the row.
    pub(crate) fn url(&self, client: &Client, then: &str) -> Url {
        odata::row_url(client.api(), self.kind.entity(), self.id, then, &[])
    }
}

/// The address of the request that [`Holder::read`] makes.
pub(crate) fn url(client: &Client, kind: Kind, id: Uuid) -> Result<Url> {
    let mut columns = odata::columns_of(kind.entity(), &kind.columns())?;
    let options = "$select=roleid,name,_businessunitid_value".to_owned();
    columns.push(odata::Column::related("roles", kind.relationship(), options, None));
    Ok(odata::row_url(client.api(), kind.entity(), id, "", &columns))
}
