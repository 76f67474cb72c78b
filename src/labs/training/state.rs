//! Parameters of a training and their link.

use crate::labs::common::Common;
use crate::labs::diffusion_loss::{DiffusionLoss, GAMMA, WEIGHTS};
use crate::labs::gan::Gan;
use crate::labs::{Model, fit};
use crate::learn::denoiser::Shape;
use crate::learn::denoising::DenoisingSpec;
use crate::learn::optimiser::Descent;
use crate::math::Rule;
use crate::math::diffusion_loss::{WeightSpec, Weighting};
use crate::permalink::{Notice, Number, Reader, Writer};

/// Steps of training.
pub const TRAIN: Number = Number { key: "train", min: 0.0, max: 200_000.0, default: 4000.0, whole: true };
/// Numbers of a hidden layer.
const UNITS: Number = Number { key: "units", min: 4.0, max: 256.0, default: 128.0, whole: true };
/// The same for the two networks of a GAN.
const GAN_UNITS: Number = Number { default: 64.0, ..UNITS };
/// Hidden layers.
const LAYERS: Number = Number { key: "layers", min: 1.0, max: 5.0, default: 3.0, whole: true };
/// Learning rate.
const RATE: Number = Number { key: "rate", min: 1e-6, max: 10.0, default: 2e-3, whole: false };
/// The same for the two networks of a GAN.
const GAN_RATE: Number = Number { default: 1e-3, ..RATE };
/// Draws of a minibatch.
const BATCH: Number = Number { key: "batch", min: 8.0, max: 2048.0, default: 256.0, whole: true };
/// Minibatches of the discriminator for one of the generator.
const CRITIC: Number = Number { key: "critic", min: 1.0, max: 10.0, default: 1.0, whole: true };
/// Steps of a GAN before its regulariser is switched on.
const WARM: Number = Number { key: "warm", default: 0.0, ..TRAIN };

/// Names of the optimisers in links.
pub const OPTIMISERS: [(&str, Descent); 2] =
    [("adam", Descent::Adam(0.9, 0.999)), ("momentum", Descent::Momentum(0.9))];

/// Names of the regulariser's scores in links.
pub const SCORES: [(&str, bool); 2] = [("exact", false), ("learned", true)];

/// What is trained.
#[derive(Clone, Debug, PartialEq)]
pub enum Lesson {
    /// A denoiser.
    Score(Common),
    /// Two GANs.
    Gan(Gan),
    /// A head for each weighting.
    Heads(DiffusionLoss),
}

/// How it is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Steps.
    pub steps: usize,
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
    /// `γ` of min-SNR-γ.
    pub gamma: f64,
    /// Whether the regulariser's score is learned first, in as many steps.
    pub learned_score: bool,
    /// Minibatches of the discriminator for one of the generator.
    pub critic: usize,
    /// Steps of a GAN before its regulariser is switched on.
    pub warm: usize,
}

/// A training.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// What is trained.
    pub lesson: Lesson,
    /// How.
    pub settings: Settings,
}

/// The kinds of lessons, by the `lab=` of a link.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Score,
    Gan,
    Heads,
}

const KINDS: [(&str, Kind); 3] =
    [("learned", Kind::Score), ("gan", Kind::Gan), ("diffusion-loss", Kind::Heads)];

impl Training {
    /// Opens a link. Never fails: what cannot be used is replaced and said in the notices.
    pub fn open(query: &str) -> (Self, Vec<Notice>) {
        let mut reader = Reader::new(query);
        let lesson = match reader.choice("lab", &KINDS, Kind::Score) {
            Kind::Score => Lesson::Score(Common::read(&mut reader)),
            Kind::Gan => Lesson::Gan(in_the_limit(read(&mut reader), &mut reader)),
            Kind::Heads => Lesson::Heads(read(&mut reader)),
        };
        let settings = Settings::read(&mut reader, &lesson);
        (Self { lesson, settings }, reader.finish())
    }

    /// The shared parameters.
    pub fn common(&self) -> &Common {
        match &self.lesson {
            Lesson::Score(common) => common,
            Lesson::Gan(gan) => gan.common(),
            Lesson::Heads(heads) => heads.common(),
        }
    }

    /// The query that [`Training::open`] opens to this.
    pub fn query(&self) -> String {
        let mut writer = Writer::default();
        let kind = match &self.lesson {
            Lesson::Score(common) => {
                common.write(&mut writer);
                Kind::Score
            }
            Lesson::Gan(gan) => {
                gan.common().write(&mut writer);
                gan.write(&mut writer);
                Kind::Gan
            }
            Lesson::Heads(heads) => {
                heads.common().write(&mut writer);
                heads.write(&mut writer);
                Kind::Heads
            }
        };
        self.settings.write(&mut writer, kind);
        let name = KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
        writer.finish(name, false)
    }

    /// How a denoiser is trained, of which leading coordinates are `given`.
    pub(super) fn denoising(&self, weighting: Weighting, seed: u32, given: usize) -> DenoisingSpec {
        let (common, settings) = (self.common(), &self.settings);
        DenoisingSpec {
            shape: settings.shape,
            weighting,
            weights: WeightSpec {
                schedule: common.schedule(),
                steps: common.steps as usize,
                gamma: settings.gamma,
            },
            rule: settings.rule,
            rate: settings.rate,
            batch: settings.batch,
            seed,
            given,
        }
    }
}

fn read<S: Model>(reader: &mut Reader) -> S {
    let mut state = S::read(reader);
    if let Some(notice) = fit(&mut state) {
        reader.notice(notice);
    }
    state
}

/// The regulariser that is trained with has the weights of the formula in the limit of many steps.
fn in_the_limit(gan: Gan, reader: &mut Reader) -> Gan {
    if gan.rule != Rule::Continuous {
        let words = "training takes the regulariser in the limit of many steps: rule=continuous is used";
        reader.notice(Notice::Conflict(words.to_owned()));
    }
    Gan { rule: Rule::Continuous, ..gan }
}

impl Settings {
    fn read(reader: &mut Reader, lesson: &Lesson) -> Self {
        let (units, rate) = numbers(matches!(lesson, Lesson::Gan(_)));
        // A head's link has its γ already.
        let gamma = match lesson {
            Lesson::Heads(heads) => heads.gamma,
            _ => reader.number(&GAMMA),
        };
        Self {
            steps: reader.number(&TRAIN) as usize,
            shape: Shape { width: reader.number(&units) as usize, depth: reader.number(&LAYERS) as usize },
            rate: reader.number(&rate),
            batch: reader.number(&BATCH) as usize,
            rule: reader.choice("optimiser", &OPTIMISERS, OPTIMISERS[0].1),
            objective: reader.choice("objective", &WEIGHTS, Weighting::default()),
            gamma,
            learned_score: reader.choice("score", &SCORES, false),
            critic: reader.number(&CRITIC) as usize,
            warm: reader.number(&WARM) as usize,
        }
    }

    fn write(&self, writer: &mut Writer, kind: Kind) {
        let (units, rate) = numbers(kind == Kind::Gan);
        if kind != Kind::Heads {
            writer.number(&GAMMA, self.gamma);
        }
        writer.number(&TRAIN, self.steps as f64);
        writer.number(&units, self.shape.width as f64);
        writer.number(&LAYERS, self.shape.depth as f64);
        writer.number(&rate, self.rate);
        writer.number(&BATCH, self.batch as f64);
        writer.choice("optimiser", &OPTIMISERS, self.rule, OPTIMISERS[0].1);
        writer.choice("objective", &WEIGHTS, self.objective, Weighting::default());
        writer.choice("score", &SCORES, self.learned_score, false);
        writer.number(&CRITIC, self.critic as f64);
        writer.number(&WARM, self.warm as f64);
    }
}

fn numbers(gan: bool) -> (Number, Number) {
    if gan { (GAN_UNITS, GAN_RATE) } else { (UNITS, RATE) }
}
