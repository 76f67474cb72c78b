//! Distances between a sample and a mixture: the Wasserstein distance `W₁` in one dimension and its
//! mean over directions in two, the sliced `W₁`.
//!
//! ```text
//! W₁(P, Q) = ∫ |F_P(x) - F_Q(x)| dx = ∫₀¹ |F_P⁻¹(u) - F_Q⁻¹(u)| du
//! ```
//!
//! A projection of a Gaussian mixture is a [`Line`], a mixture in one dimension whose distribution
//! function is known, so only one side of the distance is a sample: the *noise floor*, the distance of
//! as many independent draws from the mixture itself, is `√2` times lower than between two samples.
//!
//! Samples are sorted, or counted in [`Bins`], whose counts of shares of a sample add up. In bins the
//! distribution functions are linear: that moves each point by at most a bin's width `h`, so the
//! distance is off by `h` at most, and for smooth distributions by about `h²`. Points beyond the bins
//! count as if they were at their ends.
//!
//! Left out on purpose: other powers, and transport plans.

use super::random::normal_quantile;
use super::{Covariance, Mixture, Time};
use statrs::function::erf::erfc;

/// Directions of the sliced distance in two dimensions: angles `π i/16`.
pub const DIRECTIONS: usize = 16;

/// Direction `i` in `dim` dimensions; in one there is only one.
pub fn direction(i: usize, dim: usize) -> Vec<f64> {
    if dim == 1 {
        return vec![1.0];
    }
    let angle = std::f64::consts::PI * i as f64 / DIRECTIONS as f64;
    vec![angle.cos(), angle.sin()]
}

/// A mixture in one dimension: `Σ w_j N(m_j, σ_j²)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// `(w_j, m_j, σ_j)`.
    parts: Vec<(f64, f64, f64)>,
}

impl Line {
    /// The distribution of `θ·X_t`, for a direction `θ` of length 1; `None` for the data.
    pub fn along(mixture: &Mixture, direction: &[f64], time: Option<Time>) -> Self {
        let (noise, signal) = time.map_or((0.0, 1.0), |time| (time.t(), time.one_minus_t()));
        let dot = |v: &[f64]| v.iter().zip(direction).map(|(v, d)| v * d).sum::<f64>();
        let parts = mixture.components().into_iter().map(|c| {
            let variance = match &c.covariance {
                Covariance::Isotropic(v) => *v,
                Covariance::Diagonal(vs) => vs.iter().zip(direction).map(|(v, d)| v * d * d).sum(),
                Covariance::Full(rows) => {
                    rows.chunks_exact(direction.len()).zip(direction).map(|(row, d)| d * dot(row)).sum()
                }
            };
            (c.weight, signal.sqrt() * dot(&c.mean), (signal * variance + noise).sqrt())
        });
        Self { parts: parts.collect() }
    }

    /// The distribution function.
    pub fn cdf(&self, x: f64) -> f64 {
        let below = |(w, m, s): &(f64, f64, f64)| w * 0.5 * erfc((m - x) / (s * std::f64::consts::SQRT_2));
        self.parts.iter().map(below).sum()
    }

    /// The density.
    pub fn density(&self, x: f64) -> f64 {
        let at = |(w, m, s): &(f64, f64, f64)| {
            let z = (x - m) / s;
            w * (-0.5 * (z * z + super::LOG_2PI)).exp() / s
        };
        self.parts.iter().map(at).sum()
    }

    /// The interval of `widths` standard deviations around every component.
    pub fn extent(&self, widths: f64) -> (f64, f64) {
        self.parts.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, m, s)| {
            (low.min(m - widths * s), high.max(m + widths * s))
        })
    }

    /// The quantile function for `0 < u < 1`: Newton's method in a bracket, to about 1e-13 of the
    /// width of the mixture.
    pub fn quantile(&self, u: f64) -> f64 {
        // The quantile of a mixture lies between those of its components.
        let z = normal_quantile(u);
        let (mut low, mut high) = self
            .parts
            .iter()
            .map(|(_, m, s)| m + s * z)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), q| (l.min(q), h.max(q)));
        let tiny = 1e-14 * (high.abs() + low.abs()) + f64::MIN_POSITIVE;
        let mut x = 0.5 * (low + high);
        for _ in 0..200 {
            let excess = self.cdf(x) - u;
            if excess > 0.0 {
                high = x;
            } else {
                low = x;
            }
            let newton = x - excess / self.density(x);
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            if (next - x).abs() <= tiny || high - low <= tiny {
                return next;
            }
            x = next;
        }
        x
    }
}

/// `W₁` between two lists of equal length, both ascending.
pub fn wasserstein_sorted(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>() / a.len().max(1) as f64
}

/// Equal bins of an interval, with one more on either side for what lies beyond.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Bins {
    /// The interval.
    pub range: (f64, f64),
    /// How many there are within.
    pub count: usize,
}

impl Bins {
    /// Length of a list of counts.
    pub fn cells(&self) -> usize {
        self.count + 2
    }

    /// The bin of a point.
    pub fn cell(&self, x: f64) -> usize {
        let place = (x - self.range.0) / (self.range.1 - self.range.0) * self.count as f64;
        // The casts saturate, and what is not a number counts as below.
        if place < 0.0 {
            0
        } else {
            (place as usize).saturating_add(usize::from(!place.is_nan())).min(self.count + 1)
        }
    }

    /// The edges between the cells, `count + 1` of them.
    pub fn edges(&self) -> impl Iterator<Item = f64> + use<> {
        let bins = *self;
        (0..=bins.count).map(move |i| bins.edge(i))
    }

    /// The edge between the cells `i` and `i + 1`, `i` up to `count`.
    pub fn edge(&self, i: usize) -> f64 {
        self.range.0 + (self.range.1 - self.range.0) * i as f64 / self.count.max(1) as f64
    }

    /// `W₁` between counted points and a distribution whose function at the edges is `cdf`; NaN
    /// without points.
    pub fn wasserstein(&self, counts: &[u32], cdf: &[f64]) -> f64 {
        let total: f64 = counts.iter().map(|c| f64::from(*c)).sum();
        let mut below = 0.0;
        let gaps: Vec<f64> = counts
            .iter()
            .zip(cdf)
            .map(|(count, cdf)| {
                below += f64::from(*count);
                below / total - cdf
            })
            .collect();
        // ∫|D| of a D that is linear between the edges.
        let within = |pair: &[f64]| {
            let (a, b) = (pair[0].abs(), pair[1].abs());
            if pair[0] * pair[1] >= 0.0 { 0.5 * (a + b) } else { 0.5 * (a * a + b * b) / (a + b) }
        };
        let width = (self.range.1 - self.range.0) / self.count as f64;
        if total > 0.0 { width * gaps.windows(2).map(within).sum::<f64>() } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Component, targets::Preset};

    fn normal(mean: f64, deviation: f64) -> Line {
        Line { parts: vec![(1.0, mean, deviation)] }
    }

    fn between(a: &Line, b: &Line) -> f64 {
        let grid = |line: &Line| -> Vec<f64> {
            (0..4096).map(|i| line.quantile((f64::from(i) + 0.5) / 4096.0)).collect()
        };
        wasserstein_sorted(&grid(a), &grid(b))
    }

    /// `W₁` of Gaussians of equal variance is the distance of their means; of equal means it is
    /// `|s₁ - s₂| √(2/π)`.
    #[test]
    fn closed_forms_by_quantiles_and_by_bins() {
        let scaled = (2.0 - 0.5) * (2.0 / std::f64::consts::PI).sqrt();
        assert!((between(&normal(0.3, 0.7), &normal(-1.0, 0.7)) - 1.3).abs() < 1e-10);
        assert!((between(&normal(1.0, 2.0), &normal(1.0, 0.5)) - scaled).abs() < 2e-4);
        let bins = Bins { range: (-9.0, 11.0), count: 2000 };
        let cdf = |line: &Line| bins.edges().map(|x| line.cdf(x)).collect::<Vec<f64>>();
        // Counts in proportion to the mass of each bin.
        let counts = |line: &Line| {
            let cdf = cdf(line);
            let mass = std::iter::once(0.0).chain(cdf.windows(2).map(|w| w[1] - w[0])).chain([0.0]);
            mass.map(|m| (m * 1e9).round() as u32).collect::<Vec<u32>>()
        };
        let found = bins.wasserstein(&counts(&normal(1.0, 2.0)), &cdf(&normal(1.0, 0.5)));
        assert!((found - scaled).abs() < 1e-4, "{found} {scaled}");
        let found = bins.wasserstein(&counts(&normal(0.3, 0.7)), &cdf(&normal(-1.0, 0.7)));
        assert!((found - 1.3).abs() < 1e-4, "{found}");
        assert!(bins.wasserstein(&vec![0; bins.cells()], &cdf(&normal(0.0, 1.0))).is_nan());
    }

    /// `n` draws are at a distance of mean `∫ E|F_n - F| ≈ √(2/(π n)) ∫ √(F(1-F))` from where they
    /// come from: for `N(0, 1)` the integral is 1.5969 by quadrature (it is also below).
    #[test]
    fn a_sample_is_as_far_as_chance_has_it() {
        let line = normal(0.0, 1.0);
        let bins = Bins { range: (-7.0, 7.0), count: 1400 };
        let cdf: Vec<f64> = bins.edges().map(|x| line.cdf(x)).collect();
        let spread: f64 = 0.01 * cdf.iter().map(|f| (f * (1.0 - f)).sqrt()).sum::<f64>();
        let n = 10_000;
        let expected = (2.0 / (std::f64::consts::PI * f64::from(n))).sqrt() * spread;
        let runs = 40;
        let found: f64 = (0..runs)
            .map(|seed| {
                let mut counts = vec![0; bins.cells()];
                for z in crate::math::random::normals(seed, 1, 0, n as usize) {
                    counts[bins.cell(z)] += 1;
                }
                bins.wasserstein(&counts, &cdf)
            })
            .sum::<f64>()
            / f64::from(runs);
        // The distance of one sample varies by about a third of its mean; four standard errors.
        let tolerance = 4.0 * 0.35 * expected / f64::from(runs).sqrt();
        assert!((found - expected).abs() < tolerance, "{found} {expected}");
    }

    #[test]
    fn quantiles_invert_the_distribution() {
        for preset in [Preset::Bimodal, Preset::Claw, Preset::Trio] {
            for time in [None, Time::from_t(0.01), Time::from_t(0.7)] {
                let line = Line::along(&preset.mixture(), &[1.0], time);
                for u in [1e-6, 0.01, 0.3, 0.5, 0.77, 0.999] {
                    assert!((line.cdf(line.quantile(u)) - u).abs() < 1e-12, "{preset:?} {u}");
                }
            }
        }
    }

    /// Mean and variance of a projection are `θ·μ` and `θᵀΣθ` of the mixture.
    #[test]
    fn projections_have_the_moments_of_the_mixture() {
        let full = Covariance::Full(vec![0.5, 0.2, 0.2, 0.3]);
        let parts = [
            Component { weight: 0.25, mean: vec![1.0, -2.0], covariance: full },
            Component {
                weight: 0.75,
                mean: vec![-0.5, 0.5],
                covariance: Covariance::Diagonal(vec![0.1, 0.4]),
            },
        ];
        let mixture = Mixture::new(&parts).expect("a mixture");
        let theta = direction(5, 2);
        let line = Line::along(&mixture, &theta, None);
        let (c, s) = (theta[0], theta[1]);
        let variances = [0.5 * c * c + 0.4 * c * s + 0.3 * s * s, 0.1 * c * c + 0.4 * s * s];
        let means = [c - 2.0 * s, -0.5 * c + 0.5 * s];
        for ((w, m, sd), (i, weight)) in line.parts.iter().zip([0.25, 0.75].into_iter().enumerate()) {
            assert!((w - weight).abs() < 1e-12 && (m - means[i]).abs() < 1e-12);
            assert!((sd * sd - variances[i]).abs() < 1e-12);
        }
    }

    #[test]
    fn points_beyond_the_bins_are_counted_at_their_ends() {
        let bins = Bins { range: (-1.0, 1.0), count: 4 };
        let cells: Vec<usize> = [-9.0, -1.0, -0.6, 0.0, 0.99, 1.0, 1e30, f64::NAN, f64::NEG_INFINITY]
            .map(|x| bins.cell(x))
            .to_vec();
        assert_eq!(cells, [0, 1, 1, 3, 4, 5, 5, 0, 0]);
    }
}
