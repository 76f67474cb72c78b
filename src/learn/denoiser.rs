//! A noise predictor `ε̂(y, t)` made of a network `F`, given a context or not.
//!
//! ```text
//! v(t) = t + (1-t) σ²,    ε̂ = √t (y - √(1-t) μ)/v(t) + √(1-t) √(t/(t+τ)) F((y - √(1-t) μ)/√v, λ, z)
//! ```
//!
//! with the mean `μ` and the mean variance `σ²` of the training data. The first term is right for
//! `N(μ, σ² I)`, and for any data as `t → 1`; so the second one needs to say nothing there. As `t → 0`
//! `ε̂ = -√t s` fades, and `√(t/(t+τ))` lets it; `τ` is fixed. A network whose last layer is 0 predicts the
//! noise of `N(μ, σ² I)`: from there training starts.
//!
//! Times enter as `λ/10` and sines and cosines of `λ/4`, `λ/2` and `λ`.
//!
//! Left out on purpose: how it is trained ([`super::denoising`]).

use super::network::{Activation, Network, Pass};
pub use super::spec::Shape;
use crate::math::{Mixture, Time};
use fearless_simd::Level;

/// Below this `t` predictions fade: finer details than `√τ` are learned more slowly.
const FADE: f64 = 0.05;
/// Frequencies in `λ`.
const FREQUENCIES: [f64; 3] = [0.25, 0.5, 1.0];
/// Inputs that say what time it is.
const CLOCK: usize = 1 + 2 * FREQUENCIES.len();

/// Mean and standard deviation of something.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    mean: f64,
    deviation: f64,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Denoiser {
    /// `F`.
    pub network: Network,
    /// `μ`.
    mean: Vec<f64>,
    /// `σ²`.
    variance: f64,
    /// Of the contexts, one a coordinate.
    contexts: Vec<Scale>,
}

/// A batch of places with their times, and what the network makes of it.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// `y`, `d` numbers an entry.
    pub places: Vec<f64>,
    /// `t`, one an entry.
    pub times: Vec<Time>,
    /// `z`, as many numbers an entry as there are contexts.
    pub contexts: Vec<f64>,
    /// `ε̂`, `d` numbers an entry, after [`Denoiser::predict`].
    pub noise: Vec<f64>,
    pass: Pass,
    by_outputs: Vec<f32>,
    by_inputs: Vec<f32>,
}

/// Factors at a time.
struct Factors {
    signal: f64,
    /// `√t/v`.
    skip: f64,
    /// `√(1-t) √(t/(t+τ))`.
    out: f64,
    /// `1/√v`.
    scale: f64,
}

impl Denoiser {
    /// An untrained one for data like these, of which the first `given` coordinates (fewer than all) are
    /// contexts: `ε̂` is the noise of a Gaussian with the mean and the mean variance of the others. `draws`
    /// are seed and stream of the first weights.
    pub fn new(data: &Mixture, given: usize, shape: Shape, draws: (u32, u32)) -> Self {
        let (mut mean, deviations) = data.moments();
        let given = given.min(data.dim() - 1);
        let dim = data.dim() - given;
        let variance = deviations[given..].iter().map(|v| v * v).sum::<f64>() / dim as f64;
        let scale = |(mean, deviation): (&f64, &f64)| Scale { mean: *mean, deviation: *deviation };
        let contexts = mean.iter().zip(&deviations).take(given).map(scale).collect();
        mean.drain(..given);
        let network = Network::new(&shape.widths(dim + CLOCK + given, dim), Activation::Silu, 0.0, draws);
        Self { network, mean, variance, contexts }
    }

    /// Dimension `d` of what is predicted.
    pub fn dim(&self) -> usize {
        self.mean.len()
    }

    /// Numbers that are given with a place.
    pub fn given(&self) -> usize {
        self.contexts.len()
    }

    fn factors(&self, time: Time) -> Factors {
        let (t, signal) = (time.t(), time.one_minus_t());
        let total = t + signal * self.variance;
        Factors {
            signal: signal.sqrt(),
            skip: t.sqrt() / total,
            out: (signal * t / (t + FADE)).sqrt(),
            scale: total.sqrt().recip(),
        }
    }

    /// Predicts the noise at all places of a batch.
    pub fn predict(&self, level: Level, batch: &mut Batch) {
        let dim = self.dim();
        let count = batch.times.len();
        let Batch { places, times, contexts, noise, pass, .. } = batch;
        let inputs = pass.inputs(&self.network, count);
        let mut clock = (None, [0.0f32; CLOCK]);
        for (i, row) in inputs.chunks_exact_mut(self.network.inputs()).enumerate() {
            let f = self.factors(times[i]);
            for (j, mean) in self.mean.iter().enumerate() {
                row[j] = (f.scale * (places[i * dim + j] - f.signal * mean)) as f32;
            }
            if clock.0 != Some(times[i]) {
                clock = (Some(times[i]), features(times[i]));
            }
            row[dim..dim + CLOCK].copy_from_slice(&clock.1);
            for (k, scale) in self.contexts.iter().enumerate() {
                let z = contexts[i * self.contexts.len() + k];
                row[dim + CLOCK + k] = ((z - scale.mean) / scale.deviation) as f32;
            }
        }
        let outputs = self.network.forward(level, pass);
        noise.resize(count * dim, 0.0);
        for (i, time) in times.iter().enumerate() {
            let f = self.factors(*time);
            for (j, mean) in self.mean.iter().enumerate() {
                let at = i * dim + j;
                noise[at] = f.skip * (places[at] - f.signal * mean) + f.out * f64::from(outputs[at]);
            }
        }
    }

    /// After [`Denoiser::predict`]: adds `vᵀ ∂ε̂/∂θ` to a gradient, `v` being `d` numbers an entry.
    pub fn by_parameters(&self, level: Level, batch: &mut Batch, v: &[f64], gradient: &mut [f32]) {
        self.weigh(batch, v);
        self.network.backward(level, &mut batch.pass, &batch.by_outputs, Some(gradient), None);
    }

    /// After [`Denoiser::predict`]: `vᵀ ∂ε̂/∂y`, `d` numbers an entry, by the chain rule through `F`.
    pub fn by_places(&self, level: Level, batch: &mut Batch, v: &[f64]) -> Vec<f64> {
        self.weigh(batch, v);
        let (dim, width) = (self.dim(), self.network.inputs());
        batch.by_inputs.resize(batch.times.len() * width, 0.0);
        let Batch { times, pass, by_outputs, by_inputs, .. } = batch;
        self.network.backward(level, pass, by_outputs, None, Some(by_inputs));
        let mut product = v.to_vec();
        for (i, row) in product.chunks_exact_mut(dim).enumerate() {
            let f = self.factors(times[i]);
            for (j, entry) in row.iter_mut().enumerate() {
                *entry = f.skip * *entry + f.scale * f64::from(by_inputs[i * width + j]);
            }
        }
        product
    }

    /// `v` times the factor on `F`.
    fn weigh(&self, batch: &mut Batch, v: &[f64]) {
        let dim = self.dim();
        batch.by_outputs.clear();
        for (time, v) in batch.times.iter().zip(v.chunks_exact(dim)) {
            let out = self.factors(*time).out;
            batch.by_outputs.extend(v.iter().map(|v| (out * v) as f32));
        }
    }
}

fn features(time: Time) -> [f32; CLOCK] {
    let lambda = time.lambda();
    let mut row = [(0.1 * lambda) as f32; CLOCK];
    for (pair, frequency) in row[1..].chunks_exact_mut(2).zip(FREQUENCIES) {
        let (sine, cosine) = (frequency * lambda).sin_cos();
        pair.copy_from_slice(&[sine as f32, cosine as f32]);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Scratch;
    use crate::math::random::normals;
    use crate::math::targets::Preset;
    use crate::math::{Component, Covariance};

    const SHAPE: Shape = Shape { width: 24, depth: 2 };

    fn batch(dim: usize, times: &[f64]) -> Batch {
        Batch {
            places: normals(5, 1, 0, dim * times.len()),
            times: times.iter().map(|t| Time::from_t(*t).expect("a time")).collect(),
            ..Batch::default()
        }
    }

    /// An untrained one predicts the noise of the Gaussian with the moments of the data.
    #[test]
    fn training_starts_from_a_gaussian() {
        let covariance = Covariance::Isotropic(2.5);
        let data = Mixture::new(&[Component { weight: 1.0, mean: vec![1.0, -2.0], covariance }]);
        let data = data.expect("a mixture");
        let denoiser = Denoiser::new(&data, 0, SHAPE, (1, 1));
        let mut batch = batch(2, &[1e-4, 0.3, 0.9, 0.9999]);
        denoiser.predict(Level::new(), &mut batch);
        let mut scratch = Scratch::default();
        for (i, time) in batch.times.iter().enumerate() {
            data.at(*time).evaluate(&batch.places[2 * i..2 * i + 2], &mut scratch);
            for j in 0..2 {
                let exact = -time.t().sqrt() * scratch.score[j];
                assert!((batch.noise[2 * i + j] - exact).abs() < 1e-6);
            }
        }
    }

    /// The product with the Jacobian, against central differences.
    #[test]
    fn gradients_by_place_are_those_of_differences() {
        let mut denoiser = Denoiser::new(&Preset::Three.mixture(), 0, SHAPE, (1, 1));
        // An untrained last layer is 0.
        let bump = normals(8, 2, 0, denoiser.network.parameters.len());
        denoiser.network.parameters.iter_mut().zip(bump).for_each(|(p, z)| *p += 0.1 * z as f32);
        let mut here = batch(2, &[0.01, 0.2, 0.7]);
        let v = [0.5, -1.0, 2.0, 0.3, -0.4, 1.5];
        let level = Level::new();
        denoiser.predict(level, &mut here);
        let product = denoiser.by_places(level, &mut here, &v);
        let h = 1e-2;
        for (at, exact) in product.iter().enumerate() {
            let shifted = |by: f64| {
                let mut there = here.clone();
                there.places[at] += by;
                denoiser.predict(level, &mut there);
                there.noise.iter().zip(v).map(|(n, v)| n * v).sum::<f64>()
            };
            let difference = (shifted(h) - shifted(-h)) / (2.0 * h);
            assert!(
                (difference - exact).abs() < 2e-3 * difference.abs().max(1.0),
                "{at}: {difference} {exact}"
            );
        }
    }
}
