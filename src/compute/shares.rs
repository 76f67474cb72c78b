//! A job that is shared out among workers: what each has sent, put together stage by stage.

use super::messages::{Event, JobError, Reply};
use super::split::merge;
use std::collections::VecDeque;

/// The news of all shares of a job.
#[derive(Debug)]
pub struct Shares(Vec<Share>);

#[derive(Debug, Default)]
struct Share {
    progress: f64,
    /// Replies that wait for those of the other shares, and whether each is the last.
    replies: VecDeque<(Reply, bool)>,
}

impl Shares {
    /// Nothing has come yet.
    pub fn new(count: usize) -> Self {
        Self((0..count).map(|_| Share::default()).collect())
    }

    /// Takes news of one share in; gives news of the job, if there are any.
    pub fn take(&mut self, index: usize, event: Event) -> Option<Event> {
        let count = self.0.len();
        let share = self.0.get_mut(index)?;
        match event {
            Event::Progress(progress) => {
                share.progress = progress;
                return Some(Event::Progress(self.0.iter().map(|s| s.progress).sum::<f64>() / count as f64));
            }
            Event::Failed(error) => return Some(Event::Failed(error)),
            Event::Partial(reply) => share.replies.push_back((reply, false)),
            Event::Done(reply) => {
                share.progress = 1.0;
                share.replies.push_back((reply, true));
            }
        }
        self.next_stage()
    }

    /// The next stage that all shares have sent.
    fn next_stage(&mut self) -> Option<Event> {
        let last = |share: &Share| share.replies.front().is_some_and(|(_, last)| *last);
        let all_done = self.0.iter().all(last);
        if self.0.iter().any(last) && !all_done {
            // A share with fewer stages than the rest: theirs have no counterpart.
            for share in &mut self.0 {
                while share.replies.front().is_some_and(|(_, last)| !last) {
                    share.replies.pop_front();
                }
            }
        }
        if self.0.iter().any(|share| share.replies.is_empty()) {
            return None;
        }
        let done = self.0.iter().all(last);
        let parts = self.0.iter_mut().filter_map(|share| share.replies.pop_front()).map(|(reply, _)| reply);
        match (merge(parts.collect()), done) {
            (Some(reply), true) => Some(Event::Done(reply)),
            (Some(reply), false) => Some(Event::Partial(reply)),
            (None, true) => Some(Event::Failed(JobError::Broken("the parts do not fit together".to_owned()))),
            (None, false) => None,
        }
    }
}
