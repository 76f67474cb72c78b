//! The scheduler in the browser: in a worker, or in slices on the page where workers are refused.

mod engine;
mod pump;
mod worker;

pub use engine::{Engine, Tier};
pub use worker::{is_worker, serve};
