//! A training is a function of its request, however it was come to.

use super::*;
use crate::compute::lessons::{DenoiserLesson, GansLesson, HeadsLesson};
use crate::compute::{Event, Request, Scheduler, Slot, Submission, run};
use crate::learn::spec::{DenoisingSpec, Descent, GanSpec, Shape, Weights};
use crate::math::Schedule;
use crate::math::diffusion_loss::{WeightSpec, Weighting};
use crate::math::targets::Preset;

const SHAPE: Shape = Shape { width: 12, depth: 2 };

fn spec(rate: f64) -> DenoisingSpec {
    DenoisingSpec {
        shape: SHAPE,
        weighting: Weighting::Formula,
        weights: WeightSpec { schedule: Schedule::LiYan { c0: 2.0, c1: 4.0 }, steps: 20, gamma: 5.0 },
        rule: Descent::Adam(0.9, 0.999),
        rate,
        batch: 32,
        seed: 3,
        given: 0,
    }
}

fn denoiser(rate: f64) -> Lesson {
    Lesson::Denoiser(DenoiserLesson {
        target: Preset::Ring8.components(),
        spec: spec(rate),
        places: vec![0.0, 0.0, 3.0, 0.0],
    })
}

fn gans(score: Option<(DenoisingSpec, usize)>) -> Lesson {
    Lesson::Gans(GansLesson {
        target: Preset::Ring8.components(),
        spec: GanSpec { shape: SHAPE, lambda: 0.5, warm: 0, rates: [1e-3; 2], critic: 1, batch: 32, seed: 3 },
        weights: Weights::Paper,
        schedule: (Schedule::Cosine, 20),
        score,
        places: vec![0.0, 0.0, 3.0, 0.0],
        latent: vec![0.0, 1.0],
    })
}

fn heads() -> Lesson {
    Lesson::Heads(HeadsLesson { target: Preset::Three.components(), spec: spec(2e-3) })
}

fn reach(lesson: &Lesson, go: Go, former: Option<TrainingTask>) -> (TrainingReply, TrainingTask) {
    let request = TrainingRequest { lesson: lesson.clone(), go };
    let mut task = TrainingTask::new(request, former).expect("a training");
    loop {
        match task.step() {
            Progress::Done(Reply::Training(reply)) => return (*reply, task),
            Progress::Working(share) => assert!((0.0..=1.0).contains(&share)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn pausing_changes_nothing() {
    for lesson in [denoiser(2e-3), gans(None), gans(Some((spec(2e-3), 10))), heads()] {
        let (whole, _) = reach(&lesson, Go::To(40), None);
        assert_eq!((whole.steps, &whole.ended), (40, &None));
        let (part, task) = reach(&lesson, Go::To(17), None);
        assert_eq!(part.steps, 17);
        let (held, task) = reach(&lesson, Go::Halt, Some(task));
        assert_eq!(held, part);
        let (resumed, task) = reach(&lesson, Go::To(40), Some(task));
        assert_eq!(resumed, whole);
        // Back in time is anew.
        assert_eq!(reach(&lesson, Go::To(17), Some(task)).0, part);
    }
}

/// A pause is a request like any other: the scheduler keeps the training for it, and for what comes after a slot
/// that was cleared.
#[test]
fn a_scheduler_goes_on_with_what_it_keeps() {
    let training = |go| Request::Training(Box::new(TrainingRequest { lesson: denoiser(2e-3), go }));
    let submission = |id, request| Submission { id, slot: Slot::Training, request };
    let time = std::cell::Cell::new(0.0);
    let clock = || {
        time.set(time.get() + 1.0);
        time.get()
    };
    let mut scheduler = Scheduler::default();
    scheduler.submit(submission(1, Some(training(Go::To(10_000)))));
    let updates: Vec<Event> =
        (0..1500).flat_map(|_| scheduler.slice(0.0, clock)).map(|update| update.event).collect();
    let is_picture = |event: &&Event| matches!(event, Event::Partial(Reply::Training(_)));
    assert!(updates.iter().filter(is_picture).count() > 3, "it is looked at while it goes on");
    // Steps of the scheduler, and the reply that they end in.
    let finish = |scheduler: &mut Scheduler| {
        for slices in 1.. {
            for update in scheduler.slice(0.0, clock) {
                if let Event::Done(Reply::Training(reply)) = update.event {
                    return (slices, *reply);
                }
            }
        }
        unreachable!("it ends")
    };
    scheduler.submit(submission(2, Some(training(Go::Halt))));
    let (_, halted) = finish(&mut scheduler);
    assert!(halted.steps > 700 && halted.steps < 1500, "{}", halted.steps);
    scheduler.submit(submission(3, None));
    assert!(scheduler.is_idle());
    scheduler.submit(submission(4, Some(training(Go::To(halted.steps + 5)))));
    let (slices, resumed) = finish(&mut scheduler);
    assert!(slices < 200, "it began anew: {slices}");
    assert_eq!(resumed, reach(&denoiser(2e-3), Go::To(halted.steps + 5), None).0);
}

#[test]
fn another_lesson_begins_anew() {
    let (_, task) = reach(&denoiser(1e-3), Go::To(5), None);
    let other = denoiser(3e-3);
    assert_eq!(reach(&other, Go::To(6), Some(task)).0, reach(&other, Go::To(6), None).0);
    let (_, task) = reach(&denoiser(1e-3), Go::To(5), None);
    assert_eq!(reach(&other, Go::Halt, Some(task)).0.steps, 0);
}

#[test]
fn a_denoiser_is_evaluated_as_it_goes() {
    let Lesson::Denoiser(lesson) = denoiser(5e-3) else { panic!("another lesson") };
    let spec = DenoisingSpec { shape: Shape { width: 32, depth: 2 }, ..lesson.spec };
    let (reply, _) = reach(&Lesson::Denoiser(DenoiserLesson { spec, ..lesson }), Go::To(600), None);
    let Findings::Denoiser(found) = reply.findings else { panic!("another lesson") };
    let moments: Vec<usize> = found.checks.iter().map(|(steps, _)| *steps).collect();
    assert_eq!(moments, [0, 32, 64, 128, 256, 512, 600]);
    let learned = |i: usize| found.checks[i].1.learned.value;
    assert!(learned(6) > learned(0) + 0.3, "{} {}", learned(0), learned(6));
    assert!(found.checks[5].1.times.is_empty() && found.checks[6].1.times.len() == 20);
    assert_eq!((found.fall.len(), found.samples.len()), (2, 4000));
    assert!(found.found.expect("measured").js < 0.69);
}

#[test]
fn divergence_ends_it_and_is_said() {
    let lesson = denoiser(1e4);
    let (reply, task) = reach(&lesson, Go::To(300), None);
    let error = reply.ended.expect("it diverges");
    assert!(reply.steps < 300 && error.to_string().contains("learning rate"), "{error}");
    // Asked again it is still so.
    assert!(reach(&lesson, Go::To(300), Some(task)).0.ended.is_some());
}

#[test]
fn gans_learn_their_score_first() {
    let lesson = gans(Some((spec(2e-3), 10)));
    let (reply, _) = reach(&lesson, Go::To(3), None);
    let Findings::Gans(found) = reply.findings else { panic!("another lesson") };
    assert_eq!(found.score, (10, 10));
    assert_eq!(found.checks.iter().map(|(steps, _)| *steps).collect::<Vec<_>>(), [0, 3]);
    assert_eq!([found.judged[0].len(), found.pulls[1].len(), found.images[0].len()], [2, 4, 2]);
    assert_ne!(found.samples[0], found.samples[1]);
}

#[test]
fn targets_in_many_dimensions_are_refused() {
    let target = vec![crate::math::Component {
        weight: 1.0,
        mean: vec![0.0; 3],
        covariance: crate::math::Covariance::Isotropic(1.0),
    }];
    let lesson = Lesson::Denoiser(DenoiserLesson { target, spec: spec(1e-3), places: Vec::new() });
    let request = TrainingRequest { lesson, go: Go::To(1) };
    let error = run(Request::Training(Box::new(request))).expect_err("three dimensions");
    assert_eq!(error, JobError::Learn(LearnError::Dimension(3)));
}
