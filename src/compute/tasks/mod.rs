//! Requests carried out step by step, each step a few milliseconds at most.

#[cfg(labs)]
pub(super) mod classifier;
mod convergence;
#[cfg(labs)]
pub(super) mod diffusion_loss;
#[cfg(labs)]
pub(super) mod elbo;
#[cfg_attr(not(kernels), path = "not_fast.rs")]
mod fast;
#[cfg(any(labs, kernels, lessons))]
pub(super) mod forward;
#[cfg(labs)]
pub(super) mod gan;
#[cfg(all(kernels, feature = "gpu"))]
mod gpu;
mod grid;
mod points;
mod probe;
#[cfg(lessons)]
mod training;

use super::messages::{JobError, Reply, Request};
#[cfg(all(kernels, feature = "gpu"))]
pub use forward::graphics::Resident;
#[cfg(all(kernels, feature = "gpu"))]
pub use gpu::{GpuTask, GpuTaskError};
pub use probe::affords_quadrature;

/// Evaluations of mixture components in one step: about two milliseconds.
const STEP: usize = 100_000;

/// A request being carried out.
#[derive(Debug)]
pub enum Task {
    /// See [`Request::Points`].
    Points(Box<points::PointsTask>),
    /// See [`Request::Grid`].
    Grid(Box<grid::GridTask>),
    /// See [`Request::Probe`].
    Probe(Box<probe::ProbeTask>),
    /// See [`Request::Convergence`].
    Convergence(Box<convergence::ConvergenceTask>),
    /// See [`Request::Forward`].
    #[cfg(any(labs, kernels, lessons))]
    Forward(forward::ForwardTask),
    /// See [`Request::Training`].
    #[cfg(lessons)]
    Training(Box<training::TrainingTask>),
    /// See [`Request::Elbo`].
    #[cfg(labs)]
    Elbo(Box<elbo::ElboTask>),
    /// See [`Request::Regions`].
    #[cfg(labs)]
    Regions(Box<classifier::RegionsTask>),
    /// See [`Request::Accuracy`].
    #[cfg(labs)]
    Accuracy(Box<classifier::AccuracyTask>),
    /// See [`Request::Images`].
    #[cfg(labs)]
    Images(Box<classifier::ImagesTask>),
    /// See [`Request::Gan`].
    #[cfg(labs)]
    Gan(Box<gan::GanTask>),
    /// See [`Request::DiffusionLoss`].
    #[cfg(labs)]
    DiffusionLoss(Box<diffusion_loss::DiffusionLossTask>),
}

/// What a step brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Share of the work done, in `[0, 1]`.
    Working(f64),
    /// A partial reply.
    Partial(Reply),
    /// The reply; there is nothing more to do.
    Done(Reply),
}

impl Task {
    /// Checks a request and starts on it.
    ///
    /// # Errors
    /// [`JobError`] when it cannot be computed.
    pub fn new(request: Request) -> Result<Self, JobError> {
        Ok(match request {
            Request::Points(request) => Task::Points(Box::new(points::PointsTask::new(request)?)),
            Request::Grid(request) => Task::Grid(Box::new(grid::GridTask::new(request)?)),
            Request::Probe(request) => Task::Probe(Box::new(probe::ProbeTask::new(request)?)),
            Request::Convergence(request) => {
                Task::Convergence(Box::new(convergence::ConvergenceTask::new(&request)?))
            }
            #[cfg(any(labs, kernels, lessons))]
            Request::Forward(request) => Task::Forward(forward::ForwardTask::new(request)?),
            #[cfg(lessons)]
            Request::Training(request) => {
                Task::Training(Box::new(training::TrainingTask::new(*request, None)?))
            }
            #[cfg(all(labs, not(lessons)))]
            Request::Training(_) => {
                return Err(JobError::Broken("networks are trained in another module".to_owned()));
            }
            #[cfg(labs)]
            Request::Elbo(request) => Task::Elbo(Box::new(elbo::ElboTask::new(request)?)),
            #[cfg(labs)]
            Request::Regions(request) => Task::Regions(Box::new(classifier::RegionsTask::new(request)?)),
            #[cfg(labs)]
            Request::Accuracy(request) => Task::Accuracy(Box::new(classifier::AccuracyTask::new(&request)?)),
            #[cfg(labs)]
            Request::Images(request) => Task::Images(Box::new(classifier::ImagesTask::new(request)?)),
            #[cfg(labs)]
            Request::Gan(request) => Task::Gan(Box::new(gan::GanTask::new(request)?)),
            #[cfg(labs)]
            Request::DiffusionLoss(request) => {
                Task::DiffusionLoss(Box::new(diffusion_loss::DiffusionLossTask::new(request)?))
            }
        })
    }

    /// The same, going on from where a former task of the same kind stands, if it can.
    ///
    /// # Errors
    /// As [`Task::new`].
    pub fn new_after(request: Request, former: Option<Self>) -> Result<Self, JobError> {
        match (request, former) {
            #[cfg(lessons)]
            (Request::Training(request), Some(Task::Training(former))) => {
                Ok(Task::Training(Box::new(training::TrainingTask::new(*request, Some(*former))?)))
            }
            (request, _) => Self::new(request),
        }
    }

    /// Whether a later task may go on from this one when it is done.
    pub fn is_kept(&self) -> bool {
        #[cfg(lessons)]
        return matches!(self, Task::Training(_));
        #[cfg(not(lessons))]
        false
    }

    /// The picture of an unfinished state, for tasks that are watched while they go on.
    pub fn look(&mut self) -> Option<Reply> {
        match self {
            #[cfg(lessons)]
            Task::Training(task) => Some(task.look()),
            _ => None,
        }
    }

    /// Does the next step.
    pub fn step(&mut self) -> Progress {
        match self {
            #[cfg(lessons)]
            Task::Training(task) => task.step(),
            Task::Points(task) => task.step(),
            Task::Grid(task) => task.step(),
            Task::Probe(task) => task.step(),
            Task::Convergence(task) => task.step(),
            #[cfg(any(labs, kernels, lessons))]
            Task::Forward(task) => task.step(),
            #[cfg(labs)]
            Task::Elbo(task) => task.step(),
            #[cfg(labs)]
            Task::Regions(task) => task.step(),
            #[cfg(labs)]
            Task::Accuracy(task) => task.step(),
            #[cfg(labs)]
            Task::Images(task) => task.step(),
            #[cfg(labs)]
            Task::Gan(task) => task.step(),
            #[cfg(labs)]
            Task::DiffusionLoss(task) => task.step(),
        }
    }
}
