//! The long run of the fuzzing tests (`tests/fuzz`): with other seeds every time, for as long as is asked for.
//!
//! In the development profile, whose checks of overflow and of indices are what is to be met.

use std::{num::NonZero, path::Path, thread};

use crate::{Result, run};

/// Minutes where none are given.
pub const MINUTES: u64 = 10;

/// Kinds of input that are tried, each in a test of its own.
const KINDS: u64 = 6;

/// Tries inputs for so many minutes in all; each kind says at its end how many there were.
///
/// # Errors
/// When an input was found that breaks something: the output has it, as a line for the corpus.
pub fn run(root: &Path, minutes: u64) -> Result<()> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    let seconds = (60 * minutes / KINDS.div_ceil(threads)).max(1);
    let mut cargo = run::cargo(root);
    cargo.args(["test", "--no-default-features", "--features", "cli", "--test", "fuzz"]);
    cargo.args(["--no-fail-fast", "--", "--nocapture", "--test-threads", &threads.to_string()]);
    // A failure is tried again and again while it is made smaller: its traces would drown it.
    run::show(cargo.env("SCORESCOPE_FUZZ_SECONDS", seconds.to_string()).env("RUST_BACKTRACE", "0"))
}
