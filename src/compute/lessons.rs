//! Trainings of small networks, as requests and replies.
//!
//! A request names a training in full and the state of it that is wanted: after so many steps, or wherever it
//! stands. A worker keeps its newest training, so the next request for the same one goes on from there; one
//! that has kept nothing begins anew and comes to the same state, which is a function of the request alone.

use crate::learn::LearnError;
use crate::learn::spec::{DenoisingSpec, Found, GanSpec, Scores, Weights};
use crate::math::{Component, Schedule};
use serde::{Deserialize, Serialize};

/// Most numbers of a [`History`].
const LONGEST: usize = 256;

/// See [`super::Request::Training`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingRequest {
    /// What is trained, on what, and how.
    pub lesson: Lesson,
    /// Which state of it is wanted.
    pub go: Go,
}

/// A state of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Go {
    /// After so many steps.
    To(usize),
    /// Where it stands now.
    Halt,
}

/// A training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Lesson {
    /// A denoiser of the target.
    Denoiser(DenoiserLesson),
    /// Two GANs from one seed, one without and one with the regulariser.
    Gans(GansLesson),
    /// A head that predicts the second coordinate given the first, one for each weighting.
    Heads(HeadsLesson),
}

/// See [`Lesson::Denoiser`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DenoiserLesson {
    /// The target's components.
    pub target: Vec<Component>,
    /// How it is trained; the schedule in it is also that of the formula.
    pub spec: DenoisingSpec,
    /// Where the formula with the learned score is wanted, `d` numbers each.
    pub places: Vec<f64>,
}

/// See [`Lesson::Gans`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GansLesson {
    /// The target's components.
    pub target: Vec<Component>,
    /// How the second one is trained; the first one has `λ = 0`.
    pub spec: GanSpec,
    /// Weights of the regulariser.
    pub weights: Weights,
    /// The schedule that its times are of, and their number.
    pub schedule: (Schedule, usize),
    /// Where the regulariser's score is learned: how, and in how many steps before the GANs begin.
    pub score: Option<(DenoisingSpec, usize)>,
    /// Where the discriminators are wanted, `d` numbers each.
    pub places: Vec<f64>,
    /// Latent places whose images show the generators, 2 numbers each.
    pub latent: Vec<f32>,
}

/// See [`Lesson::Heads`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadsLesson {
    /// The target's components.
    pub target: Vec<Component>,
    /// How each is trained, but for the weighting; the schedule in it is also that of the formula.
    pub spec: DenoisingSpec,
}

/// A state of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingReply {
    /// Steps done.
    pub steps: usize,
    /// What there is to show.
    pub findings: Findings,
    /// Why it goes no further.
    pub ended: Option<LearnError>,
}

/// What a training shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Findings {
    /// Of a [`Lesson::Denoiser`].
    Denoiser(DenoiserFindings),
    /// Of a [`Lesson::Gans`].
    Gans(Box<GansFindings>),
    /// Of a [`Lesson::Heads`].
    Heads(HeadsFindings),
}

/// A denoiser so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DenoiserFindings {
    /// `E‖ε - ε̂‖²` of the minibatches.
    pub losses: History,
    /// Held-out evaluations, after so many steps each; only the newest has its errors by time.
    pub checks: Vec<(usize, Scores)>,
    /// How much the learned score lowers the formula at the lesson's places, nats, at the newest of `checks`.
    pub fall: Vec<f64>,
    /// Whether that was found by comparing both scores draw by draw, which is quiet near the data; else it is
    /// the truth less `values`.
    pub compared: bool,
    /// The formula with the learned score at the same places, nats, by draws that are quieter far from the data.
    pub values: Vec<f64>,
    /// Samples by DDIM, `d` numbers each.
    pub samples: Vec<f64>,
    /// What they are found to be, where there are enough of them.
    pub found: Option<Found>,
}

/// Two GANs so far, the one without the regulariser first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GansFindings {
    /// Steps that the regulariser's own score has been trained, and how many it will be.
    pub score: (usize, usize),
    /// Losses of the discriminators, nats.
    pub discriminators: [History; 2],
    /// Samples, `d` numbers each.
    pub samples: [Vec<f64>; 2],
    /// `D` at the lesson's places.
    pub judged: [Vec<f32>; 2],
    /// `∂ log(D/(1-D))/∂x` at the same places, `d` numbers each: where the discriminator pulls samples.
    pub pulls: [Vec<f32>; 2],
    /// Images of the lesson's latent places, `d` numbers each.
    pub images: [Vec<f32>; 2],
    /// What samples were found to be, after so many steps each.
    pub checks: Vec<(usize, [Found; 2])>,
    /// The same of as many draws of the target.
    pub floor: Found,
}

/// Heads so far, in the order of [`crate::math::diffusion_loss::Weighting::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeadsFindings {
    /// `E‖ε - ε̂‖²` of the minibatches; the weighting decides at which times.
    pub losses: Vec<History>,
    /// Held-out evaluations, after so many steps each; without errors by time.
    pub checks: Vec<(usize, Vec<Scores>)>,
    /// Samples by DDIM, `d` numbers each; given coordinates are the target's.
    pub samples: Vec<Vec<f64>>,
}

/// Losses over the steps so far as means over equal stretches, which double in length as there come to be too
/// many of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Steps of a stretch.
    pub every: usize,
    /// Means over the full stretches.
    pub means: Vec<f32>,
    sum: f64,
    count: usize,
}

impl Default for History {
    fn default() -> Self {
        Self { every: 1, means: Vec::new(), sum: 0.0, count: 0 }
    }
}

impl History {
    /// Adds the loss of the next step.
    pub fn push(&mut self, loss: f64) {
        self.sum += loss;
        self.count += 1;
        if self.count < self.every {
            return;
        }
        self.means.push((self.sum / self.count as f64) as f32);
        (self.sum, self.count) = (0.0, 0);
        if self.means.len() == LONGEST {
            self.means = self.means.chunks_exact(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
            self.every *= 2;
        }
    }

    /// Means with the step in the middle of their stretch.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let middle = |i: usize| self.every as f64 * (i as f64 + 0.5) + 0.5;
        self.means.iter().enumerate().map(move |(i, mean)| (middle(i), f64::from(*mean)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_keeps_the_mean() {
        let mut history = History::default();
        (0..1000).for_each(|i| history.push(f64::from(i)));
        assert_eq!((history.every, history.means.len()), (4, 250));
        assert_eq!(history.points().next(), Some((2.5, 1.5)));
        let mean = history.means.iter().map(|m| f64::from(*m)).sum::<f64>() / 250.0;
        assert!((mean - 499.5).abs() < 1e-3);
    }
}
