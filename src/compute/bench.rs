//! The two jobs that speed is measured by, as ordinary requests.

use super::messages::{GridRequest, GridStage, PointsRequest, Request};
use crate::math::targets::Preset;
use crate::math::{Axis, Part, Quality};
use crate::math::{Component, Covariance, Estimator, FormulaSpec, Rule, Schedule, ScoreError};

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
    plain(8, 128, 32)
}

/// W1 with other numbers of components, points along a side, and draws.
pub fn plain(components: usize, side: usize, draws: usize) -> Request {
    let axis = axis(side);
    let row = |y: f64| axis.places().flat_map(move |x| [x, y]);
    let component = |i: usize| {
        let (sine, cosine) = (std::f64::consts::TAU * i as f64 / components as f64).sin_cos();
        let mean = vec![3.0 * cosine, 3.0 * sine];
        Component { weight: 1.0, mean, covariance: Covariance::Isotropic(0.04) }
    };
    Request::Points(PointsRequest {
        target: (0..components).map(component).collect(),
        spec: FormulaSpec { draws, ..spec(Rule::LogSnrTrapezoid, Estimator::MonteCarlo) },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_is_the_preset() {
        let (Request::Points(ours), preset) = (w1(), Preset::Ring8.mixture()) else { panic!("points") };
        let mixture = crate::math::Mixture::new(&ours.target).expect("a mixture");
        let mut scratch = crate::math::Scratch::default();
        for x in [[0.1, 0.2], [3.0, 0.0], [-2.0, 2.5]] {
            let [a, b] = [&mixture, &preset].map(|m| m.at_zero().log_density(&x, &mut scratch));
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
        assert_eq!(ours.points.len(), 2 * 128 * 128);
    }
}
