//! Particles on their way: where a share of them is, and where it has been.
//!
//! A worker keeps the last run from one frame to the next. The next frame of a process is one step away;
//! for an earlier one the run goes back to the nearest of the moments it has kept, about a dozen. Draws
//! are keyed by step and particle, so it comes by where it would have come the first time.

use super::{Journey, MOST_PATHS};
use crate::compute::messages::JobError;
use crate::compute::tasks::{STEP, fast};
use crate::math::random::{normals, stream};
use crate::math::{Mixture, Move, Step, Time};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

/// Moments that are kept at most.
const MOMENTS: usize = 12;
/// Coordinates in all kept moments at most: 64 MB.
const KEPT: usize = 16 << 20;

/// Positions of particles, by coordinate.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) xs: Vec<f32>,
    pub(super) ys: Vec<f32>,
}

impl Places {
    /// So many particles at the origin.
    pub(super) fn origin(count: usize) -> Self {
        Self { xs: vec![0.0; count], ys: vec![0.0; count] }
    }

    /// Those of some particles, by coordinate.
    pub(super) fn at(&mut self, range: Range<usize>) -> [&mut [f32]; 2] {
        [&mut self.xs[range.clone()], &mut self.ys[range]]
    }
}

/// A run of the particles `first ..`.
#[derive(Debug)]
pub(super) struct Run {
    journey: Journey,
    first: usize,
    pub(super) mixture: Mixture,
    times: Vec<Time>,
    places: Places,
    /// Particles that have been drawn.
    drawn: usize,
    /// Steps that all particles have done.
    done: usize,
    /// Particles that have done one more.
    moved: usize,
    kept: BTreeMap<usize, Places>,
    /// Where the first particles were before and after each step.
    tracks: Vec<Vec<[f32; 2]>>,
}

thread_local! {
    /// The last run.
    static LAST: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// Does something with the run of a share, the last one if it is of the same journey.
pub(super) fn with<T>(
    journey: &Journey,
    (first, count): (usize, usize),
    work: impl FnOnce(&mut Run) -> T,
) -> Result<T, JobError> {
    LAST.with(|last| {
        let mut last = last.borrow_mut();
        let same = |run: &Run| run.journey == *journey && run.first == first && run.places.xs.len() == count;
        if !last.as_ref().is_some_and(same) {
            *last = Some(Run::new(journey.clone(), first, count)?);
        }
        last.as_mut().map(work).ok_or(JobError::Dimension)
    })
}

/// Forgets the last run.
#[cfg(test)]
pub(super) fn forget() {
    LAST.with(|last| *last.borrow_mut() = None);
}

impl Run {
    fn new(journey: Journey, first: usize, count: usize) -> Result<Self, JobError> {
        let mixture = super::in_the_plane(&Mixture::new(&journey.target)?)?;
        let times = journey.times();
        Ok(Self {
            mixture,
            first,
            times,
            places: Places::origin(count),
            drawn: 0,
            done: 0,
            moved: 0,
            kept: BTreeMap::new(),
            tracks: Vec::new(),
            journey,
        })
    }

    /// Positions, by coordinate.
    pub(super) fn places(&self) -> [&[f32]; 2] {
        [&self.places.xs, &self.places.ys]
    }

    /// Where the first particles were before and after each step so far.
    pub(super) fn tracks(&self) -> &[Vec<[f32; 2]>] {
        &self.tracks
    }

    /// Share of the way to a number of steps.
    pub(super) fn progress(&self, goal: usize) -> f64 {
        self.done as f64 / goal.max(1) as f64
    }

    /// Works towards a number of steps for about two milliseconds; `true` when there.
    pub(super) fn advance(&mut self, goal: usize) -> bool {
        let count = self.places.xs.len();
        let goal = goal.min(self.times.len());
        if self.drawn < count {
            self.draw();
            if self.drawn == count {
                self.arrive();
            }
            return false;
        }
        if goal < self.done || (goal == self.done && self.moved > 0) {
            self.go_back(goal);
        }
        let mut budget = fast::particle_budget(&self.mixture).unwrap_or(STEP);
        while self.done < goal {
            let Some(step) = self.journey.process.step(&self.times, self.done, self.journey.variance) else {
                return true;
            };
            let cost = match step {
                Move::One(Step { b: 0.0, .. }) => 4,
                Move::One(_) => 4 + self.mixture.len(),
                Move::Heun { .. } => 4 + 2 * self.mixture.len(),
            };
            let some = (budget / cost).max(256).min(count - self.moved);
            let end = (self.moved + some).next_multiple_of(2).min(count);
            let places = self.places.at(self.moved..end);
            let noise = (self.journey.seed, self.done as u32);
            move_particles(&self.mixture, &step, noise, self.first + self.moved, places);
            budget = budget.saturating_sub((end - self.moved) * cost);
            self.moved = end;
            if end == count {
                (self.done, self.moved) = (self.done + 1, 0);
                self.arrive();
            }
            if budget == 0 {
                return self.done == goal && self.moved == 0;
            }
        }
        true
    }

    /// Draws some particles where the process starts.
    fn draw(&mut self) {
        let end = (self.drawn + 32_768).min(self.places.xs.len());
        let places = self.places.at(self.drawn..end);
        let first = self.first + self.drawn;
        if self.journey.process.is_reverse() {
            draw_prior(self.journey.seed, first, places);
        } else {
            draw_target(&self.mixture, self.journey.seed, first, places);
        }
        self.drawn = end;
    }

    /// Notes where the particles are now.
    fn arrive(&mut self) {
        self.tracks.truncate(self.done);
        let some = MOST_PATHS.saturating_sub(self.first).min(self.places.xs.len());
        self.tracks.push((0..some).map(|i| [self.places.xs[i], self.places.ys[i]]).collect());
        let most = (KEPT / (2 * self.places.xs.len()).max(1)).clamp(1, MOMENTS);
        let stride = self.times.len().div_ceil(most);
        if self.done.is_multiple_of(stride) && !self.kept.contains_key(&self.done) {
            self.kept.insert(self.done, self.places.clone());
        }
    }

    /// Goes back to the last kept moment that is not after a number of steps.
    fn go_back(&mut self, goal: usize) {
        if let Some((done, places)) = self.kept.range(..=goal).next_back() {
            self.done = *done;
            self.places.clone_from(places);
        } else {
            // The start is kept, so this does not happen.
            (self.done, self.drawn) = (0, 0);
        }
        self.moved = 0;
        self.tracks.truncate(self.done + 1);
    }
}

/// Draws from the target, the particles `first ..`, by the kernel where it takes them.
pub(super) fn draw_target(mixture: &Mixture, seed: u32, first: usize, [xs, ys]: [&mut [f32]; 2]) {
    if fast::sample(mixture, seed, first, [&mut *xs, &mut *ys]) {
        return;
    }
    for (i, (x, y)) in xs.iter_mut().zip(ys).enumerate() {
        let point = mixture.sample(seed, (first + i) as u32);
        (*x, *y) = (point[0] as f32, point[1] as f32);
    }
}

/// Draws from `N(0, I)`.
pub(super) fn draw_prior(seed: u32, first: usize, [xs, ys]: [&mut [f32]; 2]) {
    if fast::prior(seed, first, [&mut *xs, &mut *ys]) {
        return;
    }
    let zs = normals(seed, stream::PARTICLES_PRIOR, 2 * first, 2 * xs.len());
    for ((x, y), z) in xs.iter_mut().zip(ys).zip(zs.chunks_exact(2)) {
        (*x, *y) = (z[0] as f32, z[1] as f32);
    }
}

/// Moves the particles `first ..` by the kernel, or, where it does not take the target, in double
/// precision. `noise` is the seed and the number of the step.
pub(super) fn move_particles(
    mixture: &Mixture,
    step: &Move,
    noise: (u32, u32),
    first: usize,
    [xs, ys]: [&mut [f32]; 2],
) {
    if fast::advance(mixture, step, noise, first, [&mut *xs, &mut *ys]) {
        return;
    }
    let mut points: Vec<f64> =
        xs.iter().zip(&*ys).flat_map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect();
    let zs = if step.noise() == 0.0 {
        Vec::new()
    } else {
        normals(noise.0, stream::PARTICLES + noise.1, 2 * first, points.len())
    };
    step.apply(mixture, &mut points, &zs);
    for ((x, y), point) in xs.iter_mut().zip(ys).zip(points.chunks_exact(2)) {
        (*x, *y) = (point[0] as f32, point[1] as f32);
    }
}
