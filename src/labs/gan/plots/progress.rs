//! Measures of the two games over the steps of training, beside those of the target's own draws and those of
//! the equilibrium.

use super::training::{Backdrop, findings};
use crate::compute::{GansFindings, TrainingReply};
use crate::labs::figures::{nice, padded, short};
use crate::labs::gan::state::Gan;
use crate::learn::spec::{Found, MOST_MODES};
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::words::{Words, tr, word};
use std::f64::consts::LN_2;

/// Fewest steps along the axis.
const FEWEST: f64 = 200.0;
/// How far above the target's the axis of `-log p` goes at most, nats: at the beginning it is far more.
const ABOVE: f64 = 8.0;

/// How far it reaches around them at least, nats.
const ROOM: f64 = 0.5;

/// Names of the games beside their curves, the one without the regulariser first.
const NAMES: [Words; 2] = [word!("without"), word!("with")];

/// A measure of samples: title, axis, its value, that of the equilibrium, and its range where that is fixed.
struct Measure {
    title: Words,
    /// Label of the axis; a count has none.
    unit: Option<Words>,
    value: fn(&Found) -> f64,
    equilibrium: fn(&Backdrop) -> Option<f64>,
    range: Option<(f64, f64)>,
}

const JS: Measure = Measure {
    title: word!("Jensen–Shannon divergence"),
    unit: Some(word!("nats")),
    value: |found| found.js,
    equilibrium: |ideal| Some(ideal.js),
    range: Some((0.0, 0.72)),
};
const OUTSIDE: Measure = Measure {
    title: word!("share of samples outside the data’s 95 %"),
    unit: None,
    value: |found| found.outside,
    equilibrium: |ideal| Some(ideal.outside),
    range: Some((0.0, 1.0)),
};
const MODES: Measure = Measure {
    title: word!("modes reached"),
    unit: None,
    value: |found| found.modes as f64,
    equilibrium: |_| None,
    range: None,
};
const MEAN: Measure = Measure {
    title: word!("mean of −log p over the samples"),
    unit: Some(word!("nats")),
    value: |found| found.cross_entropy,
    equilibrium: |ideal| Some(ideal.cross_entropy),
    range: None,
};
const MEDIAN: Measure =
    Measure {
        title: word!("median of −log p"), value: |found| found.median, equilibrium: |_| None, ..MEAN
    };

/// The figure; `narrow` for phones.
pub fn progress(
    state: &Gan,
    reply: Option<&TrainingReply>,
    backdrop: Option<&Backdrop>,
    narrow: bool,
) -> Figure {
    let nothing = GansFindings::default();
    let found = reply.and_then(findings).unwrap_or(&nothing);
    let backdrop = Backdrop::of(backdrop, state);
    let steps = nice(reply.map_or(0.0, |reply| reply.steps as f64).max(FEWEST));
    let mut measures = vec![JS, OUTSIDE, MEAN];
    let components = state.common.target.count();
    if components <= MOST_MODES {
        measures.insert(2, Measure { range: Some((0.0, 1.08 * components as f64)), ..MODES });
        measures.push(MEDIAN);
    }
    let mut panels: Vec<Panel> =
        measures.iter().map(|measure| over_steps(measure, found, backdrop, steps)).collect();
    panels.push(losses(found, backdrop, steps));
    let columns = if narrow { 1 } else { 2 };
    let rows = panels.chunks(columns).map(|row| Row::new(row.to_vec())).collect();
    Figure { summary: summary(&measures, found, backdrop), rows }
}

fn over_steps(measure: &Measure, found: &GansFindings, backdrop: Option<&Backdrop>, steps: f64) -> Panel {
    let value = measure.value;
    let is_there = !found.checks.is_empty();
    let floor = is_there.then(|| value(&found.floor));
    let equilibrium = backdrop.and_then(measure.equilibrium);
    let curve = |i: usize| -> Vec<(f64, f64)> {
        found.checks.iter().map(|(step, both)| (*step as f64, value(&both[i]))).collect()
    };
    let curves = [curve(0), curve(1)];
    let range = measure.range.unwrap_or_else(|| {
        let references = || floor.iter().chain(&equilibrium).copied();
        let most = references().reduce(f64::max).map_or(f64::INFINITY, |most| most + ABOVE);
        // Never so narrow that it shows digits that say nothing.
        let around = references().flat_map(|y| [y - ROOM, y + ROOM]);
        padded(around.chain(curves.iter().flatten().map(|p| p.1.min(most))))
    });
    let mut panel = Panel::new(
        Axis::linear(tr!("steps"), (0.0, steps)),
        Axis::linear(measure.unit.map_or("", Words::text), range),
    )
    .title(measure.title.text());
    panel.layers.extend(pair(curves));
    panel.layers.extend(floor.map(|y| level(y, steps, Role::Data, tr!("target"))));
    panel.layers.extend(equilibrium.map(|y| level(y, steps, Role::Exact, tr!("equilibrium"))));
    panel
}

/// A level for comparison.
fn level(y: f64, steps: f64, role: Role, name: &str) -> Layer {
    Layer::line(vec![(0.0, y), (steps, y)], role).dashed(Dash::Dotted).labelled(name)
}

/// Curves of both games.
fn pair(curves: [Vec<(f64, f64)>; 2]) -> impl Iterator<Item = Layer> {
    let looks = [(Role::Muted, Dash::Dashed), (Role::Generator, Dash::Solid)];
    curves
        .into_iter()
        .zip(looks)
        .zip(NAMES)
        .filter(|((points, _), _)| !points.is_empty())
        .map(|((points, (role, dash)), name)| Layer::line(points, role).dashed(dash).labelled(name.text()))
}

/// The discriminators' losses; at the equilibrium of the ideal game they are `2 log 2 - 2 JS`.
fn losses(found: &GansFindings, backdrop: Option<&Backdrop>, steps: f64) -> Panel {
    let curves = [0, 1].map(|i| found.discriminators[i].points().collect::<Vec<_>>());
    let mut panel =
        Panel::new(Axis::linear(tr!("steps"), (0.0, steps)), Axis::linear(tr!("nats"), (0.0, 1.7)))
            .title(tr!("losses of the discriminators"));
    panel.layers.extend(pair(curves));
    panel.layers.push(level(2.0 * LN_2, steps, Role::Data, "2 log 2"));
    panel
        .layers
        .extend(backdrop.map(|ideal| level(ideal_loss(ideal), steps, Role::Exact, tr!("equilibrium"))));
    panel
}

/// The discriminator's loss at the equilibrium, nats.
pub fn ideal_loss(ideal: &Backdrop) -> f64 {
    2.0 * (LN_2 - ideal.js)
}

fn summary(measures: &[Measure], found: &GansFindings, backdrop: Option<&Backdrop>) -> String {
    let what = tr!("Measures of the samples of both GANs over the steps of training");
    let Some((step, [plain, regularised])) = found.checks.last() else {
        return format!("{what}: {}", tr!("nothing is trained yet."));
    };
    let words: Vec<String> = measures
        .iter()
        .map(|measure| {
            let value = measure.value;
            let ideal = backdrop.and_then(measure.equilibrium);
            let said = |v: f64| if measure.title == MODES.title { format!("{v}") } else { short(v) };
            let ideal = ideal.map_or_else(String::new, |v| tr!(", equilibrium {}", said(v)));
            tr!(
                "{}: without {}, with {}, target {}{}",
                measure.title,
                said(value(plain)),
                said(value(regularised)),
                said(value(&found.floor)),
                ideal
            )
        })
        .collect();
    tr!("{}. At step {}: {}.", what, step, words.join("; "))
}
