//! The paper: the forward process of a diffusion model, the score-based density formula and
//! the other routes to the same number, in `f64`, synchronous and pure.
//!
//! Source: Gen Li and Yuling Yan, *A Score-Based Density Formula, with Applications in
//! Diffusion Generative Models*, arXiv:2408.16765 ("the paper"). The paper's symbols are used
//! throughout:
//!
//! | symbol | meaning | here | shape |
//! |---|---|---|---|
//! | `d` | dimension of the data | `dim` | |
//! | `t` | time of the continuous process, in `[0, 1)`: the variance of the noise | [`Time::t`] | |
//! | `λ = log(t/(1-t))` | minus the log-SNR | [`Time::lambda`] | |
//! | `X_t = √(1-t) X_0 + √t ε` | forward process | [`Mixture::at`] | `d` |
//! | `ρ_t` | density of `X_t` | [`Marginal::log_density`] | |
//! | `s_t = ∇ log ρ_t` | score | [`Marginal::evaluate`] | `d` |
//! | `ε̂_t = -√t s_t` | optimal noise predictor | | `d` |
//! | `m_k(x) = E‖ε - ε̂_k(X_k)‖²` given `X_0 = x` | noise-prediction error | [`Plan::nodes`] | |
//! | `β_k, α_k = 1-β_k, ᾱ_k = ∏ α_i` | noise schedule, `k = 1..T` | [`NoiseSchedule`] | `T` |
//! | `D(t, x)` | integrand of the density formula | [`Plan::integrand`] | |
//!
//! Densities are in nats (natural logarithm). Every quantity here that the formula, the ELBO or
//! the diffusion loss needs is an *affine functional of the `m_k(x)`*: a [`Plan`]. How the
//! expectations over the noise `ε` are taken, by Monte Carlo, Sobol points or Gauss–Hermite
//! quadrature, is the business of [`Noise`]; [`Formula`] puts the two together.
//!
//! Left out on purpose: anything that knows of threads, browsers, pictures or links.

mod cells;
pub mod classifier;
mod column;
pub mod diffusion_loss;
mod elbo;
mod equilibrium;
mod family;
mod fit;
mod floats;
mod formula;
mod grid;
mod kernel_density;
mod lattice;
mod line_scores;
mod marginal;
mod mixture;
mod noise;
mod objectives;
mod ode;
mod order;
mod plan;
mod quadrature;
pub mod random;
mod regulariser;
mod relative_entropy;
mod sampler;
mod schedule;
mod score_error;
mod sobol;
mod step;
pub mod targets;
mod time;
mod time_error;
mod transport;

pub use cells::{Cell, CellOptions, Cells, Pole};
pub use column::{Column, SmallBlur};
pub use elbo::{ElboParts, ReverseVariance, elbo_parts, elbo_plan};
pub use equilibrium::{
    Equilibrium, MAX_LABELS, Measures, Sample, Sampling, Spectrum, SpectrumBuilder, TOLERANCE,
};
pub use family::Family;
pub use fit::{LineFit, fit_line};
pub use formula::{
    Accumulator, Block, Estimate, Formula, FormulaError, FormulaSpec, MAX_DRAWS, NodeEstimate, Place,
    mean_log_density,
};
pub use grid::{Axis, Part, Quality};
pub use kernel_density::{BandwidthRule, kernel_components, leave_one_out};
pub use lattice::{Lattice, Resolution};
pub use line_scores::LineScores;
pub use marginal::{Local, Marginal, Scratch, Summand};
pub use mixture::{Component, Covariance, MAX_COMPONENTS, Mixture, MixtureError};
pub use noise::{Estimator, Noise, NoiseBlock};
pub use objectives::{OBJECTIVES, Population, chebyshev_minimum, chebyshev_points, typical_members};
pub use ode::{OdeError, OdeOptions, OdeRun, OdeSolution, log_density_ode};
pub use order::{LineOrder, Scheme};
pub use plan::{Plan, PlanNode, Rule, lambda_range};
pub use quadrature::{gauss_hermite, gauss_legendre};
pub use regulariser::{LineField, Minimum, PlaneField, REGULARISER_EXTENT, Regulariser};
pub use relative_entropy::KlToNormal;
pub use sampler::{Move, Process, step_index, step_times};
pub use schedule::{MAX_STEPS, NoiseSchedule, Schedule};
pub use score_error::ScoreError;
pub use step::Step;
pub use time::Time;
pub use time_error::{is_unresolved, time_error, time_error_of};
pub use transport::{Bins, DIRECTIONS, Line, direction, wasserstein_sorted};

/// `log 2π`.
pub const LOG_2PI: f64 = 1.837_877_066_409_345_5;
