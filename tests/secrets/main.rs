//! No secret, token, private key or assertion is in anything that is emitted, whichever way to sign in is used and however it fails.
//!
//! The work is done by a process of its own, in an empty folder: what it writes, its arguments, and the files it leaves are looked at from
//! outside as well.

mod emitted;
mod needles;
#[path = "../library/scripted.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod scripted;

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynamics365::{Client, Config, Error, GivenToken, Operation, Query, Rows, Status, requests, users};
use serde_json::json;

use needles::Needles;
use scripted::{Scripted, Seen};

const LOGIN: &str = "22222222-2222-4222-8222-222222222222@11111111-1111-4111-8111-111111111111";
const SECRET: &str = "q~Zk8Q~a+/%&='\"\\ \u{e9}wP2.uXyz_0123456789";
const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.c2VjcmV0LWNsYWltcy1vZi10aGUtdG9rZW4.c2VjcmV0LXNpZ25hdHVyZS1vZi10aGUtdG9rZW4";
const PROXY_PASSWORD: &str = "proxy-password-0123456789";
const PEM: &str = include_str!("../keys/application.pem");

/// The ways to sign in.
const WAYS: [&str; 5] = ["secret", "certificate", "signer", "token", "source"];

fn set(config: &mut Config, way: &str) {
    match way {
        "secret" => config.client_secret(LOGIN, SECRET.into()).unwrap(),
        "certificate" => config.certificate(LOGIN, PEM.as_bytes()).unwrap(),
        "signer" => config.certificate_signer(LOGIN, PEM.as_bytes(), |_, _| Ok(SIGNATURE.into())).unwrap(),
        "token" => config.access_token(TOKEN.into()).unwrap(),
        _ => config.token_source(|_| Ok(GivenToken { token: TOKEN.into(), expires_in: None })),
    }
}

const SIGNATURE: &[u8] = b"a signature that the caller made with its key";

/// What only the library, its caller and the right server may know. (Assertions are added as they are seen.)
fn known() -> Needles {
    let mut needles = Needles::default();
    needles.add("the secret", SECRET.as_bytes());
    for part in TOKEN.split('.').filter(|part| part.len() > 20) {
        needles.add("the token", part.as_bytes());
    }
    needles.add("the proxy's password", PROXY_PASSWORD.as_bytes());
    needles.add("the signature", SIGNATURE);
    let key: String =
        PEM.split_once("PRIVATE KEY-----").unwrap().1.split_once("-----END").unwrap().0.split_whitespace().collect();
    needles.add("the private key in PEM", key.as_bytes());
    needles.add("the private key", &STANDARD.decode(key).unwrap());
    needles
}

/// How a server can answer who signs in, or asks with a token. What it was sent, it sends back in every form.
type Answer = fn(&Seen) -> Vec<u8>;

fn echo(seen: &Seen) -> String {
    let sent = format!("{} {}", seen.header("authorization").unwrap_or_default(), String::from_utf8_lossy(&seen.body));
    let mut forms = vec![
        sent.clone(),
        STANDARD.encode(&sent),
        STANDARD.encode(format!("x{sent}")),
        STANDARD.encode(format!("xx{sent}")),
    ];
    forms.extend(seen.form().into_iter().map(|(name, value)| format!("{name}: {value}")));
    forms.extend(
        seen.header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(|token| format!("token={token};{token}")),
    );
    forms.join(" | ")
}

/// What of it a header can hold.
fn header_echo(seen: &Seen) -> String {
    echo(seen).chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect()
}

fn sign_in_error(seen: &Seen, number: u32, status: u16) -> Vec<u8> {
    let text = format!("AADSTS{number}: {}\r\nTrace ID: x\r\nCorrelation ID: y", echo(seen));
    scripted::json(
        status,
        &json!({ "error": echo(seen), "error_description": text, "error_codes": [number], "correlation_id": echo(seen) }),
    )
}

/// Every documented refusal of a token, and what else can come from there or from a proxy.
const SIGN_IN_ANSWERS: [Answer; 22] = [
    |seen| sign_in_error(seen, 7_000_215, 401),
    |seen| sign_in_error(seen, 7_000_222, 401),
    |seen| sign_in_error(seen, 7_000_218, 401),
    |seen| sign_in_error(seen, 700_016, 400),
    |seen| sign_in_error(seen, 90002, 400),
    |seen| sign_in_error(seen, 70011, 400),
    |seen| sign_in_error(seen, 500_011, 400),
    |seen| sign_in_error(seen, 700_027, 401),
    |seen| sign_in_error(seen, 700_024, 401),
    |seen| sign_in_error(seen, 700_023, 401),
    |seen| sign_in_error(seen, 7_000_112, 400),
    |seen| sign_in_error(seen, 53003, 400),
    |seen| sign_in_error(seen, 0, 400),
    |seen| scripted::reply(400, &[("Content-Type", "text/html")], echo(seen)),
    |seen| scripted::json(500, &json!({ "error": { "code": echo(seen), "message": echo(seen) } })),
    |seen| scripted::json(429, &json!({ "error": { "code": "0x80072322", "message": echo(seen) } })),
    |seen| scripted::reply(503, &[("Retry-After", "0"), ("x-ms-request-id", &header_echo(seen))], echo(seen)),
    |seen| scripted::reply(302, &[("Location", &format!("http://127.0.0.1:1/?{}", seen.body.escape_ascii()))], ""),
    |seen| scripted::json(200, &json!({ "access_token": 5, "expires_in": echo(seen) })),
    |seen| scripted::json(200, &json!(echo(seen))),
    |seen| scripted::reply(200, &[("Content-Encoding", "gzip")], echo(seen)),
    |_| Vec::new(),
];

const API_ANSWERS: [Answer; 20] = [
    |seen| {
        scripted::reply(
            401,
            &[("WWW-Authenticate", &format!("Bearer error=\"invalid_token\", {}", header_echo(seen)))],
            "",
        )
    },
    |seen| scripted::json(401, &json!({ "error": { "code": echo(seen), "message": echo(seen) } })),
    |seen| scripted::json(403, &json!({ "error": { "code": "0x80040220", "message": format!("prv{}", echo(seen)) } })),
    |seen| scripted::json(404, &json!({ "error": { "code": "0x80040217", "message": echo(seen) } })),
    |seen| scripted::json(412, &json!({ "Message": echo(seen) })),
    |seen| scripted::json(429, &json!({ "error": { "code": "0x80072322", "message": echo(seen) } })),
    |seen| scripted::json(500, &json!({ "error": { "code": "0x80040216", "message": echo(seen) } })),
    |seen| scripted::reply(502, &[("req_id", &header_echo(seen))], echo(seen)),
    |seen| scripted::reply(404, &[("req_id", seen.header("authorization").unwrap_or_default())], ""),
    |seen| {
        scripted::reply(
            404,
            &[("req_id", seen.header("authorization").unwrap_or_default().trim_start_matches("Bearer "))],
            "",
        )
    },
    |seen| scripted::reply(200, &[("x-ms-service-request-id", &header_echo(seen))], echo(seen)),
    |seen| scripted::reply(301, &[("Location", &format!("http://127.0.0.1:1/{}", header_echo(seen)))], echo(seen)),
    |seen| scripted::json(200, &json!(echo(seen))),
    |seen| scripted::json(200, &json!({ "value": echo(seen) })),
    |seen| scripted::json(200, &json!({ "value": [echo(seen)] })),
    |seen| {
        scripted::json(200, &json!({ "value": [], "@odata.nextLink": format!("http://127.0.0.1:1/{}", echo(seen)) }))
    },
    |seen| scripted::json(200, &json!({ "UserId": [echo(seen)], "BusinessUnitId": echo(seen), "OrganizationId": 1 })),
    |seen| scripted::reply(200, &[("Content-Encoding", "br")], echo(seen)),
    |seen| format!("HTTP/1.1 200 {}\r\n{}\r\n\r\n", header_echo(seen), header_echo(seen)).into(),
    |_| Vec::new(),
];

/// Who this is, and one user.
fn good(seen: &Seen) -> Vec<u8> {
    if seen.target.contains("systemusers?") {
        scripted::json(200, &json!({ "value": [{ "systemuserid": "1" }] }))
    } else {
        scripted::who_am_i()
    }
}

/// Signs in one way at one server, does what there is to do, and keeps all that is said about it.
fn drive(way: &str, server: &Scripted) -> Option<Status> {
    let mut config = Config::new(server.url()).unwrap();
    set(&mut config, way);
    for (name, value) in [
        ("max_tries", "2"),
        ("max_wait_ms", "0"),
        ("authority", server.url()),
        ("proxy", &format!("http://user:{PROXY_PASSWORD}@127.0.0.1:1/")),
    ] {
        config.option(name, value).unwrap();
    }
    emitted::put_debug(&config);
    let client = Client::new(config).unwrap();
    emitted::put_debug(&client);
    let operation = Operation::start(&client, requests::who_am_i).unwrap();
    let status = emitted::put_operation(&operation).err().map(|error| error.status());
    let rows = Rows::start(&client, |client| users::list(client, &Query::default())).unwrap();
    emitted::put_debug(&rows);
    if let Err(error) = rows.next(None) {
        emitted::put_error(&error);
    }
    emitted::put(rows.take_log().as_bytes());
    // A change, whose error has other words.
    let headers = serde_json::Map::new();
    let change = Operation::start(&client, move |client| {
        requests::request(client, "DELETE", "systemusers(1)", &headers, None).map(|reply| reply.status)
    });
    let _ = emitted::put_operation(&change.unwrap());
    emitted::put_debug(&client);
    status
}

/// What is wrong before any request.
fn misconfigure() {
    let mut config = Config::new("https://contoso.crm4.dynamics.com/").unwrap();
    let half = &PEM[..PEM.len() / 2];
    let key_only = PEM.split_once("-----BEGIN PRIVATE").map(|(_, key)| format!("-----BEGIN PRIVATE{key}")).unwrap();
    let mismatched = include_bytes!("../keys/mismatched.pem");
    let encrypted = include_bytes!("../keys/application-encrypted.pem");
    let errors = [
        Config::new(&format!("https://user:{PROXY_PASSWORD}@contoso.example/")).map(drop),
        config.option("authority", &format!("https://user:{PROXY_PASSWORD}@contoso.example/")),
        config.option("proxy", &format!("ftp://user:{PROXY_PASSWORD}@contoso.example/")),
        config.option("proxy", &format!("http://user:{PROXY_PASSWORD}@")),
        config.client_secret("no login", SECRET.into()),
        config.certificate("no login", PEM.as_bytes()),
        config.certificate(LOGIN, half.as_bytes()),
        config.certificate(LOGIN, key_only.as_bytes()),
        config.certificate(LOGIN, mismatched),
        config.certificate(LOGIN, encrypted),
        config.certificate_signer(LOGIN, key_only.as_bytes(), |_, _| Err(Error::new(Status::Internal, "never called"))),
    ];
    for outcome in errors {
        emitted::put_error(&outcome.expect_err("it can't be used"));
        emitted::put_debug(&config);
    }
}

/// Does all of it, and looks for secrets in what was said: the work of the process that the test starts.
fn child() {
    emitted::listen();
    let mut assertions = Vec::new();
    let mut outcomes = Vec::new();
    for way in WAYS {
        let mut cases: Vec<(Answer, Answer)> = vec![(|_| scripted::granted(TOKEN), good)];
        cases.extend(API_ANSWERS.map(|answer| ((|_| scripted::granted(TOKEN)) as Answer, answer)));
        if !matches!(way, "token" | "source") {
            cases.extend(SIGN_IN_ANSWERS.map(|answer| (answer, good as Answer)));
        }
        for (sign_in, api) in cases {
            let answer = move |seen: &Seen| if seen.target.contains("/oauth2/") { sign_in(seen) } else { api(seen) };
            let server = Scripted::start(answer);
            outcomes.push(drive(way, &server));
            assertions.extend(server.seen().iter().filter_map(|seen| seen.field("client_assertion")));
        }
    }
    misconfigure();
    assert!(outcomes.iter().filter(|outcome| outcome.is_none()).count() >= WAYS.len(), "each way worked once");
    for status in [
        Status::AuthenticationFailed,
        Status::AccessDenied,
        Status::NotFound,
        Status::Throttled,
        Status::ServerError,
        Status::UnexpectedResponse,
        Status::ServiceUnavailable,
    ] {
        assert!(outcomes.contains(&Some(status)), "nothing failed with {status:?}");
    }

    let mut needles = known();
    assert!(assertions.len() > 40);
    for assertion in &assertions {
        // What it says is known to all; the signature makes it one.
        let (_, signature) = assertion.rsplit_once('.').unwrap();
        needles.add("an assertion", signature.as_bytes());
    }
    let text = emitted::take();
    let shown = String::from_utf8_lossy(&text);
    for expected in ["/oauth2/v2.0/token -> 200", "WhoAmI() -> 200", "[secret]", "TRACE", "DEBUG"] {
        assert!(shown.contains(expected), "{expected} is in nothing that was kept");
    }
    needles.assert_not_in("what the library said", &text);
    println!("{} texts looked through", text.len());
    // Until the one who started this process has looked at it.
    let _ = std::io::stdin().read(&mut [0]);
}

/// Set for the process that does the work.
const CHILD: &str = "DYNAMICS365_SECRETS_CHILD";

#[test]
fn secrets_are_in_nothing_that_is_emitted() {
    if std::env::var_os(CHILD).is_some() {
        return child();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    let name = "secrets_are_in_nothing_that_is_emitted";
    command.args(["--exact", name, "--nocapture", "--test-threads", "1"]).env(CHILD, "1").current_dir(folder.path());
    for name in [
        "HOME",
        "TMPDIR",
        "TEMP",
        "TMP",
        "USERPROFILE",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "LOCALAPPDATA",
        "APPDATA",
    ] {
        command.env(name, folder.path());
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let errors = std::thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).unwrap();
        text
    });
    let mut written = Vec::new();
    let mut chunk = [0; 4096];
    // It says its line when all is done, and waits then.
    while !written.windows(13).any(|window| window == b" texts looked") {
        match stdout.read(&mut chunk).unwrap() {
            0 => break,
            count => written.extend_from_slice(&chunk[..count]),
        }
    }
    assert!(
        String::from_utf8_lossy(&written).contains("texts looked"),
        "{}\n{}",
        String::from_utf8_lossy(&written),
        String::from_utf8_lossy(&errors.join().unwrap())
    );
    let needles = known();
    // Where the system shows them: the arguments and the environment of the process.
    for name in ["cmdline", "environ"] {
        if let Ok(text) = std::fs::read(format!("/proc/{}/{name}", child.id())) {
            assert!(!text.is_empty());
            needles.assert_not_in(name, &text);
        }
    }
    let _ = child.stdin.take().unwrap().write_all(b"\n");
    stdout.read_to_end(&mut written).unwrap();
    let errors = errors.join().unwrap();
    let ended = child.wait().unwrap();
    assert!(ended.success(), "{}\n{}", String::from_utf8_lossy(&written), String::from_utf8_lossy(&errors));
    needles.assert_not_in("the standard output", &written);
    needles.assert_not_in("the standard error", &errors);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(files.is_empty(), "the library wrote {files:?}");
}
