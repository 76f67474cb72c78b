//! Entry of the module of all labs but the first: mounts the one that the address names, or serves
//! its jobs when it runs in a worker. The page's start script loads it in place of the page's own, or
//! beside it when a file of a figure is asked for: then nothing is mounted.

#[cfg(target_arch = "wasm32")]
fn main() {
    if scorescope::compute::web::is_worker() {
        return scorescope::compute::web::serve();
    }
    scorescope::words::load();
    if !scorescope::app::is_mounted() {
        scorescope::app::mount_other();
    }
}

/// The page exists in browsers only.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is a part of the web page: build it with `cargo xtask build`");
}
