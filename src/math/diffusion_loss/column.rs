//! The density formula at many equally spaced points of one line at once.
//!
//! All points share the scores: `E f(√(1-t) x + √t ε)` with `f = div s_t + |s_t|²/2` is a Gaussian blur
//! of `f` with standard deviation `√t`, read at `√(1-t) x`. `f` is evaluated on a lattice whose step
//! resolves both the blur and the bends of the score, and the blur is a trapezoidal sum, which for
//! analytic functions converges exponentially. Where `√t` is small against the bends, a few
//! Gauss–Hermite nodes a point do the same.
//!
//! Left out on purpose: bends finer than some thousandths of the line, for which the lattice is too
//! coarse; the formula then loses accuracy there.

use crate::math::{Axis, Marginal, Mixture, Plan, Scratch, Time, gauss_hermite};

/// Most places of a lattice.
const MOST: f64 = 8192.0;
/// Standard deviations of the blur that are summed to each side.
const WIDTHS: f64 = 8.0;
/// Below this many bends, `√t` is served by Gauss–Hermite nodes.
const SMALL: f64 = 0.4;

/// The formula on a line, on its way.
#[derive(Clone, Debug)]
pub struct Column {
    mixture: Mixture,
    axis: Axis,
    plan: Plan,
    node: usize,
    /// `Σ weight m` of the nodes done, point by point.
    total: Vec<f64>,
    scratch: Scratch,
}

/// Gauss–Hermite rules for small `√t`, to be shared by many columns.
#[derive(Clone, Debug)]
pub struct SmallBlur([Vec<(f64, f64)>; 2]);

impl SmallBlur {
    /// The rules.
    #[expect(clippy::new_without_default, reason = "it computes")]
    pub fn new() -> Self {
        Self([gauss_hermite(16), gauss_hermite(40)])
    }
}

impl Column {
    /// A target in one dimension, the points, and a plan of the formula.
    pub fn new(mixture: Mixture, axis: Axis, plan: Plan) -> Self {
        let total = vec![0.0; axis.count];
        Self { mixture, axis, plan, node: 0, total, scratch: Scratch::default() }
    }

    /// Does the next time, for all points. `true` when nothing is left.
    pub fn advance(&mut self, small: &SmallBlur) -> bool {
        if let Some(node) = self.plan.nodes.get(self.node) {
            let marginal = self.mixture.at(node.time);
            let (deviation, bend) = (node.time.t().sqrt(), self.mixture.bend());
            let blurred = if deviation < SMALL * bend {
                let rule = &small.0[usize::from(deviation > 0.1 * bend)];
                nodes(&marginal, node.time, self.axis, rule, &mut self.scratch)
            } else {
                let bend = self.mixture.bend_at(node.time);
                lattice(&marginal, node.time, self.axis, bend, &mut self.scratch)
            };
            for (total, blurred) in self.total.iter_mut().zip(blurred) {
                *total += node.weight * (1.0 + 2.0 * node.time.t() * blurred);
            }
            self.node += 1;
        }
        self.node >= self.plan.nodes.len()
    }

    /// The log-densities, once [`Column::advance`] has returned `true`.
    pub fn finish(mut self) -> Vec<f64> {
        let origin = self.mixture.at_zero();
        let points = self.axis.places().zip(&self.total);
        points
            .map(|(x, total)| {
                let f_zero = 0.5 + origin.stein(&[x], 0.0, &mut self.scratch);
                self.plan.value(*total, x * x, f_zero)
            })
            .collect()
    }
}

/// The blur by Gauss–Hermite nodes, point by point.
fn nodes(
    marginal: &Marginal<'_>,
    time: Time,
    axis: Axis,
    rule: &[(f64, f64)],
    scratch: &mut Scratch,
) -> Vec<f64> {
    let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
    axis.places()
        .map(|x| {
            let at = |z: f64| signal * x + deviation * z;
            rule.iter().map(|(z, w)| w * marginal.stein(&[at(*z)], 0.0, scratch)).sum()
        })
        .collect()
}

/// The blur from a lattice that all points share.
fn lattice(marginal: &Marginal<'_>, time: Time, axis: Axis, bend: f64, scratch: &mut Scratch) -> Vec<f64> {
    let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
    let low = signal * axis.low - WIDTHS * deviation;
    let length = signal * (axis.high - axis.low) + 2.0 * WIDTHS * deviation;
    // For these steps the trapezoidal rule errs by some e^{-28}.
    let step = (deviation / 1.2).min(0.6 * bend).max(length / MOST);
    let count = (length / step).ceil() as usize + 1;
    let values: Vec<f64> =
        (0..count).map(|i| marginal.stein(&[low + step * i as f64], 0.0, scratch)).collect();
    let reach = (WIDTHS * deviation / step).ceil();
    let ratio = step / deviation;
    axis.places()
        .map(|x| {
            let place = (signal * x - low) / step;
            let start = (place - reach).max(0.0).ceil() as usize;
            let end = ((place + reach) as usize + 1).min(count);
            // exp(-½ u²) along equal steps of u, by two products each.
            let u = (start as f64 - place) * ratio;
            let mut weight = (-0.5 * u * u).exp();
            let mut factor = (-ratio * (u + 0.5 * ratio)).exp();
            let shrink = (-ratio * ratio).exp();
            let (mut sum, mut total) = (0.0, 0.0);
            for value in values.get(start..end).unwrap_or_default() {
                sum += weight * value;
                total += weight;
                weight *= factor;
                factor *= shrink;
            }
            sum / total
        })
        .collect()
}
