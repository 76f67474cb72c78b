//! Noise schedules: the variances `β_1..β_T` of the discrete forward process.
//!
//! `X_k = √α_k X_{k-1} + √β_k W_k` with `α_k = 1 - β_k` meets the continuous process at
//! `t_k = 1 - ᾱ_k`, `ᾱ_k = ∏_{i≤k} α_i`. Every `β` is capped below 1.

use super::Time;

/// Most steps a schedule may have.
pub const MAX_STEPS: usize = 10_000;

/// Largest `β` any schedule uses.
const CAP: f64 = 0.999;

/// `λ` runs from minus this to this in [`Schedule::LogSnr`].
const LOG_SNR_REACH: f64 = 9.0;

/// A rule that gives `β_1..β_T` for any number of steps `T`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Schedule {
    /// Li & Yan: `β_1 = T^{-c0}`, `β_{k+1} = (c1 log T / T) min{β_1 (1 + c1 log T / T)^k, 1}`.
    LiYan {
        /// Exponent `c0 > 0`.
        c0: f64,
        /// Factor `c1 > 0`.
        c1: f64,
    },
    /// Ho et al. 2020: `β` from 1e-4 to 0.02, both times `1000/T`.
    Linear,
    /// Nichol & Dhariwal 2021: `ᾱ_k ∝ cos²((k/T + s)/(1 + s) π/2)`, `s = 0.008`.
    Cosine,
    /// `λ_k` uniform on [-9, 9]: equal steps in log-SNR.
    LogSnr,
}

/// The numbers of a schedule with `T` steps. Index 0 of each list is `k = 1`.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseSchedule {
    /// `β_k`.
    pub betas: Vec<f64>,
    /// `t_k = 1 - ᾱ_k` and with it `ᾱ_k` and `λ_k`.
    pub times: Vec<Time>,
}

impl Schedule {
    /// `β_1..β_T`, cumulated; `steps` is clamped to `1..=MAX_STEPS`.
    pub fn steps(self, steps: usize) -> NoiseSchedule {
        let steps = steps.clamp(1, MAX_STEPS);
        if let Schedule::LogSnr = self {
            return uniform_log_snr(steps);
        }
        let betas: Vec<f64> = match self {
            Schedule::LiYan { c0, c1 } => li_yan(steps, c0, c1),
            Schedule::Cosine => cosine(steps),
            _ => linear(steps),
        };
        let betas: Vec<f64> = betas.into_iter().map(|b| b.min(CAP)).collect();
        let mut log_signal = 0.0;
        let times = betas
            .iter()
            .map(|beta| {
                log_signal += (-beta).ln_1p();
                Time::from_log_signal(log_signal)
            })
            .collect();
        NoiseSchedule { betas, times }
    }
}

impl NoiseSchedule {
    /// Number of steps `T`.
    pub fn len(&self) -> usize {
        self.betas.len()
    }

    /// Never: there is at least one step.
    pub fn is_empty(&self) -> bool {
        self.betas.is_empty()
    }
}

fn li_yan(steps: usize, c0: f64, c1: f64) -> Vec<f64> {
    let n = steps as f64;
    let first = n.powf(-c0);
    let rate = c1 * n.ln() / n;
    // The power is taken as an exponential, so that it saturates at 1 instead of overflowing.
    std::iter::once(first)
        .chain((1..steps).map(|k| rate * (first.ln() + k as f64 * rate.ln_1p()).min(0.0).exp()))
        .collect()
}

fn linear(steps: usize) -> Vec<f64> {
    let scale = 1000.0 / steps as f64;
    let last = (steps.max(2) - 1) as f64;
    (0..steps).map(|k| scale * (1e-4 + (0.02 - 1e-4) * k as f64 / last)).collect()
}

fn cosine(steps: usize) -> Vec<f64> {
    let signal = |k: usize| {
        let phase = (k as f64 / steps as f64 + 0.008) / 1.008;
        (phase * std::f64::consts::FRAC_PI_2).cos().powi(2)
    };
    (0..steps).map(|k| 1.0 - signal(k + 1) / signal(k)).collect()
}

fn uniform_log_snr(steps: usize) -> NoiseSchedule {
    let gap = 2.0 * LOG_SNR_REACH / (steps.max(2) - 1) as f64;
    let times: Vec<Time> = (0..steps).map(|k| Time::from_lambda(-LOG_SNR_REACH + gap * k as f64)).collect();
    let betas = (0..steps)
        .map(|k| match k {
            0 => times[0].t(),
            // (ᾱ_{k-1} - ᾱ_k) / ᾱ_{k-1}, with the difference taken where it does not cancel.
            _ => (times[k].t() - times[k - 1].t()) / times[k - 1].one_minus_t(),
        })
        .collect();
    NoiseSchedule { betas, times }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Schedule; 4] =
        [Schedule::LiYan { c0: 2.0, c1: 4.0 }, Schedule::Linear, Schedule::Cosine, Schedule::LogSnr];

    #[test]
    fn betas_and_times_agree() {
        for schedule in ALL {
            for steps in [1, 2, 3, 10, 100, 1000, MAX_STEPS] {
                let s = schedule.steps(steps);
                assert_eq!(s.len(), steps);
                let mut signal = 1.0;
                for (beta, time) in s.betas.iter().zip(&s.times) {
                    assert!(*beta > 0.0 && *beta < 1.0, "{schedule:?} {steps}: {beta}");
                    signal *= 1.0 - beta;
                    let error = (time.one_minus_t() / signal - 1.0).abs();
                    assert!(error < 1e-9 || signal < 1e-300, "{schedule:?} {steps}: {error}");
                }
                assert!(
                    s.times
                        .windows(2)
                        .all(|w| w[0].t() <= w[1].t() && w[0].one_minus_t() > w[1].one_minus_t())
                );
            }
        }
    }

    #[test]
    fn first_betas_by_hand() {
        let s = Schedule::LiYan { c0: 2.0, c1: 4.0 }.steps(100);
        assert!((s.betas[0] - 1e-4).abs() < 1e-18);
        let rate = 4.0 * 100f64.ln() / 100.0;
        assert!((s.betas[1] - rate * 1e-4 * (1.0 + rate)).abs() < 1e-16);
        assert!((s.betas[99] - rate).abs() < 1e-15);
        let linear = Schedule::Linear.steps(1000);
        assert!((linear.betas[0] - 1e-4).abs() < 1e-17 && (linear.betas[999] - 0.02).abs() < 1e-15);
        assert_eq!(Schedule::Linear.steps(10).betas[9], CAP);
    }
}
