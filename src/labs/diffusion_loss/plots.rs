//! From replies to figures. Pure: the same reply gives the same figure.

mod chain;
mod heads;
mod minimisers;

pub use chain::{chain, largest_error};
pub use heads::{findings, heads};
pub use minimisers::minimisers;

use super::jobs::{CURVE, Item, order, range};
use super::state::DiffusionLoss;
use crate::compute::LossesReply;
use crate::labs::density::jobs::place;
use crate::labs::figures::{padded, short};
use crate::math::diffusion_loss::{Weighting, weight_curve};
use crate::math::{Time, fit_line};
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row, ticks::fixed};
use crate::words::tr;

/// Losses this far above their least value are not what a figure is about, nats.
const DEPTH: f64 = 12.0;

/// Place of `-log p(x|z)` beside the losses.
const EXACT: usize = 5;

/// `λ` in the figure of weights.
const LAMBDAS: (f64, f64) = (-12.0, 12.0);

/// Name of a weighting beside its curve and in tables.
pub fn name(weighting: Weighting) -> &'static str {
    match weighting {
        Weighting::Formula => tr!("formula"),
        Weighting::Uniform => tr!("uniform"),
        Weighting::TruncatedSnr => tr!("truncated SNR"),
        Weighting::Edm => "EDM",
        Weighting::MinSnr => "min-SNR",
    }
}

/// How a weighting's curve is drawn: the formula and the uniform weights have their colours in all
/// labs; of the others the chosen one stands out.
fn look(weighting: Weighting, chosen: Weighting) -> (Role, Dash, f64) {
    let role = match weighting {
        Weighting::Formula => Role::Formula,
        Weighting::Uniform => Role::Uniform,
        _ if weighting == chosen => Role::Accent,
        _ => Role::Muted,
    };
    let dash = match weighting {
        Weighting::TruncatedSnr => Dash::Dashed,
        Weighting::Edm => Dash::Dotted,
        _ => Dash::Solid,
    };
    (role, dash, if weighting == chosen { 2.5 } else { 1.5 })
}

/// The weightings with their places in replies, the chosen one last, so that it lies on top.
fn drawn(chosen: Weighting) -> impl Iterator<Item = (usize, Weighting)> {
    let all = || Weighting::ALL.into_iter().enumerate();
    all().filter(move |(_, w)| *w != chosen).chain(all().filter(move |(_, w)| *w == chosen))
}

/// A least-squares line's slope, and the share of the variance that it explains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Slope.
    pub slope: f64,
    /// `R²`.
    pub r_squared: f64,
}

/// The line through points; NaN where there is none.
pub fn fit(points: &[(f64, f64)]) -> Fit {
    let Some(line) = fit_line(points) else { return Fit { slope: f64::NAN, r_squared: f64::NAN } };
    let mean = points.iter().map(|p| p.1).sum::<f64>() / points.len() as f64;
    let total: f64 = points.iter().map(|p| (p.1 - mean).powi(2)).sum();
    let left: f64 = points.iter().map(|p| (p.1 - line.intercept - line.slope * p.0).powi(2)).sum();
    Fit { slope: line.slope, r_squared: 1.0 - left / total }
}

/// Numbers of a reply in the order of the figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sorted {
    /// Along the curve.
    pub curve: Vec<Point>,
    /// Drawn from the target.
    pub scatter: Vec<Point>,
}

/// A point with its losses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// `x`, for points on the curve.
    pub x: f64,
    /// The losses in the order of [`Weighting::ALL`], then `-log p(x|z)`.
    pub values: [f64; 6],
}

/// Sorts a reply, or as much of it as there is.
pub fn sorted(state: &DiffusionLoss, reply: &LossesReply) -> Sorted {
    let along = range(&state.common.target.mixture());
    let mut sorted = Sorted::default();
    for (item, (exact, losses)) in order().into_iter().zip(reply.exact.iter().zip(&reply.losses)) {
        let [a, b, c, d, e] = *losses;
        let values = [a, b, c, d, e, *exact];
        match item {
            Item::Curve(i) => sorted.curve.push(Point { x: place(along, i, CURVE), values }),
            Item::Scatter(_) => sorted.scatter.push(Point { x: f64::NAN, values }),
        }
    }
    sorted.curve.sort_by(|a, b| a.x.total_cmp(&b.x));
    sorted
}

/// The slopes and `R²` of all weightings over the scatter.
pub fn fits(sorted: &Sorted) -> [Fit; 5] {
    [0, 1, 2, 3, 4]
        .map(|k| fit(&sorted.scatter.iter().map(|p| (p.values[EXACT], p.values[k])).collect::<Vec<_>>()))
}

/// The main figure: losses over `x`, and over points of the target against `-log p(x|z)`.
pub fn main(state: &DiffusionLoss, reply: &LossesReply, narrow: bool) -> Figure {
    let sorted = sorted(state, reply);
    let panels = [curves(state, &sorted), scatter(state, &sorted)];
    let rows = if narrow {
        panels.map(|panel| Row::new(vec![panel])).to_vec()
    } else {
        vec![Row::new(panels.to_vec())]
    };
    let fits = fits(&sorted);
    let words: Vec<String> = Weighting::ALL
        .iter()
        .zip(fits)
        .filter(|(_, fit)| fit.slope.is_finite())
        .map(|(w, fit)| format!("{} {} ({})", name(*w), fixed(fit.slope, 3), fixed(fit.r_squared, 3)))
        .collect();
    let summary = tr!(
        "Left: the loss by each weighting and −log p over x, each less its least value, in nats. Right: the loss against −log p for points drawn from the target. Slopes, with R² in brackets: {}.",
        if words.is_empty() { tr!("being computed").to_owned() } else { words.join("; ") }
    );
    Figure { summary, rows }
}

fn curves(state: &DiffusionLoss, sorted: &Sorted) -> Panel {
    let target = state.common.target.mixture();
    let line = |k: usize| -> Vec<(f64, f64)> {
        let values = || sorted.curve.iter().map(|p| p.values[k]);
        let least = values().filter(|v| v.is_finite()).fold(f64::INFINITY, f64::min);
        sorted.curve.iter().zip(values()).map(|(p, value)| (p.x, value - least)).collect()
    };
    let exact = line(EXACT);
    let top = exact.iter().map(|p| p.1).filter(|v| v.is_finite()).fold(1.0, f64::max).min(DEPTH);
    let label =
        if target.dim() == 1 { "x".to_owned() } else { tr!("x₂, with x₁ = {}", state.z(&target)) };
    let mut panel = Panel::new(
        Axis::linear(label.replace('-', "−"), range(&target)),
        Axis::linear(tr!("above the least (nats)"), (-0.04 * top, top)),
    )
    .title(tr!("the loss over x"));
    panel.layers.push(Layer::Line {
        points: exact,
        role: Role::Exact,
        dash: Dash::Solid,
        width: 4.5,
        label: Some("−log p".into()),
    });
    for (k, weighting) in drawn(state.weights) {
        let (role, dash, width) = look(weighting, state.weights);
        let points = line(k);
        panel.layers.push(Layer::Line { points, role, dash, width, label: Some(name(weighting).into()) });
    }
    panel
}

fn scatter(state: &DiffusionLoss, sorted: &Sorted) -> Panel {
    let count = sorted.scatter.len().max(1) as f64;
    let mean = |k: usize| sorted.scatter.iter().map(|p| p.values[k]).sum::<f64>() / count;
    // A loss is only known up to a constant: the clouds have their middle in common.
    let cloud = |k: usize| -> Vec<(f64, f64)> {
        let shift = mean(EXACT) - mean(k);
        sorted.scatter.iter().map(|p| (p.values[EXACT], p.values[k] + shift)).collect()
    };
    let shown: Vec<(usize, Weighting)> =
        drawn(state.weights).filter(|(_, w)| *w == state.weights || *w == Weighting::Formula).collect();
    let clouds: Vec<Vec<(f64, f64)>> = shown.iter().map(|(k, _)| cloud(*k)).collect();
    let x = padded(sorted.scatter.iter().map(|p| p.values[EXACT]));
    let y = padded(clouds.iter().flatten().flat_map(|p| [p.0, p.1]));
    let mut panel =
        Panel::new(Axis::linear(tr!("−log p (nats)"), x), Axis::linear(tr!("loss, shifted (nats)"), y))
            .title(tr!("points of the target"));
    panel.layers.push(
        Layer::line(vec![(x.0, x.0), (x.1, x.1)], Role::Exact).dashed(Dash::Dashed).labelled(tr!("slope 1")),
    );
    for ((k, weighting), points) in shown.into_iter().zip(clouds) {
        let (role, ..) = look(weighting, state.weights);
        let slope = fit(&points).slope;
        let label = if slope.is_finite() {
            format!("{} {}", name(weighting), fixed(slope, 2))
        } else {
            name(weighting).to_owned()
        };
        let radius = if k == 0 { 3.5 } else { 2.5 };
        panel.layers.push(Layer::Points { points, error_bars: None, role, radius, label: Some(label) });
    }
    panel
}

/// What each weighting weighs along `λ`, relative to the formula.
pub fn weights(state: &DiffusionLoss) -> Figure {
    let ticks = [0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999]
        .into_iter()
        .filter_map(|t| Some((Time::from_t(t)?.lambda(), t.to_string())))
        .collect();
    let mut panel = Panel::new(
        Axis::linear(tr!("λ = log(t/(1−t)): data on the left, noise on the right"), LAMBDAS)
            .secondary("t", ticks),
        Axis::log(tr!("weight relative to the formula"), (1e-3, 1e3)),
    );
    let mut words = Vec::new();
    for (_, weighting) in drawn(state.weights) {
        let (role, dash, width) = look(weighting, state.weights);
        let points: Vec<(f64, f64)> =
            weight_curve(weighting, &state.spec(), LAMBDAS).into_iter().filter(|p| p.1 > 0.0).collect();
        if let Some(most) = points.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a })
            && weighting != Weighting::Formula
        {
            words.push(tr!("{} has most, {}, at λ = {}", name(weighting), short(most.1), fixed(most.0, 1)));
        }
        panel.layers.push(Layer::Line { points, role, dash, width, label: Some(name(weighting).into()) });
    }
    let summary = tr!(
        "Weight on the noise-prediction error per unit of λ relative to the formula’s, which is the same everywhere; on a logarithmic axis. {}.",
        words.join("; ")
    );
    Figure { summary, rows: vec![Row::new(vec![panel])] }
}
