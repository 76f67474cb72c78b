//! Tests of the classifier: against Bayes' rule in closed form, by symmetry and relabelling, and
//! of the draws by their variance.

use super::*;
use crate::math::targets::Preset;
use crate::math::{Covariance, Resolution, Schedule};

const LI_YAN: Schedule = Schedule::LiYan { c0: 2.0, c1: 4.0 };

fn spot(weight: f64, mean: &[f64], variance: f64) -> Component {
    Component { weight, mean: mean.to_vec(), covariance: Covariance::Isotropic(variance) }
}

fn classes(components: &[Component]) -> Arc<Classes> {
    Arc::new(Classes::new(components, (0..components.len()).collect()).expect("classes"))
}

/// Logits by a plan at points, with the expectations by quadrature.
fn logits(classes: &Arc<Classes>, plans: &[Plan], points: &[f64]) -> Vec<Vec<f64>> {
    let clock = Clock::new(classes.lambda_range(10.0), 0.25);
    let nodes = if classes.dim() == 1 { 240 } else { 16 };
    let places = Places::Points { points: points.to_vec(), nodes };
    Evidence::new(classes.clone(), clock, plans, places).run()
}

fn labels(logits: &[f64], count: usize) -> Vec<usize> {
    logits.chunks_exact(count).map(decide).collect()
}

fn bayes(classes: &Classes, points: &[f64]) -> Vec<usize> {
    let mut scratch = Scratch::default();
    points.chunks_exact(classes.dim()).map(|x| decide(&classes.exact_logits(x, &mut scratch))).collect()
}

fn square(reach: f64, side: usize) -> Vec<f64> {
    let place = |i: usize| reach * (2.0 * i as f64 / (side - 1) as f64 - 1.0);
    (0..side * side).flat_map(|k| [place(k % side), place(k / side)]).collect()
}

fn disagreement(a: &[usize], b: &[usize]) -> f64 {
    a.iter().zip(b).filter(|(a, b)| a != b).count() as f64 / a.len() as f64
}

fn test_points(classes: &Classes, count: u32) -> (Vec<f64>, Vec<usize>) {
    let drawn: Vec<Labelled> = (0..count).map(|i| classes.sample(11, i)).collect();
    (drawn.iter().flat_map(|p| p.x.clone()).collect(), drawn.iter().map(|p| p.label).collect())
}

/// The integral over all times gives `log p(c) + log p(x | c)` itself.
#[test]
fn the_continuous_rule_is_bayes_rule() {
    let components = [spot(0.3, &[-2.0], 0.25), spot(0.7, &[1.5], 0.64), spot(0.4, &[2.2], 0.1)];
    let classes = Arc::new(Classes::new(&components, vec![0, 1, 0]).expect("two classes"));
    let points: Vec<f64> = (0..41).map(|i| -4.0 + 0.2 * f64::from(i)).collect();
    let plan = Plan::continuous(1, classes.lambda_range(18.0), 0.25);
    let found = &logits(&classes, &[plan], &points)[0];
    let mut scratch = Scratch::default();
    for (x, found) in points.iter().zip(found.chunks_exact(2)) {
        let exact = classes.exact_logits(&[*x], &mut scratch);
        let error = (found[0] - found[1]) - (exact[0] - exact[1]);
        assert!(error.abs() < 1e-6, "log-odds at {x}: {error:.1e}");
        assert!((posterior(found)[0] - posterior(&exact)[0]).abs() < 1e-6);
    }
}

/// Two equal round Gaussians: every weighting has the bisector of their means as its boundary.
#[test]
fn equal_round_gaussians_are_parted_by_the_bisector() {
    let classes = classes(&[spot(0.5, &[-1.0, 0.5], 0.3), spot(0.5, &[1.0, -0.5], 0.3)]);
    let schedule = LI_YAN.steps(50);
    let plans = [
        Plan::discrete(Rule::Paper, &schedule, 2),
        uniform_plan(&schedule, 2, total_weight(&schedule)),
        uniform_plan(&schedule, 2, 1.0),
    ];
    // Points on the bisector, and pairs that are mirrored in it.
    let on = [0.5, 1.0, -1.0, -2.0, 0.0, 0.0];
    for found in logits(&classes, &plans, &on) {
        assert!(found.chunks_exact(2).all(|l| (l[0] - l[1]).abs() < 1e-9), "{found:?}");
    }
    let points = square(3.0, 12);
    let expected: Vec<usize> = points.chunks_exact(2).map(|x| usize::from(x[0] - 0.5 * x[1] > 0.0)).collect();
    for found in logits(&classes, &plans, &points) {
        assert_eq!(labels(&found, 2), expected);
    }
    assert_eq!(bayes(&classes, &points), expected);
}

/// The share of test points at which the formula's weights disagree with Bayes' rule falls with
/// the number of steps; that of uniform weights on the schedule of DDPM stays.
#[test]
fn the_formula_tends_to_bayes_rule_and_uniform_weights_do_not() {
    let pair = [spot(0.5, &[-0.7, 0.0], 0.02), spot(0.5, &[0.7, 0.0], 1.0)];
    for (classes, stays) in [(classes(&pair), 0.004), (classes(&Preset::Three.components()), 0.004)] {
        // Points near the boundary, where labels are at stake.
        let mut scratch = Scratch::default();
        let doubtful = |x: &Vec<f64>| {
            let logits = classes.exact_logits(x, &mut scratch);
            let [a, b] = rivals(&logits);
            logits[a] - logits[b] < 1.0
        };
        let points: Vec<f64> =
            square(2.5, 61).chunks_exact(2).map(<[f64]>::to_vec).filter(doubtful).flatten().collect();
        let exact = bayes(&classes, &points);
        let share = |steps: usize| -> [f64; 2] {
            let schedule = Schedule::Linear.steps(steps);
            let found = logits(&classes, &plans(&classes, Rule::Paper, &schedule, None), &points);
            [0, 1].map(|i| disagreement(&labels(&found[i], classes.len()), &exact))
        };
        let shares = [10, 100, 1000].map(share);
        println!("{} points: {shares:?}", points.len() / 2);
        let [few, some, many] = shares;
        assert!(some[0] < 0.5 * few[0] && many[0] < 0.5 * some[0], "{shares:?}");
        assert!([some, many].iter().all(|s| s[1] > stays), "{shares:?}");
    }
}

/// What all classes share cancels in the differences where the draws are shared.
#[test]
fn shared_draws_have_less_variance() {
    let classes = classes(&Preset::Three.components());
    let (points, _) = test_points(&classes, 12);
    let schedule = LI_YAN.steps(100);
    for plan in [Plan::discrete(Rule::Paper, &schedule, 2), uniform_plan(&schedule, 2, 1.0)] {
        let table = TimeTable::new(&plan);
        let mut scratch = Scratch::default();
        let mut variance = |shared: bool| -> f64 {
            let draws = Draws { seed: 5, most: 1000, shared };
            let of_point = |(i, x): (usize, &[f64])| {
                let [first, second] = rivals(&classes.exact_logits(x, &mut scratch));
                let terms = (0..draws.most).map(|n| draws.terms(&classes, &table, (i, x), n, &mut scratch));
                let (mut sum, mut squares) = (0.0, 0.0);
                for term in terms {
                    let difference = term[first] - term[second];
                    sum += difference;
                    squares += difference * difference;
                }
                (squares - sum * sum / draws.most as f64) / (draws.most - 1) as f64
            };
            points.chunks_exact(2).enumerate().map(of_point).sum::<f64>() / 12.0
        };
        let (shared, independent) = (variance(true), variance(false));
        println!("variance shared {shared:.3} independent {independent:.3}");
        assert!(shared < 0.5 * independent, "{shared} {independent}");
    }
}

/// The two classes with the largest logits.
fn rivals(logits: &[f64]) -> [usize; 2] {
    let first = decide(logits);
    let others: Vec<f64> =
        logits.iter().enumerate().map(|(c, l)| if c == first { f64::NEG_INFINITY } else { *l }).collect();
    [first, decide(&others)]
}

/// Draws are unbiased: their mean is the exact sum within four standard errors.
#[test]
fn draws_estimate_the_sum() {
    let classes = classes(&Preset::Three.components());
    let schedule = LI_YAN.steps(40);
    let plan = Plan { constant: 0.0, ..Plan::discrete(Rule::Paper, &schedule, 2) };
    let x = [0.3, -0.4];
    let exact = logits(&classes, std::slice::from_ref(&plan), &x);
    let priors = classes.log_priors();
    let table = TimeTable::new(&plan);
    let mut scratch = Scratch::default();
    for shared in [true, false] {
        let draws = Draws { seed: 2, most: 8000, shared };
        let terms: Vec<Vec<f64>> =
            (0..draws.most).map(|n| draws.terms(&classes, &table, (0, &x), n, &mut scratch)).collect();
        for c in 0..3 {
            let n = terms.len() as f64;
            let mean = terms.iter().map(|t| t[c]).sum::<f64>() / n;
            let variance = terms.iter().map(|t| (t[c] - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let error = priors[c] - exact[0][c] - mean;
            assert!(error.abs() < 4.0 * (variance / n).sqrt(), "class {c}, shared {shared}: {error}");
        }
    }
}

/// Another order of the classes gives the same labels in that order.
#[test]
fn relabelling_permutes_labels() {
    let components = Preset::Three.components();
    let order = [2, 0, 1];
    let permuted: Vec<Component> = order.iter().map(|j| components[*j].clone()).collect();
    let (before, after) = (classes(&components), classes(&permuted));
    let points = square(2.5, 9);
    let schedule = LI_YAN.steps(60);
    let plans = [Plan::discrete(Rule::Paper, &schedule, 2), uniform_plan(&schedule, 2, 1.0)];
    let (a, b) = (logits(&before, &plans, &points), logits(&after, &plans, &points));
    for (a, b) in a.iter().zip(&b) {
        let relabelled: Vec<usize> = labels(b, 3).into_iter().map(|label| order[label]).collect();
        assert_eq!(labels(a, 3), relabelled);
    }
    let relabelled: Vec<usize> = bayes(&after, &points).into_iter().map(|l| order[l]).collect();
    assert_eq!(bayes(&before, &points), relabelled);
}

/// No rule is right more often than Bayes', but for the chance of the test points.
#[test]
fn bayes_rule_is_right_most_often() {
    let pair = [spot(0.5, &[-0.7, 0.0], 0.1), spot(0.5, &[0.7, 0.0], 1.2)];
    for classes in [classes(&pair), classes(&Preset::Three.components())] {
        let (points, truth) = test_points(&classes, 600);
        let schedule = LI_YAN.steps(100);
        let plans =
            [Plan::discrete(Rule::Paper, &schedule, 2), uniform_plan(&schedule, 2, total_weight(&schedule))];
        let accuracy = |labels: &[usize]| 1.0 - disagreement(labels, &truth);
        let best = accuracy(&bayes(&classes, &points));
        // Of the points on which two rules differ, half may be right for either.
        for found in logits(&classes, &plans, &points) {
            let labels = labels(&found, classes.len());
            let differ = disagreement(&labels, &bayes(&classes, &points));
            let room = 3.0 * (differ / 600.0).sqrt();
            println!("bayes {best} other {} differ {differ}", accuracy(&labels));
            assert!(accuracy(&labels) <= best + room);
        }
    }
}

/// A sum over steps by interpolation in `λ` is the sum itself.
#[test]
fn interpolated_sums_are_sums() {
    let mixture = Preset::Bimodal.mixture();
    let classes = Arc::new(Classes::deal(&mixture, 1, Deal::Block).expect("one class"));
    for schedule in [LI_YAN, Schedule::Cosine, Schedule::Linear] {
        for steps in [3, 37] {
            let plan = Plan::discrete(Rule::Paper, &schedule.steps(steps), 1);
            for x in [-2.3, 0.1, 1.9] {
                let found = logits(&classes, std::slice::from_ref(&plan), &[x])[0][0];
                let noise = crate::math::Noise::quadrature(1, 128, mixture.bend());
                let mut scratch = Scratch::default();
                let m = |node: &PlanNode| {
                    node.weight * noise_errors(&mixture, node.time, &[x], &noise, &mut scratch)[0]
                };
                let direct = plan.value(plan.nodes.iter().map(m).sum(), x * x, 0.0);
                assert!((found - direct).abs() < 1e-5, "{schedule:?} {steps} {x}: {found} {direct}");
            }
        }
    }
}

/// The blur on a grid and the quadrature at points agree.
#[test]
fn grids_and_points_agree() {
    let classes = Arc::new(Classes::deal(&Preset::Three.mixture(), 3, Deal::Block).expect("three classes"));
    let axis: Vec<f64> = (0..9).map(|i| 0.7 * f64::from(i) - 2.8).collect();
    let points: Vec<f64> = axis.iter().flat_map(|y| axis.iter().flat_map(move |x| [*x, *y])).collect();
    let plan = Plan::discrete(Rule::Paper, &LI_YAN.steps(100), 2);
    let clock = Clock::new(classes.lambda_range(8.0), 0.5);
    let run = |places| {
        Evidence::new(classes.clone(), clock.clone(), std::slice::from_ref(&plan), places).run().remove(0)
    };
    let on_grid = run(Places::Grid { xs: axis.clone(), ys: axis.clone(), sampling: Resolution::FINE });
    let at_points = run(Places::Points { points, nodes: 24 });
    for (a, b) in on_grid.iter().zip(&at_points) {
        assert!((a - b).abs() < 1e-5 * a.abs().max(1.0), "{a} {b}");
    }
}

#[test]
fn components_are_dealt_and_points_come_from_their_class() {
    let moons = Preset::Moons.mixture();
    let halves = Classes::deal(&moons, 2, Deal::Block).expect("two moons");
    assert!(halves.labels()[..20].iter().all(|l| *l == 0) && halves.labels()[20..].iter().all(|l| *l == 1));
    let ring = Classes::deal(&Preset::Ring8.mixture(), 2, Deal::Cycle).expect("two classes");
    assert_eq!(ring.labels(), [0, 1, 0, 1, 0, 1, 0, 1]);
    // Never more classes than components.
    assert_eq!(Classes::deal(&Preset::Gaussian2.mixture(), 5, Deal::Cycle).expect("one class").len(), 1);
    assert!(Classes::new(&Preset::Three.components(), vec![0, 2, 2]).is_err());
    let three = Classes::deal(&Preset::Three.mixture(), 3, Deal::Block).expect("three classes");
    let labels: Vec<usize> = (0..4000).map(|i| three.sample(3, i).label).collect();
    for (class, prior) in [0.2, 0.5, 0.3].into_iter().enumerate() {
        let share = labels.iter().filter(|l| **l == class).count() as f64 / 4000.0;
        assert!((share - prior).abs() < 4.0 * (prior * (1.0 - prior) / 4000.0f64).sqrt(), "{class}: {share}");
    }
}
