//! Two GANs from the same seed, with the same budget, one of them with the regulariser; beside the
//! equilibria of both.

use super::TrainingError;
use super::score::SAMPLES;
use crate::compute::GanWeights;
use crate::labs::gan::{Gan, report};
use crate::labs::report::Quantity;
use crate::learn::denoising::Denoising;
use crate::learn::gan::{GanSpec, GanTraining};
use crate::learn::measures::{Found, Yardstick};
use crate::learn::regularisation::{Regularisation, Weights};
use crate::math::diffusion_loss::Weighting;
use std::sync::Arc;

/// Measures of the equilibrium with the regulariser. Without one it is the target.
pub(super) fn predict(gan: &Gan) -> Result<Vec<Quantity>, TrainingError> {
    let found = report::evaluate(gan, None)?;
    let number = |name: &str| {
        found.iter().find(|q| q.name == name).and_then(|q| q.values.first().copied()).unwrap_or(f64::NAN)
    };
    let floor = Yardstick::new(&gan.common.target.mixture())?.floor(SAMPLES);
    Ok(vec![
        Quantity::scalar("outside_predicted", number("mass_outside"), "1"),
        Quantity::scalar("js_predicted", number("js"), "nat"),
        Quantity::scalar("cross_entropy_predicted", number("kl") + number("entropy_g"), "nat"),
        Quantity::scalar("outside_floor", floor.outside, "1"),
        Quantity::scalar("js_floor", floor.js, "nat"),
        Quantity::scalar("cross_entropy_floor", floor.cross_entropy, "nat"),
    ])
}

/// Trains both and measures their samples.
pub(super) fn run(gan: &Gan, seed: u32) -> Result<Vec<Quantity>, TrainingError> {
    let target = Arc::new(gan.common.target.mixture());
    let yardstick = Yardstick::new(&target)?;
    let settings = &gan.training;
    let spec = GanSpec {
        shape: settings.shape,
        lambda: 0.0,
        warm: settings.warm,
        rates: [settings.rate; 2],
        critic: settings.critic,
        batch: settings.batch,
        seed,
    };
    let schedule = gan.common.schedule().steps(gan.common.steps as usize);
    let weights = match gan.weights {
        GanWeights::Paper => Weights::Paper,
        GanWeights::Uniform => Weights::Uniform,
    };
    let regularisation = if settings.learned_score {
        let spec = settings.denoising(&gan.common, (Weighting::Formula, settings.gamma), seed, 0);
        let mut denoising = Denoising::new(Arc::clone(&target), &spec);
        for _ in 0..settings.steps {
            denoising.step()?;
        }
        Regularisation::learned(Arc::new(denoising.averaged()), weights, &schedule)
    } else {
        Regularisation::exact(Arc::clone(&target), weights, &schedule)
    };
    let train = |lambda: f64| -> Result<(Found, f64), TrainingError> {
        let spec = GanSpec { lambda, ..spec };
        let mut training = GanTraining::new(Arc::clone(&target), &spec, Some(regularisation.clone()));
        let (mut loss, last) = (0.0, settings.steps.div_ceil(10).max(1));
        for step in 0..settings.steps {
            let losses = training.step()?;
            if step + last >= settings.steps {
                loss += losses.discriminator / last as f64;
            }
        }
        Ok((yardstick.measure(&training.samples(SAMPLES)), loss))
    };
    let (plain, plain_loss) = train(0.0)?;
    let (regularised, regularised_loss) = train(gan.lambda)?;
    let each = |name: [&'static str; 2], of: fn(&Found) -> f64, unit| {
        [Quantity::scalar(name[0], of(&plain), unit), Quantity::scalar(name[1], of(&regularised), unit)]
    };
    let mut quantities = Vec::new();
    if !plain.shares.is_empty() {
        quantities.extend(each(["modes_plain", "modes_regularised"], |f| f.modes as f64, "1"));
    }
    quantities.extend(each(["outside_plain", "outside_regularised"], |f| f.outside, "1"));
    quantities.extend(each(["js_plain", "js_regularised"], |f| f.js, "nat"));
    quantities.extend(each(["cross_entropy_plain", "cross_entropy_regularised"], |f| f.cross_entropy, "nat"));
    quantities.extend(each(["median_plain", "median_regularised"], |f| f.median, "nat"));
    quantities.push(Quantity::scalar("discriminator_loss_plain", plain_loss, "nat"));
    quantities.push(Quantity::scalar("discriminator_loss_regularised", regularised_loss, "nat"));
    Ok(quantities)
}
