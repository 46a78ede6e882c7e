//! What callers give (names, ids, filters, headers, paths, secrets) reaches the server as it is meant, or is refused: nothing in it can
//! become another option, header, path or condition.

use std::cell::Cell;
use std::sync::LazyLock;

use dynamics365::roles::RoleRef;
use dynamics365::{Client, Config, Mode, Query, Status, quote, requests, roles, users};
use local_dataverse::{Server, seed};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, FileFailurePersistence};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::scripted::{self, Scripted};
use crate::support::*;

/// How many cases a property is tried with: a few hundred, or what `cargo xtask fuzz` asks for. Each is some requests.
fn cases() -> Cases {
    let asked = std::env::var("DYNAMICS365_PROPERTY_CASES").ok().and_then(|count| count.parse().ok());
    Cases {
        cases: asked.unwrap_or(200),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..Cases::default()
    }
}

/// Text that means something to whoever it should not: to OData, URLs, headers, JSON, terminals, and readers from right to left.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "'", "''", "\"", "&", "#", "%", "%27", "%00", "%0d%0a", "\r\n", "\n", "\0", "+", " ", "?", "=", ";", "/", "..", "\\", "<",
            "{", "}", "(", ")", "$filter=", "&$top=1", " or 1 eq 1", "' or '1' eq '1", "*", "_", "[", "@", "@p1", "null", "\u{1f}",
            "\u{1e}", "\u{10}", "\u{7f}", "\u{1b}[31m",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "\u{1F600}", "\u{1F468}\u{200D}\u{1F469}", "e\u{301}", "\u{e9}", "\u{202e}", "\u{200f}", "\u{2066}", "\u{feff}", "\u{130}",
            "\u{df}", "\u{2028}", "\u{2019}", "\u{ff07}", "\u{10FFFF}", "\u{0}", "\u{85}", "\u{a0}",
        ]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9]{1,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

thread_local! {
    /// A server and a client of it that is signed in: of one property, which runs on one thread.
    static OWN: (&'static Server, &'static Client) = {
        let server = Box::leak(Box::new(server()));
        let client = Box::leak(Box::new(client(server)));
        requests::who_am_i(client).unwrap();
        (server, client)
    };
}

fn own() -> (&'static Server, &'static Client) {
    thread_local!(static USES: Cell<u32> = const { Cell::new(0) });
    let (server, client) = OWN.with(|own| *own);
    // Its log and its ledger are copied out in each case: they must not grow with the number of cases.
    if USES.replace(USES.get() + 1) % 100 == 99 {
        server.reset();
    }
    (server, client)
}

/// The options of a request, decoded, as the server reads them: a `+` is a space there, as in a form.
fn options(path: &str) -> Vec<(String, String)> {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().unwrap().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Runs `act`, and gives the paths that the server saw meanwhile.
fn paths(act: impl FnOnce(&Client)) -> Vec<String> {
    let (server, client) = own();
    let before = server.requests().len();
    act(client);
    server.requests().into_iter().skip(before).map(|request| request.path).collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_filter_and_an_order_are_one_option_each_whatever_is_in_them(filter in hostile(), order in hostile(), first in 1u64..9) {
        let query = Query {
            columns: columns(&["fullname"]),
            filter: Some(filter.clone()),
            order_by: Some(order.clone()),
            first: Some(first),
        };
        let seen = paths(|client| {
            let _ = users::list(client, &query).unwrap().next();
        });
        prop_assert_eq!(seen.len(), 1);
        let expected = [("$select", "fullname"), ("$filter", &filter), ("$orderby", &order), ("$top", &first.to_string())];
        let expected: Vec<_> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        prop_assert_eq!(options(&seen[0]), expected);
        prop_assert!(seen[0].starts_with("/api/data/v9.1/systemusers?"));
    }

    #[test]
    fn a_column_is_a_name_or_refused_before_any_request(name in hostile()) {
        let is_name = !name.trim().is_empty() && name.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let query = Query { columns: vec![name.clone()], ..Query::default() };
        let seen = paths(|client| {
            let pages = users::list(client, &query);
            assert_eq!(pages.is_ok(), is_name, "{name:?}");
            if let Ok(mut pages) = pages {
                let _ = pages.next();
            }
        });
        prop_assert_eq!(seen.len(), usize::from(is_name));
    }

    #[test]
    fn the_name_of_a_role_is_one_text_of_one_condition(name in hostile()) {
        let seen = paths(|client| {
            let outcome = roles::assign(client, seed::ADELE, &RoleRef::Name(name.clone()), None, Mode::Apply).unwrap_err();
            let expected = if name.is_empty() { Status::InvalidArgument } else { Status::RoleNotFound };
            assert_eq!(outcome.status(), expected, "{name:?}: {outcome}");
        });
        if !name.is_empty() {
            let (_, filter) = options(&seen[1]).into_iter().find(|(option, _)| option == "$filter").unwrap();
            let condition = format!(" and _businessunitid_value eq {}", seed::SALES_UNIT);
            let literal = filter.strip_prefix("name eq '").and_then(|rest| rest.strip_suffix(&condition)).unwrap();
            let text = literal.strip_suffix('\'').unwrap();
            prop_assert_eq!(text.replace("''", ""), name.replace('\'', ""), "a single apostrophe would end the text");
            prop_assert_eq!(text.replace("''", "'"), name);
        }
    }

    #[test]
    fn an_id_is_a_guid_or_no_request_is_made(id in hostile()) {
        if let RoleRef::Id(id) = RoleRef::from(id.as_str()) {
            prop_assert!(Uuid::parse_str(&id.to_string()).is_ok());
        }
    }

    #[test]
    fn a_user_is_made_and_found_with_exactly_the_text_that_was_given(text in hostile(), other in hostile()) {
        // So that each case has a user of its own, and white space at the ends stays.
        let mark = Uuid::new_v4().simple().to_string();
        let lastname = format!("x{text}{mark}");
        let (server, client) = own();
        let attributes = object(json!({
            "businessunitid": seed::SALES_UNIT.to_string(),
            "internalemailaddress": format!("{mark}@contoso.example"),
            "lastname": lastname,
            "jobtitle": format!("y{other}z"),
        }));
        let change = users::create(client, &attributes, users::Options::default()).unwrap();
        prop_assert_eq!(&change.user["lastname"], &Value::from(lastname.clone()));
        prop_assert_eq!(&change.user["jobtitle"], &Value::from(format!("y{other}z")));
        let entry = server.ledger().pop().unwrap();
        prop_assert_eq!(&entry.after.unwrap()["lastname"], &Value::from(lastname.clone()));

        let query = filter(&format!("lastname eq {}", quote(&lastname)), &["systemuserid", "lastname"]);
        let mut found = Vec::new();
        for batch in users::list(client, &query).unwrap() {
            let batch = batch.unwrap();
            found.extend(batch.records().map(|fields| fields.into_iter().map(String::from).collect::<Vec<_>>()));
        }
        prop_assert_eq!(found, [[change.user["systemuserid"].as_str().unwrap().to_owned(), lastname]]);
    }

    #[test]
    fn a_path_stays_in_the_environment_or_is_refused(path in hostile(), prefix in prop::sample::select(vec!["", "systemusers", "/", "//", "http:", "https://", "/api/data/v9.1/", "\\\\", "?"])) {
        let (server, client) = own();
        let path = format!("{prefix}{path}");
        let before = server.requests().len();
        match requests::request(client, "GET", &path, &object(json!({})), None) {
            Err(error) if error.status() == Status::InvalidArgument => {}
            // Whatever it came to, it came from this server: no other is in reach of a client without a proxy.
            _ => prop_assert!(server.requests().len() > before, "{path:?}"),
        }
    }

    #[test]
    fn a_secret_is_one_field_of_the_form_and_a_tenant_one_segment_of_the_path(secret in hostile(), tenant in hostile()) {
        let server = scripted::environment("a token");
        let mut config = Config::new(server.url()).unwrap();
        let login = format!("{}@{tenant}", seed::CLIENT_ID);
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if !secret.is_empty() && config.client_secret(&login, secret.clone().into()).is_ok() {
            let tenant = tenant.trim_end();
            prop_assert!(tenant.chars().all(fits), "{tenant:?}");
            requests::who_am_i(&Client::new(config).unwrap()).unwrap();
            let posted = &server.seen()[0];
            prop_assert_eq!(&posted.target, &format!("/{tenant}/oauth2/v2.0/token"));
        }
        let mut config = Config::new(server.url()).unwrap();
        if config.client_secret(&login_of_seed(), secret.clone().into()).is_ok() {
            requests::who_am_i(&Client::new(config).unwrap()).unwrap();
            let posted = server.seen().into_iter().rev().find(|seen| seen.method == "POST").unwrap();
            let names: Vec<_> = posted.form().into_iter().map(|(name, _)| name).collect();
            prop_assert_eq!(names, ["client_id", "client_secret", "scope", "grant_type"]);
            prop_assert_eq!(posted.field("client_secret"), Some(secret));
        }
    }

    #[test]
    fn a_header_arrives_as_it_is_or_is_refused(name in prop_oneof![hostile(), "[A-Za-z-]{1,12}"], value in hostile()) {
        let echo: &Scripted = &ECHO;
        let mut config = Config::new(echo.url()).unwrap();
        config.access_token("a token".into()).unwrap();
        let client = Client::new(config).unwrap();
        let outcome = requests::request(&client, "GET", "x", &object(json!({ name.clone(): value })), None);
        match outcome {
            Err(error) => prop_assert_eq!(error.status(), Status::InvalidArgument),
            Ok(reply) => {
                let mut seen: Vec<(String, String)> = serde_json::from_value(reply.body).unwrap();
                let given = seen.iter().position(|(header, _)| *header == name.to_ascii_lowercase()).unwrap();
                prop_assert_eq!(seen.remove(given).1, value.trim_matches([' ', '\t']));
                let own = ["accept", "accept-encoding", "authorization", "host", "if-none-match", "odata-maxversion", "odata-version", "user-agent", "x-ms-client-request-id"];
                for (header, _) in seen {
                    prop_assert!(own.contains(&header.as_str()), "{header}");
                }
            }
        }
    }

    #[test]
    fn a_path_of_the_api_is_a_path_or_refused(path in hostile()) {
        let mut config = Config::new(ECHO.url()).unwrap();
        config.access_token("a token".into()).unwrap();
        if config.option("api_path", &path).is_ok() {
            let before = ECHO.seen().len();
            let _ = requests::who_am_i(&Client::new(config).unwrap());
            let target = format!("/{}/WhoAmI()", path.trim().trim_matches('/'));
            prop_assert!(ECHO.seen()[before..].iter().any(|seen| seen.target == target), "{path:?}");
        }
    }
}

/// Sends back the headers that it got.
static ECHO: LazyLock<Scripted> = LazyLock::new(|| Scripted::start(|seen| scripted::json(200, &json!(seen.headers))));

fn login_of_seed() -> String {
    login(seed::CLIENT_ID)
}

#[test]
fn roles_with_such_names_are_told_apart() {
    let (server, client) = own();
    let names = [
        "Sales' Manager",
        "Sales%27 Manager",
        "A & B #1",
        "50 % of\u{a0}it",
        "\u{202e}kcab",
        "e\u{301}tat",
        "\u{e9}tat",
        "\u{1F600}",
        "a or 1 eq 1",
    ];
    for name in names {
        let body = json!({ "name": name, "businessunitid@odata.bind": format!("/businessunits({})", seed::ROOT_UNIT) });
        requests::request(client, "POST", "roles", &object(json!({})), Some(body.to_string().into_bytes())).unwrap();
    }
    for name in names {
        let change = roles::assign(client, seed::ADELE, &name.into(), None, Mode::Apply).unwrap();
        assert_eq!(change.role["name"], name);
        let change = roles::revoke(client, seed::ADELE, &name.into(), None, Mode::Apply).unwrap();
        assert!(change.changed && change.role["name"] == name, "{name}");
    }
    assert!(!server.ledger().is_empty());
}

#[test]
fn a_path_out_of_the_web_api_is_refused() {
    let (_, client) = own();
    for path in ["http:/", "https:/", "HTTP:systemusers", "/http:", "http:", "../../..", "//..", "/api/../"] {
        let error = requests::request(client, "GET", path, &object(json!({})), None).err().unwrap();
        assert_eq!(error.status(), Status::InvalidArgument, "{path}");
    }
}
