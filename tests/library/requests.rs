//! Any other request: `requests::request`.

use dynamics365::{Status, requests};
use local_dataverse::{Close, seed};
use serde_json::{Value, json};

use crate::support::*;

fn send(
    server: &local_dataverse::Server,
    method: &str,
    path: &str,
    headers: Value,
    body: Option<&str>,
) -> dynamics365::Result<requests::Reply> {
    requests::request(&client(server), method, path, &object(headers), body.map(|body| body.as_bytes().to_vec()))
}

#[test]
fn a_path_is_relative_to_the_api_path_and_the_reply_comes_whole() {
    let server = server();
    let reply = send(&server, "get", "RetrieveVersion()", json!({}), None).unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.body["Version"].as_str().unwrap().starts_with("9."));
    assert!(reply.headers["content-type"].as_str().unwrap().starts_with("application/json"));
    assert!(server.requests()[1].path.starts_with("/api/data/v9.1/RetrieveVersion()"));
}

#[test]
fn a_path_may_be_whole_and_may_have_an_address_in_its_query() {
    let server = server();
    for path in ["/WhoAmI()", "/api/data/v9.1/WhoAmI()", &format!("{}api/data/v9.2/WhoAmI()", server.url())] {
        assert_eq!(send(&server, "GET", path, json!({}), None).unwrap().status, 200, "{path}");
    }
    let path = "systemusers?$filter=photourl eq 'https://contoso.example/x.png'&$select=fullname";
    assert_eq!(send(&server, "GET", path, json!({}), None).unwrap().body["value"], json!([]));
}

#[test]
fn the_api_path_can_be_another() {
    let server = server();
    let client = client_with(&server, &[("api_path", "api/data/v9.2/")]);
    requests::who_am_i(&client).unwrap();
    assert!(server.requests()[1].path.starts_with("/api/data/v9.2/WhoAmI"));
}

#[test]
fn headers_and_body_are_sent() {
    let server = server();
    let path = format!("systemusers({})?$select=jobtitle", seed::ADELE);
    let headers = json!({ "Prefer": "return=representation", "If-Match": "*" });
    let reply = send(&server, "PATCH", &path, headers, Some(r#"{"jobtitle":"Clerk"}"#)).unwrap();
    assert_eq!((reply.status, &reply.body["jobtitle"]), (200, &json!("Clerk")));
    let reply = send(&server, "PATCH", &path, json!({}), Some(r#"{"jobtitle":"Boss"}"#)).unwrap();
    assert_eq!((reply.status, &reply.body), (204, &Value::Null));
}

#[test]
fn the_token_goes_nowhere_else() {
    let server = server();
    for path in ["https://elsewhere.example/api", "//elsewhere.example/x", "http://user@127.0.0.1/", ""] {
        let error = send(&server, "GET", path, json!({}), None).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{path}");
    }
    for (name, value) in [("Authorization", "x"), ("Host", "x"), ("Cookie", "x"), ("bad name", "x"), ("x", "a\nb")] {
        let error = send(&server, "GET", "WhoAmI()", json!({ name: value }), None).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{name}");
    }
    assert_eq!(
        send(&server, "GET", "WhoAmI()", json!({ "x": [1] }), None).unwrap_err().status(),
        Status::InvalidArgument
    );
    assert_eq!(send(&server, "BREW", "WhoAmI()", json!({}), None).unwrap_err().status(), Status::InvalidArgument);
    assert!(server.requests().is_empty());
}

#[test]
fn refusals_are_errors_by_their_kind() {
    let server = server();
    let user = format!("systemusers({})", seed::ADELE);
    let nobody = format!("systemusers({NOBODY})");
    let cases = [
        ("GET", nobody.as_str(), json!({}), None, Status::UserNotFound),
        ("PATCH", user.as_str(), json!({ "If-None-Match": "*" }), Some("{}"), Status::AlreadyExists),
        (
            "PATCH",
            user.as_str(),
            json!({ "If-Match": "W/\"1\"" }),
            Some(r#"{"title":"Dr"}"#),
            Status::PreconditionFailed,
        ),
        ("GET", "unicorns", json!({}), None, Status::NotFound),
    ];
    for (method, path, headers, body, expected) in cases {
        let error = send(&server, method, path, headers, body).unwrap_err();
        assert_eq!(error.status(), expected, "{method} {path}: {error}");
    }
    assert!(changes(&server).is_empty());
}

#[test]
fn a_change_without_reply_is_never_repeated() {
    let server = server();
    fault(&server, "POST", "systemusers", close(Close::AfterApplied));
    let body = format!(
        r#"{{"internalemailaddress":"erika@contoso.example","businessunitid@odata.bind":"/businessunits({})"}}"#,
        seed::ROOT_UNIT
    );
    let error = send(&server, "POST", "systemusers", json!({}), Some(&body)).unwrap_err();
    assert_eq!(error.status(), Status::OutcomeUnknown);
    assert_says(&error, &["POST /api/data/v9.1/systemusers"]);
    assert_eq!(changes(&server).len(), 1);
}
