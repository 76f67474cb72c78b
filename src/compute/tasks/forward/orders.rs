//! How far samplers end from the target, against their steps.
//!
//! In one dimension by fronts of quantiles ([`LineOrder`]). In two by particles that start at
//! draws of low discrepancy from `ρ_t` at the last time ([`Mixture::spread`]), so that what is seen is the
//! error of the steps and not that of starting from `N(0, I)`. The noise floors are the distances of as
//! many draws from the target: independent ones for samplers with noise, such ones for those without.

use super::run::{draw_target, move_particles};
use super::{ForwardReply, OrdersReply, OrdersRequest, STEP, bins_for, lines, project, share};
use crate::compute::messages::{JobError, Reply};
use crate::compute::tasks::{Progress, fast};
use crate::math::{Bins, LineOrder, Mixture, Move, NoiseSchedule, Scheme, Step, step_times};

/// Noise floors: with noise, and without.
const FLOORS: usize = 2;
/// Draws of low discrepancy are numbered below this.
const MOST: usize = 1 << 16;

/// See [`super::ForwardRequest::Orders`].
#[derive(Debug)]
pub struct OrdersTask {
    request: OrdersRequest,
    mixture: Mixture,
    schedule: NoiseSchedule,
    /// The floors, then schemes by steps.
    place: usize,
    reply: OrdersReply,
    work: Option<Work>,
}

#[derive(Debug)]
enum Work {
    Line(LineOrder),
    Plane(Plane),
}

/// Particles of one scheme and number of steps, one portion after the other.
#[derive(Debug)]
struct Plane {
    bins: Bins,
    from: usize,
    xs: Vec<f32>,
    ys: Vec<f32>,
    done: usize,
    counts: Vec<u32>,
}

impl OrdersTask {
    pub(super) fn new(request: OrdersRequest) -> Result<Self, JobError> {
        let mixture = Mixture::new(&request.target)?;
        let dim = mixture.dim();
        let fits = matches!(dim, 1 | 2) && request.particles <= MOST;
        if request.part.index >= request.part.of || request.counts.contains(&0) || !fits {
            return Err(JobError::Dimension);
        }
        let schedule = request.schedule.steps(request.steps);
        let curve = |scheme| (scheme, request.counts.iter().map(|count| (*count, f64::NAN)).collect());
        let mut reply = OrdersReply { curves: Scheme::ALL.map(curve).to_vec(), ..OrdersReply::default() };
        if dim == 2 {
            let bins = bins_for(&mixture);
            reply.bins = Some(bins);
            if request.part.index == 0 {
                let lines = lines(&mixture, None);
                reply.cdf = lines.iter().flat_map(|line| bins.edges().map(|x| line.cdf(x))).collect();
            }
        }
        Ok(Self { request, mixture, schedule, place: 0, reply, work: None })
    }

    pub(super) fn step(&mut self) -> Progress {
        let tries = self.request.counts.len();
        let total = FLOORS + Scheme::ALL.len() * tries;
        if self.place == total {
            let mut reply = std::mem::take(&mut self.reply);
            if self.request.part.of == 1 {
                reply = reply.finish();
            }
            return Progress::Done(Reply::Forward(ForwardReply::Orders(reply)));
        }
        // A floor, or which scheme in how many steps.
        let which =
            self.place.checked_sub(FLOORS).map(|i| (Scheme::ALL[i / tries], self.request.counts[i % tries]));
        match self.work.take() {
            // A front without noise is exact but for rounding.
            None if self.place == 1 && self.mixture.dim() == 1 => self.note(0.0),
            None => self.work = Some(self.start(which)),
            Some(Work::Line(mut front)) => {
                let mut left = STEP;
                loop {
                    if let Some(distance) = front.advance(&self.mixture) {
                        self.note(distance);
                        break;
                    }
                    left = left.saturating_sub((2 * self.mixture.len() + 16) * front.len());
                    if left == 0 {
                        self.work = Some(Work::Line(front));
                        break;
                    }
                }
            }
            Some(Work::Plane(mut plane)) => {
                if self.advance(which, &mut plane) {
                    self.reply.blocks.push(plane.counts);
                    self.place += 1;
                } else {
                    self.work = Some(Work::Plane(plane));
                }
            }
        }
        Progress::Working(self.place as f64 / total as f64)
    }

    fn note(&mut self, distance: f64) {
        let tries = self.request.counts.len();
        match self.place.checked_sub(FLOORS) {
            None => self.reply.floors[self.place] = distance,
            Some(i) => self.reply.curves[i / tries].1[i % tries].1 = distance,
        }
        self.place += 1;
    }

    fn start(&self, which: Option<(Scheme, usize)>) -> Work {
        if self.mixture.dim() == 2 {
            let bins = bins_for(&self.mixture);
            let counts = vec![0; bins.cells() * crate::math::DIRECTIONS];
            return Work::Plane(Plane { bins, from: 0, xs: Vec::new(), ys: Vec::new(), done: 0, counts });
        }
        let (mixture, seed) = (&self.mixture, self.request.seed);
        Work::Line(match which {
            Some((scheme, count)) => LineOrder::new(mixture, scheme, step_times(&self.schedule, count), seed),
            None => {
                let most = self.request.counts.iter().copied().max().unwrap_or(1);
                LineOrder::floor(mixture, step_times(&self.schedule, most), seed)
            }
        })
    }

    /// Moves particles for about two milliseconds; `true` when all of the share have arrived.
    fn advance(&self, which: Option<(Scheme, usize)>, plane: &mut Plane) -> bool {
        let (first, count) = share(self.request.particles, self.request.part);
        let seed = self.request.seed;
        let mut budget = fast::particle_budget(&self.mixture).unwrap_or(STEP);
        loop {
            if plane.xs.is_empty() {
                let some = (count - plane.from).min(4096);
                if some == 0 {
                    return true;
                }
                (plane.xs, plane.ys) = (vec![0.0; some], vec![0.0; some]);
                let at = first + plane.from;
                if self.place == 0 {
                    draw_target(&self.mixture, seed, at, [&mut plane.xs, &mut plane.ys]);
                } else {
                    let last = which.and_then(|_| self.schedule.times.last().copied());
                    for (i, (x, y)) in plane.xs.iter_mut().zip(&mut plane.ys).enumerate() {
                        let point = self.mixture.spread(last, seed, (at + i) as u32);
                        (*x, *y) = (point[0] as f32, point[1] as f32);
                    }
                }
            }
            let step = which.and_then(|(scheme, steps)| {
                scheme.process.step(&step_times(&self.schedule, steps), plane.done, scheme.variance)
            });
            let Some(step) = step else {
                project(&plane.bins, 2, &plane.xs, &plane.ys, &mut plane.counts);
                plane.from += plane.xs.len();
                (plane.done, plane.xs, plane.ys) = (0, Vec::new(), Vec::new());
                return plane.from >= count;
            };
            let cost = plane.xs.len()
                * match step {
                    Move::One(Step { b: 0.0, .. }) => 4,
                    Move::One(_) => 4 + self.mixture.len(),
                    Move::Heun { .. } => 4 + 2 * self.mixture.len(),
                };
            let noise = (seed, plane.done as u32);
            let at = first + plane.from;
            move_particles(&self.mixture, &step, noise, at, [&mut plane.xs, &mut plane.ys]);
            plane.done += 1;
            budget = budget.saturating_sub(cost);
            if budget == 0 {
                return false;
            }
        }
    }
}
