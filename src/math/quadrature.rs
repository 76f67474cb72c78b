//! Gauss rules, from the crate `gauss-quad` (Golub–Welsch), scaled to the measures used here.

use gauss_quad::{hermite::GaussHermite, legendre::GaussLegendre};
use std::num::NonZeroUsize;

/// Nodes and weights with `Σ w f(z) ≈ E f(Z)`, `Z ~ N(0, 1)`; exact for polynomials of degree
/// `2n - 1`. `n` of 0 counts as 1. Weights sum to 1 to rounding.
pub fn gauss_hermite(n: usize) -> Vec<(f64, f64)> {
    let rule = GaussHermite::new(NonZeroUsize::new(n).unwrap_or(NonZeroUsize::MIN));
    let scale = 1.0 / std::f64::consts::PI.sqrt();
    rule.as_node_weight_pairs().iter().map(|(x, w)| (x * std::f64::consts::SQRT_2, w * scale)).collect()
}

/// Nodes and weights with `Σ w f(x) ≈ ∫_a^b f(x) dx`; `n` of 0 counts as 1.
pub fn gauss_legendre(n: usize, a: f64, b: f64) -> Vec<(f64, f64)> {
    let rule = GaussLegendre::new(NonZeroUsize::new(n).unwrap_or(NonZeroUsize::MIN));
    let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
    rule.as_node_weight_pairs().iter().map(|(x, w)| (middle + half * x, half * w)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hermite_moments() {
        for n in [1, 8, 64, 160] {
            let rule = gauss_hermite(n);
            let moment = |k: i32| rule.iter().map(|(z, w)| w * z.powi(k)).sum::<f64>();
            assert!((moment(0) - 1.0).abs() < 1e-13);
            if n >= 8 {
                assert!((moment(2) - 1.0).abs() < 1e-12);
                assert!((moment(6) - 15.0).abs() < 1e-10);
                assert!((moment(10) - 945.0).abs() < 1e-8);
            }
            assert!(moment(1).abs() < 1e-12);
        }
    }

    #[test]
    fn legendre_integrates_a_smooth_function() {
        let integral: f64 = gauss_legendre(20, -1.0, 3.0).iter().map(|(x, w)| w * x.exp()).sum();
        assert!((integral - (3f64.exp() - (-1f64).exp())).abs() < 1e-12);
    }
}
