//! The scheduler in the browser: in workers, or in slices on the page where workers are refused.

#[cfg(feature = "web")]
mod engine;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "web")]
mod pool;
mod pump;
#[cfg(feature = "web")]
mod spawn;
mod worker;

#[cfg(feature = "web")]
pub use engine::{Backend, Engine, Tier};
pub use worker::{is_worker, serve};
