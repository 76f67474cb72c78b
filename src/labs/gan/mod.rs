//! The GAN lab: the equilibrium of a GAN whose generator is regularised by score matching, with the
//! weights of the density formula and with uniform ones.
//!
//! In one dimension the densities, the discriminator and the regulariser as curves; in two as maps; the
//! distances from the data over the strength of the regulariser. This is the equilibrium of the ideal
//! game. Beside it the game is played out: two small GANs are trained, one without the regulariser and one
//! with it.

pub mod jobs;
pub mod plots;
pub mod report;
mod state;
pub mod tables;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod view;

pub use state::{Gan, LAMBDA, SHOWN, Shown, WEIGHTS};

#[cfg(all(test, lessons))]
mod tests;
