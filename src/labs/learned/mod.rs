//! The lab of learned scores: a denoiser is trained by the objective of diffusion models, and the density
//! formula with its score is set beside the truth as it learns.
//!
//! In one dimension curves, in two maps; held-out log-likelihood and loss over the steps; the error of the
//! score over time; samples.

pub mod jobs;
pub mod plots;
pub mod report;
mod state;
pub mod tables;
#[cfg(test)]
mod tests;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod view;

pub use state::Learned;
