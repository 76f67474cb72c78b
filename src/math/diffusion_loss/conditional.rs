//! The chain of conditionals of a Gaussian mixture of two variables, in closed form.
//!
//! `p(x₂ | x₁ = z)` is a mixture in one dimension with weights `∝ w_j N(z; μ_{j1}, Σ_{j11})`, means
//! `μ_{j2} + Σ_{j12}/Σ_{j11} (z - μ_{j1})` and variances `Σ_{j22} - Σ_{j12}²/Σ_{j11}`; `p(x₁)` is one
//! with means `μ_{j1}` and variances `Σ_{j11}`.

use crate::math::{Component, Covariance, Mixture, MixtureError};

/// `p(x₂ | x₁ = z)` of a mixture in two dimensions; a mixture in one dimension has no context and
/// comes back as it is. Weights are taken relative to the largest, so that any `z` has a
/// conditional, however far it lies from the data.
///
/// # Errors
/// [`MixtureError::Dimension`] above two dimensions, and whatever a conditional can lack of a
/// mixture where numbers overflow.
pub fn conditional(mixture: &Mixture, z: f64) -> Result<Mixture, MixtureError> {
    if mixture.dim() == 1 {
        return Ok(mixture.clone());
    }
    let floor = mixture.variance_range().0;
    let mut parts = Vec::with_capacity(mixture.len());
    for component in mixture.components() {
        let [mean1, mean2, v11, v12, v22] = entries(&component)?;
        let log_weight = component.weight.ln() - 0.5 * (v11.ln() + (z - mean1).powi(2) / v11);
        // A conditional variance is no smaller than the covariance's smallest eigenvalue; rounding
        // shall not make it so.
        let variance = (v22 - v12 * v12 / v11).max(floor);
        parts.push((log_weight, mean2 + v12 / v11 * (z - mean1), variance));
    }
    let top = parts.iter().map(|p| p.0).fold(f64::NEG_INFINITY, f64::max);
    let parts = parts.into_iter().map(|(log, mean, v)| line((log - top).exp(), mean, v));
    Mixture::new(&parts.collect::<Vec<_>>())
}

/// `p(x₁)` of a mixture in two dimensions.
///
/// # Errors
/// As [`conditional`].
pub fn first_marginal(mixture: &Mixture) -> Result<Mixture, MixtureError> {
    if mixture.dim() == 1 {
        return Ok(mixture.clone());
    }
    let parts: Result<Vec<Component>, MixtureError> = mixture
        .components()
        .iter()
        .map(|c| entries(c).map(|[mean, _, variance, ..]| line(c.weight, mean, variance)))
        .collect();
    Mixture::new(&parts?)
}

fn line(weight: f64, mean: f64, variance: f64) -> Component {
    Component { weight, mean: vec![mean], covariance: Covariance::Isotropic(variance) }
}

/// `[μ₁, μ₂, Σ₁₁, Σ₁₂, Σ₂₂]`.
fn entries(component: &Component) -> Result<[f64; 5], MixtureError> {
    match (&component.mean[..], &component.covariance) {
        (&[a, b], Covariance::Isotropic(v)) => Ok([a, b, *v, 0.0, *v]),
        (&[a, b], Covariance::Diagonal(v)) => Ok([a, b, v[0], 0.0, v[1]]),
        (&[a, b], Covariance::Full(m)) => Ok([a, b, m[0], m[1], m[3]]),
        (mean, _) => Err(MixtureError::Dimension { component: 1, expected: 2, found: mean.len() }),
    }
}
