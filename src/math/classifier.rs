//! The diffusion classifier (paper, section 4.3): classes told apart by how well each class's
//! denoiser predicts the noise.
//!
//! With `m_k(x; c) = E‖ε - ε̂_k(X_k; c)‖²`, the noise-prediction error of class `c`,
//!
//! ```text
//! p(c | x) ∝ p(c) exp(-S_c(x)),    S_c(x) = Σ_k w_k m_k(x; c)
//! ```
//!
//! With the weights of the density formula `-S_c(x)` tends to `log p(x | c)` but for a constant
//! that all classes share, so this is Bayes' rule in the limit. Uniform weights, the common
//! practice, give another `S_c` and with it other decisions.
//!
//! Here a class is a part of a Gaussian mixture: its score and Bayes' rule are known exactly. A
//! label is the number of a class, counted from 0. Left out on purpose: classes whose densities
//! are learned.

mod clock;
mod draws;
mod evidence;

pub use clock::{Clock, Functional, noise_errors};
pub use draws::{Draws, TimeTable};
pub use evidence::{Evidence, Places};

use super::random::{stream, uniform};
use super::{Component, Mixture, MixtureError, NoiseSchedule, Plan, PlanNode, Rule, Scratch};
use std::sync::Arc;

/// Most classes that are told apart.
pub const MAX_CLASSES: usize = 8;

/// How the components of a mixture are dealt to classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Deal {
    /// Runs of neighbours: component `j` of `n` belongs to class `⌊j C / n⌋`.
    Block,
    /// In turn: component `j` belongs to class `j mod C`.
    Cycle,
}

/// One class: the mixture of its components.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// `p(c)`, the share of the components' weights.
    pub prior: f64,
    /// `p(x | c)`.
    pub mixture: Arc<Mixture>,
}

/// The classes of a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Classes {
    dim: usize,
    classes: Vec<Class>,
    labels: Vec<usize>,
}

/// A point drawn from the target, with the class that it was drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// The point, length `d`.
    pub x: Vec<f64>,
    /// Its class.
    pub label: usize,
}

impl Deal {
    /// The class of component `index` of `count`.
    pub fn class_of(self, index: usize, count: usize, classes: usize) -> usize {
        match self {
            Self::Block => index * classes / count.max(1),
            Self::Cycle => index % classes.max(1),
        }
    }
}

impl Classes {
    /// Deals the components of a mixture (those with a positive weight, in their order) to
    /// classes. There are never more classes than components, nor more than [`MAX_CLASSES`].
    ///
    /// # Errors
    /// None for a mixture that was checked; [`MixtureError`] stands for rounding at the edge of
    /// what a mixture may be.
    pub fn deal(mixture: &Mixture, classes: usize, deal: Deal) -> Result<Self, MixtureError> {
        let components = mixture.components();
        let classes = classes.clamp(1, MAX_CLASSES).min(components.len());
        let labels = (0..components.len()).map(|j| deal.class_of(j, components.len(), classes)).collect();
        Self::new(&components, labels)
    }

    /// Classes from the label of each component; labels run from 0 without a gap.
    ///
    /// # Errors
    /// [`MixtureError::Empty`] for a label without a component of positive weight, and whatever
    /// is wrong with the components.
    pub fn new(components: &[Component], labels: Vec<usize>) -> Result<Self, MixtureError> {
        let count = labels.iter().max().map_or(0, |top| top + 1);
        let total: f64 = components.iter().map(|c| c.weight).sum();
        let mut classes = Vec::with_capacity(count);
        for class in 0..count {
            let members: Vec<Component> = components
                .iter()
                .zip(&labels)
                .filter(|(_, label)| **label == class)
                .map(|(component, _)| component.clone())
                .collect();
            let prior = members.iter().map(|c| c.weight).sum::<f64>() / total;
            classes.push(Class { prior, mixture: Arc::new(Mixture::new(&members)?) });
        }
        let dim = classes.first().map_or(0, |class| class.mixture.dim());
        if dim == 0 { Err(MixtureError::Empty) } else { Ok(Self { dim, classes, labels }) }
    }

    /// Dimension `d`.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of classes `C`.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Never: there is at least one class.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The classes, in the order of their labels.
    pub fn iter(&self) -> impl Iterator<Item = &Class> {
        self.classes.iter()
    }

    /// The label of each component.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// `log p(c)`.
    pub fn log_priors(&self) -> Vec<f64> {
        self.classes.iter().map(|class| class.prior.ln()).collect()
    }

    /// `log p(c) + log p(x | c)` for each class, in nats: Bayes' rule takes the largest.
    pub fn exact_logits(&self, x: &[f64], scratch: &mut Scratch) -> Vec<f64> {
        let logit = |class: &Class| class.prior.ln() + class.mixture.at_zero().log_density(x, &mut *scratch);
        self.classes.iter().map(logit).collect()
    }

    /// Point `index` of a stream of independent draws from the target, with its class: a
    /// function of the seed alone.
    pub fn sample(&self, seed: u32, index: u32) -> Labelled {
        let mut left = uniform(seed, stream::CLASS, index);
        let chosen = self.classes.iter().position(|class| {
            left -= class.prior;
            left < 0.0
        });
        let label = chosen.unwrap_or(self.len() - 1);
        Labelled { x: self.classes[label].mixture.sample(seed, index), label }
    }

    /// The interval of `λ` outside of which every class's errors are as good as known; see
    /// [`super::lambda_range`].
    pub fn lambda_range(&self, reach: f64) -> (f64, f64) {
        self.classes
            .iter()
            .map(|class| super::lambda_range(&class.mixture, reach))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (a, b)| (low.min(a), high.max(b)))
    }
}

/// Logits this close are equal, nats: points on a line of symmetry are not to be divided by
/// rounding.
const TIE: f64 = 1e-6;

/// The label with the largest logit, the first of equals; 0 where no logit is a number.
pub fn decide(logits: &[f64]) -> usize {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logits.iter().position(|logit| *logit >= top - TIE).unwrap_or(0)
}

/// `p(c | x)` from logits, by the softmax.
pub fn posterior(logits: &[f64]) -> Vec<f64> {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shares: Vec<f64> = logits.iter().map(|logit| (logit - top).exp()).collect();
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}

/// The sum of the paper's weights on a schedule: what all the evidence together counts.
pub fn total_weight(schedule: &NoiseSchedule) -> f64 {
    Plan::discrete(Rule::Paper, schedule, 1).nodes.iter().map(|node| node.weight).sum()
}

/// Minus the sum of `m_k` over all steps with equal weights that sum to `total`. A total of 1 is
/// the mean over the steps; [`total_weight`] makes the evidence count as much as in the paper's
/// sum, so that only its distribution over time differs.
pub fn uniform_plan(schedule: &NoiseSchedule, dim: usize, total: f64) -> Plan {
    let weight = total / schedule.len() as f64;
    let nodes = schedule.times.iter().map(|time| PlanNode { time: *time, weight }).collect();
    Plan { dim, constant: 0.0, quadratic: 0.0, origin: 0.0, nodes }
}

/// The formula's plan by a rule and the uniform one, for classes of a target. `total` is the sum
/// of the uniform weights, or `None` for that of the paper's.
pub fn plans(classes: &Classes, rule: Rule, schedule: &NoiseSchedule, total: Option<f64>) -> [Plan; 2] {
    let dim = classes.dim();
    let formula = match rule {
        Rule::Continuous => Plan::continuous(dim, classes.lambda_range(18.0), 0.25),
        rule => Plan::discrete(rule, schedule, dim),
    };
    [formula, uniform_plan(schedule, dim, total.unwrap_or_else(|| total_weight(schedule)))]
}

#[cfg(test)]
mod tests;
