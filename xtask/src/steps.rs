//! Named steps with their times, the tests counted in each, and the summary at the end.

use std::{
    ops::AddAssign,
    time::{Duration, Instant},
};

use crate::{Error, Result};

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed.
    pub failed: u32,
}

impl Tally {
    /// Reads one line of a test program's output; anything but a `test result:` line counts nothing.
    #[must_use]
    pub fn read(line: &str) -> Self {
        let Some((_, rest)) = line.split_once("test result:") else {
            return Self::default();
        };
        let number_before = |word: &str| {
            rest.split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(word))
                .and_then(|n| n.trim().parse().ok())
                .unwrap_or(0)
        };
        Self { passed: number_before("passed"), failed: number_before("failed") }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// How one step ended.
#[derive(Debug)]
enum Outcome {
    Ok,
    Failed(String),
    Skipped(String),
}

#[derive(Debug)]
struct Done {
    name: String,
    took: Duration,
    tally: Tally,
    outcome: Outcome,
}

/// A run of steps. A failing step does not stop the next ones: one run should tell everything.
#[derive(Debug)]
pub struct Steps {
    command: &'static str,
    start: Instant,
    done: Vec<Done>,
}

impl Steps {
    /// The steps of `cargo xtask COMMAND`.
    #[must_use]
    pub fn new(command: &'static str) -> Self {
        Self { command, start: Instant::now(), done: Vec::new() }
    }

    /// Runs a step that is right or wrong. Returns whether it was right.
    pub fn step(&mut self, name: &str, body: impl FnOnce() -> Result<()>) -> bool {
        self.counted(name, || body().map(|()| (Tally::default(), None)))
    }

    /// Runs a step that counts tests. Returns whether it was right.
    pub fn counted(&mut self, name: &str, body: impl FnOnce() -> Result<(Tally, Option<Error>)>) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let (mut tally, error) = match body() {
            Ok(pair) => pair,
            Err(error) => (Tally::default(), Some(error)),
        };
        let took = start.elapsed();
        let outcome = match error {
            None => Outcome::Ok,
            Some(error) => {
                // A build that breaks before any test ran must not look like "0 failed".
                tally.failed = tally.failed.max(1);
                eprintln!("error: {name}: {error}");
                Outcome::Failed(error.to_string())
            }
        };
        let word = if matches!(outcome, Outcome::Ok) { "done" } else { "FAILED" };
        println!("== {name}: {word} in {}", seconds(took));
        let right = matches!(outcome, Outcome::Ok);
        self.done.push(Done { name: name.into(), took, tally, outcome });
        right
    }

    /// Notes a step that could not run, and why. It counts as a failure.
    pub fn skip(&mut self, name: &str, why: &str) {
        println!("\n== {name}: skipped, {why}");
        self.done.push(Done {
            name: name.into(),
            took: Duration::ZERO,
            tally: Tally { passed: 0, failed: 1 },
            outcome: Outcome::Skipped(why.into()),
        });
    }

    /// Prints the summary; with `totals`, its last line is `N passed, N failed`.
    ///
    /// # Errors
    /// Names the steps that failed.
    pub fn finish(self, totals: bool) -> Result<()> {
        let width = self.done.iter().map(|d| d.name.chars().count()).max().unwrap_or(0);
        println!("\nSummary of `cargo xtask {}`", self.command);
        let mut sum = Tally::default();
        for d in &self.done {
            let (word, why) = match &d.outcome {
                Outcome::Ok => ("ok", ""),
                Outcome::Failed(why) => ("FAILED", why.lines().next().unwrap_or("")),
                Outcome::Skipped(why) => ("skipped", why.as_str()),
            };
            let tests = match d.tally {
                Tally { passed: 0, .. } => String::new(),
                t => format!("{} passed, {} failed", t.passed, t.failed),
            };
            let row = format!("  {:width$}  {:>9}  {word:7}  {tests:24}  {why}", d.name, seconds(d.took));
            println!("{}", row.trim_end());
            sum += d.tally;
        }
        println!("  {:width$}  {:>9}", "all steps", seconds(self.start.elapsed()));
        let wrong: Vec<_> =
            self.done.iter().filter(|d| !matches!(d.outcome, Outcome::Ok)).map(|d| d.name.as_str()).collect();
        if !wrong.is_empty() {
            println!("failed: {}", wrong.join(", "));
        }
        if totals {
            println!("{} passed, {} failed", sum.passed, sum.failed);
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::Check(format!("failed: {}", wrong.join(", ")))) }
    }
}

/// A time as a person reads it.
#[must_use]
pub fn seconds(time: Duration) -> String {
    let s = time.as_secs_f64();
    if s < 60.0 {
        format!("{s:.1} s")
    } else {
        format!("{:.0} m {:02.0} s", (s / 60.0).floor(), (s % 60.0).floor())
    }
}

#[cfg(test)]
mod tests {
    //! Reading cargo's lines, and what a failing step does to the totals.
    use super::*;

    #[test]
    fn result_lines_of_cargo_and_of_the_browser_runner_are_counted() {
        let native =
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        assert_eq!(Tally::read(native), Tally { passed: 12, failed: 0 });
        let browser = "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 filtered out";
        assert_eq!(Tally::read(browser), Tally { passed: 2, failed: 3 });
        assert_eq!(Tally::read("test one ... ok"), Tally::default());
    }

    #[test]
    fn a_step_that_breaks_before_its_tests_counts_as_one_failure() {
        let mut steps = Steps::new("test");
        assert!(steps.counted("good", || Ok((Tally { passed: 4, failed: 0 }, None))));
        assert!(!steps.step("bad", || Err(Error::Check("no".into()))));
        assert_eq!(steps.done[1].tally, Tally { passed: 0, failed: 1 });
        let error = steps.finish(true).map_err(|e| e.to_string());
        assert_eq!(error, Err("failed: bad".into()));
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(seconds(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 m 05 s");
    }
}
