//! Named quantities of a link, for the command line and for tables.

use super::jobs;
use super::state::Elbo;
use crate::compute::{JobError, Reply, run};
use crate::labs::report::Quantity;
use crate::math::OBJECTIVES;

/// The objectives on the curve, in nats but for the simple loss, their minimisers, and the parts of
/// the ELBO under the data's own score. `formula` and `elbo` are minus their means over the data.
///
/// # Errors
/// [`JobError`] when the link cannot be computed.
pub fn evaluate(state: &Elbo) -> Result<Vec<Quantity>, JobError> {
    let Reply::Elbo(reply) = run(jobs::main(state))? else { return Err(JobError::Dimension) };
    let Some(found) = reply.runs.into_iter().next() else { return Err(JobError::Dimension) };
    let column = |i: usize| found.values.iter().map(|v| v[i]).collect();
    let names: [(&str, &str, &str); OBJECTIVES] = [
        ("nll", "argmin_nll", "nat"),
        ("formula", "argmin_formula", "nat"),
        ("elbo", "argmin_elbo", "nat"),
        ("simple", "argmin_simple", "1"),
    ];
    let mut quantities = vec![Quantity::list("theta", found.theta.clone(), "1")];
    for (i, (name, _, unit)) in names.iter().enumerate() {
        quantities.push(Quantity::list(name, column(i), unit));
    }
    for (i, (_, name, _)) in names.iter().enumerate() {
        quantities.push(Quantity::scalar(name, found.argmins[i], "1"));
    }
    let parts = found.parts;
    quantities.extend([
        Quantity::scalar("elbo_prior", parts.prior, "nat"),
        Quantity::scalar("elbo_steps", parts.steps, "nat"),
        Quantity::scalar("elbo_decoder", parts.decoder, "nat"),
        Quantity::scalar("mean_log_density", reply.mean_log_density, "nat"),
    ]);
    Ok(quantities)
}
