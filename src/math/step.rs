//! Steps of particles in time: which `a`, `b`, `c` in `y <- a y + b s_t(y) + c z`.
//!
//! Written for a step between times `t` and `t'`, with `α` the ratio of the later `1 - t` to the
//! earlier one and `β = 1 - α`. Differences are taken where they do not cancel, so that steps may
//! be as short and times as close to 0 or 1 as one likes.

use super::{Mixture, ReverseVariance, Scratch, Time};

/// One affine step `y <- a y + b s_t(y) + c z`, `z ~ N(0, I)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Factor of the position.
    pub a: f64,
    /// Factor of the score.
    pub b: f64,
    /// Factor of the noise.
    pub c: f64,
    /// Time of the score; `None` where there is none.
    pub time: Option<Time>,
}

/// `t` and `1 - t`; the data are at `t = 0`.
fn parts(time: Option<Time>) -> (f64, f64) {
    time.map_or((0.0, 1.0), |time| (time.t(), time.one_minus_t()))
}

/// `β = (t' - t)/(1 - t)` from `t` to `t'`; negative where `t'` is the earlier one.
fn beta(earlier: Option<Time>, later: Option<Time>) -> f64 {
    let ((t, signal), (later_t, later_signal)) = (parts(earlier), parts(later));
    let gap = if later_t < 0.5 { later_t - t } else { signal - later_signal };
    gap / signal
}

impl Step {
    /// Nothing moves.
    pub const REST: Self = Self { a: 1.0, b: 0.0, c: 0.0, time: None };

    /// Any step whose score is that of `ρ_t` at `time`.
    pub fn new(a: f64, b: f64, c: f64, time: Time) -> Self {
        Self { a, b, c, time: Some(time) }
    }

    /// The forward process from `t` to a later `t'`, exactly:
    ///
    /// ```text
    /// X_{t'} | X_t ~ N(√α X_t, (1 - α) I),   α = (1 - t')/(1 - t),   b = 0
    /// ```
    ///
    /// `from` is a [`Time`], or `None` for the data, `t = 0`. A step back in time does not exist:
    /// where `to` is not the later one nothing moves.
    pub fn forward(from: impl Into<Option<Time>>, to: Time) -> Self {
        let from = from.into();
        let beta = beta(from, Some(to));
        if beta <= 0.0 {
            return Self::REST;
        }
        let a = (to.one_minus_t() / parts(from).1).sqrt();
        Self { a, c: beta.sqrt(), ..Self::REST }
    }

    /// DDPM's ancestral step (Ho et al. 2020) from `t = 1 - ᾱ_k` to `t' = 1 - ᾱ_{k-1}`, with
    /// `α = ᾱ_k/ᾱ_{k-1}`:
    ///
    /// ```text
    /// Y_{k-1} = (Y_k + β s_t(Y_k))/√α + σ Z,   σ² = β, β/α or β̃ = β t'/t
    /// ```
    ///
    /// `to` is a [`Time`], or `None` for the data; there `β̃` is 0 and
    /// [`ReverseVariance::Posterior`] stands for `β`. Samplers often leave that last noise out:
    /// set `c` to 0. Where `to` is not the earlier one nothing moves.
    pub fn ddpm(from: Time, to: impl Into<Option<Time>>, variance: ReverseVariance) -> Self {
        let to = to.into();
        let beta = beta(to, Some(from));
        if beta <= 0.0 {
            return Self::REST;
        }
        let posterior = to.map_or(beta, |to| beta * to.t() / from.t());
        let a = (parts(to).1 / from.one_minus_t()).sqrt();
        Self { a, b: beta * a, c: variance.value(beta, posterior).sqrt(), time: Some(from) }
    }

    /// DDIM's step with `η = 0` (Song, Meng & Ermon 2021) from `t` to `t'`, in either direction:
    ///
    /// ```text
    /// ε̂ = -√t s_t(y),   x̂_0 = (y - √t ε̂)/√(1-t),   y' = √(1-t') x̂_0 + √t' ε̂
    /// ```
    ///
    /// that is `a = √((1-t')/(1-t))`, `b = a t - √(t t')`, `c = 0`: first order in the step.
    /// `to` is a [`Time`], or `None` for the data, where `y' = x̂_0`.
    pub fn ddim(from: Time, to: impl Into<Option<Time>>) -> Self {
        let to = to.into();
        let (t, signal) = parts(to);
        let a = (signal / from.one_minus_t()).sqrt();
        // a t - √(t t') = √t (a² t - t')/(a √t + √t'), and a² t - t' = (t - t')/(1 - t) = β a².
        let root = from.t().sqrt();
        let b = root * beta(to, Some(from)) * a * a / (a * root + t.sqrt());
        Self { a, b, c: 0.0, time: Some(from) }
    }

    /// Euler's step on the probability-flow ODE `dx/dt = -(x + s_t(x))/(2 (1-t))` (Song et al.
    /// 2021) in the clock `τ = -log(1-t)`, where it is `dx/dτ = -(x + s)/2`:
    ///
    /// ```text
    /// y' = y - (τ' - τ)/2 (y + s_t(y)),   τ' - τ = log((1-t)/(1-t'))
    /// ```
    ///
    /// First order in the step, in either direction. `to` is a [`Time`], or `None` for the data.
    pub fn flow(from: Time, to: impl Into<Option<Time>>) -> Self {
        let half = -0.5 * (-beta(to.into(), Some(from))).ln_1p();
        Self { a: 1.0 + half, b: half, c: 0.0, time: Some(from) }
    }

    /// Moves points, `d` numbers each, in double precision. `noise` holds the `z` of each, or nothing
    /// where there is none (`c = 0`).
    pub fn apply(&self, mixture: &Mixture, points: &mut [f64], noise: &[f64]) {
        let dim = mixture.dim();
        if let Some(time) = self.time.filter(|_| self.b != 0.0) {
            let marginal = mixture.at(time);
            let mut scratch = Scratch::default();
            for point in points.chunks_exact_mut(dim) {
                marginal.evaluate(point, &mut scratch);
                for (y, s) in point.iter_mut().zip(&scratch.score) {
                    *y = self.a * *y + self.b * s;
                }
            }
        } else {
            points.iter_mut().for_each(|y| *y *= self.a);
        }
        for (y, z) in points.iter_mut().zip(noise) {
            *y += self.c * z;
        }
    }
}
