//! What is measured: by the clock in `library.rs`, in instructions in `instructions.rs`. The input is the same each time.

use std::env;
use std::error::Error;

use dynamics365::bench::{self, Gate, Reply};
use dynamics365::{Call, Client, Config, Query};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Condensed from a recorded reply.
const RECORDED: &str = include_str!("../tests/replies/users.json");

/// The rows of a page as the environment fills it.
const ROWS: u32 = 5000;

/// What a synchronization asks for, one a line.
const TWENTY: &str = include_str!("columns.txt");
const THREE: [&str; 3] = ["systemuserid", "fullname", "isdisabled"];

/// Something to measure, made ready.
pub type Work = Box<dyn Fn()>;

/// Makes something ready.
pub type Prepare = fn() -> Work;

/// What is measured, each with its name.
pub const WORKS: [(&str, Prepare); 9] = [
    ("page_of_20_columns", || decoding(&twenty(), &twenty())),
    ("page_of_3_columns", || decoding(&THREE, &THREE)),
    ("3_columns_of_a_page_of_all", || decoding(&[], &THREE)),
    ("url_of_a_list", url_of_a_list),
    ("url_of_a_user", url_of_a_user),
    ("url_that_reads_64_users_ahead", url_that_reads_ahead),
    ("body_of_an_update", body_of_an_update),
    ("open_gate", open_gate),
    ("gate_that_closes", gate_that_closes),
];

fn twenty() -> Vec<&'static str> {
    TWENTY.lines().collect()
}

/// The client of an application: of the environment at `url`, which signs in itself, with the secret in DYNAMICS365_SECRET.
pub fn application(url: &str, login: &str) -> Result<Client, Box<dyn Error>> {
    let mut config = Config::new(url)?;
    config.option("authority", url)?;
    config.client_secret(login, env::var("DYNAMICS365_SECRET").map_err(|_| "set DYNAMICS365_SECRET")?.into())?;
    Ok(Client::new(config)?)
}

/// A page of users: those of the recorded row's properties that stand for the columns, all of them for none.
fn page(columns: &[&str]) -> Vec<u8> {
    let recorded: Value = serde_json::from_str(RECORDED).expect("a reply");
    let row = recorded["value"][0].as_object().expect("a user");
    let is_asked = |property: &str| {
        let name = property.strip_prefix('_').and_then(|name| name.strip_suffix("_value")).unwrap_or(property);
        columns.is_empty() || property.starts_with('@') || columns.contains(&name)
    };
    let row: Map<String, Value> = row.clone().into_iter().filter(|(property, _)| is_asked(property)).collect();
    let rows: Vec<Value> = (0..ROWS).map(|number| user(row.clone(), number)).collect();
    let next = "https://contoso.crm4.dynamics.com/api/data/v9.2/systemusers?$select=systemuserid&$skiptoken=2";
    json!({ "@odata.context": recorded["@odata.context"], "value": rows, "@odata.nextLink": next }).to_string().into()
}

/// A row with an id and names of its own; every tenth has something to unescape, as the recorded one.
fn user(mut row: Map<String, Value>, number: u32) -> Value {
    let (id, mail) = (id(number).to_string(), format!("person{number}@contoso.example"));
    let title = if number.is_multiple_of(10) { "Head of \"Sales\" \\ \u{c4}\u{1f600}" } else { "Sales Manager" };
    for (property, value) in [
        ("@odata.etag", format!("W/\"{number}\"")),
        ("systemuserid", id),
        ("fullname", format!("Person Example{number}")),
        ("lastname", format!("Example{number}")),
        ("domainname", mail.clone()),
        ("internalemailaddress", mail),
        ("employeeid", format!("{number:06}")),
        ("jobtitle", title.to_owned()),
    ] {
        if let Some(current) = row.get_mut(property) {
            *current = value.into();
        }
    }
    row.into()
}

fn id(number: u32) -> Uuid {
    Uuid::from_fields(number, 0, 0x4000, &[0x80, 0, 0, 0, 0, 0, 0, 1])
}

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| column.to_string()).collect()
}

/// It sends nothing.
fn client() -> Client {
    let mut config = Config::new("http://127.0.0.1:1/").expect("an address");
    config.access_token("none".into()).expect("a token");
    Client::new(config).expect("a client")
}

/// A page that holds some columns, of which some are asked for.
fn decoding(held: &[&str], asked: &[&str]) -> Work {
    let reply = Reply::new(page(held), &names(asked)).expect("columns");
    Box::new(move || drop(std::hint::black_box(reply.read().expect("a page"))))
}

fn url_of_a_list() -> Work {
    let client = client();
    let filter =
        "isdisabled eq false and startswith(fullname,'O''Neil & \u{c4}rger') and _businessunitid_value ne null";
    let query = Query {
        columns: names(&twenty()),
        filter: Some(filter.to_owned()),
        order_by: Some("fullname desc,systemuserid".to_owned()),
        first: None,
    };
    Box::new(move || drop(std::hint::black_box(bench::list_url(&client, &query).expect("an address"))))
}

fn url_of_a_user() -> Work {
    let client = client();
    Box::new(move || drop(std::hint::black_box(bench::user_url(&client, id(7)).expect("an address"))))
}

fn url_that_reads_ahead() -> Work {
    let (client, ids) = (client(), (0..64).map(id).collect::<Vec<_>>());
    Box::new(move || drop(std::hint::black_box(bench::read_ahead_url(&client, &ids).expect("an address"))))
}

fn body_of_an_update() -> Work {
    let given = json!({
        "firstname": "Erika",
        "lastname": "Example-O'Neil",
        "businessunitid": id(3).to_string(),
        "isdisabled": false,
        "internalemailaddress": "erika@contoso.example",
        "employeeid": "000042",
        "jobtitle": "Head of \"Sales\" \\ \u{c4}\u{1f600}",
        "mobilephone": null,
    });
    let Value::Object(given) = given else { unreachable!("an object") };
    Box::new(move || drop(std::hint::black_box(bench::update_body(&given).expect("a body"))))
}

fn open_gate() -> Work {
    let (gate, call) = (Gate::default(), Call::new());
    Box::new(move || gate.pass(&call).expect("it is open"))
}

fn gate_that_closes() -> Work {
    let (gate, call) = (Gate::default(), Call::new());
    Box::new(move || {
        gate.close();
        gate.pass(&call).expect("it is open again");
    })
}
