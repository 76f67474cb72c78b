//! How a worker is made: from the page's own WebAssembly module, already compiled, instantiated
//! once more, for which nothing is downloaded; or from the module of the fast workers.

use super::worker::GPU;
use js_sys::{Array, JsString};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Blob, BlobPropertyBag, Url, Worker};

#[wasm_bindgen]
extern "C" {
    /// Where this module's own script came from; its name has a hash that only it knows.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: JsString;

    /// Of the start script: compiles the module whose address is the message's second part, once for all who ask,
    /// and posts the message with the module in its place.
    #[wasm_bindgen(catch, js_namespace = window)]
    fn enlist(worker: &Worker, message: &Array) -> Result<(), JsValue>;
}

/// What a new worker runs: it takes the addresses of a script and of the module for it, or the
/// compiled module itself, in its first message, and its role. Where it is told the module's size it says how much
/// of it has come. A blob, because a sandboxed frame may not load worker scripts by address.
const BOOT: &str = "self.onmessage = async (event) => {
  let [script, module, role, size] = event.data;
  self.role = role;
  try {
    const app = await import(script);
    if (size) {
      const answer = await fetch(module);
      if (!answer.ok) throw new Error(answer.status + ' for ' + module);
      let have = 0;
      const count = new TransformStream({ transform(chunk, out) {
        have += chunk.length;
        postMessage('loading ' + have / size);
        out.enqueue(chunk);
      } });
      const type = { headers: { 'Content-Type': 'application/wasm' } };
      module = new Response(answer.body.pipeThrough(count), type);
    }
    await app.default({ module_or_path: module });
  } catch (error) {
    postMessage(String(error));
  }
};";

/// Most fast workers. More would help only the largest pictures, and each has its own memory.
const MAX_WORKERS: usize = 8;

/// A module that workers can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Module {
    /// The page's own.
    Own,
    /// The one of the fast workers: the addresses of its script and of the module.
    Fast(String, String),
    /// The same, to compute on a GPU.
    Gpu(String, String),
    /// The one that trains networks: the same with the module's size in bytes.
    #[cfg(labs)]
    Learn(String, String, u32),
}

impl Module {
    /// The fast workers' module, if the page was built with one: what `cargo xtask
    /// build` notes in the page.
    pub(super) fn fast() -> Option<Self> {
        Some(Self::Fast(address("fast-script")?, address("fast-module")?))
    }

    /// The module that trains networks, if the page was built with one.
    #[cfg(labs)]
    pub(super) fn learn() -> Option<Self> {
        let size = noted("learn-size").and_then(|size| size.parse().ok()).unwrap_or(0);
        Some(Self::Learn(address("learn-script")?, address("learn-module")?, size))
    }

    /// The same with the role of computing on a GPU.
    pub(super) fn gpu() -> Option<Self> {
        match Self::fast()? {
            Self::Fast(script, module) => Some(Self::Gpu(script, module)),
            other => Some(other),
        }
    }
}

/// What a `<meta>` element of the page says.
fn noted(id: &str) -> Option<String> {
    web_sys::window()?.document()?.get_element_by_id(id)?.get_attribute("content")
}

/// The address that one gives, in full: the worker's own address is that of a blob.
fn address(id: &str) -> Option<String> {
    let base = web_sys::window()?.document()?.base_uri().ok()??;
    Url::new_with_base(&noted(id)?, &base).ok().map(|url| url.href())
}

/// Makes a worker that will serve jobs.
pub(super) fn spawn(module: &Module) -> Result<Worker, JsValue> {
    let bag = BlobPropertyBag::new();
    bag.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&BOOT.into()), &bag)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    // Not of the type `module`: a sandboxed frame may not load those from a blob.
    let worker = Worker::new(&url)?;
    // The address must outlive the loading of the script, so it is kept: some bytes a worker.
    let message = match module {
        Module::Own => Array::of2(&SCRIPT.with(|url| JsValue::from(url.clone())), &wasm_bindgen::module()),
        Module::Fast(script, module) => Array::of2(&script.into(), &module.into()),
        Module::Gpu(script, module) => Array::of3(&script.into(), &module.into(), &GPU.into()),
        #[cfg(labs)]
        Module::Learn(script, module, size) => {
            Array::of4(&script.into(), &module.into(), &JsValue::UNDEFINED, &(*size).into())
        }
    };
    // A module that says how much of it has come is left to the worker, as is every one on a page without the
    // start script.
    let shared = matches!(module, Module::Fast(..) | Module::Gpu(..));
    if !shared || enlist(&worker, &message).is_err() {
        worker.post_message(&message)?;
    }
    Ok(worker)
}

/// As many workers as the machine has processors.
pub(super) fn processors() -> usize {
    let processors = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
    (processors as usize).clamp(1, MAX_WORKERS)
}

/// Whether the browser has WebGPU at all; a worker of its own is worth starting only then.
pub(super) fn has_webgpu() -> bool {
    let navigator = web_sys::window().map(|window| window.navigator());
    navigator.is_some_and(|n| js_sys::Reflect::get(&n, &"gpu".into()).is_ok_and(|gpu| gpu.is_object()))
}
