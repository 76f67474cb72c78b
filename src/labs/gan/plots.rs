//! From replies to figures. Pure: the same reply gives the same figure. The equilibrium for the `λ`
//! in force is found here, in about a millisecond, so that a slider needs no new reply.

mod progress;
mod training;

pub use progress::{ideal_loss, progress};
pub use training::{Backdrop, findings, first_the_score, training};

use super::jobs::{CURVE, SIDE};
use super::state::{Gan, LAMBDA};
use crate::compute::{GanField, GanReply, GanWeights};
use crate::labs::density::jobs::{interval, place, square};
use crate::labs::figures::{DEPTH, LogDensityMaps, nice, padded, short};
use crate::math::{Equilibrium, Measures, Mixture};
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::words::tr;

/// One choice of weights at the `λ` in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown<'a> {
    /// What the reply says of it.
    pub field: &'a GanField,
    /// Whether it is the chosen one.
    pub chosen: bool,
    /// The equilibrium.
    pub equilibrium: Equilibrium,
    /// Its measures.
    pub measures: Measures,
}

/// The equilibria of a reply at a state's `λ`, the chosen weights last, that is on top.
pub fn shown<'a>(state: &Gan, reply: &'a GanReply) -> Vec<Shown<'a>> {
    let mut shown: Vec<Shown<'a>> = reply
        .fields
        .iter()
        .map(|field| {
            let equilibrium = Equilibrium::solve(&field.spectrum, state.lambda);
            let measures = equilibrium.measures(&field.spectrum);
            Shown { field, chosen: field.weights == state.weights, equilibrium, measures }
        })
        .collect();
    shown.sort_by_key(|s| s.chosen);
    shown
}

/// The main figure: curves in one dimension, maps in two. `narrow` for phones.
pub fn main(state: &Gan, reply: &GanReply, narrow: bool) -> Option<Figure> {
    let mixture = state.common.target.mixture();
    let shown = shown(state, reply);
    let count = if mixture.dim() == 1 { CURVE } else { SIDE * SIDE };
    if reply.log_density.len() != count {
        return None;
    }
    Some(match mixture.dim() {
        1 => curves(state, &mixture, reply, &shown),
        _ => maps(state, &mixture, reply, shown.last(), narrow),
    })
}

/// Before any number has come.
pub fn empty(state: &Gan, narrow: bool) -> Figure {
    let mixture = state.common.target.mixture();
    match mixture.dim() {
        1 => curves(state, &mixture, &GanReply::default(), &[]),
        _ => maps(state, &mixture, &GanReply::default(), None, narrow),
    }
}

/// Colour, name and line of a choice of weights.
fn look(weights: GanWeights, chosen: bool) -> (Role, &'static str, Dash) {
    let dash = if chosen { Dash::Solid } else { Dash::Dashed };
    match weights {
        GanWeights::Paper => (Role::Generator, tr!("p_G, formula’s weights"), dash),
        GanWeights::Uniform => (Role::Uniform, tr!("p_G, uniform weights"), dash),
    }
}

fn curves(state: &Gan, mixture: &Mixture, reply: &GanReply, shown: &[Shown<'_>]) -> Figure {
    let range = interval(mixture);
    let x = |i: usize| place(range, i, CURVE);
    let line = |value: &dyn Fn(usize) -> f64| -> Vec<(f64, f64)> {
        (0..reply.log_density.len()).map(|i| (x(i), value(i))).collect()
    };
    let data = line(&|i| reply.log_density[i].exp());
    let generator = |s: &Shown<'_>| {
        line(&|i| (reply.log_density[i] + s.equilibrium.log_ratio(s.field.regulariser[i])).exp())
    };
    let densities: Vec<Vec<(f64, f64)>> = shown.iter().map(generator).collect();
    let peak =
        |points: &[(f64, f64)]| points.iter().map(|p| p.1).filter(|y| y.is_finite()).fold(0.0, f64::max);
    let top = densities.iter().map(|d| peak(d)).fold(peak(&data), f64::max).max(1e-300);
    let mut above =
        Panel::new(Axis::linear("x", range).unlabelled(), Axis::linear(tr!("density"), (0.0, 1.08 * top)));
    above.layers.push(Layer::line(data, Role::Data).labelled(tr!("data")));
    let mut middle = Panel::new(Axis::linear("x", range).unlabelled(), Axis::linear("D*(x)", (0.0, 1.0)));
    middle.layers.push(Layer::HLine {
        y: 0.5,
        role: Role::Muted,
        dash: Dash::Dotted,
        label: Some(tr!("cannot tell").into()),
    });
    let mut below =
        Panel::new(Axis::linear("x", range), Axis::linear(tr!("R(x) − min R (nats)"), (0.0, DEPTH)));
    for (s, density) in shown.iter().zip(densities) {
        let (role, name, dash) = look(s.field.weights, s.chosen);
        above.layers.push(Layer::line(density, role).dashed(dash).labelled(name));
        let d = line(&|i| s.equilibrium.discriminator(s.field.regulariser[i]));
        middle.layers.push(Layer::line(d, role).dashed(dash));
        let r = line(&|i| s.field.regulariser[i] - s.field.spectrum.least());
        let name =
            if s.field.weights == GanWeights::Paper { tr!("R, formula’s") } else { tr!("R, uniform") };
        below.layers.push(Layer::line(r, role).dashed(dash).labelled(name));
    }
    Figure {
        summary: summary(
            state,
            shown,
            tr!(
                "Curves over x: the density of the data and that of the generator at equilibrium; below, the discriminator and the regulariser."
            ),
        ),
        rows: vec![Row::new(vec![above]).weight(1.8), Row::new(vec![middle]), Row::new(vec![below])],
    }
}

fn maps(state: &Gan, mixture: &Mixture, reply: &GanReply, shown: Option<&Shown<'_>>, narrow: bool) -> Figure {
    let side = if reply.log_density.is_empty() { 0 } else { SIDE };
    let ratio: Vec<f64> = shown
        .map_or_else(Vec::new, |s| s.field.regulariser.iter().map(|r| s.equilibrium.log_ratio(*r)).collect());
    let generator: Vec<f64> = reply.log_density.iter().zip(&ratio).map(|(l, r)| l + r).collect();
    let largest = |values: &[f64]| values.iter().copied().filter(|v| v.is_finite()).reduce(f64::max);
    let data_top = largest(&reply.log_density).unwrap_or(0.0);
    // Peaks may be as high as one likes; the scale ends a little above the data's.
    let top = largest(&generator).unwrap_or(data_top).clamp(data_top, data_top + 4.0);
    // Where the data are; farther out the ratio falls without end.
    let seen = ratio.iter().zip(&reply.log_density).filter(|(_, l)| **l > data_top - 3.0);
    let reach = nice(seen.map(|(r, _)| r.abs()).fold(0.1, f64::max).min(5.0));
    let rows = LogDensityMaps {
        square: square(mixture),
        side,
        titles: [tr!("data"), tr!("generator"), tr!("log(generator / data)")],
        values: [reply.log_density.clone(), generator, ratio],
        top,
        reach,
        difference: tr!("log-ratio (nats)"),
        levels: vec![0.0],
        narrow,
    }
    .rows();
    let what = tr!(
        "Three maps of the plane: the log-density of the data, that of the generator at equilibrium, and their difference."
    );
    Figure { summary: summary(state, shown.map_or(&[][..], std::slice::from_ref), what), rows }
}

fn summary(state: &Gan, shown: &[Shown<'_>], what: &str) -> String {
    let numbers = shown.iter().rev().map(|s| {
        let sentence = tr!(
            "With {} and λ = {}: KL {}, JS {}, total variation {}, entropy {} nats; D* at the least R is {}.",
            weights_name(s.field.weights),
            short(state.lambda),
            short(s.measures.kl),
            short(s.measures.js),
            short(s.measures.tv),
            short(s.measures.entropy),
            short(s.equilibrium.discriminator(s.equilibrium.least)),
        );
        format!(" {sentence}")
    });
    format!("{what}{}", numbers.collect::<String>())
}

/// Name of a choice of weights.
pub fn weights_name(weights: GanWeights) -> &'static str {
    match weights {
        GanWeights::Paper => tr!("formula’s weights"),
        GanWeights::Uniform => tr!("uniform weights"),
    }
}

/// A measure of the figure over `λ`: title, label of the axis, value.
type Measure = (&'static str, &'static str, fn(&Equilibrium, &Measures) -> f64);

fn measures() -> [Measure; 6] {
    let (nats, probability) = (tr!("nats"), tr!("probability"));
    [
        (tr!("KL(generator || data)"), nats, |_, m| m.kl),
        (tr!("Jensen–Shannon divergence"), nats, |_, m| m.js),
        (tr!("total variation"), probability, |_, m| m.tv),
        (tr!("entropy of the generator"), nats, |_, m| m.entropy),
        (tr!("mass outside the data’s 95 %"), probability, |_, m| m.outside),
        (tr!("D* at the mode"), probability, |e, _| e.discriminator(e.least)),
    ]
}

/// The measures over `λ`, for both choices of weights.
pub fn sweep(state: &Gan, reply: Option<&GanReply>, narrow: bool) -> Figure {
    let fields = reply.map_or(&[][..], |r| &r.fields);
    let mut words = Vec::new();
    let panels: Vec<Panel> = measures()
        .into_iter()
        .map(|(title, unit, value)| {
            let all = fields.iter().flat_map(|f| &f.sweep).map(|(e, m)| value(e, m));
            let range = if fields.is_empty() { (0.0, 1.0) } else { padded(all) };
            let mut panel = Panel::new(Axis::linear("λ", (0.0, LAMBDA.max)), Axis::linear(unit, range));
            panel = panel.title(title);
            for field in fields {
                let (role, _, dash) = look(field.weights, field.weights == state.weights);
                let name = if field.weights == GanWeights::Paper { tr!("formula") } else { tr!("uniform") };
                let points: Vec<(f64, f64)> =
                    field.sweep.iter().map(|(e, m)| (e.lambda, value(e, m))).collect();
                if let (Some(first), Some(last)) = (points.first(), points.last()) {
                    words.push(tr!("{}, {}: {} to {}", title, name, short(first.1), short(last.1)));
                }
                panel.layers.push(Layer::line(points, role).dashed(dash).labelled(name));
            }
            panel.layers.push(Layer::VLine {
                x: state.lambda,
                role: Role::Accent,
                dash: Dash::Dotted,
                label: None,
            });
            panel
        })
        .collect();
    let columns = if narrow { 1 } else { 2 };
    let rows = panels.chunks(columns).map(|row| Row::new(row.to_vec())).collect();
    let numbers = if words.is_empty() { tr!("being computed").to_owned() } else { words.join("; ") };
    let summary = tr!("Measures of the generator over λ from 0 to {}: {}.", LAMBDA.max, numbers);
    Figure { summary, rows }
}
