//! Losses by every weighting at a list of points: one profile of the noise-prediction error a point.

use super::{DiffusionLossReply, LossesReply, LossesRequest, REACH, STEP, WEIGHTINGS, noise, reply};
use crate::compute::messages::JobError;
use crate::compute::tasks::Progress;
use crate::math::diffusion_loss::{LossGrid, Weighting, conditional, loss};
use crate::math::{Accumulator, Formula, Mixture, Noise, Plan, ScoreError, Scratch};
use std::sync::Arc;

/// See [`super::DiffusionLossRequest::Losses`].
#[derive(Debug)]
pub struct LossesTask {
    request: LossesRequest,
    mixture: Mixture,
    plans: [Plan; WEIGHTINGS],
    noise: Noise,
    /// The conditional in force, with its context.
    formula: Option<(f64, Arc<Mixture>, Formula)>,
    work: Option<Accumulator>,
    reply: LossesReply,
    scratch: Scratch,
}

impl LossesTask {
    pub(super) fn new(request: LossesRequest) -> Result<Self, JobError> {
        let mixture = Mixture::new(&request.target)?;
        let dim = mixture.dim();
        if dim > 2 || !request.points.len().is_multiple_of(dim) {
            return Err(JobError::Dimension);
        }
        // One rule and one grid that serve every context.
        let mut contexts: Vec<f64> = request.points.chunks_exact(dim).map(|x| x[0]).collect();
        contexts.sort_by(f64::total_cmp);
        contexts.dedup();
        if dim == 1 {
            contexts.truncate(1);
        }
        let conditionals: Result<Vec<Mixture>, _> =
            contexts.iter().map(|z| conditional(&mixture, *z)).collect();
        let conditionals = conditionals?;
        let grid = LossGrid::covering(&conditionals, REACH);
        Ok(Self {
            plans: Weighting::ALL.map(|w| grid.plan(w, &request.weights)),
            noise: noise(&conditionals),
            request,
            mixture,
            formula: None,
            work: None,
            reply: LossesReply::default(),
            scratch: Scratch::default(),
        })
    }

    pub(super) fn step(&mut self) -> Progress {
        let dim = self.mixture.dim();
        let done = self.reply.losses.len();
        let Some(point) = self.request.points.chunks_exact(dim).nth(done) else {
            return Progress::Done(reply(DiffusionLossReply::Losses(std::mem::take(&mut self.reply))));
        };
        let (z, x) = if dim == 2 { (point[0], point[1]) } else { (0.0, point[0]) };
        if self.formula.as_ref().is_none_or(|(of, ..)| *of != z) {
            self.formula = self.conditional_formula(z);
        }
        let Some((_, conditional, formula)) = &self.formula else {
            // Cannot be: every context was tried at the start.
            self.close(f64::NAN, [f64::NAN; WEIGHTINGS]);
            return Progress::Working(self.progress());
        };
        let mut work = self.work.take().unwrap_or_else(|| formula.begin_profile(&[x]));
        let blocks = (STEP / (super::NODES * conditional.len())).max(1);
        if !(0..blocks).any(|_| formula.advance(&mut work)) {
            self.work = Some(work);
            return Progress::Working(self.progress());
        }
        let exact = -conditional.at_zero().log_density(&[x], &mut self.scratch);
        let losses = [0, 1, 2, 3, 4].map(|w| loss(&self.plans[w], work.profile()));
        self.close(exact, losses);
        if self.request.stages.contains(&(done + 1)) {
            return Progress::Partial(reply(DiffusionLossReply::Losses(self.reply.clone())));
        }
        Progress::Working(self.progress())
    }

    fn conditional_formula(&self, z: f64) -> Option<(f64, Arc<Mixture>, Formula)> {
        let conditional = Arc::new(conditional(&self.mixture, z).ok()?);
        let (plan, noise) = (self.plans[0].clone(), self.noise.clone());
        let formula = Formula::with_noise(conditional.clone(), plan, noise, ScoreError::default());
        Some((z, conditional, formula))
    }

    fn close(&mut self, exact: f64, losses: [f64; WEIGHTINGS]) {
        self.reply.exact.push(exact);
        self.reply.losses.push(losses);
    }

    fn progress(&self) -> f64 {
        let count = self.request.points.len() / self.mixture.dim();
        self.reply.losses.len() as f64 / count.max(1) as f64
    }
}
