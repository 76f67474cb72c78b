//! Training a generator against a discriminator, with and without the score-matching regulariser of the
//! paper's section 4.2:
//!
//! ```text
//! min_G max_D  E_{x~p}[log D(x)] + E_{x~p_G}[log(1 - D(x))] + λ E_{x~p_G}[R(x)]
//! ```
//!
//! `G(z) = μ + σ F(z)` with `z ~ N(0, I₂)` and the moments of the data, `D = sigmoid(F((x-μ)/σ))`. A step is
//! some minibatches for `D` and one for `G`; both networks and all draws start from the seed alone, so two
//! runs that differ in `λ` only begin alike. What is measured is a running mean of the generator's parameters.
//!
//! Left out on purpose: the non-saturating loss and other changes of the game: its equilibrium would be
//! another one than that of the equation above, which is what training is compared with.

use super::error::{LearnError, check};
use super::network::{Activation, Cpu, Network, Tape, numbers, rows};
use super::optimiser::{Descent, Optimiser};
use super::regularisation::Regularisation;
pub use super::spec::{GanLosses, GanSpec};
use crate::math::Mixture;
use crate::math::random::{normals, stream};
use burn_core::module::{AutodiffModule, Module};
use burn_core::tensor::activation::log_sigmoid;
use burn_core::tensor::{Tensor, backend::Backend};
use burn_optim::GradientsParams;
use std::sync::Arc;

/// Numbers that a sample is made of.
pub const LATENT: usize = 2;
/// Loss of the discriminator at which training counts as diverged; guessing costs `2 log 2`.
const LIMIT: f64 = 1e3;
/// Kept of the running mean of the generator in a step.
const KEEP: f32 = 0.995;

/// A generator and a discriminator in training. A clone is a snapshot.
#[derive(Clone, Debug)]
pub struct GanTraining {
    spec: GanSpec,
    target: Arc<Mixture>,
    regularisation: Option<Regularisation>,
    generator: Network<Tape>,
    averaged: Network<Cpu>,
    discriminator: Network<Tape>,
    optimisers: [Optimiser; 2],
    mean: Vec<f64>,
    deviation: f64,
    steps: usize,
    /// Minibatches of the discriminator.
    batches: usize,
}

impl GanTraining {
    /// Training that has not begun. The regularisation is for a `λ` above 0.
    pub fn new(target: Arc<Mixture>, spec: &GanSpec, regularisation: Option<Regularisation>) -> Self {
        let dim = target.dim();
        let (mean, deviations) = target.moments();
        let deviation = (deviations.iter().map(|v| v * v).sum::<f64>() / dim as f64).sqrt();
        let network = |inputs, outputs, activation, number| {
            let draws = (spec.seed, stream::LEARN_WEIGHTS + number);
            Network::<Tape>::new(&spec.shape.widths(inputs, outputs), activation, 1.0, draws)
        };
        let generator = network(LATENT, dim, Activation::Silu, 0);
        Self {
            optimisers: spec.rates.map(|rate| Optimiser::new(Descent::Adam(0.5, 0.99), rate)),
            averaged: generator.valid(),
            generator,
            discriminator: network(dim, 1, Activation::LeakyRelu, 1),
            regularisation: regularisation.filter(|_| spec.lambda > 0.0),
            spec: *spec,
            target,
            mean,
            deviation,
            steps: 0,
            batches: 0,
        }
    }

    /// Steps done.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// A step: minibatches of the discriminator, then one of the generator.
    ///
    /// # Errors
    /// [`LearnError`] where a loss or a gradient is no finite number, or the loss too large.
    pub fn step(&mut self) -> Result<GanLosses, LearnError> {
        let mut losses = GanLosses::default();
        for _ in 0..self.spec.critic.max(1) {
            losses.discriminator = self.step_discriminator()?;
        }
        losses.generator = self.step_generator()?;
        self.steps += 1;
        let keep = KEEP.min((1.0 + self.steps as f32) / (10.0 + self.steps as f32));
        self.averaged = self.averaged.clone().towards(&self.generator.valid(), 1.0 - keep);
        Ok(losses)
    }

    fn step_discriminator(&mut self) -> Result<f64, LearnError> {
        let count = self.spec.batch;
        let first = self.batches.wrapping_mul(count);
        let made = self.generator.valid().forward(self.latent(first));
        self.batches += 1;
        let drawn = (0..count).flat_map(|i| self.target.sample(self.spec.seed, first.wrapping_add(i) as u32));
        let drawn = self.standardised(&drawn.collect::<Vec<_>>());
        let logits = self.discriminator.forward(Tensor::from_inner(Tensor::cat(vec![drawn, made], 0)));
        // -log D for the data and -log(1 - D) for the others, `1 - sigmoid(l)` being `sigmoid(-l)`.
        let signs = (0..2 * count).map(|i| if i < count { 1.0 } else { -1.0 }).collect();
        let loss = log_sigmoid(logits * rows(signs, 1)).sum().div_scalar(-(count as f32));
        let value = f64::from(loss.clone().into_scalar());
        check(self.steps + 1, "the discriminator's loss", value, LIMIT)?;
        let gradients = GradientsParams::from_grads(loss.backward(), &self.discriminator);
        let size = self.discriminator.size(&gradients);
        check(self.steps + 1, "the discriminator's gradient", size, f64::INFINITY)?;
        self.discriminator = self.optimisers[1].step(self.discriminator.clone(), gradients);
        Ok(value)
    }

    fn step_generator(&mut self) -> Result<f64, LearnError> {
        let (count, dim) = (self.spec.batch, self.mean.len());
        // Other draws than the discriminator has just seen.
        let made = self.generator.forward(self.latent(self.batches.wrapping_mul(count)));
        self.batches += 1;
        let logits = self.discriminator.clone().no_grad().forward(made.clone());
        let loss = log_sigmoid(-logits).mean();
        let value = f64::from(loss.clone().into_scalar());
        check(self.steps + 1, "the generator's loss", value.abs(), LIMIT)?;
        let places = self.place(made.clone().inner());
        let mut whole = loss;
        if let Some(regularisation) = self.regularisation.as_mut().filter(|_| self.steps >= self.spec.warm) {
            // Its gradient by the samples is known, so it goes in as a term that has this gradient.
            let pull = regularisation.gradient(&places, (self.spec.seed, self.steps));
            let factor = self.spec.lambda * self.deviation / count as f64;
            let pull = pull.into_iter().map(|pull| (factor * pull) as f32).collect();
            whole = whole + (made * rows(pull, dim)).sum();
        }
        let gradients = GradientsParams::from_grads(whole.backward(), &self.generator);
        check(self.steps + 1, "the generator's gradient", self.generator.size(&gradients), f64::INFINITY)?;
        self.generator = self.optimisers[0].step(self.generator.clone(), gradients);
        Ok(value)
    }

    /// Latent numbers of a minibatch.
    fn latent<B: Backend>(&self, first: usize) -> Tensor<B, 2> {
        let count = self.spec.batch * LATENT;
        let zs = normals(self.spec.seed, stream::LEARN_LATENT, first.wrapping_mul(LATENT), count);
        rows(zs.into_iter().map(|z| z as f32).collect(), LATENT)
    }

    /// Samples of what a generator's network says.
    fn place(&self, outputs: Tensor<Cpu, 2>) -> Vec<f64> {
        let outputs = numbers(outputs);
        let entries = outputs.chunks_exact(self.mean.len());
        let place = |(o, m): (&f32, &f64)| m + self.deviation * f64::from(*o);
        entries.flat_map(|row| row.iter().zip(&self.mean).map(place)).collect()
    }

    /// What a discriminator's network is given of places.
    fn standardised(&self, places: &[f64]) -> Tensor<Cpu, 2> {
        let places = places.chunks_exact(self.mean.len());
        let input = |(x, mean): (&f64, &f64)| ((x - mean) / self.deviation) as f32;
        rows(places.flat_map(|x| x.iter().zip(&self.mean).map(input)).collect(), self.mean.len())
    }

    /// What the mean generator makes of latent numbers, [`LATENT`] a sample: samples, or the image of a grid.
    pub fn generate(&self, latent: &[f32]) -> Vec<f64> {
        self.place(self.averaged.forward(rows(latent.to_vec(), LATENT)))
    }

    /// So many samples of the mean generator, from draws that training has not seen.
    pub fn samples(&self, count: usize) -> Vec<f64> {
        let zs = normals(self.spec.seed, stream::LEARN_TEST, 0, count * LATENT);
        self.generate(&zs.into_iter().map(|z| z as f32).collect::<Vec<_>>())
    }

    /// `D` at places, `d` numbers each.
    pub fn judge(&self, places: &[f64]) -> Vec<f64> {
        let logits = self.discriminator.valid().forward(self.standardised(places));
        numbers(logits).into_iter().map(|logit| sigmoid(f64::from(logit))).collect()
    }

    /// `∂/∂x log(D/(1-D))` at places, `d` numbers each: the way to what looks more like data.
    pub fn pull(&self, places: &[f64]) -> Vec<f64> {
        let inputs = Tensor::<Tape, 2>::from_inner(self.standardised(places)).require_grad();
        let logits = self.discriminator.clone().no_grad().forward(inputs.clone());
        let pulls = inputs.grad(&logits.sum().backward()).map(numbers).unwrap_or_default();
        pulls.into_iter().map(|pull| f64::from(pull) / self.deviation).collect()
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::measures::Yardstick;
    use crate::learn::regularisation::Weights;
    use crate::learn::spec::Shape;
    use crate::math::targets::Preset;
    use crate::math::{Equilibrium, Regulariser, Sampling, Schedule};

    fn training(preset: Preset, lambda: f64, rate: f64) -> GanTraining {
        let target = Arc::new(preset.mixture());
        let schedule = Schedule::Cosine.steps(20);
        let regularisation = Regularisation::exact(Arc::clone(&target), Weights::Paper, &schedule);
        let shape = Shape { width: 32, depth: 2 };
        let spec = GanSpec { shape, lambda, warm: 0, rates: [rate; 2], critic: 1, batch: 128, seed: 2 };
        GanTraining::new(target, &spec, Some(regularisation))
    }

    fn after(mut training: GanTraining, steps: usize) -> GanTraining {
        for _ in 0..steps {
            training.step().expect("a step");
        }
        training
    }

    /// A Gaussian is within reach of a small generator, and the regulariser makes it as much narrower as the
    /// equilibrium says, whose mean of `-log p` is `KL(p_G || p)` and the entropy of `p_G`.
    #[test]
    fn a_gaussian_is_matched_and_the_regulariser_sharpens_it() {
        let target = Arc::new(Preset::Gaussian2.mixture());
        let yardstick = Yardstick::new(&target).expect("two dimensions");
        let mut sampling = Sampling::new(Arc::clone(&target), Arc::new(Regulariser::Exact), false, -10.0);
        while !sampling.advance() {}
        let spectrum = sampling.finish();
        let mut reached = [0.0; 2];
        for (reached, lambda) in reached.iter_mut().zip([0.0, 0.5]) {
            let samples = after(training(Preset::Gaussian2, lambda, 2e-3), 900).samples(4000);
            *reached = yardstick.measure(&samples).cross_entropy;
            let equilibrium = Equilibrium::solve(&spectrum, lambda).measures(&spectrum);
            let predicted = equilibrium.kl + equilibrium.entropy;
            assert!((*reached - predicted).abs() < 0.4, "{lambda}: {reached} {predicted}");
        }
        assert!(reached[1] < reached[0] - 0.2, "{reached:?}");
    }

    #[test]
    fn runs_begin_alike_and_repeat() {
        let samples = |lambda, steps| after(training(Preset::Ring8, lambda, 1e-3), steps).samples(16);
        assert_eq!(samples(0.0, 0), samples(0.5, 0));
        assert_eq!(samples(0.5, 5), samples(0.5, 5));
        assert_ne!(samples(0.0, 5), samples(0.5, 5));
    }

    /// Against central differences of the logit.
    #[test]
    fn discriminators_pull_up_their_logit() {
        let trained = after(training(Preset::Ring8, 0.0, 1e-3), 60);
        let logit = |x: [f64; 2]| {
            let d = trained.judge(&x)[0];
            (d / (1.0 - d)).ln()
        };
        let (x, h) = ([0.7, -1.1], 1e-3);
        let pull = trained.pull(&x);
        for (i, exact) in pull.iter().enumerate() {
            let shifted = |by: f64| logit([0, 1].map(|j| x[j] + if i == j { by } else { 0.0 }));
            let difference = (shifted(h) - shifted(-h)) / (2.0 * h);
            assert!((difference - exact).abs() < 0.02 * exact.abs() + 2e-3, "{difference} {exact}");
        }
    }

    #[test]
    fn divergence_is_found() {
        let mut training = training(Preset::Ring8, 0.0, 1e6);
        assert!((0..100).any(|_| training.step().is_err()));
    }
}
