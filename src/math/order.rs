//! Orders of samplers on targets in one dimension: the distance `W₁` of what a sampler makes in `S`
//! steps from the target, with next to no noise.
//!
//! A front of `n` points starts at the quantiles `(i + ½)/n` of `ρ_t` at the last time, so that what is
//! seen is the error of the steps and not that of starting from `N(0, 1)`. ODE samplers move it as it
//! is; DDPM sorts it and gives the point of rank `i` the noise `Φ⁻¹` of the van der Corput number of
//! `i`, rotated by a random shift each step (array-RQMC, L'Ecuyer, Lécot & Tuffin 2008): the rank and
//! the noise together are points of low discrepancy, and the error falls faster than `1/√n`.
//!
//! What that leaves is measured on the forward process, whose steps are exact: [`LineOrder::floor`].
//!
//! The quantile rule itself is exact for a shift of the target and good to about 1e-4 of a change of
//! scale; all distances are in units of `x`.

use super::random::{normal_quantile, stream, word};
use super::{Line, Mixture, Process, ReverseVariance, Time, wasserstein_sorted};

/// A sampler whose order is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Scheme {
    /// The sampler.
    pub process: Process,
    /// DDPM's reverse variance.
    pub variance: ReverseVariance,
}

/// The process whose steps are exact.
const FORWARD: Scheme = Scheme { process: Process::Forward, variance: ReverseVariance::Beta };

/// A front of 2 to this points takes the steps of ODE samplers.
const BITS: u32 = 11;
/// The same where there is noise.
const BITS_WITH_NOISE: u32 = 13;

impl Scheme {
    /// Its front has 2 to this points.
    pub fn bits(self) -> u32 {
        if self.process == Process::Ddpm { BITS_WITH_NOISE } else { BITS }
    }

    /// The schemes that are compared.
    pub const ALL: [Self; 5] = {
        const fn scheme(process: Process, variance: ReverseVariance) -> Scheme {
            Scheme { process, variance }
        }
        [
            scheme(Process::Ddpm, ReverseVariance::Beta),
            scheme(Process::Ddpm, ReverseVariance::Posterior),
            scheme(Process::Ddim, ReverseVariance::Beta),
            scheme(Process::Flow, ReverseVariance::Beta),
            scheme(Process::Heun, ReverseVariance::Beta),
        ]
    };
}

/// A front on its way, a step at a time.
#[derive(Clone, Debug)]
pub struct LineOrder {
    scheme: Scheme,
    times: Vec<Time>,
    seed: u32,
    done: usize,
    points: Vec<f64>,
    normals: Vec<f64>,
}

impl LineOrder {
    /// A front at the start of a scheme over levels at `times`.
    pub fn new(mixture: &Mixture, scheme: Scheme, times: Vec<Time>, seed: u32) -> Self {
        Self::of(mixture, scheme, times, scheme.bits(), seed)
    }

    fn of(mixture: &Mixture, scheme: Scheme, times: Vec<Time>, bits: u32, seed: u32) -> Self {
        let start = times.last().copied().filter(|_| scheme.process.is_reverse());
        let points = quantiles(mixture, start, bits);
        let n = points.len();
        let normals = (0..n).map(|i| normal_quantile((i as f64 + 0.5) / n as f64)).collect();
        Self { scheme, times, seed, done: 0, points, normals }
    }

    /// The forward process in the same manner, for the error of the noise alone.
    pub fn floor(mixture: &Mixture, times: Vec<Time>, seed: u32) -> Self {
        Self::of(mixture, FORWARD, times, BITS_WITH_NOISE, seed)
    }

    /// Points of the front.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Never: a front has at least one point.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Does a step; the distance from where it should have come once all are done.
    pub fn advance(&mut self, mixture: &Mixture) -> Option<f64> {
        let Scheme { process, variance } = self.scheme;
        let Some(step) = process.step(&self.times, self.done, variance) else {
            self.points.sort_by(f64::total_cmp);
            let end = self.times.last().copied().filter(|_| !process.is_reverse());
            let bits = self.points.len().trailing_zeros();
            return Some(wasserstein_sorted(&self.points, &quantiles(mixture, end, bits)));
        };
        let noise = if step.noise() == 0.0 { Vec::new() } else { self.noise() };
        step.apply(mixture, &mut self.points, &noise);
        self.done += 1;
        None
    }

    /// Noise for the front, which is sorted for it.
    fn noise(&mut self) -> Vec<f64> {
        self.points.sort_by(f64::total_cmp);
        let n = self.points.len();
        let bits = n.trailing_zeros();
        let shift = word(self.seed, stream::PARTICLES + self.done as u32, 0) as usize;
        let place = |i: usize| if bits == 0 { 0 } else { (i as u64).reverse_bits() >> (64 - bits) };
        (0..n).map(|i| self.normals[(place(i) as usize + shift) % n]).collect()
    }
}

/// The quantiles `(i + ½)/2^bits` of `ρ_t`.
fn quantiles(mixture: &Mixture, time: Option<Time>, bits: u32) -> Vec<f64> {
    let line = Line::along(mixture, &[1.0], time);
    let n = 1usize << bits.min(20);
    (0..n).map(|i| line.quantile((i as f64 + 0.5) / n as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Schedule, fit_line, step_times, targets::Preset};

    fn run(mut front: LineOrder, mixture: &Mixture) -> f64 {
        loop {
            if let Some(distance) = front.advance(mixture) {
                return distance;
            }
        }
    }

    /// The slopes that theory has, on a Gaussian and on two modes, over steps where they show, that is
    /// well above what the noise leaves: first order for DDPM, DDIM and Euler's method, second for Heun's.
    #[test]
    fn slopes_of_the_samplers() {
        let schedule = Schedule::LogSnr.steps(200);
        for preset in [Preset::Gaussian, Preset::Bimodal] {
            let mixture = preset.mixture();
            let floor = run(LineOrder::floor(&mixture, step_times(&schedule, 256), 1), &mixture);
            for scheme in Scheme::ALL {
                let bits = scheme.bits();
                let floor = if bits == BITS_WITH_NOISE { floor } else { 0.0 };
                let points: Vec<(f64, f64)> = [16, 32, 64, 128, 256]
                    .into_iter()
                    .map(|count| {
                        let times = step_times(&schedule, count);
                        (count as f64, run(LineOrder::new(&mixture, scheme, times, 1), &mixture))
                    })
                    .filter(|(_, distance)| *distance > 3.0 * floor)
                    .map(|(count, distance)| (count.ln(), distance.ln()))
                    .collect();
                let order = -fit_line(&points).expect("a line").slope;
                let expected = if scheme.process == Process::Heun { 2.0 } else { 1.0 };
                assert!(points.len() >= 3, "{preset:?} {scheme:?}: {points:?} above {floor}");
                assert!((order - expected).abs() < 0.25, "{preset:?} {scheme:?}: {order} {points:?}");
            }
        }
    }

    /// The forward process ends where it should, up to the error of the noise, which more points
    /// make smaller faster than independent draws would.
    #[test]
    fn the_floor_is_low_and_falls() {
        let mixture = Preset::Bimodal.mixture();
        let times = step_times(&Schedule::LogSnr.steps(200), 64);
        let floor = |bits| run(LineOrder::of(&mixture, FORWARD, times.clone(), bits, 3), &mixture);
        let (few, many) = (floor(9), floor(13));
        assert!(many < 2e-3, "{many}");
        assert!(many < few / 4.0, "{few} {many}");
    }
}
