//! Which times a denoiser is trained at: a weighting `ω(λ)` of the noise-prediction errors
//! ([`crate::math::diffusion_loss`]) as a distribution of times, so that every draw counts alike.
//!
//! Left out on purpose: factors on the loss. A minibatch of times drawn in proportion to `ω` has the same
//! mean gradient as one of other times with factors. Its spread is smaller where errors are alike at all
//! times, and larger where `ω` grows as errors fade, as that of truncated SNR does at late ones.

use crate::math::diffusion_loss::{WeightSpec, Weighting};
use crate::math::random::{stream, uniform};
use crate::math::{NoiseSchedule, Time};

/// Times of a weighting without a schedule of its own.
const TIMES: usize = 512;
/// Mean and standard deviation of EDM's `λ`.
const EDM: (f64, f64) = (-2.4, 2.4);

/// A distribution of times between the first and the last of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    times: Vec<Time>,
    /// Shares of the times up to each, the last one 1.
    shares: Vec<f64>,
}

impl Times {
    /// In proportion to a weighting.
    pub fn new(weighting: Weighting, spec: &WeightSpec) -> Self {
        let steps = spec.schedule.steps(spec.steps).times;
        let (low, high) = match (steps.first(), steps.last()) {
            (Some(first), Some(last)) => (first.lambda(), last.lambda()),
            _ => (-9.0, 9.0),
        };
        let times: Vec<Time> = if weighting.uses_schedule() {
            steps
        } else {
            let step = (high - low) / (TIMES - 1) as f64;
            (0..TIMES).map(|i| Time::from_lambda(low + step * i as f64)).collect()
        };
        let masses = times.iter().map(|time| {
            let lambda = time.lambda();
            let density = if weighting == Weighting::Edm {
                (-0.5 * ((lambda - EDM.0) / EDM.1).powi(2)).exp()
            } else {
                1.0
            };
            density * weighting.factor(lambda, spec.gamma)
        });
        let masses: Vec<f64> = masses.collect();
        Self::of(times, &masses)
    }

    /// In proportion to the weights of a plan, and what they sum to: the regulariser of a GAN.
    pub fn weighted(schedule: &NoiseSchedule, weights: &[f64]) -> (Self, f64) {
        (Self::of(schedule.times.clone(), weights), weights.iter().sum())
    }

    fn of(times: Vec<Time>, masses: &[f64]) -> Self {
        let total: f64 = masses.iter().sum();
        let shares = masses.iter().scan(0.0, |sum, mass| {
            *sum += mass / total;
            Some(*sum)
        });
        let shares = shares.collect();
        Self { times, shares }
    }

    /// The time below which a share of the distribution lies.
    pub fn at(&self, share: f64) -> Time {
        let index = self.shares.partition_point(|s| *s < share).min(self.times.len() - 1);
        self.times[index]
    }

    /// Times of a minibatch, one from each of `count` equal shares of the distribution.
    pub fn minibatch(&self, seed: u32, step: usize, count: usize) -> impl Iterator<Item = Time> {
        let first = step.wrapping_mul(count);
        (0..count).map(move |i| {
            let within = uniform(seed, stream::LEARN_TIME, first.wrapping_add(i) as u32);
            self.at((i as f64 + within) / count as f64)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Schedule;

    /// The mean of a function over drawn times is its weighted mean.
    #[test]
    fn draws_follow_the_weighting() {
        let spec = WeightSpec { schedule: Schedule::Cosine, steps: 50, gamma: 5.0 };
        for weighting in Weighting::ALL {
            let times = Times::new(weighting, &spec);
            let drawn: f64 =
                (0..40).flat_map(|k| times.minibatch(1, k, 256)).map(Time::t).sum::<f64>() / (40.0 * 256.0);
            let steps = spec.schedule.steps(spec.steps).times;
            let (low, high) = (steps[0].lambda(), steps[49].lambda());
            let fine: Vec<Time> = if weighting.uses_schedule() {
                steps
            } else {
                (0..4000)
                    .map(|i| Time::from_lambda(low + (high - low) * (f64::from(i) + 0.5) / 4000.0))
                    .collect()
            };
            let weight = |time: &Time| {
                let lambda = time.lambda();
                let factor = weighting.factor(lambda, 5.0);
                let edm = weighting == Weighting::Edm;
                if edm { factor * (-0.5 * ((lambda + 2.4) / 2.4).powi(2)).exp() } else { factor }
            };
            let total: f64 = fine.iter().map(weight).sum();
            let exact = fine.iter().map(|time| weight(time) * time.t()).sum::<f64>() / total;
            assert!((drawn - exact).abs() < 3e-3, "{weighting:?}: {drawn} {exact}");
        }
    }
}
