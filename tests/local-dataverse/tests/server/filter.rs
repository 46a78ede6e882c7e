//! `$filter`, operator by operator.

use crate::client::Fixture;

fn names(fixture: &Fixture, filter: &str) -> String {
    let escaped = filter.replace('&', "%26").replace('+', "%2B").replace('#', "%23");
    let reply = fixture.get(&format!("systemusers?$select=firstname&$orderby=firstname&$filter={escaped}"));
    assert_eq!(reply.status, 200, "{filter}: {}", reply.text);
    reply.column("firstname").join(" ")
}

#[test]
fn every_operator_of_the_documentation_is_understood() {
    let fixture = Fixture::new();
    for (filter, expected) in [
        ("firstname eq 'Adele'", "Adele"),
        ("firstname eq 'ADELE'", "Adele"),
        ("lastname eq 'Sample-O''Neil'", "Dora"),
        ("firstname ne 'Adele'", "Bruno Chiara Connector Dora"),
        ("firstname gt 'Chiara'", "Connector Dora"),
        ("firstname ge 'Chiara'", "Chiara Connector Dora"),
        ("firstname lt 'Bruno'", "Adele"),
        ("firstname le 'Bruno'", "Adele Bruno"),
        ("isdisabled eq true", "Chiara"),
        ("isdisabled eq false and lastname eq 'Example'", "Adele Bruno"),
        ("firstname eq 'Adele' or firstname eq 'Dora'", "Adele Dora"),
        ("not (lastname eq 'Example')", "Connector Dora"),
        ("not contains(lastname,'Example')", "Connector Dora"),
        ("firstname eq 'Dora' or firstname eq 'Adele' and isdisabled eq true", "Dora"),
        ("(firstname eq 'Dora' or firstname eq 'Chiara') and isdisabled eq true", "Chiara"),
        ("contains(fullname,'ample-o')", "Dora"),
        ("startswith(internalemailaddress,'a')", "Adele"),
        ("endswith(firstname,'o')", "Bruno"),
        ("middlename eq null", "Adele Bruno Chiara Connector Dora"),
        ("middlename ne null", ""),
        ("accessmode eq 4", "Connector"),
        ("systemuserid eq c0000000-0000-4000-8000-000000000002", "Adele"),
        ("_businessunitid_value eq b0000000-0000-4000-8000-000000000003", "Bruno"),
        ("createdon gt 2000-01-01T00:00:00Z", "Adele Bruno Chiara Connector Dora"),
        ("createdon lt 2000-01-01", ""),
        ("Microsoft.Dynamics.CRM.In(PropertyName='firstname',PropertyValues=['Adele','Dora'])", "Adele Dora"),
        ("firstname eq lastname", ""),
        ("contains(firstname,'d_l')", "Adele"),
        ("startswith(firstname,'[a-c]')", "Adele Bruno Chiara Connector"),
        ("endswith(lastname,'e[%]')", ""),
        ("firstname eq 'no one & nobody + #1'", ""),
    ] {
        assert_eq!(names(&fixture, filter), expected, "{filter}");
    }
}

#[test]
fn lambdas_look_at_a_users_roles_and_at_a_roles_users() {
    let fixture = Fixture::new();
    for (filter, expected) in [
        ("systemuserroles_association/any(r:r/name eq 'Salesperson')", "Adele"),
        ("systemuserroles_association/any(r:r/name eq 'Salesperson' or contains(r/name,'service'))", "Adele Bruno"),
        ("systemuserroles_association/any()", "Adele Bruno Connector Dora"),
        ("not systemuserroles_association/any()", "Chiara"),
        ("systemuserroles_association/all(r:r/name eq 'Salesperson')", "Adele Chiara"),
        ("systemuserroles_association/any(r:startswith(r/name,'System')) and firstname ne 'Dora'", "Connector"),
    ] {
        assert_eq!(names(&fixture, filter), expected, "{filter}");
    }
    let held = fixture.get("roles?$select=name&$filter=systemuserroles_association/any(u:u/firstname eq 'Bruno')");
    assert_eq!(held.column("name"), ["Customer Service Representative"]);
    for filter in [
        "systemuserroles_association/any(r:name eq 'x')",
        "systemuserroles_association/any(r:x/name eq 'x')",
        "systemuserroles_association/any(r:r/shoesize eq 1)",
        "systemuserroles_association/all()",
        "unicorns/any()",
        "systemuserroles_association/any(r:)",
        "systemuserroles_association/any(r r/name eq 'x')",
    ] {
        assert_eq!(fixture.get(&format!("systemusers?$filter={filter}")).status, 400, "{filter}");
    }
}

#[test]
fn what_is_no_filter_is_refused_with_a_reason() {
    let fixture = Fixture::new();
    for filter in [
        "firstname",
        "firstname eq",
        "eq 'x'",
        "firstname equals 'x'",
        "firstname eq 'x",
        "(firstname eq 'x'",
        "firstname eq 'x')",
        "firstname eq 5",
        "isdisabled eq 'x'",
        "systemuserid eq 'x'",
        "shoesize eq 1",
        "contains(firstname)",
        "contains(isdisabled,'x')",
        "firstname eq 'x' and",
        "length(firstname) foo 3",
        "",
    ] {
        let reply = fixture.get(&format!("systemusers?$filter={filter}"));
        assert!(reply.status == 400 || reply.status == 501, "{filter}: {}", reply.status);
        assert!(!reply.message().is_empty(), "{filter}");
    }
}

#[test]
fn a_very_deep_and_a_very_long_filter_do_no_harm() {
    let fixture = Fixture::new();
    let long = vec!["firstname ne 'x'"; 1000].join(" and ");
    assert_eq!(fixture.get(&format!("systemusers?$filter={long}")).rows().len(), 5);
    let deep = format!("{}firstname eq 'x'{}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(fixture.get(&format!("systemusers?$filter={deep}")).status, 400);
    assert_eq!(fixture.get("WhoAmI()").status, 200, "the server lives");
}
