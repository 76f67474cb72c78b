//! The score field on SIMD lanes.

use crate::kernels::simd::{load, splat, store};
use crate::kernels::sums::{SLOPE, sums};
use crate::kernels::{Level, Packed, PackedComponent};
use fearless_simd::{Simd, SimdBase, SimdFloat, dispatch};

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
    let y = splat(simd, y);
    let width = S::f32s::LEN;
    for (xs, out) in xs.chunks(width).zip(out.chunks_mut(width)) {
        store::<S>(stein::<S, FULL>(simd, components, load(simd, xs), y, shift), out);
    }
}

/// `div s + ‖ŝ‖²/2` with the shifted score `ŝ`.
#[inline(always)]
pub(in crate::kernels) fn stein<S: Simd, const FULL: bool>(
    simd: S,
    components: &[PackedComponent],
    x: S::f32s,
    y: S::f32s,
    shift: f32,
) -> S::f32s {
    let sums = sums::<S, FULL, true>(simd, components, x, y);
    let scale = splat(simd, 1.0) / sums.total;
    let slope = scale * -SLOPE;
    let (sx, sy) = (sums.x * slope, sums.y * slope);
    let spread = sums.spread * scale;
    // div s = spread - ‖s‖², so f = spread - ‖s‖²/2 + shift (s₁ + s₂) + shift².
    let half = sx.mul_add(sx, sy * sy) * -0.5 + spread;
    (sx + sy).mul_add(splat(simd, shift), half + shift * shift)
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
    let width = S::f32s::LEN;
    for ((xs, ys), out) in xs.chunks(width).zip(ys.chunks(width)).zip(scores.chunks_mut(width)) {
        let sums = sums::<S, FULL, false>(simd, components, load(simd, xs), load(simd, ys));
        let slope = splat(simd, -SLOPE) / sums.total;
        let (sx, sy) = (sums.x * slope, sums.y * slope);
        for ((out, sx), sy) in out.iter_mut().zip(sx.as_slice()).zip(sy.as_slice()) {
            *out = [*sx, *sy];
        }
    }
}
