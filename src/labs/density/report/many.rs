//! What a link stands for whose target has more than two dimensions: its points are numbered, and so are
//! not listed, and the slow routes, ODE and ELBO, are left to points that are asked for.

use super::integrand;
use crate::compute::{JobError, Reply, run};
use crate::labs::common::Target;
use crate::labs::density::{Density, jobs};
use crate::labs::digits::{PIXELS, digits};
use crate::labs::report::Quantity;
use crate::math::{Mixture, leave_one_out};
use std::sync::Arc;

/// Log-densities of the figure's points, the labels of digits, and the integrand at the probe.
pub(super) fn evaluate(state: &Density, mixture: Arc<Mixture>) -> Result<Vec<Quantity>, JobError> {
    let Reply::Points(reply) = run(jobs::main(state))? else {
        return Err(JobError::Dimension);
    };
    let count = reply.exact.len();
    let mut quantities = vec![
        Quantity::list("log_density_exact", reply.exact, "nat"),
        Quantity {
            standard_error: reply.formula.iter().map(|e| e.standard_error).collect(),
            ..Quantity::list("log_density_formula", reply.formula.iter().map(|e| e.value).collect(), "nat")
        },
    ];
    quantities.extend(of_digits(state, count));
    let probe = [state.probe(&mixture)];
    quantities.extend(integrand(state, mixture, &probe)?.0);
    Ok(quantities)
}

/// The labels of the images, the bandwidth, and how likely it makes the training images, each under the
/// estimate from the others.
fn of_digits(state: &Density, count: usize) -> Vec<Quantity> {
    let (Target::Digits(h), Some(digits)) = (&state.common.target, digits()) else {
        return Vec::new();
    };
    let labels = digits.test().take(count).map(|image| f64::from(image.label)).collect();
    vec![
        Quantity::list("label", labels, "1"),
        Quantity::scalar("bandwidth", *h, "1"),
        Quantity::scalar("mean_leave_one_out", leave_one_out(PIXELS, &digits.points(), *h), "nat"),
    ]
}
