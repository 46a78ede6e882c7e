//! A generated environment: made over the API, read back, and kept as plain JSON rows to hold answers against.

use std::collections::{BTreeMap, BTreeSet};

use local_dataverse::{Options, Seed, seed};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::client::Fixture;
use crate::support::text;

/// A user to be made.
#[derive(Clone, Debug)]
pub struct Person {
    first: Option<String>,
    last: Option<String>,
    job: Option<String>,
    nick: Option<String>,
    offset: Option<i64>,
    latitude: Option<f64>,
    stage: Option<Uuid>,
    phone: i64,
    shown: bool,
    disabled: bool,
    unit: usize,
    manager: Option<usize>,
    roles: BTreeSet<usize>,
}

/// An environment to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    units: Vec<(String, Option<String>)>,
    roles: Vec<String>,
    people: Vec<Person>,
}

/// A value that a lookup or another column may hold.
pub fn guid() -> impl Strategy<Value = Uuid> {
    (0u128..6).prop_map(|number| Uuid::from_u128(0x4000_8000_0000_0000_0000 | number))
}

/// A number with a fraction, often one that other rows have.
pub fn double() -> impl Strategy<Value = f64> {
    prop_oneof![(-3i32..4), (-5000i32..5000)].prop_map(|quarters| f64::from(quarters) / 4.0)
}

fn person() -> impl Strategy<Value = Person> {
    let maybe = || proptest::option::weighted(0.7, text());
    let names = (maybe(), maybe(), maybe(), maybe());
    let numbers =
        (proptest::option::of(-3i64..4), proptest::option::of(double()), proptest::option::of(guid()), 1i64..5);
    let links = (0usize..8, proptest::option::of(0usize..8), proptest::collection::btree_set(0usize..8, 0..4));
    (names, numbers, any::<bool>(), any::<bool>(), links).prop_map(|(names, numbers, shown, disabled, links)| Person {
        first: names.0,
        last: names.1,
        job: names.2,
        nick: names.3,
        offset: numbers.0,
        latitude: numbers.1,
        stage: numbers.2,
        phone: numbers.3,
        shown,
        disabled,
        unit: links.0,
        manager: links.1,
        roles: links.2,
    })
}

/// Environments of up to `people` users.
pub fn plan(people: usize) -> impl Strategy<Value = Plan> {
    (vec((text(), proptest::option::of(text())), 0..3), vec(text(), 0..4), vec(person(), 1..people))
        .prop_map(|(units, roles, people)| Plan { units, roles, people })
}

/// The rows of an environment, as the API shows them without any query option.
pub struct World {
    /// Tables by entity set.
    pub tables: BTreeMap<&'static str, Vec<Map<String, Value>>>,
    /// Who holds which role: systemuserid, roleid.
    pub held: BTreeSet<(String, String)>,
}

/// A server for generated environments: it holds next to nothing.
pub fn server() -> Fixture {
    Fixture::with(Options { seed: Seed::Empty, ..Options::default() })
}

/// Rows keep their names apart with a number that no generated text ends with.
fn unique(name: &str, number: usize) -> String {
    format!("{name} u{number:03}")
}

fn id(kind: u128, number: usize) -> Uuid {
    Uuid::from_u128(kind << 120 | 0x4000_8000_0000_0000_0000 | number as u128)
}

impl Plan {
    /// Makes the environment in place of what the server holds.
    pub fn build(&self, fixture: &Fixture) -> World {
        fixture.server.reset();
        let mut units = vec![seed::ROOT_UNIT];
        for (number, (name, division)) in self.units.iter().enumerate() {
            let id = id(0xb1, number);
            let parent = units[number % units.len()];
            post(
                fixture,
                "businessunits",
                json!({"businessunitid": id, "name": unique(name, number), "divisionname": division,
                    "parentbusinessunitid@odata.bind": format!("/businessunits({parent})")}),
            );
            units.push(id);
        }
        for (number, name) in self.roles.iter().enumerate() {
            post(fixture, "roles", json!({"roleid": id(0xa1, number), "name": unique(name, number)}));
        }
        let roles = rows(fixture, "roles");
        for (number, person) in self.people.iter().enumerate() {
            person.create(fixture, number, &units, &roles);
        }
        World::read(fixture)
    }
}

impl Person {
    fn create(&self, fixture: &Fixture, number: usize, units: &[Uuid], roles: &[Map<String, Value>]) {
        let user = id(0xc1, number);
        let unit = units[self.unit % units.len()];
        let mut body = json!({
            "systemuserid": user, "internalemailaddress": format!("u{number}@contoso.example"),
            "firstname": self.first, "lastname": self.last, "jobtitle": self.job, "nickname": self.nick,
            "address1_utcoffset": self.offset, "address1_latitude": self.latitude, "stageid": self.stage,
            "preferredphonecode": self.phone, "displayinserviceviews": self.shown,
            "businessunitid@odata.bind": format!("/businessunits({unit})"),
        });
        if let Some(manager) = self.manager.filter(|_| number > 0) {
            body["parentsystemuserid@odata.bind"] = format!("/systemusers({})", id(0xc1, manager % number)).into();
        }
        post(fixture, "systemusers", body.clone());
        let fitting: Vec<_> = roles.iter().filter(|role| role["_businessunitid_value"] == json!(unit)).collect();
        for role in &self.roles {
            let role = fitting[role % fitting.len()]["roleid"].as_str().unwrap();
            let link = json!({"@odata.id": format!("{}api/data/v9.2/roles({role})", fixture.server.url())});
            post(fixture, &format!("systemusers({user})/systemuserroles_association/$ref"), link);
        }
        if self.disabled {
            assert_eq!(fixture.patch(&format!("systemusers({user})"), json!({"isdisabled": true})).status, 204);
        }
        let row = fixture.get(&format!("systemusers({user})")).json();
        for (name, sent) in body.as_object().unwrap().iter().filter(|(name, _)| !name.contains('@')) {
            assert_eq!(row[name], *sent, "{name} comes back as it was sent");
        }
    }
}

fn post(fixture: &Fixture, path: &str, body: Value) {
    let reply = fixture.send("POST", path, &[], Some(body.clone()));
    assert_eq!(reply.status, 204, "{path} {body}: {}", reply.text);
}

/// All rows of a table, as they come.
pub fn rows(fixture: &Fixture, set: &str) -> Vec<Map<String, Value>> {
    let rows = fixture.get(set).rows();
    rows.into_iter().map(|row| row.as_object().unwrap().clone()).collect()
}

impl World {
    /// What the server holds.
    pub fn read(fixture: &Fixture) -> Self {
        let tables: BTreeMap<_, _> =
            ["systemusers", "roles", "businessunits"].map(|set| (set, rows(fixture, set))).into_iter().collect();
        let mut held = BTreeSet::new();
        for user in &tables["systemusers"] {
            let user = user["systemuserid"].as_str().unwrap();
            for role in rows(fixture, &format!("systemusers({user})/systemuserroles_association")) {
                held.insert((user.to_owned(), role["roleid"].as_str().unwrap().to_owned()));
            }
        }
        Self { tables, held }
    }

    /// The row of a table with this key.
    pub fn row(&self, set: &str, id: &Value) -> Option<&Map<String, Value>> {
        let key = key_of(set);
        self.tables[set].iter().find(|row| row[key] == *id)
    }
}

/// The name of a table's key.
pub fn key_of(set: &str) -> &'static str {
    match set {
        "systemusers" => "systemuserid",
        "roles" => "roleid",
        _ => "businessunitid",
    }
}
