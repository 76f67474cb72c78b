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

use super::Level;
use super::error::{LearnError, check};
use super::network::{Activation, Network, Pass};
use super::optimiser::{Descent, Optimiser};
use super::regularisation::Regularisation;
pub use super::spec::{GanLosses, GanSpec};
use crate::math::Mixture;
use crate::math::random::{normals, stream};
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
    generator: Network,
    averaged: Vec<f32>,
    discriminator: Network,
    optimisers: [Optimiser; 2],
    mean: Vec<f64>,
    deviation: f64,
    steps: usize,
    /// Minibatches of the discriminator.
    batches: usize,
    passes: [Pass; 2],
    gradients: [Vec<f32>; 2],
    level: Level,
}

impl GanTraining {
    /// Training that has not begun. The regularisation is for a `λ` above 0.
    pub fn new(
        target: Arc<Mixture>,
        spec: &GanSpec,
        regularisation: Option<Regularisation>,
        level: Level,
    ) -> Self {
        let dim = target.dim();
        let (mean, deviations) = target.moments();
        let deviation = (deviations.iter().map(|v| v * v).sum::<f64>() / dim as f64).sqrt();
        let generator = Network::new(
            &spec.shape.widths(LATENT, dim),
            Activation::Silu,
            1.0,
            (spec.seed, stream::LEARN_WEIGHTS),
        );
        let discriminator = Network::new(
            &spec.shape.widths(dim, 1),
            Activation::LeakyRelu,
            1.0,
            (spec.seed, stream::LEARN_WEIGHTS + 1),
        );
        let rule = Descent::Adam(0.5, 0.99);
        let optimiser =
            |network: &Network, rate: f64| Optimiser::new(rule, rate as f32, network.parameters.len());
        Self {
            optimisers: [optimiser(&generator, spec.rates[0]), optimiser(&discriminator, spec.rates[1])],
            gradients: [vec![0.0; generator.parameters.len()], vec![0.0; discriminator.parameters.len()]],
            averaged: generator.parameters.clone(),
            regularisation: regularisation.filter(|_| spec.lambda > 0.0),
            spec: *spec,
            target,
            generator,
            discriminator,
            mean,
            deviation,
            steps: 0,
            batches: 0,
            passes: [Pass::default(), Pass::default()],
            level,
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
        for (mean, now) in self.averaged.iter_mut().zip(&self.generator.parameters) {
            *mean += (1.0 - keep) * (now - *mean);
        }
        Ok(losses)
    }

    fn step_discriminator(&mut self) -> Result<f64, LearnError> {
        let (count, dim, level) = (self.spec.batch, self.mean.len(), self.level);
        let first = self.batches.wrapping_mul(count);
        let made = self.make(first, count);
        self.batches += 1;
        let drawn = (0..count).flat_map(|i| self.target.sample(self.spec.seed, first.wrapping_add(i) as u32));
        let all: Vec<f64> = drawn.chain(made).collect();
        let [_, pass] = &mut self.passes;
        standardise(pass.inputs(&self.discriminator, 2 * count), &all, &self.mean, self.deviation);
        let logits = self.discriminator.forward(level, pass);
        let mut loss = 0.0;
        let mut by_logits = Vec::with_capacity(2 * count);
        for (i, logit) in logits.iter().enumerate() {
            // -log sigmoid(±l) = softplus(∓l), and its derivative.
            let sign = if i < count { -1.0 } else { 1.0 };
            let signed = sign * f64::from(*logit);
            loss += softplus(signed) / count as f64;
            by_logits.push((sign * sigmoid(signed) / count as f64) as f32);
        }
        debug_assert_eq!(all.len(), 2 * count * dim);
        check(self.steps + 1, "the discriminator's loss", loss, LIMIT)?;
        let [_, gradient] = &mut self.gradients;
        gradient.fill(0.0);
        self.discriminator.backward(level, pass, &by_logits, Some(gradient), None);
        self.optimisers[1].step(level, &mut self.discriminator.parameters, gradient);
        Ok(loss)
    }

    fn step_generator(&mut self) -> Result<f64, LearnError> {
        let (count, dim, level) = (self.spec.batch, self.mean.len(), self.level);
        // Other draws than the discriminator has just seen.
        let places = self.make(self.batches.wrapping_mul(count), count);
        self.batches += 1;
        let [made, judged] = &mut self.passes;
        standardise(judged.inputs(&self.discriminator, count), &places, &self.mean, self.deviation);
        let logits = self.discriminator.forward(level, judged);
        // log(1 - D) = -softplus(l).
        let loss = -logits.iter().map(|l| softplus(f64::from(*l))).sum::<f64>() / count as f64;
        let by_logits: Vec<f32> =
            logits.iter().map(|l| (-sigmoid(f64::from(*l)) / count as f64) as f32).collect();
        let mut by_outputs = vec![0.0f32; count * dim];
        self.discriminator.backward(level, judged, &by_logits, None, Some(&mut by_outputs));
        check(self.steps + 1, "the generator's loss", loss.abs(), LIMIT)?;
        if let Some(regularisation) = self.regularisation.as_mut().filter(|_| self.steps >= self.spec.warm) {
            let pull = regularisation.gradient(level, &places, (self.spec.seed, self.steps));
            let factor = self.spec.lambda * self.deviation / count as f64;
            for (out, pull) in by_outputs.iter_mut().zip(pull) {
                *out += (factor * pull) as f32;
            }
        }
        let [gradient, _] = &mut self.gradients;
        gradient.fill(0.0);
        self.generator.backward(level, made, &by_outputs, Some(gradient), None);
        let length = gradient.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>();
        check(self.steps + 1, "the generator's gradient", length, f64::INFINITY)?;
        self.optimisers[0].step(level, &mut self.generator.parameters, gradient);
        Ok(loss)
    }

    /// Samples of the generator as it is, and its pass for going backwards.
    fn make(&mut self, first: usize, count: usize) -> Vec<f64> {
        let zs = normals(self.spec.seed, stream::LEARN_LATENT, first.wrapping_mul(LATENT), count * LATENT);
        let [pass, _] = &mut self.passes;
        let inputs = pass.inputs(&self.generator, count);
        inputs.iter_mut().zip(zs).for_each(|(input, z)| *input = z as f32);
        let outputs = self.generator.forward(self.level, pass);
        place(outputs, &self.mean, self.deviation)
    }

    /// What the mean generator makes of latent numbers, [`LATENT`] a sample: samples, or the image of a grid.
    pub fn generate(&self, latent: &[f32]) -> Vec<f64> {
        let mut generator = self.generator.clone();
        generator.parameters.clone_from(&self.averaged);
        let mut pass = Pass::default();
        pass.inputs(&generator, latent.len() / LATENT).copy_from_slice(latent);
        place(generator.forward(self.level, &mut pass), &self.mean, self.deviation)
    }

    /// So many samples of the mean generator, from draws that training has not seen.
    pub fn samples(&self, count: usize) -> Vec<f64> {
        let zs = normals(self.spec.seed, stream::LEARN_TEST, 0, count * LATENT);
        self.generate(&zs.into_iter().map(|z| z as f32).collect::<Vec<_>>())
    }

    /// `D` at places, `d` numbers each.
    pub fn judge(&self, places: &[f64]) -> Vec<f64> {
        let mut pass = Pass::default();
        let inputs = pass.inputs(&self.discriminator, places.len() / self.mean.len());
        standardise(inputs, places, &self.mean, self.deviation);
        let logits = self.discriminator.forward(self.level, &mut pass);
        logits.iter().map(|l| sigmoid(f64::from(*l))).collect()
    }

    /// `∂/∂x log(D/(1-D))` at places, `d` numbers each: the way to what looks more like data.
    pub fn pull(&self, places: &[f64]) -> Vec<f64> {
        let mut pass = Pass::default();
        let count = places.len() / self.mean.len();
        standardise(pass.inputs(&self.discriminator, count), places, &self.mean, self.deviation);
        self.discriminator.forward(self.level, &mut pass);
        let mut pulls = vec![0.0f32; places.len()];
        self.discriminator.backward(self.level, &mut pass, &vec![1.0; count], None, Some(&mut pulls));
        pulls.into_iter().map(|pull| f64::from(pull) / self.deviation).collect()
    }
}

fn place(outputs: &[f32], mean: &[f64], deviation: f64) -> Vec<f64> {
    let rows = outputs.chunks_exact(mean.len());
    rows.flat_map(|row| row.iter().zip(mean).map(|(o, m)| m + deviation * f64::from(*o))).collect()
}

fn standardise(inputs: &mut [f32], places: &[f64], mean: &[f64], deviation: f64) {
    for (inputs, places) in inputs.chunks_exact_mut(mean.len()).zip(places.chunks_exact(mean.len())) {
        for ((input, x), mean) in inputs.iter_mut().zip(places).zip(mean) {
            *input = ((x - mean) / deviation) as f32;
        }
    }
}

/// `log(1 + e^x)`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
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
        GanTraining::new(target, &spec, Some(regularisation), Level::new())
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
