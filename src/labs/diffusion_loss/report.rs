//! Named quantities of a link, for the command line: `minus_log_density` and `loss` are contract names
//! that may not change.

use super::jobs;
use super::plots::{Fit, fit};
use super::state::DiffusionLoss;
use crate::compute::{
    DiffusionLossReply, DiffusionLossRequest, JobError, LossesReply, LossesRequest, Reply, Request, run,
};
use crate::labs::report::Quantity;
use crate::math::diffusion_loss::{Weighting, first_marginal};
use crate::math::{Component, Scratch};

const LOSSES: [&str; 5] = ["loss_formula", "loss_uniform", "loss_truncated_snr", "loss_edm", "loss_min_snr"];
const SLOPES: [&str; 5] =
    ["slope_formula", "slope_uniform", "slope_truncated_snr", "slope_edm", "slope_min_snr"];
const SQUARES: [&str; 5] = [
    "r_squared_formula",
    "r_squared_uniform",
    "r_squared_truncated_snr",
    "r_squared_edm",
    "r_squared_min_snr",
];
const ARGMINS: [&str; 6] = [
    "argmin_formula",
    "argmin_uniform",
    "argmin_truncated_snr",
    "argmin_edm",
    "argmin_min_snr",
    "argmin_likelihood",
];
const DIVERGENCES: [&str; 6] =
    ["kl_formula", "kl_uniform", "kl_truncated_snr", "kl_edm", "kl_min_snr", "kl_likelihood"];

/// At the given points, or else at the scatter's: `-log p(x|z)`, the loss by the chosen weights and by
/// all of them, and in two dimensions the joint log-density, exact and from the chain by the formula;
/// the lines through loss against `-log p(x|z)`; and the minimisers in the family at the link's context.
///
/// # Errors
/// [`JobError`] when the link cannot be computed or the points have the wrong dimension.
pub fn evaluate(state: &DiffusionLoss, at: Option<&[Vec<f64>]>) -> Result<Vec<Quantity>, JobError> {
    let target = state.common.target.mixture();
    let dim = target.dim();
    if at.is_some_and(|at| at.iter().any(|x| x.len() != dim)) {
        return Err(JobError::Dimension);
    }
    let drawn = |i: usize| target.sample(state.common.seed as u32, i as u32);
    let points: Vec<f64> =
        at.map_or_else(|| (0..jobs::SCATTER).flat_map(drawn).collect(), <[Vec<f64>]>::concat);
    let reply = losses(state, state.common.target.components(), points.clone())?;
    let chosen = Weighting::ALL.iter().position(|w| *w == state.weights).unwrap_or(0);
    let column = |k: usize| reply.losses.iter().map(|l| l[k]).collect::<Vec<f64>>();
    let count = reply.exact.len();
    let mut quantities = vec![
        Quantity {
            name: "points",
            shape: vec![count, dim],
            values: points.clone(),
            unit: "1",
            standard_error: None,
        },
        Quantity::list("minus_log_density", reply.exact.clone(), "nat"),
        Quantity::list("loss", column(chosen), "nat"),
    ];
    quantities.extend(LOSSES.iter().enumerate().map(|(k, name)| Quantity::list(name, column(k), "nat")));
    if dim == 2 {
        let firsts = points.chunks_exact(2).map(|p| p[0]).collect();
        let marginal = losses(state, first_marginal(&target)?.components(), firsts)?;
        let (origin, mut scratch) = (target.at_zero(), Scratch::default());
        let exact = points.chunks_exact(2).map(|p| origin.log_density(p, &mut scratch)).collect();
        let chain = marginal.losses.iter().zip(&reply.losses).map(|(a, b)| -a[0] - b[0]).collect();
        quantities.push(Quantity::list("log_density_exact", exact, "nat"));
        quantities.push(Quantity::list("log_density_chain", chain, "nat"));
    }
    for k in 0..LOSSES.len() {
        let pairs: Vec<(f64, f64)> = reply.exact.iter().copied().zip(column(k)).collect();
        let Fit { slope, r_squared } = fit(&pairs);
        quantities.push(Quantity::scalar(SLOPES[k], slope, "1"));
        quantities.push(Quantity::scalar(SQUARES[k], r_squared, "1"));
    }
    if let Reply::DiffusionLoss(DiffusionLossReply::Minimisers(found)) = run(jobs::minimisers(state))? {
        for k in 0..ARGMINS.len() {
            quantities.push(Quantity::scalar(ARGMINS[k], found.argmins[k], "1"));
            quantities.push(Quantity::scalar(DIVERGENCES[k], found.divergences[k], "nat"));
        }
    }
    Ok(quantities)
}

fn losses(state: &DiffusionLoss, target: Vec<Component>, points: Vec<f64>) -> Result<LossesReply, JobError> {
    let request = LossesRequest { target, weights: state.spec(), points, stages: Vec::new() };
    match run(Request::DiffusionLoss(DiffusionLossRequest::Losses(request)))? {
        Reply::DiffusionLoss(DiffusionLossReply::Losses(reply)) => Ok(reply),
        _ => Err(JobError::Dimension),
    }
}
