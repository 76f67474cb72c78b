//! Objectives of training over the parameter of a family, their minimisers for several numbers of
//! steps, and the parts of the ELBO under the data's own score.
//!
//! For each number of steps the objectives are computed on a grid of `θ`, which is the curve, and then
//! at Chebyshev points between the neighbours of each least value, from whose interpolant the
//! minimiser comes. One value takes the noise-prediction errors at all times; a step does as many
//! times as fit in some milliseconds.

use super::{Progress, STEP};
use crate::compute::messages::{JobError, Reply};
use crate::math::{
    Component, ElboParts, Family, Mixture, NoiseSchedule, OBJECTIVES, Population, ReverseVariance, Schedule,
    Scratch, chebyshev_minimum, chebyshev_points, elbo_parts, typical_members,
};
use serde::{Deserialize, Serialize};

/// Chebyshev points between the neighbours of a least value.
const POINTS: usize = 17;

/// See [`crate::compute::Request::Elbo`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElboRequest {
    /// The data's components, in one dimension.
    pub target: Vec<Component>,
    /// The family of models.
    pub family: Family,
    /// The noise schedule.
    pub schedule: Schedule,
    /// Numbers of steps `T` to do it for.
    pub steps: Vec<usize>,
    /// The reverse variance of the ELBO.
    pub variance: ReverseVariance,
    /// Values of `θ` on the curve; at least 9.
    pub curve: usize,
}

/// See [`crate::compute::Reply::Elbo`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ElboReply {
    /// One a number of steps, in the order asked for; less of them while it goes on.
    pub runs: Vec<ElboRun>,
    /// `E_data log p_data`, nats.
    pub mean_log_density: f64,
    /// Whether details of data or family were finer than what could be resolved.
    pub unresolved: bool,
}

/// What one number of steps gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElboRun {
    /// `T`.
    pub steps: usize,
    /// Values of `θ`.
    pub theta: Vec<f64>,
    /// The objectives at these: minus log-likelihood, minus formula, minus ELBO (nats), simple loss.
    pub values: Vec<[f64; OBJECTIVES]>,
    /// Their minimisers.
    pub argmins: [f64; OBJECTIVES],
    /// Means over the data of the ELBO's parts under the data's own score, nats.
    pub parts: ElboParts,
}

/// See [`crate::compute::Request::Elbo`].
#[derive(Debug)]
pub struct ElboTask {
    request: ElboRequest,
    data: Mixture,
    members: Vec<Mixture>,
    reply: ElboReply,
    run: Option<Run>,
    scratch: Scratch,
}

/// A number of steps being worked on.
#[derive(Debug)]
struct Run {
    schedule: NoiseSchedule,
    population: Population,
    /// Models still to be evaluated, the last one first: the data itself, the curve, then Chebyshev points.
    theta: Vec<Option<f64>>,
    done: usize,
    errors: Vec<f64>,
    curve: Vec<[f64; OBJECTIVES]>,
    parts: Option<ElboParts>,
    /// Intervals around least values, and the objectives at their Chebyshev points.
    intervals: Vec<(f64, f64)>,
    fine: Vec<[f64; OBJECTIVES]>,
}

impl ElboTask {
    pub(super) fn new(request: ElboRequest) -> Result<Self, JobError> {
        let data = Mixture::new(&request.target)?;
        if data.dim() != 1 {
            return Err(JobError::Dimension);
        }
        let members = typical_members(request.family, &data)?;
        let mut scratch = Scratch::default();
        let mut reply = ElboReply::default();
        let request = ElboRequest { curve: request.curve.max(9), ..request };
        let first = Population::new(&data, &members, &request.schedule.steps(1), request.variance);
        reply.mean_log_density = first.mean_log(&data.at_zero(), &mut scratch);
        Ok(Self { request, data, members, reply, run: None, scratch })
    }

    pub(super) fn step(&mut self) -> Progress {
        let Some(&steps) = self.request.steps.get(self.reply.runs.len()) else {
            return Progress::Done(Reply::Elbo(self.reply.clone()));
        };
        let range = self.request.family.range(&self.data);
        let Some(run) = &mut self.run else {
            self.run = Some(Run::new(&self.request, &self.data, &self.members, steps, range));
            return Progress::Working(self.share(0.0));
        };
        if run.work(&self.request, &self.data, range, &mut self.scratch) {
            self.reply.unresolved |= run.population.unresolved;
            self.reply.runs.extend(run.finish(&self.request, range));
            self.run = None;
            return Progress::Partial(Reply::Elbo(self.reply.clone()));
        }
        let within = run.done as f64 / (self.request.curve + 2 * POINTS) as f64;
        Progress::Working(self.share(within.min(1.0)))
    }

    fn share(&self, within: f64) -> f64 {
        (self.reply.runs.len() as f64 + within) / self.request.steps.len().max(1) as f64
    }
}

fn curve_points(count: usize, (low, high): (f64, f64)) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| low + (high - low) * i as f64 / (count - 1) as f64)
}

impl Run {
    fn new(
        request: &ElboRequest,
        data: &Mixture,
        members: &[Mixture],
        steps: usize,
        range: (f64, f64),
    ) -> Self {
        let schedule = request.schedule.steps(steps);
        let theta = std::iter::once(None).chain(curve_points(request.curve, range).map(Some)).collect();
        Self {
            population: Population::new(data, members, &schedule, request.variance),
            schedule,
            theta,
            done: 0,
            errors: Vec::new(),
            curve: Vec::new(),
            parts: None,
            intervals: Vec::new(),
            fine: Vec::new(),
        }
    }

    /// Some milliseconds of work; true when all is done.
    fn work(
        &mut self,
        request: &ElboRequest,
        data: &Mixture,
        range: (f64, f64),
        scratch: &mut Scratch,
    ) -> bool {
        let Some(theta) = self.theta.get(self.done).copied() else { return true };
        // Every theta lies in the range, whose ends are mixtures.
        let member = theta.and_then(|theta| request.family.member(&request.target, theta).ok());
        let member = member.as_ref().unwrap_or(data);
        let mut cost = 0;
        while self.errors.len() < self.population.len() && cost < STEP {
            let k = self.errors.len();
            cost += self.population.nodes(k) * member.len();
            self.errors.push(self.population.mean_error(member, k, scratch));
        }
        if self.errors.len() < self.population.len() {
            return false;
        }
        let errors = std::mem::take(&mut self.errors);
        self.done += 1;
        if theta.is_none() {
            let square = self.population.second_moment();
            self.parts = Some(elbo_parts(&self.schedule, request.variance, 1, &errors, square));
            return false;
        }
        let values = self.population.objectives(member, &errors, scratch);
        if self.curve.len() < request.curve {
            self.curve.push(values);
            if self.curve.len() == request.curve {
                self.look_closer(request.curve, range);
            }
        } else {
            self.fine.push(values);
        }
        self.done == self.theta.len()
    }

    /// Plans the Chebyshev points around the least values of the curve.
    fn look_closer(&mut self, count: usize, range: (f64, f64)) {
        let theta: Vec<f64> = curve_points(count, range).collect();
        for objective in 0..OBJECTIVES {
            let interval = around(&theta, least(&self.curve, objective));
            if !self.intervals.contains(&interval) {
                self.intervals.push(interval);
                self.theta.extend(chebyshev_points(interval, POINTS).into_iter().map(Some));
            }
        }
    }

    fn finish(&self, request: &ElboRequest, range: (f64, f64)) -> Option<ElboRun> {
        let theta: Vec<f64> = curve_points(request.curve, range).collect();
        let argmin = |objective: usize| {
            let interval = around(&theta, least(&self.curve, objective));
            let place = self.intervals.iter().position(|known| *known == interval).unwrap_or(0);
            let values: Vec<f64> =
                self.fine.iter().skip(place * POINTS).take(POINTS).map(|v| v[objective]).collect();
            chebyshev_minimum(interval, &values)
        };
        let argmins = std::array::from_fn(argmin);
        let steps = self.schedule.len();
        Some(ElboRun { steps, values: self.curve.clone(), argmins, parts: self.parts?, theta })
    }
}

fn least(curve: &[[f64; OBJECTIVES]], objective: usize) -> usize {
    let values = curve.iter().map(|v| v[objective]).enumerate();
    values.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(i, _)| i)
}

/// From the neighbour below to the one above.
fn around(theta: &[f64], i: usize) -> (f64, f64) {
    (theta[i.saturating_sub(1)], theta[(i + 1).min(theta.len() - 1)])
}
