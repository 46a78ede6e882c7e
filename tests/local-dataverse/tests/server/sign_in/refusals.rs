//! Each way to be refused a token, with its number.

use local_dataverse::{ApplicationChange, NewApplication, seed};
use serde_json::Value;

use crate::client::{Fixture, Reply};

const NOWHERE: &str = "99999999-9999-4999-8999-999999999999";

/// Whether a reply is the refusal of this number, whole and well formed; gives its text.
pub fn refused(reply: &Reply, status: u16, error: &str, number: u64) -> String {
    let body = reply.json();
    let said = (reply.status, body["error"].as_str(), body["error_codes"].as_array().map(Vec::as_slice));
    assert_eq!(said, (status, Some(error), Some([Value::from(number)].as_slice())), "{}", reply.text);
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    let all = ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"];
    assert_eq!(names, all);
    let field = |name: &str| body[name].as_str().unwrap();
    let (trace, correlation, timestamp) = (field("trace_id"), field("correlation_id"), field("timestamp"));
    assert!(uuid::Uuid::try_parse(trace).is_ok() && uuid::Uuid::try_parse(correlation).is_ok());
    let shape: String = timestamp.chars().map(|next| if next.is_ascii_digit() { '9' } else { next }).collect();
    assert_eq!(shape, "9999-99-99 99:99:99Z");
    let end = format!("\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}");
    let text = field("error_description").strip_suffix(&end).unwrap().strip_prefix(&format!("AADSTS{number}: "));
    assert!(field("error_uri").ends_with(&format!("/error?code={number}")));
    text.unwrap().to_owned()
}

/// Tenant, what is different from a good request, status, error, number, the beginning of the text.
type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], u16, &'c str, u64, &'c str);

#[test]
fn refusals_have_the_documented_status_error_number_and_text() {
    let fixture = Fixture::new();
    let elsewhere = "https://contoso.crm4.dynamics.com";
    let scope = format!("{elsewhere}/.default");
    let path_in_scope = format!("{}api/data/v9.2/.default", fixture.server.url());
    let cases: &[Case<'_>] = &[
        (
            seed::TENANT_ID,
            &[("client_secret", "wrong")],
            401,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided.",
        ),
        (
            seed::TENANT_ID,
            &[("client_secret", "")],
            401,
            "invalid_client",
            7_000_216,
            "'client_assertion', 'client_secret' or",
        ),
        (
            seed::TENANT_ID,
            &[("client_id", "")],
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'client_id'.",
        ),
        (
            seed::TENANT_ID,
            &[("client_id", NOWHERE)],
            400,
            "unauthorized_client",
            700_016,
            &format!("Application with identifier '{NOWHERE}' was not found in the directory 'Contoso'."),
        ),
        (
            seed::TENANT_ID,
            &[("client_id", "me")],
            400,
            "unauthorized_client",
            700_016,
            "Application with identifier 'me' was",
        ),
        (
            seed::TENANT_ID,
            &[("grant_type", "")],
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'grant_type'.",
        ),
        (
            seed::TENANT_ID,
            &[("grant_type", "charm")],
            400,
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant type 'charm'.",
        ),
        (
            seed::TENANT_ID,
            &[("grant_type", "password"), ("client_secret", "")],
            401,
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
        (
            seed::TENANT_ID,
            &[("scope", "")],
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'scope'.",
        ),
        (
            seed::TENANT_ID,
            &[("scope", "user.read")],
            400,
            "invalid_scope",
            1_002_012,
            "The provided value for scope user.read is not valid.",
        ),
        (
            seed::TENANT_ID,
            &[("scope", "user.read/.default")],
            400,
            "invalid_scope",
            70011,
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope user.read/.default is not valid.",
        ),
        (
            seed::TENANT_ID,
            &[("scope", &scope)],
            400,
            "invalid_resource",
            500_011,
            &format!("The resource principal named {elsewhere} was not found in the tenant named Contoso."),
        ),
        (seed::TENANT_ID, &[("scope", &path_in_scope)], 400, "invalid_scope", 70011, "The provided request"),
        (NOWHERE, &[], 400, "invalid_request", 90002, &format!("Tenant '{NOWHERE}' not found.")),
        (
            "fabrikam.onmicrosoft.com",
            &[],
            400,
            "invalid_request",
            90002,
            "Tenant 'fabrikam.onmicrosoft.com' not found.",
        ),
        ("fabrikam", &[], 400, "invalid_request", 900_023, "Specified tenant identifier 'fabrikam' is neither"),
        ("common", &[], 400, "invalid_request", 50059, "No tenant-identifying information found"),
        ("organizations", &[], 400, "invalid_request", 50059, "No tenant-identifying information found"),
        (
            "consumers",
            &[],
            400,
            "unauthorized_client",
            700_016,
            &format!("Application with identifier '{}' was not found in the directory '9188040d-", seed::CLIENT_ID),
        ),
        // What is missing is told before what is wrong.
        ("common", &[("client_secret", ""), ("client_id", "")], 401, "invalid_client", 7_000_216, "'client_assertion'"),
    ];
    for (tenant, form, status, error, number, begin) in cases {
        let reply = fixture.sign_in(tenant, form);
        let text = refused(&reply, *status, error, *number);
        assert!(text.starts_with(begin), "{text}");
        assert_eq!(reply.header("x-ms-clitelem"), format!("1,{number},0,,"));
    }
}

#[test]
fn version_one_refuses_with_its_own_parameter() {
    let fixture = Fixture::new();
    let path = format!("{}/oauth2/token", seed::TENANT_ID);
    let form = |resource: &str| {
        let mut form = vec![
            ("client_id", seed::CLIENT_ID),
            ("client_secret", seed::CLIENT_SECRET),
            ("grant_type", "client_credentials"),
        ];
        form.extend((!resource.is_empty()).then_some(("resource", resource)));
        fixture.post_form(&path, &form)
    };
    assert!(refused(&form(""), 400, "invalid_request", 900_144).contains("'resource'"));
    for unknown in ["https://graph.microsoft.com", "nonsense"] {
        refused(&form(unknown), 400, "invalid_resource", 500_011);
    }
}

#[test]
fn a_form_that_is_none_is_refused() {
    let fixture = Fixture::new();
    let path = format!("{}/oauth2/v2.0/token", seed::TENANT_ID);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let post = |headers: &[(&str, &str)], body: &[u8]| fixture.post_bytes(&path, headers, body);
    let good = "grant_type=client_credentials";
    let missing = post(&[("Content-Type", "application/json")], good.as_bytes());
    assert!(refused(&missing, 400, "invalid_request", 900_144).contains("'grant_type'"));
    let twice = post(&[form], format!("{good}&{good}").as_bytes());
    assert!(refused(&twice, 400, "invalid_request", 9_000_411).contains("'grant_type'"));
    for bad in [b"grant_type=%zz".as_slice(), b"grant_type=\xff"] {
        refused(&post(&[form], bad), 400, "invalid_request", 9_002_313);
    }
    refused(&post(&[form, ("Authorization", "Basic ???")], good.as_bytes()), 400, "invalid_request", 9_002_313);
}

#[test]
fn the_token_end_point_takes_posts_only() {
    let fixture = Fixture::new();
    let reply = fixture.send_without_token("GET", &format!("/{}/oauth2/v2.0/token", seed::TENANT_ID), &[], None);
    assert!(refused(&reply, 400, "invalid_request", 900_561).ends_with("Received a GET request."));
}

#[test]
fn grants_of_the_real_service_that_this_server_lacks_are_refused_as_unsupported() {
    let fixture = Fixture::new();
    for grant_type in ["authorization_code", "refresh_token", "password", "urn:ietf:params:oauth:grant-type:jwt-bearer"]
    {
        let reply = fixture.sign_in(seed::TENANT_ID, &[("grant_type", grant_type)]);
        assert_eq!(reply.status, 501, "{grant_type}");
        assert!(
            reply.message().contains(grant_type) && reply.message().contains("client_credentials"),
            "{}",
            reply.text
        );
    }
    let reply = fixture.send_without_token("GET", &format!("/{}/oauth2/authorize", seed::TENANT_ID), &[], None);
    assert_eq!(reply.status, 501);
}

#[test]
fn an_expired_secret_is_a_setting() {
    let fixture = Fixture::new();
    fixture.server.settings_mut(|settings| settings.client_secret_expired = true);
    let text = refused(&fixture.sign_in(seed::TENANT_ID, &[]), 401, "invalid_client", 7_000_222);
    assert!(text.contains(&format!("The provided client secret keys for app '{}' are expired.", seed::CLIENT_ID)));
    refused(&fixture.sign_in(seed::TENANT_ID, &[("client_secret", "wrong")]), 401, "invalid_client", 7_000_215);
}

#[test]
fn a_disabled_application_and_one_without_service_principal_are_refused() {
    let fixture = Fixture::new();
    let disabled = ApplicationChange { enabled: Some(false), ..ApplicationChange::default() };
    fixture.server.change_application(seed::CLIENT_ID, disabled).unwrap();
    let text = refused(&fixture.sign_in(seed::TENANT_ID, &[]), 400, "unauthorized_client", 7_000_112);
    assert_eq!(text, format!("Application '{}'(Connector) is disabled.", seed::CLIENT_ID));
    let bare = ApplicationChange { service_principal: Some(false), ..ApplicationChange::default() };
    fixture.server.change_application(seed::CLIENT_ID, bare).unwrap();
    let text = refused(&fixture.sign_in(seed::TENANT_ID, &[]), 401, "invalid_client", 7_000_229);
    assert!(text.contains(&format!("is missing service principal in the tenant {}", seed::TENANT_ID)), "{text}");
}

#[test]
fn an_application_is_found_in_its_own_tenant_only() {
    let fixture = Fixture::new();
    let tenant = "12121212-1212-4212-8212-121212121212";
    fixture.server.register(NewApplication { tenant_id: tenant.parse().ok(), ..NewApplication::default() }).unwrap();
    let text = refused(&fixture.sign_in(tenant, &[]), 400, "unauthorized_client", 700_016);
    assert!(text.contains(&format!("'{}' was not found in the directory '{tenant}'", seed::CLIENT_ID)), "{text}");
}

#[test]
fn what_is_new_in_the_directory_is_not_known_at_once_where_a_setting_says_so() {
    let fixture = Fixture::new();
    fixture.server.add_secret(seed::CLIENT_ID, &local_dataverse::NewSecret::new("brand new")).unwrap();
    let application = fixture.server.register(NewApplication::default()).unwrap().client_id.to_string();
    let new_secret = [("client_secret", "brand new")];
    let new_application = [("client_id", application.as_str())];
    fixture.server.settings_mut(|settings| settings.new_secret_delay_seconds = 3600);
    refused(&fixture.sign_in(seed::TENANT_ID, &new_secret), 401, "invalid_client", 7_000_215);
    refused(&fixture.sign_in(seed::TENANT_ID, &new_application), 400, "unauthorized_client", 700_016);
    assert_eq!(fixture.sign_in(seed::TENANT_ID, &[]).status, 200, "the old secret");
    fixture.server.settings_mut(|settings| settings.new_secret_delay_seconds = 0);
    assert_eq!(fixture.sign_in(seed::TENANT_ID, &new_secret).status, 200);
    refused(&fixture.sign_in(seed::TENANT_ID, &new_application), 401, "invalid_client", 7_000_215);
}

#[test]
fn the_correlation_id_is_the_clients_own() {
    let fixture = Fixture::new();
    let reply = fixture.sign_in(seed::TENANT_ID, &[("client_secret", "wrong"), ("client-request-id", NOWHERE)]);
    assert_eq!(reply.json()["correlation_id"], NOWHERE);
    assert_eq!(reply.header("client-request-id"), NOWHERE);
    assert_eq!(reply.header("x-ms-request-id"), reply.json()["trace_id"].as_str().unwrap());
}

#[test]
fn the_address_in_a_refusal_leads_to_a_page() {
    let fixture = Fixture::new();
    let reply = fixture.sign_in(seed::TENANT_ID, &[("client_secret", "wrong")]);
    let address = reply.json()["error_uri"].as_str().unwrap().to_owned();
    let page = fixture.send_without_token("GET", &format!("/{}", address.rsplit('/').next().unwrap()), &[], None);
    assert!(page.status == 200 && page.text.starts_with("AADSTS7000215"), "{}", page.text);
}
