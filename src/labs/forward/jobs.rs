//! From parameters to requests. What a figure does not depend on is no part of its request: the course
//! and the orders stay while the clock runs.

use super::state::Forward;
use crate::compute::{CourseRequest, ForwardRequest, FrameRequest, Journey, OrdersRequest, Request};
use crate::labs::density::jobs::{interval, square};
use crate::math::{Mixture, Part};

/// Cells in which particles are counted, along each coordinate in two dimensions and in one.
const CELLS: [usize; 2] = [192, 96];
/// Points of the exact density at the clock's time.
const NODES: [usize; 2] = [65, 257];
/// Points of the target's density.
const SIDE: [usize; 2] = [161, 193];
/// Columns over time.
pub const COLUMNS: [usize; 2] = [41, 161];
/// Score arrows along each coordinate.
const ARROWS: usize = 15;
/// Numbers of steps whose distances are shown.
pub const COUNTS: [usize; 7] = [4, 8, 16, 32, 64, 128, 256];
/// Particles for the distances in two dimensions, and components times particles at most.
const TRIED: [usize; 2] = [16_384, 1 << 18];

/// The part of space that the figures show: data and noise.
pub fn range(mixture: &Mixture) -> Vec<(f64, f64)> {
    if mixture.dim() == 1 {
        let (low, high) = interval(mixture);
        return vec![(low.min(-3.5), high.max(3.5))];
    }
    square(mixture)
        .map(|(low, high)| {
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
            // Both intervals stay equally long.
            let half = half.max(3.5 + middle.abs());
            (middle - half, middle + half)
        })
        .to_vec()
}

fn choose([plane, line]: [usize; 2], mixture: &Mixture) -> usize {
    if mixture.dim() == 1 { line } else { plane }
}

/// What the particles follow.
pub fn journey(state: &Forward) -> Journey {
    Journey {
        target: state.common.target.components(),
        schedule: state.common.schedule(),
        steps: state.common.steps as usize,
        process: state.process,
        count: state.count(),
        variance: state.variance,
        seed: state.common.seed as u32,
    }
}

/// The particles at the clock's time; with the distance from the exact density if `measure`.
pub fn frame(state: &Forward, measure: bool) -> Request {
    let mixture = state.common.target.mixture();
    let nodes = choose(NODES, &mixture);
    Request::Forward(ForwardRequest::Frame(FrameRequest {
        journey: journey(state),
        level: state.level(),
        particles: state.moved(&mixture),
        part: Part::WHOLE,
        range: range(&mixture),
        cells: choose(CELLS, &mixture),
        paths: state.paths as usize,
        arrows: if state.arrows && mixture.dim() == 2 { ARROWS } else { 0 },
        density: if state.density { nodes } else { 0 },
        measure,
    }))
}

/// What stays while the clock runs.
pub fn course(state: &Forward) -> Request {
    let mixture = state.common.target.mixture();
    Request::Forward(ForwardRequest::Course(CourseRequest {
        target: state.common.target.components(),
        schedule: state.common.schedule(),
        steps: state.common.steps as usize,
        range: range(&mixture),
        side: choose(SIDE, &mixture),
        columns: choose(COLUMNS, &mixture),
    }))
}

/// Distances of the samplers against their steps.
pub fn orders(state: &Forward) -> Request {
    let components = state.common.target.components();
    Request::Forward(ForwardRequest::Orders(OrdersRequest {
        particles: (TRIED[1] / components.len().max(1)).clamp(512, TRIED[0]),
        target: components,
        schedule: state.common.schedule(),
        steps: state.common.steps as usize,
        counts: COUNTS.to_vec(),
        part: Part::WHOLE,
        seed: state.common.seed as u32,
    }))
}
