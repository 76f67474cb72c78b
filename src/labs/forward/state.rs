//! Parameters of the forward lab and their link.

use crate::labs::common::Common;
use crate::labs::density::VARIANCES;
use crate::labs::{Lab, Model};
use crate::math::{Mixture, Process, ReverseVariance};
use crate::permalink::points::MAX_POINTS;
use crate::permalink::{Number, Reader, Writer};

/// Names of the processes in links.
pub const PROCESSES: [(&str, Process); 5] = [
    ("forward", Process::Forward),
    ("ddpm", Process::Ddpm),
    ("ddim", Process::Ddim),
    ("flow", Process::Flow),
    ("heun", Process::Heun),
];

/// Where the clock stands: 0 are the data, 1 is the last time of the schedule. The picture is that of the
/// nearest step.
pub const TIME: Number = Number { key: "time", min: 0.0, max: 1.0, default: 0.5, whole: false };
/// How many particles there are.
pub const PARTICLES: Number =
    Number { key: "particles", min: 100.0, max: 1_000_000.0, default: 20_000.0, whole: true };
/// Number of steps `S` of the process.
pub const SAMPLE_STEPS: Number =
    Number { key: "samplesteps", min: 1.0, max: 1000.0, default: 100.0, whole: true };
/// How many ways are drawn.
pub const PATHS: Number = Number { key: "paths", min: 0.0, max: 50.0, default: 8.0, whole: true };
/// Steps a second while playing.
pub const SPEED: Number = Number { key: "speed", min: 1.0, max: 240.0, default: 25.0, whole: false };

/// Evaluations of a component that a step of a sampler may take: some 50 ms on two processors.
const MOST_EVALUATIONS: usize = 16_000_000;

/// The parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Forward {
    /// Those shared with other labs.
    pub common: Common,
    /// What the particles follow.
    pub process: Process,
    /// Where the clock stands, from 0 for the data to 1.
    pub time: f64,
    /// How many particles there are.
    pub particles: f64,
    /// Number of steps of the process.
    pub sample_steps: f64,
    /// DDPM's reverse variance.
    pub variance: ReverseVariance,
    /// Whether the score is drawn, in two dimensions.
    pub arrows: bool,
    /// How many ways are drawn.
    pub paths: f64,
    /// Whether the exact density at the clock's time is drawn.
    pub density: bool,
    /// Steps a second while playing.
    pub speed: f64,
}

impl Default for Forward {
    fn default() -> Self {
        Self {
            common: Common::default(),
            process: Process::default(),
            time: TIME.default,
            particles: PARTICLES.default,
            sample_steps: SAMPLE_STEPS.default,
            variance: ReverseVariance::Beta,
            arrows: true,
            paths: PATHS.default,
            density: true,
            speed: SPEED.default,
        }
    }
}

impl Forward {
    /// Number of steps `S` of the process.
    pub fn count(&self) -> usize {
        self.sample_steps as usize
    }

    /// The step that the clock stands at, `0..=S`; 0 are the data.
    pub fn level(&self) -> usize {
        (self.time * self.sample_steps).round() as usize
    }

    /// Puts the clock at a step.
    pub fn set_level(&mut self, level: usize) {
        // Four digits tell the steps apart and keep links short.
        let share = level.min(self.count()) as f64 / self.sample_steps;
        self.time = (share * 1e4).round() / 1e4;
    }

    /// The steps at which the process begins and ends.
    pub fn ends(&self) -> (usize, usize) {
        if self.process.is_reverse() { (self.count(), 0) } else { (0, self.count()) }
    }

    /// How many particles are moved: all, but for samplers on targets of so many components that a
    /// step would take longer than a frame by far.
    pub fn moved(&self, mixture: &Mixture) -> usize {
        let most = MOST_EVALUATIONS / (mixture.len() * self.process.evaluations()).max(1);
        (self.particles as usize).min(most.max(PARTICLES.min as usize))
    }
}

/// Name of a process in links.
pub(super) fn process_name(process: Process) -> &'static str {
    PROCESSES.iter().find(|(_, known)| *known == process).map_or("", |(name, _)| name)
}

impl Model for Forward {
    const LAB: Lab = Lab::Forward;
    const MOST_COMPONENTS: usize = MAX_POINTS;

    fn read(reader: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            common: Common::read(reader),
            process: reader.choice("process", &PROCESSES, default.process),
            time: reader.number(&TIME),
            particles: reader.number(&PARTICLES),
            sample_steps: reader.number(&SAMPLE_STEPS),
            variance: reader.choice("variance", &VARIANCES, default.variance),
            arrows: reader.flag("arrows", default.arrows),
            paths: reader.number(&PATHS),
            density: reader.flag("density", default.density),
            speed: reader.number(&SPEED),
        }
    }

    fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        writer.choice("process", &PROCESSES, self.process, default.process);
        writer.number(&TIME, self.time);
        writer.number(&PARTICLES, self.particles);
        writer.number(&SAMPLE_STEPS, self.sample_steps);
        writer.choice("variance", &VARIANCES, self.variance, default.variance);
        writer.flag("arrows", self.arrows, default.arrows);
        writer.number(&PATHS, self.paths);
        writer.flag("density", self.density, default.density);
        writer.number(&SPEED, self.speed);
    }

    fn into_lab(self) -> crate::labs::LabState {
        crate::labs::LabState::Forward(self)
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }
}
