//! The estimators with draws on SIMD lanes: a lane is a point, the draws are shared.

use super::{Draws, Form};
use crate::kernels::field::stein;
use crate::kernels::simd::{Exp2, Wide};
use crate::kernels::sums::{SLOPE, VECTORS, sums, sums_alike};
use crate::kernels::{Alike, Level, Packed, PackedComponent};
use fearless_simd::{Simd, dispatch};

pub(super) fn accumulate(
    level: Level,
    packed: &Packed,
    draws: &Draws,
    points: [&[f32]; 2],
    sums: [&mut [f32]; 2],
) {
    let alike = if draws.form == Form::Paper { packed.alike() } else { None };
    let target = Target { components: &packed.components, alike: alike.as_ref() };
    match (draws.form, packed.full, &alike) {
        (Form::Paper, _, Some(_)) => {
            dispatch!(level, simd => on::<_, ALIKE>(simd, target, draws, points, sums));
        }
        (Form::Paper, false, None) => {
            dispatch!(level, simd => on::<_, DIAGONAL>(simd, target, draws, points, sums));
        }
        (Form::Paper, true, None) => {
            dispatch!(level, simd => on::<_, FULL>(simd, target, draws, points, sums));
        }
        (Form::Stein, false, _) => {
            dispatch!(level, simd => on::<_, STEIN_DIAGONAL>(simd, target, draws, points, sums));
        }
        (Form::Stein, true, _) => {
            dispatch!(level, simd => on::<_, STEIN_FULL>(simd, target, draws, points, sums));
        }
    }
}

/// The mixture, in the forms that the loops take.
#[derive(Clone, Copy)]
struct Target<'a> {
    components: &'a [PackedComponent],
    /// There for [`ALIKE`].
    alike: Option<&'a Alike>,
}

/// Which loop: by the form of the integrand and the covariances.
const ALIKE: u8 = 0;
const DIAGONAL: u8 = 1;
const FULL: u8 = 2;
const STEIN_DIAGONAL: u8 = 3;
const STEIN_FULL: u8 = 4;

/// Whole groups of vectors, and then the rest one by one.
#[inline(always)]
fn on<S: Simd, const LOOP: u8>(
    simd: S,
    target: Target<'_>,
    draws: &Draws,
    [xs, ys]: [&[f32]; 2],
    [sum, squares]: [&mut [f32]; 2],
) {
    let whole = xs.len() - xs.len() % Wide::<S, VECTORS>::LEN;
    let ([x0, x1], [y0, y1]) = ([&xs[..whole], &xs[whole..]], [&ys[..whole], &ys[whole..]]);
    let ((sum0, sum1), (squares0, squares1)) = (sum.split_at_mut(whole), squares.split_at_mut(whole));
    grouped::<S, VECTORS, LOOP>(simd, target, draws, [x0, y0], [sum0, squares0]);
    grouped::<S, 1, LOOP>(simd, target, draws, [x1, y1], [sum1, squares1]);
}

#[inline(always)]
fn grouped<S: Simd, const W: usize, const LOOP: u8>(
    simd: S,
    target: Target<'_>,
    draws: &Draws,
    [xs, ys]: [&[f32]; 2],
    [sum, squares]: [&mut [f32]; 2],
) {
    let exp2 = Exp2::constants();
    let width = Wide::<S, W>::LEN;
    let points = xs.chunks(width).zip(ys.chunks(width));
    let outputs = sum.chunks_mut(width).zip(squares.chunks_mut(width));
    for ((xs, ys), (sum, squares)) in points.zip(outputs) {
        let at = [xs, ys].map(
            #[inline(always)]
            |places| Wide::<S, W>::load(simd, places) * draws.signal,
        );
        let (mut s, mut q) = (Wide::splat(simd, 0.0), Wide::splat(simd, 0.0));
        for unit in draws.epsilon.chunks_exact(draws.unit) {
            let mut value = Wide::splat(simd, 0.0);
            for epsilon in unit {
                value += excess::<S, W, LOOP>(simd, &exp2, target, draws, *epsilon, at);
            }
            if draws.unit > 1 {
                value *= 1.0 / draws.unit as f32;
            }
            s += value;
            q = value.mul_add(value, q);
        }
        (s + Wide::load(simd, sum)).store(sum);
        (q + Wide::load(simd, squares)).store(squares);
    }
}

/// The integrand at `√(1-t) x + √t ε`, less its mean `d` under no information.
#[inline(always)]
fn excess<S: Simd, const W: usize, const LOOP: u8>(
    simd: S,
    exp2: &Exp2,
    target: Target<'_>,
    draws: &Draws,
    [e0, e1]: [f32; 2],
    [x, y]: [Wide<S, W>; 2],
) -> Wide<S, W> {
    let at = [x + draws.deviation * e0, y + draws.deviation * e1];
    let components = target.components;
    if LOOP == STEIN_DIAGONAL || LOOP == STEIN_FULL {
        let f = if LOOP == STEIN_FULL {
            stein::<S, W, true>(simd, exp2, components, at, draws.shift)
        } else {
            stein::<S, W, false>(simd, exp2, components, at, draws.shift)
        };
        let control = draws.t * draws.t * (e0 * e0 + e1 * e1 - 2.0);
        return f * (2.0 * draws.t) - control;
    }
    let sums = match target.alike {
        Some(alike) if LOOP == ALIKE => sums_alike(simd, exp2, alike, at),
        _ if LOOP == FULL => sums::<S, W, true, false>(simd, exp2, components, at),
        _ => sums::<S, W, false, false>(simd, exp2, components, at),
    };
    let slope = Wide::splat(simd, -SLOPE * draws.deviation) / sums.total;
    let shift = draws.deviation * draws.shift;
    let r0 = sums.x.mul_add(slope, e0 + shift);
    let r1 = sums.y.mul_add(slope, e1 + shift);
    r0.mul_add(r0, r1 * r1) - 2.0
}
