//! Generated batches against a plain model: the status of each part, the data, the ledger, and nothing of a changeset that failed.

mod delta;
mod model;
mod plan;
mod wire;

use std::collections::BTreeMap;

use local_dataverse::seed;
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::client::Fixture;
use crate::support::cases;
use crate::world::World;
use delta::Watch;
use model::{Line, Model, Outcome, User};
use plan::{Step, Wish, content_id, steps};
use wire::{Answer, Answers, Part, Request};

/// Every row of every table, as text.
fn snapshot(fixture: &Fixture) -> BTreeMap<&'static str, String> {
    let sets = [
        "systemusers",
        "roles",
        "businessunits",
        "teams",
        "organizations",
        "systemuserrolescollection",
        "teamrolescollection",
        "teammemberships",
    ];
    sets.into_iter().map(|set| (set, fixture.get(set).text)).collect()
}

/// What the server holds, as far as the model knows it.
fn read(fixture: &Fixture) -> Model {
    let world = World::read(fixture);
    let id = |value: &serde_json::Value| value.as_str().unwrap().parse::<Uuid>().unwrap();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let users = world.tables["systemusers"].iter().map(|row| {
        let user = User {
            unit: id(&row["_businessunitid_value"]),
            disabled: row["isdisabled"].as_bool().unwrap(),
            job: text(&row["jobtitle"]),
            email: text(&row["internalemailaddress"]).unwrap(),
            domain: text(&row["domainname"]).unwrap(),
        };
        (id(&row["systemuserid"]), user)
    });
    let held = world.held.iter().map(|(user, role)| (user.parse().unwrap(), role.parse().unwrap()));
    Model { users: users.collect(), held: held.collect(), ledger: Vec::new() }
}

/// The row whose address a reply gives.
fn row_of(answer: &Answer) -> Option<Uuid> {
    let address = answer.headers.get("odata-entityid")?;
    address.rsplit_once('(')?.1.trim_end_matches(')').parse().ok()
}

fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

/// Carries a changeset out on the model; `None` where it fails, with how.
fn changeset(model: &mut Model, wishes: &[Wish], answers: &[Answer]) -> Result<Vec<Outcome>, Outcome> {
    let before = model.clone();
    let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
    for (place, wish) in wishes.iter().enumerate() {
        // Of a changeset that failed there is no key to be read: any other will do.
        let made = Some(answers.get(place).and_then(row_of).unwrap_or(Uuid::from_u128(u128::MAX - place as u128)));
        let outcome = model.apply(wish, made, &rows, true);
        if outcome.0 >= 400 {
            *model = before;
            return Err(outcome);
        }
        rows.push(match wish {
            Wish::Create { key, .. } => key.or(made),
            Wish::Rename { target, .. } | Wish::Enable { target, .. } | Wish::Move { target, .. } => match target {
                plan::Target::Row(id) => Some(*id),
                plan::Target::Made(place) => rows[*place],
            },
            _ => None,
        });
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Sends a batch and compares the reply with what the model says, part by part.
fn try_batch(
    fixture: &Fixture,
    model: &mut Model,
    steps: &[Step],
    prefer: &str,
) -> Result<Vec<Option<String>>, TestCaseError> {
    let requests: Vec<Vec<Request>> = steps
        .iter()
        .map(|step| match step {
            Step::One(wish) => vec![wish.request(fixture.server.url())],
            Step::Changeset(wishes) => wishes.iter().map(|wish| wish.request(fixture.server.url())).collect(),
        })
        .collect();
    let parts: Vec<Part<'_>> = steps
        .iter()
        .zip(&requests)
        .map(|(step, requests)| match step {
            Step::One(_) => Part::One(&requests[0]),
            Step::Changeset(_) => Part::Changeset(
                requests.iter().enumerate().map(|(place, request)| (content_id(place), request)).collect(),
            ),
        })
        .collect();
    let headers = [("Content-Type", "multipart/mixed; boundary=batch_1"), ("Prefer", prefer)];
    let reply = fixture.post_text("$batch", &headers, &wire::text(&parts));
    let answers = wire::answers(&reply);
    let goes_on = prefer == "odata.continue-on-error";
    let mut request_ids = Vec::new();
    let mut failed = false;
    for (place, step) in steps.iter().enumerate() {
        if failed && !goes_on {
            prop_assert_eq!(answers.len(), place, "what follows a failure is not answered");
            break;
        }
        let Some(answer) = answers.get(place) else {
            return Err(TestCaseError::fail(format!("part {place} is not answered: {}", reply.text)));
        };
        let lines = model.ledger.len();
        match (step, answer) {
            (Step::One(wish), Answers::One(answer)) => {
                let expected = model.apply(wish, row_of(answer), &[], false);
                prop_assert_eq!(
                    outcome(answer),
                    (expected.0, expected.1.to_owned()),
                    "part {}: {:?}: {}",
                    place,
                    wish,
                    &answer.body
                );
                failed |= answer.status >= 400;
                request_ids.extend(vec![answer.headers.get("req_id").cloned(); model.ledger.len() - lines]);
            }
            (Step::Changeset(wishes), answer) => match (changeset(model, wishes, replies_of(answer)), answer) {
                (Ok(expected), Answers::Changeset(answers)) => {
                    let expected: Vec<_> =
                        expected.into_iter().map(|(status, code)| (status, code.to_owned())).collect();
                    prop_assert_eq!(answers.iter().map(outcome).collect::<Vec<_>>(), expected, "part {}", place);
                    request_ids.extend(vec![None; model.ledger.len() - lines]);
                }
                (Err(expected), Answers::One(answer)) => {
                    prop_assert_eq!(
                        outcome(answer),
                        (expected.0, expected.1.to_owned()),
                        "part {}: {:?}: {}",
                        place,
                        wishes,
                        &answer.body
                    );
                    failed = true;
                }
                (expected, answer) => {
                    return Err(TestCaseError::fail(format!(
                        "part {place} should give {expected:?} and gave {answer:?}"
                    )));
                }
            },
            (step, answer) => {
                return Err(TestCaseError::fail(format!("part {place}, {step:?}, was answered by {answer:?}")));
            }
        }
    }
    prop_assert_eq!(reply.status, if failed && !goes_on { 400 } else { 200 });
    Ok(request_ids)
}

fn replies_of(answer: &Answers) -> &[Answer] {
    match answer {
        Answers::One(_) => &[],
        Answers::Changeset(answers) => answers,
    }
}

proptest! {
    #![proptest_config(cases(90))]

    #[test]
    fn batches_do_what_their_requests_do_one_after_the_other(
        batches in vec((steps(), prop_oneof![Just("odata.continue-on-error"), Just("return=minimal"), Just("odata.continue-on-error=false")]), 1..5),
    ) {
        SERVER.with(|fixture| {
            fixture.server.reset();
            let mut model = read(fixture);
            let mut request_ids = Vec::new();
            for (steps, prefer) in &batches {
                let (before, lines) = (snapshot(fixture), model.ledger.len());
                let (watch, held_before) = (Watch::new(fixture), model.clone());
                request_ids.extend(try_batch(fixture, &mut model, steps, prefer)?);
                if model.ledger.len() == lines {
                    prop_assert_eq!(snapshot(fixture), before, "nothing was changed, so nothing is different");
                }
                watch.check(fixture, &held_before, &model, &model.ledger[lines..])?;
                let now = read(fixture);
                prop_assert_eq!(&now.users, &model.users);
                prop_assert_eq!(&now.held, &model.held);
                let ledger = fixture.server.ledger();
                let lines: Vec<Line> = ledger.iter().zip(&model.ledger).map(|(entry, line)| line.of(entry)).collect();
                prop_assert_eq!(&lines, &model.ledger);
                prop_assert_eq!(ledger.len(), model.ledger.len());
                for (entry, id) in ledger.iter().zip(&request_ids) {
                    prop_assert_eq!(entry.caller, seed::APPLICATION_USER);
                    if let Some(id) = id {
                        prop_assert_eq!(&entry.request_id.to_string(), id);
                    }
                }
            }
            Ok(())
        })?;
    }
}

thread_local! {
    static SERVER: Fixture = Fixture::new();
}
