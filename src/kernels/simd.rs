//! Vector helpers shared by the kernels.

pub use fearless_simd::Level;
use fearless_simd::{Simd, SimdBase, SimdFloat, SimdInto};

/// What the lanes of this machine are called.
pub fn level_name() -> String {
    // `Avx512(…)` without what is in the brackets.
    let text = format!("{:?}", Level::new());
    text.split('(').next().unwrap_or_default().to_owned()
}

/// Coefficients of the minimax polynomial of `2^f` on `[-½, ½]`, relative error 7.5e-8.
const EXP2: [f32; 6] = [1.0, 0.693_146_94, 0.240_221_2, 0.055_507_13, 0.009_675_541, 0.001_327_647_2];

/// Adding `1.5 · 2²³` rounds to the nearest integer and leaves it in the low bits.
const ROUND: f32 = 12_582_912.0;

/// `2^x` for `x ≤ 0`, with a relative error below 3e-7; below `2^-126` the result stays there.
/// NaN gives a finite number: callers keep it out.
#[inline(always)]
pub(super) fn exp2<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = x.max(S::f32s::splat(simd, -126.0));
    let rounded = x + ROUND;
    let f = x - (rounded - ROUND);
    let mut p = S::f32s::splat(simd, EXP2[5]);
    for c in EXP2[..5].iter().rev() {
        p = p.mul_add(f, S::f32s::splat(simd, *c));
    }
    // The integer part goes into the exponent.
    <S::f32s as SimdFloat<S>>::from_bits(p.to_bits() + (rounded.to_bits() << 23))
}

/// A vector from the first lanes of a slice; the rest repeat the last entry.
#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, values: &[f32]) -> S::f32s {
    let width = S::f32s::LEN;
    match values.get(..width) {
        Some(whole) => S::f32s::from_slice(simd, whole),
        None => {
            let mut lanes = S::f32s::splat(simd, values.last().copied().unwrap_or(0.0));
            lanes.as_mut_slice()[..values.len()].copy_from_slice(values);
            lanes
        }
    }
}

/// Writes as many lanes as the slice holds.
#[inline(always)]
pub(super) fn store<S: Simd>(values: S::f32s, out: &mut [f32]) {
    let width = S::f32s::LEN;
    match out.get_mut(..width) {
        Some(whole) => values.store_slice(whole),
        None => {
            let count = out.len();
            out.copy_from_slice(&values.as_slice()[..count]);
        }
    }
}

/// `value` in all lanes.
#[inline(always)]
pub(super) fn splat<S: Simd>(simd: S, value: f32) -> S::f32s {
    value.simd_into(simd)
}

/// All vectors that this machine has, and none.
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(super) fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let others = [
        best.as_avx2().map(Level::Avx2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_sse2().map(Level::Sse2),
    ];
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let others: [Option<Level>; 0] = [];
    [best, Level::fallback()].into_iter().chain(others.into_iter().flatten()).collect()
}

/// All there are in a browser.
#[cfg(all(test, target_arch = "wasm32"))]
pub(super) fn levels() -> Vec<Level> {
    vec![Level::new()]
}
