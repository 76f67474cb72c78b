//! What surrounds the data: grid lines, axes, ticks, headings, names of curves, colour bars.
//!
//! Axes are hairlines with short ticks outside the plot; the label of y lies above its axis and that of x below its
//! right end, so no word is turned.

use super::clip;
use super::figure::{Axis, ColourBar, Dash, Layer, Panel};
use super::labels::ascending;
use super::labels::push_apart;
use super::layout::{BarLayout, LABEL_SIZE, LINE, Names, PanelLayout, SAMPLE, TICK_SIZE, TITLE_SIZE};
use super::measure::{named, secondary_label_inline};
use super::raster;
use super::scene::{Anchor, Mark, Scene};
use super::text;
use super::theme::{Role, Theme};

const TICK: f64 = 4.0;

/// Grid lines, drawn first. Heat maps have none.
pub(super) fn behind(scene: &mut Scene, panel: &Panel, place: &PanelLayout, theme: Theme) {
    if panel.has_raster() {
        return;
    }
    let m = &place.mapping;
    for tick in &place.x_ticks.major {
        let x = m.x.to_pixel(tick.value);
        scene.hairline((x, m.rect.y), (x, m.rect.bottom()), theme.grid());
    }
    for tick in &place.y_ticks.major {
        let y = m.y.to_pixel(tick.value);
        scene.hairline((m.rect.x, y), (m.rect.right(), y), theme.grid());
    }
}

/// Axes, words and names, drawn over the data.
pub(super) fn before(scene: &mut Scene, panel: &Panel, place: &PanelLayout, theme: Theme) {
    x_axis(scene, panel, place, theme);
    y_axis(scene, panel, place, theme);
    heading(scene, panel, place, theme);
    names(scene, panel, place, theme);
}

fn x_axis(scene: &mut Scene, panel: &Panel, place: &PanelLayout, theme: Theme) {
    let m = &place.mapping;
    let bottom = m.rect.bottom();
    scene.hairline((m.rect.x, bottom), (m.rect.right(), bottom), theme.axis());
    for &value in &place.x_ticks.minor {
        let x = m.x.to_pixel(value);
        scene.hairline((x, bottom), (x, bottom + TICK * 0.6), theme.axis());
    }
    for tick in &place.x_ticks.major {
        let x = m.x.to_pixel(tick.value);
        scene.hairline((x, bottom), (x, bottom + TICK), theme.axis());
        if panel.x.show_labels {
            scene.words((x, bottom + 15.0), &tick.label, TICK_SIZE, Anchor::Middle, theme.quiet_text());
        }
    }
    if panel.x.show_labels && !panel.x.label.is_empty() {
        let at = (m.rect.right(), bottom + 15.0 + LINE);
        scene.words(at, &panel.x.label, LABEL_SIZE, Anchor::End, theme.quiet_text());
    }
    let Some(second) = &panel.x.secondary else {
        return;
    };
    scene.hairline((m.rect.x, m.rect.y), (m.rect.right(), m.rect.y), theme.axis());
    let inline = secondary_label_inline(panel);
    let mut free = f64::NEG_INFINITY;
    let reserved = if inline { text::width(&second.label, LABEL_SIZE, false) + 10.0 } else { -20.0 };
    for (x, label) in placed(&panel.x, |v| m.x.to_pixel(v), (m.rect.x, m.rect.right())) {
        let half = text::width(label, TICK_SIZE, false) / 2.0;
        scene.hairline((x, m.rect.y - TICK), (x, m.rect.y), theme.axis());
        if x - half >= free && x + half <= m.rect.right() - reserved {
            scene.words((x, place.header.secondary), label, TICK_SIZE, Anchor::Middle, theme.quiet_text());
            free = x + half + 8.0;
        }
    }
    let line = if inline { Some(place.header.secondary) } else { place.header.label };
    if let (Some(y), false) = (line, second.label.is_empty()) {
        scene.words((m.rect.right(), y), &second.label, LABEL_SIZE, Anchor::End, theme.quiet_text());
    }
}

fn y_axis(scene: &mut Scene, panel: &Panel, place: &PanelLayout, theme: Theme) {
    let m = &place.mapping;
    let left = m.rect.x;
    scene.hairline((left, m.rect.y), (left, m.rect.bottom()), theme.axis());
    for &value in &place.y_ticks.minor {
        let y = m.y.to_pixel(value);
        scene.hairline((left - TICK * 0.6, y), (left, y), theme.axis());
    }
    for tick in &place.y_ticks.major {
        let y = m.y.to_pixel(tick.value);
        scene.hairline((left - TICK, y), (left, y), theme.axis());
        if panel.y.show_labels {
            scene.words((left - 7.0, y), &tick.label, TICK_SIZE, Anchor::End, theme.quiet_text());
        }
    }
    let Some(second) = &panel.y.secondary else {
        return;
    };
    let right = m.rect.right();
    scene.hairline((right, m.rect.y), (right, m.rect.bottom()), theme.axis());
    let mut free = f64::INFINITY;
    for (y, label) in placed(&panel.y, |v| m.y.to_pixel(v), (m.rect.y, m.rect.bottom())) {
        scene.hairline((right, y), (right + TICK, y), theme.axis());
        if y + TICK_SIZE / 2.0 <= free {
            scene.words((right + 7.0, y), label, TICK_SIZE, Anchor::Start, theme.quiet_text());
            free = y - TICK_SIZE / 2.0 - 2.0;
        }
    }
    if let (Some(y), false) = (place.header.label, second.label.is_empty()) {
        scene.words((right, y), &second.label, LABEL_SIZE, Anchor::End, theme.quiet_text());
    }
}

/// The secondary ticks of an axis that lie within it, as pixels: left to right, or bottom to top.
fn placed(axis: &Axis, to_pixel: impl Fn(f64) -> f64, (lo, hi): (f64, f64)) -> Vec<(f64, &str)> {
    let ticks: Vec<(f64, &str)> = axis
        .secondary
        .iter()
        .flat_map(|s| &s.ticks)
        .map(|(v, label)| (to_pixel(*v), label.as_str()))
        .filter(|(p, _)| (lo - 0.01..=hi + 0.01).contains(p))
        .collect();
    let upwards = to_pixel(axis.range.0) > to_pixel(axis.range.1);
    let keys: Vec<f64> = ticks.iter().map(|(p, _)| if upwards { -p } else { *p }).collect();
    ascending(&keys).into_iter().map(|i| ticks[i]).collect()
}

fn heading(scene: &mut Scene, panel: &Panel, place: &PanelLayout, theme: Theme) {
    let rect = &place.mapping.rect;
    if let (Some(title), Some(y)) = (&panel.title, place.header.title) {
        let x = if place.column == 0 && !place.header.label_in_gutter { place.left } else { rect.x };
        scene.push(Mark::Text {
            at: (x, y),
            text: title.clone(),
            size: TITLE_SIZE,
            anchor: Anchor::Start,
            bold: true,
            ink: theme.ink().into(),
        });
    }
    if let (Some(y), true, false) = (place.header.label, panel.y.show_labels, panel.y.label.is_empty()) {
        let (x, anchor) = if place.header.label_in_gutter {
            (rect.x - 10.0, Anchor::End)
        } else {
            (place.left, Anchor::Start)
        };
        scene.words((x, y), &panel.y.label, LABEL_SIZE, anchor, theme.quiet_text());
    }
}

/// Names of curves, in the margin beside their ends or in the legend, each with a sample of its stroke.
fn names(scene: &mut Scene, panel: &Panel, place: &PanelLayout, theme: Theme) {
    let named: Vec<(usize, &str)> = named(panel).collect();
    let rect = &place.mapping.rect;
    let spots: Vec<(f64, f64)> = match &place.names {
        Names::Margin(x) => {
            let wanted: Vec<f64> = named.iter().map(|&(i, _)| end_height(&panel.layers[i], place)).collect();
            push_apart(&wanted, LINE - 1.0, rect.y + 4.0, rect.bottom() - 4.0)
                .into_iter()
                .map(|y| (*x, y))
                .collect()
        }
        Names::Legend(items) => items
            .iter()
            .map(|&(x, line)| (place.left + x, place.header.legend + LINE * line as f64))
            .collect(),
    };
    for ((i, name), (x, y)) in named.into_iter().zip(spots) {
        let role = match &panel.layers[i] {
            Layer::Line { role, dash, width, .. } => {
                let dash = if *dash == Dash::Dashed {
                    (Dash::Dashed, f64::min(*width, 1.5))
                } else {
                    (*dash, *width)
                };
                for points in clip::dashes(&[(x, y), (x + SAMPLE, y)], dash.0, dash.1) {
                    scene.push(Mark::Path { points, ink: theme.colour(*role).into(), width: *width });
                }
                *role
            }
            Layer::Points { role, radius, .. } => {
                let centre = (x + SAMPLE / 2.0, y);
                scene.push(Mark::Circle {
                    centre,
                    radius: *radius,
                    ink: theme.colour(*role).into(),
                    ring: None,
                });
                *role
            }
            _ => Role::Muted,
        };
        scene.words((x + SAMPLE + 6.0, y), name, LABEL_SIZE, Anchor::Start, theme.text_colour(role));
    }
}

/// The height at which a layer is last seen in its panel, from left to right.
fn end_height(layer: &Layer, place: &PanelLayout) -> f64 {
    let (Layer::Line { points, .. } | Layer::Points { points, .. }) = layer else {
        return f64::NAN;
    };
    let rect = &place.mapping.rect;
    let pixels: Vec<_> = points.iter().map(|&p| place.mapping.to_pixel(p)).collect();
    let seen = match layer {
        Layer::Line { .. } => clip::polyline(&pixels, rect).into_iter().flatten().collect(),
        _ => pixels,
    };
    seen.into_iter()
        .filter(|p| rect.contains(p.0, p.1) || matches!(layer, Layer::Line { .. }))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(f64::NAN, |p| p.1)
}

/// The strip, its label above and its ticks below.
pub(super) fn colour_bar(scene: &mut Scene, bar: &ColourBar, place: &BarLayout, theme: Theme, density: f64) {
    let rect = &place.rect;
    scene.words((rect.x, rect.y - 11.0), &bar.label, LABEL_SIZE, Anchor::Start, theme.quiet_text());
    if let Some((rect, image)) = raster::ramp(&bar.scale, rect, density, theme) {
        scene.push(Mark::Image { rect, image: image.into() });
    }
    let map = super::mapping::AxisMap::new(&Axis::linear("", bar.scale.range), (rect.x, rect.right()));
    let ticks = &place.ticks.major;
    let half = |i: usize| text::width(&ticks[i].label, TICK_SIZE, false) / 2.0;
    // Labels at the ends stay over the bar.
    let middle = |i: usize| {
        let low = rect.x + half(i) - 8.0;
        map.to_pixel(ticks[i].value).clamp(low, (rect.right() - half(i) + 8.0).max(low))
    };
    // Long labels on a short bar: every second or fourth, zero among them.
    let zero = ticks.iter().position(|t| t.value == 0.0).unwrap_or(0);
    let labelled = |every: usize| (0..ticks.len()).filter(move |i| i.abs_diff(zero) % every == 0);
    let apart = |every: &usize| {
        let next = labelled(*every).skip(1);
        labelled(*every).zip(next).all(|(i, j)| (middle(j) - middle(i)).abs() > half(i) + half(j) + 6.0)
    };
    let every = [1, 2, 4, 8].into_iter().find(apart).unwrap_or(16);
    for (i, tick) in ticks.iter().enumerate() {
        let x = map.to_pixel(tick.value);
        scene.hairline((x, rect.bottom()), (x, rect.bottom() + TICK), theme.axis());
        if i.abs_diff(zero).is_multiple_of(every) {
            let at = (middle(i), rect.bottom() + 14.0);
            scene.words(at, &tick.label, TICK_SIZE, Anchor::Middle, theme.quiet_text());
        }
    }
}
