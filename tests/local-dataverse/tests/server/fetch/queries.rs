//! Columns, orders, what a reply looks like, what is refused.

use local_dataverse::seed;
use serde_json::{Value, json};

use super::{annotated, path, refusal, run};
use crate::client::Fixture;

/// A query of the user Adele.
fn adele(columns: &str) -> String {
    format!(
        "<fetch><entity name='systemuser'>{columns}<filter><condition attribute='systemuserid' operator='eq' value='{}'/>\
         </filter></entity></fetch>",
        seed::ADELE
    )
}

fn names(row: &Value) -> Vec<&str> {
    row.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_row_has_its_etag_the_columns_that_are_asked_for_and_its_key() {
    let fixture = Fixture::new();
    let reply = run(&fixture, "systemusers", &adele("<attribute name='fullname'/><attribute name='businessunitid'/>"));
    let body = reply.json();
    assert!(
        body["@odata.context"].as_str().unwrap().ends_with(
            "/api/data/v9.2/$metadata#systemusers(fullname,_businessunitid_value,systemuserid,businessunitid,businessunitid())"
        ),
        "{body}"
    );
    let row = &reply.rows()[0];
    assert_eq!(names(row), ["@odata.etag", "fullname", "_businessunitid_value", "systemuserid", "ownerid"]);
    assert_eq!(row["fullname"], "Adele Example");
    assert_eq!(row["_businessunitid_value"], seed::SALES_UNIT.to_string());
    let plain = fixture.get(&format!("systemusers({})?$select=fullname", seed::ADELE)).json();
    assert_eq!(row["@odata.etag"], plain["@odata.etag"]);
}

#[test]
fn null_is_left_out() {
    let fixture = Fixture::new();
    let rows =
        run(&fixture, "systemusers", &adele("<attribute name='middlename'/><attribute name='fullname'/>")).rows();
    assert!(rows[0].get("middlename").is_none() && rows[0].get("fullname").is_some());
}

#[test]
fn without_attributes_all_columns_come_and_no_attrs_gives_the_key() {
    let fixture = Fixture::new();
    for columns in ["", "<all-attributes/>", "<all-attributes/><attribute name='fullname'/>"] {
        let reply = run(&fixture, "systemusers", &adele(columns));
        assert!(reply.json()["@odata.context"].as_str().unwrap().ends_with("$metadata#systemusers"), "{columns}");
        let mut whole = fixture.get(&format!("systemusers({})", seed::ADELE)).json();
        let members = whole.as_object_mut().unwrap();
        members.retain(|name, value| name != "@odata.context" && !value.is_null());
        assert_eq!(reply.rows()[0], whole, "{columns}");
    }
    let rows = run(&fixture, "systemusers", &adele("<no-attrs/>")).rows();
    assert_eq!(names(&rows[0]), ["@odata.etag", "systemuserid", "ownerid"]);
}

#[test]
fn annotations_are_those_of_a_list() {
    let fixture = Fixture::new();
    let columns = "<attribute name='accessmode'/><attribute name='createdon'/><attribute name='businessunitid'/>";
    let row = &annotated(&fixture, "systemusers", &adele(columns)).rows()[0];
    for (annotation, expected) in [
        ("accessmode@OData.Community.Display.V1.FormattedValue", "Read-Write"),
        ("createdon@OData.Community.Display.V1.FormattedValue", "1/15/2024 8:00 AM"),
        ("_businessunitid_value@OData.Community.Display.V1.FormattedValue", "Sales"),
        ("_businessunitid_value@Microsoft.Dynamics.CRM.lookuplogicalname", "businessunit"),
        ("_businessunitid_value@Microsoft.Dynamics.CRM.associatednavigationproperty", "businessunitid"),
    ] {
        assert_eq!(row[annotation], expected, "{annotation}");
    }
    let only = [("Prefer", "odata.include-annotations=\"OData.Community.Display.V1.FormattedValue\"")];
    let reply = fixture.send("GET", &path("systemusers", &adele(columns)), &only, None);
    assert!(reply.header("preference-applied").contains("FormattedValue"));
    assert!(!reply.text.contains("lookuplogicalname") && reply.text.contains("FormattedValue"));
    assert!(!run(&fixture, "systemusers", &adele(columns)).text.contains("FormattedValue"));
}

#[test]
fn a_column_goes_by_its_alias_and_says_what_it_is() {
    let fixture = Fixture::new();
    let columns = "<attribute name='accessmode' alias='mode'/><attribute name='businessunitid' alias='unit'/>";
    let reply = annotated(&fixture, "systemusers", &adele(columns));
    let body = reply.json();
    let context = body["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("#systemusers(accessmode,businessunitid,systemuserid,businessunitid())"), "{context}");
    let mut row = reply.rows()[0].clone();
    row.as_object_mut().unwrap().retain(|name, _| name.starts_with("mode") || name.starts_with("unit"));
    assert_eq!(
        row,
        json!({
            "mode@OData.Community.Display.V1.AttributeName": "accessmode",
            "mode@OData.Community.Display.V1.FormattedValue": "Read-Write",
            "mode": 0,
            "unit@OData.Community.Display.V1.AttributeName": "businessunitid",
            "unit@OData.Community.Display.V1.FormattedValue": "Sales",
            "unit@Microsoft.Dynamics.CRM.lookuplogicalname": "businessunit",
            "unit": seed::SALES_UNIT.to_string(),
        })
    );
}

#[test]
fn rows_are_ordered_by_text_by_the_names_of_lookups_and_by_the_labels_of_choices() {
    let fixture = Fixture::new();
    let ordered = |attributes: &str, orders: &str| {
        let query = format!(
            "<fetch {attributes}><entity name='systemuser'><attribute name='firstname'/>{orders}</entity></fetch>"
        );
        run(&fixture, "systemusers", &query).column("firstname").join(" ")
    };
    let by = |attribute: &str| format!("<order attribute='{attribute}'/>");
    assert_eq!(ordered("", ""), "Connector Adele Bruno Chiara Dora");
    assert_eq!(ordered("", &by("firstname")), "Adele Bruno Chiara Connector Dora");
    assert_eq!(ordered("", "<order attribute='firstname' descending='true'/>"), "Dora Connector Chiara Bruno Adele");
    // Contoso, Sales, Service; the ids are in the same order, so it is the other way round that tells.
    assert_eq!(
        ordered("", "<order attribute='businessunitid' descending='1'/><order attribute='firstname'/>"),
        "Bruno Adele Chiara Connector Dora"
    );
    // "Non-interactive" is 4, "Read-Write" is 0.
    assert_eq!(ordered("", &by("accessmode")), "Connector Adele Bruno Chiara Dora");
    assert_eq!(ordered("useraworderby='true'", &by("accessmode")), "Adele Bruno Chiara Dora Connector");
    assert_eq!(ordered("", &by("accessmodename")), "Connector Adele Bruno Chiara Dora");
    // Nulls come first.
    fixture.patch(&format!("systemusers({})", seed::DORA), json!({ "jobtitle": "Clerk" }));
    assert_eq!(ordered("", &by("jobtitle")), "Connector Adele Bruno Chiara Dora");
    assert_eq!(ordered("", "<order attribute='jobtitle' descending='true'/>"), "Dora Connector Adele Bruno Chiara");
}

#[test]
fn rows_that_are_named_by_key_are_found_with_all_else_that_is_asked() {
    let fixture = Fixture::new();
    let named = |operator: &str, values: &[uuid::Uuid], rest: &str| {
        let values: String = values.iter().map(|id| format!("<value>{id}</value>")).collect();
        let query = format!(
            "<fetch returntotalrecordcount='true'><entity name='systemuser'><attribute name='firstname'/><filter><condition \
             attribute='systemuserid' operator='{operator}'>{values}</condition>{rest}</filter></entity></fetch>"
        );
        let reply = run(&fixture, "systemusers", &query);
        assert_eq!(reply.json()["@odata.count"], reply.rows().len());
        reply.column("firstname").join(" ")
    };
    let nobody = "ffff0000-0000-4000-8000-000000000009".parse().unwrap();
    let disabled = "<condition attribute='isdisabled' operator='eq' value='1'/>";
    assert_eq!(named("eq", &[seed::ADELE], ""), "Adele");
    assert_eq!(named("eq", &[seed::ADELE], disabled), "");
    assert_eq!(named("eq", &[nobody], ""), "");
    assert_eq!(named("in", &[seed::DORA, nobody, seed::CHIARA, seed::ADELE], ""), "Adele Chiara Dora");
    assert_eq!(named("in", &[seed::DORA, seed::CHIARA], disabled), "Chiara");
    assert_eq!(named("not-in", &[seed::DORA, seed::CHIARA], ""), "Connector Adele Bruno");
    let links = |attribute: &str, id: uuid::Uuid| {
        let query = format!(
            "<fetch><entity name='teammembership'><filter><condition attribute='{attribute}' operator='eq' value='{id}'/></filter>\
             <link-entity name='systemuser' from='systemuserid' to='systemuserid'><attribute name='firstname' alias='who'/>\
             <order attribute='firstname'/></link-entity></entity></fetch>"
        );
        run(&fixture, "teammemberships", &query).column("who").join(" ")
    };
    assert_eq!(links("systemuserid", seed::ADELE), "Adele");
    assert_eq!(links("teamid", seed::default_team_id(seed::SALES_UNIT)), "Adele Chiara");
}

#[test]
fn every_table_can_be_asked() {
    let fixture = Fixture::new();
    for (set, table) in [
        ("systemusers", "systemuser"),
        ("roles", "role"),
        ("businessunits", "businessunit"),
        ("teams", "team"),
        ("organizations", "organization"),
        ("privileges", "privilege"),
        ("systemuserrolescollection", "systemuserroles"),
        ("teammemberships", "teammembership"),
    ] {
        let rows = run(&fixture, set, &format!("<fetch><entity name='{table}'/></fetch>")).rows();
        let plain = fixture.get(set).rows();
        assert_eq!(rows.len(), plain.len(), "{set}");
        assert!(!rows.is_empty(), "{set}");
    }
}

#[test]
fn distinct_rows_come_once_and_without_their_keys() {
    let fixture = Fixture::new();
    let query = |columns: &str| {
        format!("<fetch distinct='true'><entity name='role'>{columns}<order attribute='name'/></entity></fetch>")
    };
    let reply = run(&fixture, "roles", &query("<attribute name='name'/>"));
    assert!(reply.json()["@odata.context"].as_str().unwrap().ends_with("#roles(name)"));
    assert_eq!(reply.rows()[0], json!({ "name": "Approver's Deputy & Reviewer" }));
    let mut expected = seed::ROLE_NAMES.to_vec();
    expected.sort_unstable();
    assert_eq!(reply.column("name"), expected);
    let with_key = run(&fixture, "roles", &query("<attribute name='name'/><attribute name='roleid'/>"));
    assert_eq!(with_key.rows().len(), 3 * seed::ROLE_NAMES.len());
    assert_eq!(refusal(&run(&fixture, "roles", &query("<no-attrs/>"))), (400, "0x8004112C".to_owned()));
}

#[test]
fn what_the_service_would_refuse_is_refused_with_its_code() {
    let fixture = Fixture::new();
    let user = |inner: &str| format!("<fetch><entity name='systemuser'>{inner}</entity></fetch>");
    for (query, code) in [
        (String::new(), "0x80041124"),
        ("<fetch><entity name='systemuser'></fetch>".to_owned(), "0x80040201"),
        ("<fetch><entity name='role'/></fetch>".to_owned(), "0x80041128"),
        ("<fetch><entity name='unicorn'/></fetch>".to_owned(), "0x80041102"),
        (user("<attribute name='shoesize'/>"), "0x80041103"),
        (user("<order attribute='shoesize'/>"), "0x80041103"),
        (user("<order alias='fullname'/>"), "0x80041123"),
        (user("<filter><condition attribute='shoesize' operator='null'/></filter>"), "0x80041103"),
        (user("<attribute name='fullname' alias='a'/><attribute name='title' alias='a'/>"), "0x80041130"),
        (user("<attribute name='fullname' alias='a b'/>"), "0x80041109"),
        (user("<attribute name='fullname' aggregate='count' alias='a'/>"), "0x8004111a"),
        (user("<attribute name='fullname' groupby='true' alias='a'/>"), "0x8004111a"),
    ] {
        let reply = run(&fixture, "systemusers", &query);
        assert_eq!(refusal(&reply), (400, code.to_owned()), "{query}: {}", reply.text);
    }
    assert_eq!(
        run(&fixture, "systemusers", &user("<attribute name='shoesize'/>")).message(),
        "'SystemUser' entity doesn't contain attribute with Name = 'shoesize' and NameMapping = 'Logical'."
    );
    assert_eq!(
        run(&fixture, "systemusers", "<fetch><entity name='unicorn'/></fetch>").message(),
        "The entity with a name = 'unicorn' with namemapping = 'Logical' was not found in the MetadataCache."
    );
}

#[test]
fn what_the_service_can_and_this_server_cannot_is_refused_with_501() {
    let fixture = Fixture::new();
    for query in [
        "<fetch><entity name='account'/></fetch>",
        "<fetch datasource='retained'><entity name='systemuser'/></fetch>",
        "<fetch><entity name='systemuser'><attribute name='businessunitidname'/></entity></fetch>",
        "<fetch><entity name='systemuser'><attribute name='systemuserid' alias='a' rowaggregate='CountChildren'/></entity></fetch>",
        "<fetch><entity name='systemuser'><filter><condition attribute='systemuserid' operator='under' value='x'/></filter></entity></fetch>",
    ] {
        let reply = run(&fixture, "systemusers", query);
        assert_eq!(reply.status, 501, "{query}: {}", reply.text);
    }
}

#[test]
fn fetch_xml_goes_with_count_and_top_and_with_no_other_option() {
    let fixture = Fixture::new();
    let query = path("systemusers", "<fetch><entity name='systemuser'><attribute name='firstname'/></entity></fetch>");
    assert_eq!(fixture.get(&format!("{query}&$top=2")).column("firstname"), ["Connector", "Adele"]);
    assert_eq!(fixture.get(&format!("{query}&$count=true")).json()["@odata.count"], 5);
    for option in ["$select=fullname", "$filter=fullname eq 'x'", "$orderby=fullname", "$expand=businessunitid"] {
        let reply = fixture.get(&format!("{query}&{option}"));
        assert_eq!(refusal(&reply), (400, "0x80060888".to_owned()), "{option}");
        assert!(reply.message().contains(option.split('=').next().unwrap()), "{}", reply.text);
    }
    let one = query.replace("systemusers?", &format!("systemusers({})?", seed::ADELE));
    assert_eq!(refusal(&fixture.get(&one)), (400, "0x80060888".to_owned()));
    // Case does not matter in the option's name: a query that is overlooked would give all rows.
    assert_eq!(fixture.get(&query.replace("fetchXml", "fetchxml")).rows().len(), 5);
}

#[test]
fn a_long_query_goes_through_a_batch() {
    let fixture = Fixture::new();
    let values: String = (0..400).map(|number| format!("<value>nobody{number:060}</value>")).collect();
    let query = format!(
        "<fetch><entity name='systemuser'><attribute name='firstname'/><filter><condition attribute='firstname' operator='in'>\
         {values}<value>Adele</value></condition></filter></entity></fetch>"
    );
    let target = path("systemusers", &query);
    assert!(target.len() > 32_768);
    let body = format!(
        "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET {target} HTTP/1.1\r\n\
         Accept: application/json\r\n\r\n--b--\r\n"
    );
    let reply = fixture.post_text("$batch", &[("Content-Type", "multipart/mixed; boundary=b")], &body);
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(reply.text.contains("\"firstname\":\"Adele\"") && !reply.text.contains("Bruno"), "{}", reply.text);
}

#[test]
fn a_caller_needs_the_privilege_to_read_the_table() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.denied_privileges = vec!["prvReadRole".to_owned()]);
    let reply = run(&fixture, "roles", "<fetch><entity name='role'/></fetch>");
    assert_eq!(refusal(&reply), (403, "0x80040220".to_owned()));
    let users = "<fetch><entity name='systemuser'/></fetch>";
    assert_eq!(run(&fixture, "systemusers", users).status, 200);
}
