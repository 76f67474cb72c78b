//! Heads in training, one for each weighting, a step each in turn: held-out evaluations by the formula, samples.

use super::denoiser::sample;
use super::{Course, is_due, target};
use crate::compute::lessons::{Findings, HeadsFindings, HeadsLesson, History};
use crate::compute::messages::JobError;
use crate::learn::LearnError;
use crate::learn::denoising::{Denoising, DenoisingSpec};
use crate::learn::evaluation::{Evaluation, EvaluationSpec, Scores, held_out};
use crate::math::Mixture;
use crate::math::diffusion_loss::Weighting;
use std::sync::Arc;

/// Held-out pairs, and draws for each of them and each time.
const HELD_OUT: [usize; 2] = [128, 2];
/// Samples of each, and steps of DDIM, while it goes on and at the end.
const SAMPLES: [(usize, usize); 2] = [(200, 8), (600, 25)];

/// See the module.
#[derive(Debug)]
pub(super) struct HeadsCourse {
    heads: Vec<Denoising>,
    target: Arc<Mixture>,
    spec: EvaluationSpec,
    evaluations: Vec<Evaluation>,
    scores: Vec<Scores>,
    found: HeadsFindings,
}

impl HeadsCourse {
    pub(super) fn new(lesson: &HeadsLesson) -> Result<Self, JobError> {
        let target = target(&lesson.target)?;
        let given = target.dim() - 1;
        let head = |weighting: Weighting| {
            let spec = DenoisingSpec { weighting, given, ..lesson.spec };
            Denoising::new(Arc::clone(&target), &spec)
        };
        let [points, draws] = HELD_OUT;
        let spec = EvaluationSpec {
            points,
            draws,
            schedule: lesson.spec.weights.schedule,
            steps: lesson.spec.weights.steps,
            seed: lesson.spec.seed,
        };
        let losses = vec![History::default(); Weighting::ALL.len()];
        Ok(Self {
            heads: Weighting::ALL.map(head).to_vec(),
            target,
            spec,
            evaluations: Vec::new(),
            scores: Vec::new(),
            found: HeadsFindings { losses, ..HeadsFindings::default() },
        })
    }
}

impl Course for HeadsCourse {
    fn steps(&self) -> usize {
        // The last one is the last to do a step.
        self.heads.last().map_or(0, Denoising::steps)
    }

    /// A step of the next head.
    fn step(&mut self) -> Result<(), LearnError> {
        let steps = self.steps();
        let next = self.heads.iter_mut().zip(&mut self.found.losses).find(|(head, _)| head.steps() == steps);
        if let Some((head, history)) = next {
            history.push(head.step()?);
        }
        Ok(())
    }

    fn is_due(&self, steps: usize) -> bool {
        // Not in the middle of a round.
        self.heads.first().is_some_and(|head| head.steps() == steps) && is_due(steps)
    }

    fn begin(&mut self, _: bool) -> Result<(), JobError> {
        self.scores.clear();
        self.evaluations.clear();
        for head in self.heads.iter().rev() {
            let learned = Arc::new(head.averaged());
            self.evaluations.push(Evaluation::new(learned, &self.target, &self.spec)?);
        }
        Ok(())
    }

    fn advance(&mut self) -> bool {
        let Some(evaluation) = self.evaluations.last_mut() else { return true };
        if evaluation.advance()
            && let Some(evaluation) = self.evaluations.pop()
        {
            self.scores.push(Scores { times: Vec::new(), ..evaluation.finish() });
        }
        if !self.evaluations.is_empty() {
            return false;
        }
        let steps = self.steps();
        self.found.checks.retain(|(at, _)| is_due(*at) && *at < steps);
        self.found.checks.push((steps, std::mem::take(&mut self.scores)));
        true
    }

    fn findings(&mut self, whole: bool) -> Findings {
        let (count, steps) = SAMPLES[usize::from(whole)];
        let given = self.target.dim() - 1;
        let contexts: Vec<f64> = (0..count)
            .flat_map(|i| held_out(&self.target, self.spec.seed, i as u32).into_iter().take(given))
            .collect();
        let samples = self.heads.iter().map(|head| {
            let made = sample(head, &self.spec, (count, steps), contexts.clone());
            if given == 0 { made } else { contexts.iter().zip(made).flat_map(|(z, x)| [*z, x]).collect() }
        });
        Findings::Heads(HeadsFindings { samples: samples.collect(), ..self.found.clone() })
    }
}
