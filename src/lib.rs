//! Scorescope.
pub mod math;
pub mod permalink;
pub mod plot;
