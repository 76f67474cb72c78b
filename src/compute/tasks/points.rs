//! Estimates at a list of points, in batches, with the other routes to the same numbers.

use super::{Progress, STEP, fast};
use crate::compute::messages::{JobError, PointsReply, PointsRequest, Reply};
use crate::math::{
    Accumulator, Estimator, Formula, FormulaSpec, Mixture, OdeOptions, Scratch, elbo_plan, log_density_ode,
};
#[cfg(labs)]
use crate::math::{Column, Estimate, MAX_COMPONENTS, SmallBlur};
use std::sync::Arc;

/// Larger mixtures on a line are summed for all points at once, by quadrature.
#[cfg(labs)]
const FEW: usize = MAX_COMPONENTS;

/// Blocks of noise hold at most this many draws.
const BLOCK: usize = 512;

/// See [`crate::compute::Request::Points`].
#[derive(Debug)]
pub struct PointsTask {
    request: PointsRequest,
    mixture: Arc<Mixture>,
    formula: Formula,
    elbo: Option<Formula>,
    /// Batches, as ranges of points; a stage ends with a batch.
    batches: Vec<std::ops::Range<usize>>,
    batch: usize,
    work: Work,
    reply: PointsReply,
    scratch: Scratch,
}

/// What is being done to the batch in progress, in this order.
#[derive(Debug)]
enum Work {
    Start,
    Formula(Accumulator),
    Fast(Accumulator, fast::Batch),
    #[cfg(labs)]
    Column(Box<Column>, SmallBlur),
    Elbo(Accumulator),
    Ode(usize),
}

impl PointsTask {
    pub(super) fn new(request: PointsRequest) -> Result<Self, JobError> {
        let mixture = Arc::new(Mixture::new(&request.target)?);
        let dim = mixture.dim();
        if !request.points.len().is_multiple_of(dim) {
            return Err(JobError::Dimension);
        }
        let formula = Formula::new(mixture.clone(), &request.spec)?;
        let elbo = match request.elbo {
            Some(variance) => Some(elbo_formula(&mixture, &request.spec, variance)?),
            None => None,
        };
        let draws = (formula.draws_per_node() as usize).clamp(1, BLOCK);
        let size = fast::batch_size(&mixture, request.spec.estimator)
            .unwrap_or_else(|| (STEP / (draws * mixture.len() * dim.div_ceil(4))).clamp(1, 256));
        let count = request.points.len() / dim;
        let mut batches = Vec::new();
        let mut start = 0;
        #[cfg(labs)]
        if by_column(&mixture, &request.spec) {
            // Fewer points would take as long.
            batches.push(0..count);
            start = count;
        }
        for end in request.stages.iter().copied().filter(|end| *end < count).chain([count]) {
            while start < end {
                let next = (start + size).min(end);
                batches.push(start..next);
                start = next;
            }
        }
        Ok(Self {
            request,
            mixture,
            formula,
            elbo,
            batches,
            batch: 0,
            work: Work::Start,
            reply: PointsReply::default(),
            scratch: Scratch::default(),
        })
    }

    pub(super) fn step(&mut self) -> Progress {
        let dim = self.mixture.dim();
        let Some(range) = self.batches.get(self.batch).cloned() else {
            return Progress::Done(Reply::Points(std::mem::take(&mut self.reply)));
        };
        let points = &self.request.points[range.start * dim..range.end * dim];
        self.work = match std::mem::replace(&mut self.work, Work::Start) {
            Work::Start => {
                let origin = self.mixture.at_zero();
                let exact = points.chunks_exact(dim).map(|x| origin.log_density(x, &mut self.scratch));
                self.reply.exact.extend(exact);
                #[cfg(labs)]
                if by_column(&self.mixture, &self.request.spec) {
                    let (plan, error) = (self.formula.plan().clone(), self.request.spec.score_error);
                    let column = Column::new(self.mixture.clone(), points.to_vec(), plan, error);
                    self.work = Work::Column(Box::new(column), SmallBlur::new());
                    return Progress::Working(0.0);
                }
                let work = self.formula.begin(points.to_vec());
                match fast::Batch::new(&self.mixture, self.request.spec.estimator, &work) {
                    Some(batch) => Work::Fast(work, batch),
                    None => Work::Formula(work),
                }
            }
            Work::Formula(mut work) => {
                if self.formula.advance(&mut work) {
                    self.close_formula(work, range)
                } else {
                    Work::Formula(work)
                }
            }
            Work::Fast(mut work, mut batch) => match batch.advance(&self.formula, &self.mixture, &mut work) {
                Some(true) => self.close_formula(work, range),
                Some(false) => Work::Fast(work, batch),
                None => Work::Formula(work),
            },
            #[cfg(labs)]
            Work::Column(mut column, small) => {
                if column.advance(&small) {
                    let values = column.finish().into_iter();
                    self.reply.formula.extend(values.map(|value| Estimate { value, standard_error: None }));
                    self.after_formula(range)
                } else {
                    Work::Column(column, small)
                }
            }
            Work::Elbo(mut work) => match &self.elbo {
                Some(elbo) if !elbo.advance(&mut work) => Work::Elbo(work),
                Some(elbo) => {
                    self.reply.elbo.extend(elbo.finish(work).iter().map(|e| e.value));
                    Work::Ode(range.start)
                }
                None => Work::Ode(range.start),
            },
            Work::Ode(next) if self.request.ode && next < range.end => {
                let x = &self.request.points[next * dim..(next + 1) * dim];
                let solution =
                    log_density_ode(&self.mixture, self.request.spec.score_error, x, OdeOptions::default());
                self.reply.ode.push(solution.map_or(f64::NAN, |s| s.log_density));
                Work::Ode(next + 1)
            }
            Work::Ode(_) => return self.close_batch(range.end),
        };
        Progress::Working(self.progress())
    }

    fn close_formula(&mut self, work: Accumulator, range: std::ops::Range<usize>) -> Work {
        self.reply.formula.extend(self.formula.finish(work));
        self.after_formula(range)
    }

    fn after_formula(&self, range: std::ops::Range<usize>) -> Work {
        let dim = self.mixture.dim();
        match &self.elbo {
            Some(elbo) => {
                Work::Elbo(elbo.begin(self.request.points[range.start * dim..range.end * dim].to_vec()))
            }
            None => Work::Ode(range.start),
        }
    }

    fn close_batch(&mut self, end: usize) -> Progress {
        self.batch += 1;
        if self.batch < self.batches.len() && self.request.stages.contains(&end) {
            return Progress::Partial(Reply::Points(self.reply.clone()));
        }
        Progress::Working(self.progress())
    }

    fn progress(&self) -> f64 {
        let total = self.request.points.len() / self.mixture.dim();
        let batch = self.batches.get(self.batch).cloned().unwrap_or(total..total);
        let within = match &self.work {
            Work::Formula(work) | Work::Fast(work, _) => self.formula.progress(work),
            Work::Start => 0.0,
            #[cfg(labs)]
            Work::Column(column, _) => column.progress(),
            Work::Elbo(_) | Work::Ode(_) => 1.0,
        };
        (batch.start as f64 + within * batch.len() as f64) / total.max(1) as f64
    }
}

#[cfg(labs)]
fn by_column(mixture: &Mixture, spec: &FormulaSpec) -> bool {
    mixture.dim() == 1 && mixture.len() > FEW && spec.estimator == Estimator::Quadrature
}

/// The ELBO at a point with its expectations by quadrature, or by Sobol points in Stein's form
/// where quadrature cannot reach.
pub(super) fn elbo_formula(
    mixture: &Arc<Mixture>,
    spec: &FormulaSpec,
    variance: crate::math::ReverseVariance,
) -> Result<Formula, JobError> {
    let plan = elbo_plan(&spec.schedule.steps(spec.steps), variance, mixture.dim());
    let estimator =
        if super::probe::by_quadrature(mixture) { Estimator::Quadrature } else { Estimator::SteinQmc };
    Ok(Formula::with_plan(mixture.clone(), plan, &FormulaSpec { estimator, ..*spec })?)
}
