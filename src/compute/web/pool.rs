//! The workers of a page: made, watched, and told apart by their place in the pool.

use super::spawn::{Module, spawn};
#[cfg(labs)]
use super::worker::LOADING;
use super::worker::{READY, decode, encode};
use crate::compute::{Submission, Update};
use crate::words::tr;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// How long a worker may take to start, milliseconds. On a slow connection the script comes from
/// the cache, so this is generous.
const PATIENCE: i32 = 15_000;
/// The same for one that says how its module comes.
#[cfg(labs)]
const MORE_PATIENCE: i32 = 180_000;

/// News of a member.
pub(super) enum News {
    /// It takes submissions from now on; what it says of itself.
    Ready(String),
    /// Its module is on the way: the share that has come.
    #[cfg(labs)]
    Loading(f64),
    /// News of a job.
    Update(Update),
    /// It never started, for this reason.
    Refused(String),
    /// It ran and broke, for this reason.
    Broke(String),
}

/// A worker.
pub(super) struct Member {
    worker: Worker,
    ended: Rc<Cell<bool>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Member {
    /// Starts a worker; `report` hears of it until it is dropped.
    pub(super) fn start(module: &Module, report: impl Fn(News) + 'static) -> Result<Self, String> {
        let worker = spawn(module).map_err(|error| describe(&error))?;
        let (ready, ended) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
        let report = Rc::new(report);
        let on_message = {
            let (ready, report) = (ready.clone(), report.clone());
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let data = event.data();
                match data.as_string() {
                    Some(text) => match text.strip_prefix(READY) {
                        Some(rest) => {
                            ready.set(true);
                            report(News::Ready(rest.trim().to_owned()));
                        }
                        #[cfg(labs)]
                        None if text.starts_with(LOADING) => {
                            report(News::Loading(text[LOADING.len()..].parse().unwrap_or(0.0)));
                        }
                        None => report(News::Refused(text)),
                    },
                    None => {
                        if let Some(update) = decode::<Update>(&data) {
                            report(News::Update(update));
                        }
                    }
                }
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let on_error = {
            let (ready, report) = (ready.clone(), report.clone());
            Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
                event.prevent_default();
                let reason = match event.message() {
                    text if text.is_empty() => tr!("workers are blocked here").to_owned(),
                    text => text,
                };
                report(if ready.get() { News::Broke(reason) } else { News::Refused(reason) });
            })
        };
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        #[cfg(labs)]
        let patience = if matches!(module, Module::Learn(..)) { MORE_PATIENCE } else { PATIENCE };
        #[cfg(not(labs))]
        let patience = PATIENCE;
        lose_patience(patience, ready.clone(), ended.clone(), report);
        Ok(Self { worker, ended, _on_message: on_message, _on_error: on_error })
    }

    pub(super) fn post(&self, submission: &Submission) {
        // Fails only for what cannot be cloned, and bytes can.
        let _ = self.worker.post_message(&encode(submission));
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.ended.set(true);
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// Gives a worker up that has not started in time.
fn lose_patience(
    patience: i32,
    ready: Rc<Cell<bool>>,
    ended: Rc<Cell<bool>>,
    report: Rc<impl Fn(News) + 'static>,
) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let late = Closure::once_into_js(move || {
        if !ready.get() && !ended.get() {
            report(News::Refused(tr!("the worker did not start").to_owned()));
        }
    });
    let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(late.unchecked_ref(), patience);
}

fn describe(error: &JsValue) -> String {
    let message = error.dyn_ref::<js_sys::Error>().map(|e| String::from(e.message()));
    message.unwrap_or_else(|| tr!("the browser refused a worker").to_owned())
}
