//! From replies to figures. Pure: the same reply gives the same figure.

use super::jobs::{CURVE, SIDE, interval, order_1d, order_2d, place, square, stride_of};
use super::state::{Curve, Density, ESTIMATORS, RULES};
use crate::compute::{ConvergenceReply, PointsReply, ProbeReply, ProfileNode};
use crate::math::{Estimate, Estimator, Mixture, Time, fit_line, lambda_range};
use crate::plot::{
    Axis, ColourBar, ColourScale, Dash, Figure, Grid, Layer, Panel, Role, Row, contour::levels_below, preferred_height,
};
use std::sync::Arc;

/// Half width of a 95 % interval, in standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Log-densities this far below the top are not what a figure is about, nats.
const DEPTH: f64 = 12.0;

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
    (side >= 2 && side * side == reply.formula.len()).then(|| Sorted { side, index: (0..side * side).collect() })
}

/// The main figure: curves in one dimension, maps in two. `narrow` for phones.
pub fn main(state: &Density, reply: &PointsReply, narrow: bool) -> Option<Figure> {
    let mixture = state.common.target.mixture();
    let order = picture_order(state, reply)?;
    let pick = |values: &[f64]| -> Vec<f64> {
        order.index.iter().map(|i| values.get(*i).copied().unwrap_or(f64::NAN)).collect()
    };
    let formula: Vec<Estimate> = order.index.iter().filter_map(|i| reply.formula.get(*i).copied()).collect();
    let data = Data { exact: pick(&reply.exact), formula, ode: pick(&reply.ode), elbo: pick(&reply.elbo) };
    Some(match mixture.dim() {
        1 => curves(state, &mixture, &data),
        _ => maps(state, &mixture, &data, order.side, narrow),
    })
}

/// The main figure before any number has come: axes of the right size.
pub fn empty(state: &Density, narrow: bool) -> Figure {
    let mixture = state.common.target.mixture();
    let nothing = Data { exact: Vec::new(), formula: Vec::new(), ode: Vec::new(), elbo: Vec::new() };
    match mixture.dim() {
        1 => curves(state, &mixture, &nothing),
        _ => maps(state, &mixture, &nothing, 0, narrow),
    }
}

/// The probe's and the convergence figure before any number has come.
pub fn empty_probe(state: &Density) -> Figure {
    let nothing = Estimate { value: f64::NAN, standard_error: None };
    probe(
        state,
        &ProbeReply {
            exact: f64::NAN,
            formula: nothing,
            ode: Ok((f64::NAN, 0)),
            elbo: f64::NAN,
            profile: Vec::new(),
            reference: Vec::new(),
            path: Vec::new(),
            integral: nothing,
            difference: None,
            mean_fall: 0.0,
        },
    )
}

/// The height of a figure on the page: maps as tall as they want, curves so that a figure and
/// its controls fit on a screen.
pub fn height(figure: &Figure, width: f64) -> f64 {
    let preferred = preferred_height(figure, width);
    let maps = figure.rows.iter().flat_map(|row| &row.panels).any(|panel| panel.equal_aspect);
    if maps { preferred } else { preferred.min((0.6 * width).clamp(420.0, 600.0)) }
}

/// Largest difference from the truth where the density is within some nats of its peak.
pub fn largest_error(reply: &PointsReply) -> f64 {
    let top = reply.exact.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let seen = reply.formula.iter().zip(&reply.exact).filter(|(_, e)| **e > top - DEPTH);
    seen.map(|(f, e)| (f.value - e).abs()).fold(0.0, f64::max)
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

    /// The largest log-density, or 0 where there is none yet.
    fn top(&self) -> f64 {
        self.exact.iter().copied().filter(|v| v.is_finite()).reduce(f64::max).unwrap_or(0.0)
    }

    /// Largest of some magnitudes where the density is worth looking at.
    fn reach(&self, magnitudes: impl Iterator<Item = f64>) -> f64 {
        let floor = self.top() - DEPTH;
        let seen = magnitudes.zip(&self.exact).filter(|(m, e)| m.is_finite() && **e > floor);
        nice(seen.map(|(m, _)| m).fold(0.0, f64::max))
    }
}

fn curves(state: &Density, mixture: &Mixture, data: &Data) -> Figure {
    let range = interval(mixture);
    let x: Vec<f64> = (0..data.exact.len()).map(|i| place(range, i, data.exact.len())).collect();
    let line = |values: &[f64]| -> Vec<(f64, f64)> { x.iter().copied().zip(values.iter().copied()).collect() };
    let top = data.top();
    let bottom = data.exact.iter().copied().filter(|v| v.is_finite()).fold(top, f64::min).max(top - 1.5 * DEPTH);
    let probe = state.probe(mixture)[0];
    let at_probe = mixture.at_zero().log_density(&[probe], &mut crate::math::Scratch::default());
    let mut above = Panel::new(
        Axis::linear("x", range).unlabelled(),
        Axis::linear("log-density (nats)", (bottom - 0.06 * (top - bottom), top + 0.08 * (top - bottom) + 0.3)),
    );
    let values: Vec<f64> = data.formula.iter().map(|e| e.value).collect();
    let bounds = |sign: f64| -> Vec<f64> {
        data.formula.iter().map(|e| e.value + sign * Z95 * e.standard_error.unwrap_or(0.0)).collect()
    };
    let has_band = data.formula.iter().any(|e| e.standard_error.is_some());
    if has_band {
        above.layers.push(Layer::Band { x: x.clone(), lo: bounds(-1.0), hi: bounds(1.0), role: Role::Formula });
    }
    above.layers.push(Layer::Line {
        points: line(&data.exact),
        role: Role::Exact,
        dash: Dash::Solid,
        width: 4.0,
        label: Some("exact".into()),
    });
    above.layers.push(Layer::line(line(&values), Role::Formula).labelled("formula"));
    let mut below = Panel::new(Axis::linear("x", range), Axis::linear("difference from exact (nats)", (-1.0, 1.0)));
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
    for panel in [&mut above, &mut below] {
        panel.layers.push(Layer::VLine { x: probe, role: Role::Accent, dash: Dash::Dotted, label: None });
    }
    above.layers.push(Layer::Marker { x: probe, y: at_probe, role: Role::Accent });
    let summary = format!(
        "Log-density in nats over x from {} to {}. The exact curve peaks at {}; the formula's estimate differs from it by at most {} where the density is within {DEPTH} nats of the peak.",
        short(range.0), short(range.1), short(top), short(data.reach(errors.iter().map(|e| e.abs()))),
    );
    Figure { summary, rows: vec![Row::new(vec![above]).weight(2.1), Row::new(vec![below]).weight(1.0)] }
}

fn maps(state: &Density, mixture: &Mixture, data: &Data, side: usize, narrow: bool) -> Figure {
    let [x, y] = square(mixture);
    let grid = |values: Vec<f64>| Arc::new(Grid { nx: side, ny: side, x, y, values });
    let top = data.top();
    let density = ColourScale::sequential((top - DEPTH, top));
    let errors = data.errors();
    let reach = data.reach(errors.iter().map(|e| e.abs()));
    let difference = ColourScale::diverging(reach);
    let levels = levels_below(top, DEPTH, 6);
    let probe = state.probe(mixture);
    let map = |title: &str, values: Vec<f64>, scale: ColourScale, labelled: bool| {
        let grid = grid(values);
        let vertical = Axis::linear("x₂", y);
        let mut panel = Panel::new(
            Axis::linear("x₁", x),
            if labelled { vertical } else { vertical.unlabelled() },
        )
        .title(title)
        .equal()
        .layer(Layer::raster(grid.clone(), scale));
        if scale == density {
            panel.layers.push(Layer::Contours { grid, levels: levels.clone(), role: None });
        }
        panel.layer(Layer::Marker { x: probe[0], y: probe[1], role: Role::Accent })
    };
    let exact = map("exact", data.exact.clone(), density, true);
    let formula = map("formula", data.formula.iter().map(|e| e.value).collect(), density, false);
    let error = map("formula − exact", errors, difference, narrow);
    let density_bar = ColourBar { label: "log-density (nats)".into(), scale: density };
    let error_bar = ColourBar { label: "difference (nats)".into(), scale: difference };
    let rows = if narrow {
        vec![
            Row::new(vec![exact, formula]),
            Row::new(vec![error]).bar(density_bar, 1, 2).bar(error_bar, 1, 2),
        ]
    } else {
        vec![Row::new(vec![exact, formula, error]).bar(density_bar, 0, 2).bar(error_bar, 2, 3)]
    };
    let summary = format!(
        "Three maps of the plane: the exact log-density, peaking at {} nats; the formula's estimate of it; and their difference, at most {} nats where the density is within {DEPTH} nats of the peak.",
        short(top),
        short(reach),
    );
    Figure { summary, rows }
}

/// The probe's figure: the integrand over `λ`, and what it adds up to.
pub fn probe(state: &Density, reply: &ProbeReply) -> Figure {
    let mixture = state.common.target.mixture();
    let range = lambda_range(&mixture, 6.5);
    let ticks = t_ticks(range);
    let at = |nodes: &[ProfileNode], value: &dyn Fn(&ProfileNode) -> f64| -> Vec<(f64, f64)> {
        nodes.iter().map(|n| (n.time.lambda(), value(n))).collect()
    };
    let visible = |p: &&ProfileNode| (range.0..=range.1).contains(&p.time.lambda());
    let error = |n: &ProfileNode| Z95 * n.standard_error.unwrap_or(0.0);
    let spread = reply
        .profile
        .iter()
        .filter(visible)
        .flat_map(|n| [n.per_lambda - error(n), n.per_lambda + error(n)])
        .chain(reply.reference.iter().filter(visible).map(|n| n.per_lambda))
        .chain([0.0]);
    let mut above = Panel::new(
        Axis::linear("λ", range).unlabelled().secondary("t", ticks),
        Axis::linear("integrand per unit of λ (nats)", padded(spread)),
    );
    let interval = (state.t1 > 0.0 || state.t2 < 1.0).then(|| {
        let lambda = |t: f64, end: f64| Time::from_t(t).map_or(end, |t| t.lambda().clamp(range.0, range.1));
        Layer::Span { from: lambda(state.t1, range.0), to: lambda(state.t2, range.1), role: Role::Accent }
    });
    above.layers.extend(interval.clone());
    above.layers.push(Layer::HLine { y: 0.0, role: Role::Muted, dash: Dash::Solid, label: None });
    let dotted = reply.profile.len() <= 160;
    let reference = |points| Layer::Line { points, role: Role::Exact, dash: Dash::Solid, width: 4.0, label: None };
    if !reply.reference.is_empty() {
        above.layers.push(reference(at(&reply.reference, &|n| n.per_lambda)).labelled("by quadrature"));
    }
    let estimate = at(&reply.profile, &|n| n.per_lambda);
    if dotted {
        let bars = reply.profile.iter().all(|n| n.standard_error.is_some()).then(|| {
            reply.profile.iter().map(|n| (n.per_lambda - error(n), n.per_lambda + error(n))).collect()
        });
        above.layers.push(Layer::Points {
            points: estimate,
            error_bars: bars,
            role: Role::Formula,
            radius: 2.5,
            label: Some("the estimate".into()),
        });
    } else {
        above.layers.push(Layer::line(estimate, Role::Formula).labelled("the estimate"));
    }
    let running = running(reply);
    let heights = running.iter().chain(path(reply).iter()).map(|p| p.1).collect::<Vec<_>>();
    let mut below = Panel::new(
        Axis::linear("λ = log(t/(1−t)): data on the left, noise on the right", range),
        Axis::linear("E[log ρₜ(Xₜ) | X₀ = x] (nats)", padded(heights.into_iter())),
    );
    below.layers.extend(interval);
    below.layers.push(Layer::HLine {
        y: reply.exact,
        role: Role::Exact,
        dash: Dash::Dotted,
        label: Some("log ρ₀(x)".into()),
    });
    if !reply.path.is_empty() {
        below.layers.push(reference(path(reply)).labelled("directly"));
    }
    below.layers.push(Layer::line(running, Role::Formula).labelled("running integral"));
    let summary = format!(
        "At the probe: the integrand of the formula over log-SNR, and its running integral from pure noise on the right to the data on the left, where it reaches {} nats; the exact log-density is {} nats.",
        short(reply.formula.value),
        short(reply.exact),
    );
    Figure { summary, rows: vec![Row::new(vec![above]).weight(1.2), Row::new(vec![below]).weight(1.0)] }
}

/// The formula's value as the integral runs from each time to the noise's end:
/// `E[log ρ_t(X_t) | X_0 = x]`, by the estimate.
fn running(reply: &ProbeReply) -> Vec<(f64, f64)> {
    let mut value = reply.formula.value;
    let mut points = Vec::with_capacity(reply.profile.len());
    for node in &reply.profile {
        // Half of a node's share lies on either side of it.
        points.push((node.time.lambda(), value + 0.5 * node.share));
        value += node.share;
    }
    points
}

fn path(reply: &ProbeReply) -> Vec<(f64, f64)> {
    reply.reference.iter().zip(&reply.path).map(|(n, v)| (n.time.lambda(), *v)).collect()
}

/// The convergence figure: errors against draws and against steps, with fitted slopes.
pub fn convergence(state: &Density, reply: &ConvergenceReply, narrow: bool) -> Figure {
    let draws: Vec<Series> = reply
        .draws
        .iter()
        .map(|(estimator, points)| Series {
            name: short_name(name_of(&ESTIMATORS, estimator)),
            chosen: *estimator == state.estimator,
            points: points.iter().map(|(n, e)| (*n as f64, *e)).collect(),
        })
        .collect();
    let steps: Vec<Series> = reply
        .steps
        .iter()
        .map(|(rule, points)| Series {
            name: short_name(name_of(&RULES, rule)),
            chosen: *rule == state.rule,
            points: points.iter().map(|(n, e)| (*n as f64, *e)).collect(),
        })
        .collect();
    let left = log_log("estimator: error against draws", "draws per time", &draws);
    let right = log_log("rule: error against steps", "steps T", &steps);
    let fits: Vec<String> = draws.iter().chain(&steps).filter_map(Series::caption).collect();
    let summary = format!(
        "Root-mean-square errors in nats over draws from the target, on logarithmic axes. Fitted slopes: {}.",
        fits.join("; ")
    );
    let rows = if narrow { vec![Row::new(vec![left]), Row::new(vec![right])] } else { vec![Row::new(vec![left, right])] };
    Figure { summary, rows }
}

/// A curve of the convergence figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: &'static str,
    /// Whether it is the one the lab uses.
    pub chosen: bool,
    /// (draws or steps, error).
    pub points: Vec<(f64, f64)>,
}

impl Series {
    /// The slope fitted to the right half of the points, on logarithmic axes, above the noise
    /// floor of rounding.
    pub fn slope(&self) -> Option<f64> {
        let tail = &self.points[self.points.len() / 2..];
        let logs: Vec<(f64, f64)> =
            tail.iter().filter(|(_, e)| *e > 1e-11).map(|(n, e)| (n.ln(), e.ln())).collect();
        (logs.len() >= 3).then(|| fit_line(&logs).map(|f| f.slope)).flatten()
    }

    fn caption(&self) -> Option<String> {
        self.slope().map(|slope| format!("{} {}", self.name, decimals(slope, 2)))
    }
}

fn log_log(title: &str, label: &str, series: &[Series]) -> Panel {
    let all = || series.iter().flat_map(|s| s.points.iter()).filter(|(_, e)| *e > 0.0 && e.is_finite());
    let (low, high) = all().fold((f64::INFINITY, 0.0), |(l, h), (_, e)| (f64::min(l, *e), f64::max(h, *e)));
    let last = all().map(|(n, _)| *n).fold(16.0, f64::max);
    let range = if high > 0.0 { (low / 1.6, high * 1.6) } else { (1e-3, 1.0) };
    let mut panel = Panel::new(Axis::log(label, (7.0, last * 1.15)), Axis::log("RMS error (nats)", range)).title(title);
    for series in series.iter().filter(|s| !s.chosen).chain(series.iter().filter(|s| s.chosen)) {
        let (role, width) = if series.chosen { (Role::Formula, 2.25) } else { (Role::Muted, 1.5) };
        let caption = series.caption().unwrap_or_else(|| series.name.to_owned());
        panel.layers.push(Layer::Line {
            points: series.points.clone(),
            role,
            dash: Dash::Solid,
            width,
            label: Some(caption),
        });
        panel.layers.push(Layer::Points {
            points: series.points.clone(),
            error_bars: None,
            role,
            radius: 2.5,
            label: None,
        });
    }
    panel
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, known)| known == value).map_or("", |(name, _)| name)
}

/// Names that fit beside a curve.
fn short_name(name: &'static str) -> &'static str {
    match name {
        "monte-carlo" => "Monte Carlo",
        "antithetic" => "antithetic",
        "qmc" => "QMC",
        "stein" => "Stein",
        "stein-qmc" => "Stein QMC",
        "log-snr-left" => "log-SNR left",
        "log-snr-trapezoid" => "log-SNR trapezoid",
        other => other,
    }
}

/// Ticks of t on an axis of λ.
fn t_ticks(range: (f64, f64)) -> Vec<(f64, String)> {
    [0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999]
        .into_iter()
        .filter_map(|t| Some((Time::from_t(t)?.lambda(), t.to_string())))
        .filter(|(lambda, _)| (range.0..=range.1).contains(lambda))
        .collect()
}

/// The range of some values with a little room around them.
fn padded(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (f64::min(l, v), f64::max(h, v)));
    if low > high {
        return (-1.0, 1.0);
    }
    let room = (0.08 * (high - low)).max(1e-9);
    (low - room, high + room)
}

/// The next number of the form 1, 2 or 5 times a power of ten.
fn nice(value: f64) -> f64 {
    let value = value.clamp(1e-12, 1e12);
    let power = 10f64.powf(value.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    factors.iter().map(|f| f * power).find(|v| *v >= value * 0.999_999).unwrap_or(10.0 * power)
}

/// A number in a sentence: three significant digits.
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return "an unknown number of".to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-3..1e5).contains(&magnitude) {
        return format!("{value:.1e}").replace('-', "−");
    }
    let digits = if magnitude >= 100.0 { 0 } else if magnitude >= 10.0 { 1 } else if magnitude >= 1.0 { 2 } else { 4 };
    decimals(value, digits)
}

/// A number with a fixed count of decimals and a true minus sign.
pub fn decimals(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let zero = text.trim_start_matches('-').bytes().all(|b| b == b'0' || b == b'.');
    if zero { text.trim_start_matches('-').to_owned() } else { text.replace('-', "−") }
}
