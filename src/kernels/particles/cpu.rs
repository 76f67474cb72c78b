//! A step of particles on SIMD lanes.

use super::{Motion, Noise};
use crate::kernels::draws::Source;
use crate::kernels::simd::{load, splat, store};
use crate::kernels::sums::{SLOPE, sums};
use crate::kernels::{Level, PackedComponent};
use fearless_simd::{Simd, SimdBase, SimdFloat, dispatch};

/// A step, its drift `b` apart.
#[derive(Clone, Copy)]
struct Factors {
    a: f32,
    b: f32,
    c: f32,
}

/// Moves the particles `first ..`, `first` even.
pub(super) fn advance(level: Level, motion: &Motion, noise: Noise, first: usize, [xs, ys]: [&mut [f32]; 2]) {
    let source = noise.source();
    let (a, c) = (motion.a, motion.c);
    let Some((b, packed)) = &motion.drift else {
        let factors = Factors { a, b: 0.0, c };
        return if c == 0.0 {
            dispatch!(level, simd => free::<_, false>(simd, factors, source, first, xs, ys))
        } else {
            dispatch!(level, simd => free::<_, true>(simd, factors, source, first, xs, ys))
        };
    };
    let (factors, parts) = (Factors { a, b: *b, c }, &packed.components[..]);
    match (packed.full, c != 0.0) {
        (false, false) => {
            dispatch!(level, simd => driven::<_, false, false>(simd, factors, parts, source, first, xs, ys))
        }
        (false, true) => {
            dispatch!(level, simd => driven::<_, false, true>(simd, factors, parts, source, first, xs, ys))
        }
        (true, false) => {
            dispatch!(level, simd => driven::<_, true, false>(simd, factors, parts, source, first, xs, ys))
        }
        (true, true) => {
            dispatch!(level, simd => driven::<_, true, true>(simd, factors, parts, source, first, xs, ys))
        }
    }
}

/// Without a score.
#[inline(always)]
fn free<S: Simd, const NOISE: bool>(
    simd: S,
    factors: Factors,
    source: Source,
    first: usize,
    xs: &mut [f32],
    ys: &mut [f32],
) {
    each(
        simd,
        first,
        xs,
        ys,
        #[inline(always)]
        |start, x, y| stirred::<S, NOISE>(simd, factors.c, source, start, [x * factors.a, y * factors.a]),
    );
}

/// With one.
#[inline(always)]
fn driven<S: Simd, const FULL: bool, const NOISE: bool>(
    simd: S,
    factors: Factors,
    components: &[PackedComponent],
    source: Source,
    first: usize,
    xs: &mut [f32],
    ys: &mut [f32],
) {
    let a = splat(simd, factors.a);
    each(
        simd,
        first,
        xs,
        ys,
        #[inline(always)]
        |start, x, y| {
            let sums = sums::<S, FULL, false>(simd, components, x, y);
            let slope = splat(simd, -SLOPE * factors.b) / sums.total;
            let moved = [x.mul_add(a, sums.x * slope), y.mul_add(a, sums.y * slope)];
            stirred::<S, NOISE>(simd, factors.c, source, start, moved)
        },
    );
}

/// Adds `c z` of the particles `start ..`.
#[inline(always)]
fn stirred<S: Simd, const NOISE: bool>(
    simd: S,
    c: f32,
    source: Source,
    start: usize,
    [x, y]: [S::f32s; 2],
) -> [S::f32s; 2] {
    if !NOISE {
        return [x, y];
    }
    let c = splat(simd, c);
    let [u, v] = source.pairs(simd, start);
    [u.mul_add(c, x), v.mul_add(c, y)]
}

/// Replaces the points by what `step` makes of the number of the first of some and these.
#[inline(always)]
fn each<S: Simd>(
    simd: S,
    first: usize,
    xs: &mut [f32],
    ys: &mut [f32],
    step: impl Fn(usize, S::f32s, S::f32s) -> [S::f32s; 2],
) {
    let width = S::f32s::LEN;
    let starts = (first..).step_by(width);
    for ((xs, ys), start) in xs.chunks_mut(width).zip(ys.chunks_mut(width)).zip(starts) {
        let [x, y] = step(start, load(simd, xs), load(simd, ys));
        store::<S>(x, xs);
        store::<S>(y, ys);
    }
}
