//! The parameters that all labs share, and their part of a link.

use crate::math::targets::Preset;
use crate::math::{Component, Covariance, MAX_COMPONENTS, MAX_STEPS, Mixture, MixtureError, Schedule};
use crate::permalink::{Notice, Number, Reader, RowError, Writer, parse_rows, write_rows};
use thiserror::Error;

/// Names of the presets in links, and `custom`.
pub const TARGETS: [(&str, Option<Preset>); 12] = [
    ("gaussian", Some(Preset::Gaussian)),
    ("bimodal", Some(Preset::Bimodal)),
    ("trio", Some(Preset::Trio)),
    ("claw", Some(Preset::Claw)),
    ("gaussian2", Some(Preset::Gaussian2)),
    ("three", Some(Preset::Three)),
    ("ring8", Some(Preset::Ring8)),
    ("grid9", Some(Preset::Grid9)),
    ("moons", Some(Preset::Moons)),
    ("spiral", Some(Preset::Spiral)),
    ("checkerboard", Some(Preset::Checkerboard)),
    ("custom", None),
];

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
}

/// Names of the groups in links.
pub const GROUPS: [(&str, Group); 9] = [
    ("target", Group::Target),
    ("estimator", Group::Estimator),
    ("time", Group::Time),
    ("curves", Group::Curves),
    ("error", Group::Error),
    ("probe", Group::Probe),
    ("convergence", Group::Convergence),
    ("numbers", Group::Numbers),
    ("text", Group::Text),
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
    /// Whether only the figure and its essential controls are shown.
    pub embed: bool,
    /// Groups of the page that are not shown.
    pub hide: Vec<Group>,
}

/// A preset, or components given by numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One of the presets.
    Preset(Preset),
    /// A checked mixture, with the components as they were typed.
    Custom(Vec<Component>),
}

/// Why `mix` is not a mixture.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum MixError {
    /// It is not a list of numbers.
    #[error(transparent)]
    Rows(#[from] RowError),
    /// A component has a wrong count of numbers.
    #[error(
        "component {component} has {found} numbers: 1-D takes weight:mean:variance, 2-D weight:mx:my:vxx:vxy:vyy"
    )]
    Fields {
        /// Number of the component.
        component: usize,
        /// Numbers found.
        found: usize,
    },
    /// A number of a component is too large or too small to be computed with.
    #[error("component {component}: {what} {value} lies outside {range}")]
    Range {
        /// Number of the component.
        component: usize,
        /// Which number.
        what: &'static str,
        /// The number.
        value: String,
        /// What is allowed.
        range: &'static str,
    },
    /// The components are no mixture.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
}

impl Default for Common {
    fn default() -> Self {
        Self {
            target: Target::Preset(Preset::Bimodal),
            schedule: ScheduleKind::default(),
            steps: STEPS.default,
            c0: C0.default,
            c1: C1.default,
            seed: SEED.default,
            backend: BackendChoice::default(),
            theme: ThemeChoice::default(),
            embed: false,
            hide: Vec::new(),
        }
    }
}

impl Common {
    /// Takes the shared keys out of a link.
    pub fn read(reader: &mut Reader) -> Self {
        Self {
            target: read_target(reader),
            schedule: reader.choice("schedule", &SCHEDULES, ScheduleKind::default()),
            steps: reader.number(&STEPS),
            c0: reader.number(&C0),
            c1: reader.number(&C1),
            seed: reader.number(&SEED),
            backend: reader.choice("backend", &BACKENDS, BackendChoice::default()),
            theme: reader.choice("theme", &THEMES, ThemeChoice::default()),
            embed: reader.flag("embed", false),
            hide: reader.choices("hide", &GROUPS),
        }
    }

    /// Puts the shared keys into a link.
    pub fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        match &self.target {
            Target::Preset(preset) => writer.choice("target", &TARGETS, Some(*preset), Some(Preset::Bimodal)),
            Target::Custom(components) => {
                writer.text("target", "custom");
                writer.text("mix", &write_mix(components));
            }
        }
        writer.choice("schedule", &SCHEDULES, self.schedule, default.schedule);
        writer.number(&STEPS, self.steps);
        writer.number(&C0, self.c0);
        writer.number(&C1, self.c1);
        writer.number(&SEED, self.seed);
        writer.choice("backend", &BACKENDS, self.backend, default.backend);
        writer.choice("theme", &THEMES, self.theme, default.theme);
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

impl Target {
    /// The components, with weights as typed.
    pub fn components(&self) -> Vec<Component> {
        match self {
            Target::Preset(preset) => preset.components(),
            Target::Custom(components) => components.clone(),
        }
    }

    /// The mixture.
    pub fn mixture(&self) -> Mixture {
        match self {
            Target::Preset(preset) => preset.mixture(),
            // Custom components are checked where they come in; the default stands in for a
            // state that was built by hand and is none.
            Target::Custom(components) => {
                Mixture::new(components).unwrap_or_else(|_| Preset::Bimodal.mixture())
            }
        }
    }

    /// The name in links.
    pub fn name(&self) -> &'static str {
        let preset = match self {
            Target::Preset(preset) => Some(*preset),
            Target::Custom(_) => None,
        };
        TARGETS.iter().find(|(_, known)| *known == preset).map_or("custom", |(name, _)| name)
    }
}

/// Reads `weight:mean:variance_…` or `weight:mx:my:vxx:vxy:vyy_…`.
///
/// # Errors
/// [`MixError`], naming the component.
pub fn parse_mix(text: &str) -> Result<Vec<Component>, MixError> {
    let rows = parse_rows(text, '_', MAX_COMPONENTS)?;
    let components = rows
        .iter()
        .enumerate()
        .map(|(i, row)| component(row).ok_or(MixError::Fields { component: i + 1, found: row.len() }))
        .collect::<Result<Vec<_>, _>>()?;
    check(&components)?;
    Ok(components)
}

/// Whether components are a mixture that the page can compute with in reasonable time: means
/// within ±1e6 and standard deviations from 1e-6 to 1e6. Beyond, the range of times at which
/// something happens grows without bound.
///
/// # Errors
/// [`MixError`], naming the component.
pub fn check(components: &[Component]) -> Result<(), MixError> {
    for (i, component) in components.iter().enumerate() {
        let range = |what, value: f64, range| MixError::Range {
            component: i + 1,
            what,
            value: crate::permalink::write_number(value),
            range,
        };
        if let Some(mean) = component.mean.iter().find(|m| m.abs() > 1e6) {
            return Err(range("the mean", *mean, "-1e6 … 1e6"));
        }
        // Also of 0 components: they may get a weight later.
        let alone = Component { weight: 1.0, ..component.clone() };
        let (low, high) =
            Mixture::new(std::slice::from_ref(&alone)).map_or((1.0, 1.0), |m| m.variance_range());
        // A hair wider than the round numbers, for the rounding of eigenvalues.
        if let Some(variance) = [low, high].into_iter().find(|v| !(0.999e-12..=1.001e12).contains(v)) {
            return Err(range("the variance", variance, "1e-12 … 1e12"));
        }
    }
    Mixture::new(components)?;
    Ok(())
}

/// Writes components so that [`parse_mix`] reads the same numbers.
pub fn write_mix(components: &[Component]) -> String {
    write_rows(&components.iter().map(row).collect::<Vec<_>>(), '_')
}

/// The numbers of a component in the order of links: weight, mean, then the variance or the
/// three entries of the covariance.
pub fn row(component: &Component) -> Vec<f64> {
    let mut row = vec![component.weight];
    row.extend(&component.mean);
    match (&component.covariance, component.mean.len()) {
        (Covariance::Isotropic(v), 1) => row.push(*v),
        (Covariance::Isotropic(v), _) => row.extend([*v, 0.0, *v]),
        (Covariance::Diagonal(v), 2) => row.extend([v[0], 0.0, v[1]]),
        (Covariance::Diagonal(v), _) => row.extend(v),
        (Covariance::Full(m), 2) => row.extend([m[0], m[1], m[3]]),
        (Covariance::Full(m), _) => row.extend(m),
    }
    row
}

/// A component from its numbers; `None` unless there are three or six.
pub fn component(row: &[f64]) -> Option<Component> {
    match *row {
        [weight, mean, variance] => {
            Some(Component { weight, mean: vec![mean], covariance: Covariance::Isotropic(variance) })
        }
        [weight, mx, my, vxx, vxy, vyy] => Some(Component {
            weight,
            mean: vec![mx, my],
            covariance: Covariance::Full(vec![vxx, vxy, vxy, vyy]),
        }),
        _ => None,
    }
}

fn read_target(reader: &mut Reader) -> Target {
    let default = Target::Preset(Preset::Bimodal);
    let named = reader.take("target");
    let mix = reader.parsed("mix", parse_mix);
    match (named.as_deref(), mix) {
        (None | Some("custom"), Some(components)) => Target::Custom(components),
        (None, None) => default,
        (Some("custom"), None) => {
            let reason = "“target=custom” needs a valid “mix”; showing bimodal.";
            reader.notice(Notice::Conflict(reason.to_owned()));
            default
        }
        (Some(name), mix) => {
            if mix.is_some() {
                let reason =
                    format!("“mix” was ignored: it goes with “target=custom”, not with “target={name}”.");
                reader.notice(Notice::Conflict(reason));
            }
            match TARGETS.iter().find(|(known, _)| *known == name) {
                Some((_, Some(preset))) => Target::Preset(*preset),
                _ => {
                    reader.unknown_choice("target", name, &TARGETS, "bimodal");
                    default
                }
            }
        }
    }
}
