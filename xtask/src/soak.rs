//! `cargo xtask soak`: the library at work for ten minutes, on a server with faults. Its memory and its handles must stay flat.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::dataverse::Dataverse;
use crate::lasting::Lasting;
use crate::project::{Profile, Project};
use crate::style::{Style, paint};
use crate::test::c;

/// The options of `cargo xtask soak`.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    lasting: Lasting,
}

/// What may grow, and by how much, from the first third after the warm-up to the last.
const ALLOWED_PERCENT: u64 = 5;
const ALLOWED_MEMORY: u64 = 2048;
const ALLOWED_HANDLES: u64 = 4;

/// What the process had at one moment.
#[derive(Clone, Copy, Debug)]
struct Sample {
    /// In KiB.
    memory: u64,
    files: u64,
    threads: u64,
}

/// A figure of a sample, and what it may grow by beyond the percentage.
struct Figure {
    name: &'static str,
    of: fn(&Sample) -> u64,
    allowed: u64,
}

const FIGURES: [Figure; 3] = [
    Figure { name: "memory in KiB", of: |sample| sample.memory, allowed: ALLOWED_MEMORY },
    Figure { name: "file handles", of: |sample| sample.files, allowed: ALLOWED_HANDLES },
    Figure { name: "threads", of: |sample| sample.threads, allowed: ALLOWED_HANDLES },
];

/// The faults that happen to some of the requests, as `_local/faults` takes them.
fn faults() -> [Value; 9] {
    let some = |probability: f64, action: Value| json!({ "times": 0, "probability": probability, "action": action });
    [
        some(0.002, json!({ "status": 429, "retryAfter": { "seconds": 1 } })),
        some(0.01, json!({ "status": 503 })),
        some(0.002, json!({ "status": 500 })),
        some(0.005, json!({ "close": "afterApplied" })),
        some(0.005, json!({ "close": "beforeRead", "reset": true })),
        some(0.005, json!({ "truncate": 20 })),
        some(0.002, json!({ "garbage": true })),
        some(0.02, json!({ "delayMs": 300 })),
        json!({ "times": 0, "probability": 0.005, "path": "/api/", "action": { "status": 401 } }),
    ]
}

/// The task.
pub fn run(project: &Project, options: &Options) -> Result<bool> {
    ensure!(cfg!(target_os = "linux"), "the soak reads /proc, which only Linux has");
    let seconds = options.lasting.seconds();
    ensure!(seconds >= 10, "a soak takes 10 seconds or more");
    let built = project.build(Profile::Release)?;
    let program = c::compile_for(project, &built, &project.root.join("tests/abi/soak/soak.c"))?;
    let server = Dataverse::start_with_more(&built.dataverse, &["--users", "500"])?;
    for fault in faults() {
        server.add_fault(&fault)?;
    }
    let started = Instant::now();
    let mut child = Command::new(program)
        .arg(seconds.to_string())
        .env("LOCAL_DATAVERSE_URL", &server.url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("the soak's program could not be started")?;
    let mut output = child.stdout.take().context("the program has no output")?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        output.read_to_string(&mut text).map(|_| text)
    });
    let mut samples = Vec::new();
    while started.elapsed() < Duration::from_secs(seconds) && child.try_wait()?.is_none() {
        samples.push(sample(child.id())?);
        thread::sleep(Duration::from_millis(500));
    }
    // The last of it waits for what is still on its way.
    let good = child.wait()?.success();
    let text = reader.join().map_err(|_| anyhow::anyhow!("the program's output can't be read"))??;
    let (requests, seconds) = (server.request_count()?, started.elapsed().as_secs_f64());
    println!("  {requests} requests in {seconds:.0} s; {} samples", samples.len());
    print!("{text}");
    let flat = judge(&samples)?;
    Ok(good && flat)
}

fn sample(process: u32) -> Result<Sample> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the program is gone")?;
    let number = |name: &str| -> Result<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
        Ok(line.split_whitespace().next().context("no number")?.parse()?)
    };
    let files = fs::read_dir(format!("/proc/{process}/fd"))?.count() as u64;
    Ok(Sample { memory: number("VmRSS:")?, files, threads: number("Threads:")? })
}

/// Compares the first third after the warm-up, which is a fifth of the time, with the last, and shows the figures.
fn judge(samples: &[Sample]) -> Result<bool> {
    let warm = &samples[samples.len() / 5..];
    if warm.len() < 6 {
        bail!("the program ended too soon: {} samples", samples.len());
    }
    let third = warm.len() / 3;
    let mut all = true;
    for Figure { name, of, allowed } in &FIGURES {
        let (early, late) = (median(&warm[..third], *of), median(&warm[warm.len() - third..], *of));
        let most = warm.iter().map(of).max().unwrap_or_default();
        let bound = early + early * ALLOWED_PERCENT / 100 + allowed;
        let flat = late <= bound;
        all &= flat;
        let word = paint(if flat { Style::Good } else { Style::Bad }, if flat { "ok" } else { "not ok" });
        println!("{word} {name}: {early} after the warm-up, {late} at the end (at most {bound}); the most was {most}");
    }
    Ok(all)
}

fn median(samples: &[Sample], of: fn(&Sample) -> u64) -> u64 {
    let mut figures: Vec<u64> = samples.iter().map(of).collect();
    figures.sort_unstable();
    figures[figures.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(memory: impl Fn(u64) -> u64) -> Vec<Sample> {
        (0..100).map(|index| Sample { memory: memory(index), files: 20 + index % 3, threads: 8 }).collect()
    }

    #[test]
    fn what_is_flat_after_the_warm_up_is_good_and_what_grows_is_not() {
        assert!(judge(&samples(|index| if index < 20 { index * 1000 } else { 20_000 + index % 7 })).unwrap());
        assert!(!judge(&samples(|index| 20_000 + index * 100)).unwrap());
        assert!(judge(&samples(|_| 1)[..5]).is_err());
    }
}
