//! The PowerShell process that plays OpenIAM: it gets steps and gives back what the connector wrote.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, bail};

use crate::powershell::PowerShell;

/// The process.
pub struct Driver {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What a function of the connector wrote.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// SUCCESS or FAILURE; empty for a search.
    pub status: String,
    /// OpenIAM's code of a failure.
    pub error_code: String,
    /// The user.
    pub identity: String,
    /// Whether anything was changed.
    pub changed: bool,
    /// The text of a failure.
    pub error: String,
    /// What the connector adds.
    pub messages: String,
    /// The records of a search, each as `name=value` fields.
    pub records: Vec<Vec<String>>,
    /// The error records' identifiers.
    pub error_ids: Vec<String>,
}

impl Driver {
    /// Starts a PowerShell that has loaded the connector.
    pub fn start(shell: &PowerShell, script: &Path, connector: &Path) -> Result<Self> {
        let mut command = shell.script(script);
        command.arg("-Connector").arg((shell.path)(connector)).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{} could not be started", shell.name))?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("PowerShell has no output")?);
        Ok(Self { child, input, output })
    }

    /// Runs one step: a line of PowerShell.
    pub fn run(&mut self, step: &str) -> Result<Outcome> {
        let input = self.input.as_mut().context("PowerShell has ended")?;
        writeln!(input, "{step}")?;
        input.flush()?;
        let mut outcome = Outcome::default();
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                bail!("PowerShell ended in the middle of a step");
            }
            let line = line.trim_end_matches(['\r', '\n']);
            match line.strip_prefix("@@") {
                Some("end\t") => return Ok(outcome),
                Some(fields) => take(fields, &mut outcome)?,
                // A warning or a verbose line: it says something, and is no result.
                None => println!("  {line}"),
            }
        }
    }
}

fn take(line: &str, outcome: &mut Outcome) -> Result<()> {
    let fields: Vec<String> = line.split('\t').map(unescape).collect();
    match fields.as_slice() {
        [kind, status, code, identity, changed, error, messages] if kind == "result" => {
            outcome.status.clone_from(status);
            outcome.error_code.clone_from(code);
            outcome.identity.clone_from(identity);
            outcome.changed = changed == "True";
            outcome.error.clone_from(error);
            outcome.messages.clone_from(messages);
        }
        [kind, id, text] if kind == "error" => {
            outcome.error_ids.push(id.clone());
            if outcome.error.is_empty() {
                outcome.error.clone_from(text);
            }
        }
        [kind, values @ ..] if kind == "record" => outcome.records.push(values.to_vec()),
        _ => bail!("PowerShell wrote a line that is not understood: {line}"),
    }
    Ok(())
}

fn unescape(field: &str) -> String {
    let (mut text, mut characters) = (String::new(), field.chars());
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next().map(|next| match next {
                't' => '\t',
                'r' => '\r',
                'n' => '\n',
                other => other,
            })),
            other => text.push(other),
        }
    }
    text
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_an_outcome() {
        let mut outcome = Outcome::default();
        take("result\tFAILURE\tNO_SUCH_IDENTIFIER\tid\tTrue\tone\\ntwo\\\\\t", &mut outcome).unwrap();
        take("error\tDynamics365.UserNotFound\tother", &mut outcome).unwrap();
        take("record\tname=a\tx=", &mut outcome).unwrap();
        assert_eq!((outcome.error.as_str(), outcome.changed), ("one\ntwo\\", true));
        assert_eq!(outcome.error_ids, ["Dynamics365.UserNotFound"]);
        assert_eq!(outcome.records, [["name=a", "x="]]);
        assert!(take("result\tx", &mut outcome).is_err());
    }
}
