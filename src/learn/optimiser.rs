//! What is done with a gradient: stochastic gradient descent with momentum, or Adam (Kingma & Ba 2015), by the
//! library's optimisers.
//!
//! ```text
//! momentum   v ← μ v + g,                                   θ ← θ - η v
//! Adam       m ← β₁ m + (1-β₁) g,  u ← β₂ u + (1-β₂) g²,     θ ← θ - η m̂ / (√û + 10⁻⁸)
//! ```
//!
//! with `m̂`, `û` the means over the steps so far.
//!
//! Left out on purpose: schedules of the rate.

use super::network::{Cpu, Network, Tape};
pub use super::spec::Descent;
use burn_optim::adaptor::OptimizerAdaptor;
use burn_optim::momentum::MomentumConfig;
use burn_optim::{Adam, AdamConfig, GradientsParams, Optimizer, Sgd, SgdConfig};
use std::fmt;

/// A rule with what it remembers of the parameters of one network. A clone remembers the same.
#[derive(Clone)]
pub struct Optimiser {
    rule: Rule,
    rate: f64,
}

#[derive(Clone)]
enum Rule {
    Momentum(OptimizerAdaptor<Sgd<Cpu>, Network<Tape>, Tape>),
    Adam(OptimizerAdaptor<Adam, Network<Tape>, Tape>),
}

impl Optimiser {
    /// With a learning rate `η`.
    pub fn new(rule: Descent, rate: f64) -> Self {
        let rule = match rule {
            Descent::Momentum(keep) => {
                let momentum = MomentumConfig::new().with_momentum(f64::from(keep)).with_dampening(0.0);
                Rule::Momentum(SgdConfig::new().with_momentum(Some(momentum)).init())
            }
            Descent::Adam(keep, keep_square) => {
                let adam = AdamConfig::new().with_beta_1(keep).with_beta_2(keep_square).with_epsilon(1e-8);
                Rule::Adam(adam.init())
            }
        };
        Self { rule, rate }
    }

    /// The network after a step against the gradient.
    #[must_use]
    pub fn step(&mut self, network: Network<Tape>, gradients: GradientsParams) -> Network<Tape> {
        match &mut self.rule {
            Rule::Momentum(momentum) => momentum.step(self.rate, network, gradients),
            Rule::Adam(adam) => adam.step(self.rate, network, gradients),
        }
    }
}

impl fmt::Debug for Optimiser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = match self.rule {
            Rule::Momentum(_) => "momentum",
            Rule::Adam(_) => "Adam",
        };
        f.debug_struct("Optimiser").field("rule", &rule).field("rate", &self.rate).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::network::{Activation, rows};
    use super::*;

    /// Weight and bias after some steps with the gradient `(g, g)`.
    fn after(steps: usize, optimiser: &mut Optimiser, network: Network<Tape>, g: f32) -> Network<Tape> {
        (0..steps).fold(network, |network, _| {
            let by = (network.forward(rows(vec![1.0], 1)) * g).sum().backward();
            let by = GradientsParams::from_grads(by, &network);
            optimiser.step(network, by)
        })
    }

    fn start() -> Network<Tape> {
        Network::of(&[1, 1], Activation::Silu, &[1.0, -1.0])
    }

    /// Three steps by hand with a constant gradient: Adam's are `η` long, whatever the gradient.
    #[test]
    fn first_steps_by_hand() {
        for g in [5.0, -0.001] {
            let at = after(3, &mut Optimiser::new(Descent::Adam(0.9, 0.999), 0.1), start(), g).parameters();
            let moved = -0.3 * g.signum();
            assert!((at[0] - 1.0 - moved).abs() < 1e-4 && (at[1] + 1.0 - moved).abs() < 1e-4, "{at:?}");
        }
        let at = after(3, &mut Optimiser::new(Descent::Momentum(0.5), 0.1), start(), 2.0).parameters();
        // 2 + 3 + 3.5.
        assert!((at[0] - 0.15).abs() < 1e-6 && (at[1] + 1.85).abs() < 1e-6, "{at:?}");
    }

    /// A clone goes on as the original does, and not with it.
    #[test]
    fn clones_remember_on_their_own() {
        for rule in [Descent::Momentum(0.9), Descent::Adam(0.9, 0.999)] {
            let mut original = Optimiser::new(rule, 0.1);
            let network = after(2, &mut original, start(), 3.0);
            let mut snapshot = original.clone();
            let gone = after(3, &mut original, network.clone(), -1.0).parameters();
            assert_eq!(after(3, &mut snapshot, network, -1.0).parameters(), gone);
        }
    }
}
