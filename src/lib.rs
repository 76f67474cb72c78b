//! Scorescope.
pub mod compute;
pub mod math;
pub mod permalink;
