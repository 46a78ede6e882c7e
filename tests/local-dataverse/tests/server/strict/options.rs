//! Query options where they have no meaning, twice, empty or misspelt.

use local_dataverse::seed;
use serde_json::json;

use crate::client::{Fixture, user};

#[test]
fn an_option_that_has_no_meaning_in_a_request_is_refused() {
    let fixture = Fixture::new();
    let adele = user(seed::ADELE);
    let roles = format!("{adele}/systemuserroles_association");
    let one = format!("{roles}({})/$ref", seed::role_id(seed::SALESPERSON, seed::SALES_UNIT));
    let body = || Some(json!({ "nickname": "a" }));
    let value = || Some(json!({ "value": "a" }));
    let address =
        format!("{}api/data/v9.2/roles({})", fixture.server.url(), seed::role_id(seed::SALESPERSON, seed::SALES_UNIT));
    for (method, path, option, body) in [
        ("GET", format!("{adele}/nickname"), "$filter=nickname%20eq%20%27a%27", None),
        ("GET", format!("{adele}/nickname"), "$select=nickname", None),
        ("GET", format!("{adele}/nickname/$value"), "$top=1", None),
        ("GET", format!("{adele}/businessunitid/$ref"), "$select=name", None),
        ("GET", format!("{adele}/businessunitid"), "$filter=name%20eq%20%27a%27", None),
        ("GET", format!("{roles}/$ref"), "$select=name", None),
        ("GET", "systemusers".to_owned(), "$id=roles(1)", None),
        ("GET", adele.clone(), "$top=1", None),
        ("GET", "WhoAmI()".to_owned(), "$filter=UserId%20ne%20null", None),
        ("GET", String::new(), "$top=1", None),
        ("POST", "systemusers".to_owned(), "$filter=nickname%20eq%20null", body()),
        ("POST", "systemusers".to_owned(), "$orderby=nickname", body()),
        ("POST", "systemusers".to_owned(), "$top=1", body()),
        ("PATCH", adele.clone(), "$top=1", body()),
        ("PATCH", adele.clone(), "$filter=nickname%20eq%20null", body()),
        ("PUT", format!("{adele}/nickname"), "$select=nickname", value()),
        ("DELETE", format!("{adele}/nickname"), "$select=nickname", None),
        ("DELETE", adele.clone(), "$top=1", None),
        ("POST", format!("{roles}/$ref"), "$id=roles(1)", Some(json!({ "@odata.id": address }))),
        ("DELETE", one, &format!("$id={address}"), None),
    ] {
        let reply = fixture.send(method, &format!("{path}?{option}"), &[], body);
        assert_eq!(reply.status, 400, "{method} {path}?{option}: {}", reply.text);
        let name = option.split('=').next().unwrap();
        assert!(reply.message().contains(name), "{}", reply.message());
    }
    assert!(fixture.server.ledger().is_empty());
}

#[test]
fn a_batch_has_no_options_and_its_parts_are_requests_as_they_are() {
    let fixture = Fixture::new();
    let send = |path: &str, kind: &str| {
        let batch = format!("--b\r\nContent-Type: {kind}\r\n\r\nGET WhoAmI() HTTP/1.1\r\n\r\n\r\n--b--\r\n");
        fixture.post_text(path, &[("Content-Type", "multipart/mixed; boundary=b")], &batch).status
    };
    assert_eq!(send("$batch", "application/http; msgtype=request"), 200);
    assert_eq!(send("$batch?$top=1", "application/http"), 400);
    assert_eq!(send("$batch", "application/httpx"), 400);
    assert_eq!(send("$batch", "application/http\r\nContent-Transfer-Encoding: base64"), 400);
}

#[test]
fn options_of_a_list_of_references_are_refused_with_the_reason() {
    let fixture = Fixture::new();
    let path = format!("{}/systemuserroles_association/$ref", user(seed::ADELE));
    for option in ["$filter=name%20ne%20null", "$top=1", "$orderby=name", "$count=true"] {
        let reply = fixture.get(&format!("{path}?{option}"));
        assert!(reply.status == 501 && reply.message().contains("a list of references"), "{option}: {}", reply.text);
    }
}

#[test]
fn a_property_is_expanded_once_and_has_each_option_once() {
    let fixture = Fixture::new();
    for expand in [
        "businessunitid,businessunitid",
        "businessunitid($select=name),businessunitid($select=divisionname)",
        "systemuserroles_association,businessunitid,systemuserroles_association",
        "businessunitid($select=name;$select=divisionname)",
        "businessunitid,,parentsystemuserid",
        ",businessunitid",
    ] {
        let reply = fixture.get(&format!("systemusers?$top=1&$expand={expand}"));
        assert_eq!(reply.status, 400, "{expand}: {}", reply.text);
    }
    let reply = fixture.get("EntityDefinitions(LogicalName='role')?$expand=Attributes,Attributes");
    assert_eq!(reply.status, 400, "{}", reply.text);
}

/// The parser of Microsoft's OData library takes a comma at the end, and no other that stands alone.
#[test]
fn a_comma_may_end_a_list_and_not_begin_or_double() {
    let fixture = Fixture::new();
    for (query, expected) in [
        ("$select=fullname,", 200),
        ("$select=", 200),
        ("$expand=businessunitid,", 200),
        ("$select=,fullname", 400),
        ("$select=fullname,,nickname", 400),
        ("$select=fullname,,", 400),
        ("$select=,", 400),
        ("$orderby=fullname,", 400),
        ("$orderby=", 400),
    ] {
        let reply = fixture.get(&format!("systemusers?$top=1&{query}"));
        assert_eq!(reply.status, expected, "{query}: {}", reply.text);
    }
}

#[test]
fn an_option_is_known_has_a_value_that_fits_and_is_there_once() {
    let fixture = Fixture::new();
    for query in [
        "$top=-1",
        "$top=2147483648",
        "$orderby=fullname,nickname,fullname%20desc",
        "$top=",
        "$top=1.0",
        "$top=x",
        "$top=1&$top=1",
        "$top=1&%24top=2",
        "$skip=1",
        "$skip=0",
        "$filter=",
        "$filter=%20",
        "$Select=fullname",
        "$TOP=1",
        "$selec=fullname",
        "$=1",
        "$count=1",
        "$count=TRUE",
        "$count=",
        "$select=fullname&$select=nickname",
        "$filter=fullname%20eq%20@a&@a='x'&@a='y'",
        "fetchXml=a&fetchxml=b",
        "fetchXml=",
        "$id=x",
        "$skiptoken=",
        "$skiptoken=x",
        "$select=fullName",
        "$select=fullname%20asc",
        "$orderby=fullname%20up",
        "$filter=fullname",
        "$filter=1",
        "$filter=fullname%20eq%201",
        "$filter=(fullname%20eq%20null",
    ] {
        let reply = fixture.get(&format!("systemusers?{query}"));
        assert_eq!(reply.status, 400, "{query}: {}", reply.text);
    }
    assert_eq!(
        fixture.get("systemusers?fetchXml=<fetch distict='true'><entity name='systemuser'/></fetch>").status,
        400
    );
    for query in ["$format=json", "$search=x", "$apply=groupby((fullname))", "$compute=1%20as%20x"] {
        assert_eq!(fixture.get(&format!("systemusers?{query}")).status, 501, "{query}");
    }
    // What is no option of OData's is the client's own.
    assert_eq!(fixture.get("systemusers?$top=1&tag=x&select=y").rows().len(), 1);
}

#[test]
fn a_key_is_a_guid_without_braces_quotes_or_more() {
    let fixture = Fixture::new();
    let id = seed::ADELE;
    let simple = id.simple();
    for key in [
        format!("{{{id}}}"),
        format!("'{id}'"),
        format!("{simple}"),
        format!("urn:uuid:{id}"),
        format!("{id}%20x"),
        format!("{id},{id}"),
        format!("systemuserid='{id}'"),
        String::new(),
        "1".to_owned(),
        format!("guid'{id}'"),
    ] {
        let path = format!("systemusers({})", key.replace('{', "%7B").replace('}', "%7D"));
        let reply = fixture.get(&path);
        assert_eq!(reply.status, 400, "{key}: {}", reply.text);
    }
    assert_eq!(fixture.get(&format!("systemusers(systemuserid={id})")).status, 200);
    for path in [format!("systemusers({id}"), format!("systemusers({id}))"), format!("systemusers({id})x")] {
        let status = fixture.get(&path).status;
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
}
