//! Creating, changing and deleting rows.

use http::StatusCode;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::headers::{Condition, condition};
use super::{Call, Caller, address_of, read};
use crate::model::{BusinessUnit, Entity, Intersect, Link, Organization, Privilege, Role, SystemUser, Team};
use crate::odata::key::Key;
use crate::odata::payload::{self, Changes, Context, Purpose};
use crate::odata::{ApiResult, ODataError, Selection};
use crate::reply::Reply;
use crate::rules::{self, Change};
use crate::settings::Settings;
use crate::state::now;
use crate::store::{Actor, Store};

/// A table whose rows clients can write, by its rules.
pub trait Writable: Entity {
    /// Adds a row and gives its key.
    fn create(change: &mut Change<'_>, values: Changes) -> ApiResult<Uuid>;
    /// Changes a row.
    fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()>;
    /// Takes a row out.
    fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()>;
}

impl Writable for SystemUser {
    fn create(change: &mut Change<'_>, values: Changes) -> ApiResult<Uuid> {
        rules::users::create(change, values)
    }

    fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()> {
        rules::users::update(change, id, values)
    }

    fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()> {
        rules::users::delete(change, id)
    }
}

impl Writable for Role {
    fn create(change: &mut Change<'_>, values: Changes) -> ApiResult<Uuid> {
        rules::roles::create(change, values)
    }

    fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()> {
        rules::roles::update(change, id, values)
    }

    fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()> {
        rules::roles::delete(change, id)
    }
}

impl Writable for BusinessUnit {
    fn create(change: &mut Change<'_>, values: Changes) -> ApiResult<Uuid> {
        rules::units::create(change, values)
    }

    fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()> {
        rules::units::update(change, id, values)
    }

    fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()> {
        rules::units::delete(change, id)
    }
}

impl Writable for Team {
    fn create(change: &mut Change<'_>, values: Changes) -> ApiResult<Uuid> {
        rules::teams::create(change, values)
    }

    fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()> {
        rules::teams::update(change, id, values)
    }

    fn delete(change: &mut Change<'_>, id: Uuid) -> ApiResult<()> {
        rules::teams::delete(change, id)
    }
}

impl Writable for Organization {
    fn create(_: &mut Change<'_>, _: Changes) -> ApiResult<Uuid> {
        Err(not_supported::<Self>("Create"))
    }

    fn update(change: &mut Change<'_>, id: Uuid, values: Changes) -> ApiResult<()> {
        rules::organizations::update(change, id, values)
    }

    fn delete(_: &mut Change<'_>, _: Uuid) -> ApiResult<()> {
        Err(not_supported::<Self>("Delete"))
    }
}

/// Privileges are the server's own.
impl Writable for Privilege {
    fn create(_: &mut Change<'_>, _: Changes) -> ApiResult<Uuid> {
        Err(not_supported::<Self>("Create"))
    }

    fn update(_: &mut Change<'_>, _: Uuid, _: Changes) -> ApiResult<()> {
        Err(not_supported::<Self>("Update"))
    }

    fn delete(_: &mut Change<'_>, _: Uuid) -> ApiResult<()> {
        Err(not_supported::<Self>("Delete"))
    }
}

/// Rows of intersect tables come and go with associations only.
impl<R: Intersect> Writable for Link<R> {
    fn create(_: &mut Change<'_>, _: Changes) -> ApiResult<Uuid> {
        Err(not_supported::<Self>("Create"))
    }

    fn update(_: &mut Change<'_>, _: Uuid, _: Changes) -> ApiResult<()> {
        Err(not_supported::<Self>("Update"))
    }

    fn delete(_: &mut Change<'_>, _: Uuid) -> ApiResult<()> {
        Err(not_supported::<Self>("Delete"))
    }
}

/// The table does not take this kind of change.
fn not_supported<T: Entity>(message: &str) -> ODataError {
    let table = T::schema().logical_name;
    ODataError::bad_request(
        "0x80040800",
        format!("The '{message}' method does not support entities of type '{table}'."),
    )
}

/// The change that a call makes.
pub fn change_of<'a>(call: &Call<'_>, store: &'a mut Store, settings: &'a Settings) -> Change<'a> {
    let Caller { user, impersonator } = call.caller;
    Change { store, settings, actor: Actor { caller: user, impersonator, request_id: call.request.id, now: now() } }
}

/// `POST systemusers`
pub fn create<T: Writable>(call: &Call<'_>) -> ApiResult<Reply> {
    let members = payload::object(&call.request.body, T::schema().entity_set)?;
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    add::<T>(call, &mut store, &settings, &members, None)
}

fn add<T: Writable>(
    call: &Call<'_>,
    store: &mut Store,
    settings: &Settings,
    members: &Map<String, Json>,
    key: Option<&Key>,
) -> ApiResult<Reply> {
    check_select::<T>(call)?;
    let context = Context { store, settings, origin: &call.origin };
    let mut values = payload::read::<T>(members, Purpose::Create, context)?;
    match key {
        Some(Key::Id(id)) if id.is_nil() => {
            return Err(ODataError::bad_request("0x80040203", "Expected non-empty Guid."));
        }
        Some(Key::Id(id)) if values.key.is_some_and(|key| key != *id) => {
            let key = T::schema().key;
            return Err(ODataError::bad_request(
                "0x80040203",
                format!("'{key}' in the body is another than in the address."),
            ));
        }
        Some(Key::Id(id)) => values.key = Some(*id),
        Some(Key::Alternate(key, given)) => {
            for (name, value) in key.columns.iter().zip(given) {
                values.set::<T>(name, value.clone());
            }
        }
        None => {}
    }
    let id = T::create(&mut change_of(call, store, settings), values)?;
    reply::<T>(call, store, id, StatusCode::CREATED)
}

/// A wrong `$select` must be refused before anything is changed.
fn check_select<T: Entity>(call: &Call<'_>) -> ApiResult<()> {
    Selection::with_expansions::<T>(&call.options, false, "").map(drop)
}

fn reply<T: Entity>(call: &Call<'_>, store: &Store, id: Uuid, status: StatusCode) -> ApiResult<Reply> {
    let address = address_of::<T>(call, id);
    let reply = if call.preferences.representation {
        read::representation(call, rules::row::<T>(store, id)?, status, store)?
    } else {
        Reply::empty(StatusCode::NO_CONTENT)
    };
    let reply = reply.header("odata-entityid", &address);
    Ok(if status == StatusCode::CREATED { reply.header("location", address) } else { reply })
}

/// `PATCH systemusers(id)`: an update, or without `If-Match` a create where the row is not there.
pub fn patch<T: Writable>(call: &Call<'_>, id: Uuid) -> ApiResult<Reply> {
    let members = payload::object(&call.request.body, T::schema().entity_set)?;
    let must_match = condition(call.request, "if-match");
    let must_not_match = condition(call.request, "if-none-match");
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    let Some(version) = T::table(&store).get(id).map(|row| row.version()) else {
        if must_match != Condition::None {
            return Err(ODataError::not_found(T::schema().logical_name, id));
        }
        return add::<T>(call, &mut store, &settings, &members, Some(&Key::Id(id)));
    };
    if must_match != Condition::None && !must_match.matches(version) {
        return Err(read::version_mismatch());
    }
    if must_not_match.matches(version) {
        return Err(rules::users::duplicate_key());
    }
    check_select::<T>(call)?;
    change_row::<T>(call, &mut store, &settings, id, &members)?;
    reply::<T>(call, &store, id, StatusCode::OK)
}

/// `PATCH teams(azureactivedirectoryobjectid=...,membershiptype=0)` of a row that is not there.
pub fn create_by_key<T: Writable>(call: &Call<'_>, key: &Key) -> ApiResult<Reply> {
    if condition(call.request, "if-match") != Condition::None {
        return Err(Key::missing(T::SET));
    }
    let members = payload::object(&call.request.body, T::schema().entity_set)?;
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    // Somebody else may have made it since the address was read.
    if let Some(id) = key.find(T::SET, &store) {
        drop(store);
        return patch::<T>(call, id);
    }
    add::<T>(call, &mut store, &settings, &members, Some(key))
}

/// Changes columns of a row that must be there.
pub fn update<T: Writable>(call: &Call<'_>, id: Uuid, members: &Map<String, Json>) -> ApiResult<()> {
    let must_match = condition(call.request, "if-match");
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    let version = rules::row::<T>(&store, id)?.version();
    if must_match != Condition::None && !must_match.matches(version) {
        return Err(read::version_mismatch());
    }
    change_row::<T>(call, &mut store, &settings, id, members)
}

fn change_row<T: Writable>(
    call: &Call<'_>,
    store: &mut Store,
    settings: &Settings,
    id: Uuid,
    members: &Map<String, Json>,
) -> ApiResult<()> {
    let context = Context { store, settings, origin: &call.origin };
    let values = payload::read::<T>(members, Purpose::Update, context)?;
    T::update(&mut change_of(call, store, settings), id, values)
}

/// `DELETE systemusers(id)`
pub fn delete<T: Writable>(call: &Call<'_>, id: Uuid) -> ApiResult<Reply> {
    let must_match = condition(call.request, "if-match");
    let settings = call.state.settings.read().clone();
    let mut store = call.state.store.write();
    let version = rules::row::<T>(&store, id)?.version();
    if must_match != Condition::None && !must_match.matches(version) {
        return Err(read::version_mismatch());
    }
    T::delete(&mut change_of(call, &mut store, &settings), id)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
