//! The library's threads: none is left of a client that is freed when its work is done.

use std::cell::RefCell;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Barrier};

use dynamics365::{Client, Next, Operation, Rows, Status, users};

use crate::support::*;

thread_local! {
    /// What a thread drops as it ends.
    static UNTIL_THE_END: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
}

/// How many threads work at once.
const AT_ONCE: usize = 4;

/// Has operations run side by side until all are done. The receiver tells whether any of their threads is left.
fn operations(client: &Client) -> Receiver<()> {
    let ((mark, marked), together) = (channel(), Arc::new(Barrier::new(AT_ONCE)));
    let start = |_| {
        let (mark, together) = (mark.clone(), together.clone());
        let work = move |_: &Client| {
            UNTIL_THE_END.set(Some(mark));
            together.wait();
            Ok(())
        };
        Operation::start(client, work).unwrap()
    };
    let operations: Vec<_> = (0..AT_ONCE).map(start).collect();
    for operation in operations {
        assert_eq!(operation.wait(None).unwrap().unwrap(), "null");
    }
    marked
}

fn assert_none_is_left(marked: &Receiver<()>) {
    assert_eq!(marked.try_recv(), Err(TryRecvError::Disconnected), "a thread is still there");
}

#[test]
fn those_of_operations_have_ended_when_the_client_is_freed() {
    let server = server();
    let client = client(&server);
    let marked = operations(&client);
    assert_eq!(marked.try_recv(), Err(TryRecvError::Empty), "they are kept for more work until then");
    drop(client);
    assert_none_is_left(&marked);
}

#[test]
fn those_of_a_bulk_have_ended_when_the_last_client_is_freed() {
    let server = server();
    let client = client(&server);
    let bulk = client.bulk(Some(AT_ONCE as u32));
    let marked = operations(&bulk);
    drop(client);
    assert_eq!(marked.try_recv(), Err(TryRecvError::Empty), "they are the bulk's");
    drop(bulk);
    assert_none_is_left(&marked);
}

#[test]
fn those_of_rows_have_ended_when_the_client_is_freed() {
    let server = server();
    let client = client(&server);
    let (mark, marked) = channel();
    let list = move |client: &Client| {
        UNTIL_THE_END.set(Some(mark));
        users::list(client, &filter("isdisabled eq false", &["fullname"]))
    };
    let rows = Rows::start(&client, list).unwrap();
    while !matches!(rows.next(None).unwrap(), Next::End) {}
    drop(client);
    assert_none_is_left(&marked);
}

#[test]
fn one_at_work_is_not_waited_for_and_ends_with_its_work() {
    let server = server();
    let client = client(&server);
    let ((mark, marked), (go, gate)) = (channel(), channel::<()>());
    let work = move |_: &Client| {
        mark.send(()).unwrap();
        UNTIL_THE_END.set(Some(mark));
        let _ = gate.recv();
        Ok(())
    };
    let operation = Operation::start(&client, work).unwrap();
    marked.recv().unwrap();
    operation.cancel();
    assert_eq!(operation.wait(None).unwrap().unwrap_err().status(), Status::Cancelled);
    drop((operation, client));
    assert_eq!(marked.try_recv(), Err(TryRecvError::Empty), "it is at work");
    drop(go);
    assert!(marked.recv().is_err());
}
