//! The lab end to end, natively: links, quantities, pictures, and the numbers that its text states.

use super::report::evaluate;
use super::*;
use crate::compute::{
    DiffusionLossReply, Go, JobError, Progress, Reply, Request, Task, TrainingRequest, run,
};
use crate::labs::learned::plots::Truth;
use crate::labs::report::Quantity;
use crate::labs::{LabState, Model, open, open_as};
use crate::learn::denoising::Denoising;
use crate::math::diffusion_loss::Weighting;
use crate::plot::{Figure, Layer};

const LAB: &str = "?v=1&lab=diffusion-loss";

fn state(query: &str) -> DiffusionLoss {
    let (state, notices) = open_as::<DiffusionLoss>(&format!("{LAB}{query}"));
    assert_eq!(notices, [], "{query}");
    state
}

fn values<'a>(quantities: &'a [Quantity], name: &str) -> &'a [f64] {
    &quantities.iter().find(|q| q.name == name).unwrap_or_else(|| panic!("no {name}")).values
}

fn eval(query: &str, at: Option<&[Vec<f64>]>) -> Vec<Quantity> {
    evaluate(&state(query), at).expect("computed")
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
}

#[test]
fn links_open_to_the_state_that_wrote_them() {
    for query in [
        "",
        "&target=three&z=-1.25&weights=edm",
        "&target=ring8&weights=min-snr&gamma=2.5&model=shared-width",
        "&schedule=cosine&steps=50&weights=truncated-snr&model=gaussian",
    ] {
        let first = state(query);
        let (again, notices) = open(&first.query());
        assert_eq!((again, notices), (LabState::DiffusionLoss(first), vec![]), "{query}");
    }
    assert_eq!(DiffusionLoss::default().query(), "v=1&lab=diffusion-loss");
}

#[test]
fn heads_are_trained_as_the_link_says_and_drawn_with_their_numbers() {
    for (query, given) in [("&target=three", 1), ("&target=bimodal&optimiser=momentum&rate=0.05&seed=4", 0)] {
        let state = state(&format!("{query}&units=12&layers=2&batch=32&train=40&at=40&weights=edm"));
        let lesson = jobs::lesson(&state);
        // The weighting that is picked out and the steps are no part of it.
        let other = DiffusionLoss { weights: Weighting::MinSnr, ..state.clone() };
        assert_eq!(jobs::lesson(&other), lesson);
        let request = TrainingRequest { lesson, go: Go::To(state.training.at) };
        let Ok(Reply::Training(reply)) = run(Request::Training(Box::new(request))) else { panic!("{query}") };
        let found = plots::findings(&reply).expect("heads");
        let (step, scores) = found.checks.last().expect("evaluated");
        assert_eq!((*step, scores.len()), (40, 5));
        // As the command line's study trains each.
        let target = std::sync::Arc::new(state.common.target.mixture());
        for (weighting, history) in Weighting::ALL.into_iter().zip(&found.losses) {
            let spec = state.training.denoising(
                &state.common,
                (weighting, state.gamma),
                state.common.seed as u32,
                given,
            );
            let mut alone = Denoising::new(std::sync::Arc::clone(&target), &spec);
            let losses: Vec<f32> = (0..40).map(|_| alone.step().expect("a step") as f32).collect();
            assert_eq!(history.means, losses, "{query} {weighting:?}");
        }
        let table = tables::heads(&reply);
        assert_eq!(table.rows.len(), 7);
        for (row, scores) in table.rows[2..].iter().zip(scores) {
            let means =
                [scores.learned.value, scores.learned.error, scores.fall.value, scores.predicted.value];
            assert_eq!(row.cells, means.map(Some));
            // What the identity of section 7 says of the fall.
            close(scores.fall.value, scores.predicted.value, 0.25 * scores.fall.value.abs() + 0.1);
        }
        let truth = Truth::new(state.common.target.mixture());
        let figure = plots::heads(&state, Some(&reply), &truth, false);
        let said = crate::labs::figures::short(scores[3].learned.value);
        assert!(figure.summary.contains(&format!("EDM {said}")), "{}", figure.summary);
        let panels = &figure.rows[0].panels;
        let named = panels[0].layers.iter().filter(|l| matches!(l, Layer::Line { label: Some(_), .. }));
        assert_eq!(named.count(), 7);
        assert_eq!(panels[1].title.as_deref(), Some("samples, EDM"));
        // Other samples for other weights.
        let other = plots::heads(&other, Some(&reply), &truth, true);
        assert_ne!(other.rows[1].panels[0].layers, panels[1].layers);
        let empty = plots::heads(&state, None, &truth, false);
        assert!(empty.summary.contains("Nothing is trained") && empty.rows[0].panels.len() == 2);
    }
}

#[test]
fn what_cannot_be_used_is_said() {
    let (state, notices) =
        open_as::<DiffusionLoss>(&format!("{LAB}&z=1e400&gamma=-1&weights=all&model=&target=three"));
    assert_eq!(notices.len(), 4, "{notices:?}");
    let expected =
        DiffusionLoss { z: state.z, gamma: GAMMA.min, common: state.common.clone(), ..Default::default() };
    assert_eq!(state, expected);
    assert!(state.z.is_none_or(|z| z.abs() <= Z_REACH));
}

#[test]
fn another_target_sends_the_context_home() {
    let mut state = state("&target=three&z=2");
    let before = state.common.target.clone();
    state.common.target = crate::labs::common::Target::Custom(before.components());
    state.target_changed(&before);
    assert_eq!(state.z, None);
}

#[test]
fn the_formulas_loss_is_minus_the_log_density() {
    for query in
        ["", "&target=trio&schedule=linear", "&target=three&weights=formula", "&target=gaussian2&z=9"]
    {
        let found = eval(query, None);
        let exact = values(&found, "minus_log_density");
        assert_eq!(exact.len(), jobs::SCATTER);
        for (loss, exact) in values(&found, "loss").iter().zip(exact) {
            close(*loss, *exact, 1e-9);
        }
        close(values(&found, "slope_formula")[0], 1.0, 1e-9);
        close(values(&found, "r_squared_formula")[0], 1.0, 1e-12);
        // No other weights do that, but on one Gaussian, where all losses are parabolas.
        if query.contains("gaussian2") {
            continue;
        }
        for name in ["r_squared_uniform", "r_squared_truncated_snr", "r_squared_edm", "r_squared_min_snr"] {
            let r = values(&found, name)[0];
            assert!(r < 1.0 - 1e-6, "{query} {name} {r}");
        }
    }
}

#[test]
fn the_chosen_weights_are_those_of_the_loss() {
    for (name, own) in WEIGHTS.iter().map(|(name, _)| name).zip([
        "loss_formula",
        "loss_uniform",
        "loss_truncated_snr",
        "loss_edm",
        "loss_min_snr",
    ]) {
        let at = [vec![0.3, -1.0], vec![1.1, 0.9]];
        let found = eval(&format!("&target=three&weights={name}"), Some(&at));
        assert_eq!(values(&found, "loss"), values(&found, own));
        assert_eq!(values(&found, "points"), [0.3, -1.0, 1.1, 0.9]);
    }
}

#[test]
fn the_chain_adds_up_to_the_joint_density() {
    for target in ["three", "gaussian2"] {
        let found = eval(&format!("&target={target}"), None);
        let exact = values(&found, "log_density_exact");
        for (chain, exact) in values(&found, "log_density_chain").iter().zip(exact) {
            close(*chain, *exact, 1e-9);
        }
    }
    for (target, tolerance) in [("three", 2e-7), ("grid9", 2e-5)] {
        let request = jobs::chain(&state(&format!("&target={target}"))).expect("two dimensions");
        let Ok(Reply::DiffusionLoss(DiffusionLossReply::Chain(reply))) = run(request) else {
            panic!("another reply");
        };
        let error = plots::largest_error(&reply);
        assert!(error > 0.0 && error < tolerance, "{target}: {error}");
    }
    assert_eq!(jobs::chain(&DiffusionLoss::default()), None);
}

#[test]
fn minimisers_of_wrong_models() {
    let found = eval("&target=claw&schedule=linear", Some(&[vec![0.0]]));
    let (likeliest, least) = (values(&found, "argmin_likelihood")[0], values(&found, "kl_likelihood")[0]);
    close(values(&found, "argmin_formula")[0], likeliest, 1e-6);
    for (argmin, kl) in [
        ("argmin_uniform", "kl_uniform"),
        ("argmin_truncated_snr", "kl_truncated_snr"),
        ("argmin_edm", "kl_edm"),
        ("argmin_min_snr", "kl_min_snr"),
    ] {
        assert!(likeliest - values(&found, argmin)[0] > 0.02, "{argmin}");
        assert!(values(&found, kl)[0] > least + 5e-5, "{kl}");
    }
    // A conditional that is one Gaussian lies in the family, at θ = 0.
    let found = eval("&target=gaussian2&z=1", Some(&[vec![0.0, 0.0]]));
    for name in ["argmin_formula", "argmin_uniform", "argmin_edm", "argmin_min_snr", "argmin_likelihood"] {
        close(values(&found, name)[0], 0.0, 1e-12);
    }
    // For a Gaussian model all weights ask for the same variance.
    let found = eval("&target=three&z=0.4&model=gaussian&schedule=linear", Some(&[vec![0.0, 0.0]]));
    for name in ["argmin_uniform", "argmin_truncated_snr", "argmin_edm", "argmin_min_snr"] {
        close(values(&found, name)[0], values(&found, "argmin_likelihood")[0], 1e-6);
    }
}

#[test]
fn points_of_another_dimension_are_refused() {
    let wrong = evaluate(&state("&target=three"), Some(&[vec![1.0]]));
    assert_eq!(wrong, Err(JobError::Dimension));
}

/// The numbers that the lab's text states of its links.
#[test]
fn links_of_the_text_show_what_it_says() {
    let of = |query: &str, name: &str| values(&eval(query, None), name)[0];
    close(of("&weights=truncated-snr", "r_squared_truncated_snr"), 0.11, 0.005);
    close(of("&target=ring8&weights=uniform", "r_squared_uniform"), 0.99, 0.005);
    close(of("&target=ring8&weights=uniform&schedule=linear", "r_squared_uniform"), 0.87, 0.005);
    close(of("&target=gaussian2&weights=edm", "r_squared_edm"), 1.0, 1e-9);
    close(of("&target=gaussian2&weights=edm", "slope_edm"), 0.76, 0.01);

    let wrong = eval("&target=grid9&schedule=linear&weights=min-snr", Some(&[vec![0.0, 0.0]]));
    close(values(&wrong, "argmin_formula")[0], 0.818, 5e-4);
    close(values(&wrong, "argmin_likelihood")[0], 0.818, 5e-4);
    close(values(&wrong, "argmin_min_snr")[0], 0.847, 5e-4);
    close(values(&wrong, "kl_min_snr")[0] - values(&wrong, "kl_likelihood")[0], 0.006, 5e-4);
    for query in ["&target=ring8", "&target=grid9&schedule=linear&model=gaussian"] {
        let found = eval(query, Some(&[vec![0.0, 0.0]]));
        for name in
            ["argmin_formula", "argmin_uniform", "argmin_truncated_snr", "argmin_edm", "argmin_min_snr"]
        {
            close(values(&found, name)[0], values(&found, "argmin_likelihood")[0], 1e-5);
        }
    }

    // The barrier between the modes, above the lower of them.
    let barrier = |name: &str| {
        let at: Vec<Vec<f64>> = (0..=140).map(|i| vec![0.5, -3.5 + 0.05 * f64::from(i)]).collect();
        let found = eval("&target=three&schedule=cosine&weights=min-snr", Some(&at));
        let curve = values(&found, name);
        let least = curve.iter().copied().fold(f64::INFINITY, f64::min);
        curve[50..80].iter().copied().fold(f64::NEG_INFINITY, f64::max) - least
    };
    close(barrier("minus_log_density"), 1.9, 0.05);
    close(barrier("loss_min_snr"), 1.0, 0.05);
}

fn layers(figure: &Figure) -> impl Iterator<Item = &Layer> {
    figure.rows.iter().flat_map(|row| &row.panels).flat_map(|panel| &panel.layers)
}

fn finite(figure: &Figure) -> bool {
    layers(figure).all(|layer| match layer {
        Layer::Line { points, .. } | Layer::Points { points, .. } => {
            points.iter().all(|(x, y)| x.is_finite() && y.is_finite())
        }
        _ => true,
    })
}

#[test]
fn every_reply_on_the_way_is_a_picture() {
    for query in ["", "&target=three&weights=edm&model=shared-width"] {
        let state = state(query);
        let requests = [Some(jobs::losses(&state)), Some(jobs::minimisers(&state)), jobs::chain(&state)];
        for request in requests.into_iter().flatten() {
            let mut count = 0;
            for reply in replies(request) {
                let Reply::DiffusionLoss(reply) = reply else { panic!("another lab's") };
                for narrow in [true, false] {
                    let figure = match &reply {
                        DiffusionLossReply::Losses(reply) => plots::main(&state, reply, narrow),
                        DiffusionLossReply::Minimisers(reply) => plots::minimisers(&state, Some(reply)),
                        DiffusionLossReply::Chain(reply) => plots::chain(&state, reply, narrow),
                    };
                    assert!(finite(&figure) && !figure.summary.is_empty(), "{query}");
                    assert!(layers(&figure).count() > 2);
                }
                if let DiffusionLossReply::Losses(reply) = &reply {
                    assert_eq!(tables::slopes(&state, reply).rows.len(), Weighting::ALL.len());
                    assert!(!tables::plotted(&state, reply).rows.is_empty());
                }
                count += 1;
            }
            assert!(count >= 2, "{count}");
        }
        assert!(finite(&plots::weights(&state)));
        assert!(finite(&plots::main(&state, &crate::compute::LossesReply::default(), true)));
        assert!(finite(&plots::minimisers(&state, None)));
    }
}

/// All partial replies and the last one.
fn replies(request: Request) -> Vec<Reply> {
    let mut task = Task::new(request).expect("a task");
    let mut replies = Vec::new();
    loop {
        match task.step() {
            Progress::Working(share) => assert!((0.0..=1.0).contains(&share)),
            Progress::Partial(reply) => replies.push(reply),
            Progress::Done(reply) => {
                replies.push(reply);
                return replies;
            }
        }
    }
}

#[test]
fn contexts_far_from_the_data_and_odd_targets_are_computed() {
    for query in [
        "&target=ring8&z=1000",
        "&target=custom&mix=1:0:1e-12_1:1:1e-12",
        "&target=custom&mix=1:-1e6:1e12_1:1e6:1",
        "&target=custom&mix=1:0:0:1:0.999999:1_1:3:3:1e-6:0:1e6&z=0.5",
        "&steps=1&schedule=linear",
        "&steps=10000&c0=6&c1=20&gamma=1000",
    ] {
        let state = state(query);
        for request in [Some(jobs::losses(&state)), Some(jobs::minimisers(&state))].into_iter().flatten() {
            let Ok(Reply::DiffusionLoss(reply)) = run(request) else { panic!("{query}") };
            match reply {
                DiffusionLossReply::Losses(reply) => {
                    assert!(reply.losses.iter().flatten().all(|l| !l.is_nan()), "{query}");
                }
                DiffusionLossReply::Minimisers(reply) => {
                    assert!(reply.argmins.iter().all(|a| a.is_finite()), "{query}");
                }
                DiffusionLossReply::Chain(_) => {}
            }
        }
    }
}

/// What the words say of heads after 250 steps; and that every link of the text opens.
#[test]
fn links_of_the_text_show_what_they_say() {
    let text = include_str!("text.en.md");
    let links: Vec<&str> = text.split("](?").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 10);
    for link in links {
        let (state, notices) = open(link);
        assert!(notices.is_empty() && matches!(state, LabState::DiffusionLoss(_)), "{link}: {notices:?}");
    }
    let state = state("&target=three&train=1000&at=250");
    let request = TrainingRequest { lesson: jobs::lesson(&state), go: Go::To(state.training.at) };
    let Ok(Reply::Training(reply)) = run(Request::Training(Box::new(request))) else { panic!("no reply") };
    let (_, scores) = plots::findings(&reply).expect("heads").checks.last().expect("evaluated");
    let falls: Vec<f64> = scores.iter().map(|s| s.fall.value).collect();
    for (k, fall) in falls.iter().enumerate() {
        assert!((*fall < 0.1) == (Weighting::ALL[k] != Weighting::TruncatedSnr), "{falls:?}");
    }
}
