//! Batches to be tried: what each of their requests wants.

use local_dataverse::seed;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use uuid::Uuid;

use super::wire::Request;
use crate::support::text;

/// The row that a request is about.
#[derive(Clone, Debug)]
pub enum Target {
    /// One with a known key.
    Row(Uuid),
    /// One that the request with this Content-ID made.
    Made(usize),
}

/// A precondition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    None,
    Any,
    Stale,
}

/// What a request wants.
#[derive(Clone, Debug)]
pub enum Wish {
    Create {
        key: Option<Uuid>,
        unit: Uuid,
        email: Option<u32>,
        domain: Option<u32>,
        job: Option<String>,
    },
    Rename {
        target: Target,
        job: String,
        also_unknown: bool,
        condition: Match,
    },
    Enable {
        target: Target,
        disabled: bool,
    },
    Move {
        target: Target,
        unit: Uuid,
        to_missing: bool,
    },
    Give {
        target: Target,
        role: Uuid,
        relative: bool,
    },
    Take {
        target: Target,
        role: Uuid,
        by_id: bool,
    },
    Read {
        target: Target,
    },
    /// Nothing that any server would do: a request and the refusal it must get.
    Nonsense(&'static str, &'static str, Option<&'static str>, u16, &'static str),
}

/// A batch to be tried: single requests and changesets.
#[derive(Clone, Debug)]
pub enum Step {
    One(Wish),
    Changeset(Vec<Wish>),
}

const NONSENSE: [Wish; 6] = [
    Wish::Nonsense("GET", "unicorns", None, 404, "0x80060888"),
    Wish::Nonsense("POST", "systemusers", Some("{\"firstname\":"), 400, "0x80048d19"),
    Wish::Nonsense("POST", "systemusers", Some("[]"), 400, "0x80048d19"),
    Wish::Nonsense("PUT", "systemusers", Some("{}"), 405, ""),
    Wish::Nonsense("PATCH", "$9/jobtitle", Some("{}"), 400, "0x80048d19"),
    Wish::Nonsense(
        "PATCH",
        "systemusers(c0000000-0000-4000-8000-000000000002)?$select=shoesize",
        Some("{}"),
        400,
        "0x80060888",
    ),
];

/// A user that may be there: one of the seed, or one of those that batches make.
pub fn made(slot: u32) -> Uuid {
    Uuid::from_u128(0xc2 << 120 | 0x4000_8000_0000_0000_0000 | u128::from(slot))
}

fn user() -> impl Strategy<Value = Uuid> {
    prop_oneof![
        // Mostly one, so that requests are about the same rows.
        4 => Just(seed::ADELE),
        2 => select(vec![seed::BRUNO, seed::CHIARA]),
        1 => Just(seed::DORA),
        3 => (0u32..4).prop_map(made),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![5 => user().prop_map(Target::Row), 2 => (0usize..4).prop_map(Target::Made)]
}

fn unit() -> impl Strategy<Value = Uuid> {
    select(vec![seed::ROOT_UNIT, seed::SALES_UNIT, seed::SERVICE_UNIT])
}

fn role() -> impl Strategy<Value = Uuid> {
    let known = (select(vec![seed::SYSTEM_ADMINISTRATOR, seed::BASIC_USER, seed::SALESPERSON]), unit())
        .prop_map(|(number, unit)| seed::role_id(number, unit));
    let often = Just(seed::role_id(seed::SALESPERSON, seed::SALES_UNIT));
    prop_oneof![6 => known, 6 => often, 1 => Just(Uuid::from_u128(1))]
}

fn job() -> impl Strategy<Value = String> {
    // Text that looks like a reference to another request is text.
    prop_oneof![4 => text(), 1 => Just("$1".to_owned())]
}

fn wish() -> impl Strategy<Value = Wish> {
    let rare = || prop::bool::weighted(0.1);
    let often = |value: u32| proptest::option::weighted(0.9, 0..value);
    prop_oneof![
        6 => (proptest::option::weighted(0.7, (0u32..4).prop_map(made)), unit(), often(5), proptest::option::weighted(0.3, 0u32..3), proptest::option::of(job()))
            .prop_map(|(key, unit, email, domain, job)| Wish::Create { key, unit, email, domain, job }),
        4 => (target(), job(), rare(), prop_oneof![4 => Just(Match::None), 2 => Just(Match::Any), 1 => Just(Match::Stale)])
            .prop_map(|(target, job, also_unknown, condition)| Wish::Rename { target, job, also_unknown, condition }),
        3 => (target(), any::<bool>()).prop_map(|(target, disabled)| Wish::Enable { target, disabled }),
        3 => (target(), unit(), rare()).prop_map(|(target, unit, to_missing)| Wish::Move { target, unit, to_missing }),
        5 => (target(), role(), rare()).prop_map(|(target, role, relative)| Wish::Give { target, role, relative }),
        4 => (target(), role(), any::<bool>()).prop_map(|(target, role, by_id)| Wish::Take { target, role, by_id }),
        2 => target().prop_map(|target| Wish::Read { target }),
        1 => select(NONSENSE.to_vec()),
    ]
}

/// Batches of a few parts.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(prop_oneof![2 => wish().prop_map(Step::One), 3 => vec(wish(), 1..6).prop_map(Step::Changeset)], 1..6)
}

/// How the wishes of a changeset are named: not by their place, and some names begin like others.
pub fn content_id(place: usize) -> &'static str {
    ["1", "11", "2", "a_b", "3"][place]
}

impl Target {
    fn path(&self) -> String {
        match self {
            Target::Row(id) => format!("systemusers({id})"),
            Target::Made(place) => format!("${}", content_id(*place)),
        }
    }
}

impl Wish {
    /// The request that asks for it. `url` is the server's address.
    pub fn request(&self, url: &str) -> Request {
        let role_address = |role: &Uuid| format!("{url}api/data/v9.2/roles({role})");
        let request = |method, target: String, body: Option<Value>| Request {
            method,
            target,
            headers: Vec::new(),
            body: body.map(|body| body.to_string()),
        };
        match self {
            Wish::Create { key, unit, email, domain, job } => {
                let mut body = json!({"businessunitid@odata.bind": format!("/businessunits({unit})"), "jobtitle": job});
                if let Some(key) = key {
                    body["systemuserid"] = json!(key);
                }
                if let Some(email) = email {
                    body["internalemailaddress"] = format!("e{email}@contoso.example").into();
                }
                if let Some(domain) = domain {
                    body["domainname"] = format!("D{domain}@contoso.example").into();
                }
                request("POST", "systemusers".to_owned(), Some(body))
            }
            Wish::Rename { target, job, also_unknown, condition } => {
                let mut body = json!({"jobtitle": job});
                if *also_unknown {
                    body["shoesize"] = 42.into();
                }
                let mut request = request("PATCH", target.path(), Some(body));
                match condition {
                    Match::None => {}
                    Match::Any => request.headers.push(("If-Match", "*".to_owned())),
                    Match::Stale => request.headers.push(("If-Match", "W/\"1\"".to_owned())),
                }
                request
            }
            Wish::Enable { target, disabled } => request("PATCH", target.path(), Some(json!({"isdisabled": disabled}))),
            Wish::Move { target, unit, to_missing } => {
                let unit = if *to_missing { Uuid::from_u128(1) } else { *unit };
                request(
                    "PATCH",
                    target.path(),
                    Some(json!({"businessunitid@odata.bind": format!("/businessunits({unit})")})),
                )
            }
            Wish::Give { target, role, relative } => {
                let address = if *relative { format!("roles({role})") } else { role_address(role) };
                let path = format!("{}/systemuserroles_association/$ref", target.path());
                request("POST", path, Some(json!({"@odata.id": address})))
            }
            Wish::Take { target, role, by_id } => {
                let path = target.path();
                let path = if *by_id {
                    format!("{path}/systemuserroles_association/$ref?$id={}", role_address(role))
                } else {
                    format!("{path}/systemuserroles_association({role})/$ref")
                };
                request("DELETE", path, None)
            }
            Wish::Read { target } => request("GET", format!("{}?$select=jobtitle", target.path()), None),
            Wish::Nonsense(method, target, body, ..) => {
                Request { method, target: (*target).to_owned(), headers: Vec::new(), body: body.map(str::to_owned) }
            }
        }
    }
}
