//! Training from a link: what the closed forms of the labs predict, tried on small networks.
//!
//! | `lab=` | trained | compared with |
//! |---|---|---|
//! | `learned` | a denoiser | the formula with the exact score, and the truth |
//! | `gan` | two GANs from one seed, one of them with the regulariser | the equilibrium |
//! | `diffusion-loss` | a head that predicts `x₂` given `x₁`, one for each weighting | `log p(x₂|x₁)` |
//!
//! A link without training keys means the defaults; `train` is the number of steps. The whole run is a
//! function of the link and of the machine's arithmetic.
//!
//! Left out on purpose: figures.

#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod controls;
#[cfg(lessons)]
mod gans;
#[cfg(lessons)]
mod heads;
#[cfg(lessons)]
mod score;
pub mod settings;
#[cfg(lessons)]
mod state;
#[cfg(all(test, lessons))]
mod tests;

#[cfg(lessons)]
pub use state::Training;

use crate::learn::LearnError;
use crate::math::MixtureError;
use thiserror::Error;

#[cfg(lessons)]
use super::report::Quantity;

/// Why nothing came of a training.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum TrainingError {
    /// It ended early, or could not begin.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// A conditional of the target is no mixture.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
    /// What it is compared with cannot be computed.
    #[error(transparent)]
    Job(#[from] crate::compute::JobError),
}

/// The quantities that do not depend on the seed: what is predicted.
///
/// # Errors
/// [`TrainingError`] when the target is not one that can be learned.
#[cfg(lessons)]
pub fn predict(training: &Training) -> Result<Vec<Quantity>, TrainingError> {
    match training {
        Training::Gan(gan) => gans::predict(gan),
        _ => Ok(Vec::new()),
    }
}

/// Trains with a seed; everything that was found.
///
/// # Errors
/// [`TrainingError`] when the target is not one that can be learned, or training ends early.
#[cfg(lessons)]
pub fn run(training: &Training, seed: u32) -> Result<Vec<Quantity>, TrainingError> {
    match training {
        Training::Score(state) => score::run(state, seed),
        Training::Gan(gan) => gans::run(gan, seed),
        Training::Heads(heads) => heads::run(heads, seed),
    }
}
