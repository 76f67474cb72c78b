//! The target distribution, as the labs share it, and its part of a link.
//!
//! A preset, a mixture by numbers (`mix`), or a data set (`pts`, `bandwidth`), which is a mixture too: a
//! Gaussian of standard deviation `h` around each point; so are the handwritten digits. The module of the first lab knows presets only:
//! whatever else a link names makes the start script load the other one.

#[cfg(labs)]
mod images;
#[cfg(labs)]
mod kept;
mod mix;

#[cfg(labs)]
use super::digits;
#[cfg(labs)]
use crate::math::Covariance;
use crate::math::targets::Preset;
#[cfg(labs)]
use crate::math::{BandwidthRule, kernel_components};
use crate::math::{Component, Mixture};
#[cfg(labs)]
use crate::permalink::Notice;
#[cfg(labs)]
use crate::permalink::points::{PointSet, parse_points};
use crate::permalink::{Number, Reader, Writer};
#[cfg(labs)]
use crate::words::tr;
#[cfg(labs)]
pub use images::DIGITS_BANDWIDTH;
#[cfg(labs)]
use images::digits_bandwidth;
pub use mix::{MixError, check, component, parse_mix, row, write_mix};
#[cfg(labs)]
use std::sync::Arc;

/// What a target can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// One of the presets.
    Preset(Preset),
    /// A mixture by numbers.
    Custom,
    /// A data set.
    Points,
    /// The handwritten digits.
    Digits,
}

/// Their names in links.
pub const TARGETS: [(&str, TargetKind); 15] = [
    ("gaussian", TargetKind::Preset(Preset::Gaussian)),
    ("bimodal", TargetKind::Preset(Preset::Bimodal)),
    ("trio", TargetKind::Preset(Preset::Trio)),
    ("claw", TargetKind::Preset(Preset::Claw)),
    ("gaussian2", TargetKind::Preset(Preset::Gaussian2)),
    ("three", TargetKind::Preset(Preset::Three)),
    ("ring8", TargetKind::Preset(Preset::Ring8)),
    ("grid9", TargetKind::Preset(Preset::Grid9)),
    ("moons", TargetKind::Preset(Preset::Moons)),
    ("spiral", TargetKind::Preset(Preset::Spiral)),
    ("checkerboard", TargetKind::Preset(Preset::Checkerboard)),
    ("letters", TargetKind::Preset(Preset::Letters)),
    ("custom", TargetKind::Custom),
    ("points", TargetKind::Points),
    ("digits", TargetKind::Digits),
];

/// Bandwidth of a data set, where it is given by number.
pub const BANDWIDTH: Number = Number { key: "bandwidth", min: 1e-6, max: 1e6, default: 0.1, whole: false };

/// A target.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One of the presets.
    Preset(Preset),
    /// A checked mixture, with the components as they were typed.
    #[cfg(labs)]
    Custom(Vec<Component>),
    /// A data set.
    #[cfg(labs)]
    Points(DataSet),
    /// The handwritten digits, with their bandwidth in units of a full pixel.
    #[cfg(labs)]
    Digits(f64),
}

/// Points, and the width of the Gaussian around each.
#[cfg(labs)]
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// The points.
    pub points: Arc<PointSet>,
    /// How wide.
    pub bandwidth: Bandwidth,
}

/// A bandwidth `h`.
#[cfg(labs)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bandwidth {
    /// By a rule.
    Rule(BandwidthRule),
    /// By number, within [`BANDWIDTH`].
    Fixed(f64),
}

/// Names of the rules in links.
#[cfg(labs)]
pub const BANDWIDTH_RULES: [(&str, BandwidthRule); 2] =
    [("scott", BandwidthRule::Scott), ("silverman", BandwidthRule::Silverman)];

impl Default for Target {
    fn default() -> Self {
        Self::Preset(Preset::Bimodal)
    }
}

#[cfg(labs)]
impl Default for Bandwidth {
    fn default() -> Self {
        Self::Rule(BandwidthRule::Scott)
    }
}

#[cfg(labs)]
impl DataSet {
    /// The bandwidth `h`, within [`BANDWIDTH`].
    pub fn bandwidth(&self) -> f64 {
        match self.bandwidth {
            Bandwidth::Rule(rule) => {
                rule.bandwidth(self.points.dim(), &self.points.values()).clamp(BANDWIDTH.min, BANDWIDTH.max)
            }
            Bandwidth::Fixed(h) => h,
        }
    }
}

impl Target {
    /// The components, with weights as typed.
    pub fn components(&self) -> Vec<Component> {
        match self {
            Target::Preset(preset) => preset.components(),
            #[cfg(labs)]
            Target::Custom(components) => components.clone(),
            #[cfg(labs)]
            Target::Points(data) => {
                kernel_components(data.points.dim(), &data.points.values(), data.bandwidth())
            }
            // There is no such target before the digits have come.
            #[cfg(labs)]
            Target::Digits(h) => digits::digits()
                .map_or_else(Vec::new, |digits| kernel_components(digits::PIXELS, &digits.points(), *h)),
        }
    }

    /// How many components there are.
    pub fn count(&self) -> usize {
        match self {
            Target::Preset(preset) => preset.components().len(),
            #[cfg(labs)]
            Target::Custom(components) => components.len(),
            #[cfg(labs)]
            Target::Points(data) => data.points.len(),
            #[cfg(labs)]
            Target::Digits(_) => digits::digits().map_or(0, |_| digits::TRAIN),
        }
    }

    /// Its dimension.
    pub fn dim(&self) -> usize {
        match self {
            Target::Preset(preset) => preset.dim(),
            #[cfg(labs)]
            Target::Custom(components) => components.first().map_or(1, |c| c.mean.len()),
            #[cfg(labs)]
            Target::Points(data) => data.points.dim(),
            #[cfg(labs)]
            Target::Digits(_) => digits::PIXELS,
        }
    }

    /// The mixture.
    pub fn mixture(&self) -> Mixture {
        match self {
            Target::Preset(preset) => preset.mixture(),
            #[cfg(labs)]
            _ => kept::mixture(self),
        }
    }

    /// One that has at most so many components and dimensions, and in words what was done, where this
    /// one has more: some of the points, chosen evenly, or the default.
    #[cfg(labs)]
    pub fn within(&self, components: usize, dimensions: usize, digits: bool) -> Option<(Self, String)> {
        if matches!(self, Target::Digits(_)) && !digits {
            let words = tr!(
                "This lab draws targets of at most {} dimensions, and the digits have {}: showing bimodal.",
                dimensions,
                super::digits::PIXELS
            );
            return Some((Self::default(), words));
        }
        let Target::Points(data) = self else { return None };
        let (count, dim) = (data.points.len(), data.points.dim());
        if dim > dimensions {
            let words = tr!(
                "This lab draws targets of at most {} dimensions, and the data set has {}: showing bimodal.",
                dimensions,
                dim
            );
            return Some((Self::default(), words));
        }
        let points = (count > components).then(|| data.points.thinned(components))?;
        let words = tr!(
            "This lab computes with at most {} points: it takes {} of the {}.",
            components,
            components,
            count
        );
        Some((Target::Points(DataSet { points: Arc::new(points), ..data.clone() }), words))
    }

    /// This target in another form, to be edited: its components by number (of a data set, the Gaussian with
    /// its mean and variances), or points drawn from it.
    #[cfg(labs)]
    pub fn as_kind(&self, kind: TargetKind, seed: u32) -> Self {
        /// Points that are drawn from a target.
        const DRAWN: u32 = 200;
        match (kind, self) {
            (TargetKind::Preset(preset), _) => Target::Preset(preset),
            (TargetKind::Digits, Target::Digits(h)) => Target::Digits(*h),
            (TargetKind::Digits, _) if digits::digits().is_none() => self.clone(),
            (TargetKind::Digits, _) => Target::Digits(digits::BANDWIDTH),
            // Nothing of 64 dimensions is edited by numbers, and no link holds points of so many.
            (_, Target::Digits(_)) => Self::default().as_kind(kind, seed),
            (TargetKind::Custom, Target::Points(_)) => {
                let mixture = self.mixture();
                let (mean, deviations) = mixture.moments();
                let covariance = match deviations[..] {
                    [deviation] => Covariance::Isotropic(deviation * deviation),
                    _ => Covariance::Diagonal(deviations.iter().map(|d| d * d).collect()),
                };
                let gaussian = Target::Custom(vec![Component { weight: 1.0, mean, covariance }]);
                if mixture.dim() <= 2 { gaussian } else { Target::Custom(Preset::Bimodal.components()) }
            }
            (TargetKind::Custom, _) => Target::Custom(self.components()),
            (TargetKind::Points, Target::Points(data)) => Target::Points(data.clone()),
            (TargetKind::Points, _) => {
                let mixture = self.mixture();
                let values = (0..DRAWN).flat_map(|i| mixture.sample(seed, i)).collect();
                PointSet::rounded(mixture.dim(), values).map_or_else(
                    |_| self.clone(),
                    |points| {
                        Target::Points(DataSet { points: Arc::new(points), bandwidth: Bandwidth::default() })
                    },
                )
            }
        }
    }

    /// What it is.
    pub fn kind(&self) -> TargetKind {
        match self {
            Target::Preset(preset) => TargetKind::Preset(*preset),
            #[cfg(labs)]
            Target::Custom(_) => TargetKind::Custom,
            #[cfg(labs)]
            Target::Points(_) => TargetKind::Points,
            #[cfg(labs)]
            Target::Digits(_) => TargetKind::Digits,
        }
    }

    /// The name in links.
    pub fn name(&self) -> &'static str {
        let kind = self.kind();
        TARGETS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name)
    }

    /// Whether this is another version of the same thing: a mixture or a data set that was edited.
    pub fn is_edit_of(&self, before: &Self) -> bool {
        match self.kind() {
            TargetKind::Custom => true,
            TargetKind::Points => before.kind() == TargetKind::Points,
            TargetKind::Preset(_) | TargetKind::Digits => false,
        }
    }

    /// Takes the target out of a link.
    pub fn read(reader: &mut Reader) -> Self {
        let named = reader.take("target");
        #[cfg(labs)]
        {
            let mix = reader.parsed("mix", parse_mix);
            let points = reader.parsed("pts", parse_points);
            let bandwidth = reader.parsed("bandwidth", parse_bandwidth);
            read(reader, named.as_deref(), mix, points, bandwidth)
        }
        #[cfg(not(labs))]
        named.map_or_else(Self::default, |name| read_preset(reader, &name))
    }

    /// Puts the target into a link.
    pub fn write(&self, writer: &mut Writer) {
        writer.choice("target", &TARGETS, self.kind(), Self::default().kind());
        match self {
            Target::Preset(_) => {}
            #[cfg(labs)]
            Target::Custom(components) => writer.text("mix", &write_mix(components)),
            #[cfg(labs)]
            Target::Points(data) => {
                writer.text("pts", &data.points.write());
                match data.bandwidth {
                    Bandwidth::Rule(rule) => {
                        writer.choice("bandwidth", &BANDWIDTH_RULES, rule, BandwidthRule::default());
                    }
                    Bandwidth::Fixed(h) => {
                        writer.text("bandwidth", &crate::permalink::write_number(h));
                    }
                }
            }
            #[cfg(labs)]
            Target::Digits(h) => writer.number(&DIGITS_BANDWIDTH, *h),
        }
    }
}

/// Whether this document can open a link: the module of the first lab knows presets only and no tour, and the
/// digits must have come.
pub fn opens(query: &str) -> bool {
    !query.split('&').any(lacks)
}

/// Whether a pair of a link names what this document has not.
#[cfg(labs)]
fn lacks(pair: &str) -> bool {
    pair == "target=digits" && digits::digits().is_none()
}

/// Whether a pair of a link names what this document has not.
#[cfg(not(labs))]
fn lacks(pair: &str) -> bool {
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    matches!(key, "mix" | "pts" | "tour")
        || (key == "target" && matches!(value, "custom" | "points" | "digits"))
}

fn read_preset(reader: &mut Reader, name: &str) -> Target {
    match TARGETS.iter().find(|(known, _)| *known == name) {
        Some((_, TargetKind::Preset(preset))) => Target::Preset(*preset),
        _ => {
            reader.unknown_choice("target", name, &TARGETS, "bimodal");
            Target::default()
        }
    }
}

#[cfg(labs)]
fn read(
    reader: &mut Reader,
    named: Option<&str>,
    mix: Option<Vec<Component>>,
    points: Option<PointSet>,
    bandwidth: Option<Bandwidth>,
) -> Target {
    let named = named.unwrap_or(match (&mix, &points) {
        (Some(_), _) => "custom",
        (None, Some(_)) => "points",
        (None, None) => "bimodal",
    });
    let mut conflict = |text: String| reader.notice(Notice::Conflict(text));
    for (key, kind, given) in [
        ("mix", "custom", mix.is_some()),
        ("pts", "points", points.is_some()),
        ("bandwidth", "points", bandwidth.is_some()),
    ] {
        if given && named != kind && (key, named) != ("bandwidth", "digits") {
            conflict(tr!(
                "“{}” was ignored: it goes with “target={}”, not with “target={}”.",
                key,
                kind,
                crate::permalink::shown(named)
            ));
        }
    }
    match named {
        "custom" => mix.map(Target::Custom).unwrap_or_else(|| {
            conflict(tr!("“target=custom” needs a valid “mix”; showing bimodal.").to_owned());
            Target::default()
        }),
        "points" => match points {
            Some(points) => {
                Target::Points(DataSet { points: Arc::new(points), bandwidth: bandwidth.unwrap_or_default() })
            }
            None => {
                conflict(tr!("“target=points” needs valid “pts”; showing bimodal.").to_owned());
                Target::default()
            }
        },
        "digits" if digits::digits().is_none() => {
            conflict(tr!("The digits have not been loaded; showing bimodal.").to_owned());
            Target::default()
        }
        "digits" => Target::Digits(digits_bandwidth(reader, bandwidth)),
        name => read_preset(reader, name),
    }
}

#[cfg(labs)]
fn parse_bandwidth(text: &str) -> Result<Bandwidth, &'static str> {
    if let Some((_, rule)) = BANDWIDTH_RULES.iter().find(|(name, _)| *name == text) {
        return Ok(Bandwidth::Rule(*rule));
    }
    crate::permalink::parse_number(text)
        .filter(|h| (BANDWIDTH.min..=BANDWIDTH.max).contains(h))
        .map(Bandwidth::Fixed)
        .ok_or(tr!("a bandwidth is scott, silverman or a number within 1e-6 … 1e6"))
}
