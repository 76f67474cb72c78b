//! Bulk evaluation in two dimensions: what pictures are made of, in `f32`, many points at once.
//!
//! A folder a quantity, each with the same parts:
//!
//! - `mod.rs`: parameters, shapes, tolerance, and how the work is cut into steps;
//! - `cpu.rs`: SIMD lanes through `fearless_simd` (natively the best of SSE2, SSE4.2, AVX2 and
//!   AVX-512 at run time; in the browser simd128);
//! - `gpu.rs` and `NAME.wgsl`: the same on a GPU.
//!
//! | folder | computes | truth in `math` |
//! |---|---|---|
//! | [`field`] | `s_t` and `f_t = div s_t + ‖s_t‖²/2` at points or along rows | [`Marginal::evaluate`](crate::math::Marginal::evaluate) |
//! | [`plain`] | the estimators with draws, on any points | [`Formula`](crate::math::Formula) |
//! | [`blur`] | the formula on a whole grid by Gaussian blurs | [`Lattice`](crate::math::Lattice) |
//! | [`convolved`] | the score field of a data set on a grid | [`Marginal::stein`](crate::math::Marginal::stein) |
//! | [`particles`] | a step of particles: `y <- a y + b s_t(y) + c z` | [`Marginal::evaluate`](crate::math::Marginal::evaluate) |
//!
//! [`draws`] has the random numbers of [`crate::math::random`] for all.
//!
//! All start from a [`Packed`] marginal. Single precision suffices as long as coordinates and
//! components live on comparable scales; [`Packed::new`] refuses where they do not, and callers
//! go to `math`.
//!
//! Left out on purpose: one dimension, where a curve in `f64` costs nothing, and more than two,
//! of which there are no pictures.

pub mod blur;
pub mod convolved;
pub mod draws;
pub mod field;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(not(target_arch = "wasm32"))]
pub mod limit;
mod packed;
pub mod particles;
pub mod plain;
mod simd;
mod sums;

pub use packed::{Alike, Packed, PackedComponent, Term, packable};
pub use simd::{Level, level_name};
