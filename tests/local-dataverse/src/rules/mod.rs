//! What the service allows, and what follows from a change.

pub mod memberships;
pub mod roles;
pub mod units;
pub mod users;

use crate::odata::{ApiResult, ODataError};
use crate::settings::Settings;
use crate::store::{Actor, Store};

/// What a rule works with: the data, the settings, and who asks.
pub struct Change<'a> {
    /// The data.
    pub store: &'a mut Store,
    /// The settings.
    pub settings: &'a Settings,
    /// Who asks.
    pub actor: Actor,
}

/// The value must be there.
fn required<T>(value: Option<T>, attribute: &str, logical_name: &str) -> ApiResult<T> {
    value.ok_or_else(|| {
        ODataError::bad_request(
            "0x80040200",
            format!("The required attribute '{attribute}' of the entity '{logical_name}' is missing or null."),
        )
    })
}
