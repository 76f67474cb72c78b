//! The convergence figure: errors against draws and against steps, with fitted slopes.

use crate::compute::ConvergenceReply;
use crate::labs::density::{Density, ESTIMATORS, RULES};
use crate::math::fit_line;
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row, ticks::fixed};
use crate::words::tr;

/// The convergence figure: errors against draws and against steps, with fitted slopes.
pub fn convergence(state: &Density, reply: &ConvergenceReply, narrow: bool) -> Figure {
    let draws: Vec<Series> = reply
        .draws
        .iter()
        .map(|(estimator, points)| Series {
            name: short_name(name_of(&ESTIMATORS, estimator)),
            chosen: *estimator == state.estimator,
            points: points.iter().map(|(n, e)| (*n as f64, *e)).collect(),
        })
        .collect();
    let steps: Vec<Series> = reply
        .steps
        .iter()
        .map(|(rule, points)| Series {
            name: short_name(name_of(&RULES, rule)),
            chosen: *rule == state.rule,
            points: points.iter().map(|(n, e)| (*n as f64, *e)).collect(),
        })
        .collect();
    let left = log_log(tr!("estimator: error against draws"), tr!("draws per time"), &draws);
    let right = log_log(tr!("rule: error against steps"), tr!("steps T"), &steps);
    let fits: Vec<String> = draws.iter().chain(&steps).filter_map(Series::caption).collect();
    let summary = tr!(
        "Root-mean-square errors in nats over draws from the target, on logarithmic axes. Fitted slopes: {}.",
        fits.join("; ")
    );
    let rows = if narrow {
        vec![Row::new(vec![left]), Row::new(vec![right])]
    } else {
        vec![Row::new(vec![left, right])]
    };
    Figure { summary, rows }
}

/// A curve of the convergence figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: &'static str,
    /// Whether it is the one the lab uses.
    pub chosen: bool,
    /// (draws or steps, error).
    pub points: Vec<(f64, f64)>,
}

impl Series {
    /// The slope fitted to the right half of the points, on logarithmic axes, above the noise
    /// floor of rounding.
    pub fn slope(&self) -> Option<f64> {
        let tail = &self.points[self.points.len() / 2..];
        let logs: Vec<(f64, f64)> =
            tail.iter().filter(|(_, e)| *e > 1e-11).map(|(n, e)| (n.ln(), e.ln())).collect();
        (logs.len() >= 3).then(|| fit_line(&logs).map(|f| f.slope)).flatten()
    }

    fn caption(&self) -> Option<String> {
        self.slope().map(|slope| format!("{} {}", self.name, fixed(slope, 2)))
    }
}

fn log_log(title: &str, label: &str, series: &[Series]) -> Panel {
    let all = || series.iter().flat_map(|s| s.points.iter()).filter(|(_, e)| *e > 0.0 && e.is_finite());
    let (low, high) = all().fold((f64::INFINITY, 0.0), |(l, h), (_, e)| (f64::min(l, *e), f64::max(h, *e)));
    let last = all().map(|(n, _)| *n).fold(16.0, f64::max);
    let range = if high > 0.0 { (low / 1.6, high * 1.6) } else { (1e-3, 1.0) };
    let mut panel =
        Panel::new(Axis::log(label, (7.0, last * 1.15)), Axis::log(tr!("RMS error (nats)"), range))
            .title(title);
    for series in series.iter().filter(|s| !s.chosen).chain(series.iter().filter(|s| s.chosen)) {
        let (role, width) = if series.chosen { (Role::Formula, 2.25) } else { (Role::Muted, 1.5) };
        let caption = series.caption().unwrap_or_else(|| series.name.to_owned());
        panel.layers.push(Layer::Line {
            points: series.points.clone(),
            role,
            dash: Dash::Solid,
            width,
            label: Some(caption),
        });
        panel.layers.push(Layer::Points {
            points: series.points.clone(),
            error_bars: None,
            role,
            radius: 2.5,
            label: None,
        });
    }
    panel
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, known)| known == value).map_or("", |(name, _)| name)
}

/// Names that fit beside a curve.
fn short_name(name: &'static str) -> &'static str {
    match name {
        "monte-carlo" => tr!("Monte Carlo"),
        "antithetic" => tr!("antithetic"),
        "qmc" => "QMC",
        "stein" => tr!("Stein"),
        "stein-qmc" => tr!("Stein QMC"),
        "log-snr-left" => tr!("log-SNR left"),
        "log-snr-trapezoid" => tr!("log-SNR trapezoid"),
        "paper" => tr!("paper"),
        other => other,
    }
}
