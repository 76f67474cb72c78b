//! The target distribution, as the labs share it, and its part of a link.
//!
//! A preset, a mixture by numbers (`mix`), or a data set (`pts`, `bandwidth`), which is a mixture too: a
//! Gaussian of standard deviation `h` around each point; so are the handwritten digits. The module of the first lab knows presets only:
//! whatever else a link names makes the start script load the other one.

#[cfg(labs)]
mod images;

#[cfg(labs)]
use super::digits;
use crate::math::targets::Preset;
#[cfg(labs)]
use crate::math::{BandwidthRule, kernel_components};
use crate::math::{Component, Covariance, MAX_COMPONENTS, Mixture, MixtureError};
#[cfg(labs)]
use crate::permalink::Notice;
#[cfg(labs)]
use crate::permalink::points::{PointSet, parse_points};
use crate::permalink::{Number, Reader, RowError, Writer, parse_rows, write_rows};
#[cfg(labs)]
pub use images::DIGITS_BANDWIDTH;
#[cfg(labs)]
use images::{digits_bandwidth, digits_mixture};
#[cfg(labs)]
use std::sync::Arc;
use thiserror::Error;

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
            Target::Digits(h) => digits_mixture(*h),
            // Custom components are checked where they come in; the default stands in for a
            // state that was built by hand and is none.
            #[cfg(labs)]
            _ => Mixture::new(&self.components()).unwrap_or_else(|_| Preset::Bimodal.mixture()),
        }
    }

    /// One that has at most so many components and dimensions, and in words what was done, where this
    /// one has more: some of the points, chosen evenly, or the default.
    #[cfg(labs)]
    pub fn within(&self, components: usize, dimensions: usize, digits: bool) -> Option<(Self, String)> {
        if matches!(self, Target::Digits(_)) && !digits {
            let words = format!(
                "This lab draws targets of at most {dimensions} dimensions, and the digits have {}: showing bimodal.",
                super::digits::PIXELS
            );
            return Some((Self::default(), words));
        }
        let Target::Points(data) = self else { return None };
        let (count, dim) = (data.points.len(), data.points.dim());
        if dim > dimensions {
            let words = format!(
                "This lab draws targets of at most {dimensions} dimensions, and the data set has {dim}: showing bimodal."
            );
            return Some((Self::default(), words));
        }
        let points = (count > components).then(|| data.points.thinned(components))?;
        let words = format!(
            "This lab computes with at most {components} points: it takes {components} of the {count}."
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
        matches!((before.kind(), self.kind()), (_, TargetKind::Custom))
            || (before.kind() == TargetKind::Points && self.kind() == TargetKind::Points)
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

/// Whether this document can open a link: the module of the first lab knows presets only, and the digits
/// must have come.
pub fn opens(query: &str) -> bool {
    let more = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        matches!(key, "mix" | "pts") || (key == "target" && matches!(value, "custom" | "points" | "digits"))
    };
    #[cfg(labs)]
    let more = |pair: &str| more(pair) && pair == "target=digits" && digits::digits().is_none();
    !query.split('&').any(more)
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
            conflict(format!(
                "“{key}” was ignored: it goes with “target={kind}”, not with “target={named}”."
            ));
        }
    }
    match named {
        "custom" => mix.map(Target::Custom).unwrap_or_else(|| {
            conflict("“target=custom” needs a valid “mix”; showing bimodal.".to_owned());
            Target::default()
        }),
        "points" => match points {
            Some(points) => {
                Target::Points(DataSet { points: Arc::new(points), bandwidth: bandwidth.unwrap_or_default() })
            }
            None => {
                conflict("“target=points” needs valid “pts”; showing bimodal.".to_owned());
                Target::default()
            }
        },
        "digits" if digits::digits().is_none() => {
            conflict("The digits have not been loaded; showing bimodal.".to_owned());
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
        .ok_or("a bandwidth is scott, silverman or a number within 1e-6 … 1e6")
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
