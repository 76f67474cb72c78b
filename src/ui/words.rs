//! The strings of the interface, in English. What a translation has to provide stands here and
//! in the labs' `text.LANG.md`; the words inside figures stand in the labs' `plots.rs`.

use crate::math::targets::Preset;
use crate::math::{Estimator, ReverseVariance, Rule};
use crate::words::{Words, tr, word};

/// Name of the page.
pub const PAGE: &str = "Scorescope";
/// What it is, in a line.
pub const TAGLINE: &str = "the score-based density formula, seen and checked";

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
    if count == 1 { "in a worker".to_owned() } else { format!("in {count} workers") }
}
/// The menu of files of a figure, and its two groups.
pub const EXPORT: &str = "Export";
/// Files to keep.
pub const DOWNLOAD: &str = "Download";
/// Texts for the clipboard.
pub const COPY: &str = "Copy";
/// A text went to the clipboard.
pub const COPIED: &str = "Copied to the clipboard.";
/// It did not.
pub const BY_HAND: &str = "Copying is not allowed here: the text below is selected, copy it by hand.";
/// There is no whole picture to export.
pub const NOT_YET: &str = "Still computing: try again in a moment.";
/// Before the name of a file.
pub const SAVED: &str = "Handed to the browser: ";
/// Before the reason why there is no file.
pub const NO_FILE: &str = "The file could not be written: ";
/// While there is no whole reply.
pub const COMPUTING: &str = "Computing…";
/// Where something was computed: on a GPU.
pub const ON_GPU: &str = "on the GPU";
/// Where something was computed: by the page itself.
pub const ON_PAGE: &str = "on the page";

/// The buttons of a training.
#[cfg(labs)]
pub const TRAINING: &str = "Training";
/// Begins it.
#[cfg(labs)]
pub const TRAIN: &str = "Train";
/// Goes on with it.
#[cfg(labs)]
pub const TRAIN_ON: &str = "Train on";
/// Stops it.
#[cfg(labs)]
pub const PAUSE: &str = "Pause";
/// Goes back to networks that know nothing.
#[cfg(labs)]
pub const TRAIN_ANEW: &str = "Back to an untrained network";
/// Goes on a little.
#[cfg(labs)]
pub const TEN_STEPS: &str = "+10 steps";
/// Name of the bar.
#[cfg(labs)]
pub const TRAINED: &str = "Share of the steps that are done";
/// While the module that trains is fetched.
#[cfg(labs)]
pub fn training_loads(share: f64) -> String {
    format!("loading the training code, {:.0} %", 100.0 * share)
}
/// How far a training has come, and how fast it goes.
#[cfg(labs)]
pub fn training_is_at(done: usize, goal: usize, speed: f64) -> String {
    let speed = if speed > 0.0 { format!(" · {speed:.0} a second") } else { String::new() };
    format!("{done} of {goal} steps{speed}")
}
/// Where networks are trained.
#[cfg(labs)]
pub const TIER_LESSONS: &str = "Networks are trained in a background worker by WebAssembly on SIMD lanes in single precision: they are too small to gain from a GPU.";
/// Optimisers, by their names in links.
#[cfg(labs)]
pub fn optimiser(name: &str) -> &'static str {
    if name == "momentum" { "Gradient descent with momentum" } else { "Adam" }
}
/// Scores of a GAN's regulariser, by their names in links.
#[cfg(labs)]
pub fn regulariser_score(name: &str) -> &'static str {
    if name == "learned" { "learned first, in as many steps" } else { "exact" }
}

/// The handwritten digits, in the menu of targets.
pub const DIGITS: &str = "Handwritten digits";
/// While they are fetched.
#[cfg(labs)]
pub const DIGITS_LOADING: &str = "Loading the digits, 35 KB…";
/// When they could not be, before the reason.
#[cfg(labs)]
pub const DIGITS_FAILED: &str = "The digits could not be loaded";

/// Names of the presets, in the order of the menu, one-dimensional ones first.
pub fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Gaussian => "Gaussian",
        Preset::Bimodal => "Bimodal",
        Preset::Trio => "Skewed trio",
        Preset::Claw => "Claw",
        Preset::Gaussian2 => "Tilted Gaussian",
        Preset::Three => "Three Gaussians",
        Preset::Ring8 => "Ring of 8",
        Preset::Grid9 => "Grid of 9",
        Preset::Moons => "Two moons",
        Preset::Spiral => "Spiral",
        Preset::Checkerboard => "Checkerboard",
        Preset::Letters => "Letters",
    }
}

/// Names of the estimators.
pub fn estimator(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::MonteCarlo => "Monte Carlo (paper)",
        Estimator::Antithetic => "Antithetic pairs",
        Estimator::Qmc => "Quasi-Monte Carlo",
        Estimator::Stein => "Stein’s form",
        Estimator::SteinQmc => "Stein’s form, quasi-Monte Carlo",
        Estimator::Quadrature => "Quadrature",
    }
}

/// Names of the rules.
pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Paper => "Discrete, paper’s weights",
        Rule::LogSnrLeft => "Discrete, log-SNR left",
        Rule::LogSnrTrapezoid => "Discrete, log-SNR trapezoid",
        Rule::Continuous => "Continuous",
    }
}

/// Names of the reverse variances.
pub fn variance(variance: ReverseVariance) -> &'static str {
    match variance {
        ReverseVariance::Beta => "β",
        ReverseVariance::BetaOverAlpha => "β/α",
        ReverseVariance::Posterior => "posterior β̃",
    }
}

/// While a clock runs.
pub const PLAYING: &str = "Playing…";
/// Where the number of particles is not the one that was asked for.
pub const FEWER_PARTICLES: &str =
    " Fewer than asked for: a step with more would take too long on so many components.";

/// Processes, by their names in links.
pub fn process(name: &str) -> &'static str {
    match name {
        "ddpm" => "DDPM",
        "ddim" => "DDIM",
        "flow" => "Probability flow, Euler",
        "heun" => "Probability flow, Heun",
        _ => "Forward, into noise",
    }
}

/// Names of the GAN lab's weights, by their names in links.
pub fn gan_weights(name: &str) -> &'static str {
    match name {
        "uniform" => "Uniform",
        _ => "Of the density formula",
    }
}

/// Names of the ELBO lab's families, by their names in links.
pub fn family(name: &str) -> &'static str {
    match name {
        "mean-scale" => "Scale of the means",
        "width" => "Width of the components",
        "weight" => "Weight of the first component",
        _ => "Distance of a symmetric pair",
    }
}

/// Weightings of the diffusion loss, by their names in links.
pub fn weighting(name: &str) -> &'static str {
    match name {
        "uniform" => "Uniform over the steps",
        "truncated-snr" => "Truncated SNR",
        "edm" => "EDM",
        "min-snr" => "Min-SNR-γ",
        _ => "The density formula’s",
    }
}

/// Families of models of the diffusion-loss lab, by their names in links.
pub fn loss_model(name: &str) -> &'static str {
    match name {
        "shared-width" => "The target with one width for all components",
        "gaussian" => "One Gaussian",
        _ => "Two equal peaks with the right mean and variance",
    }
}

/// What the misfit of a family is.
pub fn misfit(of_the_means: bool) -> &'static str {
    if of_the_means {
        "A factor on the means; with 1 the family holds the target."
    } else {
        "A factor on the variances; with 1 the family holds the target."
    }
}

/// Ways to deal components to classes, by their names in links.
pub fn deal(name: &str) -> &'static str {
    match name {
        "block" => "in runs",
        "cycle" => "in turn",
        _ => "as suits the target",
    }
}

/// Weights that the classifier lab compares, by their names in links.
pub fn weights(name: &str) -> &'static str {
    if name == "uniform" { "Uniform" } else { "The formula’s" }
}

/// Sums of uniform weights, by their names in links.
pub fn scale(name: &str) -> &'static str {
    if name == "mean" { "1: the mean over the steps" } else { "the same as the paper’s" }
}

/// Names of the schedules, by their names in links.
pub fn schedule(name: &str) -> &'static str {
    match name {
        "linear" => "Linear (Ho et al.)",
        "cosine" => "Cosine (Nichol & Dhariwal)",
        "log-snr" => "Uniform in log-SNR",
        _ => "Li–Yan",
    }
}

/// What the menu of targets calls a mixture by numbers.
pub const CUSTOM: &str = "Custom mixture";

/// What it calls a data set.
pub const POINTS: &str = "Points";
