//! Newest-wins scheduling: one task a slot, served in the order of the slots, a slice at a time.

use super::messages::{Event, Slots, Submission, Update};
use super::tasks::{Progress, Task};

/// Time between two reports of progress, milliseconds.
const REPORT: f64 = 100.0;

/// Runs the tasks of a page. It has no clock and no thread of its own: whoever owns it calls
/// [`Scheduler::slice`] as often as it can.
#[derive(Debug, Default)]
pub struct Scheduler {
    jobs: Slots<Job>,
    updates: Vec<Update>,
}

#[derive(Debug)]
struct Job {
    id: u32,
    task: Task,
    reported: f64,
}

impl Scheduler {
    /// Takes a submission in; a job in the same slot is dropped, unless it is newer.
    pub fn submit(&mut self, submission: Submission) {
        let Submission { id, slot, request } = submission;
        let place = self.jobs.at(slot);
        if place.as_ref().is_some_and(|job| job.id > id) {
            return;
        }
        *place = None;
        match request.map(Task::new) {
            Some(Ok(task)) => *place = Some(Job { id, task, reported: f64::NEG_INFINITY }),
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
                    if now - job.reported >= REPORT {
                        job.reported = now;
                        self.updates.push(Update { id, slot, event: Event::Progress(share) });
                    }
                }
                Progress::Partial(reply) => {
                    self.updates.push(Update { id, slot, event: Event::Partial(reply) });
                }
                Progress::Done(reply) => {
                    *self.jobs.at(slot) = None;
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
