//! How networks are trained, as part of the links of the labs that train them.

use crate::labs::common::Common;
use crate::labs::diffusion_loss::{GAMMA, WEIGHTS};
use crate::learn::spec::{DenoisingSpec, Descent, Shape};
use crate::math::diffusion_loss::{WeightSpec, Weighting};
use crate::permalink::{Number, Reader, Writer};

/// Steps of training.
pub const TRAIN: Number = Number { key: "train", min: 0.0, max: 200_000.0, default: 4000.0, whole: true };
/// Steps after which the link shows the networks.
pub const AT: Number = Number { key: "at", default: 0.0, ..TRAIN };
/// Numbers of a hidden layer.
pub const UNITS: Number = Number { key: "units", min: 4.0, max: 256.0, default: 128.0, whole: true };
/// The same for the two networks of a GAN.
pub const GAN_UNITS: Number = Number { default: 64.0, ..UNITS };
/// Hidden layers.
pub const LAYERS: Number = Number { key: "layers", min: 1.0, max: 5.0, default: 3.0, whole: true };
/// Learning rate.
pub const RATE: Number = Number { key: "rate", min: 1e-6, max: 10.0, default: 2e-3, whole: false };
/// The same for the two networks of a GAN.
pub const GAN_RATE: Number = Number { default: 1e-3, ..RATE };
/// Draws of a minibatch.
pub const BATCH: Number = Number { key: "batch", min: 8.0, max: 2048.0, default: 256.0, whole: true };
/// Minibatches of the discriminator for one of the generator.
pub const CRITIC: Number = Number { key: "critic", min: 1.0, max: 10.0, default: 1.0, whole: true };
/// Steps of a GAN before its regulariser is switched on.
pub const WARM: Number = Number { key: "warm", default: 0.0, ..TRAIN };

/// Names of the optimisers in links.
pub const OPTIMISERS: [(&str, Descent); 2] =
    [("adam", Descent::Adam(0.9, 0.999)), ("momentum", Descent::Momentum(0.9))];

/// Names of the regulariser's scores in links.
pub const SCORES: [(&str, bool); 2] = [("exact", false), ("learned", true)];

/// What is trained: it decides which settings there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A denoiser.
    Score,
    /// Two GANs.
    Gan,
    /// A head for each weighting.
    Heads,
}

/// How it is trained. Settings that a kind does not have stay at their defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Steps to train.
    pub steps: usize,
    /// Steps after which the networks are shown; 0 while nothing has been trained.
    pub at: usize,
    /// Hidden layers.
    pub shape: Shape,
    /// Learning rate.
    pub rate: f64,
    /// Draws of a minibatch.
    pub batch: usize,
    /// What is done with the gradient; a GAN's is Adam with other constants.
    pub rule: Descent,
    /// Weighting of a denoiser's times; heads are trained with all of them.
    pub objective: Weighting,
    /// `γ` of min-SNR-γ as a denoiser's objective.
    pub gamma: f64,
    /// Whether the score of a GAN's regulariser is learned first, in as many steps.
    pub learned_score: bool,
    /// Minibatches of the discriminator for one of the generator.
    pub critic: usize,
    /// Steps of a GAN before its regulariser is switched on.
    pub warm: usize,
}

impl Settings {
    /// Those of a link that says nothing of them.
    pub fn new(kind: Kind) -> Self {
        let (units, rate) = Self::numbers(kind);
        Self {
            steps: TRAIN.default as usize,
            at: 0,
            shape: Shape { width: units.default as usize, depth: LAYERS.default as usize },
            rate: rate.default,
            batch: BATCH.default as usize,
            rule: OPTIMISERS[0].1,
            objective: Weighting::default(),
            gamma: GAMMA.default,
            learned_score: false,
            critic: CRITIC.default as usize,
            warm: 0,
        }
    }

    /// Ranges of the width and of the learning rate.
    pub fn numbers(kind: Kind) -> (Number, Number) {
        if kind == Kind::Gan { (GAN_UNITS, GAN_RATE) } else { (UNITS, RATE) }
    }

    /// Takes the settings of a kind out of a link.
    pub fn read(reader: &mut Reader, kind: Kind) -> Self {
        let (units, rate) = Self::numbers(kind);
        let mut settings = Self {
            steps: reader.number(&TRAIN) as usize,
            at: reader.number(&AT) as usize,
            shape: Shape { width: reader.number(&units) as usize, depth: reader.number(&LAYERS) as usize },
            rate: reader.number(&rate),
            batch: reader.number(&BATCH) as usize,
            ..Self::new(kind)
        };
        if kind == Kind::Gan {
            settings.learned_score = reader.choice("score", &SCORES, false);
            settings.critic = reader.number(&CRITIC) as usize;
            settings.warm = reader.number(&WARM) as usize;
        } else {
            settings.rule = reader.choice("optimiser", &OPTIMISERS, OPTIMISERS[0].1);
        }
        if kind == Kind::Score {
            settings.objective = reader.choice("objective", &WEIGHTS, Weighting::default());
            settings.gamma = reader.number(&GAMMA);
        }
        settings
    }

    /// Puts the settings of a kind into a link.
    pub fn write(&self, writer: &mut Writer, kind: Kind) {
        let (units, rate) = Self::numbers(kind);
        writer.number(&TRAIN, self.steps as f64);
        writer.number(&AT, self.at as f64);
        writer.number(&units, self.shape.width as f64);
        writer.number(&LAYERS, self.shape.depth as f64);
        writer.number(&rate, self.rate);
        writer.number(&BATCH, self.batch as f64);
        if kind == Kind::Gan {
            writer.choice("score", &SCORES, self.learned_score, false);
            writer.number(&CRITIC, self.critic as f64);
            writer.number(&WARM, self.warm as f64);
        } else {
            writer.choice("optimiser", &OPTIMISERS, self.rule, OPTIMISERS[0].1);
        }
        if kind == Kind::Score {
            writer.choice("objective", &WEIGHTS, self.objective, Weighting::default());
            writer.number(&GAMMA, self.gamma);
        }
    }

    /// How a denoiser is trained with a weighting, `γ` being min-SNR-γ's, of which leading coordinates are
    /// `given`.
    pub fn denoising(
        &self,
        common: &Common,
        (weighting, gamma): (Weighting, f64),
        seed: u32,
        given: usize,
    ) -> DenoisingSpec {
        DenoisingSpec {
            shape: self.shape,
            weighting,
            weights: WeightSpec { schedule: common.schedule(), steps: common.steps as usize, gamma },
            rule: self.rule,
            rate: self.rate,
            batch: self.batch,
            seed,
            given,
        }
    }
}
