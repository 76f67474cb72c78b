//! The diffusion loss over a whole population, for a model that cannot be right, and what its
//! minimisers are worth.
//!
//! Data from `p`, scores `s_θ` from a model `p_θ`: of `E‖ε - ε̂_θ‖²` all but
//!
//! ```text
//! e_λ(θ) = t E‖s_t(X_t) - s_{θ,t}(X_t)‖²,   X_t ~ ρ_t,
//! ```
//!
//! is the same for all `θ`, so the excess of the loss over that of the true scores is
//! `J_ω(θ) = ∫ ω e_λ(θ) dλ ≥ 0`. For `ω = ½` this is the divergence `KL(p ‖ p_θ)`. Where the family
//! holds `p` itself all weights have the same minimiser; else each has its own.
//!
//! A family of Gaussians cannot tell the weights apart: at every `t` the best linear score is that
//! of the Gaussian with the mean and the variance of `ρ_t`, so every weighting asks for the
//! moments of `p`.
//!
//! The expectation is a trapezoidal rule over `y`, in steps of a small part of the narrowest
//! component. Left out on purpose: targets with details finer than some thousandths of their
//! extent, for which the steps are too long; they lose accuracy, nothing else.

use super::LossGrid;
use crate::math::{Component, Covariance, Mixture, Scratch, Time};

/// How far beyond every mean the rule over `y` reaches, standard deviations.
const WIDTHS: f64 = 9.5;
/// Steps to a standard deviation of the narrowest component.
const FINENESS: f64 = 12.0;
/// Most steps of the rule over `y`.
const MOST: f64 = 4000.0;
/// Components of the target with less weight have no part in expectations.
const NEGLIGIBLE: f64 = 1e-16;

/// A family `p_θ` with one parameter, for a target in one dimension with mean `M` and variance `V`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ModelFamily {
    /// `½ N(M - θ√V, (1-θ²)V) + ½ N(M + θ√V, (1-θ²)V)`: the right mean and variance for every `θ`,
    /// which says how far two equal peaks stand apart.
    #[default]
    SymmetricPair,
    /// The target with one standard deviation `θ` for all its components.
    Width,
    /// `N(M, θ²)`.
    Gaussian,
}

impl ModelFamily {
    /// The values of `θ` that are searched.
    pub fn range(self, target: &Mixture) -> (f64, f64) {
        let (low, high) = target.variance_range();
        let deviation = target.moments().1.first().copied().unwrap_or(1.0);
        match self {
            // Peaks down to half the variance of the target's narrowest component.
            Self::SymmetricPair => (0.0, (1.0 - 0.5 * low / (deviation * deviation)).max(0.0).sqrt()),
            Self::Width => (0.5 * low.sqrt(), 2.0 * high.sqrt()),
            Self::Gaussian => (0.5 * deviation, 2.0 * deviation),
        }
    }

    /// `θ` at a share of the range in `[0, 1]`; in equal ratios where `θ` is a length.
    pub fn place(self, target: &Mixture, share: f64) -> f64 {
        let (low, high) = self.range(target);
        match self {
            Self::SymmetricPair => low + (high - low) * share,
            Self::Width | Self::Gaussian => low * (high / low).powf(share),
        }
    }

    /// `p_θ` for a target in one dimension; `None` where it is no mixture, as for `θ ≥ 1` of the
    /// pair.
    pub fn model(self, target: &Mixture, theta: f64) -> Option<Mixture> {
        let (mean, deviation) = target.moments();
        let (mean, deviation) = (*mean.first()?, *deviation.first()?);
        let line = |weight: f64, mean: f64, variance: f64| Component {
            weight,
            mean: vec![mean],
            covariance: Covariance::Isotropic(variance),
        };
        let components = match self {
            Self::SymmetricPair => {
                let variance = (1.0 - theta * theta) * deviation * deviation;
                vec![
                    line(0.5, mean - theta * deviation, variance),
                    line(0.5, mean + theta * deviation, variance),
                ]
            }
            Self::Width => target
                .components()
                .into_iter()
                .map(|c| Component { covariance: Covariance::Isotropic(theta * theta), ..c })
                .collect(),
            Self::Gaussian => vec![line(1.0, mean, theta * theta)],
        };
        Mixture::new(&components).ok()
    }
}

/// A target in one dimension with its scores on a grid of times and places.
#[derive(Clone, Debug)]
pub struct Population {
    target: Mixture,
    times: Vec<Time>,
    /// Of the times prepared so far: first place, step, and at each place `ρ_t` times the step and
    /// the score.
    slices: Vec<Slice>,
    log_density: Vec<f64>,
}

#[derive(Clone, Debug)]
struct Slice {
    low: f64,
    step: f64,
    nodes: Vec<(f64, f64)>,
}

/// `e_λ(θ)` of one model, time by time.
#[derive(Clone, Debug)]
pub struct Evaluation {
    model: Mixture,
    errors: Vec<f64>,
    scratch: Scratch,
}

impl Population {
    /// A population whose times are to be prepared; see [`Population::prepare`].
    pub fn new(target: &Mixture, grid: LossGrid) -> Self {
        let heavy: Vec<Component> =
            target.components().into_iter().filter(|c| c.weight > NEGLIGIBLE).collect();
        // The target itself stands in for what cannot be: that no component is heavy enough.
        let target = Mixture::new(&heavy).unwrap_or_else(|_| target.clone());
        Self { target, times: grid.times().collect(), slices: Vec::new(), log_density: Vec::new() }
    }

    /// The target.
    pub fn target(&self) -> &Mixture {
        &self.target
    }

    /// Share of the times prepared, in `[0, 1]`.
    pub fn progress(&self) -> f64 {
        self.slices.len() as f64 / self.times.len() as f64
    }

    /// Evaluates the target's score at the next time, and its density at the first call. `true` when
    /// all times are prepared.
    pub fn prepare(&mut self) -> bool {
        let mut scratch = Scratch::default();
        if self.slices.is_empty() {
            let (low, step, count) = rule(&self.target, 0.0, 1.0);
            let marginal = self.target.at_zero();
            self.log_density =
                (0..count).map(|i| marginal.log_density(&[low + step * i as f64], &mut scratch)).collect();
        }
        if let Some(time) = self.times.get(self.slices.len()) {
            let (low, step, count) = rule(&self.target, time.t(), time.one_minus_t());
            let marginal = self.target.at(*time);
            let nodes = (0..count)
                .map(|i| {
                    let y = [low + step * i as f64];
                    let mass = step * marginal.log_density(&y, &mut scratch).exp();
                    marginal.evaluate(&y, &mut scratch);
                    (mass, scratch.score[0])
                })
                .collect();
            self.slices.push(Slice { low, step, nodes });
        }
        self.slices.len() >= self.times.len()
    }

    /// Starts on a model.
    pub fn begin(&self, model: Mixture) -> Evaluation {
        Evaluation { model, errors: Vec::with_capacity(self.times.len()), scratch: Scratch::default() }
    }

    /// The next time's `e_λ(θ)`. `true` when all prepared times are done.
    pub fn advance(&self, work: &mut Evaluation) -> bool {
        if let (Some(slice), Some(time)) =
            (self.slices.get(work.errors.len()), self.times.get(work.errors.len()))
        {
            let marginal = work.model.at(*time);
            let sum: f64 = slice
                .nodes
                .iter()
                .enumerate()
                .filter(|(_, (mass, _))| *mass > 0.0)
                .map(|(i, (mass, score))| {
                    marginal.evaluate(&[slice.low + slice.step * i as f64], &mut work.scratch);
                    mass * (score - work.scratch.score[0]).powi(2)
                })
                .sum();
            work.errors.push(time.t() * sum);
        }
        work.errors.len() >= self.slices.len()
    }

    /// `KL(p ‖ p_θ)` by integration over `y`, nats; no scores and no times have a part in it.
    pub fn divergence(&self, model: &Mixture) -> f64 {
        let (low, step, _) = rule(&self.target, 0.0, 1.0);
        let (marginal, mut scratch) = (model.at_zero(), Scratch::default());
        self.log_density
            .iter()
            .enumerate()
            .filter(|(_, log)| **log > -700.0)
            .map(|(i, log)| {
                let other = marginal.log_density(&[low + step * i as f64], &mut scratch);
                step * log.exp() * (log - other)
            })
            .sum()
    }

    /// Evaluations of components that one time takes on average, for a model with as many components
    /// as the target: the unit in which work is cut.
    pub fn cost_of_a_time(&self) -> usize {
        let places: usize = self.slices.iter().map(|s| s.nodes.len()).sum();
        match self.slices.len() {
            0 => MOST as usize * self.target.len(),
            prepared => places * self.target.len() / prepared,
        }
    }
}

impl Evaluation {
    /// `e_λ(θ)` at the grid's nodes done so far.
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// `J_ω(θ)` for the weights of [`LossGrid::weights`], nats for the formula's.
    pub fn excess(&self, weights: &[f64]) -> f64 {
        weights.iter().zip(&self.errors).map(|(w, e)| w * e).sum()
    }
}

/// First place, step and number of places of the rule over `y` for `ρ_t`.
fn rule(target: &Mixture, noise: f64, signal: f64) -> (f64, f64, usize) {
    let (mut low, mut high, mut narrowest) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY);
    for component in target.components() {
        // In one dimension every covariance is of this kind.
        let (Covariance::Isotropic(own), [mean]) = (&component.covariance, &component.mean[..]) else {
            continue;
        };
        let deviation = (signal * own + noise).sqrt();
        let mean = signal.sqrt() * mean;
        low = low.min(mean - WIDTHS * deviation);
        high = high.max(mean + WIDTHS * deviation);
        narrowest = narrowest.min(deviation);
    }
    let count = ((high - low) * FINENESS / narrowest).ceil().clamp(1.0, MOST);
    (low, (high - low) / count, count as usize + 1)
}
