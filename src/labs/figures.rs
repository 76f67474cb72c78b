//! What the figures of several labs share: sizes, ranges, numbers in sentences.

use crate::plot::{Figure, preferred_height, ticks::fixed};

/// Half width of a 95 % interval, in standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;

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
