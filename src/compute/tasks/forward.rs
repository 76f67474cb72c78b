//! Particles in time: the picture at a moment of a process, what does not depend on the moment, and how
//! far samplers end from their target.
//!
//! A process has `S` levels above the data ([`crate::math::step_times`]); a frame is asked for by its
//! level. Particles in one dimension are those in two with a second coordinate of its own, which starts
//! and stays `N(0, 1)`: it moves nothing along the first.
//!
//! A frame depends on nothing but its request; what a worker keeps from one to the next (`run.rs`) only
//! saves it steps. Particles are numbered and shared out by ranges; counts of shares add up.
//!
//! Left out on purpose: what the numbers look like, and errors of the score.

mod course;
mod frame;
#[cfg(all(kernels, feature = "gpu"))]
pub(super) mod graphics;
mod orders;
mod run;
#[cfg(test)]
mod tests;

use super::{Progress, STEP};
use crate::compute::messages::JobError;
use crate::math::{
    Bins, Component, Covariance, DIRECTIONS, Line, Mixture, Part, Process, ReverseVariance, Schedule, Scheme,
    Time, direction, step_times,
};
use serde::{Deserialize, Serialize};

/// Most particles whose way is kept.
pub const MOST_PATHS: usize = 50;
/// Bins of the distribution functions whose distance is taken.
pub(super) const BINS: usize = 1024;
/// Most vertices of a path in a reply.
const MOST_VERTICES: usize = 256;

/// See [`crate::compute::Request::Forward`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ForwardRequest {
    /// The particles at a moment.
    Frame(FrameRequest),
    /// What stays while they move.
    Course(CourseRequest),
    /// Distances against steps.
    Orders(OrdersRequest),
}

/// A way through time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// The target's components, in one or two dimensions.
    pub target: Vec<Component>,
    /// The noise schedule.
    pub schedule: Schedule,
    /// Its number of steps `T`.
    pub steps: usize,
    /// The process.
    pub process: Process,
    /// Its number of steps `S`.
    pub count: usize,
    /// DDPM's reverse variance.
    pub variance: ReverseVariance,
    /// Seed of all draws.
    pub seed: u32,
}

/// See [`ForwardRequest::Frame`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameRequest {
    /// What the particles follow.
    pub journey: Journey,
    /// Where the clock stands, `0..=S`; 0 are the data.
    pub level: usize,
    /// How many particles there are in all.
    pub particles: usize,
    /// The share of them.
    pub part: Part,
    /// Intervals of the coordinates in which particles are counted.
    pub range: Vec<(f64, f64)>,
    /// Cells along each of them.
    pub cells: usize,
    /// How many ways are wanted, at most [`MOST_PATHS`].
    pub paths: usize,
    /// Score arrows along each coordinate in two dimensions; 0 for none.
    pub arrows: usize,
    /// Points along each coordinate at which `ρ_t` is wanted; 0 for none.
    pub density: usize,
    /// Whether the distance from `ρ_t` is wanted.
    pub measure: bool,
}

/// See [`ForwardRequest::Course`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CourseRequest {
    /// The target's components, in one or two dimensions.
    pub target: Vec<Component>,
    /// The noise schedule.
    pub schedule: Schedule,
    /// Its number of steps.
    pub steps: usize,
    /// Intervals of the coordinates.
    pub range: Vec<(f64, f64)>,
    /// Points along each of them.
    pub side: usize,
    /// In one dimension, columns of the map over time; in all, times of the divergence.
    pub columns: usize,
}

/// See [`ForwardRequest::Orders`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrdersRequest {
    /// The target's components, in one or two dimensions.
    pub target: Vec<Component>,
    /// The noise schedule.
    pub schedule: Schedule,
    /// Its number of steps.
    pub steps: usize,
    /// Numbers of steps to try.
    pub counts: Vec<usize>,
    /// Particles in two dimensions; in one a front of its own.
    pub particles: usize,
    /// The share of the particles.
    pub part: Part,
    /// Seed of all draws.
    pub seed: u32,
}

/// See [`crate::compute::Reply::Forward`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ForwardReply {
    /// To [`ForwardRequest::Frame`].
    Frame(FrameReply),
    /// To [`ForwardRequest::Course`].
    Course(CourseReply),
    /// To [`ForwardRequest::Orders`].
    Orders(OrdersReply),
}

/// The particles at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrameReply {
    /// Particles in each cell, the first coordinate fastest.
    pub counts: Vec<u32>,
    /// Particles in all, those outside of the cells included.
    pub particles: u32,
    /// Levels at which the ways have a vertex, in the order of the process.
    pub levels: Vec<u32>,
    /// The ways: a list of positions for each particle.
    pub paths: Vec<Vec<[f32; 2]>>,
    /// Scores `s_t` at the centres of a regular division of the range, the first coordinate fastest.
    pub arrows: Vec<[f32; 2]>,
    /// `log ρ_t` at the nodes of a regular grid over the range, nats.
    pub density: Vec<f32>,
    /// What the distances are made of, where they were asked for.
    pub measure: Option<Measure>,
}

/// Projections counted in bins, of the particles and of as many independent draws from `ρ_t`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The bins.
    pub bins: Bins,
    /// Of the particles, for one direction after the other.
    pub counts: Vec<u32>,
    /// Of the draws.
    pub draws: Vec<u32>,
    /// The distribution functions at the edges of the bins; empty in all parts but the first.
    pub cdf: Vec<f64>,
}

/// What stays while the particles move.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CourseReply {
    /// Log-densities, nats: in one dimension of `ρ_t` over `x` for one time after the other, from
    /// index 0, the data, to the last; in two of the data, the first coordinate fastest.
    pub density: Vec<f64>,
    /// `KL(ρ_t || N(0, I))`, nats, against the index in the schedule; NaN where components are too
    /// narrow for it.
    pub divergence: Vec<(f64, f64)>,
}

/// Distances of the samplers from the target, in units of `x`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OrdersReply {
    /// The schemes with (steps, distance) for each, those that are done.
    pub curves: Vec<(Scheme, Vec<(usize, f64)>)>,
    /// What remains of the distance when the steps are exact, that is chance: for samplers with noise,
    /// and for those without.
    pub floors: [f64; 2],
    /// Counts of a part in two dimensions, from which the distances are taken: a
    /// block for each floor, then one for each scheme and number of steps.
    pub blocks: Vec<Vec<u32>>,
    /// The bins of the counts.
    pub bins: Option<Bins>,
    /// The distribution functions at the edges of the bins; empty in all parts but the first.
    pub cdf: Vec<f64>,
}

impl ForwardRequest {
    /// The same for a share of the particles; `None` where there is nothing to share.
    pub(in crate::compute) fn share(&self, part: Part) -> Option<Self> {
        match self {
            Self::Frame(request) => Some(Self::Frame(FrameRequest { part, ..request.clone() })),
            Self::Orders(request) if request.target.first()?.mean.len() == 2 => {
                Some(Self::Orders(OrdersRequest { part, ..request.clone() }))
            }
            _ => None,
        }
    }
}

impl ForwardReply {
    /// Joins the replies to shares, the first one first; `None` where they do not belong together.
    pub(in crate::compute) fn merge(parts: Vec<Self>) -> Option<Self> {
        if let Self::Orders(_) = parts.first()? {
            let as_orders = |part| if let Self::Orders(reply) = part { Some(reply) } else { None };
            let parts: Option<Vec<OrdersReply>> = parts.into_iter().map(as_orders).collect();
            return OrdersReply::merge(parts?).map(Self::Orders);
        }
        let as_frame = |part| if let Self::Frame(reply) = part { Some(reply) } else { None };
        let parts: Option<Vec<FrameReply>> = parts.into_iter().map(as_frame).collect();
        FrameReply::merge(parts?).map(Self::Frame)
    }
}

impl Journey {
    /// Times of the levels `1..=S`.
    pub fn times(&self) -> Vec<Time> {
        step_times(&self.schedule.steps(self.steps), self.count)
    }

    /// The time of a level; `None` for the data.
    pub fn time(&self, level: usize) -> Option<Time> {
        self.times().get(level.checked_sub(1)?).copied()
    }
}

impl Measure {
    /// The mean of `W₁` over the directions between the particles and `ρ_t`, and between the draws
    /// and `ρ_t`: the distance, and how much of it chance accounts for. In units of `x`.
    pub fn distances(&self) -> (f64, f64) {
        (sliced(&self.bins, &self.counts, &self.cdf), sliced(&self.bins, &self.draws, &self.cdf))
    }
}

impl FrameReply {
    /// Joins the shares of a frame, the first one first.
    fn merge(parts: Vec<Self>) -> Option<Self> {
        let mut parts = parts.into_iter();
        let mut whole = parts.next()?;
        for part in parts {
            add(&mut whole.counts, &part.counts)?;
            whole.particles += part.particles;
            match (&mut whole.measure, &part.measure) {
                (Some(whole), Some(part)) => {
                    add(&mut whole.counts, &part.counts)?;
                    add(&mut whole.draws, &part.draws)?;
                }
                (None, None) => {}
                _ => return None,
            }
        }
        Some(whole)
    }
}

impl OrdersReply {
    /// What of a scheme's distances is chance.
    pub fn floor(&self, scheme: Scheme) -> f64 {
        self.floors[usize::from(scheme.process != Process::Ddpm)]
    }

    /// Joins the shares, the first one first, and takes the distances.
    fn merge(parts: Vec<Self>) -> Option<Self> {
        let mut parts = parts.into_iter();
        let mut whole = parts.next()?;
        for part in parts {
            if whole.blocks.len() != part.blocks.len() {
                return None;
            }
            for (block, more) in whole.blocks.iter_mut().zip(&part.blocks) {
                add(block, more)?;
            }
        }
        Some(whole.finish())
    }

    /// Takes the distances from counts, if there are any.
    fn finish(mut self) -> Self {
        let mut blocks = std::mem::take(&mut self.blocks).into_iter();
        let Some(bins) = self.bins.take() else {
            return self;
        };
        let cdf = std::mem::take(&mut self.cdf);
        for (floor, block) in self.floors.iter_mut().zip(&mut blocks) {
            *floor = sliced(&bins, &block, &cdf);
        }
        for ((_, distance), block) in self.curves.iter_mut().flat_map(|(_, curve)| curve).zip(blocks) {
            *distance = sliced(&bins, &block, &cdf);
        }
        self
    }
}

/// Adds counts; `None` where they do not belong together.
fn add(whole: &mut [u32], part: &[u32]) -> Option<()> {
    if whole.len() != part.len() {
        return None;
    }
    whole.iter_mut().zip(part).for_each(|(sum, more)| *sum += more);
    Some(())
}

/// The mean of `W₁` over the directions.
fn sliced(bins: &Bins, counts: &[u32], cdf: &[f64]) -> f64 {
    let each = counts.chunks_exact(bins.cells()).zip(cdf.chunks_exact(bins.count + 1));
    let (sum, count) =
        each.fold((0.0, 0.0), |(sum, n), (counts, cdf)| (sum + bins.wasserstein(counts, cdf), n + 1.0));
    sum / count
}

/// Bins that hold the target, the noise and all between.
fn bins_for(mixture: &Mixture) -> Bins {
    let reach = (0..mixture.dim())
        .flat_map(|i| {
            let (low, high) = mixture.extent(7.0)[i];
            [low.abs(), high.abs()]
        })
        .fold(7.0, f64::max);
    // A projection of the plane reaches further than its coordinates.
    let reach = if mixture.dim() == 1 { reach } else { reach * std::f64::consts::SQRT_2 };
    Bins { range: (-reach, reach), count: BINS }
}

/// Distributions along all directions.
fn lines(mixture: &Mixture, time: Option<Time>) -> Vec<Line> {
    let count = if mixture.dim() == 1 { 1 } else { DIRECTIONS };
    (0..count).map(|i| Line::along(mixture, &direction(i, mixture.dim()), time)).collect()
}

/// Counts the projections of points on all directions.
fn project(bins: &Bins, dim: usize, xs: &[f32], ys: &[f32], counts: &mut [u32]) {
    for (i, counts) in counts.chunks_exact_mut(bins.cells()).enumerate() {
        let along = direction(i, dim);
        let (c, s) = (along[0], along.get(1).copied().unwrap_or(0.0));
        for (x, y) in xs.iter().zip(ys) {
            counts[bins.cell(c * f64::from(*x) + s * f64::from(*y))] += 1;
        }
    }
}

/// A target in one dimension with a second coordinate `N(0, 1)`; one in two as it is.
fn in_the_plane(mixture: &Mixture) -> Result<Mixture, JobError> {
    match mixture.dim() {
        2 => Ok(mixture.clone()),
        1 => {
            let lifted = mixture.components().into_iter().map(|c| {
                let variance = match c.covariance {
                    Covariance::Isotropic(v) => v,
                    Covariance::Diagonal(v) | Covariance::Full(v) => v.first().copied().unwrap_or(1.0),
                };
                let mean = vec![c.mean[0], 0.0];
                Component { mean, covariance: Covariance::Diagonal(vec![variance, 1.0]), ..c }
            });
            Ok(Mixture::new(&lifted.collect::<Vec<_>>())?)
        }
        _ => Err(JobError::Dimension),
    }
}

/// The particles of a share: the first, an even one, and how many.
fn share(particles: usize, part: Part) -> (usize, usize) {
    let start = |index: usize| if index >= part.of { particles } else { particles * index / part.of / 2 * 2 };
    (start(part.index), start(part.index + 1) - start(part.index))
}

/// See [`ForwardRequest`].
#[derive(Debug)]
pub enum ForwardTask {
    /// See [`ForwardRequest::Frame`].
    Frame(Box<frame::FrameTask>),
    /// See [`ForwardRequest::Course`].
    Course(Box<course::CourseTask>),
    /// See [`ForwardRequest::Orders`].
    Orders(Box<orders::OrdersTask>),
}

impl ForwardTask {
    pub(super) fn new(request: ForwardRequest) -> Result<Self, JobError> {
        Ok(match request {
            ForwardRequest::Frame(request) => Self::Frame(Box::new(frame::FrameTask::new(request)?)),
            ForwardRequest::Course(request) => Self::Course(Box::new(course::CourseTask::new(request)?)),
            ForwardRequest::Orders(request) => Self::Orders(Box::new(orders::OrdersTask::new(request)?)),
        })
    }

    pub(super) fn step(&mut self) -> Progress {
        match self {
            Self::Frame(task) => task.step(),
            Self::Course(task) => task.step(),
            Self::Orders(task) => task.step(),
        }
    }
}
