//! Interpolated regularisers against direct quadrature, and minima against known ones.

use super::*;
use crate::math::targets::Preset;
use crate::math::{Estimator, Formula, FormulaSpec, Lattice, Resolution, Rule, Schedule, ScoreError};
use std::sync::Arc;

fn spec(steps: usize) -> FormulaSpec {
    FormulaSpec {
        rule: Rule::Paper,
        estimator: Estimator::Quadrature,
        schedule: Schedule::Linear,
        steps,
        draws: 1,
        seed: 1,
        score_error: ScoreError::default(),
    }
}

#[test]
fn thinned_plans_keep_their_values() {
    for (target, x) in [(Preset::Bimodal, vec![-2.3, 0.1, 1.4]), (Preset::Claw, vec![-1.1, 0.02, 2.5])] {
        let mixture = Arc::new(target.mixture());
        for schedule in [Schedule::Linear, Schedule::Cosine, Schedule::LiYan { c0: 2.0, c1: 4.0 }] {
            let steps = schedule.steps(400);
            for plan in [Plan::discrete(Rule::Paper, &steps, 1), Plan::simple(&steps, 1)] {
                let thin = plan.thinned(1.0 / 3.0);
                assert!(thin.nodes.len() < 120 && thin.nodes.len() < plan.nodes.len());
                assert!((thin.total_weight() / plan.total_weight() - 1.0).abs() < 1e-12);
                let value = |plan: Plan| {
                    Formula::with_plan(mixture.clone(), plan, &spec(400)).expect("fits").estimate(&x)
                };
                for (a, b) in value(plan).iter().zip(value(thin)) {
                    let error = (a.value - b.value).abs() / a.value.abs().max(1.0);
                    assert!(error < 3e-6, "{target:?} {schedule:?}: {} {}", a.value, b.value);
                }
            }
        }
    }
}

#[test]
fn panels_and_grids_interpolate() {
    let mixture = Arc::new(Preset::Claw.mixture());
    let plan = Plan::discrete(Rule::Paper, &Schedule::Linear.steps(100), 1).thinned(1.0 / 3.0);
    let formula = Formula::with_plan(mixture.clone(), plan, &spec(100)).expect("fits");
    let (field, places) = LineField::nodes(&mixture);
    let field = Regulariser::Line(field.filled(formula.estimate(&places).iter().map(|e| -e.value).collect()));
    let x: Vec<f64> = (0..60).map(|i| -2.97 + 0.1 * f64::from(i)).collect();
    for (x, direct) in x.iter().zip(formula.estimate(&x)) {
        let error = field.value(&[*x], 0.0) + direct.value;
        assert!(error.abs() < 1e-6, "{x}: {error}");
    }

    let mixture = Arc::new(Preset::Three.mixture());
    let plan = Plan::discrete(Rule::Paper, &Schedule::Linear.steps(100), 2).thinned(1.0 / 3.0);
    let mut field = PlaneField::empty(&mixture, 2.5, 129);
    let bend = 0.25 * mixture.variance_range().0.sqrt();
    let (xs, ys) = (field.x.places().collect(), field.y.places().collect());
    let mut lattice =
        Lattice::with_plan(mixture.clone(), plan.clone(), Resolution::FINE, xs, ys).with_least_bend(bend);
    while !lattice.advance() {}
    field.values = lattice.finish().iter().map(|e| -e.value).collect();
    let field = Regulariser::Plane(field);
    let formula = Formula::with_plan(mixture.clone(), plan, &spec(100)).expect("fits");
    let marginal = mixture.at_zero();
    for i in 0..8u32 {
        let x = mixture.sample(7, i);
        let error = field.value(&x, 0.0) + formula.estimate(&x)[0].value;
        let density = marginal.log_density(&x, &mut super::super::Scratch::default());
        assert!(error.abs() < 2e-3, "{x:?}, density {density}: {error}");
    }
}

#[test]
fn minima_are_modes() {
    let minima = Regulariser::Exact.minima(&Preset::Ring8.mixture());
    assert_eq!(minima.len(), 8);
    for m in &minima {
        assert!((m.place[0].hypot(m.place[1]) - 3.0).abs() < 1e-6);
        // Isotropic components of variance 0.04, far apart.
        assert!((m.curvature * 0.04 * 0.04 - 1.0).abs() < 1e-4);
        assert!((m.value - minima[0].value).abs() < 1e-12);
    }
    let minima = Regulariser::Exact.minima(&Preset::Bimodal.mixture());
    assert_eq!(minima.len(), 2);
    assert!((minima[0].place[0] - 1.5).abs() < 1e-3 && minima[0].value < minima[1].value);
    assert!((minima[0].curvature * 0.64 - 1.0).abs() < 1e-2);
}
