//! The clients of `tests/clients`, which npm installs as they are published.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::tally::{self, Tally};
use crate::command::{find, run};
use crate::dataverse::Dataverse;
use crate::project::{Built, Project};

const LIMIT: Duration = Duration::from_secs(300);

/// Installs and runs them; where Node.js is missing, nothing.
pub fn suite(project: &Project, built: &Built) -> Result<Tally> {
    let (Some(npm), Some(node)) = (find("npm"), find("node")) else {
        println!("  Node.js with npm is not installed: these tests are left out");
        return Ok(Tally::SKIPPED);
    };
    let folder = project.root.join("tests").join("clients");
    let mut install = Command::new(npm);
    install.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
    let installed = run(&mut install, LIMIT, false)?;
    if !installed.success {
        println!("  npm could not install the clients:\n{}", installed.output);
        return Ok(Tally::one(false));
    }
    let authority = project.target.join("local-dataverse-ca.pem");
    let server = Dataverse::start(&built.dataverse)?;
    let secure = Dataverse::start_secure(&built.dataverse, &authority)?;
    let mut tests = Command::new(node);
    tests.args(["--test", "--test-reporter=tap"]).current_dir(&folder);
    tests.env("LOCAL_DATAVERSE_URL", &server.url).env("LOCAL_DATAVERSE_TLS_URL", &secure.url);
    tests.env("NODE_EXTRA_CA_CERTS", &authority);
    let ended = run(&mut tests, LIMIT, false)?;
    let counted = tally::of_lines(&ended.output);
    if !ended.success || counted.passed == 0 {
        println!("{}", ended.output);
        return Ok(Tally { failed: counted.failed.max(1), ..counted });
    }
    Ok(counted)
}
