//! Where the numbers of a link are not to be trusted, in words: what double precision, the steps of the rule or
//! chance cannot give is said and not passed over.

use crate::math::{Estimate, Estimator, is_unresolved};

/// Log-densities below this are so far out that draws meet the ridges between components by luck, and their
/// spread does not tell.
const FAR: f64 = -1e6;

/// What is to be said of the formula and the ODE; `at` and the errors in time are of the points that were asked
/// for, if any were.
pub(super) fn doubts(
    at: &[Vec<f64>],
    time_errors: &[f64],
    (formula, estimator): (&[Estimate], Estimator),
    ode: &[f64],
) -> Vec<String> {
    let mut doubts = Vec::new();
    let of_points = || at.iter().zip(time_errors).zip(formula);
    let unresolved =
        || of_points().filter(|((_, error), estimate)| is_unresolved(**error, **estimate, estimator));
    if let Some(((x, error), _)) = unresolved().max_by(|((_, a), _), ((_, b), _)| a.total_cmp(b)) {
        let place: Vec<String> = x.iter().map(f64::to_string).collect();
        doubts.push(format!(
            "log_density_formula may be off by {error:.2e} nats at ({}){}: the steps of the rule over time do not \
             resolve its integrand there.",
            place.join(", "),
            others(unresolved().count() - 1),
        ));
    }
    let far = of_points().filter(|(_, e)| e.standard_error.is_some() && e.value < FAR).count();
    if far > 0 {
        doubts.push(format!(
            "log_density_formula is below {FAR:e} nats at {}: so far out its standard error may be far too small.",
            points(far)
        ));
    }
    let none = ode.iter().filter(|value| !value.is_finite()).count();
    if none > 0 {
        doubts.push(format!(
            "log_density_ode has no value at {}: the flow diverges there, or needs more steps or more digits than \
             there are.",
            points(none)
        ));
    }
    doubts
}

fn points(count: usize) -> String {
    if count == 1 { "1 point".to_owned() } else { format!("{count} points") }
}

fn others(count: usize) -> String {
    if count == 0 { String::new() } else { format!(", and by less at {} more", points(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_counted_and_the_worst_named() {
        let exact = |value| Estimate { value, standard_error: None };
        let at = [vec![0.0], vec![-300.0], vec![2.5]];
        let formula = (&[exact(-1.0); 3][..], Estimator::Quadrature);
        assert_eq!(doubts(&at, &[1e-9, 1e-8, 0.0], formula, &[-1.0; 3]), [""; 0]);
        let found = doubts(&at, &[1e-9, 47.25, 0.1], formula, &[f64::NAN, -1.0, f64::NAN]);
        assert_eq!(
            found,
            [
                "log_density_formula may be off by 4.72e1 nats at (-300), and by less at 1 point more: the steps of \
                 the rule over time do not resolve its integrand there.",
                "log_density_ode has no value at 2 points: the flow diverges there, or needs more steps or more \
                 digits than there are.",
            ]
        );
        let far = [Estimate { value: -2e6, standard_error: Some(1.0) }];
        let found = doubts(&at[..1], &[0.0], (&far, Estimator::Stein), &[]);
        assert!(found[0].contains("below -1e6 nats at 1 point"), "{found:?}");
    }
}
