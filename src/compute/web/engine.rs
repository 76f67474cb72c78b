//! The page's side: submits jobs to the best tier there is, falls back when it fails, and hands
//! events to whoever asked.

use super::pump::Pump;
use super::worker::{READY, decode, encode, spawn};
use crate::compute::{Event, Request, Slot, Submission, Update};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// How long a worker may take to start before the page computes by itself, milliseconds. On a
/// slow connection the script comes from the cache, so this is generous.
const PATIENCE: i32 = 15_000;

/// Slices on the page, milliseconds: short, since input and drawing wait for them.
const SLICE: f64 = 6.0;

/// Where jobs run, and if not on the best tier, why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The worker is starting; jobs wait for it.
    Starting,
    /// In a worker.
    Worker,
    /// On the page, in slices, for this reason.
    Inline(String),
}

type Handler = Rc<dyn Fn(Event)>;
type Listener<E> = Closure<dyn FnMut(E)>;

/// Runs the jobs of the page. Clones share the engine.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

struct Inner {
    next: Cell<u32>,
    /// The newest job of each slot, kept until it is done so that it can move to another tier.
    pending: RefCell<BTreeMap<Slot, Pending>>,
    tier: RefCell<Tier>,
    on_tier: Box<dyn Fn(Tier)>,
    worker: RefCell<Option<Worker>>,
    inline: RefCell<Option<Pump>>,
    respawned: Cell<bool>,
    keep: RefCell<Vec<Listener<MessageEvent>>>,
    keep_errors: RefCell<Vec<Listener<ErrorEvent>>>,
}

struct Pending {
    id: u32,
    request: Request,
    handler: Handler,
}

impl Engine {
    /// Starts a worker; `on_tier` hears of every change of tier.
    pub fn new(on_tier: impl Fn(Tier) + 'static) -> Self {
        let engine = Self(Rc::new(Inner {
            next: Cell::new(0),
            pending: RefCell::default(),
            tier: RefCell::new(Tier::Starting),
            on_tier: Box::new(on_tier),
            worker: RefCell::default(),
            inline: RefCell::default(),
            respawned: Cell::new(false),
            keep: RefCell::default(),
            keep_errors: RefCell::default(),
        }));
        engine.0.start_worker();
        engine
    }

    /// Puts a job in its slot, in place of an older one. `handler` hears of it until it is done
    /// or replaced.
    pub fn submit(&self, slot: Slot, request: Request, handler: impl Fn(Event) + 'static) {
        let id = self.0.next.get().wrapping_add(1);
        self.0.next.set(id);
        self.0.pending.borrow_mut().insert(slot, Pending { id, request, handler: Rc::new(handler) });
        self.0.send(slot);
    }

    /// Clears a slot.
    pub fn cancel(&self, slot: Slot) {
        if let Some(pending) = self.0.pending.borrow_mut().remove(&slot) {
            self.0.post(Submission { id: pending.id, slot, request: None });
        }
    }
}

impl Inner {
    /// Sends the pending job of a slot to the present tier.
    fn send(&self, slot: Slot) {
        let submission = match self.pending.borrow().get(&slot) {
            Some(job) => Submission { id: job.id, slot, request: Some(job.request.clone()) },
            None => return,
        };
        self.post(submission);
    }

    fn post(&self, submission: Submission) {
        match &*self.tier.borrow() {
            // Everything pending is sent when the worker is ready.
            Tier::Starting => {}
            Tier::Worker => {
                if let Some(worker) = &*self.worker.borrow() {
                    let _ = worker.post_message(&encode(&submission));
                }
            }
            Tier::Inline(_) => {
                if let Some(pump) = &*self.inline.borrow() {
                    pump.submit(submission);
                }
            }
        }
    }

    fn set_tier(&self, tier: Tier) {
        *self.tier.borrow_mut() = tier.clone();
        (self.on_tier)(tier);
        let slots: Vec<Slot> = self.pending.borrow().keys().copied().collect();
        for slot in slots {
            self.send(slot);
        }
    }

    fn start_worker(self: &Rc<Self>) {
        self.set_tier(Tier::Starting);
        let worker = match spawn() {
            Ok(worker) => worker,
            Err(error) => return self.fall_back(&describe(&error)),
        };
        let me = Rc::downgrade(self);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(me) = me.upgrade() {
                me.on_message(&event);
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let me = Rc::downgrade(self);
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            if let Some(me) = me.upgrade() {
                me.worker_failed(&event.message());
            }
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.keep.borrow_mut().push(on_message);
        self.keep_errors.borrow_mut().push(on_error);
        *self.worker.borrow_mut() = Some(worker);
        self.lose_patience(Rc::downgrade(self));
    }

    /// Computes on the page if the worker has not started in time.
    fn lose_patience(&self, me: Weak<Self>) {
        let Some(window) = web_sys::window() else {
            return;
        };
        let late = Closure::once_into_js(move || {
            if let Some(me) = me.upgrade()
                && *me.tier.borrow() == Tier::Starting
            {
                me.fall_back("the worker did not start");
            }
        });
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(late.unchecked_ref(), PATIENCE);
    }

    fn on_message(self: &Rc<Self>, event: &MessageEvent) {
        let data = event.data();
        if let Some(text) = data.as_string() {
            match text.strip_prefix("failed: ") {
                None if text == READY && *self.tier.borrow() == Tier::Starting => self.set_tier(Tier::Worker),
                None => {}
                Some(reason) => self.fall_back(reason),
            }
        } else if let Some(update) = decode::<Update>(&data) {
            self.deliver(update);
        }
    }

    /// Hands an event to the job it belongs to, unless the job has been replaced.
    fn deliver(&self, update: Update) {
        let Update { id, slot, event } = update;
        let handler = match self.pending.borrow().get(&slot) {
            Some(job) if job.id == id => job.handler.clone(),
            _ => return,
        };
        if matches!(event, Event::Done(_) | Event::Failed(_)) {
            self.pending.borrow_mut().remove(&slot);
        }
        handler(event);
    }

    /// A worker that ran and broke gets one successor; one that never ran gets none.
    fn worker_failed(self: &Rc<Self>, reason: &str) {
        let ran = *self.tier.borrow() == Tier::Worker;
        if let Some(worker) = self.worker.borrow_mut().take() {
            worker.terminate();
        }
        if ran && !self.respawned.replace(true) {
            self.start_worker();
        } else {
            self.fall_back(if reason.is_empty() { "workers are blocked here" } else { reason });
        }
    }

    fn fall_back(self: &Rc<Self>, reason: &str) {
        if matches!(*self.tier.borrow(), Tier::Inline(_)) {
            return;
        }
        if let Some(worker) = self.worker.borrow_mut().take() {
            worker.terminate();
        }
        let me = Rc::downgrade(self);
        let pump = Pump::new(SLICE, move |update| {
            if let Some(me) = me.upgrade() {
                me.deliver(update);
            }
        });
        *self.inline.borrow_mut() = Some(pump);
        self.set_tier(Tier::Inline(reason.to_owned()));
    }
}

fn describe(error: &wasm_bindgen::JsValue) -> String {
    let message = error.dyn_ref::<js_sys::Error>().map(|e| String::from(e.message()));
    message.unwrap_or_else(|| "the browser refused a worker".to_owned())
}
