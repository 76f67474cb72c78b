//! Parameters of the density lab and their link.

#[cfg(labs)]
use super::tour::TOUR;
use crate::labs::common::{Common, Target, TargetKind};
use crate::labs::{Lab, Model};
use crate::math::{Estimator, FormulaSpec, MAX_DRAWS, Mixture, ReverseVariance, Rule, ScoreError};
use crate::permalink::points::{MAX_COLUMNS, MAX_POINTS};
use crate::permalink::{Notice, Number, Reader, Writer, parse_rows, write_rows};
use crate::words::tr;

/// Names of the estimators in links.
pub const ESTIMATORS: [(&str, Estimator); 6] = [
    ("monte-carlo", Estimator::MonteCarlo),
    ("antithetic", Estimator::Antithetic),
    ("qmc", Estimator::Qmc),
    ("stein", Estimator::Stein),
    ("stein-qmc", Estimator::SteinQmc),
    ("quadrature", Estimator::Quadrature),
];

/// Names of the rules in links.
pub const RULES: [(&str, Rule); 4] = [
    ("paper", Rule::Paper),
    ("log-snr-left", Rule::LogSnrLeft),
    ("log-snr-trapezoid", Rule::LogSnrTrapezoid),
    ("continuous", Rule::Continuous),
];

/// Names of the reverse variances in links.
pub const VARIANCES: [(&str, ReverseVariance); 3] = [
    ("beta", ReverseVariance::Beta),
    ("beta-over-alpha", ReverseVariance::BetaOverAlpha),
    ("posterior", ReverseVariance::Posterior),
];

/// A curve that can be shown beside the exact one and the formula's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// The probability-flow ODE.
    Ode,
    /// The ELBO.
    Elbo,
}

/// Names of the further curves in links.
pub const CURVES: [(&str, Curve); 2] = [("ode", Curve::Ode), ("elbo", Curve::Elbo)];

/// Draws per time.
pub const DRAWS: Number =
    Number { key: "draws", min: 1.0, max: MAX_DRAWS as f64, default: 64.0, whole: true };
/// Draws per time for targets of more than two dimensions, where one costs more and there are fewer points.
pub const FEW_DRAWS: f64 = 16.0;
/// Which of the images, or points, the probe is, where the target has more than two dimensions.
pub const IMAGE: Number = Number { key: "image", min: 0.0, max: 599.0, default: 0.0, whole: true };
/// How many of them are computed.
pub const IMAGES: Number = Number { key: "images", min: 10.0, max: 600.0, default: 100.0, whole: true };
/// Start of the interval of times.
pub const T1: Number = Number { key: "t1", min: 0.0, max: 1.0, default: 0.0, whole: false };
/// End of the interval of times.
pub const T2: Number = Number { key: "t2", min: 0.0, max: 1.0, default: 1.0, whole: false };
/// Size of the score error.
pub const DELTA: Number = Number { key: "delta", min: -10.0, max: 10.0, default: 0.0, whole: false };

/// Farthest the probe goes along an axis.
pub const PROBE_REACH: f64 = 1000.0;

/// The parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    /// Those shared with other labs.
    pub common: Common,
    /// Estimator of the expectations over the noise.
    pub estimator: Estimator,
    /// Discretisation of the integral over time.
    pub rule: Rule,
    /// Draws per time.
    pub draws: f64,
    /// Start of the interval of times, below `t2`.
    pub t1: f64,
    /// End of the interval of times.
    pub t2: f64,
    /// The probe, where it was moved; `d` numbers.
    pub probe: Option<Vec<f64>>,
    /// See [`IMAGE`].
    pub image: f64,
    /// See [`IMAGES`].
    pub images: f64,
    /// Size of the score error.
    pub delta: f64,
    /// Reverse variance of the ELBO.
    pub variance: ReverseVariance,
    /// Further curves.
    pub curves: Vec<Curve>,
    /// See [`TOUR`].
    #[cfg(labs)]
    pub tour: f64,
}

impl Default for Density {
    fn default() -> Self {
        Self {
            common: Common::default(),
            estimator: Estimator::Stein,
            rule: Rule::Continuous,
            draws: DRAWS.default,
            t1: T1.default,
            t2: T2.default,
            probe: None,
            image: IMAGE.default,
            images: IMAGES.default,
            delta: DELTA.default,
            variance: ReverseVariance::default(),
            curves: Vec::new(),
            #[cfg(labs)]
            tour: TOUR.default,
        }
    }
}

impl Model for Density {
    const LAB: Lab = Lab::Density;
    const MOST_COMPONENTS: usize = MAX_POINTS;
    const MOST_DIMENSIONS: usize = MAX_COLUMNS;
    const TAKES_DIGITS: bool = true;

    fn read(reader: &mut Reader) -> Self {
        let default = Self::default();
        let common = Common::read(reader);
        let dim = common.target.dim();
        let mut state = Self {
            estimator: reader.choice("estimator", &ESTIMATORS, usual_estimator(&common.target)),
            rule: reader.choice("rule", &RULES, default.rule),
            draws: reader.number(&draws_of(dim)),
            t1: reader.number(&T1),
            t2: reader.number(&T2),
            probe: read_probe(reader, dim),
            image: reader.number(&IMAGE),
            images: reader.number(&IMAGES),
            delta: reader.number(&DELTA),
            variance: reader.choice("variance", &VARIANCES, default.variance),
            curves: reader.choices("curves", &CURVES),
            #[cfg(labs)]
            tour: reader.number(&TOUR),
            common,
        };
        if dim > 2 && state.estimator == Estimator::Quadrature {
            let reason = tr!(
                "Quadrature is for two dimensions at most, and the target has {}: showing Stein’s form with draws.",
                dim
            );
            reader.notice(Notice::Conflict(reason));
            state.estimator = Estimator::Stein;
        }
        if state.t1 >= state.t2 {
            let reason =
                tr!("“t1={}” must lie below “t2={}”: showing the whole interval.", state.t1, state.t2);
            reader.notice(Notice::Conflict(reason));
            (state.t1, state.t2) = (T1.default, T2.default);
        }
        state
    }

    fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        let usual = usual_estimator(&self.common.target);
        writer.choice("estimator", &ESTIMATORS, self.estimator, usual);
        writer.choice("rule", &RULES, self.rule, default.rule);
        writer.number(&draws_of(self.common.target.dim()), self.draws);
        writer.number(&T1, self.t1);
        writer.number(&T2, self.t2);
        if let Some(probe) = &self.probe {
            writer.text("probe", &write_rows(std::slice::from_ref(probe), ';'));
        }
        writer.number(&IMAGE, self.image);
        writer.number(&IMAGES, self.images);
        writer.number(&DELTA, self.delta);
        writer.choice("variance", &VARIANCES, self.variance, default.variance);
        writer.choices("curves", &CURVES, &self.curves);
        #[cfg(labs)]
        writer.number(&TOUR, self.tour);
    }

    #[cfg(labs)]
    fn into_lab(self) -> crate::labs::LabState {
        crate::labs::LabState::Density(self)
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }

    /// A probe of another target goes home; that of a preset whose numbers are edited stays.
    fn target_changed(&mut self, before: &Target) {
        let now = &self.common.target;
        let other = !now.is_edit_of(before) && before.name() != now.name();
        let (dim, former) = (now.dim(), before.dim());
        if other || dim != former {
            self.probe = None;
            self.image = IMAGE.default;
        }
        if self.estimator == usual_estimator(before) {
            self.estimator = usual_estimator(now);
        }
        if self.draws == draws_of(former).default {
            self.draws = draws_of(dim).default;
        }
        if dim > 2 && self.estimator == Estimator::Quadrature {
            self.estimator = Estimator::Stein;
        }
    }
}

impl Density {
    /// How the formula is to be computed.
    pub fn spec(&self) -> FormulaSpec {
        FormulaSpec {
            rule: self.rule,
            estimator: self.estimator,
            schedule: self.common.schedule(),
            steps: self.common.steps as usize,
            draws: self.draws as usize,
            seed: self.common.seed as u32,
            score_error: ScoreError(self.delta),
        }
    }

    /// Whether the schedule and its steps have a part in what is shown.
    pub fn uses_schedule(&self) -> bool {
        self.rule != Rule::Continuous || self.curves.contains(&Curve::Elbo)
    }

    /// Where the probe is.
    pub fn probe(&self, mixture: &Mixture) -> Vec<f64> {
        #[cfg(labs)]
        if mixture.dim() > 2 {
            return super::many::point(self, mixture, self.image as usize);
        }
        match &self.probe {
            Some(probe) if probe.len() == mixture.dim() => probe.clone(),
            _ => default_probe(mixture),
        }
    }
}

/// The estimator where a link names none. Of a data set on a line or a plane a picture by quadrature costs
/// the same whatever the number of its points; by draws, in proportion to it.
fn usual_estimator(target: &Target) -> Estimator {
    let data = target.kind() == TargetKind::Points && target.dim() <= 2;
    if data { Estimator::Quadrature } else { Estimator::Stein }
}

/// [`DRAWS`] with the default of a target's dimension.
pub fn draws_of(dim: usize) -> Number {
    Number { default: if dim > 2 { FEW_DRAWS } else { DRAWS.default }, ..DRAWS }
}

/// Beside the mean of the heaviest component, where there is something to see; rounded, so that
/// it reads well.
fn default_probe(mixture: &Mixture) -> Vec<f64> {
    let components = mixture.components();
    let heaviest =
        components.iter().fold(&components[0], |best, c| if c.weight > best.weight { c } else { best });
    let (_, deviations) = mixture.moments();
    let step = 0.2 * deviations[0];
    let mut probe: Vec<f64> = heaviest.mean.iter().map(|m| (m * 100.0).round() / 100.0).collect();
    probe[0] = ((heaviest.mean[0] - step) * 10.0).round() / 10.0;
    probe
}

fn read_probe(reader: &mut Reader, dim: usize) -> Option<Vec<f64>> {
    if dim > 2 {
        if reader.take("probe").is_some() {
            let reason = tr!("“probe” was ignored: in {} dimensions “image” chooses one of the points.", dim);
            reader.notice(Notice::Conflict(reason));
        }
        return None;
    }
    let mut moved = None;
    let probe = reader.parsed("probe", |text| {
        let rows = parse_rows(text, ';', 1).map_err(|e| e.to_string())?;
        let row = rows.into_iter().next().unwrap_or_default();
        if row.len() != dim {
            return Err(tr!(
                "the target has dimension {}, so the probe takes {} numbers joined by “:”",
                dim,
                dim
            ));
        }
        let clamped: Vec<f64> = row.iter().map(|v| v.clamp(-PROBE_REACH, PROBE_REACH) + 0.0).collect();
        if clamped != row {
            moved = Some(text.chars().take(40).collect::<String>());
        }
        Ok(clamped)
    });
    if let (Some(value), Some(probe)) = (moved, &probe) {
        reader.notice(Notice::Clamped {
            key: "probe".to_owned(),
            value,
            range: format!("-{PROBE_REACH} … {PROBE_REACH}"),
            used: write_rows(std::slice::from_ref(probe), ';'),
        });
    }
    probe
}
