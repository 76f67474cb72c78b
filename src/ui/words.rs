//! What choices are called that several labs share: by their names in links, or by what they are.

use crate::math::targets::Preset;
use crate::math::{Estimator, ReverseVariance, Rule};
use crate::words::{Words, tr, word};

/// Name of a lab in the navigation and title of its page, by its name in links.
pub fn lab(name: &str) -> (&'static str, &'static str) {
    match name {
        "forward" => (tr!("Forward"), tr!("Into noise and back")),
        "elbo" => (tr!("ELBO"), tr!("What training minimises")),
        "classifier" => (tr!("Classifier"), tr!("Classes told apart by denoising")),
        "gan" => (tr!("GAN"), tr!("A regularised GAN at equilibrium")),
        "diffusion-loss" => (tr!("Diffusion loss"), tr!("What a diffusion head minimises")),
        "learned" => (tr!("Learned"), tr!("A score that is learned")),
        _ => (tr!("Density"), tr!("The density formula")),
    }
}

/// What maps may be computed on: names in links and in words.
pub const BACKENDS: [(&str, Words); 3] =
    [("auto", word!("the best there is")), ("gpu", word!("GPU")), ("cpu", word!("processor"))];

/// Where something was computed: in so many workers.
pub fn in_workers(count: usize) -> String {
    if count == 1 { tr!("in a worker").to_owned() } else { tr!("in {} workers", count) }
}

/// While the module that trains is fetched.
#[cfg(labs)]
pub fn training_loads(share: f64) -> String {
    tr!("loading the training code, {} %", format_args!("{:.0}", 100.0 * share))
}
/// How far a training has come, and how fast it goes.
#[cfg(labs)]
pub fn training_is_at(done: usize, goal: usize, speed: f64) -> String {
    let done = tr!("{} of {} steps", done, goal);
    if speed > 0.0 { tr!("{} · {} a second", done, format_args!("{speed:.0}")) } else { done }
}
/// Optimisers, by their names in links.
#[cfg(labs)]
pub fn optimiser(name: &str) -> &'static str {
    if name == "momentum" { tr!("Gradient descent with momentum") } else { tr!("Adam") }
}
/// Scores of a GAN's regulariser, by their names in links.
#[cfg(labs)]
pub fn regulariser_score(name: &str) -> &'static str {
    if name == "learned" { tr!("learned first, in as many steps") } else { tr!("exact") }
}

/// Names of the presets, in the order of the menu, one-dimensional ones first.
pub fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Gaussian => tr!("Gaussian"),
        Preset::Bimodal => tr!("Bimodal"),
        Preset::Trio => tr!("Skewed trio"),
        Preset::Claw => tr!("Claw"),
        Preset::Gaussian2 => tr!("Tilted Gaussian"),
        Preset::Three => tr!("Three Gaussians"),
        Preset::Ring8 => tr!("Ring of 8"),
        Preset::Grid9 => tr!("Grid of 9"),
        Preset::Moons => tr!("Two moons"),
        Preset::Spiral => tr!("Spiral"),
        Preset::Checkerboard => tr!("Checkerboard"),
        Preset::Letters => tr!("Letters"),
    }
}

/// Names of the estimators.
pub fn estimator(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::MonteCarlo => tr!("Monte Carlo (paper)"),
        Estimator::Antithetic => tr!("Antithetic pairs"),
        Estimator::Qmc => tr!("Quasi-Monte Carlo"),
        Estimator::Stein => tr!("Stein’s form"),
        Estimator::SteinQmc => tr!("Stein’s form, quasi-Monte Carlo"),
        Estimator::Quadrature => tr!("Quadrature"),
    }
}

/// Names of the rules.
pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Paper => tr!("Discrete, paper’s weights"),
        Rule::LogSnrLeft => tr!("Discrete, log-SNR left"),
        Rule::LogSnrTrapezoid => tr!("Discrete, log-SNR trapezoid"),
        Rule::Continuous => tr!("Continuous"),
    }
}

/// Names of the reverse variances.
pub fn variance(variance: ReverseVariance) -> &'static str {
    match variance {
        ReverseVariance::Beta => "β",
        ReverseVariance::BetaOverAlpha => "β/α",
        ReverseVariance::Posterior => tr!("posterior β̃"),
    }
}

/// Processes, by their names in links.
pub fn process(name: &str) -> &'static str {
    match name {
        "ddpm" => "DDPM",
        "ddim" => "DDIM",
        "flow" => tr!("Probability flow, Euler"),
        "heun" => tr!("Probability flow, Heun"),
        _ => tr!("Forward, into noise"),
    }
}

/// Names of the GAN lab's weights, by their names in links.
pub fn gan_weights(name: &str) -> &'static str {
    match name {
        "uniform" => tr!("Uniform"),
        _ => tr!("Of the density formula"),
    }
}

/// Names of the ELBO lab's families, by their names in links.
pub fn family(name: &str) -> &'static str {
    match name {
        "mean-scale" => tr!("Scale of the means"),
        "width" => tr!("Width of the components"),
        "weight" => tr!("Weight of the first component"),
        _ => tr!("Distance of a symmetric pair"),
    }
}

/// Weightings of the diffusion loss, by their names in links.
pub fn weighting(name: &str) -> &'static str {
    match name {
        "uniform" => tr!("Uniform over the steps"),
        "truncated-snr" => tr!("Truncated SNR"),
        "edm" => "EDM",
        "min-snr" => "Min-SNR-γ",
        _ => tr!("The density formula’s"),
    }
}

/// Families of models of the diffusion-loss lab, by their names in links.
pub fn loss_model(name: &str) -> &'static str {
    match name {
        "shared-width" => tr!("The target with one width for all components"),
        "gaussian" => tr!("One Gaussian"),
        _ => tr!("Two equal peaks with the right mean and variance"),
    }
}

/// What the misfit of a family is.
pub fn misfit(of_the_means: bool) -> &'static str {
    if of_the_means {
        tr!("A factor on the means; with 1 the family holds the target.")
    } else {
        tr!("A factor on the variances; with 1 the family holds the target.")
    }
}

/// Ways to deal components to classes, by their names in links.
pub fn deal(name: &str) -> &'static str {
    match name {
        "block" => tr!("in runs"),
        "cycle" => tr!("in turn"),
        _ => tr!("as suits the target"),
    }
}

/// Weights that the classifier lab compares, by their names in links.
pub fn weights(name: &str) -> &'static str {
    if name == "uniform" { tr!("Uniform") } else { tr!("The formula’s") }
}

/// Sums of uniform weights, by their names in links.
pub fn scale(name: &str) -> &'static str {
    if name == "mean" { tr!("1: the mean over the steps") } else { tr!("the same as the paper’s") }
}

/// Names of the schedules, by their names in links.
pub fn schedule(name: &str) -> &'static str {
    match name {
        "linear" => tr!("Linear (Ho et al.)"),
        "cosine" => tr!("Cosine (Nichol & Dhariwal)"),
        "log-snr" => tr!("Uniform in log-SNR"),
        _ => "Li–Yan",
    }
}
