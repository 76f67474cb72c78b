//! Entry of the second WebAssembly module: workers that have the kernels. The page loads it when
//! the first job comes that gains from them.

#[cfg(target_arch = "wasm32")]
fn main() {
    scorescope::compute::web::serve();
}

/// Workers exist in browsers only.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is a module for the workers of the web page: build it with `cargo xtask build`");
}
