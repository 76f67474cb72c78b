//! The gradient of the score-matching regulariser `R(x) = Σ_k w_k E‖ε - ε̂_k(X_k)‖²` by `x`, for samples of a
//! generator.
//!
//! With the exact score and the weights of the density formula `R = -log p + const`, so the gradient is
//! `-s_0(x)`. Otherwise it is an unbiased estimate from one draw of `k` (in proportion to `w_k`) and `ε` a
//! sample:
//!
//! ```text
//! ∇R ≈ 2 (Σ_k w_k) √ᾱ_k Jᵀ (ε̂_k(X_k) - ε),    J = ∂ε̂_k/∂y
//! ```
//!
//! For a network `Jᵀ v` is a pass backwards; for the exact score `J = -√t ∇∇log ρ_t` is symmetric, and
//! `J v` a central difference along `v`.
//!
//! Left out on purpose: `R` itself, which no step needs.

use super::denoiser::{Batch, Denoiser};
use super::denoising::diffused;
use super::objective::Times;
pub use super::spec::Weights;
use crate::math::random::{normals, stream};
use crate::math::{Mixture, NoiseSchedule, Plan, Rule, Scratch, Time};
use std::sync::Arc;

/// Streams of the draws of the regulariser differ from those of denoisers by this seed.
const OTHER: u32 = 0x6A09_E667;

/// What the gradient is taken of.
#[derive(Clone, Debug)]
pub enum Regularisation {
    /// `-log p`.
    Closed(Arc<Mixture>),
    /// From draws.
    Draws(Box<Drawn>),
}

/// Weighted times and a score.
#[derive(Clone, Debug)]
pub struct Drawn {
    times: Times,
    total: f64,
    score: Score,
    batch: Batch,
}

#[derive(Clone, Debug)]
enum Score {
    Exact(Arc<Mixture>),
    Learned(Arc<Denoiser>),
}

impl Regularisation {
    /// With the exact score.
    pub fn exact(target: Arc<Mixture>, weights: Weights, schedule: &NoiseSchedule) -> Self {
        match weights {
            Weights::Paper => Self::Closed(target),
            Weights::Uniform => Self::drawn(weights, schedule, target.dim(), Score::Exact(target)),
        }
    }

    /// With a learned score.
    pub fn learned(denoiser: Arc<Denoiser>, weights: Weights, schedule: &NoiseSchedule) -> Self {
        let dim = denoiser.dim();
        Self::drawn(weights, schedule, dim, Score::Learned(denoiser))
    }

    /// With the exact score from draws, also where there is a closed form.
    #[cfg(test)]
    fn exact_from_draws(target: Arc<Mixture>, schedule: &NoiseSchedule) -> Self {
        Self::drawn(Weights::Paper, schedule, target.dim(), Score::Exact(target))
    }

    fn drawn(weights: Weights, schedule: &NoiseSchedule, dim: usize, score: Score) -> Self {
        let weights: Vec<f64> = match weights {
            Weights::Paper => {
                Plan::discrete(Rule::LogSnrTrapezoid, schedule, dim).nodes.iter().map(|n| n.weight).collect()
            }
            Weights::Uniform => {
                let total = Plan::discrete(Rule::Paper, schedule, dim).total_weight();
                vec![total / schedule.len() as f64; schedule.len()]
            }
        };
        let (times, total) = Times::weighted(schedule, &weights);
        Self::Draws(Box::new(Drawn { times, total, score, batch: Batch::default() }))
    }

    /// `∇R` at places, `d` numbers each; `draws` are the seed and the number of the step.
    pub fn gradient(&mut self, places: &[f64], draws: (u32, usize)) -> Vec<f64> {
        match self {
            Self::Closed(target) => {
                let (marginal, mut scratch) = (target.at_zero(), Scratch::default());
                let mut gradient = Vec::with_capacity(places.len());
                for x in places.chunks_exact(target.dim()) {
                    marginal.evaluate(x, &mut scratch);
                    gradient.extend(scratch.score.iter().map(|s| -s));
                }
                gradient
            }
            Self::Draws(drawn) => drawn.gradient(places, draws),
        }
    }
}

impl Drawn {
    fn gradient(&mut self, places: &[f64], (seed, step): (u32, usize)) -> Vec<f64> {
        let dim = match &self.score {
            Score::Exact(target) => target.dim(),
            Score::Learned(denoiser) => denoiser.dim(),
        };
        let (count, seed) = (places.len() / dim, seed ^ OTHER);
        let noise = normals(seed, stream::LEARN_NOISE, step.wrapping_mul(places.len()), places.len());
        let Self { times, total, score, batch } = self;
        batch.times.clear();
        batch.times.extend(times.minibatch(seed, step, count));
        batch.places.clear();
        batch.places.extend(
            places.iter().zip(&noise).enumerate().map(|(i, (x, e))| diffused(batch.times[i / dim], *x, *e)),
        );
        let mut gradient = match score {
            Score::Learned(denoiser) => {
                denoiser.predict(batch);
                let off: Vec<f64> = batch.noise.iter().zip(&noise).map(|(n, e)| n - e).collect();
                denoiser.by_places(batch, &off)
            }
            Score::Exact(target) => {
                let rows = batch.places.chunks_exact(dim).zip(noise.chunks_exact(dim)).zip(&batch.times);
                rows.flat_map(|((y, e), time)| by_difference(target, *time, y, e)).collect()
            }
        };
        for (i, entry) in gradient.iter_mut().enumerate() {
            *entry *= 2.0 * *total * batch.times[i / dim].one_minus_t().sqrt();
        }
        gradient
    }
}

/// `J (ε̂ - ε)` of the exact score.
fn by_difference(target: &Mixture, time: Time, y: &[f64], epsilon: &[f64]) -> Vec<f64> {
    let (marginal, mut scratch) = (target.at(time), Scratch::default());
    let scale = -time.t().sqrt();
    marginal.evaluate(y, &mut scratch);
    let off: Vec<f64> = scratch.score.iter().zip(epsilon).map(|(s, e)| scale * s - e).collect();
    let length = off.iter().map(|v| v * v).sum::<f64>().sqrt().max(1e-12);
    let h = 1e-4 * time.t().max(1e-4).sqrt() / length;
    let mut at = |sign: f64| -> Vec<f64> {
        let place: Vec<f64> = y.iter().zip(&off).map(|(y, v)| y + sign * h * v).collect();
        marginal.evaluate(&place, &mut scratch);
        scratch.score.clone()
    };
    let (above, below) = (at(1.0), at(-1.0));
    above.iter().zip(below).map(|(a, b)| scale * (a - b) / (2.0 * h)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Schedule;
    use crate::math::targets::Preset;

    /// The mean over draws of the estimate is `-∇log p`, within its standard error.
    #[test]
    fn draws_have_the_score_as_their_mean() {
        let target = Arc::new(Preset::Three.mixture());
        let schedule = Schedule::LogSnr.steps(400);
        let mut drawn = Regularisation::exact_from_draws(Arc::clone(&target), &schedule);
        let mut closed = Regularisation::exact(Arc::clone(&target), Weights::Paper, &schedule);
        for x in [[0.3, -0.4], [1.2, 1.5]] {
            let exact = closed.gradient(&x, (1, 0));
            let many: Vec<f64> = x.iter().copied().cycle().take(2 * 4096).collect();
            let (mut sums, mut squares, runs) = ([0.0; 2], [0.0; 2], 60);
            for run in 0..runs {
                let gradient = drawn.gradient(&many, (2, run));
                for j in 0..2 {
                    let mean = gradient.iter().skip(j).step_by(2).sum::<f64>() / 4096.0;
                    sums[j] += mean / runs as f64;
                    squares[j] += mean * mean / runs as f64;
                }
            }
            for j in 0..2 {
                let error = ((squares[j] - sums[j] * sums[j]) / (runs - 1) as f64).sqrt();
                // The schedule begins at a small t > 0, which blurs p a little.
                assert!((sums[j] - exact[j]).abs() < 4.0 * error + 0.02, "{x:?}: {sums:?} {exact:?} {error}");
            }
        }
    }
}
