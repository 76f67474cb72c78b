//! Newest-wins scheduling: one task a slot, served in the order of the slots, a slice at a time.

use super::messages::{Event, Request, Slots, Submission, Update};
use super::tasks::{Progress, Task};

/// Time between two reports of progress, milliseconds.
const REPORT: f64 = 100.0;
/// Time between two pictures of what is watched while it goes on, milliseconds.
const LOOK: f64 = 250.0;

/// Runs the tasks of a page. It has no clock and no thread of its own: whoever owns it calls
/// [`Scheduler::slice`] as often as it can.
#[derive(Debug, Default)]
pub struct Scheduler {
    jobs: Slots<Job>,
    /// The newest task that a later one may go on from.
    kept: Option<Task>,
    updates: Vec<Update>,
}

#[derive(Debug)]
struct Job {
    id: u32,
    task: Task,
    reported: f64,
    looked: f64,
}

impl Scheduler {
    /// Takes a submission in; a job in the same slot is dropped, unless it is newer, or goes on as the new one.
    pub fn submit(&mut self, submission: Submission) {
        let Submission { id, slot, request } = submission;
        let place = self.jobs.at(slot);
        if place.as_ref().is_some_and(|job| job.id > id) {
            return;
        }
        if let Some(job) = place.take().filter(|job| job.task.is_kept()) {
            self.kept = Some(job.task);
        }
        // Other kinds of requests leave what is kept alone.
        let kept = if request.as_ref().is_some_and(Request::is_training) { self.kept.take() } else { None };
        match request.map(|request| Task::new_after(request, kept)) {
            Some(Ok(task)) => {
                *place = Some(Job { id, task, reported: f64::NEG_INFINITY, looked: f64::NEG_INFINITY });
            }
            Some(Err(error)) => self.updates.push(Update { id, slot, event: Event::Failed(error) }),
            None => {}
        }
    }

    /// Whether there is nothing to do.
    pub fn is_idle(&self) -> bool {
        self.jobs.is_empty() && self.updates.is_empty()
    }

    /// Works for about `budget` milliseconds by the given clock, always at least one step, and
    /// returns what happened.
    pub fn slice(&mut self, budget: f64, clock: impl Fn() -> f64) -> Vec<Update> {
        let start = clock();
        while let Some((slot, job)) = self.jobs.first() {
            let id = job.id;
            let progress = job.task.step();
            let now = clock();
            match progress {
                Progress::Working(share) => {
                    if now - job.looked >= LOOK {
                        job.looked = now;
                        if let Some(reply) = job.task.look() {
                            self.updates.push(Update { id, slot, event: Event::Partial(reply) });
                        }
                    }
                    if now - job.reported >= REPORT {
                        job.reported = now;
                        self.updates.push(Update { id, slot, event: Event::Progress(share) });
                    }
                }
                Progress::Partial(reply) => {
                    self.updates.push(Update { id, slot, event: Event::Partial(reply) });
                }
                Progress::Done(reply) => {
                    if let Some(job) = self.jobs.at(slot).take().filter(|job| job.task.is_kept()) {
                        self.kept = Some(job.task);
                    }
                    self.updates.push(Update { id, slot, event: Event::Done(reply) });
                }
            }
            if now - start >= budget {
                break;
            }
        }
        std::mem::take(&mut self.updates)
    }
}
