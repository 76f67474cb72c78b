//! Thin banded matrices: Gaussian blurs and interpolation, applied to the rows of an array.

use crate::kernels::Level;
use crate::kernels::simd::Wide;
use fearless_simd::{Simd, dispatch};

/// Weights from `inputs` places on a line to the outputs.
#[derive(Clone, Debug)]
pub(super) struct Bands {
    /// First input of each output, and its weights.
    rows: Vec<(usize, Vec<f32>)>,
}

/// Vectors of an output row that are summed at a time: as many as keep the adders busy.
const UNROLL: usize = 4;

impl Bands {
    /// A Gaussian of the given standard deviation around each centre, cut off at `reach`
    /// deviations, by the trapezoidal rule on the `count` inputs `low, low + step, …`.
    pub(super) fn gaussian(
        centres: &[f64],
        deviation: f64,
        reach: f64,
        [low, step]: [f64; 2],
        count: usize,
    ) -> Self {
        let norm = step / (deviation * std::f64::consts::TAU.sqrt());
        let rows = centres.iter().map(|centre| {
            let [first, last] = taps(*centre, reach * deviation, [low, step], count);
            let weight = |n: usize| {
                let z = (low + step * n as f64 - centre) / deviation;
                (norm * (-0.5 * z * z).exp()) as f32
            };
            (first, (first..=last).map(weight).collect())
        });
        Self { rows: rows.collect() }
    }

    /// Interpolation through `2 HALF` neighbours (Lagrange) at places given in units of the input
    /// spacing.
    pub(super) fn interpolation(places: impl Iterator<Item = f64>, count: usize) -> Self {
        const HALF: usize = 4;
        let rows = places.map(|place| {
            let first = (place.floor() as usize + 1).saturating_sub(HALF).min(count - 2 * HALF);
            let weight = |i: usize| {
                let others = (0..2 * HALF).filter(|j| *j != i);
                let factors = others.map(|j| (place - (first + j) as f64) / (i as f64 - j as f64));
                factors.product::<f64>() as f32
            };
            (first, (0..2 * HALF).map(weight).collect())
        });
        Self { rows: rows.collect() }
    }

    /// Number of outputs.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Multiplications that one column costs.
    pub(super) fn taps(&self) -> usize {
        self.rows.iter().map(|(_, weights)| weights.len()).sum()
    }

    /// The outputs in `range` of rows of `width` numbers, row after row.
    pub(super) fn apply(
        &self,
        level: Level,
        rows: &[f32],
        width: usize,
        range: std::ops::Range<usize>,
    ) -> Vec<f32> {
        let mut out = vec![0.0; range.len() * width];
        for ((first, weights), out) in self.rows[range].iter().zip(out.chunks_exact_mut(width)) {
            let rows = &rows[first * width..(first + weights.len()) * width];
            dispatch!(level, simd => combine(simd, weights, rows, out));
        }
        out
    }
}

/// First and last of the `count` places `low, low + step, …` within `reach` of a centre.
pub(super) fn taps(centre: f64, reach: f64, [low, step]: [f64; 2], count: usize) -> [usize; 2] {
    let first = ((centre - reach - low) / step).ceil().max(0.0) as usize;
    let last = (((centre + reach - low) / step).floor() as usize).min(count - 1);
    [first.min(last), last]
}

/// `out[i] = Σ_n weights[n] rows[n][i]`.
#[inline(always)]
fn combine<S: Simd>(simd: S, weights: &[f32], rows: &[f32], out: &mut [f32]) {
    let whole = out.len() - out.len() % Wide::<S, UNROLL>::LEN;
    combine_from::<S, UNROLL>(simd, weights, rows, out, 0..whole);
    combine_from::<S, 1>(simd, weights, rows, out, whole..out.len());
}

#[inline(always)]
fn combine_from<S: Simd, const W: usize>(
    simd: S,
    weights: &[f32],
    rows: &[f32],
    out: &mut [f32],
    range: std::ops::Range<usize>,
) {
    let width = out.len();
    for start in range.clone().step_by(Wide::<S, W>::LEN) {
        let these = start..(start + Wide::<S, W>::LEN).min(range.end);
        let mut sum = Wide::<S, W>::splat(simd, 0.0);
        for (weight, row) in weights.iter().zip(rows.chunks_exact(width)) {
            sum = Wide::load(simd, &row[these.clone()]).mul_add(*weight, sum);
        }
        sum.store(&mut out[these]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::transpose;

    fn apply(bands: &Bands, values: &[f32], width: usize) -> Vec<f32> {
        bands.apply(Level::new(), values, width, 0..bands.len())
    }

    #[test]
    fn a_blurred_cosine_is_a_smaller_cosine() {
        let (low, step, count, deviation) = (-8.0, 0.1, 161, 0.3);
        let centres = [-1.0, 0.0, 0.7];
        let bands = Bands::gaussian(&centres, deviation, 6.0, [low, step], count);
        let values: Vec<f32> = (0..count).map(|n| (2.0 * (low + step * n as f64)).cos() as f32).collect();
        for (centre, blurred) in centres.iter().zip(apply(&bands, &values, 1)) {
            // A blur by σ multiplies cos(ωx) by exp(-σ²ω²/2).
            let expected = (2.0 * centre).cos() * (-0.5 * (2.0 * deviation).powi(2)).exp();
            assert!((f64::from(blurred) - expected).abs() < 1e-6, "{centre}: {blurred} {expected}");
        }
    }

    #[test]
    fn interpolation_is_exact_for_polynomials_of_degree_seven() {
        let places = [0.0, 0.3, 3.0, 3.5, 7.9, 11.0];
        let bands = Bands::interpolation(places.into_iter(), 12);
        let polynomial = |x: f64| (0..8).map(|k| (k as f64 - 3.0) * (x / 6.0 - 1.0).powi(k)).sum::<f64>();
        let values: Vec<f32> = (0..12).map(|n| polynomial(n as f64) as f32).collect();
        for (place, value) in places.iter().zip(apply(&bands, &values, 1)) {
            assert!((f64::from(value) - polynomial(*place)).abs() < 1e-4, "{place}");
        }
    }

    #[test]
    fn all_columns_are_alike_and_transposing_twice_changes_nothing() {
        for width in [1, 3, 16, 17, 64, 100] {
            let bands = Bands::interpolation((0..20).map(|i| f64::from(i) * 0.5), 11);
            let values: Vec<f32> = (0..11 * width).map(|k| ((k / width) as f32).sin()).collect();
            let out = apply(&bands, &values, width);
            for row in out.chunks_exact(width) {
                assert!(row.iter().all(|v| *v == row[0]), "width {width}");
            }
            assert_eq!(transpose(&transpose(&out, width), bands.len()), out);
        }
    }
}
