//! One of the processes that load the server: many threads, one journal.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use fastrand::Rng;

use super::actions::{Action, Places, Worker, all};
use super::journal::{Journal, Summary};
use super::wire::Wire;

/// The options of the hidden task `load-client`.
#[derive(Args)]
pub struct Options {
    /// The server's address
    #[arg(long)]
    url: String,
    /// Which of the clients this one is
    #[arg(long)]
    number: u32,
    /// How many threads it has
    #[arg(long)]
    threads: u32,
    /// Actions a second of all its threads; 0 as many as it can
    #[arg(long)]
    rate: u32,
    /// How long it goes on
    #[arg(long)]
    seconds: u64,
    /// Where its journal goes
    #[arg(long)]
    journal: PathBuf,
}

/// What a thread leaves.
#[derive(Default)]
struct Left {
    actions: BTreeMap<String, u64>,
    failures: Vec<String>,
    took: Vec<u32>,
    statuses: Vec<u16>,
}

/// The task. It succeeds where the journal is written: what went wrong is in it.
pub fn run(options: &Options) -> Result<bool> {
    let wire = Wire::sign_in(&options.url, options.threads as usize)?;
    let places = Places::read(&wire)?;
    let journal = Journal::create(&options.journal)?;
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let left: Vec<Left> = thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads)
            .map(|thread| {
                let number = options.number * 1000 + thread;
                let worker = Worker {
                    wire: &wire,
                    journal: &journal,
                    places: &places,
                    random: Rng::with_seed(u64::from(number)),
                    number,
                    made: 0,
                    roles: Vec::new(),
                    teams: Vec::new(),
                    took: Vec::new(),
                    statuses: Vec::new(),
                };
                scope.spawn(move || work(worker, options, end))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| panicked())).collect()
    });
    journal.finish(summary(left))?;
    Ok(true)
}

fn panicked() -> Left {
    Left { failures: vec!["a thread of the client panicked".into()], ..Left::default() }
}

fn work(mut worker: Worker<'_>, options: &Options, end: Instant) -> Left {
    let actions = all();
    let total: u32 = actions.iter().map(|(_, weight, _)| weight).sum();
    let pause = match options.rate {
        0 => Duration::ZERO,
        rate => Duration::from_secs(1) * options.threads / rate,
    };
    let mut left = Left::default();
    let mut next = Instant::now();
    while Instant::now() < end {
        let (name, act) = pick(&actions, worker.random.u32(..total));
        match act(&mut worker) {
            Ok(()) => *left.actions.entry(name.to_owned()).or_default() += 1,
            // The first few say what is wrong.
            Err(error) if left.failures.len() < 5 => left.failures.push(format!("{name}: {error:#}")),
            Err(_) => {}
        }
        next += pause;
        // A thread that is late does not make up for it: the load stays even.
        next = next.max(Instant::now() - pause);
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    Left { took: worker.took, statuses: worker.statuses, ..left }
}

fn pick<'a, 'w>(actions: &'a [Action<'w>], mut chance: u32) -> (&'static str, fn(&mut Worker<'w>) -> Result<()>) {
    for (name, weight, act) in &actions[..actions.len() - 1] {
        if chance < *weight {
            return (name, *act);
        }
        chance -= weight;
    }
    let (name, _, act) = &actions[actions.len() - 1];
    (name, *act)
}

fn summary(left: Vec<Left>) -> Summary {
    let mut summary = Summary::default();
    let mut took = Vec::new();
    for thread in left {
        for (name, count) in thread.actions {
            *summary.actions.entry(name).or_default() += count;
        }
        for status in thread.statuses {
            *summary.statuses.entry(status).or_default() += 1;
        }
        summary.failures.extend(thread.failures);
        took.extend(thread.took);
    }
    took.sort_unstable();
    let at = |part: usize| {
        took.get((took.len() * part / 100).min(took.len().saturating_sub(1))).copied().map_or(0, u64::from)
    };
    (summary.median, summary.hundredth, summary.longest) = (at(50), at(99), at(100));
    summary
}
