//! Whole grids: the continuous rule against the closed form, the discrete rules against
//! quadrature in double precision.

use crate::backend::Backend;
use crate::targets;
use scorescope::kernels::blur::plan;
use scorescope::math::targets::Preset;
use scorescope::math::{
    Axis, Estimator, FormulaSpec, Lattice, Mixture, Part, Quality, Rule, Schedule, ScoreError, Scratch,
};
use std::sync::Arc;

/// The tolerance of `kernels::blur` on all small targets or the first few, and that shares add up
/// to the whole.
pub(crate) async fn holds(backend: &Backend, targets: usize) {
    // The sharp one needs more lattice points than there may be.
    let resolvable = targets::small().into_iter().filter(|(name, _)| *name != "sharp");
    for (name, mixture) in resolvable.take(targets) {
        closed_form(backend, name, &Arc::new(mixture)).await;
    }
    for preset in [Preset::Three, Preset::Gaussian2] {
        quadrature(backend, preset).await;
    }
    shares(backend).await;
}

fn spec(rule: Rule, error: f64) -> FormulaSpec {
    FormulaSpec {
        rule,
        estimator: Estimator::Quadrature,
        schedule: Schedule::Linear,
        steps: 12,
        draws: 1,
        seed: 1,
        score_error: ScoreError(error),
    }
}

/// A grid over the target; the sides are no multiples of a vector's length.
fn axes(mixture: &Mixture, counts: [usize; 2]) -> [Axis; 2] {
    let extent = mixture.extent(4.0);
    [0, 1].map(|i| Axis { low: extent[i].0, high: extent[i].1, count: counts[i] })
}

fn points([x, y]: [Axis; 2]) -> impl Iterator<Item = [f64; 2]> {
    y.places().flat_map(move |y| x.places().map(move |x| [x, y]))
}

async fn closed_form(backend: &Backend, name: &str, mixture: &Arc<Mixture>) {
    let axes = axes(mixture, [77, 53]);
    let spec = spec(Rule::Continuous, 0.0);
    let mut errors = Vec::new();
    for quality in [Quality::Coarse, Quality::Good, Quality::Fine] {
        let total = backend.blur(mixture, &spec, quality, axes, Part::WHOLE).await;
        let plan = plan(mixture, &spec, quality);
        let origin = mixture.at_zero();
        let mut scratch = Scratch::default();
        let mut worst = 0.0f64;
        for (point, total) in points(axes).zip(total) {
            let exact = origin.log_density(&point, &mut scratch);
            let local = origin.evaluate(&point, &mut scratch);
            let f_zero = 1.0 + local.divergence + 0.5 * local.score_squared;
            let value = plan.value(total, point[0] * point[0] + point[1] * point[1], f_zero);
            assert!(value.is_finite(), "{name} {point:?}");
            if exact > 1e-6f64.ln() {
                worst = worst.max((value - exact).abs());
            }
        }
        errors.push((quality, worst));
    }
    println!("{name:16} {:.1e} {:.1e} {:.1e} nats", errors[0].1, errors[1].1, errors[2].1);
    for (quality, worst) in errors {
        // The tolerance is that of the presets.
        let limit = if name == "unequal weights" { 2.0 } else { 1.0 } * quality.tolerance();
        assert!(worst < limit, "{name} {quality:?}: {worst:e}");
    }
}

/// A discrete rule with an error of the score; the truth is `math::Lattice` for the same plan.
async fn quadrature(backend: &Backend, preset: Preset) {
    let mixture = Arc::new(preset.mixture());
    let axes = axes(&mixture, [13, 9]);
    let spec = spec(Rule::Paper, 0.3);
    let [xs, ys] = axes.map(|axis| axis.places().collect::<Vec<f64>>());
    let mut lattice = Lattice::new(mixture.clone(), &spec, xs, ys, true);
    while !lattice.advance() {}
    let exact = lattice.finish();
    let total = backend.blur(&mixture, &spec, Quality::Fine, axes, Part::WHOLE).await;
    let plan = plan(&mixture, &spec, Quality::Fine);
    let origin = mixture.at_zero();
    let mut worst = 0.0f64;
    for ((point, total), exact) in points(axes).zip(total).zip(exact) {
        let density = origin.log_density(&point, &mut Scratch::default());
        if density > 1e-6f64.ln() {
            worst = worst.max((plan.value(total, 0.0, 0.0) - exact.value).abs());
        }
    }
    let name = format!("{preset:?}");
    println!("{name:16} {worst:.1e} nats by the paper's rule, with an error of the score");
    assert!(worst < Quality::Fine.tolerance(), "{name}: {worst:e}");
}

async fn shares(backend: &Backend) {
    let mixture = Arc::new(Preset::Three.mixture());
    let axes = axes(&mixture, [41, 30]);
    let spec = spec(Rule::Continuous, 0.0);
    let whole = backend.blur(&mixture, &spec, Quality::Good, axes, Part::WHOLE).await;
    let mut sum = vec![0.0; whole.len()];
    for index in 0..3 {
        let part = Part { index, of: 3 };
        let share = backend.blur(&mixture, &spec, Quality::Good, axes, part).await;
        sum.iter_mut().zip(share).for_each(|(sum, share)| *sum += share);
    }
    let worst = whole.iter().zip(&sum).map(|(a, b)| (a - b).abs() / (1.0 + a.abs())).fold(0.0, f64::max);
    println!("shares           {worst:.1e} of the value");
    assert!(worst < 1e-5, "{worst:e}");
}
