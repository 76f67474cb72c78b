//! The target pad without its page: what it shows of a target, and what handles and strokes do to it.
//!
//! A component's handles stand at its mean and along the principal axes of its covariance
//! `Σ = s₁² u uᵀ + s₂² v vᵀ`, with `u = (cos θ, sin θ)` and `v` across. A handle changes `θ`, `s₁` or `s₂`
//! and never an entry of `Σ`, so that the covariance stays positive definite by construction. Entries are
//! then rounded to a thousandth of `s₂²` or less, which moves an eigenvalue by no more than that (Weyl).
//!
//! Left out on purpose: pixels, pointers and keys, which are the page's.

use super::common::{DataSet, Target};
use super::density::jobs::{interval, square};
use super::figures::{DEPTH, short};
use crate::math::{Component, Covariance, Mixture, Scratch};
use crate::permalink::write_number;
use crate::plot::contour::levels_below;
use crate::plot::{Axis, ColourScale, Figure, Grid, Layer, Panel, Role, Row};
use crate::words::tr;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// An interval of x₁ or x₂.
pub type Range = (f64, f64);

/// What a pad without points shows.
pub const EMPTY: Range = (-4.0, 4.0);
/// Points along a side of the map, where components are few.
const SIDE: usize = 48;
/// Points along the curve.
const CURVE: usize = 193;
/// Evaluations of a component that fit into a few milliseconds in a browser.
const BUDGET: usize = 90_000;
/// The same for the products of two factors that a data set needs.
const PRODUCTS: usize = 2_500_000;

/// What a handle of a component moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// The mean.
    Mean,
    /// The first principal axis: its direction and its standard deviation. In one dimension the
    /// standard deviation.
    First,
    /// The standard deviation across.
    Second,
}

/// Standard deviations along the principal axes, and the direction of the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// `θ`, the angle from the x₁ axis.
    pub angle: f64,
    /// `s₁`.
    pub first: f64,
    /// `s₂`; the same as the first in one dimension.
    pub second: f64,
}

impl Spread {
    /// Of a component of one or two dimensions; the first axis is the longer one.
    pub fn of(component: &Component) -> Self {
        let round = |v: f64| Self { angle: 0.0, first: v.sqrt(), second: v.sqrt() };
        let (a, b, c) = match &component.covariance {
            Covariance::Isotropic(v) => return round(*v),
            Covariance::Diagonal(v) => match v[..] {
                [a, c] => (a, 0.0, c),
                _ => return round(v.first().copied().unwrap_or(1.0)),
            },
            Covariance::Full(m) => match m[..] {
                [a, b, _, c] => (a, b, c),
                _ => return round(m.first().copied().unwrap_or(1.0)),
            },
        };
        let radius = (0.5 * (a - c)).hypot(b);
        let large = 0.5 * (a + c) + radius;
        // The product of the eigenvalues is the determinant; their difference would cancel.
        let small = (a * c - b * b) / large;
        let angle = if radius > 1e-9 * large { 0.5 * (2.0 * b).atan2(a - c) } else { 0.0 };
        Self { angle, first: large.sqrt(), second: small.max(0.0).sqrt() }
    }

    /// The covariance, with entries of few digits.
    pub fn covariance(&self, dim: usize) -> Covariance {
        let smallest = self.first.min(self.second).powi(2);
        let entry = |v: f64| round_to(v, 10f64.powf(smallest.log10().floor() - 3.0));
        if dim == 1 {
            return Covariance::Isotropic(entry(self.first * self.first));
        }
        let (sin, cos) = self.angle.sin_cos();
        let (p, q) = (self.first * self.first, self.second * self.second);
        let off = entry((p - q) * sin * cos);
        let (a, c) = (entry(p * cos * cos + q * sin * sin), entry(p * sin * sin + q * cos * cos));
        Covariance::Full(vec![a, off, off, c])
    }

    /// Unit vectors along the axes.
    pub fn axes(&self) -> [[f64; 2]; 2] {
        let (sin, cos) = self.angle.sin_cos();
        [[cos, sin], [-sin, cos]]
    }

    /// Closed outline at one standard deviation around a mean.
    pub fn outline(&self, mean: [f64; 2]) -> Vec<[f64; 2]> {
        let [u, v] = self.axes();
        let at = |i: i32| {
            let (s, c) = (TAU * f64::from(i) / 48.0).sin_cos();
            let (p, q) = (self.first * c, self.second * s);
            [mean[0] + p * u[0] + q * v[0], mean[1] + p * u[1] + q * v[1]]
        };
        (0..48).map(at).collect()
    }
}

/// The spreads of components: those that are known stay while they give the same covariance, so that
/// handles do not change places where one axis becomes longer than the other.
pub fn spreads(known: &[Spread], components: &[Component]) -> Vec<Spread> {
    components
        .iter()
        .enumerate()
        .map(|(i, component)| {
            let same = |s: &&Spread| s.covariance(component.mean.len()) == component.covariance;
            known.get(i).filter(same).copied().unwrap_or_else(|| Spread::of(component))
        })
        .collect()
}

/// A component after one of its handles was moved: by a new place of the mean, or a new end of an
/// axis, `to`. In one dimension the first number counts.
pub fn moved(
    component: &Component,
    spread: Spread,
    handle: Handle,
    to: [f64; 2],
    ranges: &[Range],
) -> (Component, Spread) {
    let dim = component.mean.len();
    let mut new = component.clone();
    if handle == Handle::Mean {
        new.mean = to.iter().zip(ranges).take(dim).map(|(v, range)| snap(*v, *range)).collect();
        return (new, spread);
    }
    let way = [0, 1].map(|i| new.mean.get(i).map_or(0.0, |m| to[i] - m));
    let least = ranges.first().map_or(1e-3, |r| (r.1 - r.0) / 500.0);
    let mut turned = spread;
    match handle {
        _ if dim == 1 => (turned.first, turned.second) = (way[0].abs().max(least), way[0].abs().max(least)),
        Handle::First => {
            turned.first = way[0].hypot(way[1]).max(least);
            turned.angle = way[1].atan2(way[0]);
        }
        _ => {
            let [_, v] = spread.axes();
            turned.second = (way[0] * v[0] + way[1] * v[1]).abs().max(least);
        }
    }
    new.covariance = turned.covariance(dim);
    (new, turned)
}

/// A component to add at a place: as heavy as the others are on average, a sixteenth of the pad wide.
pub fn fresh(others: &[Component], at: [f64; 2], ranges: &[Range]) -> Component {
    let width = ranges.first().map_or(0.5, |r| (r.1 - r.0) / 16.0);
    let spread = Spread { angle: 0.0, first: width, second: width };
    let mean: Vec<f64> = at.iter().zip(ranges).map(|(v, range)| snap(*v, *range)).collect();
    let weight = others.iter().map(|c| c.weight).sum::<f64>() / others.len().max(1) as f64;
    let weight = if weight > 0.0 { round_to(weight, 10f64.powf(weight.log10().floor() - 2.0)) } else { 1.0 };
    Component { weight, covariance: spread.covariance(mean.len()), mean }
}

/// What a pad shows of a target: what the density lab's figure does.
pub fn home(mixture: &Mixture) -> Vec<Range> {
    if mixture.dim() == 1 { vec![interval(mixture)] } else { square(mixture).to_vec() }
}

/// Whether a pad can keep its ranges for a target whose own would be `home`: nothing is lost, and
/// nothing is too small.
pub fn keeps(ranges: &[Range], home: &[Range]) -> bool {
    ranges.len() == home.len()
        && ranges.iter().zip(home).all(|(range, home)| {
            let room = 0.02 * (range.1 - range.0);
            home.0 >= range.0 - room && home.1 <= range.1 + room
        })
        && ranges.iter().zip(home).any(|(range, home)| home.1 - home.0 >= 0.5 * (range.1 - range.0))
}

/// A coordinate rounded to about a thousandth of a range, so that links stay short.
pub fn snap(value: f64, (low, high): Range) -> f64 {
    round_to(value, 10f64.powf(((high - low) / 300.0).log10().floor()))
}

/// A multiple of a power of ten; the reciprocal keeps decimal fractions short.
fn round_to(value: f64, unit: f64) -> f64 {
    let per_unit = (1.0 / unit).round();
    // `+ 0.0` for a zero without a sign.
    if per_unit > 1.0 {
        (value * per_unit).round() / per_unit + 0.0
    } else {
        (value / unit).round() * unit + 0.0
    }
}

/// Places along a straight way at equal distances, the first one that far from its start.
pub fn along(from: [f64; 2], to: [f64; 2], spacing: f64) -> Vec<[f64; 2]> {
    let way = [to[0] - from[0], to[1] - from[1]];
    let length = way[0].hypot(way[1]);
    let count = if spacing > 0.0 { (length / spacing).min(1e4) as usize } else { 0 };
    let place = |i: usize| {
        let share = i as f64 * spacing / length;
        [from[0] + share * way[0], from[1] + share * way[1]]
    };
    (1..=count).map(place).collect()
}

/// The points that lie outside a disc.
pub fn outside(dim: usize, values: &[f64], centre: &[f64], radius: f64) -> Vec<f64> {
    let far = |point: &&[f64]| distance(point, centre) > radius;
    values.chunks_exact(dim.max(1)).filter(far).flatten().copied().collect()
}

/// The points without the one nearest to a place.
pub fn without_nearest(dim: usize, values: &[f64], at: &[f64]) -> Vec<f64> {
    let points: Vec<&[f64]> = values.chunks_exact(dim.max(1)).collect();
    let nearest =
        (0..points.len()).min_by(|a, b| distance(points[*a], at).total_cmp(&distance(points[*b], at)));
    let kept = points.iter().enumerate().filter(|(i, _)| Some(*i) != nearest);
    kept.flat_map(|(_, point)| point.iter().copied()).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// The pad's picture: a small map of the log-density with contours, or the curve of the density.
pub fn picture(target: &Target, mixture: &Mixture, ranges: &[Range]) -> Figure {
    let summary = match target {
        Target::Points(data) => tr!(
            "{} points, a Gaussian of standard deviation {} around each.",
            data.points.len(),
            short(data.bandwidth())
        ),
        _ => tr!("A mixture of {} Gaussians.", mixture.len()),
    };
    let panel = match ranges {
        // A target of another dimension is another pad's.
        _ if ranges.len() != mixture.dim() => Panel::new(Axis::linear("", EMPTY), Axis::linear("", EMPTY)),
        [x] => curve(mixture, *x),
        [x, y] => map(target, mixture, *x, *y),
        _ => Panel::new(Axis::linear("", EMPTY), Axis::linear("", EMPTY)),
    };
    Figure { summary, rows: vec![Row::new(vec![panel])] }
}

fn curve(mixture: &Mixture, range: Range) -> Panel {
    // Thousands of kernels need fewer places; then they are smooth, too.
    let count = (2 * BUDGET / mixture.len().max(1)).clamp(33, CURVE);
    let (zero, mut scratch) = (mixture.at_zero(), Scratch::default());
    let x = |i: usize| range.0 + (range.1 - range.0) * i as f64 / (count - 1) as f64;
    let points: Vec<(f64, f64)> =
        (0..count).map(|i| (x(i), zero.log_density(&[x(i)], &mut scratch).exp())).collect();
    let top = points.iter().map(|p| p.1).fold(f64::MIN_POSITIVE, f64::max);
    Panel::new(Axis::linear("", range), Axis::linear("", (0.0, 1.12 * top)))
        .layer(Layer::line(points, Role::Exact))
}

fn map(target: &Target, mixture: &Mixture, x: Range, y: Range) -> Panel {
    let grid = Arc::new(match target {
        Target::Points(data) => kernels(data, x, y),
        _ => mixture_grid(mixture, x, y),
    });
    let top = grid.finite_range().map_or(0.0, |r| r.1);
    Panel::new(Axis::linear("", x), Axis::linear("", y))
        .equal()
        .layer(Layer::raster(grid.clone(), ColourScale::sequential((top - DEPTH, top))))
        .layer(Layer::Contours { grid, levels: levels_below(top, DEPTH, 4), role: None })
}

fn places(count: usize, range: Range) -> Vec<f64> {
    (0..count).map(|i| range.0 + (range.1 - range.0) * i as f64 / (count - 1) as f64).collect()
}

fn mixture_grid(mixture: &Mixture, x: Range, y: Range) -> Grid {
    let side = ((BUDGET / mixture.len().max(1)) as f64).sqrt() as usize;
    let side = side.clamp(16, SIDE);
    let (zero, mut scratch) = (mixture.at_zero(), Scratch::default());
    let mut values = Vec::with_capacity(side * side);
    for second in places(side, y) {
        for first in places(side, x) {
            values.push(zero.log_density(&[first, second], &mut scratch));
        }
    }
    Grid { nx: side, ny: side, x, y, values }
}

/// The log-density of a data set: its kernels are products of a factor in x₁ and one in x₂, so a point
/// costs one exponential a column and one a row. Kernels narrower than the cells are drawn as wide.
fn kernels(data: &DataSet, x: Range, y: Range) -> Grid {
    let values = data.points.values();
    let count = values.len() / 2;
    let side = (((PRODUCTS / count.max(1)) as f64).sqrt() as usize).clamp(24, SIDE);
    let cell = (x.1 - x.0) / (side - 1) as f64;
    let h = data.bandwidth().max(0.6 * cell);
    let (columns, rows) = (places(side, x), places(side, y));
    let factor = |place: f64, centre: f64| (-0.5 * ((place - centre) / h).powi(2)).exp();
    let mut sums = vec![0.0; side * side];
    let mut across = vec![0.0; side];
    for point in values.chunks_exact(2) {
        across.iter_mut().zip(&columns).for_each(|(f, place)| *f = factor(*place, point[0]));
        for (row, place) in sums.chunks_exact_mut(side).zip(&rows) {
            let share = factor(*place, point[1]);
            // Less than the map shows.
            if share > 1e-9 {
                row.iter_mut().zip(&across).for_each(|(sum, f)| *sum += share * f);
            }
        }
    }
    let norm = (count as f64 * 2.0 * PI * h * h).ln();
    // Far from all points: below whatever the map shows, and a number.
    let values = sums.iter().map(|s| f64::max(s.ln() - norm, -700.0)).collect();
    Grid { nx: side, ny: side, x, y, values }
}

/// A place in words.
pub fn words(place: &[f64]) -> String {
    let numbers: Vec<String> =
        place.iter().map(|v| write_number(round_to(*v, 1e-3)).replace('-', "−")).collect();
    if numbers.len() == 1 { numbers.concat() } else { format!("({})", numbers.join(", ")) }
}

#[cfg(test)]
mod tests;
