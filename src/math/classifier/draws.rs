//! Estimates of `S_c(x)` from few draws, as a diffusion classifier makes them.
//!
//! A draw is a step `k`, chosen with probability proportional to its weight, and noise `ε`;
//!
//! ```text
//! S_c(x) ≈ W/n Σ_i ‖ε_i + √t_i s_{t_i}(√(1-t_i) x + √t_i ε_i; c)‖²,    W = Σ_k w_k
//! ```
//!
//! so `n` draws cost `n` evaluations of each class's denoiser. Where the classes share their
//! draws, what does not depend on the class cancels in the differences of the `S_c`, which alone
//! decide. A draw is a function of (seed, point, class, index).

use super::Classes;
use crate::math::random::{normals, stream, uniform};
use crate::math::{Plan, Scratch, Time};

/// The steps of a plan, to be drawn in proportion to their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeTable {
    times: Vec<Time>,
    /// Sums of the weights up to each step.
    cumulated: Vec<f64>,
}

/// The draws for the points of one experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    /// Seed of the draws.
    pub seed: u32,
    /// Most draws a class gets at a point.
    pub most: usize,
    /// Whether all classes get the same draws.
    pub shared: bool,
}

impl TimeTable {
    /// The steps of a plan with positive weights.
    pub fn new(plan: &Plan) -> Self {
        let mut total = 0.0;
        let weighted = plan.nodes.iter().filter(|node| node.weight > 0.0);
        let (times, cumulated) = weighted
            .map(|node| {
                total += node.weight;
                (node.time, total)
            })
            .unzip();
        Self { times, cumulated }
    }

    /// `W`, the sum of the weights.
    pub fn total(&self) -> f64 {
        self.cumulated.last().copied().unwrap_or(0.0)
    }

    /// The step at a share `u` in `(0, 1)` of the weights; `None` where there is no step.
    pub fn at(&self, u: f64) -> Option<Time> {
        self.times.get(self.place(u)).copied()
    }

    /// Its place among the steps.
    pub fn place(&self, u: f64) -> usize {
        let place = self.cumulated.partition_point(|sum| *sum < u * self.total());
        place.min(self.times.len().saturating_sub(1))
    }

    /// The steps.
    pub fn times(&self) -> &[Time] {
        &self.times
    }
}

impl Draws {
    /// One term of `S_c(x)` for every class: draw `index` at point number `point`. A single
    /// term, `W ‖…‖²`, is an unbiased estimate of `S_c(x)`.
    pub fn terms(
        &self,
        classes: &Classes,
        table: &TimeTable,
        (point, x): (usize, &[f64]),
        index: usize,
        scratch: &mut Scratch,
    ) -> Vec<f64> {
        let d = classes.dim();
        let mut y = vec![0.0; d];
        let mut draw = (None, Vec::new());
        let term = |(label, class): (usize, &super::Class)| {
            if label == 0 || !self.shared {
                // The shared draws are those that the first class has of its own.
                let place = (point * classes.len() + label) * self.most + index;
                let time = table.at(uniform(self.seed, stream::CLASS_TIME, place as u32));
                draw = (time, normals(self.seed, stream::CLASS_NOISE, place * d, d));
            }
            let (Some(time), epsilon) = &draw else {
                return 0.0;
            };
            let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
            for ((y, x), e) in y.iter_mut().zip(x).zip(epsilon) {
                *y = signal * x + deviation * e;
            }
            class.mixture.at(*time).evaluate(&y, scratch);
            let squares = epsilon.iter().zip(&scratch.score).map(|(e, s)| (e + deviation * s).powi(2));
            table.total() * squares.sum::<f64>()
        };
        classes.iter().enumerate().map(term).collect()
    }
}
