//! A chain of dense layers, `a_{l+1} = h(a_l W_l + b_l)`, the last without `h`, for a batch at once: a module
//! of the library burn, on one of two backends.
//!
//! [`Cpu`] computes on the processor's vectors and nothing else; [`Tape`] also remembers what it has done, so
//! that gradients by parameters or by inputs can be had. Tensors are shared until they are written to, so a
//! clone of a network costs next to nothing.
//!
//! Left out on purpose: the library's own first weights, whose draws come from a generator of all threads: those
//! here are a function of the seed. Normalisation, dropout, convolutions: the networks have two or three inputs.

use crate::math::random::normals;
// The library's derive macro calls it so.
use burn_core as burn;
use burn_core::module::{Module, Param};
use burn_core::tensor::{Tensor, TensorData, activation, backend::Backend};
use burn_nn::Linear;
use burn_optim::GradientsParams;

/// The backend that predicts.
pub type Cpu = burn_flex::Flex;
/// The backend that differentiates.
pub type Tape = burn_autodiff::Autodiff<Cpu>;

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
#[derive(Module, Debug)]
pub struct Network<B: Backend> {
    layers: Vec<Linear<B>>,
    #[module(skip)]
    activation: Activation,
}

impl<B: Backend> Network<B> {
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
        Self::of(widths, activation, &parameters)
    }

    /// A network with given parameters, as [`Network::parameters`] lists them.
    pub fn of(widths: &[usize], activation: Activation, parameters: &[f32]) -> Self {
        let mut rest = parameters;
        let mut take = |count: usize| -> Vec<f32> {
            let (taken, left) = rest.split_at(count.min(rest.len()));
            rest = left;
            taken.to_vec()
        };
        let device = B::Device::default();
        let layers = widths.windows(2).map(|pair| Linear {
            weight: Param::from_data(TensorData::new(take(pair[0] * pair[1]), [pair[0], pair[1]]), &device),
            bias: Some(Param::from_data(TensorData::new(take(pair[1]), [pair[1]]), &device)),
        });
        Self { layers: layers.collect(), activation }
    }

    /// Weights and biases, layer by layer, `W` row by row (a row an input) and then `b`.
    pub fn parameters(&self) -> Vec<f32> {
        let mut list = Vec::new();
        for layer in &self.layers {
            list.extend(layer.weight.val().into_data().iter::<f32>());
            list.extend(
                layer.bias.iter().flat_map(|bias| bias.val().into_data().iter::<f32>().collect::<Vec<_>>()),
            );
        }
        list
    }

    /// What the network says of a batch, a row an entry.
    pub fn forward(&self, inputs: Tensor<B, 2>) -> Tensor<B, 2> {
        let mut values = inputs;
        for (index, layer) in self.layers.iter().enumerate() {
            values = layer.forward(values);
            if index + 1 < self.layers.len() {
                values = match self.activation {
                    Activation::Silu => activation::silu(values),
                    Activation::LeakyRelu => activation::leaky_relu(values, 0.2),
                };
            }
        }
        values
    }

    /// Goes a share of the way to another network of the same widths: the step of a running mean.
    #[must_use]
    pub fn towards(mut self, other: &Self, share: f32) -> Self {
        for (mean, now) in self.layers.iter_mut().zip(&other.layers) {
            mean.weight = nearer(&mean.weight, &now.weight, share);
            if let (Some(mean), Some(now)) = (&mut mean.bias, &now.bias) {
                *mean = nearer(mean, now, share);
            }
        }
        self
    }
}

fn nearer<B: Backend, const D: usize>(
    mean: &Param<Tensor<B, D>>,
    now: &Param<Tensor<B, D>>,
    share: f32,
) -> Param<Tensor<B, D>> {
    mean.clone().map(|mean| mean.clone() + (now.val() - mean).mul_scalar(share))
}

impl Network<Cpu> {
    /// The same, to be trained.
    pub fn trainable(&self) -> Network<Tape> {
        let layers = self.layers.iter().map(|layer| Linear {
            weight: trainable(&layer.weight),
            bias: layer.bias.as_ref().map(trainable),
        });
        Network { layers: layers.collect(), activation: self.activation }
    }
}

fn trainable<const D: usize>(parameter: &Param<Tensor<Cpu, D>>) -> Param<Tensor<Tape, D>> {
    Param::from_tensor(Tensor::from_inner(parameter.val()))
}

impl Network<Tape> {
    /// `Σ |g|` of a gradient by the parameters: finite if all of it is there and finite.
    pub fn size(&self, gradients: &GradientsParams) -> f64 {
        let of_layer = |layer: &Linear<Tape>| {
            let bias = layer.bias.as_ref().map_or(0.0, |bias| size(bias, gradients));
            size(&layer.weight, gradients) + bias
        };
        self.layers.iter().map(of_layer).sum()
    }
}

fn size<const D: usize>(parameter: &Param<Tensor<Tape, D>>, gradients: &GradientsParams) -> f64 {
    let gradient = gradients.get::<Cpu, D>(parameter.id);
    gradient.map_or(f64::NAN, |g| f64::from(g.abs().sum().into_scalar()))
}

impl<B: Backend> PartialEq for Network<B> {
    fn eq(&self, other: &Self) -> bool {
        self.activation == other.activation && self.parameters() == other.parameters()
    }
}

/// A batch of rows of this many numbers.
pub(super) fn rows<B: Backend>(numbers: Vec<f32>, width: usize) -> Tensor<B, 2> {
    let count = numbers.len() / width.max(1);
    Tensor::from_data(TensorData::new(numbers, [count, width]), &B::Device::default())
}

/// The numbers of a batch, row by row.
pub(super) fn numbers<B: Backend>(tensor: Tensor<B, 2>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTHS: [usize; 4] = [3, 21, 18, 2];

    /// `Σ c·out` and its gradients.
    fn gradients(network: &Network<Tape>, x: &[f32], c: &[f32]) -> (f64, Vec<f32>, Vec<f32>) {
        let width = network.layers.first().map_or(1, |layer| layer.weight.dims()[0]);
        let x: Tensor<Tape, 2> = rows::<Tape>(x.to_vec(), width).require_grad();
        let out = network.forward(x.clone());
        let c = rows::<Tape>(c.to_vec(), out.dims()[1]);
        let value = numbers(out.clone()).iter().zip(numbers(c.clone())).map(|(v, c)| f64::from(v * c)).sum();
        let by = (out * c).sum().backward();
        let by_inputs = numbers(x.grad(&by).expect("a gradient"));
        let by = GradientsParams::from_grads(by, network);
        let mut by_parameters = Vec::new();
        for layer in &network.layers {
            by_parameters.extend(numbers(by.get::<Cpu, 2>(layer.weight.id).expect("a gradient")));
            let bias = layer.bias.as_ref().and_then(|bias| by.get::<Cpu, 1>(bias.id)).expect("a gradient");
            by_parameters.extend(bias.into_data().iter::<f32>());
        }
        let size: f64 = by_parameters.iter().map(|g| f64::from(g.abs())).sum();
        assert!((network.size(&by) / size - 1.0).abs() < 1e-5);
        (value, by_parameters, by_inputs)
    }

    /// Both gradients, by every parameter and every input, against central differences: that the modules are
    /// put together as the formula above says.
    #[test]
    fn gradients_are_those_of_differences() {
        for activation in [Activation::Silu, Activation::LeakyRelu] {
            let network = Network::<Tape>::new(&WIDTHS, activation, 1.0, (4, 7));
            let draw = |stream, count| -> Vec<f32> {
                normals(9, stream, 0, count).into_iter().map(|z| z as f32).collect()
            };
            let (x, c) = (draw(0, 5 * 3), draw(1, 5 * 2));
            let (_, by_parameters, by_inputs) = gradients(&network, &x, &c);
            let h = 2e-3f32;
            let value = |network: &Network<Cpu>, x: &[f32]| -> f64 {
                let out = numbers(network.forward(rows(x.to_vec(), 3)));
                out.iter().zip(&c).map(|(v, c)| f64::from(*v) * f64::from(*c)).sum()
            };
            let parameters = network.parameters();
            let (mut off, mut length) = (0.0f64, 0.0f64);
            for (i, exact) in by_parameters.iter().enumerate() {
                let shifted = |by: f32| {
                    let mut shifted = parameters.clone();
                    shifted[i] += by;
                    value(&Network::of(&WIDTHS, activation, &shifted), &x)
                };
                let difference = (shifted(h) - shifted(-h)) / f64::from(2.0 * h);
                off += (difference - f64::from(*exact)).powi(2);
                length += difference.powi(2);
            }
            assert!(off.sqrt() < 4e-3 * length.sqrt(), "{activation:?}: {} of {}", off.sqrt(), length.sqrt());
            let network = Network::of(&WIDTHS, activation, &parameters);
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
        let network = Network::<Tape>::of(&[2, 1], Activation::Silu, &[2.0, -3.0, 0.5]);
        let (value, parameters, inputs) = gradients(&network, &[1.0, 1.0, 2.0, 0.0], &[1.0, 10.0]);
        assert_eq!(value, -0.5 + 45.0);
        assert_eq!((parameters, inputs), (vec![21.0, 1.0, 11.0], vec![2.0, -3.0, 20.0, -30.0]));
    }

    #[test]
    fn a_running_mean_goes_its_share_and_leaves_the_original() {
        let network = |parameters: &[f32]| Network::<Cpu>::of(&[1, 1], Activation::Silu, parameters);
        let (start, end) = (network(&[1.0, 2.0]), network(&[5.0, -2.0]));
        assert_eq!(start.clone().towards(&end, 0.25).parameters(), [2.0, 1.0]);
        assert_eq!(start.parameters(), [1.0, 2.0]);
    }

    /// Found, and not papered over, where a step depends on it.
    #[test]
    fn what_is_no_number_stays_visible() {
        for activation in [Activation::Silu, Activation::LeakyRelu] {
            let network = Network::<Cpu>::new(&WIDTHS, activation, 1.0, (1, 1));
            let mut x = vec![0.5; 9];
            x[4] = f32::NAN;
            let out = numbers(network.forward(rows(x, 3)));
            assert!(out[2..4].iter().all(|v| v.is_nan()) && out[..2].iter().all(|v| v.is_finite()));
        }
    }
}
