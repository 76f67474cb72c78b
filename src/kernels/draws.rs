//! Standard normal draws on SIMD lanes: the streams of [`crate::math::random`], in pairs.
//!
//! Pair `i` of a stream is its words `2i` and `2i + 1`, made normal through the quantile function.
//! The words are those of `math`, bit for bit; the draws differ from those of
//! [`normals`](crate::math::random::normals) by at most [`TOLERANCE`] on every backend.
//!
//! **Philox** takes 32-bit words to 64-bit products. Each 64-bit lane holds one block's word in its
//! low half (what is left in the high halves is never looked at), so a vector of `n` 32-bit lanes
//! makes `n/2` blocks at a time, and each block is two pairs: joining words 0 and 2, and 1 and 3,
//! gives the first and second members of `n` pairs in their order, without a shuffle.
//!
//! **Quantile**: `Φ⁻¹(p) = √2 erfinv(x)`, `x = 2p - 1`, `p = (word + ½)/2³²`, as in M. Giles 2012,
//! *Approximating the erfinv function* (GPU Computing Gems, Jade Edition): `x` times a polynomial in
//! `w = -log(1 - x²)` up to 5, and one in `√w` beyond, where one draw in 300 lies. Here
//! `1 - x² = 4 p' (1 - p')` comes from the tail's own probability `p' = min(p, 1 - p)`, which integer
//! arithmetic knows to full precision: the tails are as good as the middle.
//!
//! Left out on purpose: uniform draws and 53-bit ones.

use super::Level;
use super::simd::{Wide, splat};
use crate::math::random::{INCREMENTS, KEY, MULTIPLIERS};
use fearless_simd::{Bytes, Select, Simd, SimdBase, SimdCvtFloat, SimdFloat, SimdMask, dispatch};

/// Largest difference from the draws of `math` in double precision, over all words and on every
/// backend. SIMD lanes use up half of it: 8.5e-7 over all words with fused multiplication and
/// addition, 9.3e-7 without, both in the tails, where a draw is itself rounded by 2.4e-7.
pub const TOLERANCE: f64 = 2e-6;

/// Pairs `first ..` of a stream, into `zs[0]` and `zs[1]`, which have the same length.
pub fn normals(level: Level, seed: u32, stream: u32, first: usize, zs: [&mut [f32]; 2]) {
    let [xs, ys] = zs;
    let count = xs.len().min(ys.len());
    // Lanes begin with a whole block, two pairs.
    let lead = (first % 2).min(count);
    if lead == 1 {
        let mut two = [[0.0; 2]; 2];
        let [x, y] = &mut two;
        normals(level, seed, stream, first - 1, [x, y]);
        (xs[0], ys[0]) = (two[0][1], two[1][1]);
    }
    let source = Source { seed, stream };
    let (xs, ys) = (&mut xs[lead..count], &mut ys[lead..count]);
    dispatch!(level, simd => normals_on(simd, source, first + lead, xs, ys));
}

#[inline(always)]
fn normals_on<S: Simd>(simd: S, source: Source, first: usize, xs: &mut [f32], ys: &mut [f32]) {
    let width = S::f32s::LEN;
    let starts = (first..).step_by(width);
    for ((xs, ys), start) in xs.chunks_mut(width).zip(ys.chunks_mut(width)).zip(starts) {
        let [x, y] = source.pairs(simd, start);
        x.store(xs);
        y.store(ys);
    }
}

/// Where draws come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Seed.
    pub(super) seed: u32,
    /// One of [`crate::math::random::stream`].
    pub(super) stream: u32,
}

impl Source {
    /// As many pairs as there are lanes, from an even number `first` on.
    #[inline(always)]
    pub(super) fn pairs<S: Simd>(self, simd: S, first: usize) -> [Wide<S, 1>; 2] {
        self.words(simd, first).map(
            #[inline(always)]
            |words| Wide::from_parts(simd, |_| quantile(simd, words)),
        )
    }

    #[inline(always)]
    fn words<S: Simd>(self, simd: S, first: usize) -> [S::u32s; 2] {
        let wide = |value: u32| S::u64s::splat(simd, u64::from(value));
        let low = wide(u32::MAX);
        let multipliers = MULTIPLIERS.map(wide);
        let start = first as u64 / 2;
        let mut c0 = S::u64s::from_fn(simd, |lane| start + lane as u64);
        let mut c1 = c0 >> 32;
        let mut c2 = wide(self.stream);
        let mut c3 = wide(0);
        let mut key = [self.seed, KEY];
        for _ in 0..10 {
            let product0 = (c0 & low) * multipliers[0];
            let product1 = (c2 & low) * multipliers[1];
            c0 = (product1 >> 32) ^ c1 ^ wide(key[0]);
            c1 = product1;
            c2 = (product0 >> 32) ^ c3 ^ wide(key[1]);
            c3 = product0;
            key = [key[0].wrapping_add(INCREMENTS[0]), key[1].wrapping_add(INCREMENTS[1])];
        }
        [((c0 & low) | (c2 << 32)).bitcast(), ((c1 & low) | (c3 << 32)).bitcast()]
    }
}

/// `√2 erfinv(x)/x` as a polynomial in `w - 5/2`, highest power first (Giles).
const MIDDLE: [f32; 9] = [
    3.974_26e-8,
    4.854_626_6e-7,
    -4.982_822_7e-6,
    -6.210_528e-6,
    3.091_200_3e-4,
    -1.773_034_9e-3,
    -5.908_134e-3,
    3.488_026_6e-1,
    2.123_313_5,
];

/// The same in `√w - 7/2` for `w` from 5 to 21.5, the largest there is, to 7e-8; interpolated at
/// Chebyshev's nodes, since Giles's polynomial ends at 16.6.
const TAIL: [f32; 11] = [
    -3.155_734e-5,
    3.462_333e-5,
    1.344_822_6e-4,
    -3.720_651e-4,
    5.870_322e-4,
    -9.303_184e-4,
    1.555_801_8e-3,
    -2.925_364e-3,
    4.632_745e-3,
    1.424_635_2,
    4.717_089,
];

/// `(log(1 + r) - r + r²/2)/r³` on `[√½ - 1, √2 - 1]`, highest power first (Cephes, `logf`).
const LOG: [f32; 9] = [
    7.037_683_6e-2,
    -1.151_461e-1,
    1.167_699_9e-1,
    -1.242_014_1e-1,
    1.424_932_3e-1,
    -1.666_805_8e-1,
    2.000_071_5e-1,
    -2.499_999_4e-1,
    3.333_333e-1,
];

/// `√½` as bits: below it a number is taken for half of the next power of two.
const ROOT_HALF: u32 = 0x3F35_04F3;

/// `Φ⁻¹((word + ½)/2³²)`.
#[inline(always)]
fn quantile<S: Simd>(simd: S, words: S::u32s) -> S::f32s {
    let number = |value: f32| splat(simd, value);
    // (word - 2³¹ + ½)/2³¹.
    let signed: S::i32s = (words ^ (1 << 31)).bitcast();
    let x = S::f32s::float_from(signed).mul_add(number(2f32.powi(-31)), number(2f32.powi(-32)));
    // How many words lie beyond, and half of this one.
    let low: S::i32s = words.bitcast();
    let beyond = S::f32s::float_from(low ^ (low >> 31)) + 0.5;
    let twice = beyond * 2f32.powi(-30);
    let product = twice.mul_add(beyond * -(2f32.powi(-32)), twice);
    // Exponent and mantissa in [√½, √2).
    let bits: S::u32s = product.bitcast();
    let exponent: S::i32s = Bytes::bitcast::<S::i32s>(bits - ROOT_HALF) >> 23;
    let mantissa: S::f32s = (bits - Bytes::bitcast::<S::u32s>(exponent << 23)).bitcast();
    let r = mantissa - 1.0;
    let square = r * r;
    let log = square.mul_add(number(-0.5), r) + polynomial(simd, LOG, r) * (square * r);
    let w = S::f32s::float_from(exponent).mul_add(number(-std::f32::consts::LN_2), -log);
    let mut ratio = polynomial(simd, MIDDLE, w - 2.5);
    let far = w.simd_gt(number(5.0));
    if far.any_true() {
        ratio = far.select(polynomial(simd, TAIL, w.sqrt() - 3.5), ratio);
    }
    x * ratio
}

#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, coefficients: [f32; N], x: S::f32s) -> S::f32s {
    let mut sum = splat(simd, coefficients[0]);
    for c in &coefficients[1..] {
        sum = sum.mul_add(x, splat(simd, *c));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::{self, normal_quantile};

    fn pairs(level: Level, seed: u32, stream: u32, first: usize, count: usize) -> [Vec<f32>; 2] {
        let mut zs = [vec![f32::NAN; count], vec![f32::NAN; count]];
        let [xs, ys] = &mut zs;
        normals(level, seed, stream, first, [xs, ys]);
        zs
    }

    /// Any window, and past 2³⁴ words, where the counter has a second word.
    #[test]
    fn same_draws_as_in_double_precision() {
        for level in crate::kernels::simd::levels() {
            for (first, count) in [(0, 10_001), (1, 999), (12_345, 7), (2, 1), (3, 1), (0, 0), (1 << 33, 50)]
            {
                let [xs, ys] = pairs(level, 9, 0x4000_0007, first, count);
                let truth = random::normals(9, 0x4000_0007, 2 * first, 2 * count);
                for (i, exact) in truth.chunks_exact(2).enumerate() {
                    let error = (f64::from(xs[i]) - exact[0]).abs().max((f64::from(ys[i]) - exact[1]).abs());
                    assert!(error < TOLERANCE, "{level:?} {first} {i}: {error:e}");
                }
            }
        }
    }

    fn quantiles(level: Level, words: &[u32]) -> Vec<f32> {
        #[inline(always)]
        fn on<S: Simd>(simd: S, words: &[u32]) -> Vec<f32> {
            let mut out = vec![0.0; words.len()];
            let width = S::f32s::LEN;
            for (words, out) in words.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
                let normal = quantile(simd, S::u32s::from_slice(simd, words));
                Wide::<S, 1>::from_parts(simd, |_| normal).store(out);
            }
            out
        }
        dispatch!(level, simd => on(simd, words))
    }

    /// Largest error over words; a multiple of all vector lengths.
    fn largest_error(level: Level, words: &[u32]) -> f64 {
        let exact = words.iter().map(|w| normal_quantile((f64::from(*w) + 0.5) / 4_294_967_296.0));
        let errors = quantiles(level, words).into_iter().zip(exact).map(|(z, e)| (f64::from(z) - e).abs());
        errors.fold(0.0, f64::max)
    }

    /// Both tails word by word, the middle, where the polynomials meet, and all over.
    #[test]
    fn quantiles_keep_the_tolerance_everywhere() {
        let around = |word: u32| (0..4096).map(move |k| (word - 2048).wrapping_add(k));
        // 4p(1-p) = e^-5.
        let meet = ((0.5 - 0.5 * (1.0 - (-5f64).exp()).sqrt()) * 4_294_967_296.0) as u32;
        let mut words: Vec<u32> = (0..1 << 14).chain((0..1 << 14).map(|k| u32::MAX - k)).collect();
        words.extend([1 << 31, meet, !meet].into_iter().flat_map(around));
        words.extend((0..1u32 << 18).map(|k| k.wrapping_mul(0x9E37_79B1)));
        for level in crate::kernels::simd::levels() {
            let error = largest_error(level, &words);
            println!("{level:?}: {error:e}");
            assert!(error < TOLERANCE, "{level:?}: {error:e}");
            let ends = quantiles(level, &[[0; 16], [u32::MAX; 16]].concat());
            assert!(ends[0] == -ends[31] && ends[0] < -6.2, "{ends:?}");
        }
    }

    #[test]
    #[ignore = "all words, for the tolerance that is stated: minutes, in release"]
    fn quantiles_of_all_words() {
        let mut largest = 0.0f64;
        for high in 0..1u32 << 12 {
            let words: Vec<u32> = (0..1u32 << 20).map(|low| (high << 20) | low).collect();
            largest = largest.max(largest_error(Level::new(), &words));
        }
        println!("{largest:e}");
        assert!(largest < TOLERANCE);
    }
}
