//! Finding a role by its id or its name, and remembering it for a short while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;

use super::ROLE;
use crate::business_units::{self, UnitRef};
use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::flight::Flights;
use crate::holder::{Holder, ROLE_COLUMNS};
use crate::odata::{self, Column, Query, Row};

/// How long a role is remembered: long enough for a pipeline of many users, short enough that a renamed role is seen soon.
const REMEMBERED: Duration = Duration::from_secs(60);
/// How many candidates an error lists.
const LISTED: usize = 10;

/// A role by its id or by its name.
///
/// Every business unit has its own copy of every role, with an id of its own. A name means the copy in the business unit of the user
/// (or team), or in another one where that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleRef {
    /// The role with this `roleid`.
    Id(Uuid),
    /// The role of this name.
    Name(String),
}

impl From<&str> for RoleRef {
    fn from(text: &str) -> Self {
        Uuid::parse_str(text.trim()).map_or_else(|_| RoleRef::Name(text.trim().to_owned()), RoleRef::Id)
    }
}

/// A role that was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) id: Uuid,
    /// `roleid`, `name`, `businessunitid`.
    pub(crate) row: Row,
    /// It was not read just now.
    pub(crate) remembered: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Id(Uuid),
    /// A name, as given, in a business unit.
    Name(String, Uuid),
}

/// The roles that a client has seen lately.
#[derive(Default)]
pub(crate) struct RoleCache {
    seen: Mutex<HashMap<Key, (Instant, Row)>>,
    /// The names that are being looked up in all business units.
    lookups: Flights<String, Arc<Vec<Row>>>,
}

impl RoleCache {
    fn entries(&self) -> MutexGuard<'_, HashMap<Key, (Instant, Row)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &Key) -> Option<Row> {
        self.entries().get(key).filter(|(seen, _)| seen.elapsed() < REMEMBERED).map(|(_, row)| row.clone())
    }

    fn put(&self, key: Key, row: &Row) {
        let mut entries = self.entries();
        entries.retain(|_, (seen, _)| seen.elapsed() < REMEMBERED);
        entries.insert(key, (Instant::now(), row.clone()));
    }

    /// Forgets all of them.
    pub(crate) fn forget(&self) {
        self.entries().clear();
    }
}

/// The role that `role` means for this holder.
pub(crate) fn find(client: &Client, role: &RoleRef, holder: &Holder, unit: Option<&UnitRef>) -> Result<Found> {
    let key = match (role, unit) {
        (RoleRef::Id(id), _) => Key::Id(*id),
        (RoleRef::Name(name), _) if name.is_empty() => {
            return Err(Error::new(Status::InvalidArgument, "The role has neither an id nor a name."));
        }
        (RoleRef::Name(name), None) => Key::Name(name.clone(), holder.unit),
        (RoleRef::Name(name), Some(UnitRef::Id(unit))) => Key::Name(name.clone(), *unit),
        (RoleRef::Name(name), Some(unit)) => {
            Key::Name(name.clone(), odata::id_of(&business_units::find(client, unit)?, "businessunitid")?)
        }
    };
    if let Some(row) = client.roles().get(&key) {
        return Ok(Found { id: odata::id_of(&row, "roleid")?, row, remembered: true });
    }
    let row = match &key {
        // The holder was read with its roles: one of those need not be read again.
        Key::Id(id) => match holder.roles.iter().find(|held| held["roleid"] == id.to_string().as_str()) {
            Some(held) => held.clone(),
            None => client.row(&ROLE, *id, &odata::columns_of(&ROLE, &ROLE_COLUMNS)?)?,
        },
        Key::Name(name, unit) => {
            // The operations of a bulk are about users of many units: those of a name are asked for at once.
            let found = if client.ahead().is_some() {
                let everywhere = everywhere(client, name, &key)?;
                everywhere.iter().filter(|role| is_in(role, *unit)).cloned().collect()
            } else {
                read(client, name, Some(*unit))?
            };
            the_only_one(client, name, *unit, unit == &holder.unit, found)?
        }
    };
    client.roles().put(key, &row);
    Ok(Found { id: odata::id_of(&row, "roleid")?, row, remembered: false })
}

/// The roles of a name in all business units, asked for by one thread of those that need them. Each that is the only one of its unit is remembered.
fn everywhere(client: &Client, name: &str, wanted: &Key) -> Result<Arc<Vec<Row>>> {
    let cache = client.roles();
    let what = format!("the role '{}'", name.escape_debug());
    cache.lookups.share(&name.to_owned(), &what, client.call(), &client.inbox(), || {
        // Another thread may just have found it.
        if let Some(row) = cache.get(wanted) {
            return Ok(Arc::new(vec![row]));
        }
        let found = read(client, name, None)?;
        let mut units: HashMap<Uuid, Vec<&Row>> = HashMap::new();
        for role in &found {
            units.entry(odata::id_of(role, "businessunitid")?).or_default().push(role);
        }
        for (unit, roles) in units {
            if let [role] = roles[..] {
                cache.put(Key::Name(name.to_owned(), unit), role);
            }
        }
        Ok(Arc::new(found))
    })
}

fn is_in(role: &Row, unit: Uuid) -> bool {
    odata::id_of(role, "businessunitid").is_ok_and(|of| of == unit)
}

/// The roles of a name, in one business unit or in all.
fn read(client: &Client, name: &str, unit: Option<Uuid>) -> Result<Vec<Row>> {
    let mut filter = format!("name eq {}", odata::quote(name));
    if let Some(unit) = unit {
        filter.push_str(&format!(" and _businessunitid_value eq {unit}"));
    }
    let columns = ROLE_COLUMNS.map(str::to_owned).to_vec();
    let query = Query { columns, filter: Some(filter), ..Query::default() };
    client.rows(ROLE.set, &ROLE, &query, format!("role '{}'", name.escape_debug()))
}

/// The role of those of a name that were found in a business unit: there must be one.
fn the_only_one(client: &Client, name: &str, unit: Uuid, is_own: bool, mut found: Vec<Row>) -> Result<Row> {
    let shown = name.escape_debug().to_string();
    if found.len() == 1
        && let Some(role) = found.pop()
    {
        return Ok(role);
    }
    let whose = if is_own { "own business unit" } else { "business unit" };
    if found.is_empty() {
        let elsewhere = candidates(client, name)?;
        let advice = if elsewhere.is_empty() {
            "Check the name: no business unit has a role that is called so.".to_owned()
        } else {
            format!("Roles of that name: {}. Give one of their ids, or name the business unit.", elsewhere.join("; "))
        };
        return Err(Error::new(Status::RoleNotFound, format!("There is no role '{shown}' in the {whose} {unit}."))
            .with_advice(advice)
            .with_target(format!("role '{shown}'")));
    }
    let ids: Vec<_> = found.iter().filter_map(|role| role["roleid"].as_str()).collect();
    Err(Error::new(
        Status::AmbiguousName,
        format!("{} roles in the {whose} {unit} have the name '{shown}'.", found.len()),
    )
    .with_advice(format!("Give one of their ids: {}.", ids.join(", ")))
    .with_target(format!("role '{shown}'")))
}

/// The roles of a name in all business units, each with id and unit.
fn candidates(client: &Client, name: &str) -> Result<Vec<String>> {
    let columns =
        [Column::own("roleid", "roleid"), Column::related("unit", "businessunitid", "$select=name".to_owned(), None)];
    let first = LISTED as u64 + 1;
    let query =
        Query { filter: Some(format!("name eq {}", odata::quote(name))), first: Some(first), ..Query::default() };
    let pages = client.pages_of(ROLE.set, &ROLE, columns.to_vec(), &query, "the roles".to_owned());
    let mut lines = Vec::new();
    for batch in pages {
        lines.extend(batch?.records().map(|fields| {
            let unit: Value = serde_json::from_str(&fields[1]).unwrap_or_default();
            format!("{} in '{}'", fields[0], unit["name"].as_str().unwrap_or_default().escape_debug())
        }));
    }
    if lines.len() > LISTED {
        lines.truncate(LISTED);
        lines.push("and others".to_owned());
    }
    Ok(lines)
}
