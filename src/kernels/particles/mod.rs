//! Particles of the forward process and of its reverses: one affine step for all of them,
//!
//! ```text
//! y_i <- a y_i + b s_t(y_i) + c z_i,   z_i ~ N(0, I)
//! ```
//!
//! with `z_i` pair `i` of a stream of its own for each step ([`Noise`]): where a particle goes is a
//! function of the seed, the step and its number. It does not depend on the portions in which the
//! work is done, and on what does it only within the tolerance.
//! [`Step`] has the factors, [`Step::on`] makes a [`Motion`] of them for a target. Without a score
//! (`b = 0`) and without noise (`c = 0`) neither is computed.
//!
//! Tolerance of a step, of each coordinate: `|b|` times that of [the score](super::field), `|c|`
//! times [that of a draw](super::draws::TOLERANCE), and [`ROUNDING`] of
//! `|a y| + |b s| + |c z|` besides. To that of the score comes what the rounding of means does,
//! which shows where components are sharp: 6e-8 of the largest `p ‖m‖`, `p` the precision of a
//! component of `ρ_t` along its narrowest axis and `m` its mean.
//!
//! On presets half of this is used up.
//!
//! Left out on purpose: forces between particles, and errors of the score.

mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;

pub use crate::math::Step;

use super::draws::{self, Source};
use super::{Level, Packed, packable};
use crate::math::random::{stream, uniform};
use crate::math::{LOG_2PI, Mixture, Summand};

/// Rounding of the three factors, of their products and sums: a few units in the last place.
pub const ROUNDING: f64 = 4e-7;

/// Which draws a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noise {
    /// Seed.
    pub seed: u32,
    /// Number of the step, below 2²⁸. Two steps with the same number have the same draws, which
    /// is how `X_t = √(1-t) X_0 + √t ε` moves with `t` for the same `ε`.
    pub step: u32,
}

impl Noise {
    fn source(self) -> Source {
        Source { seed: self.seed, stream: stream::PARTICLES + (self.step & ((1 << 28) - 1)) }
    }
}

/// A step in single precision, with the score that it needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Motion {
    a: f32,
    c: f32,
    drift: Option<(f32, Packed)>,
}

impl Step {
    /// The step for a target; `None` where it needs a score and single precision will not do
    /// ([`packable`]).
    pub fn on(&self, mixture: &Mixture) -> Option<Motion> {
        let drift = match self.time {
            Some(time) if self.b != 0.0 => Some((self.b as f32, Packed::new(mixture, time)?)),
            _ => None,
        };
        Some(Motion { a: self.a as f32, c: self.c as f32, drift })
    }
}

impl Motion {
    /// Moves the particles `first ..` at `(points[0][i], points[1][i])`.
    pub fn advance(&self, level: Level, noise: Noise, first: usize, points: [&mut [f32]; 2]) {
        let [xs, ys] = points;
        let count = xs.len().min(ys.len());
        // Lanes begin with an even particle.
        let lead = (first % 2).min(count);
        if lead == 1 {
            let (mut x, mut y) = ([xs[0]; 2], [ys[0]; 2]);
            cpu::advance(level, self, noise, first - 1, [&mut x, &mut y]);
            (xs[0], ys[0]) = (x[1], y[1]);
        }
        cpu::advance(level, self, noise, first + lead, [&mut xs[lead..count], &mut ys[lead..count]]);
    }
}

/// Positions of particles by coordinate; both lists have the same length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Particles {
    /// First coordinates.
    pub xs: Vec<f32>,
    /// Second coordinates.
    pub ys: Vec<f32>,
}

impl Particles {
    /// Independent draws from the target `ρ_0`, exact but for rounding: the points of
    /// [`Mixture::sample`], each coordinate to [`draws::TOLERANCE`] standard deviations of its
    /// component and [`ROUNDING`] of its size. `None` where [`packable`] says no.
    pub fn sample(level: Level, mixture: &Mixture, count: usize, seed: u32) -> Option<Self> {
        let mut particles = Self { xs: vec![0.0; count], ys: vec![0.0; count] };
        sample(level, mixture, seed, 0, [&mut particles.xs, &mut particles.ys]).then_some(particles)
    }

    /// Independent draws from `N(0, I)`, where reverse processes start.
    pub fn prior(level: Level, count: usize, seed: u32) -> Self {
        let mut particles = Self { xs: vec![0.0; count], ys: vec![0.0; count] };
        prior(level, seed, 0, [&mut particles.xs, &mut particles.ys]);
        particles
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.xs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.xs.is_empty()
    }

    /// Moves all.
    pub fn advance(&mut self, level: Level, motion: &Motion, noise: Noise) {
        motion.advance(level, noise, 0, [&mut self.xs, &mut self.ys]);
    }
}

/// The particles `first ..` of [`Particles::sample`], `first` even; `false`, and nothing is written,
/// where [`packable`] says no.
pub fn sample(level: Level, mixture: &Mixture, seed: u32, first: usize, points: [&mut [f32]; 2]) -> bool {
    if !packable(mixture) {
        return false;
    }
    let target = mixture.at_zero();
    let parts: Vec<Affine> = target.summands().map(|part| Affine::new(&part)).collect();
    let mut total = 0.0;
    let ends: Vec<f64> = parts.iter().map(|part| (total += part.weight, total).1).collect();
    let [xs, ys] = points;
    draws::normals(level, seed, stream::SAMPLE_NOISE, first, [&mut *xs, &mut *ys]);
    for (i, (x, y)) in xs.iter_mut().zip(ys).enumerate() {
        let choice = uniform(seed, stream::SAMPLE_COMPONENT, (first + i) as u32);
        let chosen = ends.partition_point(|end| *end <= choice).min(parts.len() - 1);
        [*x, *y] = parts[chosen].apply([*x, *y]);
    }
    true
}

/// The particles `first ..` of [`Particles::prior`], `first` even.
pub fn prior(level: Level, seed: u32, first: usize, points: [&mut [f32]; 2]) {
    draws::normals(level, seed, stream::PARTICLES_PRIOR, first, points);
}

/// A component `w N(μ, A Aᵀ)` as the image of `N(0, I)`.
struct Affine {
    weight: f64,
    mean: [f32; 2],
    /// Columns of `A`.
    columns: [[f32; 2]; 2],
}

impl Affine {
    fn new(part: &Summand) -> Self {
        let half_log_det: f64 = part.precisions.iter().map(|p| -0.5 * p.ln()).sum();
        let column = |k: usize| {
            let deviation = part.precisions[k].sqrt().recip();
            let axis = part.axes.map_or([f64::from(k == 0), f64::from(k == 1)], |q| [q[2 * k], q[2 * k + 1]]);
            axis.map(|q| (q * deviation) as f32)
        };
        Self {
            weight: (part.log_norm + half_log_det + LOG_2PI).exp(),
            mean: [part.mean[0] as f32, part.mean[1] as f32],
            columns: [column(0), column(1)],
        }
    }

    fn apply(&self, [u, v]: [f32; 2]) -> [f32; 2] {
        let [first, second] = self.columns;
        std::array::from_fn(|i| self.mean[i] + (first[i] * u + second[i] * v))
    }
}

#[cfg(test)]
mod tests;
