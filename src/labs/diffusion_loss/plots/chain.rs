//! The joint log-density as a map: exact, from the chain of conditionals, and their difference.

use crate::compute::ChainReply;
use crate::labs::density::jobs::square;
use crate::labs::diffusion_loss::DiffusionLoss;
use crate::labs::figures::{DEPTH, LogDensityMaps, nice, short};
use crate::plot::{Dash, Figure, Layer, Role};
use crate::words::tr;

/// The maps, with a line at the context of the other figures.
pub fn chain(state: &DiffusionLoss, reply: &ChainReply, narrow: bool) -> Figure {
    let target = state.common.target.mixture();
    if target.dim() != 2 {
        return Figure::default();
    }
    let z = state.z(&target);
    let top = top(reply);
    let mut rows = LogDensityMaps {
        square: square(&target),
        side: reply.side,
        titles: [tr!("exact"), tr!("by the chain"), tr!("chain − exact")],
        values: [
            reply.exact.clone(),
            reply.chain.clone(),
            reply.chain.iter().zip(&reply.exact).map(|(c, e)| c - e).collect(),
        ],
        top,
        reach: nice(largest_error(reply)),
        difference: tr!("difference (nats)"),
        levels: Vec::new(),
        narrow,
    }
    .rows();
    for panel in rows.iter_mut().flat_map(|row| &mut row.panels) {
        panel.layers.push(Layer::VLine { x: z, role: Role::Accent, dash: Dash::Dotted, label: None });
    }
    let summary = tr!(
        "Three maps of the plane: the exact joint log-density, peaking at {} nats; the sum of log p(x₁) and log p(x₂|x₁), each by the formula; and their difference, at most {} nats where the density is within {} nats of the peak.",
        short(top),
        short(largest_error(reply)),
        DEPTH,
    );
    Figure { summary, rows }
}

/// Largest difference of the chain from the exact joint log-density where that is near its peak.
pub fn largest_error(reply: &ChainReply) -> f64 {
    let floor = top(reply) - DEPTH;
    let near = reply.exact.iter().zip(&reply.chain).filter(|(e, c)| **e > floor && c.is_finite());
    near.map(|(e, c)| (e - c).abs()).fold(0.0, f64::max)
}

fn top(reply: &ChainReply) -> f64 {
    reply.exact.iter().copied().filter(|v| v.is_finite()).reduce(f64::max).unwrap_or(0.0)
}
