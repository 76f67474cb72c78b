//! The equilibrium of a GAN whose generator is regularised by score matching (paper, section 4.2).
//!
//! `min_G max_D V(D, G) + λ E_{x~p_G}[R(x)]` with `V = E_{p}[log D] + E_{p_G}[log(1 - D)]` and
//! any regulariser `R`. The best discriminator is `D* = p/(p + p_G)`; put in, the generator's
//! objective is `∫ p_G log(p_G/(p + p_G)) + λ ∫ p_G R + …`, convex in `p_G`, and its derivative
//! is `log(1 - D*) + λR`: constant wherever `p_G > 0`. So
//!
//! ```text
//! D*(x) = 1 - q(x),   p_G(x) = p(x) q(x) / (1 - q(x)),   q(x) = c e^{-λ R(x)},   ∫ p_G = 1
//! ```
//!
//! Everything here is a function of the *excess* `r = R - min R ≥ 0` alone: with
//! `q = e^{-(δ + λ r)}`, `δ = λ min R - log c > 0`, the normaliser is the root of
//! `∫ μ(dr) / (e^{δ + λ r} - 1) = 1`, where `μ` is the distribution of `r` under the data: the
//! [`Spectrum`]. It is made once for a target and a regulariser, and then serves every `λ`.
//!
//! Left out on purpose: where the spectrum's integrals are taken ([`super::Cells`]), what `R` is
//! ([`super::Regulariser`]), and any training: this is the equilibrium of the ideal game.

mod sampling;
mod spectrum;

pub use sampling::{MAX_LABELS, Sampling};
pub use spectrum::{Sample, Spectrum, SpectrumBuilder};

use spectrum::Atom;

/// Relative tolerance of the normaliser, on `log δ`.
pub const TOLERANCE: f64 = 1e-13;

/// Steps after which the root is taken as it is; bisection alone needs 60.
const MAX_STEPS: usize = 200;

/// Smallest `log δ` that is looked at.
const LEAST: f64 = -700.0;

/// The normaliser of an equilibrium.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Equilibrium {
    /// Strength `λ ≥ 0` of the regulariser.
    pub lambda: f64,
    /// `log c`.
    pub log_c: f64,
    /// `δ = λ min R - log c`, in `(0, log 2]`; `D*` at the minimum of `R` is `1 - e^{-δ}`.
    pub delta: f64,
    /// Least value of `R`.
    pub least: f64,
    /// What `∫ p_G` falls short of 1 even for the smallest `δ`: mass that collects at the
    /// minimum of `R`. In one and two dimensions 0 but for rounding.
    pub at_mode: f64,
}

/// How far the generator is from the data, in nats but for `tv`, `outside` and `shares`.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Measures {
    /// `KL(p_G || p)`.
    pub kl: f64,
    /// Jensen–Shannon divergence, at most `log 2`.
    pub js: f64,
    /// Total variation `½ ∫ |p_G - p|`.
    pub tv: f64,
    /// Differential entropy of `p_G`.
    pub entropy: f64,
    /// Mass of `p_G` where the density of the data lies below the builder's threshold.
    pub outside: f64,
    /// Mass of `p_G` where each component is the most likely one; empty for many components.
    pub shares: Vec<f64>,
}

impl Equilibrium {
    /// Finds the normaliser for `λ` (finite, at least 0) by Newton's method on
    /// `log ∫ p_G` against `log δ`, kept in a bracket by bisection. `δ ≤ log 2` always, since
    /// `r ≥ 0`.
    pub fn solve(spectrum: &Spectrum, lambda: f64) -> Self {
        let (mut low, mut high) = (LEAST, std::f64::consts::LN_2.ln());
        let mut at_mode = 0.0;
        let mut y = high;
        if lambda > 0.0 {
            let (mass, _) = mass(spectrum, lambda, LEAST.exp());
            if mass < 1.0 {
                (at_mode, y) = (1.0 - mass, LEAST);
            } else {
                for _ in 0..MAX_STEPS {
                    let (mass, slope) = self::mass(spectrum, lambda, y.exp());
                    let value = mass.ln();
                    if value > 0.0 {
                        low = y;
                    } else {
                        high = y;
                    }
                    // Over the derivative d log mass / d log δ.
                    let step = value * mass / (slope * y.exp());
                    if step.abs() <= TOLERANCE * y.abs().max(1.0) || low >= high {
                        y += step;
                        break;
                    }
                    let newton = y + step;
                    y = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
                }
            }
        }
        let delta = y.exp();
        let least = spectrum.least();
        Self { lambda, log_c: lambda * least - delta, delta, least, at_mode }
    }

    /// `log q(x) = log c - λ R(x)`, below 0 unless rounding takes `R` below its minimum.
    fn exponent(&self, excess: f64) -> f64 {
        self.delta + self.lambda * excess.max(0.0)
    }

    /// `D*(x)` where the regulariser is `r`.
    pub fn discriminator(&self, regulariser: f64) -> f64 {
        -(-self.exponent(regulariser - self.least)).exp_m1()
    }

    /// `log(p_G(x) / p(x))` where the regulariser is `r`.
    pub fn log_ratio(&self, regulariser: f64) -> f64 {
        log_ratio(self.exponent(regulariser - self.least))
    }

    /// The measures of this equilibrium on the spectrum that it was solved for.
    pub fn measures(&self, spectrum: &Spectrum) -> Measures {
        let mut m = Measures { shares: vec![0.0; spectrum.labels()], ..Measures::default() };
        // r at which p_G and the data agree: q = 1/2.
        let cross = (std::f64::consts::LN_2 - self.delta) / self.lambda;
        let distance = |excess: f64| log_ratio(self.exponent(excess)).exp_m1().abs();
        for bin in spectrum.bins() {
            let atoms = spectrum.atoms_of(bin);
            for atom in atoms {
                self.add(&mut m, atom);
            }
            m.tv += if cross > bin.low && cross < bin.high {
                bin.integral(cross, distance)
            } else {
                atoms.iter().map(|a| a.mass * distance(a.excess)).sum()
            };
            let made: f64 = atoms.iter().map(|a| a.mass * log_ratio(self.exponent(a.excess)).exp()).sum();
            let ratio = made / bin.mass;
            m.outside += bin.outside * ratio;
            for (share, mass) in m.shares.iter_mut().zip(&bin.labels) {
                *share += mass * ratio;
            }
        }
        m.tv *= 0.5;
        m
    }

    fn add(&self, m: &mut Measures, atom: &Atom) {
        let log_ratio = log_ratio(self.exponent(atom.excess));
        let ratio = log_ratio.exp();
        // log((1 + s)/2) for s = p_G/p.
        let log_mean = if log_ratio > 0.0 { log_ratio + (-log_ratio).exp().ln_1p() } else { ratio.ln_1p() }
            - std::f64::consts::LN_2;
        m.kl += atom.mass * ratio * log_ratio;
        m.js += 0.5 * atom.mass * (ratio * (log_ratio - log_mean) - log_mean);
        m.entropy -= atom.mass * ratio * (log_ratio + atom.log_density);
    }
}

/// `log(q/(1-q))` for `q = e^{-a}`, `a > 0`.
fn log_ratio(a: f64) -> f64 {
    -a - (-(-a).exp_m1()).ln()
}

/// `∫ p_G` for a `δ`, and minus its derivative by `δ`.
fn mass(spectrum: &Spectrum, lambda: f64, delta: f64) -> (f64, f64) {
    spectrum.atoms().iter().fold((0.0, 0.0), |(mass, slope), atom| {
        let odds = 1.0 / (delta + lambda * atom.excess).exp_m1();
        // q/(1-q)² = s (1 + s).
        (mass + atom.mass * odds, slope + atom.mass * odds * (1.0 + odds))
    })
}

#[cfg(test)]
mod tests;
