//! A denoiser in training: held-out evaluations by the formula, the formula on a grid, samples.

use super::{Course, is_due, target};
use crate::compute::lessons::{DenoiserFindings, DenoiserLesson, Findings};
use crate::compute::messages::JobError;
use crate::learn::LearnError;
use crate::learn::denoising::Denoising;
use crate::learn::evaluation::{Evaluation, EvaluationSpec};
use crate::learn::measures::Yardstick;
use crate::learn::sampling::Samples;
use crate::math::{Mixture, Process, ReverseVariance, Schedule, step_times};
use std::sync::Arc;

/// Held-out points, and draws for each of them and each time.
const HELD_OUT: [usize; 2] = [128, 2];
/// Times of the picture's evaluation, uniform in log-SNR, and draws for each.
const PICTURE: [[usize; 2]; 2] = [[48, 8], [24, 2]];
/// Samples while it goes on, and steps of DDIM for them.
const FEW: (usize, usize) = (300, 12);
/// Samples at the end, and steps.
const MANY: (usize, usize) = (2000, 25);

/// See the module.
#[derive(Debug)]
pub(super) struct DenoiserCourse {
    denoising: Denoising,
    target: Arc<Mixture>,
    yardstick: Yardstick,
    places: Vec<f64>,
    held_out: EvaluationSpec,
    picture: EvaluationSpec,
    evaluation: Option<Evaluation>,
    drawing: Option<Evaluation>,
    found: DenoiserFindings,
}

impl DenoiserCourse {
    pub(super) fn new(lesson: &DenoiserLesson) -> Result<Self, JobError> {
        let target = target(&lesson.target)?;
        let spec = &lesson.spec;
        let [points, draws] = HELD_OUT;
        let held_out = EvaluationSpec {
            points,
            draws,
            schedule: spec.weights.schedule,
            steps: spec.weights.steps,
            seed: spec.seed,
        };
        let [steps, draws] = PICTURE[target.dim() - 1];
        Ok(Self {
            denoising: Denoising::new(Arc::clone(&target), spec),
            yardstick: Yardstick::new(&target)?,
            places: lesson.places.clone(),
            picture: EvaluationSpec { draws, schedule: Schedule::LogSnr, steps, ..held_out },
            held_out,
            target,
            evaluation: None,
            drawing: None,
            found: DenoiserFindings::default(),
        })
    }

    /// Samples by DDIM in so many of the schedule's steps.
    fn sample(&self, (count, steps): (usize, usize)) -> Vec<f64> {
        sample(&self.denoising, &self.held_out, (count, steps), Vec::new())
    }
}

/// Samples by DDIM from what has been learned, in so many of the schedule's steps; `contexts` has what is
/// given, a number a sample, or nothing.
pub(super) fn sample(
    denoising: &Denoising,
    spec: &EvaluationSpec,
    (count, steps): (usize, usize),
    contexts: Vec<f64>,
) -> Vec<f64> {
    let times = step_times(&spec.schedule.steps(spec.steps), steps.min(spec.steps));
    let process = (Process::Ddim, ReverseVariance::Beta);
    let (learned, draws) = (Arc::new(denoising.averaged()), (spec.seed, count));
    let mut samples = Samples::new(learned, process, times, draws, contexts);
    while !samples.advance() {}
    samples.places().to_vec()
}

impl Course for DenoiserCourse {
    fn steps(&self) -> usize {
        self.denoising.steps()
    }

    fn step(&mut self) -> Result<(), LearnError> {
        let loss = self.denoising.step()?;
        self.found.losses.push(loss);
        Ok(())
    }

    fn is_due(&self, steps: usize) -> bool {
        is_due(steps)
    }

    fn begin(&mut self, _: bool) -> Result<(), JobError> {
        let learned = Arc::new(self.denoising.averaged());
        let target = &self.target;
        self.evaluation = Some(Evaluation::new(Arc::clone(&learned), target, &self.held_out)?);
        self.drawing = Some(Evaluation::at(learned, target, &self.places, &self.picture)?);
        Ok(())
    }

    fn advance(&mut self) -> bool {
        if let Some(evaluation) = &mut self.evaluation {
            if evaluation.advance()
                && let Some(evaluation) = self.evaluation.take()
            {
                let steps = self.denoising.steps();
                self.found.checks.retain(|(at, _)| is_due(*at) && *at < steps);
                if let Some((_, former)) = self.found.checks.last_mut() {
                    former.times.clear();
                }
                self.found.checks.push((steps, evaluation.finish()));
            }
            return false;
        }
        let Some(drawing) = &mut self.drawing else { return true };
        let done = drawing.advance();
        if done {
            self.found.fall = drawing.falls();
            self.found.compared = drawing.has_learned();
            self.found.values = drawing.values();
            self.drawing = None;
        }
        done
    }

    fn findings(&mut self, whole: bool) -> Findings {
        let samples = self.sample(if whole { MANY } else { FEW });
        let found = whole.then(|| self.yardstick.measure(&samples));
        Findings::Denoiser(DenoiserFindings { samples, found, ..self.found.clone() })
    }
}
