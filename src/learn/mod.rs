//! Small networks that are trained: a denoiser by the objectives of diffusion models, a generator
//! against a discriminator with and without score matching, and heads that predict a token given its
//! context. In `f32`, cut into steps of one minibatch, and a function of the seed alone on one machine.
//!
//! | file | what |
//! |---|---|
//! | [`spec`] | what is asked and found, as plain data |
//! //! | [`network`] | layers, and the backends that carry them forwards and backwards |
//! | [`optimiser`] | what is done with a gradient |
//! | [`denoiser`] | a noise predictor made of a network |
//! | [`objective`] | which times it is trained at |
//! | [`denoising`] | its training, with or without a context |
//! | [`evaluation`] | the density formula with a learned score against the truth |
//! | [`sampling`] | sampling with it |
//! | [`gan`], [`regularisation`] | two networks against each other, and what holds one of them back |
//! | [`measures`] | how far samples are from a target |
//!
//! Layers, automatic differentiation and optimisers are those of burn, on its backend for processors
//! (`ARCHITECTURE.md` says why); draws and losses are ours, so that a run is a function of its seed.
//!
//! Left out on purpose: training on a GPU. These networks are so small that it would wait for each step.

#[cfg(lessons)]
pub mod denoiser;
#[cfg(lessons)]
pub mod denoising;
mod error;
#[cfg(lessons)]
pub mod evaluation;
#[cfg(lessons)]
pub mod gan;
#[cfg(lessons)]
pub mod measures;
#[cfg(lessons)]
pub mod network;
#[cfg(lessons)]
pub mod objective;
#[cfg(lessons)]
pub mod optimiser;
#[cfg(lessons)]
pub mod regularisation;
#[cfg(lessons)]
pub mod sampling;
pub mod spec;

pub use error::LearnError;
