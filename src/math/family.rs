//! One-parameter families `p_θ` of one-dimensional mixtures, for what training minimises.
//!
//! | family | `p_θ` |
//! |---|---|
//! | symmetric pair | `½ N(-θ, v) + ½ N(θ, v)` |
//! | mean scale | the data's components with means `θ μ_j` and variances `v_j` times the misfit |
//! | width | the data's components with standard deviations `θ σ_j` and means times the misfit |
//! | weight | the data's components, the first with weight `θ`, the others' in proportion, and variances times the misfit |
//!
//! With a misfit of 1 the last three hold the data themselves, at `θ = 1` or at the first weight: then
//! every objective has its minimum there. The pair does not, unless the data are such a pair.

use super::{Component, Covariance, Mixture, MixtureError};

/// A family; see the module.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Family {
    /// `½ N(-θ, v) + ½ N(θ, v)`.
    SymmetricPair {
        /// `v`.
        variance: f64,
    },
    /// Means times `θ`.
    MeanScale {
        /// Factor on the variances.
        misfit: f64,
    },
    /// Standard deviations times `θ`.
    Width {
        /// Factor on the means.
        misfit: f64,
    },
    /// Weight `θ` of the first component.
    Weight {
        /// Factor on the variances.
        misfit: f64,
    },
}

impl Family {
    /// `p_θ` for one-dimensional data.
    ///
    /// # Errors
    /// [`MixtureError`] where `θ` or the family's number give no mixture.
    pub fn member(self, data: &[Component], theta: f64) -> Result<Mixture, MixtureError> {
        let changed = |change: &dyn Fn(f64, f64) -> (f64, f64)| -> Vec<Component> {
            let change = |c: &Component| {
                let (mean, variance) = change(c.mean.first().copied().unwrap_or(0.0), variance(c));
                line(c.weight, mean, variance)
            };
            data.iter().map(change).collect()
        };
        Mixture::new(&match self {
            Self::SymmetricPair { variance } => vec![line(0.5, -theta, variance), line(0.5, theta, variance)],
            Self::MeanScale { misfit } => changed(&|mean, variance| (theta * mean, misfit * variance)),
            Self::Width { misfit } => changed(&|mean, variance| (misfit * mean, theta * theta * variance)),
            Self::Weight { misfit } => {
                let mut all = changed(&|mean, variance| (mean, misfit * variance));
                let rest: f64 = all.iter().skip(1).map(|c| c.weight).sum();
                for (i, component) in all.iter_mut().enumerate() {
                    component.weight = match i {
                        0 if rest > 0.0 => theta,
                        0 => 1.0,
                        _ => (1.0 - theta) * component.weight / rest,
                    };
                }
                all
            }
        })
    }

    /// The values of `θ` worth looking at.
    pub fn range(self, data: &Mixture) -> (f64, f64) {
        match self {
            Self::SymmetricPair { .. } => {
                let (low, high) = data.extent(2.0).first().copied().unwrap_or((-1.0, 1.0));
                (0.0, low.abs().max(high.abs()))
            }
            Self::MeanScale { .. } => (0.0, 2.0),
            Self::Width { .. } => (0.3, 3.0),
            Self::Weight { .. } => (0.01, 0.99),
        }
    }
}

fn line(weight: f64, mean: f64, variance: f64) -> Component {
    Component { weight, mean: vec![mean], covariance: Covariance::Isotropic(variance) }
}

fn variance(component: &Component) -> f64 {
    match &component.covariance {
        Covariance::Isotropic(v) => *v,
        Covariance::Diagonal(v) | Covariance::Full(v) => v.first().copied().unwrap_or(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scratch;
    use super::super::targets::Preset;
    use super::*;

    #[test]
    fn families_without_misfit_hold_the_data() {
        for preset in [Preset::Gaussian, Preset::Bimodal, Preset::Claw] {
            let (data, exact) = (preset.components(), preset.mixture());
            let mut scratch = Scratch::default();
            let first = exact.components()[0].weight;
            for (family, theta) in [
                (Family::MeanScale { misfit: 1.0 }, 1.0),
                (Family::Width { misfit: 1.0 }, 1.0),
                (Family::Weight { misfit: 1.0 }, first),
            ] {
                let member = family.member(&data, theta).expect("a mixture");
                for x in [-2.3, 0.1, 1.7] {
                    let [a, b] = [&member, &exact].map(|m| m.at_zero().log_density(&[x], &mut scratch));
                    assert!((a - b).abs() < 1e-12, "{family:?} {a} {b}");
                }
            }
        }
    }

    #[test]
    fn ranges_are_of_mixtures() {
        let data = Preset::Trio.components();
        for family in [
            Family::SymmetricPair { variance: 0.4 },
            Family::MeanScale { misfit: 2.0 },
            Family::Width { misfit: 0.5 },
            Family::Weight { misfit: 1.5 },
        ] {
            let (low, high) = family.range(&Preset::Trio.mixture());
            assert!(low < high);
            assert!(family.member(&data, low).is_ok() && family.member(&data, high).is_ok());
        }
    }
}
