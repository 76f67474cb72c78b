//! How good a learned score is: the density formula with it, on held-out draws of the target, against the
//! formula with the exact score and against the truth.
//!
//! With `δ = ε̂_θ - ε̂` and the weights `w_k` of the formula, the learned score lowers the formula at `x` by
//! `Σ_k w_k (E‖ε - ε̂_θ‖² - E‖ε - ε̂‖²)`. Averaged over the data the cross term vanishes, since `ε̂` is
//! the conditional mean of `ε`:
//!
//! ```text
//! E_x[fall(x)] = Σ_k w_k E‖δ_k(X_k)‖² ≥ 0
//! ```
//!
//! Both sides are computed from the same draws, the left one with each sample's own noise, the right one
//! from the error of the score alone; so is the formula with the exact score, whose own error (of the rule and
//! of the draws) is no part of either.
//!
//! Left out on purpose: estimators with fewer draws: the noise is antithetic and shared by both scores.

use super::denoiser::{Batch, Denoiser};
use super::denoising::diffused;
pub use super::spec::{ErrorAt, EvaluationSpec, Mean, Scores};
use crate::math::diffusion_loss::conditional;
use crate::math::random::{normals, stream};
use crate::math::{Mixture, MixtureError, Plan, Rule, Scratch};
use std::sync::Arc;

/// Seeds of held-out draws differ from those of training by this.
const HELD_OUT: u32 = 0x5EED_7E57;

/// Point `index` of those that are held out from training with a seed.
pub fn held_out(target: &Mixture, seed: u32, index: u32) -> Vec<f64> {
    target.sample(seed ^ HELD_OUT, index)
}

/// An evaluation on its way, a time of the formula a step.
#[derive(Debug)]
pub struct Evaluation {
    denoiser: Arc<Denoiser>,
    spec: EvaluationSpec,
    plan: Plan,
    /// What the densities of the points are: one for all, or one a point where something is given.
    exact: Vec<Mixture>,
    points: Vec<f64>,
    contexts: Vec<f64>,
    truth: Vec<f64>,
    /// Whether all points have the same noise.
    alike: bool,
    /// Sums over the times so far, a point each: learned, exact, of `‖δ‖²`, learned by way of the untrained, and of
    /// the squared distance from that.
    sums: [Vec<f64>; 5],
    times: Vec<ErrorAt>,
    batch: Batch,
}

impl Evaluation {
    /// Starts on points that the target gives and training has not seen.
    ///
    /// # Errors
    /// [`MixtureError`] where a conditional of the target is no mixture.
    pub fn new(
        denoiser: Arc<Denoiser>,
        target: &Mixture,
        spec: &EvaluationSpec,
    ) -> Result<Self, MixtureError> {
        let points: Vec<f64> = (0..spec.points).flat_map(|i| held_out(target, spec.seed, i as u32)).collect();
        Self::start(denoiser, target, (&points, false), spec)
    }

    /// Starts on these points, `d` numbers each and what is given first, all of them with the same noise: what
    /// comes of it is smooth in the point. `spec.points` is of no account.
    ///
    /// # Errors
    /// As [`Evaluation::new`].
    pub fn at(
        denoiser: Arc<Denoiser>,
        target: &Mixture,
        points: &[f64],
        spec: &EvaluationSpec,
    ) -> Result<Self, MixtureError> {
        Self::start(denoiser, target, (points, true), spec)
    }

    fn start(
        denoiser: Arc<Denoiser>,
        target: &Mixture,
        (drawn, alike): (&[f64], bool),
        spec: &EvaluationSpec,
    ) -> Result<Self, MixtureError> {
        let given = denoiser.given();
        let (mut points, mut contexts, mut exact, mut truth) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut scratch = Scratch::default();
        if given == 0 {
            exact.push(target.clone());
        }
        for drawn in drawn.chunks_exact(target.dim()) {
            let (context, x) = drawn.split_at(given);
            if let Some(z) = context.first() {
                exact.push(conditional(target, *z)?);
            }
            contexts.extend(context);
            points.extend(x);
            let density = exact.last().map_or(target, |mixture| mixture).at_zero();
            truth.push(density.log_density(x, &mut scratch));
        }
        let plan = Plan::discrete(Rule::LogSnrTrapezoid, &spec.schedule.steps(spec.steps), denoiser.dim());
        let count = truth.len();
        Ok(Self {
            denoiser,
            spec: *spec,
            plan,
            exact,
            points,
            contexts,
            truth,
            alike,
            sums: std::array::from_fn(|_| vec![0.0; count]),
            times: Vec::new(),
            batch: Batch::default(),
        })
    }

    /// Does the next time; `true` when all are done.
    pub fn advance(&mut self) -> bool {
        let Some(node) = self.plan.nodes.get(self.times.len()).copied() else {
            return true;
        };
        let (dim, draws) = (self.denoiser.dim(), self.spec.draws.max(2) & !1);
        let count = self.truth.len();
        let half = draws / 2;
        let (alike, sets) = (self.alike, if self.alike { 1 } else { count });
        let first = self.times.len() * sets * half * dim;
        let fresh = normals(self.spec.seed, stream::LEARN_TEST, first, sets * half * dim);
        let noise = |i: usize, draw: usize, j: usize| {
            let sign = if draw.is_multiple_of(2) { 1.0 } else { -1.0 };
            sign * fresh[(if alike { 0 } else { i * half } + draw / 2) * dim + j]
        };
        let batch = &mut self.batch;
        batch.times.clear();
        batch.times.resize(count * draws, node.time);
        batch.places.clear();
        batch.contexts.clear();
        for (i, x) in self.points.chunks_exact(dim).enumerate() {
            for draw in 0..draws {
                let place = |(j, x): (usize, &f64)| diffused(node.time, *x, noise(i, draw, j));
                batch.places.extend(x.iter().enumerate().map(place));
                let given = self.denoiser.given();
                batch.contexts.extend(&self.contexts[i * given..(i + 1) * given]);
            }
        }
        self.denoiser.predict(batch);
        let base = self.denoiser.frame().base(batch);
        let mut scratch = Scratch::default();
        let mut totals = [0.0; 5];
        let shared = (self.exact.len() == 1).then(|| self.exact[0].at(node.time));
        for i in 0..count {
            let own = if shared.is_none() { Some(self.exact[i].at(node.time)) } else { None };
            let Some(marginal) = shared.as_ref().or(own.as_ref()) else { continue };
            let mut sums = [0.0; 5];
            for draw in 0..draws {
                let at = (i * draws + draw) * dim;
                marginal.evaluate(&batch.places[at..at + dim], &mut scratch);
                for j in 0..dim {
                    let (learned, epsilon) = (batch.noise[at + j], noise(i, draw, j));
                    let best = -node.time.t().sqrt() * scratch.score[j];
                    sums[0] += (epsilon - learned).powi(2);
                    sums[1] += (epsilon - best).powi(2);
                    sums[2] += (learned - best).powi(2);
                    sums[3] += (epsilon - learned).powi(2) - (epsilon - base[at + j]).powi(2);
                    sums[4] += (learned - base[at + j]).powi(2);
                }
            }
            for ((sum, total), all) in sums.iter().zip(&mut totals).zip(&mut self.sums) {
                let mean = sum / draws as f64;
                *total += mean / count as f64;
                all[i] += node.weight * mean;
            }
            let x = &self.points[i * dim..(i + 1) * dim];
            self.sums[3][i] += node.weight * self.denoiser.frame().base_error(node.time, x);
        }
        let [learned, exact, error, ..] = totals;
        self.times.push(ErrorAt { time: node.time, weight: node.weight, error, learned, exact });
        self.times.len() == self.plan.nodes.len()
    }

    /// Share of the work done.
    pub fn progress(&self) -> f64 {
        self.times.len() as f64 / self.plan.nodes.len().max(1) as f64
    }

    /// The result, once [`Evaluation::advance`] has returned `true`.
    pub fn finish(self) -> Scores {
        let [learned, exact, errors, ..] = &self.sums;
        let value = |sums: &Vec<f64>| mean(sums.iter().map(|sum| self.plan.value(*sum, 0.0, 0.0)));
        Scores {
            truth: mean(self.truth.iter().copied()),
            exact: value(exact),
            learned: value(learned),
            fall: mean(learned.iter().zip(exact).map(|(l, e)| l - e)),
            predicted: mean(errors.iter().copied()),
            times: self.times,
        }
    }

    /// How much the learned score lowers the formula at each point, once [`Evaluation::advance`] has returned
    /// `true`; nats. It is compared with the exact score draw by draw, so that the noise cancels; or, as long
    /// as it is nearer to where it began than to that, is the truth less [`Evaluation::values`].
    pub fn falls(&self) -> Vec<f64> {
        if self.has_learned() {
            let [learned, exact, ..] = &self.sums;
            return learned.iter().zip(exact).map(|(l, e)| l - e).collect();
        }
        self.truth.iter().zip(self.values()).map(|(truth, value)| truth - value).collect()
    }

    /// Whether the learned score is nearer to the exact one than to the untrained one.
    pub fn has_learned(&self) -> bool {
        let [_, _, off, _, gone] = &self.sums;
        off.iter().sum::<f64>() < gone.iter().sum::<f64>()
    }

    /// The formula with the learned score at each point, nats, once [`Evaluation::advance`] has returned `true`.
    /// Of each draw's error that of the untrained denoiser is taken off, whose expectation is known: where the
    /// exact score has ridges this is much less noisy than the truth less [`Evaluation::falls`], and near the
    /// data more so.
    pub fn values(&self) -> Vec<f64> {
        self.sums[3].iter().map(|sum| self.plan.value(*sum, 0.0, 0.0)).collect()
    }

    /// The result in one go.
    pub fn run(mut self) -> Scores {
        while !self.advance() {}
        self.finish()
    }
}

/// Mean and standard error of independent numbers.
pub fn mean(values: impl ExactSizeIterator<Item = f64>) -> Mean {
    let count = values.len() as f64;
    let (mut mean, mut squares) = (0.0, 0.0);
    for (i, value) in values.enumerate() {
        // Welford's recurrence.
        let off = value - mean;
        mean += off / (i + 1) as f64;
        squares += off * (value - mean);
    }
    Mean { value: mean, error: (squares / (count - 1.0).max(1.0) / count).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::denoising::Denoising;
    use crate::learn::spec::{DenoisingSpec, Descent, Shape};
    use crate::math::diffusion_loss::{WeightSpec, Weighting};
    use crate::math::targets::Preset;
    use crate::math::{Component, Covariance, Schedule};

    /// Evaluated at points of the line after some steps of training on two modes.
    fn at(points: &[f64], steps: usize, draws: usize) -> Evaluation {
        let target = Preset::Bimodal.mixture();
        let spec = DenoisingSpec {
            shape: Shape { width: 24, depth: 2 },
            weighting: Weighting::Formula,
            weights: WeightSpec { schedule: Schedule::LogSnr, steps: 100, gamma: 5.0 },
            rule: Descent::Adam(0.9, 0.999),
            rate: 5e-3,
            batch: 64,
            seed: 2,
            given: 0,
        };
        let mut denoising = Denoising::new(Arc::new(target.clone()), &spec);
        for _ in 0..steps {
            denoising.step().expect("a step");
        }
        let spec = EvaluationSpec { points: 0, draws, schedule: Schedule::LogSnr, steps: 400, seed: 3 };
        let learned = Arc::new(denoising.averaged());
        let mut evaluation = Evaluation::at(learned, &target, points, &spec).expect("a mixture");
        while !evaluation.advance() {}
        evaluation
    }

    /// Untrained it is the formula of a Gaussian, without any noise.
    #[test]
    fn an_untrained_denoiser_stands_for_a_gaussian() {
        let points = [-3.0, -0.7, 0.5, 4.0];
        let (mean, deviations) = Preset::Bimodal.mixture().moments();
        let covariance = Covariance::Isotropic(deviations[0].powi(2));
        let gaussian = Mixture::new(&[Component { weight: 1.0, mean, covariance }]).expect("a mixture");
        for (value, x) in at(&points, 0, 2).values().iter().zip(points) {
            let exact = gaussian.at_zero().log_density(&[x], &mut Scratch::default());
            assert!((value - exact).abs() < 3e-3, "{x}: {value} {exact}");
        }
    }

    /// Two ways to the same number, with noise of their own.
    #[test]
    fn values_are_the_truth_less_the_falls() {
        let points = [-2.0, -1.5, 1.0, 1.5];
        let evaluation = at(&points, 1200, 256);
        assert!(evaluation.has_learned() && !at(&points, 5, 2).has_learned());
        let ways = evaluation.values().into_iter().zip(evaluation.falls()).zip(&evaluation.truth);
        for ((value, fall), truth) in ways {
            assert!((value - (truth - fall)).abs() < 0.06, "{value} {truth} {fall}");
        }
    }
}
