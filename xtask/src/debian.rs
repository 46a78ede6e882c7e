//! Debian's packages: what a suite needs is installed in CI, as root. A person's machine is left alone and told what to install.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{find, run};

const LIMIT: Duration = Duration::from_secs(300);

/// Installs packages where that is allowed; says so, and what went wrong. Whoever needs them looks for them again.
pub fn install(packages: &[&str]) {
    if !is_allowed() {
        return;
    }
    println!("  installing {}", packages.join(" "));
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    if let Err(error) = apt(&["update"]).and_then(|()| apt(&install)) {
        println!("  {error:#}");
    }
}

fn is_allowed() -> bool {
    let is_root = || Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    env::var_os("CI").is_some_and(|value| value == "true")
        && Path::new("/etc/debian_version").exists()
        && find("apt-get").is_some()
        && is_root()
}

fn apt(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command.arg("--quiet=2").args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    let ended = run(&mut command, LIMIT, false)?;
    if !ended.success {
        bail!("apt-get {} failed:\n{}", arguments.join(" "), ended.output);
    }
    Ok(())
}
