//! The probe's figure: the integrand over `λ`, and what it adds up to.

use super::{Z95, padded, short};
use crate::compute::{ProbeReply, ProfileNode};
use crate::labs::density::Density;
use crate::math::{Estimate, Time, lambda_range};
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::words::tr;

/// The probe's figure before any number has come.
pub fn empty_probe(state: &Density) -> Figure {
    let nothing = Estimate { value: f64::NAN, standard_error: None };
    probe(
        state,
        &ProbeReply {
            exact: f64::NAN,
            formula: nothing,
            ode: Ok((f64::NAN, 0)),
            elbo: f64::NAN,
            profile: Vec::new(),
            reference: Vec::new(),
            path: Vec::new(),
            integral: nothing,
            difference: None,
            mean_fall: 0.0,
        },
    )
}

/// The probe's figure: the integrand over `λ`, and what it adds up to.
pub fn probe(state: &Density, reply: &ProbeReply) -> Figure {
    let mixture = state.common.target.mixture();
    let range = lambda_range(&mixture, 6.5);
    let ticks = t_ticks(range);
    let at = |nodes: &[ProfileNode], value: &dyn Fn(&ProfileNode) -> f64| -> Vec<(f64, f64)> {
        nodes.iter().map(|n| (n.time.lambda(), value(n))).collect()
    };
    let visible = |p: &&ProfileNode| (range.0..=range.1).contains(&p.time.lambda());
    let error = |n: &ProfileNode| Z95 * n.standard_error.unwrap_or(0.0);
    let spread = reply
        .profile
        .iter()
        .filter(visible)
        .flat_map(|n| [n.per_lambda - error(n), n.per_lambda + error(n)])
        .chain(reply.reference.iter().filter(visible).map(|n| n.per_lambda))
        .chain([0.0]);
    let mut above = Panel::new(
        Axis::linear("λ", range).unlabelled().secondary("t", ticks),
        Axis::linear(tr!("integrand per unit of λ (nats)"), padded(spread)),
    );
    let interval = (state.t1 > 0.0 || state.t2 < 1.0).then(|| {
        let lambda = |t: f64, end: f64| Time::from_t(t).map_or(end, |t| t.lambda().clamp(range.0, range.1));
        Layer::Span { from: lambda(state.t1, range.0), to: lambda(state.t2, range.1), role: Role::Accent }
    });
    above.layers.extend(interval.clone());
    above.layers.push(Layer::HLine { y: 0.0, role: Role::Muted, dash: Dash::Solid, label: None });
    let dotted = reply.profile.len() <= 160;
    let reference =
        |points| Layer::Line { points, role: Role::Exact, dash: Dash::Solid, width: 4.0, label: None };
    if !reply.reference.is_empty() {
        above.layers.push(reference(at(&reply.reference, &|n| n.per_lambda)).labelled(tr!("by quadrature")));
    }
    let estimate = at(&reply.profile, &|n| n.per_lambda);
    if dotted {
        let bars = reply.profile.iter().all(|n| n.standard_error.is_some()).then(|| {
            reply.profile.iter().map(|n| (n.per_lambda - error(n), n.per_lambda + error(n))).collect()
        });
        above.layers.push(Layer::Points {
            points: estimate,
            error_bars: bars,
            role: Role::Formula,
            radius: 2.5,
            label: Some(tr!("the estimate").into()),
        });
    } else {
        above.layers.push(Layer::line(estimate, Role::Formula).labelled(tr!("the estimate")));
    }
    #[cfg(labs)]
    if let Some(image) = crate::labs::density::many::image(state, state.image as usize) {
        // In the corner, where the integrand has faded.
        let (spot, offset) = ((range.0, above.y.range.0), (40.0, -40.0));
        above.layers.push(super::many::thumbnail(image, spot, offset, 56.0, Role::Muted));
    }
    let running = running(reply);
    let heights = running.iter().chain(path(reply).iter()).map(|p| p.1).collect::<Vec<_>>();
    let mut below = Panel::new(
        Axis::linear(tr!("λ = log(t/(1−t)): data on the left, noise on the right"), range),
        Axis::linear("E[log ρₜ(Xₜ) | X₀ = x] (nats)", padded(heights.into_iter())),
    );
    below.layers.extend(interval);
    below.layers.push(Layer::HLine {
        y: reply.exact,
        role: Role::Exact,
        dash: Dash::Dotted,
        label: Some("log ρ₀(x)".into()),
    });
    if !reply.path.is_empty() {
        below.layers.push(reference(path(reply)).labelled(tr!("directly")));
    }
    below.layers.push(Layer::line(running, Role::Formula).labelled(tr!("running integral")));
    let summary = tr!(
        "At the probe: the integrand of the formula over log-SNR, and its running integral from pure noise on the right to the data on the left, where it reaches {} nats; the exact log-density is {} nats.",
        short(reply.formula.value),
        short(reply.exact)
    );
    Figure { summary, rows: vec![Row::new(vec![above]).weight(1.2), Row::new(vec![below]).weight(1.0)] }
}

/// The formula's value as the integral runs from each time to the noise's end:
/// `E[log ρ_t(X_t) | X_0 = x]`, by the estimate.
fn running(reply: &ProbeReply) -> Vec<(f64, f64)> {
    let mut value = reply.formula.value;
    let mut points = Vec::with_capacity(reply.profile.len());
    for node in &reply.profile {
        // Half of a node's share lies on either side of it.
        points.push((node.time.lambda(), value + 0.5 * node.share));
        value += node.share;
    }
    points
}

fn path(reply: &ProbeReply) -> Vec<(f64, f64)> {
    reply.reference.iter().zip(&reply.path).map(|(n, v)| (n.time.lambda(), *v)).collect()
}

/// Ticks of t on an axis of λ.
fn t_ticks(range: (f64, f64)) -> Vec<(f64, String)> {
    [0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999]
        .into_iter()
        .filter_map(|t| Some((Time::from_t(t)?.lambda(), t.to_string())))
        .filter(|(lambda, _)| (range.0..=range.1).contains(lambda))
        .collect()
}
