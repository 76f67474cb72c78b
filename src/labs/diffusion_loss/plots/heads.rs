//! Heads that are trained, one for each weighting: held-out log-likelihood by the formula over the steps, and
//! samples of the one that is picked out.

use super::{drawn, look, name};
use crate::compute::{Findings, HeadsFindings, TrainingReply};
use crate::labs::diffusion_loss::DiffusionLoss;
use crate::labs::figures::{padded, short};
use crate::labs::learned::plots::{Truth, samples};
use crate::learn::spec::Scores;
use crate::math::diffusion_loss::Weighting;
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::words::tr;

/// Where the axis of steps begins; before that networks know nothing.
const FIRST: f64 = 20.0;
/// How far below the exact score's the axis of log-likelihood goes at most, nats.
const BELOW: f64 = 3.0;

/// What a reply says of the heads.
pub fn findings(reply: &TrainingReply) -> Option<&HeadsFindings> {
    match &reply.findings {
        Findings::Heads(found) => Some(found),
        _ => None,
    }
}

/// The figure; axes and the target alone before anything is trained. `narrow` for phones.
pub fn heads(state: &DiffusionLoss, reply: Option<&TrainingReply>, truth: &Truth, narrow: bool) -> Figure {
    let nothing = HeadsFindings::default();
    let found = reply.and_then(findings).unwrap_or(&nothing);
    let chosen = Weighting::ALL.iter().position(|w| *w == state.weights).unwrap_or(0);
    let drawn = found.samples.get(chosen).map_or(&[][..], |samples| samples);
    let panels =
        [likelihoods(state, found), samples(truth, drawn).title(tr!("samples, {}", name(state.weights)))];
    let rows = if narrow {
        panels.map(|panel| Row::new(vec![panel])).to_vec()
    } else {
        vec![Row::new(panels.to_vec())]
    };
    Figure { summary: summary(found), rows }
}

fn likelihoods(state: &DiffusionLoss, found: &HeadsFindings) -> Panel {
    let newest = found.checks.last();
    let steps = (state.training.steps.max(newest.map_or(0, |(step, _)| *step)) as f64).max(10.0 * FIRST);
    let plane = state.common.target.dim() == 2;
    let title =
        if plane { tr!("log p(x₂|x₁) on held-out points") } else { tr!("log p(x) on held-out points") };
    let mut panel = Panel::new(
        Axis::log(tr!("steps of training"), (FIRST, steps)),
        Axis::linear(tr!("nats"), (-BELOW, 0.0)),
    )
    .title(title);
    let Some(first) = newest.and_then(|(_, scores)| scores.first()) else { return panel };
    let curve = |k: usize| -> Vec<(f64, f64)> {
        let of = |(step, scores): &(usize, Vec<Scores>)| Some((*step as f64, scores.get(k)?.learned.value));
        found.checks.iter().filter_map(of).filter(|p| p.0 >= FIRST).collect()
    };
    let (truth, exact) = (first.truth.value, first.exact.value);
    let all = (0..Weighting::ALL.len()).flat_map(curve).map(|p| p.1.max(exact - BELOW));
    panel.y.range = padded(all.chain([truth, exact]));
    let level = |y: f64, role: Role, dash: Dash, name: &str| {
        Layer::line(vec![(FIRST, y), (steps, y)], role).dashed(dash).labelled(name)
    };
    panel.layers.push(level(truth, Role::Exact, Dash::Solid, tr!("truth")));
    panel.layers.push(level(exact, Role::Exact, Dash::Dotted, tr!("exact score")));
    for (k, weighting) in drawn(state.weights) {
        let (role, dash, width) = look(weighting, state.weights);
        let label = Some(name(weighting).into());
        panel.layers.push(Layer::Line { points: curve(k), role, dash, width, label });
    }
    panel
}

fn summary(found: &HeadsFindings) -> String {
    let what = tr!(
        "Held-out log-likelihood by the formula of heads trained with each weighting, over the steps of training; and samples of the head that is picked out over the target’s density."
    );
    let Some((step, scores)) = found.checks.last() else {
        return format!("{what} {}", tr!("Nothing is trained yet."));
    };
    let words: Vec<String> = Weighting::ALL
        .iter()
        .zip(scores)
        .map(|(weighting, scores)| format!("{} {}", name(*weighting), short(scores.learned.value)))
        .collect();
    let exact = scores.first().map_or(f64::NAN, |scores| scores.exact.value);
    let newest =
        tr!("After {} steps: {}; with the exact score {} nats.", step, words.join(", "), short(exact));
    format!("{what} {newest}")
}
