//! The marginal `ρ_t` of a two-dimensional mixture in single precision, packed for vectors and
//! for GPUs alike.
//!
//! With the precision `P = C⁻¹` of a component factored as
//! `½ log₂e · δᵀPδ = u² + v²`, `u = a δ₁`, `v = b δ₁ + c δ₂`, `δ = y - √(1-t) μ`,
//!
//! - `log₂ w N(y; …) = k - u² - v²`, so that exponentials are powers of two;
//! - `g = -Pδ = -2 ln 2 · (a u + b v, c v)`.

use crate::math::{Mixture, Time};
use std::f64::consts::LOG2_E;

/// One component: 32 bytes, as WGSL's `array<vec4<f32>, 2>` has them.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "gpu", derive(bytemuck::NoUninit))]
pub struct PackedComponent {
    /// `√(1-t) μ`.
    pub mean: [f32; 2],
    /// Factor of `u`.
    pub a: f32,
    /// Factor of `v` on the first coordinate; 0 for diagonal covariances.
    pub b: f32,
    /// Factor of `v` on the second coordinate.
    pub c: f32,
    /// `log₂` of weight and normaliser, less the largest of the mixture.
    pub log2_norm: f32,
    /// `tr C⁻¹`.
    pub trace: f32,
    /// Nothing.
    pub padding: f32,
}

/// `ρ_t` in single precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed {
    /// The components.
    pub components: Vec<PackedComponent>,
    /// Whether any covariance is not diagonal.
    pub full: bool,
}

/// Components with one precision matrix in common. With `U = a y₁`, `V = b y₁ + c y₂`, and `U_j`, `V_j`
/// of a mean, `u² + v² - k = U² + V² + (U_j² + V_j² - k_j) - 2 U_j U - 2 V_j V`.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    /// As in [`PackedComponent`].
    pub a: f32,
    /// As in [`PackedComponent`].
    pub b: f32,
    /// As in [`PackedComponent`].
    pub c: f32,
    /// One a component.
    pub terms: Vec<Term>,
}

/// What is a component's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// `-2 U_j`.
    pub p: f32,
    /// `-2 V_j`.
    pub q: f32,
    /// `U_j² + V_j² - k_j`.
    pub h: f32,
}

/// Largest `U_j² + V_j²` with which the terms of [`Alike`] are rounded by 1e-4 at most, from which a
/// component's share follows to that relative error.
const ALIKE_REACH: f32 = 400.0;

/// Whether single precision will do for this target: it has two dimensions and no standard
/// deviation is below 1/2000 of the largest coordinate. A coordinate rounded to `f32` is then
/// off by at most 1e-4 standard deviations.
pub fn packable(mixture: &Mixture) -> bool {
    let (smallest, largest) = mixture.variance_range();
    let reach = (mixture.largest_mean_squared().sqrt() + 4.0 * largest.sqrt()).max(1.0);
    mixture.dim() == 2 && reach < 2000.0 * smallest.sqrt() && reach < 1e6
}

impl Packed {
    /// The marginal at a time; `None` where [`packable`] says no.
    pub fn new(mixture: &Mixture, time: Time) -> Option<Self> {
        if !packable(mixture) {
            return None;
        }
        let marginal = mixture.at(time);
        let top = marginal.summands().map(|p| p.log_norm).fold(f64::NEG_INFINITY, f64::max);
        let mut full = false;
        let components: Vec<_> = marginal
            .summands()
            .map(|part| {
                let [p00, p01, p11] = part.precision_2d().map(|p| 0.5 * LOG2_E * p);
                let c = p11.sqrt();
                let b = p01 / c;
                let a = (p00 - b * b).sqrt();
                full |= b != 0.0;
                PackedComponent {
                    mean: [part.mean[0] as f32, part.mean[1] as f32],
                    a: a as f32,
                    b: b as f32,
                    c: c as f32,
                    // Weights below 2^-1000 of the largest have no part in any picture.
                    log2_norm: ((part.log_norm - top) * LOG2_E).max(-1000.0) as f32,
                    trace: part.trace as f32,
                    padding: 0.0,
                }
            })
            .collect();
        Some(Self { components, full })
    }

    /// The same in another form, where all covariances are the same and single precision allows.
    pub fn alike(&self) -> Option<Alike> {
        let first = self.components.first()?;
        let (a, b, c) = (first.a, first.b, first.c);
        let term = |part: &PackedComponent| {
            let (u, v) = (a * part.mean[0], b * part.mean[0] + c * part.mean[1]);
            let square = u * u + v * v;
            let same = (part.a, part.b, part.c) == (a, b, c);
            (same && square < ALIKE_REACH).then_some(Term {
                p: -2.0 * u,
                q: -2.0 * v,
                h: square - part.log2_norm,
            })
        };
        Some(Alike { a, b, c, terms: self.components.iter().map(term).collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the WGSL kernels read.
    #[test]
    fn layout_is_that_of_two_vec4() {
        assert_eq!(size_of::<PackedComponent>(), 32);
        assert_eq!(std::mem::offset_of!(PackedComponent, a), 8);
        assert_eq!(std::mem::offset_of!(PackedComponent, c), 16);
        assert_eq!(std::mem::offset_of!(PackedComponent, trace), 24);
    }
}
