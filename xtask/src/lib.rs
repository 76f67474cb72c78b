//! Scorescope's build commands as a library, so that the end-to-end tests serve the page with the
//! same server as `cargo xtask serve`.
//!
//! One module per command (`serve`, `build`, `test`, `fuzz`, `ci`, `tidy`, `deny`, `setup`), over a few that know one
//! thing each: `toolchain` (which compiler makes WebAssembly here), `tools` (trunk, wasm-bindgen,
//! wasm-opt), `deny` (what may be a dependency), `words` (the catalogue of translations), `twins` (what of it
//! stands in the page), `dist` (what the built page may contain and weigh), `publish` (entry pages, previews,
//! service worker), `html` (reading tags), `steps`
//! (headings, times, summaries), `run` (child processes).
//! There is no argument-parsing crate, no async and no JSON here: whoever runs the first command
//! waits for this crate to compile.

pub mod bench;
pub mod build;
pub mod ci;
pub mod deny;
pub mod dist;
pub mod error;
pub mod fuzz;
pub mod html;
pub mod modules;
pub mod publish;
pub mod run;
pub mod rust_text;
pub mod serve;
pub mod setup;
pub mod steps;
pub mod test;
pub mod tidy;
pub mod toolchain;
pub mod tools;
pub mod twins;
pub mod words;
pub mod words_check;

pub use error::{Error, Result};

use std::path::{Path, PathBuf};

/// The repository's root: the nearest folder, from the current one upwards, that holds `xtask/`.
///
/// # Errors
/// When the command runs outside the repository.
pub fn root() -> Result<PathBuf> {
    let here = std::env::current_dir().map_err(|e| Error::io("reading the current folder", e))?;
    here.ancestors()
        .find(|dir| dir.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| Error::Usage("run this from inside the repository".into()))
}
