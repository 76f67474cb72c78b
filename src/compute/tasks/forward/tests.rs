//! Frames whatever is kept and however they are shared out, distances against closed forms.

use super::*;
use crate::compute::messages::{Reply, Request};
use crate::compute::{Task, merge};
use crate::math::targets::Preset;

fn journey(preset: Preset, process: Process) -> Journey {
    Journey {
        target: preset.components(),
        schedule: Schedule::LogSnr,
        steps: 100,
        process,
        count: 40,
        variance: ReverseVariance::Beta,
        seed: 7,
    }
}

fn frame(journey: &Journey, level: usize) -> FrameRequest {
    let dim = journey.target[0].mean.len();
    FrameRequest {
        journey: journey.clone(),
        level,
        particles: 3001,
        part: Part::WHOLE,
        range: vec![(-5.0, 5.0); dim],
        cells: 32,
        paths: 5,
        arrows: 4,
        density: 9,
        measure: true,
    }
}

fn run(request: Request) -> ForwardReply {
    let mut task = Task::new(request).expect("a task");
    loop {
        match task.step() {
            Progress::Done(Reply::Forward(reply)) => return reply,
            Progress::Done(other) => panic!("{other:?}"),
            _ => {}
        }
    }
}

fn show(request: FrameRequest) -> FrameReply {
    match run(Request::Forward(ForwardRequest::Frame(request))) {
        ForwardReply::Frame(reply) => reply,
        other => panic!("{other:?}"),
    }
}

const PROCESSES: [Process; 5] =
    [Process::Forward, Process::Ddpm, Process::Ddim, Process::Flow, Process::Heun];

/// The picture at a moment does not depend on what was shown before: played, scrubbed back and forth,
/// or asked for at once.
#[test]
fn kept_moments_change_nothing() {
    for preset in [Preset::Bimodal, Preset::Ring8] {
        for process in PROCESSES {
            let journey = journey(preset, process);
            let cold = |level| {
                run::forget();
                show(frame(&journey, level))
            };
            let levels = [0, 13, 14, 12, 40, 3, 38, 39, 0, 20];
            let expected: Vec<FrameReply> = levels.iter().map(|level| cold(*level)).collect();
            run::forget();
            for (level, expected) in levels.iter().zip(&expected) {
                assert_eq!(show(frame(&journey, *level)), *expected, "{preset:?} {process:?} {level}");
            }
        }
    }
}

/// A job that is dropped half-way leaves nothing behind that shows.
#[test]
fn a_dropped_job_leaves_no_trace() {
    let journey = journey(Preset::Ring8, Process::Ddpm);
    run::forget();
    let expected = show(frame(&journey, 25));
    for steps in 1..12 {
        run::forget();
        let request = FrameRequest { particles: 40_000, ..frame(&journey, 5) };
        let mut task = Task::new(Request::Forward(ForwardRequest::Frame(request))).expect("a task");
        (0..steps).for_each(|_| drop(task.step()));
        let other = FrameRequest { particles: 40_000, ..frame(&journey, 25) };
        let (warm, _) = (show(other.clone()), run::forget());
        assert_eq!(warm, show(other));
    }
    assert_eq!(show(frame(&journey, 25)), expected);
}

/// Shares add up to the whole picture.
#[test]
fn shares_add_up() {
    for process in PROCESSES {
        let request = Request::Forward(ForwardRequest::Frame(frame(&journey(Preset::Three, process), 17)));
        let whole = Reply::Forward(run(request.clone()));
        for n in [2, 3, 5] {
            let parts = request.clone().split(n);
            assert_eq!(parts.len(), n);
            let replies = parts.into_iter().map(|part| Reply::Forward(run(part))).collect();
            assert_eq!(merge(replies).as_ref(), Some(&whole), "{process:?} {n}");
        }
    }
    assert_eq!(share(10, Part { index: 1, of: 3 }), (2, 4));
}

/// The forward process has the marginals of the closed form: its distance from them is that of
/// independent draws, at every moment. Samplers end at the target, up to their own error.
#[test]
fn particles_are_where_the_density_is() {
    for preset in [Preset::Bimodal, Preset::Ring8] {
        for (process, level, excess) in [
            (Process::Forward, 0, 0.0),
            (Process::Forward, 21, 0.0),
            (Process::Forward, 40, 0.0),
            (Process::Heun, 0, 0.03),
            (Process::Flow, 0, 0.15),
            (Process::Ddim, 0, 0.15),
            (Process::Ddpm, 0, 0.15),
        ] {
            let request = FrameRequest { particles: 20_000, ..frame(&journey(preset, process), level) };
            let reply = show(request);
            let (distance, floor) = reply.measure.expect("a measure").distances();
            assert!(distance < 2.5 * floor + excess, "{preset:?} {process:?} {level}: {distance} {floor}");
            assert!(floor > 1e-4 && floor < 0.03, "{floor}");
        }
    }
}

/// Counts are those of the particles within the range; ways begin where particles begin.
#[test]
fn frames_hold_what_they_say() {
    let request = frame(&journey(Preset::Ring8, Process::Forward), 10);
    let reply = show(request);
    assert_eq!(reply.counts.iter().sum::<u32>(), reply.particles);
    assert_eq!((reply.particles, reply.counts.len()), (3001, 1024));
    assert_eq!(reply.levels, (0..=10).collect::<Vec<u32>>());
    assert!(reply.paths.len() == 5 && reply.paths.iter().all(|path| path.len() == 11));
    let mixture = Preset::Ring8.mixture();
    for (i, path) in reply.paths.iter().enumerate() {
        let start = mixture.sample(7, i as u32);
        assert!((f64::from(path[0][0]) - start[0]).abs() < 1e-5);
    }
    assert_eq!((reply.arrows.len(), reply.density.len()), (16, 81));
    // At λ = 0 or so a particle at the centre of the range sees a symmetric ring: no score.
    let middle = reply.density[40];
    let exact = mixture.at(journey(Preset::Ring8, Process::Forward).time(10).expect("a time"));
    let exact = exact.log_density(&[0.0, 0.0], &mut crate::math::Scratch::default());
    assert!((f64::from(middle) - exact).abs() < 1e-5);
    let long = Journey { count: 600, ..journey(Preset::Bimodal, Process::Ddim) };
    let reply = show(FrameRequest { measure: false, ..frame(&long, 1) });
    assert!(reply.levels.len() <= MOST_VERTICES + 2 && reply.levels.last() == Some(&1));
}

/// The course of one Gaussian in closed form.
#[test]
fn the_course_of_a_gaussian() {
    let target = vec![Component { weight: 1.0, mean: vec![1.0], covariance: Covariance::Isotropic(0.25) }];
    let request = CourseRequest {
        target,
        schedule: Schedule::Cosine,
        steps: 50,
        range: vec![(-3.0, 3.0)],
        side: 13,
        columns: 11,
    };
    let ForwardReply::Course(reply) = run(Request::Forward(ForwardRequest::Course(request))) else {
        panic!("a course");
    };
    assert_eq!((reply.density.len(), reply.divergence.len()), (143, 11));
    let schedule = Schedule::Cosine.steps(50);
    for (column, (index, divergence)) in reply.divergence.iter().enumerate() {
        assert_eq!(*index, 5.0 * column as f64);
        let (t, signal) = match column {
            0 => (0.0, 1.0),
            _ => (schedule.times[5 * column - 1].t(), schedule.times[5 * column - 1].one_minus_t()),
        };
        let variance: f64 = 0.25 * signal + t;
        assert!((divergence - 0.5 * (variance + signal - 1.0 - variance.ln())).abs() < 1e-8);
        let x = -3.0 + 0.5 * 7.0;
        let exact = -0.5 * ((x - signal.sqrt()).powi(2) / variance + variance.ln() + crate::math::LOG_2PI);
        assert!((reply.density[column * 13 + 7] - exact).abs() < 1e-9);
    }
}

/// In two dimensions, by particles: more steps bring samplers closer until chance is all that is left,
/// and shares give the same.
#[test]
fn orders_in_the_plane() {
    let request = OrdersRequest {
        target: Preset::Three.components(),
        schedule: Schedule::LogSnr,
        steps: 100,
        counts: vec![4, 16, 64],
        particles: 6000,
        part: Part::WHOLE,
        seed: 1,
    };
    let request = Request::Forward(ForwardRequest::Orders(request));
    let whole = run(request.clone());
    let ForwardReply::Orders(reply) = &whole else {
        panic!("orders");
    };
    assert_eq!(reply.curves.len(), Scheme::ALL.len());
    for (scheme, curve) in &reply.curves {
        let [few, more, many] = [0, 1, 2].map(|i| curve[i].1);
        assert!(few > 2.0 * more && more > 0.9 * many, "{scheme:?} {curve:?}");
        assert!(many > 0.3 * reply.floor(*scheme), "{scheme:?} {curve:?} {:?}", reply.floors);
    }
    // Points of low discrepancy are closer to where they come from.
    let [with_noise, without] = reply.floors;
    assert!(without > 0.0 && without < 0.4 * with_noise, "{without} {with_noise}");
    let heun = &reply.curves[4].1;
    assert!((heun[0].1 / heun[1].1).log2() / 2.0 > 1.5, "{heun:?}");
    let parts = request.split(3).into_iter().map(|part| Reply::Forward(run(part))).collect();
    assert_eq!(merge(parts), Some(Reply::Forward(whole.clone())));
}

#[test]
fn what_cannot_be_computed_is_refused() {
    let good = frame(&journey(Preset::Bimodal, Process::Ddim), 3);
    let refused = |request: FrameRequest| ForwardTask::new(ForwardRequest::Frame(request)).is_err();
    assert!(!refused(good.clone()));
    assert!(refused(FrameRequest { range: vec![(1.0, 1.0)], ..good.clone() }));
    assert!(refused(FrameRequest { range: vec![(0.0, f64::INFINITY)], ..good.clone() }));
    assert!(refused(FrameRequest { range: vec![(0.0, 1.0); 2], ..good.clone() }));
    assert!(refused(FrameRequest { cells: 0, ..good.clone() }));
    assert!(refused(FrameRequest { part: Part { index: 2, of: 2 }, ..good.clone() }));
    let empty = Journey { target: Vec::new(), ..good.journey.clone() };
    assert!(refused(FrameRequest { journey: empty, ..good.clone() }));
    // A level above the last is the last.
    assert_eq!(show(FrameRequest { level: 999, ..good.clone() }), show(FrameRequest { level: 40, ..good }));
}
