//! How far the integral over time is from resolved, judged by the estimate's own numbers.
//!
//! The continuous rule is the trapezoidal sum of `f(λ) = (m_t - d(1-t))/2` at equal steps `h`. Its even terms alone
//! are the same rule at twice the step, so that
//!
//! ```text
//! |T_h - T_2h| = h |½ f_0 - f_1 + f_2 - … ± ½ f_n|
//! ```
//!
//! costs nothing more. For the analytic integrands that the rule is made for, both are right to many digits.
//! Far out in the tails of a mixture the integrand has corners, where a path crosses from one component's
//! realm into another's, and both err by about as much as they differ; so they do where a quadrature rule
//! over the noise misses narrow ridges.
//!
//! Left out on purpose: the discrete rules, whose error in time is what the lab shows.

use super::{Estimate, Estimator, NodeEstimate, Plan, Time};

/// Relative error that the continuous rule may have.
const TOLERANCE: f64 = 1e-5;

/// Standard errors that the difference may have by chance: Sobol points give theirs from eight replicates.
const CHANCE: f64 = 8.0;

/// `|T_h - T_2h|`, nats, from the integrand over `λ` at the rule's times in their order.
pub fn time_error(integrand: impl IntoIterator<Item = (Time, f64)>) -> f64 {
    let nodes: Vec<(Time, f64)> = integrand.into_iter().collect();
    let [(first, at_first), (second, _), .., (_, at_last)] = nodes[..] else {
        return 0.0;
    };
    let signs = [1.0, -1.0].into_iter().cycle();
    let sum: f64 = nodes.iter().zip(signs.clone()).map(|((_, f), sign)| sign * f).sum();
    let last = if nodes.len() % 2 == 1 { at_last } else { -at_last };
    (second.lambda() - first.lambda()) * (sum - 0.5 * (at_first + last)).abs()
}

/// The same from the noise-prediction errors of a plan.
pub fn time_error_of(plan: &Plan, nodes: &[NodeEstimate]) -> f64 {
    time_error(nodes.iter().map(|n| (n.time, 0.5 * (n.m - plan.dim as f64 * n.time.one_minus_t()))))
}

/// Whether such a difference says that an estimate is off by more than its standard error and a hundred-thousandth.
/// Of a single draw a time nothing can be said.
pub fn is_unresolved(error: f64, estimate: Estimate, estimator: Estimator) -> bool {
    let chance = match estimate.standard_error {
        Some(standard_error) => CHANCE * standard_error,
        None if estimator == Estimator::Quadrature => 0.0,
        None => return false,
    };
    error > TOLERANCE * estimate.value.abs().max(1.0) + chance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trapezoid(h: f64, f: impl Fn(f64) -> f64) -> f64 {
        let count = (40.0 / h) as usize;
        let ends = |i| if i == 0 || i == count { 0.5 } else { 1.0 };
        (0..=count).map(|i| h * ends(i) * f(-20.0 + h * i as f64)).sum()
    }

    /// It is the difference of two sums, for smooth integrands and for one with a corner.
    #[test]
    fn it_is_the_difference_of_two_sums() {
        let smooth = |l: f64| 1.0 / l.cosh();
        let corner = |l: f64| (3.0 - (l - 0.37).abs()).max(0.0);
        for f in [&smooth as &dyn Fn(f64) -> f64, &corner] {
            for h in [0.25, 0.5] {
                let nodes = (0..=(40.0 / h) as usize).map(|i| -20.0 + h * i as f64);
                let found = time_error(nodes.map(|l| (Time::from_lambda(l), f(l))));
                let expected = (trapezoid(h, f) - trapezoid(2.0 * h, f)).abs();
                assert!((found - expected).abs() < 1e-12, "{h}: {found} {expected}");
            }
        }
        // An even number of nodes has no rule of twice the step, but the ends have faded.
        let nodes = (0..160).map(|i| -20.0 + 0.25 * f64::from(i));
        assert!(time_error(nodes.map(|l| (Time::from_lambda(l), smooth(l)))) < 1e-7);
        assert_eq!(time_error([]), 0.0);
    }

    #[test]
    fn chance_and_rounding_are_no_doubt() {
        let estimate = |standard_error| Estimate { value: -100.0, standard_error };
        let doubts =
            |error, standard_error, estimator| is_unresolved(error, estimate(standard_error), estimator);
        assert!(!doubts(0.9e-3, None, Estimator::Quadrature) && doubts(1.1e-3, None, Estimator::Quadrature));
        assert!(!doubts(0.7, Some(0.1), Estimator::Stein) && doubts(0.9, Some(0.1), Estimator::Stein));
        assert!(!doubts(10.0, None, Estimator::Stein));
    }
}
