//! Parameters of the diffusion-loss lab and their link.

use crate::labs::common::{Common, Target};
use crate::labs::training::settings::{Kind, Settings};
use crate::labs::{Lab, Model};
use crate::math::Mixture;
use crate::math::diffusion_loss::{ModelFamily, WeightSpec, Weighting};
use crate::permalink::{Number, Reader, Writer, write_number};

/// Names of the weightings in links.
pub const WEIGHTS: [(&str, Weighting); 5] = [
    ("formula", Weighting::Formula),
    ("uniform", Weighting::Uniform),
    ("truncated-snr", Weighting::TruncatedSnr),
    ("edm", Weighting::Edm),
    ("min-snr", Weighting::MinSnr),
];

/// Names of the families of models in links.
pub const MODELS: [(&str, ModelFamily); 3] = [
    ("pair", ModelFamily::SymmetricPair),
    ("shared-width", ModelFamily::Width),
    ("gaussian", ModelFamily::Gaussian),
];

/// `γ` of min-SNR-γ.
pub const GAMMA: Number = Number { key: "gamma", min: 0.01, max: 1000.0, default: 5.0, whole: false };

/// Farthest the context goes.
pub const Z_REACH: f64 = 1000.0;

const Z: Number = Number { key: "z", min: -Z_REACH, max: Z_REACH, default: 0.0, whole: false };

/// The parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffusionLoss {
    /// Those shared with other labs.
    pub common: Common,
    /// The weighting that is picked out.
    pub weights: Weighting,
    /// `γ` of min-SNR-γ.
    pub gamma: f64,
    /// The context `z = x₁`, where it was moved.
    pub z: Option<f64>,
    /// The family of models.
    pub model: ModelFamily,
    /// How the heads that learn are trained.
    pub training: Settings,
}

impl Default for DiffusionLoss {
    fn default() -> Self {
        Self {
            common: Common::default(),
            weights: Weighting::default(),
            gamma: GAMMA.default,
            z: None,
            model: ModelFamily::default(),
            training: Settings::new(Kind::Heads),
        }
    }
}

impl Model for DiffusionLoss {
    const LAB: Lab = Lab::DiffusionLoss;

    fn read(reader: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            common: Common::read(reader),
            weights: reader.choice("weights", &WEIGHTS, default.weights),
            gamma: reader.number(&GAMMA),
            z: reader.optional_number(&Z),
            model: reader.choice("model", &MODELS, default.model),
            training: Settings::read(reader, Kind::Heads),
        }
    }

    fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        writer.choice("weights", &WEIGHTS, self.weights, default.weights);
        writer.number(&GAMMA, self.gamma);
        if let Some(z) = self.z {
            writer.text("z", &write_number(z));
        }
        writer.choice("model", &MODELS, self.model, default.model);
        self.training.write(writer, Kind::Heads);
    }

    fn into_lab(self) -> crate::labs::LabState {
        crate::labs::LabState::DiffusionLoss(self)
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }

    /// The context goes home with another target; while components are edited it stays.
    fn target_changed(&mut self, before: &Target) {
        if self.common.target.name() != before.name() {
            self.z = None;
        }
    }
}

impl DiffusionLoss {
    /// What weightings depend on.
    pub fn spec(&self) -> WeightSpec {
        WeightSpec { schedule: self.common.schedule(), steps: self.common.steps as usize, gamma: self.gamma }
    }

    /// The context; 0, and of no account, in one dimension.
    pub fn z(&self, target: &Mixture) -> f64 {
        if target.dim() == 1 { 0.0 } else { self.z.unwrap_or_else(|| home(target)) }
    }
}

/// The mean of `x₁`, rounded so that it reads well.
pub(super) fn home(target: &Mixture) -> f64 {
    let mean = target.moments().0.first().copied().unwrap_or(0.0);
    // Adding zero takes the sign off a zero.
    (mean * 10.0).round() / 10.0 + 0.0
}
