//! Users as a person wants to see them: by name, with the names of their units, roles and teams. Page by page.

use std::collections::BTreeMap;

use parking_lot::RwLockReadGuard;
use serde::Serialize;
use uuid::Uuid;

use super::query::Query;
use crate::ledger::LedgerEntry;
use crate::model::{Relationship, SystemUser, UserText};
use crate::state::State;
use crate::store::Store;

/// The users of a page where nothing else is asked for, and the most.
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 1000;
/// While so many users are looked through, nobody can change any.
const STRIDE: usize = 20_000;

/// A page of users.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    users: Vec<Person>,
    /// What `after` is for the next page; none on the last.
    next: Option<Uuid>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: Uuid,
    name: Option<Box<str>>,
    email: Option<Box<str>>,
    domain_name: Option<Box<str>>,
    business_unit: Option<Box<str>>,
    /// enabled, disabled, or broken: the state whose later changes answer 500.
    state: &'static str,
    is_application: bool,
    roles: Vec<Box<str>>,
    teams: Vec<Box<str>>,
}

/// The page that a query asks for: `search` in names, e-mail, domain name and id, `after` a user, `top` so many.
pub fn page(state: &State, query: &str) -> Result<Page, String> {
    let query = Query::parse(query, &["search", "after", "top"])?;
    let top =
        query.number("top")?.map_or(PAGE, |top| usize::try_from(top).unwrap_or(LARGEST_PAGE)).clamp(1, LARGEST_PAGE);
    let search = query.text("search").map(|text| text.trim().to_lowercase()).unwrap_or_default();
    let mut place = match query.text("after") {
        Some(text) => Some(Uuid::try_parse(text).map_err(|_| format!("after is '{text}': give the id of a user."))?),
        None => None,
    };
    let mut users: Vec<Person> = Vec::new();
    let _settled = state.settled();
    let mut store = state.store.read();
    loop {
        let mut seen = 0;
        for row in store.users.after(place).take(STRIDE) {
            seen += 1;
            if matches(row, &search) {
                if users.len() == top {
                    let next = users.last().map(|user| user.id);
                    return Ok(Page { users, next });
                }
                users.push(person(&store, row));
            }
            place = Some(row.id);
        }
        if seen < STRIDE {
            return Ok(Page { users, next: None });
        }
        RwLockReadGuard::bump(&mut store);
    }
}

fn matches(row: &SystemUser, search: &str) -> bool {
    let contains = |which| row.text(which).is_some_and(|text| text.to_lowercase().contains(search));
    search.is_empty()
        || contains(UserText::FullName)
        || contains(UserText::Email)
        || contains(UserText::DomainName)
        || row.id.to_string() == search
}

fn person(store: &Store, row: &SystemUser) -> Person {
    let roles = store.links(Relationship::UserRole).of_left(row.id);
    let teams = store.links(Relationship::TeamMember).of_right(row.id);
    let mut roles: Vec<_> = roles.filter_map(|id| store.roles.get(id)).map(|role| role.name.clone()).collect();
    roles.sort();
    let text = |which| row.text(which).map(Into::into);
    Person {
        id: row.id,
        name: text(UserText::FullName),
        email: text(UserText::Email),
        domain_name: text(UserText::DomainName),
        business_unit: store.units.get(row.business_unit).map(|unit| unit.name.clone()),
        state: match row.is_disabled {
            Some(false) => "enabled",
            Some(true) => "disabled",
            None => "broken",
        },
        is_application: row.application_id.is_some(),
        roles,
        teams: teams.filter_map(|id| store.teams.get(id)).map(|team| team.name.clone()).collect(),
    }
}

/// The names of the users, roles, business units and teams that changes are about or were made by, as they are now.
pub fn names(store: &Store, entries: &[LedgerEntry]) -> BTreeMap<Uuid, Box<str>> {
    let ids = entries.iter().flat_map(|entry| [Some(entry.id), entry.related_id, Some(entry.caller)]);
    ids.flatten().filter_map(|id| Some((id, name(store, id)?))).collect()
}

fn name(store: &Store, id: Uuid) -> Option<Box<str>> {
    if let Some(user) = store.users.get(id) {
        return user.text(UserText::FullName).map(Into::into);
    }
    let role = store.roles.get(id).map(|role| &role.name);
    let unit = || store.units.get(id).map(|unit| &unit.name);
    let team = || store.teams.get(id).map(|team| &team.name);
    role.or_else(unit).or_else(team).cloned()
}
