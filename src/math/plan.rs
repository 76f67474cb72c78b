//! Plans: the density formula, the ELBO and every weighted diffusion loss as affine functionals
//! of the noise-prediction errors `m_k(x) = E‖ε - ε̂_k‖²`.
//!
//! ```text
//! value(x) = constant + quadratic ‖x‖² - origin F_0(x) - Σ_k weight_k m_k(x)
//! ```
//!
//! with `F_0(x) = d/2 + div s_0(x) + ‖s_0(x)‖²/2`, which only the tail of the continuous rule
//! needs. The continuous formula is
//! `log ρ_0(x) = -(1 + log 2π) d/2 - ∫_0^1 D(t, x) dt` with
//! `D = (m_t - d(1-t)) / (2t(1-t))`; in `λ = log(t/(1-t))` the integrand is
//! `(m_t - d(1-t))/2`, analytic and decaying like `e^{-|λ|}` on both sides.

use super::{LOG_2PI, Mixture, NoiseSchedule, Time, gauss_legendre};

/// How the integral over time is discretised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Rule {
    /// The paper's discrete formula: weights `(1-α_{k+1}) / (2(1-ᾱ_k))`, `k < T`.
    Paper,
    /// Weights `(λ_{k+1}-λ_k)/2`, `k < T`: a left Riemann sum in `λ`.
    LogSnrLeft,
    /// The trapezoidal rule in `λ` on the schedule's times.
    LogSnrTrapezoid,
    /// The integral over all times, on a grid in `λ` of its own with tails.
    Continuous,
}

/// A time at which `m(x)` is needed, with its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanNode {
    /// When.
    pub time: Time,
    /// Factor on `-m(x)`.
    pub weight: f64,
}

/// An affine functional of the `m_k(x)`; see the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Dimension `d`.
    pub dim: usize,
    /// Term that does not depend on `x`, nats.
    pub constant: f64,
    /// Factor on `‖x‖²`.
    pub quadratic: f64,
    /// Factor on `-F_0(x)`.
    pub origin: f64,
    /// The times and their weights.
    pub nodes: Vec<PlanNode>,
}

/// The interval of `λ` outside of which the integrand of the continuous formula is a tail:
/// `reach` beyond the logarithms of the smallest and the largest variance at play, so that the
/// integrand has fallen to about `e^{-reach}` of its scale at both ends.
pub fn lambda_range(mixture: &Mixture, reach: f64) -> (f64, f64) {
    let (smallest, largest) = mixture.variance_range();
    let scale = largest.max(mixture.largest_mean_squared()).max(1.0);
    (smallest.min(1.0).ln() - reach, scale.ln() + reach)
}

impl Plan {
    /// The discrete formula on a schedule, with the paper's constant
    /// `C_0 = -(1 + log 2πβ_1) d/2` and no tails. [`Rule::Continuous`] counts as the
    /// trapezoidal rule here.
    pub fn discrete(rule: Rule, schedule: &NoiseSchedule, dim: usize) -> Self {
        let NoiseSchedule { betas, times } = schedule;
        let lambdas: Vec<f64> = times.iter().map(|t| t.lambda()).collect();
        let last = times.len() - 1;
        let node = |k: usize, weight: f64| PlanNode { time: times[k], weight };
        let half_gap = |k: usize| 0.5 * (lambdas[k + 1] - lambdas[k]);
        let nodes = match rule {
            Rule::Paper => (0..last).map(|k| node(k, 0.5 * betas[k + 1] / times[k].t())).collect(),
            Rule::LogSnrLeft => (0..last).map(|k| node(k, half_gap(k))).collect(),
            Rule::LogSnrTrapezoid | Rule::Continuous => (0..=last)
                .map(|k| {
                    let after = if k < last { half_gap(k) } else { 0.0 };
                    let before = if k > 0 { half_gap(k - 1) } else { 0.0 };
                    node(k, 0.5 * (before + after))
                })
                .collect(),
        };
        let constant = -0.5 * dim as f64 * (1.0 + LOG_2PI + betas[0].ln());
        Self { dim, constant, quadratic: 0.0, origin: 0.0, nodes }
    }

    /// The simple loss of DDPM: minus the sum of `m_k` over `k = 1..T`.
    pub fn simple(schedule: &NoiseSchedule, dim: usize) -> Self {
        let nodes = schedule.times.iter().map(|time| PlanNode { time: *time, weight: 1.0 }).collect();
        Self { dim, constant: 0.0, quadratic: 0.0, origin: 0.0, nodes }
    }

    /// The continuous formula by the trapezoidal rule with the given step on a range of `λ`
    /// (see [`lambda_range`]) and tails: below, `½ t_1 (F_0(x) + E F_{t_1})`, of second order;
    /// above, `(1-t_T) D(t_T, x)`.
    pub fn continuous(dim: usize, range: (f64, f64), step: f64) -> Self {
        let intervals = ((range.1 - range.0) / step).ceil().max(1.0) as usize;
        let h = (range.1 - range.0) / intervals as f64;
        let rule = (0..=intervals).map(|i| {
            let ends = if i == 0 || i == intervals { 0.5 } else { 1.0 };
            (range.0 + h * i as f64, ends * h)
        });
        let mut plan = Self::minus_integral(dim, rule.collect());
        plan.add_lower_tail();
        plan.add_upper_tail();
        plan.constant -= 0.5 * dim as f64 * (1.0 + LOG_2PI);
        plan
    }

    /// Minus `∫_{t1}^{t2} D(t, x) dt` by Gauss–Legendre panels in `λ`. Times of 0 and 1 (or
    /// beyond the range of `λ`) stand for the ends of the process and get the tails.
    pub fn between(dim: usize, range: (f64, f64), t1: f64, t2: f64) -> Self {
        let start = Time::from_t(t1).map_or(f64::NEG_INFINITY, Time::lambda);
        let end =
            Time::from_t(t2).map_or(if t2 <= 0.0 { f64::NEG_INFINITY } else { f64::INFINITY }, Time::lambda);
        let (low, high) = (start.max(range.0), end.min(range.1));
        if high <= low {
            return Self::minus_integral(dim, Vec::new());
        }
        let panels = ((high - low) / 2.0).ceil().max(1.0);
        let width = (high - low) / panels;
        let rule = (0..panels as usize)
            .flat_map(|p| {
                let from = low + width * p as f64;
                gauss_legendre(12, from, from + width)
            })
            .collect();
        let mut plan = Self::minus_integral(dim, rule);
        if start < range.0 {
            plan.nodes.insert(0, PlanNode { time: Time::from_lambda(range.0), weight: 0.0 });
            plan.add_lower_tail();
        }
        if end > range.1 {
            plan.nodes.push(PlanNode { time: Time::from_lambda(range.1), weight: 0.0 });
            plan.add_upper_tail();
        }
        plan
    }

    /// The value at `x` from `Σ weight_k m_k(x)`, `‖x‖²` and `F_0(x)`.
    pub fn value(&self, weighted_sum: f64, norm_squared: f64, f_zero: f64) -> f64 {
        self.constant + self.quadratic * norm_squared - self.origin * f_zero - weighted_sum
    }

    /// `D(t, x)` from `m_t(x)`.
    pub fn integrand(dim: usize, time: Time, m: f64) -> f64 {
        (m - dim as f64 * time.one_minus_t()) / (2.0 * time.t() * time.one_minus_t())
    }

    /// `Σ_k weight_k e_k`: how much the value falls when every `m_k` grows by `excess(t_k)`.
    pub fn fall(&self, excess: impl Fn(Time) -> f64) -> f64 {
        self.nodes.iter().map(|n| n.weight * excess(n.time)).sum()
    }

    /// `-∫ (m - d(1-t))/2 dλ` for a rule of (λ, weight) pairs.
    fn minus_integral(dim: usize, rule: Vec<(f64, f64)>) -> Self {
        let mut plan =
            Self { dim, constant: 0.0, quadratic: 0.0, origin: 0.0, nodes: Vec::with_capacity(rule.len()) };
        for (lambda, h) in rule {
            let time = Time::from_lambda(lambda);
            plan.constant += 0.5 * h * dim as f64 * time.one_minus_t();
            plan.nodes.push(PlanNode { time, weight: 0.5 * h });
        }
        plan
    }

    /// `∫_0^{t1} D ≈ ½ t1 (F_0(x) + E F_{t1})`, `E F_t = (m - d(1-t)) / (2t)`.
    fn add_lower_tail(&mut self) {
        let first = &mut self.nodes[0];
        self.origin += 0.5 * first.time.t();
        self.constant += 0.25 * self.dim as f64 * first.time.one_minus_t();
        first.weight += 0.25;
    }

    /// `∫_{tT}^1 D ≈ (1-tT) D(tT, x) = E F_{tT}`.
    fn add_upper_tail(&mut self) {
        if let Some(last) = self.nodes.last_mut() {
            self.constant += 0.5 * self.dim as f64 * last.time.one_minus_t() / last.time.t();
            last.weight += 0.5 / last.time.t();
        }
    }
}
