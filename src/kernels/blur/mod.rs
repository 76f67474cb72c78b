//! The formula on a whole grid: one Gaussian blur of `f_t` a time serves all pixels.
//!
//! As in [`crate::math::Lattice`], but in single precision, on lattices no finer than the target
//! needs, and with the blurred function of later times read on coarser grids.
//!
//! - **Sampling.** Across the ridge between two components `f_t` goes like `sech²` with the
//!   length `w = bend`; the trapezoidal rule with step `h` misses it by `e^{-2π² w/h}`, and the
//!   kernel by `e^{-2π² t/h²}`. So `h = min(2w, 1.2 √t)` leaves 5e-5 and 1e-6 of it.
//! - **Reading.** Blurred functions vary over `√(t/(1-t))` in `x`: they are computed on every
//!   2nd, 4th, … pixel, padded beyond the edges, and interpolated through eight neighbours.
//! - **Small times.** Where `√t < 0.7 w` a tensor Gauss–Hermite rule of 2 to 4 nodes an axis at
//!   every pixel is cheaper than a lattice.
//! - **Time.** The trapezoidal rule in `λ` converges exponentially; the tails are of second order.
//!
//! The nodes of the plan are independent: [`Part`]s of them can be done on different workers and
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

use crate::math::{FormulaSpec, Mixture, Plan, Rule, lambda_range};

/// Coarse grids reach this far beyond the picture, for the interpolation.
const PAD: usize = 4;

/// How much care is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Some thousandths of a nat near the data.
    Coarse,
    /// One or two thousandths.
    Good,
    /// A tenth of that.
    Fine,
}

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

impl Quality {
    /// Largest error in nats on the presets, wherever `ρ_0 > 1e-6`.
    pub fn tolerance(self) -> f64 {
        match self {
            Self::Coarse => 1e-2,
            Self::Good => 4e-3,
            Self::Fine => 4e-4,
        }
    }

    fn care(self) -> Care {
        match self {
            Self::Coarse => Care { reach: [6.0, 5.0], step: 1.0, lattice: 3.0, density: 2.0 },
            Self::Good => Care { reach: [7.0, 5.0], step: 0.8, lattice: 2.5, density: 2.5 },
            Self::Fine => Care { reach: [9.0, 7.0], step: 0.5, lattice: 2.0, density: 2.5 },
        }
    }
}

/// Equally spaced coordinates.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Axis {
    /// The first.
    pub low: f64,
    /// The last.
    pub high: f64,
    /// How many; at least 2.
    pub count: usize,
}

impl Axis {
    /// The coordinates.
    pub fn places(self) -> impl Iterator<Item = f64> {
        (0..self.count).map(move |i| self.low + self.step() * i as f64)
    }

    fn step(self) -> f64 {
        (self.high - self.low) / (self.count - 1) as f64
    }

    /// The axis with every `stride`-th coordinate and `pad` more on either side; it reaches the
    /// last one.
    fn coarser(self, stride: usize, pad: usize) -> Self {
        let step = self.step() * stride as f64;
        let count = (self.count - 1).div_ceil(stride) + 1 + 2 * pad;
        let low = self.low - step * pad as f64;
        Self { low, high: low + step * (count - 1) as f64, count }
    }

    /// The grid of a level: all pixels, or every `2^k`-th and some beyond the edges.
    fn at(self, k: usize) -> Self {
        if k == 0 { self } else { self.coarser(1 << k, PAD) }
    }
}

/// A share of the work: nodes `index, index + of, …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// Which, from 0.
    pub index: usize,
    /// How many shares there are.
    pub of: usize,
}

impl Part {
    /// All of it.
    pub const WHOLE: Self = Self { index: 0, of: 1 };
}

/// The plan of the formula by this kernel.
pub fn plan(mixture: &Mixture, spec: &FormulaSpec, quality: Quality) -> Plan {
    match spec.rule {
        Rule::Continuous => {
            let Care { reach, step, .. } = quality.care();
            let (low, high) = lambda_range(mixture, 0.0);
            Plan::continuous(2, (low - reach[0], high + reach[1]), step)
        }
        _ => spec.plan(mixture),
    }
}

#[cfg(test)]
mod tests;
