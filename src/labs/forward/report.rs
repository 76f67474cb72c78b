//! Named quantities of a link, for the command line and for tables.

use super::jobs;
use super::plots::fitted_order;
use super::state::Forward;
use crate::compute::{ForwardReply, JobError, Measure, Reply, run};
use crate::labs::report::Quantity;
use crate::math::Time;

/// The levels' times, the particles' distance from `ρ_t` at the clock's, the divergence from noise over
/// the schedule, and the distances of the samplers from the target: a row a scheme, in the order DDPM
/// with `β` and with `β̃`, DDIM, Euler, Heun, with the noise floors of those with noise and without. NaN where there is no number.
///
/// # Errors
/// [`JobError`] when the link cannot be computed.
pub fn evaluate(state: &Forward) -> Result<Vec<Quantity>, JobError> {
    let Reply::Forward(ForwardReply::Frame(frame)) = run(jobs::frame(state, true))? else {
        return Err(JobError::Dimension);
    };
    let Reply::Forward(ForwardReply::Course(course)) = run(jobs::course(state))? else {
        return Err(JobError::Dimension);
    };
    let Reply::Forward(ForwardReply::Orders(orders)) = run(jobs::orders(state))? else {
        return Err(JobError::Dimension);
    };
    let times = jobs::journey(state).times();
    let (distance, floor) = frame.measure.as_ref().map_or((f64::NAN, f64::NAN), Measure::distances);
    let counts: Vec<f64> = jobs::COUNTS.iter().map(|count| *count as f64).collect();
    let order = |(scheme, curve): &(_, Vec<(usize, f64)>)| {
        fitted_order(curve, orders.floor(*scheme)).map_or(f64::NAN, |fit| -fit.slope)
    };
    let at = jobs::journey(state).time(state.level()).map_or(0.0, Time::t);
    Ok(vec![
        Quantity::list("times", times.iter().map(|time| time.t()).collect(), "1"),
        Quantity::list("abar", times.iter().map(|time| time.one_minus_t()).collect(), "1"),
        Quantity::list("lambda", times.iter().map(|time| time.lambda()).collect(), "nat"),
        Quantity::list("index", course.divergence.iter().map(|p| p.0).collect(), "1"),
        Quantity::list("kl_to_normal", course.divergence.iter().map(|p| p.1).collect(), "nat"),
        Quantity::scalar("clock_time", at, "1"),
        Quantity::scalar("particles", f64::from(frame.particles), "1"),
        Quantity::scalar("distance", distance, "x"),
        Quantity::scalar("noise_floor", floor, "x"),
        Quantity::list("sampler_steps", counts, "1"),
        Quantity {
            name: "sampler_distance",
            shape: vec![orders.curves.len(), jobs::COUNTS.len()],
            values: orders.curves.iter().flat_map(|(_, curve)| curve.iter().map(|p| p.1)).collect(),
            unit: "x",
            standard_error: None,
        },
        Quantity::list("sampler_noise_floor", orders.floors.to_vec(), "x"),
        Quantity::list("sampler_order", orders.curves.iter().map(order).collect(), "1"),
    ])
}
