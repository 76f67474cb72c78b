//! The diffusion loss `L_w(z, x) = ∫ w(t) E‖ε - ε̂(X_t; t, z)‖² dt` of a token `x` given its
//! context `z` (paper, section 4.4; Li et al. 2024, *Autoregressive image generation without
//! vector quantization*, arXiv:2406.11838), for the weights in use.
//!
//! In `λ = log(t/(1-t))`, minus the log-SNR, `w(t) dt = ω(λ) dλ`. With `m_λ(x) = E‖ε - ε̂‖²`,
//!
//! ```text
//! L_ω(z, x) = (1 + log 2π) d/2 + ∫ ω(λ) (m_λ(x|z) - d(1-t)) dλ
//! ```
//!
//! What is subtracted is the mean error on a standard normal: it does not depend on `x`, and
//! without it the integral may diverge. `ω = ½` is `w(t) = 1/(2t(1-t))`: then
//! `L = -log p(x|z)`, with no constant left. A loss is only worth its minimisers, so other weights
//! are scaled by `∫ ω t(1-t) dλ = ½`, which makes `L_ω = -log p` on a standard normal for each of
//! them. As published, with `SNR = (1-t)/t = e^{-λ}` and `‖x - x̂‖² = e^λ ‖ε - ε̂‖²`:
//!
//! | name | published as | factor on `‖ε - ε̂‖²` | times |
//! |---|---|---|---|
//! | formula | Li & Yan 2024 | `½` | `dλ` |
//! | uniform | `‖ε - ε̂‖²`, Ho et al. 2020 | `1` | `k` uniform in `1..T` |
//! | truncated SNR | `max(SNR, 1) ‖x - x̂‖²`, Salimans & Ho 2022 | `max(1, e^λ)` | `k` uniform |
//! | EDM | `(σ²+σ_d²)/(σσ_d)² ‖x - x̂‖²`, `σ_d = ½`, Karras et al. 2022 | `1 + 4e^λ` | `λ ~ N(-2.4, 2.4²)` |
//! | min-SNR-γ | `min(SNR, γ) ‖x - x̂‖²`, Hang et al. 2023 | `min(1, γ e^λ)` | `k` uniform |
//!
//! EDM has `σ² = e^λ` and `ln σ ~ N(-1.2, 1.2²)`. The rows agree with the dictionary of Kingma & Gao
//! 2023 (arXiv:2303.00848), whose `w` is `2ω` and whose `λ` has the other sign.
//!
//! All weights share one grid in `λ`: [`LossGrid`] turns each into a [`Plan`] on the same nodes, so
//! one profile `m_λ(x)` serves them all. Left out on purpose: losses in more than one dimension of
//! `x`, and training.

mod conditional;
mod minimum;
mod population;

pub use conditional::{conditional, first_marginal};
pub use minimum::Minimum;
pub use population::{Evaluation, ModelFamily, Population};

use super::{LOG_2PI, Mixture, NodeEstimate, Plan, PlanNode, Schedule, Time, lambda_range};

/// Step of the grid in `λ`.
const STEP: f64 = 0.25;
/// Points that an interpolated value is made of.
const STENCIL: usize = 10;
/// Mean and standard deviation of EDM's `λ = 2 ln σ`.
const EDM: (f64, f64) = (-2.4, 2.4);
/// EDM's `1/σ_d²`.
const EDM_PRECISION: f64 = 4.0;
/// `λ` of a schedule's step is cut here, before `1 - t` underflows; the integrands have long
/// reached their limits.
const LAMBDA_REACH: f64 = 690.0;

/// A weighting of the noise-prediction error over time; see the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Weighting {
    /// `ω = ½`: the loss is `-log p(x|z)`.
    #[default]
    Formula,
    /// Every step of the schedule counts alike.
    Uniform,
    /// `max(SNR, 1)` on the error of `x̂`.
    TruncatedSnr,
    /// The weights of EDM.
    Edm,
    /// `min(SNR, γ)` on the error of `x̂`.
    MinSnr,
}

impl Weighting {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 5] = [Self::Formula, Self::Uniform, Self::TruncatedSnr, Self::Edm, Self::MinSnr];

    /// Factor on `‖ε - ε̂‖²` at `λ`, before times are counted and the scale is set.
    pub fn factor(self, lambda: f64, gamma: f64) -> f64 {
        match self {
            Self::Formula => 0.5,
            Self::Uniform => 1.0,
            Self::TruncatedSnr => lambda.exp().max(1.0),
            Self::Edm => 1.0 + EDM_PRECISION * lambda.exp(),
            Self::MinSnr => (gamma * lambda.exp()).min(1.0),
        }
    }

    /// Whether its times are the steps of a schedule.
    pub fn uses_schedule(self) -> bool {
        matches!(self, Self::Uniform | Self::TruncatedSnr | Self::MinSnr)
    }
}

/// What weightings depend on.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct WeightSpec {
    /// Schedule whose steps count alike.
    pub schedule: Schedule,
    /// Its number of steps `T`.
    pub steps: usize,
    /// `γ > 0` of min-SNR-γ.
    pub gamma: f64,
}

/// Equally spaced `λ` that all weightings share. The integrand decays like `e^{-|λ|}` beyond, and
/// so it is continued.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossGrid {
    low: f64,
    count: usize,
}

impl LossGrid {
    /// A grid for targets in one dimension: `reach` beyond the logarithms of the smallest and the
    /// largest variance among them. What is lost by the continuation is of order `e^{-2 reach}`.
    pub fn covering<'a>(mixtures: impl IntoIterator<Item = &'a Mixture>, reach: f64) -> Self {
        // A standard normal, on which weights are scaled, is always covered.
        let (low, high) = mixtures
            .into_iter()
            .map(|mixture| lambda_range(mixture, reach))
            .fold((-reach, reach), |(l, h), (low, high)| (l.min(low), h.max(high)));
        let intervals = ((high - low) / STEP).ceil() as usize;
        Self { low, count: intervals.max(STENCIL) + 1 }
    }

    /// The nodes `λ_j`.
    pub fn lambdas(self) -> impl Iterator<Item = f64> {
        (0..self.count).map(move |j| self.low + STEP * j as f64)
    }

    /// The nodes as times.
    pub fn times(self) -> impl Iterator<Item = Time> {
        self.lambdas().map(Time::from_lambda)
    }

    /// `ω` at every node, such that `∫ ω g dλ ≈ Σ ω_j g(λ_j)` for `g` that are analytic around the
    /// real line and decay like `e^{-|λ|}`.
    pub fn weights(self, weighting: Weighting, spec: &WeightSpec) -> Vec<f64> {
        match weighting {
            Weighting::Formula => {
                // The trapezoidal rule with its tails summed as geometric series.
                let end = -STEP / (-STEP).exp_m1();
                let mut weights = vec![0.5 * STEP; self.count];
                weights[0] = 0.5 * end;
                weights[self.count - 1] = 0.5 * end;
                weights
            }
            Weighting::Edm => {
                let scale = edm_scale();
                self.lambdas().map(|lambda| scale * STEP * edm_density(lambda)).collect()
            }
            scheduled => self.spread(&atoms(scheduled, spec)),
        }
    }

    /// Minus the loss as a plan for a target in one dimension: `L = -plan.value(…)`.
    pub fn plan(self, weighting: Weighting, spec: &WeightSpec) -> Plan {
        let nodes: Vec<PlanNode> = self
            .times()
            .zip(self.weights(weighting, spec))
            .map(|(time, weight)| PlanNode { time, weight })
            .collect();
        let reference: f64 = nodes.iter().map(|n| n.weight * n.time.one_minus_t()).sum();
        Plan { dim: 1, constant: reference - 0.5 * (1.0 + LOG_2PI), quadratic: 0.0, origin: 0.0, nodes }
    }

    /// Puts point masses `(λ, c)` on the nodes, so that sums against smooth functions stay what
    /// they are: by polynomials of degree 9 through the nearest nodes, and beyond the ends by the
    /// decay.
    fn spread(self, atoms: &[(f64, f64)]) -> Vec<f64> {
        let mut weights = vec![0.0; self.count];
        let last = self.count - 1;
        for (lambda, mass) in atoms {
            let place = (lambda - self.low) / STEP;
            if place <= 0.0 {
                weights[0] += mass * (STEP * place).exp();
            } else if place >= last as f64 {
                weights[last] += mass * (STEP * (last as f64 - place)).exp();
            } else {
                let start = (place as usize).saturating_sub(STENCIL / 2 - 1).min(self.count - STENCIL);
                let within = place - start as f64;
                for (j, weight) in weights[start..start + STENCIL].iter_mut().enumerate() {
                    *weight += mass * lagrange(j, within);
                }
            }
        }
        weights
    }
}

/// The loss at a point from its profile `m_λ(x)`, nats.
pub fn loss(plan: &Plan, profile: &[NodeEstimate]) -> f64 {
    let sum: f64 = plan.nodes.iter().zip(profile).map(|(node, estimate)| node.weight * estimate.m).sum();
    -plan.value(sum, 0.0, 0.0)
}

/// `2ω` along `λ`, for pictures: 1 for the formula. For weightings on a schedule, the step's share
/// over the distance between its neighbours.
pub fn weight_curve(weighting: Weighting, spec: &WeightSpec, range: (f64, f64)) -> Vec<(f64, f64)> {
    let places = || (0..=160).map(|i| range.0 + (range.1 - range.0) * f64::from(i) / 160.0);
    match weighting {
        Weighting::Formula => vec![(range.0, 1.0), (range.1, 1.0)],
        Weighting::Edm => {
            let scale = 2.0 * edm_scale();
            places().map(|lambda| (lambda, scale * edm_density(lambda))).collect()
        }
        scheduled => {
            let atoms = atoms(scheduled, spec);
            let between = |w: &[(f64, f64)]| {
                let gap = w[2].0 - w[0].0;
                (gap > 0.0).then(|| (w[1].0, 4.0 * w[1].1 / gap))
            };
            let visible = |p: &(f64, f64)| (range.0..=range.1).contains(&p.0);
            let points: Vec<(f64, f64)> = atoms.windows(3).filter_map(between).filter(visible).collect();
            // A picture has no use for more.
            points.iter().copied().step_by(points.len().div_ceil(400).max(1)).collect()
        }
    }
}

/// A scheduled weighting as point masses `(λ_k, ω_k)`, scaled by `Σ ω_k t_k (1-t_k) = ½`.
fn atoms(weighting: Weighting, spec: &WeightSpec) -> Vec<(f64, f64)> {
    let times = spec.schedule.steps(spec.steps).times;
    let lambdas: Vec<f64> = times.iter().map(|t| t.lambda().clamp(-LAMBDA_REACH, LAMBDA_REACH)).collect();
    let curvature = |lambda: f64| {
        let time = Time::from_lambda(lambda);
        weighting.factor(lambda, spec.gamma) * time.t() * time.one_minus_t()
    };
    let scale = 0.5 / lambdas.iter().map(|l| curvature(*l)).sum::<f64>();
    lambdas.into_iter().map(|l| (l, scale * weighting.factor(l, spec.gamma))).collect()
}

/// EDM's weight per unit of `λ`, but for a constant.
fn edm_density(lambda: f64) -> f64 {
    // One exponent, so that the factor cannot overflow where the density has vanished.
    let exponent = -0.5 * ((lambda - EDM.0) / EDM.1).powi(2);
    exponent.exp() + EDM_PRECISION * (exponent + lambda).exp()
}

/// Brings [`edm_density`] to `∫ ω t(1-t) dλ = ½`.
fn edm_scale() -> f64 {
    let integral: f64 = (-200..=200)
        .map(|i| {
            let lambda = STEP * f64::from(i);
            let time = Time::from_lambda(lambda);
            STEP * edm_density(lambda) * time.t() * time.one_minus_t()
        })
        .sum();
    0.5 / integral
}

/// The `j`-th Lagrange polynomial on `0..STENCIL`.
fn lagrange(j: usize, x: f64) -> f64 {
    (0..STENCIL).filter(|k| *k != j).map(|k| (x - k as f64) / (j as f64 - k as f64)).product()
}

#[cfg(test)]
mod tests;
