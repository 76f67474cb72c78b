//! Decision intervals in one dimension: the classes' densities, the three rules' intervals, and the
//! log-odds that they come from.

use super::{ROLES, numbers, shades, summary};
use crate::compute::RegionsReply;
use crate::labs::classifier::Classifier;
use crate::labs::classifier::jobs::{LINE, line};
use crate::labs::classifier::verdict::{Verdict, rule_names};
use crate::labs::figures::nice;
use crate::plot::{Axis, ColourScale, Dash, Figure, Grid, Layer, Panel, Role, Row, Shading};
use crate::words::tr;
use std::sync::Arc;

/// Densities this far below the peak have no say in the range of the log-odds, nats.
const DEPTH: f64 = 3.0;

pub(super) fn intervals(state: &Classifier, reply: &RegionsReply, verdict: &Verdict, count: usize) -> Figure {
    let axis = line(&state.common.target.mixture(), count);
    let at: Vec<f64> = axis.places().collect();
    let mut panels = panels(state);
    let column = |logits: &[f64], class: usize| -> Vec<f64> {
        logits.iter().skip(class).step_by(reply.classes).copied().collect()
    };
    let curve = |values: Vec<f64>| -> Vec<(f64, f64)> { at.iter().copied().zip(values).collect() };
    let mut peak = 0.0f64;
    for class in 0..reply.classes {
        let density: Vec<f64> = column(&reply.logits[0], class).iter().map(|l| l.exp()).collect();
        peak = density.iter().copied().fold(peak, f64::max);
        panels[0].layers.push(Layer::line(curve(density), Role::Data));
    }
    panels[0].y.range = (0.0, 1.12 * peak.max(1e-300));
    panels[0].layers.extend(class_names(state, reply, &at));

    // Rows of a grid from below: uniform weights, the formula's, Bayes'.
    let values: Vec<f64> = [2, 1, 0].iter().flat_map(|rule| shades(reply, *rule)).collect();
    let grid = Arc::new(Grid { nx: count, ny: 3, x: (axis.low, axis.high), y: (0.0, 2.0), values });
    let shading = Shading::Nearest;
    panels[1].layers.insert(0, Layer::Raster { grid, scale: ColourScale::classes(), shading });

    for (row, rule) in [2, 1, 0].into_iter().enumerate() {
        panels[1].layers.extend(interval_names(&verdict.labels[rule], &at, row as f64));
    }

    if let Some(odds) = panels.get_mut(2) {
        let top = reply.logits[0].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut reach = 1.0f64;
        for rule in [0, 2, 1] {
            let values: Vec<f64> = reply.logits[rule].chunks_exact(reply.classes).map(log_odds).collect();
            if rule == 0 {
                let exact = reply.logits[0].chunks_exact(reply.classes);
                let near = exact.map(|l| l.iter().copied().fold(f64::NEG_INFINITY, f64::max) > top - DEPTH);
                let seen = values.iter().zip(near).filter(|(v, near)| *near && v.is_finite());
                reach = nice(seen.map(|(v, _)| v.abs()).fold(1.0, f64::max)).min(10.0);
            }
            odds.layers.push(Layer::Line {
                points: curve(values),
                role: ROLES[rule],
                dash: if rule == 1 { Dash::Dashed } else { Dash::Solid },
                width: if rule == 0 { 4.0 } else { 1.75 },
                label: Some(rule_names()[rule].to_owned()),
            });
        }
        odds.y.range = (-reach, reach);
    }
    figure(panels, summary(state, tr!("Decision intervals on the line"), Some(verdict)))
}

/// Axes of the right size.
pub(super) fn empty(state: &Classifier) -> Figure {
    figure(panels(state), summary(state, "", None))
}

fn panels(state: &Classifier) -> Vec<Panel> {
    let axis = line(&state.common.target.mixture(), LINE);
    let range = (axis.low, axis.high);
    let mut strips = Panel::new(
        Axis::linear("x", range).unlabelled(),
        Axis::linear(tr!("label"), (-0.5, 2.5)).unlabelled(),
    );
    for (row, name) in rule_names().iter().rev().enumerate() {
        let text = (*name).to_owned();
        strips.layers.push(Layer::Text { x: axis.low, y: row as f64, text, role: Role::Exact });
    }
    for y in [0.5, 1.5] {
        strips.layers.push(Layer::HLine { y, role: Role::Exact, dash: Dash::Solid, label: None });
    }
    let mut panels = vec![
        Panel::new(Axis::linear("x", range).unlabelled(), Axis::linear(tr!("p(c) p(x | c)"), (0.0, 1.0))),
        strips,
    ];
    if state.classes() > 1 {
        let mut odds = Panel::new(
            Axis::linear("x", range),
            Axis::linear(tr!("log-odds of class 0 (nats)"), (-10.0, 10.0)),
        );
        odds.layers.push(Layer::HLine { y: 0.0, role: Role::Muted, dash: Dash::Solid, label: None });
        panels.push(odds);
    }
    panels
}

fn figure(panels: Vec<Panel>, summary: String) -> Figure {
    let weights = [1.2, 0.7, 1.4];
    let rows = panels.into_iter().zip(weights).map(|(panel, weight)| Row::new(vec![panel]).weight(weight));
    Figure { summary, rows: rows.collect() }
}

/// The number of each class beside the peak of its density.
fn class_names(state: &Classifier, reply: &RegionsReply, at: &[f64]) -> Vec<Layer> {
    let peak = |class: usize| {
        let values = reply.logits[0].iter().skip(class).step_by(reply.classes);
        let places = at.iter().zip(values);
        places.fold((f64::NAN, f64::NEG_INFINITY), |best, (x, l)| if *l > best.1 { (*x, *l) } else { best })
    };
    // Without a class there is nothing to number.
    if numbers(state).is_empty() {
        return Vec::new();
    }
    (0..reply.classes)
        .map(|class| {
            let (x, logit) = peak(class);
            Layer::Text { x, y: logit.exp(), text: tr!("class {}", class), role: Role::Exact }
        })
        .collect()
}

/// The class of each interval that is wide enough for a number and clear of the rule's name.
fn interval_names(labels: &[usize], at: &[f64], y: f64) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut start = 0;
    for run in labels.chunk_by(|a, b| a == b) {
        let (middle, wide) = (start + run.len() / 2, run.len() * 25 >= labels.len());
        if wide && middle * 4 > labels.len() {
            let text = run[0].to_string();
            layers.push(Layer::Text { x: at[middle], y, text, role: Role::Exact });
        }
        start += run.len();
    }
    layers
}

/// `log p(0 | x) - log p(not 0 | x)`.
fn log_odds(logits: &[f64]) -> f64 {
    let top = logits[1..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let rest = top + logits[1..].iter().map(|l| (l - top).exp()).sum::<f64>().ln();
    logits[0] - rest
}
