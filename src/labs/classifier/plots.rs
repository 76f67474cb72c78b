//! From replies to figures. Pure: the same reply gives the same figure.

mod accuracy;
pub mod images;
mod line;

pub use accuracy::{accuracy, share_right};

use super::jobs::{SIDES, axes};
use super::state::Classifier;
use super::verdict::{Verdict, rule_names};
use crate::compute::RegionsReply;
use crate::labs::figures::{nice, short};
use crate::math::classifier::posterior;
use crate::plot::{Axis, ColourBar, ColourScale, Figure, Grid, Layer, Panel, Role, Row, Shading};
use crate::words::tr;
use std::sync::Arc;

/// Colours of the rules: Bayes', by the formula's weights, by uniform weights.
const ROLES: [Role; 3] = [Role::Exact, Role::Formula, Role::Uniform];

/// With more components than this, each class is numbered once and not at each of them.
const FEW: usize = 12;

/// The main figure: maps in two dimensions, intervals in one.
pub fn main(state: &Classifier, reply: &RegionsReply) -> Option<Figure> {
    let verdict = Verdict::new(reply)?;
    match reply.counts[..] {
        [count] => Some(line::intervals(state, reply, &verdict, count)),
        [nx, ny] => Some(maps(state, Some((reply, &verdict)), [nx, ny])),
        _ => None,
    }
}

/// The main figure before any number has come: axes of the right size.
pub fn empty(state: &Classifier) -> Figure {
    if state.common.target.mixture().dim() == 1 { line::empty(state) } else { maps(state, None, [0, 0]) }
}

fn maps(state: &Classifier, found: Option<(&RegionsReply, &Verdict)>, [nx, ny]: [usize; 2]) -> Figure {
    let mixture = state.common.target.mixture();
    let [x, y] = axes(&mixture, SIDES[1]).map(|axis| (axis.low, axis.high));
    let grid = |values: Vec<f64>| Arc::new(Grid { nx, ny, x, y, values });
    let panel = |title: String| Panel::new(Axis::linear("x₁", x), Axis::linear("x₂", y)).title(title).equal();
    let numbers = numbers(state);
    // One boundary serves both of two classes.
    let lines = |reply: &RegionsReply, rule: usize| -> Vec<Layer> {
        let count = if reply.classes == 2 { 1 } else { reply.classes };
        let lines = (0..if reply.classes > 1 { count } else { 0 }).map(|class| Layer::Contours {
            grid: grid(margin(&reply.logits[rule], reply.classes, class)),
            levels: vec![0.0],
            role: Some(ROLES[rule]),
        });
        lines.collect()
    };
    let mut panels: Vec<Panel> = (0..3)
        .map(|rule| {
            let mut panel = panel(rule_names()[rule].to_owned());
            if let Some((reply, _)) = found {
                panel.layers.push(Layer::Raster {
                    grid: grid(shades(reply, rule)),
                    scale: ColourScale::classes(),
                    shading: Shading::Nearest,
                });
                if rule > 0 {
                    panel.layers.extend(lines(reply, 0));
                }
                panel.layers.extend(lines(reply, rule));
            }
            panel.layers.extend(numbers.clone());
            panel
        })
        .collect();
    let chosen = state.chosen();
    let mut last = panel(tr!("lost by {}", rule_names()[chosen]));
    let mut reach = 1.0;
    if let Some((reply, verdict)) = found {
        let lost = lost(reply, verdict, chosen);
        reach = nice(lost.iter().copied().filter(|v| v.is_finite()).fold(0.01, f64::max)).min(1.0);
        last.layers.push(Layer::raster(grid(lost), ColourScale::sequential((0.0, reach))));
        last.layers.extend(lines(reply, 0));
        last.layers.extend(lines(reply, chosen));
    }
    panels.push(last);
    let bar = ColourBar {
        label: tr!("p(Bayes’ label | x) − p(its label | x)").into(),
        scale: ColourScale::sequential((0.0, reach)),
    };
    let lower = panels.split_off(2);
    let rows = vec![Row::new(panels), Row::new(lower).bar(bar, 1, 2)];
    Figure { summary: summary(state, tr!("Four maps of the plane"), found.map(|f| f.1)), rows }
}

/// The figure in words.
fn summary(state: &Classifier, what: &str, verdict: Option<&Verdict>) -> String {
    let Some(verdict) = verdict else {
        return tr!("The decision regions are being computed.").to_owned();
    };
    let percent = |share: f64| format!("{} %", short(100.0 * share));
    let [bayes, formula, uniform] = verdict.accuracy.map(percent);
    let [_, agrees, differs] = verdict.agreement.map(percent);
    tr!(
        "{}: the regions of {} classes by Bayes’ rule, by the formula’s weights and by uniform weights, and what the chosen weights lose against Bayes’ rule. Right are {}, {} and {} of the density; the formula’s weights agree with Bayes’ rule on {} of it, uniform weights on {}.",
        what,
        state.classes(),
        bayes,
        formula,
        uniform,
        agrees,
        differs,
    )
}

/// Numbers of the classes beside the means of their components.
fn numbers(state: &Classifier) -> Vec<Layer> {
    let (components, Some(classes)) = (state.common.target.mixture().components(), state.dealt()) else {
        return Vec::new();
    };
    let labelled = || components.iter().zip(classes.labels());
    let text = |(component, label): (&crate::math::Component, &usize)| Layer::Text {
        x: component.mean[0],
        y: component.mean.get(1).copied().unwrap_or(0.0),
        text: label.to_string(),
        role: Role::Exact,
    };
    if components.len() <= FEW {
        // Where means coincide, their numbers stand side by side.
        let mut layers: Vec<Layer> = Vec::new();
        for new in labelled().map(text) {
            let same = layers.iter_mut().find(|old| place(old) == place(&new));
            match (same, &new) {
                (Some(Layer::Text { text, .. }), Layer::Text { text: more, .. }) => {
                    *text = format!("{text}, {more}");
                }
                _ => layers.push(new),
            }
        }
        return layers;
    }
    // In the middle of the run of a class's components.
    (0..classes.len())
        .filter_map(|class| {
            let members: Vec<_> = labelled().filter(|(_, label)| **label == class).collect();
            members.get(members.len() / 2).copied().map(text)
        })
        .collect()
}

fn place(layer: &Layer) -> Option<(f64, f64)> {
    if let Layer::Text { x, y, .. } = layer { Some((*x, *y)) } else { None }
}

/// A class's logit less the largest of the others: zero on its boundary.
fn margin(logits: &[f64], classes: usize, class: usize) -> Vec<f64> {
    let of_point = |logits: &[f64]| {
        let others = logits.iter().enumerate().filter(|(c, _)| *c != class).map(|(_, l)| *l);
        logits[class] - others.fold(f64::NEG_INFINITY, f64::max)
    };
    logits.chunks_exact(classes).map(of_point).collect()
}

/// Values for [`ColourScale::classes`]: the label, the stronger the surer the rule is.
fn shades(reply: &RegionsReply, rule: usize) -> Vec<f64> {
    let count = reply.classes;
    let even = 1.0 / count as f64;
    let of_point = |logits: &[f64]| {
        let label = crate::math::classifier::decide(logits);
        let sure = posterior(logits)[label];
        ColourScale::class_value(label, if count > 1 { (sure - even) / (1.0 - even) } else { 1.0 })
    };
    reply.logits[rule].chunks_exact(count).map(of_point).collect()
}

/// How much less likely a rule's label is than Bayes', by the exact posterior.
fn lost(reply: &RegionsReply, verdict: &Verdict, rule: usize) -> Vec<f64> {
    let points = reply.logits[0].chunks_exact(reply.classes).enumerate();
    let of_point = |(i, exact): (usize, &[f64])| {
        let posterior = posterior(exact);
        posterior[verdict.labels[0][i]] - posterior[verdict.labels[rule][i]]
    };
    points.map(of_point).collect()
}
