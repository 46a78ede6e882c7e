//! Filters: every operator, nesting, what is refused.

use local_dataverse::seed;
use serde_json::json;

use super::{refusal, run};
use crate::client::{Fixture, Reply};

fn query(filter: &str) -> String {
    format!(
        "<fetch><entity name='systemuser'><attribute name='firstname'/>{filter}<order attribute='firstname'/></entity></fetch>"
    )
}

/// The first names of the users who pass a filter.
fn found(fixture: &Fixture, filter: &str) -> String {
    run(fixture, "systemusers", &query(filter)).column("firstname").join(" ")
}

fn one(attribute: &str, operator: &str, values: &[&str]) -> String {
    match values {
        [] => format!("<filter><condition attribute='{attribute}' operator='{operator}'/></filter>"),
        [value] => {
            format!("<filter><condition attribute='{attribute}' operator='{operator}' value=\"{value}\"/></filter>")
        }
        several => {
            let values: String = several.iter().map(|value| format!("<value>{value}</value>")).collect();
            format!("<filter><condition attribute='{attribute}' operator='{operator}'>{values}</condition></filter>")
        }
    }
}

fn refused(fixture: &Fixture, filter: &str) -> Reply {
    run(fixture, "systemusers", &query(filter))
}

const ALL: &str = "Adele Bruno Chiara Connector Dora";

#[test]
fn operators_find_the_rows_that_they_should() {
    let fixture = Fixture::new();
    fixture.patch(&format!("systemusers({})", seed::DORA), json!({ "jobtitle": "Clerk", "address1_latitude": 47.5 }));
    let (adele, sales) = (seed::ADELE.to_string(), seed::SALES_UNIT.to_string());
    for (attribute, operator, values, expected) in [
        ("firstname", "eq", &["adele"][..], "Adele"),
        ("firstname", "ne", &["Adele"], "Bruno Chiara Connector Dora"),
        ("firstname", "neq", &["Adele"], "Bruno Chiara Connector Dora"),
        ("firstname", "gt", &["Chiara"], "Connector Dora"),
        ("firstname", "ge", &["Chiara"], "Chiara Connector Dora"),
        ("firstname", "lt", &["Bruno"], "Adele"),
        ("firstname", "le", &["Bruno"], "Adele Bruno"),
        ("lastname", "eq", &["Sample-O'Neil"], "Dora"),
        ("accessmode", "eq", &["4"], "Connector"),
        ("accessmode", "gt", &["0"], "Connector"),
        ("address1_latitude", "ge", &["47.5"], "Dora"),
        ("isdisabled", "eq", &["1"], "Chiara"),
        ("isdisabled", "eq", &["true"], "Chiara"),
        ("isdisabled", "ne", &["0"], "Chiara"),
        ("systemuserid", "eq", &[&adele], "Adele"),
        ("systemuserid", "eq", &[&format!("{{{}}}", adele.to_uppercase())], "Adele"),
        ("businessunitid", "eq", &[&sales], "Adele Chiara"),
        ("businessunitidname", "eq", &["sales"], "Adele Chiara"),
        ("businessunitidname", "like", &["S%"], "Adele Bruno Chiara"),
        ("accessmodename", "eq", &["Read-Write"], "Adele Bruno Chiara Dora"),
        ("createdon", "eq", &["2024-01-15T08:00:00Z"], ALL),
        ("createdon", "lt", &["2024-01-15"], ""),
        // As in SQL: null is not equal, and neither more nor less.
        ("jobtitle", "ne", &["Clerk"], "Adele Bruno Chiara Connector"),
        ("jobtitle", "gt", &["A"], "Dora"),
        ("firstname", "like", &["%or%"], "Connector Dora"),
        ("firstname", "like", &["a"], ""),
        ("firstname", "like", &["_d%"], "Adele"),
        ("firstname", "like", &["[a-b]%"], "Adele Bruno"),
        ("firstname", "like", &["[^a-b]%"], "Chiara Connector Dora"),
        ("firstname", "not-like", &["%or%"], "Adele Bruno Chiara"),
        ("jobtitle", "not-like", &["Cl%"], "Adele Bruno Chiara Connector"),
        ("firstname", "begins-with", &["c"], "Chiara Connector"),
        ("firstname", "not-begin-with", &["c"], "Adele Bruno Dora"),
        ("firstname", "ends-with", &["A"], "Chiara Dora"),
        ("firstname", "not-end-with", &["A"], "Adele Bruno Connector"),
        ("firstname", "in", &["adele", "Dora", "Nobody"], "Adele Dora"),
        ("firstname", "in", &["Adele"], "Adele"),
        ("systemuserid", "in", &[&adele, &sales], "Adele"),
        ("accessmode", "in", &["1", "4"], "Connector"),
        ("firstname", "not-in", &["Adele", "Dora"], "Bruno Chiara Connector"),
        ("jobtitle", "not-in", &["Clerk", "Cook"], "Adele Bruno Chiara Connector"),
        ("accessmode", "between", &["1", "4"], "Connector"),
        ("accessmode", "not-between", &["1", "4"], "Adele Bruno Chiara Dora"),
        ("createdon", "between", &["2024-01-15", "2024-01-16"], ALL),
        ("createdon", "not-between", &["2024-01-15", "2024-01-16"], ""),
        ("jobtitle", "null", &[], "Adele Bruno Chiara Connector"),
        ("jobtitle", "not-null", &[], "Dora"),
        ("systemuserid", "eq-userid", &[], "Connector"),
        ("systemuserid", "ne-userid", &[], "Adele Bruno Chiara Dora"),
        ("modifiedby", "eq-userid", &[], "Dora"),
        ("businessunitid", "eq-businessid", &[], "Connector Dora"),
        ("businessunitid", "ne-businessid", &[], "Adele Bruno Chiara"),
        ("systemuserid", "eq-useroruserteams", &[], "Connector"),
        ("systemuserid", "eq-userteams", &[], ""),
        ("createdon", "on", &["2024-01-15"], ALL),
        ("createdon", "on", &["2024-01-15T23:00:00Z"], ALL),
        ("createdon", "on", &["1/16/2024"], ""),
        ("createdon", "on-or-before", &["2024-01-14"], ""),
        ("createdon", "on-or-before", &["2024-01-15"], ALL),
        ("createdon", "on-or-after", &["2024-01-15"], ALL),
        ("createdon", "on-or-after", &["2024-01-16"], ""),
        ("createdon", "today", &[], ""),
        ("createdon", "olderthan-x-days", &["30"], ALL),
        ("createdon", "olderthan-x-years", &["1000"], ""),
        ("createdon", "last-x-years", &["1000"], ALL),
        ("createdon", "next-x-years", &["1000"], ""),
    ] {
        assert_eq!(found(&fixture, &one(attribute, operator, values)), expected, "{attribute} {operator} {values:?}");
    }
}

#[test]
fn a_change_of_this_moment_is_within_the_periods_around_now() {
    let fixture = Fixture::new();
    fixture.patch(&format!("systemusers({})", seed::BRUNO), json!({ "jobtitle": "Clerk" }));
    for (operator, values) in [
        ("last-x-hours", &["1"][..]),
        ("last-x-days", &["1"]),
        ("last-x-weeks", &["1"]),
        ("last-x-months", &["1"]),
        ("last-x-years", &["1"]),
        ("last-seven-days", &[]),
    ] {
        assert_eq!(found(&fixture, &one("modifiedon", operator, values)), "Bruno", "{operator}");
    }
    for operator in ["last-week", "next-week", "last-month", "next-month", "last-year", "next-year"] {
        assert_eq!(found(&fixture, &one("modifiedon", operator, &[])), "", "{operator}");
    }
}

#[test]
fn teams_of_the_caller_are_found() {
    let fixture = Fixture::new();
    let query = "<fetch><entity name='team'><attribute name='name'/><filter><condition attribute='teamid' \
                 operator='eq-userteams'/></filter></entity></fetch>";
    assert_eq!(run(&fixture, "teams", query).column("name"), ["Contoso"]);
}

#[test]
fn filters_are_nested_and_joined_by_and_and_or() {
    let fixture = Fixture::new();
    let is =
        |attribute: &str, value: &str| format!("<condition attribute='{attribute}' operator='eq' value='{value}'/>");
    let (adele, dora) = (is("firstname", "Adele"), is("firstname", "Dora"));
    let (disabled, example) = (is("isdisabled", "1"), is("lastname", "Example"));
    for (filter, expected) in [
        (format!("<filter>{adele}{example}</filter>"), "Adele"),
        (format!("<filter>{adele}{dora}</filter>"), ""),
        (format!("<filter type='or'>{adele}{dora}</filter>"), "Adele Dora"),
        (format!("<filter type='and'>{example}<filter type='or'>{adele}{disabled}</filter></filter>"), "Adele Chiara"),
        (format!("<filter type='or'>{dora}<filter type='and'>{example}{disabled}</filter></filter>"), "Chiara Dora"),
        (format!("<filter>{example}</filter><filter>{disabled}</filter>"), "Chiara"),
        ("<filter/>".to_owned(), ALL),
        ("<filter type='or'/>".to_owned(), ALL),
        (format!("<filter>{example}<filter type='or'/></filter>"), "Adele Bruno Chiara"),
    ] {
        assert_eq!(found(&fixture, &filter), expected, "{filter}");
    }
}

#[test]
fn columns_are_compared_with_each_other() {
    let fixture = Fixture::new();
    fixture.patch(&format!("systemusers({})", seed::DORA), json!({ "nickname": "dora", "title": "A" }));
    let compared = |attribute: &str, operator: &str, other: &str| {
        format!("<filter><condition attribute='{attribute}' operator='{operator}' valueof='{other}'/></filter>")
    };
    assert_eq!(found(&fixture, &compared("firstname", "eq", "nickname")), "Dora");
    assert_eq!(found(&fixture, &compared("nickname", "ne", "title")), ALL);
    assert_eq!(found(&fixture, &compared("nickname", "gt", "title")), "Dora");
    assert_eq!(found(&fixture, &compared("createdon", "le", "modifiedon")), ALL);
    for (attribute, operator, other, code) in [
        ("firstname", "like", "nickname", "0x80041120"),
        ("firstname", "eq", "createdon", "0x80041120"),
        ("firstname", "eq", "shoesize", "0x80041103"),
        ("firstname", "eq", "team.name", "0x8004110b"),
    ] {
        let reply = refused(&fixture, &compared(attribute, operator, other));
        assert_eq!(refusal(&reply), (400, code.to_owned()), "{attribute} {operator} {other}");
    }
}

#[test]
fn conditions_that_make_no_sense_are_refused_with_what_is_wrong() {
    let fixture = Fixture::new();
    for (attribute, operator, values, code, words) in [
        ("firstname", "equals", &["x"][..], "0x80041120", "'equals'"),
        ("accessmode", "like", &["4%"], "0x80041120", "systemuser.accessmode"),
        ("firstname", "today", &[], "0x80041120", "systemuser.firstname"),
        ("firstname", "eq-userid", &[], "0x80041120", "systemuser.firstname"),
        ("firstname", "between", &["a", "b"], "0x80041120", "systemuser.firstname"),
        ("firstname", "eq", &[], "0x80040203", "requires 1 value/s, not 0"),
        ("firstname", "eq", &["a", "b"], "0x80040203", "requires 1 value/s, not 2"),
        ("firstname", "in", &[], "0x80040203", "requires at least 1 value/s, not 0"),
        ("accessmode", "between", &["1"], "0x80040203", "requires 2 value/s, not 1"),
        ("firstname", "null", &["x"], "0x80040203", "requires 0 value/s, not 1"),
        ("systemuserid", "eq", &["Adele"], "0x80040203", "System.Guid"),
        ("systemuserid", "in", &["Adele", "Dora"], "0x80040203", "System.Guid"),
        ("isdisabled", "eq", &["perhaps"], "0x80040203", "System.Boolean"),
        ("accessmode", "eq", &["Read-Write"], "0x80040203", "System.Int32"),
        ("createdon", "on", &["someday"], "0x80040203", "System.DateTime"),
        ("createdon", "last-x-days", &["few"], "0x80040203", "System.Int32"),
        ("createdon", "last-x-days", &["0"], "0x80040203", "System.Int32"),
        ("createdon", "last-x-years", &["100000"], "0x80040203", "System.DateTime"),
    ] {
        let reply = refused(&fixture, &one(attribute, operator, values));
        assert_eq!(refusal(&reply), (400, code.to_owned()), "{attribute} {operator} {values:?}: {}", reply.text);
        assert!(reply.message().contains(words), "{attribute} {operator} {values:?}: {}", reply.text);
    }
    let reply = refused(&fixture, "<filter><condition entityname='r' attribute='name' operator='null'/></filter>");
    assert_eq!(refusal(&reply), (400, "0x8004110b".to_owned()));
}
