//! The evidence lower bound of DDPM at a point, as a [`Plan`] (paper, section 4.1).
//!
//! The reverse step is `Y_{k-1} = (Y_k + β_k s_k(Y_k))/√α_k + σ_k Z`. With
//! `β̃_k = β_k (1-ᾱ_{k-1})/(1-ᾱ_k)`,
//!
//! ```text
//! ELBO(x) = - KL(N(√ᾱ_T x, (1-ᾱ_T) I) || N(0, I))
//!           - Σ_{k=2}^T [ d/2 (β̃_k/σ_k² - 1 - log(β̃_k/σ_k²)) + β_k² m_k(x) / (2 σ_k² α_k (1-ᾱ_k)) ]
//!           - d/2 log(2π σ_1²) - β_1 m_1(x) / (2 σ_1² α_1)
//! ```
//!
//! It bounds the log-density of the *sampler's* output, not that of the data: at finite `T` it
//! may exceed `log ρ_0`.

use super::{LOG_2PI, NoiseSchedule, Plan, PlanNode};

/// Variance `σ_k²` of the reverse step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ReverseVariance {
    /// `β_k`.
    Beta,
    /// `β_k/α_k`, which gives the paper's weights `(1-α_k)/(2(1-ᾱ_k))`.
    #[default]
    BetaOverAlpha,
    /// `β̃_k`, the variance of the true posterior; `σ_1² = β_1`.
    Posterior,
}

impl ReverseVariance {
    /// `σ_k²` from `β_k` and `β̃_k`.
    pub fn value(self, beta: f64, posterior: f64) -> f64 {
        match self {
            Self::Beta => beta,
            Self::BetaOverAlpha => beta / (1.0 - beta),
            Self::Posterior => posterior,
        }
    }
}

/// The three parts of the ELBO at a point, or their means over data, nats. Their sum is the ELBO.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ElboParts {
    /// Minus the divergence of the last marginal from the prior.
    pub prior: f64,
    /// The steps `2..=T`.
    pub steps: f64,
    /// The last step, to the data.
    pub decoder: f64,
}

/// The parts from the noise-prediction errors `m_1..m_T` and `‖x‖²`, or from their means.
pub fn elbo_parts(
    schedule: &NoiseSchedule,
    variance: ReverseVariance,
    dim: usize,
    errors: &[f64],
    norm_squared: f64,
) -> ElboParts {
    let d = dim as f64;
    let last = schedule.times[schedule.times.len() - 1];
    // KL = ½ (d(1-ᾱ) + ᾱ‖x‖² - d - d log(1-ᾱ))
    let prior = 0.5 * (d * (last.one_minus_t() + last.t().ln()) - last.one_minus_t() * norm_squared);
    let mut parts = ElboParts { prior, steps: 0.0, decoder: 0.0 };
    for (k, ((constant, node), m)) in terms(schedule, variance, d).zip(errors).enumerate() {
        let part = if k == 0 { &mut parts.decoder } else { &mut parts.steps };
        *part += constant - node.weight * m;
    }
    parts
}

/// The ELBO for a schedule, as an affine functional of the `m_k(x)`.
pub fn elbo_plan(schedule: &NoiseSchedule, variance: ReverseVariance, dim: usize) -> Plan {
    let d = dim as f64;
    let last = schedule.times[schedule.times.len() - 1];
    let mut plan = Plan {
        dim,
        constant: 0.5 * d * (last.one_minus_t() + last.t().ln()),
        quadratic: -0.5 * last.one_minus_t(),
        origin: 0.0,
        nodes: Vec::with_capacity(schedule.times.len()),
    };
    for (constant, node) in terms(schedule, variance, d) {
        plan.constant += constant;
        plan.nodes.push(node);
    }
    plan
}

/// Constant and node of each step, the decoder's first.
fn terms(
    schedule: &NoiseSchedule,
    variance: ReverseVariance,
    d: f64,
) -> impl Iterator<Item = (f64, PlanNode)> {
    let NoiseSchedule { betas, times } = schedule;
    betas.iter().zip(times).enumerate().map(move |(k, (beta, time))| {
        let posterior = if k == 0 { *beta } else { beta * times[k - 1].t() / time.t() };
        let sigma2 = variance.value(*beta, posterior);
        let (constant, weight) = if k == 0 {
            (-0.5 * d * (LOG_2PI + sigma2.ln()), beta / (2.0 * sigma2 * (1.0 - beta)))
        } else {
            let ratio = posterior / sigma2;
            (-0.5 * d * (ratio - 1.0 - ratio.ln()), beta * beta / (2.0 * sigma2 * (1.0 - beta) * time.t()))
        };
        (constant, PlanNode { time: *time, weight })
    })
}
