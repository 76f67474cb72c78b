//! Named quantities of a link, for the command line: those of the state that the link shows.

use super::jobs;
use super::plots::{findings, learned};
use super::state::Learned;
use crate::compute::{JobError, Reply, run};
use crate::labs::report::Quantity;
use crate::learn::spec::{Mean, Scores};

/// Held-out evaluations over the steps, errors by time and measures of the samples after the last of them.
///
/// # Errors
/// [`JobError`] when the link cannot be computed.
pub fn evaluate(state: &Learned) -> Result<Vec<Quantity>, JobError> {
    let Reply::Training(reply) = run(jobs::main(state))? else { return Err(JobError::Dimension) };
    if let Some(error) = reply.ended {
        return Err(error.into());
    }
    let found = findings(Some(&reply));
    let mean = |name, of: fn(&Scores) -> Mean| Quantity {
        standard_error: Some(found.checks.iter().map(|(_, s)| of(s).error).collect()),
        ..Quantity::list(name, found.checks.iter().map(|(_, s)| of(s).value).collect(), "nat")
    };
    let mut quantities = vec![
        Quantity::list("train_steps", found.checks.iter().map(|(steps, _)| *steps as f64).collect(), "1"),
        mean("log_density_exact", |s| s.truth),
        Quantity::list("log_density_learned", found.checks.iter().map(|(_, s)| learned(s)).collect(), "nat"),
        mean("fall", |s| s.fall),
        mean("fall_predicted", |s| s.predicted),
    ];
    if let Some((_, last)) = found.checks.last() {
        let by_time = |name, values: Vec<f64>| Quantity::list(name, values, "1");
        quantities.push(by_time("lambda", last.times.iter().map(|at| at.time.lambda()).collect()));
        quantities.push(by_time("noise_error", last.times.iter().map(|at| at.error).collect()));
        quantities.push(by_time("score_error", last.times.iter().map(|at| at.error / at.time.t()).collect()));
    }
    if let Some(found) = &found.found {
        quantities.push(Quantity::scalar("outside", found.outside, "1"));
        quantities.push(Quantity::scalar("js", found.js, "nat"));
        quantities.push(Quantity::scalar("cross_entropy", found.cross_entropy, "nat"));
    }
    Ok(quantities)
}
