//! Objectives over a family of models of `p(x|z)`, and where each is least.
//!
//! First the target's scores on a grid, then the curve, then for each objective Brent's search between
//! the neighbours of the least value on the curve.

use super::{
    DiffusionLossReply, LOSS_OBJECTIVES, LossGrid, LossMinimisersReply, LossMinimisersRequest, REACH, STEP,
    WEIGHTINGS, reply,
};
use crate::compute::messages::JobError;
use crate::compute::tasks::Progress;
use crate::math::Mixture;
use crate::math::diffusion_loss::{Evaluation, Minimum, Population, Weighting, conditional};

/// Width of the last interval of a search, as a share of the family's range.
const TOLERANCE: f64 = 1e-8;

/// Differences of objectives below this are rounding, nats.
const ROUNDING: f64 = 1e-13;

/// See [`super::DiffusionLossRequest::Minimisers`].
#[derive(Debug)]
pub struct MinimisersTask {
    request: LossMinimisersRequest,
    target: Mixture,
    population: Population,
    weights: [Vec<f64>; WEIGHTINGS],
    prepared: bool,
    /// The model being evaluated, with its place in the range.
    running: Option<(f64, Mixture, Evaluation)>,
    /// Objective whose minimiser is searched, once the curve is there.
    objective: usize,
    search: Option<Minimum>,
    reply: LossMinimisersReply,
}

impl MinimisersTask {
    pub(super) fn new(request: LossMinimisersRequest) -> Result<Self, JobError> {
        let mixture = Mixture::new(&request.target)?;
        if mixture.dim() > 2 {
            return Err(JobError::Dimension);
        }
        let target = conditional(&mixture, request.z)?;
        let grid = LossGrid::covering([&target], REACH);
        let request = LossMinimisersRequest { curve: request.curve.max(5), ..request };
        Ok(Self {
            population: Population::new(&target, grid),
            weights: Weighting::ALL.map(|w| grid.weights(w, &request.weights)),
            request,
            target,
            prepared: false,
            running: None,
            objective: 0,
            search: None,
            reply: LossMinimisersReply::default(),
        })
    }

    pub(super) fn step(&mut self) -> Progress {
        if !self.prepared {
            self.prepared = self.slice(|task| task.population.prepare());
            return Progress::Working(0.2 * self.population.progress());
        }
        if self.reply.theta.len() < self.request.curve {
            return self.curve();
        }
        if self.objective < LOSS_OBJECTIVES {
            self.refine();
            return Progress::Working(0.6 + 0.4 * self.objective as f64 / LOSS_OBJECTIVES as f64);
        }
        Progress::Done(reply(DiffusionLossReply::Minimisers(self.reply.clone())))
    }

    /// Repeats some work until it is done or some milliseconds are over.
    fn slice(&mut self, mut work: impl FnMut(&mut Self) -> bool) -> bool {
        let times = (STEP / self.population.cost_of_a_time().max(1)).max(1);
        (0..times).any(|_| work(self))
    }

    fn curve(&mut self) -> Progress {
        let index = self.reply.theta.len();
        let share = index as f64 / (self.request.curve - 1) as f64;
        if let Some(values) = self.evaluate(share) {
            self.reply.theta.push(self.request.family.place(&self.target, share));
            self.reply.excess.push(values);
            if index + 1 == self.request.curve {
                for k in 0..LOSS_OBJECTIVES {
                    let (theta, divergence) = self.at(self.least(k).0);
                    self.reply.argmins[k] = theta;
                    self.reply.divergences[k] = divergence;
                }
                return Progress::Partial(reply(DiffusionLossReply::Minimisers(self.reply.clone())));
            }
        }
        Progress::Working(0.2 + 0.4 * share)
    }

    /// One value of the search in progress, or a part of it.
    fn refine(&mut self) {
        let k = self.objective;
        let (share, least) = self.least(k);
        let gap = 1.0 / (self.request.curve - 1) as f64;
        let (low, high) = ((share - gap).max(0.0), (share + gap).min(1.0));
        let mut search = self.search.take().unwrap_or_else(|| Minimum::new(low, high, TOLERANCE));
        let asked = match &self.running {
            Some((asked, ..)) => Some(*asked),
            None => search.ask(),
        };
        let Some(asked) = asked else {
            // A point of the curve that is as low is the better answer: at the edge of a family
            // objectives can be so flat that a search stops anywhere.
            let (found, value) = search.best();
            let best = if least <= value + ROUNDING { share } else { found };
            (self.reply.argmins[k], self.reply.divergences[k]) = self.at(best);
            self.objective += 1;
            return;
        };
        let value = if k < WEIGHTINGS {
            self.evaluate(asked).map(|values| values[k])
        } else {
            Some(self.at(asked).1)
        };
        if let Some(value) = value {
            search.tell(asked, value);
        }
        self.search = Some(search);
    }

    /// The objectives at a place in the range, once all times are done.
    fn evaluate(&mut self, share: f64) -> Option<[f64; LOSS_OBJECTIVES]> {
        if self.running.is_none() {
            let theta = self.request.family.place(&self.target, share);
            let Some(model) = self.request.family.model(&self.target, theta) else {
                return Some([f64::INFINITY; LOSS_OBJECTIVES]);
            };
            self.running = Some((share, model.clone(), self.population.begin(model)));
        }
        let done = self.slice(|task| match &mut task.running {
            Some((.., work)) => task.population.advance(work),
            None => true,
        });
        if !done {
            return None;
        }
        let (_, model, work) = self.running.take()?;
        let mut values = [self.population.divergence(&model); LOSS_OBJECTIVES];
        for (value, weights) in values.iter_mut().zip(&self.weights) {
            *value = work.excess(weights);
        }
        Some(values)
    }

    /// `θ` and `KL(p ‖ p_θ)` at a place in the range.
    fn at(&self, share: f64) -> (f64, f64) {
        let theta = self.request.family.place(&self.target, share);
        let model = self.request.family.model(&self.target, theta);
        (theta, model.map_or(f64::INFINITY, |model| self.population.divergence(&model)))
    }

    /// Where an objective is least on the curve, as a share of the range, and its value there; the
    /// first place of those that rounding cannot tell apart.
    fn least(&self, k: usize) -> (f64, f64) {
        let values = || self.reply.excess.iter().map(|v| v[k]);
        let least = values().filter(|v| !v.is_nan()).fold(f64::INFINITY, f64::min);
        let index = values().position(|v| v <= least + ROUNDING).unwrap_or(0);
        (index as f64 / (self.request.curve - 1) as f64, least)
    }
}
