//! Named quantities of a link, for the command line and for tables: contract names that may not
//! change.

use super::jobs;
use super::state::Density;
use crate::compute::{JobError, PointsReply, PointsRequest, Reply, Request, run};
use crate::labs::report::Quantity;
use crate::math::{Formula, NodeEstimate, Plan, Rule, time_error_of};
use std::sync::Arc;

mod doubts;
#[cfg(labs)]
mod many;

use doubts::doubts;

/// What a link stands for, in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The numbers.
    pub quantities: Vec<Quantity>,
    /// Where they are not to be trusted, or are none, in sentences.
    pub doubts: Vec<String>,
}

/// Everything a link of this lab stands for: log-densities at the given points, or else at
/// those of the figure (every fourth along an axis in two dimensions; the images, without the ODE and the
/// ELBO, in more), and the integrand at the given points, or else at the probe.
///
/// # Errors
/// [`JobError`] when the link cannot be computed or the points have the wrong dimension.
pub fn evaluate(state: &Density, at: Option<&[Vec<f64>]>) -> Result<Evaluation, JobError> {
    let mixture = Arc::new(state.common.target.mixture());
    let dim = mixture.dim();
    if at.is_some_and(|at| at.iter().any(|x| x.len() != dim)) {
        return Err(JobError::Dimension);
    }
    #[cfg(labs)]
    if dim > 2 && at.is_none() {
        return Ok(Evaluation { quantities: many::evaluate(state, mixture)?, doubts: Vec::new() });
    }
    let points = at.map_or_else(|| figure_points(state), <[_]>::concat);
    let request = Request::Points(PointsRequest {
        target: state.common.target.components(),
        spec: state.spec(),
        points: points.clone(),
        stages: Vec::new(),
        ode: true,
        elbo: Some(state.variance),
    });
    let Reply::Points(reply) = run(request)? else {
        return Err(JobError::Dimension);
    };
    let PointsReply { exact, formula, ode, elbo, .. } = reply;
    let count = exact.len();
    let nats =
        |name, values| Quantity { name, shape: vec![count], values, unit: "nat", standard_error: None };
    let probe = [state.probe(&mixture)];
    let (of_integrand, time_errors) = integrand(state, mixture, at.unwrap_or(&probe))?;
    let doubts = doubts(at.unwrap_or_default(), &time_errors, (&formula, state.estimator), &ode);
    let errors: Option<Vec<f64>> = formula.iter().map(|e| e.standard_error).collect();
    let mut quantities = vec![
        Quantity { name: "points", shape: vec![count, dim], values: points, unit: "1", standard_error: None },
        nats("log_density_exact", exact),
        Quantity {
            standard_error: errors,
            ..nats("log_density_formula", formula.iter().map(|e| e.value).collect())
        },
        nats("log_density_ode", ode),
        nats("log_density_elbo", elbo),
    ];
    quantities.extend(of_integrand);
    Ok(Evaluation { quantities, doubts })
}

/// `D(t, x)` at the formula's own times for each point, and for the continuous rule how far their sum is from
/// resolved.
fn integrand(
    state: &Density,
    mixture: Arc<crate::math::Mixture>,
    points: &[Vec<f64>],
) -> Result<([Quantity; 2], Vec<f64>), JobError> {
    let dim = mixture.dim();
    let formula = Formula::new(mixture, &state.spec())?;
    let profiles: Vec<_> = points.iter().map(|x| formula.profile(x)).collect();
    let times: Vec<f64> = formula.plan().nodes.iter().map(|n| n.time.t()).collect();
    let entries = || profiles.iter().flatten();
    let scale = |n: &NodeEstimate| 0.5 / (n.time.t() * n.time.one_minus_t());
    let resolved = |profile: &Vec<NodeEstimate>| match state.rule {
        Rule::Continuous => time_error_of(formula.plan(), profile),
        _ => 0.0,
    };
    let time_errors = profiles.iter().map(resolved).collect();
    let quantities = [
        Quantity {
            name: "integrand_t",
            shape: vec![times.len()],
            values: times.clone(),
            unit: "1",
            standard_error: None,
        },
        Quantity {
            name: "integrand",
            shape: vec![points.len(), times.len()],
            values: entries().map(|n| Plan::integrand(dim, n.time, n.m)).collect(),
            unit: "nat",
            standard_error: entries().map(|n| Some(n.standard_error? * scale(n))).collect(),
        },
    ];
    Ok((quantities, time_errors))
}

/// The points of the main figure in the order of the picture.
fn figure_points(state: &Density) -> Vec<f64> {
    let mixture = state.common.target.mixture();
    if mixture.dim() == 1 {
        let range = jobs::interval(&mixture);
        return (0..jobs::CURVE).map(|i| jobs::place(range, i, jobs::CURVE)).collect();
    }
    let [xs, ys] = jobs::square(&mixture);
    let side = (jobs::SIDE - 1) / 4 + 1;
    let row = |j: usize| (0..side).flat_map(move |i| [jobs::place(xs, i, side), jobs::place(ys, j, side)]);
    (0..side).flat_map(row).collect()
}
