//! Steps against the closed form. Their tolerance, on all backends: `tests/kernels/particles.rs`.

use super::*;
use crate::kernels::simd::levels;
use crate::math::random::normal_quantile;
use crate::math::targets::Preset;
use crate::math::{ReverseVariance, Schedule, Time, fit_line};

const TARGETS: [Preset; 4] = [Preset::Ring8, Preset::Three, Preset::Gaussian2, Preset::Spiral];

fn at(lambda: f64) -> Time {
    Time::from_lambda(lambda)
}

/// Mean and covariance `[xx, xy, yy]`.
type Moments = ([f64; 2], [f64; 3]);

fn products([x, y]: [f64; 2]) -> [f64; 3] {
    [x * x, x * y, y * y]
}

/// Exact moments of `ρ_t`.
fn exact_moments(mixture: &Mixture, signal: f64, noise: f64) -> Moments {
    let (mut mean, mut second) = ([0.0; 2], [0.0; 3]);
    for c in mixture.components() {
        let m = [c.mean[0], c.mean[1]].map(|m| m * signal.sqrt());
        let v = match c.covariance {
            crate::math::Covariance::Isotropic(v) => [v, 0.0, v],
            crate::math::Covariance::Diagonal(v) => [v[0], 0.0, v[1]],
            crate::math::Covariance::Full(v) => [v[0], v[1], v[3]],
        };
        let v = [v[0] * signal + noise, v[1] * signal, v[2] * signal + noise];
        for (total, m) in mean.iter_mut().zip(m) {
            *total += c.weight * m;
        }
        for ((total, v), m) in second.iter_mut().zip(v).zip(products(m)) {
            *total += c.weight * (v + m);
        }
    }
    let squares = products(mean);
    (mean, std::array::from_fn(|k| second[k] - squares[k]))
}

fn points(particles: &Particles) -> impl Iterator<Item = [f64; 2]> {
    particles.xs.iter().zip(&particles.ys).map(|(x, y)| [f64::from(*x), f64::from(*y)])
}

/// Mean and covariance agree to four standard errors, which are those of the sample.
fn has_moments(particles: &Particles, (mean, covariance): Moments, what: &str) {
    let n = particles.len() as f64;
    for i in 0..2 {
        let error = points(particles).map(|p| p[i] - mean[i]).sum::<f64>() / n;
        let variance = covariance[2 * i];
        assert!(error.abs() < 4.0 * (variance / n).sqrt(), "{what}: mean {i} is off by {error:e}");
    }
    for (k, exact) in covariance.into_iter().enumerate() {
        let excess = || points(particles).map(|p| products([p[0] - mean[0], p[1] - mean[1]])[k] - exact);
        let error = excess().sum::<f64>() / n;
        let deviation = (excess().map(|e| e * e).sum::<f64>() / n).sqrt();
        assert!(error.abs() < 4.0 * deviation / n.sqrt(), "{what}: covariance {k} is off by {error:e}");
    }
}

fn moved(level: Level, mut particles: Particles, mixture: &Mixture, steps: &[Step], seed: u32) -> Particles {
    for (step, number) in steps.iter().zip(0..) {
        let motion = step.on(mixture).expect("for single precision");
        particles.advance(level, &motion, Noise { seed, step: number });
    }
    particles
}

/// Factors by the formulas as they stand, where nothing cancels.
#[test]
fn factors_by_hand() {
    let near = |found: f64, exact: f64| assert!((found - exact).abs() < 1e-12 * (1.0 + exact.abs()));
    let [earlier, later] = [0.3, 0.75].map(|t| Time::from_t(t).expect("a time"));
    let forward = Step::forward(earlier, later);
    near(forward.a, (0.25f64 / 0.7).sqrt());
    near(forward.c, (1.0 - 0.25f64 / 0.7).sqrt());
    near(Step::forward(None, later).a, 0.5);
    near(Step::forward(None, later).c, 0.75f64.sqrt());
    let (alpha, beta) = (0.25 / 0.7, 1.0 - 0.25 / 0.7);
    let ddpm = Step::ddpm(later, earlier, ReverseVariance::Posterior);
    near(ddpm.a, 1.0 / f64::sqrt(alpha));
    near(ddpm.b, beta / f64::sqrt(alpha));
    near(ddpm.c * ddpm.c, 0.3 / 0.75 * beta);
    near(Step::ddpm(later, None, ReverseVariance::Posterior).c.powi(2), 0.75);
    near(Step::ddpm(later, earlier, ReverseVariance::BetaOverAlpha).c.powi(2), beta / alpha);
    for (from, to, t, next) in [(later, earlier, 0.75f64, 0.3f64), (earlier, later, 0.3, 0.75)] {
        let ddim = Step::ddim(from, to);
        let a = ((1.0 - next) / (1.0 - t)).sqrt();
        near(ddim.a, a);
        near(ddim.b, a * t - (t * next).sqrt());
        let half = 0.5 * ((1.0 - next) / (1.0 - t)).ln();
        near(Step::flow(from, to).a, 1.0 + half);
        near(Step::flow(from, to).b, half);
    }
    near(Step::ddim(later, None).b, 0.75 / 0.5);
    for rest in [Step::forward(later, earlier), Step::ddpm(earlier, later, ReverseVariance::Beta)] {
        assert_eq!(rest, Step::REST);
    }
}

/// Variances survive the composition of short steps next to either end of time.
#[test]
fn short_steps_do_not_cancel() {
    for lambda in [-30.0, -9.0, 0.0, 9.0, 30.0] {
        let gap = 1e-9;
        let (from, to) = (at(lambda), at(lambda + gap));
        // dt = t (1-t) dλ, so β is t dλ; λ itself is rounded.
        let expected = from.t() * gap;
        let found = Step::forward(from, to).c.powi(2);
        assert!((found / expected - 1.0).abs() < 2e-5, "{lambda}: {found:e} for {expected:e}");
        // To first order DDIM is the flow, half of DDPM's drift.
        for b in [Step::ddim(to, from).b, Step::flow(to, from).b] {
            assert!((b / (0.5 * expected) - 1.0).abs() < 2e-5, "{lambda}: {b:e}");
        }
    }
}

#[test]
fn samples_are_those_of_the_mixture() {
    for preset in TARGETS {
        let mixture = preset.mixture();
        for level in levels() {
            let particles = Particles::sample(level, &mixture, 1001, 5).expect("for single precision");
            for (i, [x, y]) in points(&particles).enumerate() {
                let exact = mixture.sample(5, i as u32);
                let error = (x - exact[0]).abs().max((y - exact[1]).abs());
                let size = 1.0 + exact[0].abs() + exact[1].abs();
                assert!(error < draws::TOLERANCE + ROUNDING * size, "{preset:?} {i}: {error:e}");
            }
        }
    }
    assert_eq!(Particles::sample(Level::new(), &Preset::Claw.mixture(), 3, 1), None);
}

#[test]
fn forward_steps_have_the_marginals_moments() {
    const COUNT: usize = 200_000;
    let level = Level::new();
    for (preset, seed) in TARGETS.into_iter().zip(1..) {
        let mixture = preset.mixture();
        let start = Particles::sample(level, &mixture, COUNT, seed).expect("for single precision");
        has_moments(&start, exact_moments(&mixture, 1.0, 0.0), "data");
        let times = [-3.0, -0.5, 1.0].map(at);
        let hops = [
            Step::forward(None, times[0]),
            Step::forward(times[0], times[1]),
            Step::forward(times[1], times[2]),
        ];
        for last in 0..3 {
            let end = times[last];
            let exact = exact_moments(&mixture, end.one_minus_t(), end.t());
            let hopped = moved(level, start.clone(), &mixture, &hops[..=last], seed);
            has_moments(&hopped, exact, &format!("{preset:?}, {last} hops"));
            let direct = moved(level, start.clone(), &mixture, &[Step::forward(None, end)], seed);
            has_moments(&direct, exact, &format!("{preset:?}, at once"));
            // Steps compose as factors too: a_1 a_2 = a and (a_2 c_1)² + c_2² = c².
            let (a, v) =
                hops[..=last].iter().fold((1.0, 0.0), |(a, v), h| (a * h.a, h.a * h.a * v + h.c * h.c));
            assert!((a * a - end.one_minus_t()).abs() < 1e-14 && (v - end.t()).abs() < 1e-14);
        }
    }
    has_moments(&Particles::prior(level, COUNT, 3), ([0.0; 2], [1.0, 0.0, 1.0]), "prior");
}

/// Portions of any size and place, and counts that are no multiple of a vector's length.
#[test]
fn portions_do_not_matter() {
    let mixture = Preset::Three.mixture();
    let noise = Noise { seed: 4, step: 9 };
    for level in levels() {
        for step in [Step::forward(None, at(0.0)), Step::ddpm(at(1.0), at(0.5), ReverseVariance::Beta)] {
            let motion = step.on(&mixture).expect("for single precision");
            let start = Particles::prior(level, 203, 1);
            let mut whole = start.clone();
            whole.advance(level, &motion, noise);
            for portion in [1, 2, 3, 5, 8, 16, 31, 64, 202, 203] {
                let Particles { mut xs, mut ys } = start.clone();
                for (k, (xs, ys)) in xs.chunks_mut(portion).zip(ys.chunks_mut(portion)).enumerate() {
                    motion.advance(level, noise, k * portion, [xs, ys]);
                }
                assert_eq!(whole, Particles { xs, ys }, "{level:?} {portion}");
            }
            for count in 0..40 {
                let mut few = Particles::prior(level, count, 1);
                few.advance(level, &motion, noise);
                assert_eq!(few.xs, whole.xs[..count]);
                assert_eq!(few.ys, whole.ys[..count]);
            }
            let mut other = start.clone();
            other.advance(level, &motion, Noise { step: 10, ..noise });
            assert_ne!(other, whole);
        }
    }
}

#[test]
fn without_a_score_any_target_will_do() {
    let line = Preset::Claw.mixture();
    assert!(Step::forward(None, at(0.0)).on(&line).is_some_and(|motion| motion.drift.is_none()));
    assert!(Step::ddim(at(0.0), None).on(&line).is_none());
}

/// `count` steps from `λ` = 9 down to -9, and to the data.
fn backward(count: usize, step: impl Fn(Time, Option<Time>) -> Step) -> Vec<Step> {
    let time = |k: usize| at(9.0 - 18.0 * k as f64 / count as f64);
    let middle = (0..count).map(|k| step(time(k), Some(time(k + 1))));
    middle.chain([step(time(count), None)]).collect()
}

/// Root mean square distance from where the exact flow of a Gaussian takes the particles:
/// `x_0 = μ + √(v/((1-t) v + t)) (y - √(1-t) μ)` along each axis.
fn flow_error(level: Level, steps: &[Step]) -> f64 {
    let mixture = Preset::Gaussian2.mixture();
    let time = steps[0].time.expect("a score");
    let data = mixture.at_zero();
    let part = data.summands().next().expect("one component");
    let axes = part.axes.expect("correlated");
    let start = Particles::prior(level, 2000, 1);
    let end = moved(level, start.clone(), &mixture, steps, 1);
    let square = |(from, to): ([f64; 2], [f64; 2])| {
        let mut exact = [part.mean[0], part.mean[1]];
        for (axis, precision) in axes.chunks_exact(2).zip(part.precisions) {
            let scale = (time.one_minus_t() + time.t() * precision).sqrt().recip();
            let along: f64 =
                (0..2).map(|i| axis[i] * (from[i] - time.one_minus_t().sqrt() * part.mean[i])).sum();
            (0..2).for_each(|i| exact[i] += scale * along * axis[i]);
        }
        (to[0] - exact[0]).powi(2) + (to[1] - exact[1]).powi(2)
    };
    (points(&start).zip(points(&end)).map(square).sum::<f64>() / 2000.0).sqrt()
}

#[test]
fn ddim_and_euler_are_of_first_order() {
    let counts = [50, 100, 200, 400];
    type Rule = fn(Time, Option<Time>) -> Step;
    let rules: [(&str, Rule); 2] = [("DDIM", Step::ddim), ("Euler", Step::flow)];
    for (name, rule) in rules {
        let errors = counts.map(|n| flow_error(Level::new(), &backward(n, rule)));
        let line: Vec<_> = counts.iter().zip(errors).map(|(n, e)| ((*n as f64).ln(), e.ln())).collect();
        let slope = fit_line(&line).expect("a line").slope;
        println!("{name}: {errors:?}, slope {slope:.3}");
        assert!((slope + 1.0).abs() < 0.1, "{name}: {errors:?}, slope {slope}");
    }
}

/// Mean distance between the members of two sets.
fn mean_distance(a: &Particles, b: &Particles) -> f64 {
    let total: f64 =
        points(a).map(|p| points(b).map(|q| (p[0] - q[0]).hypot(p[1] - q[1])).sum::<f64>()).sum();
    total / (a.len() * b.len()) as f64
}

/// `2 E‖X - Y‖ - E‖X - X'‖ - E‖Y - Y'‖` (Székely & Rizzo 2013); 0 for equal laws.
fn energy_distance(a: &Particles, b: &Particles) -> f64 {
    let pairs = |n: usize| n as f64 / (n - 1) as f64;
    2.0 * mean_distance(a, b) - mean_distance(a, a) * pairs(a.len()) - mean_distance(b, b) * pairs(b.len())
}

/// All three samplers bring noise back to the ring.
#[test]
fn reverse_processes_end_at_the_target() {
    const COUNT: usize = 3000;
    let level = Level::new();
    let mixture = Preset::Ring8.mixture();
    let target = Particles::sample(level, &mixture, COUNT, 77).expect("for single precision");
    let prior = Particles::prior(level, COUNT, 78);
    // An unbiased estimate from as many points fluctuates by some of this around 0.
    let other = Particles::sample(level, &mixture, COUNT, 79).expect("for single precision");
    let floor = energy_distance(&target, &other).abs().max(2.0 / COUNT as f64);
    let distance =
        |steps: &[Step]| energy_distance(&target, &moved(level, prior.clone(), &mixture, steps, 5));
    let ddim = [10, 30, 300].map(|n| distance(&backward(n, Step::ddim)));
    println!("DDIM {ddim:?}, start {}, floor {floor}", energy_distance(&target, &prior));
    assert!(ddim[0] > ddim[1] && ddim[1] > ddim[2] && ddim[2] < 4.0 * floor, "{ddim:?}, floor {floor}");
    let schedule = Schedule::Cosine.steps(400);
    let ancestral: Vec<Step> = (0..schedule.len())
        .rev()
        .map(|k| {
            let to = (k > 0).then(|| schedule.times[k - 1]);
            Step::ddpm(schedule.times[k], to, ReverseVariance::Posterior)
        })
        .collect();
    for (name, steps) in [("Euler", backward(300, Step::flow)), ("DDPM", ancestral)] {
        let found = distance(&steps);
        println!("{name} {found}");
        assert!(found < 4.0 * floor, "{name}: {found}, floor {floor}");
    }
}

/// The largest draw of all words, so that no particle leaves by more.
#[test]
fn noise_is_bounded() {
    let bound = -normal_quantile(0.5 / 4_294_967_296.0) + draws::TOLERANCE;
    let particles = Particles::prior(Level::new(), 100_000, 1);
    assert!(points(&particles).flatten().all(|z| z.abs() < bound));
}
