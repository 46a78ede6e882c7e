//! Tests that run in Node.js: other people's clients, the page in a browser, the workflows. npm installs what they need as it is published.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::tally::{self, Tally};
use crate::command::{find, run};
use crate::dataverse::Dataverse;
use crate::project::{Built, Project};

const LIMIT: Duration = Duration::from_secs(600);
/// The names that Chromium and its like are installed by.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The clients of `tests/clients`, against servers of theirs: one without TLS and one with it.
pub fn clients(project: &Project, built: &Built) -> Result<Tally> {
    let authority = project.target.join("local-dataverse-ca.pem");
    let server = Dataverse::start(&built.dataverse)?;
    let secure = Dataverse::start_secure(&built.dataverse, &authority)?;
    let environment = [
        ("LOCAL_DATAVERSE_URL", server.url.clone().into()),
        ("LOCAL_DATAVERSE_TLS_URL", secure.url.clone().into()),
        ("NODE_EXTRA_CA_CERTS", authority.into()),
    ];
    suite(project, "clients", &environment)
}

/// The page of Local Dataverse in a browser: `tests/page`. These tests start their servers themselves.
pub fn page(project: &Project, built: &Built) -> Result<Tally> {
    let Some(browser) = browser() else {
        println!("  Chromium is not installed (nor named in the variable CHROMIUM): these tests are left out");
        return Ok(Tally::SKIPPED);
    };
    suite(project, "page", &[("LOCAL_DATAVERSE", built.dataverse.clone().into()), ("CHROMIUM", browser.into())])
}

/// The workflows of `.github`: `tests/workflows`.
pub fn workflows(project: &Project) -> Result<Tally> {
    suite(project, "workflows", &[])
}

fn browser() -> Option<PathBuf> {
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    named.or_else(|| BROWSERS.iter().find_map(|name| find(name)))
}

/// Installs and runs the tests of a folder below `tests`; where Node.js is missing, nothing.
fn suite(project: &Project, folder: &str, environment: &[(&str, OsString)]) -> Result<Tally> {
    let (Some(npm), Some(node)) = (find("npm"), find("node")) else {
        println!("  Node.js with npm is not installed: these tests are left out");
        return Ok(Tally::SKIPPED);
    };
    let folder = project.root.join("tests").join(folder);
    let mut install = Command::new(npm);
    install.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
    let installed = run(&mut install, LIMIT, false)?;
    if !installed.success {
        println!("  npm could not install what the tests need:\n{}", installed.output);
        return Ok(Tally::one(false));
    }
    let mut tests = Command::new(node);
    // One file after the other: they share a server, and each puts it back to the seed.
    tests.args(["--test", "--test-concurrency=1", "--test-reporter=tap"]).current_dir(&folder);
    for (name, value) in environment {
        tests.env(name, value);
    }
    let ended = run(&mut tests, LIMIT, false)?;
    let counted = tally::of_lines(&ended.output);
    if !ended.success || counted.passed == 0 {
        println!("{}", ended.output);
        return Ok(Tally { failed: counted.failed.max(1), ..counted });
    }
    Ok(counted)
}
