//! Generated `$orderby`, `$top`, `$count`, `$select` and page sizes: the pages together are the whole list, in order, each row as it is.

use std::cmp::Ordering;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value};

use crate::client::{Fixture, Reply};
use crate::filters::{filter, folded, passes, text_of};
use crate::support::{cases, escaped};
use crate::world;

type Row = Map<String, Value>;

const ORDERED: [&str; 12] = [
    "firstname",
    "lastname",
    "fullname",
    "jobtitle",
    "address1_utcoffset",
    "address1_latitude",
    "stageid",
    "isdisabled",
    "createdon",
    "_businessunitid_value",
    "parentsystemuserid",
    "versionnumber",
];

const SELECTED: [&str; 10] = [
    "firstname",
    "nickname",
    "address1_utcoffset",
    "address1_latitude",
    "isdisabled",
    "createdon",
    "_businessunitid_value",
    "_parentsystemuserid_value",
    "systemuserid",
    "entityimage",
];

/// A page.
pub fn page(fixture: &Fixture, path: &str, size: Option<usize>) -> Reply {
    let prefer = size.map(|size| format!("odata.maxpagesize={size}"));
    let headers: Vec<(&str, &str)> = prefer.iter().map(|prefer| ("Prefer", prefer.as_str())).collect();
    let reply = fixture.send("GET", path, &headers, None);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply
}

/// The path of the next page, if there is one.
pub fn next(fixture: &Fixture, reply: &Reply) -> Option<String> {
    let link = reply.json()["@odata.nextLink"].as_str()?.to_owned();
    Some(format!("/{}", link.strip_prefix(fixture.server.url()).expect("the link leads to this server")))
}

/// All pages of a list: none above the size, none empty but the only one, none short but the last.
fn pages(fixture: &Fixture, path: &str, size: usize) -> Vec<Value> {
    let (mut all, mut path) = (Vec::new(), path.to_owned());
    loop {
        let reply = page(fixture, &path, Some(size));
        let rows = reply.rows();
        let Some(next) = next(fixture, &reply) else {
            assert!(
                rows.len() <= size && (all.is_empty() || !rows.is_empty()),
                "the last page has {} rows",
                rows.len()
            );
            all.extend(rows);
            return all;
        };
        assert_eq!(rows.len(), size, "a page before the last is full");
        all.extend(rows);
        path = next;
    }
}

/// Null first, text without regard to case, GUIDs and dates as they are written.
fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::String(left), Value::String(right)) => folded(left).cmp(&folded(right)),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (left, right) => left.as_f64().unwrap().total_cmp(&right.as_f64().unwrap()),
    }
}

fn in_order(left: &Value, right: &Value, by: &[(&str, bool)]) -> bool {
    for (name, descending) in by {
        let lookup = format!("_{name}_value");
        let column = if left.get(*name).is_some() { *name } else { lookup.as_str() };
        match order(&left[column], &right[column]) {
            Ordering::Equal => {}
            order => return (order == Ordering::Less) != *descending,
        }
    }
    true
}

fn key(row: &Value) -> String {
    row["systemuserid"].as_str().unwrap().to_owned()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn pages_together_are_the_whole_list_in_order(
        plan in world::plan(12),
        by in subsequence(&ORDERED[..], 0..4).prop_shuffle().prop_flat_map(|by| {
            let count = by.len();
            (Just(by), vec(any::<bool>(), count)).prop_map(|(by, down)| by.into_iter().zip(down).collect::<Vec<_>>())
        }),
        condition in proptest::option::of((filter(), any::<u64>())),
        sizes in vec(1usize..7, 1..3),
        top in 0usize..14,
    ) {
        SERVER.with(|fixture| {
            let world = plan.build(fixture);
            let passing: Vec<&Row> = world.tables["systemusers"].iter()
                .filter(|row| condition.as_ref().is_none_or(|(filter, _)| passes(&world, "systemusers", row, filter))).collect();
            let mut query = vec!["$count=true".to_owned()];
            if !by.is_empty() {
                let by: Vec<String> = by.iter().map(|(name, down)| format!("{name}{}", if *down { " desc" } else { "" })).collect();
                query.push(format!("$orderby={}", escaped(&by.join(","))));
            }
            let condition = condition.as_ref().map(|(filter, spelling)| format!("$filter={}", escaped(&text_of(filter, *spelling))));
            query.extend(condition.clone());
            let path = format!("systemusers?{}", query.join("&"));
            let reply = page(fixture, &path, None);
            let whole = reply.rows();
            prop_assert_eq!(reply.json()["@odata.count"].as_u64(), Some(passing.len() as u64));
            let count = fixture.send("GET", &format!("systemusers/$count?{}", condition.unwrap_or_default()), &[], None);
            prop_assert_eq!(count.text.trim_start_matches('\u{feff}'), passing.len().to_string());
            // All rows, each once, each as it is read without any option, one after the other in order.
            let mut rows: Vec<Row> = whole.iter().map(|row| row.as_object().unwrap().clone()).collect();
            rows.sort_by_key(|row| row["systemuserid"].to_string());
            let mut all: Vec<Row> = passing.iter().map(|row| (*row).clone()).collect();
            all.sort_by_key(|row| row["systemuserid"].to_string());
            prop_assert_eq!(rows, all);
            for pair in whole.windows(2) {
                prop_assert!(in_order(&pair[0], &pair[1], &by), "{} before {} by {:?}", key(&pair[0]), key(&pair[1]), by);
            }
            for size in &sizes {
                prop_assert_eq!(&pages(fixture, &path, *size), &whole, "pages of {}", size);
            }
            let first = page(fixture, &format!("{path}&$top={top}"), Some(sizes[0]));
            prop_assert_eq!(first.rows(), whole[..top.min(whole.len())].to_vec(), "$top={}", top);
            prop_assert!(next(fixture, &first).is_none(), "$top turns paging off");
            Ok(())
        })?;
    }

    #[test]
    fn a_selection_has_the_columns_that_were_asked_for(plan in world::plan(4), columns in subsequence(&SELECTED[..], 1..8), spaced in any::<bool>()) {
        SERVER.with(|fixture| {
            let world = plan.build(fixture);
            let names = columns.join(if spaced { ", " } else { "," });
            for row in page(fixture, &format!("systemusers?$select={}", escaped(&names)), None).rows() {
                let whole = world.row("systemusers", &row["systemuserid"]).unwrap();
                // The key comes always, under both of its names.
                let mut expected: Vec<&str> = columns.iter().copied().chain(["@odata.etag", "systemuserid", "ownerid"]).collect();
                expected.sort_unstable();
                expected.dedup();
                let mut got: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
                got.sort_unstable();
                prop_assert_eq!(got, expected);
                for (name, value) in row.as_object().unwrap() {
                    prop_assert_eq!(value, &whole[name], "{}", name);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_text_is_ordered_and_found_wherever_a_page_ends(texts in vec(crate::support::text(), 2..9), size in 1usize..4, down in select(vec!["", " desc"])) {
        SERVER.with(|fixture| {
            fixture.server.reset();
            for (number, text) in texts.iter().enumerate() {
                let reply = fixture.send("POST", "roles", &[], Some(serde_json::json!({"name": format!("{text} {number}")})));
                prop_assert_eq!(reply.status, 204, "{}", reply.text);
            }
            let path = format!("roles?$select=name&$orderby=name{}", escaped(down));
            let whole = page(fixture, &path, None).rows();
            prop_assert_eq!(whole.len(), texts.len() + 2);
            prop_assert_eq!(pages(fixture, &path, size), whole);
            Ok(())
        })?;
    }
}

thread_local! {
    static SERVER: Fixture = world::server();
}
