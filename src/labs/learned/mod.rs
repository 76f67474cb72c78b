//! The lab of learned scores: a denoiser is trained by the objective of diffusion models, and the density
//! formula with its score is set beside the truth as it learns.

mod state;

pub use state::Learned;
