//! One set of times for all weightings.
//!
//! The errors `m_t(x)` depend smoothly on `λ = log(t/(1-t))`, so they are computed at equally
//! spaced `λ` and read anywhere between by interpolation: a weighted sum over `T` steps becomes
//! a weighted sum over some tens of times, however large `T` is, and the same errors serve every
//! weighting. What is interpolated is `F_t(x) = (m_t(x) - d(1-t)) / (2t)`, which tends to a
//! constant as `t → 0` and falls like `1-t` as `t → 1`; beyond the ends it is continued so, with
//! an error of second order. Its nearest singularities in `λ` lie at distance `π`, so the error
//! of interpolation through eight neighbours falls like `(step/π)^8`.

use crate::math::{Mixture, Noise, Plan, Scratch, Time};

/// Neighbours that a value is interpolated from.
const NEIGHBOURS: usize = 8;

/// Times at equal steps of `λ`.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    low: f64,
    step: f64,
    times: Vec<Time>,
}

/// A [`Plan`] as a functional of the `F` at the times of a clock:
/// `constant + quadratic ‖x‖² - Σ_j weights_j F_j(x)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Functional {
    /// What does not depend on `x`, nats.
    pub constant: f64,
    /// Factor on `‖x‖²`.
    pub quadratic: f64,
    /// Factor on `-F` at each time.
    pub weights: Vec<f64>,
}

impl Clock {
    /// Times from one end of a range of `λ` to the other, at most `step` apart and at least
    /// eight of them.
    pub fn new(range: (f64, f64), step: f64) -> Self {
        let length = (range.1 - range.0).max(1e-3);
        let intervals = ((length / step).ceil() as usize).clamp(NEIGHBOURS - 1, 4096);
        let step = length / intervals as f64;
        let times = (0..=intervals).map(|i| Time::from_lambda(range.0 + step * i as f64)).collect();
        Self { low: range.0, step, times }
    }

    /// The times.
    pub fn times(&self) -> &[Time] {
        &self.times
    }

    /// `F` from `m` at a time, in `dim` dimensions.
    pub fn normalised(dim: usize, time: Time, m: f64) -> f64 {
        (m - dim as f64 * time.one_minus_t()) / (2.0 * time.t())
    }

    /// The plan as a functional of the `F` at the clock's times. `F_0` of the plan's tail is
    /// that at the first time.
    pub fn functional(&self, plan: &Plan) -> Functional {
        let mut weights = vec![0.0; self.times.len()];
        let mut constant = plan.constant;
        weights[0] += plan.origin;
        for node in &plan.nodes {
            constant -= node.weight * plan.dim as f64 * node.time.one_minus_t();
            let factor = 2.0 * node.weight * node.time.t();
            self.spread(node.time, factor, &mut weights);
        }
        Functional { constant, quadratic: plan.quadratic, weights }
    }

    /// Adds `factor F(time)` to the weights of the clock's times.
    fn spread(&self, time: Time, factor: f64, weights: &mut [f64]) {
        let last = self.times.len() - 1;
        let place = (time.lambda() - self.low) / self.step;
        // A hair beyond an end is rounding.
        if place <= 1e-9 {
            weights[0] += factor;
        } else if place >= last as f64 - 1e-9 {
            weights[last] += factor * time.one_minus_t() / self.times[last].one_minus_t();
        } else {
            let first = (place.floor() as usize + 1).saturating_sub(NEIGHBOURS / 2);
            let first = first.min(last + 1 - NEIGHBOURS);
            for i in 0..NEIGHBOURS {
                let others = (0..NEIGHBOURS).filter(|j| *j != i);
                let ratios = others.map(|j| (place - (first + j) as f64) / (i as f64 - j as f64));
                weights[first + i] += factor * ratios.product::<f64>();
            }
        }
    }
}

impl Functional {
    /// The value at `x` from `Σ_j weights_j F_j(x)` and `‖x‖²`.
    pub fn value(&self, weighted_sum: f64, norm_squared: f64) -> f64 {
        self.constant + self.quadratic * norm_squared - weighted_sum
    }
}

/// `m_t(x) = E‖ε + √t s_t(√(1-t) x + √t ε)‖²` at each of some points (`d` numbers each) by the
/// given quadrature. The paper's integrand is used, not Stein's form: it has no spikes between
/// components that stand close, so a coarse rule does little harm.
pub fn noise_errors(
    mixture: &Mixture,
    time: Time,
    points: &[f64],
    noise: &Noise,
    scratch: &mut Scratch,
) -> Vec<f64> {
    let d = mixture.dim();
    let marginal = mixture.at(time);
    let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
    let mut errors = vec![0.0; points.len() / d];
    let mut y = vec![0.0; d];
    for index in 0..noise.blocks(time) {
        let block = noise.block(0, time, index);
        for (x, error) in points.chunks_exact(d).zip(&mut errors) {
            for (epsilon, weight) in block.epsilon.chunks_exact(d).zip(block.weights.iter().flatten()) {
                for ((y, x), e) in y.iter_mut().zip(x).zip(epsilon) {
                    *y = signal * x + deviation * e;
                }
                marginal.evaluate(&y, scratch);
                let terms = epsilon.iter().zip(&scratch.score).map(|(e, s)| (e + deviation * s).powi(2));
                *error += weight * terms.sum::<f64>();
            }
        }
    }
    errors
}
