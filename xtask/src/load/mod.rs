//! `cargo xtask load`: two processes load one Local Dataverse with many threads each, and afterwards its ledger, its data and what the
//! clients were told must agree.

mod actions;
mod batches;
mod check;
pub mod client;
mod journal;
mod replay;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;

use self::journal::{Summary, Told};
use self::replay::Data;
use self::wire::Wire;
use crate::command;
use crate::dataverse::Dataverse;
use crate::lasting::Lasting;
use crate::project::{Profile, Project};
use crate::style::{Style, paint};

/// The client processes.
const CLIENTS: u32 = 2;

/// What the environment holds at its start.
const ENVIRONMENT: [&str; 6] = ["--users", "300", "--units", "4", "--roles", "6"];

/// The options of `cargo xtask load`.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    lasting: Lasting,
    /// Threads of each of the two clients
    #[arg(long, default_value_t = SHORT.threads)]
    threads: u32,
    /// Actions a second of each client; 0 as many as it can
    #[arg(long, default_value_t = SHORT.rate)]
    rate: u32,
    /// Load the server as it is compiled for release
    #[arg(long)]
    release: bool,
}

/// How heavy a load is.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// How long it lasts.
    pub seconds: u64,
    /// Threads of each client.
    pub threads: u32,
    /// Actions a second of each client; 0 as many as it can.
    pub rate: u32,
}

/// A load that every run of all tests can bear.
pub const SHORT: Weight = Weight { seconds: 15, threads: 8, rate: 150 };

/// What a check found: its name, and what is wrong, nothing where all is well.
pub type Checked = (&'static str, Vec<String>);

/// The task.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    let built = project.build(if options.release { Profile::Release } else { Profile::Dev })?;
    let seconds = options.lasting.seconds();
    let weight = Weight { seconds, threads: options.threads, rate: options.rate };
    let checked = load(project, &built.dataverse, &weight)?;
    Ok(checked.iter().all(|(_, wrong)| wrong.is_empty()))
}

/// Loads a server, shows figures and findings, and gives the findings.
pub fn load(project: &Project, server: &Path, weight: &Weight) -> Result<Vec<Checked>> {
    let server = Dataverse::start_with_more(server, &ENVIRONMENT)?;
    let wire = Wire::sign_in(&server.url, 1)?;
    let before = Data::read(&wire)?;
    let memory_before = server.memory();
    let started = Instant::now();
    let journals = clients(project, &server, weight)?;
    let took = started.elapsed();
    let (told, summaries): (Vec<Vec<Told>>, Vec<Summary>) = journals.into_iter().unzip();
    let told = told.concat();
    let ledger = wire.ledger()?;
    let after = Data::read(&wire)?;
    let memory = (memory_before, server.memory());

    let checked = checks(&wire, &before, &after, &ledger, &told, &summaries)?;
    figures(&summaries, &ledger, told.len(), took, memory);
    for (name, wrong) in &checked {
        let style = if wrong.is_empty() { Style::Good } else { Style::Bad };
        println!("  {} {name}", paint(style, if wrong.is_empty() { "ok" } else { "not ok" }));
        wrong.iter().take(5).for_each(|one| println!("    {}", one.chars().take(2000).collect::<String>()));
        if wrong.len() > 5 {
            println!("    and {} more", wrong.len() - 5);
        }
    }
    Ok(checked)
}

/// Runs the clients to their end and reads what they wrote.
fn clients(project: &Project, server: &Dataverse, weight: &Weight) -> Result<Vec<(Vec<Told>, Summary)>> {
    let folder = project.target.join("load");
    fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let limit = Duration::from_secs(weight.seconds + 120);
    thread::scope(|scope| {
        let running: Vec<_> = (1..=CLIENTS)
            .map(|number| {
                let journal: PathBuf = folder.join(format!("client-{number}.jsonl"));
                let mut client = Command::new(&project.program);
                client.args(["load-client", "--url", &server.url, "--number", &number.to_string()]);
                for (option, value) in [
                    ("--threads", weight.threads.into()),
                    ("--rate", weight.rate.into()),
                    ("--seconds", weight.seconds),
                ] {
                    client.arg(option).arg(value.to_string());
                }
                client.arg("--journal").arg(&journal);
                scope.spawn(move || {
                    let ended = command::run(&mut client, limit, false)?;
                    ensure!(ended.success, "client {number} failed:\n{}", ended.output);
                    let read = journal::read(&journal)?;
                    fs::remove_file(&journal)?;
                    Ok(read)
                })
            })
            .collect();
        running
            .into_iter()
            .map(|client| client.join().unwrap_or_else(|_| anyhow::bail!("a client can't be waited for")))
            .collect()
    })
}

fn checks(
    wire: &Wire,
    before: &Data,
    after: &Data,
    ledger: &[Value],
    told: &[Told],
    summaries: &[Summary],
) -> Result<Vec<Checked>> {
    let mut replayed = before.clone();
    let mut misfits = Vec::new();
    for line in ledger {
        if let Err(reason) = replayed.apply(line) {
            misfits.push(format!("{reason}: {line}"));
        }
    }
    let me = wire.send("GET", "WhoAmI()", &[], None)?.json()?;
    let caller = me["UserId"].as_str().context("WhoAmI gives no UserId")?;
    let found = check::compare(told, ledger, caller);
    let statuses = summaries.iter().flat_map(|summary| &summary.statuses);
    let faults: Vec<String> = statuses
        .filter(|(status, _)| **status >= 500)
        .map(|(status, count)| format!("{status}, {count} times"))
        .collect();
    Ok(vec![
        ("each line of the ledger fits the lines before it", misfits),
        ("the ledger replayed is what the API shows", replayed.differences(after)),
        ("each success that a client was told is in the ledger once, as it was told", found.told_wrong),
        ("nothing that was refused was done", found.refused_and_done),
        ("nothing was done that nobody asked for", found.unasked),
        ("no reply says that the server failed", faults),
        ("each action went as it should", summaries.iter().flat_map(|summary| summary.failures.clone()).collect()),
        ("every kind of action was done by both clients", idle(summaries)),
    ])
}

/// The actions that a client never did: a load without them proves little.
fn idle(summaries: &[Summary]) -> Vec<String> {
    let mut idle = Vec::new();
    for (summary, number) in summaries.iter().zip(1..) {
        let missing = actions::all().into_iter().filter(|(name, ..)| !summary.actions.contains_key(*name));
        idle.extend(missing.map(|(name, ..)| format!("client {number} never did: {name}")));
    }
    idle
}

fn figures(summaries: &[Summary], ledger: &[Value], told: usize, took: Duration, memory: (Option<u64>, Option<u64>)) {
    let seconds = took.as_secs_f64();
    let requests: u64 = summaries.iter().flat_map(|summary| summary.statuses.values()).sum();
    let of = |status: u16| summaries.iter().filter_map(|summary| summary.statuses.get(&status)).sum::<u64>();
    println!(
        "  {requests} requests of {} clients in {seconds:.0} s: {:.0} a second",
        summaries.len(),
        requests as f64 / seconds
    );
    println!(
        "  {told} of them asked for a change; the ledger has {} lines; 412: {}, 400: {}",
        ledger.len(),
        of(412),
        of(400)
    );
    for (summary, number) in summaries.iter().zip(1..) {
        println!(
            "  client {number}: half of the requests took up to {:.1} ms, 99 of 100 up to {:.1} ms, the longest {:.1} ms",
            summary.median as f64 / 1000.0,
            summary.hundredth as f64 / 1000.0,
            summary.longest as f64 / 1000.0
        );
    }
    if let (Some(before), Some(after)) = memory {
        let each =
            after.saturating_sub(before).checked_mul(1024).and_then(|bytes| bytes.checked_div(ledger.len() as u64));
        println!(
            "  the server's memory: {} MB before, {} MB after: {} bytes for each line of the ledger, whose rows it keeps",
            before / 1024,
            after / 1024,
            each.unwrap_or_default()
        );
    }
}
