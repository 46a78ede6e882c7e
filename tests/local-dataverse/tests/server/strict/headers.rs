//! Content types, versions, conditions, and headers that are there twice.

use local_dataverse::seed;

use crate::client::{Fixture, user};
use crate::wire::{Wire, request};

fn patch(fixture: &Fixture, content_type: &str) -> (u16, String) {
    let mut wire = Wire::connect(&fixture.server);
    let text = request(fixture, "PATCH", &user(seed::ADELE), Some(r#"{"nickname":"a"}"#));
    wire.send(&text.replacen("Content-Type: application/json", &format!("Content-Type: {content_type}"), 1));
    let head = wire.head();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head)
}

fn get(fixture: &Fixture, header: (&str, &str)) -> (u16, String) {
    let reply = fixture.send("GET", "systemusers?$top=1&$select=fullname", &[header], None);
    (reply.status, reply.text)
}

#[test]
fn a_body_is_json_in_utf_8_and_nothing_like_it() {
    let fixture = Fixture::new();
    for (content_type, expected) in [
        ("application/jsonx", 415),
        ("application/json-patch+json", 415),
        ("text/json", 415),
        ("text/plain", 415),
        ("application/json;charset=utf-16", 415),
        ("application/json; charset=iso-8859-1", 415),
        ("application/json, text/plain", 415),
        ("json", 415),
        ("", 400),
        ("application/json;IEEE754Compatible=true", 501),
    ] {
        let (status, head) = patch(&fixture, content_type);
        assert_eq!(status, expected, "{content_type}: {head}");
    }
    assert!(fixture.server.ledger().is_empty());
    for content_type in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
        "application/json; odata.metadata=minimal; IEEE754Compatible=false",
    ] {
        assert_eq!(patch(&fixture, content_type).0, 204, "{content_type}");
    }
}

#[test]
fn a_version_of_odata_that_is_not_spoken_is_refused() {
    let fixture = Fixture::new();
    for (name, value, expected) in [
        ("OData-Version", "3.0", 400),
        ("OData-Version", "5.0", 400),
        ("OData-Version", "abc", 400),
        ("OData-Version", "4", 400),
        ("OData-Version", "4.01", 501),
        ("OData-MaxVersion", "3.0", 400),
        ("OData-MaxVersion", "abc", 400),
        ("OData-Version", "4.0", 200),
        ("OData-MaxVersion", "4.0", 200),
        ("OData-MaxVersion", "4.01", 200),
        ("OData-MaxVersion", "5.0", 200),
    ] {
        let (status, text) = get(&fixture, (name, value));
        assert_eq!(status, expected, "{name}: {value}: {text}");
        assert!(status == 200 || text.contains(value), "{text}");
    }
    let batch = "--b\r\nContent-Type: application/http\r\n\r\nGET WhoAmI() HTTP/1.1\r\n\r\n\r\n--b--\r\n";
    let headers = [("Content-Type", "multipart/mixed; boundary=b"), ("OData-Version", "3.0")];
    assert_eq!(fixture.post_text("$batch", &headers, batch).status, 400);
}

#[test]
fn a_form_of_the_reply_that_is_not_known_is_refused() {
    let fixture = Fixture::new();
    for (accept, expected) in [
        ("application/json;odata.metadata=silly", 406),
        ("application/json;IEEE754Compatible=true", 501),
        ("application/json; odata.metadata=minimal; ieee754compatible=TRUE", 501),
        ("application/json;odata.metadata=silly, */*", 200),
        ("application/json;odata.metadata=minimal;IEEE754Compatible=false", 200),
        ("application/json;odata.metadata=minimal;odata.streaming=true", 200),
    ] {
        let (status, text) = get(&fixture, ("Accept", accept));
        assert_eq!(status, expected, "{accept}: {text}");
    }
}

/// The formatters of ASP.NET answer with the type that they write where none of those that are accepted fits: a browser sees
/// JSON.
#[test]
fn a_client_that_accepts_no_json_gets_json() {
    let fixture = Fixture::new();
    for accept in ["text/html", "application/xml", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"] {
        let reply = fixture.send("GET", "systemusers?$top=1&$select=fullname", &[("Accept", accept)], None);
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, "application/json; odata.metadata=minimal"),
            "{accept}"
        );
    }
}

#[test]
fn a_header_that_has_one_value_is_there_once() {
    let fixture = Fixture::new();
    let whole = request(&fixture, "GET", "WhoAmI()", None);
    let token = whole.lines().find(|line| line.starts_with("Authorization")).unwrap();
    for twice in [
        format!("{token}\r\n"),
        "OData-Version: 4.0\r\nOData-Version: 4.0\r\n".to_owned(),
        format!("MSCRMCallerID: {0}\r\nMSCRMCallerID: {0}\r\n", seed::ADELE),
    ] {
        let mut wire = Wire::connect(&fixture.server);
        wire.send(&whole.replacen("\r\n", &format!("\r\n{twice}"), 1));
        let head = wire.head();
        assert!(head.starts_with("HTTP/1.1 400"), "{twice}: {head}");
    }
}

#[test]
fn an_etag_is_in_quotes_and_a_condition_may_be_in_several_headers() {
    let fixture = Fixture::new();
    let path = format!("{}?$select=nickname", user(seed::ADELE));
    let row = fixture.get(&path);
    let etag = row.json()["@odata.etag"].as_str().unwrap().to_owned();
    let bare = etag.trim_start_matches("W/").trim_matches('"').to_owned();
    for tag in [bare.clone(), format!("\"{bare}"), format!("W/{bare}"), format!("\"+{bare}\"")] {
        assert_eq!(fixture.send("GET", &path, &[("If-Match", &tag)], None).status, 412, "{tag}");
    }
    let both = [("If-Match", "W/\"1\""), ("If-Match", etag.as_str())];
    assert_eq!(fixture.send("GET", &path, &both, None).status, 200);
}

#[test]
fn a_condition_on_a_reference_is_one_of_the_row_whose_it_is() {
    let fixture = Fixture::new();
    let role =
        format!("{}api/data/v9.2/roles({})", fixture.server.url(), seed::role_id(seed::SALESPERSON, seed::SALES_UNIT));
    let held = format!(
        "{}/systemuserroles_association({})/$ref",
        user(seed::ADELE),
        seed::role_id(seed::SALESPERSON, seed::SALES_UNIT)
    );
    let roles = format!("{}/systemuserroles_association/$ref", user(seed::ADELE));
    let body = Some(serde_json::json!({ "@odata.id": role }));
    assert_eq!(fixture.send("POST", &roles, &[], body.clone()).status, 204);
    let lines = fixture.server.ledger().len();
    let stale = [("If-Match", "W/\"1\"")];
    assert_eq!(fixture.send("DELETE", &held, &stale, None).status, 412);
    assert_eq!(fixture.send("DELETE", &format!("{roles}?$id={role}"), &stale, None).status, 412);
    assert_eq!(fixture.send("POST", &roles, &stale, body).status, 412);
    assert_eq!(fixture.server.ledger().len(), lines);
    let row = fixture.get(&format!("{}?$select=nickname", user(seed::ADELE))).json();
    let fresh = [("If-Match", row["@odata.etag"].as_str().unwrap())];
    assert_eq!(fixture.send("DELETE", &held, &fresh, None).status, 204);
    assert_eq!(fixture.send("DELETE", &held, &[("If-Match", "*")], None).status, 204);
}
