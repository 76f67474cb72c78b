//! From replies to figures. Pure: the same reply gives the same figure.

mod convergence;
#[cfg(labs)]
pub mod many;
mod probe;

pub use convergence::{Series, convergence};
pub use probe::{empty_probe, probe};

use super::jobs::{CURVE, SIDE, interval, order_1d, order_2d, place, square, stride_of};
use super::state::{Curve, Density};
use crate::compute::PointsReply;
use crate::labs::figures::{DEPTH, LogDensityMaps, nice, padded};
pub use crate::labs::figures::{NARROW, Z95, height, short};
use crate::math::{Estimate, Estimator, Mixture, Scratch};
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::words::tr;

/// Values of a reply put in the order of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Sorted {
    /// Points along an axis.
    pub side: usize,
    /// Indices into the reply, along the curve or row by row.
    pub index: Vec<usize>,
}

/// How a reply's values lie in the picture; `None` when too few have come.
pub fn picture_order(state: &Density, reply: &PointsReply) -> Option<Sorted> {
    let dim = state.common.target.mixture().dim();
    if dim == 2 && state.estimator == Estimator::Quadrature { row_by_row(reply) } else { sorted(reply, dim) }
}

fn sorted(reply: &PointsReply, dim: usize) -> Option<Sorted> {
    let count = reply.formula.len();
    if dim == 1 {
        let stride = stride_of(count, 1)?;
        let side = (CURVE - 1) / stride + 1;
        let mut index = vec![0; side];
        for (at, position) in order_1d().into_iter().take(count).enumerate() {
            if position % stride == 0 {
                index[position / stride] = at;
            }
        }
        return Some(Sorted { side, index });
    }
    let stride = stride_of(count, 2)?;
    let side = (SIDE - 1) / stride + 1;
    let mut index = vec![0; side * side];
    for (at, (i, j)) in order_2d().into_iter().take(count).enumerate() {
        if i % stride == 0 && j % stride == 0 {
            index[j / stride * side + i / stride] = at;
        }
    }
    Some(Sorted { side, index })
}

/// The same for a reply to a grid request, whose values lie row by row already.
fn row_by_row(reply: &PointsReply) -> Option<Sorted> {
    let side = (reply.formula.len() as f64).sqrt().round() as usize;
    (side >= 2 && side * side == reply.formula.len())
        .then(|| Sorted { side, index: (0..side * side).collect() })
}

/// The main figure: curves in one dimension, maps in two. `narrow` for phones.
pub fn main(state: &Density, reply: &PointsReply, narrow: bool) -> Option<Figure> {
    #[cfg(labs)]
    if state.common.target.dim() > 2 {
        return Some(many::with_probe(many::main(state, reply, narrow), state, reply));
    }
    Some(with_probe(main_without_probe(state, reply, narrow)?, state))
}

/// The main figure but for the probe, which moves far more often than the rest: the same maps
/// and curves serve [`with_probe`] wherever the probe is.
pub fn main_without_probe(state: &Density, reply: &PointsReply, narrow: bool) -> Option<Figure> {
    let mixture = state.common.target.mixture();
    if mixture.dim() > 2 {
        return None;
    }
    let order = picture_order(state, reply)?;
    let pick = |values: &[f64]| -> Vec<f64> {
        order.index.iter().map(|i| values.get(*i).copied().unwrap_or(f64::NAN)).collect()
    };
    let formula: Vec<Estimate> = order.index.iter().filter_map(|i| reply.formula.get(*i).copied()).collect();
    let data = Data { exact: pick(&reply.exact), formula, ode: pick(&reply.ode), elbo: pick(&reply.elbo) };
    Some(match mixture.dim() {
        1 => curves(state, &mixture, &data),
        _ => maps(&mixture, &data, order.side, narrow),
    })
}

/// A main figure with the state's probe on each of its panels.
pub fn with_probe(mut figure: Figure, state: &Density) -> Figure {
    let mixture = state.common.target.mixture();
    let probe = state.probe(&mixture);
    let mut panels = figure.rows.iter_mut().flat_map(|row| &mut row.panels);
    if let [x] = probe[..] {
        let y = mixture.at_zero().log_density(&probe, &mut Scratch::default());
        let line = Layer::VLine { x, role: Role::Accent, dash: Dash::Dotted, label: None };
        // The ring sits on the exact curve, which is in the first panel.
        if let Some(above) = panels.next() {
            above.layers.extend([line.clone(), Layer::Marker { x, y, role: Role::Accent }]);
        }
        panels.for_each(|panel| panel.layers.push(line.clone()));
    } else {
        let ring = Layer::Marker { x: probe[0], y: probe[1], role: Role::Accent };
        panels.for_each(|panel| panel.layers.push(ring.clone()));
    }
    figure
}

/// The main figure before any number has come: axes of the right size, without the probe.
pub fn empty(state: &Density, narrow: bool) -> Figure {
    let mixture = state.common.target.mixture();
    let nothing = Data { exact: Vec::new(), formula: Vec::new(), ode: Vec::new(), elbo: Vec::new() };
    match mixture.dim() {
        1 => curves(state, &mixture, &nothing),
        _ => maps(&mixture, &nothing, 0, narrow),
    }
}

/// Largest difference from the truth where the density is within some nats of its peak.
pub fn largest_error(reply: &PointsReply) -> f64 {
    let errors = reply.formula.iter().zip(&reply.exact).map(|(f, e)| (f.value - e).abs());
    largest_seen(&reply.exact, errors)
}

/// The largest log-density, or 0 where there is none yet.
fn top(exact: &[f64]) -> f64 {
    exact.iter().copied().filter(|v| v.is_finite()).reduce(f64::max).unwrap_or(0.0)
}

/// The largest of some magnitudes where the density is worth looking at.
fn largest_seen(exact: &[f64], magnitudes: impl Iterator<Item = f64>) -> f64 {
    let floor = top(exact) - DEPTH;
    magnitudes.zip(exact).filter(|(_, e)| **e > floor).map(|(m, _)| m).fold(0.0, f64::max)
}

struct Data {
    exact: Vec<f64>,
    formula: Vec<Estimate>,
    ode: Vec<f64>,
    elbo: Vec<f64>,
}

impl Data {
    fn errors(&self) -> Vec<f64> {
        self.formula.iter().zip(&self.exact).map(|(f, e)| f.value - e).collect()
    }

    /// How far an axis must reach to hold some magnitudes, as far as they are finite.
    fn reach(&self, magnitudes: impl Iterator<Item = f64>) -> f64 {
        nice(largest_seen(&self.exact, magnitudes.map(|m| if m.is_finite() { m } else { 0.0 })))
    }
}

fn curves(state: &Density, mixture: &Mixture, data: &Data) -> Figure {
    let range = interval(mixture);
    let x: Vec<f64> = (0..data.exact.len()).map(|i| place(range, i, data.exact.len())).collect();
    let line =
        |values: &[f64]| -> Vec<(f64, f64)> { x.iter().copied().zip(values.iter().copied()).collect() };
    let top = top(&data.exact);
    let bottom =
        data.exact.iter().copied().filter(|v| v.is_finite()).fold(top, f64::min).max(top - 1.5 * DEPTH);
    let mut above = Panel::new(
        Axis::linear("x", range).unlabelled(),
        Axis::linear(
            tr!("log-density (nats)"),
            (bottom - 0.06 * (top - bottom), top + 0.08 * (top - bottom) + 0.3),
        ),
    );
    let values: Vec<f64> = data.formula.iter().map(|e| e.value).collect();
    let bounds = |sign: f64| -> Vec<f64> {
        data.formula.iter().map(|e| e.value + sign * Z95 * e.standard_error.unwrap_or(0.0)).collect()
    };
    let has_band = data.formula.iter().any(|e| e.standard_error.is_some());
    if has_band {
        above.layers.push(Layer::Band {
            x: x.clone(),
            lo: bounds(-1.0),
            hi: bounds(1.0),
            role: Role::Formula,
        });
    }
    above.layers.push(Layer::Line {
        points: line(&data.exact),
        role: Role::Exact,
        dash: Dash::Solid,
        width: 4.0,
        label: Some(tr!("exact").into()),
    });
    above.layers.push(Layer::line(line(&values), Role::Formula).labelled(tr!("formula")));
    let mut below =
        Panel::new(Axis::linear("x", range), Axis::linear(tr!("difference from exact (nats)"), (-1.0, 1.0)));
    let errors = data.errors();
    let mut reach = data.reach(
        errors.iter().zip(&data.formula).map(|(e, f)| e.abs() + Z95 * f.standard_error.unwrap_or(0.0)),
    );
    if has_band {
        let shifted = |values: Vec<f64>| values.iter().zip(&data.exact).map(|(v, e)| v - e).collect();
        below.layers.push(Layer::Band {
            x: x.clone(),
            lo: shifted(bounds(-1.0)),
            hi: shifted(bounds(1.0)),
            role: Role::Formula,
        });
    }
    below.layers.push(Layer::HLine { y: 0.0, role: Role::Exact, dash: Dash::Solid, label: None });
    for (curve, values, role, name, dash) in [
        (Curve::Ode, &data.ode, Role::Ode, "ODE", Dash::Dashed),
        (Curve::Elbo, &data.elbo, Role::Elbo, "ELBO", Dash::Solid),
    ] {
        if state.curves.contains(&curve) {
            let differences: Vec<f64> = values.iter().zip(&data.exact).map(|(v, e)| v - e).collect();
            reach = reach.max(data.reach(differences.iter().map(|d| d.abs())));
            above.layers.push(Layer::line(line(values), role).dashed(dash).labelled(name));
            below.layers.push(Layer::line(line(&differences), role).dashed(dash));
        }
    }
    below.layers.push(Layer::line(line(&errors), Role::Formula));
    below.y.range = (-reach, reach);
    let summary = tr!(
        "Log-density in nats over x from {} to {}. The exact curve peaks at {}; the formula's estimate differs from it by at most {} where the density is within {} nats of the peak.",
        short(range.0),
        short(range.1),
        short(top),
        short(data.reach(errors.iter().map(|e| e.abs()))),
        DEPTH
    );
    Figure { summary, rows: vec![Row::new(vec![above]).weight(2.1), Row::new(vec![below]).weight(1.0)] }
}

fn maps(mixture: &Mixture, data: &Data, side: usize, narrow: bool) -> Figure {
    let top = top(&data.exact);
    let errors = data.errors();
    let reach = data.reach(errors.iter().map(|e| e.abs()));
    let rows = LogDensityMaps {
        square: square(mixture),
        side,
        titles: [tr!("exact"), tr!("formula"), tr!("formula − exact")],
        values: [data.exact.clone(), data.formula.iter().map(|e| e.value).collect(), errors],
        top,
        reach,
        difference: tr!("difference (nats)"),
        levels: Vec::new(),
        narrow,
    }
    .rows();
    let summary = tr!(
        "Three maps of the plane: the exact log-density, peaking at {} nats; the formula's estimate of it; and their difference, at most {} nats where the density is within {} nats of the peak.",
        short(top),
        short(reach),
        DEPTH
    );
    Figure { summary, rows }
}
