//! Gaussian mixtures in any dimension: the targets, and what diffusion makes of them.
//!
//! For `ρ_0 = Σ_j w_j N(μ_j, Σ_j)` the forward process has
//! `ρ_t = Σ_j w_j N(√(1-t) μ_j, C_j)` with `C_j = (1-t) Σ_j + t I`. The eigenvectors of `Σ_j`
//! are those of `C_j` at every `t`, so one decomposition per component serves all times. A data
//! set is a mixture too: one isotropic component a point (a kernel density estimate).
//!
//! [`Marginal`] has the densities and scores.

use super::marginal::{Marginal, squared_norm};
use super::{LOG_2PI, Time};
use crate::words::{said, tr};
use nalgebra::{DMatrix, SymmetricEigen};
use std::sync::Arc;
use thiserror::Error;

/// Most components a mixture typed by a visitor may have; data sets may have more.
pub const MAX_COMPONENTS: usize = 64;

/// Covariance of one component.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Covariance {
    /// `v I`.
    Isotropic(f64),
    /// `diag(v_1, …, v_d)`.
    Diagonal(Vec<f64>),
    /// A symmetric positive definite `d × d` matrix, row by row.
    Full(Vec<f64>),
}

/// One component `w N(μ, Σ)` of a mixture.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Component {
    /// Weight `w ≥ 0`; weights need not sum to one.
    pub weight: f64,
    /// Mean `μ`, length `d`.
    #[serde(with = "super::floats")]
    pub mean: Vec<f64>,
    /// Covariance `Σ`.
    pub covariance: Covariance,
}

/// Why a list of components is not a mixture. Components are numbered from 1, as on the page.
#[derive(Clone, Debug, Error, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum MixtureError {
    /// No component, or none with a positive weight.
    #[error("{}", tr!("a mixture needs at least one component with a positive weight"))]
    Empty,
    /// The means have different lengths, or a covariance does not fit its mean.
    #[error("{}", said!("component {}: expected dimension {}, found {}", .component, .expected, .found))]
    Dimension {
        /// Number of the component.
        component: usize,
        /// Dimension of the first component.
        expected: usize,
        /// Dimension found.
        found: usize,
    },
    /// A weight is negative or not finite.
    #[error("{}", said!("component {}: the weight {} must be a number of at least 0", .component, .weight))]
    Weight {
        /// Number of the component.
        component: usize,
        /// The weight.
        weight: f64,
    },
    /// A mean, or the square of its length, is not finite.
    #[error("{}", said!("component {}: the mean must be finite, and its square too", .component))]
    Mean {
        /// Number of the component.
        component: usize,
    },
    /// A covariance is not symmetric.
    #[error("{}", said!("component {}: the covariance is not symmetric", .component))]
    NotSymmetric {
        /// Number of the component.
        component: usize,
    },
    /// A covariance is not positive definite to working precision.
    #[error("{}", said!("component {}: the covariance is not positive definite (smallest eigenvalue {})", .component, format_args!("{:.3e}", .eigenvalue)))]
    NotPositiveDefinite {
        /// Number of the component.
        component: usize,
        /// Its smallest eigenvalue.
        eigenvalue: f64,
    },
}

/// A Gaussian mixture, checked and decomposed; weights are normalised.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    dim: usize,
    /// Shared by clones: a data set's are long.
    components: Arc<Vec<Prepared>>,
    /// The variance that all components have along all axes, above two dimensions.
    variance: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
struct Prepared {
    log_weight: f64,
    mean: Vec<f64>,
    /// Eigenvalues of the covariance, length `d`.
    variances: Vec<f64>,
    /// Eigenvectors as rows (`Qᵀ`), or `None` where they are the axes.
    axes: Option<Vec<f64>>,
}

impl Mixture {
    /// Checks, normalises and decomposes. Components of weight 0 are dropped.
    ///
    /// # Errors
    /// Every way in which the list is not a mixture: see [`MixtureError`].
    pub fn new(components: &[Component]) -> Result<Self, MixtureError> {
        let dim = components.first().map_or(0, |c| c.mean.len());
        let largest = components.iter().map(|c| c.weight).fold(0.0, f64::max);
        if dim == 0 || largest <= 0.0 || largest.is_nan() {
            check_weights(components)?;
            return Err(MixtureError::Empty);
        }
        check_weights(components)?;
        // Scaled by the largest first, so that weights of 1e-300 or 1e300 neither vanish nor
        // overflow in the sum.
        let total: f64 = components.iter().map(|c| c.weight / largest).sum();
        let mut prepared = Vec::with_capacity(components.len());
        for (index, component) in components.iter().enumerate() {
            let (variances, axes) = decompose(component, index + 1, dim)?;
            if component.weight > 0.0 {
                // Of the ratio, whose logarithm has all its digits, unless there is none in double precision.
                let ratio = component.weight / largest;
                let log_ratio =
                    if ratio.is_normal() { ratio.ln() } else { component.weight.ln() - largest.ln() };
                prepared.push(Prepared {
                    log_weight: log_ratio - total.ln(),
                    mean: component.mean.clone(),
                    variances,
                    axes,
                });
            }
        }
        let variance = common_variance(dim, &prepared);
        Ok(Self { dim, components: Arc::new(prepared), variance })
    }

    /// Dimension `d`.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of components with a positive weight.
    pub fn len(&self) -> usize {
        self.components.len()
    }

    /// Never: a mixture has at least one component.
    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    /// The normalised components again, as plain data.
    pub fn components(&self) -> Vec<Component> {
        self.components.iter().map(|p| p.to_component(self.dim)).collect()
    }

    /// Smallest and largest eigenvalue over all covariances.
    pub fn variance_range(&self) -> (f64, f64) {
        let all = || self.components.iter().flat_map(|c| c.variances.iter().copied());
        (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max))
    }

    /// Largest `‖μ_j‖²`.
    pub fn largest_mean_squared(&self) -> f64 {
        self.components.iter().map(|c| squared_norm(&c.mean)).fold(0.0, f64::max)
    }

    /// A length over which the score of `ρ_0` bends: between two components of variance `v` at
    /// distance `r` the responsibilities, and with them the score, turn over `v/r`. A
    /// conservative estimate, from the smallest variance and the farthest means.
    pub fn bend(&self) -> f64 {
        self.bend_between(0.0, 1.0)
    }

    /// The same for the score of `ρ_t`.
    pub fn bend_at(&self, time: Time) -> f64 {
        self.bend_between(time.t(), time.one_minus_t())
    }

    /// The bend of the score of `ρ_t` (of `ρ_0` without a time) that counts: at least a `sharpest`-th of the
    /// smallest standard deviation. Components `r = n σ` apart bend the score over `σ/n`, but the ridge between
    /// them is `n²/8` nats below their peaks, and so far out that a blur does not bring it in.
    pub fn felt_bend(&self, time: Option<Time>, sharpest: f64) -> f64 {
        let (noise, signal) = time.map_or((0.0, 1.0), |time| (time.t(), time.one_minus_t()));
        let least = (self.variance_range().0 * signal + noise).sqrt();
        self.bend_between(noise, signal).max(least / sharpest)
    }

    fn bend_between(&self, noise: f64, signal: f64) -> f64 {
        let smallest = self.variance_range().0 * signal + noise;
        let distance = 2.0 * (self.largest_mean_squared() * signal).sqrt();
        smallest / distance.max(smallest.sqrt())
    }

    /// Mean and marginal standard deviation of each coordinate, length `d` each.
    pub fn moments(&self) -> (Vec<f64>, Vec<f64>) {
        let mut mean = vec![0.0; self.dim];
        for c in self.components.iter() {
            for (m, v) in mean.iter_mut().zip(&c.mean) {
                *m += c.log_weight.exp() * v;
            }
        }
        let mut variance = vec![0.0; self.dim];
        for c in self.components.iter() {
            for (i, v) in variance.iter_mut().enumerate() {
                let delta = c.mean[i] - mean[i];
                *v += c.log_weight.exp() * (c.axis_variance(i, self.dim) + delta * delta);
            }
        }
        (mean, variance.into_iter().map(f64::sqrt).collect())
    }

    /// For each coordinate, the interval that holds every mean with `widths` of its standard
    /// deviations on either side: the part of space worth drawing.
    pub fn extent(&self, widths: f64) -> Vec<(f64, f64)> {
        (0..self.dim)
            .map(|i| {
                self.components.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), c| {
                    let reach = widths * c.axis_variance(i, self.dim).sqrt();
                    (lo.min(c.mean[i] - reach), hi.max(c.mean[i] + reach))
                })
            })
            .collect()
    }

    /// The marginal `ρ_t` of the forward process.
    pub fn at(&self, time: Time) -> Marginal<'_> {
        self.marginal(time.t(), time.one_minus_t())
    }

    /// The mixture itself, `ρ_0`.
    pub fn at_zero(&self) -> Marginal<'_> {
        self.marginal(0.0, 1.0)
    }

    fn marginal(&self, noise: f64, signal: f64) -> Marginal<'_> {
        let d = self.dim;
        let scale = signal.sqrt();
        if let Some(variance) = self.variance {
            return self.even_marginal(signal * variance + noise, scale);
        }
        let mut marginal = Marginal {
            dim: d,
            log_norms: Vec::with_capacity(self.len()),
            traces: Vec::with_capacity(self.len()),
            means: Vec::with_capacity(self.len() * d),
            precisions: Vec::with_capacity(self.len() * d),
            axes: self.components.iter().map(|c| c.axes.as_deref()).collect(),
            variance: None,
        };
        for c in self.components.iter() {
            let (mut log_det, mut trace) = (0.0, 0.0);
            for variance in &c.variances {
                let diffused = signal * variance + noise;
                log_det += diffused.ln();
                trace += 1.0 / diffused;
                marginal.precisions.push(1.0 / diffused);
            }
            marginal.means.extend(c.mean.iter().map(|m| scale * m));
            marginal.traces.push(trace);
            marginal.log_norms.push(c.log_weight - 0.5 * (log_det + d as f64 * LOG_2PI));
        }
        marginal
    }

    /// A marginal whose components have one variance, with means scaled.
    fn even_marginal(&self, variance: f64, scale: f64) -> Marginal<'_> {
        let d = self.dim as f64;
        let constant = 0.5 * d * (variance.ln() + LOG_2PI);
        Marginal {
            dim: self.dim,
            log_norms: self.components.iter().map(|c| c.log_weight - constant).collect(),
            traces: vec![d / variance; self.len()],
            means: self.components.iter().flat_map(|c| c.mean.iter().map(|m| scale * m)).collect(),
            precisions: vec![1.0 / variance; self.dim],
            axes: vec![None; self.len()],
            variance: Some(variance),
        }
    }

    /// Point `index` of a stream of independent draws from `ρ_0`, a function of the seed alone.
    pub fn sample(&self, seed: u32, index: u32) -> Vec<f64> {
        let choice = super::random::uniform(seed, super::random::stream::SAMPLE_COMPONENT, index);
        let mut left = choice;
        let component = self
            .components
            .iter()
            .find(|c| {
                left -= c.log_weight.exp();
                left < 0.0
            })
            .unwrap_or(&self.components[self.len() - 1]);
        let z = super::random::normals(
            seed,
            super::random::stream::SAMPLE_NOISE,
            index as usize * self.dim,
            self.dim,
        );
        component.transform(&z, self.dim)
    }
}

impl Mixture {
    /// Point `index < 2^16` of a set of low discrepancy from `ρ_t`, or from `ρ_0` without a time: a
    /// scrambled Sobol point whose first coordinate chooses the component and whose others are its
    /// noise. Averages over the first `2^k` of them have far smaller errors than over independent draws.
    pub fn spread(&self, time: Option<Time>, seed: u32, index: u32) -> Vec<f64> {
        let (noise, signal) = time.map_or((0.0, 1.0), |time| (time.t(), time.one_minus_t()));
        // In the middle of its interval, so that it is never 0.
        let uniform = |axis| f64::from(super::sobol::sample(index, axis, seed)) + 2f64.powi(-24);
        let mut left = uniform(0);
        let chosen = self.components.iter().find(|c| {
            left -= c.log_weight.exp();
            left < 0.0
        });
        let chosen = chosen.unwrap_or(&self.components[self.len() - 1]);
        let z: Vec<f64> = (0..self.dim)
            .map(|i| super::random::normal_quantile(uniform(1 + i % (super::sobol::AXES - 1))))
            .collect();
        let diffused = Prepared {
            mean: chosen.mean.iter().map(|m| signal.sqrt() * m).collect(),
            variances: chosen.variances.iter().map(|v| signal * v + noise).collect(),
            ..chosen.clone()
        };
        diffused.transform(&z, self.dim)
    }
}

impl Prepared {
    fn to_component(&self, d: usize) -> Component {
        let covariance = match &self.axes {
            None if self.variances.iter().all(|v| *v == self.variances[0]) => {
                Covariance::Isotropic(self.variances[0])
            }
            None => Covariance::Diagonal(self.variances.clone()),
            Some(axes) => Covariance::Full(
                (0..d * d)
                    .map(|k| {
                        let (row, column) = (k / d, k % d);
                        (0..d).map(|a| self.variances[a] * axes[a * d + row] * axes[a * d + column]).sum()
                    })
                    .collect(),
            ),
        };
        Component { weight: self.log_weight.exp(), mean: self.mean.clone(), covariance }
    }

    /// `Σ_ii`.
    fn axis_variance(&self, i: usize, d: usize) -> f64 {
        match &self.axes {
            None => self.variances[i],
            Some(axes) => (0..d).map(|a| self.variances[a] * axes[a * d + i].powi(2)).sum(),
        }
    }

    /// `μ + Q diag(√v) z`.
    fn transform(&self, z: &[f64], d: usize) -> Vec<f64> {
        let mut x = self.mean.clone();
        for (a, (z, variance)) in z.iter().zip(&self.variances).enumerate() {
            let step = z * variance.sqrt();
            match &self.axes {
                None => x[a] += step,
                Some(axes) => {
                    for (x, axis) in x.iter_mut().zip(&axes[a * d..(a + 1) * d]) {
                        *x += step * axis;
                    }
                }
            }
        }
        x
    }
}

/// The variance of all components along all axes, where it is one. In one and two dimensions the general
/// way is as fast.
fn common_variance(dim: usize, components: &[Prepared]) -> Option<f64> {
    let variance = *components.first()?.variances.first()?;
    let same = |c: &Prepared| c.axes.is_none() && c.variances.iter().all(|v| *v == variance);
    (dim > 2 && components.iter().all(same)).then_some(variance)
}

fn check_weights(components: &[Component]) -> Result<(), MixtureError> {
    match components.iter().position(|c| !(c.weight >= 0.0 && c.weight.is_finite())) {
        Some(i) => Err(MixtureError::Weight { component: i + 1, weight: components[i].weight }),
        None => Ok(()),
    }
}

type Decomposition = (Vec<f64>, Option<Vec<f64>>);

/// Eigenvalues and, for a matrix that is not diagonal, eigenvectors (as rows).
fn decompose(component: &Component, number: usize, dim: usize) -> Result<Decomposition, MixtureError> {
    let wrong = |found| MixtureError::Dimension { component: number, expected: dim, found };
    if component.mean.len() != dim {
        return Err(wrong(component.mean.len()));
    }
    // The range of times grows with the logarithm of the largest ‖μ‖², which must be a number.
    if !squared_norm(&component.mean).is_finite() {
        return Err(MixtureError::Mean { component: number });
    }
    let (variances, axes) = match &component.covariance {
        Covariance::Isotropic(v) => (vec![*v; dim], None),
        Covariance::Diagonal(v) if v.len() == dim => (v.clone(), None),
        Covariance::Full(m) if m.len() == dim * dim => decompose_full(m, number, dim)?,
        Covariance::Diagonal(v) => return Err(wrong(v.len())),
        Covariance::Full(m) => return Err(wrong((m.len() as f64).sqrt() as usize)),
    };
    let largest = variances.iter().copied().fold(0.0, f64::max);
    let smallest = variances.iter().copied().fold(f64::INFINITY, f64::min);
    // An eigenvalue below the rounding error of the largest is no eigenvalue at all.
    let floor = if axes.is_some() { largest * f64::EPSILON * dim as f64 } else { 0.0 };
    if !(smallest > floor && largest.is_finite() && smallest.is_normal())
        || variances.iter().any(|v| v.is_nan())
    {
        return Err(MixtureError::NotPositiveDefinite { component: number, eigenvalue: smallest });
    }
    Ok((variances, axes))
}

fn decompose_full(matrix: &[f64], number: usize, dim: usize) -> Result<Decomposition, MixtureError> {
    if matrix.iter().any(|v| !v.is_finite()) {
        return Err(MixtureError::NotPositiveDefinite { component: number, eigenvalue: f64::NAN });
    }
    let off_diagonal = |(k, v): (usize, &f64)| k / dim != k % dim && *v != 0.0;
    if !matrix.iter().enumerate().any(off_diagonal) {
        return Ok(((0..dim).map(|i| matrix[i * dim + i]).collect(), None));
    }
    let largest = matrix.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    for i in 0..dim {
        for j in 0..i {
            if (matrix[i * dim + j] - matrix[j * dim + i]).abs() > 1e-12 * largest {
                return Err(MixtureError::NotSymmetric { component: number });
            }
        }
    }
    // Scaled to order one first: the decomposition squares its entries, which would overflow
    // for a covariance of 1e200.
    let scaled = DMatrix::from_row_slice(dim, dim, matrix) / largest;
    let eigen = SymmetricEigen::new(scaled);
    let variances = eigen.eigenvalues.iter().map(|v| v * largest).collect();
    // Column-major storage of Q read row by row is Qᵀ.
    let axes = eigen.eigenvectors.as_slice().to_vec();
    Ok((variances, Some(axes)))
}

#[cfg(test)]
mod tests;
