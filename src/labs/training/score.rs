//! A denoiser of the target: the formula with its score against the truth, as training goes on.

use super::TrainingError;
use crate::labs::common::Common;
use crate::labs::learned::Learned;
use crate::labs::report::Quantity;
use crate::learn::LearnError;
use crate::learn::denoising::Denoising;
use crate::learn::evaluation::{Evaluation, EvaluationSpec, Mean, Scores};
use crate::learn::measures::{Found, Yardstick};
use crate::learn::sampling::Samples;
use crate::math::{Mixture, Process, ReverseVariance, step_times};
use std::sync::Arc;

/// Halvings of the number of steps between evaluations.
const HALVINGS: u32 = 6;
/// Held-out points of an evaluation.
const POINTS: usize = 1024;
/// Draws for each of them and each time.
const DRAWS: usize = 4;
/// Samples that are measured.
pub(super) const SAMPLES: usize = 10_000;

/// Trains and evaluates at 0 and at `n/64, n/32, …, n` steps.
pub(super) fn run(state: &Learned, seed: u32) -> Result<Vec<Quantity>, TrainingError> {
    let Learned { common, training: settings } = state;
    let target = common.target.mixture();
    let yardstick = Yardstick::new(&target)?;
    let goal = settings.steps;
    let mut moments: Vec<usize> = (0..=HALVINGS).map(|k| goal >> (HALVINGS - k)).collect();
    moments.insert(0, 0);
    moments.dedup();
    let spec = settings.denoising(common, (settings.objective, settings.gamma), seed, 0);
    let mut denoising = Denoising::new(Arc::new(target.clone()), &spec);
    let evaluation = evaluation(common, seed);
    let mut scores: Vec<Scores> = Vec::new();
    let mut losses = Vec::new();
    for moment in &moments {
        while denoising.steps() < *moment {
            losses.push(denoising.step()?);
        }
        let learned = Arc::new(denoising.averaged());
        scores.push(Evaluation::new(learned, &target, &evaluation)?.run());
    }
    let found = yardstick.measure(&sample(&denoising, common, (seed, SAMPLES), Vec::new()));
    let floor = yardstick.floor(SAMPLES);
    let mean = |name, of: fn(&Scores) -> Mean| Quantity {
        standard_error: Some(scores.iter().map(|s| of(s).error).collect()),
        ..Quantity::list(name, scores.iter().map(|s| of(s).value).collect(), "nat")
    };
    let mut quantities = vec![
        Quantity::list("train_steps", moments.iter().map(|m| *m as f64).collect(), "1"),
        mean("log_density_exact", |s| s.truth),
        mean("log_density_formula", |s| s.exact),
        mean("log_density_learned", |s| s.learned),
        mean("fall", |s| s.fall),
        mean("fall_predicted", |s| s.predicted),
    ];
    if let Some(last) = scores.last() {
        let by_time = |name, of: fn(&crate::learn::evaluation::ErrorAt) -> f64| {
            Quantity::list(name, last.times.iter().map(of).collect(), "1")
        };
        quantities.push(by_time("lambda", |at| at.time.lambda()));
        quantities.push(by_time("noise_error", |at| at.error));
        quantities.push(by_time("score_error", |at| at.error / at.time.t()));
    }
    quantities.extend(thinned(&losses));
    quantities.extend(measured(&found, &floor, yardstick.modes()));
    Ok(quantities)
}

/// What samples were found to be, beside as many draws of the target.
fn measured(found: &Found, floor: &Found, modes: usize) -> Vec<Quantity> {
    let mut quantities = vec![
        Quantity::scalar("outside", found.outside, "1"),
        Quantity::scalar("js", found.js, "nat"),
        Quantity::scalar("js_floor", floor.js, "nat"),
        Quantity::scalar("cross_entropy", found.cross_entropy, "nat"),
        Quantity::scalar("cross_entropy_floor", floor.cross_entropy, "nat"),
    ];
    if !found.shares.is_empty() {
        quantities.insert(0, Quantity::scalar("modes", found.modes as f64, "1"));
        quantities.insert(1, Quantity::scalar("modes_in_all", modes as f64, "1"));
    }
    quantities
}

/// How a learned score is evaluated.
pub(super) fn evaluation(common: &Common, seed: u32) -> EvaluationSpec {
    let (schedule, steps) = (common.schedule(), common.steps as usize);
    EvaluationSpec { points: POINTS, draws: DRAWS, schedule, steps, seed }
}

/// Samples by DDPM in the steps of the schedule.
pub(super) fn sample(
    denoising: &Denoising,
    common: &Common,
    draws: (u32, usize),
    contexts: Vec<f64>,
) -> Vec<f64> {
    let steps = common.steps as usize;
    let times = step_times(&common.schedule().steps(steps), steps);
    let process = (Process::Ddpm, ReverseVariance::Beta);
    let mut samples = Samples::new(Arc::new(denoising.averaged()), process, times, draws, contexts);
    while !samples.advance() {}
    samples.places().to_vec()
}

/// Losses as means over equal stretches of steps.
fn thinned(losses: &[f64]) -> Vec<Quantity> {
    let stretch = losses.len().div_ceil(200).max(1);
    let means = losses.chunks(stretch).map(|some| some.iter().sum::<f64>() / some.len() as f64);
    vec![Quantity::list("loss", means.collect(), "1")]
}

/// A target that has a first coordinate to be given.
pub(super) fn given(target: &Mixture) -> Result<usize, LearnError> {
    match target.dim() {
        dim @ (1 | 2) => Ok(dim - 1),
        dim => Err(LearnError::Dimension(dim)),
    }
}
