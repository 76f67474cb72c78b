//! Samplers as sequences of affine steps: the forward process, DDPM, DDIM and the probability-flow
//! ODE by Euler's and by Heun's method, each in a chosen number of steps `S`.
//!
//! The times of the steps come from a noise schedule of `T` steps: `λ(t_k)` is continued linearly
//! between its indices `k = 1..T` and read at `S` equidistant ones, the first and the last included,
//!
//! ```text
//! k_j = 1 + (T - 1)(j - 1)/(S - 1),   j = 1..S;    k_1 = T for S = 1
//! ```
//!
//! so `S` does not depend on `T`, and `S = T` gives the schedule's own times. Level 0 are the data,
//! level `S` is the time `t_T`. The forward process climbs a level a step, the others descend; their
//! last step goes from `t_1` to the data.
//!
//! Heun's method in the clock `τ = -log(1-t)`, where the flow is `dy/dτ = f = -(y + s)/2`:
//!
//! ```text
//! y₁ = y + h f(y, τ),   y' = y + h/2 (f(y, τ) + f(y₁, τ + h)) = (y + y₁ + h f(y₁, τ + h))/2
//! ```
//!
//! a mean of `y` and two affine steps. Its last step is Euler's, whose error there is `O(t_1²)`:
//! DDIM's would leave `O(t_1)`. DDPM's last step adds no noise, as in Ho et al. (2020).
//!
//! Left out on purpose: adaptive steps, multistep methods, and samplers with a free amount of noise.

use super::{Mixture, NoiseSchedule, ReverseVariance, Step, Time};

/// A process that particles follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Process {
    /// From the data to noise, by exact transitions.
    #[default]
    Forward,
    /// DDPM's ancestral sampling (Ho et al. 2020).
    Ddpm,
    /// DDIM without noise (Song, Meng & Ermon 2021).
    Ddim,
    /// The probability-flow ODE (Song et al. 2021) by Euler's method.
    Flow,
    /// The same by Heun's method (as in Karras et al. 2022, in another clock).
    Heun,
}

/// A step of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// One affine step.
    One(Step),
    /// `y' = (y + second(first(y)))/2`.
    Heun {
        /// Euler's step.
        first: Step,
        /// The same step with the score at its end.
        second: Step,
    },
}

/// The index `k_j` in a schedule of `steps` at which level `level` of `count` lies; 0 for the data.
pub fn step_index(level: usize, count: usize, steps: usize) -> f64 {
    match level.min(count) {
        0 => 0.0,
        level if level == count => steps as f64,
        level => 1.0 + (steps as f64 - 1.0) * (level - 1) as f64 / (count - 1) as f64,
    }
}

/// Times of the levels `1..=count`, ascending. `count` of 0 counts as 1.
pub fn step_times(schedule: &NoiseSchedule, count: usize) -> Vec<Time> {
    let (count, times) = (count.max(1), &schedule.times);
    let time = |level| {
        let place = step_index(level, count, times.len()) - 1.0;
        let below = (place.floor() as usize).min(times.len() - 1);
        let share = place - below as f64;
        let above = (below + 1).min(times.len() - 1);
        if share < 1e-9 {
            return times[below];
        }
        let (low, high) = (times[below].lambda(), times[above].lambda());
        Time::from_lambda(low + share * (high - low))
    };
    (1..=count).map(time).collect()
}

impl Process {
    /// Whether it goes from noise to data.
    pub fn is_reverse(self) -> bool {
        self != Self::Forward
    }

    /// Scores that a step takes.
    pub fn evaluations(self) -> usize {
        match self {
            Self::Forward => 0,
            Self::Heun => 2,
            _ => 1,
        }
    }

    /// The step after `done` steps over the levels at `times`; `None` when all are done.
    pub fn step(self, times: &[Time], done: usize, variance: ReverseVariance) -> Option<Move> {
        if self == Self::Forward {
            let from = done.checked_sub(1).and_then(|before| times.get(before).copied());
            return Some(Move::One(Step::forward(from, *times.get(done)?)));
        }
        let level = times.len().checked_sub(done)?;
        let from = *times.get(level.checked_sub(1)?)?;
        let to = level.checked_sub(2).map(|below| times[below]);
        Some(match (self, to) {
            (Self::Ddpm, Some(to)) => Move::One(Step::ddpm(from, to, variance)),
            (Self::Ddpm, None) => Move::One(Step { c: 0.0, ..Step::ddpm(from, None, variance) }),
            (Self::Ddim, to) => Move::One(Step::ddim(from, to)),
            (Self::Heun, Some(to)) => {
                let first = Step::flow(from, to);
                Move::Heun { first, second: Step { time: Some(to), ..first } }
            }
            (_, to) => Move::One(Step::flow(from, to)),
        })
    }
}

impl Move {
    /// See [`Step::apply`].
    pub fn apply(&self, mixture: &Mixture, points: &mut [f64], noise: &[f64]) {
        match self {
            Self::One(step) => step.apply(mixture, points, noise),
            Self::Heun { first, second } => {
                let start = points.to_vec();
                first.apply(mixture, points, &[]);
                second.apply(mixture, points, &[]);
                points.iter_mut().zip(start).for_each(|(y, before)| *y = 0.5 * (*y + before));
            }
        }
    }

    /// Factor of the noise.
    pub fn noise(&self) -> f64 {
        match self {
            Self::One(step) => step.c,
            Self::Heun { .. } => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Component, Covariance, Schedule};

    fn gaussian(mean: f64, variance: f64) -> Mixture {
        let covariance = Covariance::Isotropic(variance);
        Mixture::new(&[Component { weight: 1.0, mean: vec![mean], covariance }]).expect("a mixture")
    }

    #[test]
    fn as_many_steps_as_the_schedule_are_its_own() {
        for schedule in [Schedule::Linear, Schedule::Cosine, Schedule::LiYan { c0: 2.0, c1: 4.0 }] {
            let own = schedule.steps(50);
            assert_eq!(step_times(&own, 50), own.times);
            for count in [1, 2, 7, 49, 51, 300] {
                let times = step_times(&own, count);
                assert_eq!((times.len(), times[count - 1]), (count, own.times[49]));
                assert!(count == 1 || times[0] == own.times[0]);
                assert!(times.windows(2).all(|w| w[0].lambda() < w[1].lambda()));
            }
        }
    }

    #[test]
    fn levels_and_indices() {
        let all: Vec<f64> = (0..=4).map(|level| step_index(level, 4, 100)).collect();
        assert_eq!(all, [0.0, 1.0, 34.0, 67.0, 100.0]);
        assert_eq!([step_index(0, 1, 100), step_index(1, 1, 100)], [0.0, 100.0]);
        assert_eq!(step_index(1, 3, 1), 1.0);
    }

    /// For a Gaussian the flow is `y -> m₀ + σ₀/σ_t (y - m_t)`: closed form. Euler's error falls
    /// like `h`, Heun's like `h²`, DDIM's like `h`.
    #[test]
    fn orders_on_a_gaussian() {
        let (mixture, schedule) = (gaussian(1.5, 0.3), Schedule::LogSnr.steps(100));
        let end = schedule.times[99];
        let start = [-1.0, 0.4, 2.0];
        let sigma = (end.one_minus_t() * 0.3 + end.t()).sqrt();
        let exact = start.map(|y: f64| 1.5 + 0.3f64.sqrt() / sigma * (y - 1.5 * end.one_minus_t().sqrt()));
        let error = |process: Process, count| {
            let (times, mut points) = (step_times(&schedule, count), start);
            for done in 0..count {
                let step = process.step(&times, done, ReverseVariance::Beta).expect("a step");
                step.apply(&mixture, &mut points, &[]);
            }
            assert_eq!(process.step(&times, count, ReverseVariance::Beta), None);
            points.iter().zip(exact).map(|(y, x)| (y - x).abs()).fold(0.0, f64::max)
        };
        for (process, order) in [(Process::Ddim, 1.0), (Process::Flow, 1.0), (Process::Heun, 2.0)] {
            let found = (error(process, 200) / error(process, 400)).log2();
            assert!((found - order).abs() < 0.12, "{process:?}: {found}");
        }
    }

    /// The forward process in any number of steps has the marginals of one.
    #[test]
    fn forward_steps_compose() {
        let times = step_times(&Schedule::Cosine.steps(80), 9);
        let (mut signal, mut noise) = (1.0, 0.0);
        for (done, time) in times.iter().enumerate() {
            let Some(Move::One(step)) = Process::Forward.step(&times, done, ReverseVariance::Beta) else {
                panic!("a step");
            };
            (signal, noise) = (signal * step.a, noise * step.a * step.a + step.c * step.c);
            assert!((signal * signal / time.one_minus_t() - 1.0).abs() < 1e-12);
            assert!((noise / time.t() - 1.0).abs() < 1e-12);
        }
        assert_eq!(Process::Forward.step(&times, 9, ReverseVariance::Beta), None);
    }
}
