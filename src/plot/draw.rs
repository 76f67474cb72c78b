//! Drawing a figure on any plotters backend.
//!
//! Everything is decided in [`Scene`]; here marks become calls of [`DrawingBackend`]. Backends have whole
//! coordinates, so the backends of this project offer more of them than the device has pixels (`oversample`), which
//! keeps curves smooth; an ordinary plotters backend has one per device pixel.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Drawable, PointCollection};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind};

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

impl Style {
    /// The interface font at a scale.
    #[must_use]
    pub fn new(theme: Theme, scale: f64) -> Self {
        Self { theme, scale, font: FONT.to_owned() }
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
    #[error("the drawing backend failed: {0}")]
    Backend(String),
    /// The area has no pixels.
    #[error("there is no room to draw in ({width} x {height} pixels)")]
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
    draw_oversampled(figure, area, style, 1.0)
}

/// Draws a figure on an area with `oversample` coordinates per device pixel. Images are handed over with one pixel per
/// device pixel nevertheless.
pub(super) fn draw_oversampled<DB: DrawingBackend>(
    figure: &Figure,
    area: &DrawingArea<DB, Shift>,
    style: &Style,
    oversample: f64,
) -> Result<Drawn, DrawError> {
    let (width, height) = area.dim_in_pixel();
    if width == 0 || height == 0 {
        return Err(DrawError::NoRoom { width, height });
    }
    let density = style.density();
    let unit = density * oversample;
    let layout = layout(figure, f64::from(width) / unit, f64::from(height) / unit);
    let scene = Scene::new(figure, &layout, style.theme, density);
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
mod tests {
    use super::*;
    use crate::plot::figure::{Axis, ColourBar, Dash, Grid, Layer, Panel, Row, Shading};
    use crate::plot::{ColourScale, Role};
    use plotters::drawing::IntoDrawingArea;
    use plotters_backend::{BackendColor, BackendTextStyle};
    use proptest::prelude::*;
    use std::convert::Infallible;
    use std::sync::Arc;

    /// A backend that notes words and bitmaps.
    struct Recorder<'a> {
        size: (u32, u32),
        words: &'a mut Vec<(String, BackendCoord, f64)>,
        images: &'a mut Vec<(BackendCoord, (u32, u32), usize)>,
    }

    impl DrawingBackend for Recorder<'_> {
        type ErrorType = Infallible;

        fn get_size(&self) -> (u32, u32) {
            self.size
        }

        fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
            Ok(())
        }

        fn present(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
            Ok(())
        }

        fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Result<(), DrawingErrorKind<Infallible>> {
            Ok(())
        }

        fn draw_text<S: BackendTextStyle>(
            &mut self,
            text: &str,
            style: &S,
            at: BackendCoord,
        ) -> Result<(), DrawingErrorKind<Infallible>> {
            self.words.push((text.to_owned(), at, style.size()));
            Ok(())
        }

        fn blit_bitmap(
            &mut self,
            at: BackendCoord,
            size: (u32, u32),
            rgb: &[u8],
        ) -> Result<(), DrawingErrorKind<Infallible>> {
            self.images.push((at, size, rgb.len()));
            Ok(())
        }
    }

    type Record = (Vec<(String, BackendCoord, f64)>, Vec<(BackendCoord, (u32, u32), usize)>);

    fn record(figure: &Figure, size: (u32, u32), scale: f64, oversample: f64) -> Record {
        let (mut words, mut images) = (Vec::new(), Vec::new());
        let area = Recorder { size, words: &mut words, images: &mut images }.into_drawing_area();
        draw_oversampled(figure, &area, &Style::new(Theme::Light, scale), oversample).expect("valid");
        drop(area);
        (words, images)
    }

    fn map() -> Figure {
        let grid = Arc::new(Grid { nx: 3, ny: 3, x: (0.0, 1.0), y: (0.0, 1.0), values: vec![0.5; 9] });
        let panel = Panel::new(Axis::linear("x", (0.0, 1.0)), Axis::linear("y", (0.0, 1.0)))
            .title("map")
            .equal()
            .layer(Layer::raster(grid, ColourScale::sequential((0.0, 1.0))));
        Figure { summary: "A map.".into(), rows: vec![Row::new(vec![panel])] }
    }

    #[test]
    fn everything_grows_with_the_scale_and_images_keep_device_pixels() {
        let (one, small) = record(&map(), (300, 330), 1.0, 1.0);
        let (two, large) = record(&map(), (600, 660), 2.0, 1.0);
        let (fine, same) = record(&map(), (4800, 5280), 2.0, 8.0);
        assert_eq!(one.len(), two.len());
        for (((a, p, s), (b, q, t)), (_, r, u)) in one.iter().zip(&two).zip(&fine) {
            assert_eq!(a, b);
            assert!((2 * p.0 - q.0).abs() <= 1 && (2 * p.1 - q.1).abs() <= 1, "{a}: {p:?} {q:?}");
            assert!((8 * q.0 - r.0).abs() <= 4 && (8 * q.1 - r.1).abs() <= 4, "{a}: {q:?} {r:?}");
            assert!((2.0 * s - t).abs() < 1e-9 && (8.0 * t - u).abs() < 1e-9);
        }
        let ((at, (w, h), bytes), (at2, size2, _)) = (small[0], large[0]);
        assert_eq!(bytes, (w * h * 3) as usize);
        assert_eq!((at2, size2), ((2 * at.0, 2 * at.1), (2 * w, 2 * h)));
        assert_eq!(same[0].0, (8 * at2.0, 8 * at2.1));
        assert_eq!(same[0].1, size2);
    }

    #[test]
    fn a_figure_can_be_drawn_in_a_part_of_an_area_of_another_backend() {
        let mut svg = String::new();
        let area = plotters::backend::SVGBackend::with_string(&mut svg, (700, 300)).into_drawing_area();
        let (_, right) = area.split_horizontally(350);
        draw(&map(), &right, &Style::new(Theme::Dark, 1.0)).expect("valid");
        drop((area, right));
        let xs = svg.lines().filter_map(|l| l.strip_prefix("<text x=\"")?.split('"').next()?.parse::<i32>().ok());
        let xs: Vec<i32> = xs.collect();
        assert!(xs.len() > 5 && xs.iter().all(|x| *x >= 350), "{xs:?}");
        assert!(svg.contains("#14171A") || svg.contains("#14171a"), "the background is drawn");
    }

    #[test]
    fn what_cannot_be_shown_is_counted() {
        let points = vec![(0.1, 0.5), (0.2, f64::NAN), (0.3, 7.0), (0.4, 0.0), (0.5, 0.5), (0.6, -1.0)];
        let panel = Panel::new(Axis::linear("x", (0.0, 1.0)), Axis::log("y", (0.1, 1.0)))
            .layer(Layer::line(points, Role::Exact))
            .layer(Layer::points(vec![(2.0, 0.5), (0.5, 0.5)], Role::Data));
        let figure = Figure { summary: String::new(), rows: vec![Row::new(vec![panel])] };
        let mut svg = String::new();
        let area = plotters::backend::SVGBackend::with_string(&mut svg, (400, 300)).into_drawing_area();
        let drawn = draw(&figure, &area, &Style::new(Theme::Light, 1.0)).expect("valid");
        assert_eq!((drawn.non_finite, drawn.outside), (3, 2));
        assert_eq!(drawn.layout.panels.len(), 1);
    }

    #[test]
    fn no_room_is_an_error() {
        let mut svg = String::new();
        let area = plotters::backend::SVGBackend::with_string(&mut svg, (0, 10)).into_drawing_area();
        let error = draw(&map(), &area, &Style::new(Theme::Light, 1.0)).expect_err("no room");
        assert_eq!(error.to_string(), "there is no room to draw in (0 x 10 pixels)");
    }

    fn any_layer() -> impl Strategy<Value = Layer> {
        let v = prop_oneof![any::<f64>(), -2.0..2.0f64, Just(f64::NAN), Just(0.0)];
        (0usize..10, prop::collection::vec((v.clone(), v.clone()), 0..6), v.clone(), v).prop_map(|(kind, points, a, b)| {
            let values: Vec<f64> = points.iter().map(|p| p.0).chain([a, b, 0.0, 1.0]).collect();
            let (ny, x) = (values.len() / 2, (a, b));
            let grid = Arc::new(Grid { nx: 2, ny, x, y: (0.0, 1.0), values: values.clone() });
            let scale = ColourScale::sequential((a, b));
            match kind {
                0 => Layer::Line { points, role: Role::Elbo, dash: Dash::Dashed, width: a, label: Some("l".into()) },
                1 => Layer::Band { x: values.clone(), lo: values.clone(), hi: values, role: Role::Ode },
                2 => Layer::Points { error_bars: Some(points.clone()), points, role: Role::Data, radius: b, label: None },
                3 => Layer::Raster { grid, scale, shading: Shading::Nearest },
                4 => Layer::raster(grid, scale),
                5 => Layer::Contours { grid, levels: vec![a, b, 0.0], role: None },
                6 => Layer::VLine { x: a, role: Role::Muted, dash: Dash::Dotted, label: Some("v".into()) },
                7 => Layer::HLine { y: a, role: Role::Muted, dash: Dash::Solid, label: Some("h".into()) },
                8 => Layer::Span { from: a, to: b, role: Role::Accent },
                _ => Layer::Marker { x: a, y: b, role: Role::Accent },
            }
        })
    }

    proptest! {
        #[test]
        fn nothing_in_a_figure_can_break_it(
            layers in prop::collection::vec(any_layer(), 0..6), x in any::<(f64, f64)>(), y in any::<(f64, f64)>(), log: bool,
            wide in 50u32..500, tall in 20u32..400, scale in any::<f64>(),
        ) {
            let axis = |r| if log { Axis::log("a", r) } else { Axis::linear("a", r).secondary("s", vec![(r.0, "p".into())]) };
            let mut panel = Panel::new(axis(x), axis(y)).title("t");
            panel.layers = layers;
            let bar = ColourBar { label: "b".into(), scale: ColourScale::diverging(x.0) };
            let figure = Figure { summary: "s".into(), rows: vec![Row::new(vec![panel]).weight(y.1).bar(bar, 0, 1)] };
            let scale = if scale.abs() > 2.0 { 1.0 } else { scale };
            let svg = crate::plot::to_svg(&figure, &Style::new(Theme::Dark, scale), wide, tall).expect("valid");
            prop_assert!(svg.lines().filter(|l| !l.starts_with("<image")).all(|l| !l.contains("NaN")));
        }
    }
}
