//! What is done with a gradient: stochastic gradient descent with momentum, or Adam (Kingma & Ba 2015).
//!
//! ```text
//! momentum   v ← μ v + g,                                   θ ← θ - η v
//! Adam       m ← β₁ m + (1-β₁) g,  u ← β₂ u + (1-β₂) g²,     θ ← θ - η m̂ / (√û + 10⁻⁸)
//! ```
//!
//! with `m̂`, `û` the means over the steps so far.

pub use super::spec::Descent;
use fearless_simd::{Level, Simd, dispatch};

/// A rule with what it remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimiser {
    rule: Descent,
    rate: f32,
    steps: i32,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Optimiser {
    /// For so many parameters, with a learning rate `η`.
    pub fn new(rule: Descent, rate: f32, parameters: usize) -> Self {
        let second = if matches!(rule, Descent::Adam(..)) { parameters } else { 0 };
        Self { rule, rate, steps: 0, first: vec![0.0; parameters], second: vec![0.0; second] }
    }

    /// A step against the gradient.
    pub fn step(&mut self, level: Level, parameters: &mut [f32], gradient: &[f32]) {
        self.steps = self.steps.saturating_add(1);
        match self.rule {
            Descent::Momentum(keep) => {
                let terms = [keep, self.rate];
                dispatch!(level, simd => momentum(simd, terms, parameters, gradient, &mut self.first));
            }
            Descent::Adam(keep, keep_square) => {
                // η m̂ / (√û + ε) with the corrections of both means taken out of the loop.
                let square = (1.0 - keep_square.powi(self.steps)).sqrt();
                let terms =
                    [keep, keep_square, self.rate * square / (1.0 - keep.powi(self.steps)), 1e-8 * square];
                let memory = [&mut self.first[..], &mut self.second[..]];
                dispatch!(level, simd => adam(simd, terms, parameters, gradient, memory));
            }
        }
    }
}

#[inline(always)]
fn momentum<S: Simd>(
    _: S,
    [keep, rate]: [f32; 2],
    parameters: &mut [f32],
    gradient: &[f32],
    speed: &mut [f32],
) {
    for ((parameter, g), v) in parameters.iter_mut().zip(gradient).zip(speed) {
        *v = keep * *v + g;
        *parameter -= rate * *v;
    }
}

#[inline(always)]
fn adam<S: Simd>(
    _: S,
    [keep, keep_square, rate, floor]: [f32; 4],
    parameters: &mut [f32],
    gradient: &[f32],
    [first, second]: [&mut [f32]; 2],
) {
    for (((parameter, g), m), u) in parameters.iter_mut().zip(gradient).zip(first).zip(second) {
        *m = keep * *m + (1.0 - keep) * g;
        *u = keep_square * *u + (1.0 - keep_square) * g * g;
        *parameter -= rate * *m / (u.sqrt() + floor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three steps by hand with a constant gradient: Adam's are `η` long, whatever the gradient.
    #[test]
    fn first_steps_by_hand() {
        let mut adam = Optimiser::new(Descent::Adam(0.9, 0.999), 0.1, 2);
        let mut at = vec![1.0, -1.0];
        for _ in 0..3 {
            adam.step(Level::new(), &mut at, &[5.0, -0.001]);
        }
        assert!((at[0] - 0.7).abs() < 1e-4 && (at[1] + 0.7).abs() < 1e-4, "{at:?}");
        let mut momentum = Optimiser::new(Descent::Momentum(0.5), 0.1, 1);
        let mut at = vec![1.0];
        for _ in 0..3 {
            momentum.step(Level::new(), &mut at, &[2.0]);
        }
        // 2 + 3 + 3.5.
        assert!((at[0] - 0.15).abs() < 1e-6, "{at:?}");
    }
}
