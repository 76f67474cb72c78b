//! What the figures of several labs share: sizes, ranges, numbers in sentences.

use crate::plot::{
    Axis, ColourBar, ColourScale, Figure, Grid, Layer, Panel, Row, contour::levels_below, preferred_height,
    ticks::fixed,
};
#[cfg(labs)]
use crate::plot::{Dash, Role};
use crate::words::tr;
use std::sync::Arc;

/// Half width of a 95 % interval, in standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Log-densities this far below the top are not what a figure is about, nats.
pub const DEPTH: f64 = 12.0;

/// Figures narrower than this have their narrow form, CSS pixels.
pub const NARROW: f64 = 560.0;

/// The height of a figure on the page: maps as tall as they want, curves so that a figure and
/// its controls fit on a screen.
pub fn height(figure: &Figure, width: f64) -> f64 {
    let preferred = preferred_height(figure, width);
    let maps = figure.rows.iter().flat_map(|row| &row.panels).any(|panel| panel.equal_aspect);
    let most = if width < NARROW { 640.0 } else { (0.6 * width).clamp(420.0, 600.0) };
    if maps { preferred } else { preferred.min(most) }
}

/// Two log-densities over a square, and their difference.
#[derive(Clone, Debug)]
pub struct LogDensityMaps {
    /// Intervals of x₁ and x₂.
    pub square: [(f64, f64); 2],
    /// Points along a side.
    pub side: usize,
    /// Titles of the maps.
    pub titles: [&'static str; 3],
    /// Their values, row by row, nats.
    pub values: [Vec<f64>; 3],
    /// The upper end of the scale of the densities; it reaches [`DEPTH`] down.
    pub top: f64,
    /// The scale of the difference to either side of 0.
    pub reach: f64,
    /// Label of its colour bar.
    pub difference: &'static str,
    /// Iso-lines of the difference.
    pub levels: Vec<f64>,
    /// Whether for a phone.
    pub narrow: bool,
}

impl LogDensityMaps {
    /// The maps with their colour bars: side by side, or the difference below on a phone.
    pub fn rows(self) -> Vec<Row> {
        let Self { square: [x, y], side, titles, values, top, reach, difference, levels, narrow } = self;
        let scales = [ColourScale::sequential((top - DEPTH, top)), ColourScale::diverging(reach)];
        let map = |title: &str, values: Vec<f64>, scale: ColourScale, levels: Vec<f64>, labelled: bool| {
            let grid = Arc::new(Grid { nx: side, ny: side, x, y, values });
            let vertical = Axis::linear("x₂", y);
            let mut panel =
                Panel::new(Axis::linear("x₁", x), if labelled { vertical } else { vertical.unlabelled() })
                    .title(title)
                    .equal()
                    .layer(Layer::raster(grid.clone(), scale));
            if !levels.is_empty() {
                panel.layers.push(Layer::Contours { grid, levels, role: None });
            }
            panel
        };
        let below = levels_below(top, DEPTH, 6);
        let [first, second, third] = values;
        let first = map(titles[0], first, scales[0], below.clone(), true);
        let second = map(titles[1], second, scales[0], below, false);
        let third = map(titles[2], third, scales[1], levels, narrow);
        let [density_bar, difference_bar] = [tr!("log-density (nats)"), difference].map(str::to_owned);
        let density_bar = ColourBar { label: density_bar, scale: scales[0] };
        let difference_bar = ColourBar { label: difference_bar, scale: scales[1] };
        if narrow {
            vec![
                Row::new(vec![first, second]),
                Row::new(vec![third]).bar(density_bar, 1, 2).bar(difference_bar, 1, 2),
            ]
        } else {
            vec![Row::new(vec![first, second, third]).bar(density_bar, 0, 2).bar(difference_bar, 2, 3)]
        }
    }
}

/// Arrows around their places as one broken line: their length grows with the vector's and saturates below
/// `gap`, the distance between places; it is half the longest where the vector's is `half`.
#[cfg(labs)]
pub fn arrows(vectors: impl Iterator<Item = ((f64, f64), [f32; 2])>, gap: f64, half: f64) -> Layer {
    let mut points = Vec::new();
    for ((x, y), vector) in vectors {
        let [u, v] = vector.map(f64::from);
        let size = u.hypot(v);
        // What is too short to have a direction is left out.
        if !(size > 0.025 * half && size.is_finite()) {
            continue;
        }
        let length = 0.86 * gap * size / (size + half);
        let (u, v) = (u / size * length, v / size * length);
        let (tip, tail) = ((x + 0.5 * u, y + 0.5 * v), (x - 0.5 * u, y - 0.5 * v));
        let barb = |side: f64| (tip.0 - 0.34 * u - side * 0.2 * v, tip.1 - 0.34 * v + side * 0.2 * u);
        points.extend([tail, tip, barb(1.0), tip, barb(-1.0), (f64::NAN, f64::NAN)]);
    }
    Layer::Line { points, role: Role::Muted, dash: Dash::Solid, width: 1.0, label: None }
}

/// A histogram over equal boxes of a range: the area and its outline.
#[cfg(labs)]
pub fn bars(range: (f64, f64), heights: &[f64], role: Role, name: &str) -> [Layer; 2] {
    let width = (range.1 - range.0) / heights.len().max(1) as f64;
    let edge = |i: usize| range.0 + width * i as f64;
    let x: Vec<f64> = (0..heights.len()).flat_map(|i| [edge(i), edge(i + 1)]).collect();
    let hi: Vec<f64> = heights.iter().flat_map(|h| [*h, *h]).collect();
    let points = x.iter().copied().zip(hi.iter().copied()).collect();
    let outline = Layer::Line { points, role, dash: Dash::Solid, width: 1.0, label: Some(name.to_owned()) };
    [Layer::Band { lo: vec![0.0; x.len()], x, hi, role }, outline]
}

/// Heights of a histogram with the area of the share of the samples that lies in the range; as many boxes as
/// suit their number.
#[cfg(labs)]
pub fn histogram(samples: impl Iterator<Item = f64> + Clone, range: (f64, f64)) -> Vec<f64> {
    let count = samples.clone().count();
    // Twice Rice's rule: the range is wider than where most samples are.
    let boxes = (4.0 * (count as f64).cbrt()).ceil().clamp(16.0, 120.0);
    let width = (range.1 - range.0) / boxes;
    let mut heights = vec![0.0; boxes as usize];
    for x in samples {
        let place = ((x - range.0) / width).floor();
        if place >= 0.0
            && let Some(height) = heights.get_mut(place as usize)
        {
            *height += 1.0 / (count as f64 * width);
        }
    }
    heights
}

/// The range of some values with a little room around them.
pub fn padded(values: impl Iterator<Item = f64>) -> (f64, f64) {
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
pub fn nice(value: f64) -> f64 {
    let value = value.clamp(1e-12, 1e12);
    let power = 10f64.powf(value.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    factors.iter().map(|f| f * power).find(|v| *v >= value * 0.999_999).unwrap_or(10.0 * power)
}

/// A number in a sentence: three significant digits.
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return tr!("an unknown number of").to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-3..1e5).contains(&magnitude) {
        return format!("{value:.1e}").replace('-', "−");
    }
    let digits = if magnitude >= 100.0 {
        0
    } else if magnitude >= 10.0 {
        1
    } else if magnitude >= 1.0 {
        2
    } else {
        4
    };
    fixed(value, digits)
}
