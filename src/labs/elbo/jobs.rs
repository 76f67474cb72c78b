//! From parameters to requests.

use super::state::Elbo;
use crate::compute::{ElboRequest, Request};
use crate::labs::common::STEPS;

/// Values of `θ` on the curve.
pub const CURVE: usize = 97;

/// Numbers of steps of the figure of gaps.
pub const STEPS_TRIED: [usize; 7] = [10, 20, 50, 100, 200, 500, 1000];

/// The job of the main figure: the curves and minimisers for the chosen number of steps.
pub fn main(state: &Elbo) -> Request {
    request(state, vec![state.common.steps as usize], CURVE)
}

/// The job of the figure of gaps; the chosen number of steps has no part in it.
pub fn gaps(state: &Elbo) -> Request {
    let mut state = state.clone();
    state.common.steps = STEPS.default;
    // Coarser: only the minimisers are wanted.
    request(&state, STEPS_TRIED.to_vec(), 33)
}

fn request(state: &Elbo, steps: Vec<usize>, curve: usize) -> Request {
    Request::Elbo(ElboRequest {
        target: state.common.target.components(),
        family: state.family(),
        schedule: state.common.schedule(),
        steps,
        variance: state.variance,
        curve,
    })
}
