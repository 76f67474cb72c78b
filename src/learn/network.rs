//! A chain of dense layers, `a_{l+1} = h(a_l W_l + b_l)`, the last without `h`, forwards and backwards for
//! a batch at once.
//!
//! ```text
//! δ_l = (δ_{l+1} W_{l+1}ᵀ) h'(z_l),   ∂/∂W_l = a_lᵀ δ_l,   ∂/∂b_l = Σ δ_l,   ∂/∂a_0 = δ_0 W_0ᵀ
//! ```
//!
//! All parameters are one list of numbers, layer by layer, `W` row by row (a row an input) and then `b`, so
//! that an optimiser needs to know nothing of layers.
//!
//! Left out on purpose: normalisation, dropout, convolutions: the networks have two or three inputs.

use super::gemm::{Strided, multiply};
use super::lanes;
use crate::math::random::normals;
use fearless_simd::Level;

/// The function between layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Activation {
    /// `z σ(z)`, with all derivatives: what a score should be made of.
    #[default]
    Silu,
    /// `max(z, z/5)`, usual in discriminators.
    LeakyRelu,
}

/// A network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    widths: Vec<usize>,
    activation: Activation,
    /// Weights and biases.
    pub parameters: Vec<f32>,
}

/// What a pass forwards leaves for the one backwards; kept by the caller, so that training does not
/// allocate.
#[derive(Clone, Debug, Default)]
pub struct Pass {
    /// Entries of the batch.
    batch: usize,
    /// `a_l`, the inputs first and the outputs last.
    values: Vec<Vec<f32>>,
    /// `h'(z_l)`.
    slopes: Vec<Vec<f32>>,
    /// `δ_l` and `δ_{l+1}`.
    deltas: [Vec<f32>; 2],
    /// A matrix of weights, transposed.
    transposed: Vec<f32>,
}

impl Pass {
    /// The inputs of a batch, zero, for the caller to write.
    pub fn inputs(&mut self, network: &Network, batch: usize) -> &mut [f32] {
        self.batch = batch;
        self.values.resize(network.widths.len(), Vec::new());
        self.slopes.resize(network.widths.len().saturating_sub(2), Vec::new());
        for (values, width) in self.values.iter_mut().zip(&network.widths) {
            values.resize(batch * width, 0.0);
        }
        for (slopes, width) in self.slopes.iter_mut().zip(&network.widths[1..]) {
            slopes.resize(batch * width, 0.0);
        }
        &mut self.values[0]
    }

    /// The outputs of the last pass forwards.
    pub fn outputs(&self) -> &[f32] {
        self.values.last().map_or(&[], |values| values)
    }
}

impl Network {
    /// A network with layers of these widths, inputs first and outputs last. Weights are drawn from
    /// `N(0, g/inputs)` with `g = 2` (1 for the last layer), biases are 0; `last` is a factor on the last
    /// layer's weights.
    pub fn new(widths: &[usize], activation: Activation, last: f64, (seed, stream): (u32, u32)) -> Self {
        let layers = widths.windows(2).count();
        let mut parameters = Vec::new();
        for (layer, pair) in widths.windows(2).enumerate() {
            let is_last = layer + 1 == layers;
            let scale = if is_last { last } else { 2f64.sqrt() } / (pair[0] as f64).sqrt();
            let weights = normals(seed, stream, parameters.len(), pair[0] * pair[1]);
            parameters.extend(weights.into_iter().map(|z| (scale * z) as f32));
            parameters.resize(parameters.len() + pair[1], 0.0);
        }
        Self { widths: widths.to_vec(), activation, parameters }
    }

    /// Inputs of an entry of a batch.
    pub fn inputs(&self) -> usize {
        self.widths.first().copied().unwrap_or(0)
    }

    /// Outputs of an entry of a batch.
    pub fn outputs(&self) -> usize {
        self.widths.last().copied().unwrap_or(0)
    }

    /// Multiplications of a pass forwards, an entry of a batch.
    pub fn cost(&self) -> usize {
        self.widths.windows(2).map(|pair| pair[0] * pair[1]).sum()
    }

    /// Carries the inputs of a pass forwards; its outputs are what the network says.
    pub fn forward<'a>(&self, level: Level, pass: &'a mut Pass) -> &'a [f32] {
        let batch = pass.batch;
        let mut start = 0;
        for (layer, pair) in self.widths.windows(2).enumerate() {
            let [inputs, outputs] = [pair[0], pair[1]];
            let (weights, biases) = self.layer(start, inputs, outputs);
            start += (inputs + 1) * outputs;
            let (before, after) = pass.values.split_at_mut(layer + 1);
            let (from, to) = (&before[layer], &mut after[0]);
            for row in to.chunks_exact_mut(outputs) {
                row.copy_from_slice(biases);
            }
            multiply(level, [batch, inputs, outputs], Strided::plain(from, inputs), weights, to, true);
            if let Some(slopes) = pass.slopes.get_mut(layer) {
                match self.activation {
                    Activation::Silu => lanes::silu(level, to, slopes),
                    Activation::LeakyRelu => lanes::leaky_relu(level, to, slopes),
                }
            }
        }
        pass.outputs()
    }

    /// Carries `∂/∂outputs` backwards through the last pass forwards: adds to the gradient by the
    /// parameters, or leaves it out, and writes the gradient by the inputs where that is wanted.
    pub fn backward(
        &self,
        level: Level,
        pass: &mut Pass,
        by_outputs: &[f32],
        mut by_parameters: Option<&mut [f32]>,
        by_inputs: Option<&mut [f32]>,
    ) {
        let batch = pass.batch;
        let Pass { values, slopes, deltas: [delta, next], transposed, .. } = pass;
        delta.clear();
        delta.extend_from_slice(by_outputs);
        let mut end = self.parameters.len();
        let mut to_inputs = by_inputs;
        for (layer, pair) in self.widths.windows(2).enumerate().rev() {
            let [inputs, outputs] = [pair[0], pair[1]];
            let start = end - (inputs + 1) * outputs;
            if let Some(gradient) = by_parameters.as_deref_mut() {
                let (weights, biases) = gradient[start..end].split_at_mut(inputs * outputs);
                let from = Strided::transposed(&values[layer], inputs);
                multiply(level, [inputs, batch, outputs], from, delta, weights, true);
                for row in delta.chunks_exact(outputs) {
                    biases.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
                }
            }
            let (weights, _) = self.layer(start, inputs, outputs);
            end = start;
            if layer == 0 && to_inputs.is_none() {
                return;
            }
            transpose(weights, [inputs, outputs], transposed);
            next.resize(batch * inputs, 0.0);
            let from = Strided::plain(delta, outputs);
            multiply(level, [batch, outputs, inputs], from, transposed, next, false);
            match layer.checked_sub(1) {
                Some(below) => {
                    lanes::scale(level, next, &slopes[below]);
                    std::mem::swap(delta, next);
                }
                None => {
                    if let Some(out) = to_inputs.take() {
                        out.copy_from_slice(next);
                    }
                }
            }
        }
    }

    fn layer(&self, start: usize, inputs: usize, outputs: usize) -> (&[f32], &[f32]) {
        self.parameters[start..start + (inputs + 1) * outputs].split_at(inputs * outputs)
    }
}

fn transpose(from: &[f32], [height, width]: [usize; 2], to: &mut Vec<f32>) {
    to.resize(height * width, 0.0);
    for (i, row) in from.chunks_exact(width).enumerate() {
        for (j, value) in row.iter().enumerate() {
            to[j * height + i] = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Σ c·out` and its gradients.
    fn gradients(network: &Network, x: &[f32], c: &[f32]) -> (f64, Vec<f32>, Vec<f32>) {
        let (mut pass, level) = (Pass::default(), Level::new());
        pass.inputs(network, x.len() / network.inputs()).copy_from_slice(x);
        let value = network.forward(level, &mut pass);
        let value = value.iter().zip(c).map(|(v, c)| f64::from(*v) * f64::from(*c)).sum();
        let mut by = [vec![0.0; network.parameters.len()], vec![0.0; x.len()]];
        let [parameters, inputs] = &mut by;
        network.backward(level, &mut pass, c, Some(parameters), Some(inputs));
        let [parameters, inputs] = by;
        (value, parameters, inputs)
    }

    /// Both gradients, by every parameter and every input, against central differences.
    #[test]
    fn gradients_are_those_of_differences() {
        for activation in [Activation::Silu, Activation::LeakyRelu] {
            let network = Network::new(&[3, 21, 18, 2], activation, 1.0, (4, 7));
            let draw = |stream, count| -> Vec<f32> {
                normals(9, stream, 0, count).into_iter().map(|z| z as f32).collect()
            };
            let (x, c) = (draw(0, 5 * 3), draw(1, 5 * 2));
            let (_, by_parameters, by_inputs) = gradients(&network, &x, &c);
            let h = 2e-3f32;
            let value = |network: &Network, x: &[f32]| gradients(network, x, &c).0;
            let (mut off, mut length) = (0.0f64, 0.0f64);
            for (i, exact) in by_parameters.iter().enumerate() {
                let shifted = |by: f32| {
                    let mut shifted = network.clone();
                    shifted.parameters[i] += by;
                    value(&shifted, &x)
                };
                let difference = (shifted(h) - shifted(-h)) / f64::from(2.0 * h);
                off += (difference - f64::from(*exact)).powi(2);
                length += difference.powi(2);
            }
            assert!(off.sqrt() < 4e-3 * length.sqrt(), "{activation:?}: {} of {}", off.sqrt(), length.sqrt());
            for (i, exact) in by_inputs.iter().enumerate() {
                let shifted = |by: f32| {
                    let mut x = x.clone();
                    x[i] += by;
                    value(&network, &x)
                };
                let difference = (shifted(h) - shifted(-h)) / f64::from(2.0 * h);
                assert!((difference - f64::from(*exact)).abs() < 5e-3, "{activation:?} {i}");
            }
        }
    }

    #[test]
    fn without_hidden_layers_it_is_a_matrix() {
        let mut network = Network::new(&[2, 1], Activation::Silu, 1.0, (1, 1));
        network.parameters = vec![2.0, -3.0, 0.5];
        let (value, parameters, inputs) = gradients(&network, &[1.0, 1.0, 2.0, 0.0], &[1.0, 10.0]);
        assert_eq!(value, -0.5 + 45.0);
        assert_eq!((parameters, inputs), (vec![21.0, 1.0, 11.0], vec![2.0, -3.0, 20.0, -30.0]));
    }
}
