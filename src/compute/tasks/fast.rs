//! What the kernels do for tasks.

use crate::compute::messages::GridStage;
use crate::kernels::blur::{self, Blur};
use crate::kernels::particles;
use crate::kernels::plain::Plain;
use crate::kernels::{Level, packable};
use crate::math::{Accumulator, Estimator, Formula, FormulaSpec, Mixture, Move, Part, Plan, Quality};
use std::sync::Arc;

/// Most points in a batch where the kernels take the formula: they cut their work by themselves.
pub(super) fn batch_size(mixture: &Mixture, estimator: Estimator) -> Option<usize> {
    takes(mixture, estimator).then_some(8192)
}

fn takes(mixture: &Mixture, estimator: Estimator) -> bool {
    estimator != Estimator::Quadrature && packable(mixture)
}

/// A batch of points.
#[derive(Debug)]
pub(super) struct Batch(Box<Plain>);

impl Batch {
    /// `None` where the kernels do not take the formula.
    pub(super) fn new(mixture: &Mixture, estimator: Estimator, work: &Accumulator) -> Option<Self> {
        takes(mixture, estimator).then(|| Self(Box::new(Plain::new(work, Level::new()))))
    }

    /// See [`Plain::advance`].
    pub(super) fn advance(
        &mut self,
        formula: &Formula,
        mixture: &Mixture,
        work: &mut Accumulator,
    ) -> Option<bool> {
        self.0.advance(formula, mixture, work)
    }
}

/// A grid.
#[derive(Debug)]
pub(super) struct Grid(Box<Blur>);

impl Grid {
    pub(super) fn new(
        mixture: Arc<Mixture>,
        spec: &FormulaSpec,
        stage: GridStage,
        part: Part,
    ) -> Option<Self> {
        let blur = Blur::new(mixture, spec, stage.quality, stage.axes, part, Level::new());
        blur.map(|blur| Self(Box::new(blur)))
    }

    pub(super) fn plan(mixture: &Mixture, spec: &FormulaSpec, quality: Quality) -> Plan {
        blur::plan(mixture, spec, quality)
    }

    pub(super) fn advance(&mut self) -> bool {
        self.0.advance()
    }

    pub(super) fn progress(&self) -> f64 {
        self.0.progress()
    }

    pub(super) fn is_resolved(&self) -> bool {
        self.0.is_resolved()
    }

    pub(super) fn finish(self) -> Vec<f64> {
        self.0.finish()
    }
}

/// Evaluations of components that moving particles may take in about two milliseconds; `None` where the
/// kernels do not take the target.
pub(super) fn particle_budget(mixture: &Mixture) -> Option<usize> {
    packable(mixture).then_some(1 << 20)
}

/// See [`particles::sample`].
pub(super) fn sample(mixture: &Mixture, seed: u32, first: usize, places: [&mut [f32]; 2]) -> bool {
    particles::sample(Level::new(), mixture, seed, first, places)
}

/// See [`particles::prior`].
pub(super) fn prior(seed: u32, first: usize, places: [&mut [f32]; 2]) -> bool {
    particles::prior(Level::new(), seed, first, places);
    true
}

/// Moves the particles `first ..`; `false` where the kernels do not take the target. `noise` is the
/// seed and the number of the step.
pub(super) fn advance(
    mixture: &Mixture,
    step: &Move,
    noise: (u32, u32),
    first: usize,
    [xs, ys]: [&mut [f32]; 2],
) -> bool {
    let (level, noise) = (Level::new(), particles::Noise { seed: noise.0, step: noise.1 });
    match step {
        Move::One(step) => {
            let motion = step.on(mixture);
            motion.inspect(|motion| motion.advance(level, noise, first, [xs, ys])).is_some()
        }
        Move::Heun { first: start, second } => {
            let (Some(start), Some(second)) = (start.on(mixture), second.on(mixture)) else {
                return false;
            };
            let before = [xs.to_vec(), ys.to_vec()];
            start.advance(level, noise, first, [&mut *xs, &mut *ys]);
            second.advance(level, noise, first, [&mut *xs, &mut *ys]);
            for (now, before) in [xs, ys].into_iter().zip(before) {
                now.iter_mut().zip(before).for_each(|(now, before)| *now = 0.5 * (*now + before));
            }
            true
        }
    }
}
