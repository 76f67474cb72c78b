//! A wrong score on purpose, to see what the formula makes of it (MATH section 7).
//!
//! The score is replaced by `ŝ_t = s_t + δ √(1-t) u` with `u = (1, …, 1)/√d`. The factor
//! `√(1-t)` keeps the effect finite: a constant error would make
//! `∫ E‖ŝ-s‖² / (2(1-t)) dt` diverge at `t = 1`; with it, the formula understates the
//! log-density by exactly `δ²/2` nats on average over the data.

use super::{Marginal, Plan, Scratch, Time};

/// Size `δ` of the error added to the score.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ScoreError(pub f64);

impl ScoreError {
    /// What is added to every coordinate of the score at a time.
    pub fn shift(self, time: Time, dim: usize) -> f64 {
        self.0 * (time.one_minus_t() / dim as f64).sqrt()
    }

    /// By how much a plan's value falls on average over the data: `E‖ε̂ error‖² = t(1-t) δ²`
    /// at each time, weighted. `δ²/2` for the continuous formula.
    pub fn mean_fall(self, plan: &Plan) -> f64 {
        plan.fall(|time| self.0 * self.0 * time.t() * time.one_minus_t())
    }
}

impl Marginal<'_> {
    /// [`Local::stein`](super::Local::stein) at `y`.
    pub fn stein(&self, y: &[f64], shift: f64, scratch: &mut Scratch) -> f64 {
        self.evaluate(y, scratch).stein(&scratch.score, shift)
    }
}
