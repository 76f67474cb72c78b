//! W2 of the benchmarks against the closed form. Other targets and backends: `tests/kernels.rs`.

use super::*;
use crate::kernels::Level;
use crate::math::Part;
use crate::math::targets::Preset;
use crate::math::{Estimator, Schedule, ScoreError, Scratch, kernel_components};
use std::sync::Arc;

const SIDE: usize = 256;

fn spec() -> FormulaSpec {
    FormulaSpec {
        rule: Rule::Continuous,
        estimator: Estimator::Quadrature,
        schedule: Schedule::Linear,
        steps: 100,
        draws: 1,
        seed: 1,
        score_error: ScoreError::default(),
    }
}

/// Largest error where `ρ_0 > 1e-6`, with the work split into parts.
fn largest_error(mixture: Mixture, quality: Quality, parts: usize) -> f64 {
    let mixture = Arc::new(mixture);
    let axis = Axis { low: -4.0, high: 4.0, count: SIDE };
    let mut total = vec![0.0; SIDE * SIDE];
    for index in 0..parts {
        let part = Part { index, of: parts };
        let blur = Blur::new(mixture.clone(), &spec(), quality, [axis; 2], part, Level::new());
        let mut blur = blur.expect("for single precision");
        while !blur.advance() {}
        assert!(blur.is_resolved());
        for (total, sum) in total.iter_mut().zip(blur.finish()) {
            *total += sum;
        }
    }
    let plan = plan(&mixture, &spec(), quality);
    let origin = mixture.at_zero();
    let mut scratch = Scratch::default();
    let points = axis.places().flat_map(|y| axis.places().map(move |x| [x, y]));
    let errors = points.zip(total).filter_map(|(point, total)| {
        let exact = origin.log_density(&point, &mut scratch);
        let local = origin.evaluate(&point, &mut scratch);
        let f_zero = 1.0 + local.divergence + 0.5 * local.score_squared;
        let value = plan.value(total, point[0] * point[0] + point[1] * point[1], f_zero);
        (exact > 1e-6f64.ln()).then(|| (value - exact).abs())
    });
    errors.fold(0.0, f64::max)
}

#[test]
fn w2_is_as_accurate_as_said() {
    for (quality, tolerance) in [(Quality::Coarse, 5e-3), (Quality::Good, 1e-3), (Quality::Fine, 2e-4)] {
        let error = largest_error(Preset::Ring8.mixture(), quality, 1);
        assert!(error < tolerance, "{quality:?}: {error:e}");
    }
}

#[test]
fn data_sets_are_as_accurate() {
    let ring = Preset::Ring8.mixture();
    let values: Vec<f64> = (0..500).flat_map(|i| ring.sample(1, i)).collect();
    for bandwidth in [0.1, 0.4] {
        let mixture = Mixture::new(&kernel_components(2, &values, bandwidth)).expect("a mixture");
        for quality in [Quality::Coarse, Quality::Good, Quality::Fine] {
            let error = largest_error(mixture.clone(), quality, 1);
            assert!(error < quality.tolerance(), "h = {bandwidth}, {quality:?}: {error:e}");
        }
    }
}

#[test]
fn parts_add_up_to_the_whole() {
    let error = |parts| largest_error(Preset::Ring8.mixture(), Quality::Coarse, parts);
    assert!((error(3) - error(1)).abs() < 1e-5);
}
