//! Jobs: the newer supersedes the older, slices keep to their time, progress and partial replies
//! lead to the final one, errors come as news, and what the replies say is true.

use scorescope::compute::{
    ConvergenceReply, ConvergenceRequest, Event, GridRequest, JobError, PointsReply, PointsRequest, ProbeReply,
    ProbeRequest, Progress, Reply, Request, Scheduler, Slot, Submission, Task, Update, run,
};
use scorescope::math::targets::Preset;
use scorescope::math::{
    Component, Covariance, Estimator, FormulaError, FormulaSpec, Mixture, MixtureError, ReverseVariance, Rule, Schedule,
    ScoreError, Scratch, fit_line,
};
use std::cell::Cell;

fn spec(estimator: Estimator, draws: usize) -> FormulaSpec {
    FormulaSpec {
        rule: Rule::Continuous,
        estimator,
        schedule: Schedule::Linear,
        steps: 40,
        draws,
        seed: 3,
        score_error: ScoreError::default(),
    }
}

/// Points from -3 to 3, with partial replies after 5 and 17 of them.
fn points(preset: Preset, estimator: Estimator, count: usize) -> PointsRequest {
    let place = |i: usize| 6.0 * i as f64 / (count - 1) as f64 - 3.0;
    let dim = preset.dim();
    PointsRequest {
        target: preset.components(),
        spec: spec(estimator, 32),
        points: (0..count * dim).map(|i| place(i / dim) * if i % dim == 0 { 1.0 } else { -0.5 }).collect(),
        stages: vec![5, 17, count],
        ode: false,
        elbo: None,
    }
}

fn small() -> Request {
    Request::Points(points(Preset::Bimodal, Estimator::Stein, 33))
}

fn probe(preset: Preset, estimator: Estimator, x: &[f64], (t1, t2): (f64, f64)) -> ProbeRequest {
    ProbeRequest {
        target: preset.components(),
        spec: spec(estimator, 64),
        x: x.to_vec(),
        t1,
        t2,
        variance: ReverseVariance::default(),
    }
}

fn submission(id: u32, slot: Slot, request: impl Into<Option<Request>>) -> Submission {
    Submission { id, slot, request: request.into() }
}

/// Goes on in slices of one step until nothing is left.
fn drain(scheduler: &mut Scheduler) -> Vec<Update> {
    let mut updates = Vec::new();
    while !scheduler.is_idle() {
        updates.extend(scheduler.slice(0.0, || 0.0));
    }
    updates
}

fn done(updates: &[Update]) -> Vec<(u32, Slot)> {
    updates.iter().filter(|u| matches!(u.event, Event::Done(_))).map(|u| (u.id, u.slot)).collect()
}

fn as_points(reply: Reply) -> PointsReply {
    let Reply::Points(reply) = reply else { panic!("points: {reply:?}") };
    reply
}

fn as_probe(reply: Reply) -> ProbeReply {
    let Reply::Probe(reply) = reply else { panic!("a probe: {reply:?}") };
    reply
}

/// All partial replies and the final one.
fn replies(request: Request) -> (Vec<Reply>, Reply) {
    let mut task = Task::new(request).expect("a valid request");
    let mut partial = Vec::new();
    loop {
        match task.step() {
            Progress::Working(_) => {}
            Progress::Partial(reply) => partial.push(reply),
            Progress::Done(reply) => return (partial, reply),
        }
    }
}

#[test]
fn a_newer_job_takes_the_place_of_an_older_one() {
    let mut scheduler = Scheduler::default();
    scheduler.submit(submission(1, Slot::Main, small()));
    assert!(scheduler.slice(0.0, || 0.0).iter().all(|u| u.id == 1));
    scheduler.submit(submission(2, Slot::Main, Request::Points(points(Preset::Claw, Estimator::Qmc, 9))));
    let updates = drain(&mut scheduler);
    assert!(updates.iter().all(|u| u.id == 2), "news of the old job");
    let expected = run(Request::Points(points(Preset::Claw, Estimator::Qmc, 9))).expect("a reply");
    assert_eq!(updates.last().map(|u| &u.event), Some(&Event::Done(expected)));
}

#[test]
fn an_older_job_that_comes_late_is_ignored() {
    let mut scheduler = Scheduler::default();
    scheduler.submit(submission(7, Slot::Main, small()));
    scheduler.submit(submission(6, Slot::Main, Request::Points(points(Preset::Claw, Estimator::Qmc, 9))));
    scheduler.submit(submission(5, Slot::Main, None));
    assert_eq!(done(&drain(&mut scheduler)), [(7, Slot::Main)]);
}

#[test]
fn a_job_can_be_cancelled() {
    let mut scheduler = Scheduler::default();
    scheduler.submit(submission(1, Slot::Main, small()));
    let _ = scheduler.slice(0.0, || 0.0);
    scheduler.submit(submission(2, Slot::Main, None));
    assert!(scheduler.is_idle());
    assert_eq!(scheduler.slice(1e9, || 0.0), []);
}

#[test]
fn slots_do_not_disturb_each_other_and_the_probe_comes_first() {
    let mut scheduler = Scheduler::default();
    let convergence = ConvergenceRequest {
        target: Preset::Gaussian.components(),
        spec: spec(Estimator::Stein, 1),
        draws: vec![8],
        steps: vec![8],
    };
    scheduler.submit(submission(1, Slot::Convergence, Request::Convergence(convergence)));
    scheduler.submit(submission(2, Slot::Main, small()));
    let at = probe(Preset::Bimodal, Estimator::Stein, &[0.3], (0.0, 1.0));
    scheduler.submit(submission(3, Slot::Probe, Request::Probe(at)));
    assert_eq!(done(&drain(&mut scheduler)), [(3, Slot::Probe), (2, Slot::Main), (1, Slot::Convergence)]);
}

/// A clock that moves a millisecond each time it is read.
struct Clock(Cell<f64>);

impl Clock {
    fn read(&self) -> f64 {
        self.0.set(self.0.get() + 1.0);
        self.0.get()
    }
}

#[test]
fn a_slice_does_at_least_one_step_and_then_keeps_to_its_time() {
    // How many steps the whole job takes, one a slice.
    let mut scheduler = Scheduler::default();
    scheduler.submit(submission(1, Slot::Main, small()));
    let mut steps = 0;
    while !scheduler.is_idle() {
        let _ = scheduler.slice(0.0, || 0.0);
        steps += 1;
    }
    assert!(steps > 50, "{steps}");

    for budget in [0.0, 1.0, 4.0, 8.0] {
        let mut scheduler = Scheduler::default();
        scheduler.submit(submission(1, Slot::Main, small()));
        let clock = Clock(Cell::new(0.0));
        let mut slices = 0;
        while !scheduler.is_idle() {
            let before = clock.0.get();
            let _ = scheduler.slice(budget, || clock.read());
            let took = clock.0.get() - before;
            // One reading to begin with, one after each step.
            assert!(took <= budget.max(1.0) + 1.0, "a slice of {budget} ms took {took}");
            slices += 1;
        }
        let each = budget.max(1.0) as usize;
        assert!((steps / each..=steps / each + 1).contains(&slices), "{slices} slices of {budget} ms, {steps} steps");
    }
}

#[test]
fn nothing_to_do_is_no_work() {
    let mut scheduler = Scheduler::default();
    assert!(scheduler.is_idle());
    assert_eq!(scheduler.slice(8.0, || 0.0), []);
}

#[test]
fn progress_grows_from_0_to_1_and_ends_in_the_reply() {
    let requests = [
        small(),
        Request::Points(PointsRequest { ode: true, elbo: Some(ReverseVariance::Beta), ..points(Preset::Claw, Estimator::Qmc, 33) }),
        Request::Points(points(Preset::Three, Estimator::MonteCarlo, 33)),
        Request::Grid(grid(Preset::Three)),
        Request::Probe(probe(Preset::Bimodal, Estimator::Quadrature, &[0.3], (0.01, 0.9))),
        Request::Convergence(convergence(Preset::Gaussian)),
    ];
    for request in requests {
        let name = format!("{request:?}").chars().take(12).collect::<String>();
        let mut task = Task::new(request).expect("valid");
        let mut last = 0.0;
        loop {
            match task.step() {
                Progress::Working(share) => {
                    assert!((last..=1.0).contains(&share), "{name}: {share} after {last}");
                    last = share;
                }
                Progress::Partial(_) => {}
                Progress::Done(_) => break,
            }
        }
        assert!(last > 0.75, "{name} ended at {last}");
    }
}

#[test]
fn progress_is_reported_ten_times_a_second() {
    let mut scheduler = Scheduler::default();
    scheduler.submit(submission(1, Slot::Main, Request::Points(PointsRequest { stages: Vec::new(), ..points(Preset::Bimodal, Estimator::Stein, 4001) })));
    let clock = Clock(Cell::new(0.0));
    let mut updates = Vec::new();
    while !scheduler.is_idle() {
        updates.extend(scheduler.slice(8.0, || clock.read()));
    }
    let reports = updates.iter().filter(|u| matches!(u.event, Event::Progress(_))).count() as f64;
    let expected = clock.0.get() / 100.0;
    assert!(reports > 2.0 && (0.8 * expected..=1.1 * expected + 1.0).contains(&reports), "{reports}, not {expected}");
    assert!(matches!(updates.last().map(|u| &u.event), Some(Event::Done(_))));
}

#[test]
fn slices_give_what_one_go_gives() {
    for estimator in [Estimator::MonteCarlo, Estimator::Antithetic, Estimator::SteinQmc, Estimator::Quadrature] {
        for preset in [Preset::Bimodal, Preset::Three] {
            if (estimator, preset) == (Estimator::Quadrature, Preset::Three) {
                continue;
            }
            let request = PointsRequest { ode: true, elbo: None, ..points(preset, estimator, 21) };
            let expected = run(Request::Points(request.clone())).expect("a reply");
            let mut scheduler = Scheduler::default();
            scheduler.submit(submission(1, Slot::Main, Request::Points(request)));
            let updates = drain(&mut scheduler);
            assert_eq!(updates.last().map(|u| &u.event), Some(&Event::Done(expected)), "{estimator:?} {preset:?}");
        }
    }
}

#[test]
fn partial_replies_are_prefixes_of_the_final_one() {
    for estimator in [Estimator::MonteCarlo, Estimator::Qmc, Estimator::Quadrature] {
        let request = PointsRequest {
            ode: true,
            elbo: Some(ReverseVariance::Posterior),
            ..points(Preset::Bimodal, estimator, 33)
        };
        let (partial, last) = replies(Request::Points(request));
        let last = as_points(last);
        let sizes: Vec<usize> = partial
            .into_iter()
            .map(|reply| {
                let reply = as_points(reply);
                let n = reply.formula.len();
                assert_eq!(reply.exact, last.exact[..n]);
                assert_eq!(reply.formula, last.formula[..n]);
                assert_eq!(reply.ode, last.ode[..n]);
                assert_eq!(reply.elbo, last.elbo[..n]);
                n
            })
            .collect();
        assert_eq!(sizes, [5, 17], "{estimator:?}");
        assert_eq!(last.formula.len(), 33);
    }
}

/// The other points of a request have no part in a point's value.
#[test]
fn a_point_has_the_same_value_alone_and_in_company() {
    let request = points(Preset::Claw, Estimator::MonteCarlo, 300);
    let all = as_points(run(Request::Points(request.clone())).expect("a reply"));
    for i in [0, 17, 299] {
        let alone = PointsRequest { points: vec![request.points[i]], stages: Vec::new(), ..request.clone() };
        let alone = as_points(run(Request::Points(alone)).expect("a reply"));
        assert_eq!((alone.exact[0], alone.formula[0]), (all.exact[i], all.formula[i]));
    }
}

#[test]
fn the_other_routes_come_when_asked_for_and_only_then() {
    let request = points(Preset::Bimodal, Estimator::Quadrature, 9);
    let plain = as_points(run(Request::Points(request.clone())).expect("a reply"));
    assert!(plain.ode.is_empty() && plain.elbo.is_empty());
    let full = PointsRequest { ode: true, elbo: Some(ReverseVariance::Beta), ..request };
    let full = as_points(run(Request::Points(full)).expect("a reply"));
    assert_eq!((full.ode.len(), full.elbo.len()), (9, 9));
    for ((ode, formula), exact) in full.ode.iter().zip(&full.formula).zip(&full.exact) {
        assert!((ode - exact).abs() < 1e-6 * exact.abs().max(1.0), "{ode} {exact}");
        assert!((formula.value - exact).abs() < 1e-6 * exact.abs().max(1.0), "{formula:?} {exact}");
    }
    assert_eq!((plain.exact, plain.formula), (full.exact, full.formula));
}

/// `δ` lowers the formula by `δ²/2` on average over the data (MATH, section 7).
#[test]
fn a_score_error_lowers_the_formula_by_half_its_square() {
    let (delta, n) = (0.4, 400);
    let mixture = Preset::Bimodal.mixture();
    let request = |delta| PointsRequest {
        points: (0..n).flat_map(|i| mixture.sample(9, i)).collect(),
        spec: FormulaSpec { score_error: ScoreError(delta), ..spec(Estimator::Quadrature, 1) },
        stages: Vec::new(),
        ..points(Preset::Bimodal, Estimator::Quadrature, 2)
    };
    let mean = |delta| {
        let reply = as_points(run(Request::Points(request(delta))).expect("a reply"));
        reply.formula.iter().zip(&reply.exact).map(|(f, e)| e - f.value).sum::<f64>() / f64::from(n)
    };
    // The part that is odd in δ is a mean over 400 points; the even one is exact at every point.
    let fall = 0.5 * (mean(delta) + mean(-delta));
    assert!((fall - 0.5 * delta * delta).abs() < 1e-6, "{fall}");
    let probe = ProbeRequest { spec: request(delta).spec, ..probe(Preset::Bimodal, Estimator::Quadrature, &[0.3], (0.0, 1.0)) };
    let told = as_probe(run(Request::Probe(probe)).expect("a reply")).mean_fall;
    assert!((told - 0.5 * delta * delta).abs() < 1e-6, "{told}");
}

fn grid(preset: Preset) -> GridRequest {
    let axis = |n: usize| -> Vec<f64> { (0..n).map(|i| 4.0 * i as f64 / (n - 1) as f64 - 2.0).collect() };
    GridRequest {
        target: preset.components(),
        spec: spec(Estimator::Quadrature, 1),
        stages: vec![(axis(5), axis(4)), (axis(9), axis(7))],
    }
}

#[test]
fn a_grid_goes_from_coarse_to_fine_and_agrees_with_itself() {
    let (partial, last) = replies(Request::Grid(grid(Preset::Three)));
    let last = as_points(last);
    assert_eq!(partial.len(), 1);
    let first = as_points(partial[0].clone());
    assert_eq!((first.formula.len(), last.formula.len()), (20, 63));
    // Every other row and column of the fine grid is the coarse one.
    for (j, i) in (0..4).flat_map(|j| (0..5).map(move |i| (j, i))) {
        let (coarse, fine) = (j * 5 + i, 2 * j * 9 + 2 * i);
        assert!((first.exact[coarse] - last.exact[fine]).abs() < 1e-12);
        assert!((first.formula[coarse].value - last.formula[fine].value).abs() < 2e-5);
    }
    for (formula, exact) in last.formula.iter().zip(&last.exact) {
        assert!((formula.value - exact).abs() < 1e-4, "{formula:?} {exact}");
    }
}

fn failure(request: Request) -> JobError {
    let mut scheduler = Scheduler::default();
    scheduler.submit(submission(4, Slot::Main, request.clone()));
    assert!(!scheduler.is_idle(), "the news must still be told");
    let updates = scheduler.slice(8.0, || 0.0);
    assert!(scheduler.is_idle());
    let [Update { id: 4, slot: Slot::Main, event: Event::Failed(error) }] = &updates[..] else {
        panic!("one failure: {updates:?}");
    };
    assert_eq!(run(request).as_ref(), Err(error));
    error.clone()
}

fn gaussian(dim: usize) -> Vec<Component> {
    vec![Component { weight: 1.0, mean: vec![0.0; dim], covariance: Covariance::Isotropic(1.0) }]
}

#[test]
fn requests_that_cannot_be_computed_fail_with_a_reason() {
    let line = points(Preset::Bimodal, Estimator::Quadrature, 9);
    let negative = vec![Component { weight: -1.0, ..gaussian(1)[0].clone() }];
    let skewed = vec![Component { covariance: Covariance::Full(vec![1.0, 0.5, 0.4, 1.0]), ..gaussian(2)[0].clone() }];
    let flat = vec![Component { covariance: Covariance::Full(vec![1.0, 1.0, 1.0, 1.0]), ..gaussian(2)[0].clone() }];
    let with = |target: &[Component], points: usize| {
        Request::Points(PointsRequest { target: target.to_vec(), points: vec![0.0; points], ..line.clone() })
    };
    assert_eq!(failure(with(&[], 2)), JobError::Mixture(MixtureError::Empty));
    assert_eq!(failure(with(&negative, 2)), JobError::Mixture(MixtureError::Weight { component: 1, weight: -1.0 }));
    assert_eq!(failure(with(&skewed, 2)), JobError::Mixture(MixtureError::NotSymmetric { component: 1 }));
    assert!(matches!(
        failure(with(&flat, 2)),
        JobError::Mixture(MixtureError::NotPositiveDefinite { component: 1, eigenvalue }) if eigenvalue.abs() < 1e-12
    ));
    assert_eq!(failure(with(&gaussian(2), 3)), JobError::Dimension);
    assert_eq!(failure(with(&gaussian(4), 4)), JobError::Formula(FormulaError::QuadratureDimension(4)));
    let plane = probe(Preset::Three, Estimator::Stein, &[0.0], (0.0, 1.0));
    assert_eq!(failure(Request::Probe(plane)), JobError::Dimension);
    let line = GridRequest { target: gaussian(1), ..grid(Preset::Three) };
    assert!(matches!(failure(Request::Grid(line)), JobError::Formula(_)));
    let empty = GridRequest { stages: vec![(vec![0.0], Vec::new())], ..grid(Preset::Three) };
    assert_eq!(failure(Request::Grid(empty)), JobError::Dimension);
    let solid = ConvergenceRequest { target: gaussian(3), ..convergence(Preset::Gaussian) };
    assert!(matches!(failure(Request::Convergence(solid)), JobError::Formula(_)));
}

#[test]
fn four_dimensions_are_computed_with_draws() {
    let request = PointsRequest {
        target: gaussian(4),
        points: vec![0.5; 4],
        spec: spec(Estimator::SteinQmc, 64),
        ode: true,
        elbo: Some(ReverseVariance::Beta),
        ..points(Preset::Bimodal, Estimator::Stein, 2)
    };
    let reply = as_points(run(Request::Points(request)).expect("a reply"));
    // N(0, I) stays itself, so Stein's integrand has no error of its own.
    let exact = -2.0 * (2.0 * std::f64::consts::PI).ln() - 0.5;
    assert!((reply.exact[0] - exact).abs() < 1e-12);
    assert!((reply.formula[0].value - exact).abs() < 0.05, "{:?}", reply.formula);
    assert!((reply.ode[0] - exact).abs() < 1e-6);
    assert!(reply.elbo[0].is_finite());
}

#[test]
fn a_request_without_points_has_an_empty_reply() {
    let request = PointsRequest { points: Vec::new(), stages: vec![0], ..points(Preset::Bimodal, Estimator::Stein, 2) };
    assert_eq!(run(Request::Points(request)), Ok(Reply::Points(PointsReply::default())));
}

/// Both sides of (F12), the integral of `D` and the change of the mean log-density, come from
/// different code: the one from scores, the other from densities.
#[test]
fn both_sides_of_the_identity_between_two_times_agree() {
    let places = [(Preset::Gaussian, 1.3), (Preset::Bimodal, -0.07), (Preset::Trio, -2.4), (Preset::Claw, 0.3)];
    for (preset, x) in places {
        for times in [(0.0, 1.0), (0.0, 0.3), (0.02, 0.7), (0.4, 1.0)] {
            let request = probe(preset, Estimator::Quadrature, &[x], times);
            let reply = as_probe(run(Request::Probe(request)).expect("a reply"));
            let difference = reply.difference.expect("in one dimension");
            let error = (reply.integral.value - difference).abs() / difference.abs().max(1.0);
            assert!(error < 1e-6, "{preset:?} {times:?} {x}: {} {difference}", reply.integral.value);
            assert_eq!(reply.integral.standard_error, None);
        }
    }
}

#[test]
fn the_probe_tells_one_story() {
    let mixture = Preset::Bimodal.mixture();
    let x = [0.264];
    let request = probe(Preset::Bimodal, Estimator::Quadrature, &x, (0.0, 1.0));
    let reply = as_probe(run(Request::Probe(request.clone())).expect("a reply"));
    let exact = mixture.at_zero().log_density(&x, &mut Scratch::default());
    assert_eq!(reply.exact, exact);
    assert!((reply.formula.value - exact).abs() < 1e-6);
    assert!((reply.ode.as_ref().expect("solved").0 - exact).abs() < 1e-6);
    // The whole integral is the distance from the data's end to that of pure noise.
    let noise = -0.5 * (1.0 + (2.0 * std::f64::consts::PI).ln());
    assert!((noise - reply.integral.value - exact).abs() < 1e-6);
    // The path starts at the log-density, ends at pure noise, and moves as the integrand says:
    // its slope over λ is t(1-t) D. Central differences on a grid of step 0.2 err by some 1e-3.
    assert_eq!(reply.path.len(), reply.reference.len());
    assert!((reply.path[0] - exact).abs() < 1e-3);
    assert!((reply.path[reply.path.len() - 1] - noise).abs() < 1e-3);
    for (nodes, path) in reply.reference.windows(3).zip(reply.path.windows(3)) {
        let slope = (path[2] - path[0]) / (nodes[2].time.lambda() - nodes[0].time.lambda());
        assert!((slope - nodes[1].per_lambda).abs() < 5e-3, "{:?}: {slope}", nodes[1]);
    }
    // The chosen estimator's nodes scatter about the reference by about their errors.
    let drawn = ProbeRequest { spec: spec(Estimator::Stein, 4096), ..request };
    let drawn = as_probe(run(Request::Probe(drawn)).expect("a reply"));
    let error = drawn.formula.standard_error.expect("an error");
    assert!(error > 0.0 && (drawn.formula.value - exact).abs() < 5.0 * error, "{:?} {exact}", drawn.formula);
    assert_eq!(drawn.reference, reply.reference);
}

#[test]
fn the_shares_of_a_profile_add_up_to_the_integral() {
    let x = [0.264];
    let request = probe(Preset::Bimodal, Estimator::Quadrature, &x, (0.0, 1.0));
    let reply = as_probe(run(Request::Probe(request)).expect("a reply"));
    let shares: f64 = reply.profile.iter().map(|n| n.share).sum();
    let expected = -0.5 * (1.0 + (2.0 * std::f64::consts::PI).ln()) - reply.exact;
    assert!((shares - expected).abs() < 1e-5, "{shares} {expected}");
}

fn convergence(preset: Preset) -> ConvergenceRequest {
    ConvergenceRequest {
        target: preset.components(),
        spec: spec(Estimator::Stein, 1),
        draws: vec![8, 32, 128, 512],
        steps: vec![8, 16, 32, 64, 128, 256],
    }
}

fn slope(errors: &[(usize, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = errors.iter().map(|(n, e)| ((*n as f64).ln(), e.ln())).collect();
    fit_line(&logs).expect("a line").slope
}

fn converged(request: ConvergenceRequest) -> ConvergenceReply {
    let (partial, last) = replies(Request::Convergence(request));
    let Reply::Convergence(last) = last else { panic!("a convergence reply") };
    assert!(!partial.is_empty());
    for reply in partial {
        let Reply::Convergence(reply) = reply else { panic!("a convergence reply") };
        for ((estimator, part), (_, whole)) in reply.draws.iter().zip(&last.draws) {
            assert!(whole.starts_with(part), "{estimator:?}");
        }
        for ((rule, part), (_, whole)) in reply.steps.iter().zip(&last.steps) {
            assert!(whole.starts_with(part), "{rule:?}");
        }
    }
    last
}

/// An error of one reply comes from 4 seeds, so its logarithm has a standard deviation of about
/// 0.35 and a slope over four numbers of draws, each four times the one before, one of 0.11; the
/// mean of six slopes has 0.046, a third of what is allowed.
#[test]
fn errors_fall_with_draws_at_the_known_rates() {
    for preset in [Preset::Bimodal, Preset::Claw] {
        let seeds = 1..=6;
        let runs: Vec<ConvergenceReply> = seeds
            .map(|seed| {
                let base = convergence(preset);
                let spec = FormulaSpec { seed, ..base.spec };
                converged(ConvergenceRequest { spec, steps: Vec::new(), ..base })
            })
            .collect();
        let of = |reply: &ConvergenceReply, estimator| -> Vec<(usize, f64)> {
            reply.draws.iter().find(|(e, _)| *e == estimator).expect("there").1.clone()
        };
        let mean = |estimator| runs.iter().map(|r| slope(&of(r, estimator))).sum::<f64>() / runs.len() as f64;
        for estimator in [Estimator::MonteCarlo, Estimator::Antithetic, Estimator::Stein] {
            let found = mean(estimator);
            assert!((-0.65..=-0.35).contains(&found), "{preset:?} {estimator:?}: {found}");
        }
        let found = mean(Estimator::SteinQmc);
        assert!(found < -0.8, "{preset:?}: {found}");
        // Stein's form has the smaller error at equal draws.
        for reply in &runs {
            let (plain, stein) = (of(reply, Estimator::MonteCarlo), of(reply, Estimator::Stein));
            assert!(plain.iter().zip(&stein).all(|(p, s)| s.1 < p.1), "{preset:?}: {plain:?} {stein:?}");
        }
    }
}

#[test]
fn errors_fall_with_steps() {
    for preset in [Preset::Gaussian, Preset::Bimodal] {
        let reply = converged(ConvergenceRequest { draws: Vec::new(), ..convergence(preset) });
        let of = |rule| &reply.steps.iter().find(|(r, _)| *r == rule).expect("there").1;
        let paper = of(Rule::Paper);
        assert!(paper.windows(2).all(|w| w[1].1 < w[0].1), "{preset:?}: {paper:?}");
        let found = slope(&paper[2..]);
        assert!((-1.4..=-0.6).contains(&found), "{preset:?}: {found}");
        // MATH, section 2: the trapezoid is the best of the three at equal steps.
        for ((n, trapezoid), (_, paper)) in of(Rule::LogSnrTrapezoid).iter().zip(paper).filter(|((n, _), _)| *n >= 32) {
            assert!(trapezoid < paper, "{preset:?} {n}: {trapezoid} {paper}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_reply_and_another_one_another() {
    let request = |seed| {
        let base = points(Preset::Bimodal, Estimator::MonteCarlo, 9);
        Request::Points(PointsRequest { spec: FormulaSpec { seed, ..base.spec }, ..base })
    };
    assert_eq!(run(request(5)), run(request(5)));
    let (a, b) = (run(request(5)).map(as_points), run(request(6)).map(as_points));
    let (a, b) = (a.expect("a reply"), b.expect("a reply"));
    assert_eq!(a.exact, b.exact);
    assert!(a.formula.iter().zip(&b.formula).all(|(a, b)| a.value != b.value));
}

/// What a visitor's mixture may be, however odd, ends in a reply.
#[test]
fn narrow_and_distant_components_end_in_a_reply() {
    for row in [[1.0, 0.0, 1e-6], [1.0, 900.0, 1e-4], [1.0, 0.0, 1e6], [1e-9, -30.0, 1e-3]] {
        let target: Vec<Component> = [row, [1.0, 1.0, 0.5]]
            .iter()
            .map(|r| Component { weight: r[0], mean: vec![r[1]], covariance: Covariance::Isotropic(r[2]) })
            .collect();
        let mixture = Mixture::new(&target).expect("a mixture");
        let request = PointsRequest {
            target,
            points: vec![row[1], 0.5, 1.5],
            ..points(Preset::Bimodal, Estimator::Quadrature, 2)
        };
        let reply = as_points(run(Request::Points(request)).expect("a reply"));
        for (formula, exact) in reply.formula.iter().zip(&reply.exact) {
            assert!(formula.value.is_finite() && exact.is_finite(), "{row:?} {formula:?} {exact}");
        }
        assert_eq!(mixture.dim(), 1);
    }
}
