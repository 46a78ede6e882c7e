//! The matrix itself: each operation, each fault, once and without an end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::thread;

use dynamics365::{Mode, Status, teams};
use local_dataverse::{Options, Server, seed};

use crate::faults::{FAULTS, Fault, TRIES, client};
use crate::operations::{OPERATIONS, Operation, ROLE_OF_TEAM, Told, sales_team};

/// The most requests that an operation makes when all goes well, sign-in included.
const REQUESTS: usize = 16;

/// What a cell came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Told as done, and it was, once.
    Done,
    /// Told as failed, and nothing was changed.
    Failed,
    /// Told as failed after a part of it, and the error says so.
    FailedHalfWay,
    /// Told as unknown.
    Unknown,
}

fn server() -> Server {
    let server = Server::start(Options::default()).unwrap();
    server.settings_mut(|settings| {
        settings.delete_disabled_users = true;
        settings.users_gone_from_entra.push(seed::CHIARA);
    });
    teams::assign_role(&client(&server), sales_team(), &ROLE_OF_TEAM.into(), None, Mode::Apply).unwrap();
    server
}

/// Runs one operation under one fault, and compares what is told with the ledger. The error is what was told wrong.
fn run(operation: &Operation, fault: &Fault, times: u64) -> Result<Cell, String> {
    let mut server = server();
    let (ledger_before, requests_before) = (server.ledger().len(), server.requests().len());
    let met = fault.meet(&mut server, operation, times)?;
    let outcome = (operation.run)(&met.client);
    let requests = server.requests().len() - requests_before;
    // An update that a later try made again differs in nothing.
    let made = |entry: &local_dataverse::LedgerEntry| entry.after.as_ref().is_none_or(|after| !after.is_empty());
    let entries = server.ledger()[ledger_before..].iter().filter(|entry| made(entry)).count();
    let wrong = |why: &str| Err(format!("{why}: {outcome:?} with {entries} of {} entries", operation.entries));
    if entries > operation.entries {
        return wrong("doubled");
    }
    // An operation sends its requests, and each of them so often; a create that is lost is looked for and sent anew.
    if requests > REQUESTS * TRIES {
        return wrong(&format!("{requests} requests are a storm"));
    }
    match &outcome {
        Ok(Told::Changed) if entries == operation.entries => Ok(Cell::Done),
        Ok(Told::Unchanged) if operation.entries == 0 => Ok(Cell::Done),
        Ok(_) => wrong("told as done, which it is not"),
        Err(error) if error.status() == Status::OutcomeUnknown => Ok(Cell::Unknown),
        Err(_) if entries == 0 => Ok(Cell::Failed),
        Err(error) => {
            let text = error.to_string();
            let says = ["was added and", "was moved", "was created"].iter().any(|part| text.contains(part));
            if says { Ok(Cell::FailedHalfWay) } else { wrong("told as failed, which it is not") }
        }
    }
}

/// The cells by operation, by fault, and by how often the fault happens: once, or always (0).
type Cells = BTreeMap<(usize, usize, u64), Cell>;

/// All cells, on a few threads: most of a cell's time is waiting.
fn all() -> (Cells, Vec<String>) {
    let mut cells: Vec<(usize, usize, u64)> = Vec::new();
    for operation in 0..OPERATIONS.len() {
        for fault in 0..FAULTS.len() {
            cells.extend([(operation, fault, 1), (operation, fault, 0)]);
        }
    }
    let (todo, done, wrong) = (Mutex::new(cells), Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let Some(cell) = todo.lock().unwrap().pop() else { return };
                    let (operation, fault) = (&OPERATIONS[cell.0], &FAULTS[cell.1]);
                    match run(operation, fault, cell.2) {
                        Ok(outcome) => drop(done.lock().unwrap().insert(cell, outcome)),
                        Err(why) => {
                            let often = if cell.2 == 1 { "once" } else { "always" };
                            wrong.lock().unwrap().push(format!("{} / {} {often}: {why}", operation.name, fault.name));
                        }
                    }
                }
            });
        }
    });
    (done.into_inner().unwrap(), wrong.into_inner().unwrap())
}

fn sign(cell: Cell) -> &'static str {
    match cell {
        Cell::Done => "done",
        Cell::Failed => "failed",
        Cell::FailedHalfWay => "half way",
        Cell::Unknown => "unknown",
    }
}

/// The matrix as a table: each cell is what is told when the fault happens once / each time.
fn table(cells: &Cells) -> String {
    let mut text = String::from("| Fault |");
    for operation in &OPERATIONS {
        write!(text, " {} |", operation.name).unwrap();
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(OPERATIONS.len()));
    for (fault, row) in FAULTS.iter().enumerate() {
        write!(text, "\n| {} |", row.name).unwrap();
        for operation in 0..OPERATIONS.len() {
            let outcome = |times| cells.get(&(operation, fault, times)).copied().map_or("wrong", sign);
            let (once, always) = (outcome(1), outcome(0));
            if once == always {
                write!(text, " {once} |").unwrap()
            } else {
                write!(text, " {once} / {always} |").unwrap()
            }
        }
    }
    text
}

#[test]
fn what_is_told_is_what_happened_for_every_operation_under_every_fault() {
    let (cells, wrong) = all();
    let table = table(&cells);
    let count = |wanted: Cell| cells.values().filter(|cell| **cell == wanted).count();
    let counts = format!(
        "{} cells: {} done, {} failed, {} failed half way and told so, {} unknown; {} told wrong.",
        cells.len() + wrong.len(),
        count(Cell::Done),
        count(Cell::Failed),
        count(Cell::FailedHalfWay),
        count(Cell::Unknown),
        wrong.len()
    );
    println!("{table}\n\n{counts}");
    // `cargo xtask reliability` asks for the table.
    if let Some(file) = std::env::var_os("RELIABILITY_TABLE") {
        std::fs::write(file, format!("{table}\n\n{counts}\n")).unwrap();
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_operation_of_the_header_is_in_the_matrix_and_the_page_has_all_rows_and_columns() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let (header, page) = (read("include/dynamics365.h"), read("docs/reliability.md"));
    let mut exports = 0;
    for declaration in header.split("d365_status d365_").skip(1) {
        let (name, rest) = declaration.split_once('(').unwrap();
        let starts = rest.split(';').next().unwrap();
        let is_operation = starts.contains("d365_operation **") || starts.contains("d365_rows **");
        // The diagnosis tells of every fault as a step that fails, and changes nothing.
        if is_operation && name != "client_test" {
            exports += 1;
            // A name may have more in brackets behind it.
            let has_column = OPERATIONS.iter().any(|operation| operation.name.split(" (").next() == Some(name));
            assert!(has_column, "d365_{name} has no operation in tests/reliability/operations.rs");
        }
    }
    assert!(exports > 20, "{exports}");
    for name in FAULTS.iter().map(|fault| fault.name).chain(OPERATIONS.iter().map(|operation| operation.name)) {
        assert!(
            page.contains(&format!("| {name} |")),
            "docs/reliability.md lacks '{name}': run `cargo xtask reliability`"
        );
    }
}
