//! The worker that trains networks: its module is fetched when a training is first asked for.
//!
//! Nothing else can train, so where the worker is not to be had the training fails and says why; the next
//! request tries again.

use super::engine::Inner;
use super::pool::{Member, News};
use super::spawn::Module;
use super::tier::Tier;
use crate::compute::{Event, JobError, Slot, Submission};
use crate::words::tr;
use std::rc::Rc;

/// The worker.
#[derive(Default)]
pub(super) enum School {
    /// No training has been asked for, or the last try failed.
    #[default]
    Unasked,
    Starting(Option<Rc<Member>>),
    Ready(Rc<Member>),
}

impl School {
    pub(super) fn post(&self, submission: &Submission) {
        if let Self::Ready(member) = self {
            member.post(submission);
        }
    }
}

impl Inner {
    /// Whether the worker is there; if not it is started.
    pub(super) fn is_school_open(self: &Rc<Self>) -> bool {
        match &*self.school.borrow() {
            School::Ready(_) => return true,
            School::Starting(_) => return false,
            School::Unasked => {}
        }
        let me = Rc::downgrade(self);
        let report = move |news| {
            if let Some(me) = me.upgrade() {
                me.hear_school(news);
            }
        };
        let member = Module::learn().ok_or_else(|| "this page was built without it".to_owned());
        match member.and_then(|module| Member::start(&module, report)) {
            Ok(member) => *self.school.borrow_mut() = School::Starting(Some(Rc::new(member))),
            Err(reason) => {
                // Later, since the job that asks is only being sent.
                let me = self.clone();
                wasm_bindgen_futures::spawn_local(async move { me.fail_trainings(&reason) });
            }
        }
        false
    }

    fn hear_school(self: &Rc<Self>, news: News) {
        match news {
            News::Loading(share) => {
                self.tell_training(Event::Progress(share.clamp(0.0, 1.0)));
            }
            News::Ready(_) => {
                let member = match &mut *self.school.borrow_mut() {
                    School::Starting(member) => member.take(),
                    _ => None,
                };
                if let Some(member) = member {
                    *self.school.borrow_mut() = School::Ready(member);
                    self.send_waiting();
                }
            }
            News::Update(update) => self.deliver(0, update),
            News::Refused(reason) | News::Broke(reason) => {
                drop(self.school.replace(School::Unasked));
                self.fail_trainings(&reason);
            }
        }
    }

    fn fail_trainings(self: &Rc<Self>, reason: &str) {
        let error = JobError::Broken(tr!("the training module is not there or broke: {}", reason));
        self.tell_training(Event::Failed(error));
    }

    /// Tells the pending training something that comes from no job.
    fn tell_training(self: &Rc<Self>, event: Event) {
        let handler = self.pending.borrow_mut().at(Slot::Training).as_ref().map(|job| job.handler.clone());
        if matches!(event, Event::Failed(_)) {
            *self.pending.borrow_mut().at(Slot::Training) = None;
        }
        if let Some(handler) = handler {
            handler(event, &Tier::Starting);
        }
    }
}
