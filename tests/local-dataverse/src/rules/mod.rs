//! What the service allows, and what follows from a change.

pub mod links;
pub mod organizations;
pub mod privileges;
pub mod roles;
pub mod teams;
pub mod units;
pub mod users;

use uuid::Uuid;

use crate::model::{Children, Entity, Set};
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

/// The row with this key.
pub fn row<T: Entity>(store: &Store, id: Uuid) -> ApiResult<&T> {
    let row = T::table(store).get(id).map(std::ops::Deref::deref);
    row.ok_or_else(|| ODataError::not_found(T::schema().logical_name, id))
}

/// There must be a row with this key.
pub fn must_exist(store: &Store, set: Set, id: Uuid) -> ApiResult<()> {
    if store.contains(set, id) { Ok(()) } else { Err(ODataError::not_found(set.names().logical, id)) }
}

/// The rows of `T` whose lookup names a row.
fn children<T: Entity>(store: &Store, children: Children, parent: Uuid) -> impl Iterator<Item = &T> {
    store.children(children, parent).keys(None).filter_map(|id| T::table(store).get(id)).map(std::ops::Deref::deref)
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
