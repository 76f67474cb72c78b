//! From replies to figures: the formula with the learned score beside the truth, held-out log-likelihood and
//! loss over the steps, the error of the score over time, samples.
//!
//! What the learned score changes is evaluated on a coarser grid than the truth is drawn on, and interpolated
//! between its nodes, as is the learned formula where there are hardly any data; the truth is in closed form
//! everywhere.

use super::jobs::places;
use super::state::Learned;
use crate::compute::{DenoiserFindings, TrainingReply};
use crate::labs::density::jobs::{interval, square};
use crate::labs::figures::{DEPTH, LogDensityMaps, bars, histogram, nice, padded, short};
use crate::learn::spec::Scores;
use crate::math::{Mixture, Scratch};
use crate::plot::{Axis, Dash, Figure, Grid, Layer, Panel, Role, Row};
use crate::words::tr;
use std::sync::Arc;

/// Points along the curve, and along a side of the map, at which the truth is drawn.
const FINE: [usize; 2] = [641, 121];
/// Errors below this are drawn there.
const LEAST: f64 = 1e-6;

/// The exact log-density of a target where the figures want it.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    mixture: Mixture,
    /// Nats, along the curve or row by row.
    values: Vec<f64>,
    top: f64,
}

impl Truth {
    /// In closed form; of a target in one or two dimensions.
    pub fn new(mixture: Mixture) -> Self {
        let dim = mixture.dim().clamp(1, 2);
        let (marginal, mut scratch) = (mixture.at_zero(), Scratch::default());
        let places = places(&mixture, FINE[dim - 1]);
        let values: Vec<f64> =
            places.chunks_exact(dim).map(|x| marginal.log_density(x, &mut scratch)).collect();
        let top = values.iter().copied().filter(|v| v.is_finite()).fold(f64::NEG_INFINITY, f64::max);
        drop(marginal);
        Self { mixture, values, top }
    }

    fn is_plane(&self) -> bool {
        self.mixture.dim() == 2
    }
}

/// What the training of a reply found; that of one that has not begun otherwise.
pub fn findings(reply: Option<&TrainingReply>) -> DenoiserFindings {
    match reply.map(|reply| &reply.findings) {
        Some(crate::compute::Findings::Denoiser(found)) => found.clone(),
        _ => DenoiserFindings::default(),
    }
}

/// The main figure: truth, formula with the learned score, and their difference.
pub fn main(truth: &Truth, found: &DenoiserFindings, narrow: bool) -> Figure {
    let trained = found.checks.last().map_or(0, |(steps, _)| *steps);
    if truth.is_plane() { maps(truth, found, trained, narrow) } else { curves(truth, found, trained) }
}

fn about(differences: &[f64], seen: impl Fn(usize) -> bool, trained: usize) -> String {
    let worst = differences.iter().enumerate().filter(|(i, _)| seen(*i)).map(|(_, d)| d.abs());
    if differences.is_empty() {
        return tr!("Nothing has been trained yet.").to_owned();
    }
    let worst = short(worst.filter(|d| d.is_finite()).fold(0.0, f64::max));
    tr!("After {} steps they differ by at most {} nats within {} nats of the peak.", trained, worst, DEPTH)
}

fn curves(truth: &Truth, found: &DenoiserFindings, trained: usize) -> Figure {
    let range = interval(&truth.mixture);
    let xs = places(&truth.mixture, FINE[0]);
    let coarse: Vec<f64> = found.fall.iter().map(|fall| -fall).collect();
    let fine = between(&coarse, xs.len());
    let with = |values: &[f64]| xs.iter().copied().zip(values.iter().copied()).collect::<Vec<_>>();
    let mut above = Panel::new(
        Axis::linear("x", range).unlabelled(),
        Axis::linear(tr!("log-density (nats)"), (truth.top - DEPTH, truth.top + 0.08 * DEPTH)),
    );
    above.layers.push(Layer::line(with(&truth.values), Role::Exact).labelled(tr!("exact")));
    let seen = |i: usize| {
        let at = i * (FINE[0] - 1) / coarse.len().saturating_sub(1).max(1);
        truth.values.get(at).is_some_and(|v| *v > truth.top - DEPTH)
    };
    let mut below =
        Panel::new(Axis::linear("x", range), Axis::linear(tr!("learned − exact (nats)"), (-1.0, 1.0)));
    below.layers.push(Layer::HLine { y: 0.0, role: Role::Muted, dash: Dash::Solid, label: None });
    if !coarse.is_empty() {
        // As on the maps.
        let far = between(&found.values, xs.len());
        let near = |v: f64| v > truth.top - DEPTH && found.compared;
        let both = truth.values.iter().zip(fine.iter().zip(&far));
        let learned: Vec<f64> = both.map(|(v, (d, far))| if near(*v) { v + d } else { *far }).collect();
        above
            .layers
            .push(Layer::line(with(&learned), Role::Formula).dashed(Dash::Dashed).labelled(tr!("learned")));
        let shown = coarse.iter().enumerate().filter(|(i, _)| seen(*i)).map(|(_, d)| *d).chain([0.0]);
        below.y.range = padded(shown);
        let difference: Vec<f64> = learned.iter().zip(&truth.values).map(|(l, v)| l - v).collect();
        below.layers.push(Layer::line(with(&difference), Role::Formula));
    }
    Figure {
        summary: tr!(
            "Log-density of the target and by the formula with the learned score. {}",
            about(&coarse, seen, trained)
        ),
        rows: vec![Row::new(vec![above]).weight(2.0), Row::new(vec![below])],
    }
}

fn maps(truth: &Truth, found: &DenoiserFindings, trained: usize, narrow: bool) -> Figure {
    let side = FINE[1];
    let coarse: Vec<f64> = found.fall.iter().map(|fall| -fall).collect();
    let coarse_side = coarse.len().isqrt();
    let fine = over_square(&coarse, coarse_side, side);
    let near = |v: f64| v > truth.top - DEPTH;
    // The index of a coarse node among the fine ones.
    let place = |k: usize| (k * (side - 1) + (coarse_side - 1) / 2) / coarse_side.saturating_sub(1).max(1);
    let node = |i: usize| place(i / coarse_side.max(1)) * side + place(i % coarse_side.max(1));
    let seen = |i: usize| truth.values.get(node(i)).is_some_and(|v| near(*v));
    let mut sizes: Vec<f64> =
        coarse.iter().enumerate().filter(|(i, d)| d.is_finite() && seen(*i)).map(|(_, d)| d.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    // Most of the picture decides, not its worst corner.
    let reach = nice(sizes.get(sizes.len() * 9 / 10).copied().unwrap_or(1.0).clamp(0.05, DEPTH));
    // Near the data the difference is what is smooth between the nodes, once the score has learned something; else
    // the learned formula is.
    let far = over_square(&found.values, coarse_side, side);
    let learned: Vec<f64> = truth
        .values
        .iter()
        .zip(fine.iter().zip(&far))
        .map(|(v, (d, far))| if near(*v) && found.compared { v + d } else { *far })
        .collect();
    // Where there are hardly any data nothing is learned, and nothing is said.
    let difference =
        truth.values.iter().zip(&learned).map(|(v, l)| if near(*v) { l - v } else { f64::NAN }).collect();
    let summary = tr!(
        "Maps of the log-density of the target, by the formula with the learned score, and their difference. {}",
        about(&coarse, seen, trained)
    );
    let maps = LogDensityMaps {
        square: square(&truth.mixture),
        side,
        titles: [tr!("Truth"), tr!("Learned"), tr!("Learned − truth")],
        values: [truth.values.clone(), learned, difference],
        top: truth.top,
        reach,
        difference: tr!("difference (nats)"),
        levels: Vec::new(),
        narrow,
    };
    Figure { summary, rows: maps.rows() }
}

/// Values at as many equally spaced places, between those of fewer, linearly; nothing for none.
fn between(values: &[f64], count: usize) -> Vec<f64> {
    if values.len() < 2 {
        return vec![f64::NAN; count];
    }
    let along = |i: usize| {
        let at = i as f64 * (values.len() - 1) as f64 / (count - 1) as f64;
        let below = (at as usize).min(values.len() - 2);
        let share = at - below as f64;
        (1.0 - share) * values[below] + share * values[below + 1]
    };
    (0..count).map(along).collect()
}

/// The same over a square, row by row.
fn over_square(values: &[f64], side: usize, fine: usize) -> Vec<f64> {
    if side < 2 || values.len() != side * side {
        return vec![f64::NAN; fine * fine];
    }
    let rows: Vec<Vec<f64>> = values.chunks_exact(side).map(|row| between(row, fine)).collect();
    let mut all = vec![0.0; fine * fine];
    for i in 0..fine {
        let column: Vec<f64> = rows.iter().map(|row| row[i]).collect();
        for (j, value) in between(&column, fine).into_iter().enumerate() {
            all[j * fine + i] = value;
        }
    }
    all
}

/// Mean of the formula with the learned score on held-out points, nats: the truth less what the learned score
/// costs, both scores having the same draws, so that their noise cancels.
pub fn learned(scores: &Scores) -> f64 {
    scores.truth.value - scores.fall.value
}

/// Held-out log-likelihood, and the loss, over the steps.
pub fn progress(state: &Learned, found: &DenoiserFindings, narrow: bool) -> Figure {
    let last = found.checks.last();
    let most = (state.training.steps as f64).max(last.map_or(0.0, |(steps, _)| *steps as f64)).max(100.0);
    let axis = || Axis::log(tr!("steps of training"), (10.0, most));
    let checks: Vec<_> = found.checks.iter().filter(|(steps, _)| *steps >= 10).collect();
    let series = |of: fn(&Scores) -> f64| -> Vec<(f64, f64)> {
        checks.iter().map(|(steps, scores)| (*steps as f64, of(scores))).collect()
    };
    let mut left =
        Panel::new(axis(), Axis::linear(tr!("nats"), (-1.0, 0.0))).title(tr!("Held-out log-density"));
    let mut right =
        Panel::new(axis(), Axis::linear(tr!("loss"), (0.0, 1.0))).title(tr!("Loss of the minibatches"));
    let mut words = tr!("Nothing has been trained yet.").to_owned();
    if let Some((steps, newest)) = last {
        let line =
            |y: f64, role, dash, name: &str| Layer::HLine { y, role, dash, label: Some(name.to_owned()) };
        let curve = series(learned);
        let all = curve.iter().map(|p| p.1).chain([newest.truth.value]);
        left.y.range = padded(all);
        left.layers.push(line(newest.truth.value, Role::Exact, Dash::Solid, tr!("truth")));
        left.layers.push(
            Layer::line(series(|s| s.truth.value - s.predicted.value), Role::Exact).dashed(Dash::Dotted),
        );
        left.layers.push(Layer::line(curve.clone(), Role::Formula).labelled(tr!("learned score")));
        left.layers.push(Layer::points(curve, Role::Formula));
        words = tr!(
            "After {} steps {} nats on held-out points, where the truth is {}.",
            steps,
            short(learned(newest)),
            short(newest.truth.value)
        );
    }
    let losses: Vec<(f64, f64)> = found.losses.points().filter(|(step, _)| *step >= 10.0).collect();
    if !losses.is_empty() {
        right.y.range = padded(losses.iter().map(|p| p.1));
        right.layers.push(Layer::line(losses, Role::Formula));
    }
    Figure {
        summary: tr!("Held-out log-density by the formula and loss over the steps of training. {}", words),
        rows: if narrow {
            vec![Row::new(vec![left]), Row::new(vec![right])]
        } else {
            vec![Row::new(vec![left, right])]
        },
    }
}

/// Error of the learned score over time, and samples.
pub fn score(truth: &Truth, found: &DenoiserFindings, narrow: bool) -> Figure {
    let times = found.checks.last().map_or(&[][..], |(_, scores)| &scores.times[..]);
    let series = |of: fn(&crate::learn::spec::ErrorAt) -> f64| -> Vec<(f64, f64)> {
        times.iter().map(|at| (at.time.lambda(), of(at).max(LEAST))).collect()
    };
    let range =
        times.first().zip(times.last()).map_or((-9.0, 9.0), |(a, b)| (a.time.lambda(), b.time.lambda()));
    let range = if range.0 < range.1 { range } else { (range.0 - 1.0, range.0 + 1.0) };
    let mut left = Panel::new(
        Axis::linear(tr!("λ = log(t/(1−t)): data on the left, noise on the right"), range),
        Axis::log(tr!("error"), (1e-4, 2.0)),
    )
    .title(tr!("Error of the predicted noise"));
    let mut words = String::new();
    if !times.is_empty() {
        let (error, rest) = (series(|at| at.error), series(|at| at.exact));
        let most = rest.iter().map(|p| p.1).fold(1e-3, f64::max);
        let least = error.iter().map(|p| p.1).fold(most, f64::min);
        left.y.range = (0.5 * least, 2.0 * most);
        let worst = times.iter().max_by(|a, b| a.error.total_cmp(&b.error));
        if let Some(worst) = worst {
            words = format!(" {}", tr!("The learned score errs most at λ = {}.", short(worst.time.lambda())));
        }
        left.layers.push(Layer::line(rest, Role::Exact).labelled(tr!("left by the exact score")));
        left.layers.push(Layer::line(error, Role::Formula).labelled(tr!("learned − exact")));
    }
    let right = samples(truth, &found.samples).title(tr!("Samples by DDIM"));
    Figure {
        summary: tr!(
            "Error of the predicted noise over log-SNR, and {} samples by the learned score.",
            found.samples.len() / truth.mixture.dim().max(1)
        ) + &words,
        rows: if narrow {
            vec![Row::new(vec![left]), Row::new(vec![right])]
        } else {
            vec![Row::new(vec![left, right])]
        },
    }
}

/// Samples, `d` numbers each, over the target: dots over iso-lines in the plane, a histogram with the density on
/// the line.
pub fn samples(truth: &Truth, samples: &[f64]) -> Panel {
    if truth.is_plane() { plane(truth, samples) } else { line(truth, samples) }
}

fn plane(truth: &Truth, samples: &[f64]) -> Panel {
    let [x, y] = square(&truth.mixture);
    let side = FINE[1];
    let grid = Arc::new(Grid { nx: side, ny: side, x, y, values: truth.values.clone() });
    let mut panel = Panel::new(Axis::linear("x₁", x), Axis::linear("x₂", y)).equal();
    // Around a Gaussian these are the ellipses of 1, 2 and 3 standard deviations.
    let levels = [0.5, 2.0, 4.5].map(|below| truth.top - below).to_vec();
    panel.layers.push(Layer::Contours { grid, levels, role: Some(Role::Exact) });
    if !samples.is_empty() {
        let points = samples.chunks_exact(2).map(|p| (p[0], p[1])).collect();
        panel.layers.push(Layer::Points {
            points,
            error_bars: None,
            role: Role::Generator,
            radius: if samples.len() > 2000 { 1.2 } else { 1.8 },
            label: None,
        });
    }
    panel
}

fn line(truth: &Truth, samples: &[f64]) -> Panel {
    let range = interval(&truth.mixture);
    let heights = histogram(samples.iter().copied(), range);
    let highest = heights.iter().copied().fold(truth.top.exp(), f64::max);
    let mut panel = Panel::new(Axis::linear("x", range), Axis::linear(tr!("density"), (0.0, 1.1 * highest)));
    if !samples.is_empty() {
        panel.layers.extend(bars(range, &heights, Role::Generator, tr!("samples")));
    }
    let xs = places(&truth.mixture, FINE[0]);
    let density = xs.into_iter().zip(truth.values.iter().map(|v| v.exp())).collect();
    panel.layers.push(Layer::line(density, Role::Exact).labelled(tr!("exact")));
    panel
}
