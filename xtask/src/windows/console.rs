//! A console for programs that end without a word where there is none: pwsh.exe under wine, with all of its streams in pipes.
//!
//! Wine makes a console of a terminal that a standard stream is open on. So the program's error stream becomes a terminal of its own, and its
//! input and output stay the caller's pipes. It is a program around the program, so that whoever starts it need not know.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Something else than the program may hold the terminal open when that has ended: its text is not waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs a program with arguments; true where it ended well. Otherwise what it wrote to the terminal goes to the caller's error stream: the
/// console has its own say there each time, such as a window's title.
pub fn run(command: &[OsString]) -> Result<bool> {
    let (program, arguments) = command.split_first().context("which program?")?;
    let (master, terminal) = open()?;
    let mut child = Command::new(program)
        .args(arguments)
        .stderr(Stdio::from(terminal))
        .spawn()
        .with_context(|| format!("{} could not be started", program.display()))?;
    // What nobody reads fills the terminal up and stops the program.
    let (send, receive) = mpsc::channel();
    thread::spawn(move || read_parts(master, &send));
    let success = child.wait()?.success();
    if !success {
        while let Ok(part) = receive.recv_timeout(PATIENCE) {
            std::io::stderr().write_all(&part)?;
        }
    }
    Ok(success)
}

/// A terminal whose other end is closed gives an error in place of an end.
fn read_parts(mut master: File, send: &mpsc::Sender<Vec<u8>>) {
    let mut part = [0; 4096];
    while let Ok(count @ 1..) = master.read(&mut part) {
        if send.send(part[..count].to_vec()).is_err() {
            return;
        }
    }
}

fn open() -> Result<(File, File)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).context("no terminal is to be had")?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    // It must not become the terminal of this process, which would end with it.
    let own = i32::try_from(OpenptFlags::NOCTTY.bits())?;
    let mut options = OpenOptions::new();
    let terminal = options.read(true).write(true).custom_flags(own).open(OsStr::from_bytes(name.as_bytes()));
    Ok((master.into(), terminal.context("the terminal cannot be opened")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Vec<OsString> {
        ["sh", "-c", script].map(OsString::from).to_vec()
    }

    #[test]
    fn the_error_stream_is_a_terminal_and_the_end_is_passed_on() {
        assert!(run(&shell("test -t 2")).unwrap());
        assert!(!run(&shell("exit 3")).unwrap());
    }

    #[test]
    fn a_program_that_writes_much_is_not_stopped() {
        assert!(run(&shell("head -c 100000 /dev/zero | tr '\\0' x >&2")).unwrap());
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&[OsString::from("no-such-program")]).unwrap_err().to_string();
        assert!(error.contains("no-such-program"), "{error}");
    }
}
