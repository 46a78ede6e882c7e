//! Reading one user and lists: columns, filters, order, pages.

use dynamics365::{Next, Query, Rows, Status, business_units, roles, teams, users};
use local_dataverse::{Action, Options, Server, seed};
use serde_json::{Value, json};

use crate::support::*;

fn names(pages: dynamics365::Pages) -> Vec<String> {
    pages.flat_map(|batch| batch.unwrap().records().map(|fields| fields[0].to_string()).collect::<Vec<_>>()).collect()
}

#[test]
fn one_user_has_the_usual_columns_in_their_order() {
    let server = server();
    let user = users::get(&client(&server), seed::ADELE, &[]).unwrap();
    assert_eq!(user.len(), 21);
    assert_eq!(user.keys().next().unwrap(), "systemuserid");
    assert_eq!(user["businessunitid"], seed::SALES_UNIT.to_string());
    assert_eq!((&user["isdisabled"], &user["middlename"]), (&json!(false), &Value::Null));
}

#[test]
fn one_user_with_columns_of_choice() {
    let server = server();
    let asked = columns(&["fullname", "businessunitid", "applicationid"]);
    let user = users::get(&client(&server), seed::ADELE, &asked).unwrap();
    assert_eq!(user.keys().collect::<Vec<_>>(), ["fullname", "businessunitid", "applicationid"]);
}

#[test]
fn a_missing_user_is_named() {
    let server = server();
    let error = users::get(&client(&server), NOBODY, &[]).unwrap_err();
    assert_eq!((error.status(), error.http_status()), (Status::UserNotFound, Some(404)));
    assert_says(&error, &["Entity 'systemuser' With Id", &NOBODY.to_string(), "Does Not Exist"]);
    assert!(error.request_id().is_some());
}

#[test]
fn columns_that_are_none_are_refused() {
    let server = server();
    let client = client(&server);
    let error = users::get(&client, seed::ADELE, &columns(&["shoesize"])).unwrap_err();
    assert_eq!(error.status(), Status::InvalidAttribute);
    assert_says(&error, &["Could not find a property named 'shoesize'"]);
    for bad in ["", "full name", "a/b", "x&$top=1"] {
        let error = users::get(&client, seed::ADELE, &columns(&[bad])).unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{bad}");
    }
}

#[test]
fn users_are_filtered_ordered_and_limited() {
    let server = server();
    let client = client(&server);
    let all = names(
        users::list(
            &client,
            &Query { columns: columns(&["fullname"]), order_by: Some("fullname desc".into()), ..Query::default() },
        )
        .unwrap(),
    );
    assert_eq!(all.len(), 5);
    assert!(all.windows(2).all(|pair| pair[0] >= pair[1]), "{all:?}");
    assert_eq!(names(users::list(&client, &filter("isdisabled eq true", &["fullname"])).unwrap()), ["Chiara Example"]);
    assert_eq!(
        names(users::list(&client, &filter("lastname eq 'Sample-O''Neil'", &["fullname"])).unwrap()),
        ["Dora Sample-O'Neil"]
    );
    let first = Query { columns: columns(&["fullname"]), first: Some(2), ..Query::default() };
    assert_eq!(names(users::list(&client, &first).unwrap()).len(), 2);
}

#[test]
fn a_filter_that_is_none_is_refused_with_the_servers_words() {
    let server = server();
    let error = users::list(&client(&server), &filter("fullname equals 'x'", &["fullname"]))
        .unwrap()
        .next()
        .unwrap()
        .unwrap_err();
    assert_eq!(error.http_status(), Some(400));
    assert_says(&error, &["equals"]);
}

#[test]
fn all_pages_are_followed_and_each_asks_for_the_page_size() {
    let server = Server::start(Options { users: 1234, ..Options::default() }).unwrap();
    let client = client_with(&server, &[("page_size", "100")]);
    let ids = names(users::list(&client, &Query { columns: columns(&["systemuserid"]), ..Query::default() }).unwrap());
    assert_eq!(ids.len(), 1239);
    assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), 1239, "each user once");
    assert_eq!(wire(&server).len(), 13);
    let some = Query { columns: columns(&["systemuserid"]), first: Some(250), ..Query::default() };
    assert_eq!(names(users::list(&client, &some).unwrap()).len(), 250);
}

#[test]
fn rows_ask_for_a_page_once_and_for_none_beyond_what_is_wanted() {
    let server = Server::start(Options { users: 95, ..Options::default() }).unwrap();
    let client = client_with(&server, &[("page_size", "10")]);
    let read = |first| {
        let query = Query { columns: columns(&["systemuserid"]), first, ..Query::default() };
        let rows = Rows::start(&client, move |client| users::list(client, &query)).unwrap();
        let mut ids = Vec::new();
        while let Next::Batch(batch) = rows.next(None).unwrap() {
            ids.extend(batch.records().map(|fields| fields[0].to_string()));
        }
        ids
    };
    let all = read(None);
    assert_eq!((all.len(), wire(&server).len()), (100, 10));
    assert_eq!(read(Some(5100)), all);
    assert_eq!(wire(&server).len(), 20);
}

#[test]
fn rows_stream_from_a_thread_of_their_own() {
    let server = Server::start(Options { users: 50, ..Options::default() }).unwrap();
    let client = client_with(&server, &[("page_size", "10")]);
    let rows = Rows::start(&client, |client| users::list(client, &Query::default())).unwrap();
    let (mut batches, mut total) = (0, 0);
    loop {
        match rows.next(None).unwrap() {
            Next::Batch(batch) => (batches, total) = (batches + 1, total + batch.rows()),
            Next::End => break,
            Next::Pending => panic!("a wait without end is never over early"),
        }
    }
    assert_eq!((batches, total), (6, 55));
    assert!(matches!(rows.next(None).unwrap(), Next::End), "the end is told again");
}

#[test]
fn a_page_that_fails_ends_the_list_after_the_rows_before_it() {
    let server = Server::start(Options { users: 50, ..Options::default() }).unwrap();
    let client = client_with(&server, &[("page_size", "10")]);
    let rule = local_dataverse::FaultRule {
        path: Some("skiptoken".into()),
        nth: 2,
        ..local_dataverse::FaultRule::new(Action { status: Some(500), ..Action::default() })
    };
    server.set_fault(rule).unwrap();
    let mut pages = users::list(&client, &Query::default()).unwrap();
    assert!(pages.next().unwrap().is_ok() && pages.next().unwrap().is_ok());
    assert_eq!(pages.next().unwrap().unwrap_err().status(), Status::ServerError);
    assert!(pages.next().is_none());
}

#[test]
fn a_next_link_to_another_host_gets_no_token() {
    let server = server();
    let body = json!({ "value": [], "@odata.nextLink": "http://127.0.0.1:1/api/data/v9.1/systemusers?x" });
    fault(&server, "GET", "systemusers", Action { status: Some(200), body: Some(body), ..Action::default() });
    let error = users::list(&client(&server), &Query::default()).unwrap().next().unwrap().unwrap_err();
    assert_eq!(error.status(), Status::UnexpectedResponse);
    assert_says(&error, &["not on the environment's own host"]);
}

#[test]
fn roles_of_a_user_and_of_nobody() {
    let server = server();
    let client = client(&server);
    let query = Query { columns: columns(&["name"]), ..Query::default() };
    assert_eq!(names(users::roles(&client, seed::ADELE, &query).unwrap()), ["Salesperson"]);
    assert!(names(users::roles(&client, seed::CHIARA, &query).unwrap()).is_empty());
    let error = users::roles(&client, NOBODY, &query).unwrap().next().unwrap().unwrap_err();
    assert_eq!(error.status(), Status::UserNotFound);
}

#[test]
fn roles_and_business_units_are_listed() {
    let server = server();
    let client = client(&server);
    let query = Query { columns: columns(&["name"]), ..Query::default() };
    assert_eq!(names(roles::list(&client, &query).unwrap()).len(), 18, "six roles in each of three units");
    let root = filter("parentbusinessunitid eq null", &["name"]);
    assert_eq!(names(business_units::list(&client, &root).unwrap()), ["Contoso"]);
    let mut units = names(business_units::list(&client, &query).unwrap());
    units.sort();
    assert_eq!(units, ["Contoso", "Sales", "Service"]);
}

#[test]
fn users_come_with_the_names_of_their_unit_and_roles_where_these_are_asked_for() {
    let server = server();
    let client = client(&server);
    let columns = ["BusinessUnitName", "fullname", "roles"].map(String::from).to_vec();
    let query = Query { columns, filter: Some("fullname eq 'Adele Example'".into()), ..Query::default() };
    let rows: Vec<_> = users::list(&client, &query).unwrap().collect::<Result<_, _>>().unwrap();
    let records: Vec<Vec<_>> = rows.iter().flat_map(|batch| batch.records()).collect();
    assert_eq!(records, [["Sales", "Adele Example", "Salesperson"]]);

    let row = users::get(&client, seed::ADELE, &["fullname".into(), "businessunitname".into()]).unwrap();
    assert_eq!(
        serde_json::Value::Object(row),
        serde_json::json!({ "fullname": "Adele Example", "businessunitname": "Sales" })
    );

    // Nothing of the table itself.
    let query = Query { columns: vec!["businessunitname".into()], ..Query::default() };
    let members = teams::members(&client, uuid::Uuid::from_u128(0x9000_0000_0000_4000_8000_0000_0000_0002), &query)
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let records: Vec<Vec<_>> = members.iter().flat_map(|batch| batch.records()).collect();
    assert_eq!(records, [["Sales"], ["Sales"]]);
}
