//! The score field.

use crate::backend::Backend;
use crate::targets::{self, Target};
use scorescope::kernels::{Packed, field};
use scorescope::math::{Mixture, Scratch, Time};

/// Largest errors in units of their tolerances.
#[derive(Clone, Copy, Debug, Default)]
struct Errors {
    score: f64,
    stein: f64,
}

/// The tolerance of `kernels::field`, on all targets.
pub(crate) async fn holds(backend: &Backend) {
    for (target, width, height) in targets::small()
        .into_iter()
        .map(|t| (t, 13, 7))
        .chain(targets::large().into_iter().map(|t| (t, 7, 3)))
    {
        let errors = largest(backend, &target, width, height).await;
        println!("{:16} score {:.2} f {:.2} of the tolerance", target.0, errors.score, errors.stein);
        assert!(errors.score < 1.0 && errors.stein < 1.0, "{}: {errors:?}", target.0);
    }
}

async fn largest(backend: &Backend, (name, mixture): &Target, width: usize, height: usize) -> Errors {
    let mut errors = Errors::default();
    let points = targets::points(mixture, width, height);
    let mut scratch = Scratch::default();
    for lambda in [-14.0, -9.0, -6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 9.0, 14.0] {
        let time = Time::from_lambda(lambda);
        let packed = Packed::new(mixture, time).expect("packable");
        let marginal = mixture.at(time);
        for shift in [0.0f32, 0.3] {
            let found = backend.field(&packed, &points, shift).await;
            assert_eq!(found.len(), points.len());
            for (point, (score, stein)) in points.iter().zip(found) {
                let y = point.map(f64::from);
                let local = marginal.evaluate(&y, &mut scratch);
                let s = [scratch.score[0], scratch.score[1]];
                let c = f64::from(shift);
                let f = local.divergence + 0.5 * local.score_squared + c * (s[0] + s[1]) + c * c;
                let g = steepness(mixture, time, y);
                let off = (f64::from(score[0]) - s[0]).hypot(f64::from(score[1]) - s[1]);
                let unit = field::TOLERANCE * (1.0 + mixture.len() as f64 / 1000.0);
                errors.score = errors.score.max(off / (unit * (1.0 + g)));
                errors.stein = errors.stein.max((f64::from(stein) - f).abs() / (unit * (1.0 + g * g)));
                assert!(score[0].is_finite() && stein.is_finite(), "{name} {lambda} {point:?}");
            }
        }
    }
    errors
}

/// `G`: the largest `‖g_j‖` among the components with a share above 1e-7.
pub(crate) fn steepness(mixture: &Mixture, time: Time, y: [f64; 2]) -> f64 {
    let marginal = mixture.at(time);
    let terms: Vec<[f64; 2]> = marginal
        .summands()
        .map(|part| {
            let [p00, p01, p11] = part.precision_2d();
            let d = [y[0] - part.mean[0], y[1] - part.mean[1]];
            let g = [p00 * d[0] + p01 * d[1], p01 * d[0] + p11 * d[1]];
            [part.log_norm - 0.5 * (g[0] * d[0] + g[1] * d[1]), g[0].hypot(g[1])]
        })
        .collect();
    let top = terms.iter().map(|t| t[0]).fold(f64::NEG_INFINITY, f64::max);
    terms.iter().filter(|t| t[0] > top + 1e-7f64.ln()).map(|t| t[1]).fold(0.0, f64::max)
}
