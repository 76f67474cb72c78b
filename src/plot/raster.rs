//! Heat maps: a grid's values become the pixels of one image.
//!
//! The image has the resolution of the device, so it is neither blurred nor blocky, and is handed to the backend in one
//! piece. Values are interpolated, then coloured (not the other way round, which would invent colours). Where a value is
//! not a number there is a hatch. Axes may be logarithmic or reversed; the part of the panel outside the grid's extent
//! is left alone.

use super::colour::{ColourScale, Rgb, TABLE};
use super::figure::{Grid, Shading};
use super::mapping::{Mapping, Rect};
use super::theme::Theme;

/// Pixels, three bytes each, row by row from the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green and blue of each pixel.
    pub rgb: Vec<u8>,
}

/// No image is larger than this many pixels on a side.
const LARGEST: f64 = 8192.0;

/// Draws a grid in a panel at `density` device pixels per CSS pixel. Returns the rectangle it covers, whose corners lie
/// on device pixels, or `None` if that is empty or the grid is not proper.
#[must_use]
pub fn heat_map(
    grid: &Grid,
    scale: &ColourScale,
    shading: Shading,
    mapping: &Mapping,
    density: f64,
    theme: Theme,
) -> Option<(Rect, Image)> {
    if !grid.is_proper() || !density.is_finite() || density <= 0.0 {
        return None;
    }
    let panel = mapping.rect;
    let half = |n: usize, (a, b): (f64, f64)| match shading {
        Shading::Bilinear => 0.0,
        Shading::Nearest => 0.5 * (b - a) / (n - 1) as f64,
    };
    let (hx, hy) = (half(grid.nx, grid.x), half(grid.ny, grid.y));
    let across = device_span(
        (mapping.x.to_pixel(grid.x.0 - hx), mapping.x.to_pixel(grid.x.1 + hx)),
        (panel.x, panel.right()),
        density,
    )?;
    let down = device_span(
        (mapping.y.to_pixel(grid.y.0 - hy), mapping.y.to_pixel(grid.y.1 + hy)),
        (panel.y, panel.bottom()),
        density,
    )?;
    let columns: Vec<f64> = (across.0..across.1)
        .map(|i| node(mapping.x.to_data((f64::from(i) + 0.5) / density), grid.x, grid.nx))
        .collect();
    let rows: Vec<f64> = (down.0..down.1)
        .map(|j| node(mapping.y.to_data((f64::from(j) + 0.5) / density), grid.y, grid.ny))
        .collect();
    let rgb = match shading {
        Shading::Bilinear => smooth(grid, &columns, &rows, &Painter::new(scale, density, theme)),
        Shading::Nearest => cells(grid, &columns, &rows, &Painter::new(scale, density, theme)),
    };
    let rect = Rect {
        x: f64::from(across.0) / density,
        y: f64::from(down.0) / density,
        w: f64::from(across.1 - across.0) / density,
        h: f64::from(down.1 - down.0) / density,
    };
    Some((rect, Image { width: columns.len() as u32, height: rows.len() as u32, rgb }))
}

/// A colour map from left to right, for a colour bar in a rectangle of CSS pixels.
#[must_use]
pub fn ramp(scale: &ColourScale, rect: &Rect, density: f64, theme: Theme) -> Option<(Rect, Image)> {
    let across = device_span((rect.x, rect.right()), (rect.x, rect.right()), density)?;
    let down = device_span((rect.y, rect.bottom()), (rect.y, rect.bottom()), density)?;
    let (width, height) = ((across.1 - across.0) as u32, (down.1 - down.0) as u32);
    let (lo, hi) = scale.range;
    let row: Vec<u8> = (0..width)
        .flat_map(|i| {
            let t = (f64::from(i) + 0.5) / f64::from(width);
            let Rgb(r, g, b) = scale.colour(lo + (hi - lo) * t, theme).unwrap_or(theme.grid());
            [r, g, b]
        })
        .collect();
    let rect = Rect {
        x: f64::from(across.0) / density,
        y: f64::from(down.0) / density,
        w: f64::from(width) / density,
        h: f64::from(height) / density,
    };
    Some((rect, Image { width, height, rgb: row.repeat(height as usize) }))
}

/// The whole device pixels that both spans share.
fn device_span(a: (f64, f64), b: (f64, f64), density: f64) -> Option<(i32, i32)> {
    let order = |(p, q): (f64, f64)| if p <= q { (p, q) } else { (q, p) };
    // A grid that begins at or below zero on a logarithmic axis has no pixel there: it fills the panel.
    let ((a0, a1), (b0, b1)) = (order(if a.0.is_nan() || a.1.is_nan() { b } else { a }), order(b));
    let (from, to) = (a0.max(b0) * density, a1.min(b1) * density);
    let (from, to) = (from.round(), to.round());
    (from.is_finite() && to.is_finite() && from.abs() < 1e6 && to - from >= 1.0 && to - from <= LARGEST)
        .then_some((from as i32, to as i32))
}

/// The node coordinate (0 at the first node) of a value, kept within the grid.
fn node(value: f64, (first, last): (f64, f64), n: usize) -> f64 {
    let u = (value - first) / (last - first) * (n - 1) as f64;
    if u.is_nan() { 0.0 } else { u.clamp(0.0, (n - 1) as f64) }
}

/// Values to pixels, with all that can be prepared prepared.
struct Painter<'a> {
    scale: &'a ColourScale,
    table: &'static [[u8; 3]; TABLE],
    /// Index in the table as `(value - origin) * gain + base`, unless the scale is degenerate.
    line: Option<(f64, f64, f64)>,
    density: f64,
    theme: Theme,
}

impl<'a> Painter<'a> {
    fn new(scale: &'a ColourScale, density: f64, theme: Theme) -> Self {
        let table = scale.map.lookup(theme);
        let last = (TABLE - 1) as f64;
        let (origin, gain, base) = scale.line();
        let line =
            (gain.is_finite() && origin.is_finite()).then_some((origin, gain * last, base * last + 0.5));
        Self { scale, table, line, density, theme }
    }

    /// The colour of a value at a pixel of the image.
    fn colour(&self, value: f64, i: usize, j: usize) -> [u8; 3] {
        let index = match self.line {
            _ if value.is_nan() => {
                let Rgb(r, g, b) = hatch(i, j, self.density, self.theme);
                return [r, g, b];
            }
            // The cast saturates, as the scale should.
            Some((origin, gain, base)) => ((value - origin) * gain + base) as usize,
            None => (self.scale.position(value).unwrap_or(0.5) * (TABLE - 1) as f64).round() as usize,
        };
        self.table[index.min(TABLE - 1)]
    }
}

/// Each pixel the colour of its nearest node: a row of nodes is coloured once and repeated.
fn cells(grid: &Grid, columns: &[f64], rows: &[f64], painter: &Painter) -> Vec<u8> {
    let across: Vec<usize> = columns.iter().map(|u| u.round() as usize).collect();
    let down: Vec<usize> = rows.iter().map(|v| v.round() as usize).collect();
    let width = columns.len() * 3;
    let mut rgb = vec![0; width * rows.len()];
    // The row of nodes that the last line shows, unless it has a hatch, which is not the same in two lines.
    let mut shown = None;
    for (j, &row) in down.iter().enumerate() {
        let (before, line) = rgb.split_at_mut(width * j);
        let line = &mut line[..width];
        if shown == Some(row) {
            line.copy_from_slice(&before[width * (j - 1)..]);
            continue;
        }
        let nodes = &grid.values[row * grid.nx..(row + 1) * grid.nx];
        let (mut of, mut colour) = (usize::MAX, [0; 3]);
        for (i, (pixel, &k)) in line.as_chunks_mut::<3>().0.iter_mut().zip(&across).enumerate() {
            if k != of || nodes[k].is_nan() {
                (of, colour) = (k, painter.colour(nodes[k], i, j));
            }
            (pixel[0], pixel[1], pixel[2]) = (colour[0], colour[1], colour[2]);
        }
        shown = nodes.iter().all(|v| !v.is_nan()).then_some(row);
    }
    rgb
}

/// Each pixel the colour of the value interpolated between four nodes: first two rows of nodes become one, then each
/// pixel takes its part of two nodes.
fn smooth(grid: &Grid, columns: &[f64], rows: &[f64], painter: &Painter) -> Vec<u8> {
    let split = |u: f64, n: usize| {
        let i = (u as usize).min(n - 2);
        (i, u - i as f64)
    };
    // The pixels of a row that lie between two nodes, cell by cell: where they begin and where they are.
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let places: Vec<f32> = columns
        .iter()
        .enumerate()
        .map(|(i, &u)| {
            let (cell, share) = split(u, grid.nx);
            if spans.last().is_none_or(|(_, last)| *last != cell) {
                spans.push((i, cell));
            }
            share as f32
        })
        .collect();
    let ends = spans.iter().skip(1).map(|(start, _)| *start).chain([columns.len()]);
    let spans: Vec<(usize, usize, usize)> =
        spans.iter().zip(ends).map(|((start, cell), end)| (*start, end, *cell)).collect();
    let mut rgb = vec![0; columns.len() * rows.len() * 3];
    // Nodes of a row as places in the colour table, which are interpolated like the values. Single precision
    // is a thousandth of a colour.
    let (origin, gain, base) = painter.line.unwrap_or((0.0, f64::NAN, 0.0));
    let mut blend = vec![0.0f32; grid.nx];
    for (j, (line, &v)) in rgb.chunks_exact_mut(columns.len() * 3).zip(rows).enumerate() {
        let (row, t) = split(v, grid.ny);
        let nodes = &grid.values[row * grid.nx..(row + 2) * grid.nx];
        let (lower, upper) = nodes.split_at(grid.nx);
        for ((place, a), b) in blend.iter_mut().zip(lower).zip(upper) {
            *place = ((a + (b - a) * t - origin) * gain + base) as f32;
        }
        for &(start, end, cell) in &spans {
            let (from, rise) = (blend[cell], blend[cell + 1] - blend[cell]);
            let pixels = line[3 * start..3 * end].as_chunks_mut::<3>().0.iter_mut().zip(&places[start..end]);
            if (from + rise).is_finite() && rise.is_finite() {
                for (pixel, &s) in pixels {
                    // The cast saturates, as the scale should. Whole arrays are copied by calls, bytes are not.
                    let [r, g, b] = painter.table[((from + rise * s) as usize).min(TABLE - 1)];
                    (pixel[0], pixel[1], pixel[2]) = (r, g, b);
                }
            } else {
                // One infinite or missing corner would spread over its cell: there each pixel takes its nearest
                // node.
                for (i, (pixel, &s)) in (start..).zip(pixels) {
                    let value = grid.at(cell + usize::from(s >= 0.5), row + usize::from(t >= 0.5));
                    *pixel = painter.colour(value, i, j);
                }
            }
        }
    }
    rgb
}

/// Diagonal stripes, one CSS pixel in four.
fn hatch(i: usize, j: usize, density: f64, theme: Theme) -> Rgb {
    let period = (6.0 * density).max(4.0) as usize;
    let (stripe, ground) = match theme {
        Theme::Light => (Rgb(0xb4, 0xba, 0xc0), Rgb(0xe4, 0xe7, 0xea)),
        Theme::Dark => (Rgb(0x5a, 0x62, 0x6a), Rgb(0x33, 0x39, 0x3f)),
    };
    if (i + j) % period < period / 4 { stripe } else { ground }
}

#[cfg(test)]
mod tests;
