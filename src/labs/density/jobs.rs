//! From parameters to requests: which points are computed, in which order, coarse to fine.

use super::state::{Curve, Density};
use crate::compute::{
    ConvergenceRequest, GridRequest, GridStage, PointsRequest, ProbeRequest, Request, affords_quadrature,
};
use crate::labs::common::Target;
use crate::math::{Axis, Part, Quality};
use crate::math::{Estimator, MAX_COMPONENTS, Mixture};

/// Points along the curve, one more than a power of two.
pub const CURVE: usize = 513;
/// Points along a side of the map, one more than a power of two.
pub const SIDE: usize = 129;
/// Draws at the probe of large data sets where quadrature is chosen.
pub const LARGE_DRAWS: usize = 256;
/// Strides of the coarser curves and maps that are shown on the way.
const CURVE_STRIDES: [usize; 3] = [16, 4, 1];
const MAP_STRIDES: [usize; 4] = [8, 4, 2, 1];
/// Grids of the blurred formula, with the care that is taken.
const GRIDS: [(usize, Quality); 2] = [(SIDE / 2 + 1, Quality::Coarse), (SIDE, Quality::Fine)];

/// The interval of x that a one-dimensional figure shows.
pub fn interval(mixture: &Mixture) -> (f64, f64) {
    let (low, high) = mixture.extent(4.0)[0];
    round_out(low, high)
}

/// The square that a two-dimensional figure shows: intervals of x and y of equal length.
pub fn square(mixture: &Mixture) -> [(f64, f64); 2] {
    let extent = mixture.extent(3.5);
    let rounded = [round_out(extent[0].0, extent[0].1), round_out(extent[1].0, extent[1].1)];
    let half = rounded.iter().map(|(low, high)| 0.5 * (high - low)).fold(0.0, f64::max);
    rounded.map(|(low, high)| (0.5 * (low + high) - half, 0.5 * (low + high) + half))
}

/// The job of the main figure.
pub fn main(state: &Density) -> Request {
    let mixture = state.common.target.mixture();
    let target = state.common.target.components();
    let spec = state.spec();
    #[cfg(labs)]
    if mixture.dim() > 2 {
        return super::many::request(state, &mixture, target);
    }
    if mixture.dim() == 1 {
        let range = interval(&mixture);
        let order = order_1d();
        return Request::Points(PointsRequest {
            target,
            spec,
            points: order.iter().map(|i| place(range, *i, CURVE)).collect(),
            stages: CURVE_STRIDES.iter().map(|s| (CURVE - 1) / s + 1).collect(),
            ode: state.curves.contains(&Curve::Ode),
            elbo: state.curves.contains(&Curve::Elbo).then_some(state.variance),
        });
    }
    let [xs, ys] = square(&mixture);
    if state.estimator == Estimator::Quadrature {
        let stage = |&(count, quality): &(usize, Quality)| {
            let axis = |(low, high)| Axis { low, high, count };
            GridStage { axes: [axis(xs), axis(ys)], quality }
        };
        let stages = GRIDS.iter().map(stage).collect();
        return Request::Grid(GridRequest { target, spec, stages, part: Part::WHOLE });
    }
    Request::Points(PointsRequest {
        target,
        spec,
        points: order_2d().iter().flat_map(|(i, j)| [place(xs, *i, SIDE), place(ys, *j, SIDE)]).collect(),
        stages: MAP_STRIDES.iter().map(|s| ((SIDE - 1) / s + 1).pow(2)).collect(),
        ode: false,
        elbo: None,
    })
}

/// The job of the probe's figure and table.
pub fn probe(state: &Density) -> Request {
    let (target, mut spec) = (state.common.target.components(), state.spec());
    if is_large(&state.common.target) && spec.estimator == Estimator::Quadrature {
        // Grids share their quadrature; a point alone would take a minute.
        (spec.estimator, spec.draws) = (Estimator::SteinQmc, LARGE_DRAWS);
    }
    Request::Probe(ProbeRequest {
        target,
        spec,
        x: state.probe(&state.common.target.mixture()),
        t1: state.t1,
        t2: state.t2,
        variance: state.variance,
    })
}

/// Whether a target has so many components in a plane that only whole grids are taken by quadrature.
pub fn is_large(target: &Target) -> bool {
    target.dim() == 2 && !affords_quadrature(2, target.count())
}

/// Whether there is a figure of convergence: it takes thousands of estimates, each of which costs an evaluation
/// of every component.
pub fn converges(target: &Target) -> bool {
    target.dim() <= 2 && target.count() <= MAX_COMPONENTS
}

/// The job of the convergence figure. What has no part in it is set to its default, so that
/// equal figures have equal requests.
pub fn convergence(state: &Density) -> Request {
    let mut spec = state.spec();
    spec.estimator = Estimator::Stein;
    spec.draws = 1;
    spec.score_error = crate::math::ScoreError::default();
    let target = state.common.target.components();
    let counts: Vec<usize> = (3..=10).map(|power| 1 << power).collect();
    Request::Convergence(ConvergenceRequest { target, spec, draws: counts.clone(), steps: counts })
}

/// Where the `i`-th of `count` equally spaced points lies.
pub fn place(range: (f64, f64), i: usize, count: usize) -> f64 {
    range.0 + (range.1 - range.0) * i as f64 / (count - 1) as f64
}

/// Positions on the curve in the order of their computation.
pub fn order_1d() -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(CURVE);
    let mut coarser = None;
    for stride in CURVE_STRIDES {
        let new = |i: &usize| coarser.is_none_or(|c| !i.is_multiple_of(c));
        order.extend((0..CURVE).step_by(stride).filter(new));
        coarser = Some(stride);
    }
    order
}

/// Positions (column, row) on the map in the order of their computation.
pub fn order_2d() -> Vec<(usize, usize)> {
    let mut order = Vec::with_capacity(SIDE * SIDE);
    let mut coarser = None;
    for stride in MAP_STRIDES {
        for j in (0..SIDE).step_by(stride) {
            let new = |i: &usize| coarser.is_none_or(|c| !i.is_multiple_of(c) || j % c != 0);
            order.extend((0..SIDE).step_by(stride).filter(new).map(|i| (i, j)));
        }
        coarser = Some(stride);
    }
    order
}

/// The finest complete stride that the first `count` points of an order make, if any.
pub(super) fn stride_of(count: usize, dim: usize) -> Option<usize> {
    let (strides, side): (&[usize], usize) =
        if dim == 1 { (&CURVE_STRIDES, CURVE) } else { (&MAP_STRIDES, SIDE) };
    strides.iter().rev().copied().find(|s| ((side - 1) / s + 1).pow(dim as u32) <= count)
}

/// Widens an interval to multiples of a nice fraction of its length.
fn round_out(low: f64, high: f64) -> (f64, f64) {
    let length = (high - low).max(f64::MIN_POSITIVE);
    let step = 10f64.powf((length / 5.0).log10().floor()) * 0.5;
    ((low / step).floor() * step, (high / step).ceil() * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_permutations_that_refine() {
        let mut seen = order_1d();
        seen.sort_unstable();
        assert_eq!(seen, (0..CURVE).collect::<Vec<_>>());
        let order = order_2d();
        for stride in MAP_STRIDES {
            let count = ((SIDE - 1) / stride + 1).pow(2);
            assert!(order[..count].iter().all(|(i, j)| i % stride == 0 && j % stride == 0));
            assert_eq!(stride_of(count, 2), Some(stride));
        }
        let mut all = order.clone();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), SIDE * SIDE);
        assert_eq!(stride_of(16, 2), None);
    }

    #[test]
    fn figures_hold_their_targets() {
        for preset in crate::math::targets::Preset::ALL {
            let mixture = preset.mixture();
            if mixture.dim() == 1 {
                let (low, high) = interval(&mixture);
                let (a, b) = mixture.extent(4.0)[0];
                assert!(low <= a && b <= high && high - low < 1.5 * (b - a));
            } else {
                let [x, y] = square(&mixture);
                assert!(((x.1 - x.0) - (y.1 - y.0)).abs() < 1e-9);
            }
        }
    }
}
