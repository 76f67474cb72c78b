//! The worker's side: takes submissions from the page and sends news.

use super::pump::Pump;
use crate::compute::{Submission, Update};
use js_sys::Uint8Array;
use std::cell::OnceCell;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// What a worker says when it can take submissions.
pub(super) const READY: &str = "ready";

/// What it says before the share of its module that has come.
#[cfg(labs)]
pub(super) const LOADING: &str = "loading ";

/// The role of the worker that computes on a GPU.
#[cfg(any(feature = "web", feature = "gpu"))]
pub(super) const GPU: &str = "gpu";

/// Slices of the worker, milliseconds: the longest a newer job waits for an older one.
const SLICE: f64 = 8.0;

/// Whether this instance of the module runs in a worker.
pub fn is_worker() -> bool {
    js_sys::global().is_instance_of::<DedicatedWorkerGlobalScope>()
}

/// Takes submissions from the page until the worker ends; on a GPU if that is the worker's role.
pub fn serve() {
    #[cfg(feature = "gpu")]
    if js_sys::Reflect::get(&scope(), &"role".into()).ok().and_then(|role| role.as_string()).as_deref()
        == Some(GPU)
    {
        return wasm_bindgen_futures::spawn_local(super::gpu::serve());
    }
    let pump = Pump::new(SLICE, |update: Update| post(&encode(&update)));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(submission) = decode::<Submission>(&event.data()) {
            pump.submit(submission);
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&READY.into());
}

/// A message in `postcard`'s encoding.
pub(super) fn encode<T: serde::Serialize>(value: &T) -> JsValue {
    let bytes = postcard::to_allocvec(value).unwrap_or_default();
    Uint8Array::from(bytes.as_slice()).into()
}

/// The message, unless it is none of ours.
pub(super) fn decode<T: serde::de::DeserializeOwned>(data: &JsValue) -> Option<T> {
    let bytes = data.dyn_ref::<Uint8Array>()?.to_vec();
    postcard::from_bytes(&bytes).ok()
}

thread_local! {
    static SCOPE: OnceCell<DedicatedWorkerGlobalScope> = const { OnceCell::new() };
}

pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    SCOPE.with(|scope| scope.get_or_init(|| js_sys::global().unchecked_into()).clone())
}

pub(super) fn post(message: &JsValue) {
    // Fails only for what cannot be cloned, and bytes can.
    let _ = scope().post_message(message);
}
