//! Running other programs.

use std::env;
use std::io::{PipeReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// What a program that ended leaves.
pub struct Ended {
    /// It said that all is well.
    pub success: bool,
    /// Its two output streams, as they came.
    pub output: String,
}

/// Runs a program to its end and keeps what it writes; `echo` shows it at once as well.
pub fn run(command: &mut Command, limit: Duration, echo: bool) -> Result<Ended> {
    let name = PathBuf::from(command.get_program()).display().to_string();
    let (reader, writer) = std::io::pipe().context("no pipe for a program's output")?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("{name} could not be started"))?;
    // The command holds the writing ends: with them open the reader would never see the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());

    let (send, receive) = mpsc::channel();
    thread::spawn(move || send.send(read_all(reader, echo)));
    match receive.recv_timeout(limit) {
        Ok(output) => Ok(Ended { success: child.wait()?.success(), output }),
        Err(_) => {
            child.kill()?;
            child.wait()?;
            // What it had written comes once its pipe closes; a program that it had started may still hold that open.
            let output = receive.recv_timeout(Duration::from_secs(5)).unwrap_or_default();
            bail!("{name} did not end within {} s and was stopped; its output:\n{output}", limit.as_secs())
        }
    }
}

fn read_all(mut reader: PipeReader, echo: bool) -> String {
    let (mut all, mut part) = (Vec::new(), [0; 8192]);
    while let Ok(count @ 1..) = reader.read(&mut part) {
        all.extend_from_slice(&part[..count]);
        if echo {
            // Showing is a courtesy: the whole text is handed back in any case.
            let _ = std::io::stdout().write_all(&part[..count]).and_then(|()| std::io::stdout().flush());
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// The program of that name on the search path.
pub fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cargo() -> Command {
        Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    #[test]
    fn both_streams_and_the_exit_code_are_kept() {
        let good = run(cargo().arg("--version"), Duration::from_secs(60), false).unwrap();
        assert!(good.success && good.output.starts_with("cargo "), "{}", good.output);
        let bad = run(cargo().arg("no-such-command"), Duration::from_secs(60), false).unwrap();
        assert!(!bad.success && bad.output.contains("no-such-command"), "{}", bad.output);
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped() {
        let Some(shell) = find("sh") else { return };
        let error =
            run(Command::new(shell).args(["-c", "echo begun; exec sleep 60"]), Duration::from_millis(300), false);
        let text = error.err().unwrap().to_string();
        assert!(text.contains("did not end") && text.contains("begun"), "{text}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program"), Duration::from_secs(1), false).err().unwrap();
        assert!(error.to_string().contains("no-such-program"), "{error}");
        assert_eq!(find("no-such-program"), None);
    }
}
