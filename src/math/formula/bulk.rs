//! For those who sum over whole nodes of a plan themselves, many points at once: the blocks of
//! noise by number, and a way in for sums that are already weighted.

use super::{Accumulator, Block, Formula};

/// What a block of noise is part of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Weight of the node in the plan.
    pub weight: f64,
    /// Units of draws that the node's mean is taken over, a replicate.
    pub units: usize,
    /// Whether the replicate has no further block at this node.
    pub ends_replicate: bool,
    /// Whether the node has no further block.
    pub ends_node: bool,
}

impl Formula {
    /// Independent repetitions whose means are kept apart.
    pub fn replicates(&self) -> usize {
        self.noise.replicates()
    }

    /// Block `index` of the noise of a node; `None` past the last node.
    pub fn block(&self, node: usize, index: usize) -> Option<(Block, Place)> {
        let planned = self.plan.nodes.get(node)?;
        let (time, noise) = (planned.time, &self.noise);
        let (blocks, replicates) = (noise.blocks(time), noise.replicates());
        let place = Place {
            weight: planned.weight,
            units: noise.total(time) / replicates / noise.draws_per_unit(),
            ends_replicate: (index + 1).is_multiple_of(blocks / replicates),
            ends_node: index + 1 == blocks,
        };
        let block = Block {
            time,
            estimator: noise.estimator(),
            unit: noise.draws_per_unit(),
            shift: self.error.shift(time, self.mixture.dim()),
            noise: noise.block(node, time, index),
        };
        Some((block, place))
    }

    /// Adds what further replicates and nodes came to: `total(point, replicate)` is the sum of
    /// their weighted means, `variance(point)` that of the squared weights times the variance of
    /// the means, which counts only where there is one replicate. `nodes` of them are complete
    /// now. `true` when nothing is left. A profile is not kept this way.
    pub fn absorb_nodes(
        &self,
        work: &mut Accumulator,
        nodes: usize,
        total: impl Fn(usize, usize) -> f64,
        variance: impl Fn(usize) -> f64,
    ) -> bool {
        let replicates = self.noise.replicates();
        for (point, sum) in work.total.iter_mut().enumerate() {
            for replicate in 0..replicates {
                let more = total(point, replicate);
                *sum += more / replicates as f64;
                work.replicate_totals[point * replicates + replicate] += more;
            }
            work.variance[point] += variance(point);
        }
        work.node += nodes;
        work.node == self.plan.nodes.len()
    }
}

impl Accumulator {
    /// Whether every node's mean is kept; see [`Formula::begin_profile`].
    pub fn has_profile(&self) -> bool {
        self.profile.is_some()
    }

    /// Nodes of the plan that are complete.
    pub fn nodes(&self) -> usize {
        self.node
    }
}
