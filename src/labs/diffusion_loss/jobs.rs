//! From parameters to requests: which points are computed, in which order, coarse to fine; and to the lesson of
//! the heads that are trained.

use super::state::DiffusionLoss;
use crate::compute::{
    ChainRequest, DiffusionLossRequest, HeadsLesson, Lesson, LossMinimisersRequest, LossesRequest, Request,
};
use crate::labs::density::jobs::{interval, place, square};
use crate::math::Mixture;
use crate::math::diffusion_loss::Weighting;

/// Points along the curve, one more than a power of two.
pub const CURVE: usize = 257;
/// Strides of the curves that are shown on the way.
const STRIDES: [usize; 3] = [16, 4, 1];
/// Points drawn from the target.
pub const SCATTER: usize = 128;
/// Values of `θ` on the curve of objectives.
const THETAS: usize = 97;
/// Points along a side of the map, coarse to fine. Where the target has many components the last one
/// would take too long.
const SIDES: [usize; 4] = [9, 17, 33, 65];
const MANY: usize = 10;

/// What a point of the first job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A place on the curve.
    Curve(usize),
    /// A point drawn from the target.
    Scatter(usize),
}

/// The job of the curves and the scatter.
pub fn losses(state: &DiffusionLoss) -> Request {
    let target = state.common.target.mixture();
    let points = order().into_iter().flat_map(|item| match item {
        Item::Curve(i) => point(&target, state.z(&target), place(range(&target), i, CURVE)),
        Item::Scatter(i) => target.sample(state.common.seed as u32, i as u32),
    });
    Request::DiffusionLoss(DiffusionLossRequest::Losses(LossesRequest {
        target: state.common.target.components(),
        weights: state.spec(),
        points: points.collect(),
        stages: STRIDES.iter().map(|s| (CURVE - 1) / s + 1 + if *s < 16 { SCATTER } else { 0 }).collect(),
    }))
}

/// The job of the minimisers. What has no part in it is set to its default, so that equal figures have
/// equal requests.
pub fn minimisers(state: &DiffusionLoss) -> Request {
    Request::DiffusionLoss(DiffusionLossRequest::Minimisers(LossMinimisersRequest {
        target: state.common.target.components(),
        z: state.z(&state.common.target.mixture()),
        family: state.model,
        weights: state.spec(),
        curve: THETAS,
    }))
}

/// The job of the map; `None` in one dimension.
pub fn chain(state: &DiffusionLoss) -> Option<Request> {
    let target = state.common.target.mixture();
    let sides = if target.len() < MANY { &SIDES[..] } else { &SIDES[..3] };
    (target.dim() == 2).then(|| {
        Request::DiffusionLoss(DiffusionLossRequest::Chain(ChainRequest {
            target: state.common.target.components(),
            ranges: square(&target),
            sides: sides.to_vec(),
        }))
    })
}

/// How all heads are trained; the weighting that is picked out is no part of it.
pub fn lesson(state: &DiffusionLoss) -> Lesson {
    let (common, weighting) = (&state.common, (Weighting::default(), state.gamma));
    let spec = state.training.denoising(common, weighting, common.seed as u32, 0);
    Lesson::Heads(HeadsLesson { target: common.target.components(), spec })
}

/// The interval of `x` that the curves are drawn over.
pub fn range(target: &Mixture) -> (f64, f64) {
    if target.dim() == 1 { interval(target) } else { square(target)[1] }
}

/// A point with its context, where there is one.
pub fn point(target: &Mixture, z: f64, x: f64) -> Vec<f64> {
    if target.dim() == 1 { vec![x] } else { vec![z, x] }
}

/// What the points of the first job are for, in the order of their computation: the coarsest curve, the
/// scatter, the finer curves.
pub fn order() -> Vec<Item> {
    let mut order: Vec<Item> = (0..CURVE).step_by(STRIDES[0]).map(Item::Curve).collect();
    order.extend((0..SCATTER).map(Item::Scatter));
    for strides in STRIDES.windows(2) {
        let finer = (0..CURVE).step_by(strides[1]).filter(|i| !i.is_multiple_of(strides[0]));
        order.extend(finer.map(Item::Curve));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_is_a_whole_picture() {
        let order = order();
        assert_eq!(order.len(), CURVE + SCATTER);
        let Request::DiffusionLoss(DiffusionLossRequest::Losses(request)) = losses(&DiffusionLoss::default())
        else {
            panic!("another request");
        };
        assert_eq!(request.points.len(), order.len());
        assert_eq!(request.stages, [17, 65 + SCATTER, CURVE + SCATTER]);
        for (end, stride) in request.stages.iter().zip(STRIDES) {
            let mut curve: Vec<usize> = order[..*end]
                .iter()
                .filter_map(|item| if let Item::Curve(i) = item { Some(*i) } else { None })
                .collect();
            curve.sort_unstable();
            assert_eq!(curve, (0..CURVE).step_by(stride).collect::<Vec<_>>());
        }
    }
}
