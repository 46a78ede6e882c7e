//! Any JSON in any column: it is refused and nothing changes, or it is there when the row is read again.

use local_dataverse::seed;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::client::{Fixture, user};
use crate::support::{cases, text};

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::from),
        2 => (-10i64..10).prop_map(Value::from),
        1 => prop_oneof![any::<i64>().prop_map(Value::from), any::<u64>().prop_map(Value::from), any::<f64>().prop_map(Value::from)],
        2 => (-4000i64..4000).prop_map(|quarters| json!(quarters as f64 / 4.0)),
        4 => text().prop_map(Value::from),
        1 => (0usize..1100).prop_map(|length| Value::from("\u{1f600}".repeat(length))),
        2 => select(vec![
            "", " ", "c0000000-0000-4000-8000-000000000003", "C0000000-0000-4000-8000-00000000000A", "2024-03-15", "2024-03-15T16:21:58Z",
            "2024-03-15T16:21:58.999+02:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2024-13-45", "/systemusers(x)",
        ]).prop_map(Value::from),
        1 => (1usize..200).prop_map(|depth| (0..depth).fold(json!([]), |inner, _| json!([inner]))),
        1 => Just(json!({"systemuserid": "x"})),
    ]
}

/// Whether a value that was sent and one that was read are the same in the column's type.
fn same(sent: &Value, read: &Value) -> bool {
    match (sent, read) {
        // The service keeps no empty text.
        (Value::String(sent), Value::Null) => sent.is_empty(),
        (Value::String(sent), Value::String(read)) => {
            let instant = |text: &str| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
            let day = |text: &str| instant(&format!("{text}T00:00:00Z"));
            sent == read
                || sent.parse::<uuid::Uuid>().is_ok_and(|id| id.to_string() == *read)
                || instant(sent).or_else(|| day(sent)).is_some_and(|seconds| Some(seconds) == instant(read))
        }
        (Value::Number(sent), Value::Number(read)) => sent.as_f64() == read.as_f64(),
        _ => sent == read,
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn a_value_is_kept_as_it_was_sent_or_refused(column in any::<Index>(), value in value(), create in any::<bool>()) {
        SERVER.with(|fixture| {
            fixture.server.reset();
            let before = fixture.get(&user(seed::ADELE)).json();
            let columns: Vec<&String> = before.as_object().unwrap().keys().filter(|name| !name.contains('@')).collect();
            let name = column.get(&columns).as_str();
            let (reply, id) = if create {
                let mut body = json!({
                    "internalemailaddress": "new@contoso.example",
                    "businessunitid@odata.bind": format!("/businessunits({})", seed::SALES_UNIT),
                });
                body[name] = value.clone();
                let reply = fixture.send("POST", "systemusers", &[], Some(body));
                let address = reply.headers.get("odata-entityid").map_or("", |address| address.to_str().unwrap()).to_owned();
                let id = address.rsplit_once("systemusers(").map_or("", |(_, id)| id.trim_end_matches(')')).to_owned();
                (reply, id)
            } else {
                (fixture.patch(&user(seed::ADELE), json!({name: value})), seed::ADELE.to_string())
            };
            if reply.status == 204 {
                let row = fixture.get(&format!("systemusers({id})")).json();
                // What a create says nothing about, the server chooses.
                let nothing = value.is_null() || value == "";
                let chosen = create && ["domainname", "systemuserid", "accessmode"].contains(&name) && nothing;
                prop_assert!(chosen || same(&value, &row[name]), "{} was {} and is {}", name, value, row[name]);
            } else {
                prop_assert!((400..500).contains(&reply.status), "{}: {}: {} {}", name, value, reply.status, reply.text);
                prop_assert!(!reply.message().is_empty());
                prop_assert!(fixture.server.ledger().is_empty());
                prop_assert_eq!(fixture.get(&user(seed::ADELE)).json(), before);
            }
            Ok(())
        })?;
    }
}

thread_local! {
    static SERVER: Fixture = Fixture::new();
}
