//! Particles: the draws, and single steps of each kind.

use crate::backend::Backend;
use crate::{field, targets};
use scorescope::kernels::particles::{Motion, Noise, Particles, ROUNDING, Step};
use scorescope::kernels::{Level, draws};
use scorescope::math::random::{normals, stream};
use scorescope::math::{Mixture, ReverseVariance, Scratch, Summand, Time};

const NOISE: Noise = Noise { seed: 11, step: 3 };

/// The tolerances of `kernels::draws`, over `draws` pairs, and of `kernels::particles`, on all
/// small targets.
pub(crate) async fn holds(backend: &Backend, draws: usize) {
    let used = largest_error_of_draws(backend, draws).await;
    println!("draws {used:.2} of the tolerance");
    assert!(used < 1.0, "{used}");
    for (name, mixture) in targets::small() {
        let mut largest = 0.0f64;
        for lambda in [-8.0, -4.0, -1.0, 0.0, 2.0, 9.0] {
            for (step, time) in steps(lambda) {
                let used = largest_error(backend, &mixture, step, time).await;
                assert!(used < 1.0, "{name} {lambda} {step:?}: {used}");
                largest = largest.max(used);
            }
        }
        println!("{name:16} {largest:.2} of the tolerance");
    }
    composes(backend).await;
}

/// Steps that end or begin at a time, with that of their score.
fn steps(lambda: f64) -> [(Step, Time); 7] {
    let [from, to] = [lambda, lambda - 0.3].map(Time::from_lambda);
    let steps = [
        Step::forward(to, from),
        Step::ddpm(from, to, ReverseVariance::Beta),
        Step::ddpm(from, to, ReverseVariance::Posterior),
        Step::ddim(from, to),
        Step::ddim(from, None),
        Step::flow(from, to),
        Step::new(0.9, -0.4, 0.2, from),
    ];
    steps.map(|step| (step, from))
}

fn motion(step: Step, mixture: &Mixture) -> Motion {
    step.on(mixture).expect("for single precision")
}

/// In units of the tolerance.
async fn largest_error_of_draws(backend: &Backend, count: usize) -> f64 {
    let (name, mixture) = targets::small().swap_remove(0);
    let nothing = Particles { xs: vec![0.0; count], ys: vec![0.0; count] };
    let only_noise = motion(Step::new(0.0, 0.0, 1.0, Time::from_lambda(0.0)), &mixture);
    let found = backend.particles(&nothing, &[(&only_noise, NOISE)]).await;
    assert_eq!((found.xs.len(), found.ys.len()), (count, count), "{name}");
    let exact = normals(NOISE.seed, stream::PARTICLES + NOISE.step, 0, 2 * count);
    let found = found.xs.iter().zip(&found.ys).flat_map(|(x, y)| [*x, *y]);
    found.zip(exact).map(|(z, exact)| (f64::from(z) - exact).abs()).fold(0.0, f64::max) / draws::TOLERANCE
}

/// Largest error of a coordinate in units of the tolerance, over particles that follow the
/// marginal at `time`; how many is no multiple of a vector's length.
async fn largest_error(backend: &Backend, mixture: &Mixture, step: Step, time: Time) -> f64 {
    let level = Level::new();
    let mut start = Particles::sample(level, mixture, 301, 2).expect("for single precision");
    start.advance(level, &motion(Step::forward(None, time), mixture), Noise { seed: 2, step: 0 });
    let end = backend.particles(&start, &[(&motion(step, mixture), NOISE)]).await;
    let zs = normals(NOISE.seed, stream::PARTICLES + NOISE.step, 0, 2 * start.len());
    let marginal = mixture.at(time);
    // A mean rounded to single precision moves the score by its precision times as much.
    let rounded = |part: Summand| {
        part.mean[0].hypot(part.mean[1]) * part.precisions.iter().fold(0.0, |a: f64, p| a.max(*p))
    };
    let rounding = marginal.summands().map(rounded).fold(0.0, f64::max) * 2f64.powi(-24);
    let mut scratch = Scratch::default();
    let mut largest = 0.0f64;
    for i in 0..start.len() {
        let y = [start.xs[i], start.ys[i]].map(f64::from);
        let found = [end.xs[i], end.ys[i]].map(f64::from);
        marginal.evaluate(&y, &mut scratch);
        let unit = field::steepness(mixture, time, y) + 1.0;
        let score = step.b.abs() * (scorescope::kernels::field::TOLERANCE * unit + rounding);
        for k in 0..2 {
            let terms = [step.a * y[k], step.b * scratch.score[k], step.c * zs[2 * i + k]];
            let size: f64 = terms.iter().map(|t| t.abs()).sum();
            let tolerance = score + step.c * draws::TOLERANCE + ROUNDING * size;
            largest = largest.max((found[k] - terms.iter().sum::<f64>()).abs() / tolerance);
        }
    }
    largest
}

/// Several steps at once are the same as one after the other, bit for bit.
async fn composes(backend: &Backend) {
    let mixture = targets::small().swap_remove(2).1;
    let motions: Vec<Motion> = steps(0.0).iter().map(|(step, _)| motion(*step, &mixture)).collect();
    let steps: Vec<(&Motion, Noise)> =
        motions.iter().zip(0..).map(|(motion, step)| (motion, Noise { step, ..NOISE })).collect();
    let start = Particles::prior(Level::new(), 1001, 1);
    let together = backend.particles(&start, &steps).await;
    let mut apart = start;
    for step in steps {
        apart = backend.particles(&apart, &[step]).await;
    }
    assert_eq!(together, apart);
    let none = Particles::default();
    assert_eq!(backend.particles(&none, &[(&motions[0], NOISE)]).await, none);
}
