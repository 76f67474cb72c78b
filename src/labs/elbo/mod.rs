//! The ELBO lab: what training by the ELBO, by the density formula and by the simple loss minimises,
//! beside the likelihood.
//!
//! Objectives over the parameter `θ` of a family, with their minimisers; the weights per step; the parts
//! of the ELBO; and how the minimisers close in on that of the likelihood as the steps grow. In one
//! dimension.

pub mod jobs;
pub mod plots;
pub mod report;
mod state;
pub mod tables;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod view;

pub use state::{Elbo, FAMILIES, FamilyKind, MISFIT, WIDTH};
