//! The link of a training for the command line.

use super::settings::{Kind, Settings};
use crate::labs::common::Common;
use crate::labs::diffusion_loss::DiffusionLoss;
use crate::labs::gan::Gan;
use crate::labs::learned::Learned;
use crate::labs::{Lab, LabState, Model, open};
use crate::math::Rule;
use crate::permalink::Notice;
use crate::words::tr;

/// What is trained.
#[derive(Clone, Debug, PartialEq)]
pub enum Training {
    /// A denoiser.
    Score(Learned),
    /// Two GANs.
    Gan(Gan),
    /// A head for each weighting.
    Heads(DiffusionLoss),
}

impl Training {
    /// Opens a link. Never fails: what cannot be used is replaced and said in the notices.
    pub fn open(query: &str) -> (Self, Vec<Notice>) {
        let (state, mut notices) = open(query);
        let conflict = |words: &str| Notice::Conflict(words.to_owned());
        let training = match state {
            LabState::Learned(state) => Self::Score(state),
            // The regulariser that is trained with has the weights of the formula in the limit of many steps.
            LabState::Gan(gan) => {
                if gan.rule != Rule::Continuous {
                    notices.push(conflict(tr!(
                        "training takes the regulariser in the limit of many steps: rule=continuous is used"
                    )));
                }
                Self::Gan(Gan { rule: Rule::Continuous, ..gan })
            }
            LabState::DiffusionLoss(state) => Self::Heads(state),
            other => {
                let name = other.lab().name();
                notices.push(conflict(&tr!(
                    "nothing is trained in lab={}: lab={} is used",
                    name,
                    Lab::Learned.name()
                )));
                Self::Score(Learned { common: other.common().clone(), ..Learned::default() })
            }
        };
        (training, notices)
    }

    /// The shared parameters.
    pub fn common(&self) -> &Common {
        match self {
            Self::Score(state) => state.common(),
            Self::Gan(gan) => gan.common(),
            Self::Heads(heads) => heads.common(),
        }
    }

    /// How it is trained.
    pub fn settings(&self) -> &Settings {
        match self {
            Self::Score(state) => &state.training,
            Self::Gan(gan) => &gan.training,
            Self::Heads(heads) => &heads.training,
        }
    }

    /// Which settings it has.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Score(_) => Kind::Score,
            Self::Gan(_) => Kind::Gan,
            Self::Heads(_) => Kind::Heads,
        }
    }

    /// The query that [`Training::open`] opens to this.
    pub fn query(&self) -> String {
        match self {
            Self::Score(state) => state.query(),
            Self::Gan(gan) => gan.query(),
            Self::Heads(heads) => heads.query(),
        }
    }
}
