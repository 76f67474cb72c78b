//! The diffusion classifier beside Bayes' rule: decision regions, and accuracy against draws.

mod accuracy;
mod images;
mod regions;

use super::Progress;
use crate::compute::messages::JobError;
use crate::math::classifier::{Classes, Deal, plans};
use crate::math::{Component, Mixture, Plan, Rule, Schedule};
use std::sync::Arc;

pub(super) use accuracy::AccuracyTask;
pub use accuracy::{AccuracyReply, AccuracyRequest, DrawCurve, MOST_DRAWS, REPETITIONS};
pub(super) use images::ImagesTask;
pub use images::{ImagesReply, ImagesRequest};
pub(super) use regions::RegionsTask;
pub use regions::{RegionsPlace, RegionsReply, RegionsRequest};

/// What both requests say of the classifiers.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Classifier {
    /// The target's components.
    pub target: Vec<Component>,
    /// Number of classes, at most as many as there are components.
    pub classes: usize,
    /// How the components are dealt to them.
    pub deal: Deal,
    /// How the formula's weights are made.
    pub rule: Rule,
    /// The noise schedule.
    pub schedule: Schedule,
    /// Its number of steps `T`.
    pub steps: usize,
    /// Sum of the uniform weights, or `None` for that of the paper's.
    pub total: Option<f64>,
}

impl Classifier {
    fn classes(&self) -> Result<Arc<Classes>, JobError> {
        let mixture = Mixture::new(&self.target)?;
        if mixture.dim() > 2 {
            return Err(JobError::Dimension);
        }
        Ok(Arc::new(Classes::deal(&mixture, self.classes, self.deal)?))
    }

    fn plans(&self, classes: &Classes) -> [Plan; 2] {
        plans(classes, self.rule, &self.schedule.steps(self.steps), self.total)
    }
}

#[cfg(test)]
mod tests;
