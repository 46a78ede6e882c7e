//! Aggregates and groups.

use local_dataverse::{Options, seed};
use serde_json::{Value, json};

use super::{annotated, path, refusal, run};
use crate::client::Fixture;

/// The rows of an aggregate query of users.
fn totals(fixture: &Fixture, inner: &str) -> Vec<Value> {
    run(fixture, "systemusers", &query(inner)).rows()
}

fn query(inner: &str) -> String {
    format!("<fetch aggregate='true'><entity name='systemuser'>{inner}</entity></fetch>")
}

/// Users whose employees are counted in a number column: 10, 20, 20, 51 and nothing.
fn numbered() -> Fixture {
    let fixture = Fixture::new();
    for (user, number) in [(seed::ADELE, 10), (seed::BRUNO, 20), (seed::CHIARA, 20), (seed::DORA, 51)] {
        let body = json!({ "importsequencenumber": number, "address1_latitude": f64::from(number) / 4.0 });
        assert_eq!(fixture.patch(&format!("systemusers({user})"), body).status, 204);
    }
    fixture
}

#[test]
fn numbers_are_counted_added_up_and_compared() {
    let fixture = numbered();
    let column =
        |name: &str, function: &str| format!("<attribute name='{name}' alias='{function}' aggregate='{function}'/>");
    let whole: String = ["count", "countcolumn", "sum", "avg", "min", "max"]
        .map(|function| column("importsequencenumber", function))
        .concat();
    // Whole numbers are divided as whole numbers: 101 / 4.
    assert_eq!(
        totals(&fixture, &whole),
        [json!({ "count": 5, "countcolumn": 4, "sum": 101, "avg": 25, "min": 10, "max": 51 })]
    );
    let parts: String = ["sum", "avg", "min", "max"].map(|function| column("address1_latitude", function)).concat();
    assert_eq!(totals(&fixture, &parts), [json!({ "sum": 25.25, "avg": 6.3125, "min": 2.5, "max": 12.75 })]);
    let dates = "<attribute name='createdon' alias='first' aggregate='min'/><attribute name='createdon' alias='n' aggregate='countcolumn' distinct='true'/>";
    assert_eq!(totals(&fixture, dates), [json!({ "first": "2024-01-15T08:00:00Z", "n": 1 })]);
    let different = "<attribute name='importsequencenumber' alias='n' aggregate='countcolumn' distinct='true'/>";
    assert_eq!(totals(&fixture, different), [json!({ "n": 3 })]);
}

#[test]
fn of_no_rows_there_is_a_count_and_no_least() {
    let fixture = numbered();
    let none = "<attribute name='systemuserid' alias='n' aggregate='count'/><attribute name='importsequencenumber' alias='least' \
                aggregate='min'/><filter><condition attribute='firstname' operator='eq' value='Nobody'/></filter>";
    assert_eq!(totals(&fixture, none), [json!({ "n": 0 })]);
    let grouped = format!("{none}<attribute name='lastname' alias='name' groupby='true'/>");
    assert_eq!(totals(&fixture, &grouped), Vec::<Value>::new());
}

#[test]
fn rows_are_grouped_by_values_and_ordered_by_aliases() {
    let fixture = numbered();
    let grouped = |order: &str| {
        totals(
            &fixture,
            &format!(
                "<attribute name='importsequencenumber' alias='n' groupby='true'/><attribute name='systemuserid' alias='users' \
                 aggregate='count'/>{order}"
            ),
        )
    };
    assert_eq!(
        grouped("<order alias='n'/>"),
        [
            json!({ "users": 1 }),
            json!({ "n": 10, "users": 1 }),
            json!({ "n": 20, "users": 2 }),
            json!({ "n": 51, "users": 1 })
        ]
    );
    assert_eq!(grouped("<order alias='users' descending='true'/>")[0], json!({ "n": 20, "users": 2 }));
    // Text that differs in case alone is one group, as in the service's database.
    fixture.patch(&format!("systemusers({})", seed::ADELE), json!({ "lastname": "EXAMPLE" }));
    let names = totals(
        &fixture,
        "<attribute name='lastname' alias='name' groupby='true'/><attribute name='systemuserid' alias='n' aggregate='count'/>\
         <filter><condition attribute='lastname' operator='eq' value='example'/></filter>",
    );
    assert_eq!((names.len(), &names[0]["n"]), (1, &json!(3)));
}

#[test]
fn members_are_counted_by_role() {
    let fixture = Fixture::with(Options { users: 300, ..Options::default() });
    let query = "<fetch aggregate='true'><entity name='systemuserroles'>\
         <attribute name='systemuserid' alias='members' aggregate='count'/>\
         <link-entity name='role' from='roleid' to='roleid' alias='r'><attribute name='name' alias='role' groupby='true'/>\
         <order alias='role'/></link-entity></entity></fetch>";
    let rows = run(&fixture, "systemuserrolescollection", query).rows();
    let counted: i64 = rows.iter().map(|row| row["members"].as_i64().unwrap()).sum();
    assert_eq!(counted as usize, fixture.get("systemuserrolescollection").rows().len());
    let of = |role: &str| rows.iter().find(|row| row["role"] == role).map(|row| row["members"].clone());
    let filter = "systemuserroles_association/any(r:r/name eq 'Salesperson')";
    let expected = fixture.get(&format!("systemusers?$select=systemuserid&$filter={filter}")).rows().len();
    assert_eq!(of("Salesperson"), Some(json!(expected)));
    let mut names: Vec<&str> = rows.iter().map(|row| row["role"].as_str().unwrap()).collect();
    let as_they_came = names.clone();
    names.sort_unstable_by_key(|name| name.to_lowercase());
    assert_eq!(names, as_they_came);
}

#[test]
fn values_of_groups_have_the_annotations_of_their_columns() {
    let fixture = Fixture::new();
    let reply = annotated(
        &fixture,
        "systemusers",
        &query(
            "<attribute name='businessunitid' alias='unit' groupby='true'/><attribute name='accessmode' alias='mode' groupby='true'/>\
             <attribute name='systemuserid' alias='n' aggregate='count'/><order alias='unit'/>\
             <filter><condition attribute='businessunitidname' operator='eq' value='Sales'/></filter>",
        ),
    );
    assert!(reply.json()["@odata.context"].as_str().unwrap().ends_with("$metadata#systemusers"));
    assert_eq!(
        reply.rows(),
        [json!({
            "unit@OData.Community.Display.V1.AttributeName": "businessunitid",
            "unit@OData.Community.Display.V1.FormattedValue": "Sales",
            "unit@Microsoft.Dynamics.CRM.lookuplogicalname": "businessunit",
            "unit": seed::SALES_UNIT.to_string(),
            "mode@OData.Community.Display.V1.AttributeName": "accessmode",
            "mode@OData.Community.Display.V1.FormattedValue": "Read-Write",
            "mode": 0,
            "n@OData.Community.Display.V1.AttributeName": "systemuserid",
            "n@OData.Community.Display.V1.FormattedValue": "2",
            "n": 2,
        })]
    );
}

#[test]
fn dates_are_grouped_by_their_parts() {
    let fixture = Fixture::new();
    let parts: String = ["day", "week", "month", "quarter", "year"]
        .map(|part| format!("<attribute name='createdon' alias='{part}' groupby='true' dategrouping='{part}'/>"))
        .concat();
    let count = "<attribute name='systemuserid' alias='n' aggregate='count'/>";
    assert_eq!(
        totals(&fixture, &format!("{parts}{count}")),
        [json!({ "day": 15, "week": 3, "month": 1, "quarter": 1, "year": 2024, "n": 5 })]
    );
    let fiscal = "<attribute name='createdon' alias='period' groupby='true' dategrouping='fiscal-period'/>";
    assert_eq!(run(&fixture, "systemusers", &query(fiscal)).status, 501);
}

#[test]
fn groups_come_in_pages_by_number() {
    let fixture = numbered();
    let inner = "<attribute name='importsequencenumber' alias='n' groupby='true'/><attribute name='systemuserid' alias='users' \
                 aggregate='count'/><order alias='n' descending='true'/>";
    let page = |number: usize| {
        let paged = format!("<fetch aggregate='true' count='3' page='{number}' returntotalrecordcount='true'>");
        annotated(&fixture, "systemusers", &query(inner).replace("<fetch aggregate='true'>", &paged))
    };
    let (first, second) = (page(1), page(2));
    assert_eq!((first.rows().len(), second.rows().len()), (3, 1));
    assert_eq!(first.json()["@Microsoft.Dynamics.CRM.morerecords"], true);
    assert_eq!(first.json()["@odata.count"], 4);
    assert!(second.json().get("@Microsoft.Dynamics.CRM.morerecords").is_none());
    assert!(!first.text.contains("fetchxmlpagingcookie"));
}

#[test]
fn no_more_than_50000_rows_are_aggregated() {
    let fixture = Fixture::with(Options { users: 50_000, ..Options::default() });
    let count = "<attribute name='systemuserid' alias='n' aggregate='count'/>";
    let reply = run(&fixture, "systemusers", &query(count));
    assert_eq!(refusal(&reply), (400, "0x8004E023".to_owned()));
    assert_eq!(reply.message(), "AggregateQueryRecordLimit exceeded. Cannot perform this operation.");
    // A filter brings it below the limit, and a query can have a lower one.
    let some = format!("{count}<filter><condition attribute='createdon' operator='null'/></filter>");
    assert_eq!(totals(&fixture, &some), [json!({ "n": 0 })]);
    let limited = |limit: usize| {
        let query = query(&format!(
            "{count}<filter><condition attribute='lastname' operator='eq' value='Sample-O&#39;Neil'/></filter>"
        ));
        fixture.get(&path(
            "systemusers",
            &query.replace("aggregate='true'>", &format!("aggregate='true' aggregatelimit='{limit}'>")),
        ))
    };
    assert_eq!(limited(1).rows(), [json!({ "n": 1 })]);
    let all = query(count).replace("aggregate='true'>", "aggregate='true' aggregatelimit='10'>");
    assert_eq!(refusal(&run(&fixture, "systemusers", &all)), (400, "0x8004E023".to_owned()));
}

#[test]
fn what_can_not_be_aggregated_is_refused() {
    let fixture = Fixture::new();
    let count = "<attribute name='systemuserid' alias='n' aggregate='count'/>";
    for (inner, code) in [
        ("", "0x8004111a"),
        ("<all-attributes/>", "0x8004111a"),
        ("<attribute name='fullname'/>", "0x80041109"),
        ("<attribute name='fullname' alias='a'/>", "0x8004111a"),
        ("<attribute name='fullname' alias='a' aggregate='count' groupby='true'/>", "0x8004111a"),
        ("<attribute name='fullname' aggregate='count'/>", "0x80041109"),
        ("<attribute name='fullname' alias='a' aggregate='median'/>", "0x8004111a"),
        ("<attribute name='fullname' alias='a' aggregate='sum'/>", "0x8004112F"),
        ("<attribute name='accessmode' alias='a' aggregate='avg'/>", "0x8004112F"),
        ("<attribute name='fullname' alias='a' aggregate='max'/>", "0x8004112F"),
        ("<attribute name='createdon' alias='a' aggregate='sum'/>", "0x8004112F"),
        ("<attribute name='shoesize' alias='a' aggregate='count'/>", "0x80041103"),
        ("<attribute name='fullname' alias='a' groupby='perhaps'/>", "0x8004112E"),
        ("<attribute name='createdon' alias='a' groupby='true'/>", "0x80041135"),
        ("<attribute name='createdon' alias='a' groupby='true' dategrouping='century'/>", "0x80041135"),
        ("<attribute name='fullname' alias='a' groupby='true' dategrouping='day'/>", "0x80041135"),
        (&format!("{count}{count}"), "0x80041130"),
        (&format!("{count}<order attribute='fullname'/>"), "0x8004111a"),
        (&format!("{count}<order alias='other'/>"), "0x8004110b"),
    ] {
        let reply = run(&fixture, "systemusers", &query(inner));
        assert_eq!(refusal(&reply), (400, code.to_owned()), "{inner}: {}", reply.text);
    }
}
