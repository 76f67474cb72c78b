//! A training carried out a minibatch a step, with evaluations in between.
//!
//! Evaluations come after fixed numbers of steps, so what a training finds does not depend on when it is
//! looked at, paused or gone on with. A step of an evaluation is one time of the formula.

mod denoiser;
mod gans;
mod heads;
#[cfg(test)]
mod tests;

use super::Progress;
use crate::compute::lessons::{Findings, Go, Lesson, TrainingReply, TrainingRequest};
use crate::compute::messages::{JobError, Reply};
use crate::learn::LearnError;
use crate::math::Mixture;
use std::fmt::Debug;
use std::sync::Arc;

/// First evaluation of a denoiser, in steps; then after twice as many each time, until it is
/// [`EVERY`] steps.
const FIRST: usize = 32;
/// Steps between later evaluations.
const EVERY: usize = 512;

/// What is trained.
trait Course: Debug + Send {
    /// Steps done.
    fn steps(&self) -> usize;

    /// Does a step, or a part of one; nothing has changed where it fails.
    fn step(&mut self) -> Result<(), LearnError>;

    /// Whether an evaluation is due after so many steps.
    fn is_due(&self, steps: usize) -> bool;

    /// Begins an evaluation; the last one of a request is more thorough.
    fn begin(&mut self, last: bool) -> Result<(), JobError>;

    /// Goes on with it; `true` when it is done.
    fn advance(&mut self) -> bool;

    /// What there is to show; `whole` right after the last evaluation of a request.
    fn findings(&mut self, whole: bool) -> Findings;
}

/// See the module.
#[derive(Debug)]
pub struct TrainingTask {
    lesson: Lesson,
    course: Box<dyn Course>,
    /// Steps wanted.
    goal: usize,
    /// Steps at the beginning of this request.
    start: usize,
    /// Steps after which the newest evaluation was begun, and whether it was a last one.
    evaluated: Option<(usize, bool)>,
    evaluating: bool,
    ended: Option<LearnError>,
    /// The last reply, as long as nothing has changed since.
    replied: Option<Reply>,
}

impl TrainingTask {
    /// Begins a training, or goes on with the former one where it is the same and not beyond what is wanted.
    ///
    /// # Errors
    /// [`JobError`] where the target is no mixture, or none that can be learned.
    pub(super) fn new(request: TrainingRequest, former: Option<Self>) -> Result<Self, JobError> {
        let TrainingRequest { lesson, go } = request;
        let fits = |former: &Self| match go {
            Go::To(steps) => former.course.steps() <= steps,
            Go::Halt => true,
        };
        if let Some(former) = former.filter(|former| former.lesson == lesson && fits(former)) {
            let start = former.course.steps();
            let goal = if let Go::To(steps) = go { steps } else { start };
            return Ok(Self { goal, start, ..former });
        }
        let course: Box<dyn Course> = match &lesson {
            Lesson::Denoiser(lesson) => Box::new(denoiser::DenoiserCourse::new(lesson)?),
            Lesson::Gans(lesson) => Box::new(gans::GansCourse::new(lesson)?),
            Lesson::Heads(lesson) => Box::new(heads::HeadsCourse::new(lesson)?),
        };
        let goal = if let Go::To(steps) = go { steps } else { 0 };
        Ok(Self {
            lesson,
            course,
            goal,
            start: 0,
            evaluated: None,
            evaluating: false,
            ended: None,
            replied: None,
        })
    }

    /// Where it stands, without waiting for an evaluation.
    pub(super) fn look(&mut self) -> Reply {
        self.reply(false)
    }

    fn reply(&mut self, whole: bool) -> Reply {
        let findings = self.course.findings(whole);
        let ended = self.ended.clone();
        Reply::Training(Box::new(TrainingReply { steps: self.course.steps(), findings, ended }))
    }

    pub(super) fn step(&mut self) -> Progress {
        let steps = self.course.steps();
        let span = self.goal.saturating_sub(self.start).max(1) as f64;
        let share = ((steps - self.start.min(steps)) as f64 / span).min(1.0);
        if self.evaluating {
            self.evaluating = !self.course.advance();
            return Progress::Working(share);
        }
        let last = steps >= self.goal || self.ended.is_some();
        let wanted = last || self.course.is_due(steps);
        if wanted && self.evaluated.is_none_or(|(at, thorough)| at < steps || (last && !thorough)) {
            self.evaluated = Some((steps, last));
            match self.course.begin(last) {
                Ok(()) => self.evaluating = true,
                Err(JobError::Learn(error)) => self.ended = Some(error),
                // The target was accepted at the beginning, so there is nothing left to fail.
                Err(_) => {}
            }
            return Progress::Working(share);
        }
        if last {
            let reply = self.replied.take().unwrap_or_else(|| self.reply(true));
            self.replied = Some(reply.clone());
            return Progress::Done(reply);
        }
        self.replied = None;
        if let Err(error) = self.course.step() {
            self.ended = Some(error);
        }
        Progress::Working(share)
    }
}

/// Whether a denoiser is evaluated after so many steps.
fn is_due(steps: usize) -> bool {
    steps.is_multiple_of(EVERY) || ((FIRST..EVERY).contains(&steps) && steps.is_power_of_two())
}

/// The target of a lesson.
fn target(components: &[crate::math::Component]) -> Result<Arc<Mixture>, JobError> {
    let target = Mixture::new(components)?;
    match target.dim() {
        1 | 2 => Ok(Arc::new(target)),
        dim => Err(LearnError::Dimension(dim).into()),
    }
}
