//! A mixture by numbers in a link: `mix=0.3:-2:0.25_0.7:1.5:0.64`, a row a component.

use crate::math::{Component, Covariance, MAX_COMPONENTS, Mixture, MixtureError};
use crate::permalink::{RowError, parse_rows, write_rows};
use crate::words::{said, tr};
use thiserror::Error;

/// Why `mix` is not a mixture.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum MixError {
    /// It is not a list of numbers.
    #[error(transparent)]
    Rows(#[from] RowError),
    /// A component has a wrong count of numbers.
    #[error("{}", said!("component {} has {} numbers: 1-D takes weight:mean:variance, 2-D weight:mx:my:vxx:vxy:vyy", .component, .found))]
    Fields {
        /// Number of the component.
        component: usize,
        /// Numbers found.
        found: usize,
    },
    /// A number of a component is too large or too small to be computed with.
    #[error("{}", said!("component {}: {} {} lies outside {}", .component, .what, .value, .range))]
    Range {
        /// Number of the component.
        component: usize,
        /// Which number.
        what: &'static str,
        /// The number.
        value: String,
        /// What is allowed.
        range: &'static str,
    },
    /// The components are no mixture.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
}

/// Reads `weight:mean:variance_…` or `weight:mx:my:vxx:vxy:vyy_…`.
///
/// # Errors
/// [`MixError`], naming the component.
pub fn parse_mix(text: &str) -> Result<Vec<Component>, MixError> {
    let rows = parse_rows(text, '_', MAX_COMPONENTS)?;
    let components = rows
        .iter()
        .enumerate()
        .map(|(i, row)| component(row).ok_or(MixError::Fields { component: i + 1, found: row.len() }))
        .collect::<Result<Vec<_>, _>>()?;
    check(&components)?;
    Ok(components)
}

/// Whether components are a mixture that the page can compute with in reasonable time: means
/// within ±1e6 and standard deviations from 1e-6 to 1e6. Beyond, the range of times at which
/// something happens grows without bound.
///
/// # Errors
/// [`MixError`], naming the component.
pub fn check(components: &[Component]) -> Result<(), MixError> {
    for (i, component) in components.iter().enumerate() {
        let range = |what, value: f64, range| MixError::Range {
            component: i + 1,
            what,
            value: crate::permalink::write_number(value),
            range,
        };
        if let Some(mean) = component.mean.iter().find(|m| m.abs() > 1e6) {
            return Err(range(tr!("the mean"), *mean, "-1e6 … 1e6"));
        }
        // Also of 0 components: they may get a weight later.
        let alone = Component { weight: 1.0, ..component.clone() };
        let (low, high) =
            Mixture::new(std::slice::from_ref(&alone)).map_or((1.0, 1.0), |m| m.variance_range());
        // A hair wider than the round numbers, for the rounding of eigenvalues.
        if let Some(variance) = [low, high].into_iter().find(|v| !(0.999e-12..=1.001e12).contains(v)) {
            return Err(range(tr!("the variance"), variance, "1e-12 … 1e12"));
        }
    }
    Mixture::new(components)?;
    Ok(())
}

/// Writes components so that [`parse_mix`] reads the same numbers.
pub fn write_mix(components: &[Component]) -> String {
    write_rows(&components.iter().map(row).collect::<Vec<_>>(), '_')
}

/// The numbers of a component in the order of links: weight, mean, then the variance or the
/// three entries of the covariance.
pub fn row(component: &Component) -> Vec<f64> {
    let mut row = vec![component.weight];
    row.extend(&component.mean);
    match (&component.covariance, component.mean.len()) {
        (Covariance::Isotropic(v), 1) => row.push(*v),
        (Covariance::Isotropic(v), _) => row.extend([*v, 0.0, *v]),
        (Covariance::Diagonal(v), 2) => row.extend([v[0], 0.0, v[1]]),
        (Covariance::Diagonal(v), _) => row.extend(v),
        (Covariance::Full(m), 2) => row.extend([m[0], m[1], m[3]]),
        (Covariance::Full(m), _) => row.extend(m),
    }
    row
}

/// A component from its numbers; `None` unless there are three or six.
pub fn component(row: &[f64]) -> Option<Component> {
    match *row {
        [weight, mean, variance] => {
            Some(Component { weight, mean: vec![mean], covariance: Covariance::Isotropic(variance) })
        }
        [weight, mx, my, vxx, vxy, vyy] => Some(Component {
            weight,
            mean: vec![mx, my],
            covariance: Covariance::Full(vec![vxx, vxy, vxy, vyy]),
        }),
        _ => None,
    }
}
