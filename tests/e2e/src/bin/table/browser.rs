//! What is timed in headless Chromium: the page's own workers, training, and TensorFlow.js.

use scorescope_e2e::{Options, Outcome, Page, Server, Value};
use std::path::Path;

/// The two jobs by the page's engine, from the page that `cargo xtask bench` builds.
pub(crate) async fn ours(root: &Path, query: &str) -> Outcome<Value> {
    result(&root.join("target/bench-page"), &format!("index.html?{query}&repeats=7")).await
}

/// W1 in TensorFlow.js by one of its backends.
pub(crate) async fn tfjs(root: &Path, backend: &str) -> Outcome<Value> {
    result(&root.join("benches/peers/tfjs"), &format!("w1.html?backend={backend}&repeats=3")).await
}

/// Training in a worker: the library alone, and a whole step.
pub(crate) async fn training(root: &Path) -> Outcome<Value> {
    result(&root.join("target/bench-learning"), "index.html").await
}

/// The same network in TensorFlow.js by one of its backends.
pub(crate) async fn tfjs_training(root: &Path, backend: &str) -> Outcome<Value> {
    result(&root.join("benches/peers/tfjs"), &format!("learn.html?backend={backend}")).await
}

/// Opens a page that measures and waits for what it found.
async fn result(folder: &Path, address: &str) -> Outcome<Value> {
    let page = Page::start(Options { webgpu: true, ..Options::default() }).await?;
    let site = Server::start(folder, "/", 0)?;
    page.browser.goto(format!("{}{address}", site.url())).await?;
    page.wait_for("the measurement", "document.title === 'done'", 600).await?;
    let found = page.run("return JSON.stringify(window.result)", vec![]).await?;
    let mut found: Value = serde_json::from_str(found.as_str().unwrap_or("null"))?;
    if let Some(text) = found.as_str() {
        found = serde_json::from_str(text)?;
    }
    match found.get("error") {
        Some(error) => Err(format!("{address}: {error}").into()),
        None => Ok(found),
    }
}
