//! Parameters of the GAN lab and their link.

use crate::compute::GanWeights;
use crate::labs::common::Common;
use crate::labs::density::RULES;
use crate::labs::training::settings::{Kind, Settings};
use crate::labs::{Lab, Model};
use crate::math::Rule;
use crate::permalink::{Number, Reader, Writer};

/// Names of the weights in links.
pub const WEIGHTS: [(&str, GanWeights); 2] = [("paper", GanWeights::Paper), ("uniform", GanWeights::Uniform)];

/// Strength of the regulariser.
pub const LAMBDA: Number = Number { key: "lambda", min: 0.0, max: 20.0, default: 0.5, whole: false };

/// The parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Gan {
    /// Those shared with other labs.
    pub common: Common,
    /// Strength `λ` of the regulariser.
    pub lambda: f64,
    /// Its weights.
    pub weights: GanWeights,
    /// How the paper's weights are made of the schedule; by default in the limit of many steps, where
    /// the regulariser is `-log p`.
    pub rule: Rule,
    /// How the two games that are played out are trained.
    pub training: Settings,
}

impl Default for Gan {
    fn default() -> Self {
        Self {
            common: Common::default(),
            lambda: LAMBDA.default,
            weights: GanWeights::default(),
            rule: Rule::Continuous,
            training: Settings::new(Kind::Gan),
        }
    }
}

impl Model for Gan {
    const LAB: Lab = Lab::Gan;

    fn read(reader: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            common: Common::read(reader),
            lambda: reader.number(&LAMBDA),
            weights: reader.choice("weights", &WEIGHTS, default.weights),
            rule: reader.choice("rule", &RULES, default.rule),
            training: Settings::read(reader, Kind::Gan),
        }
    }

    fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        writer.number(&LAMBDA, self.lambda);
        writer.choice("weights", &WEIGHTS, self.weights, default.weights);
        writer.choice("rule", &RULES, self.rule, default.rule);
        self.training.write(writer, Kind::Gan);
    }

    fn into_lab(self) -> crate::labs::LabState {
        crate::labs::LabState::Gan(self)
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }
}
