//! Drawing a figure on any plotters backend.
//!
//! Everything is decided in [`Scene`]; here marks become calls of [`DrawingBackend`]. Backends have whole
//! coordinates, so the backends of this project offer more of them than the device has pixels (`oversample`), which
//! keeps curves smooth; an ordinary plotters backend has one per device pixel.

use crate::words::{Language, language, tr};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Drawable, PointCollection};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind};

use super::cache::Cache;
use super::clip::Point;
use super::figure::Figure;
use super::layout::{Layout, layout};
use super::scene::{Anchor, Ink, Mark, Scene};
use super::theme::Theme;

/// How a figure is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// Light or dark.
    pub theme: Theme,
    /// Device pixels per CSS pixel: all sizes are multiplied by it.
    pub scale: f64,
    /// CSS font stack.
    pub font: String,
}

/// The interface font of the reader's system.
pub const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// The same with what has kanji, as the style sheet has it.
const JAPANESE_FONT: &str = "system-ui, -apple-system, 'Segoe UI', 'Hiragino Sans', 'Noto Sans JP', \
    'Noto Sans CJK JP', 'Yu Gothic', Meiryo, sans-serif";

impl Style {
    /// The interface font at a scale, for the language of the page.
    #[must_use]
    pub fn new(theme: Theme, scale: f64) -> Self {
        let font = if language() == Language::Japanese { JAPANESE_FONT } else { FONT };
        Self { theme, scale, font: font.to_owned() }
    }

    /// The scale, or the nearest usable one.
    pub(super) fn density(&self) -> f64 {
        if self.scale.is_finite() { self.scale.clamp(0.25, 16.0) } else { 1.0 }
    }
}

/// What was drawn and what could not be.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Drawn {
    /// Points that are not finite, or have no place on their axis.
    pub non_finite: usize,
    /// Finite points outside their panel.
    pub outside: usize,
    /// Where everything is, in CSS pixels.
    pub layout: Layout,
}

/// Why a figure was not drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// The backend refused.
    #[error("{}", tr!("the drawing backend failed: {}", .0))]
    Backend(String),
    /// The area has no pixels.
    #[error("{}", tr!("there is no room to draw in ({} x {} pixels)", .width, .height))]
    NoRoom {
        /// Width of the area.
        width: u32,
        /// Height of the area.
        height: u32,
    },
}

/// Draws a figure on an area, whose pixels are device pixels.
///
/// # Errors
/// If the area is empty or the backend fails.
pub fn draw<DB: DrawingBackend>(
    figure: &Figure,
    area: &DrawingArea<DB, Shift>,
    style: &Style,
) -> Result<Drawn, DrawError> {
    draw_oversampled(figure, area, style, 1.0, &mut Cache::default())
}

/// Draws a figure on an area with `oversample` coordinates per device pixel. Images are handed over with one pixel per
/// device pixel nevertheless, and heat maps and iso-lines are taken from the cache where it has them.
pub(super) fn draw_oversampled<DB: DrawingBackend>(
    figure: &Figure,
    area: &DrawingArea<DB, Shift>,
    style: &Style,
    oversample: f64,
    cache: &mut Cache,
) -> Result<Drawn, DrawError> {
    let (width, height) = area.dim_in_pixel();
    if width == 0 || height == 0 {
        return Err(DrawError::NoRoom { width, height });
    }
    let density = style.density();
    let unit = density * oversample;
    let layout = layout(figure, f64::from(width) / unit, f64::from(height) / unit);
    let scene = Scene::with_cache(figure, &layout, style.theme, density, cache);
    for mark in &scene.marks {
        area.draw(&Element { mark, unit, oversample, font: &style.font }).map_err(|e| backend_error(&e))?;
    }
    area.present().map_err(|e| backend_error(&e))?;
    Ok(Drawn { non_finite: scene.non_finite, outside: scene.outside, layout })
}

fn backend_error<E: std::error::Error + Send + Sync>(error: &DrawingAreaErrorKind<E>) -> DrawError {
    DrawError::Backend(error.to_string())
}

/// A mark as a plotters element.
struct Element<'a> {
    mark: &'a Mark,
    /// Backend coordinates per CSS pixel.
    unit: f64,
    /// Backend coordinates per device pixel.
    oversample: f64,
    font: &'a str,
}

impl<'a> PointCollection<'a, BackendCoord> for &'a Element<'a> {
    type Point = BackendCoord;
    type IntoIter = std::iter::Once<BackendCoord>;

    /// The origin, from which the element learns where its area is.
    fn point_iter(self) -> Self::IntoIter {
        std::iter::once((0, 0))
    }
}

impl<DB: DrawingBackend> Drawable<DB> for Element<'_> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut origin: I,
        backend: &mut DB,
        _parent: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let origin = origin.next().unwrap_or((0, 0));
        let at = |p: Point| (origin.0 + whole(p.0 * self.unit), origin.1 + whole(p.1 * self.unit));
        let length = |l: f64| whole(l * self.unit).max(1) as u32;
        match self.mark {
            Mark::Fill { rect, ink } => {
                let snap = |v: f64| self.to_device(v);
                let (x0, y0) = (snap(rect.x), snap(rect.y));
                let least = whole(self.oversample).max(1);
                let (x1, y1) = (snap(rect.right()).max(x0 + least), snap(rect.bottom()).max(y0 + least));
                let shift = |(x, y): BackendCoord| (x + origin.0, y + origin.1);
                backend.draw_rect(shift((x0, y0)), shift((x1, y1)), &paint(*ink, 1, true), true)
            }
            Mark::Path { points, ink, width } => {
                let mut path: Vec<BackendCoord> = points.iter().map(|&p| at(p)).collect();
                path.dedup();
                backend.draw_path(path, &paint(*ink, length(*width), false))
            }
            Mark::Polygon { points, ink } => {
                let mut path: Vec<BackendCoord> = points.iter().map(|&p| at(p)).collect();
                path.dedup();
                backend.fill_polygon(path, &paint(*ink, 1, true))
            }
            Mark::Circle { centre, radius, ink, ring } => {
                let style = paint(*ink, ring.map_or(1, length), ring.is_none());
                backend.draw_circle(at(*centre), length(*radius), &style, ring.is_none())
            }
            Mark::Text { at: point, text, size, anchor, bold, ink } => {
                backend.draw_text(text, &self.text_style(*size, *anchor, *bold, *ink), at(*point))
            }
            Mark::Image { rect, image } => {
                let corner = (origin.0 + self.to_device(rect.x), origin.1 + self.to_device(rect.y));
                backend.blit_bitmap(corner, (image.width, image.height), &image.rgb)
            }
        }
    }
}

impl<'a> Element<'a> {
    /// The coordinate of the nearest whole device pixel.
    fn to_device(&self, css: f64) -> i32 {
        whole((css * self.unit / self.oversample).round() * self.oversample)
    }

    fn text_style(&self, size: f64, anchor: Anchor, bold: bool, ink: Ink) -> TextStyle<'a> {
        let weight = if bold { FontStyle::Bold } else { FontStyle::Normal };
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let mut style = TextStyle::from(FontDesc::new(FontFamily::Name(self.font), size * self.unit, weight));
        style.pos = Pos::new(h_pos, VPos::Center);
        style.color = colour(ink).to_backend_color();
        style
    }
}

fn whole(v: f64) -> i32 {
    v.round().clamp(-1e9, 1e9) as i32
}

fn colour(ink: Ink) -> RGBAColor {
    RGBAColor(ink.rgb.0, ink.rgb.1, ink.rgb.2, ink.alpha)
}

fn paint(ink: Ink, stroke_width: u32, filled: bool) -> ShapeStyle {
    ShapeStyle { color: colour(ink), filled, stroke_width }
}

#[cfg(test)]
mod tests;
