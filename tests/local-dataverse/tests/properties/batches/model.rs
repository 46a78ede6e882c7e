//! What a batch should do: the users, their roles, and the ledger, in plain collections, one request after the other.

use std::collections::{BTreeMap, BTreeSet};

use local_dataverse::{LedgerEntry, Operation, seed};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::plan::{Match, Target, Wish};

/// A user, as far as batches change one.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub unit: Uuid,
    pub disabled: bool,
    pub job: Option<String>,
    pub email: String,
    pub domain: String,
}

/// A line of the ledger, as far as it is foreseen.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub operation: Operation,
    pub user: Uuid,
    pub role: Option<Uuid>,
    /// What an update changed, or what a create set.
    pub before: Map<String, Value>,
    pub after: Map<String, Value>,
}

/// An environment.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub users: BTreeMap<Uuid, User>,
    pub held: BTreeSet<(Uuid, Uuid)>,
    pub ledger: Vec<Line>,
}

/// How a request ends: its status and its code.
pub type Outcome = (u16, &'static str);
type Done = Result<u16, Outcome>;

const MISSING: Outcome = (404, "0x80040217");

impl Model {
    /// What a request does. `made` is the key that the server chose, where it had to choose one; `rows` are the rows that other requests of
    /// the changeset were about, by place.
    pub fn apply(&mut self, wish: &Wish, made: Option<Uuid>, rows: &[Option<Uuid>], in_changeset: bool) -> Outcome {
        match self.attempt(wish, made, rows, in_changeset) {
            Ok(status) => (status, ""),
            Err(outcome) => outcome,
        }
    }

    fn attempt(&mut self, wish: &Wish, made: Option<Uuid>, rows: &[Option<Uuid>], in_changeset: bool) -> Done {
        if let (Wish::Read { .. } | Wish::Nonsense("GET", ..), true) = (wish, in_changeset) {
            return Err((400, "0x80048d19"));
        }
        match wish {
            Wish::Create { key, unit, email, domain, job } => {
                let key = key.or(made).unwrap_or_default();
                let email = email.map(|number| format!("e{number}@contoso.example"));
                let domain = domain.map(|number| format!("D{number}@contoso.example"));
                self.create(key, *unit, email, domain, job.clone())
            }
            Wish::Rename { target, job, also_unknown, condition } => {
                let id = known(target, rows)?;
                match (self.users.get_mut(&id), condition) {
                    (None, Match::Any | Match::Stale) => return Err(MISSING),
                    (Some(_), Match::Stale) => return Err((412, "0x80060882")),
                    _ if *also_unknown => return Err((400, "0x80048d19")),
                    // An upsert, with neither unit nor e-mail address.
                    (None, Match::None) => return Err((400, "0x80040530")),
                    (Some(user), _) => {
                        let before = user.job.replace(job.clone());
                        self.log_update(id, "jobtitle", json!(before), json!(job));
                    }
                }
                Ok(204)
            }
            Wish::Enable { target, disabled } => {
                let id = known(target, rows)?;
                let last = self.is_last_administrator(id);
                let user = self.users.get_mut(&id).ok_or((400, "0x80040530"))?;
                if *disabled && !user.disabled && last {
                    return Err((400, "0x80041d2f"));
                }
                let before = std::mem::replace(&mut user.disabled, *disabled);
                self.log_update(id, "isdisabled", json!(before), json!(disabled));
                Ok(204)
            }
            Wish::Move { target, unit, to_missing } => {
                let id = known(target, rows)?;
                if *to_missing {
                    return Err(MISSING);
                }
                let last = self.is_last_administrator(id);
                // An upsert, with no e-mail address.
                let user = self.users.get_mut(&id).ok_or((400, "0x80040200"))?;
                if user.unit != *unit && last {
                    return Err((400, "0x80041d2f"));
                }
                let before = std::mem::replace(&mut user.unit, *unit);
                self.log_update(id, "_businessunitid_value", json!(before), json!(unit));
                if before != *unit {
                    let lost: Vec<_> = self.held.iter().filter(|(user, _)| *user == id).copied().collect();
                    for (_, role) in lost {
                        self.take(id, role);
                    }
                }
                Ok(204)
            }
            Wish::Give { target, role, relative } => {
                let id = known(target, rows)?;
                if *relative {
                    return Err((400, "0x80048d19"));
                }
                let user = self.users.get(&id).ok_or(MISSING)?;
                if unit_of(*role).ok_or(MISSING)? != user.unit {
                    return Err((400, "0x80041409"));
                }
                if user.disabled {
                    return Err((400, "0x80040225"));
                }
                if self.held.insert((id, *role)) {
                    self.log_link(Operation::Associate, id, *role);
                }
                Ok(204)
            }
            Wish::Take { target, role, .. } => {
                let id = known(target, rows)?;
                let user = self.users.get(&id).ok_or(MISSING)?;
                unit_of(*role).ok_or(MISSING)?;
                if !self.held.contains(&(id, *role)) {
                    return Ok(204);
                }
                if user.disabled {
                    return Err((400, "0x80040225"));
                }
                if is_administrator(*role) && self.is_last_administrator(id) {
                    return Err((400, "0x80041d30"));
                }
                self.take(id, *role);
                Ok(204)
            }
            Wish::Read { target } => {
                let id = known(target, rows)?;
                self.users.get(&id).map(|_| 200).ok_or(MISSING)
            }
            Wish::Nonsense(_, _, _, status, code) => Err((*status, code)),
        }
    }

    fn create(
        &mut self,
        id: Uuid,
        unit: Uuid,
        email: Option<String>,
        domain: Option<String>,
        job: Option<String>,
    ) -> Done {
        if self.users.contains_key(&id) {
            return Err((412, "0x80040237"));
        }
        let email = email.ok_or((400, "0x80040200"))?;
        let domain = domain.unwrap_or_else(|| email.clone());
        if self.users.values().any(|other| other.domain.to_lowercase() == domain.to_lowercase()) {
            return Err((400, "0x80041d2c"));
        }
        let mut after = Map::new();
        after.insert("internalemailaddress".into(), json!(email));
        after.insert("_businessunitid_value".into(), json!(unit));
        after.insert("domainname".into(), json!(domain));
        after.extend(job.iter().map(|job| ("jobtitle".to_owned(), json!(job))));
        self.users.insert(id, User { unit, disabled: false, job, email, domain });
        self.ledger.push(Line { operation: Operation::Create, user: id, role: None, before: Map::new(), after });
        Ok(204)
    }

    fn take(&mut self, user: Uuid, role: Uuid) {
        self.held.remove(&(user, role));
        self.log_link(Operation::Disassociate, user, role);
    }

    /// Whether nobody else who is enabled holds a copy of System Administrator.
    fn is_last_administrator(&self, id: Uuid) -> bool {
        let administrators: BTreeSet<Uuid> =
            self.held.iter().filter(|(_, role)| is_administrator(*role)).map(|(user, _)| *user).collect();
        administrators.contains(&id) && !administrators.iter().any(|other| *other != id && !self.users[other].disabled)
    }

    fn log_link(&mut self, operation: Operation, user: Uuid, role: Uuid) {
        self.ledger.push(Line { operation, user, role: Some(role), before: Map::new(), after: Map::new() });
    }

    fn log_update(&mut self, user: Uuid, column: &str, before: Value, after: Value) {
        let of = |value: &Value| {
            let mut values = Map::new();
            // The ledger shows what is different.
            if before != after {
                values.insert(column.to_owned(), value.clone());
            }
            values
        };
        let (before, after) = (of(&before), of(&after));
        self.ledger.push(Line { operation: Operation::Update, user, role: None, before, after });
    }
}

/// The row that a target names; a name that no request before has is refused.
fn known(target: &Target, rows: &[Option<Uuid>]) -> Result<Uuid, Outcome> {
    match target {
        Target::Row(id) => Ok(*id),
        Target::Made(place) => rows.get(*place).copied().flatten().ok_or((400, "0x80048d19")),
    }
}

fn unit_of(role: Uuid) -> Option<Uuid> {
    let units = [seed::ROOT_UNIT, seed::SALES_UNIT, seed::SERVICE_UNIT];
    units.into_iter().find(|unit| (1..=6).any(|number| seed::role_id(number, *unit) == role))
}

fn is_administrator(role: Uuid) -> bool {
    unit_of(role).is_some_and(|unit| seed::role_id(seed::SYSTEM_ADMINISTRATOR, unit) == role)
}

impl Line {
    /// A line of the server's ledger, as far as this one says something.
    pub fn of(&self, entry: &LedgerEntry) -> Self {
        let part = |whole: &Option<Map<String, Value>>, wanted: &Map<String, Value>| {
            let mut part = whole.clone().unwrap_or_default();
            // A create shows every column that has a value; foreseen are those that the request set.
            if self.operation == Operation::Create {
                part.retain(|name, _| wanted.contains_key(name));
            }
            part
        };
        Self {
            operation: entry.operation,
            user: entry.id,
            role: entry.related_id,
            before: part(&entry.before, &self.before),
            after: part(&entry.after, &self.after),
        }
    }
}
