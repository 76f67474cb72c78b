//! From parameters to requests. Neither `λ` nor the choice of weights is part of one: a reply serves
//! all of them. And from parameters to the lesson of the two GANs that are trained.

use super::state::{Gan, LAMBDA};
use crate::compute::{GanRequest, GanWeights, GansLesson, Lesson, Request};
use crate::labs::density::jobs::{interval, place, square};
use crate::labs::learned::jobs::places;
use crate::learn::spec::{GanSpec, Weights};
use crate::math::diffusion_loss::Weighting;
use crate::math::random::normal_quantile;

/// Points along the curve.
pub const CURVE: usize = 1025;
/// Points along a side of the map.
pub const SIDE: usize = 129;
/// Points of the curves of the discriminators that are trained, and along a side of their maps.
pub const JUDGED: [usize; 2] = [129, 33];
/// Lines of the generators' mesh, either way.
pub const MESH: usize = 21;
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

/// How both GANs are trained: as `λ`, the weights and the settings say, and with the schedule for what is
/// drawn at its steps.
pub fn lesson(state: &Gan) -> Lesson {
    let (common, settings) = (&state.common, &state.training);
    let mixture = common.target.mixture();
    let seed = common.seed as u32;
    let spec = GanSpec {
        shape: settings.shape,
        lambda: state.lambda,
        warm: settings.warm,
        rates: [settings.rate; 2],
        critic: settings.critic,
        batch: settings.batch,
        seed,
    };
    let score =
        || (settings.denoising(common, (Weighting::Formula, settings.gamma), seed, 0), settings.steps);
    Lesson::Gans(GansLesson {
        target: common.target.components(),
        spec,
        weights: match state.weights {
            GanWeights::Paper => Weights::Paper,
            GanWeights::Uniform => Weights::Uniform,
        },
        schedule: (common.schedule(), common.steps as usize),
        score: settings.learned_score.then(score),
        places: places(&mixture, JUDGED[mixture.dim().clamp(1, 2) - 1]),
        latent: latent(),
    })
}

/// The mesh: quantiles of `N(0, I)`, so that each of its cells has the same share of the samples.
fn latent() -> Vec<f32> {
    let at = |i: usize| normal_quantile((i as f64 + 0.5) / MESH as f64) as f32;
    (0..MESH * MESH).flat_map(|k| [at(k % MESH), at(k / MESH)]).collect()
}

/// From 0 to the largest, denser where more happens.
fn sweep() -> Vec<f64> {
    (0..SWEEP).map(|i| LAMBDA.max * (i as f64 / (SWEEP - 1) as f64).powi(2)).collect()
}
