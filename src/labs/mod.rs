//! The labs: one folder each, registered by one line in [`Lab`].
//!
//! A lab's `state.rs` (parameters and their link), `jobs.rs` (parameters to requests),
//! `plots.rs` (replies to figures) and `report.rs` (replies to named quantities) are native
//! code, so the page, the command line and the tests make the same numbers and the same figure
//! from the same link; `view.rs` is the page's part.

pub mod common;
pub mod density;

use crate::permalink::{Notice, Reader};

/// The labs that are finished, in the order of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lab {
    /// The formula beside the truth.
    #[default]
    Density,
}

impl Lab {
    /// All labs with their names in links.
    pub const ALL: [(&'static str, Lab); 1] = [("density", Lab::Density)];

    /// The name in links.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, lab)| *lab == self).map_or("", |(name, _)| name)
    }
}

/// The state of a lab, as a link holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum LabState {
    /// See [`density::Density`].
    Density(density::Density),
}

/// Opens a link. Never fails: what cannot be used is replaced and said in the notices.
pub fn open(query: &str) -> (LabState, Vec<Notice>) {
    let mut reader = Reader::new(query);
    let state = match reader.choice("lab", &Lab::ALL, Lab::default()) {
        Lab::Density => LabState::Density(density::Density::read(&mut reader)),
    };
    (state, reader.finish())
}

impl LabState {
    /// The query that [`open`] opens to this state.
    pub fn query(&self) -> String {
        match self {
            LabState::Density(state) => state.query(),
        }
    }
}
