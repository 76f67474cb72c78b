//! Both sums over the lattice on SIMD lanes.

use super::{FAINT, FEW, FINENESS, MARGIN, MAX_SIDE, REACH, STRETCH};
use crate::kernels::simd::{Wide, transpose};
use crate::kernels::{Level, Packed, PackedComponent, field};
use fearless_simd::{Simd, dispatch};
use std::f64::consts::{LN_2, SQRT_2};

/// Vectors that are summed at a time.
const UNROLL: usize = 2;

/// Lattice points along an axis that a component is put on.
const WINDOW: usize = 2 * (REACH * FINENESS) as usize;

/// Multiplications in a step of [`Convolved::prepare`]: some milliseconds in a browser.
const STEP: usize = 6_000_000;

/// A field on its way.
#[derive(Clone, Debug)]
pub struct Convolved {
    /// Of a component, before it is halved.
    deviation: f64,
    axes: [LatticeAxis; 2],
    xs: Vec<f64>,
    ys: Vec<f64>,
    /// `C_k`, y fastest.
    masses: Vec<f32>,
    /// `Σ C g`, `Σ C g z`, `Σ C g z²` over the lattice along x: place by place, y fastest; once all are there,
    /// turned, so that the place is fastest.
    along_x: [Vec<f32>; 3],
}

/// Lattice coordinates `low, low + step, …`.
#[derive(Clone, Copy, Debug)]
struct LatticeAxis {
    low: f64,
    step: f64,
    count: usize,
}

/// `g`, `g z` and `g z²` at the lattice points that a place reads.
struct Taps {
    first: usize,
    weights: Vec<[f32; 3]>,
}

impl Convolved {
    /// Starts on the field at `xs × ys`, the places; `None` where the components are few or not alike, or
    /// spread over more than a lattice holds.
    pub fn new(level: Level, packed: &Packed, places: impl FnOnce() -> [Vec<f64>; 2]) -> Option<Self> {
        let components = &packed.components[..];
        let first = components.first()?;
        let alike = |c: &PackedComponent| c.a == first.a && c.c == first.a && c.b == 0.0;
        if components.len() <= FEW || !components.iter().all(alike) {
            return None;
        }
        // ½ log₂e p = a², with the precision p.
        let deviation = 1.0 / (f64::from(first.a) * (2.0 * LN_2).sqrt());
        let axis = |i: usize| {
            let means = components.iter().map(|c| f64::from(c.mean[i]));
            let (low, high) =
                means.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), m| (l.min(m), h.max(m)));
            let step = deviation / FINENESS;
            let low = low - REACH * deviation;
            let count = ((high - low + REACH * deviation) / step).ceil() + 1.0;
            (count <= MAX_SIDE as f64).then_some(LatticeAxis { low, step, count: count as usize })
        };
        let axes = [axis(0)?, axis(1)?];
        let mut masses = vec![0.0; axes[0].count * axes[1].count];
        dispatch!(level, simd => spread(simd, components, axes, &mut masses));
        let [xs, ys] = places();
        Some(Self { deviation, axes, xs, ys, masses, along_x: Default::default() })
    }

    /// Some of the sums along x; `true` when all are there.
    pub fn prepare(&mut self, level: Level) -> bool {
        let height = self.axes[1].count;
        let done = self.along_x[0].len() / height;
        if done == self.xs.len() {
            return true;
        }
        for x in self.xs.iter().skip(done).take((STEP / (height * 100)).max(1)) {
            let taps = self.taps(0, *x);
            let rows = &self.masses[taps.first * height..(taps.first + taps.weights.len()) * height];
            for sums in &mut self.along_x {
                sums.resize(sums.len() + height, 0.0);
            }
            let [a, b, c] = &mut self.along_x;
            let start = a.len() - height;
            let out = [&mut a[start..], &mut b[start..], &mut c[start..]];
            dispatch!(level, simd => collect(simd, &taps.weights, rows, out));
        }
        if self.along_x[0].len() / height < self.xs.len() {
            return false;
        }
        for sums in &mut self.along_x {
            *sums = transpose(sums, height);
        }
        true
    }

    /// `f_t` at `(xs[i], ys[row])` for all `i`, with an error `shift` of both coordinates of the score.
    pub fn row(&self, level: Level, packed: &Packed, row: usize, shift: f32, out: &mut [f32]) {
        let y = self.ys[row];
        let taps = self.taps(1, y);
        let width = self.xs.len();
        let rows = self
            .along_x
            .each_ref()
            .map(|sums| &sums[taps.first * width..(taps.first + taps.weights.len()) * width]);
        let scale = (SQRT_2 / self.deviation) as f32;
        dispatch!(level, simd => combine(simd, &taps.weights, rows, [scale, shift], out));
        for (out, xs) in out.chunks_mut(STRETCH).zip(self.xs.chunks(STRETCH)) {
            if out.iter().any(|f| f.is_nan()) {
                self.one_by_one(level, packed, xs, y, shift, out);
            }
        }
    }

    /// Multiplications that a row costs.
    pub fn cost(&self) -> usize {
        self.xs.len() * (5.0 * 2.0 * REACH * FINENESS) as usize
    }

    /// `f_t` at places far from most components.
    fn one_by_one(&self, level: Level, packed: &Packed, xs: &[f64], y: f64, shift: f32, out: &mut [f32]) {
        let (low, high) =
            xs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
        let (low, high, y) = (low as f32, high as f32, y as f32);
        let half_precision = (0.5 / (self.deviation * self.deviation)) as f32;
        // The least and the greatest energy of a component over the stretch.
        let energies = |c: &PackedComponent| {
            let [left, right] = [c.mean[0] - low, high - c.mean[0]];
            let (near, far) = ((-left).max(-right).max(0.0), left.abs().max(right.abs()));
            let rest = (y - c.mean[1]).powi(2) * half_precision - c.log2_norm * std::f32::consts::LN_2;
            [near, far].map(|d| d * d * half_precision + rest)
        };
        let bound = packed.components.iter().map(|c| energies(c)[1]).fold(f32::INFINITY, f32::min) + MARGIN;
        let kept = packed.components.iter().filter(|c| energies(c)[0] <= bound).copied().collect();
        let xs: Vec<f32> = xs.iter().map(|x| *x as f32).collect();
        field::row(level, &Packed { components: kept, full: false }, &xs, y, shift, out);
    }

    fn taps(&self, axis: usize, place: f64) -> Taps {
        let LatticeAxis { low, step, count } = self.axes[axis];
        let at = |reach: f64| (place + reach * self.deviation - low) / step;
        let first = at(-REACH).ceil().clamp(0.0, count as f64) as usize;
        let end = (at(REACH).floor() + 1.0).clamp(first as f64, count as f64) as usize;
        let weights = (first..end).map(|n| {
            let z = SQRT_2 * (low + step * n as f64 - place) / self.deviation;
            let g = (-0.5 * z * z).exp();
            [g, g * z, g * z * z].map(|w| w as f32)
        });
        Taps { first, weights: weights.collect() }
    }
}

/// The components' halves on the lattice, y fastest.
#[inline(always)]
fn spread<S: Simd>(simd: S, components: &[PackedComponent], axes: [LatticeAxis; 2], masses: &mut [f32]) {
    let height = axes[1].count;
    let mut weights = [[0.0; WINDOW]; 2];
    for component in components {
        let mut starts = [0; 2];
        for (i, axis) in axes.into_iter().enumerate() {
            let place = (f64::from(component.mean[i]) - axis.low) / axis.step;
            // Means lie REACH within the lattice, so neither end is outside it.
            starts[i] = (place.round() as usize).saturating_sub(WINDOW / 2).min(axis.count - WINDOW);
            halves((place - starts[i] as f64) / FINENESS, &mut weights[i]);
        }
        let mass = component.log2_norm.exp2();
        let [along_x, along_y] = &weights;
        let rows = masses[starts[0] * height..].chunks_exact_mut(height);
        for (row, weight) in rows.zip(along_x) {
            let row = &mut row[starts[1]..starts[1] + WINDOW];
            for (out, shares) in row.chunks_mut(Wide::<S, 1>::LEN).zip(along_y.chunks(Wide::<S, 1>::LEN)) {
                let sum = Wide::<S, 1>::load(simd, shares).mul_add(mass * weight, Wide::load(simd, out));
                sum.store(out);
            }
        }
    }
}

/// `exp(-(n/FINENESS - centre)²)` at `n = 0, 1, …`, from two exponentials each way: the ratio of neighbours
/// falls by the same factor from one to the next.
fn halves(centre: f64, out: &mut [f32]) {
    let step = 1.0 / FINENESS;
    let nearest = ((centre / step).round() as usize).min(out.len() - 1);
    let offset = nearest as f64 * step - centre;
    let (top, bend) = ((-offset * offset).exp(), (-2.0 * step * step).exp());
    let ratio = |sign: f64| (-step * (step + 2.0 * sign * offset)).exp();
    let (mut value, mut by) = (top, ratio(1.0));
    for out in &mut out[nearest..] {
        *out = value as f32;
        value *= by;
        by *= bend;
    }
    let (mut value, mut by) = (top, ratio(-1.0));
    for out in out[..nearest].iter_mut().rev() {
        value *= by;
        by *= bend;
        *out = value as f32;
    }
}

/// `out[m][i] = Σ_n weights[n][m] rows[n][i]`.
#[inline(always)]
fn collect<S: Simd>(simd: S, weights: &[[f32; 3]], rows: &[f32], [a, b, c]: [&mut [f32]; 3]) {
    let (width, length) = (a.len(), Wide::<S, UNROLL>::LEN);
    for start in (0..width).step_by(length) {
        let these = start..(start + length).min(width);
        let zero = Wide::<S, UNROLL>::splat(simd, 0.0);
        let mut sums = [zero; 3];
        for ([g, gz, gzz], row) in weights.iter().zip(rows.chunks_exact(width)) {
            let mass = Wide::<S, UNROLL>::load(simd, &row[these.clone()]);
            sums = [mass.mul_add(*g, sums[0]), mass.mul_add(*gz, sums[1]), mass.mul_add(*gzz, sums[2])];
        }
        sums[0].store(&mut a[these.clone()]);
        sums[1].store(&mut b[these.clone()]);
        sums[2].store(&mut c[these]);
    }
}

/// `f_t` from the sums along x; NaN where the density is too small for single precision.
#[inline(always)]
fn combine<S: Simd>(
    simd: S,
    weights: &[[f32; 3]],
    [a, b, c]: [&[f32]; 3],
    [scale, shift]: [f32; 2],
    out: &mut [f32],
) {
    let (width, length) = (out.len(), Wide::<S, UNROLL>::LEN);
    for start in (0..width).step_by(length) {
        let these = start..(start + length).min(width);
        let zero = Wide::<S, UNROLL>::splat(simd, 0.0);
        let (mut total, mut x, mut y, mut square) = (zero, zero, zero, zero);
        let rows = a.chunks_exact(width).zip(b.chunks_exact(width)).zip(c.chunks_exact(width));
        for ([g, gz, gzz], ((a, b), c)) in weights.iter().zip(rows) {
            let a = Wide::<S, UNROLL>::load(simd, &a[these.clone()]);
            let b = Wide::<S, UNROLL>::load(simd, &b[these.clone()]);
            let c = Wide::<S, UNROLL>::load(simd, &c[these.clone()]);
            total = a.mul_add(*g, total);
            x = b.mul_add(*g, x);
            y = a.mul_add(*gz, y);
            square = c.mul_add(*g, a.mul_add(*gzz, square));
        }
        let inverse = Wide::<S, UNROLL>::splat(simd, 1.0) / total;
        let (x, y, square) = (x * inverse, y * inverse, square * inverse);
        let f = (square - 2.0 - x.mul_add(x, y * y) * 0.5) * (scale * scale);
        let f = (x + y).mul_add(shift * scale, f + shift * shift);
        f.store(&mut out[these.clone()]);
        for (out, total) in out[these].iter_mut().zip(total.lanes()) {
            *out = if total >= FAINT { *out } else { f32::NAN };
        }
    }
}
