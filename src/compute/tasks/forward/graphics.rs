//! The picture at a moment by a GPU: the particles are there and stay there, with copies of some moments
//! to go back to. What comes back is the counts of the cells; while the clock stands and the distance is
//! wanted, the places too.
//!
//! The ways of the first particles are followed beside it by the kernel of the CPU, with the same draws;
//! what is exact in the picture is computed by the task that also serves without a GPU (`frame.rs`).
//!
//! Left out on purpose: targets that are not for single precision; those go to the other tiers' task.

use super::frame::FrameTask;
use super::run::{Places, draw_prior, draw_target};
use super::{ForwardTask, FrameRequest, Journey};
use crate::compute::messages::JobError;
use crate::compute::tasks::Progress;
use crate::compute::tasks::gpu::GpuTaskError;
use crate::gpu::{Gpu, GpuError, Tier};
use crate::kernels::packable;
use crate::kernels::particles::gpu::{Act, Cells, OVERHEAD, ParticlesGpu};
use crate::kernels::particles::{Motion, Noise, Particles};
use crate::math::{Mixture, Move, Time};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Moments that are kept at most, and bytes that they may take.
const MOMENTS: usize = 12;
const KEPT: u64 = 64 << 20;
/// Particles drawn in a step.
const DRAWN: usize = 1 << 15;
/// Components that are sent at a time.
const COMPONENTS: usize = 1 << 15;
/// The copy that a step of Heun's takes; moments have those after it.
const BEFORE: usize = 0;

/// All particles of a journey, on a device.
#[derive(Debug)]
struct Run {
    journey: Journey,
    mixture: Mixture,
    times: Vec<Time>,
    count: usize,
    gpu: Gpu,
    particles: ParticlesGpu,
    /// What has been drawn, until all are and are sent.
    places: Places,
    drawn: usize,
    /// Steps that all particles have done.
    done: usize,
    /// Copies by the steps that were done.
    kept: BTreeMap<usize, usize>,
    room: usize,
}

/// What stays on a device from one task to the next: the last run, unless a task has it or it broke.
#[derive(Clone, Debug, Default)]
pub struct Resident(Rc<RefCell<Option<Run>>>);

/// See [`super::ForwardRequest::Frame`].
#[derive(Debug)]
pub(in crate::compute::tasks) struct GpuFrame {
    frame: FrameTask,
    resident: Resident,
    /// `None` once it has been handed on, or broke.
    run: Option<Run>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The particles go to the moment, and are counted.
    Going,
    /// Their projections are counted, beginning with this one of these.
    Projecting(Box<Particles>, usize),
    /// The ways of the first.
    Following,
    /// The rest of the picture.
    Exact,
}

impl GpuFrame {
    /// Where the target is not for single precision, the task for the CPU.
    pub(in crate::compute::tasks) fn new(
        gpu: &Gpu,
        resident: &Resident,
        request: FrameRequest,
    ) -> Result<Result<Self, ForwardTask>, JobError> {
        let frame = FrameTask::new(request)?;
        if !packable(frame.plane()) {
            return Ok(Err(ForwardTask::Frame(Box::new(frame))));
        }
        let (journey, count) = (frame.journey().clone(), frame.particles());
        let last = resident.0.borrow_mut().take();
        let same = |run: &Run| run.journey == journey && run.count == count && run.gpu.is(gpu);
        let run = last.filter(same).unwrap_or_else(|| Run {
            mixture: frame.plane().clone(),
            times: journey.times(),
            count,
            gpu: gpu.clone(),
            particles: ParticlesGpu::new(gpu),
            places: Places::origin(count),
            drawn: 0,
            done: 0,
            kept: BTreeMap::new(),
            room: 0,
            journey,
        });
        Ok(Ok(Self { frame, resident: resident.clone(), run: Some(run), stage: Stage::Going }))
    }

    /// Does the next piece.
    pub(in crate::compute::tasks) async fn step(&mut self) -> Result<Progress, GpuTaskError> {
        match &mut self.stage {
            Stage::Going => {
                let goal = self.frame.goal();
                // Taken out, so that a run that breaks is not handed on.
                let mut run = self.run.take().ok_or(GpuError::Lost)?;
                let counts = run.advance(goal, &self.frame.cells()).await?;
                let progress = run.done as f64 / goal.max(1) as f64;
                if let Some(counts) = counts {
                    self.frame.set_counts(counts);
                    self.stage = if self.frame.measures() {
                        Stage::Projecting(Box::new(run.particles.read().await?), 0)
                    } else {
                        Stage::Following
                    };
                }
                self.run = Some(run);
                Ok(Progress::Working(0.8 * progress))
            }
            Stage::Projecting(particles, from) => {
                *from = self.frame.project(*from, [&particles.xs, &particles.ys]);
                if *from == particles.len() {
                    self.stage = Stage::Following;
                }
                Ok(Progress::Working(0.8))
            }
            Stage::Following => {
                if self.frame.follow() {
                    self.stage = Stage::Exact;
                }
                Ok(Progress::Working(0.9))
            }
            Stage::Exact => Ok(self.frame.step()),
        }
    }
}

impl Drop for GpuFrame {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            *self.resident.0.borrow_mut() = Some(run);
        }
    }
}

impl Run {
    /// Works towards a number of steps; the counts of the cells when there.
    async fn advance(&mut self, goal: usize, cells: &Cells) -> Result<Option<Vec<u32>>, GpuError> {
        if self.drawn < self.count {
            self.draw()?;
            return Ok(None);
        }
        let mut acts = Vec::new();
        if goal < self.done {
            // The start is kept wherever anything is; else it is drawn again.
            let Some((done, copy)) = self.kept.range(..=goal).next_back() else {
                (self.done, self.drawn) = (0, 0);
                self.places = Places::origin(self.count);
                return Ok(None);
            };
            self.done = *done;
            acts.push(Act::Restore(*copy));
        }
        let motions = self.motions(goal)?;
        let stride = self.times.len().div_ceil(self.room.saturating_sub(1).clamp(1, MOMENTS));
        let mut kept = self.kept.clone();
        let mut keep = |done: usize, acts: &mut Vec<Act>| {
            let copy = kept.len() + 1;
            if copy < self.room && done.is_multiple_of(stride) && !kept.contains_key(&done) {
                kept.insert(done, copy);
                acts.push(Act::Keep(copy));
            }
        };
        keep(self.done, &mut acts);
        let mut done = self.done;
        for (motion, second) in &motions {
            let noise = Noise { seed: self.journey.seed, step: done as u32 };
            match second {
                None => acts.push(Act::Step(motion, noise)),
                Some(second) => acts.extend([
                    Act::Keep(BEFORE),
                    Act::Step(motion, noise),
                    Act::Step(second, noise),
                    Act::Mean(BEFORE),
                ]),
            }
            done += 1;
            keep(done, &mut acts);
        }
        let arrived = done >= goal.min(self.times.len());
        let counts = if arrived {
            Some(self.particles.count(&acts, cells).await?)
        } else {
            self.particles.perform(&acts).await?;
            None
        };
        (self.done, self.kept) = (done, kept);
        Ok(counts)
    }

    /// The next steps towards a goal, as many as are done in one go, each with the second half of
    /// Heun's.
    fn motions(&self, goal: usize) -> Result<Vec<(Motion, Option<Motion>)>, GpuError> {
        let mut motions = Vec::new();
        // Between two looks at what is asked for now.
        let budget = match self.gpu.info().tier {
            Tier::Hardware => 1 << 28,
            Tier::Software => 1 << 23,
        };
        let (mut spent, mut sent) = (0, 0);
        for done in self.done..goal.min(self.times.len()) {
            let Some(step) = self.journey.process.step(&self.times, done, self.journey.variance) else {
                break;
            };
            let (first, second) = match step {
                Move::One(step) => (step.on(&self.mixture), None),
                Move::Heun { first, second } => (first.on(&self.mixture), Some(second.on(&self.mixture))),
            };
            let motion = first.ok_or(GpuError::Unsuited)?;
            let second = second.map(|second| second.ok_or(GpuError::Unsuited)).transpose()?;
            motions.push((motion, second));
            sent += self.journey.process.evaluations() * self.mixture.len();
            spent += self.count * (OVERHEAD + self.journey.process.evaluations() * self.mixture.len());
            if spent >= budget || sent >= COMPONENTS {
                break;
            }
        }
        Ok(motions)
    }

    /// Draws some particles where the process starts, and sends all when they are drawn.
    fn draw(&mut self) -> Result<(), GpuError> {
        let range = self.drawn..(self.drawn + DRAWN).min(self.count);
        let places = self.places.at(range.clone());
        if self.journey.process.is_reverse() {
            draw_prior(self.journey.seed, range.start, places);
        } else {
            draw_target(&self.mixture, self.journey.seed, range.start, places);
        }
        self.drawn = range.end;
        if self.drawn == self.count {
            let Places { xs, ys } = std::mem::take(&mut self.places);
            self.particles.write(&Particles { xs, ys })?;
            self.kept.clear();
            self.room = self.particles.room(MOMENTS + 1, KEPT)?;
        }
        Ok(())
    }
}
