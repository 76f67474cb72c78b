//! The formula on whole grids, coarse to fine: by the blur kernel, or, for targets that are not
//! for single precision, by the lattice of `math`.

use super::{Progress, STEP, fast};
use crate::compute::messages::{GridReply, GridRequest, GridStage, JobError, Reply};
use crate::math::{FormulaError, Lattice, Mixture, Plan, Quality, Scratch};
use std::sync::Arc;

/// See [`crate::compute::Request::Grid`].
#[derive(Debug)]
pub struct GridTask {
    request: GridRequest,
    mixture: Arc<Mixture>,
    stage: usize,
    work: Work,
}

/// What is being done to the grid in progress, in this order.
#[derive(Debug)]
enum Work {
    Start,
    Fast(fast::Grid),
    Lattice(Box<Lattice>),
    /// What does not depend on the integral over time, pixel by pixel.
    Base {
        plan: Plan,
        reply: GridReply,
    },
}

impl GridTask {
    pub(super) fn new(request: GridRequest) -> Result<Self, JobError> {
        let mixture = Arc::new(Mixture::new(&request.target)?);
        if mixture.dim() != 2 {
            return Err(FormulaError::QuadratureDimension(mixture.dim()).into());
        }
        let empty = |stage: &GridStage| stage.axes.iter().any(|axis| axis.count < 2);
        if request.part.index >= request.part.of || request.stages.iter().any(empty) {
            return Err(JobError::Dimension);
        }
        Ok(Self { request, mixture, stage: 0, work: Work::Start })
    }

    pub(super) fn step(&mut self) -> Progress {
        let Some(stage) = self.request.stages.get(self.stage).copied() else {
            return Progress::Done(Reply::Grid(GridReply::default()));
        };
        self.work = match std::mem::replace(&mut self.work, Work::Start) {
            Work::Start => self.start(stage),
            Work::Fast(mut work) => {
                if work.advance() {
                    let unresolved = !work.is_resolved();
                    let plan = fast::Grid::plan(&self.mixture, &self.request.spec, stage.quality);
                    Work::Base { plan, reply: empty_reply(work.finish(), unresolved) }
                } else {
                    Work::Fast(work)
                }
            }
            Work::Lattice(mut work) => {
                if work.advance() {
                    let (plan, fall) = (work.plan().clone(), work.sums().to_vec());
                    let unresolved = !work.is_resolved();
                    Work::Base { plan, reply: empty_reply(fall, unresolved) }
                } else {
                    Work::Lattice(work)
                }
            }
            Work::Base { plan, mut reply } => {
                if !add_base(&self.mixture, &self.request, stage, &plan, &mut reply) {
                    Work::Base { plan, reply }
                } else {
                    self.stage += 1;
                    return if self.stage < self.request.stages.len() {
                        Progress::Partial(Reply::Grid(reply))
                    } else {
                        Progress::Done(Reply::Grid(reply))
                    };
                }
            }
        };
        Progress::Working(self.progress())
    }

    fn start(&self, stage: GridStage) -> Work {
        let GridRequest { spec, part, .. } = &self.request;
        match fast::Grid::new(self.mixture.clone(), spec, stage, *part) {
            Some(grid) => Work::Fast(grid),
            // The lattice is not divided: the first part does it.
            None if part.index == 0 => {
                let fine = stage.quality != Quality::Coarse;
                let [xs, ys] = stage.axes.map(|axis| axis.places().collect());
                Work::Lattice(Box::new(Lattice::new(self.mixture.clone(), spec, xs, ys, fine)))
            }
            None => {
                let fine = stage.quality != Quality::Coarse;
                let nowhere = Lattice::new(self.mixture.clone(), spec, Vec::new(), Vec::new(), fine);
                let pixels = stage.axes.iter().map(|axis| axis.count).product();
                Work::Base { plan: nowhere.plan().clone(), reply: empty_reply(vec![0.0; pixels], false) }
            }
        }
    }

    fn progress(&self) -> f64 {
        let within = match &self.work {
            Work::Start => 0.0,
            Work::Fast(work) => work.progress(),
            Work::Lattice(work) => work.progress(),
            Work::Base { .. } => 1.0,
        };
        (self.stage as f64 + within) / self.request.stages.len() as f64
    }
}

/// What a part's times take away, and nothing else yet.
pub(super) fn empty_reply(fall: Vec<f64>, unresolved: bool) -> GridReply {
    GridReply { fall, unresolved, ..GridReply::default() }
}

/// Adds, for some of the part's pixels, what does not depend on the integral over time; `true`
/// when all are in.
pub(super) fn add_base(
    mixture: &Mixture,
    request: &GridRequest,
    stage: GridStage,
    plan: &Plan,
    reply: &mut GridReply,
) -> bool {
    let ([xs, ys], part) = (stage.axes, request.part);
    let origin = mixture.at_zero();
    let shift = request.spec.score_error.0 / 2f64.sqrt();
    let mut scratch = Scratch::default();
    let pixels = (part.index..xs.count * ys.count).step_by(part.of);
    let some = (STEP / mixture.len()).max(1);
    for pixel in pixels.clone().skip(reply.exact.len()).take(some) {
        let x = [xs.place(pixel % xs.count), ys.place(pixel / xs.count)];
        let local = origin.evaluate(&x, &mut scratch);
        reply.exact.push(local.log_density());
        let f_zero = 1.0 + local.stein(&scratch.score, shift);
        reply.base.push(plan.value(0.0, x[0] * x[0] + x[1] * x[1], f_zero));
    }
    reply.exact.len() == pixels.len()
}
