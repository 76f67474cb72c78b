//! What accompanies the particles: the schedule and the divergence from noise over the same clock, and
//! the distances of the samplers against their steps.

use crate::compute::{CourseReply, OrdersReply};
use crate::labs::figures::{padded, short};
use crate::labs::forward::jobs::COUNTS;
use crate::labs::forward::state::Forward;
use crate::math::{LineFit, Process, ReverseVariance, Scheme, Time, fit_line, step_index};
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::words::tr;

/// Distances below this many times the noise floor are not used for a slope.
const ABOVE: f64 = 3.0;

/// The schedule and the divergence over its index, with the clock at a step.
pub fn schedule(state: &Forward, reply: Option<&CourseReply>, level: usize, narrow: bool) -> Figure {
    let numbers = state.common.schedule().steps(state.common.steps as usize);
    let last = state.common.steps;
    let across = || Axis::linear(tr!("index k"), (0.0, last));
    let index = step_index(level, state.count(), numbers.len());
    let clock = Layer::VLine { x: index, role: Role::Accent, dash: Dash::Dotted, label: None };
    let indexed = |value: fn(Time) -> f64| -> Vec<(f64, f64)> {
        numbers.times.iter().enumerate().map(|(k, time)| ((k + 1) as f64, value(*time))).collect()
    };
    let mut signal = vec![(0.0, 1.0)];
    signal.extend(indexed(Time::one_minus_t));
    let ratio = indexed(|time| -time.lambda());
    let bounds = padded(ratio.iter().map(|p| p.1));
    let divergence: Vec<(f64, f64)> = reply.map(|reply| reply.divergence.clone()).unwrap_or_default();
    let positive = || divergence.iter().map(|p| p.1).filter(|v| *v > 0.0);
    let (low, high) = positive().fold((1.0, 1e-3), |(l, h): (f64, f64), v| (l.min(v), h.max(v)));
    let low = low.max(1e-12);
    let panels = vec![
        Panel::new(across(), Axis::linear("ᾱ", (0.0, 1.05)))
            .title(tr!("Signal left, ᾱ = 1 − t"))
            .layer(clock.clone())
            .layer(Layer::line(signal, Role::Exact)),
        Panel::new(across(), Axis::linear("nats", bounds))
            .title("Log-SNR, −λ")
            .layer(clock.clone())
            .layer(Layer::line(ratio, Role::Exact)),
        Panel::new(across(), Axis::log("nats", (0.6 * low, 1.8 * high)))
            .title("KL(ρₜ ‖ N(0, I))")
            .layer(clock)
            .layer(Layer::line(divergence.clone(), Role::Exact)),
    ];
    let end = numbers.times.last().map_or(0.0, |time| time.one_minus_t());
    let mut summary =
        tr!("The schedule over its {} indices: the signal left at the end is {}.", numbers.len(), short(end));
    if let (Some(first), Some(last)) = (divergence.iter().find(|p| p.1.is_finite()), divergence.last()) {
        summary = tr!(
            "{} The divergence of the diffused data from noise falls from {} nats at index {} to {} at the last.",
            summary,
            short(first.1),
            short(first.0),
            short(last.1)
        );
    }
    let rows = if narrow {
        panels.into_iter().map(|panel| Row::new(vec![panel])).collect()
    } else {
        vec![Row::new(panels)]
    };
    Figure { summary, rows }
}

/// Name of a scheme.
pub fn scheme_name(scheme: Scheme) -> &'static str {
    match (scheme.process, scheme.variance) {
        (Process::Ddpm, ReverseVariance::Posterior) => "DDPM, β̃",
        (Process::Ddpm, _) => "DDPM, β",
        (Process::Ddim, _) => "DDIM",
        (Process::Flow, _) => tr!("Euler"),
        (Process::Heun, _) => tr!("Heun"),
        (Process::Forward, _) => tr!("forward"),
    }
}

fn look(scheme: Scheme) -> (Role, Dash) {
    match (scheme.process, scheme.variance) {
        (Process::Ddpm, ReverseVariance::Posterior) => (Role::Generator, Dash::Dashed),
        (Process::Ddpm, _) => (Role::Generator, Dash::Solid),
        (Process::Ddim, _) => (Role::Uniform, Dash::Solid),
        (Process::Flow, _) => (Role::Ode, Dash::Dashed),
        _ => (Role::Ode, Dash::Solid),
    }
}

/// The order at which a curve falls: minus the slope, log-log, of the longest run of its last points that
/// lie well above the noise floor; for those without noise, the floor is that of rounding. `None` for
/// fewer than three points.
pub fn fitted_order(curve: &[(usize, f64)], floor: f64) -> Option<LineFit> {
    let above = curve.iter().filter(|(_, distance)| *distance > ABOVE * floor);
    let points: Vec<(f64, f64)> =
        above.map(|(count, distance)| ((*count as f64).ln(), distance.ln())).collect();
    // The first steps are too long for the order to show.
    let last = &points[points.len().saturating_sub(4)..];
    if last.len() < 3 { None } else { fit_line(last) }
}

/// Distances of the samplers against their steps, with slopes.
pub fn samplers(state: &Forward, reply: Option<&OrdersReply>) -> Figure {
    let line = state.common.target.mixture().dim() == 1;
    let nothing = OrdersReply::default();
    let reply = reply.unwrap_or(&nothing);
    let distances = || reply.curves.iter().flat_map(|(_, curve)| curve).map(|p| p.1).filter(|v| *v > 0.0);
    let (low, high) = distances()
        .chain(reply.floors.into_iter().filter(|floor| *floor > 0.0))
        .fold((1e-2, 1e-1), |(l, h): (f64, f64), v| (l.min(v), h.max(v)));
    let ends = (COUNTS[0] as f64 / 1.15, COUNTS[COUNTS.len() - 1] as f64 * 1.15);
    let mut panel = Panel::new(
        Axis::log(tr!("steps S"), ends),
        Axis::log(
            if line { tr!("distance W₁ (units of x)") } else { tr!("sliced distance W₁ (units of x)") },
            (0.6 * low.max(1e-9), 1.8 * high),
        ),
    );
    for (floor, label) in
        reply.floors.iter().zip([tr!("noise floor of DDPM"), tr!("noise floor of the others")])
    {
        if *floor > 0.0 {
            let label = Some(label.to_owned());
            panel.layers.push(Layer::HLine { y: *floor, role: Role::Muted, dash: Dash::Dotted, label });
        }
    }
    let mut words = Vec::new();
    for (scheme, curve) in &reply.curves {
        let (role, dash) = look(*scheme);
        let points: Vec<(f64, f64)> =
            curve.iter().map(|(count, distance)| (*count as f64, *distance)).collect();
        let name = match fitted_order(curve, reply.floor(*scheme)) {
            Some(fit) => format!("{}: {}", scheme_name(*scheme), slope(fit.slope)),
            None => scheme_name(*scheme).to_owned(),
        };
        words.push(match curve.last() {
            Some((count, distance)) => tr!("{}, {} at {} steps", name, short(*distance), count),
            None => name.clone(),
        });
        panel.layers.push(Layer::line(points.clone(), role).dashed(dash).labelled(name));
        panel.layers.push(Layer::Points { points, error_bars: None, role, radius: 2.5, label: None });
    }
    let summary = tr!(
        "Distance of what samplers make from the target against their steps, with slopes: {}. Noise floor of DDPM {}.",
        words.join("; "),
        short(reply.floors[0])
    );
    Figure { summary, rows: vec![Row::new(vec![panel])] }
}

fn slope(slope: f64) -> String {
    tr!("slope {}", format_args!("{:.2}", slope)).replace('-', "−")
}
