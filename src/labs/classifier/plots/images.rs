//! The figure of the digits: which label the chosen weights give to which digit, accuracy against draws, and
//! images that a rule labels wrongly.

use super::ROLES;
use crate::compute::ImagesReply;
use crate::labs::classifier::Classifier;
use crate::labs::classifier::images::{accuracy, share, truth};
use crate::labs::classifier::verdict::{rule_names, wilson};
use crate::labs::density::plots::many::thumbnail;
use crate::labs::digits::{Digits, digits};
use crate::labs::figures::{NARROW, short};
use crate::plot::{
    Axis, ColourScale, Dash, Figure, Grid, Layer, Panel, Role, Row, Shading, preferred_height,
};
use crate::words::tr;
use std::sync::Arc;

/// Digits.
const CLASSES: usize = 10;

/// The figure; before any number has come, its axes. `narrow` for phones.
pub fn main(state: &Classifier, reply: &ImagesReply, narrow: bool) -> Figure {
    let (confusion, curves) = (confusion(state, reply, narrow), curves(state, reply));
    let wrong = wrong(state, reply, if narrow { 4 } else { 12 });
    let rows = if narrow {
        vec![Row::new(vec![confusion]).weight(1.4), Row::new(vec![curves]), Row::new(vec![wrong]).weight(0.5)]
    } else {
        vec![Row::new(vec![confusion, curves]).weight(1.4), Row::new(vec![wrong]).weight(0.42)]
    };
    Figure { summary: summary(state, reply), rows }
}

/// The height of the figure on the page: room for the cells and the pictures.
pub fn height(figure: &Figure, width: f64) -> f64 {
    let most = if width < NARROW { 1000.0 } else { (0.72 * width).clamp(560.0, 740.0) };
    preferred_height(figure, width).min(most)
}

/// How many images of each digit get which label by the chosen weights.
pub fn counts(state: &Classifier, reply: &ImagesReply) -> Vec<usize> {
    let mut counts = vec![0; CLASSES * CLASSES];
    for (truth, label) in truth(reply).iter().zip(&reply.labels[state.chosen()]) {
        if let Some(count) = counts.get_mut(usize::from(*truth) * CLASSES + usize::from(*label)) {
            *count += 1;
        }
    }
    counts
}

fn confusion(state: &Classifier, reply: &ImagesReply, narrow: bool) -> Panel {
    let last = (CLASSES - 1) as f64;
    let (ends, turned) = ((-0.5, last + 0.5), (last + 0.5, -0.5));
    let rule = rule_names()[state.chosen()];
    let title =
        if narrow { tr!("labels by {}", rule) } else { tr!("digits, in rows, and labels by {}", rule) };
    let mut panel = Panel::new(
        Axis::linear(tr!("label"), ends).unlabelled(),
        Axis::linear(tr!("digit"), turned).unlabelled(),
    )
    .title(title);
    // Roots, so that a few show beside many.
    let scale = ColourScale::ink((0.0, 1.25));
    let counts = counts(state, reply);
    let rows: Vec<usize> = counts.chunks_exact(CLASSES).map(|row| row.iter().sum()).collect();
    let strength = |(i, count): (usize, &usize)| (*count as f64 / rows[i / CLASSES].max(1) as f64).sqrt();
    let values: Vec<f64> = counts.iter().enumerate().map(strength).collect();
    let grid = Grid { nx: CLASSES, ny: CLASSES, x: (0.0, last), y: (0.0, last), values: values.clone() };
    panel.layers.push(Layer::Raster { grid: Arc::new(grid), scale, shading: Shading::Nearest });
    for (i, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let (x, y) = ((i % CLASSES) as f64, (i / CLASSES) as f64);
        panel.layers.push(Layer::Cell { x, y, text: count.to_string(), over: Some((scale, values[i])) });
    }
    let names = || (0..CLASSES).map(|class| (class as f64, class.to_string())).collect();
    panel.x = panel.x.secondary("", names());
    panel.y = panel.y.secondary("", names());
    panel
}

fn curves(state: &Classifier, reply: &ImagesReply) -> Panel {
    let n = reply.labels[0].len();
    let share_of = |right: usize| right as f64 / n.max(1) as f64;
    let shares = reply.curves.iter().flatten().map(|p| share_of(p.1));
    let low = shares.map(|share| wilson(share, n).0).fold(0.9, f64::min);
    let last = reply.curves[0].last().map_or(state.draws, |p| p.0 as f64).max(2.0);
    let mut panel = Panel::new(
        Axis::log(tr!("draws a class"), (0.85, 1.2 * last)),
        Axis::linear(tr!("accuracy"), ((low - 0.02).max(0.0), 1.01)),
    )
    .title(tr!("accuracy against draws"));
    if n == 0 {
        return panel;
    }
    let label = Some(tr!("Bayes’ rule").to_owned());
    let bayes = accuracy(reply)[0];
    panel.layers.push(Layer::HLine { y: bayes, role: Role::Exact, dash: Dash::Solid, label });
    for (curve, rule) in reply.curves.iter().zip([1, 2]) {
        let points: Vec<(f64, f64)> = curve.iter().map(|p| (p.0 as f64, share_of(p.1))).collect();
        let bars = points.iter().map(|p| wilson(p.1, n)).collect();
        panel.layers.push(Layer::line(points.clone(), ROLES[rule]).labelled(rule_names()[rule]));
        let (error_bars, role) = (Some(bars), ROLES[rule]);
        panel.layers.push(Layer::Points { points, error_bars, role, radius: 2.5, label: None });
    }
    panel
}

/// Images that Bayes' rule or the chosen weights label wrongly, with all three labels.
fn wrong(state: &Classifier, reply: &ImagesReply, most: usize) -> Panel {
    let reach = (-0.5, most as f64 - 0.5);
    let mut panel = Panel::new(
        Axis::linear("", reach).unlabelled(),
        Axis::linear("", (0.0, 1.0)).unlabelled(),
    )
    .title(if most > 6 {
        tr!("labelled wrongly: the digit, then its labels by Bayes’ rule, formula’s and uniform weights")
    } else {
        tr!("digit: Bayes, formula, uniform")
    });
    let truth = truth(reply);
    let is_wrong =
        |i: &usize| [0, state.chosen()].iter().any(|rule| reply.labels[*rule].get(*i) != truth.get(*i));
    let images: Vec<_> = digits().into_iter().flat_map(Digits::test).collect();
    for (place, i) in (0..truth.len()).filter(is_wrong).take(most).enumerate() {
        let labels: Vec<String> =
            reply.labels.iter().map(|labels| labels.get(i).map_or(String::new(), u8::to_string)).collect();
        let (x, y) = (place as f64, 0.62);
        panel.layers.push(thumbnail(images[i], (x, y), (0.0, 0.0), 44.0, Role::Muted));
        panel.layers.push(Layer::Cell {
            x,
            y: 0.14,
            text: format!("{}: {}", truth[i], labels.join(" ")),
            over: None,
        });
    }
    panel
}

fn summary(state: &Classifier, reply: &ImagesReply) -> String {
    let n = reply.labels[0].len();
    if n == 0 {
        return tr!("The images held out are being labelled.").to_owned();
    }
    let percent = |share: f64| format!("{} %", short(100.0 * share));
    let [bayes, formula, uniform] = accuracy(reply).map(percent);
    let chosen = state.chosen();
    let agreement = percent(share(&reply.labels[chosen], &reply.labels[0]));
    tr!(
        "Of {} images held out Bayes’ rule labels {} right, the formula’s weights with {} draws a class {}, uniform weights {}. The labels by {} are those of Bayes’ rule on {}. A map of ten by ten counts which digit gets which label by {}; curves show accuracy against draws; below are images that are labelled wrongly.",
        n,
        bayes,
        state.draws,
        formula,
        uniform,
        rule_names()[chosen],
        agreement,
        rule_names()[chosen],
    )
}
