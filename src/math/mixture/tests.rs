//! Tests of mixtures and their marginals.

use super::*;
use crate::math::{LOG_2PI, Scratch};

fn full() -> Mixture {
    let component = |weight, mean: [f64; 2], c: [f64; 3]| Component {
        weight,
        mean: mean.to_vec(),
        covariance: Covariance::Full(vec![c[0], c[1], c[1], c[2]]),
    };
    let parts = [
        component(0.2, [-1.0, 0.0], [0.3, 0.1, 0.2]),
        component(0.5, [1.0, 1.0], [0.15, 0.0, 0.4]),
        component(0.3, [0.5, -1.5], [0.5, -0.2, 0.3]),
    ];
    Mixture::new(&parts).expect("a mixture")
}

/// The unrolled loops and the general ones are the same function.
#[test]
fn fixed_and_general_dimension_agree() {
    let mixture = full();
    let line =
        Mixture::new(&[Component { weight: 2.0, mean: vec![1.0], covariance: Covariance::Isotropic(0.3) }])
            .expect("a Gaussian");
    let (mut fixed, mut general) = (Scratch::default(), Scratch::default());
    for lambda in [-20.0, -3.0, 0.0, 4.0, 20.0] {
        let time = Time::from_lambda(lambda);
        for y in [vec![0.3, -1.2], vec![5.0, 40.0], vec![0.2]] {
            let marginal = if y.len() == 2 { mixture.at(time) } else { line.at(time) };
            let a = marginal.evaluate(&y, &mut fixed);
            let b = marginal.evaluate_any(&y, &mut general);
            for (a, b) in [
                (a.divergence, b.divergence),
                (a.score_squared, b.score_squared),
                (fixed.score[0], general.score[0]),
            ] {
                assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{lambda} {y:?}: {a} {b}");
            }
        }
    }
}

/// Score and divergence against central differences of the log-density and the score.
#[test]
fn derivatives_by_finite_differences() {
    let mixture = full();
    let marginal = mixture.at(Time::from_lambda(-1.0));
    let mut scratch = Scratch::default();
    let (y, h) = ([0.4, -0.7], 1e-5);
    let local = marginal.evaluate(&y, &mut scratch);
    let score = scratch.score.clone();
    let mut divergence = 0.0;
    for i in 0..2 {
        let moved =
            |sign: f64| std::array::from_fn::<f64, 2, _>(|k| y[k] + if k == i { sign * h } else { 0.0 });
        let mut side = |sign: f64| {
            let y = moved(sign);
            marginal.evaluate(&y, &mut scratch);
            let score = scratch.score[i];
            (marginal.log_density(&y, &mut scratch), score)
        };
        let ((above, upper), (below, lower)) = (side(1.0), side(-1.0));
        assert!(((above - below) / (2.0 * h) - score[i]).abs() < 1e-8);
        divergence += (upper - lower) / (2.0 * h);
    }
    assert!((divergence - local.divergence).abs() < 1e-7);
}

#[test]
fn components_survive_the_decomposition() {
    let mixture = full();
    let again = Mixture::new(&mixture.components()).expect("a mixture");
    let mut scratch = Scratch::default();
    for y in [[0.0, 0.0], [1.0, -2.0]] {
        let (a, b) =
            (mixture.at_zero().log_density(&y, &mut scratch), again.at_zero().log_density(&y, &mut scratch));
        assert!((a - b).abs() < 1e-12);
    }
}

#[test]
fn what_is_no_mixture_is_named() {
    let gaussian =
        |weight: f64, covariance: Covariance| Component { weight, mean: vec![0.0, 0.0], covariance };
    let full = |m: [f64; 4]| gaussian(1.0, Covariance::Full(m.to_vec()));
    for (components, message) in [
        (vec![], "a mixture needs at least one component with a positive weight"),
        (
            vec![gaussian(0.0, Covariance::Isotropic(1.0))],
            "a mixture needs at least one component with a positive weight",
        ),
        (
            vec![gaussian(-0.5, Covariance::Isotropic(1.0))],
            "component 1: the weight -0.5 must be a number of at least 0",
        ),
        (
            vec![gaussian(f64::NAN, Covariance::Isotropic(1.0))],
            "component 1: the weight NaN must be a number of at least 0",
        ),
        (vec![full([1.0, 0.5, 0.4, 1.0])], "component 1: the covariance is not symmetric"),
        (
            vec![full([1.0, 0.0, 0.0, 1.0]), full([1.0, 2.0, 2.0, 1.0])],
            "component 2: the covariance is not positive definite (smallest eigenvalue -1.000e0)",
        ),
        (vec![gaussian(1.0, Covariance::Diagonal(vec![1.0]))], "component 1: expected dimension 2, found 1"),
    ] {
        assert_eq!(Mixture::new(&components).expect_err(message).to_string(), message);
    }
}

/// Weights far below and above one another neither vanish nor overflow.
#[test]
fn extreme_weights_and_widths() {
    let part = |weight, mean, v| Component { weight, mean: vec![mean], covariance: Covariance::Isotropic(v) };
    let mixture = Mixture::new(&[part(1e-300, -1e6, 1e-12), part(1e300, 1e6, 1e12)]).expect("a mixture");
    let mut scratch = Scratch::default();
    let log_density = mixture.at_zero().log_density(&[-1e6], &mut scratch);
    let exact = -0.5 * (LOG_2PI + 1e12f64.ln() + 4.0);
    assert!((log_density - exact).abs() < 1e-9, "{log_density}");
    let tiny = mixture.at(Time::from_lambda(-700.0)).evaluate(&[0.0], &mut scratch);
    assert!(tiny.score_squared.is_finite() && tiny.divergence.is_finite());
}

/// Samples have the mixture's mean and standard deviation, within four standard errors.
#[test]
fn samples_have_the_right_moments() {
    let mixture = full();
    let (mean, deviation) = mixture.moments();
    let n = 20_000;
    let draws: Vec<Vec<f64>> = (0..n).map(|i| mixture.sample(5, i)).collect();
    for axis in 0..2 {
        let average = draws.iter().map(|x| x[axis]).sum::<f64>() / f64::from(n);
        let error = deviation[axis] / f64::from(n).sqrt();
        assert!((average - mean[axis]).abs() < 4.0 * error, "axis {axis}: {average} {}", mean[axis]);
    }
}

/// Mean and covariance of a spread set are those of `ρ_t`, an order of magnitude closer than those of
/// independent draws would be.
#[test]
fn spread_sets_have_the_moments_of_the_marginal() {
    let full = Covariance::Full(vec![0.5, 0.2, 0.2, 0.3]);
    let parts = [
        Component { weight: 0.3, mean: vec![1.0, -2.0], covariance: full },
        Component { weight: 0.7, mean: vec![-0.5, 0.5], covariance: Covariance::Diagonal(vec![0.1, 0.4]) },
    ];
    let mixture = Mixture::new(&parts).expect("a mixture");
    for time in [None, Time::from_t(0.6)] {
        let (noise, signal) = time.map_or((0.0, 1.0), |time| (time.t(), time.one_minus_t()));
        let n = 1 << 13;
        let points: Vec<Vec<f64>> = (0..n).map(|i| mixture.spread(time, 5, i)).collect();
        let mean = |f: &dyn Fn(&[f64]) -> f64| points.iter().map(|p| f(p)).sum::<f64>() / f64::from(n);
        let root = signal.sqrt();
        let first = [0.3 - 0.35, -0.6 + 0.35].map(|m| root * m);
        // Second moments: of the components' covariances and of their means.
        let second = [
            signal * (0.3 * (0.5 + 1.0) + 0.7 * (0.1 + 0.25)) + noise,
            signal * (0.3 * (0.2 - 2.0) + 0.7 * -0.25),
            signal * (0.3 * (0.3 + 4.0) + 0.7 * (0.4 + 0.25)) + noise,
        ];
        for (found, exact) in [
            (mean(&|p| p[0]), first[0]),
            (mean(&|p| p[1]), first[1]),
            (mean(&|p| p[0] * p[0]), second[0]),
            (mean(&|p| p[0] * p[1]), second[1]),
            (mean(&|p| p[1] * p[1]), second[2]),
        ] {
            // Independent draws would be off by 0.01 to 0.03.
            assert!((found - exact).abs() < 4e-3, "{time:?}: {found} {exact}");
        }
    }
}

/// Many components of one variance: the way that needs only distances against the general one, which gets
/// one variance that differs in the last places of a component of no weight to speak of.
#[test]
fn components_of_one_variance() {
    let dim = 7;
    let component = |j: usize, variance: f64, weight: f64| Component {
        weight,
        mean: (0..dim).map(|i| ((j * dim + i) as f64 * 0.7).sin()).collect(),
        covariance: Covariance::Isotropic(variance),
    };
    let mut components: Vec<_> = (0..60).map(|j| component(j, 0.02, 1.0 + (j % 3) as f64)).collect();
    let even = Mixture::new(&components).expect("a mixture");
    components.push(component(60, 0.021, 1e-300));
    let general = Mixture::new(&components).expect("a mixture");
    assert!(even.variance.is_some() && general.variance.is_none());
    let (mut a, mut b) = (Scratch::default(), Scratch::default());
    for lambda in [-20.0, -5.0, -2.0, 0.0, 3.0, 20.0] {
        let time = Time::from_lambda(lambda);
        let (even, general) = (even.at(time), general.at(time));
        for k in 0..5 {
            let y: Vec<f64> = (0..dim).map(|i| 0.4 * k as f64 * ((i + 3 * k) as f64).cos()).collect();
            let (p, q) = (even.evaluate(&y, &mut a), general.evaluate(&y, &mut b));
            let scale = q.score_squared + q.divergence.abs();
            assert!((p.divergence - q.divergence).abs() < 1e-12 * scale, "{lambda} {k}: {p:?} {q:?}");
            assert!((p.score_squared - q.score_squared).abs() < 1e-12 * scale, "{lambda} {k}: {p:?} {q:?}");
            assert!(a.score.iter().zip(&b.score).all(|(p, q)| (p - q).abs() < 1e-12 * scale.sqrt()));
            let (p, q) = (even.log_density(&y, &mut a), general.log_density(&y, &mut b));
            assert!((p - q).abs() < 1e-12 * q.abs().max(1.0), "{lambda} {k}: {p} {q}");
        }
        let lists = even.summands().zip(general.summands());
        assert!(lists.into_iter().all(|(p, q)| p.mean == q.mean && p.precisions[3] == q.precisions[3]));
    }
    // Between two far components nothing is lost: there the divergence is of the size of their distance.
    let pair = |spread: f64| {
        let at = |x: f64| Component {
            weight: 1.0,
            mean: vec![x, 0.0, 0.0],
            covariance: Covariance::Isotropic(1e-4),
        };
        Mixture::new(&[at(-spread), at(spread)]).expect("a mixture")
    };
    let local = pair(1.0).at_zero().evaluate(&[0.0; 3], &mut a);
    assert!((local.divergence - (1e8 - 3e4)).abs() < 1e-5 * 1e4, "{local:?}");
}
