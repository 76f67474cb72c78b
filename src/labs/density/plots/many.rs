//! The main figure of targets of more than two dimensions: log-densities of some points by class and by
//! both routes, the formula against the truth, and its errors.

use crate::compute::PointsReply;
use crate::labs::density::{Density, many};
use crate::labs::digits::{FULL, Image, SIDE};
use crate::labs::figures::{NARROW, Z95, nice, padded, short};
use crate::plot::{Axis, ColourScale, Dash, Figure, Grid, Layer, Panel, Role, Row, preferred_height};
use crate::words::tr;
use std::sync::Arc;

/// How far the dots of a class reach to either side of its column, in columns.
const REACH: f64 = 0.36;

/// The figure without the probe; before any number has come, its axes.
pub fn main(state: &Density, reply: &PointsReply, narrow: bool) -> Figure {
    let places = places(state, reply);
    let digits = many::image(state, 0).is_some();
    let values: Vec<(f64, f64)> = places.iter().zip(&reply.formula).map(|(p, f)| (p.0, f.value)).collect();
    let bars = |centre: &dyn Fn(usize) -> f64| {
        let bar = |(i, f): (usize, &crate::math::Estimate)| {
            let reach = Z95 * f.standard_error.unwrap_or(0.0);
            (f.value - centre(i) - reach, f.value - centre(i) + reach)
        };
        Some(reply.formula.iter().enumerate().map(bar).collect::<Vec<_>>())
    };
    let ends = bars(&|_| 0.0).into_iter().flatten().flat_map(|(low, high)| [low, high]);
    let range = padded(ends.chain(reply.exact.iter().copied()));
    let room = if digits { 0.22 * (range.1 - range.0) } else { 0.0 };
    let mut classes = Panel::new(abscissa(state, digits), Axis::linear(tr!("log-density (nats)"), range));
    classes.y.range = (range.0 - room, range.1 + room);
    let dots = |points: Vec<(f64, f64)>, error_bars, role, radius, name: &str| Layer::Points {
        points,
        error_bars,
        role,
        radius,
        label: Some(name.to_owned()),
    };
    classes.layers.push(dots(places.clone(), None, Role::Exact, 3.5, tr!("exact")));
    classes.layers.push(dots(values, bars(&|_| 0.0), Role::Formula, 2.0, tr!("formula")));
    if digits {
        classes.title = Some(tr!("held-out images by digit").to_owned());
        classes.layers.extend(extremes(state, reply, &places, if narrow { 20.0 } else { 30.0 }));
    }
    let pairs = |value: &dyn Fn(f64, f64) -> f64| -> Vec<(f64, f64)> {
        reply.exact.iter().zip(&reply.formula).map(|(e, f)| (*e, value(*e, f.value))).collect()
    };
    let plain = |points, error_bars| Layer::Points {
        points,
        error_bars,
        role: Role::Formula,
        radius: 2.0,
        label: None,
    };
    let exact = padded(reply.exact.iter().copied());
    let scatter =
        Panel::new(Axis::linear(tr!("exact (nats)"), exact), Axis::linear(tr!("formula (nats)"), range))
            .title(tr!("formula against exact"))
            .layer(Layer::line(vec![(exact.0, exact.0), (exact.1, exact.1)], Role::Exact))
            .layer(plain(pairs(&|_, f| f), bars(&|_| 0.0)));
    let exact_of = |i: usize| reply.exact.get(i).copied().unwrap_or(f64::NAN);
    let errors = bars(&exact_of);
    let largest = errors.iter().flatten().map(|(low, high)| high.max(-low)).filter(|v| v.is_finite());
    let reach = nice(largest.fold(0.0, f64::max).max(1e-6));
    let error = Panel::new(
        Axis::linear(tr!("exact (nats)"), exact),
        Axis::linear(tr!("difference (nats)"), (-reach, reach)),
    )
    .title(tr!("formula − exact"))
    .layer(Layer::HLine { y: 0.0, role: Role::Exact, dash: Dash::Solid, label: None })
    .layer(plain(pairs(&|e, f| f - e), errors));
    let first = Row::new(vec![classes]).weight(1.5);
    let rows = if narrow {
        vec![first, Row::new(vec![scatter]), Row::new(vec![error])]
    } else {
        vec![first, Row::new(vec![scatter, error])]
    };
    Figure { summary: summary(state, reply), rows }
}

/// The height of the figure on the page: taller than curves are, for the pictures.
pub fn height(figure: &Figure, width: f64) -> f64 {
    let most = if width < NARROW { 1000.0 } else { (0.8 * width).clamp(560.0, 820.0) };
    preferred_height(figure, width).min(most)
}

/// The figure with the state's probe on each of its panels, if it is among the points.
pub fn with_probe(mut figure: Figure, state: &Density, reply: &PointsReply) -> Figure {
    let i = state.image as usize;
    let places = places(state, reply);
    if let (Some(place), Some(e), Some(f)) = (places.get(i), reply.exact.get(i), reply.formula.get(i)) {
        let spots = [*place, (*e, f.value), (*e, f.value - e)];
        for (panel, (x, y)) in figure.rows.iter_mut().flat_map(|row| &mut row.panels).zip(spots) {
            panel.layers.push(Layer::Marker { x, y, role: Role::Accent });
        }
    }
    figure
}

/// Where the points are in the first panel: class, or number, and exact log-density.
pub fn places(state: &Density, reply: &PointsReply) -> Vec<(f64, f64)> {
    let whole = (state.images / 10.0).ceil().max(1.0);
    let place = |(i, exact): (usize, &f64)| match many::image(state, i) {
        // The classes take turns, so a column fills from the left.
        Some(image) => {
            let turn = ((i / 10) as f64 + 0.5) / whole;
            (f64::from(image.label) + REACH * (2.0 * turn - 1.0), *exact)
        }
        None => (i as f64, *exact),
    };
    reply.exact.iter().enumerate().map(place).collect()
}

/// Root-mean-square difference of the formula from the truth, and how many intervals of 95 % hold the truth.
pub fn agreement(reply: &PointsReply) -> (f64, usize) {
    let pairs = || reply.formula.iter().zip(&reply.exact);
    let squares = pairs().map(|(f, e)| (f.value - e).powi(2)).sum::<f64>() / reply.exact.len().max(1) as f64;
    let held = |(f, e): &(&crate::math::Estimate, &f64)| {
        f.standard_error.is_some_and(|s| (f.value - **e).abs() <= Z95 * s)
    };
    (squares.sqrt(), pairs().filter(held).count())
}

/// A picture of an image of the digits beside a point of a panel.
pub fn thumbnail(image: Image<'_>, (x, y): (f64, f64), offset: (f64, f64), size: f64, role: Role) -> Layer {
    let last = (SIDE - 1) as f64;
    let values = image.pixels.iter().map(|p| f64::from(*p)).collect();
    Layer::Thumbnail {
        grid: Arc::new(Grid { nx: SIDE, ny: SIDE, x: (0.0, last), y: (0.0, last), values }),
        scale: ColourScale::ink((0.0, f64::from(FULL))),
        x,
        y,
        offset,
        size,
        role,
    }
}

fn abscissa(state: &Density, digits: bool) -> Axis {
    if !digits {
        return Axis::linear(tr!("number of the point, drawn from the estimate"), (-1.0, state.images));
    }
    let ticks = (0..10).map(|class| (f64::from(class), class.to_string())).collect();
    Axis::linear("", (-0.5, 9.5)).unlabelled().secondary("", ticks)
}

/// Of each class the most likely image above its dot, and the least likely below.
fn extremes(state: &Density, reply: &PointsReply, places: &[(f64, f64)], size: f64) -> Vec<Layer> {
    let mut layers = Vec::new();
    for class in 0..10 {
        let of_class = |i: &usize| many::image(state, *i).is_some_and(|image| image.label == class);
        let order = |a: &usize, b: &usize| reply.exact[*a].total_cmp(&reply.exact[*b]);
        let indices = || (0..places.len()).filter(of_class);
        for (found, below) in [(indices().max_by(order), -1.0), (indices().min_by(order), 1.0)] {
            if let Some((i, image)) = found.and_then(|i| Some((i, many::image(state, i)?))) {
                // At the middle of the column, so that neighbours do not meet, and clear of the interval.
                let f = reply.formula[i];
                let end = f.value - below * Z95 * f.standard_error.unwrap_or(0.0);
                let y = if below > 0.0 { end.min(places[i].1) } else { end.max(places[i].1) };
                let spot = (f64::from(class), y);
                let offset = (0.0, below * (0.5 * size + 9.0));
                layers.push(thumbnail(image, spot, offset, size, Role::Muted));
            }
        }
    }
    layers
}

fn summary(state: &Density, reply: &PointsReply) -> String {
    let what = if many::image(state, 0).is_some() { tr!("held-out images of digits") } else { tr!("points") };
    let count = reply.exact.len();
    let order = |a: &usize, b: &usize| reply.exact[*a].total_cmp(&reply.exact[*b]);
    let (Some(top), Some(bottom)) = ((0..count).max_by(order), (0..count).min_by(order)) else {
        return tr!("Log-densities of {}, which are being computed.", what);
    };
    let (rms, held) = agreement(reply);
    tr!(
        "Log-densities in nats of {} {}: exactly from {} ({}) to {} ({}). The formula’s differ by {} nats, root mean square; {} of their {} intervals of 95 % hold the exact value.",
        count,
        what,
        short(reply.exact[bottom]),
        many::name(state, bottom),
        short(reply.exact[top]),
        many::name(state, top),
        short(rms),
        held,
        count
    )
}
