//! Targets of more than two dimensions, of which no map can be drawn: which points are computed instead.
//!
//! Of the handwritten digits they are images held out, the classes in turn; of a data set, points drawn from
//! its kernel density estimate. Each has a number, and the probe is one of them.

use super::state::Density;
use crate::compute::{PointsRequest, Request};
use crate::labs::common::Target;
use crate::labs::digits::{Image, digits};
use crate::math::{Component, Mixture};
use crate::words::tr;

/// Numbers of points after which a picture is shown.
const STAGES: [usize; 3] = [10, 20, 60];

/// Image `i` of the digits; `None` where the target is another one.
pub fn image(state: &Density, i: usize) -> Option<Image<'static>> {
    match state.common.target {
        Target::Digits(_) => digits()?.held_out(i),
        _ => None,
    }
}

/// Point `i`.
pub fn point(state: &Density, mixture: &Mixture, i: usize) -> Vec<f64> {
    match image(state, i) {
        Some(image) => image.point().collect(),
        None => mixture.sample(state.common.seed as u32, i as u32),
    }
}

/// The job of the main figure.
pub fn request(state: &Density, mixture: &Mixture, target: Vec<Component>) -> Request {
    let count = state.images as usize;
    Request::Points(PointsRequest {
        target,
        spec: state.spec(),
        points: (0..count).flat_map(|i| point(state, mixture, i)).collect(),
        stages: STAGES.into_iter().filter(|n| *n < count).chain([count]).collect(),
        ode: false,
        elbo: None,
    })
}

/// What a point is called: `image 12, a 2`, or `point 12`.
pub fn name(state: &Density, i: usize) -> String {
    match image(state, i) {
        Some(image) => tr!("image {}, a {}", i, image.label),
        None => tr!("point {}", i),
    }
}
