//! Parameters of the lab of learned scores and their link.

use crate::labs::common::Common;
use crate::labs::training::settings::{Kind, Settings};
use crate::labs::{Lab, Model};
use crate::permalink::{Reader, Writer};

/// The parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// Those shared with other labs; the schedule is that of the formula, of sampling, and of objectives that
    /// depend on one.
    pub common: Common,
    /// How the denoiser is trained.
    pub training: Settings,
}

impl Default for Learned {
    fn default() -> Self {
        Self { common: Common::default(), training: Settings::new(Kind::Score) }
    }
}

impl Model for Learned {
    const LAB: Lab = Lab::Learned;

    fn read(reader: &mut Reader) -> Self {
        Self { common: Common::read(reader), training: Settings::read(reader, Kind::Score) }
    }

    fn write(&self, writer: &mut Writer) {
        self.training.write(writer, Kind::Score);
    }

    fn into_lab(self) -> crate::labs::LabState {
        crate::labs::LabState::Learned(self)
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }
}
