//! The diffusion classifier on given points of known classes, such as images held out, in any dimension: labels
//! by Bayes' rule, and by the formula's and by uniform weights from draws.
//!
//! Draws are those of [`crate::math::classifier::Draws`]: a step in proportion to its weight, and noise, for
//! each point its own, and for all classes the same ones or not. They are carried out step by step of the
//! schedule, for all points of a stage at once, so that each class's marginal is made once a step.

use super::Progress;
use crate::compute::messages::{JobError, Reply};
use crate::math::classifier::{Classes, TimeTable, decide, plans};
use crate::math::random::{normals, stream, uniform};
use crate::math::{Component, Marginal, Rule, Schedule, Scratch};
use serde::{Deserialize, Serialize};

/// Components times dimensions evaluated in one step: a few milliseconds.
const STEP: usize = 2_000_000;
/// Most draws a class.
const MOST: usize = super::MOST_DRAWS;

/// See [`crate::compute::Request::Images`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImagesRequest {
    /// The components of all classes.
    pub target: Vec<Component>,
    /// The class of each.
    pub labels: Vec<u8>,
    /// The points, `d` numbers each.
    pub points: Vec<f64>,
    /// The class of each.
    pub truth: Vec<u8>,
    /// Numbers of points, ascending, after which a partial reply is sent.
    pub stages: Vec<usize>,
    /// How the formula's weights are made.
    pub rule: Rule,
    /// The noise schedule.
    pub schedule: Schedule,
    /// Its number of steps `T`.
    pub steps: usize,
    /// Sum of the uniform weights, or `None` for that of the paper's.
    pub total: Option<f64>,
    /// Draws a class, at most [`super::MOST_DRAWS`].
    pub draws: usize,
    /// Whether all classes get the same draws.
    pub shared: bool,
    /// Seed of the draws.
    pub seed: u32,
}

/// See [`crate::compute::Reply::Images`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImagesReply {
    /// Number of classes.
    pub classes: usize,
    /// Labels of the points so far: Bayes' rule, the formula's weights, uniform weights, these from all draws.
    pub labels: [Vec<u8>; 3],
    /// For the formula's and for uniform weights: numbers of draws, and of right labels by so many.
    pub curves: [Vec<(usize, usize)>; 2],
}

/// See [`crate::compute::Request::Images`].
#[derive(Debug)]
pub struct ImagesTask {
    request: ImagesRequest,
    classes: Classes,
    tables: [TimeTable; 2],
    /// Numbers of draws at which labels are taken, ascending.
    levels: Vec<usize>,
    /// Points at which stages end.
    ends: Vec<usize>,
    stage: usize,
    work: Work,
    /// Sums of the terms of a level's draws, for each weighting by point, level and class.
    sums: [Vec<f64>; 2],
    reply: ImagesReply,
    scratch: Scratch,
}

/// What is being done to a stage, in this order.
#[derive(Debug)]
enum Work {
    /// Bayes' rule, from this point on.
    Exact(usize),
    /// The draws of a weighting by step of the schedule, from a step and a draw at it on.
    Draws { uniform: bool, by_step: Vec<Vec<Draw>>, step: usize, next: usize },
}

/// A draw at a point, for a class or for all.
#[derive(Clone, Copy, Debug)]
struct Draw {
    point: usize,
    index: usize,
    class: Option<usize>,
}

impl ImagesTask {
    pub(in crate::compute::tasks) fn new(request: ImagesRequest) -> Result<Self, JobError> {
        if request.labels.len() != request.target.len() {
            return Err(JobError::Dimension);
        }
        let labels = request.labels.iter().map(|label| usize::from(*label)).collect();
        let classes = Classes::new(&request.target, labels)?;
        if request.points.len() != request.truth.len() * classes.dim() {
            return Err(JobError::Dimension);
        }
        let plans = plans(&classes, request.rule, &request.schedule.steps(request.steps), request.total);
        let draws = request.draws.clamp(1, MOST);
        let mut levels: Vec<usize> = (0..).map(|k| 1 << k).take_while(|n| *n < draws).collect();
        levels.push(draws);
        let count = request.truth.len();
        let ends = request.stages.iter().copied().filter(|end| *end < count).chain([count]).collect();
        let sums = vec![0.0; count * levels.len() * classes.len()];
        let curve: Vec<(usize, usize)> = levels.iter().map(|n| (*n, 0)).collect();
        let reply =
            ImagesReply { classes: classes.len(), curves: [curve.clone(), curve], ..ImagesReply::default() };
        Ok(Self {
            tables: plans.each_ref().map(TimeTable::new),
            classes,
            levels,
            ends,
            stage: 0,
            work: Work::Exact(0),
            sums: [sums.clone(), sums],
            reply,
            scratch: Scratch::default(),
            request,
        })
    }

    pub(in crate::compute::tasks) fn step(&mut self) -> Progress {
        let start = if self.stage == 0 { 0 } else { self.ends[self.stage - 1] };
        let Some(end) = self.ends.get(self.stage).copied() else {
            return Progress::Done(Reply::Images(std::mem::take(&mut self.reply)));
        };
        match std::mem::replace(&mut self.work, Work::Exact(end)) {
            Work::Exact(from) if from < end => {
                let next = (from + self.at_a_time()).min(end);
                self.judge(from..next);
                self.work = Work::Exact(next);
            }
            Work::Exact(_) => self.work = self.begin(false, start..end),
            Work::Draws { uniform, by_step, step, next } if step < by_step.len() => {
                let draws = &by_step[step];
                let until = (next + self.at_a_time()).min(draws.len());
                self.draw(uniform, step, &draws[next..until]);
                let (step, next) = if until < draws.len() { (step, until) } else { (step + 1, 0) };
                self.work = Work::Draws { uniform, by_step, step, next };
            }
            Work::Draws { uniform: false, .. } => self.work = self.begin(true, start..end),
            Work::Draws { .. } => return self.close(start..end),
        }
        Progress::Working(self.progress(start, end))
    }

    /// Points that a step evaluates all classes at.
    fn at_a_time(&self) -> usize {
        (STEP / (self.request.target.len() * self.classes.dim())).max(1)
    }

    /// Bayes' rule at some points.
    fn judge(&mut self, points: std::ops::Range<usize>) {
        let priors = self.classes.log_priors();
        let origins: Vec<Marginal<'_>> = self.classes.iter().map(|class| class.mixture.at_zero()).collect();
        let dim = self.classes.dim();
        for x in self.request.points[points.start * dim..points.end * dim].chunks_exact(dim) {
            let logit =
                |(origin, prior): (&Marginal<'_>, &f64)| prior + origin.log_density(x, &mut self.scratch);
            let logits: Vec<f64> = origins.iter().zip(&priors).map(logit).collect();
            self.reply.labels[0].push(decide(&logits) as u8);
        }
    }

    /// The draws of a weighting at some points, in lists by step of the schedule.
    fn begin(&self, is_uniform: bool, points: std::ops::Range<usize>) -> Work {
        let table = &self.tables[usize::from(is_uniform)];
        let mut by_step = vec![Vec::new(); table.times().len()];
        let draws = self.levels.last().copied().unwrap_or(0);
        for (point, index) in points.flat_map(|point| (0..draws).map(move |index| (point, index))) {
            for class in 0..if self.request.shared { 1 } else { self.classes.len() } {
                let u =
                    uniform(self.request.seed, stream::CLASS_TIME, self.place(point, class, index) as u32);
                let class = (!self.request.shared).then_some(class);
                if let Some(list) = by_step.get_mut(table.place(u)) {
                    list.push(Draw { point, index, class });
                }
            }
        }
        Work::Draws { uniform: is_uniform, by_step, step: 0, next: 0 }
    }

    /// Number of a draw among all; the shared ones are those that the first class has of its own.
    fn place(&self, point: usize, class: usize, index: usize) -> usize {
        (point * self.classes.len() + class) * MOST + index
    }

    /// Adds `W ‖ε + √t s‖²` of some draws at one step.
    fn draw(&mut self, is_uniform: bool, step: usize, draws: &[Draw]) {
        let table = &self.tables[usize::from(is_uniform)];
        let Some(time) = table.times().get(step).copied().filter(|_| !draws.is_empty()) else {
            return;
        };
        let (dim, count) = (self.classes.dim(), self.classes.len());
        let marginals: Vec<Marginal<'_>> = self.classes.iter().map(|class| class.mixture.at(time)).collect();
        let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
        let mut y = vec![0.0; dim];
        for Draw { point, index, class } in draws.iter().copied() {
            let place = self.place(point, class.unwrap_or(0), index);
            let epsilon = normals(self.request.seed, stream::CLASS_NOISE, place * dim, dim);
            let x = &self.request.points[point * dim..(point + 1) * dim];
            for ((y, x), e) in y.iter_mut().zip(x).zip(&epsilon) {
                *y = signal * x + deviation * e;
            }
            let level = self.levels.partition_point(|n| *n <= index);
            let sums = &mut self.sums[usize::from(is_uniform)];
            let sums = &mut sums[(point * self.levels.len() + level) * count..][..count];
            for (label, (marginal, sum)) in marginals.iter().zip(sums).enumerate() {
                if class.is_none_or(|class| class == label) {
                    marginal.evaluate(&y, &mut self.scratch);
                    let term = |(e, s): (&f64, &f64)| (e + deviation * s).powi(2);
                    let squares: f64 = epsilon.iter().zip(&self.scratch.score).map(term).sum();
                    *sum += table.total() * squares;
                }
            }
        }
    }

    /// Takes the labels of a stage whose draws are done.
    fn close(&mut self, points: std::ops::Range<usize>) -> Progress {
        let (count, priors) = (self.classes.len(), self.classes.log_priors());
        for (weighting, sums) in self.sums.iter().enumerate() {
            for point in points.clone() {
                let mut totals = vec![0.0; count];
                let mut label = 0;
                for (level, draws) in self.levels.iter().enumerate() {
                    let more = &sums[(point * self.levels.len() + level) * count..][..count];
                    totals.iter_mut().zip(more).for_each(|(total, more)| *total += more);
                    let logits: Vec<f64> =
                        priors.iter().zip(&totals).map(|(p, total)| p - total / *draws as f64).collect();
                    label = decide(&logits) as u8;
                    let right = usize::from(label == self.request.truth[point]);
                    self.reply.curves[weighting][level].1 += right;
                }
                self.reply.labels[weighting + 1].push(label);
            }
        }
        self.stage += 1;
        self.work = Work::Exact(points.end);
        if self.stage < self.ends.len() {
            return Progress::Partial(Reply::Images(self.reply.clone()));
        }
        Progress::Done(Reply::Images(std::mem::take(&mut self.reply)))
    }

    fn progress(&self, start: usize, end: usize) -> f64 {
        let within = match &self.work {
            Work::Exact(_) => 0.0,
            Work::Draws { uniform, by_step, step, .. } => {
                let half = *step as f64 / by_step.len().max(1) as f64;
                0.5 * (half + f64::from(u8::from(*uniform)))
            }
        };
        (start as f64 + within * (end - start) as f64) / self.request.truth.len().max(1) as f64
    }
}
