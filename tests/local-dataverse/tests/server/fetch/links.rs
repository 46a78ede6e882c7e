//! Links: tables joined, and links that are conditions.

use local_dataverse::{Options, seed};
use serde_json::{Value, json};

use super::paging::all;
use super::{annotated, refusal, run};
use crate::client::Fixture;

/// The users who pass what stands inside of `<entity>`, by first name.
fn users(fixture: &Fixture, inner: &str) -> String {
    let query = format!(
        "<fetch><entity name='systemuser'><attribute name='firstname'/><order attribute='firstname'/>{inner}</entity></fetch>"
    );
    run(fixture, "systemusers", &query).column("firstname").join(" ")
}

/// Users with their roles, over the intersect table.
const ROLES: &str = "<entity name='systemuser'><attribute name='firstname'/><order attribute='firstname'/>\
     <link-entity name='systemuserroles' from='systemuserid' to='systemuserid' intersect='true'>\
     <link-entity name='role' from='roleid' to='roleid' alias='role'><attribute name='name'/></link-entity></link-entity></entity>";

fn pairs(rows: &[Value], one: &str, other: &str) -> Vec<String> {
    rows.iter().map(|row| format!("{}: {}", row[one].as_str().unwrap(), row[other].as_str().unwrap_or("-"))).collect()
}

#[test]
fn users_are_joined_with_their_roles() {
    let fixture = Fixture::new();
    let reply = run(&fixture, "systemusers", &format!("<fetch>{ROLES}</fetch>"));
    assert_eq!(
        pairs(&reply.rows(), "firstname", "role.name"),
        [
            "Adele: Salesperson",
            "Bruno: Customer Service Representative",
            "Connector: System Administrator",
            "Dora: System Administrator"
        ]
    );
    assert!(reply.json()["@odata.context"].as_str().unwrap().ends_with("#systemusers(firstname,systemuserid)"));
}

#[test]
fn columns_of_a_link_go_by_its_alias_its_number_or_their_own_alias() {
    let fixture = Fixture::new();
    let query = |alias: &str, attribute: &str| {
        format!(
            "<fetch><entity name='systemuser'><attribute name='firstname'/><filter><condition attribute='firstname' operator='eq' \
             value='Adele'/></filter><link-entity name='businessunit' from='businessunitid' to='businessunitid' {alias}>\
             {attribute}</link-entity></entity></fetch>"
        )
    };
    let columns = "<attribute name='name'/><attribute name='parentbusinessunitid'/>";
    let row = &annotated(&fixture, "systemusers", &query("alias='unit'", columns)).rows()[0];
    let mut linked = row.clone();
    linked.as_object_mut().unwrap().retain(|name, _| name.starts_with("unit."));
    assert_eq!(
        linked,
        json!({
            "unit.name@OData.Community.Display.V1.AttributeName": "name",
            "unit.name": "Sales",
            "unit.parentbusinessunitid@OData.Community.Display.V1.AttributeName": "parentbusinessunitid",
            "unit.parentbusinessunitid@OData.Community.Display.V1.FormattedValue": "Contoso",
            "unit.parentbusinessunitid@Microsoft.Dynamics.CRM.lookuplogicalname": "businessunit",
            "unit.parentbusinessunitid": seed::ROOT_UNIT.to_string(),
        })
    );
    assert_eq!(run(&fixture, "systemusers", &query("", columns)).rows()[0]["businessunit1.name"], "Sales");
    let named = "<attribute name='name' alias='unitname'/>";
    assert_eq!(run(&fixture, "systemusers", &query("alias='u'", named)).rows()[0]["unitname"], "Sales");
    let everything = &run(&fixture, "systemusers", &query("alias='u'", "<all-attributes/>")).rows()[0];
    assert_eq!((&everything["u.name"], &everything["u.isdisabled"]), (&json!("Sales"), &json!(false)));
    let nothing = &run(&fixture, "systemusers", &query("alias='u'", "")).rows()[0];
    assert!(!nothing.to_string().contains("u."), "{nothing}");
}

#[test]
fn an_outer_link_keeps_rows_without_a_match() {
    let fixture = Fixture::new();
    let query = |inner: &str| {
        let links = ROLES
            .replace("intersect='true'", "link-type='outer'")
            .replace("alias='role'", "link-type='outer' alias='role'");
        format!("<fetch>{}</fetch>", links.replace("</entity>", &format!("{inner}</entity>")))
    };
    assert_eq!(
        pairs(&run(&fixture, "systemusers", &query("")).rows(), "firstname", "role.name"),
        [
            "Adele: Salesperson",
            "Bruno: Customer Service Representative",
            "Chiara: -",
            "Connector: System Administrator",
            "Dora: System Administrator"
        ]
    );
    // A condition with entityname is held against the joined rows: who has no role?
    let without = "<filter><condition entityname='role' attribute='roleid' operator='null'/></filter>";
    assert_eq!(pairs(&run(&fixture, "systemusers", &query(without)).rows(), "firstname", "role.name"), ["Chiara: -"]);
}

#[test]
fn a_filter_in_a_link_narrows_an_inner_link_and_empties_an_outer_one() {
    let fixture = Fixture::new();
    let link = |how: &str| {
        format!(
            "<link-entity name='businessunit' from='businessunitid' to='businessunitid' link-type='{how}' alias='u'>\
             <filter><condition attribute='name' operator='eq' value='Sales'/></filter></link-entity>"
        )
    };
    assert_eq!(users(&fixture, &link("inner")), "Adele Chiara");
    assert_eq!(users(&fixture, &link("natural")), "Adele Chiara");
    assert_eq!(users(&fixture, &link("outer")), "Adele Bruno Chiara Connector Dora");
    let after = "<filter><condition entityname='u' attribute='name' operator='eq' value='Sales'/></filter>";
    assert_eq!(users(&fixture, &format!("{}{after}", link("outer"))), "Adele Chiara");
}

#[test]
fn conditions_on_several_tables_are_joined_by_or() {
    let fixture = Fixture::new();
    let inner = "<link-entity name='businessunit' from='businessunitid' to='businessunitid' alias='u'/>\
         <filter type='or'><condition attribute='firstname' operator='eq' value='Dora'/>\
         <condition entityname='u' attribute='name' operator='eq' value='Service'/></filter>";
    assert_eq!(users(&fixture, inner), "Bruno Dora");
    // By the table's name where the link has no alias, and with a column of the other table.
    fixture.patch(&format!("systemusers({})", seed::ADELE), json!({ "nickname": "sales" }));
    let compared = "<link-entity name='businessunit' from='businessunitid' to='businessunitid' alias='u'/>\
         <filter><condition attribute='nickname' operator='eq' valueof='u.name'/></filter>";
    assert_eq!(users(&fixture, compared), "Adele");
    let by_name = "<link-entity name='businessunit' from='businessunitid' to='businessunitid'/>\
         <filter><condition entityname='businessunit' attribute='name' operator='eq' value='Service'/></filter>";
    assert_eq!(users(&fixture, by_name), "Bruno");
}

#[test]
fn rows_are_ordered_by_columns_of_links() {
    let fixture = Fixture::new();
    let query = |order: &str, inside: &str| {
        format!(
            "<fetch><entity name='systemuser'><attribute name='firstname'/>{order}\
             <link-entity name='businessunit' from='businessunitid' to='businessunitid' alias='u'>{inside}</link-entity></entity></fetch>"
        )
    };
    let ordered =
        |order: &str, inside: &str| run(&fixture, "systemusers", &query(order, inside)).column("firstname").join(" ");
    let by_unit = "<order entityname='u' attribute='name' descending='true'/>";
    let by_name = "<order attribute='firstname'/>";
    assert_eq!(ordered(&format!("{by_unit}{by_name}"), ""), "Bruno Adele Chiara Connector Dora");
    // An order inside of a link comes after those of the entity.
    assert_eq!(
        ordered("<order attribute='lastname'/>", "<order attribute='name'/>"),
        "Adele Chiara Bruno Connector Dora"
    );
    assert_eq!(ordered("", "<order attribute='name' descending='true'/>"), "Bruno Adele Chiara Connector Dora");
    // The service gives no cookie then: pages go by number.
    let inner = query("<order entityname='u' attribute='name'/>", "");
    let reply = annotated(&fixture, "systemusers", &inner.replace("<fetch>", "<fetch count='2'>"));
    assert_eq!(reply.json()["@Microsoft.Dynamics.CRM.morerecords"], true);
    assert!(reply.json().get("@Microsoft.Dynamics.CRM.fetchxmlpagingcookie").is_none());
    let entity = inner.trim_start_matches("<fetch>").trim_end_matches("</fetch>");
    let (rows, pages) = all(&fixture, "systemusers", 2, "", entity, false);
    assert_eq!((rows.len(), pages), (5, 3));
}

#[test]
fn without_from_and_to_the_relationship_of_the_tables_is_taken() {
    let fixture = Fixture::new();
    for (link, expected) in [
        (
            "<link-entity name='role' alias='r'><filter><condition attribute='name' operator='eq' value='Salesperson'/></filter></link-entity>",
            "Adele",
        ),
        (
            "<link-entity name='team' alias='t'><filter><condition attribute='name' operator='eq' value='Sales'/></filter></link-entity>",
            "Adele Chiara",
        ),
        ("<link-entity name='role' link-type='outer' alias='r'/>", "Adele Bruno Chiara Connector Dora"),
        ("<link-entity name='role' link-type='exists'/>", "Adele Bruno Connector Dora"),
        ("<link-entity name='businessunit' to='businessunitid' alias='u'/>", "Adele Bruno Chiara Connector Dora"),
        (
            "<link-entity name='systemuserroles' from='systemuserid'><link-entity name='role' to='roleid'/></link-entity>",
            "Adele Bruno Connector Dora",
        ),
    ] {
        assert_eq!(users(&fixture, link), expected, "{link}");
    }
    for link in ["<link-entity name='businessunit'/>", "<link-entity name='role' to='firstname'/>"] {
        let query = format!("<fetch><entity name='systemuser'>{link}</entity></fetch>");
        let reply = run(&fixture, "systemusers", &query);
        assert_eq!(refusal(&reply), (400, "0x80041102".to_owned()), "{link}: {}", reply.text);
        assert!(reply.message().starts_with("No system many-to-many relationship exists between systemuser and "));
    }
}

#[test]
fn columns_without_a_relationship_can_be_joined_and_case_does_not_count() {
    let fixture = Fixture::new();
    fixture.patch(&format!("systemusers({})", seed::DORA), json!({ "nickname": "SERVICE" }));
    let link = "<link-entity name='businessunit' from='name' to='nickname' alias='u'/>";
    assert_eq!(users(&fixture, link), "Dora");
    let other = "<link-entity name='businessunit' from='businessunitid' to='firstname'/>";
    let query = format!("<fetch><entity name='systemuser'>{other}</entity></fetch>");
    assert_eq!(refusal(&run(&fixture, "systemusers", &query)), (400, "0x80040203".to_owned()));
}

#[test]
fn links_that_are_conditions_find_each_row_once() {
    let fixture = Fixture::new();
    let link = |how: &str, filter: &str| {
        format!(
            "<link-entity name='systemuserroles' from='systemuserid' to='systemuserid' link-type='{how}'>{filter}</link-entity>"
        )
    };
    let named = |name: &str| {
        format!(
            "<link-entity name='role' from='roleid' to='roleid'><filter><condition attribute='name' operator='eq' value='{name}'/>\
             </filter></link-entity>"
        )
    };
    // Adele gets a second role, so that some of her roles fit and some do not.
    let role = seed::role_id(seed::SALES_MANAGER, seed::SALES_UNIT);
    let address = format!("{}api/data/v9.2/roles({role})", fixture.server.url());
    let path = format!("systemusers({})/systemuserroles_association/$ref", seed::ADELE);
    assert_eq!(fixture.send("POST", &path, &[], Some(json!({ "@odata.id": address }))).status, 204);
    for (how, filter, expected) in [
        ("exists", String::new(), "Adele Bruno Connector Dora"),
        ("in", String::new(), "Adele Bruno Connector Dora"),
        ("exists", named("Salesperson"), "Adele"),
        ("any", String::new(), "Adele Bruno Connector Dora"),
        ("any", named("Salesperson"), "Adele"),
        ("not any", String::new(), "Chiara"),
        ("not any", named("Salesperson"), "Bruno Chiara Connector Dora"),
        // The service takes "not all" as "any", and "all" as: there are rows, and none that fits.
        ("not all", named("Salesperson"), "Adele"),
        ("all", named("Salesperson"), "Bruno Connector Dora"),
    ] {
        let condition = link(how, &filter);
        assert_eq!(users(&fixture, &condition), expected, "{condition}");
        if !["exists", "in"].contains(&how) {
            assert_eq!(users(&fixture, &format!("<filter>{condition}</filter>")), expected, "{condition}");
        }
    }
    // An inner link gives a row for each of the roles.
    assert_eq!(users(&fixture, &link("inner", "")), "Adele Adele Bruno Connector Dora");
    assert_eq!(users(&fixture, &link("matchfirstrowusingcrossapply", "")), "Adele Bruno Connector Dora");
    let either = format!(
        "<filter type='or'>{}<condition attribute='isdisabled' operator='eq' value='1'/></filter>",
        link("any", &named("Salesperson"))
    );
    assert_eq!(users(&fixture, &either), "Adele Chiara");
}

#[test]
fn links_that_are_conditions_give_no_columns() {
    let fixture = Fixture::new();
    for how in ["exists", "any"] {
        let query = format!(
            "<fetch><entity name='systemuser'><link-entity name='systemuserroles' from='systemuserid' to='systemuserid' \
             link-type='{how}'><attribute name='roleid'/></link-entity></entity></fetch>"
        );
        assert_eq!(refusal(&run(&fixture, "systemusers", &query)), (400, "0x8004111c".to_owned()), "{how}");
    }
    let first = |attribute: &str| {
        format!(
            "<fetch><entity name='businessunit'><attribute name='name'/><link-entity name='systemuser' from='businessunitid' \
             to='businessunitid' link-type='matchfirstrowusingcrossapply'>{attribute}</link-entity></entity></fetch>"
        )
    };
    // The service names these columns by their schema names alone.
    let rows = run(&fixture, "businessunits", &first("<attribute name='firstname'/>")).rows();
    assert_eq!(pairs(&rows, "name", "FirstName"), ["Contoso: Connector", "Sales: Adele", "Service: Bruno"]);
    let rows = run(&fixture, "businessunits", &first("<attribute name='firstname' alias='who'/>")).rows();
    assert_eq!(pairs(&rows, "name", "who"), ["Contoso: Connector", "Sales: Adele", "Service: Bruno"]);
}

#[test]
fn pages_of_joined_rows_give_every_row_once() {
    let fixture = Fixture::with(Options { users: 60, ..Options::default() });
    // Twelve users hold all roles of Sales, so that pages end in the middle of a user's roles.
    for number in 1..=60 {
        let user = seed::generated_user_id(number);
        for role in [seed::SALESPERSON, seed::SALES_MANAGER, seed::APPROVERS_DEPUTY] {
            let address =
                format!("{}api/data/v9.2/roles({})", fixture.server.url(), seed::role_id(role, seed::SALES_UNIT));
            let path = format!("systemusers({user})/systemuserroles_association/$ref");
            fixture.send("POST", &path, &[], Some(json!({ "@odata.id": address })));
        }
    }
    let entity = |order: &str, how: &str| {
        format!(
            "<entity name='systemuser'><attribute name='fullname'/>{order}<link-entity name='systemuserroles' from='systemuserid' \
             to='systemuserid' link-type='{how}'><link-entity name='role' from='roleid' to='roleid' link-type='{how}' alias='r'>\
             <attribute name='name'/></link-entity></link-entity></entity>"
        )
    };
    for order in ["", "<order attribute='lastname' descending='true'/>", "<order attribute='businessunitid'/>"] {
        for how in ["inner", "outer"] {
            let entity = entity(order, how);
            let whole =
                annotated(&fixture, "systemusers", &format!("<fetch returntotalrecordcount='true'>{entity}</fetch>"));
            let expected: Vec<String> = whole.rows().iter().map(ToString::to_string).collect();
            assert!(expected.len() > 100);
            assert_eq!(whole.json()["@odata.count"], expected.len());
            for by_cookie in [false, true] {
                let (rows, _) = all(&fixture, "systemusers", 7, "", &entity, by_cookie);
                assert_eq!(rows, expected, "{order} {how} {by_cookie}");
            }
        }
    }
    // Distinct rows go by number.
    let entity = "<entity name='systemuser'><attribute name='lastname'/><order attribute='lastname'/><link-entity name='role'/></entity>";
    let whole = annotated(&fixture, "systemusers", &format!("<fetch distinct='true'>{entity}</fetch>")).rows();
    let (rows, _) = all(&fixture, "systemusers", 7, "distinct='true'", entity, false);
    assert_eq!(rows, whole.iter().map(ToString::to_string).collect::<Vec<_>>());
}

#[test]
fn a_query_has_at_most_15_links() {
    let fixture = Fixture::new();
    let link = "<link-entity name='businessunit' from='businessunitid' to='businessunitid'/>";
    assert_eq!(users(&fixture, &link.repeat(15)), "Adele Bruno Chiara Connector Dora");
    let query = format!("<fetch><entity name='systemuser'>{}</entity></fetch>", link.repeat(16));
    let reply = run(&fixture, "systemusers", &query);
    assert_eq!(refusal(&reply), (400, "0x8004430D".to_owned()));
    assert_eq!(reply.message(), "Number of link entities in query exceeded maximum limit.");
}

#[test]
fn what_does_not_fit_in_a_link_is_refused() {
    let fixture = Fixture::new();
    let link = |attributes: &str, inner: &str| {
        format!("<fetch><entity name='systemuser'><link-entity {attributes}>{inner}</link-entity></entity></fetch>")
    };
    let unit = "name='businessunit' from='businessunitid' to='businessunitid'";
    for (query, code) in [
        (link("name='unicorn' from='a' to='b'", ""), "0x80041102"),
        (link("name='businessunit' from='a' to='businessunitid'", ""), "0x80041103"),
        (link("name='businessunit' from='businessunitid' to='b'", ""), "0x80041103"),
        (link(&format!("{unit} link-type='left'"), ""), "0x80041117"),
        (link(unit, "<attribute name='shoesize'/>"), "0x80041103"),
        (link(unit, "<filter><condition attribute='shoesize' operator='null'/></filter>"), "0x80041103"),
        (
            link(
                &format!("{unit} alias='a'"),
                "<link-entity name='team' from='businessunitid' to='businessunitid' alias='a'/>",
            ),
            "0x80041130",
        ),
        (link(unit, "<filter><condition entityname='other' attribute='name' operator='null'/></filter>"), "0x8004110b"),
    ] {
        let reply = run(&fixture, "systemusers", &query);
        assert_eq!(refusal(&reply), (400, code.to_owned()), "{query}: {}", reply.text);
    }
    assert_eq!(
        run(&fixture, "systemusers", &link("name='position' from='positionid' to='positionid'", "")).status,
        501
    );
}

#[test]
fn a_caller_needs_the_privileges_to_read_the_joined_tables() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.denied_privileges = vec!["prvReadRole".to_owned()]);
    let reply = run(&fixture, "systemusers", &format!("<fetch>{ROLES}</fetch>"));
    assert_eq!(refusal(&reply), (403, "0x80040220".to_owned()));
    assert!(reply.message().contains("missing prvReadRole privilege"), "{}", reply.text);
    let condition = "<fetch><entity name='systemuser'><link-entity name='role' link-type='exists'/></entity></fetch>";
    assert_eq!(run(&fixture, "systemusers", condition).status, 403);
}
