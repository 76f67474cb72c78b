//! What stays while particles move: the density of the data, or in one dimension that of all times, and
//! how far it is from noise.

use super::{CourseReply, CourseRequest, ForwardReply, STEP};
use crate::compute::messages::{JobError, Reply};
use crate::compute::tasks::Progress;
use crate::math::{Axis, KlToNormal, Mixture, NoiseSchedule, Scratch, Time};

/// See [`super::ForwardRequest::Course`].
#[derive(Debug)]
pub struct CourseTask {
    request: CourseRequest,
    mixture: Mixture,
    schedule: NoiseSchedule,
    reply: CourseReply,
    divergence: Option<KlToNormal>,
}

impl CourseTask {
    pub(super) fn new(request: CourseRequest) -> Result<Self, JobError> {
        let mixture = Mixture::new(&request.target)?;
        let fits = matches!(mixture.dim(), 1 | 2) && request.range.len() == mixture.dim();
        if !fits || !(2..=1025).contains(&request.side) || !(2..=1025).contains(&request.columns) {
            return Err(JobError::Dimension);
        }
        let schedule = request.schedule.steps(request.steps);
        Ok(Self { request, mixture, schedule, reply: CourseReply::default(), divergence: None })
    }

    pub(super) fn step(&mut self) -> Progress {
        let columns = self.request.columns;
        let (side, dim) = (self.request.side, self.mixture.dim());
        let points = if dim == 1 { columns * side } else { side * side };
        if self.reply.density.len() < points {
            self.densities(points);
            return if self.reply.density.len() == points {
                Progress::Partial(Reply::Forward(ForwardReply::Course(self.reply.clone())))
            } else {
                Progress::Working(0.5 * self.reply.density.len() as f64 / points as f64)
            };
        }
        let column = self.reply.divergence.len();
        if column == columns {
            return Progress::Done(Reply::Forward(ForwardReply::Course(std::mem::take(&mut self.reply))));
        }
        let (index, time) = self.moment(column);
        let mut left = STEP / self.mixture.len();
        let mut work = match self.divergence.take().or_else(|| KlToNormal::new(&self.mixture, time)) {
            Some(work) => work,
            None => {
                self.reply.divergence.push((index, f64::NAN));
                return Progress::Working(0.5 + 0.5 * column as f64 / columns as f64);
            }
        };
        loop {
            if let Some(value) = work.advance(&self.mixture) {
                self.reply.divergence.push((index, value));
                break;
            }
            left = left.saturating_sub(work.row_length());
            if left == 0 {
                self.divergence = Some(work);
                break;
            }
        }
        Progress::Working(0.5 + 0.5 * column as f64 / columns as f64)
    }

    /// Index in the schedule and time of a column.
    fn moment(&self, column: usize) -> (f64, Option<Time>) {
        let last = self.schedule.len() as f64;
        let index = last * column as f64 / (self.request.columns - 1) as f64;
        (index, time_at(&self.schedule, index))
    }

    fn densities(&mut self, points: usize) {
        let (side, dim) = (self.request.side, self.mixture.dim());
        let node = |axis: usize, k: usize| {
            let (low, high) = self.request.range[axis];
            Axis { low, high, count: side }.place(k)
        };
        let from = self.reply.density.len();
        let end = (from + (STEP / self.mixture.len()).max(side)).min(points);
        let mut scratch = Scratch::default();
        let mut values = Vec::with_capacity(end - from);
        if dim == 1 {
            // Whole columns: a time has one marginal.
            for column in from / side..end / side {
                let time = self.moment(column).1;
                let marginal = time.map_or_else(|| self.mixture.at_zero(), |time| self.mixture.at(time));
                values.extend((0..side).map(|k| marginal.log_density(&[node(0, k)], &mut scratch)));
            }
        } else {
            let marginal = self.mixture.at_zero();
            let value =
                |i: usize| marginal.log_density(&[node(0, i % side), node(1, i / side)], &mut scratch);
            values.extend((from..end).map(value));
        }
        self.reply.density.extend(values);
    }
}

/// The time at an index of a schedule, `λ` linear between its steps; between the data and the first step
/// `t` itself is, since `λ` has no value at the data.
pub(super) fn time_at(schedule: &NoiseSchedule, index: f64) -> Option<Time> {
    let times = &schedule.times;
    if index < 1.0 {
        return Time::from_t(index * times.first()?.t());
    }
    let below = (index.floor() as usize).min(times.len());
    let above = (below + 1).min(times.len());
    let (low, high) = (times[below - 1].lambda(), times[above - 1].lambda());
    Some(Time::from_lambda(low + (index - below as f64) * (high - low)))
}
