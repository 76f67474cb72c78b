//! Pictures in two dimensions, and of moving particles, carried out on a GPU, piece by piece.

use super::forward::ForwardRequest;
use super::forward::graphics::{GpuFrame, Resident};
use super::grid::{add_base, empty_reply};
use super::{Progress, Task};
use crate::compute::messages::{
    GridReply, GridRequest, GridStage, JobError, PointsReply, PointsRequest, Reply, Request,
};
use crate::gpu::{Gpu, GpuError};
use crate::kernels::blur::{self, gpu::BlurGpu};
use crate::kernels::plain::gpu::PlainGpu;
use crate::math::{Accumulator, Formula, Mixture, Scratch};
use std::sync::Arc;
use thiserror::Error;

/// Why a job ended on the GPU.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum GpuTaskError {
    /// The request cannot be computed anywhere.
    #[error(transparent)]
    Job(#[from] JobError),
    /// It can be computed elsewhere.
    #[error(transparent)]
    Gpu(#[from] GpuError),
}

/// A request being carried out on a GPU. Only [`Request::is_wide`] ones are taken.
#[derive(Debug)]
pub struct GpuTask(Kind);

#[derive(Debug)]
enum Kind {
    Frame(Box<GpuFrame>),
    /// What the GPU does not take, but is nothing that another job should leave it for.
    Beside(Box<Task>),
    Grid {
        mixture: Arc<Mixture>,
        request: GridRequest,
        kernel: Box<BlurGpu>,
        stage: usize,
        begun: bool,
    },
    Points {
        mixture: Arc<Mixture>,
        request: PointsRequest,
        formula: Box<Formula>,
        kernel: Box<PlainGpu>,
        work: Option<Box<Accumulator>>,
        reply: PointsReply,
    },
}

impl GpuTask {
    /// Checks a request and starts on it, with what former tasks left on the device.
    ///
    /// # Errors
    /// [`GpuTaskError::Job`] when it cannot be computed; [`GpuError::Unsuited`] for what the GPU
    /// does not take.
    pub fn new(gpu: &Gpu, resident: &Resident, request: Request) -> Result<Self, GpuTaskError> {
        if !request.is_wide() {
            return Err(GpuError::Unsuited.into());
        }
        match request {
            Request::Forward(ForwardRequest::Frame(frame)) => {
                Ok(Self(match GpuFrame::new(gpu, resident, frame)? {
                    Ok(task) => Kind::Frame(Box::new(task)),
                    Err(task) => Kind::Beside(Box::new(Task::Forward(task))),
                }))
            }
            Request::Forward(_) => Ok(Self(Kind::Beside(Box::new(Task::new(request)?)))),
            Request::Grid(request) => {
                let mixture = Arc::new(Mixture::new(&request.target).map_err(JobError::from)?);
                let kernel = Box::new(BlurGpu::new(gpu));
                Ok(Self(Kind::Grid { mixture, request, kernel, stage: 0, begun: false }))
            }
            Request::Points(request) if !request.ode && request.elbo.is_none() => {
                let mixture = Arc::new(Mixture::new(&request.target).map_err(JobError::from)?);
                let formula = Formula::new(mixture.clone(), &request.spec).map_err(JobError::from)?;
                let kernel = Box::new(PlainGpu::new(gpu));
                let reply = PointsReply::default();
                Ok(Self(Kind::Points {
                    mixture,
                    request,
                    formula: Box::new(formula),
                    kernel,
                    work: None,
                    reply,
                }))
            }
            _ => Err(GpuError::Unsuited.into()),
        }
    }

    /// Does the next piece.
    ///
    /// # Errors
    /// [`GpuTaskError::Gpu`] when the device cannot go on; the task is then lost.
    pub async fn step(&mut self) -> Result<Progress, GpuTaskError> {
        match &mut self.0 {
            Kind::Frame(task) => task.step().await,
            Kind::Beside(task) => Ok(task.step()),
            Kind::Grid { mixture, request, kernel, stage, begun } => {
                let Some(GridStage { axes, quality }) = request.stages.get(*stage).copied() else {
                    return Ok(Progress::Done(Reply::Grid(GridReply::default())));
                };
                if !*begun {
                    kernel.begin(mixture.clone(), &request.spec, quality, axes, request.part)?;
                    *begun = true;
                }
                if !kernel.advance().await? {
                    let done = (*stage as f64 + kernel.progress()) / request.stages.len() as f64;
                    return Ok(Progress::Working(done));
                }
                let mut reply = empty_reply(kernel.finish().unwrap_or_default(), !kernel.is_resolved());
                let plan = blur::plan(mixture, &request.spec, quality);
                while !add_base(mixture, request, GridStage { axes, quality }, &plan, &mut reply) {}
                *stage += 1;
                *begun = false;
                let reply = Reply::Grid(reply);
                Ok(if *stage < request.stages.len() {
                    Progress::Partial(reply)
                } else {
                    Progress::Done(reply)
                })
            }
            Kind::Points { mixture, request, formula, kernel, work, reply } => {
                let (count, done) = (request.points.len() / 2, reply.formula.len());
                // One batch a stage of the picture.
                let end =
                    request.stages.iter().copied().find(|end| *end > done && *end < count).unwrap_or(count);
                let points = &request.points[2 * done..2 * end];
                let mut batch = match work.take() {
                    Some(batch) => *batch,
                    None => {
                        let batch = formula.begin(points.to_vec());
                        kernel.begin(&batch, formula)?;
                        batch
                    }
                };
                if !kernel.advance(formula, mixture, &mut batch).await? {
                    let within = formula.progress(&batch) * (end - done) as f64;
                    *work = Some(Box::new(batch));
                    return Ok(Progress::Working((done as f64 + within) / count as f64));
                }
                let (origin, mut scratch) = (mixture.at_zero(), Scratch::default());
                reply.exact.extend(points.chunks_exact(2).map(|x| origin.log_density(x, &mut scratch)));
                reply.formula.extend(formula.finish(batch));
                Ok(if end < count {
                    Progress::Partial(Reply::Points(reply.clone()))
                } else {
                    Progress::Done(Reply::Points(std::mem::take(reply)))
                })
            }
        }
    }
}
