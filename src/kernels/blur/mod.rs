//! The formula on a whole grid: one Gaussian blur of `f_t` a time serves all pixels.
//!
//! As in [`crate::math::Lattice`], but in single precision, on lattices no finer than the target
//! needs, and with the blurred function of later times read on coarser grids.
//!
//! - **Sampling.** Across the ridge between two components `f_t` goes like `sech²` with the
//!   length `w = bend`; the trapezoidal rule with step `h` misses it by `e^{-2π² w/h}`, and the
//!   kernel by `e^{-2π² t/h²}`. So `h = min(2w, 1.2 √t)` leaves 5e-5 and 1e-6 of it. The sharpest
//!   ridges lie between distant components, where nobody looks: those that a pixel of a picture can
//!   feel are no sharper than `w = σ/18`, `σ` the least standard deviation of a component.
//! - **Reading.** Blurred functions vary over `√(t/(1-t))` in `x`: they are computed on every
//!   2nd, 4th, … pixel, padded beyond the edges, and interpolated through eight neighbours.
//! - **Small times.** Where `√t < 0.7 w` a tensor Gauss–Hermite rule of 2 to 4 nodes an axis at
//!   every pixel is cheaper than a lattice.
//! - **Time.** The trapezoidal rule in `λ` converges exponentially; the tails are of second order.
//!
//! The nodes of the plan are independent: [`Part`](crate::math::Part)s of them can be done on different workers and
//! their sums added.
//!
//! Tolerance on the presets: [`Quality::tolerance`]. It is the error of the rules above, the same
//! on every backend; single precision has a hundredth of it. On the ring of the benchmarks half
//! of it is used up; what is farthest off are the tails of wide targets.

mod bands;
mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
mod sums;
mod task;

pub use cpu::Blur;

use crate::math::{Axis, FormulaSpec, Mixture, Plan, Quality, Rule, lambda_range};

/// Coarse grids reach this far beyond the picture, for the interpolation.
const PAD: usize = 4;

/// What a [`Quality`] means.
#[derive(Clone, Copy, Debug)]
struct Care {
    /// How far the range of `λ` reaches below and above the scales of the target.
    reach: [f64; 2],
    /// Step in `λ`.
    step: f64,
    /// Step of the lattice, in lengths over which the score bends.
    lattice: f64,
    /// Pixels of the coarser grids per standard deviation of the blur.
    density: f64,
}

impl Care {
    fn of(quality: Quality) -> Self {
        match quality {
            Quality::Coarse => Care { reach: [6.0, 5.0], step: 1.0, lattice: 3.0, density: 2.0 },
            Quality::Good => Care { reach: [7.0, 5.0], step: 0.8, lattice: 2.5, density: 2.5 },
            Quality::Fine => Care { reach: [9.0, 7.0], step: 0.5, lattice: 2.0, density: 2.5 },
        }
    }
}

/// The grid of a level: all pixels, or every `2^k`-th and some beyond the edges.
fn at(axis: Axis, k: usize) -> Axis {
    if k == 0 { axis } else { axis.coarser(1 << k, PAD) }
}

/// The plan of the formula by this kernel.
pub fn plan(mixture: &Mixture, spec: &FormulaSpec, quality: Quality) -> Plan {
    match spec.rule {
        Rule::Continuous => {
            let Care { reach, step, .. } = Care::of(quality);
            let (low, high) = lambda_range(mixture, 0.0);
            Plan::continuous(2, (low - reach[0], high + reach[1]), step)
        }
        _ => spec.plan(mixture),
    }
}

#[cfg(test)]
mod tests;
