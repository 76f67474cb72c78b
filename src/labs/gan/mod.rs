//! The GAN lab: the equilibrium of a GAN whose generator is regularised by score matching, with the
//! weights of the density formula and with uniform ones.
//!
//! In one dimension the densities, the discriminator and the regulariser as curves; in two as maps; the
//! distances from the data over the strength of the regulariser. This is the equilibrium of the ideal
//! game; training is left out.

pub mod jobs;
pub mod plots;
pub mod report;
mod state;
pub mod tables;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod view;

pub use state::{Gan, LAMBDA, WEIGHTS};
