//! One work in a process of its own, and the median of several.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::works::columns;
use crate::dataverse::{Dataverse, SECRET};
use crate::powershell::PowerShell;
use crate::project::Project;
use crate::stage::Staged;

/// What all works share.
pub struct Bench<'p> {
    /// The project.
    pub project: &'p Project,
    /// The PowerShell that does the work.
    pub shell: &'p PowerShell,
    /// The module.
    pub staged: &'p Staged,
    /// The native library, compiled for release.
    pub library: &'p Path,
    /// The program of Local Dataverse, compiled for release.
    pub dataverse: &'p Path,
    /// So many runs of each.
    pub runs: usize,
}

/// The figures of one run, by name.
pub type Figures = HashMap<String, f64>;

/// What is measured: the work's name in `measure.ps1`, whose way of doing it, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Work<'w> {
    /// See `measure.ps1`.
    pub name: &'w str,
    /// `ours`, or another.
    pub side: &'w str,
    /// How many calls or changes.
    pub count: usize,
    /// What is imported: the module, where it is none.
    pub module: Option<&'w Path>,
    /// The file of the certificate authority that the server's certificate is of, where it speaks TLS.
    pub authority: Option<&'w Path>,
}

impl Bench<'_> {
    /// Does a work once, in a PowerShell of its own.
    pub fn once(&self, work: Work<'_>, url: &str) -> Result<Figures> {
        let script = self.project.root.join("xtask").join("src").join("bench").join("measure.ps1");
        let mut command = self.shell.script(&script);
        command.args(["-Work", work.name, "-Side", work.side, "-Url", url, "-Count", &work.count.to_string()]);
        command.arg("-Module").arg(work.module.unwrap_or(&self.staged.module));
        command.args(["-LoginId", &Dataverse::login(), "-Column", &columns()]).env("BENCH_SECRET", SECRET);
        if let Some(authority) = work.authority {
            // .NET's OpenSSL and the library both look for the system's roots there.
            command.env("SSL_CERT_FILE", authority);
        }
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("PowerShell ended with {} in the work {work:?}:\n{text}", output.status);
        }
        text.lines().map(figure).collect()
    }

    /// Does two works in turns on the same server, so that what else the machine does weighs on both alike.
    pub fn pairs(&self, ours: Work<'_>, theirs: Work<'_>, url: &str) -> Result<Vec<(Figures, Figures)>> {
        (0..self.runs).map(|_| Ok((self.once(ours, url)?, self.once(theirs, url)?))).collect()
    }
}

fn figure(line: &str) -> Result<(String, f64)> {
    let (name, value) = line.split_once(' ').with_context(|| format!("'{line}' is no figure"))?;
    Ok((name.to_owned(), value.trim().parse().with_context(|| format!("'{line}' is no figure"))?))
}

/// The middle of some numbers.
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => numbers[middle],
        _ => (numbers[middle - 1] + numbers[middle]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_or_between_two() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    #[test]
    fn figures_are_read_and_anything_else_is_told() {
        assert_eq!(figure("seconds 1.25").unwrap(), ("seconds".into(), 1.25));
        assert!(figure("Oops").is_err() && figure("seconds soon").is_err());
    }
}
