//! The density formula at many points of one line at once.
//!
//! All points share the scores: `E f(√(1-t) x + √t ε)` with `f = div s_t + |s_t|²/2` is a Gaussian blur
//! of `f` with standard deviation `√t`, read at `√(1-t) x`. `f` is evaluated on a lattice whose step
//! resolves both the blur and the bends of the score, and the blur is a trapezoidal sum, which for
//! analytic functions converges exponentially. Where `√t` is small against the bends, a few
//! Gauss–Hermite nodes a point do the same.
//!
//! Left out on purpose: bends finer than some thousandths of the line, for which the lattice is too
//! coarse; the formula then loses accuracy there.

use super::{LineScores, Mixture, Plan, ScoreError, Scratch, Time, gauss_hermite};
use std::sync::Arc;

/// Most places of a lattice.
const MOST: f64 = 8192.0;
/// Standard deviations of the blur that are summed to each side.
const WIDTHS: f64 = 8.0;
/// Below this many bends, `√t` is served by Gauss–Hermite nodes.
const SMALL: f64 = 0.4;
/// See [`Mixture::felt_bend`]: a ridge farther than 11 σ from both components is 60 nats below the peak.
const SHARPEST: f64 = 22.0;

/// The formula on a line, on its way.
#[derive(Clone, Debug)]
pub struct Column {
    mixture: Arc<Mixture>,
    points: Vec<f64>,
    plan: Plan,
    error: ScoreError,
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
    /// A target in one dimension, the points, a plan of the formula, and an error of the score.
    pub fn new(mixture: Arc<Mixture>, points: Vec<f64>, plan: Plan, error: ScoreError) -> Self {
        let total = vec![0.0; points.len()];
        Self { mixture, points, plan, error, node: 0, total, scratch: Scratch::default() }
    }

    /// Does the next time, for all points. `true` when nothing is left.
    pub fn advance(&mut self, small: &SmallBlur) -> bool {
        if let Some(node) = self.plan.nodes.get(self.node) {
            let (time, mixture) = (node.time, &self.mixture);
            let marginal = mixture.at(time);
            let field = LineScores::new(&marginal);
            let (shift, scratch) = (self.error.shift(time, 1), &mut self.scratch);
            let mut f = |y: f64| field.stein(y, shift, scratch);
            let (deviation, bend) = (time.t().sqrt(), mixture.felt_bend(None, SHARPEST));
            let blurred = if deviation < SMALL * bend {
                nodes(&mut f, time, &self.points, &small.0[usize::from(deviation > 0.1 * bend)])
            } else {
                lattice(&mut f, time, &self.points, mixture.felt_bend(Some(time), SHARPEST))
            };
            for (total, blurred) in self.total.iter_mut().zip(blurred) {
                *total += node.weight * (1.0 + 2.0 * time.t() * blurred);
            }
            self.node += 1;
        }
        self.node >= self.plan.nodes.len()
    }

    /// Share of the times done.
    pub fn progress(&self) -> f64 {
        self.node as f64 / self.plan.nodes.len().max(1) as f64
    }

    /// The log-densities, once [`Column::advance`] has returned `true`.
    pub fn finish(mut self) -> Vec<f64> {
        let origin = self.mixture.at_zero();
        let field = LineScores::new(&origin);
        let points = self.points.iter().zip(&self.total);
        points
            .map(|(x, total)| {
                let f_zero = 0.5 + field.stein(*x, self.error.0, &mut self.scratch);
                self.plan.value(*total, x * x, f_zero)
            })
            .collect()
    }
}

/// The blur by Gauss–Hermite nodes, point by point.
fn nodes(f: &mut impl FnMut(f64) -> f64, time: Time, points: &[f64], rule: &[(f64, f64)]) -> Vec<f64> {
    let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
    points.iter().map(|x| rule.iter().map(|(z, w)| w * f(signal * x + deviation * z)).sum()).collect()
}

/// The blur from a lattice that all points share.
fn lattice(f: &mut impl FnMut(f64) -> f64, time: Time, points: &[f64], bend: f64) -> Vec<f64> {
    let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
    let bounds = (f64::INFINITY, f64::NEG_INFINITY);
    let (least, most) = points.iter().fold(bounds, |(low, high), x| (low.min(*x), high.max(*x)));
    let low = signal * least - WIDTHS * deviation;
    let length = signal * (most - least) + 2.0 * WIDTHS * deviation;
    // For these steps the trapezoidal rule errs by some e^{-28}.
    let step = (deviation / 1.2).min(0.6 * bend).max(length / MOST);
    let count = (length / step).ceil() as usize + 1;
    let values: Vec<f64> = (0..count).map(|i| f(low + step * i as f64)).collect();
    let reach = (WIDTHS * deviation / step).ceil();
    let ratio = step / deviation;
    points
        .iter()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::targets::Preset;
    use crate::math::{Estimator, Formula, FormulaSpec, Rule, Schedule, kernel_components};

    fn spec(rule: Rule, error: f64) -> FormulaSpec {
        FormulaSpec {
            rule,
            estimator: Estimator::Quadrature,
            schedule: Schedule::Linear,
            steps: 20,
            draws: 1,
            seed: 1,
            score_error: ScoreError(error),
        }
    }

    fn column(mixture: &Arc<Mixture>, points: &[f64], spec: &FormulaSpec) -> Vec<f64> {
        let mut column = Column::new(mixture.clone(), points.to_vec(), spec.plan(mixture), spec.score_error);
        while !column.advance(&SmallBlur::new()) {}
        column.finish()
    }

    fn data(bandwidth: f64) -> Arc<Mixture> {
        let claw = Preset::Claw.mixture();
        let values: Vec<f64> = (0..300).flat_map(|i| claw.sample(4, i)).collect();
        Arc::new(Mixture::new(&kernel_components(1, &values, bandwidth)).expect("a mixture"))
    }

    #[test]
    fn data_sets_have_their_log_density_back() {
        let points: Vec<f64> = (-30..=30).map(|i| 0.1 * f64::from(i)).collect();
        for bandwidth in [0.03, 0.2] {
            let mixture = data(bandwidth);
            let origin = mixture.at_zero();
            for (x, value) in points.iter().zip(column(&mixture, &points, &spec(Rule::Continuous, 0.0))) {
                let exact = origin.log_density(&[*x], &mut Scratch::default());
                let near = exact > -20.0;
                assert!(!near || (value - exact).abs() < 1e-6, "h = {bandwidth}, {x}: {value} {exact}");
            }
        }
    }

    #[test]
    fn discrete_rules_and_errors_of_the_score_are_those_of_the_formula() {
        let (mixture, points) = (data(0.2), [-1.7, 0.1, 2.2]);
        for rule in [Rule::Paper, Rule::LogSnrTrapezoid, Rule::Continuous] {
            let spec = spec(rule, 0.4);
            let formula = Formula::new(mixture.clone(), &spec).expect("one dimension");
            for (x, value) in points.iter().zip(column(&mixture, &points, &spec)) {
                let expected = formula.estimate(&[*x])[0].value;
                assert!((value - expected).abs() < 1e-6, "{rule:?} at {x}: {value} {expected}");
            }
        }
    }
}
