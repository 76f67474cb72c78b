//! Training a denoiser by the objective of DDPM with a weighting of the times:
//!
//! ```text
//! min_θ E_{λ ~ ω} E_{x, ε} ‖ε - ε̂_θ(√(1-t) x + √t ε, t, z)‖²
//! ```
//!
//! A step is one minibatch of fresh draws from the target, of noise and of times, all functions of the seed
//! and the step's number. What is evaluated is a running mean of the parameters over the last steps, as in
//! Ho et al. (2020): `θ̄ ← κ θ̄ + (1-κ) θ` with `κ = min(0.999, (1+n)/(10+n))`.
//!
//! Left out on purpose: a finite training set, and so overfitting.

use super::denoiser::{Batch, Denoiser};
use super::error::{LearnError, check};
use super::network::{Network, Tape, rows};
use super::objective::Times;
use super::optimiser::Optimiser;
pub use super::spec::DenoisingSpec;
use crate::math::random::{normals, stream};
use crate::math::{Mixture, Time};
use burn_core::module::AutodiffModule;
use burn_optim::GradientsParams;
use std::sync::Arc;

/// Mean squared error of a coordinate at which training counts as diverged; at first it is about 1.
const LIMIT: f64 = 100.0;

/// A denoiser that is being trained. A clone is a snapshot: it goes on as this one would.
#[derive(Clone, Debug)]
pub struct Denoising {
    spec: DenoisingSpec,
    target: Arc<Mixture>,
    times: Times,
    /// With the running mean of the parameters.
    averaged: Denoiser,
    network: Network<Tape>,
    optimiser: Optimiser,
    batch: Batch,
    noise: Vec<f64>,
    steps: usize,
}

impl Denoising {
    /// Training that has not begun.
    pub fn new(target: Arc<Mixture>, spec: &DenoisingSpec) -> Self {
        let averaged = Denoiser::new(&target, spec.given, spec.shape, (spec.seed, stream::LEARN_WEIGHTS));
        Self {
            times: Times::new(spec.weighting, &spec.weights),
            network: averaged.network.trainable(),
            averaged,
            optimiser: Optimiser::new(spec.rule, spec.rate),
            batch: Batch::default(),
            noise: Vec::new(),
            steps: 0,
            spec: *spec,
            target,
        }
    }

    /// Steps done.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// What has been learned: the running mean of the parameters.
    pub fn averaged(&self) -> Denoiser {
        self.averaged.clone()
    }

    /// Does a step: a minibatch. The loss of the minibatch, `E‖ε - ε̂‖²`, before the step.
    ///
    /// # Errors
    /// [`LearnError`] where the loss or the gradient is no finite number, or the loss too large; then
    /// nothing has changed.
    pub fn step(&mut self) -> Result<f64, LearnError> {
        self.draw();
        let (frame, dim) = (self.averaged.frame(), self.averaged.dim());
        // ε̂ - ε is the factor times F, less what is left of ε.
        let rest = self.noise.iter().zip(frame.base(&self.batch)).map(|(e, base)| (e - base) as f32);
        let factors = frame.weights(&self.batch).into_iter().map(|out| out as f32).collect();
        let outputs = self.network.forward(frame.inputs(&self.batch));
        let errors = outputs * rows(factors, 1) - rows(rest.collect(), dim);
        let loss = (errors.clone() * errors).sum().div_scalar(self.spec.batch as f32);
        let value = f64::from(loss.clone().into_scalar());
        check(self.steps + 1, "the loss", value, LIMIT * dim as f64)?;
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        check(self.steps + 1, "the gradient", self.network.size(&gradients), f64::INFINITY)?;
        self.network = self.optimiser.step(self.network.clone(), gradients);
        self.steps += 1;
        let n = self.steps as f32;
        let keep = ((1.0 + n) / (10.0 + n)).min(0.999);
        self.averaged.network = self.averaged.network.clone().towards(&self.network.valid(), 1.0 - keep);
        Ok(value)
    }

    /// Draws the minibatch of the next step.
    fn draw(&mut self) {
        let Self { spec, batch, noise, .. } = self;
        let (count, dim) = (spec.batch, self.averaged.dim());
        let first = self.steps.wrapping_mul(count);
        batch.times.clear();
        batch.times.extend(self.times.minibatch(spec.seed, self.steps, count));
        *noise = normals(spec.seed, stream::LEARN_NOISE, first.wrapping_mul(dim), count * dim);
        batch.places.clear();
        batch.contexts.clear();
        for (i, epsilon) in noise.chunks_exact(dim).enumerate() {
            let x = self.target.sample(spec.seed, first.wrapping_add(i) as u32);
            let (context, x) = x.split_at(self.averaged.given());
            batch.contexts.extend(context);
            batch.places.extend(x.iter().zip(epsilon).map(|(x, e)| diffused(batch.times[i], *x, *e)));
        }
    }
}

/// `√(1-t) x + √t ε`.
pub(super) fn diffused(time: Time, x: f64, epsilon: f64) -> f64 {
    time.one_minus_t().sqrt() * x + time.t().sqrt() * epsilon
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::evaluation::{Evaluation, EvaluationSpec};
    use crate::learn::spec::{Descent, Shape};
    use crate::math::diffusion_loss::{WeightSpec, Weighting};
    use crate::math::targets::Preset;
    use crate::math::{Schedule, Scratch};

    fn spec(rate: f64) -> DenoisingSpec {
        DenoisingSpec {
            shape: Shape { width: 32, depth: 2 },
            weighting: Weighting::Formula,
            weights: WeightSpec { schedule: Schedule::LiYan { c0: 2.0, c1: 4.0 }, steps: 100, gamma: 5.0 },
            rule: Descent::Adam(0.9, 0.999),
            rate,
            batch: 128,
            seed: 3,
            given: 0,
        }
    }

    fn trained(preset: Preset, spec: &DenoisingSpec, steps: usize) -> Denoising {
        let mut training = Denoising::new(Arc::new(preset.mixture()), spec);
        for _ in 0..steps {
            training.step().expect("a step");
        }
        training
    }

    /// On one correlated Gaussian, against its score in closed form: training takes most of the error away
    /// that its start, a round Gaussian, has.
    #[test]
    fn the_score_of_a_gaussian_is_learned() {
        let target = Preset::Gaussian2.mixture();
        let error = |denoiser: &Denoiser| {
            let (mut sum, mut scratch) = (0.0, Scratch::default());
            let mut batch = Batch::default();
            for i in 0..600u32 {
                let time = Time::from_lambda(f64::from(i % 12) - 6.0);
                let x = target.sample(77, i);
                let e = normals(77, 1, 2 * i as usize, 2);
                batch.times.push(time);
                batch.places.extend([diffused(time, x[0], e[0]), diffused(time, x[1], e[1])]);
            }
            denoiser.predict(&mut batch);
            for (i, time) in batch.times.iter().enumerate() {
                target.at(*time).evaluate(&batch.places[2 * i..2 * i + 2], &mut scratch);
                for j in 0..2 {
                    sum += (batch.noise[2 * i + j] + time.t().sqrt() * scratch.score[j]).powi(2) / 600.0;
                }
            }
            sum
        };
        let before = error(&trained(Preset::Gaussian2, &spec(3e-3), 0).averaged());
        let after = error(&trained(Preset::Gaussian2, &spec(3e-3), 800).averaged());
        assert!(before > 0.02 && after < 0.1 * before, "{before} {after}");
    }

    #[test]
    fn the_same_seed_gives_the_same_network() {
        let (a, b) = (trained(Preset::Ring8, &spec(1e-3), 20), trained(Preset::Ring8, &spec(1e-3), 20));
        assert_eq!(a.averaged(), b.averaged());
        let other = trained(Preset::Ring8, &DenoisingSpec { seed: 4, ..spec(1e-3) }, 20);
        assert_ne!(a.averaged(), other.averaged());
        // A snapshot goes on as the original does.
        let (mut original, mut snapshot) = (a.clone(), a);
        for _ in 0..3 {
            assert_eq!(original.step(), snapshot.step());
        }
    }

    #[test]
    fn divergence_is_found_and_said() {
        let rule = Descent::Momentum(0.9);
        let target = Arc::new(Preset::Ring8.mixture());
        let mut training = Denoising::new(target, &DenoisingSpec { rule, ..spec(1e3) });
        let end = (0..200).find_map(|_| training.step().err()).expect("a rate of 1000 diverges");
        assert!(training.averaged().network.parameters().iter().all(|p| p.is_finite()));
        let words = end.to_string();
        assert!(words.contains("step") && words.contains("learning rate"), "{words}");
    }

    /// The two sides of what a learned score costs, here with the errors of a half-trained one, given a
    /// context and not.
    #[test]
    fn the_fall_of_the_formula_is_that_of_the_errors() {
        for given in [0, 1] {
            let spec = DenoisingSpec { given, ..spec(3e-3) };
            let training = trained(Preset::Three, &spec, 150);
            let evaluation =
                EvaluationSpec { points: 600, draws: 8, schedule: spec.weights.schedule, steps: 60, seed: 5 };
            let target = Preset::Three.mixture();
            let denoiser = Arc::new(training.averaged());
            let scores = Evaluation::new(denoiser, &target, &evaluation).expect("mixtures").run();
            assert!(scores.predicted.value > 0.02, "{scores:?}");
            let off = (scores.fall.value - scores.predicted.value).abs();
            assert!(off < 4.0 * scores.fall.error, "{given}: {:?} {:?}", scores.fall, scores.predicted);
            assert!((scores.exact.value - scores.truth.value).abs() < 0.05, "{scores:?}");
        }
    }
}
