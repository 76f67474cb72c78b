//! The forward lab: particles that dissolve into noise and come back.
//!
//! Particles at a moment of the forward process or of a sampler beside the exact marginal density, its
//! score and a few ways; in one dimension over time as well. The schedule, the divergence from noise over
//! time, and how far samplers end from the target against their steps. Everything is exact where it can
//! be: the forward process moves by exact transitions in any number of steps. Left out are errors of the
//! score.

pub mod jobs;
pub mod plots;
pub mod report;
mod state;
pub mod tables;
#[cfg(test)]
mod tests;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod view;

pub use state::{Forward, PARTICLES, PATHS, PROCESSES, SAMPLE_STEPS, SPEED, TIME};
