//! Data sets as targets: a kernel density estimate with Gaussian kernels,
//!
//! ```text
//! p(x) = 1/n Σ_i N(x; x_i, h² I),
//! ```
//!
//! is the mixture with one isotropic component a point. Two rules of thumb for the bandwidth `h`, with the
//! root-mean-square standard deviation `σ` over the coordinates (divisor `n - 1`), as both are derived for
//! Gaussian data:
//!
//! - Scott (1992): `h = σ n^(-1/(d+4))`,
//! - Silverman (1986): `h = σ (n (d+2)/4)^(-1/(d+4))`.
//!
//! A third way looks at the data: the `h` that makes each point most likely under the others,
//!
//! ```text
//! L(h) = 1/n Σ_i log 1/(n-1) Σ_{j≠i} N(x_i; x_j, h² I)
//! ```
//!
//! (Duin 1976), here [`leave_one_out`].
//!
//! Left out on purpose: kernels of other shapes and bandwidths of their own for each point.

use super::{Component, Covariance, LOG_2PI};

/// How a bandwidth is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BandwidthRule {
    /// `σ n^(-1/(d+4))`.
    #[default]
    Scott,
    /// `σ (n (d+2)/4)^(-1/(d+4))`.
    Silverman,
}

impl BandwidthRule {
    /// The bandwidth for points of `dim` numbers each. Where all points are the same, or there is one, `σ`
    /// is taken as 1.
    pub fn bandwidth(self, dim: usize, values: &[f64]) -> f64 {
        let (n, d) = ((values.len() / dim) as f64, dim as f64);
        let count = match self {
            Self::Scott => n,
            Self::Silverman => n * (d + 2.0) / 4.0,
        };
        let deviation = deviation(dim, values);
        let deviation = if deviation > 0.0 { deviation } else { 1.0 };
        deviation * count.powf(-1.0 / (d + 4.0))
    }
}

/// The root of the mean over the coordinates of their variances.
fn deviation(dim: usize, values: &[f64]) -> f64 {
    let n = (values.len() / dim) as f64;
    let variance = |i: usize| {
        let column = || values.iter().skip(i).step_by(dim);
        let mean = column().sum::<f64>() / n;
        column().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0)
    };
    ((0..dim).map(variance).sum::<f64>() / dim as f64).sqrt()
}

/// `L(h)`, nats: the mean log-density of each of at least two points, `dim` numbers each, under the estimate
/// from the others. Takes `n² d / 2` steps.
pub fn leave_one_out(dim: usize, values: &[f64], bandwidth: f64) -> f64 {
    let points: Vec<&[f64]> = values.chunks_exact(dim).collect();
    let (n, variance) = (points.len(), bandwidth * bandwidth);
    let mut logits = vec![f64::NEG_INFINITY; n * n];
    for (i, x) in points.iter().enumerate() {
        for (j, y) in points[..i].iter().enumerate() {
            let squared: f64 = x.iter().zip(*y).map(|(x, y)| (x - y) * (x - y)).sum();
            let logit = -0.5 * squared / variance;
            (logits[i * n + j], logits[j * n + i]) = (logit, logit);
        }
    }
    let log_sum = |row: &[f64]| {
        let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        top + row.iter().map(|l| (l - top).exp()).sum::<f64>().ln()
    };
    let constant = 0.5 * dim as f64 * (LOG_2PI + variance.ln()) + (n as f64 - 1.0).ln();
    logits.chunks_exact(n).map(log_sum).sum::<f64>() / n as f64 - constant
}

/// The components of the estimate.
pub fn kernel_components(dim: usize, values: &[f64], bandwidth: f64) -> Vec<Component> {
    let component = |mean: &[f64]| Component {
        weight: 1.0,
        mean: mean.to_vec(),
        covariance: Covariance::Isotropic(bandwidth * bandwidth),
    };
    values.chunks_exact(dim).map(component).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Mixture, Scratch};

    /// For two points, `L(h) = log N(r; 0, h² I)` with their distance `r`, so the best `h²` is `r²/d`.
    #[test]
    fn leaving_out_one_of_two_points() {
        let (points, best) = ([0.0, 0.0, 3.0, 4.0], (25.0f64 / 2.0).sqrt());
        let exact = |h: f64| -12.5 / (h * h) - (2.0 * std::f64::consts::PI * h * h).ln();
        for h in [0.5, 1.0, 7.0] {
            assert!((leave_one_out(2, &points, h) - exact(h)).abs() < 1e-12);
            assert!(leave_one_out(2, &points, h) < leave_one_out(2, &points, best));
        }
    }

    #[test]
    fn rules_of_thumb() {
        // Variance 2.5 along the first coordinate, 0 along the second.
        let values = [1.0, 7.0, 2.0, 7.0, 3.0, 7.0, 4.0, 7.0, 5.0, 7.0];
        let sigma = 1.25f64.sqrt();
        assert!((BandwidthRule::Scott.bandwidth(2, &values) - sigma * 5f64.powf(-1.0 / 6.0)).abs() < 1e-15);
        // In two dimensions (d + 2)/4 is 1.
        let silverman = BandwidthRule::Silverman.bandwidth(2, &values);
        assert_eq!(silverman, BandwidthRule::Scott.bandwidth(2, &values));
        // In one dimension it is Silverman's (4/3)^(1/5) σ n^(-1/5).
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let known = (4.0f64 / 3.0).powf(0.2) * 2.5f64.sqrt() * 5f64.powf(-0.2);
        assert!((BandwidthRule::Silverman.bandwidth(1, &values) - known).abs() < 1e-14);
        assert_eq!(BandwidthRule::Scott.bandwidth(3, &[1.0, 2.0, 3.0]), 1.0);
    }

    #[test]
    fn the_estimate_is_a_mean_of_kernels() {
        let (values, h) = ([0.0, 1.0, 4.0], 0.5);
        let mixture = Mixture::new(&kernel_components(1, &values, h)).expect("a mixture");
        let x = 0.7;
        let kernel =
            |m: f64| (-(x - m) * (x - m) / (2.0 * h * h)).exp() / (h * (2.0 * std::f64::consts::PI).sqrt());
        let mean = values.iter().map(|m| kernel(*m)).sum::<f64>() / 3.0;
        let log_density = mixture.at_zero().log_density(&[x], &mut Scratch::default());
        assert!((log_density - mean.ln()).abs() < 1e-14);
    }
}
