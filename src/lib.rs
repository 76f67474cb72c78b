//! Scorescope.
pub mod compute;
pub mod labs;
pub mod math;
pub mod permalink;
pub mod plot;
