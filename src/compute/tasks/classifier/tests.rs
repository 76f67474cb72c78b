//! Tests of the classifier's jobs: coarse to fine, at points and on pictures, and the draws.

use super::*;
use crate::compute::messages::Reply;
use crate::compute::tasks::{Progress, Task};
use crate::compute::{Request, run};
use crate::math::Covariance;
use crate::math::targets::Preset;
use crate::math::{Axis, Scratch};

fn classifier(preset: Preset, classes: usize, steps: usize) -> Classifier {
    Classifier {
        target: preset.components(),
        classes,
        deal: Deal::Block,
        rule: Rule::Paper,
        schedule: Schedule::Linear,
        steps,
        total: None,
    }
}

fn axis(low: f64, high: f64, count: usize) -> Axis {
    Axis { low, high, count }
}

fn regions(classifier: Classifier, places: Vec<RegionsPlace>) -> RegionsReply {
    let request = Request::Regions(RegionsRequest { classifier, places });
    let Reply::Regions(reply) = run(request).expect("a reply") else { panic!("regions") };
    reply
}

fn labels(reply: &RegionsReply, rule: usize) -> Vec<usize> {
    reply.logits[rule].chunks_exact(reply.classes).map(crate::math::classifier::decide).collect()
}

#[test]
fn a_coarse_picture_comes_first() {
    let square = |count| [axis(-2.0, 2.2, count), axis(-2.5, 2.0, count)];
    let places = vec![RegionsPlace::Grid(square(5), false), RegionsPlace::Grid(square(9), true)];
    let request = RegionsRequest { classifier: classifier(Preset::Three, 3, 100), places };
    let mut task = Task::new(Request::Regions(request)).expect("a task");
    let (mut pictures, mut share) = (Vec::new(), 0.0);
    loop {
        match task.step() {
            Progress::Working(now) => {
                assert!((share..=1.0).contains(&now), "{share} {now}");
                share = now;
            }
            Progress::Partial(Reply::Regions(reply)) => pictures.push(reply),
            Progress::Done(Reply::Regions(reply)) => {
                pictures.push(reply);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pictures.iter().map(|p| p.counts.clone()).collect::<Vec<_>>(), [vec![5, 5], vec![9, 9]]);
    // Every second point of the fine picture is one of the coarse; the labels agree there.
    for rule in 0..3 {
        let (coarse, fine) = (labels(&pictures[0], rule), labels(&pictures[1], rule));
        let thinned: Vec<usize> = (0..25).map(|k| fine[k / 5 * 18 + k % 5 * 2]).collect();
        assert_eq!(coarse, thinned, "rule {rule}");
    }
}

/// Pictures by blurs and lists of points by quadrature are the same logits, on targets whose
/// scores turn sharply too; and exact logits are the closed form.
#[test]
fn pictures_and_points_agree() {
    for (preset, classes) in [(Preset::Three, 3), (Preset::Moons, 2), (Preset::Ring8, 2)] {
        let (x, y) = (axis(-1.9, 2.3, 6), axis(-2.2, 1.7, 6));
        let points: Vec<f64> = y.places().flat_map(|y| x.places().flat_map(move |x| [x, y])).collect();
        let spec = classifier(preset, classes, 60);
        let picture = regions(spec.clone(), vec![RegionsPlace::Grid([x, y], true)]);
        let listed = regions(spec.clone(), vec![RegionsPlace::Points(points.clone())]);
        assert_eq!(picture.logits[0], listed.logits[0]);
        let dealt = spec.classes().expect("classes");
        let exact: Vec<f64> =
            points.chunks_exact(2).flat_map(|x| dealt.exact_logits(x, &mut Scratch::default())).collect();
        assert_eq!(picture.logits[0], exact);
        for rule in [1, 2] {
            let rows =
                picture.logits[rule].chunks_exact(classes).zip(listed.logits[rule].chunks_exact(classes));
            for (a, b) in rows {
                let odds = |l: &[f64]| l[0] - l[1];
                let error = (odds(a) - odds(b)).abs();
                assert!(error < 0.02 * odds(b).abs().max(1.0), "{preset:?} rule {rule}: {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn the_line_is_that_of_the_points() {
    let spec = classifier(Preset::Trio, 3, 40);
    let line = axis(-3.0, 3.0, 13);
    let on_line = regions(spec.clone(), vec![RegionsPlace::Line(line)]);
    let listed = regions(spec, vec![RegionsPlace::Points(line.places().collect())]);
    assert_eq!(on_line.logits, listed.logits);
    assert_eq!((on_line.counts, listed.counts), (vec![13], vec![13]));
}

#[test]
fn requests_that_do_not_fit_are_refused() {
    let wrong = |preset, place| {
        let request = RegionsRequest { classifier: classifier(preset, 2, 10), places: vec![place] };
        Task::new(Request::Regions(request)).expect_err("refused")
    };
    let line = axis(0.0, 1.0, 3);
    assert_eq!(wrong(Preset::Three, RegionsPlace::Line(line)), JobError::Dimension);
    assert_eq!(wrong(Preset::Trio, RegionsPlace::Grid([line, line], true)), JobError::Dimension);
    assert_eq!(wrong(Preset::Three, RegionsPlace::Points(vec![0.0; 3])), JobError::Dimension);
    assert_eq!(wrong(Preset::Trio, RegionsPlace::Line(axis(0.0, 1.0, 1))), JobError::Dimension);
}

/// More draws are right more often and tend to the exact expectations; shared draws vary less.
#[test]
fn accuracy_grows_with_the_draws() {
    let at = |mean| Component { weight: 0.5, mean: vec![mean], covariance: Covariance::Isotropic(1.0) };
    let target = vec![at(-0.6), at(0.6)];
    let spec = Classifier { target, ..classifier(Preset::Bimodal, 2, 50) };
    let request =
        AccuracyRequest { classifier: spec, seed: 3, points: 150, draws: vec![256, 4, 1, 16, 64, 4] };
    let Reply::Accuracy(reply) = run(Request::Accuracy(request)).expect("a reply") else {
        panic!("accuracy")
    };
    assert_eq!((reply.truth.len(), reply.classes, reply.curves.len()), (150, 2, 4));
    for curve in &reply.curves {
        assert_eq!(curve.accuracy.iter().map(|p| p.0).collect::<Vec<_>>(), [1, 4, 16, 64, 256]);
        assert!(curve.accuracy.iter().all(|p| (0.0..=1.0).contains(&p.1)));
        let (first, last) = (curve.accuracy[0].1, curve.accuracy[4].1);
        // A shared draw of these is never far off, only more of them are better.
        assert!(last > first + if curve.shared { 0.0 } else { 0.03 }, "{curve:?}");
    }
    let right = |labels: &[usize]| labels.iter().zip(&reply.truth).filter(|(a, b)| a == b).count() as f64;
    // Equal widths and priors: all rules are Bayes' rule, and shared draws nearly get there.
    assert_eq!(reply.labels[0], reply.labels[1]);
    assert_eq!(reply.labels[0], reply.labels[2]);
    let shared: Vec<_> = reply.curves.iter().filter(|c| c.shared).collect();
    let own: Vec<_> = reply.curves.iter().filter(|c| !c.shared).collect();
    for (shared, own) in shared.iter().zip(&own) {
        assert!((shared.accuracy[4].1 - right(&reply.labels[0]) / 150.0).abs() < 0.05, "{shared:?}");
        assert!(shared.variance < 0.25 * own.variance, "{} {}", shared.variance, own.variance);
    }
}

/// Images of one dimension, as it were: Bayes' labels are those of the classes themselves, and many draws with
/// the formula's weights come to the same, whether they are shared or not.
#[test]
fn labels_of_given_points() {
    use super::{ImagesReply, ImagesRequest};
    use crate::compute::{Reply, Request, run};
    let component =
        |mean: f64| Component { weight: 1.0, mean: vec![mean; 3], covariance: Covariance::Isotropic(0.3) };
    let request = |shared, draws| ImagesRequest {
        target: [-1.0, -0.8, 0.9, 1.1].map(component).to_vec(),
        labels: vec![0, 0, 1, 1],
        points: (0..40).flat_map(|i| [0.1 * f64::from(i) - 1.95; 3]).collect(),
        truth: (0..40).map(|i| u8::from(i >= 20)).collect(),
        stages: vec![10],
        rule: crate::math::Rule::LogSnrTrapezoid,
        schedule: crate::math::Schedule::LogSnr,
        steps: 100,
        total: None,
        draws,
        shared,
        seed: 3,
    };
    let reply = |request| match run(Request::Images(request)) {
        Ok(Reply::Images(reply)) => reply,
        other => panic!("{other:?}"),
    };
    let wrong = |reply: &ImagesReply, rule: usize| {
        reply.labels[rule]
            .iter()
            .zip(0..40)
            .filter(|(label, i)| usize::from(**label) != usize::from(*i >= 20))
            .count()
    };
    for shared in [true, false] {
        let reply = reply(request(shared, 300));
        assert!(reply.labels.iter().all(|labels| labels.len() == 40) && reply.classes == 2);
        assert!(wrong(&reply, 0) <= 1, "the boundary lies beside the middle: {reply:?}");
        assert!(wrong(&reply, 1) <= if shared { 3 } else { 16 }, "{shared}: {reply:?}");
        let (draws, right) = reply.curves[0][reply.curves[0].len() - 1];
        assert_eq!((draws, 40 - right), (300, wrong(&reply, 1)));
        assert_eq!(reply.curves[1].iter().map(|p| p.0).take(4).collect::<Vec<_>>(), [1, 2, 4, 8]);
    }
    let short = ImagesRequest { truth: vec![0], ..request(true, 1) };
    assert_eq!(run(Request::Images(short)), Err(crate::compute::JobError::Dimension));
}
