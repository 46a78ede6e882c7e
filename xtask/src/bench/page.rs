//! The page of results, and the pages that curl fetches.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::run::Bench;
use super::works::{Measured, Row, list_address, version_of};
use crate::dataverse::Dataverse;

/// The text of docs/benchmarks.md.
pub fn text(rows: &[(Measured, Row)], bench: &Bench<'_>) -> Result<String> {
    let shell = Command::new(&bench.shell.program).args(&bench.shell.arguments).arg("--version").output()?;
    let shell = String::from_utf8_lossy(&shell.stdout).trim().to_owned();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!(
        "# What things cost\n\n`cargo xtask bench` wrote this page: each figure is the median of {} runs, which take turns with what they are compared with on the \
         same machine, against Local Dataverse on the loopback interface, all of it compiled for release.\n\nThe machine: {} {}, {cores} processor \
         cores, {shell}, {}.\n\n| Work | Time | Against | Its time | | Aim |\n|---|---|---|---|---|---|\n",
        bench.runs,
        std::env::consts::OS,
        std::env::consts::ARCH,
        version_of("curl", &["--version"])?.split(' ').take(2).collect::<Vec<_>>().join(" "),
    );
    for (work, row) in rows {
        let aim = work.must.trim_start_matches("aim: ");
        text += &format!(
            "| {} | {} | {} | {} | **{}** | {aim} |\n",
            work.name, row.ours, work.against, row.theirs, row.ratio
        );
    }
    text += "\n![The times of the works, two bars each](benchmarks.svg)\n\n[What a sync costs as an environment grows](scale.md) is worked out from these figures.\n";
    Ok(text)
}

/// How many seconds curl takes for all pages of the list, one process a page as its users have it; looking for the next page's address is not counted.
pub fn curl_chain(server: &Dataverse) -> Result<f64> {
    let token = server.token()?;
    let file = std::env::temp_dir().join(format!("dynamics365-bench-{}.json", std::process::id()));
    let mut next = Some(list_address(server));
    let mut seconds = 0.0;
    while let Some(address) = next {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--globoff", "--config", "-", "--output"])
            .arg(&file)
            .arg(&address);
        let started = Instant::now();
        let mut child = curl.stdin(Stdio::piped()).spawn().context("curl could not be started")?;
        // A token has no place on a command line.
        let settings =
            format!("header = \"Authorization: Bearer {token}\"\nheader = \"Prefer: odata.maxpagesize=5000\"\n");
        child.stdin.take().context("curl has no input")?.write_all(settings.as_bytes())?;
        let status = child.wait()?;
        seconds += started.elapsed().as_secs_f64();
        ensure!(status.success(), "curl ended with {status}");
        let page: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    std::fs::remove_file(&file)?;
    Ok(seconds)
}
