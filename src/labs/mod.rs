//! The labs: one folder each, registered by one line in [`Lab`].
//!
//! A lab's `state.rs` (parameters and their link), `jobs.rs` (parameters to requests),
//! `plots.rs` (replies to figures) and `report.rs` (replies to named quantities) are native
//! code, so the page, the command line and the tests make the same numbers and the same figure
//! from the same link; `view.rs` is the page's part.

#[cfg(labs)]
pub mod classifier;
pub mod common;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod controls;
#[cfg(labs)]
pub mod csv;
pub mod density;
#[cfg(labs)]
pub mod diffusion_loss;
#[cfg(labs)]
pub mod digits;
#[cfg(labs)]
pub mod elbo;
#[cfg(labs)]
pub mod embed;
#[cfg(test)]
mod essays;
#[cfg(labs)]
pub mod export;
pub mod figures;
#[cfg(labs)]
pub mod forward;
#[cfg(labs)]
pub mod gan;
#[cfg(labs)]
pub mod learned;
#[cfg(labs)]
pub mod pad;
pub mod report;
pub mod target;
#[cfg(labs)]
pub mod training;

use crate::math::MAX_COMPONENTS;
#[cfg(labs)]
use crate::permalink::points::PointSet;
#[cfg(labs)]
use crate::permalink::write_rows;
use crate::permalink::{Notice, Reader, Writer};
use common::{Common, Target};

/// The labs that are finished, in the order of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lab {
    /// The formula beside the truth.
    #[default]
    Density,
    /// Particles that dissolve into noise and come back.
    Forward,
    /// What training by the ELBO minimises.
    Elbo,
    /// What a generator pays for the score-matching regulariser.
    Gan,
    /// Classes told apart by noise-prediction errors.
    Classifier,
    /// What a diffusion head minimises.
    DiffusionLoss,
    /// A score that is learned.
    Learned,
}

impl Lab {
    /// All labs with their names in links. The navigation in `index.html` has the same.
    pub const ALL: [(&'static str, Lab); 7] = [
        ("density", Lab::Density),
        ("forward", Lab::Forward),
        ("elbo", Lab::Elbo),
        ("gan", Lab::Gan),
        ("classifier", Lab::Classifier),
        ("diffusion-loss", Lab::DiffusionLoss),
        ("learned", Lab::Learned),
    ];

    /// The name in links.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, lab)| *lab == self).map_or("", |(name, _)| name)
    }
}

/// The parameters of a lab, as a link holds them.
pub trait Model: Clone + Default + PartialEq + Send + Sync + 'static {
    /// Whose they are.
    const LAB: Lab;

    /// Takes the lab's keys out of a link.
    fn read(reader: &mut Reader) -> Self;

    /// Puts the lab's own keys, those not in [`Common`], into a link.
    fn write(&self, writer: &mut Writer);

    /// Those shared with other labs.
    fn common(&self) -> &Common;

    /// The same, to change.
    fn common_mut(&mut self) -> &mut Common;

    /// The state among those of all labs.
    #[cfg(labs)]
    fn into_lab(self) -> LabState;

    /// Most components of a target that the lab computes with in reasonable time.
    const MOST_COMPONENTS: usize = MAX_COMPONENTS;

    /// Most dimensions of a target.
    const MOST_DIMENSIONS: usize = 2;

    /// Whether the handwritten digits are a target, whatever their dimension and their number.
    const TAKES_DIGITS: bool = false;

    /// Called when the target is another one than before, for what depends on it.
    fn target_changed(&mut self, _before: &Target) {}

    /// The query that [`open_as`] opens to this state.
    fn query(&self) -> String {
        let mut writer = Writer::default();
        self.common().write(&mut writer);
        self.write(&mut writer);
        writer.finish(Self::LAB.name(), Self::LAB == Lab::default())
    }
}

/// Puts a target that the lab can show in place of one that it cannot, and says so.
#[cfg(labs)]
pub fn fit<S: Model>(state: &mut S) -> Option<Notice> {
    let (target, words) =
        state.common().target.within(S::MOST_COMPONENTS, S::MOST_DIMENSIONS, S::TAKES_DIGITS)?;
    let before = std::mem::replace(&mut state.common_mut().target, target);
    state.target_changed(&before);
    Some(Notice::Conflict(words))
}

/// Presets are for all labs.
#[cfg(not(labs))]
pub fn fit<S: Model>(_: &mut S) -> Option<Notice> {
    None
}

/// The query of another lab with the same shared parameters, on the full page.
pub fn link_to(lab: Lab, common: &Common) -> String {
    let mut writer = Writer::default();
    Common { embed: false, hide: Vec::new(), ..common.clone() }.write(&mut writer);
    writer.finish(lab.name(), lab == Lab::default())
}

/// The state of a lab.
#[derive(Clone, Debug, PartialEq)]
pub enum LabState {
    /// See [`density::Density`].
    Density(density::Density),
    /// See [`forward::Forward`].
    #[cfg(labs)]
    Forward(forward::Forward),
    /// See [`elbo::Elbo`].
    #[cfg(labs)]
    Elbo(elbo::Elbo),
    /// See [`classifier::Classifier`].
    #[cfg(labs)]
    Classifier(classifier::Classifier),
    /// See [`gan::Gan`].
    #[cfg(labs)]
    Gan(gan::Gan),
    /// See [`diffusion_loss::DiffusionLoss`].
    #[cfg(labs)]
    DiffusionLoss(diffusion_loss::DiffusionLoss),
    /// See [`learned::Learned`].
    #[cfg(labs)]
    Learned(learned::Learned),
}

/// Opens a link. Never fails: what cannot be used is replaced and said in the notices.
pub fn open(query: &str) -> (LabState, Vec<Notice>) {
    open_reader(Reader::new(query))
}

/// The same with the points of a data set that is no part of the link.
#[cfg(labs)]
pub fn open_with(query: &str, points: &PointSet) -> (LabState, Vec<Notice>) {
    let rows = || points.values().chunks_exact(points.dim()).map(<[f64]>::to_vec).collect::<Vec<_>>();
    let text = if points.fits() { points.write() } else { write_rows(&rows(), '_') };
    let mut reader = Reader::new(query);
    reader.supply("pts", text);
    open_reader(reader)
}

fn open_reader(mut reader: Reader) -> (LabState, Vec<Notice>) {
    let state = match reader.choice("lab", &Lab::ALL, Lab::default()) {
        #[cfg(labs)]
        Lab::Forward => LabState::Forward(read(&mut reader)),
        #[cfg(labs)]
        Lab::Elbo => LabState::Elbo(read(&mut reader)),
        #[cfg(labs)]
        Lab::Classifier => LabState::Classifier(read(&mut reader)),
        #[cfg(labs)]
        Lab::Gan => LabState::Gan(read(&mut reader)),
        #[cfg(labs)]
        Lab::DiffusionLoss => LabState::DiffusionLoss(read(&mut reader)),
        #[cfg(labs)]
        Lab::Learned => LabState::Learned(read(&mut reader)),
        _ => LabState::Density(read(&mut reader)),
    };
    (state, reader.finish())
}

fn read<S: Model>(reader: &mut Reader) -> S {
    let mut state = S::read(reader);
    if let Some(notice) = fit(&mut state) {
        reader.notice(notice);
    }
    state
}

/// The lab that a link names, or the first one.
pub fn lab_of(query: &str) -> Lab {
    let name = query.split('&').find_map(|pair| pair.strip_prefix("lab="));
    Lab::ALL.iter().find(|(known, _)| Some(*known) == name).map_or(Lab::default(), |(_, lab)| *lab)
}

/// The same for a link that is known to be of a lab.
pub fn open_as<S: Model>(query: &str) -> (S, Vec<Notice>) {
    let mut reader = Reader::new(query);
    reader.choice("lab", &Lab::ALL, S::LAB);
    let state = read(&mut reader);
    (state, reader.finish())
}

impl LabState {
    /// Which lab it is of.
    #[cfg(labs)]
    pub fn lab(&self) -> Lab {
        match self {
            LabState::Density(_) => Lab::Density,
            LabState::Forward(_) => Lab::Forward,
            LabState::Elbo(_) => Lab::Elbo,
            LabState::Classifier(_) => Lab::Classifier,
            LabState::Gan(_) => Lab::Gan,
            LabState::DiffusionLoss(_) => Lab::DiffusionLoss,
            LabState::Learned(_) => Lab::Learned,
        }
    }

    /// The parameters that all labs share.
    #[cfg(labs)]
    pub fn common(&self) -> &Common {
        match self {
            LabState::Density(state) => state.common(),
            LabState::Forward(state) => state.common(),
            LabState::Elbo(state) => state.common(),
            LabState::Classifier(state) => state.common(),
            LabState::Gan(state) => state.common(),
            LabState::DiffusionLoss(state) => state.common(),
            LabState::Learned(state) => state.common(),
        }
    }

    /// The same, to change. The target is not to be changed so: a lab may have to follow.
    #[cfg(labs)]
    pub fn common_mut(&mut self) -> &mut Common {
        match self {
            LabState::Density(state) => state.common_mut(),
            LabState::Forward(state) => state.common_mut(),
            LabState::Elbo(state) => state.common_mut(),
            LabState::Classifier(state) => state.common_mut(),
            LabState::Gan(state) => state.common_mut(),
            LabState::DiffusionLoss(state) => state.common_mut(),
            LabState::Learned(state) => state.common_mut(),
        }
    }

    /// The query that [`open`] opens to this state.
    pub fn query(&self) -> String {
        match self {
            LabState::Density(state) => state.query(),
            #[cfg(labs)]
            LabState::Forward(state) => state.query(),
            #[cfg(labs)]
            LabState::Elbo(state) => state.query(),
            #[cfg(labs)]
            LabState::Classifier(state) => state.query(),
            #[cfg(labs)]
            LabState::Gan(state) => state.query(),
            #[cfg(labs)]
            LabState::DiffusionLoss(state) => state.query(),
            #[cfg(labs)]
            LabState::Learned(state) => state.query(),
        }
    }
}
