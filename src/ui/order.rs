//! What a visitor asks of a figure: a file, with all that it takes to write one.

use crate::plot::{Figure, Theme};

/// Kinds of files that are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The picture as shapes.
    Svg,
    /// The numbers as a table.
    Csv,
    /// The numbers with names.
    Json,
    /// A script that recomputes the numbers.
    Numpy,
    /// How to cite paper and page.
    Bibtex,
}

impl Format {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 5] = [Self::Svg, Self::Csv, Self::Json, Self::Numpy, Self::Bibtex];

    /// What it is called, the end of a file's name, and the type of its content.
    pub fn names(self) -> [&'static str; 3] {
        match self {
            Self::Svg => ["SVG", "svg", "image/svg+xml"],
            Self::Csv => ["CSV", "csv", "text/csv"],
            Self::Json => ["JSON", "json", "application/json"],
            Self::Numpy => ["NumPy", "py", "text/x-python"],
            Self::Bibtex => ["BibTeX", "bib", "text/x-bibtex"],
        }
    }
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// What kind.
    pub format: Format,
    /// The figure.
    pub figure: Figure,
    /// Its name within the lab.
    pub name: String,
    /// The query that shows it.
    pub query: String,
    /// The whole address.
    pub address: String,
    /// Where it was computed.
    pub backend: String,
    /// Light or dark, for a picture.
    pub theme: Theme,
    /// Width and height of a picture, CSS pixels.
    pub size: (u32, u32),
}
