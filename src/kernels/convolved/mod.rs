//! The score field of a data set on a grid, `f_t = div s_t + ‖s_t‖²/2` at all `(xs[i], ys[j])`, at a cost
//! that hardly depends on how many points the data set has.
//!
//! All components of a kernel density estimate share one covariance `σ² I`, so `ρ_t` is a convolution. A
//! Gaussian is one of half its variance convolved with another such, and the trapezoidal rule on a lattice
//! of step `σ/2` takes that convolution with an error of `2 e^{-2π²} = 5e-9` of the value *wherever* it is
//! read: the product of the two halves is a Gaussian of standard deviation `σ/2` around the middle, times
//! the value itself. So
//!
//! ```text
//! C_k = Σ_j w_j exp(-|k - m_j|²/σ²)            every component on some lattice points near it
//! ρ ∝ Σ_k C_k g,   m = Σ_k C_k g z / ρ,   q = Σ_k C_k g |z|² / ρ
//!     with z = √2 (k - y)/σ and g = exp(-|z|²/2)
//! s = √2 m/σ,      f = 2 (q - 2 - |m|²/2)/σ²
//! ```
//!
//! and the sums over `k` separate into one along x and one along y. All terms of `ρ` are positive, so that
//! it has its relative accuracy in the tails too, as far as single precision goes: about 11 σ from the
//! nearest component. Beyond, components are summed one by one, but only those that have a part: of a stretch
//! of neighbouring places all whose energies can come within 30 nats of the least.
//!
//! Tolerance: that of [the score field](super::field), twice.
//!
//! Left out on purpose: covariances that differ, or are not isotropic; a version for GPUs, where the
//! components are summed one by one.

mod cpu;

pub use cpu::Convolved;

/// Fewer components than this are summed one by one as fast.
const FEW: usize = 256;

/// Lattice steps in a standard deviation of a component.
const FINENESS: f64 = 2.0;

/// How far both halves reach, in standard deviations `σ`: at 11 σ from a component their product has its
/// middle at 5.5 σ from either end, and reaches five of its own standard deviations farther.
const REACH: f64 = 8.0;

/// Most lattice points along an axis.
const MAX_SIDE: usize = 1024;

/// Densities below this, in units of a component's largest, are summed anew: `e^{-60}`.
const FAINT: f32 = 5e-27;

/// Components whose share is below `e^{-MARGIN}` of the largest are left out there.
const MARGIN: f32 = 30.0;

/// Places along x that are looked at together there.
const STRETCH: usize = 32;

#[cfg(test)]
mod tests;
