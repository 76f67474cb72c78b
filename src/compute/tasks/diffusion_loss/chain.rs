//! The joint log-density `log p(x₁) + log p(x₂|x₁)` on a grid, both terms by the formula, column by
//! column: all points of a column share their context and so their scores. A step is one time of a
//! column.

use super::{ChainReply, ChainRequest, DiffusionLossReply, REACH, reply};
use crate::compute::messages::JobError;
use crate::compute::tasks::Progress;
use crate::math::diffusion_loss::{conditional, first_marginal};
use crate::math::{Axis, Column, Mixture, Plan, ScoreError, Scratch, SmallBlur, lambda_range};
use std::sync::Arc;

/// Step in `λ`.
const STEP: f64 = 0.25;

/// See [`super::DiffusionLossRequest::Chain`].
#[derive(Debug)]
pub struct ChainTask {
    request: ChainRequest,
    mixture: Mixture,
    first: Mixture,
    small: SmallBlur,
    stage: usize,
    /// Columns done in this stage; the marginal comes before the first.
    grid: Option<Grid>,
    finished: ChainReply,
}

/// A stage on its way.
#[derive(Debug)]
struct Grid {
    axes: [Axis; 2],
    /// `log p(x₁)` once it is there.
    marginal: Vec<f64>,
    column: usize,
    work: Option<Column>,
    reply: ChainReply,
}

impl ChainTask {
    pub(super) fn new(request: ChainRequest) -> Result<Self, JobError> {
        let mixture = Mixture::new(&request.target)?;
        if mixture.dim() != 2 || request.sides.iter().any(|side| *side < 2) {
            return Err(JobError::Dimension);
        }
        let first = first_marginal(&mixture)?;
        let small = SmallBlur::new();
        Ok(Self { request, mixture, first, small, stage: 0, grid: None, finished: ChainReply::default() })
    }

    pub(super) fn step(&mut self) -> Progress {
        let Some(&side) = self.request.sides.get(self.stage) else {
            return Progress::Done(reply(DiffusionLossReply::Chain(std::mem::take(&mut self.finished))));
        };
        let Some(grid) = &mut self.grid else {
            self.grid = Some(self.begin(side));
            return Progress::Working(self.progress());
        };
        if grid.column == side {
            if let Some(grid) = self.grid.take() {
                self.finished = grid.reply;
            }
            self.stage += 1;
            if self.stage < self.request.sides.len() {
                return Progress::Partial(reply(DiffusionLossReply::Chain(self.finished.clone())));
            }
            return Progress::Working(1.0);
        }
        grid.advance(&self.mixture, &self.first, &self.small);
        Progress::Working(self.progress())
    }

    fn begin(&self, side: usize) -> Grid {
        let axes = self.request.ranges.map(|(low, high)| Axis { low, high, count: side });
        // The exact joint density, and with it the place of every value.
        let (origin, mut scratch) = (self.mixture.at_zero(), Scratch::default());
        let row = |y: f64| axes[0].places().map(move |x| [x, y]);
        let exact = axes[1].places().flat_map(row).map(|x| origin.log_density(&x, &mut scratch)).collect();
        let reply = ChainReply { side, exact, chain: vec![f64::NAN; side * side] };
        Grid { axes, marginal: Vec::new(), column: 0, work: None, reply }
    }

    fn progress(&self) -> f64 {
        let area = |sides: &[usize]| sides.iter().map(|s| (s * s) as f64).sum::<f64>();
        let within = self.grid.as_ref().map_or(0.0, |g| (g.column * g.reply.side) as f64);
        (area(&self.request.sides[..self.stage]) + within) / area(&self.request.sides).max(1.0)
    }
}

impl Grid {
    /// One time of the marginal, or of the column in progress.
    fn advance(&mut self, mixture: &Mixture, first: &Mixture, small: &SmallBlur) {
        let Some(work) = &mut self.work else {
            self.work = self.start(mixture, first);
            if self.work.is_none() {
                // A column without a conditional stays without a value.
                self.column += 1;
            }
            return;
        };
        if !work.advance(small) {
            return;
        }
        let Some(work) = self.work.take() else { return };
        let values = work.finish();
        if self.marginal.is_empty() {
            self.marginal = values;
            return;
        }
        for (row, value) in self.reply.chain.chunks_exact_mut(self.reply.side).zip(values) {
            row[self.column] = self.marginal[self.column] + value;
        }
        self.column += 1;
    }

    fn start(&self, mixture: &Mixture, first: &Mixture) -> Option<Column> {
        let (target, axis) = if self.marginal.is_empty() {
            (first.clone(), self.axes[0])
        } else {
            (conditional(mixture, self.axes[0].place(self.column)).ok()?, self.axes[1])
        };
        let plan = Plan::continuous(1, lambda_range(&target, REACH), STEP);
        Some(Column::new(Arc::new(target), axis.places().collect(), plan, ScoreError::default()))
    }
}
