//! Scorescope.
pub mod math;


