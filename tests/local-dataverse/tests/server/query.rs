//! Reading: columns, order, pages, counts, preconditions, what is refused.

use local_dataverse::{Options, seed};
use serde_json::Value;

use crate::client::{Fixture, user};

#[test]
fn a_row_has_its_etag_its_lookups_and_its_nulls() {
    let fixture = Fixture::new();
    let reply = fixture.get(&user(seed::ADELE));
    let row = reply.json();
    assert_eq!(reply.header("odata-version"), "4.0");
    assert!(row["@odata.context"].as_str().unwrap().ends_with("$metadata#systemusers/$entity"), "{row}");
    assert!(row["@odata.etag"].as_str().unwrap().starts_with("W/\""));
    assert_eq!(
        (&row["systemuserid"], &row["ownerid"]),
        (&Value::from(seed::ADELE.to_string()), &Value::from(seed::ADELE.to_string()))
    );
    assert_eq!(row["_businessunitid_value"], seed::SALES_UNIT.to_string());
    assert!(row.get("middlename").is_some_and(Value::is_null));
    assert!(row["createdon"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn select_takes_columns_and_the_key_comes_along() {
    let fixture = Fixture::new();
    let row = fixture.get(&format!("{}?$select=fullname,_businessunitid_value", user(seed::ADELE))).json();
    let mut names: Vec<&str> =
        row.as_object().unwrap().keys().map(String::as_str).filter(|name| !name.starts_with('@')).collect();
    names.sort_unstable();
    // The owner column goes with the key of a user, as in recorded replies.
    assert!(["_businessunitid_value", "fullname", "systemuserid"].iter().all(|name| names.contains(name)), "{names:?}");
    assert!(names.len() <= 4, "{names:?}");
    let reply = fixture.get("systemusers?$select=shoesize");
    assert_eq!((reply.status, reply.code().as_str()), (400, "0x80060888"));
    assert_eq!(
        reply.message(),
        "Could not find a property named 'shoesize' on type 'Microsoft.Dynamics.CRM.systemuser'."
    );
}

#[test]
fn rows_are_ordered_and_limited() {
    let fixture = Fixture::new();
    let names = fixture.get("systemusers?$select=fullname&$orderby=fullname desc").column("fullname");
    let mut sorted = names.clone();
    sorted.sort_by(|one, other| other.cmp(one));
    assert_eq!(names, sorted);
    let reply = fixture.get("systemusers?$select=fullname&$orderby=fullname&$top=2");
    assert_eq!(reply.column("fullname"), ["Adele Example", "Bruno Example"]);
    assert!(reply.json().get("@odata.nextLink").is_none(), "$top turns paging off");
    assert_eq!(fixture.get("systemusers?$top=none").status, 400);
}

#[test]
fn pages_follow_each_other_by_their_links_without_gap_or_repeat() {
    let fixture = Fixture::with(Options { users: 95, ..Options::default() });
    for order in ["", "&$orderby=lastname desc,firstname", "&$orderby=isdisabled"] {
        let mut path = format!("systemusers?$select=systemuserid{order}&$count=true");
        let (mut seen, mut pages) = (Vec::new(), 0);
        loop {
            let reply = fixture.send("GET", &path.replace(' ', "%20"), &[("Prefer", "odata.maxpagesize=10")], None);
            assert!(reply.header("preference-applied").contains("odata.maxpagesize=10"));
            seen.extend(reply.column("systemuserid"));
            pages += 1;
            assert_eq!(reply.json()["@odata.count"], 100);
            match reply.json()["@odata.nextLink"].as_str() {
                Some(next) => path = next.strip_prefix(fixture.server.url()).map(|rest| format!("/{rest}")).unwrap(),
                None => break,
            }
        }
        assert_eq!((seen.len(), pages), (100, 10), "{order}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 100, "{order}");
    }
}

#[test]
fn a_page_is_never_larger_than_the_setting_and_a_count_never_above_5000() {
    let fixture = Fixture::with(Options { users: 6000, ..Options::default() });
    let reply = fixture.get("systemusers?$select=systemuserid&$count=true");
    assert_eq!((reply.rows().len(), &reply.json()["@odata.count"]), (5000, &Value::from(5000)));
    fixture.server.settings_mut(|settings| settings.max_page_size = 7);
    assert_eq!(fixture.get("systemusers?$select=systemuserid").rows().len(), 7);
}

#[test]
fn a_cookie_of_another_query_and_one_that_is_none_are_refused() {
    let fixture = Fixture::new();
    let reply = fixture.send(
        "GET",
        "systemusers?$select=fullname&$orderby=fullname",
        &[("Prefer", "odata.maxpagesize=2")],
        None,
    );
    let next = reply.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    let token = next.split("$skiptoken=").nth(1).or(next.split("%24skiptoken=").nth(1)).unwrap().to_owned();
    assert!(token.contains("cookie"), "{token}");
    assert_eq!(fixture.get(&format!("systemusers?$orderby=lastname&$skiptoken={token}")).status, 400);
    assert_eq!(fixture.get("systemusers?$skiptoken=nonsense").status, 400);
}

#[test]
fn skip_and_what_the_server_lacks_are_refused_loudly() {
    let fixture = Fixture::new();
    let reply = fixture.get("systemusers?$skip=1");
    assert_eq!((reply.status, reply.message().as_str()), (400, "Skip Clause is not supported in CRM"));
    for option in ["savedQuery=c0000000-0000-4000-8000-000000000002", "$apply=x"] {
        let reply = fixture.get(&format!("systemusers?{option}"));
        assert_eq!(reply.status, 501, "{option}");
        assert!(reply.message().contains("does not support"), "{}", reply.text);
    }
    assert_eq!(fixture.get("unicorns").status, 404);
    assert_eq!(fixture.get("systemusers?$unknown=1").status, 400);
    assert_eq!(fixture.get("systemusers?$top=1&$top=2").status, 400);
    assert_eq!(fixture.send("PUT", "systemusers", &[], None).status, 405);
}

#[test]
fn annotations_come_when_they_are_asked_for() {
    let fixture = Fixture::new();
    let name = "_businessunitid_value@OData.Community.Display.V1.FormattedValue";
    let asked = [("Prefer", "odata.include-annotations=\"*\"")];
    let row = fixture.send("GET", &format!("{}?$select=_businessunitid_value", user(seed::ADELE)), &asked, None).json();
    assert_eq!(row[name], "Sales");
    assert!(fixture.get(&user(seed::ADELE)).json().get(name).is_none());
}

#[test]
fn a_property_and_a_count_have_paths_of_their_own() {
    let fixture = Fixture::new();
    assert_eq!(fixture.get(&format!("{}/fullname", user(seed::ADELE))).json()["value"], "Adele Example");
    assert_eq!(fixture.get("systemusers/$count").text.trim_start_matches('\u{feff}'), "5");
}

#[test]
fn a_row_that_is_as_the_client_knows_it_is_not_sent_again() {
    let fixture = Fixture::new();
    let tag = fixture.get(&user(seed::ADELE)).json()["@odata.etag"].as_str().unwrap().to_owned();
    assert_eq!(fixture.send("GET", &user(seed::ADELE), &[("If-None-Match", &tag)], None).status, 304);
    assert_eq!(fixture.send("GET", &user(seed::ADELE), &[("If-None-Match", "null")], None).status, 200);
}

#[test]
fn a_large_environment_is_made_and_listed() {
    let fixture = Fixture::with(Options { users: 20_000, units: 10, roles: 5, ..Options::default() });
    assert_eq!(fixture.get("businessunits?$select=name").rows().len(), 13);
    assert_eq!(fixture.get("roles?$select=name&$filter=startswith(name,'Salesperson')").rows().len(), 13);
    assert_eq!(fixture.get("systemusers?$select=fullname&$filter=startswith(fullname,'nobody')").rows().len(), 0);
}
