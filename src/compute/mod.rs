//! Where and when things are computed: jobs as plain data, cut into slices of a few
//! milliseconds, the newer superseding the older.
//!
//! A [`Request`] is data and can be sent to a worker; [`Task`] carries it out step by step;
//! [`Scheduler`] runs at most one task a [`Slot`], newest wins, and is driven alike by a worker
//! (`web/worker.rs`), by the page itself where workers are refused (`web/engine.rs`), and by
//! [`run`], which goes through in one go for the command line and the tests.
//!
//! Left out on purpose: what a request means to a lab, and how a reply is drawn.

pub mod bench;
#[cfg(any(labs, lessons))]
mod lessons;
mod messages;
mod scheduler;
mod shares;
mod split;
mod tasks;
#[cfg(all(feature = "worker", target_arch = "wasm32"))]
pub mod web;

#[cfg(any(labs, lessons))]
pub use lessons::{
    DenoiserFindings, DenoiserLesson, Findings, GansFindings, GansLesson, Go, HeadsFindings, HeadsLesson,
    History, Lesson, TrainingReply, TrainingRequest,
};
pub use messages::{
    ConvergenceReply, ConvergenceRequest, Event, GridReply, GridRequest, GridStage, JobError, PointsReply,
    PointsRequest, ProbeReply, ProbeRequest, ProfileNode, Reply, Request, Slot, Slots, Submission, Update,
};
pub use scheduler::Scheduler;
pub use shares::Shares;
pub use split::merge;
#[cfg(labs)]
pub use tasks::classifier::{
    AccuracyReply, AccuracyRequest, Classifier, DrawCurve, ImagesReply, ImagesRequest, MOST_DRAWS,
    REPETITIONS, RegionsPlace, RegionsReply, RegionsRequest,
};
#[cfg(labs)]
pub use tasks::diffusion_loss::{
    ChainReply, ChainRequest, DiffusionLossReply, DiffusionLossRequest, LOSS_OBJECTIVES, LossMinimisersReply,
    LossMinimisersRequest, LossesReply, LossesRequest, WEIGHTINGS,
};
#[cfg(labs)]
pub use tasks::elbo::{ElboReply, ElboRequest, ElboRun};
#[cfg(any(labs, kernels, lessons))]
pub use tasks::forward::{
    CourseReply, CourseRequest, ForwardReply, ForwardRequest, FrameReply, FrameRequest, Journey, MOST_PATHS,
    Measure, OrdersReply, OrdersRequest,
};
#[cfg(labs)]
pub use tasks::gan::{GanField, GanReply, GanRequest, GanWeights, OUTSIDE};
#[cfg(all(kernels, feature = "gpu"))]
pub use tasks::{GpuTask, GpuTaskError, Resident};
pub use tasks::{Progress, Task, affords_quadrature};

/// Carries a request out in one go.
///
/// # Errors
/// [`JobError`] when the request is not one that can be computed.
pub fn run(request: Request) -> Result<Reply, JobError> {
    finish(vec![run_part(request)])
}

/// The same on several threads, the request shared out among them.
///
/// # Errors
/// As [`run`].
#[cfg(not(target_arch = "wasm32"))]
pub fn run_on(request: Request, threads: usize) -> Result<Reply, JobError> {
    let parts = request.split(threads.max(1));
    let replies = std::thread::scope(|scope| {
        let threads: Vec<_> = parts.into_iter().map(|part| scope.spawn(|| run_part(part))).collect();
        let broken = |_| Err(JobError::Broken("a thread panicked".to_owned()));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(broken)).collect()
    });
    finish(replies)
}

fn run_part(request: Request) -> Result<Reply, JobError> {
    let mut task = Task::new(request)?;
    loop {
        if let Progress::Done(reply) = task.step() {
            return Ok(reply);
        }
    }
}

fn finish(replies: Vec<Result<Reply, JobError>>) -> Result<Reply, JobError> {
    let parts: Result<Vec<Reply>, JobError> = replies.into_iter().collect();
    merge(parts?).ok_or_else(|| JobError::Broken("the parts do not fit together".to_owned()))
}
