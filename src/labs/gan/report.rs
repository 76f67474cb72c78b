//! Named quantities of a link, for the command line and for tables: contract names that may not
//! change.

use super::jobs;
use super::plots::shown;
use super::state::Gan;
use crate::compute::{GanReply, JobError, Reply, run};
use crate::labs::report::Quantity;

/// Densities, discriminator and regulariser at the given points, or else at those of the figure
/// (every fourth along an axis in two dimensions), and the measures, with the chosen weights.
/// `log_c` goes with `R = -log p` or its estimate, constant included; uniform weights have none.
///
/// # Errors
/// [`JobError`] when the link cannot be computed or the points have the wrong dimension.
pub fn evaluate(state: &Gan, at: Option<&[Vec<f64>]>) -> Result<Vec<Quantity>, JobError> {
    let dim = state.common.target.mixture().dim();
    if at.is_some_and(|at| at.iter().any(|x| x.len() != dim)) {
        return Err(JobError::Dimension);
    }
    let stride = if dim == 1 { 2 } else { 4 };
    let points = at.map_or_else(|| jobs::points(state, stride), <[_]>::concat);
    let Reply::Gan(reply) = run(jobs::request(state, points.clone(), false))? else {
        return Err(JobError::Dimension);
    };
    quantities(state, &reply, points, dim).ok_or(JobError::Dimension)
}

fn quantities(state: &Gan, reply: &GanReply, points: Vec<f64>, dim: usize) -> Option<Vec<Quantity>> {
    let shown = shown(state, reply);
    let chosen = shown.last()?;
    let equilibrium = &chosen.equilibrium;
    let r = &chosen.field.regulariser;
    let generator = reply.log_density.iter().zip(r).map(|(l, r)| (l + equilibrium.log_ratio(*r)).exp());
    let count = reply.log_density.len();
    let shape = if dim == 1 { vec![count] } else { vec![count, dim] };
    let m = &chosen.measures;
    Some(vec![
        Quantity { shape, ..Quantity::list("x", points, "1") },
        Quantity::list("p_data", reply.log_density.iter().map(|l| l.exp()).collect(), "1"),
        Quantity::list("p_g", generator.collect(), "1"),
        Quantity::list("discriminator", r.iter().map(|r| equilibrium.discriminator(*r)).collect(), "1"),
        Quantity::list("regulariser", r.clone(), "nat"),
        Quantity::scalar("log_c", equilibrium.log_c, "nat"),
        Quantity::scalar("js", m.js, "nat"),
        Quantity::scalar("kl", m.kl, "nat"),
        Quantity::scalar("tv", m.tv, "1"),
        Quantity::scalar("entropy_g", m.entropy, "nat"),
        Quantity::scalar("mass_outside", m.outside, "1"),
        Quantity::list("mode_shares", m.shares.clone(), "1"),
    ])
}
