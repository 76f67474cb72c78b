//! The figure of the minimisers: excess losses over `θ`, and the densities that they lead to.

use super::{drawn, look, name};
use crate::compute::LossMinimisersReply;
use crate::labs::density::jobs::place;
use crate::labs::diffusion_loss::DiffusionLoss;
use crate::labs::diffusion_loss::jobs::range;
use crate::math::diffusion_loss::{ModelFamily, Weighting, conditional};
use crate::math::{Mixture, Scratch};
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::ui::table::show;
use crate::words::tr;

/// Points along the densities.
const COUNT: usize = 257;

/// Objectives over `θ`, each less its least value, and the densities at the minimisers of the
/// likelihood and of the chosen weights.
pub fn minimisers(state: &DiffusionLoss, reply: Option<&LossMinimisersReply>) -> Figure {
    let target = state.common.target.mixture();
    let conditional = conditional(&target, state.z(&target)).ok();
    let above = objectives(state, reply);
    let below = densities(state, &target, conditional.as_ref(), reply);
    let chosen = Weighting::ALL.iter().position(|w| *w == state.weights).unwrap_or(0);
    let summary = reply.map_or_else(
        || tr!("The minimisers are being computed.").to_owned(),
        |reply| {
            tr!(
                "Excess of each loss over θ, less its least value. Least at: likelihood {}, formula {}, {} {}. Below, the density of the data and those of the family at the likelihood’s minimiser and at that of the chosen weights.",
                show(reply.argmins[5], 4),
                show(reply.argmins[0], 4),
                name(state.weights),
                show(reply.argmins[chosen], 4),
            )
        },
    );
    Figure { summary, rows: vec![Row::new(vec![above]).weight(1.5), Row::new(vec![below]).weight(1.0)] }
}

/// What `θ` is.
fn theta(family: ModelFamily) -> &'static str {
    match family {
        ModelFamily::SymmetricPair => tr!("θ: distance of the peaks from the mean (standard deviations)"),
        ModelFamily::Width => tr!("θ: standard deviation of every component"),
        ModelFamily::Gaussian => tr!("θ: standard deviation"),
    }
}

fn objectives(state: &DiffusionLoss, reply: Option<&LossMinimisersReply>) -> Panel {
    let label = tr!("loss − its least value (nats)");
    let Some(reply) = reply.filter(|r| r.theta.len() > 1) else {
        return Panel::new(Axis::linear(theta(state.model), (0.0, 1.0)), Axis::linear(label, (0.0, 1.0)));
    };
    let line = |k: usize| -> Vec<(f64, f64)> {
        let values = reply.excess.iter().map(|v| v[k]);
        let least = values.clone().filter(|v| v.is_finite()).fold(f64::INFINITY, f64::min);
        reply.theta.iter().copied().zip(values.map(|v| v - least)).collect()
    };
    let likelihood = line(5);
    // High enough for the likelihood's curve near its minimum.
    let mut heights: Vec<f64> = likelihood.iter().map(|p| p.1).filter(|v| v.is_finite()).collect();
    heights.sort_by(f64::total_cmp);
    let top = heights.get(heights.len() / 2).copied().unwrap_or(1.0).max(1e-9);
    let ends = (reply.theta[0], reply.theta[reply.theta.len() - 1]);
    let x = match state.model {
        ModelFamily::SymmetricPair => Axis::linear(theta(state.model), ends),
        ModelFamily::Width | ModelFamily::Gaussian => Axis::log(theta(state.model), ends),
    };
    let mut panel = Panel::new(x, Axis::linear(label, (-0.05 * top, top)));
    panel.layers.push(Layer::Line {
        points: likelihood,
        role: Role::Exact,
        dash: Dash::Solid,
        width: 4.5,
        label: Some(tr!("likelihood").into()),
    });
    for (k, weighting) in drawn(state.weights) {
        let (role, dash, width) = look(weighting, state.weights);
        let label = Some(name(weighting).into());
        panel.layers.push(Layer::Line { points: line(k), role, dash, width, label });
        panel.layers.push(Layer::Marker { x: reply.argmins[k], y: 0.0, role });
    }
    panel
}

fn densities(
    state: &DiffusionLoss,
    target: &Mixture,
    conditional: Option<&Mixture>,
    reply: Option<&LossMinimisersReply>,
) -> Panel {
    let along = range(target);
    let label = if target.dim() == 1 { "x" } else { "x₂" };
    let mut scratch = Scratch::default();
    let mut curve = |mixture: &Mixture| -> Vec<(f64, f64)> {
        let origin = mixture.at_zero();
        (0..COUNT)
            .map(|i| place(along, i, COUNT))
            .map(|x| (x, origin.log_density(&[x], &mut scratch).exp()))
            .collect()
    };
    let mut curves = Vec::new();
    if let Some(data) = conditional {
        curves.push((curve(data), Role::Data, Dash::Solid, 2.5, tr!("data")));
        if let Some(reply) = reply {
            let chosen = Weighting::ALL.iter().position(|w| *w == state.weights).unwrap_or(0);
            let (role, _, width) = look(state.weights, state.weights);
            for (k, role, dash, width, name) in [
                (5, Role::Exact, Dash::Solid, 3.5, tr!("likelihood")),
                (chosen, role, Dash::Dashed, width, name(state.weights)),
            ] {
                if let Some(model) = state.model.model(data, reply.argmins[k]) {
                    curves.push((curve(&model), role, dash, width, name));
                }
            }
        }
    }
    let top = curves.iter().flat_map(|(points, ..)| points).map(|p| p.1).fold(1e-9, f64::max);
    let mut panel = Panel::new(Axis::linear(label, along), Axis::linear(tr!("density"), (0.0, 1.08 * top)));
    for (points, role, dash, width, name) in curves {
        panel.layers.push(Layer::Line { points, role, dash, width, label: Some(name.into()) });
    }
    panel
}
