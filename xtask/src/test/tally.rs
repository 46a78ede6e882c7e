//! Counting what passed and what failed.

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
}

impl Tally {
    /// One check.
    pub fn one(passed: bool) -> Self {
        Self { passed: usize::from(passed), failed: usize::from(!passed) }
    }

    /// Adds other checks.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The tests that `cargo test` reports in its `test result:` lines.
pub fn of_cargo(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        tally.add(Tally { passed: number_before(line, " passed"), failed: number_before(line, " failed") });
    }
    tally
}

/// The tests of the last line of the form `N passed, N failed`.
pub fn of_last_line(output: &str) -> Option<Tally> {
    let line = output.lines().rev().find(|line| !line.trim().is_empty())?.trim();
    let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some(Tally { passed: passed.parse().ok()?, failed: failed.parse().ok()? })
}

/// The checks that a program reports as `ok <name>` and `not ok <name>`.
pub fn of_lines(output: &str) -> Tally {
    let count = |start: &str| output.lines().filter(|line| line.starts_with(start)).count();
    Tally { passed: count("ok "), failed: count("not ok ") }
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
        let output = "test a ... ok\ntest result: ok. 47 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.12s\n\
            test result: FAILED. 90 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 4.89s\n";
        assert_eq!(of_cargo(output), Tally { passed: 137, failed: 2 });
        assert_eq!(of_cargo("error: could not compile"), Tally::default());
    }

    #[test]
    fn the_last_line_counts() {
        assert_eq!(
            of_last_line("1 passed, 0 failed\nmore\n12 passed, 3 failed\n\n"),
            Some(Tally { passed: 12, failed: 3 })
        );
        assert_eq!(of_last_line("12 passed, 3 failed\nbut then it broke"), None);
    }

    #[test]
    fn lines_of_checks_are_counted() {
        assert_eq!(of_lines("ok a\n# ok b\nnot ok c: x\nok d\n"), Tally { passed: 2, failed: 1 });
    }
}
