//! The classifier lab: classes told apart by noise-prediction errors, beside Bayes' rule.
//!
//! Decision regions by Bayes' rule, by the density formula's weights and by uniform weights, with
//! exact expectations, in two dimensions as maps and in one as intervals; where a rule differs
//! from Bayes' and what that costs; and accuracy against the number of draws, shared by the
//! classes or not. Classes are groups of the target's components.

pub mod images;
pub mod jobs;
pub mod plots;
pub mod report;
mod state;
pub mod tables;
pub mod verdict;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod view;

pub use state::{CLASSES, Classifier, DEALS, DRAWS, RULES, SCALES, Scale, WEIGHTS, Weights};

#[cfg(test)]
mod tests;
