//! Jobs: the newer supersedes the older, slices keep to their time, progress and partial replies
//! lead to the final one, and errors come as news. Whether replies are true is the business of
//! `replies.rs`.

mod requests;

use requests::{as_points, convergence, grid, points, probe, replies, spec};
use scorescope::compute::{
    ConvergenceRequest, Event, GridRequest, JobError, PointsReply, PointsRequest, Progress, Reply, Request,
    Scheduler, Shares, Slot, Submission, Task, Update, run, run_on,
};
use scorescope::math::Part;
use scorescope::math::targets::Preset;
use scorescope::math::{
    Component, Covariance, Estimator, FormulaError, FormulaSpec, MixtureError, ReverseVariance,
};
use std::cell::Cell;

fn small() -> Request {
    Request::Points(points(Preset::Bimodal, Estimator::Stein, 33))
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
        assert!(
            (steps / each..=steps / each + 1).contains(&slices),
            "{slices} slices of {budget} ms, {steps} steps"
        );
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
        Request::Points(PointsRequest {
            ode: true,
            elbo: Some(ReverseVariance::Beta),
            ..points(Preset::Claw, Estimator::Qmc, 33)
        }),
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
    scheduler.submit(submission(
        1,
        Slot::Main,
        Request::Points(PointsRequest {
            stages: Vec::new(),
            ..points(Preset::Bimodal, Estimator::Stein, 4001)
        }),
    ));
    let clock = Clock(Cell::new(0.0));
    let mut updates = Vec::new();
    while !scheduler.is_idle() {
        updates.extend(scheduler.slice(8.0, || clock.read()));
    }
    let reports = updates.iter().filter(|u| matches!(u.event, Event::Progress(_))).count() as f64;
    let expected = clock.0.get() / 100.0;
    assert!(
        reports > 2.0 && (0.8 * expected..=1.1 * expected + 1.0).contains(&reports),
        "{reports}, not {expected}"
    );
    assert!(matches!(updates.last().map(|u| &u.event), Some(Event::Done(_))));
}

#[test]
fn slices_give_what_one_go_gives() {
    for estimator in
        [Estimator::MonteCarlo, Estimator::Antithetic, Estimator::SteinQmc, Estimator::Quadrature]
    {
        for preset in [Preset::Bimodal, Preset::Three] {
            if (estimator, preset) == (Estimator::Quadrature, Preset::Three) {
                continue;
            }
            let request = PointsRequest { ode: true, elbo: None, ..points(preset, estimator, 21) };
            let expected = run(Request::Points(request.clone())).expect("a reply");
            let mut scheduler = Scheduler::default();
            scheduler.submit(submission(1, Slot::Main, Request::Points(request)));
            let updates = drain(&mut scheduler);
            assert_eq!(
                updates.last().map(|u| &u.event),
                Some(&Event::Done(expected)),
                "{estimator:?} {preset:?}"
            );
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
    let skewed =
        vec![Component { covariance: Covariance::Full(vec![1.0, 0.5, 0.4, 1.0]), ..gaussian(2)[0].clone() }];
    let flat =
        vec![Component { covariance: Covariance::Full(vec![1.0, 1.0, 1.0, 1.0]), ..gaussian(2)[0].clone() }];
    let with = |target: &[Component], points: usize| {
        Request::Points(PointsRequest { target: target.to_vec(), points: vec![0.0; points], ..line.clone() })
    };
    assert_eq!(failure(with(&[], 2)), JobError::Mixture(MixtureError::Empty));
    assert_eq!(
        failure(with(&negative, 2)),
        JobError::Mixture(MixtureError::Weight { component: 1, weight: -1.0 })
    );
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
    let mut empty = grid(Preset::Three);
    empty.stages[1].axes[0].count = 1;
    assert_eq!(failure(Request::Grid(empty)), JobError::Dimension);
    let beyond = GridRequest { part: Part { index: 2, of: 2 }, ..grid(Preset::Three) };
    assert_eq!(failure(Request::Grid(beyond)), JobError::Dimension);
    let solid = ConvergenceRequest { target: gaussian(3), ..convergence(Preset::Gaussian) };
    assert!(matches!(failure(Request::Convergence(solid)), JobError::Formula(_)));
}

#[test]
fn a_request_without_points_has_an_empty_reply() {
    let request =
        PointsRequest { points: Vec::new(), stages: vec![0], ..points(Preset::Bimodal, Estimator::Stein, 2) };
    assert_eq!(run(Request::Points(request)), Ok(Reply::Points(PointsReply::default())));
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

/// All partial replies and the final one of a job shared out, its shares served in turn.
fn shared(request: Request, n: usize) -> Vec<Event> {
    let mut tasks: Vec<Option<Task>> =
        request.split(n).into_iter().map(|part| Some(Task::new(part).expect("valid"))).collect();
    let mut shares = Shares::new(tasks.len());
    let mut events = Vec::new();
    while tasks.iter().any(Option::is_some) {
        for (index, slot) in tasks.iter_mut().enumerate() {
            let Some(task) = slot else { continue };
            let event = match task.step() {
                Progress::Working(share) => Event::Progress(share),
                Progress::Partial(reply) => Event::Partial(reply),
                Progress::Done(reply) => {
                    *slot = None;
                    Event::Done(reply)
                }
            };
            events.extend(shares.take(index, event));
        }
    }
    events
}

#[test]
fn a_job_that_is_shared_out_ends_as_in_one_go() {
    let curve = PointsRequest {
        ode: true,
        elbo: Some(ReverseVariance::Beta),
        stages: vec![17, 65],
        ..points(Preset::Claw, Estimator::Qmc, 129)
    };
    let map = PointsRequest { stages: vec![33], ..points(Preset::Three, Estimator::MonteCarlo, 129) };
    for request in [Request::Points(curve), Request::Points(map), Request::Grid(grid(Preset::Three))] {
        let whole = as_points(run(request.clone()).expect("a reply"));
        let stages = replies(request.clone()).0.len();
        for n in [1, 2, 3, 5] {
            let events = shared(request.clone(), n);
            let partial = events.iter().filter(|e| matches!(e, Event::Partial(_))).count();
            assert_eq!(partial, stages, "{n} shares");
            let Some(Event::Done(reply)) = events.last() else { panic!("{n} shares did not end") };
            let reply = as_points(reply.clone());
            assert_eq!((&reply.exact, &reply.ode, &reply.elbo), (&whole.exact, &whole.ode, &whole.elbo));
            // Sums over times are taken in another order.
            for (ours, theirs) in reply.formula.iter().zip(&whole.formula) {
                assert!((ours.value - theirs.value).abs() < 1e-5, "{n} shares: {ours:?} {theirs:?}");
            }
        }
    }
}

#[test]
fn threads_give_what_one_gives() {
    let request = Request::Points(points(Preset::Ring8, Estimator::SteinQmc, 200));
    assert_eq!(run_on(request.clone(), 3), run(request));
}

#[test]
fn a_share_that_fails_ends_the_job_and_one_with_fewer_stages_does_not_hold_it_up() {
    let reply = || Reply::Points(PointsReply::default());
    let mut shares = Shares::new(2);
    assert_eq!(shares.take(0, Event::Partial(reply())), None);
    assert_eq!(shares.take(1, Event::Done(reply())), None);
    assert_eq!(shares.take(0, Event::Progress(0.5)), Some(Event::Progress(0.75)));
    assert_eq!(shares.take(0, Event::Done(reply())), Some(Event::Done(reply())));
    let failed = Event::Failed(JobError::Dimension);
    assert_eq!(Shares::new(2).take(1, failed.clone()), Some(failed));
    assert_eq!(Shares::new(1).take(7, Event::Done(reply())), None);
}
