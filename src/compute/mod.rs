//! Where and when things are computed: jobs as plain data, cut into slices of a few
//! milliseconds, the newer superseding the older.
//!
//! A [`Request`] is data and can be sent to a worker; [`Task`] carries it out step by step;
//! [`Scheduler`] runs at most one task a [`Slot`], newest wins, and is driven alike by a worker
//! (`web/worker.rs`), by the page itself where workers are refused (`web/engine.rs`), and by
//! [`run`], which goes through in one go for the command line and the tests.
//!
//! Left out on purpose: what a request means to a lab, and how a reply is drawn.

mod messages;
mod scheduler;
mod tasks;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod web;

pub use messages::{
    ConvergenceReply, ConvergenceRequest, Event, GridRequest, JobError, PointsReply, PointsRequest,
    ProbeReply, ProbeRequest, ProfileNode, Reply, Request, Slot, Submission, Update,
};
pub use scheduler::Scheduler;
pub use tasks::{Progress, Task};

/// Carries a request out in one go.
///
/// # Errors
/// [`JobError`] when the request is not one that can be computed.
pub fn run(request: Request) -> Result<Reply, JobError> {
    let mut task = Task::new(request)?;
    loop {
        if let Progress::Done(reply) = task.step() {
            return Ok(reply);
        }
    }
}
