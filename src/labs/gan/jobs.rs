//! From parameters to requests. Neither `λ` nor the choice of weights is part of one: a reply serves
//! all of them.

use super::state::{Gan, LAMBDA};
use crate::compute::{GanRequest, Request};
use crate::labs::density::jobs::{interval, place, square};

/// Points along the curve.
pub const CURVE: usize = 1025;
/// Points along a side of the map.
pub const SIDE: usize = 129;
/// Values of `λ` of the figure of measures.
const SWEEP: usize = 41;

/// The job of both figures.
pub fn main(state: &Gan) -> Request {
    request(state, points(state, 1), true)
}

/// A request for other points; without a coarse reply where nobody looks at it.
pub fn request(state: &Gan, points: Vec<f64>, coarse_first: bool) -> Request {
    Request::Gan(GanRequest {
        target: state.common.target.components(),
        rule: state.rule,
        schedule: state.common.schedule(),
        steps: state.common.steps as usize,
        points,
        lambdas: sweep(),
        coarse_first,
    })
}

/// The points of the main figure in the order of the picture, every `stride`-th of a side.
pub fn points(state: &Gan, stride: usize) -> Vec<f64> {
    let mixture = state.common.target.mixture();
    if mixture.dim() == 1 {
        let range = interval(&mixture);
        return (0..CURVE).step_by(stride).map(|i| place(range, i, CURVE)).collect();
    }
    let [xs, ys] = square(&mixture);
    let row =
        |j: usize| (0..SIDE).step_by(stride).flat_map(move |i| [place(xs, i, SIDE), place(ys, j, SIDE)]);
    (0..SIDE).step_by(stride).flat_map(row).collect()
}

/// From 0 to the largest, denser where more happens.
fn sweep() -> Vec<f64> {
    (0..SWEEP).map(|i| LAMBDA.max * (i as f64 / (SWEEP - 1) as f64).powi(2)).collect()
}
