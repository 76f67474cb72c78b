//! The estimate of `log ρ_0(x)` from scores: a [`Plan`] carried out with a [`Noise`].
//!
//! Per node and draw the integrand is, in the paper's form, `‖ε + √t s_t(X_t)‖²` (equal to
//! `‖ε - ε̂_t‖²`), or, in Stein's form,
//!
//! ```text
//! d + 2t (div s_t(X_t) + ‖s_t(X_t)‖²/2) - t² (‖ε‖² - d)
//! ```
//!
//! Both have the mean `m_t(x)`. The paper's form fluctuates by `O(1)` however small `t` is,
//! Stein's by `O(t)`. Its last term has mean zero and takes away what would fluctuate by `O(1)`
//! near `t = 1`, where `s_t(X_t)` tends to `-ε`; what is left there is `O(√(1-t))`.
//!
//! Work is cut into steps of one block of noise for a batch of points, so that a caller can
//! report progress, stop, or share the work out.

mod bulk;

pub use bulk::Place;

use super::noise::{Estimator, Noise, NoiseBlock};
use super::{Marginal, Mixture, Plan, Rule, Schedule, ScoreError, Scratch, Time, lambda_range};
use crate::words::said;
use std::sync::Arc;
use thiserror::Error;

/// Most draws a node may have: what the Sobol generator can number.
pub const MAX_DRAWS: usize = 65_536;

/// Gauss–Hermite nodes an axis, by dimension.
const QUADRATURE_NODES: [usize; 4] = [1, 128, 48, 24];

/// What to compute: the parameters that a visitor sets.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FormulaSpec {
    /// Discretisation of the integral over time.
    pub rule: Rule,
    /// Estimator of the expectations over the noise.
    pub estimator: Estimator,
    /// Noise schedule of the discrete rules.
    pub schedule: Schedule,
    /// Its number of steps `T`.
    pub steps: usize,
    /// Draws per time, `1..=MAX_DRAWS`.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u32,
    /// Error added to the score.
    pub score_error: ScoreError,
}

/// Why an estimate cannot be computed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum FormulaError {
    /// A tensor rule in this many dimensions would need too many nodes.
    #[error("{}", said!("quadrature serves up to 3 dimensions, not {}: choose an estimator with draws", .0))]
    QuadratureDimension(usize),
}

/// An estimate in nats. The standard error is `None` for quadrature and where a single draw
/// gives no spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Standard error of the value over the draws (not of the discretisation).
    pub standard_error: Option<f64>,
}

/// The noise-prediction error at one node of the plan.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct NodeEstimate {
    /// When.
    pub time: Time,
    /// `m_t(x)`.
    pub m: f64,
    /// Its standard error.
    pub standard_error: Option<f64>,
}

/// A plan with the noise to carry it out, for one target.
#[derive(Clone, Debug)]
pub struct Formula {
    mixture: Arc<Mixture>,
    plan: Plan,
    noise: Noise,
    error: ScoreError,
}

impl Formula {
    /// The formula as specified.
    ///
    /// # Errors
    /// [`FormulaError::QuadratureDimension`] for quadrature in more than three dimensions.
    pub fn new(mixture: Arc<Mixture>, spec: &FormulaSpec) -> Result<Self, FormulaError> {
        let plan = spec.plan(&mixture);
        Self::with_plan(mixture, plan, spec)
    }

    /// Another plan (the ELBO, an interval of times) with the noise of a specification.
    ///
    /// # Errors
    /// As [`Formula::new`].
    pub fn with_plan(mixture: Arc<Mixture>, plan: Plan, spec: &FormulaSpec) -> Result<Self, FormulaError> {
        let noise = spec.noise(&mixture)?;
        Ok(Self::with_noise(mixture, plan, noise, spec.score_error))
    }

    /// Any plan with any noise.
    pub fn with_noise(mixture: Arc<Mixture>, plan: Plan, noise: Noise, error: ScoreError) -> Self {
        Self { mixture, plan, noise, error }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Evaluations of the score that the estimate at one point takes, on average per node.
    pub fn draws_per_node(&self) -> f64 {
        let draws: f64 = self.plan.nodes.iter().map(|n| self.noise.total(n.time) as f64).sum();
        draws / self.plan.nodes.len().max(1) as f64
    }

    /// Starts on a batch of points, `d` numbers each.
    pub fn begin(&self, points: Vec<f64>) -> Accumulator {
        let count = points.len() / self.mixture.dim();
        let sums = count * self.noise.replicates();
        Accumulator {
            points,
            node: 0,
            block: 0,
            total: vec![0.0; count],
            variance: vec![0.0; count],
            replicate_totals: vec![0.0; sums],
            sum: vec![0.0; sums],
            squares: vec![0.0; count],
            profile: None,
            scratch: Scratch::default(),
        }
    }

    /// Does one step: one block of noise for the whole batch. `true` when nothing is left.
    pub fn advance(&self, work: &mut Accumulator) -> bool {
        let Some(block) = self.pending(work) else {
            return true;
        };
        let sums = self.sums(work, &block);
        self.absorb(work, &block, sums)
    }

    /// The noise that a batch waits for; `None` when nothing is left. For those who take the sums
    /// themselves, many points at once; else [`Formula::advance`] does all.
    pub fn pending(&self, work: &Accumulator) -> Option<Block> {
        self.block(work.node, work.block).map(|(block, _)| block)
    }

    /// Adds the sums of the pending block: for each point of the batch the integrand summed over
    /// units of draws (with their weights, if they have some), and the squares of its differences
    /// from `d`. `true` when nothing is left.
    pub fn absorb(
        &self,
        work: &mut Accumulator,
        block: &Block,
        sums: impl IntoIterator<Item = (f64, f64)>,
    ) -> bool {
        let replicates = self.noise.replicates();
        for (i, (sum, squares)) in sums.into_iter().enumerate() {
            work.sum[i * replicates + block.noise.replicate] += sum;
            work.squares[i] += squares;
        }
        work.block += 1;
        if work.block == self.noise.blocks(block.time) {
            self.close_node(work, block.time, self.plan.nodes[work.node].weight);
            work.block = 0;
            work.node += 1;
        }
        work.node == self.plan.nodes.len()
    }

    /// Share of the batch's work done, in `[0, 1]`.
    pub fn progress(&self, work: &Accumulator) -> f64 {
        work.node as f64 / self.plan.nodes.len().max(1) as f64
    }

    /// The estimates, once [`Formula::advance`] has returned `true`.
    pub fn finish(&self, mut work: Accumulator) -> Vec<Estimate> {
        let d = self.mixture.dim();
        let origin = self.mixture.at_zero();
        let replicates = self.noise.replicates();
        let points = std::mem::take(&mut work.points);
        points
            .chunks_exact(d)
            .enumerate()
            .map(|(i, x)| {
                let f_zero =
                    if self.plan.origin == 0.0 { 0.0 } else { self.f_zero(&origin, x, &mut work.scratch) };
                let norm_squared = x.iter().map(|x| x * x).sum();
                let value = self.plan.value(work.total[i], norm_squared, f_zero);
                let variance = if replicates > 1 {
                    variance_of_mean(&work.replicate_totals[i * replicates..(i + 1) * replicates])
                } else {
                    work.variance[i]
                };
                Estimate { value, standard_error: self.standard_error(variance) }
            })
            .collect()
    }

    /// The estimates at all points in one go.
    pub fn estimate(&self, points: &[f64]) -> Vec<Estimate> {
        let mut work = self.begin(points.to_vec());
        while !self.advance(&mut work) {}
        self.finish(work)
    }

    /// Starts on a single point and keeps `m_t(x)` of every node of the plan; see
    /// [`Accumulator::profile`].
    pub fn begin_profile(&self, x: &[f64]) -> Accumulator {
        let mut work = self.begin(x.to_vec());
        work.profile = Some(Vec::with_capacity(self.plan.nodes.len()));
        work
    }

    /// `m_t(x)` at every node of the plan, for one point, in one go.
    pub fn profile(&self, x: &[f64]) -> Vec<NodeEstimate> {
        let mut work = self.begin_profile(x);
        while !self.advance(&mut work) {}
        work.profile.unwrap_or_default()
    }

    /// `F_0(x) = d/2 + div s_0 + ‖ŝ_0‖²/2`.
    fn f_zero(&self, origin: &Marginal<'_>, x: &[f64], scratch: &mut Scratch) -> f64 {
        let shift = self.error.0 / (x.len() as f64).sqrt();
        0.5 * x.len() as f64 + origin.stein(x, shift, scratch)
    }

    /// The sums of a block, point by point; see [`Formula::absorb`].
    fn sums(&self, work: &mut Accumulator, block: &Block) -> Vec<(f64, f64)> {
        let d = self.mixture.dim();
        let marginal = self.mixture.at(block.time);
        let integrand = Integrand {
            dim: d as f64,
            stein: block.estimator.is_stein(),
            t: block.time.t(),
            noise_scale: block.time.t().sqrt(),
            shift: block.shift,
        };
        let signal = block.time.one_minus_t().sqrt();
        let mut y = vec![0.0; d];
        let Accumulator { points, scratch, .. } = work;
        let sums = points.chunks_exact(d).map(|x| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for (u, draws) in block.noise.epsilon.chunks_exact(d * block.unit).enumerate() {
                let mut value = 0.0;
                for epsilon in draws.chunks_exact(d) {
                    for ((y, x), e) in y.iter_mut().zip(x).zip(epsilon) {
                        *y = signal * x + integrand.noise_scale * e;
                    }
                    value += integrand.evaluate(&marginal, &y, epsilon, scratch);
                }
                value /= block.unit as f64;
                match &block.noise.weights {
                    Some(weights) => sum += weights[u] * value,
                    None => {
                        sum += value;
                        // Around the mean of the integrand, so that squares do not cancel.
                        squares += (value - integrand.dim).powi(2);
                    }
                }
            }
            (sum, squares)
        });
        sums.collect()
    }

    fn close_node(&self, work: &mut Accumulator, time: Time, weight: f64) {
        let replicates = self.noise.replicates();
        let quadrature = self.noise.estimator() == Estimator::Quadrature;
        let units = if quadrature {
            1.0
        } else {
            (self.noise.total(time) / replicates / self.noise.draws_per_unit()) as f64
        };
        let d = self.mixture.dim() as f64;
        for (i, total) in work.total.iter_mut().enumerate() {
            let range = i * replicates..(i + 1) * replicates;
            let means = &mut work.sum[range.clone()];
            means.iter_mut().for_each(|sum| *sum /= units);
            let m = means.iter().sum::<f64>() / replicates as f64;
            let variance = if replicates > 1 {
                variance_of_mean(means)
            } else {
                (work.squares[i] / units - (m - d).powi(2)).max(0.0) / (units - 1.0)
            };
            *total += weight * m;
            work.variance[i] += weight * weight * variance;
            for (sum, mean) in work.replicate_totals[range].iter_mut().zip(means) {
                *sum += weight * *mean;
            }
            if let Some(profile) = &mut work.profile {
                profile.push(NodeEstimate { time, m, standard_error: self.standard_error(variance) });
            }
        }
        work.sum.fill(0.0);
        work.squares.fill(0.0);
    }

    fn standard_error(&self, variance: f64) -> Option<f64> {
        let error = variance.sqrt();
        (self.noise.estimator() != Estimator::Quadrature && error.is_finite()).then_some(error)
    }
}

impl FormulaSpec {
    /// The plan of the rule for this target.
    pub fn plan(&self, mixture: &Mixture) -> Plan {
        match self.rule {
            Rule::Continuous => {
                let (range, step) = self.clock(mixture);
                Plan::continuous(mixture.dim(), range, step)
            }
            rule => Plan::discrete(rule, &self.schedule.steps(self.steps), mixture.dim()),
        }
    }

    /// Range and step in `λ` of the continuous rule. Draws need neither the reach nor the
    /// resolution of quadrature; in the paper's form a longer range even adds noise.
    pub fn clock(&self, mixture: &Mixture) -> ((f64, f64), f64) {
        let reach = if self.estimator == Estimator::Quadrature { 18.0 } else { 8.0 };
        (lambda_range(mixture, reach), 0.25)
    }

    fn noise(&self, mixture: &Mixture) -> Result<Noise, FormulaError> {
        let dim = mixture.dim();
        if self.estimator != Estimator::Quadrature {
            return Ok(Noise::draws(self.estimator, dim, self.draws.clamp(1, MAX_DRAWS), self.seed));
        }
        let nodes = *QUADRATURE_NODES.get(dim).ok_or(FormulaError::QuadratureDimension(dim))?;
        Ok(Noise::quadrature(dim, nodes, mixture.bend()))
    }
}

/// `E[log ρ_t(X_t) | X_0 = x]` by Gauss–Hermite quadrature: one side of the identity that the
/// integral of `D` between two times is the other side of. `t ≤ 0` gives `log ρ_0(x)`, `t ≥ 1`
/// the mean under pure noise, `-(1 + log 2π) d/2`. Up to three dimensions, as for quadrature;
/// beyond, the rule is too large to be useful.
pub fn mean_log_density(mixture: &Mixture, x: &[f64], t: f64) -> f64 {
    let d = mixture.dim();
    let mut scratch = Scratch::default();
    let Some(time) = Time::from_t(t) else {
        return if t <= 0.0 {
            mixture.at_zero().log_density(x, &mut scratch)
        } else {
            -0.5 * d as f64 * (1.0 + super::LOG_2PI)
        };
    };
    let noise = Noise::quadrature(d, QUADRATURE_NODES.get(d).copied().unwrap_or(8), mixture.bend());
    let marginal = mixture.at(time);
    let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
    let mut sum = 0.0;
    for index in 0..noise.blocks(time) {
        let block = noise.block(0, time, index);
        for (epsilon, weight) in block.epsilon.chunks_exact(d).zip(block.weights.iter().flatten()) {
            let y: Vec<f64> = x.iter().zip(epsilon).map(|(x, e)| signal * x + deviation * e).collect();
            sum += weight * marginal.log_density(&y, &mut scratch);
        }
    }
    sum
}

/// Noise for a batch of points at one time, and what is to be done with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// When.
    pub time: Time,
    /// The estimator, and with it the form of the integrand.
    pub estimator: Estimator,
    /// Draws that count as one, by their mean.
    pub unit: usize,
    /// What the score error adds to each coordinate of the score.
    pub shift: f64,
    /// The draws.
    pub noise: NoiseBlock,
}

/// A batch of points on its way; made by [`Formula::begin`].
#[derive(Clone, Debug)]
pub struct Accumulator {
    points: Vec<f64>,
    node: usize,
    block: usize,
    /// `Σ_k w_k m_k` of the nodes done, per point, and its variance over draws.
    total: Vec<f64>,
    variance: Vec<f64>,
    /// The same per point and replicate.
    replicate_totals: Vec<f64>,
    /// Of the node in progress: sums per point and replicate, squares per point.
    sum: Vec<f64>,
    squares: Vec<f64>,
    profile: Option<Vec<NodeEstimate>>,
    scratch: Scratch,
}

impl Accumulator {
    /// The points, `d` numbers each.
    pub fn points(&self) -> &[f64] {
        &self.points
    }

    /// The nodes done so far, if the batch was started by [`Formula::begin_profile`].
    pub fn profile(&self) -> &[NodeEstimate] {
        self.profile.as_deref().unwrap_or_default()
    }
}

struct Integrand {
    dim: f64,
    stein: bool,
    t: f64,
    noise_scale: f64,
    /// What the score error adds to each coordinate of the score.
    shift: f64,
}

impl Integrand {
    fn evaluate(&self, marginal: &Marginal<'_>, y: &[f64], epsilon: &[f64], scratch: &mut Scratch) -> f64 {
        if self.stein {
            let control = epsilon.iter().map(|e| e * e).sum::<f64>() - self.dim;
            self.dim + 2.0 * self.t * marginal.stein(y, self.shift, scratch) - self.t * self.t * control
        } else {
            marginal.evaluate(y, scratch);
            let term = |(e, s): (&f64, &f64)| (e + self.noise_scale * (s + self.shift)).powi(2);
            epsilon.iter().zip(&scratch.score).map(term).sum()
        }
    }
}

/// Unbiased variance of the mean of independent values.
fn variance_of_mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))
}

#[cfg(test)]
mod tests;
