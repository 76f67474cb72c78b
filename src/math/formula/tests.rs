//! Tests of the estimates: fluctuations, rates, batches, score errors.

use super::*;
use crate::math::targets::Preset;

fn formula(preset: Preset, estimator: Estimator, draws: usize) -> Formula {
    let spec = FormulaSpec {
        rule: Rule::Continuous,
        estimator,
        schedule: Schedule::Linear,
        steps: 10,
        draws,
        seed: 3,
        score_error: ScoreError::default(),
    };
    Formula::new(Arc::new(preset.mixture()), &spec).expect("draws fit any dimension")
}

/// Stein's form fades at both ends of time, the paper's at the noise's end only.
#[test]
fn fluctuations_at_the_ends_of_time() {
    for preset in [Preset::Bimodal, Preset::Three] {
        let x = &[0.4, 1.0][..preset.dim()];
        let error = |estimator: Estimator, first: bool| {
            let profile = formula(preset, estimator, 512).profile(x);
            let node = if first { profile.first() } else { profile.last() };
            node.and_then(|n| n.standard_error).expect("an error bar") * 512f64.sqrt()
        };
        assert!(error(Estimator::Stein, true) < 0.01, "{preset:?}");
        assert!(error(Estimator::Stein, false) < 0.2, "{preset:?}");
        assert!(error(Estimator::MonteCarlo, true) > 1.0, "{preset:?}");
        assert!(error(Estimator::MonteCarlo, false) < 0.1, "{preset:?}");
    }
}

/// The error of Monte Carlo falls with the square root of the draws.
#[test]
fn monte_carlo_has_slope_one_half() {
    for estimator in [Estimator::MonteCarlo, Estimator::Antithetic, Estimator::Stein] {
        let points: Vec<(f64, f64)> = [16usize, 64, 256, 1024, 4096]
            .into_iter()
            .map(|draws| {
                let error = formula(Preset::Bimodal, estimator, draws).estimate(&[0.7])[0].standard_error;
                ((draws as f64).ln(), error.expect("an error bar").ln())
            })
            .collect();
        let slope = crate::math::fit_line(&points).expect("a fit").slope;
        assert!((slope + 0.5).abs() < 0.05, "{estimator:?}: {slope}");
    }
}

/// Batches, and points one at a time, give the same estimates.
#[test]
fn batches_do_not_matter() {
    let formula = formula(Preset::Three, Estimator::SteinQmc, 40);
    let points = [0.1, 0.2, -1.0, 0.5, 2.0, -1.5];
    let one_by_one: Vec<Estimate> = points.chunks(2).flat_map(|x| formula.estimate(x)).collect();
    assert_eq!(formula.estimate(&points), one_by_one);
}

/// `δ²/2` on average over the data, whichever way it is computed.
#[test]
fn a_score_error_lowers_the_formula_by_half_its_square() {
    let mixture = Arc::new(Preset::Bimodal.mixture());
    let spec = |delta| FormulaSpec {
        rule: Rule::Continuous,
        estimator: Estimator::Quadrature,
        schedule: Schedule::Linear,
        steps: 10,
        draws: 1,
        seed: 1,
        score_error: ScoreError(delta),
    };
    let right = Formula::new(mixture.clone(), &spec(0.0)).expect("one dimension");
    let wrong = Formula::new(mixture.clone(), &spec(0.8)).expect("one dimension");
    // The mean over the data by quadrature on a line that holds all of its mass.
    let nodes = crate::math::gauss_legendre(120, -7.0, 7.0);
    let points: Vec<f64> = nodes.iter().map(|n| n.0).collect();
    let origin = mixture.at_zero();
    let mut scratch = Scratch::default();
    let mut fall = 0.0;
    let (right_values, wrong_values) = (right.estimate(&points), wrong.estimate(&points));
    for ((right, wrong), (x, weight)) in right_values.iter().zip(&wrong_values).zip(&nodes) {
        fall += weight * origin.log_density(&[*x], &mut scratch).exp() * (right.value - wrong.value);
    }
    assert!((fall - 0.32).abs() < 1e-6, "{fall}");
    assert!((ScoreError(0.8).mean_fall(wrong.plan()) - 0.32).abs() < 1e-6);
}
