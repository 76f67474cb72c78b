//! A figure and its layout as a flat list of marks, the last step before a backend.
//!
//! Marks are in CSS pixels and colours are final, so a scene can be tested without any backend. Order is the order of
//! drawing. Data are placed in `layers.rs`, everything around them in `axes.rs`.

use super::axes;
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
        image: Image,
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
        let mut scene = Self::default();
        let whole = Rect {
            x: 0.0,
            y: 0.0,
            w: layout.width,
            h: layout.height,
        };
        scene.push(Mark::Fill {
            rect: whole,
            ink: theme.background().into(),
        });
        for place in &layout.panels {
            let Some(panel) = figure
                .rows
                .get(place.row)
                .and_then(|r| r.panels.get(place.column))
            else {
                continue;
            };
            axes::behind(&mut scene, panel, place, theme);
            layers::draw(&mut scene, panel, place, theme, density);
            axes::before(&mut scene, panel, place, theme);
        }
        for place in &layout.bars {
            if let Some(placed) = figure
                .rows
                .get(place.row)
                .and_then(|r| r.bars.get(place.index))
            {
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
            Rect {
                x: from.0.min(to.0),
                y: from.1 - 0.5,
                w: (to.0 - from.0).abs(),
                h: 1.0,
            }
        } else {
            Rect {
                x: from.0 - 0.5,
                y: from.1.min(to.1),
                w: 1.0,
                h: (to.1 - from.1).abs(),
            }
        };
        self.push(Mark::Fill {
            rect,
            ink: ink.into(),
        });
    }

    pub(super) fn words(
        &mut self,
        at: Point,
        text: &str,
        size: f64,
        anchor: Anchor,
        ink: impl Into<Ink>,
    ) {
        self.push(Mark::Text {
            at,
            text: text.to_owned(),
            size,
            anchor,
            bold: false,
            ink: ink.into(),
        });
    }
}
