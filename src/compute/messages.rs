//! What the page asks for and what it gets back: plain data, encoded by `postcard` between the
//! page and its worker.

#[cfg(any(labs, lessons))]
use super::lessons::{TrainingReply, TrainingRequest};
#[cfg(labs)]
use super::tasks::classifier::{
    AccuracyReply, AccuracyRequest, ImagesReply, ImagesRequest, RegionsReply, RegionsRequest,
};
#[cfg(labs)]
use super::tasks::diffusion_loss::{DiffusionLossReply, DiffusionLossRequest};
#[cfg(labs)]
use super::tasks::elbo::{ElboReply, ElboRequest};
#[cfg(any(labs, kernels, lessons))]
use super::tasks::forward::{ForwardReply, ForwardRequest};
#[cfg(labs)]
use super::tasks::gan::{GanReply, GanRequest};
use crate::math::{Axis, Part, Quality};
use crate::math::{
    Component, Estimate, FormulaError, FormulaSpec, MixtureError, ReverseVariance, Rule, Time,
};
use crate::words::{said, tr};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A place for one running job; a newer job takes the place of an older one. Earlier slots are
/// served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The numbers at the probe.
    Probe,
    /// The main figure.
    Main,
    /// The convergence figure.
    Convergence,
    /// A training.
    #[cfg(any(labs, lessons))]
    Training,
}

/// How many there are.
const SLOTS: usize = if cfg!(any(labs, lessons)) { 4 } else { 3 };

impl Slot {
    /// All slots, in the order in which they are served.
    pub const ALL: [Self; SLOTS] = [
        Self::Probe,
        Self::Main,
        Self::Convergence,
        #[cfg(any(labs, lessons))]
        Self::Training,
    ];
}

/// Something for each slot, or nothing.
#[derive(Clone, Debug)]
pub struct Slots<T>([Option<T>; SLOTS]);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| None))
    }
}

impl<T> Slots<T> {
    /// What is in a slot.
    pub fn at(&mut self, slot: Slot) -> &mut Option<T> {
        &mut self.0[slot as usize]
    }

    /// The slots with something in them, in order.
    pub fn full(&mut self) -> impl Iterator<Item = (Slot, &mut T)> {
        Slot::ALL.into_iter().zip(&mut self.0).filter_map(|(slot, entry)| Some((slot, entry.as_mut()?)))
    }

    /// The first slot with something in it.
    pub fn first(&mut self) -> Option<(Slot, &mut T)> {
        let slot = Slot::ALL.into_iter().find(|slot| self.0[*slot as usize].is_some())?;
        Some((slot, self.0[slot as usize].as_mut()?))
    }

    /// Whether all slots are empty.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Estimates at a list of points.
    Points(PointsRequest),
    /// The formula on a grid in two dimensions by quadrature, the whole grid at once.
    Grid(GridRequest),
    /// Everything at one point.
    Probe(ProbeRequest),
    /// Errors against draws and against steps.
    Convergence(ConvergenceRequest),
    /// Particles in time. This and the next one come before all that only one of the modules has: the
    /// numbers of the variants are what messages hold.
    #[cfg(any(labs, kernels, lessons))]
    Forward(ForwardRequest),
    /// A small network that is trained.
    #[cfg(any(labs, lessons))]
    Training(Box<TrainingRequest>),
    /// Objectives of training over a family.
    #[cfg(labs)]
    Elbo(ElboRequest),
    /// Decision regions of the diffusion classifier.
    #[cfg(labs)]
    Regions(RegionsRequest),
    /// How often the diffusion classifier is right.
    #[cfg(labs)]
    Accuracy(AccuracyRequest),
    /// The diffusion classifier on given points of known classes.
    #[cfg(labs)]
    Images(ImagesRequest),
    /// Equilibria of a regularised GAN.
    #[cfg(labs)]
    Gan(GanRequest),
    /// Weighted diffusion losses of a token given its context.
    #[cfg(labs)]
    DiffusionLoss(DiffusionLossRequest),
}

/// See [`Request::Points`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointsRequest {
    /// The target's components.
    pub target: Vec<Component>,
    /// How the formula is computed.
    pub spec: FormulaSpec,
    /// The points, `d` numbers each.
    pub points: Vec<f64>,
    /// Numbers of points, ascending, after which a partial reply is sent.
    pub stages: Vec<usize>,
    /// Whether to integrate the probability-flow ODE as well.
    pub ode: bool,
    /// Whether to compute the ELBO as well, for this reverse variance.
    pub elbo: Option<ReverseVariance>,
}

/// See [`Request::Grid`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridRequest {
    /// The target's components.
    pub target: Vec<Component>,
    /// How the formula is computed; the estimator is quadrature.
    pub spec: FormulaSpec,
    /// Grids to compute one after the other, coarse to fine.
    pub stages: Vec<GridStage>,
    /// The share of the work.
    pub part: Part,
}

/// A grid of a [`GridRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridStage {
    /// Coordinates along x and y.
    pub axes: [Axis; 2],
    /// With how much care.
    pub quality: Quality,
}

/// See [`Request::Probe`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeRequest {
    /// The target's components.
    pub target: Vec<Component>,
    /// How the formula is computed.
    pub spec: FormulaSpec,
    /// The point.
    pub x: Vec<f64>,
    /// Start of the interval of times, 0 for the data's end.
    pub t1: f64,
    /// End of the interval of times, 1 for the noise's end.
    pub t2: f64,
    /// Reverse variance of the ELBO.
    pub variance: ReverseVariance,
}

/// See [`Request::Convergence`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConvergenceRequest {
    /// The target's components.
    pub target: Vec<Component>,
    /// How the formula is computed.
    pub spec: FormulaSpec,
    /// Numbers of draws to try.
    pub draws: Vec<usize>,
    /// Numbers of steps to try.
    pub steps: Vec<usize>,
}

/// A result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// To [`Request::Points`], and to [`Request::Grid`] once its parts are merged.
    Points(PointsReply),
    /// To a part of [`Request::Grid`].
    Grid(GridReply),
    /// To [`Request::Probe`].
    Probe(ProbeReply),
    /// To [`Request::Convergence`].
    Convergence(ConvergenceReply),
    /// To [`Request::Forward`].
    #[cfg(any(labs, kernels, lessons))]
    Forward(ForwardReply),
    /// To [`Request::Training`].
    #[cfg(any(labs, lessons))]
    Training(Box<TrainingReply>),
    /// To [`Request::Elbo`].
    #[cfg(labs)]
    Elbo(ElboReply),
    /// To [`Request::Regions`].
    #[cfg(labs)]
    Regions(RegionsReply),
    /// To [`Request::Accuracy`].
    #[cfg(labs)]
    Accuracy(AccuracyReply),
    /// To [`Request::Images`].
    #[cfg(labs)]
    Images(ImagesReply),
    /// To [`Request::Gan`].
    #[cfg(labs)]
    Gan(GanReply),
    /// To [`Request::DiffusionLoss`].
    #[cfg(labs)]
    DiffusionLoss(DiffusionLossReply),
}

/// Log-densities in nats at the first points of a request. Lists are as long as the points
/// computed so far; those that were not asked for are empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PointsReply {
    /// The closed form.
    pub exact: Vec<f64>,
    /// The formula's estimates.
    pub formula: Vec<Estimate>,
    /// The probability-flow ODE; NaN where it failed.
    pub ode: Vec<f64>,
    /// The ELBO.
    pub elbo: Vec<f64>,
    /// Whether the target has details finer than a grid request could resolve, so that accuracy
    /// was lost.
    pub unresolved: bool,
}

/// A share of a grid. Pixels are numbered row by row; a part holds those whose number is its
/// index modulo the number of parts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GridReply {
    /// The closed form at the part's pixels, nats.
    pub exact: Vec<f64>,
    /// The estimate at the part's pixels but for the integral over time, nats.
    pub base: Vec<f64>,
    /// What the part's times take away, at all pixels, nats.
    pub fall: Vec<f64>,
    /// See [`PointsReply::unresolved`].
    pub unresolved: bool,
}

/// All numbers at the probe, in nats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeReply {
    /// Closed-form log-density.
    pub exact: f64,
    /// The formula's estimate.
    pub formula: Estimate,
    /// By the probability-flow ODE, with the number of score evaluations, or why not.
    pub ode: Result<(f64, usize), String>,
    /// The ELBO.
    pub elbo: f64,
    /// The formula's own nodes in time.
    pub profile: Vec<ProfileNode>,
    /// The integrand by quadrature on a fine grid of times; empty above two dimensions and
    /// for large data sets.
    pub reference: Vec<ProfileNode>,
    /// `E[log ρ_t(X_t) | X_0 = x]` at the times of `reference`, in closed form but for the
    /// expectation.
    pub path: Vec<f64>,
    /// `∫_{t1}^{t2} D dt` by the chosen estimator.
    pub integral: Estimate,
    /// `E[log ρ_{t2}(X_{t2}) - log ρ_{t1}(X_{t1})]`, the other side of the same identity; `None`
    /// above two dimensions and for large data sets.
    pub difference: Option<f64>,
    /// By how much the score error lowers the formula on average over the data.
    pub mean_fall: f64,
}

/// The integrand at one time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileNode {
    /// When.
    pub time: Time,
    /// `t(1-t) D(t, x)`: the integrand over `λ`, nats per unit of `λ`.
    pub per_lambda: f64,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// What this node takes away from the estimate, beyond the constant: the running value of
    /// the formula rises by this much from the node before to the next.
    pub share: f64,
}

impl ProfileNode {
    /// `D(t, x)`.
    pub fn integrand(&self) -> f64 {
        self.per_lambda / (self.time.t() * self.time.one_minus_t())
    }
}

/// Root-mean-square errors over draws from the target, nats.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConvergenceReply {
    /// Per estimator: (draws, error against quadrature by the same rule).
    pub draws: Vec<(crate::math::Estimator, Vec<(usize, f64)>)>,
    /// Per rule: (steps, error against the truth with the expectations by quadrature).
    pub steps: Vec<(Rule, Vec<(usize, f64)>)>,
}

/// Why a job was not started.
#[derive(Clone, Debug, Error, PartialEq, Serialize, Deserialize)]
pub enum JobError {
    /// The target is no mixture.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
    /// The formula cannot be computed as asked.
    #[error(transparent)]
    Formula(#[from] FormulaError),
    /// The points do not fit the target.
    #[error("{}", tr!("the points have the wrong dimension for this target"))]
    Dimension,
    /// The target is none that networks here learn.
    #[cfg(any(labs, lessons))]
    #[error(transparent)]
    Learn(#[from] crate::learn::LearnError),
    /// The worker died, and so did its replacement.
    #[error("{}", said!("the computation was broken off: {}", .0))]
    Broken(String),
}

/// A job on its way to the scheduler. `id` grows with every submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// Number of the job.
    pub id: u32,
    /// Its place.
    pub slot: Slot,
    /// What to do; `None` clears the place.
    pub request: Option<Request>,
}

/// News of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Number of the job.
    pub id: u32,
    /// Its place.
    pub slot: Slot,
    /// What happened.
    pub event: Event,
}

/// What can happen to a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Share of the work done, in `[0, 1]`.
    Progress(f64),
    /// A coarser or shorter version of the reply.
    Partial(Reply),
    /// The reply.
    Done(Reply),
    /// It could not be done.
    Failed(JobError),
}
