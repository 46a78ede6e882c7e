//! Every wait ends with the cancel. None of these would end within a minute by itself.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use dynamics365::{Call, Client, Config, Next, Operation, Query, Result, Rows, Status, requests, users};
use local_dataverse::{Action, RetryAfter, Server, Trickle, seed};

use crate::support::*;

/// 200 ms is the promise; a machine under load may take longer to run a thread that is woken.
const SOON: Duration = Duration::from_secs(2);
const AGES: Duration = Duration::from_secs(60);

fn slow() -> Action {
    Action { delay_ms: Some(600_000), ..Action::default() }
}

fn come_back_later(status: u16) -> Action {
    Action { status: Some(status), retry_after: Some(RetryAfter::Seconds(500)), ..Action::default() }
}

/// Waits until the request that the fault is for has arrived.
fn until_it_arrived(server: &Server) {
    while !server.faults().is_empty() {
        std::thread::yield_now();
    }
}

/// Runs `work` until its log says `waits`, cancels it, and sees to it that the thread itself comes back: a wait of the library's own.
fn comes_back_at_once(client: &Client, waits: &str, work: impl FnOnce(&Client) -> Result<()> + Send) {
    let call = Call::new();
    let client = client.with_call(call.clone());
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || work(&client));
        let mut log = String::new();
        while !log.contains(waits) {
            assert!(!thread.is_finished(), "it did not wait: {log}");
            log += &call.take_log();
            std::thread::yield_now();
        }
        let cancelled = Instant::now();
        call.cancel();
        let error = thread.join().unwrap().unwrap_err();
        assert!(cancelled.elapsed() < SOON, "{:?}", cancelled.elapsed());
        assert_eq!(error.status(), Status::Cancelled, "{error}");
    });
}

/// Cancels an operation that has something on the wire: the caller is told at once, whatever becomes of that.
fn is_told_at_once(operation: &Operation) {
    assert!(operation.wait(Some(Duration::ZERO)).is_none(), "it is under way");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| operation.wait(Some(AGES)).expect("it ends").map(str::to_owned));
        let cancelled = Instant::now();
        operation.cancel();
        let error = waiting.join().unwrap().unwrap_err();
        assert!(cancelled.elapsed() < SOON, "{:?}", cancelled.elapsed());
        assert_eq!(error.status(), Status::Cancelled, "{error}");
    });
}

fn who_am_i(client: &Client) -> Result<()> {
    requests::who_am_i(client).map(drop)
}

#[test]
fn the_wait_before_another_try() {
    let server = server();
    fault(&server, "GET", "WhoAmI", come_back_later(503));
    comes_back_at_once(&client(&server), "is tried again in 500.0 s", who_am_i);
}

#[test]
fn the_wait_of_one_who_was_throttled() {
    let server = server();
    fault(&server, "GET", "WhoAmI", come_back_later(429));
    comes_back_at_once(&client(&server), "the service protection limit is exceeded", who_am_i);
}

#[test]
fn the_wait_of_the_others_while_one_is_throttled() {
    let server = server();
    let client = client(&server);
    fault(&server, "GET", "WhoAmI", come_back_later(429));
    let first = Operation::start(&client, requests::who_am_i).unwrap();
    let mut log = String::new();
    while !log.contains("the service protection limit is exceeded") {
        log += &first.take_log();
        std::thread::yield_now();
    }
    comes_back_at_once(&client, "the service protection limit is exceeded", |client| {
        users::get(client, seed::ADELE, &[]).map(drop)
    });
}

#[test]
fn the_wait_for_a_token_that_another_thread_gets() {
    let server = server();
    let client = client(&server);
    fault(&server, "POST", "/oauth2/", slow());
    let first = Operation::start(&client, requests::who_am_i).unwrap();
    until_it_arrived(&server);
    comes_back_at_once(&client, "waits for the access token", who_am_i);
    is_told_at_once(&first);
}

#[test]
fn the_wait_of_a_thread_that_fetches_ahead_for_room() {
    let server = server();
    let client = client_with(&server, &[("page_size", "1")]);
    let (ended, has_ended) = mpsc::channel::<()>();
    let rows = Rows::start(&client, |client| {
        // Goes with the iterator, which the thread lets go when it ends.
        users::list(client, &Query::default()).map(|pages| pages.inspect(move |_| ended.send(()).unwrap()))
    })
    .unwrap();
    // Two batches lie ready, and the third is in the thread's hand.
    for _ in 0..3 {
        has_ended.recv().unwrap();
    }
    let cancelled = Instant::now();
    rows.cancel();
    while has_ended.recv_timeout(AGES).is_ok() {}
    assert!(cancelled.elapsed() < SOON, "{:?}", cancelled.elapsed());
    assert_eq!(rows.next(None).unwrap_err().status(), Status::Cancelled);
}

#[test]
fn the_wait_for_the_next_page() {
    let server = server();
    let client = client_with(&server, &[("page_size", "1")]);
    let rule = local_dataverse::FaultRule { path: Some("skiptoken".into()), ..local_dataverse::FaultRule::new(slow()) };
    server.set_fault(rule).unwrap();
    let rows = Rows::start(&client, |client| users::list(client, &Query::default())).unwrap();
    assert!(matches!(rows.next(Some(AGES)).unwrap(), Next::Batch(_)));
    until_it_arrived(&server);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| rows.next(Some(AGES)).map(drop));
        let cancelled = Instant::now();
        rows.cancel();
        assert_eq!(waiting.join().unwrap().unwrap_err().status(), Status::Cancelled);
        assert!(cancelled.elapsed() < SOON, "{:?}", cancelled.elapsed());
    });
}

#[test]
fn the_wait_for_a_reply() {
    let server = server();
    fault(&server, "GET", "WhoAmI", slow());
    let operation = Operation::start(&client(&server), requests::who_am_i).unwrap();
    until_it_arrived(&server);
    is_told_at_once(&operation);
}

#[test]
fn the_wait_for_the_rest_of_a_body() {
    let server = server();
    let drops = Action { trickle: Some(Trickle { bytes: 1, every_ms: 2000 }), ..Action::default() };
    fault(&server, "GET", "WhoAmI", drops);
    let operation = Operation::start(&client(&server), requests::who_am_i).unwrap();
    until_it_arrived(&server);
    is_told_at_once(&operation);
}

#[test]
fn the_wait_for_a_token_end_point() {
    let server = server();
    fault(&server, "POST", "/oauth2/", slow());
    let operation = Operation::start(&client(&server), requests::who_am_i).unwrap();
    until_it_arrived(&server);
    is_told_at_once(&operation);
}

/// A client of an address where somebody listens who never says anything.
fn client_of(address: std::net::SocketAddr, scheme: &str) -> Client {
    let mut config = Config::new(&format!("{scheme}://{address}/")).unwrap();
    config.client_secret(&login(seed::CLIENT_ID), seed::CLIENT_SECRET.into()).unwrap();
    config.option("connect_timeout_ms", "600000").unwrap();
    Client::new(config).unwrap()
}

#[test]
fn the_wait_for_a_handshake() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = client_of(listener.local_addr().unwrap(), "https");
    let operation = Operation::start(&client, requests::who_am_i).unwrap();
    let _connected = listener.accept().unwrap();
    is_told_at_once(&operation);
}

/// Linux leaves a connection to a full queue waiting; other systems refuse it.
#[cfg(target_os = "linux")]
#[test]
fn the_wait_for_a_connection() {
    use socket2::{Domain, Socket, Type};
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let _fills_the_queue = std::net::TcpStream::connect(address).unwrap();
    let operation = Operation::start(&client_of(address, "http"), requests::who_am_i).unwrap();
    assert!(operation.wait(Some(Duration::from_millis(100))).is_none(), "nobody accepts");
    is_told_at_once(&operation);
}
