//! The estimators with draws on SIMD lanes: a lane is a point, the draws are shared.

use super::{Draws, Form};
use crate::kernels::field::stein;
use crate::kernels::simd::{load, splat, store};
use crate::kernels::sums::{SLOPE, sums};
use crate::kernels::{Level, Packed, PackedComponent};
use fearless_simd::{Simd, SimdBase, SimdFloat, dispatch};

pub(super) fn accumulate(
    level: Level,
    packed: &Packed,
    draws: &Draws,
    points: [&[f32]; 2],
    sums: [&mut [f32]; 2],
) {
    let components = &packed.components[..];
    match (draws.form, packed.full) {
        (Form::Paper, false) => {
            dispatch!(level, simd => on::<_, false, false>(simd, components, draws, points, sums));
        }
        (Form::Paper, true) => {
            dispatch!(level, simd => on::<_, true, false>(simd, components, draws, points, sums));
        }
        (Form::Stein, false) => {
            dispatch!(level, simd => on::<_, false, true>(simd, components, draws, points, sums));
        }
        (Form::Stein, true) => {
            dispatch!(level, simd => on::<_, true, true>(simd, components, draws, points, sums));
        }
    }
}

#[inline(always)]
fn on<S: Simd, const FULL: bool, const STEIN: bool>(
    simd: S,
    components: &[PackedComponent],
    draws: &Draws,
    [xs, ys]: [&[f32]; 2],
    [sum, squares]: [&mut [f32]; 2],
) {
    let width = S::f32s::LEN;
    let points = xs.chunks(width).zip(ys.chunks(width));
    let outputs = sum.chunks_mut(width).zip(squares.chunks_mut(width));
    for ((xs, ys), (sum, squares)) in points.zip(outputs) {
        let x = load(simd, xs) * draws.signal;
        let y = load(simd, ys) * draws.signal;
        let (mut s, mut q) = (splat(simd, 0.0), splat(simd, 0.0));
        for unit in draws.epsilon.chunks_exact(draws.unit) {
            let mut value = splat(simd, 0.0);
            for epsilon in unit {
                value += excess::<S, FULL, STEIN>(simd, components, draws, *epsilon, x, y);
            }
            if draws.unit > 1 {
                value *= 1.0 / draws.unit as f32;
            }
            s += value;
            q = value.mul_add(value, q);
        }
        store::<S>(s + load(simd, sum), sum);
        store::<S>(q + load(simd, squares), squares);
    }
}

/// The integrand at `√(1-t) x + √t ε`, less its mean `d` under no information.
#[inline(always)]
fn excess<S: Simd, const FULL: bool, const STEIN: bool>(
    simd: S,
    components: &[PackedComponent],
    draws: &Draws,
    [e0, e1]: [f32; 2],
    x: S::f32s,
    y: S::f32s,
) -> S::f32s {
    let (x, y) = (x + draws.deviation * e0, y + draws.deviation * e1);
    if STEIN {
        let f = stein::<S, FULL>(simd, components, x, y, draws.shift);
        let control = draws.t * draws.t * (e0 * e0 + e1 * e1 - 2.0);
        f * (2.0 * draws.t) - control
    } else {
        let sums = sums::<S, FULL, false>(simd, components, x, y);
        let slope = splat(simd, -SLOPE * draws.deviation) / sums.total;
        let shift = draws.deviation * draws.shift;
        let r0 = sums.x.mul_add(slope, splat(simd, e0 + shift));
        let r1 = sums.y.mul_add(slope, splat(simd, e1 + shift));
        r0.mul_add(r0, r1 * r1) - 2.0
    }
}
