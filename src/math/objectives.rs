//! What training minimises (paper, section 4.1): objectives over the parameter `θ` of a family `p_θ`,
//! in expectation over one-dimensional data.
//!
//! With the model's score `s_θ,t` in place of the data's, integration by parts gives
//!
//! ```text
//! E_data m_t = E‖ε + √t s_θ,t(X_t)‖² = d + t E_{y ~ ρ_t} [s_θ,t(y)² + 2 div s_θ,t(y)]
//! ```
//!
//! so that only integrals over the data's own marginals are needed. The objectives are then the
//! likelihood's `E_data[-log p_θ]`, and minus the mean of the density formula, of the ELBO and of the
//! simple loss: affine functionals ([`Plan`]) of the same numbers.
//!
//! Integrals are by the trapezoidal rule component by component, `y = m_j + σ_j z`, `|z| ≤ 9`, with a
//! step that resolves both the Gaussian weight and the family: the scores of a mixture have poles at
//! a distance of about `π v / Δ` from the real line (variance `v`, distance `Δ` of means), and the
//! error falls like `exp(-2π · distance / step)`. Values are good to 1e-9 of their size, minimisers to
//! 1e-7, unless [`Population::unresolved`] says that details were finer than the grid may be.
//!
//! Left out on purpose: two dimensions, where each value costs as much as a picture.

use super::{
    Family, Marginal, Mixture, MixtureError, NoiseSchedule, Plan, ReverseVariance, Rule, Scratch, Time,
    elbo_plan,
};
use std::f64::consts::PI;

/// The objectives, in the order of all lists here.
pub const OBJECTIVES: usize = 4;

/// Standard deviations to each side of a component.
const REACH: f64 = 9.0;

/// Most nodes of a component at a time.
const MOST: usize = 4096;

/// Nodes and weights for expectations over the data's marginal at one time.
#[derive(Clone, Debug)]
struct Rule1 {
    nodes: Vec<f64>,
    weights: Vec<f64>,
}

/// One-dimensional data, with rules for expectations at the times of a schedule.
#[derive(Clone, Debug)]
pub struct Population {
    times: Vec<Time>,
    rules: Vec<Rule1>,
    origin: Rule1,
    plans: [Plan; 3],
    second_moment: f64,
    /// Whether details of data or family were finer than the rules.
    pub unresolved: bool,
}

impl Population {
    /// Of data, for members of a family. `members` are some that stand for the finest details of
    /// the family, such as those at both ends.
    pub fn new(
        data: &Mixture,
        members: &[Mixture],
        schedule: &NoiseSchedule,
        variance: ReverseVariance,
    ) -> Self {
        let mut unresolved = false;
        let mut rule = |time: Option<Time>| rule_at(data, members, time, &mut unresolved);
        let (means, deviations) = data.moments();
        let second_moment = means.iter().zip(&deviations).map(|(m, s)| m * m + s * s).sum();
        Self {
            times: schedule.times.clone(),
            rules: schedule.times.iter().map(|time| rule(Some(*time))).collect(),
            origin: rule(None),
            plans: [
                Plan::discrete(Rule::Paper, schedule, 1),
                elbo_plan(schedule, variance, 1),
                Plan::simple(schedule, 1),
            ],
            second_moment,
            unresolved,
        }
    }

    /// Number of times.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Never: a schedule has a step.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Nodes at the time of index `k`: what [`Population::mean_error`] costs.
    pub fn nodes(&self, k: usize) -> usize {
        self.rules[k].nodes.len()
    }

    /// `E_data m_k` under a member's score at the time of index `k`.
    pub fn mean_error(&self, member: &Mixture, k: usize, scratch: &mut Scratch) -> f64 {
        let time = self.times[k];
        let marginal = member.at(time);
        let Rule1 { nodes, weights } = &self.rules[k];
        let sum: f64 = nodes
            .iter()
            .zip(weights)
            .map(|(y, w)| {
                let local = marginal.evaluate(&[*y], scratch);
                w * (local.score_squared + 2.0 * local.divergence)
            })
            .sum();
        1.0 + time.t() * sum
    }

    /// The objectives of a member from its `E_data m_k`: the likelihood's, the formula's, the ELBO's,
    /// all in nats, and the simple loss.
    pub fn objectives(&self, member: &Mixture, errors: &[f64], scratch: &mut Scratch) -> [f64; OBJECTIVES] {
        let [formula, elbo, simple] = &self.plans;
        let minus = |plan: &Plan| {
            // The formula's plan has no node at the last time.
            let sum: f64 = plan.nodes.iter().zip(errors).map(|(node, m)| node.weight * m).sum();
            -plan.value(sum, self.second_moment, 0.0)
        };
        [-self.mean_log(&member.at_zero(), scratch), minus(formula), minus(elbo), minus(simple)]
    }

    /// `E_data log p` of a density.
    pub fn mean_log(&self, density: &Marginal, scratch: &mut Scratch) -> f64 {
        let Rule1 { nodes, weights } = &self.origin;
        nodes.iter().zip(weights).map(|(y, w)| w * density.log_density(&[*y], scratch)).sum()
    }

    /// `E_data ‖x‖²`.
    pub fn second_moment(&self) -> f64 {
        self.second_moment
    }
}

fn rule_at(data: &Mixture, members: &[Mixture], time: Option<Time>, unresolved: &mut bool) -> Rule1 {
    let finest = members.iter().chain([data]).map(|m| strip(m, time)).fold(f64::INFINITY, f64::min);
    let marginal = time.map_or_else(|| data.at_zero(), |time| data.at(time));
    let mut rule = Rule1 { nodes: Vec::new(), weights: Vec::new() };
    for part in marginal.summands() {
        let deviation = part.precisions[0].sqrt().recip();
        let wanted = (2.0 * REACH * deviation / (0.6 * deviation).min(0.27 * finest)).ceil();
        *unresolved |= wanted > MOST as f64;
        let intervals = (wanted as usize).clamp(2, MOST);
        let step = 2.0 * REACH / intervals as f64;
        // `w = exp(log_norm) √(2π) σ`, so that the weights sum to the component's own.
        let weight = part.log_norm.exp() * deviation * step;
        for i in 0..=intervals {
            let z = -REACH + step * i as f64;
            rule.nodes.push(part.mean[0] + deviation * z);
            rule.weights.push(weight * (-0.5 * z * z).exp());
        }
    }
    rule
}

/// How far from the real line the logarithm of a mixture's marginal is analytic, about.
fn strip(mixture: &Mixture, time: Option<Time>) -> f64 {
    let (keep, noise) = time.map_or((1.0, 0.0), |time| (time.one_minus_t(), time.t()));
    let variance = keep * mixture.variance_range().0 + noise;
    let means: Vec<f64> = mixture.at_zero().summands().map(|part| part.mean[0]).collect();
    let (low, high) =
        means.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), m| (f64::min(l, *m), f64::max(h, *m)));
    // Which of 0 and -0 is the larger depends on the machine, and dividing by -0 would be a disaster.
    (PI * variance / (keep.sqrt() * (high - low).abs())).min(1.5 * variance.sqrt())
}

/// Least of a function known at `count` Chebyshev points of an interval, by their interpolant: the
/// point, to about the square of the interpolation error. An end is returned where the function falls
/// towards it.
pub fn chebyshev_minimum(interval: (f64, f64), values: &[f64]) -> f64 {
    let coefficients = chebyshev_coefficients(values);
    let (low, high) = interval;
    let to_theta = |u: f64| 0.5 * (low + high) + 0.5 * (high - low) * u;
    let evaluate = |u: f64| -> f64 {
        let (mut b1, mut b2) = (0.0, 0.0);
        for c in coefficients.iter().skip(1).rev() {
            (b1, b2) = (2.0 * u * b1 - b2 + c, b1);
        }
        u * b1 - b2 + coefficients[0]
    };
    // The derivative's coefficients: c'_{k-1} = c'_{k+1} + 2 k c_k.
    let count = coefficients.len();
    let mut slope = vec![0.0; count + 1];
    for k in (1..count).rev() {
        slope[k - 1] = slope.get(k + 1).copied().unwrap_or(0.0) + 2.0 * k as f64 * coefficients[k];
    }
    slope[0] *= 0.5;
    let derivative = |u: f64| -> f64 {
        let (mut b1, mut b2) = (0.0, 0.0);
        for c in slope.iter().skip(1).rev() {
            (b1, b2) = (2.0 * u * b1 - b2 + c, b1);
        }
        u * b1 - b2 + slope[0]
    };
    const LOOK: usize = 200;
    let place = |i: usize| -1.0 + 2.0 * i as f64 / LOOK as f64;
    let best = (0..=LOOK).min_by(|a, b| evaluate(place(*a)).total_cmp(&evaluate(place(*b)))).unwrap_or(0);
    let (mut a, mut b) = (place(best.saturating_sub(1)), place((best + 1).min(LOOK)));
    if derivative(a) >= 0.0 {
        return to_theta(a);
    }
    if derivative(b) <= 0.0 {
        return to_theta(b);
    }
    for _ in 0..60 {
        let middle = 0.5 * (a + b);
        if derivative(middle) < 0.0 { a = middle } else { b = middle }
    }
    to_theta(0.5 * (a + b))
}

/// The Chebyshev points of an interval, from the upper end down.
pub fn chebyshev_points((low, high): (f64, f64), count: usize) -> Vec<f64> {
    let angle = |i: usize| PI * (i as f64 + 0.5) / count as f64;
    (0..count).map(|i| 0.5 * (low + high) + 0.5 * (high - low) * angle(i).cos()).collect()
}

fn chebyshev_coefficients(values: &[f64]) -> Vec<f64> {
    let count = values.len();
    let angle = |i: usize| PI * (i as f64 + 0.5) / count as f64;
    (0..count)
        .map(|k| {
            let sum: f64 = values.iter().enumerate().map(|(i, v)| v * (k as f64 * angle(i)).cos()).sum();
            sum * if k == 0 { 1.0 } else { 2.0 } / count as f64
        })
        .collect()
}

/// The members at both ends and in the middle of a family's range: those with the finest details.
///
/// # Errors
/// [`MixtureError`] where the family's number gives no mixture.
pub fn typical_members(family: Family, data: &Mixture) -> Result<Vec<Mixture>, MixtureError> {
    let (low, high) = family.range(data);
    let components = data.components();
    [low, 0.5 * (low + high), high].into_iter().map(|theta| family.member(&components, theta)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::targets::Preset;
    use super::super::{Estimator, Formula, FormulaSpec, Schedule, ScoreError};
    use super::*;

    fn population(preset: Preset, family: Family, steps: usize) -> Population {
        let data = preset.mixture();
        let members = typical_members(family, &data).expect("mixtures");
        Population::new(&data, &members, &Schedule::Linear.steps(steps), ReverseVariance::Beta)
    }

    #[test]
    fn chebyshev_finds_minima_inside_and_at_ends() {
        let points = chebyshev_points((0.5, 2.0), 17);
        let at = |f: &dyn Fn(f64) -> f64| {
            chebyshev_minimum((0.5, 2.0), &points.iter().map(|p| f(*p)).collect::<Vec<_>>())
        };
        assert!((at(&|x| (x - 1.234_567).cosh()) - 1.234_567).abs() < 1e-9);
        assert!((at(&|x| x.ln() - x) - 2.0).abs() < 1e-12);
        assert!((at(&f64::exp) - 0.5).abs() < 1e-12);
    }

    /// For the data's own score the errors are the means over data of the formula's own `m_k(x)`.
    #[test]
    fn errors_are_the_means_of_the_formulas_own() {
        let family = Family::Width { misfit: 1.0 };
        let population = population(Preset::Bimodal, family, 20);
        let data = Preset::Bimodal.mixture();
        let mut scratch = Scratch::default();
        let spec = FormulaSpec {
            rule: Rule::Paper,
            estimator: Estimator::Quadrature,
            schedule: Schedule::Linear,
            steps: 20,
            draws: 1,
            seed: 1,
            score_error: ScoreError::default(),
        };
        let formula = Formula::new(std::sync::Arc::new(data.clone()), &spec).expect("fits");
        let rule = &population.origin;
        let step = |k: usize| -> f64 {
            rule.nodes.iter().zip(&rule.weights).map(|(x, w)| w * formula.profile(&[*x])[k].m).sum()
        };
        for k in [0, 7, 18] {
            let error = population.mean_error(&data, k, &mut scratch);
            assert!((error - step(k)).abs() < 1e-8, "{k}: {error} {}", step(k));
        }
    }

    /// A Gaussian fitted by its width: everything is in closed form.
    #[test]
    fn objectives_of_a_gaussian_in_closed_form() {
        let population = population(Preset::Gaussian, Family::Width { misfit: 1.0 }, 10);
        let (mean, variance) = (0.5, 0.64);
        let mut scratch = Scratch::default();
        for theta in [0.5f64, 1.0, 2.5] {
            let data = Preset::Gaussian.components();
            let member = Family::Width { misfit: 1.0 }.member(&data, theta).expect("a mixture");
            let v = theta * theta * variance;
            let nll = 0.5 * ((2.0 * PI * v).ln() + variance / v);
            let errors: Vec<f64> = (0..10).map(|k| population.mean_error(&member, k, &mut scratch)).collect();
            let found = population.objectives(&member, &errors, &mut scratch);
            assert!((found[0] - nll).abs() < 1e-10, "{} {nll}", found[0]);
            for (k, time) in population.times.iter().enumerate() {
                let (c, cv) = (time.one_minus_t() * variance + time.t(), time.one_minus_t() * v + time.t());
                let error = 1.0 + time.t() * (c / (cv * cv) - 2.0 / cv);
                assert!((errors[k] - error).abs() < 1e-10);
            }
            assert!((population.second_moment() - mean * mean - variance).abs() < 1e-12);
        }
    }
}
