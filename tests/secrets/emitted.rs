//! Everything that the library and what it is built on say while a test runs: log records and events at the lowest level, and what the test
//! itself puts in.

use std::fmt::{Debug, Write as _};
use std::io;
use std::sync::{LazyLock, Mutex, PoisonError};

use dynamics365::{Error, Operation};

static TEXT: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(Mutex::default);

/// From now on, everything is kept.
pub fn listen() {
    struct Events;
    impl io::Write for Events {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            put(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let events = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(|| Events)
        .finish();
    // Not `init`, which may take the log records for itself: they come below.
    tracing::subscriber::set_global_default(events).unwrap();

    struct Records;
    impl log::Log for Records {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }
        fn log(&self, record: &log::Record<'_>) {
            put(format!("{} {} {}\n", record.level(), record.target(), record.args()).as_bytes());
        }
        fn flush(&self) {}
    }
    log::set_boxed_logger(Box::new(Records)).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
}

pub fn put(bytes: &[u8]) {
    TEXT.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
}

/// What was kept so far.
pub fn take() -> Vec<u8> {
    std::mem::take(&mut *TEXT.lock().unwrap_or_else(PoisonError::into_inner))
}

pub fn put_debug(value: &impl Debug) {
    put(format!("{value:?} {value:#?}\n").as_bytes());
}

/// All that an error has to say.
pub fn put_error(error: &Error) {
    let mut text = format!("{error} {error:?} {error:#?} {}", error.what());
    for part in [error.cause(), error.advice(), error.code(), error.target(), error.request_id(), error.privilege()] {
        let _ = write!(text, " {}", part.unwrap_or_default());
    }
    put(text.as_bytes());
}

/// What came of an operation, and its log.
pub fn put_operation(operation: &Operation) -> Result<String, Error> {
    let outcome = operation.wait(None).expect("it is done").map(str::to_owned);
    if let Err(error) = &outcome {
        put_error(error);
    }
    put(operation.take_log().as_bytes());
    put_debug(operation);
    outcome
}
