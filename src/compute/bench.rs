//! The two jobs that speed is measured by, as ordinary requests.

use super::messages::{GridRequest, GridStage, PointsRequest, Request};
use crate::math::targets::Preset;
use crate::math::{Axis, Part, Quality};
use crate::math::{Estimator, FormulaSpec, Rule, Schedule, ScoreError};

fn spec(rule: Rule, estimator: Estimator) -> FormulaSpec {
    FormulaSpec {
        rule,
        estimator,
        schedule: Schedule::LogSnr,
        steps: 64,
        draws: 32,
        seed: 1,
        score_error: ScoreError::default(),
    }
}

fn axis(count: usize) -> Axis {
    Axis { low: -4.0, high: 4.0, count }
}

/// W1, the plain estimator: 8 isotropic components on a ring (radius 3, variance 0.04), a
/// 128 × 128 grid on `[-4, 4]²`, 64 times uniform in `λ` on `[-9, 9]`, 32 draws a time shared by
/// the grid, the paper's integrand.
pub fn w1() -> Request {
    let axis = axis(128);
    let row = |y: f64| axis.places().flat_map(move |x| [x, y]);
    Request::Points(PointsRequest {
        target: Preset::Ring8.components(),
        spec: spec(Rule::LogSnrTrapezoid, Estimator::MonteCarlo),
        points: axis.places().flat_map(row).collect(),
        stages: Vec::new(),
        ode: false,
        elbo: None,
    })
}

/// Evaluations of mixture components in [`w1`].
pub const W1_EVALUATIONS: usize = 128 * 128 * 64 * 32 * 8;

/// W2, time to accuracy: the log-density of the same target on a 256 × 256 grid of `[-4, 4]²` by
/// the continuous formula; 5e-3 nats for [`Quality::Coarse`] wherever `ρ_0 > 1e-6`.
pub fn w2(quality: Quality) -> Request {
    Request::Grid(GridRequest {
        target: Preset::Ring8.components(),
        spec: spec(Rule::Continuous, Estimator::Quadrature),
        stages: vec![GridStage { axes: [axis(256); 2], quality }],
        part: Part::WHOLE,
    })
}

/// Largest difference between formula and exact value where `ρ_0` is above `floor`, nats.
pub fn largest_error(reply: &super::PointsReply, floor: f64) -> f64 {
    let pairs = reply.exact.iter().zip(&reply.formula);
    let errors = pairs.filter(|(exact, _)| **exact > floor.ln()).map(|(exact, f)| (f.value - exact).abs());
    errors.fold(0.0, f64::max)
}
