//! Many operations at once: so many and no more, in order where order matters, and each outcome as the ledger has it.

use std::collections::BTreeSet;

use dynamics365::roles::{self, RoleRef};
use dynamics365::{Client, Error, Mode, Operation, Status, Subject, requests, users};
use local_dataverse::{Action, Options as Start, Server, seed};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

/// An environment with so many more users, and those of them that are enabled.
fn crowd(number: u32) -> (Server, Vec<Uuid>) {
    crowd_in(number, 0)
}

/// The same in so many more business units.
fn crowd_in(number: u32, units: u32) -> (Server, Vec<Uuid>) {
    let server = Server::start(Start { users: number, units, roles: 1, ..Start::default() }).unwrap();
    let query = filter("isdisabled eq false", &["systemuserid"]);
    let mut ids = Vec::new();
    for batch in users::list(&client(&server), &query).unwrap() {
        ids.extend(batch.unwrap().records().map(|fields| fields[0].parse::<Uuid>().unwrap()));
    }
    let generated: BTreeSet<_> = (1..=number).map(seed::generated_user_id).collect();
    ids.retain(|id| generated.contains(id));
    server.reset();
    (server, ids)
}

fn assign(client: &Client, user: Uuid, role: &str) -> Operation {
    let role = RoleRef::from(role);
    let subject = Subject::user(user).with_roles();
    Operation::start_on(client, Some(subject), move |client| roles::assign(client, user, &role, None, Mode::Apply))
        .unwrap()
}

fn revoke(client: &Client, user: Uuid, role: &str) -> Operation {
    let role = RoleRef::from(role);
    let subject = Subject::user(user).with_roles();
    Operation::start_on(client, Some(subject), move |client| roles::revoke(client, user, &role, None, Mode::Apply))
        .unwrap()
}

/// The action that an operation came to.
fn action(operation: &Operation) -> Result<String, Error> {
    let result: Value = serde_json::from_str(operation.wait(None).unwrap()?).unwrap();
    Ok(result["action"].as_str().unwrap().to_owned())
}

fn count(server: &Server, part: &str) -> usize {
    server.requests().iter().filter(|request| format!("{} {}", request.method, request.path).contains(part)).count()
}

fn slow(milliseconds: u64) -> Action {
    Action { delay_ms: Some(milliseconds), ..Action::default() }
}

#[test]
fn so_many_run_at_once_and_what_waits_ends_as_cancelled() {
    let (server, ids) = crowd(30);
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    // Who gets through to the server is held there; were there a fourth, it would be answered.
    faults(&server, "POST", "systemuserroles", 3, slow(600_000));
    let bulk = client.bulk(Some(3));
    assert_eq!(bulk.limit(), Some(3));
    // A role that no generated user has.
    let operations: Vec<_> = ids.iter().map(|id| assign(&bulk, *id, "System Administrator")).collect();
    while !server.faults().is_empty() {
        std::thread::yield_now();
    }
    bulk.stop();
    assert!(operations[..3].iter().all(|operation| operation.wait(Some(std::time::Duration::ZERO)).is_none()));
    for operation in &operations[3..] {
        let error = action(operation).unwrap_err();
        assert_eq!(error.status(), Status::Cancelled, "{error}");
        assert_says(&error, &["nothing was changed"]);
    }
    for operation in &operations[..3] {
        operation.cancel();
        assert_eq!(action(operation).unwrap_err().status(), Status::OutcomeUnknown);
    }
    let late = assign(&bulk, ids[0], "System Administrator");
    assert_eq!(action(&late).unwrap_err().status(), Status::Cancelled);
    assert!(server.ledger().is_empty());
    // The client itself was not stopped.
    requests::who_am_i(&client).unwrap();
}

#[test]
fn operations_on_one_user_are_done_in_the_order_in_which_they_were_started() {
    let server = server();
    let bulk = client(&server).bulk(Some(8));
    let operations: Vec<_> = (0..10)
        .flat_map(|_| [assign(&bulk, seed::ADELE, "Sales Manager"), revoke(&bulk, seed::ADELE, "Sales Manager")])
        .collect();
    for pair in operations.chunks(2) {
        assert_eq!(action(&pair[0]).unwrap(), "Added");
        assert_eq!(action(&pair[1]).unwrap(), "Removed");
    }
    let order: Vec<_> = changes(&server).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(order, ["associate", "disassociate"].repeat(10));
}

#[test]
fn users_are_read_many_with_one_request() {
    let (server, ids) = crowd(100);
    let client = client(&server);
    requests::who_am_i(&client).unwrap();
    let bulk = client.bulk(Some(2));
    // The operations are all queued while these two are at work.
    faults(&server, "GET", "WhoAmI", 2, slow(500));
    let first: Vec<_> = (0..2).map(|_| Operation::start(&bulk, requests::who_am_i).unwrap()).collect();
    let operations: Vec<_> = ids.iter().map(|id| assign(&bulk, *id, "Basic User")).collect();
    let mut told = BTreeSet::new();
    for (id, operation) in ids.iter().zip(&operations) {
        match action(operation).unwrap().as_str() {
            "Added" => assert!(told.insert(*id)),
            other => assert_eq!(other, "Unchanged"),
        }
    }
    drop(first);
    assert_eq!(server.ledger().len(), told.len());
    assert_eq!(count(&server, "POST /api/"), told.len());
    let groups = count(&server, "GET /api/data/v9.1/systemusers?");
    assert!(groups >= ids.len() / 16, "{groups} requests for many users");
    let reads = groups + count(&server, "GET /api/data/v9.1/systemusers(");
    assert!(reads <= ids.len() / 4, "{reads} requests for {} users", ids.len());
}

#[test]
fn a_role_is_looked_up_once_for_the_users_of_all_business_units() {
    let (server, ids) = crowd_in(60, 10);
    let bulk = client(&server).bulk(Some(8));
    // They all get there before there is an answer.
    faults(&server, "GET", "/roles", 1, slow(500));
    let operations: Vec<_> = ids.iter().map(|id| assign(&bulk, *id, "System Administrator")).collect();
    assert!(operations.iter().all(|operation| action(operation).unwrap() == "Added"));
    assert_eq!(count(&server, "/roles?"), 1);
    assert_eq!(server.ledger().len(), ids.len());

    // What is nowhere is told to each, and not remembered.
    let failed: Vec<_> = ids.iter().map(|id| assign(&bulk, *id, "No Such Role")).collect();
    for operation in &failed {
        let error = action(operation).unwrap_err();
        assert_eq!(error.status(), Status::RoleNotFound, "{error}");
        assert_says(&error, &["no role 'No Such Role' in the own business unit", "no business unit has a role"]);
    }
}

#[test]
fn what_is_done_to_a_user_again_is_judged_by_what_was_done_before() {
    let (server, ids) = crowd(40);
    let bulk = client(&server).bulk(Some(4));
    faults(&server, "GET", "WhoAmI", 4, slow(500));
    let first: Vec<_> = (0..4).map(|_| Operation::start(&bulk, requests::who_am_i).unwrap()).collect();
    let steps = |id: &Uuid| {
        let name = "Sales Manager";
        [assign(&bulk, *id, name), assign(&bulk, *id, name), revoke(&bulk, *id, name), assign(&bulk, *id, name)]
    };
    let operations: Vec<_> = ids.iter().map(steps).collect();
    for steps in &operations {
        let actions: Vec<_> = steps.iter().map(|step| action(step).unwrap()).collect();
        assert!(matches!(actions[0].as_str(), "Added" | "Unchanged"));
        assert_eq!(actions[1..], ["Unchanged", "Removed", "Added"]);
    }
    drop(first);
    let changes = server.ledger().len();
    assert_eq!(count(&server, "POST /api/") + count(&server, "DELETE /api/"), changes);
    // A confirmed change is known: a user is not read again for the next one.
    assert!(count(&server, "GET /api/data/v9.1/systemusers") <= ids.len());
}

#[test]
fn a_change_in_between_by_another_operation_is_seen() {
    let (server, ids) = crowd(12);
    let bulk = client(&server).bulk(Some(1));
    faults(&server, "GET", "WhoAmI", 1, slow(500));
    let first = Operation::start(&bulk, requests::who_am_i).unwrap();
    let mut operations = Vec::new();
    for id in ids.iter().copied() {
        let before = assign(&bulk, id, "Sales Manager");
        // Moves the user, which costs its roles: what was read of it before is no longer so.
        let unit = dynamics365::UnitRef::Id(seed::SERVICE_UNIT);
        let move_it = move |client: &Client| users::move_to(client, id, &unit, false, Mode::Apply);
        let moved = Operation::start_on(&bulk, Some(Subject::user(id)), move_it).unwrap();
        operations.push((before, moved, assign(&bulk, id, "Sales Manager")));
    }
    drop(first.wait(None));
    for (before, moved, after) in &operations {
        action(before).unwrap();
        let was_elsewhere = action(moved).unwrap() == "Moved";
        assert_eq!(action(after).unwrap() == "Added", was_elsewhere);
    }
}

#[test]
fn one_who_is_not_there_fails_alone() {
    let (server, ids) = crowd(20);
    let bulk = client(&server).bulk(Some(2));
    let mut asked = ids.clone();
    asked.insert(5, NOBODY);
    let operations: Vec<_> = asked.iter().map(|id| assign(&bulk, *id, "Basic User")).collect();
    for (id, operation) in asked.iter().zip(&operations) {
        match action(operation) {
            Ok(_) => assert_ne!(*id, NOBODY),
            Err(error) => {
                assert_eq!((*id, error.status()), (NOBODY, Status::UserNotFound));
                assert_says(&error, &[&NOBODY.to_string()]);
            }
        }
    }
}

#[test]
fn where_many_can_not_be_read_at_once_each_is_read_alone() {
    let (server, ids) = crowd(30);
    let bulk = client(&server).bulk(Some(2));
    faults(&server, "GET", "systemusers?", 0, answer(501));
    let operations: Vec<_> = ids.iter().map(|id| assign(&bulk, *id, "Basic User")).collect();
    for operation in &operations {
        action(operation).unwrap();
    }
    assert!(count(&server, "GET /api/data/v9.1/systemusers?") <= 1);
    assert_eq!(count(&server, "GET /api/data/v9.1/systemusers("), ids.len());
}

#[test]
fn who_frees_the_bulk_before_the_end_gets_all_of_it_done() {
    let server = server();
    let bulk = client(&server).bulk(Some(1));
    let attributes = |title: &str| object(json!({ "jobtitle": title }));
    let operations: Vec<_> = ["Clerk", "Assistant", "Manager"]
        .into_iter()
        .map(|title| {
            let attributes = attributes(title);
            let work = move |client: &Client| users::update(client, seed::ADELE, &attributes, Options::default());
            Operation::start_on(&bulk, Some(Subject::user(seed::ADELE)), work).unwrap()
        })
        .collect();
    drop(bulk);
    for operation in &operations {
        assert_eq!(action(operation).unwrap(), "Updated");
    }
    assert_eq!(changes(&server), ["update systemusers jobtitle"; 3]);
}

#[test]
fn the_environment_says_how_many_where_the_caller_does_not() {
    let server = server();
    let client = client(&server);
    assert_eq!((client.limit(), client.bulk(None).limit()), (None, Some(8)));
    requests::who_am_i(&client).unwrap();
    assert_eq!(client.bulk(None).limit(), Some(4));
}
