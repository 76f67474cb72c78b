//! Entry of the WebAssembly module: mounts the page, or serves jobs when it runs in a worker.

#[cfg(target_arch = "wasm32")]
fn main() {
    if scorescope::compute::web::is_worker() {
        scorescope::compute::web::serve();
    } else {
        scorescope::app::mount();
    }
}

/// The page exists in browsers only; natively there is the command line `scorescope`.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!(
        "this is the web page: build it with `cargo xtask build`, or run `scorescope` for the command line"
    );
}
