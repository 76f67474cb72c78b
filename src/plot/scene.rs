//! A figure and its layout as a flat list of marks, the last step before a backend.
//!
//! Marks are in CSS pixels and colours are final, so a scene can be tested without any backend. Order is the order of
//! drawing. Data are placed in `layers.rs`, everything around them in `axes.rs`.

use std::sync::Arc;

use super::axes;
use super::cache::Cache;
use super::clip::Point;
use super::colour::Rgb;
use super::figure::Figure;
use super::layers;
use super::layout::Layout;
use super::mapping::Rect;
use super::raster::Image;
use super::theme::Theme;

/// Which point of a line of words is given; vertically it is always the middle of the capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The left end.
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// A colour with its opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    /// Colour.
    pub rgb: Rgb,
    /// Opacity, 0 to 1.
    pub alpha: f64,
}

impl From<Rgb> for Ink {
    fn from(rgb: Rgb) -> Self {
        Self { rgb, alpha: 1.0 }
    }
}

impl Rgb {
    /// The colour at an opacity.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> Ink {
        Ink { rgb: self, alpha }
    }
}

/// Something to draw.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled rectangle whose edges are moved to whole device pixels: backgrounds and hairlines.
    Fill {
        /// Where.
        rect: Rect,
        /// Colour.
        ink: Ink,
    },
    /// An open curve.
    Path {
        /// Vertices.
        points: Vec<Point>,
        /// Colour.
        ink: Ink,
        /// Width.
        width: f64,
    },
    /// A filled area.
    Polygon {
        /// Corners.
        points: Vec<Point>,
        /// Colour.
        ink: Ink,
    },
    /// A disc, or a ring if a width is given.
    Circle {
        /// Middle.
        centre: Point,
        /// Radius.
        radius: f64,
        /// Colour.
        ink: Ink,
        /// Width of the ring.
        ring: Option<f64>,
    },
    /// A line of words.
    Text {
        /// Where.
        at: Point,
        /// The words.
        text: String,
        /// Font size.
        size: f64,
        /// Which point `at` is.
        anchor: Anchor,
        /// Whether the words are heavy.
        bold: bool,
        /// Colour.
        ink: Ink,
    },
    /// An image whose corners lie on device pixels.
    Image {
        /// Where.
        rect: Rect,
        /// Pixels.
        image: Arc<Image>,
    },
}

/// All marks of a figure, and what could not be shown.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Scene {
    /// Marks in the order of drawing.
    pub marks: Vec<Mark>,
    /// Points with a coordinate that is not finite or has no place on its axis.
    pub non_finite: usize,
    /// Finite points outside their panel.
    pub outside: usize,
}

impl Scene {
    /// Makes the marks of a figure. `density` is the number of device pixels per CSS pixel, for heat maps.
    #[must_use]
    pub fn new(figure: &Figure, layout: &Layout, theme: Theme, density: f64) -> Self {
        Self::with_cache(figure, layout, theme, density, &mut Cache::default())
    }

    /// The same, with heat maps and iso-lines kept from earlier.
    #[must_use]
    pub(super) fn with_cache(
        figure: &Figure,
        layout: &Layout,
        theme: Theme,
        density: f64,
        cache: &mut Cache,
    ) -> Self {
        let mut scene = Self::default();
        let whole = Rect { x: 0.0, y: 0.0, w: layout.width, h: layout.height };
        scene.push(Mark::Fill { rect: whole, ink: theme.background().into() });
        for place in &layout.panels {
            let Some(panel) = figure.rows.get(place.row).and_then(|r| r.panels.get(place.column)) else {
                continue;
            };
            axes::behind(&mut scene, panel, place, theme);
            layers::draw(&mut scene, panel, place, theme, density, cache);
            axes::before(&mut scene, panel, place, theme);
        }
        for place in &layout.bars {
            if let Some(placed) = figure.rows.get(place.row).and_then(|r| r.bars.get(place.index)) {
                axes::colour_bar(&mut scene, &placed.bar, place, theme, density);
            }
        }
        scene
    }

    pub(super) fn push(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// A hairline along x or y, one CSS pixel wide.
    pub(super) fn hairline(&mut self, from: Point, to: Point, ink: impl Into<Ink>) {
        let rect = if from.1 == to.1 {
            Rect { x: from.0.min(to.0), y: from.1 - 0.5, w: (to.0 - from.0).abs(), h: 1.0 }
        } else {
            Rect { x: from.0 - 0.5, y: from.1.min(to.1), w: 1.0, h: (to.1 - from.1).abs() }
        };
        self.push(Mark::Fill { rect, ink: ink.into() });
    }

    pub(super) fn words(&mut self, at: Point, text: &str, size: f64, anchor: Anchor, ink: impl Into<Ink>) {
        self.push(Mark::Text { at, text: text.to_owned(), size, anchor, bold: false, ink: ink.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::figure::{Axis, Dash, Layer, Panel, Row};
    use crate::plot::layout::layout;
    use crate::plot::theme::Role;

    fn scene_of(panel: Panel) -> (Scene, Rect, super::super::mapping::Mapping) {
        let figure = Figure { summary: String::new(), rows: vec![Row::new(vec![panel])] };
        let place = layout(&figure, 700.0, 400.0);
        let mapping = place.panels[0].mapping;
        (Scene::new(&figure, &place, Theme::Light, 1.0), mapping.rect, mapping)
    }

    fn unit() -> Panel {
        Panel::new(Axis::linear("x", (0.0, 1.0)), Axis::linear("y", (0.0, 1.0)))
    }

    fn words<'a>(scene: &'a Scene, wanted: &'a str) -> impl Iterator<Item = Point> + 'a {
        scene.marks.iter().filter_map(move |mark| match mark {
            Mark::Text { at, text, .. } if text == wanted => Some(*at),
            _ => None,
        })
    }

    #[test]
    fn a_name_stands_at_the_height_where_its_curve_ends() {
        let panel = unit()
            .layer(Layer::line(vec![(0.0, 0.1), (1.0, 0.75)], Role::Formula).labelled("up"))
            .layer(Layer::line(vec![(0.0, 0.9), (0.5, 0.5), (1.0, -3.0)], Role::Elbo).labelled("down"));
        let (scene, rect, mapping) = scene_of(panel);
        let up = words(&scene, "up").next().expect("a name");
        assert!((up.1 - mapping.y.to_pixel(0.75)).abs() < 1e-9 && up.0 > rect.right());
        let down = words(&scene, "down").next().expect("a name");
        assert!((down.1 - rect.bottom()).abs() < 6.0, "it leaves at the bottom");
    }

    #[test]
    fn a_band_down_to_zero_reaches_the_edge_of_a_logarithmic_axis() {
        let panel =
            Panel::new(Axis::linear("x", (0.0, 1.0)), Axis::log("y", (0.01, 1.0))).layer(Layer::Band {
                x: vec![0.0, 0.5, 1.0],
                lo: vec![0.05, 0.0, 0.05],
                hi: vec![0.1, 0.1, 0.1],
                role: Role::Formula,
            });
        let (scene, rect, mapping) = scene_of(panel);
        let areas: Vec<&Vec<Point>> = scene
            .marks
            .iter()
            .filter_map(|m| if let Mark::Polygon { points, .. } = m { Some(points) } else { None })
            .collect();
        assert_eq!(areas.len(), 1);
        let lowest = areas[0].iter().map(|p| p.1).fold(0.0, f64::max);
        let highest = areas[0].iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
        assert!((lowest - rect.bottom()).abs() < 1e-9);
        assert!((highest - mapping.y.to_pixel(0.1)).abs() < 1e-9);
    }

    #[test]
    fn rules_outside_the_panel_are_not_drawn() {
        let paths = |x: f64| {
            let rule = Layer::VLine { x, role: Role::Accent, dash: Dash::Solid, label: Some("t".into()) };
            let (scene, ..) = scene_of(unit().layer(rule));
            scene.marks.iter().filter(|m| matches!(m, Mark::Path { .. })).count()
        };
        assert_eq!((paths(0.5), paths(1.5), paths(f64::NAN)), (1, 0, 0));
    }

    #[test]
    fn crowded_secondary_ticks_keep_their_marks_but_not_their_words() {
        let mut panel = unit();
        let ticks = [0.1, 0.12, 0.5, 1.7].map(|t| (t, format!("t = {t}")));
        panel.x = panel.x.secondary("time", ticks.to_vec());
        let (scene, rect, mapping) = scene_of(panel);
        let shown = ["t = 0.1", "t = 0.12", "t = 0.5", "t = 1.7"].map(|w| words(&scene, w).count());
        assert_eq!(shown, [1, 0, 1, 0]);
        let marks = |t: f64| {
            let x = mapping.x.to_pixel(t);
            let is_tick = |r: &Rect| (r.x + 0.5 - x).abs() < 1e-9 && (r.bottom() - rect.y).abs() < 1e-9;
            scene.marks.iter().filter(|m| matches!(m, Mark::Fill { rect, .. } if is_tick(rect))).count()
        };
        assert_eq!((marks(0.1), marks(0.12), marks(0.5)), (1, 1, 1));
    }

    #[test]
    fn nothing_is_drawn_outside_the_panel_but_words_and_axes() {
        let wild = (0..200).map(|i| (f64::from(i) / 100.0 - 0.5, (f64::from(i) * 0.7).sin() * 9.0)).collect();
        let (scene, rect, _) = scene_of(unit().layer(Layer::line(wild, Role::Exact)));
        let mut seen = 0;
        for mark in &scene.marks {
            if let Mark::Path { points, .. } = mark {
                seen += 1;
                let near = |p: &Point| {
                    p.0 >= rect.x - 1e-6
                        && p.0 <= rect.right() + 1e-6
                        && p.1 >= rect.y - 1e-6
                        && p.1 <= rect.bottom() + 1e-6
                };
                assert!(points.iter().all(near), "{points:?}");
            }
        }
        assert!(seen > 15, "each crossing is a piece of its own");
        assert_eq!(scene.outside + scene.non_finite, 200 - inside_count());
    }

    /// How many of the wild points lie in the unit square, counted directly.
    fn inside_count() -> usize {
        let unit = |v: f64| (-1e-9..=1.0 + 1e-9).contains(&v);
        (0..200)
            .filter(|&i| unit(f64::from(i) / 100.0 - 0.5) && unit((f64::from(i) * 0.7).sin() * 9.0))
            .count()
    }
}
