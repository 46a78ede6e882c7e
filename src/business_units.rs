//! Business units.

use uuid::Uuid;

use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::odata::{self, Entity, Query, Row};
use crate::pages::Pages;

pub(crate) const BUSINESS_UNIT: Entity = Entity {
    set: "businessunits",
    name: "businessunit",
    lookups: &["parentbusinessunitid"],
    columns: &["businessunitid", "name", "parentbusinessunitid", "isdisabled"],
    missing: Status::BusinessUnitNotFound,
};

/// A business unit by its id or by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitRef {
    /// The business unit with this `businessunitid`.
    Id(Uuid),
    /// The business unit of this name.
    Name(String),
}

impl From<&str> for UnitRef {
    fn from(text: &str) -> Self {
        Uuid::parse_str(text.trim()).map_or_else(|_| UnitRef::Name(text.trim().to_owned()), UnitRef::Id)
    }
}

impl From<Uuid> for UnitRef {
    fn from(id: Uuid) -> Self {
        UnitRef::Id(id)
    }
}

/// Business units, page by page.
pub fn list(client: &Client, query: &Query) -> Result<Pages> {
    client.pages(BUSINESS_UNIT.set, &BUSINESS_UNIT, query, "the business units".into())
}

/// One business unit: `businessunitid`, `name`.
///
/// # Errors
/// `BusinessUnitNotFound`; `AmbiguousName` where several have the name.
pub fn find(client: &Client, unit: &UnitRef) -> Result<Row> {
    let columns = ["businessunitid", "name"].map(str::to_owned).to_vec();
    let name = match unit {
        UnitRef::Id(id) => return client.row(&BUSINESS_UNIT, *id, &odata::columns_of(&BUSINESS_UNIT, &columns)?),
        UnitRef::Name(name) if name.is_empty() => {
            return Err(Error::new(Status::InvalidArgument, "The business unit has neither an id nor a name."));
        }
        UnitRef::Name(name) => name,
    };
    let filter = Some(format!("name eq {}", odata::quote(name)));
    let about = format!("business unit '{}'", name.escape_debug());
    let mut found = client.rows(
        BUSINESS_UNIT.set,
        &BUSINESS_UNIT,
        &Query { columns, filter, ..Query::default() },
        about.clone(),
    )?;
    if found.len() > 1 {
        let ids: Vec<_> = found.iter().filter_map(|unit| unit["businessunitid"].as_str()).collect();
        return Err(Error::new(
            Status::AmbiguousName,
            format!("{} are called '{}'.", found.len(), name.escape_debug()),
        )
        .with_advice(format!("Give one of their ids: {}.", ids.join(", ")))
        .with_target(about));
    }
    found.pop().ok_or_else(|| {
        Error::new(Status::BusinessUnitNotFound, format!("There is no {about}."))
            .with_advice("Check the name, or give the business unit's id.")
            .with_target(about)
    })
}
