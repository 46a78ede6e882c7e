//! Business units.

use crate::client::{Client, Pages};
use crate::error::{Result, Status};
use crate::odata::{Entity, Query};

const BUSINESS_UNIT: Entity = Entity {
    set: "businessunits",
    name: "businessunit",
    lookups: &["parentbusinessunitid"],
    columns: &["businessunitid", "name", "parentbusinessunitid", "isdisabled"],
    missing: Status::BusinessUnitNotFound,
};

/// Business units, page by page.
pub fn list(client: &Client, query: &Query) -> Result<Pages> {
    client.pages(BUSINESS_UNIT.set, &BUSINESS_UNIT, query, "the business units".into())
}
