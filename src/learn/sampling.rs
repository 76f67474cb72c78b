//! Sampling with a learned score: the samplers of [`crate::math::Process`], `s = -ε̂/√t`.
//!
//! Left out on purpose: anything but the step itself: times and steps are those of the exact score.

use super::denoiser::{Batch, Denoiser};
use crate::math::random::{normals, stream};
use crate::math::{Move, Process, ReverseVariance, Step, Time};
use std::sync::Arc;

/// Samples on their way from noise to data.
#[derive(Debug)]
pub struct Samples {
    denoiser: Arc<Denoiser>,
    process: Process,
    times: Vec<Time>,
    variance: ReverseVariance,
    seed: u32,
    done: usize,
    batch: Batch,
}

impl Samples {
    /// So many samples, from `N(0, I)` at the last of the times. `contexts` has as many numbers a sample as
    /// the denoiser is given.
    pub fn new(
        denoiser: Arc<Denoiser>,
        (process, variance): (Process, ReverseVariance),
        times: Vec<Time>,
        (seed, count): (u32, usize),
        contexts: Vec<f64>,
    ) -> Self {
        let places = normals(seed, stream::PARTICLES_PRIOR, 0, count * denoiser.dim());
        let mut batch = Batch::default();
        (batch.places, batch.contexts) = (places, contexts);
        Self { denoiser, process, times, variance, seed, done: 0, batch }
    }

    /// Does the next step; `true` when all are done.
    pub fn advance(&mut self) -> bool {
        let Some(step) = self.process.step(&self.times, self.done, self.variance) else {
            return true;
        };
        match step {
            Move::One(step) => self.apply(&step),
            Move::Heun { first, second } => {
                let before = self.batch.places.clone();
                self.apply(&first);
                self.apply(&second);
                self.batch.places.iter_mut().zip(before).for_each(|(y, y0)| *y = 0.5 * (*y + y0));
            }
        }
        self.done += 1;
        self.done == self.times.len()
    }

    fn apply(&mut self, step: &Step) {
        let Self { batch, denoiser, .. } = self;
        if let Some(time) = step.time.filter(|_| step.b != 0.0) {
            batch.times.clear();
            batch.times.resize(batch.places.len() / denoiser.dim(), time);
            denoiser.predict(batch);
            let factor = -step.b / time.t().sqrt();
            for (y, noise) in batch.places.iter_mut().zip(&batch.noise) {
                *y = step.a * *y + factor * noise;
            }
        } else {
            batch.places.iter_mut().for_each(|y| *y *= step.a);
        }
        if step.c != 0.0 {
            let zs = normals(self.seed, stream::PARTICLES + self.done as u32, 0, batch.places.len());
            batch.places.iter_mut().zip(zs).for_each(|(y, z)| *y += step.c * z);
        }
    }

    /// The samples.
    pub fn places(&self) -> &[f64] {
        &self.batch.places
    }

    /// Share of the work done.
    pub fn progress(&self) -> f64 {
        self.done as f64 / self.times.len().max(1) as f64
    }
}
