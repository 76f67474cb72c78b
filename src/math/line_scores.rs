//! The score field of a data set on a line, `f_t = s_t' + s_t²/2`, at a cost that does not depend on how many
//! points it has.
//!
//! All components have one variance `σ²`, so `ρ_t` is a convolution. Half of each Gaussian's variance is put
//! on a lattice of step `Δ = σ/2.5`, the other half is summed where the field is read:
//!
//! ```text
//! C_k = Σ_j w_j exp(-(k - m_j)²/σ²),    ρ ∝ Σ_k C_k g,   m = Σ_k C_k g z / ρ,   q = Σ_k C_k g z² / ρ
//!     with z = √2 (k - y)/σ and g = exp(-z²/2),
//! s = √2 m/σ,    f = 2 (q - 1 - m²/2)/σ²
//! ```
//!
//! The product of the halves is a Gaussian of standard deviation `σ/2` in `k` times the value itself, so the
//! trapezoidal rule errs by `2 exp(-2π² (σ/2Δ)²) = 8e-14` of the value, wherever it is read. Farther than
//! some 10 σ from all components these are summed one by one.
//!
//! Left out on purpose: variances that differ. In two dimensions, and single precision, the same is
//! `kernels::convolved`.

use super::{Marginal, Scratch};
use std::f64::consts::SQRT_2;

/// Fewer components are summed one by one as fast.
const FEW: usize = 64;
/// Lattice steps in `σ`.
const FINENESS: f64 = 2.5;
/// How far both halves reach, in `σ`.
const REACH: f64 = 9.0;
/// Most lattice points.
const MOST: f64 = 1e5;
/// Densities below this, in units of a component's largest, are summed anew: `e^{-50}`, at 10 σ from
/// a component, where what both halves leave out begins 8 standard deviations from the middle of their product.
const FAINT: f64 = 2e-22;

/// The field of one marginal.
#[derive(Clone, Debug)]
pub struct LineScores<'a> {
    marginal: &'a Marginal<'a>,
    lattice: Option<Lattice>,
}

#[derive(Clone, Debug)]
struct Lattice {
    deviation: f64,
    low: f64,
    masses: Vec<f64>,
}

impl<'a> LineScores<'a> {
    /// Of a one-dimensional marginal; components that differ in variance, or are few, are summed one by one.
    pub fn new(marginal: &'a Marginal<'a>) -> Self {
        Self { marginal, lattice: Lattice::new(marginal) }
    }

    /// `div ŝ + ŝ²/2` at `y`, where `ŝ` is the score with `shift` added.
    pub fn stein(&self, y: f64, shift: f64, scratch: &mut Scratch) -> f64 {
        let on_lattice = self.lattice.as_ref().and_then(|lattice| lattice.stein(y, shift));
        on_lattice.unwrap_or_else(|| self.marginal.stein(&[y], shift, scratch))
    }
}

impl Lattice {
    fn new(marginal: &Marginal) -> Option<Self> {
        let precision = *marginal.precisions.first()?;
        let alike = marginal.precisions.iter().all(|p| *p == precision);
        if marginal.dim != 1 || marginal.means.len() <= FEW || !alike {
            return None;
        }
        let deviation = precision.sqrt().recip();
        let bounds = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = marginal.means.iter().fold(bounds, |(l, h), m| (l.min(*m), h.max(*m)));
        let (low, high) = (low - REACH * deviation, high + REACH * deviation);
        let count = ((high - low) / deviation * FINENESS).ceil() + 1.0;
        if count > MOST {
            return None;
        }
        let mut lattice = Self { deviation, low, masses: vec![0.0; count as usize] };
        let top = marginal.log_norms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (mean, log_norm) in marginal.means.iter().zip(&marginal.log_norms) {
            let weight = (log_norm - top).exp();
            for k in lattice.within_reach(*mean) {
                let offset = (lattice.place(k) - mean) / deviation;
                lattice.masses[k] += weight * (-offset * offset).exp();
            }
        }
        Some(lattice)
    }

    fn place(&self, k: usize) -> f64 {
        self.low + k as f64 * self.deviation / FINENESS
    }

    /// The lattice points within [`REACH`] of a place.
    fn within_reach(&self, y: f64) -> std::ops::Range<usize> {
        let at = |reach: f64| (y - self.low) * FINENESS / self.deviation + reach * FINENESS;
        let last = self.masses.len() as f64;
        let start = at(-REACH).ceil().clamp(0.0, last) as usize;
        start..(at(REACH).floor() + 1.0).clamp(start as f64, last) as usize
    }

    /// `None` where the density is too small.
    fn stein(&self, y: f64, shift: f64) -> Option<f64> {
        let range = self.within_reach(y);
        let step = SQRT_2 / FINENESS;
        let mut z = SQRT_2 * (self.place(range.start) - y) / self.deviation;
        // g along equal steps of z, by two products each.
        let mut g = (-0.5 * z * z).exp();
        let mut factor = (-step * (z + 0.5 * step)).exp();
        let shrink = (-step * step).exp();
        let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
        for mass in &self.masses[range] {
            let part = mass * g;
            total += part;
            first += part * z;
            second += part * z * z;
            z += step;
            g *= factor;
            factor *= shrink;
        }
        if total.is_nan() || total < FAINT {
            return None;
        }
        let (m, q) = (first / total, second / total);
        let scale = SQRT_2 / self.deviation;
        Some((q - 1.0 - 0.5 * m * m) * scale * scale + shift * m * scale + 0.5 * shift * shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::targets::Preset;
    use crate::math::{Mixture, Time, kernel_components};

    #[test]
    fn the_field_is_that_of_the_mixture() {
        let claw = Preset::Claw.mixture();
        let mut scratch = Scratch::default();
        for (count, bandwidth) in [(65, 0.4), (1000, 0.1), (300, 0.01)] {
            let values: Vec<f64> = (0..count).flat_map(|i| claw.sample(3, i)).collect();
            let mut components = kernel_components(1, &values, bandwidth);
            components[7].weight = 40.0;
            let mixture = Mixture::new(&components).expect("a mixture");
            for lambda in [-14.0, -6.0, -3.0, 0.0, 4.0] {
                let marginal = mixture.at(Time::from_lambda(lambda));
                let field = LineScores::new(&marginal);
                assert!(field.lattice.is_some());
                for i in -60..=60 {
                    let y = 0.1 * f64::from(i);
                    let exact = marginal.stein(&[y], 0.3, &mut scratch);
                    let (score, precision) = (scratch.score[0], marginal.precisions[0]);
                    let off = (field.stein(y, 0.3, &mut scratch) - exact).abs() / (score * score + precision);
                    assert!(off < 1e-10, "{count} points, h = {bandwidth}, λ = {lambda}, y = {y}: {off:e}");
                }
            }
        }
    }
}
