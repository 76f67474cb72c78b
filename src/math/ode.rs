//! The log-density by the probability-flow ODE and the instantaneous change of variables
//! (Song et al. 2021), for comparison with the formula.
//!
//! With `dx/dt = -(x + s_t(x)) / (2(1-t))`,
//! `log ρ_0(x_0) = log ρ_1(x_1) + ∫_0^1 div(drift) dt`. Integrated in `λ`, where
//! `dt = t(1-t) dλ`, both right-hand sides are bounded and decay at both ends:
//! `dx/dλ = -t (x + s)/2` and `dℓ/dλ = -t (d + div s)/2`.
//!
//! The integrator is the Dormand–Prince 5(4) pair (Dormand & Prince 1980) with local
//! extrapolation and the usual step control. The point is held to a share of the length over which the
//! log-density bends there, `√(d / |div s|)`: a narrow component far from the origin would otherwise be
//! missed by many of its widths. Where rounding alone moves the point by more, there is no answer. The crates that have it (`ode_solvers`, `diffsol`)
//! bring a second linear-algebra library each, more than the page's whole budget for it.

use super::{LOG_2PI, Mixture, ScoreError, Scratch, Time, lambda_range};
use thiserror::Error;

/// Accuracy and effort.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OdeOptions {
    /// Tolerance on the local error of each step, in nats for the log-density and relative to
    /// the smaller of `1 + ‖x‖` and `√(d / |div s|)` for the point.
    pub tolerance: f64,
    /// Most steps, accepted and rejected.
    pub max_steps: usize,
}

impl Default for OdeOptions {
    fn default() -> Self {
        Self { tolerance: 1e-8, max_steps: 20_000 }
    }
}

/// The result of [`log_density_ode`].
#[derive(Clone, Debug, PartialEq)]
pub struct OdeSolution {
    /// `log ρ_0(x_0)`, nats.
    pub log_density: f64,
    /// Where the flow carries `x_0`: a point of the standard normal distribution.
    pub end: Vec<f64>,
    /// Evaluations of the score.
    pub evaluations: usize,
}

/// Why the ODE could not be integrated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OdeError {
    /// The step limit was reached.
    #[error("the probability-flow ODE needs more than {0} steps here")]
    TooManySteps(usize),
    /// Double precision does not hold the point as exactly as the score needs it.
    #[error("the components are too narrow for the probability-flow ODE so far from the origin")]
    Precision,
    /// The trajectory left the range of numbers.
    #[error("the probability-flow ODE diverges here")]
    Diverged,
}

/// Log-density at `x` by the probability-flow ODE.
///
/// The global error is of the order of `tolerance` times the number of steps (some hundreds).
///
/// # Errors
/// [`OdeError`] when the step limit is reached or the trajectory diverges, as it can with a
/// large score error.
pub fn log_density_ode(
    mixture: &Mixture,
    error: ScoreError,
    x: &[f64],
    options: OdeOptions,
) -> Result<OdeSolution, OdeError> {
    let mut run = OdeRun::new(mixture, error, x, options);
    loop {
        if let Some(result) = run.advance(mixture) {
            return result;
        }
    }
}

/// The same a step at a time, for those who must not be busy for long: a step takes seven
/// evaluations of the score.
#[derive(Clone, Debug)]
pub struct OdeRun {
    flow: Flow,
    options: OdeOptions,
    /// The point and, last, the change of the log-density.
    state: Vec<f64>,
    /// The right-hand side there.
    first: Option<Vec<f64>>,
    lambda: f64,
    end: f64,
    step: f64,
    steps: usize,
}

impl OdeRun {
    /// Starts at a point; see [`log_density_ode`].
    pub fn new(mixture: &Mixture, error: ScoreError, x: &[f64], options: OdeOptions) -> Self {
        let (low, high) = lambda_range(mixture, 30.0);
        Self {
            flow: Flow { error, scratch: Scratch::default(), evaluations: 0 },
            options,
            state: x.iter().copied().chain([0.0]).collect(),
            first: None,
            lambda: low,
            // At the upper end the means still show as √(1-t) μ, so it lies twice as far.
            end: 2.0 * high,
            step: 1.0,
            steps: 0,
        }
    }

    /// Tries one step for the mixture of the start; the result, once there is one.
    pub fn advance(&mut self, mixture: &Mixture) -> Option<Result<OdeSolution, OdeError>> {
        if self.steps == self.options.max_steps {
            return Some(Err(OdeError::TooManySteps(self.steps)));
        }
        self.steps += 1;
        let Self { flow, state, .. } = self;
        let first = self.first.take().unwrap_or_else(|| flow.slope(mixture, self.lambda, state));
        let h = self.step.min(LONGEST).min(self.end - self.lambda);
        let mut slopes = vec![first];
        let mut next = Vec::new();
        for (c, row) in C.iter().zip(A).skip(1) {
            next = combine(state, h, row, &slopes);
            slopes.push(flow.slope(mixture, self.lambda + c * h, &next));
        }
        let Some(length) = length(state, Time::from_lambda(self.lambda), &slopes[0]) else {
            return Some(Err(OdeError::Precision));
        };
        let error = local_error(state, h, &slopes, self.options.tolerance, length);
        if error.is_nan() {
            return Some(Err(OdeError::Diverged));
        }
        if error <= 1.0 {
            self.lambda += h;
            *state = next;
            if self.lambda >= self.end {
                return Some(self.finish());
            }
            // The last stage is the first of the next step.
            self.first = slopes.pop();
        } else {
            self.first = slopes.into_iter().next();
        }
        self.step = h * (0.9 * error.max(1e-10).powf(-0.2)).clamp(0.2, 5.0);
        None
    }

    fn finish(&mut self) -> Result<OdeSolution, OdeError> {
        let mut end = std::mem::take(&mut self.state);
        let change = end.pop().unwrap_or(0.0);
        let norm_squared: f64 = end.iter().map(|x| x * x).sum();
        let log_density = -0.5 * (end.len() as f64 * LOG_2PI + norm_squared) + change;
        if !log_density.is_finite() {
            return Err(OdeError::Diverged);
        }
        Ok(OdeSolution { log_density, end, evaluations: self.flow.evaluations })
    }
}

#[derive(Clone, Debug)]
struct Flow {
    error: ScoreError,
    scratch: Scratch,
    evaluations: usize,
}

impl Flow {
    /// Right-hand side at `λ` for the state `(x, ℓ)`.
    fn slope(&mut self, mixture: &Mixture, lambda: f64, state: &[f64]) -> Vec<f64> {
        self.evaluations += 1;
        let d = mixture.dim();
        let time = Time::from_lambda(lambda);
        let shift = self.error.shift(time, d);
        let local = mixture.at(time).evaluate(&state[..d], &mut self.scratch);
        let half = -0.5 * time.t();
        let score = &self.scratch.score;
        state[..d]
            .iter()
            .zip(score)
            .map(|(x, s)| half * (x + s + shift))
            .chain([half * (d as f64 + local.divergence)])
            .collect()
    }
}

/// Stage times, coefficients and the two sets of weights of Dormand & Prince's pair.
const C: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
const A: [&[f64]; 7] = [
    &[],
    &[0.2],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// Fifth-order weights minus fourth-order weights.
const ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];
/// Largest share of the length of [`length`] that rounding may take.
const ROUNDING: f64 = 1e-7;
/// Longest step in `λ`: steps may not jump over the stretch where everything happens.
const LONGEST: f64 = 2.0;

fn combine(state: &[f64], h: f64, weights: &[f64], slopes: &[Vec<f64>]) -> Vec<f64> {
    let mut next = state.to_vec();
    for (weight, slope) in weights.iter().zip(slopes) {
        for (n, s) in next.iter_mut().zip(slope) {
            *n += h * weight * s;
        }
    }
    next
}

/// The length to whose share the point is held; `None` where its own rounding is a share that shows. `slope` is
/// that of the state, whose last entry has the divergence: `-t (d + div s)/2`.
fn length(state: &[f64], time: Time, slope: &[f64]) -> Option<f64> {
    let d = state.len() - 1;
    let farthest = state[..d].iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let divergence = -2.0 * slope[d] / time.t() - d as f64;
    let length = (d as f64 / divergence.abs()).sqrt().min(1.0 + farthest);
    let rounding = 4.0 * f64::EPSILON * farthest;
    (rounding <= ROUNDING * length).then_some(length)
}

/// Largest local error relative to the tolerance; the last entry of the state is in nats.
fn local_error(state: &[f64], h: f64, slopes: &[Vec<f64>], tolerance: f64, length: f64) -> f64 {
    let mut largest = 0.0;
    for i in 0..state.len() {
        let difference: f64 = ERROR.iter().zip(slopes).map(|(e, k)| e * k[i]).sum();
        let allowed = if i + 1 == state.len() { tolerance } else { tolerance * length };
        let error = (h * difference).abs() / allowed;
        if error.is_nan() {
            return f64::NAN;
        }
        largest = f64::max(largest, error);
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Component, Covariance, fit_line};

    fn gaussian(mean: f64, variance: f64) -> Mixture {
        let component =
            Component { weight: 1.0, mean: vec![mean], covariance: Covariance::Isotropic(variance) };
        Mixture::new(&[component]).expect("a Gaussian")
    }

    #[test]
    fn flow_of_a_gaussian_is_the_standardising_map() {
        let mixture = gaussian(1.5, 0.3);
        for x in [-2.0, 0.0, 1.5, 4.0] {
            let solution = log_density_ode(&mixture, ScoreError::default(), &[x], OdeOptions::default())
                .expect("solved");
            let z = (x - 1.5) / 0.3f64.sqrt();
            assert!((solution.end[0] - z).abs() < 1e-6 * (1.0 + z.abs()), "{x}: {} {z}", solution.end[0]);
            let exact = -0.5 * (LOG_2PI + 0.3f64.ln() + z * z);
            assert!((solution.log_density - exact).abs() < 1e-6, "{x}: {}", solution.log_density - exact);
        }
    }

    /// With local extrapolation the error falls about like the tolerance, the effort like its
    /// fifth root.
    #[test]
    fn effort_grows_like_the_fifth_root_of_the_accuracy() {
        let parts = [(0.3, -2.0, 0.25), (0.7, 1.5, 0.64)];
        let components: Vec<_> = parts
            .iter()
            .map(|(w, m, v)| Component { weight: *w, mean: vec![*m], covariance: Covariance::Isotropic(*v) })
            .collect();
        let mixture = Mixture::new(&components).expect("a mixture");
        let efforts: Vec<(f64, f64)> = [1e-7, 1e-8, 1e-9, 1e-10, 1e-11]
            .into_iter()
            .map(|tolerance: f64| {
                let options = OdeOptions { tolerance, ..OdeOptions::default() };
                let solution =
                    log_density_ode(&mixture, ScoreError::default(), &[0.2], options).expect("solved");
                (tolerance.ln(), (solution.evaluations as f64).ln())
            })
            .collect();
        let slope = fit_line(&efforts).expect("a fit").slope;
        assert!((-0.24..=-0.12).contains(&slope), "{slope}");
    }

    /// The width of a component and not its distance from the origin sets the accuracy, as far as rounding
    /// allows: beyond, there is an error and no wrong number.
    #[test]
    fn narrow_components_far_from_the_origin_are_followed_or_refused() {
        let default = |mixture: &Mixture, x: f64| {
            log_density_ode(mixture, ScoreError::default(), &[x], OdeOptions::default())
        };
        for (mean, deviation) in [(100.0, 1e-3), (1e4, 1e-2), (1e6, 1.0), (0.0, 1e-6)] {
            let mixture = gaussian(mean, deviation * deviation);
            for z in [0.0, 2.0, -3.0] {
                let x: f64 = mean + z * deviation;
                let z = (x - mean) / deviation;
                let exact = -0.5 * (LOG_2PI + 2.0 * deviation.ln() + z * z);
                let found = default(&mixture, x).expect("solved").log_density;
                assert!((found - exact).abs() < 1e-5, "{mean} {deviation} {z}: {found} {exact}");
            }
        }
        assert_eq!(default(&gaussian(5e5, 1e-12), 5e5 + 2e-6), Err(OdeError::Precision));
    }

    #[test]
    fn failures_are_typed() {
        let options = OdeOptions { tolerance: 1e-12, max_steps: 3 };
        let result = log_density_ode(&gaussian(0.0, 1.0), ScoreError::default(), &[9.0], options);
        assert_eq!(result, Err(OdeError::TooManySteps(3)));
        let result = log_density_ode(&gaussian(0.0, 1.0), ScoreError(1e300), &[9.0], OdeOptions::default());
        assert!(result.is_err());
    }
}
