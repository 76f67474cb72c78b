//! The score field on SIMD lanes.

use crate::kernels::simd::{Exp2, Wide};
use crate::kernels::sums::{SLOPE, VECTORS, sums};
use crate::kernels::{Level, Packed, PackedComponent};
use fearless_simd::{Simd, dispatch};

pub(super) fn row(level: Level, packed: &Packed, xs: &[f32], y: f32, shift: f32, out: &mut [f32]) {
    let components = &packed.components[..];
    if packed.full {
        dispatch!(level, simd => row_on::<_, true>(simd, components, xs, y, shift, out));
    } else {
        dispatch!(level, simd => row_on::<_, false>(simd, components, xs, y, shift, out));
    }
}

#[inline(always)]
fn row_on<S: Simd, const FULL: bool>(
    simd: S,
    components: &[PackedComponent],
    xs: &[f32],
    y: f32,
    shift: f32,
    out: &mut [f32],
) {
    let exp2 = Exp2::constants();
    let whole = xs.len() - xs.len() % Wide::<S, VECTORS>::LEN;
    let (wide, rest) = out.split_at_mut(whole);
    for (xs, out) in xs.chunks(Wide::<S, VECTORS>::LEN).zip(wide.chunks_mut(Wide::<S, VECTORS>::LEN)) {
        let at = [Wide::load(simd, xs), Wide::splat(simd, y)];
        stein::<S, VECTORS, FULL>(simd, &exp2, components, at, shift).store(out);
    }
    for (xs, out) in xs[whole..].chunks(Wide::<S, 1>::LEN).zip(rest.chunks_mut(Wide::<S, 1>::LEN)) {
        let at = [Wide::load(simd, xs), Wide::splat(simd, y)];
        stein::<S, 1, FULL>(simd, &exp2, components, at, shift).store(out);
    }
}

/// `div s + ‖ŝ‖²/2` with the shifted score `ŝ`.
#[inline(always)]
pub(in crate::kernels) fn stein<S: Simd, const W: usize, const FULL: bool>(
    simd: S,
    exp2: &Exp2,
    components: &[PackedComponent],
    at: [Wide<S, W>; 2],
    shift: f32,
) -> Wide<S, W> {
    let sums = sums::<S, W, FULL, true>(simd, exp2, components, at);
    let scale = Wide::splat(simd, 1.0) / sums.total;
    let slope = scale * -SLOPE;
    let (sx, sy) = (sums.x * slope, sums.y * slope);
    // div s = spread - ‖s‖², so f = spread - ‖s‖²/2 + shift (s₁ + s₂) + shift².
    let half = sx.mul_add(sx, sy * sy) * -0.5 + sums.spread * scale;
    (sx + sy).mul_add(shift, half + shift * shift)
}

pub(super) fn scores(level: Level, packed: &Packed, xs: &[f32], ys: &[f32], scores: &mut [[f32; 2]]) {
    let components = &packed.components[..];
    if packed.full {
        dispatch!(level, simd => scores_on::<_, true>(simd, components, xs, ys, scores));
    } else {
        dispatch!(level, simd => scores_on::<_, false>(simd, components, xs, ys, scores));
    }
}

#[inline(always)]
fn scores_on<S: Simd, const FULL: bool>(
    simd: S,
    components: &[PackedComponent],
    xs: &[f32],
    ys: &[f32],
    scores: &mut [[f32; 2]],
) {
    let exp2 = Exp2::constants();
    let width = Wide::<S, 1>::LEN;
    for ((xs, ys), out) in xs.chunks(width).zip(ys.chunks(width)).zip(scores.chunks_mut(width)) {
        let at = [Wide::load(simd, xs), Wide::load(simd, ys)];
        let sums = sums::<S, 1, FULL, false>(simd, &exp2, components, at);
        let slope = Wide::splat(simd, -SLOPE) / sums.total;
        let (sx, sy) = (sums.x * slope, sums.y * slope);
        for ((out, sx), sy) in out.iter_mut().zip(sx.lanes()).zip(sy.lanes()) {
            *out = [sx, sy];
        }
    }
}
