//! The library alone: all pages of the users, decoded and thrown away, beside curl that throws them away as they come.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::run::{Bench, median};
use super::works::{Row, columns, list_address};
use crate::command::find;
use crate::dataverse::{Dataverse, SECRET};
use crate::project::{Built, built_program};
use crate::test::c;

/// Enough pages that starting a process and signing in do not count for much.
const USERS: &str = "300000";

/// What one process did.
struct Spent {
    seconds: f64,
    processor: f64,
    output: String,
}

/// Measures the Rust program, the C program and curl, in turns.
pub fn measure(bench: &Bench<'_>) -> Result<Row> {
    let server = Dataverse::start_with_more(
        bench.dataverse,
        &["--users", USERS, "--units", "20", "--roles", "20", "--seed-number", "7"],
    )?;
    server.change_settings(&json!({ "compression": false }))?;
    let programs = [rust_program(bench, "list-users")?, c_program(bench)?];
    let pages = pages(&server)?;
    let core = Core::find(&server)?;
    let mut runs = Vec::new();
    for _ in 0..bench.runs {
        runs.push([list(&core, &programs[0], &server)?, list(&core, &programs[1], &server)?, curl(&core, &pages)?]);
    }
    let told = |run: &Spent| run.output.lines().find_map(|line| line.strip_prefix("rows ")?.parse().ok());
    ensure!(runs.iter().flat_map(|run| &run[..2]).all(|run| told(run) == Some(pages.rows)), "rows are missing");
    let megabytes = runs[0][2].output.lines().filter_map(|line| line.parse::<f64>().ok()).sum::<f64>() / 1e6;
    let shown = |name: &str, who: usize| {
        let rate = median(runs.iter().map(|run| megabytes / run[who].seconds));
        format!("{name} {rate:.0} MB/s, {:.2} s of processor time", median(runs.iter().map(|run| run[who].processor)))
    };
    let share = |who: usize| median(runs.iter().map(|run| run[2].seconds / run[who].seconds));
    Ok(Row {
        ours: format!("{}; {}", shown("Rust", 0), shown("C", 1)),
        theirs: shown("curl", 2),
        ratio: format!(
            "{:.2} and {:.2} of curl's rate{}",
            share(0),
            share(1),
            if core.taskset.is_some() { ", each on one core" } else { "" },
        ),
        seconds: None,
    })
}

/// A program of `benches/`.
pub fn rust_program(bench: &Bench<'_>, name: &str) -> Result<PathBuf> {
    let mut cargo = bench.project.cargo();
    cargo.args(["build", "--release", "--quiet", "--package", "dynamics365-benches", "--bin", name]);
    built_program(&mut cargo, name)
}

fn c_program(bench: &Bench<'_>) -> Result<PathBuf> {
    let built = Built { library: bench.library.to_owned(), dataverse: bench.dataverse.to_owned() };
    c::compile_for(bench.project, &built, &bench.project.root.join("benches").join("list_users.c"))
}

/// The first core for the client, the rest for the server: where Linux has `taskset`, and there are two.
struct Core {
    taskset: Option<PathBuf>,
}

impl Core {
    fn find(server: &Dataverse) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let taskset = find("taskset").filter(|_| cores > 1);
        if let Some(taskset) = &taskset {
            let mut command = Command::new(taskset);
            command.args(["--all-tasks", "--cpu-list", "--pid", &format!("1-{}", cores - 1), &server.id().to_string()]);
            ensure!(
                command.stdout(Stdio::null()).status()?.success(),
                "the server could not be kept off the first core"
            );
        }
        Ok(Self { taskset })
    }

    /// A command that runs on the client's core.
    fn command(&self, program: &Path) -> Command {
        let Some(taskset) = &self.taskset else { return Command::new(program) };
        let mut command = Command::new(taskset);
        command.args(["--cpu-list", "0"]).arg(program);
        command
    }
}

/// Runs a program to its end, with some input.
fn run(command: &mut Command, input: &str) -> Result<Spent> {
    let before = processor_of_children();
    let started = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("no process")?;
    child.stdin.take().context("a process has no input")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    let seconds = started.elapsed().as_secs_f64();
    if !output.status.success() {
        bail!("{command:?} ended with {}", output.status);
    }
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Spent { seconds, processor: processor_of_children() - before, output })
}

fn list(core: &Core, program: &Path, server: &Dataverse) -> Result<Spent> {
    let mut command = core.command(program);
    // `cargo xtask` names the folder of the development build there, whose library would be taken.
    command.env_remove("LD_LIBRARY_PATH");
    run(command.arg(&server.url).args([Dataverse::login(), columns()]).env("DYNAMICS365_SECRET", SECRET), "")
}

/// What curl is told to fetch.
struct Pages {
    settings: String,
    rows: usize,
}

/// Finds the addresses of all pages, so that one curl fetches them over one connection.
fn pages(server: &Dataverse) -> Result<Pages> {
    let token = server.token()?;
    let mut settings = format!(
        "silent\nshow-error\nfail\ngloboff\nwrite-out = \"%{{size_download}}\\n\"\n\
         header = \"Authorization: Bearer {token}\"\nheader = \"Prefer: odata.maxpagesize=5000\"\n"
    );
    let (mut rows, mut next) = (0, Some(list_address(server)));
    while let Some(address) = next {
        settings += &format!("url = \"{address}\"\noutput = \"{}\"\n", if cfg!(windows) { "NUL" } else { "/dev/null" });
        let page: Value = server.page(&address, &token)?;
        rows += page["value"].as_array().map_or(0, Vec::len);
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    Ok(Pages { settings, rows })
}

fn curl(core: &Core, pages: &Pages) -> Result<Spent> {
    let curl = find("curl").context("curl is not installed")?;
    // A token has no place on a command line.
    run(core.command(&curl).args(["--config", "-"]), &pages.settings)
}

/// The processor time of all processes that this one started and that ended, where Linux tells: in seconds.
fn processor_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // What is behind the name, which may hold anything: the state first, cutime and cstime as the 14th and 15th.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: f64 = fields.skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}
