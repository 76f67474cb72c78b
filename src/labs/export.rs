//! Files of a figure: numbers, picture, script and citation, each with the link that shows the figure.
//!
//! Pure and native: the page, the command line and the tests write the same file for the same link.

mod snippet;

use super::{LabState, open};
use crate::plot::export::{About, csv, json, svg};
use crate::plot::{DrawError, Style};
use crate::ui::order::{Format, Order};
use crate::words::tr;
use crate::words::{Language, with};
pub use snippet::snippet;

/// The paper in a line.
pub const CITE: &str = "Gen Li and Yuling Yan, A Score-Based Density Formula, with Applications in Diffusion Generative Models, arXiv:2408.16765, 2024";

/// Why a file was not written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExportError {
    /// The picture has no size.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// A data set too large for a script, or in too many dimensions.
    #[error("{}", tr!("no script recomputes this target: {}", .0))]
    Target(&'static str),
    /// What a network has learned.
    #[error("{}", tr!("no script recomputes what a network has learned; the command `scorescope render` does"))]
    Trained,
    /// The figure has none of the numbers that the script compares with.
    #[error("{}", tr!("the figure has no numbers yet"))]
    Empty,
}

/// The file that an order asks for. The state is that of the order's link, unless the link leaves
/// something out, such as the rows of a file.
///
/// # Errors
/// See [`ExportError`].
pub fn file(order: &Order, state: Option<&LabState>) -> Result<String, ExportError> {
    let (opened, notices) = with(Language::English, || open(&order.query));
    let state = state.unwrap_or(&opened);
    let about = About {
        lab: state.lab().name().to_owned(),
        figure: order.name.clone(),
        query: order.query.clone(),
        address: order.address.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: state.common().seed,
        backend: order.backend.clone(),
        notices: with(Language::English, || notices.iter().map(ToString::to_string).collect()),
        cite: CITE.to_owned(),
    };
    Ok(match order.format {
        Format::Svg => svg(&order.figure, &Style::new(order.theme, 2.0), order.size, &about)?,
        Format::Csv => csv(&order.figure, &about),
        Format::Json => json(&order.figure, &about),
        Format::Numpy => snippet(state, &order.figure, &about)?,
        Format::Bibtex => bibtex(&about),
    })
}

/// BibTeX entries of the paper and of the page as the link shows it.
#[must_use]
pub fn bibtex(about: &About) -> String {
    let address = about.permalink();
    let version = &about.version;
    format!(
        "@misc{{li2024scorebased,
  author        = {{Li, Gen and Yan, Yuling}},
  title         = {{A Score-Based Density Formula, with Applications in Diffusion Generative Models}},
  year          = {{2024}},
  eprint        = {{2408.16765}},
  archivePrefix = {{arXiv}},
  primaryClass  = {{cs.LG}},
  url           = {{https://arxiv.org/abs/2408.16765}}
}}

@misc{{scorescope,
  key           = {{Scorescope}},
  title         = {{Scorescope: the score-based density formula, seen and checked}},
  version       = {{{version}}},
  note          = {{Version {version}, {lab} lab, figure {figure}}},
  url           = {{{address}}}
}}
",
        lab = about.lab,
        figure = about.figure
    )
}
