//! Weightings against their published forms, conditionals against the joint density, and minimisers
//! against those of the likelihood.

use super::*;
use crate::math::targets::Preset;
use crate::math::{Component, Covariance, Formula, Noise, ScoreError, Scratch, gauss_hermite};
use std::sync::Arc;

const REACH: f64 = 14.0;

fn spec(schedule: Schedule, steps: usize) -> WeightSpec {
    WeightSpec { schedule, steps, gamma: 5.0 }
}

const LI_YAN: Schedule = Schedule::LiYan { c0: 2.0, c1: 4.0 };

fn normal(mean: f64, variance: f64) -> Mixture {
    let covariance = Covariance::Isotropic(variance);
    Mixture::new(&[Component { weight: 1.0, mean: vec![mean], covariance }]).expect("a Gaussian")
}

fn profile(mixture: &Mixture, plan: &Plan, x: f64) -> Vec<NodeEstimate> {
    let noise = Noise::quadrature(1, 128, mixture.bend());
    let mixture = Arc::new(mixture.clone());
    Formula::with_noise(mixture, plan.clone(), noise, ScoreError::default()).profile(&[x])
}

/// The loss by every weighting at a point.
fn losses(mixture: &Mixture, weights: &WeightSpec, x: f64) -> [f64; 5] {
    let grid = LossGrid::covering([mixture], REACH);
    let plans = Weighting::ALL.map(|w| grid.plan(w, weights));
    let profile = profile(mixture, &plans[0], x);
    plans.map(|plan| loss(&plan, &profile))
}

#[test]
fn the_formulas_weights_give_minus_the_log_density() {
    let mut conditionals: Vec<Mixture> =
        [Preset::Gaussian, Preset::Bimodal, Preset::Trio].map(Preset::mixture).to_vec();
    for (preset, z) in [(Preset::Three, 0.4), (Preset::Three, -1.5), (Preset::Gaussian2, 1.0)] {
        conditionals.push(conditional(&preset.mixture(), z).expect("a conditional"));
    }
    let mut scratch = Scratch::default();
    for p in conditionals {
        for x in [-2.5, -1.0, 0.3, 1.1, 2.0] {
            let exact = -p.at_zero().log_density(&[x], &mut scratch);
            let found = losses(&p, &spec(LI_YAN, 100), x)[0];
            assert!((found - exact).abs() < 1e-9, "{found} instead of {exact} at {x}");
        }
    }
}

#[test]
fn on_a_standard_normal_every_weighting_is_minus_the_log_density() {
    let p = normal(0.0, 1.0);
    for schedule in [LI_YAN, Schedule::Linear, Schedule::Cosine, Schedule::LogSnr] {
        for steps in [10, 100, 1000] {
            for x in [-2.0, 0.0, 0.7] {
                let exact = 0.5 * (LOG_2PI + x * x);
                for (w, found) in Weighting::ALL.iter().zip(losses(&p, &spec(schedule, steps), x)) {
                    assert!((found - exact).abs() < 3e-6, "{w:?} {schedule:?} {steps} {x}: {found} {exact}");
                }
            }
        }
    }
}

/// On `N(m, v)` the error of `x̂` at noise `σ` is `(σ⁴(x-m)² + v²σ²)/(v+σ²)²`, so each loss is a
/// parabola. Here its coefficient is taken from the published form, weights on `‖x - x̂‖²` and all,
/// and with the published times.
#[test]
fn on_gaussians_losses_are_the_published_parabolas() {
    let per_square = |sigma2: f64, v: f64| (sigma2 / (v + sigma2)).powi(2);
    let gamma = 5.0;
    for (schedule, steps) in [(LI_YAN, 100), (Schedule::Linear, 250), (Schedule::Cosine, 50)] {
        // σ² = t/(1-t), from the products of the β and not from λ.
        let mut signal = 1.0;
        let sigmas2: Vec<f64> = schedule
            .steps(steps)
            .betas
            .iter()
            .map(|beta| {
                signal *= 1.0 - beta;
                (1.0 - signal) / signal
            })
            .collect();
        let on_steps = |weight: &dyn Fn(f64) -> f64, v: f64| -> f64 {
            sigmas2.iter().map(|s2| weight(1.0 / s2) * per_square(*s2, v)).sum()
        };
        // EDM: ln σ ~ N(-1.2, 1.2²), by Gauss–Hermite.
        let edm = |v: f64| -> f64 {
            let at = |ln_sigma: f64| {
                let s2 = (2.0 * ln_sigma).exp();
                (s2 + 0.25) / (s2 * 0.25) * per_square(s2, v)
            };
            gauss_hermite(100).iter().map(|(z, w)| w * at(-1.2 + 1.2 * z)).sum()
        };
        let coefficients = |v: f64| {
            [
                0.5 / v,
                on_steps(&|snr| snr, v),
                on_steps(&|snr: f64| snr.max(1.0), v),
                edm(v),
                on_steps(&|snr: f64| snr.min(gamma), v),
            ]
        };
        let unit = coefficients(1.0);
        for (mean, v) in [(0.5, 0.64), (-1.0, 0.09), (2.0, 3.0)] {
            let p = normal(mean, v);
            let at = |x: f64| losses(&p, &spec(schedule, steps), x);
            let (low, high) = (at(mean), at(mean + 1.5));
            for (i, weighting) in Weighting::ALL.iter().enumerate() {
                let expected = 0.5 * coefficients(v)[i] / unit[i];
                let found = (high[i] - low[i]) / 2.25;
                let error = (found / expected - 1.0).abs();
                assert!(error < 2e-6, "{weighting:?} {schedule:?} v = {v}: {found} {expected}");
            }
        }
    }
}

/// The shared grid against `m_k` at the schedule's own times.
#[test]
fn uniform_weights_on_the_grid_are_the_simple_loss() {
    let p = Preset::Bimodal.mixture();
    for (schedule, steps) in [(LI_YAN, 60), (Schedule::Linear, 100)] {
        let simple = Plan::simple(&schedule.steps(steps), 1);
        let sum = |x: f64| -> f64 { profile(&p, &simple, x).iter().map(|n| n.m).sum() };
        let scale: f64 = 0.5 / simple.nodes.iter().map(|n| n.time.t() * n.time.one_minus_t()).sum::<f64>();
        let on_grid = |x: f64| losses(&p, &spec(schedule, steps), x)[1];
        for x in [-3.0, -0.4, 1.4] {
            let (found, expected) = (on_grid(x) - on_grid(0.0), scale * (sum(x) - sum(0.0)));
            assert!((found - expected).abs() < 2e-7, "{schedule:?} {x}: {found} {expected}");
        }
    }
}

#[test]
fn conditionals_are_the_ratio_of_joint_and_marginal() {
    let mut scratch = Scratch::default();
    for preset in Preset::ALL.into_iter().filter(|p| p.dim() == 2) {
        let joint = preset.mixture();
        let first = first_marginal(&joint).expect("a marginal");
        for z in [-2.9, -0.3, 0.0, 1.2] {
            let second = conditional(&joint, z).expect("a conditional");
            for x in [-3.1, -1.0, 0.2, 2.4] {
                let whole = joint.at_zero().log_density(&[z, x], &mut scratch);
                let chain = first.at_zero().log_density(&[z], &mut scratch)
                    + second.at_zero().log_density(&[x], &mut scratch);
                assert!((whole - chain).abs() < 1e-12 * whole.abs().max(1.0), "{preset:?} {z} {x}");
            }
        }
        // However far the context lies from the data.
        assert!(conditional(&joint, 1e5).is_ok());
    }
}

/// The marginal by integrating the joint, not by the closed form.
#[test]
fn the_first_marginal_is_the_integral_of_the_joint() {
    let joint = Preset::Three.mixture();
    let first = first_marginal(&joint).expect("a marginal");
    let mut scratch = Scratch::default();
    for z in [-1.0, 0.5, 2.0] {
        let sum: f64 = (-1000..=1000)
            .map(|i| 0.01 * joint.at_zero().log_density(&[z, 0.01 * f64::from(i)], &mut scratch).exp())
            .sum();
        let exact = first.at_zero().log_density(&[z], &mut scratch);
        assert!((sum.ln() - exact).abs() < 1e-12);
    }
}

struct Searched {
    population: Population,
    weights: [Vec<f64>; 5],
}

impl Searched {
    fn new(target: &Mixture, spec: &WeightSpec) -> Self {
        let grid = LossGrid::covering([target], REACH);
        let mut population = Population::new(target, grid);
        while !population.prepare() {}
        Self { population, weights: Weighting::ALL.map(|w| grid.weights(w, spec)) }
    }

    fn excess(&self, model: &Mixture, weighting: usize) -> f64 {
        let mut work = self.population.begin(model.clone());
        while !self.population.advance(&mut work) {}
        work.excess(&self.weights[weighting])
    }

    /// The minimum over a family between two values of `θ`; the last weighting is `KL(p ‖ p_θ)`.
    fn minimiser(&self, family: ModelFamily, (low, high): (f64, f64), weighting: usize) -> f64 {
        let target = self.population.target().clone();
        let mut search = Minimum::new(low, high, 1e-8);
        while let Some(theta) = search.ask() {
            let model = family.model(&target, theta).expect("a model");
            let value = if weighting < 5 {
                self.excess(&model, weighting)
            } else {
                self.population.divergence(&model)
            };
            search.tell(theta, value);
        }
        search.best().0
    }
}

#[test]
fn the_excess_by_the_formula_is_the_divergence() {
    for preset in [Preset::Bimodal, Preset::Trio, Preset::Claw] {
        let target = preset.mixture();
        let searched = Searched::new(&target, &spec(LI_YAN, 100));
        for family in [ModelFamily::SymmetricPair, ModelFamily::Width, ModelFamily::Gaussian] {
            let (low, high) = family.range(&target);
            for share in [0.3, 0.6, 0.9] {
                let model = family.model(&target, low + share * (high - low)).expect("a model");
                let (excess, divergence) =
                    (searched.excess(&model, 0), searched.population.divergence(&model));
                let error = (excess / divergence - 1.0).abs();
                assert!(error < 1e-6, "{preset:?} {family:?} {share}: {excess} {divergence}");
            }
        }
    }
    // In closed form: KL(N(0,1) ‖ N(m,v)).
    let searched = Searched::new(&normal(0.0, 1.0), &spec(LI_YAN, 100));
    let (m, v): (f64, f64) = (0.7, 2.5);
    let exact = 0.5 * (v.ln() + (1.0 + m * m) / v - 1.0);
    assert!((searched.excess(&normal(m, v), 0) - exact).abs() < 1e-7);
    assert!((searched.population.divergence(&normal(m, v)) - exact).abs() < 1e-12);
}

#[test]
fn every_weighting_matches_the_moments_with_a_gaussian() {
    for preset in [Preset::Trio, Preset::Bimodal] {
        let target = preset.mixture();
        let (mean, deviation) = target.moments();
        let searched = Searched::new(&target, &spec(Schedule::Linear, 100));
        for weighting in 0..6 {
            let theta =
                searched.minimiser(ModelFamily::Gaussian, ModelFamily::Gaussian.range(&target), weighting);
            assert!((theta - deviation[0]).abs() < 1e-6, "{preset:?} {weighting}: {theta} {}", deviation[0]);
        }
        // The mean too: no shift of it lowers a loss.
        let v = deviation[0] * deviation[0];
        for weighting in 0..5 {
            let at = |shift: f64| searched.excess(&normal(mean[0] + shift, v), weighting);
            let (left, middle, right) = (at(-0.1), at(0.0), at(0.1));
            assert!(middle < left && middle < right && ((left - right) / left).abs() < 1e-6);
        }
    }
}

#[test]
fn only_the_formula_finds_the_most_likely_of_a_wrong_family() {
    let target = Preset::Trio.mixture();
    let searched = Searched::new(&target, &spec(LI_YAN, 100));
    for (family, least) in [(ModelFamily::SymmetricPair, 2e-4), (ModelFamily::Width, 1e-3)] {
        let range = family.range(&target);
        let likeliest = searched.minimiser(family, range, 5);
        let found: Vec<f64> = (0..5).map(|w| searched.minimiser(family, range, w)).collect();
        assert!((found[0] - likeliest).abs() < 1e-6, "{family:?}: {} {likeliest}", found[0]);
        // Far more than either search can err.
        for theta in &found[1..] {
            assert!((theta - likeliest).abs() > least, "{family:?}: {found:?} {likeliest}");
        }
    }
}

#[test]
fn every_weighting_finds_a_model_that_is_right() {
    let v = 0.3;
    let half = |mean: f64| Component { weight: 0.5, mean: vec![mean], covariance: Covariance::Isotropic(v) };
    let target = Mixture::new(&[half(-1.0), half(1.0)]).expect("a pair");
    let searched = Searched::new(&target, &spec(Schedule::Cosine, 100));
    let theta = (1.0f64 / 1.3).sqrt();
    for weighting in 0..6 {
        let found = searched.minimiser(ModelFamily::SymmetricPair, (0.3, 0.98), weighting);
        assert!((found - theta).abs() < 1e-6, "{weighting}: {found} {theta}");
    }
}

#[test]
fn schedules_out_of_the_ordinary_give_finite_weights() {
    let target = Preset::Trio.mixture();
    let grid = LossGrid::covering([&target], REACH);
    for (c0, c1) in [(0.5, 0.5), (6.0, 20.0), (2.0, 4.0)] {
        for steps in [1, 2, 7, 10_000] {
            for weighting in Weighting::ALL {
                let spec = spec(Schedule::LiYan { c0, c1 }, steps);
                let weights = grid.weights(weighting, &spec);
                assert!(weights.iter().all(|w| w.is_finite()), "{weighting:?} {c0} {c1} {steps}");
                let curve = weight_curve(weighting, &spec, (-12.0, 12.0));
                assert!(curve.len() <= 400 && curve.iter().all(|(l, w)| l.is_finite() && w.is_finite()));
            }
        }
    }
}
