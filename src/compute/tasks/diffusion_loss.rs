//! The diffusion-loss lab's jobs: losses at points, minimisers over a family, and the joint density
//! from the chain of conditionals. Expectations are by quadrature throughout; nothing is drawn.

mod chain;
mod losses;
mod minimisers;

use super::{Progress, STEP};
use crate::compute::messages::{JobError, Reply};
use crate::math::diffusion_loss::{LossGrid, ModelFamily, WeightSpec, Weighting};
use crate::math::{Component, Mixture, Noise};
use serde::{Deserialize, Serialize};

/// Weightings, in the order of [`Weighting::ALL`].
pub const WEIGHTINGS: usize = Weighting::ALL.len();

/// Objectives over a family: the weightings, then the likelihood.
pub const LOSS_OBJECTIVES: usize = WEIGHTINGS + 1;

/// How far the grids in `λ` reach: what is lost is of order `e^{-28}` of the integrand's scale.
const REACH: f64 = 14.0;

/// Gauss–Hermite nodes.
const NODES: usize = 128;

/// See [`crate::compute::Request::DiffusionLoss`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DiffusionLossRequest {
    /// Losses at points.
    Losses(LossesRequest),
    /// Minimisers over a family.
    Minimisers(LossMinimisersRequest),
    /// The joint density from the chain.
    Chain(ChainRequest),
}

/// See [`DiffusionLossRequest::Losses`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossesRequest {
    /// The target's components, in one or two dimensions.
    pub target: Vec<Component>,
    /// Schedule and `γ`.
    pub weights: WeightSpec,
    /// The points, `d` numbers each: `x`, or `z` and `x`.
    pub points: Vec<f64>,
    /// Numbers of points, ascending, after which a partial reply is sent.
    pub stages: Vec<usize>,
}

/// See [`DiffusionLossRequest::Minimisers`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossMinimisersRequest {
    /// The target's components, in one or two dimensions.
    pub target: Vec<Component>,
    /// The context; without a part in one dimension.
    pub z: f64,
    /// The family of models of `p(x|z)`.
    pub family: ModelFamily,
    /// Schedule and `γ`.
    pub weights: WeightSpec,
    /// Values of `θ` on the curve; at least 5.
    pub curve: usize,
}

/// See [`DiffusionLossRequest::Chain`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainRequest {
    /// The target's components, in two dimensions.
    pub target: Vec<Component>,
    /// Intervals of `x₁` and `x₂`.
    pub ranges: [(f64, f64); 2],
    /// Points along a side, coarse to fine; at least 2 each.
    pub sides: Vec<usize>,
}

/// See [`crate::compute::Reply::DiffusionLoss`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DiffusionLossReply {
    /// To [`DiffusionLossRequest::Losses`].
    Losses(LossesReply),
    /// To [`DiffusionLossRequest::Minimisers`].
    Minimisers(LossMinimisersReply),
    /// To [`DiffusionLossRequest::Chain`].
    Chain(ChainReply),
}

/// Losses at the first points of a request, nats on a standard normal's scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LossesReply {
    /// `-log p(x|z)` in closed form.
    pub exact: Vec<f64>,
    /// The losses, in the order of [`Weighting::ALL`].
    pub losses: Vec<[f64; WEIGHTINGS]>,
}

/// What is least where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LossMinimisersReply {
    /// Values of `θ`, ascending.
    pub theta: Vec<f64>,
    /// Excess losses at these, and last `KL(p ‖ p_θ)` by integration.
    pub excess: Vec<[f64; LOSS_OBJECTIVES]>,
    /// Their minimisers.
    pub argmins: [f64; LOSS_OBJECTIVES],
    /// `KL(p ‖ p_θ)` at the minimisers, nats.
    pub divergences: [f64; LOSS_OBJECTIVES],
}

/// Joint log-densities on a square grid, row by row, nats.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainReply {
    /// Points along a side.
    pub side: usize,
    /// In closed form.
    pub exact: Vec<f64>,
    /// `log p(x₁) + log p(x₂|x₁)`, each by the formula.
    pub chain: Vec<f64>,
}

/// See [`crate::compute::Request::DiffusionLoss`].
#[derive(Debug)]
pub enum DiffusionLossTask {
    /// Losses at points.
    Losses(Box<losses::LossesTask>),
    /// Minimisers over a family.
    Minimisers(Box<minimisers::MinimisersTask>),
    /// The joint density from the chain.
    Chain(Box<chain::ChainTask>),
}

impl DiffusionLossTask {
    pub(super) fn new(request: DiffusionLossRequest) -> Result<Self, JobError> {
        Ok(match request {
            DiffusionLossRequest::Losses(request) => {
                Self::Losses(Box::new(losses::LossesTask::new(request)?))
            }
            DiffusionLossRequest::Minimisers(request) => {
                Self::Minimisers(Box::new(minimisers::MinimisersTask::new(request)?))
            }
            DiffusionLossRequest::Chain(request) => Self::Chain(Box::new(chain::ChainTask::new(request)?)),
        })
    }

    pub(super) fn step(&mut self) -> Progress {
        match self {
            Self::Losses(task) => task.step(),
            Self::Minimisers(task) => task.step(),
            Self::Chain(task) => task.step(),
        }
    }
}

/// Quadrature that is fine enough for all of some mixtures.
fn noise<'a>(mixtures: impl IntoIterator<Item = &'a Mixture>) -> Noise {
    let bend = mixtures.into_iter().map(Mixture::bend).fold(f64::INFINITY, f64::min);
    Noise::quadrature(1, NODES, bend)
}

fn reply(reply: DiffusionLossReply) -> Reply {
    Reply::DiffusionLoss(reply)
}
