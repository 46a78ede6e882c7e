//! The works that are measured.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::run::{Bench, Figures, Work, median};
use crate::dataverse::Dataverse;
use crate::declarations;

/// A work with what it is compared with.
pub struct Measured {
    /// What is done.
    pub name: &'static str,
    /// What does the same.
    pub against: &'static str,
    /// The aim.
    pub must: &'static str,
    /// Measures both.
    pub measure: fn(&Bench<'_>) -> Result<Row>,
}

/// The figures in words.
pub struct Row {
    /// Of the module.
    pub ours: String,
    /// Of the other way.
    pub theirs: String,
    /// How they compare.
    pub ratio: String,
    /// The seconds of both, where that is what is compared.
    pub seconds: Option<(f64, f64)>,
}

/// Works that others are worked out from.
pub const LIST: &str = "100,000 users with 20 columns into objects";
/// See [`LIST`].
pub const MEMBERS: &str = "Who holds which role: 100,000 users with 5 roles each";

/// All of them.
pub const ALL: [Measured; 10] = [
    Measured {
        name: "Import-Module in a fresh process",
        against: "an empty script module; Add-Type with as many signatures",
        must: "aim: under 100 ms over the empty one",
        measure: import,
    },
    Measured {
        name: LIST,
        against: "Invoke-RestMethod that follows nextLink",
        must: "aim: 5 times faster, a quarter of the processor time",
        measure: list,
    },
    Measured {
        name: "The same with 300 ms a page of service time",
        against: "the same pages fetched by curl, one after the other",
        must: "aim: at most 1.05 of curl's time",
        measure: paced,
    },
    Measured {
        name: "The library alone: 300,000 users with 20 columns decoded, not compressed",
        against: "the same pages thrown away by curl over one connection",
        must: "aim: half of curl's rate",
        measure: super::decode::measure,
    },
    Measured {
        name: "1,000,000 users piped to Out-Null",
        against: "10,000 users",
        must: "aim: peak memory within 20 MB",
        measure: memory,
    },
    Measured {
        name: MEMBERS,
        against: "Invoke-RestMethod for each user (1,000 users, times 100)",
        must: "aim: under 10 s, at most 110 requests",
        measure: members,
    },
    Measured {
        name: "One user by id, warm, over TLS, over the raw request",
        against: "Invoke-RestMethod over the raw request (HttpClient)",
        must: "aim: a third of its overhead",
        measure: get_by_tls,
    },
    Measured {
        name: "The same without TLS",
        against: "Invoke-RestMethod over the raw request (HttpClient)",
        must: "the service itself has TLS only",
        measure: get_in_plain_http,
    },
    Measured {
        name: "2,000 role assignments, 20 ms of service time, 8 at once",
        against: "Invoke-RestMethod, one after the other",
        must: "aim: 7 times faster",
        measure: assign,
    },
    Measured {
        name: "What the lists and the assignments send",
        against: "the least that would do",
        must: "aim: equal",
        measure: super::least::measure,
    },
];

fn work(name: &'static str, side: &'static str, count: usize) -> Work<'static> {
    Work { name, side, count, module: None, authority: None }
}

fn of(figures: &[(Figures, Figures)], name: &str) -> (f64, f64, f64) {
    let pair = |(ours, theirs): &(Figures, Figures)| (ours[name], theirs[name]);
    let pairs: Vec<(f64, f64)> = figures.iter().map(pair).collect();
    let ratio = median(pairs.iter().map(|(ours, theirs)| theirs / ours));
    (median(pairs.iter().map(|pair| pair.0)), median(pairs.iter().map(|pair| pair.1)), ratio)
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.0} ms", seconds * 1000.0)
}

/// A server with so many users, always the same.
pub fn environment(bench: &Bench<'_>, users: usize) -> Result<Dataverse> {
    let users = users.to_string();
    Dataverse::start_with_more(
        bench.dataverse,
        &["--users", &users, "--units", "20", "--roles", "20", "--seed-number", "7"],
    )
}

/// Where files of the measurements lie.
fn folder(bench: &Bench<'_>) -> Result<PathBuf> {
    let folder = bench.project.target.join("bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn import(bench: &Bench<'_>) -> Result<Row> {
    let folder = folder(bench)?;
    let (empty, source) = (folder.join("Empty.psm1"), folder.join("Signatures.cs"));
    fs::write(&empty, "function Get-Nothing { }\n")?;
    // As a module that compiles its P/Invoke signatures would: each function with pointers for its arguments.
    let mut text =
        String::from("using System; using System.Runtime.InteropServices;\npublic static class BenchNative {\n");
    for function in declarations::of(bench.project)? {
        let arguments: Vec<String> = (0..function.parameters.len()).map(|number| format!("IntPtr a{number}")).collect();
        text += &format!(
            "[DllImport(\"none\")] public static extern IntPtr {}({});\n",
            function.name,
            arguments.join(", ")
        );
    }
    fs::write(&source, text + "}\n")?;
    let ours = work("import", "ours", 0);
    let nothing = Work { module: Some(&empty), ..work("import", "empty", 0) };
    let compiled = Work { module: Some(&source), ..work("import", "compiled", 0) };
    let with_nothing = bench.pairs(ours, nothing, "")?;
    let with_compiled = bench.pairs(ours, compiled, "")?;
    let (module, empty, _) = of(&with_nothing, "seconds");
    let (_, compiled, _) = of(&with_compiled, "seconds");
    Ok(Row {
        ours: milliseconds(module),
        theirs: format!("{}; {}", milliseconds(empty), milliseconds(compiled)),
        ratio: format!("{} over the empty one", milliseconds(module - empty)),
        seconds: None,
    })
}

fn list(bench: &Bench<'_>) -> Result<Row> {
    let server = environment(bench, 100_000)?;
    let pairs = bench.pairs(work("list", "ours", 0), work("list", "other", 0), &server.url)?;
    ensure!(pairs.iter().all(|(ours, theirs)| ours["rows"] == theirs["rows"]), "the two did not read the same rows");
    let (seconds, other, faster) = of(&pairs, "seconds");
    let (processor, other_processor, less) = of(&pairs, "processor");
    Ok(Row {
        ours: format!("{seconds:.2} s, {processor:.2} s of processor time"),
        theirs: format!("{other:.2} s, {other_processor:.2} s"),
        ratio: format!("{faster:.1} times faster, 1/{less:.1} of the processor time"),
        seconds: Some((seconds, other)),
    })
}

fn paced(bench: &Bench<'_>) -> Result<Row> {
    let server = environment(bench, 100_000)?;
    server.add_fault(&json!({ "method": "GET", "path": "systemusers", "times": 0, "action": { "delayMs": 300 } }))?;
    let mut pairs = Vec::new();
    for _ in 0..bench.runs {
        let ours = bench.once(work("list", "ours", 0), &server.url)?;
        pairs.push((ours, Figures::from([("seconds".to_owned(), super::page::curl_chain(&server)?)])));
    }
    let (seconds, curl, faster) = of(&pairs, "seconds");
    Ok(Row {
        ours: format!("{seconds:.2} s"),
        theirs: format!("{curl:.2} s"),
        ratio: format!("{:.2} of curl's time", 1.0 / faster),
        seconds: Some((seconds, curl)),
    })
}

fn memory(bench: &Bench<'_>) -> Result<Row> {
    let (large, small) = (environment(bench, 1_000_000)?, environment(bench, 10_000)?);
    let mut pairs = Vec::new();
    for _ in 0..bench.runs {
        let stream = work("stream", "ours", 0);
        pairs.push((bench.once(stream, &large.url)?, bench.once(stream, &small.url)?));
    }
    let megabytes = |bytes: f64| bytes / 1024.0 / 1024.0;
    let (peak, small, _) = of(&pairs, "peak");
    let (seconds, few, _) = of(&pairs, "seconds");
    Ok(Row {
        ours: format!("{:.0} MB, {seconds:.1} s", megabytes(peak)),
        theirs: format!("{:.0} MB, {few:.2} s", megabytes(small)),
        ratio: format!("{:.0} MB more", megabytes(peak - small)),
        seconds: None,
    })
}

fn members(bench: &Bench<'_>) -> Result<Row> {
    let users = ["--users", "100000", "--roles-per-user", "5", "--units", "20", "--roles", "20", "--seed-number", "7"];
    let server = Dataverse::start_with_more(bench.dataverse, &users)?;
    let (some, held) = (1000, server.row_count("systemuserrolescollection")?);
    let (mut pairs, mut requests) = (Vec::new(), 0);
    for _ in 0..bench.runs {
        let before = server.request_count()?;
        let ours = bench.once(work("members", "ours", 0), &server.url)?;
        // What signing in, warming up and these counts ask for is no part of it, and few enough to leave in.
        requests = server.request_count()? - before;
        ensure!(ours["rows"] as u64 >= held, "{} roles were told of {held}", ours["rows"]);
        let mut theirs = bench.once(work("members", "other", some), &server.url)?;
        theirs.entry("seconds".into()).and_modify(|seconds| *seconds *= 100_000.0 / some as f64);
        pairs.push((ours, theirs));
    }
    let (seconds, other, faster) = of(&pairs, "seconds");
    Ok(Row {
        ours: format!("{seconds:.2} s for {held} roles, {requests} requests"),
        theirs: format!("{other:.0} s, 100,000 requests"),
        ratio: format!("{faster:.0} times faster"),
        seconds: Some((seconds, other)),
    })
}

fn get_by_tls(bench: &Bench<'_>) -> Result<Row> {
    let authority = folder(bench)?.join("authority.pem");
    let server = Dataverse::start_secure(bench.dataverse, &authority)?;
    get(bench, &server, Some(&authority))
}

fn get_in_plain_http(bench: &Bench<'_>) -> Result<Row> {
    get(bench, &environment(bench, 100)?, None)
}

fn get(bench: &Bench<'_>, server: &Dataverse, authority: Option<&Path>) -> Result<Row> {
    let count = 1000;
    let mut overheads = Vec::new();
    for _ in 0..bench.runs {
        let once = |side| -> Result<f64> {
            let figures = bench.once(Work { authority, ..work("get", side, count) }, &server.url)?;
            Ok(figures["seconds"] / count as f64)
        };
        let (ours, other, raw) = (once("ours")?, once("other")?, once("raw")?);
        overheads.push((ours - raw, other - raw));
    }
    let (ours, other) = (median(overheads.iter().map(|pair| pair.0)), median(overheads.iter().map(|pair| pair.1)));
    Ok(Row {
        ours: format!("{:.2} ms", ours * 1000.0),
        theirs: format!("{:.2} ms", other * 1000.0),
        ratio: format!("{:.2} of its overhead", median(overheads.iter().map(|(ours, other)| ours / other))),
        seconds: Some((ours, other)),
    })
}

fn assign(bench: &Bench<'_>) -> Result<Row> {
    let count = 2000;
    let mut pairs = Vec::new();
    for _ in 0..bench.runs {
        let one = |side| -> Result<Figures> {
            // A server of its own: whoever comes second would find the roles assigned.
            let server = environment(bench, 10_000)?;
            server.add_fault(&json!({ "path": "/api/", "times": 0, "action": { "delayMs": 20 } }))?;
            let figures = bench.once(work("assign", side, count), &server.url)?;
            let made = server.ledger()?.len();
            ensure!(made == count, "{side}: {made} roles were assigned in place of {count}");
            Ok(figures)
        };
        pairs.push((one("ours")?, one("other")?));
    }
    let (seconds, other, faster) = of(&pairs, "seconds");
    Ok(Row {
        ours: format!("{seconds:.1} s"),
        theirs: format!("{other:.1} s"),
        ratio: format!("{faster:.1} times faster, each in the ledger"),
        seconds: Some((seconds, other)),
    })
}

/// The columns that are listed, divided by commas.
pub fn columns() -> String {
    include_str!("../../../benches/columns.txt").lines().collect::<Vec<_>>().join(",")
}

/// Says where an environment's pages are fetched from: for `curl`.
pub fn list_address(server: &Dataverse) -> String {
    let properties = columns().replace("businessunitid", "_businessunitid_value");
    format!("{}api/data/v9.2/systemusers?$select={properties}", server.url)
}

/// The version of a program, from what it says itself.
pub fn version_of(program: &str, arguments: &[&str]) -> Result<String> {
    let output = std::process::Command::new(program).args(arguments).output();
    let output = output.with_context(|| format!("{program} could not be started"))?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned())
}
