//! The density lab: the log-density recovered from scores beside the truth.
//!
//! One dimension: curves of the exact log-density, the formula's estimate with its confidence
//! band, the probability-flow ODE and the ELBO, and the error below. Two dimensions: exact,
//! formula and error as heat maps. More: log-densities of some points, the handwritten digits above
//! all. A probe shows the integrand over time; a convergence figure
//! shows the error against draws and steps.

pub mod jobs;
#[cfg(labs)]
pub mod many;
pub mod plots;
pub mod report;
mod state;
pub mod tables;
#[cfg(labs)]
pub mod tour;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod view;

pub use state::{
    CURVES, Curve, DELTA, DRAWS, Density, ESTIMATORS, FEW_DRAWS, IMAGE, IMAGES, PROBE_REACH, RULES, T1, T2,
    VARIANCES, draws_of,
};
