//! The joint log-density as a map: exact, from the chain of conditionals, and their difference.

use crate::compute::ChainReply;
use crate::labs::density::jobs::square;
use crate::labs::diffusion_loss::DiffusionLoss;
use crate::labs::figures::{nice, short};
use crate::plot::{
    Axis, ColourBar, ColourScale, Dash, Figure, Grid, Layer, Panel, Role, Row, contour::levels_below,
};
use std::sync::Arc;

/// Log-densities this far below the top are not what a figure is about, nats.
const DEPTH: f64 = 12.0;

/// The maps, with a line at the context of the other figures.
pub fn chain(state: &DiffusionLoss, reply: &ChainReply, narrow: bool) -> Figure {
    let target = state.common.target.mixture();
    if target.dim() != 2 {
        return Figure::default();
    }
    let [x, y] = square(&target);
    let z = state.z(&target);
    let grid = |values: Vec<f64>| Arc::new(Grid { nx: reply.side, ny: reply.side, x, y, values });
    let top = top(reply);
    let density = ColourScale::sequential((top - DEPTH, top));
    let reach = nice(largest_error(reply));
    let difference = ColourScale::diverging(reach);
    let levels = levels_below(top, DEPTH, 6);
    let map = |title: &str, values: Vec<f64>, scale: ColourScale, labelled: bool| {
        let grid = grid(values);
        let vertical = Axis::linear("x₂", y);
        let mut panel =
            Panel::new(Axis::linear("x₁", x), if labelled { vertical } else { vertical.unlabelled() })
                .title(title)
                .equal()
                .layer(Layer::raster(grid.clone(), scale));
        if scale == density {
            panel.layers.push(Layer::Contours { grid, levels: levels.clone(), role: None });
        }
        panel.layer(Layer::VLine { x: z, role: Role::Accent, dash: Dash::Dotted, label: None })
    };
    let differences = reply.chain.iter().zip(&reply.exact).map(|(c, e)| c - e).collect();
    let exact = map("exact", reply.exact.clone(), density, true);
    let chain = map("by the chain", reply.chain.clone(), density, false);
    let error = map("chain − exact", differences, difference, narrow);
    let density_bar = ColourBar { label: "log-density (nats)".into(), scale: density };
    let error_bar = ColourBar { label: "difference (nats)".into(), scale: difference };
    let rows = if narrow {
        vec![Row::new(vec![exact, chain]), Row::new(vec![error]).bar(density_bar, 1, 2).bar(error_bar, 1, 2)]
    } else {
        vec![Row::new(vec![exact, chain, error]).bar(density_bar, 0, 2).bar(error_bar, 2, 3)]
    };
    let summary = format!(
        "Three maps of the plane: the exact joint log-density, peaking at {} nats; the sum of log p(x₁) and log p(x₂|x₁), each by the formula; and their difference, at most {} nats where the density is within {DEPTH} nats of the peak.",
        short(top),
        short(largest_error(reply)),
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
