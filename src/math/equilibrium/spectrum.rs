//! The distribution of the excess `r = R - min R` under the data, from the nodes of a quadrature
//! rule, compressed: nodes fall into bins of equal width in `log r`, and each bin keeps two atoms
//! with the same mass and the same first three moments of `r` (a two-point Gauss rule).
//!
//! The integrands of an equilibrium are functions of `δ + λ r`, smooth over a relative change of
//! `r` by a hundredth: a bin of that width is worth some 1e-11 of its integral. Where `p_G`
//! crosses the data the total variation has a kink; there the bin's mass is spread over it.

use crate::math::gauss_legendre;
use serde::{Deserialize, Serialize};

/// Width of a bin in `log r`.
const WIDTH: f64 = 0.01;

/// Upper end of the first bin, which begins at 0; differences of `R` below are rounding.
const FIRST: f64 = 1e-14;

/// Most bins; the last one has no end.
const MOST: usize = 6000;

/// In two dimensions the distribution is taken from its limit at the minimum below this excess.
const CORE: f64 = 1e-9;

/// Smallest excess of the core, as a logarithm.
const CORE_LEAST: f64 = -696.0;

/// A node of the quadrature rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Mass of the data that it stands for: weight times density.
    pub mass: f64,
    /// Log-density of the data.
    pub log_density: f64,
    /// `R` at the node.
    pub regulariser: f64,
    /// The most likely component.
    pub label: usize,
}

/// Mass of the data at one excess.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Atom {
    pub(super) mass: f64,
    pub(super) excess: f64,
    /// Mean log-density of the data there.
    pub(super) log_density: f64,
}

/// A range of the excess.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Bin {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Mean excess.
    pub(super) mean: f64,
    pub(super) mass: f64,
    /// Mass where the data's density lies below the threshold.
    pub(super) outside: f64,
    /// Mass by label.
    pub(super) labels: Vec<f64>,
    first: usize,
    end: usize,
}

/// The distribution of the excess under the data; see the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spectrum {
    least: f64,
    labels: usize,
    atoms: Vec<Atom>,
    bins: Vec<Bin>,
}

/// Collects nodes into a [`Spectrum`].
#[derive(Clone, Debug)]
pub struct SpectrumBuilder {
    least: f64,
    threshold: f64,
    labels: usize,
    core: f64,
    bins: Vec<Option<Box<Moments>>>,
}

/// Sums over the nodes of a bin. With `z = (r - centre)/centre`, `Σ m z^i` and `Σ m z^i log p`.
#[derive(Clone, Debug)]
struct Moments {
    sums: [f64; 4],
    densities: [f64; 2],
    outside: f64,
    labels: Vec<f64>,
}

impl SpectrumBuilder {
    /// Starts on a regulariser with this least value. Mass is told apart by `labels` components
    /// (0 for no telling) and by whether the log-density of the data lies below `threshold`.
    pub fn new(least: f64, threshold: f64, labels: usize) -> Self {
        Self { least, threshold, labels, core: 0.0, bins: Vec::new() }
    }

    /// In two dimensions: the density `μ(dr)/dr` of the excess at 0, `Σ 2π p(x*)/√det ∇∇R(x*)`
    /// over the minima. Below an excess of 1e-9 it takes the place of the nodes, so that mass can
    /// collect at a minimum on scales far below the rounding of `R`.
    pub fn with_core(mut self, density: f64) -> Self {
        self.core = if density.is_finite() { density.max(0.0) } else { 0.0 };
        self
    }

    /// Adds a node. Nodes without mass, or with a value that is no number, are left out.
    pub fn add(&mut self, sample: &Sample) {
        let excess = (sample.regulariser - self.least).max(0.0);
        if !(sample.mass > 0.0 && excess.is_finite()) || (self.core > 0.0 && excess < CORE) {
            return;
        }
        let index = index_of(excess);
        if self.bins.len() <= index {
            self.bins.resize(index + 1, None);
        }
        let labels = self.labels;
        let bin = self.bins[index].get_or_insert_with(|| Box::new(Moments::new(labels)));
        let centre = centre_of(index);
        let z = (excess - centre) / centre;
        let mut power = sample.mass;
        for (i, sum) in bin.sums.iter_mut().enumerate() {
            *sum += power;
            if let Some(density) = bin.densities.get_mut(i) {
                *density += power * sample.log_density;
            }
            power *= z;
        }
        if sample.log_density < self.threshold {
            bin.outside += sample.mass;
        }
        if let Some(label) = bin.labels.get_mut(sample.label) {
            *label += sample.mass;
        }
    }

    /// The spectrum, scaled to a mass of 1: what the rule leaves out lies far from all mass.
    pub fn finish(self) -> Spectrum {
        let mut spectrum =
            Spectrum { least: self.least, labels: self.labels, atoms: Vec::new(), bins: Vec::new() };
        let filled = |(index, bin): (usize, &Option<Box<Moments>>)| Some((index, bin.as_deref()?.clone()));
        let filled: Vec<(usize, Moments)> = self.bins.iter().enumerate().filter_map(filled).collect();
        if self.core > 0.0 && !filled.is_empty() {
            // Of many bins, for single ones have few nodes.
            let near = filled.iter().take_while(|(index, _)| centre_of(*index) < 100.0 * CORE);
            let mut nearest = Moments::new(self.labels);
            near.chain(filled.first()).for_each(|(_, moments)| nearest.take_in(moments));
            spectrum.add_core(self.core, &nearest);
        }
        for (index, moments) in &filled {
            spectrum.add_bin(*index, moments);
        }
        let total: f64 = spectrum.bins.iter().map(|b| b.mass).sum();
        if total > 0.0 {
            spectrum.atoms.iter_mut().for_each(|a| a.mass /= total);
            for bin in &mut spectrum.bins {
                bin.mass /= total;
                bin.outside /= total;
                bin.labels.iter_mut().for_each(|l| *l /= total);
            }
        }
        spectrum
    }
}

impl Moments {
    fn new(labels: usize) -> Self {
        Self { sums: [0.0; 4], densities: [0.0; 2], outside: 0.0, labels: vec![0.0; labels] }
    }

    /// Adds the masses of another bin, not its moments.
    fn take_in(&mut self, other: &Self) {
        self.sums[0] += other.sums[0];
        self.densities[0] += other.densities[0];
        self.outside += other.outside;
        self.labels.iter_mut().zip(&other.labels).for_each(|(a, b)| *a += b);
    }

    /// Two atoms with the bin's moments, or one where all its mass lies at one place.
    fn atoms(&self, centre: f64) -> Vec<Atom> {
        let [m, m1, m2, m3] = self.sums;
        let mean = m1 / m;
        let variance = m2 / m - mean * mean;
        let log_density = self.densities[0] / m;
        let place = |z: f64| (centre * (1.0 + z)).max(0.0);
        if variance <= 1e-6 * WIDTH * WIDTH {
            return vec![Atom { mass: m, excess: place(mean), log_density }];
        }
        let third = m3 / m - 3.0 * mean * m2 / m + 2.0 * mean.powi(3);
        let skew = 0.5 * third / variance;
        let root = (skew * skew + variance).sqrt();
        let (a, b) = (skew - root, skew + root);
        let (mass_a, mass_b) = (m * b / (b - a), -m * a / (b - a));
        // The log-density is a line through the two that keeps its own two moments.
        let slope = (self.densities[1] / m - mean * log_density) / variance;
        [(mass_a, a), (mass_b, b)]
            .into_iter()
            .map(|(mass, z)| Atom { mass, excess: place(mean + z), log_density: log_density + slope * z })
            .collect()
    }
}

impl Spectrum {
    /// Least value of `R`.
    pub fn least(&self) -> f64 {
        self.least
    }

    /// The same distribution for `R + shift`.
    #[must_use]
    pub fn shifted(mut self, shift: f64) -> Self {
        self.least += shift;
        self
    }

    /// Number of labels that mass is told apart by.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// The value that `R` exceeds with this probability under the data, in `[0, 1]`.
    pub fn upper_quantile(&self, probability: f64) -> f64 {
        let mut left = probability;
        for bin in self.bins.iter().rev() {
            if bin.mass >= left && bin.mass > 0.0 {
                return self.least + bin.high - (bin.high - bin.low) * left / bin.mass;
            }
            left -= bin.mass;
        }
        self.least
    }

    pub(super) fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    pub(super) fn bins(&self) -> &[Bin] {
        &self.bins
    }

    pub(super) fn atoms_of(&self, bin: &Bin) -> &[Atom] {
        self.atoms.get(bin.first..bin.end).unwrap_or_default()
    }

    fn add_bin(&mut self, index: usize, moments: &Moments) {
        let atoms = moments.atoms(centre_of(index));
        let mass: f64 = moments.sums[0];
        let mean = atoms.iter().map(|a| a.mass * a.excess).sum::<f64>() / mass;
        let (low, high) = edges_of(index);
        self.push(low, high.max(mean), mean, moments, 1.0, atoms);
    }

    /// A constant density of the excess from `e^{-696}` to [`CORE`], labelled like the nearest
    /// nodes. In `log r` the integrands are logistic curves: six nodes serve three units of it.
    fn add_core(&mut self, density: f64, nearest: &Moments) {
        let panels = ((CORE.ln() - CORE_LEAST) / 3.0).ceil();
        let width = (CORE.ln() - CORE_LEAST) / panels;
        let log_density = nearest.densities[0] / nearest.sums[0];
        for panel in 0..panels as usize {
            let from = CORE_LEAST + width * panel as f64;
            let atoms: Vec<Atom> = gauss_legendre(6, from, from + width)
                .into_iter()
                .map(|(u, w)| Atom { mass: density * w * u.exp(), excess: u.exp(), log_density })
                .collect();
            let mass: f64 = atoms.iter().map(|a| a.mass).sum();
            let mean = atoms.iter().map(|a| a.mass * a.excess).sum::<f64>() / mass;
            let (low, high) = (from.exp(), (from + width).exp());
            self.push(low, high, mean, nearest, mass / nearest.sums[0], atoms);
        }
    }

    fn push(&mut self, low: f64, high: f64, mean: f64, like: &Moments, scale: f64, atoms: Vec<Atom>) {
        let first = self.atoms.len();
        self.bins.push(Bin {
            low,
            high,
            mean,
            mass: like.sums[0] * scale,
            outside: like.outside * scale,
            labels: like.labels.iter().map(|l| l * scale).collect(),
            first,
            end: first + atoms.len(),
        });
        self.atoms.extend(atoms);
    }
}

impl Bin {
    /// `∫ f` over the bin's mass, spread with a linear density that has its mean, for an `f` with
    /// a kink.
    pub(super) fn integral(&self, kink: f64, f: impl Fn(f64) -> f64) -> f64 {
        let width = self.high - self.low;
        let middle = 0.5 * (self.low + self.high);
        let tilt = (12.0 * (self.mean - middle) / width).clamp(-2.0, 2.0);
        [(self.low, kink), (kink, self.high)]
            .into_iter()
            .flat_map(|(from, to)| gauss_legendre(4, from, to))
            .map(|(r, w)| w / width * self.mass * (1.0 + tilt * (r - middle) / width) * f(r))
            .sum()
    }
}

fn index_of(excess: f64) -> usize {
    if excess < FIRST {
        return 0;
    }
    ((((excess / FIRST).ln() / WIDTH) as usize) + 1).min(MOST)
}

fn edges_of(index: usize) -> (f64, f64) {
    let edge = |k: usize| FIRST * (WIDTH * k as f64).exp();
    if index == 0 { (0.0, FIRST) } else { (edge(index - 1), edge(index)) }
}

fn centre_of(index: usize) -> f64 {
    let (low, high) = edges_of(index);
    0.5 * (low + high)
}
