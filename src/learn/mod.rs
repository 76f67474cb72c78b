//! Small networks that are trained: a denoiser by the objectives of diffusion models, a generator
//! against a discriminator with and without score matching, and heads that predict a token given its
//! context. In `f32`, cut into steps of one minibatch, and a function of the seed alone on one machine.
//!
//! | file | what |
//! |---|---|
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

pub mod denoiser;
pub mod denoising;
mod error;
pub mod evaluation;
pub mod gan;
mod gemm;
mod lanes;
pub mod measures;
pub mod network;
pub mod objective;
pub mod optimiser;
pub mod regularisation;
pub mod sampling;

pub use error::LearnError;
pub use fearless_simd::Level;
