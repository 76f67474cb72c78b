//! From parameters to the training that they describe.

use super::state::Learned;
use crate::compute::{DenoiserLesson, Go, Lesson, Request, TrainingRequest};
use crate::labs::density::jobs::{interval, place, square};
use crate::math::Mixture;

/// Places along the curve, and along a side of the map, at which the learned formula is evaluated.
const PLACES: [usize; 2] = [161, 31];

/// The training. Steps are no part of it.
pub fn lesson(state: &Learned) -> Lesson {
    let (common, settings) = (&state.common, &state.training);
    let mixture = common.target.mixture();
    Lesson::Denoiser(DenoiserLesson {
        spec: settings.denoising(common, (settings.objective, settings.gamma), common.seed as u32, 0),
        target: common.target.components(),
        places: places(&mixture, PLACES[mixture.dim().clamp(1, 2) - 1]),
    })
}

/// The state of it that the link shows.
pub fn main(state: &Learned) -> Request {
    let go = Go::To(state.training.at);
    Request::Training(Box::new(TrainingRequest { lesson: lesson(state), go }))
}

/// So many places along each axis of the main figure, row by row, `d` numbers each.
pub fn places(mixture: &Mixture, side: usize) -> Vec<f64> {
    if mixture.dim() == 1 {
        let range = interval(mixture);
        return (0..side).map(|i| place(range, i, side)).collect();
    }
    let [xs, ys] = square(mixture);
    (0..side).flat_map(|j| (0..side).flat_map(move |i| [place(xs, i, side), place(ys, j, side)])).collect()
}
