//! Fetching the file of the digits, when it is asked for and not before.
//!
//! `cargo xtask build` puts it beside the page under a name that tells its content, and notes it in a `<meta>`
//! element, as it does with the modules. What went wrong is said in words and can be tried again.

use super::{digits, install};
use crate::words::tr;
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Where the fetching stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Loading {
    /// Nothing is being fetched.
    #[default]
    Idle,
    /// The file is on its way.
    Busy,
    /// It did not come, for this reason.
    Failed(String),
}

/// Fetches and unpacks the digits, unless they are here.
///
/// # Errors
/// Why they could not be had.
pub async fn load() -> Result<(), String> {
    if digits().is_some() {
        return Ok(());
    }
    let note = document().get_element_by_id("digits-data").and_then(|meta| meta.get_attribute("content"));
    let address = note.ok_or(tr!("this copy of the page comes without them"))?;
    let bytes = fetch(&address).await.map_err(|_| tr!("the file could not be fetched"))?;
    install(&bytes).map_err(|e| e.to_string())
}

/// The bytes of a file; what the browser says of a failure has no words for people.
async fn fetch(address: &str) -> Result<Vec<u8>, JsValue> {
    let get = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into());
    let method = |object: &JsValue, name: &str| get(object, name)?.dyn_into::<js_sys::Function>();
    let global: JsValue = js_sys::global().into();
    let promise = method(&global, "fetch")?.call1(&global, &address.into())?;
    let response = JsFuture::from(promise.dyn_into::<js_sys::Promise>()?).await?;
    if get(&response, "ok")?.is_falsy() {
        return Err(JsValue::NULL);
    }
    let promise = method(&response, "arrayBuffer")?.call0(&response)?;
    let buffer = JsFuture::from(promise.dyn_into::<js_sys::Promise>()?).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}
