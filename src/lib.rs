//! Scorescope: the score-based density formula of diffusion models, seen and checked in a
//! browser. The map of the house, arrows pointing from user to used:
//!
//! ```text
//! app -> labs -> ui -> compute -> kernels -> math, gpu
//!         |       |      plot  -> math
//!         +-> permalink <-+
//! ```
//!
//! - [`math`]: the paper, in `f64`, pure.
//! - `gpu`: a device to compute on, without any mathematics (feature `gpu`).
//! - `kernels`: what pictures are made of, in bulk and single precision, on SIMD lanes or on a
//!   GPU; not in the page's own module.
//! - `learn`: small networks that are trained; natively, and in a module that loads when a visitor asks.
//! - [`compute`]: jobs as data, cut into slices; a worker, or the page itself.
//! - [`plot`]: figures as data, drawn on any plotters backend.
//! - [`permalink`]: parameters to and from the query of a link.
//! - [`words`]: what a visitor reads, in the language of the page; whoever has something to say uses it.
//! - [`ui`]: widgets and hooks that know no lab.
//! - [`labs`]: one folder a lab: parameters, jobs, figures, report, view.
//! - `app`: the shell of the page.
//!
//! Everything but the page's own files (`app`, `ui`'s components, `compute::web`,
//! `plot::canvas`, the labs' `view`s) is native code that tests and the command line share.

#[cfg(target_arch = "wasm32")]
mod alloc;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod app;
pub mod compute;
#[cfg(feature = "gpu")]
pub mod gpu;
#[cfg(kernels)]
pub mod kernels;
pub mod labs;
#[cfg(any(labs, lessons))]
pub mod learn;
pub mod math;
pub mod permalink;
pub mod plot;
pub mod ui;
pub mod words;
