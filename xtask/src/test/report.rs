//! What the suites came to: a table, and the line that a machine reads.

use std::time::Duration;

use super::tally::Tally;
use crate::style::{Style, paint};

/// The results so far.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
}

struct Line {
    name: String,
    tally: Tally,
    took: Duration,
}

impl Report {
    /// Adds a suite, or a suite in one PowerShell.
    pub fn add(&mut self, name: &str, tally: Tally, took: Duration) {
        self.lines.push(Line { name: name.to_owned(), tally, took });
    }

    /// Everything together.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for line in &self.lines {
            total.add(line.tally);
        }
        total
    }

    /// One line for each, under a heading. None of them has the form of the closing line.
    pub fn table(&self) -> String {
        let width = self.lines.iter().map(|line| line.name.chars().count()).max().unwrap_or(0).max("Suite".len());
        let heading =
            format!("{:width$}  {:>6}  {:>6}  {:>7}  {:>7}", "Suite", "Passed", "Failed", "Skipped", "Seconds");
        let mut table = paint(Style::Bold, heading) + "\n";
        for Line { name, tally, took } in &self.lines {
            let text = format!(
                "{name:width$}  {:>6}  {:>6}  {:>7}  {:>7.1}",
                tally.passed,
                tally.failed,
                tally.skipped,
                took.as_secs_f64()
            );
            table += &if tally.failed > 0 { paint(Style::Bad, text) } else { text };
            table.push('\n');
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lines_up_and_the_total_is_its_sum() {
        let mut report = Report::default();
        report.add("Rust", Tally { passed: 400, failed: 0, skipped: 1 }, Duration::from_millis(12_340));
        report.add("Pester, pwsh", Tally { passed: 90, failed: 2, skipped: 0 }, Duration::from_secs(7));
        assert_eq!(report.total(), Tally { passed: 490, failed: 2, skipped: 1 });
        let expected = "Suite         Passed  Failed  Skipped  Seconds\n\
                        Rust             400       0        1     12.3\n\
                        Pester, pwsh      90       2        0      7.0\n";
        assert_eq!(report.table(), expected);
    }
}
