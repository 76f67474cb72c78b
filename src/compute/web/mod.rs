//! The scheduler in the browser: in workers, or in slices on the page where workers are refused.

#[cfg(feature = "web")]
mod engine;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "web")]
mod pool;
mod pump;
#[cfg(labs)]
mod school;
#[cfg(feature = "web")]
mod spawn;
#[cfg(feature = "web")]
mod tier;
mod worker;

#[cfg(feature = "web")]
pub use engine::Engine;
#[cfg(feature = "web")]
pub use tier::{Backend, Tier};
pub use worker::{is_worker, serve};
