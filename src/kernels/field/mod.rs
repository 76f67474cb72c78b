//! The score field: `s_t` and `f_t = div s_t + ‖s_t‖²/2` at given points.
//!
//! `f_t` is what Stein's form of the formula takes the mean of. An error `shift` may be added to
//! both coordinates of the score, as [`ScoreError`](crate::math::ScoreError) has it.
//!
//! [`TOLERANCE`]: with `c = 5e-6 (1 + n/1000)` for `n` components, the score to `c (1 + G)` and
//! `f_t` to `c (1 + G²)`, where `G` is the largest `‖g_j‖` among the components that have a share
//! in the point. `f_t` is a difference of terms of size `G²`: in the far tails that is the price
//! of single precision. The rounding of means comes on top, for the score 6e-8 of the largest
//! `p ‖m‖` with `p` the largest precision of a component and `m` its mean: it shows next to the
//! means of sharp components, where `G` is small. On presets a fifth of it is used up; half where means are rounded to a
//! ten-thousandth of a standard deviation, and half by rounding in the sums over 4096 components.

mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;

pub(super) use cpu::stein;

use super::{Level, Packed};

/// See the module.
pub const TOLERANCE: f64 = 5e-6;

/// `f_t` at the points `(xs[i], y)`, into `out`.
pub fn row(level: Level, packed: &Packed, xs: &[f32], y: f32, shift: f32, out: &mut [f32]) {
    cpu::row(level, packed, xs, y, shift, out);
}

/// The score at the points `(xs[i], ys[i])`, into `scores` as pairs.
pub fn scores(level: Level, packed: &Packed, xs: &[f32], ys: &[f32], scores: &mut [[f32; 2]]) {
    cpu::scores(level, packed, xs, ys, scores);
}
