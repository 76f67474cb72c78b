//! From replies to figures: the particles at a moment, in the plane or on the line, and what accompanies
//! them (`side.rs`).
//!
//! In the plane the particles are shares of cells from the background to their colour, green on the way
//! from the data and purple on the way to them, with the exact `ρ_t` as iso-lines in ink: both are to be
//! seen in either theme. The target's exact density stands beside it on the same square. On the line the
//! density of all times is one map, and the moment is a cut through it below.

mod side;

pub use side::{fitted_order, samplers, schedule, scheme_name};

use super::jobs::{COLUMNS, range};
use super::state::{Forward, process_name};
use crate::compute::{CourseReply, FrameReply};
use crate::labs::figures::{DEPTH, arrows, bars, short};
use crate::math::{self, Process, Time, step_index};
use crate::plot::contour::levels_below;
use crate::plot::{
    Axis, ColourBar, ColourMap, ColourScale, Dash, Figure, Grid, Layer, Panel, Role, Row, Shading,
};
use crate::words::tr;
use std::sync::Arc;

/// How far the map over time reaches down, nats.
const DEPTH_OVER_TIME: f64 = 7.0;

/// The map that stays while the particles move: of the target in the plane, over time on the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Backdrop {
    grid: Arc<Grid>,
    top: f64,
    /// The density's largest value at any time.
    highest: f64,
}

impl Backdrop {
    /// The map of a whole course; `None` while it is not there.
    pub fn new(state: &Forward, reply: &CourseReply) -> Option<Self> {
        let mixture = state.common.target.mixture();
        let range = range(&mixture);
        let top = reply.density.iter().copied().filter(|v| v.is_finite()).fold(f64::NEG_INFINITY, f64::max);
        let (grid, highest) = if mixture.dim() == 2 {
            let side = reply.density.len().isqrt();
            (Grid { nx: side, ny: side, x: range[0], y: range[1], values: reply.density.clone() }, top.exp())
        } else {
            // A column a time becomes a row a place.
            let columns = COLUMNS[1];
            let side = reply.density.len() / columns;
            let values =
                (0..side).flat_map(|k| (0..columns).map(move |c| reply.density[c * side + k])).collect();
            (Grid { nx: columns, ny: side, x: (0.0, state.common.steps), y: range[0], values }, top.exp())
        };
        grid.is_proper().then_some(Self { grid: Arc::new(grid), top, highest })
    }
}

/// Colour of the particles.
fn role(state: &Forward) -> Role {
    if state.process.is_reverse() { Role::Generator } else { Role::Data }
}

/// The main figure.
pub fn main(
    state: &Forward,
    frame: Option<&FrameReply>,
    backdrop: Option<&Backdrop>,
    narrow: bool,
) -> Figure {
    let mixture = state.common.target.mixture();
    let rows = if mixture.dim() == 2 {
        plane(state, frame, backdrop, narrow)
    } else {
        vec![over_time(state, frame, backdrop), moment(state, frame, backdrop)]
    };
    Figure { summary: summary(state, frame), rows }
}

/// Index in the schedule and time of the clock.
fn clock(state: &Forward) -> (f64, f64) {
    let index = step_index(state.level(), state.count(), state.common.steps as usize);
    (index, super::jobs::journey(state).time(state.level()).map_or(0.0, Time::t))
}

fn summary(state: &Forward, frame: Option<&FrameReply>) -> String {
    let (index, t) = clock(state);
    let process = crate::ui::words::process(process_name(state.process));
    let mut words = tr!(
        "{}: step {} of {}, index k = {} of the schedule, t = {}.",
        process,
        state.level(),
        state.count(),
        short(index),
        short(t)
    );
    if let Some(frame) = frame {
        let shown: u32 = frame.counts.iter().sum();
        words = tr!("{} {} particles, {} of them within the picture.", words, frame.particles, shown);
        if let Some(measure) = &frame.measure {
            let (distance, floor) = measure.distances();
            words = tr!(
                "{} Their distance from the exact density of that time is {}; as many independent draws are {} away.",
                words,
                short(distance),
                short(floor)
            );
        }
    }
    words
}

/// The particles and the target, side by side or one below the other.
fn plane(state: &Forward, frame: Option<&FrameReply>, backdrop: Option<&Backdrop>, narrow: bool) -> Vec<Row> {
    let [x, y] = {
        let range = range(&state.common.target.mixture());
        [range[0], range[1]]
    };
    let (_, t) = clock(state);
    let mut left = Panel::new(Axis::linear("x₁", x), Axis::linear("x₂", y))
        .title(tr!("Particles at t = {}", shown_time(t)))
        .equal();
    if let Some(frame) = frame {
        left.layers = plane_layers(state, frame, [x, y]);
    }
    let vertical = Axis::linear("x₂", y);
    let vertical = if narrow { vertical } else { vertical.unlabelled() };
    let mut right = Panel::new(Axis::linear("x₁", x), vertical).title(tr!("Target, exact")).equal();
    let mut bars = Vec::new();
    if let Some(Backdrop { grid, top, .. }) = backdrop {
        let scale = ColourScale::sequential((top - DEPTH, *top));
        right.layers = vec![
            Layer::raster(grid.clone(), scale),
            Layer::Contours { grid: grid.clone(), levels: levels_below(*top, DEPTH, 6), role: None },
        ];
        bars.push(ColourBar { label: tr!("log-density of the target (nats)").to_owned(), scale });
    } else {
        let scale = ColourScale::sequential((-DEPTH, 0.0));
        bars.push(ColourBar { label: tr!("log-density of the target (nats)").to_owned(), scale });
    }
    let add = |row: Row, at: usize| bars.iter().cloned().fold(row, |row, bar| row.bar(bar, at, at + 1));
    if narrow {
        vec![Row::new(vec![left]), add(Row::new(vec![right]), 0)]
    } else {
        vec![add(Row::new(vec![left, right]), 1)]
    }
}

fn plane_layers(state: &Forward, frame: &FrameReply, [x, y]: [(f64, f64); 2]) -> Vec<Layer> {
    let mut layers = Vec::new();
    let side = frame.counts.len().isqrt();
    let cell = ((x.1 - x.0) * (y.1 - y.0)) / (side * side).max(1) as f64;
    // What N(0, I) has at its centre decides what counts as many, so that colours do not change with
    // time; a single particle can always be seen.
    let many = (f64::from(frame.particles) * cell / std::f64::consts::TAU).max(1.0);
    let shade = |count: u32| match count {
        0 => 0.0,
        count => 0.4 + 0.6 * (1.0 - (-0.7 * f64::from(count - 1) / many).exp()),
    };
    // Nodes in the middle of the cells.
    let inner = |(low, high): (f64, f64)| {
        let half = 0.5 * (high - low) / side as f64;
        (low + half, high - half)
    };
    let values = frame.counts.iter().map(|count| shade(*count)).collect();
    let map = if state.process.is_reverse() { ColourMap::Generator } else { ColourMap::Data };
    let scale = ColourScale { map, range: (0.0, 1.0), centre: 0.0 };
    let grid = Arc::new(Grid { nx: side, ny: side, x: inner(x), y: inner(y), values });
    layers.push(Layer::Raster { grid, scale, shading: Shading::Nearest });
    if !frame.density.is_empty() {
        let side = frame.density.len().isqrt();
        let values: Vec<f64> = frame.density.iter().map(|v| f64::from(*v)).collect();
        let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Of a Gaussian these are the ellipses of 1, 2 and 3 standard deviations.
        let levels = [0.5, 2.0, 4.5].map(|below| top - below).to_vec();
        let grid = Arc::new(Grid { nx: side, ny: side, x, y, values });
        layers.push(Layer::Contours { grid, levels, role: Some(Role::Exact) });
    }
    if !frame.arrows.is_empty() {
        let n = frame.arrows.len().isqrt().max(1);
        let gap = (x.1 - x.0) / n as f64;
        let middle = |k: usize| (x.0 + gap * ((k % n) as f64 + 0.5), y.0 + gap * ((k / n) as f64 + 0.5));
        let places = frame.arrows.iter().enumerate().map(|(k, score)| (middle(k), *score));
        // A score of one per unit of N(0, I)'s deviation is drawn at a third of the longest.
        layers.push(arrows(places, gap, 2.0));
    }
    layers.extend(ways(frame, tail(state, frame), |_, place| (f64::from(place[0]), f64::from(place[1]))));
    layers
}

/// Vertices of a way in the plane that are drawn. Where each step has its own noise the whole way would
/// be a tangle: there it is the last tenth of the steps.
fn tail(state: &Forward, frame: &FrameReply) -> usize {
    if matches!(state.process, Process::Forward | Process::Ddpm) {
        let now = frame.levels.last().copied().unwrap_or(0);
        let recent = (state.count() / 10).max(5) as u32;
        frame.levels.iter().filter(|level| level.abs_diff(now) <= recent).count()
    } else {
        frame.levels.len()
    }
}

/// The last vertices of the ways, with a dot where the particle is now; `place` says where a vertex at a
/// level is.
fn ways(frame: &FrameReply, last: usize, place: impl Fn(f64, &[f32; 2]) -> (f64, f64)) -> Vec<Layer> {
    let path = |path: &Vec<[f32; 2]>| -> Vec<(f64, f64)> {
        let skip = frame.levels.len().saturating_sub(last);
        frame.levels.iter().zip(path).skip(skip).map(|(level, at)| place(f64::from(*level), at)).collect()
    };
    let paths: Vec<Vec<(f64, f64)>> = frame.paths.iter().map(path).collect();
    let heads: Vec<(f64, f64)> = paths.iter().filter_map(|path| path.last().copied()).collect();
    let line =
        |points| Layer::Line { points, role: Role::Accent, dash: Dash::Solid, width: 1.25, label: None };
    let mut layers: Vec<Layer> = paths.into_iter().map(line).collect();
    if !heads.is_empty() {
        layers.push(Layer::Points {
            points: heads,
            error_bars: None,
            role: Role::Accent,
            radius: 3.5,
            label: None,
        });
    }
    layers
}

/// `t` with as many digits as tell neighbouring steps apart.
fn shown_time(t: f64) -> String {
    match t {
        0.0 => "0".to_owned(),
        t if t < 1e-3 => format!("{t:.0e}").replace('-', "−"),
        t => format!("{t:.3}"),
    }
}

/// The density of all times with ways and the clock over it.
fn over_time(state: &Forward, frame: Option<&FrameReply>, backdrop: Option<&Backdrop>) -> Row {
    let steps = state.common.steps;
    let y = range(&state.common.target.mixture())[0];
    let horizontal =
        Axis::linear(tr!("index k of the schedule: data on the left, noise on the right"), (0.0, steps));
    let mut panel = Panel::new(horizontal, Axis::linear("x", y)).title(tr!("Exact density over time"));
    let mut scale = ColourScale::sequential((-DEPTH_OVER_TIME, 0.0));
    if let Some(Backdrop { grid, top, .. }) = backdrop {
        scale = ColourScale::sequential((top - DEPTH_OVER_TIME, *top));
        panel.layers.push(Layer::raster(grid.clone(), scale));
    }
    if let Some(frame) = frame {
        let (count, total) = (state.count(), steps as usize);
        let index = move |level: f64| step_index(level as usize, count, total);
        panel.layers.extend(ways(frame, frame.levels.len(), |level, at| (index(level), f64::from(at[0]))));
    }
    panel.layers.push(Layer::VLine { x: clock(state).0, role: Role::Accent, dash: Dash::Solid, label: None });
    Row::new(vec![panel]).weight(1.25).bar(
        ColourBar { label: tr!("log-density (nats)").to_owned(), scale },
        0,
        1,
    )
}

/// The density at the clock's time and what the particles make of it.
fn moment(state: &Forward, frame: Option<&FrameReply>, backdrop: Option<&Backdrop>) -> Row {
    let range = range(&state.common.target.mixture())[0];
    let places = |count: usize| math::Axis { low: range.0, high: range.1, count }.places();
    let (_, t) = clock(state);
    let exact = frame.map(|frame| {
        places(frame.density.len())
            .zip(&frame.density)
            .map(|(x, log)| (x, f64::from(*log).exp()))
            .collect::<Vec<_>>()
    });
    let histogram = frame.map(|frame| {
        let cell = (range.1 - range.0) / frame.counts.len().max(1) as f64;
        let height = |count: &u32| f64::from(*count) / (f64::from(frame.particles) * cell);
        frame.counts.iter().map(height).collect::<Vec<f64>>()
    });
    let target = backdrop.map(|backdrop| {
        let grid = &backdrop.grid;
        places(grid.ny).enumerate().map(|(k, x)| (x, grid.at(0, k).exp())).collect::<Vec<_>>()
    });
    // Coarse steps may pile particles up higher than any density.
    let piled = histogram.iter().flatten().copied().fold(0.0, f64::max);
    let highest = backdrop.map_or(0.5, |backdrop| backdrop.highest).max(piled / 1.05);
    let mut panel = Panel::new(Axis::linear("x", range), Axis::linear(tr!("density"), (0.0, 1.15 * highest)))
        .title(tr!("At t = {}", shown_time(t)));
    if let Some(heights) = histogram {
        panel.layers.extend(bars(range, &heights, role(state), tr!("particles")));
    }
    if let Some(points) = target {
        panel.layers.push(Layer::Line {
            points,
            role: Role::Muted,
            dash: Dash::Dashed,
            width: 1.25,
            label: Some(tr!("target").to_owned()),
        });
    }
    if let Some(points) = exact.filter(|points| !points.is_empty()) {
        panel.layers.push(Layer::line(points, Role::Exact).labelled(tr!("exact")));
    }
    Row::new(vec![panel]).weight(0.85)
}
