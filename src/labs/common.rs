//! The parameters that all labs share, and their part of a link. The first of them, the target, is
//! described in [`super::target`].

pub use super::target::*;
use crate::math::{MAX_STEPS, Schedule};
use crate::permalink::{Number, Reader, Writer};

/// Kinds of noise schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "see math::Schedule")]
pub enum ScheduleKind {
    #[default]
    LiYan,
    Linear,
    Cosine,
    LogSnr,
}

/// Names of the schedules in links.
pub const SCHEDULES: [(&str, ScheduleKind); 4] = [
    ("li-yan", ScheduleKind::LiYan),
    ("linear", ScheduleKind::Linear),
    ("cosine", ScheduleKind::Cosine),
    ("log-snr", ScheduleKind::LogSnr),
];

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ThemeChoice {
    #[default]
    Auto,
    Light,
    Dark,
}

/// Names of the themes in links.
pub const THEMES: [(&str, ThemeChoice); 3] =
    [("auto", ThemeChoice::Auto), ("light", ThemeChoice::Light), ("dark", ThemeChoice::Dark)];

/// A language, or the first that the browser prefers and the page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LanguageChoice {
    #[default]
    Auto,
    English,
    Japanese,
}

/// Names of the languages in links. The start script, in `Trunk.toml`, knows them too.
pub const LANGUAGES: [(&str, LanguageChoice); 3] =
    [("auto", LanguageChoice::Auto), ("en", LanguageChoice::English), ("ja", LanguageChoice::Japanese)];

/// The language that a link asks for.
pub fn language_of(query: &str) -> LanguageChoice {
    let name = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    LANGUAGES
        .iter()
        .find(|(known, _)| Some(*known) == name)
        .map_or(LanguageChoice::Auto, |(_, choice)| *choice)
}

/// Which processor a link asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BackendChoice {
    #[default]
    Auto,
    Gpu,
    Cpu,
}

/// Names of the backends in links.
pub const BACKENDS: [(&str, BackendChoice); 3] =
    [("auto", BackendChoice::Auto), ("gpu", BackendChoice::Gpu), ("cpu", BackendChoice::Cpu)];

/// Groups of the page that `hide=` takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Group {
    Target,
    Estimator,
    Time,
    Curves,
    Error,
    Probe,
    Convergence,
    Numbers,
    Text,
    Export,
}

/// Names of the groups in links.
pub const GROUPS: [(&str, Group); 10] = [
    ("target", Group::Target),
    ("estimator", Group::Estimator),
    ("time", Group::Time),
    ("curves", Group::Curves),
    ("error", Group::Error),
    ("probe", Group::Probe),
    ("convergence", Group::Convergence),
    ("numbers", Group::Numbers),
    ("text", Group::Text),
    ("export", Group::Export),
];

/// Number of steps `T`.
pub const STEPS: Number =
    Number { key: "steps", min: 1.0, max: MAX_STEPS as f64, default: 100.0, whole: true };
/// `c0` of the Li–Yan schedule.
pub const C0: Number = Number { key: "c0", min: 0.5, max: 6.0, default: 2.0, whole: false };
/// `c1` of the Li–Yan schedule.
pub const C1: Number = Number { key: "c1", min: 0.5, max: 20.0, default: 4.0, whole: false };
/// Seed of all draws.
pub const SEED: Number = Number { key: "seed", min: 0.0, max: u32::MAX as f64, default: 1.0, whole: true };

/// The shared parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Common {
    /// The target distribution.
    pub target: Target,
    /// Noise schedule.
    pub schedule: ScheduleKind,
    /// Its number of steps.
    pub steps: f64,
    /// `c0` of the Li–Yan schedule.
    pub c0: f64,
    /// `c1` of the Li–Yan schedule.
    pub c1: f64,
    /// Seed of all draws.
    pub seed: f64,
    /// Where to compute.
    pub backend: BackendChoice,
    /// Colours.
    pub theme: ThemeChoice,
    /// Language of the page.
    pub language: LanguageChoice,
    /// Whether only the figure and its essential controls are shown.
    pub embed: bool,
    /// Groups of the page that are not shown.
    pub hide: Vec<Group>,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            target: Target::default(),
            schedule: ScheduleKind::default(),
            steps: STEPS.default,
            c0: C0.default,
            c1: C1.default,
            seed: SEED.default,
            backend: BackendChoice::default(),
            theme: ThemeChoice::default(),
            language: LanguageChoice::default(),
            embed: false,
            hide: Vec::new(),
        }
    }
}

impl Common {
    /// Takes the shared keys out of a link.
    pub fn read(reader: &mut Reader) -> Self {
        Self {
            target: Target::read(reader),
            schedule: reader.choice("schedule", &SCHEDULES, ScheduleKind::default()),
            steps: reader.number(&STEPS),
            c0: reader.number(&C0),
            c1: reader.number(&C1),
            seed: reader.number(&SEED),
            backend: reader.choice("backend", &BACKENDS, BackendChoice::default()),
            theme: reader.choice("theme", &THEMES, ThemeChoice::default()),
            language: reader.choice("lang", &LANGUAGES, LanguageChoice::default()),
            embed: reader.flag("embed", false),
            hide: reader.choices("hide", &GROUPS),
        }
    }

    /// Puts the shared keys into a link.
    pub fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        self.target.write(writer);
        writer.choice("schedule", &SCHEDULES, self.schedule, default.schedule);
        writer.number(&STEPS, self.steps);
        writer.number(&C0, self.c0);
        writer.number(&C1, self.c1);
        writer.number(&SEED, self.seed);
        writer.choice("backend", &BACKENDS, self.backend, default.backend);
        writer.choice("theme", &THEMES, self.theme, default.theme);
        writer.choice("lang", &LANGUAGES, self.language, default.language);
        writer.flag("embed", self.embed, false);
        writer.choices("hide", &GROUPS, &self.hide);
    }

    /// The schedule with its parameters.
    pub fn schedule(&self) -> Schedule {
        match self.schedule {
            ScheduleKind::LiYan => Schedule::LiYan { c0: self.c0, c1: self.c1 },
            ScheduleKind::Linear => Schedule::Linear,
            ScheduleKind::Cosine => Schedule::Cosine,
            ScheduleKind::LogSnr => Schedule::LogSnr,
        }
    }

    /// Whether a group of the page is shown.
    pub fn shows(&self, group: Group) -> bool {
        !self.hide.contains(&group)
    }
}
