//! The worker's side, and how a worker is made: the page's own WebAssembly module, already
//! compiled, instantiated once more. Nothing is downloaded for it.

use super::pump::Pump;
use crate::compute::{Submission, Update};
use js_sys::{Array, JsString, Uint8Array};
use std::cell::OnceCell;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, MessageEvent, Url, Worker, WorkerOptions, WorkerType,
};

#[wasm_bindgen]
extern "C" {
    /// Where this module's own script came from; its name has a hash that only it knows.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: JsString;
}

/// What a new worker runs: it takes the address of the script and the compiled module in its
/// first message. A blob, because a sandboxed frame may not load worker scripts by address.
const BOOT: &str = "self.onmessage = async (event) => {
  const [script, module] = event.data;
  try {
    const app = await import(script);
    await app.default({ module_or_path: module });
  } catch (error) {
    postMessage('failed: ' + error);
  }
};";

/// What a worker says when it can take submissions.
pub(super) const READY: &str = "ready";

/// Slices of the worker, milliseconds: the longest a newer job waits for an older one.
const SLICE: f64 = 8.0;

/// Whether this instance of the module runs in a worker.
pub fn is_worker() -> bool {
    js_sys::global().is_instance_of::<DedicatedWorkerGlobalScope>()
}

/// Takes submissions from the page until the worker ends.
pub fn serve() {
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

/// Makes a worker that will run [`serve`].
pub(super) fn spawn() -> Result<Worker, JsValue> {
    let bag = BlobPropertyBag::new();
    bag.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&BOOT.into()), &bag)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let url = Url::create_object_url_with_blob(&blob)?;
    let worker = Worker::new_with_options(&url, &options)?;
    // The address must outlive the loading of the script, so it is kept: some bytes a worker.
    let script = SCRIPT.with(|url| JsValue::from(url.clone()));
    worker.post_message(&Array::of2(&script, &wasm_bindgen::module()))?;
    Ok(worker)
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

fn scope() -> DedicatedWorkerGlobalScope {
    SCOPE.with(|scope| scope.get_or_init(|| js_sys::global().unchecked_into()).clone())
}

fn post(message: &JsValue) {
    // Fails only for what cannot be cloned, and bytes can.
    let _ = scope().post_message(message);
}
