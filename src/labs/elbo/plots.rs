//! From replies to figures. Pure: the same reply gives the same figure.

use super::state::Elbo;
use crate::compute::{ElboReply, ElboRun};
use crate::labs::density::jobs::{interval, place};
use crate::labs::figures::{padded, short};
use crate::math::{Mixture, Plan, PlanNode, Rule, Scratch, elbo_plan};
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::words::tr;

/// Roles of the objectives, in their order.
const ROLES: [Role; 4] = [Role::Exact, Role::Formula, Role::Elbo, Role::Uniform];

/// Their names and roles; the simple loss has a name of its own where it is scaled.
fn objectives(simple: &'static str) -> [(&'static str, Role); 4] {
    let names = [tr!("likelihood"), tr!("formula"), "ELBO", simple];
    std::array::from_fn(|i| (names[i], ROLES[i]))
}

/// The objectives over `θ`, each less its least value, and the densities that the minimisers stand for.
pub fn main(state: &Elbo, reply: &ElboReply) -> Option<Figure> {
    let run = reply.runs.first()?;
    let data = state.common.target.mixture();
    let scale = simple_scale(state);
    let excess = |objective: usize| -> Vec<f64> {
        let factor = if objective == 3 { scale } else { 1.0 };
        let values: Vec<f64> = run.values.iter().map(|v| factor * v[objective]).collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        values.iter().map(|v| v - least).collect()
    };
    let curves: Vec<Vec<f64>> = (0..4).map(excess).collect();
    // High enough for the likelihood's curve near its minimum, where the objectives can be told apart.
    let top = {
        let mut sorted = curves[0].clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(2 * sorted.len() / 3).copied().unwrap_or(1.0).max(1e-6)
    };
    let range = (run.theta.first().copied()?, run.theta.last().copied()?);
    let mut above = Panel::new(
        Axis::linear("θ", range),
        Axis::linear(tr!("objective − its least value (nats)"), (-0.04 * top, top)),
    );
    for (i, (name, role)) in objectives(tr!("simple loss, scaled")).into_iter().enumerate().rev() {
        let points = run.theta.iter().copied().zip(curves[i].iter().copied()).collect();
        let (width, dash) = match i {
            0 => (4.0, Dash::Solid),
            2 => (1.75, Dash::Dashed),
            _ => (1.75, Dash::Solid),
        };
        // What lies above the panel is cut off there, and with it the place for a name at its end.
        let label = Some(name.to_owned());
        above.layers.push(Layer::Line { points, role, dash, width, label });
        above.layers.push(Layer::Marker { x: run.argmins[i], y: 0.0, role });
    }
    let below = densities(state, &data, run);
    let summary = tr!(
        "Objectives over θ from {} to {}, each less its least value. Least at: likelihood {}, formula {}, ELBO {}, simple loss {}. Below, the data’s density and those of the family at the likelihood’s and the simple loss’s minimisers.",
        short(range.0),
        short(range.1),
        digits(run.argmins[0]),
        digits(run.argmins[1]),
        digits(run.argmins[2]),
        digits(run.argmins[3]),
    );
    Some(Figure { summary, rows: vec![Row::new(vec![above]).weight(1.5), Row::new(vec![below]).weight(1.0)] })
}

/// Before any number has come.
pub fn empty(state: &Elbo) -> Figure {
    let data = state.common.target.mixture();
    let range = state.family().range(&data);
    let above = Panel::new(
        Axis::linear("θ", range),
        Axis::linear(tr!("objective − its least value (nats)"), (0.0, 1.0)),
    );
    let below = Panel::new(Axis::linear("x", interval(&data)), Axis::linear(tr!("density"), (0.0, 1.0)));
    Figure {
        summary: tr!("The objectives are being computed.").to_owned(),
        rows: vec![Row::new(vec![above]).weight(1.5), Row::new(vec![below]).weight(1.0)],
    }
}

/// What the simple loss is multiplied by to have the formula's total weight.
pub fn simple_scale(state: &Elbo) -> f64 {
    let schedule = state.common.schedule().steps(state.common.steps as usize);
    let total: f64 = Plan::discrete(Rule::Paper, &schedule, 1).nodes.iter().map(|n| n.weight).sum();
    total / schedule.len() as f64
}

fn densities(state: &Elbo, data: &Mixture, run: &ElboRun) -> Panel {
    const COUNT: usize = 257;
    let range = interval(data);
    let mut scratch = Scratch::default();
    let mut curve = |mixture: &Mixture| -> Vec<(f64, f64)> {
        let origin = mixture.at_zero();
        let at = |i| place(range, i, COUNT);
        (0..COUNT).map(|i| (at(i), origin.log_density(&[at(i)], &mut scratch).exp())).collect()
    };
    let components = state.common.target.components();
    let mut curves = vec![(curve(data), Role::Data, tr!("data"), Dash::Solid)];
    for (objective, name, dash) in
        [(3, tr!("simple loss"), Dash::Solid), (0, tr!("likelihood"), Dash::Dashed)]
    {
        if let Ok(member) = state.family().member(&components, run.argmins[objective]) {
            curves.push((curve(&member), ROLES[objective], name, dash));
        }
    }
    let top = curves.iter().flat_map(|(points, ..)| points).map(|p| p.1).fold(0.0, f64::max);
    let mut panel = Panel::new(Axis::linear("x", range), Axis::linear(tr!("density"), (0.0, 1.08 * top)));
    for (points, role, name, dash) in curves {
        panel.layers.push(Layer::line(points, role).dashed(dash).labelled(name));
    }
    panel
}

/// How far the minimisers lie from the likelihood's against the number of steps, on logarithmic axes.
pub fn gaps(reply: Option<&ElboReply>) -> Figure {
    let runs = reply.map_or(&[][..], |reply| &reply.runs);
    // Below this the quadrature has no say.
    let gap = |run: &ElboRun, i: usize| (run.argmins[i] - run.argmins[0]).abs().max(1e-7);
    let all = runs.iter().flat_map(|run| (1..4).map(|i| gap(run, i)));
    let (low, high) = all.fold((f64::INFINITY, 0.0), |(l, h), g| (f64::min(l, g), f64::max(h, g)));
    let range = if high > 0.0 { (0.6 * low, 1.6 * high.max(10.0 * low)) } else { (1e-4, 1e-1) };
    let mut panel = Panel::new(
        Axis::log(tr!("steps T"), (8.0, 1250.0)),
        Axis::log(tr!("|argmin − likelihood’s|"), range),
    );
    let mut words = Vec::new();
    for (i, (name, role)) in objectives(tr!("simple loss")).into_iter().enumerate().skip(1) {
        let points: Vec<(f64, f64)> = runs.iter().map(|run| (run.steps as f64, gap(run, i))).collect();
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            words.push(tr!("{} from {} to {}", name, short(first.1), short(last.1)));
        }
        panel.layers.push(Layer::line(points.clone(), role).labelled(name));
        panel.layers.push(Layer::points(points, role));
    }
    let summary = tr!(
        "Distance of each objective’s minimiser from that of the likelihood against the number of steps, on logarithmic axes: {}.",
        if words.is_empty() { tr!("being computed").to_owned() } else { words.join("; ") }
    );
    Figure { summary, rows: vec![Row::new(vec![panel])] }
}

/// Weights of the noise-prediction errors per unit of `λ`, over `λ`.
pub fn weights(state: &Elbo) -> Figure {
    let schedule = state.common.schedule().steps(state.common.steps as usize);
    let times = &schedule.times;
    // Half the distance to either neighbour; the ends have one.
    let width = |k: usize| {
        let (low, high) = (k.saturating_sub(1), (k + 1).min(times.len() - 1));
        ((times[high].lambda() - times[low].lambda()) / (high - low).max(1) as f64).max(1e-12)
    };
    let per_lambda = |nodes: &[PlanNode], factor: f64| -> Vec<(f64, f64)> {
        let points = nodes.iter().enumerate();
        points.map(|(k, n)| (n.time.lambda(), factor * n.weight / width(k))).collect()
    };
    let paper = Plan::discrete(Rule::Paper, &schedule, 1);
    let scale = simple_scale(state);
    let curves = [
        (
            per_lambda(&Plan::simple(&schedule, 1).nodes, scale),
            Role::Uniform,
            tr!("simple, scaled"),
            Dash::Solid,
        ),
        (per_lambda(&elbo_plan(&schedule, state.variance, 1).nodes, 1.0), Role::Elbo, "ELBO", Dash::Solid),
        (per_lambda(&paper.nodes, 1.0), Role::Formula, tr!("formula"), Dash::Dashed),
    ];
    let all = || curves.iter().flat_map(|(points, ..)| points).filter(|p| p.1 > 0.0 && p.1.is_finite());
    let x = padded(all().map(|p| p.0));
    let (low, high) = all().fold((0.5, 0.5), |(l, h), p| (f64::min(l, p.1), f64::max(h, p.1)));
    let mut panel = Panel::new(
        Axis::linear("λ = log(t/(1−t))", x),
        Axis::log(tr!("weight per unit of λ"), (low.max(1e-6) / 1.5, high.min(1e6) * 1.5)),
    );
    panel.layers.push(Layer::HLine {
        y: 0.5,
        role: Role::Exact,
        dash: Dash::Dotted,
        label: Some(tr!("likelihood: ½").into()),
    });
    for (points, role, name, dash) in curves {
        panel.layers.push(Layer::line(points, role).dashed(dash).labelled(name));
    }
    let summary = tr!("Weight that each objective gives to the noise-prediction error per unit of λ, on a logarithmic axis. The likelihood’s is one half everywhere; the formula and the ELBO come close to it, the simple loss does not.").to_owned();
    Figure { summary, rows: vec![Row::new(vec![panel])] }
}

/// A minimiser in a sentence.
fn digits(value: f64) -> String {
    crate::ui::table::show(value, 4)
}
