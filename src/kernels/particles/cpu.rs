//! A step of particles on SIMD lanes.

use super::{Motion, Noise};
use crate::kernels::draws::Source;
use crate::kernels::simd::{Exp2, Wide};
use crate::kernels::sums::{SLOPE, sums};
use crate::kernels::{Level, PackedComponent};
use fearless_simd::{Simd, dispatch};

/// A step of some particles, the first of them even.
struct Work<'a> {
    a: f32,
    b: f32,
    c: f32,
    components: &'a [PackedComponent],
    source: Source,
    first: usize,
    xs: &'a mut [f32],
    ys: &'a mut [f32],
}

/// Moves the particles `first ..`, `first` even.
pub(super) fn advance(level: Level, motion: &Motion, noise: Noise, first: usize, [xs, ys]: [&mut [f32]; 2]) {
    let (source, noisy) = (noise.source(), motion.c != 0.0);
    let (b, components, full) = match &motion.drift {
        Some((b, packed)) => (*b, &packed.components[..], packed.full),
        None => (0.0, &[][..], false),
    };
    let work = Work { a: motion.a, b, c: motion.c, components, source, first, xs, ys };
    match (motion.drift.is_some(), full, noisy) {
        (false, _, false) => dispatch!(level, simd => free::<_, false>(simd, work)),
        (false, _, true) => dispatch!(level, simd => free::<_, true>(simd, work)),
        (true, false, false) => dispatch!(level, simd => driven::<_, false, false>(simd, work)),
        (true, false, true) => dispatch!(level, simd => driven::<_, false, true>(simd, work)),
        (true, true, false) => dispatch!(level, simd => driven::<_, true, false>(simd, work)),
        (true, true, true) => dispatch!(level, simd => driven::<_, true, true>(simd, work)),
    }
}

/// Without a score.
#[inline(always)]
fn free<S: Simd, const NOISE: bool>(simd: S, work: Work) {
    let Work { a, c, source, first, xs, ys, .. } = work;
    each(
        simd,
        first,
        xs,
        ys,
        #[inline(always)]
        |start, x, y| stirred::<S, NOISE>(simd, c, source, start, [x * a, y * a]),
    );
}

/// With one.
#[inline(always)]
fn driven<S: Simd, const FULL: bool, const NOISE: bool>(simd: S, work: Work) {
    let Work { a, b, c, components, source, first, xs, ys } = work;
    let exp2 = Exp2::constants();
    each(
        simd,
        first,
        xs,
        ys,
        #[inline(always)]
        |start, x, y| {
            let sums = sums::<S, 1, FULL, false>(simd, &exp2, components, [x, y]);
            let slope = Wide::splat(simd, -SLOPE * b) / sums.total;
            let moved = [x.mul_add(a, sums.x * slope), y.mul_add(a, sums.y * slope)];
            stirred::<S, NOISE>(simd, c, source, start, moved)
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
    [x, y]: [Wide<S, 1>; 2],
) -> [Wide<S, 1>; 2] {
    if !NOISE {
        return [x, y];
    }
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
    step: impl Fn(usize, Wide<S, 1>, Wide<S, 1>) -> [Wide<S, 1>; 2],
) {
    let width = Wide::<S, 1>::LEN;
    let starts = (first..).step_by(width);
    for ((xs, ys), start) in xs.chunks_mut(width).zip(ys.chunks_mut(width)).zip(starts) {
        let [x, y] = step(start, Wide::load(simd, xs), Wide::load(simd, ys));
        x.store(xs);
        y.store(ys);
    }
}
