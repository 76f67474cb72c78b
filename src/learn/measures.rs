//! How far samples are from a target: which of its components they reach, how many lie where the data do
//! not, their mean `-log p`, and the Jensen–Shannon divergence of normalised histograms.
//!
//! ```text
//! JS = ½ Σ_b q_b log(2 q_b/(p_b+q_b)) + ½ Σ_b p_b log(2 p_b/(p_b+q_b))
//! ```
//!
//! over the boxes of a grid and all that is outside of it: `q_b` is the share of the samples in a box and
//! `p_b` the mass of the target there, from the density at 36 points of the box (6 in one dimension). With `n` samples even the target's own give
//! about `(boxes - 1)/(8n)`: see [`Yardstick::floor`].
//!
//! Left out on purpose: more than two dimensions.

use super::LearnError;
pub use super::spec::{Found, MOST_MODES};
use crate::math::{Mixture, Scratch};

/// Boxes along an axis, in one and in two dimensions.
const BOXES: [usize; 2] = [128, 40];
/// Points along a side of a box at which the density is taken.
const INSIDE: usize = 6;
/// Standard deviations around the components that the boxes cover.
const REACH: f64 = 4.0;
/// A component counts as covered from this share of what the target itself puts near it.
const COVERED: f64 = 0.25;
/// Share of the data that counts as outside of where the data are: as in the laboratory of equilibria.
const OUTSIDE: f64 = 0.05;

/// A target, ready to be compared with.
#[derive(Clone, Debug)]
pub struct Yardstick {
    target: Mixture,
    extent: Vec<(f64, f64)>,
    boxes: usize,
    masses: Vec<f64>,
    threshold: f64,
    /// Shares of the target's own draws that are near the data and nearest to each component.
    own: Vec<f64>,
}

impl Yardstick {
    /// For a target in one or two dimensions.
    ///
    /// # Errors
    /// [`LearnError::Dimension`] for any other.
    pub fn new(target: &Mixture) -> Result<Self, LearnError> {
        let dim = target.dim();
        let boxes = *BOXES.get(dim.wrapping_sub(1)).ok_or(LearnError::Dimension(dim))?;
        let extent = target.extent(REACH);
        let (marginal, mut scratch) = (target.at_zero(), Scratch::default());
        let fine = boxes * INSIDE;
        let along = |axis: usize, i: usize| {
            let (low, high) = extent[axis];
            low + (high - low) * (i as f64 + 0.5) / fine as f64
        };
        let size: f64 = extent.iter().map(|(low, high)| (high - low) / fine as f64).product();
        let mut masses = vec![0.0; boxes.pow(dim as u32) + 1];
        for j in 0..if dim == 2 { fine } else { 1 } {
            for i in 0..fine {
                let place = [along(0, i), if dim == 2 { along(1, j) } else { 0.0 }];
                let density = marginal.log_density(&place[..dim], &mut scratch).exp();
                masses[j / INSIDE * boxes + i / INSIDE] += density * size;
            }
        }
        let inside: f64 = masses.iter().sum();
        if let Some(rest) = masses.last_mut() {
            *rest = (1.0 - inside).max(0.0);
        }
        let mut logs: Vec<f64> =
            (0..1 << 14).map(|i| marginal.log_density(&target.spread(None, 7, i), &mut scratch)).collect();
        logs.sort_by(f64::total_cmp);
        let threshold = logs[(OUTSIDE * logs.len() as f64) as usize];
        let mut yardstick =
            Self { target: target.clone(), extent, boxes, masses, threshold, own: Vec::new() };
        let draws: Vec<f64> = (0..1 << 14).flat_map(|i| target.spread(None, 7, i)).collect();
        yardstick.own = yardstick.shares(&draws).1;
        Ok(yardstick)
    }

    /// Shares of samples that belong to each component, the likeliest one, and of those near the data.
    fn shares(&self, samples: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let dim = self.target.dim();
        let told_apart = if self.target.len() <= MOST_MODES { self.target.len() } else { 0 };
        let (mut all, mut near) = (vec![0.0; told_apart], vec![0.0; told_apart]);
        let (marginal, mut scratch) = (self.target.at_zero(), Scratch::default());
        let share = 1.0 / (samples.len() / dim).max(1) as f64;
        for x in samples.chunks_exact(dim) {
            let likelihoods = marginal.summands().map(|s| s.log_norm - 0.5 * square(x, &s));
            let best = likelihoods.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(j, _)| j);
            let is_near = marginal.log_density(x, &mut scratch) >= self.threshold;
            if let (Some(all), Some(near)) = (all.get_mut(best), near.get_mut(best)) {
                *all += share;
                *near += if is_near { share } else { 0.0 };
            }
        }
        (all, near)
    }

    /// Compares samples, `d` numbers each.
    pub fn measure(&self, samples: &[f64]) -> Found {
        let dim = self.target.dim();
        let count = (samples.len() / dim).max(1) as f64;
        let (marginal, mut scratch) = (self.target.at_zero(), Scratch::default());
        let (shares, near) = self.shares(samples);
        let mut counts = vec![0.0; self.masses.len()];
        let mut logs = Vec::with_capacity(samples.len() / dim);
        let mut outside = 0.0;
        for x in samples.chunks_exact(dim) {
            let log = marginal.log_density(x, &mut scratch);
            logs.push(-log);
            // What is no number is outside.
            outside += if log >= self.threshold { 0.0 } else { 1.0 / count };
            counts[self.box_of(x)] += 1.0 / count;
        }
        logs.sort_by(f64::total_cmp);
        let covered =
            near.iter().zip(&self.own).filter(|(near, own)| **near >= COVERED * **own && **own > 0.0);
        Found {
            modes: covered.count(),
            shares,
            outside,
            js: jensen_shannon(&counts, &self.masses),
            cross_entropy: logs.iter().sum::<f64>() / count,
            median: logs.get(logs.len() / 2).copied().unwrap_or(f64::NAN),
        }
    }

    /// The same of so many draws from the target itself: what no generator can be better than.
    pub fn floor(&self, count: usize) -> Found {
        let draws: Vec<f64> = (0..count).flat_map(|i| self.target.sample(0x0F10_0F10, i as u32)).collect();
        self.measure(&draws)
    }

    /// Components that can be reached: those that are the likeliest somewhere near the data.
    pub fn modes(&self) -> usize {
        self.own.iter().filter(|own| **own > 0.0).count()
    }

    /// The log-density that 5 % of the data lie below.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    fn box_of(&self, x: &[f64]) -> usize {
        let mut index = 0;
        for (x, (low, high)) in x.iter().zip(&self.extent).rev() {
            let along = (x - low) / (high - low) * self.boxes as f64;
            if !(along >= 0.0 && along < self.boxes as f64) {
                return self.masses.len() - 1;
            }
            index = index * self.boxes + along as usize;
        }
        index
    }
}

/// `(x-m)ᵀ C⁻¹ (x-m)`.
fn square(x: &[f64], summand: &crate::math::Summand<'_>) -> f64 {
    let off = |i: usize| x[i] - summand.mean[i];
    match *x {
        [_] => summand.precisions[0] * off(0) * off(0),
        _ => {
            let [xx, xy, yy] = summand.precision_2d();
            xx * off(0) * off(0) + 2.0 * xy * off(0) * off(1) + yy * off(1) * off(1)
        }
    }
}

/// Of two distributions on the same boxes, nats.
pub fn jensen_shannon(q: &[f64], p: &[f64]) -> f64 {
    let part = |a: f64, b: f64| if a > 0.0 { 0.5 * a * (2.0 * a / (a + b)).ln() } else { 0.0 };
    q.iter().zip(p).map(|(q, p)| part(*q, *p) + part(*p, *q)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::targets::Preset;

    #[test]
    fn draws_from_the_target_are_near_it() {
        for preset in [Preset::Ring8, Preset::Three, Preset::Claw] {
            let yardstick = Yardstick::new(&preset.mixture()).expect("two dimensions at most");
            let total: f64 = yardstick.masses.iter().sum();
            assert!((total - 1.0).abs() < 2e-3, "{preset:?}: {total}");
            let found = yardstick.floor(20_000);
            assert_eq!(found.modes, yardstick.modes(), "{preset:?}");
            assert!((found.outside - 0.05).abs() < 0.006, "{preset:?}: {}", found.outside);
            assert!(found.js < 0.01, "{preset:?}: {}", found.js);
            assert!((found.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            // The broad component of the claw is higher than the peak in its middle all over.
            let most = preset.components().len();
            assert_eq!(found.modes, if preset == Preset::Claw { most - 1 } else { most });
        }
    }

    /// Half of the ring: four of eight components, and a divergence in closed form.
    #[test]
    fn what_is_missing_is_seen() {
        let target = Preset::Ring8.mixture();
        let yardstick = Yardstick::new(&target).expect("two dimensions");
        let half: Vec<f64> =
            (0..60_000).map(|i| target.sample(3, i)).filter(|x| x[0] + 0.5 * x[1] > 0.0).flatten().collect();
        let found = yardstick.measure(&half);
        assert_eq!(found.modes, 4);
        // q is 2p on half of the mass: ½ log(4/3) + ½ (½ log(2/3) + ½ log 2).
        let exact = 0.5 * (4.0f64 / 3.0).ln() + 0.25 * (2.0f64 / 3.0).ln() + 0.25 * 2f64.ln();
        assert!((found.js - exact).abs() < 0.01, "{} {exact}", found.js);
        let far = yardstick.measure(&[50.0, 50.0, f64::NAN, 0.0]);
        assert_eq!((far.modes, far.outside), (0, 1.0));
        assert!((far.js - 2f64.ln()).abs() < 1e-3);
    }

    #[test]
    fn images_have_no_histogram() {
        let component = crate::math::Component {
            weight: 1.0,
            mean: vec![0.0; 3],
            covariance: crate::math::Covariance::Isotropic(1.0),
        };
        let target = Mixture::new(&[component]).expect("a mixture");
        assert_eq!(Yardstick::new(&target).err(), Some(LearnError::Dimension(3)));
    }
}
