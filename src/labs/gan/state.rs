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

/// What is drawn of the games that are played out in the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Samples of the generators.
    Samples,
    /// Images of a mesh of latent places.
    Manifold,
    /// What the discriminators say.
    Discriminator,
    /// Where they pull samples.
    Pulls,
}

/// Their names in links.
pub const SHOWN: [(&str, Shown); 4] = [
    ("samples", Shown::Samples),
    ("manifold", Shown::Manifold),
    ("discriminator", Shown::Discriminator),
    ("pulls", Shown::Pulls),
];

/// The key of what is drawn.
const VIEW: &str = "view";

/// What is drawn where the link does not say.
const USUAL: [Shown; 3] = [Shown::Samples, Shown::Manifold, Shown::Discriminator];

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
    /// What is drawn of them.
    pub view: Vec<Shown>,
}

impl Default for Gan {
    fn default() -> Self {
        Self {
            common: Common::default(),
            lambda: LAMBDA.default,
            weights: GanWeights::default(),
            rule: Rule::Continuous,
            training: Settings::new(Kind::Gan),
            view: USUAL.to_vec(),
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
            // None at all is a choice too.
            view: if reader.has(VIEW) { reader.choices(VIEW, &SHOWN) } else { default.view },
        }
    }

    fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        writer.number(&LAMBDA, self.lambda);
        writer.choice("weights", &WEIGHTS, self.weights, default.weights);
        writer.choice("rule", &RULES, self.rule, default.rule);
        self.training.write(writer, Kind::Gan);
        if self.view.is_empty() {
            writer.text(VIEW, "");
        } else if self.view != default.view {
            writer.choices(VIEW, &SHOWN, &self.view);
        }
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
