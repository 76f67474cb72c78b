//! Where everything goes: a figure and a size become rectangles of CSS pixels.
//!
//! Columns of a row are equally wide. Plot areas, not their labels, align: those of rows with equally many columns
//! column by column, the first ones of all rows by their left edges. Words beside axes take the room that `measure.rs` estimates. Names of curves stand in the right
//! margin where there is room, else in a legend above the panel. Nothing here draws, so the page can use the same
//! layout to translate the pointer.

use super::figure::Figure;
use super::mapping::{Mapping, Rect};
use super::plan::Plan;
use super::ticks::Ticks;

/// Font size of tick labels.
pub const TICK_SIZE: f64 = 12.0;
/// Font size of axis labels and names of curves.
pub const LABEL_SIZE: f64 = 12.5;
/// Font size of headings.
pub const TITLE_SIZE: f64 = 13.5;
/// Height of a line of words.
pub const LINE: f64 = 18.0;
/// Length of the sample of a curve beside its name.
pub const SAMPLE: f64 = 16.0;
/// Height of a colour bar with its words.
pub const BAR_HEIGHT: f64 = 52.0;

/// The result.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Layout {
    /// Width of the figure.
    pub width: f64,
    /// Height of the figure.
    pub height: f64,
    /// All panels, row by row.
    pub panels: Vec<PanelLayout>,
    /// All colour bars, row by row.
    pub bars: Vec<BarLayout>,
}

impl Layout {
    /// The panel under a pixel.
    #[must_use]
    pub fn panel_at(&self, x: f64, y: f64) -> Option<&PanelLayout> {
        self.panels.iter().find(|p| p.mapping.rect.contains(x, y))
    }
}

/// Where a panel goes.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelLayout {
    /// Its row in the figure.
    pub row: usize,
    /// Its column in the row.
    pub column: usize,
    /// Plot area and axes.
    pub mapping: Mapping,
    /// Ticks along x.
    pub x_ticks: Ticks,
    /// Ticks along y.
    pub y_ticks: Ticks,
    /// Left end of the words above the panel.
    pub left: f64,
    /// Heights (middles of lines) of heading, y label, legend lines and secondary tick labels.
    pub header: Header,
    /// Where the names of curves go.
    pub names: Names,
}

/// Lines above a panel, as heights of their middles.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Header {
    /// Heading.
    pub title: Option<f64>,
    /// Label of the y axis, and of the secondary x axis at the right end of the same line.
    pub label: Option<f64>,
    /// The label stands in the gutter beside the heading.
    pub label_in_gutter: bool,
    /// First line of the legend.
    pub legend: f64,
    /// Tick labels of the secondary x axis.
    pub secondary: f64,
}

/// Where the names of curves go.
#[derive(Clone, Debug, PartialEq)]
pub enum Names {
    /// In the right margin, beginning at this abscissa.
    Margin(f64),
    /// Above: left end and line of each named layer.
    Legend(Vec<(f64, usize)>),
}

/// Where a colour bar goes.
#[derive(Clone, Debug, PartialEq)]
pub struct BarLayout {
    /// Its row in the figure.
    pub row: usize,
    /// Its index in the row.
    pub index: usize,
    /// The strip of colours; its label is a line above, its ticks below.
    pub rect: Rect,
    /// Ticks.
    pub ticks: Ticks,
}

/// Lays a figure out in a width and a height. Any size gives a layout; sizes too small for the words give plot areas of
/// at least a few pixels, which may then stick out.
#[must_use]
pub fn layout(figure: &Figure, width: f64, height: f64) -> Layout {
    let (width, height) = (sane(width), sane(height));
    let mut plan = Plan::new(figure, width);
    // Room for words depends on ticks, ticks on lengths, lengths on the room for words: three rounds settle it.
    for _ in 0..3 {
        plan.refine(figure, width, height);
    }
    plan.place(figure, width, height)
}

/// The height at which a figure of a given width looks best: maps fill their columns, curves are about half as high as
/// wide.
#[must_use]
pub fn preferred_height(figure: &Figure, width: f64) -> f64 {
    let width = sane(width);
    let mut plan = Plan::new(figure, width);
    for _ in 0..3 {
        plan.refine(figure, width, 10_000.0);
    }
    plan.preferred_height(figure, width)
}

fn sane(length: f64) -> f64 {
    if length.is_finite() { length.clamp(40.0, 20_000.0) } else { 40.0 }
}

#[cfg(test)]
mod tests;
