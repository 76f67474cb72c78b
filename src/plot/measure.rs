//! How much room the words around a panel take.
//!
//! Widths come from [`super::text`], ticks from [`super::ticks`]; what is done with the room is decided in
//! [`mod@super::layout`].

use super::figure::{Axis, Layer, Panel};
use super::layout::{LABEL_SIZE, LINE, SAMPLE, TICK_SIZE};
use super::mapping::{Mapping, Rect};
use super::text;
use super::ticks::{Ticks, ticks};

/// From an axis to the far side of its tick labels, without the labels.
pub(super) const TICK_ROOM: f64 = 9.0;
/// A y label narrower than this stands left of the heading.
const IN_GUTTER: f64 = 40.0;

/// Height over width that equal units ask for.
pub(super) fn aspect(panel: &Panel) -> f64 {
    let unit = Rect { x: 0.0, y: 0.0, w: 1.0, h: 1.0 };
    let m = Mapping::new(&panel.x, &panel.y, unit);
    let ratio = (m.y.range.1 - m.y.range.0).abs() / (m.x.range.1 - m.x.range.0).abs();
    if ratio.is_finite() { ratio.clamp(0.05, 20.0) } else { 1.0 }
}

/// The named layers that appear beside the panel or in its legend.
pub(super) fn named(panel: &Panel) -> impl Iterator<Item = (usize, &str)> {
    panel.layers.iter().enumerate().filter_map(|(i, layer)| match layer {
        Layer::Line { label: Some(l), .. } | Layer::Points { label: Some(l), .. } => Some((i, l.as_str())),
        _ => None,
    })
}

fn name_width(name: &str) -> f64 {
    SAMPLE + 6.0 + text::width(name, LABEL_SIZE, false)
}

/// Room for the names of curves beside a panel.
pub(super) fn names_width(panel: &Panel) -> f64 {
    named(panel).map(|(_, n)| name_width(n)).fold(0.0, f64::max)
}

/// The legend above a panel of a width: left end and line of each name, and the number of lines.
pub(super) fn legend(panel: &Panel, room: f64) -> (Vec<(f64, usize)>, usize) {
    let (mut x, mut line, mut items) = (0.0, 0, Vec::new());
    for (_, name) in named(panel) {
        let w = name_width(name);
        if x > 0.0 && x + w > room {
            (x, line) = (0.0, line + 1);
        }
        items.push((x, line));
        x += w + 14.0;
    }
    let lines = if items.is_empty() { 0 } else { line + 1 };
    (items, lines)
}

fn has_y_label(panel: &Panel) -> bool {
    panel.y.show_labels && !panel.y.label.is_empty()
}

/// A short y label, as on maps, stands left of the heading instead of in a line of its own.
pub(super) fn label_in_gutter(panel: &Panel) -> bool {
    let second = |a: &Axis| a.secondary.is_some();
    panel.title.is_some() && !second(&panel.x) && !second(&panel.y) && beside_title(panel) <= IN_GUTTER
}

/// Whether a line above the panel is taken by axis labels.
pub(super) fn has_label_line(panel: &Panel) -> bool {
    let second = |a: &Axis| a.secondary.as_ref().is_some_and(|s| !s.label.is_empty());
    let above_ticks = second(&panel.x) && !secondary_label_inline(panel);
    (has_y_label(panel) && !label_in_gutter(panel)) || above_ticks || second(&panel.y)
}

/// A short label of the secondary x axis stands in the line of its ticks.
pub(super) fn secondary_label_inline(panel: &Panel) -> bool {
    panel.x.secondary.as_ref().is_some_and(|s| text::width(&s.label, LABEL_SIZE, false) <= 60.0)
}

/// Height of the words above a panel.
pub(super) fn above(panel: &Panel, legend_lines: usize) -> f64 {
    let title = if panel.title.is_some() { LINE + 2.0 } else { 0.0 };
    let label = if has_label_line(panel) { LINE } else { 0.0 };
    let secondary = if panel.x.secondary.is_some() { TICK_ROOM + 12.0 } else { 0.0 };
    title + label + LINE * legend_lines as f64 + secondary + 6.0
}

/// Height of the words below a panel.
pub(super) fn below(panel: &Panel) -> f64 {
    if !panel.x.show_labels {
        return 6.0;
    }
    TICK_ROOM + 16.0 + if panel.x.label.is_empty() { 0.0 } else { LINE }
}

/// Room for a y label left of the heading.
fn beside_title(panel: &Panel) -> f64 {
    text::width(&panel.y.label, LABEL_SIZE, false) + 12.0
}

/// Room for words left of a plot area of some height.
pub(super) fn gutter_width(panel: &Panel, height: f64) -> f64 {
    if !panel.y.show_labels {
        return 0.0;
    }
    let labels = y_ticks(&panel.y, height);
    let widest = labels.major.iter().map(|t| text::width(&t.label, TICK_SIZE, false)).fold(0.0, f64::max);
    let label = if label_in_gutter(panel) { beside_title(panel) } else { 0.0 };
    f64::max(widest + TICK_ROOM, label).ceil()
}

/// Room for the secondary y ticks right of a plot area.
pub(super) fn secondary_width(panel: &Panel) -> f64 {
    panel.y.secondary.as_ref().map_or(0.0, |s| {
        s.ticks.iter().map(|t| text::width(&t.1, TICK_SIZE, false)).fold(0.0, f64::max).ceil() + TICK_ROOM
    })
}

/// Ticks along x whose labels fit side by side.
pub(super) fn x_ticks(axis: &Axis, length: f64) -> Ticks {
    fitting(axis, ((length / 56.0) as usize).clamp(2, 10), |t| {
        let widest = t.major.iter().map(|t| text::width(&t.label, TICK_SIZE, false)).fold(0.0, f64::max);
        (widest + 10.0) * (t.major.len() as f64 - 1.0) <= length
    })
}

/// Ticks along y whose labels fit one above the other.
pub(super) fn y_ticks(axis: &Axis, length: f64) -> Ticks {
    let most = ((length / 36.0) as usize).clamp(2, 8);
    fitting(axis, most, |t| t.major.len() as f64 * 20.0 <= length + 20.0)
}

/// The ticks for the wanted number, or for fewer if these do not fit, or for more if hardly any are left.
fn fitting(axis: &Axis, wanted: usize, fits: impl Fn(&Ticks) -> bool) -> Ticks {
    let tried = |n: usize| Some(ticks(axis.range, axis.scale, n)).filter(|t| fits(t));
    let fewer = (1..=wanted).rev().find_map(tried);
    if fewer.as_ref().is_some_and(|t| t.major.len() >= 3) {
        return fewer.unwrap_or_default();
    }
    let count = fewer.as_ref().map_or(0, |t| t.major.len());
    let more = (wanted + 1..=wanted + 4).find_map(|n| tried(n).filter(|t| t.major.len() > count));
    more.or(fewer).unwrap_or_else(|| ticks(axis.range, axis.scale, 1))
}
