//! How training can end before its time.

use crate::words::{said, tr};
use thiserror::Error;

/// Why training has ended. The parameters are those before the step that failed.
#[derive(Clone, Debug, Error, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum LearnError {
    /// A loss or a gradient was infinite or no number.
    #[error("{}", said!("step {}: {} is not a finite number; the learning rate is too large", .step, named(.what)))]
    NotFinite {
        /// The step, from 1.
        step: usize,
        /// What was not finite.
        what: String,
    },
    /// A loss was far above where it began.
    #[error("{}", said!("step {}: {} is {}, above {}: training diverges; a smaller learning rate may help", .step, named(.what), format_args!("{:.3e}", .value), format_args!("{:.0e}", .limit)))]
    Diverged {
        /// The step, from 1.
        step: usize,
        /// What grew.
        what: String,
        /// Its value.
        value: f64,
        /// What it may be at most.
        limit: f64,
    },
    /// A target of this dimension cannot be learned here.
    #[error("{}", said!("networks here learn targets in one or two dimensions, not in {}", .0))]
    Dimension(usize),
}

/// What a check calls a quantity, in the language of the page: it was named in a worker.
fn named(what: &str) -> &str {
    match what {
        "the loss" => tr!("the loss"),
        "the gradient" => tr!("the gradient"),
        "the discriminator's loss" => tr!("the discriminator's loss"),
        "the discriminator's gradient" => tr!("the discriminator's gradient"),
        "the generator's loss" => tr!("the generator's loss"),
        "the generator's gradient" => tr!("the generator's gradient"),
        other => other,
    }
}

/// A value that a step depends on: finite, and at most `limit`.
///
/// # Errors
/// [`LearnError`] where it is not.
#[cfg(lessons)]
pub(super) fn check(step: usize, what: &str, value: f64, limit: f64) -> Result<(), LearnError> {
    let what = || what.to_owned();
    if !value.is_finite() {
        return Err(LearnError::NotFinite { step, what: what() });
    }
    if value > limit {
        return Err(LearnError::Diverged { step, what: what(), value, limit });
    }
    Ok(())
}
