//! From parameters to requests.

use super::state::Classifier;
use crate::compute::{AccuracyRequest, RegionsPlace, RegionsRequest, Request};
use crate::labs::density::jobs::{interval, square};
use crate::math::{Axis, Mixture};

/// Points along the line.
pub const LINE: usize = 385;
/// Points along a side of the map: on the way, and in the end.
pub const SIDES: [usize; 2] = [33, 129];
/// Points drawn from the target, with their classes.
pub const POINTS: usize = 200;
/// Numbers of draws on the curve.
pub const DRAWS_TRIED: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/// The job of the main figure.
pub fn main(state: &Classifier) -> Request {
    let mixture = state.common.target.mixture();
    let places = if mixture.dim() == 1 {
        let places = [(LINE - 1) / 8 + 1, LINE];
        places.map(|count| RegionsPlace::Line(line(&mixture, count))).to_vec()
    } else {
        SIDES.map(|side| RegionsPlace::Grid(axes(&mixture, side), side == SIDES[1])).to_vec()
    };
    Request::Regions(RegionsRequest { classifier: state.spec(), places })
}

/// The same at given points.
pub fn at(state: &Classifier, points: Vec<f64>) -> Request {
    let places = vec![RegionsPlace::Points(points)];
    Request::Regions(RegionsRequest { classifier: state.spec(), places })
}

/// The job of the accuracy figure. Which weights are compared, and whether the draws are shared, have
/// no part in it.
pub fn accuracy(state: &Classifier) -> Request {
    let mut draws = DRAWS_TRIED.to_vec();
    draws.push(state.draws as usize);
    draws.sort_unstable();
    draws.dedup();
    Request::Accuracy(AccuracyRequest {
        classifier: state.spec(),
        seed: state.common.seed as u32,
        points: POINTS,
        draws,
    })
}

/// The line that a one-dimensional figure shows.
pub fn line(mixture: &Mixture, count: usize) -> Axis {
    let (low, high) = interval(mixture);
    Axis { low, high, count }
}

/// The square that a map shows.
pub fn axes(mixture: &Mixture, count: usize) -> [Axis; 2] {
    square(mixture).map(|(low, high)| Axis { low, high, count })
}
