//! How expectations over the noise `ε ~ N(0, I)` are taken: the estimators of the formula.
//!
//! Each node of a plan gets its own draws, shared by all points, so that estimates at different
//! points differ smoothly and errors at different times average out. Draws come in blocks, so
//! that a caller can stop between them.

use super::random::{normal_quantile, normals, stream, word};
use super::{Time, gauss_hermite, sobol};

/// Draws in a block.
const BLOCK: usize = 512;

/// Independent scramblings of a Sobol sequence; their spread gives the standard error.
const REPLICATES: usize = 8;

/// An estimator of `m_k(x) = E‖ε - ε̂_k‖²`, with the form of the integrand it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Estimator {
    /// Independent draws in `‖ε + √t s‖²`, as in the paper.
    MonteCarlo,
    /// Pairs `ε, -ε` in the same integrand.
    Antithetic,
    /// Scrambled Sobol points through the normal quantile, in the same integrand.
    Qmc,
    /// Independent draws in Stein's form `d + 2t (div s + ‖s‖²/2)`.
    Stein,
    /// Scrambled Sobol points in Stein's form.
    SteinQmc,
    /// Tensor Gauss–Hermite quadrature in Stein's form; no error bar; up to three dimensions.
    Quadrature,
}

impl Estimator {
    /// The estimators that draw, and so have a standard error.
    pub const DRAWN: [Self; 5] = [Self::MonteCarlo, Self::Antithetic, Self::Qmc, Self::Stein, Self::SteinQmc];

    /// Whether the integrand is Stein's form.
    pub fn is_stein(self) -> bool {
        matches!(self, Self::Stein | Self::SteinQmc | Self::Quadrature)
    }

    fn is_sobol(self) -> bool {
        matches!(self, Self::Qmc | Self::SteinQmc)
    }
}

/// A source of noise for every node of a plan.
#[derive(Clone, Debug)]
pub struct Noise {
    estimator: Estimator,
    dim: usize,
    /// Draws per node, as asked for.
    draws: usize,
    seed: u32,
    /// Gauss–Hermite rules by size, smallest first, with the largest `√t` each one serves.
    rules: Vec<(f64, Vec<(f64, f64)>)>,
}

/// Some of the noise of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseBlock {
    /// Draws, `d` numbers each.
    pub epsilon: Vec<f64>,
    /// Weights of a quadrature rule; none where draws count alike.
    pub weights: Option<Vec<f64>>,
    /// Number of the Sobol replicate the block belongs to, else 0.
    pub replicate: usize,
}

impl Noise {
    /// Random or quasi-random draws. `draws` counts per node; Sobol points are split over
    /// eight scramblings, antithetic draws are rounded up to pairs.
    pub fn draws(estimator: Estimator, dim: usize, draws: usize, seed: u32) -> Self {
        Self { estimator, dim, draws: draws.max(1), seed, rules: Vec::new() }
    }

    /// Tensor Gauss–Hermite rules with `n` nodes an axis, fewer where `√t` is small against
    /// `scale`, the length over which the score bends: there the integrand is nearly a
    /// low-order polynomial in `ε`.
    pub fn quadrature(dim: usize, n: usize, scale: f64) -> Self {
        let rules = [(0.02, 8), (0.1, 16), (0.4, 40)]
            .into_iter()
            .filter(|(_, size)| *size < n)
            .map(|(reach, size)| (reach * scale, gauss_hermite(size)))
            .chain([(f64::INFINITY, gauss_hermite(n))])
            .collect();
        Self { estimator: Estimator::Quadrature, dim, draws: 1, seed: 0, rules }
    }

    /// The estimator.
    pub fn estimator(&self) -> Estimator {
        self.estimator
    }

    /// Replicates whose means give the standard error; 1 where single draws do.
    pub fn replicates(&self) -> usize {
        if self.estimator.is_sobol() { REPLICATES.min(self.draws) } else { 1 }
    }

    /// Draws that count once each: pairs for antithetic draws.
    pub fn draws_per_unit(&self) -> usize {
        if self.estimator == Estimator::Antithetic { 2 } else { 1 }
    }

    /// Draws a node really gets, over all blocks.
    pub fn total(&self, time: Time) -> usize {
        match self.estimator {
            Estimator::Quadrature => self.rule(time).len().pow(self.dim as u32),
            Estimator::Antithetic => self.draws.div_ceil(2) * 2,
            _ => self.draws / self.replicates() * self.replicates(),
        }
    }

    /// Blocks a node's noise comes in.
    pub fn blocks(&self, time: Time) -> usize {
        let replicates = self.replicates();
        replicates * (self.total(time) / replicates).div_ceil(BLOCK)
    }

    /// Block `index` of the noise of node `node`, which is at `time`.
    pub fn block(&self, node: usize, time: Time, index: usize) -> NoiseBlock {
        let per_replicate = self.blocks(time) / self.replicates();
        let replicate = index / per_replicate;
        let start = index % per_replicate * BLOCK;
        let count = BLOCK.min(self.total(time) / self.replicates() - start);
        match self.estimator {
            Estimator::Quadrature => tensor(self.rule(time), self.dim, start, count),
            Estimator::Antithetic => {
                let half = self.random(node, start / 2, count / 2);
                let pairs =
                    half.chunks_exact(self.dim).flat_map(|e| e.iter().copied().chain(e.iter().map(|e| -e)));
                NoiseBlock { epsilon: pairs.collect(), weights: None, replicate }
            }
            Estimator::Qmc | Estimator::SteinQmc => self.sobol(node, replicate, start, count),
            _ => NoiseBlock { epsilon: self.random(node, start, count), weights: None, replicate },
        }
    }

    fn random(&self, node: usize, start: usize, count: usize) -> Vec<f64> {
        let name = stream::FORMULA + node as u32;
        normals(self.seed, name, start * self.dim, count * self.dim)
    }

    fn sobol(&self, node: usize, replicate: usize, start: usize, count: usize) -> NoiseBlock {
        let scrambling = word(self.seed, stream::SOBOL, node * REPLICATES + replicate);
        let epsilon = (0..count * self.dim)
            .map(|i| {
                let (index, axis) = (start + i / self.dim, i % self.dim);
                if axis >= sobol::AXES {
                    let name = stream::FORMULA + node as u32;
                    let place = (replicate * super::MAX_DRAWS + index) * self.dim + axis;
                    return normals(self.seed, name, place, 1)[0];
                }
                // The generator gives 24-bit fractions; half a unit keeps them off 0.
                let unit = f64::from(sobol::sample(index as u32, axis, scrambling)) + 0.5 / 16_777_216.0;
                normal_quantile(unit)
            })
            .collect();
        NoiseBlock { epsilon, weights: None, replicate }
    }

    fn rule(&self, time: Time) -> &[(f64, f64)] {
        let deviation = time.t().sqrt();
        let chosen = self.rules.iter().find(|(reach, _)| deviation <= *reach);
        chosen.map_or(&[], |(_, rule)| rule)
    }
}

/// Points `start .. start + count` of the tensor product of a rule with itself.
fn tensor(rule: &[(f64, f64)], dim: usize, start: usize, count: usize) -> NoiseBlock {
    let mut epsilon = Vec::with_capacity(count * dim);
    let mut weights = Vec::with_capacity(count);
    for point in start..start + count {
        let (mut rest, mut weight) = (point, 1.0);
        for _ in 0..dim {
            let (node, w) = rule[rest % rule.len()];
            rest /= rule.len();
            epsilon.push(node);
            weight *= w;
        }
        weights.push(weight);
    }
    NoiseBlock { epsilon, weights: Some(weights), replicate: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(noise: &Noise, node: usize) -> Vec<f64> {
        let time = Time::from_lambda(0.0);
        (0..noise.blocks(time)).flat_map(|b| noise.block(node, time, b).epsilon).collect()
    }

    #[test]
    fn every_block_is_full_and_every_draw_finite() {
        for estimator in Estimator::DRAWN {
            for draws in [1, 2, 7, 8, 64, 511, 512, 513, 1030, 4096] {
                let noise = Noise::draws(estimator, 3, draws, 5);
                let epsilon = all(&noise, 2);
                assert_eq!(epsilon.len(), 3 * noise.total(Time::from_lambda(0.0)), "{estimator:?} {draws}");
                assert!(epsilon.iter().all(|e| e.is_finite() && e.abs() < 7.0));
            }
        }
    }

    #[test]
    fn draws_are_a_function_of_seed_and_node() {
        for estimator in Estimator::DRAWN {
            let noise = Noise::draws(estimator, 2, 100, 5);
            assert_eq!(all(&noise, 0), all(&noise.clone(), 0));
            assert_ne!(all(&noise, 0), all(&noise, 1));
            assert_ne!(all(&noise, 0), all(&Noise::draws(estimator, 2, 100, 6), 0));
        }
    }

    #[test]
    fn antithetic_draws_come_in_pairs() {
        let epsilon = all(&Noise::draws(Estimator::Antithetic, 2, 600, 1), 0);
        assert!(epsilon.chunks_exact(4).all(|p| p[0] == -p[2] && p[1] == -p[3]));
    }

    #[test]
    fn sobol_points_are_evenly_spread() {
        // Sixteen points of one scrambling: one in each sixteenth of the unit interval.
        let noise = Noise::draws(Estimator::Qmc, 1, 16 * REPLICATES, 9);
        for block in 0..noise.blocks(Time::from_lambda(0.0)) {
            let mut cells: Vec<i64> = noise
                .block(0, Time::from_lambda(0.0), block)
                .epsilon
                .iter()
                .map(|z| (16.0 * 0.5 * (1.0 + statrs::function::erf::erf(z / 2f64.sqrt()))) as i64)
                .collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..16).collect::<Vec<_>>());
        }
    }

    #[test]
    fn tensor_weights_sum_to_one() {
        for dim in 1..=3 {
            let noise = Noise::quadrature(dim, 24, 1.0);
            for lambda in [-30.0, -6.0, -2.0, 0.0, 20.0] {
                let time = Time::from_lambda(lambda);
                let sum: f64 = (0..noise.blocks(time))
                    .flat_map(|b| noise.block(0, time, b).weights.unwrap_or_default())
                    .sum();
                assert!((sum - 1.0).abs() < 1e-12, "{dim} {lambda}: {sum}");
            }
        }
    }
}
