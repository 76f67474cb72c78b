//! A moment of the forward process: `t` in `(0, 1)` with `1 - t` and `λ = log(t/(1-t))`, each
//! to full relative precision.
//!
//! Near `t = 0` the formula needs `t` to full precision and near `t = 1` it needs `1 - t`;
//! neither can be recovered from the other in floating point, so both are carried.

/// A time of the forward process `X_t = √(1-t) X_0 + √t ε`, with `0 < t < 1`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Time {
    noise: f64,
    signal: f64,
}

impl Time {
    /// The time with `λ = log(t/(1-t))`; `λ` is clamped to ±700, where `t` or `1-t` underflows.
    pub fn from_lambda(lambda: f64) -> Self {
        let lambda = lambda.clamp(-700.0, 700.0);
        Self { noise: 1.0 / (1.0 + (-lambda).exp()), signal: 1.0 / (1.0 + lambda.exp()) }
    }

    /// The time `t`; `None` unless `0 < t < 1`.
    pub fn from_t(t: f64) -> Option<Self> {
        (t > 0.0 && t < 1.0).then_some(Self { noise: t, signal: 1.0 - t })
    }

    /// The time at which the signal's share `1 - t` is `exp(log_signal)`, for `log_signal < 0`.
    /// This is how a discrete schedule, whose `log ᾱ_k` is a sum of small terms, meets the
    /// continuous clock without cancellation.
    pub fn from_log_signal(log_signal: f64) -> Self {
        Self { noise: -log_signal.exp_m1(), signal: log_signal.exp() }
    }

    /// `t`, the variance of the noise in `X_t`.
    pub fn t(self) -> f64 {
        self.noise
    }

    /// `1 - t`, the factor on the variance of the signal.
    pub fn one_minus_t(self) -> f64 {
        self.signal
    }

    /// `λ = log(t/(1-t))`, minus the log-SNR.
    pub fn lambda(self) -> f64 {
        self.noise.ln() - self.signal.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_round_trips_at_both_ends() {
        for i in -600..=600 {
            let lambda = f64::from(i);
            let time = Time::from_lambda(lambda);
            assert!((time.lambda() - lambda).abs() <= 1e-12 * lambda.abs().max(1.0), "{lambda}");
        }
    }

    #[test]
    fn log_signal_keeps_tiny_noise() {
        let time = Time::from_log_signal(-1e-20);
        assert!((time.t() - 1e-20).abs() < 1e-34);
        assert_eq!(time.one_minus_t(), 1.0);
    }

    #[test]
    fn t_outside_the_open_interval_is_refused() {
        for t in [0.0, 1.0, -0.1, 1.5, f64::NAN, f64::INFINITY] {
            assert_eq!(Time::from_t(t), None);
        }
    }
}
