//! The data model of a figure: rows of panels, their axes and layers.
//!
//! A figure holds finished numbers and words only. It knows no pixels, no colours (only [`Role`]s and colour scales)
//! and no way to compute anything; two equal figures draw the same picture.

use std::sync::Arc;

use super::colour::ColourScale;
use super::theme::Role;

/// A whole figure.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Figure {
    /// What the figure shows, in a sentence or two, for those who do not see it.
    pub summary: String,
    /// Rows from top to bottom. The left axes of the first panels align.
    pub rows: Vec<Row>,
}

/// Panels side by side, with their colour bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Share of the free height, relative to the other rows.
    pub height_weight: f64,
    /// Panels from left to right; each takes one column, all columns of a row are equally wide.
    pub panels: Vec<Panel>,
    /// Colour bars below the panels, or in columns beyond them.
    pub bars: Vec<PlacedBar>,
}

impl Row {
    /// A row of weight 1 without colour bars.
    #[must_use]
    pub fn new(panels: Vec<Panel>) -> Self {
        Self { height_weight: 1.0, panels, bars: Vec::new() }
    }

    /// The same row with another share of the height.
    #[must_use]
    pub fn weight(mut self, weight: f64) -> Self {
        self.height_weight = weight;
        self
    }

    /// The same row with a colour bar for the columns `from..to`. If there are panels in these columns the bar lies
    /// below them; if the columns are free, it lies there, stacked under earlier ones.
    #[must_use]
    pub fn bar(mut self, bar: ColourBar, from: usize, to: usize) -> Self {
        self.bars.push(PlacedBar { bar, from, to });
        self
    }
}

/// A colour bar and the columns (`from..to`) of its row that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedBar {
    /// The bar.
    pub bar: ColourBar,
    /// First column.
    pub from: usize,
    /// One past the last column.
    pub to: usize,
}

/// The legend of a colour scale.
#[derive(Clone, Debug, PartialEq)]
pub struct ColourBar {
    /// Quantity and unit.
    pub label: String,
    /// The scale explained.
    pub scale: ColourScale,
}

/// One plot area with its axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// A short heading.
    pub title: Option<String>,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// What is drawn, from bottom to top.
    pub layers: Vec<Layer>,
    /// A unit of x is as long as a unit of y (for maps of the plane; both axes linear).
    pub equal_aspect: bool,
}

impl Panel {
    /// An empty panel.
    #[must_use]
    pub fn new(x: Axis, y: Axis) -> Self {
        #[cfg(all(labs, target_arch = "wasm32"))]
        crate::words::follow();
        Self { title: None, x, y, layers: Vec::new(), equal_aspect: false }
    }

    /// The same panel with a heading.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The same panel with one more layer on top.
    #[must_use]
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// The same panel with equally long units on both axes.
    #[must_use]
    pub fn equal(mut self) -> Self {
        self.equal_aspect = true;
        self
    }

    /// Whether a heat map fills the panel.
    #[must_use]
    pub fn has_raster(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, Layer::Raster { .. }))
    }
}

/// How an axis turns numbers into lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Scale {
    /// In proportion.
    #[default]
    Linear,
    /// By the decimal logarithm; numbers at or below zero have no place.
    Log10,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Quantity and unit, such as "log-density (nats)".
    pub label: String,
    /// Value at the left or lower end, value at the right or upper end; may be reversed.
    pub range: (f64, f64),
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Whether tick labels and the label are written (off for the inner axes of panels that share one).
    pub show_labels: bool,
    /// Further ticks on the opposite side, such as t beside lambda.
    pub secondary: Option<Secondary>,
}

impl Axis {
    /// A linear axis.
    #[must_use]
    pub fn linear(label: impl Into<String>, range: (f64, f64)) -> Self {
        Self { label: label.into(), range, scale: Scale::Linear, show_labels: true, secondary: None }
    }

    /// A logarithmic axis.
    #[must_use]
    pub fn log(label: impl Into<String>, range: (f64, f64)) -> Self {
        Self { scale: Scale::Log10, ..Self::linear(label, range) }
    }

    /// The same axis without words and numbers.
    #[must_use]
    pub fn unlabelled(mut self) -> Self {
        self.show_labels = false;
        self
    }

    /// The same axis with a second set of ticks, given as positions on this axis and their texts.
    #[must_use]
    pub fn secondary(mut self, label: impl Into<String>, ticks: Vec<(f64, String)>) -> Self {
        self.secondary = Some(Secondary { label: label.into(), ticks });
        self
    }
}

/// Ticks on the opposite side of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Secondary {
    /// Quantity and unit.
    pub label: String,
    /// Positions in units of the primary axis, with the texts to write there. Those that would collide are left out.
    pub ticks: Vec<(f64, String)>,
}

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dash {
    /// Not at all.
    #[default]
    Solid,
    /// Long strokes.
    Dashed,
    /// Short strokes.
    Dotted,
}

/// How a heat map fills the space between the nodes of its grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Shading {
    /// Values interpolated between nodes; covers the grid's extent.
    #[default]
    Bilinear,
    /// Each node a cell centred on it; covers half a cell more on each side.
    Nearest,
}

/// Something drawn in a panel, in the data's coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// A curve, broken where a coordinate is not finite.
    Line {
        /// Vertices.
        points: Vec<(f64, f64)>,
        /// Whose curve it is.
        role: Role,
        /// How it is broken.
        dash: Dash,
        /// Width in CSS pixels.
        width: f64,
        /// Its name, written beside its right end.
        label: Option<String>,
    },
    /// The area between two curves over the same abscissae, as for a confidence band.
    Band {
        /// Abscissae.
        x: Vec<f64>,
        /// Lower ordinates.
        lo: Vec<f64>,
        /// Upper ordinates.
        hi: Vec<f64>,
        /// Whose band it is.
        role: Role,
    },
    /// Dots, with intervals if wanted.
    Points {
        /// Centres.
        points: Vec<(f64, f64)>,
        /// Lower and upper end of an interval for each point, in the units of y.
        error_bars: Option<Vec<(f64, f64)>>,
        /// Whose dots they are.
        role: Role,
        /// Radius in CSS pixels.
        radius: f64,
        /// Their name.
        label: Option<String>,
    },
    /// A heat map.
    Raster {
        /// Values.
        grid: Arc<Grid>,
        /// Values to colours.
        scale: ColourScale,
        /// Between the nodes.
        shading: Shading,
    },
    /// Iso-lines of a grid.
    Contours {
        /// Values.
        grid: Arc<Grid>,
        /// One line, or several, per level.
        levels: Vec<f64>,
        /// A role's colour, or none for thin lines that stand out from the heat map below.
        role: Option<Role>,
    },
    /// A vertical line through the panel.
    VLine {
        /// Abscissa.
        x: f64,
        /// Colour.
        role: Role,
        /// How it is broken.
        dash: Dash,
        /// Written beside its upper end.
        label: Option<String>,
    },
    /// A horizontal line through the panel.
    HLine {
        /// Ordinate.
        y: f64,
        /// Colour.
        role: Role,
        /// How it is broken.
        dash: Dash,
        /// Written above its right end.
        label: Option<String>,
    },
    /// A shaded range of x.
    Span {
        /// One end.
        from: f64,
        /// The other end.
        to: f64,
        /// Colour, drawn faintly.
        role: Role,
    },
    /// A ring with a halo, such as the probe.
    Marker {
        /// Abscissa.
        x: f64,
        /// Ordinate.
        y: f64,
        /// Colour.
        role: Role,
    },
    /// Words beside a point.
    Text {
        /// Abscissa.
        x: f64,
        /// Ordinate.
        y: f64,
        /// The words.
        text: String,
        /// Colour.
        role: Role,
    },
    /// A small picture of a grid beside a point, as large on the screen whatever the axes are.
    #[cfg(labs)]
    Thumbnail {
        /// Values; the first row is the uppermost.
        grid: Arc<Grid>,
        /// Values to colours.
        scale: ColourScale,
        /// Abscissa of the point.
        x: f64,
        /// Ordinate of the point.
        y: f64,
        /// Where the picture's centre is from the point, in CSS pixels to the right and down.
        offset: (f64, f64),
        /// Its width and height in CSS pixels.
        size: f64,
        /// The colour of its frame.
        role: Role,
    },
    /// Words in the middle of a cell, in a colour that stands out from the cell's.
    #[cfg(labs)]
    Cell {
        /// Abscissa.
        x: f64,
        /// Ordinate.
        y: f64,
        /// The words.
        text: String,
        /// Colours of the cells, and the value of this one; without, the words are on the background.
        over: Option<(ColourScale, f64)>,
    },
}

impl Layer {
    /// A solid curve of ordinary width without a name.
    #[must_use]
    pub fn line(points: Vec<(f64, f64)>, role: Role) -> Self {
        Self::Line { points, role, dash: Dash::Solid, width: 1.75, label: None }
    }

    /// Dots of ordinary size without a name.
    #[must_use]
    pub fn points(points: Vec<(f64, f64)>, role: Role) -> Self {
        Self::Points { points, error_bars: None, role, radius: 3.0, label: None }
    }

    /// A heat map, bilinear between its nodes.
    #[must_use]
    pub fn raster(grid: Arc<Grid>, scale: ColourScale) -> Self {
        Self::Raster { grid, scale, shading: Shading::Bilinear }
    }

    /// The same layer with a name; only lines, dots, vertical and horizontal lines have one.
    #[must_use]
    pub fn labelled(mut self, name: impl Into<String>) -> Self {
        if let Self::Line { label, .. }
        | Self::Points { label, .. }
        | Self::VLine { label, .. }
        | Self::HLine { label, .. } = &mut self
        {
            *label = Some(name.into());
        }
        self
    }

    /// The same layer with broken lines; only lines can be.
    #[must_use]
    pub fn dashed(mut self, how: Dash) -> Self {
        if let Self::Line { dash, .. } | Self::VLine { dash, .. } | Self::HLine { dash, .. } = &mut self {
            *dash = how;
        }
        self
    }
}

/// Values on a regular grid of nodes, x fastest, the first row at `y.0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Nodes along x.
    pub nx: usize,
    /// Nodes along y.
    pub ny: usize,
    /// Abscissae of the first and the last node of a row.
    pub x: (f64, f64),
    /// Ordinates of the first and the last row.
    pub y: (f64, f64),
    /// `nx * ny` values. A grid with another number of values is drawn as nothing.
    pub values: Vec<f64>,
}

impl Grid {
    /// The value at node (i, j), NaN where there is none.
    #[must_use]
    pub fn at(&self, i: usize, j: usize) -> f64 {
        if i < self.nx && j < self.ny {
            self.values.get(j * self.nx + i).copied().unwrap_or(f64::NAN)
        } else {
            f64::NAN
        }
    }

    /// Whether the shape fits the values and the extent is a proper rectangle of at least 2 x 2 nodes.
    #[must_use]
    pub fn is_proper(&self) -> bool {
        let proper = |(a, b): (f64, f64)| a.is_finite() && b.is_finite() && a != b && (b - a).is_finite();
        self.nx >= 2
            && self.ny >= 2
            && self.nx.checked_mul(self.ny) == Some(self.values.len())
            && proper(self.x)
            && proper(self.y)
    }

    /// Least and greatest finite value, if there is one.
    #[must_use]
    pub fn finite_range(&self) -> Option<(f64, f64)> {
        self.values.iter().filter(|v| v.is_finite()).fold(None, |range, &v| match range {
            None => Some((v, v)),
            Some((lo, hi)) => Some((f64::min(lo, v), f64::max(hi, v))),
        })
    }
}
