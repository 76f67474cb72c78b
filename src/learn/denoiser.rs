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

use super::network::{Activation, Cpu, Network, Tape, numbers, rows};
pub use super::spec::Shape;
use crate::math::{Mixture, Time};
use burn_core::module::{AutodiffModule, Module};
use burn_core::tensor::{Tensor, backend::Backend};

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
    pub network: Network<Cpu>,
    frame: Frame,
}

/// What turns `F` into `ε̂`, fixed before training.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
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

impl Frame {
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

    /// What `F` is given of a batch.
    pub(super) fn inputs<B: Backend>(&self, batch: &Batch) -> Tensor<B, 2> {
        let dim = self.mean.len();
        let width = dim + CLOCK + self.contexts.len();
        let mut inputs = Vec::with_capacity(batch.times.len() * width);
        let mut clock = (None, [0.0f32; CLOCK]);
        for (i, time) in batch.times.iter().enumerate() {
            let f = self.factors(*time);
            let place = batch.places[i * dim..].iter().zip(&self.mean);
            inputs.extend(place.map(|(y, mean)| (f.scale * (y - f.signal * mean)) as f32));
            if clock.0 != Some(*time) {
                clock = (Some(*time), features(*time));
            }
            inputs.extend(clock.1);
            let context = batch.contexts[i * self.contexts.len()..].iter().zip(&self.contexts);
            inputs.extend(context.map(|(z, scale)| ((z - scale.mean) / scale.deviation) as f32));
        }
        rows(inputs, width)
    }

    /// The first term of `ε̂`, which `F` has no part in, `d` numbers an entry.
    pub(super) fn base(&self, batch: &Batch) -> Vec<f64> {
        let places = batch.places.chunks_exact(self.mean.len()).zip(&batch.times);
        let noise = places.flat_map(|(y, time)| {
            let f = self.factors(*time);
            y.iter().zip(&self.mean).map(move |(y, mean)| f.skip * (y - f.signal * mean))
        });
        noise.collect()
    }

    /// `E‖ε - ε̂‖²` of the first term of `ε̂` alone at `x`, in closed form: `d (1 - √t a)² + (1-t) a² ‖x-μ‖²` with
    /// `a = √t/v(t)`.
    pub(super) fn base_error(&self, time: Time, x: &[f64]) -> f64 {
        let f = self.factors(time);
        let square = x.iter().zip(&self.mean).map(|(x, mean)| (x - mean).powi(2)).sum::<f64>();
        x.len() as f64 * (1.0 - time.t().sqrt() * f.skip).powi(2) + (f.signal * f.skip).powi(2) * square
    }

    /// The factor on `F`, one an entry.
    pub(super) fn weights(&self, batch: &Batch) -> Vec<f64> {
        batch.times.iter().map(|time| self.factors(*time).out).collect()
    }
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
        Self { network, frame: Frame { mean, variance, contexts } }
    }

    /// Dimension `d` of what is predicted.
    pub fn dim(&self) -> usize {
        self.frame.mean.len()
    }

    /// Numbers that are given with a place.
    pub fn given(&self) -> usize {
        self.frame.contexts.len()
    }

    pub(super) fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Predicts the noise at all places of a batch.
    pub fn predict(&self, batch: &mut Batch) {
        let dim = self.dim();
        let outputs = numbers(self.network.forward(self.frame.inputs(batch)));
        batch.noise = self.frame.base(batch);
        let terms = outputs.chunks_exact(dim).zip(self.frame.weights(batch));
        for (noise, (outputs, out)) in batch.noise.chunks_exact_mut(dim).zip(terms) {
            noise.iter_mut().zip(outputs).for_each(|(noise, o)| *noise += out * f64::from(*o));
        }
    }

    /// `vᵀ ∂ε̂/∂y`, `d` numbers an entry, `v` being as many: by the chain rule through `F`.
    pub fn by_places(&self, batch: &Batch, v: &[f64]) -> Vec<f64> {
        let dim = self.dim();
        let inputs = self.frame.inputs::<Tape>(batch).require_grad();
        let width = inputs.dims()[1];
        let weighted = v.chunks_exact(dim).zip(self.frame.weights(batch));
        let weighted = weighted.flat_map(|(v, out)| v.iter().map(move |v| (out * v) as f32)).collect();
        let outputs = Network::<Tape>::from_inner(self.network.clone()).no_grad().forward(inputs.clone());
        let gradients = (outputs * rows(weighted, dim)).sum().backward();
        let by_inputs = inputs.grad(&gradients).map(numbers).unwrap_or_default();
        let mut product = v.to_vec();
        let entries = product.chunks_exact_mut(dim).zip(by_inputs.chunks_exact(width)).zip(&batch.times);
        for ((product, by_inputs), time) in entries {
            let f = self.frame.factors(*time);
            for (entry, by_input) in product.iter_mut().zip(by_inputs) {
                *entry = f.skip * *entry + f.scale * f64::from(*by_input);
            }
        }
        product
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
        denoiser.predict(&mut batch);
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
        let mut parameters = denoiser.network.parameters();
        let bump = normals(8, 2, 0, parameters.len());
        parameters.iter_mut().zip(bump).for_each(|(p, z)| *p += 0.1 * z as f32);
        denoiser.network = Network::of(&SHAPE.widths(2 + CLOCK, 2), Activation::Silu, &parameters);
        let here = batch(2, &[0.01, 0.2, 0.7]);
        let v = [0.5, -1.0, 2.0, 0.3, -0.4, 1.5];
        let product = denoiser.by_places(&here, &v);
        let h = 1e-2;
        for (at, exact) in product.iter().enumerate() {
            let shifted = |by: f64| {
                let mut there = here.clone();
                there.places[at] += by;
                denoiser.predict(&mut there);
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
