//! Counting what passed, what failed, and what was left out.

use std::fmt;

/// How many checks passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Left out on this machine, or by the test itself.
    pub skipped: usize,
}

impl Tally {
    /// Something that this machine can't run, whatever it has in it.
    pub const SKIPPED: Self = Self { passed: 0, failed: 0, skipped: 1 };

    /// One check.
    pub fn one(passed: bool) -> Self {
        Self { passed: usize::from(passed), failed: usize::from(!passed), skipped: 0 }
    }

    /// Adds other checks.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The line that a run ends with; [`of_last_line`] reads it.
impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// The tests that `cargo test` reports in its `test result:` lines.
pub fn of_cargo(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        tally.add(Tally {
            passed: number_before(line, " passed"),
            failed: number_before(line, " failed"),
            skipped: number_before(line, " ignored"),
        });
    }
    tally
}

/// The tests of the last line, which has the form of a tally.
pub fn of_last_line(output: &str) -> Option<Tally> {
    let line = output.lines().rev().find(|line| !line.trim().is_empty())?.trim();
    let (passed, rest) = line.strip_suffix(" skipped")?.split_once(" passed, ")?;
    let (failed, skipped) = rest.split_once(" failed, ")?;
    Some(Tally { passed: passed.parse().ok()?, failed: failed.parse().ok()?, skipped: skipped.parse().ok()? })
}

/// The checks that a program reports as `ok <name>` and `not ok <name>`; one with `# SKIP` behind its name was not made.
pub fn of_lines(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines() {
        if line.starts_with("not ok ") {
            tally.failed += 1;
        } else if line.starts_with("ok ") && line.contains(" # SKIP") {
            tally.skipped += 1;
        } else if line.starts_with("ok ") {
            tally.passed += 1;
        }
    }
    tally
}

fn number_before(line: &str, word: &str) -> usize {
    let digits = line.split(word).next().unwrap_or_default().rsplit(|character: char| !character.is_ascii_digit());
    digits.into_iter().next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_lines_are_added_up() {
        let output = "test a ... ok\ntest result: ok. 47 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.12s\n\
            test result: FAILED. 90 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 4.89s\n";
        assert_eq!(of_cargo(output), Tally { passed: 137, failed: 2, skipped: 1 });
        assert_eq!(of_cargo("error: could not compile"), Tally::default());
    }

    #[test]
    fn the_last_line_counts() {
        let tally = Tally { passed: 12, failed: 3, skipped: 1 };
        assert_eq!(of_last_line(&format!("1 passed, 0 failed, 0 skipped\nmore\n{tally}\n\n")), Some(tally));
        assert_eq!(of_last_line("12 passed, 3 failed, 0 skipped\nbut then it broke"), None);
        assert_eq!(of_last_line(""), None);
    }

    #[test]
    fn lines_of_checks_are_counted() {
        let output = "ok a\n# ok b\nnot ok c: x\nok d\nok e # SKIP no such thing here\n";
        assert_eq!(of_lines(output), Tally { passed: 2, failed: 1, skipped: 1 });
    }
}
