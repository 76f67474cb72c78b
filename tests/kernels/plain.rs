//! The estimators with draws: all five, with and without an error of the score.

use crate::backend::Backend;
use crate::targets;
use scorescope::kernels::plain;
use scorescope::math::{
    Estimate, Estimator, Formula, FormulaSpec, Mixture, Plan, Rule, Schedule, ScoreError, Scratch,
    lambda_range,
};
use std::sync::Arc;

/// The tolerance of `kernels::plain`, on all targets.
pub(crate) async fn holds(backend: &Backend) {
    for (name, mixture) in targets::small() {
        check(backend, name, &Arc::new(mixture), [9, 5], 24).await;
    }
    for (name, mixture) in targets::large() {
        check(backend, name, &Arc::new(mixture), [5, 2], 8).await;
    }
    many_draws(backend).await;
}

/// Several blocks of noise a node and replicate.
async fn many_draws(backend: &Backend) {
    let mixture = Arc::new(scorescope::math::targets::Preset::Three.mixture());
    check(backend, "many draws", &mixture, [3, 3], 5000).await;
}

async fn check(
    backend: &Backend,
    name: &str,
    mixture: &Arc<Mixture>,
    [width, height]: [usize; 2],
    draws: usize,
) {
    let points: Vec<f64> =
        targets::points(mixture, width, height).iter().flat_map(|p| p.map(f64::from)).collect();
    let (mut near, mut far, mut bars) = (0.0f64, 0.0f64, 0.0f64);
    for estimator in Estimator::DRAWN {
        for error in [0.0, 0.4] {
            let spec = FormulaSpec {
                rule: Rule::Continuous,
                estimator,
                schedule: Schedule::Linear,
                steps: 100,
                draws,
                seed: 3,
                score_error: ScoreError(error),
            };
            let plan = Plan::continuous(2, lambda_range(mixture, 8.0), if draws < 1000 { 1.0 } else { 4.0 });
            let formula = Formula::with_plan(mixture.clone(), plan, &spec).expect("a formula");
            let exact = formula.estimate(&points);
            let found = backend.plain(&formula, mixture, &points).await;
            assert_eq!(exact.len(), found.len());
            for (point, (exact, found)) in points.chunks_exact(2).zip(exact.iter().zip(&found)) {
                let off = (exact.value - found.value).abs();
                let limit = plain::TOLERANCE * (1.0 + mixture.len() as f64 / 1000.0);
                let density = mixture.at_zero().log_density(point, &mut Scratch::default());
                if density > 1e-6f64.ln() {
                    near = near.max(off / limit);
                } else {
                    far = far.max(off / (limit + 1e-5 * exact.value.abs()));
                }
                bars = bars.max(bar(exact, found, limit));
            }
        }
    }
    println!("{name:16} near {near:.2} far {far:.2} error bars {bars:.2} of the tolerance");
    assert!(near < 1.0 && far < 1.0 && bars < 1.0, "{name}");
}

/// Standard errors to a hundredth of themselves, or the tolerance of the value.
fn bar(exact: &Estimate, found: &Estimate, limit: f64) -> f64 {
    match (exact.standard_error, found.standard_error) {
        (None, None) => 0.0,
        (Some(exact), Some(found)) => (exact - found).abs() / (0.01 * exact + limit),
        _ => f64::INFINITY,
    }
}
