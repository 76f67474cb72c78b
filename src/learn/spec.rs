//! What is asked of a training and what is found, as plain data: for links and messages, in modules that
//! train nothing as well.
//!
//! Left out on purpose: everything that computes.

use crate::math::diffusion_loss::{WeightSpec, Weighting};
use crate::math::{Schedule, Time};

/// Depth and width of the hidden layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shape {
    /// Numbers of a hidden layer.
    pub width: usize,
    /// Hidden layers.
    pub depth: usize,
}

impl Shape {
    /// All widths of a network.
    pub fn widths(self, inputs: usize, outputs: usize) -> Vec<usize> {
        let hidden = std::iter::repeat_n(self.width, self.depth);
        std::iter::once(inputs).chain(hidden).chain([outputs]).collect()
    }
}

/// The rule.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Descent {
    /// Gradient descent with this momentum `μ`.
    Momentum(f32),
    /// Adam with `β₁` and `β₂`.
    Adam(f32, f32),
}

/// How a denoiser is trained.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct DenoisingSpec {
    /// Hidden layers.
    pub shape: Shape,
    /// How often times are drawn.
    pub weighting: Weighting,
    /// What that depends on.
    pub weights: WeightSpec,
    /// What is done with the gradient.
    pub rule: Descent,
    /// Learning rate.
    pub rate: f64,
    /// Draws of a minibatch.
    pub batch: usize,
    /// Seed of all draws.
    pub seed: u32,
    /// Leading coordinates of the target that are given and not predicted.
    pub given: usize,
}

/// What is evaluated on.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EvaluationSpec {
    /// Held-out points, at least 2.
    pub points: usize,
    /// Draws of the noise for each point and time; an even number.
    pub draws: usize,
    /// The schedule of the formula.
    pub schedule: Schedule,
    /// Its number of steps.
    pub steps: usize,
    /// Seed of all draws.
    pub seed: u32,
}

/// A mean over held-out points with its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

/// Errors at one time.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ErrorAt {
    /// When.
    pub time: Time,
    /// Weight `w_k` in the formula.
    pub weight: f64,
    /// `E‖ε̂_θ - ε̂‖²`, which is `t` times the squared error of the score.
    pub error: f64,
    /// `E‖ε - ε̂_θ‖²`.
    pub learned: f64,
    /// `E‖ε - ε̂‖²`.
    pub exact: f64,
}

/// The result, in nats.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Scores {
    /// Log-density of the held-out points: the truth.
    pub truth: Mean,
    /// By the formula with the exact score.
    pub exact: Mean,
    /// By the formula with the learned score: the held-out log-likelihood.
    pub learned: Mean,
    /// How much the learned score lowers the formula.
    pub fall: Mean,
    /// The same as predicted from the score's errors.
    pub predicted: Mean,
    /// Errors by time, the earliest first.
    pub times: Vec<ErrorAt>,
}

/// How the steps are weighted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Weights {
    /// As in the density formula.
    #[default]
    Paper,
    /// All alike, with the same sum as the paper's.
    Uniform,
}

/// How the two are trained.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct GanSpec {
    /// Hidden layers of either.
    pub shape: Shape,
    /// Strength `λ` of the regulariser; 0 for none.
    pub lambda: f64,
    /// Steps before it is switched on.
    pub warm: usize,
    /// Learning rates of generator and discriminator.
    pub rates: [f64; 2],
    /// Minibatches of the discriminator for one of the generator.
    pub critic: usize,
    /// Draws of a minibatch.
    pub batch: usize,
    /// Seed of all draws.
    pub seed: u32,
}

/// Losses of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct GanLosses {
    /// `-E[log D(x)] - E[log(1 - D(G(z)))]`: `2 log 2` where the two cannot be told apart.
    pub discriminator: f64,
    /// `E[log(1 - D(G(z)))]`.
    pub generator: f64,
}

/// Most components that measures tell apart.
pub const MOST_MODES: usize = 12;

/// What was found of some samples.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// Components reached: to which at least a quarter as many samples near the data belong as of the
    /// target's own. 0 for targets of many components.
    pub modes: usize,
    /// Shares of all samples that belong to each component, near the data or not.
    pub shares: Vec<f64>,
    /// Share of the samples where the density lies below that which 5 % of the data lie below.
    pub outside: f64,
    /// Jensen–Shannon divergence of the histograms, nats.
    pub js: f64,
    /// Mean of `-log p` over the samples, nats.
    pub cross_entropy: f64,
    /// Median of the same.
    pub median: f64,
}
