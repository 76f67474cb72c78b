//! Entry of the module of the training worker. The page loads it when a visitor first asks for a network to
//! be trained.

#[cfg(target_arch = "wasm32")]
fn main() {
    scorescope::compute::web::serve();
}

/// Workers exist in browsers only.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is a module for a worker of the web page: build it with `cargo xtask build`");
}
