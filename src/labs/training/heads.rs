//! A small head that predicts `x₂` given `x₁`, one for each weighting of the diffusion loss, with the same
//! seed and budget: held-out conditional log-likelihood by the formula, and samples.
//!
//! In one dimension nothing is given.

use super::TrainingError;
use super::score::{SAMPLES, evaluation, given, sample};
use crate::labs::diffusion_loss::DiffusionLoss;
use crate::labs::report::Quantity;
use crate::learn::denoising::Denoising;
use crate::learn::evaluation::{Evaluation, Scores, held_out};
use crate::learn::measures::{Found, Yardstick};
use crate::math::diffusion_loss::Weighting;
use std::sync::Arc;

/// Entries are in the order of [`Weighting::ALL`].
pub(super) fn run(heads: &DiffusionLoss, seed: u32) -> Result<Vec<Quantity>, TrainingError> {
    let target = Arc::new(heads.common.target.mixture());
    let settings = &heads.training;
    let given = given(&target)?;
    let yardstick = Yardstick::new(&target)?;
    let mut results: Vec<(Scores, Found)> = Vec::new();
    for weighting in Weighting::ALL {
        let spec = settings.denoising(&heads.common, (weighting, heads.gamma), seed, given);
        let mut denoising = Denoising::new(Arc::clone(&target), &spec);
        for _ in 0..settings.steps {
            denoising.step()?;
        }
        let learned = Arc::new(denoising.averaged());
        let scores = Evaluation::new(learned, &target, &evaluation(&heads.common, seed))?.run();
        // Contexts of the target, and what the head makes of them.
        let contexts: Vec<f64> =
            (0..SAMPLES).flat_map(|i| held_out(&target, seed, i as u32).into_iter().take(given)).collect();
        let made = sample(&denoising, &heads.common, (seed, SAMPLES), contexts.clone());
        let samples: Vec<f64> =
            if given == 0 { made } else { contexts.iter().zip(&made).flat_map(|(z, x)| [*z, *x]).collect() };
        results.push((scores, yardstick.measure(&samples)));
    }
    let each =
        |name, of: fn(&(Scores, Found)) -> f64| Quantity::list(name, results.iter().map(of).collect(), "nat");
    let likelihood = Quantity {
        standard_error: Some(results.iter().map(|r| r.0.learned.error).collect()),
        ..each("log_density_learned", |r| r.0.learned.value)
    };
    let floor = yardstick.floor(SAMPLES);
    Ok(vec![
        likelihood,
        each("log_density_exact", |r| r.0.truth.value),
        each("log_density_formula", |r| r.0.exact.value),
        each("fall", |r| r.0.fall.value),
        each("fall_predicted", |r| r.0.predicted.value),
        each("js", |r| r.1.js),
        Quantity { unit: "1", ..each("outside", |r| r.1.outside) },
        Quantity::scalar("js_floor", floor.js, "nat"),
        Quantity::scalar("outside_floor", floor.outside, "1"),
    ])
}
