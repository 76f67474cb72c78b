//! What the figures of several labs share: sizes, ranges, numbers in sentences.

use crate::plot::{
    Axis, ColourBar, ColourScale, Figure, Grid, Layer, Panel, Row, contour::levels_below, preferred_height,
    ticks::fixed,
};
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
        let [density_bar, difference_bar] = ["log-density (nats)", difference].map(str::to_owned);
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
        return "an unknown number of".to_owned();
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
