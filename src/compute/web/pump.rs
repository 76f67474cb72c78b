//! Driving a scheduler from an event loop: a slice, then whatever else is waiting, again.

use crate::compute::{Scheduler, Submission, Update};
use js_sys::{Function, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MessageChannel, Performance};

/// A scheduler that works whenever there is something to do and the event loop is free.
#[derive(Clone)]
pub(super) struct Pump(Rc<Inner>);

struct Inner {
    scheduler: RefCell<Scheduler>,
    running: Cell<bool>,
    budget: f64,
    report: Box<dyn Fn(Update)>,
}

impl Pump {
    /// `budget` is the length of a slice in milliseconds.
    pub(super) fn new(budget: f64, report: impl Fn(Update) + 'static) -> Self {
        Self(Rc::new(Inner {
            scheduler: RefCell::default(),
            running: Cell::new(false),
            budget,
            report: Box::new(report),
        }))
    }

    pub(super) fn submit(&self, submission: Submission) {
        self.0.scheduler.borrow_mut().submit(submission);
        if !self.0.running.replace(true) {
            spawn_local(run(self.0.clone()));
        }
    }
}

async fn run(pump: Rc<Inner>) {
    loop {
        // Submissions that wait in the event loop come before the next slice.
        pause().await;
        let updates = pump.scheduler.borrow_mut().slice(pump.budget, now);
        for update in updates {
            (pump.report)(update);
        }
        if pump.scheduler.borrow().is_idle() {
            pump.running.set(false);
            return;
        }
    }
}

/// Lets everything that waits in the event loop happen: a macrotask without the 4 ms that
/// nested timers are held back.
pub(super) async fn pause() {
    let wake = |resolve: Function, _: Function| {
        if let Ok(channel) = MessageChannel::new() {
            channel.port1().set_onmessage(Some(&resolve));
            if channel.port2().post_message(&JsValue::NULL).is_ok() {
                return;
            }
        }
        // Without channels the slices run back to back: slow to respond, but not stuck.
        let _ = resolve.call0(&JsValue::NULL);
    };
    let _ = JsFuture::from(Promise::new(&mut { wake })).await;
}

/// Milliseconds on a steady clock, on the page and in a worker alike.
fn now() -> f64 {
    Reflect::get(&js_sys::global(), &"performance".into())
        .ok()
        .and_then(|p| p.dyn_into::<Performance>().ok())
        .map_or_else(js_sys::Date::now, |p| p.now())
}
