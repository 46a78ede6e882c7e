//! A newer version beside one that a process has loaded: neither disturbs the other.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::pester::Setting;
use super::tally::{self, Tally};
use crate::command::run;
use crate::dataverse::{Dataverse, SECRET};
use crate::powershell::PowerShell;
use crate::project::runtime_identifier;
use crate::stage;

const LIMIT: Duration = Duration::from_secs(300);
const OLD: &str = env!("CARGO_PKG_VERSION");
const NEW: &str = "99.0.0";
/// What the first process says once it has loaded the library.
const LOADED: &str = "loaded";

/// Installs the unpacked release twice, as two versions, the second while a process uses the first. `place` is a folder for that.
pub fn suite(setting: &Setting, unpacked: &Path, place: &Path, shell: &PowerShell) -> Result<Tally> {
    install(unpacked, place, OLD)?;
    stage::copy_folder(&unpacked.join("Connector"), place, &|_| true)?;
    let server = Dataverse::start(&setting.built.dataverse)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let use_version = |version: &str, more: &[(&str, &OsStr)]| {
        let mut command = shell.script(&setting.project.root.join("xtask").join("powershell").join("Use-Version.ps1"));
        command.arg("-Folder").arg((shell.path)(place)).args(["-Version", version, "-Url", &server.url]);
        command
            .args(["-Login", &Dataverse::login()])
            .env("DYNAMICS365_SECRET", SECRET)
            .env_remove("DYNAMICS365_LIBRARY");
        for (name, value) in more {
            command.arg(name).arg(value);
        }
        command
    };
    let mut first = use_version(OLD, &[("-Port", port.to_string().as_ref())]);
    let first = thread::spawn(move || {
        let checked = checks(&mut first);
        // Where it ended without its word, nobody else ends the waiting for that.
        drop(TcpStream::connect(("127.0.0.1", port)));
        checked
    });
    let waiting = until_loaded(&listener)?;
    install(unpacked, place, NEW)?;
    let old = place.join("Dynamics365").join(OLD);
    let platform = if cfg!(windows) { runtime_identifier()? } else { "win-x64" };
    let in_use = (shell.path)(&old.join("bin").join(platform).join("dynamics365.dll"));
    let manifest = (shell.path)(&old.join("Dynamics365.psd1"));
    let mut more = vec![("-Other", manifest.as_os_str())];
    if shell.is_windows {
        more.push(("-InUse", &in_use));
    }
    let second = checks(&mut use_version(NEW, &more));
    // The first one goes on, whatever the second found.
    if let Some(mut stream) = waiting {
        stream.write_all(b"go on\n")?;
    }
    let mut all = first.join().map_err(|_| anyhow::anyhow!("the thread of the first process broke down"))??;
    all.add(second?);
    Ok(all)
}

/// The folder of a version, as PowerShell lays modules out.
fn install(unpacked: &Path, place: &Path, version: &str) -> Result<()> {
    let folder = place.join("Dynamics365").join(version);
    stage::copy_folder(&unpacked.join("Dynamics365"), &folder, &|_| true)?;
    let file = folder.join("Dynamics365.psd1");
    let manifest = fs::read_to_string(&file)?;
    let is_version = |line: &&str| line.trim_start().starts_with("ModuleVersion ");
    let line = manifest.lines().find(is_version).context("the manifest has no ModuleVersion")?;
    fs::write(&file, manifest.replace(line, &format!("    ModuleVersion = '{version}'")))?;
    Ok(())
}

/// Waits for the word of the first process. None where it ended before that: its checks tell why.
fn until_loaded(listener: &TcpListener) -> Result<Option<TcpStream>> {
    let (stream, _) = listener.accept().context("nobody can say that the library is loaded")?;
    let mut word = String::new();
    BufReader::new(stream.try_clone()?).read_line(&mut word)?;
    Ok((word.trim() == LOADED).then_some(stream))
}

fn checks(command: &mut Command) -> Result<Tally> {
    let ended = run(command, LIMIT, false)?;
    let mut all = tally::of_lines(&ended.output);
    if !ended.success || all.failed > 0 || all.passed == 0 {
        println!("{}", ended.output);
        all.failed = all.failed.max(1);
    }
    Ok(all)
}
