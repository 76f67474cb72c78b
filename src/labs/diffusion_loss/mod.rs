//! The diffusion-loss lab: the loss by which a diffusion head learns `p(x|z)`, for the weights in use,
//! beside `-log p(x|z)`.
//!
//! Losses over `x` at one context and over points drawn from the target; the weights over log-SNR; the
//! minimisers in a family that does not hold the target; and the joint log-density that the chain of
//! conditionals adds up to. In one dimension there is no context, and no chain. The scores are the target's
//! own, or a family's; beside them small heads are trained, one for each weighting.

pub mod jobs;
pub mod plots;
pub mod report;
mod state;
pub mod tables;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod view;

pub use state::{DiffusionLoss, GAMMA, MODELS, WEIGHTS, Z_REACH};

#[cfg(test)]
mod tests;
