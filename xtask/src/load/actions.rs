//! What a thread of the load does, one action after the other: each asks for something, checks what it is told, and writes that down.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::batches;
use super::journal::{Journal, Told, Wanted};
use super::wire::{Reply, Wire};

/// Where actions happen: read once, before the load.
pub struct Places {
    /// Users that may be changed in every way.
    pub users: Vec<String>,
    /// Roles with their business units.
    pub roles: Vec<(String, String)>,
    /// Business units.
    pub units: Vec<String>,
}

/// A thread of the load.
pub struct Worker<'a> {
    pub wire: &'a Wire,
    pub journal: &'a Journal,
    pub places: &'a Places,
    pub random: Rng,
    /// What keeps the keys of this thread apart from those of others.
    pub number: u32,
    pub made: u32,
    pub roles: Vec<String>,
    pub teams: Vec<String>,
    /// How long each request took.
    pub took: Vec<u32>,
    /// The statuses that came.
    pub statuses: Vec<u16>,
}

/// An action: its name, how often it is done, and what does it.
pub type Action<'a> = (&'static str, u32, fn(&mut Worker<'a>) -> Result<()>);

/// All actions.
pub fn all<'a>() -> Vec<Action<'a>> {
    vec![
        ("read a user", 10, Worker::read_user),
        ("read a user's roles", 6, Worker::read_roles),
        ("read all pages", 2, Worker::read_pages),
        ("filter and expand", 4, Worker::filter),
        ("count", 2, Worker::count),
        ("create a user", 6, Worker::create_user),
        ("update", 8, Worker::update),
        ("update with If-Match", 8, Worker::update_unchanged),
        ("give a role", 9, Worker::give),
        ("take a role", 7, Worker::take),
        ("move", 3, Worker::move_user),
        ("disable or enable", 3, Worker::enable),
        ("make or remove a role", 2, Worker::role),
        ("make, fill or remove a team", 3, Worker::team),
        ("batch that succeeds", 2, batches::succeeding),
        ("batch that fails", 2, batches::failing),
        ("batch of all kinds", 2, batches::mixed),
    ]
}

impl<'a> Worker<'a> {
    /// Any user; one time in three one of a few, so that threads get into each other's way.
    pub fn user(&mut self) -> &'a str {
        let users = &self.places.users;
        let among = if self.random.u8(..3) == 0 { users.len().min(3) } else { users.len() };
        &users[self.random.usize(..among)]
    }

    fn unit(&mut self) -> &'a str {
        let units = &self.places.units;
        &units[self.random.usize(..units.len())]
    }

    pub fn role_place(&mut self) -> &'a str {
        let roles = &self.places.roles;
        &roles[self.random.usize(..roles.len())].0
    }

    /// A key that nobody else makes.
    pub fn key(&mut self) -> String {
        self.made += 1;
        format!("{:08x}-{:04x}-4000-8000-{:012x}", 0x9900_0000_u32, self.number, self.made)
    }

    pub fn job(&mut self) -> String {
        format!("Job {} of {}", self.random.u16(..1000), self.number)
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Result<Reply> {
        self.send_text(method, path, headers, body.map(|body| ("application/json", body.to_string())))
    }

    pub fn send_text(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, String)>,
    ) -> Result<Reply> {
        let reply = self.wire.send(method, path, headers, body)?;
        self.took.push(u32::try_from(reply.took.as_micros()).unwrap_or(u32::MAX));
        self.statuses.push(reply.status);
        ensure!(!reply.request.is_empty(), "{method} {path} has no REQ_ID");
        Ok(reply)
    }

    fn get(&mut self, path: &str) -> Result<Value> {
        let reply = self.send("GET", path, &[], None)?;
        ensure!(reply.status == 200, "GET {path} gave {}: {}", reply.status, reply.text);
        reply.json()
    }

    /// Writes down what was told; anything but success and the refusals that can happen is a failure of the load.
    pub fn told(&self, reply: &Reply, wanted: Wanted, refusals: &[&str]) -> Result<()> {
        self.journal.tell(&Told { request: reply.request.clone(), status: reply.status, wanted: wanted.clone() })?;
        let is_fine = reply.status == 204 || refusals.contains(&reply.code().as_str());
        ensure!(is_fine, "{wanted:?} gave {}: {}", reply.status, reply.text);
        Ok(())
    }

    fn read_user(&mut self) -> Result<()> {
        let id = self.user();
        let user = self.get(&format!("systemusers({id})"))?;
        ensure!(user["systemuserid"] == id, "the user {id} is {user}");
        Ok(())
    }

    fn read_roles(&mut self) -> Result<()> {
        let id = self.user();
        let user = self.get(&format!("systemusers({id})?$select=_businessunitid_value&$expand=systemuserroles_association($select=_businessunitid_value)"))?;
        let roles = user["systemuserroles_association"].as_array().context("the roles are no list")?;
        // Read in one request, so at one moment: no role of another business unit than the user's.
        let foreign = roles.iter().find(|role| role["_businessunitid_value"] != user["_businessunitid_value"]);
        ensure!(foreign.is_none(), "the user {id} holds a role of another business unit: {user}");
        Ok(())
    }

    fn read_pages(&mut self) -> Result<()> {
        let mut seen = BTreeSet::new();
        let mut next =
            Some("systemusers?$select=fullname&$orderby=fullname&$filter=lastname%20ne%20%27Load%27".to_owned());
        while let Some(path) = next {
            let reply = self.send("GET", &path, &[("Prefer", "odata.maxpagesize=50")], None)?;
            ensure!(reply.status == 200, "GET {path} gave {}: {}", reply.status, reply.text);
            let page = reply.json()?;
            for user in page["value"].as_array().context("a page without rows")? {
                let id = user["systemuserid"].as_str().unwrap_or_default().to_owned();
                ensure!(seen.insert(id.clone()), "the user {id} came twice");
            }
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
        }
        let missing = self.places.users.iter().find(|id| !seen.contains(*id));
        ensure!(missing.is_none(), "the user {missing:?} is on no page");
        Ok(())
    }

    fn filter(&mut self) -> Result<()> {
        let unit = self.unit();
        let path = format!(
            "systemusers?$select=_businessunitid_value&$filter=_businessunitid_value%20eq%20{unit}&$expand=businessunitid($select=name)&$top=20"
        );
        let body = self.get(&path)?;
        let other =
            body["value"].as_array().and_then(|users| users.iter().find(|user| user["_businessunitid_value"] != unit));
        ensure!(other.is_none(), "of another business unit than {unit}: {other:?}");
        Ok(())
    }

    fn count(&mut self) -> Result<()> {
        let reply = self.send("GET", "systemusers/$count?$filter=isdisabled%20eq%20false", &[], None)?;
        let count: usize = reply.text.trim_start_matches('\u{feff}').parse().context("no count")?;
        ensure!(count > 0, "nobody is enabled");
        Ok(())
    }

    /// A new user: its key, the body that asks for it, and what that sets.
    pub fn new_user(&mut self) -> (String, Value, Map<String, Value>) {
        let (id, unit, job) = (self.key(), self.unit(), self.job());
        let values = json!({"systemuserid": id, "internalemailaddress": format!("{id}@contoso.example"), "jobtitle": job, "lastname": "Load"});
        let mut body = values.clone();
        body["businessunitid@odata.bind"] = format!("/businessunits({unit})").into();
        let mut set = values.as_object().cloned().unwrap_or_default();
        set.insert("_businessunitid_value".into(), unit.into());
        (id, body, set)
    }

    fn create_user(&mut self) -> Result<()> {
        let (id, body, values) = self.new_user();
        let reply = self.send("POST", "systemusers", &[], Some(body))?;
        self.told(&reply, Wanted::Create { set: "systemusers".into(), id, values }, &[])
    }

    fn update(&mut self) -> Result<()> {
        let (id, job) = (self.user(), self.job());
        let reply =
            self.send("PATCH", &format!("systemusers({id})"), &[("If-Match", "*")], Some(json!({"jobtitle": job})))?;
        self.told(&reply, update_of(id, &json!({"jobtitle": job}), None), &[])
    }

    /// Changes a user only if nobody was quicker.
    fn update_unchanged(&mut self) -> Result<()> {
        let (id, job) = (self.user(), self.job());
        let read = self.get(&format!("systemusers({id})?$select=jobtitle,isdisabled"))?;
        let etag = read["@odata.etag"].as_str().context("no ETag")?.to_owned();
        let reply =
            self.send("PATCH", &format!("systemusers({id})"), &[("If-Match", &etag)], Some(json!({"jobtitle": job})))?;
        let read = json!({"jobtitle": read["jobtitle"]});
        self.told(&reply, update_of(id, &json!({"jobtitle": job}), Some(&read)), &["0x80060882"])
    }

    fn give(&mut self) -> Result<()> {
        let (user, role) = (self.user(), self.role_place());
        let body = json!({"@odata.id": format!("{}roles({role})", self.wire.base)});
        let reply =
            self.send("POST", &format!("systemusers({user})/systemuserroles_association/$ref"), &[], Some(body))?;
        self.told(&reply, link("systemuserroles_association", user, role, true), &["0x80041409", "0x80040225"])
    }

    fn take(&mut self) -> Result<()> {
        let user = self.user();
        let held = self.get(&format!("systemusers({user})/systemuserroles_association?$select=roleid"))?;
        let held = held["value"].as_array().cloned().unwrap_or_default();
        let role = match self.random.choice(&held) {
            Some(role) => role["roleid"].as_str().unwrap_or_default().to_owned(),
            None => self.role_place().to_owned(),
        };
        let path = format!("systemusers({user})/systemuserroles_association({role})/$ref");
        let reply = self.send("DELETE", &path, &[], None)?;
        self.told(&reply, link("systemuserroles_association", user, &role, false), &["0x80040225"])
    }

    fn move_user(&mut self) -> Result<()> {
        let (user, unit) = (self.user(), self.unit());
        let body = json!({"businessunitid@odata.bind": format!("/businessunits({unit})")});
        let reply = self.send("PATCH", &format!("systemusers({user})"), &[("If-Match", "*")], Some(body))?;
        self.told(&reply, Wanted::Move { user: user.into(), unit: unit.into() }, &[])
    }

    fn enable(&mut self) -> Result<()> {
        let (user, values) = (self.user(), json!({"isdisabled": self.random.u8(..3) == 0}));
        let reply = self.send("PATCH", &format!("systemusers({user})"), &[("If-Match", "*")], Some(values.clone()))?;
        // Of the generated users, some have no licence, and those can't be enabled.
        self.told(&reply, update_of(user, &values, None), &["0x8004D24C"])
    }

    fn role(&mut self) -> Result<()> {
        if self.roles.len() > 2 {
            let id = self.roles.swap_remove(0);
            let reply = self.send("DELETE", &format!("roles({id})"), &[], None)?;
            return self.told(&reply, Wanted::Delete { set: "roles".into(), id }, &[]);
        }
        let id = self.key();
        let values = json!({"roleid": id, "name": format!("Load {id}")});
        let reply = self.send("POST", "roles", &[], Some(values.clone()))?;
        self.roles.push(id.clone());
        let values = values.as_object().cloned().unwrap_or_default();
        self.told(&reply, Wanted::Create { set: "roles".into(), id, values }, &[])
    }

    fn team(&mut self) -> Result<()> {
        match (self.teams.len(), self.random.u8(..4)) {
            (0, _) | (1 | 2, 0) => {
                let id = self.key();
                let values = json!({"teamid": id, "name": format!("Team {id}"), "teamtype": 0});
                let reply = self.send("POST", "teams", &[], Some(values.clone()))?;
                self.teams.push(id.clone());
                let values = values.as_object().cloned().unwrap_or_default();
                self.told(&reply, Wanted::Create { set: "teams".into(), id, values }, &[])
            }
            (_, 1) => {
                let id = self.teams.swap_remove(0);
                let reply = self.send("DELETE", &format!("teams({id})"), &[], None)?;
                self.told(&reply, Wanted::Delete { set: "teams".into(), id }, &[])
            }
            (_, chance) => {
                let (team, user) = (self.teams[0].clone(), self.user());
                let add = chance == 2;
                let path = format!("teams({team})/teammembership_association");
                let reply = if add {
                    let body = json!({"@odata.id": format!("{}systemusers({user})", self.wire.base)});
                    self.send("POST", &format!("{path}/$ref"), &[], Some(body))?
                } else {
                    self.send("DELETE", &format!("{path}({user})/$ref"), &[], None)?
                };
                self.told(&reply, link("teammembership_association", &team, user, add), &[])
            }
        }
    }
}

/// An update of a user.
pub fn update_of(id: &str, values: &Value, read: Option<&Value>) -> Wanted {
    let map = |value: &Value| value.as_object().cloned().unwrap_or_default();
    Wanted::Update { set: "systemusers".into(), id: id.into(), values: map(values), read: read.map(map) }
}

/// Two rows tied together, or taken apart.
pub fn link(relationship: &str, id: &str, related: &str, add: bool) -> Wanted {
    Wanted::Link { relationship: relationship.into(), id: id.into(), related: related.into(), add }
}

impl Places {
    /// Reads them; the users of the seed that administer the environment are left alone, and so is what another client, which began earlier,
    /// has made already.
    pub fn read(wire: &Wire) -> Result<Self> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let users = wire.rows("systemusers?$select=systemuserid&$filter=not%20systemuserroles_association/any(r:r/name%20eq%20%27System%20Administrator%27)%20and%20lastname%20ne%20%27Load%27")?;
        let roles = wire.rows("roles?$select=_businessunitid_value&$filter=name%20ne%20%27System%20Administrator%27%20and%20not%20startswith(name,%27Load%20%27)")?;
        let units = wire.rows("businessunits?$select=businessunitid")?;
        let places = Self {
            users: users.iter().map(|row| text(row, "systemuserid")).collect(),
            roles: roles.iter().map(|row| (text(row, "roleid"), text(row, "_businessunitid_value"))).collect(),
            units: units.iter().map(|row| text(row, "businessunitid")).collect(),
        };
        if places.users.is_empty() || places.roles.is_empty() || places.units.len() < 2 {
            bail!("the environment is too small for a load");
        }
        Ok(places)
    }
}
