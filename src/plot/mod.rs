//! Values become a picture: a figure is plain data, drawn by one function on any plotters backend.
//!
//! | file | what it holds |
//! |---|---|
//! | [`figure`] | the data model: figure, rows, panels, axes, layers |
//! | [`theme`], [`colour`] | colours of roles, light and dark; colour maps |
//! | [`ticks`], [`text`] | nice numbers and their labels; widths of words |
//! | [`mapping`], [`layout`](mod@layout) (with `plan`, `measure`), [`labels`] | where everything goes, data to pixels and back |
//! | [`clip`], [`contour`], [`raster`] | geometry: clipping and dashes, iso-lines, heat maps (kept by `cache`) |
//! | [`scene`] (with `axes`, `layers`, `notes`) | figure and layout become a flat list of marks |
//! | [`draw`](mod@draw) | marks onto a plotters backend |
//! | `data`, `export` | the numbers of a figure as columns; as CSV, JSON and SVG files that say where they come from |
//! | [`svg`], `canvas` | the two backends of this project; `canvas` is the only file that knows the web |
//!
//! All lengths are CSS pixels until the very end, where [`Style::scale`] turns them into device pixels, so a layout
//! computed once serves the picture and the pointer alike. Deliberately absent: animation, hit testing beyond
//! [`Mapping`], rotated text and 3-D.

mod axes;
mod cache;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod canvas;
pub mod clip;
pub mod colour;
pub mod contour;
#[cfg(labs)]
pub mod data;
pub mod draw;
#[cfg(labs)]
pub mod export;
pub mod figure;
#[cfg(test)]
mod gallery;
pub mod labels;
mod layers;
pub mod layout;
pub mod mapping;
mod measure;
mod notes;
mod plan;
pub mod raster;
pub mod scene;
pub mod svg;
pub mod text;
pub mod theme;
pub mod ticks;

#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub use canvas::draw_on_canvas;
pub use colour::{ColourMap, ColourScale, Rgb};
pub use draw::{DrawError, Drawn, Style, draw};
pub use figure::{
    Axis, ColourBar, Dash, Figure, Grid, Layer, Panel, PlacedBar, Row, Scale, Secondary, Shading,
};
pub use layout::{Layout, PanelLayout, layout, preferred_height};
pub use mapping::{AxisMap, Mapping, Rect};
pub use svg::to_svg;
pub use theme::{Role, Theme};
