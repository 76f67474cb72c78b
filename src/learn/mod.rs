//! Small networks that are trained: a denoiser by the objectives of diffusion models, a generator
//! against a discriminator with and without score matching, and heads that predict a token given its
//! context. In `f32`, cut into steps of one minibatch, and a function of the seed alone on one machine.
//!
//! | file | what |
//! |---|---|
//! | [`spec`] | what is asked and found, as plain data |
//! | `gemm`, `lanes` | products of matrices, and functions number by number, on SIMD lanes |
//! | [`network`] | layers forwards and backwards |
//! | [`optimiser`] | what is done with a gradient |
//! | [`denoiser`] | a noise predictor made of a network |
//! | [`objective`] | which times it is trained at |
//! | [`denoising`] | its training, with or without a context |
//! | [`evaluation`] | the density formula with a learned score against the truth |
//! | [`sampling`] | sampling with it |
//! | [`gan`], [`regularisation`] | two networks against each other, and what holds one of them back |
//! | [`measures`] | how far samples are from a target |
//!
//! Left out on purpose: any automatic differentiation. The networks are chains of the same layer, and what
//! is asked of them is the gradient by the parameters or by the input: one pass backwards each.

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
mod gemm;
#[cfg(lessons)]
mod lanes;
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
#[cfg(lessons)]
pub use fearless_simd::Level;
