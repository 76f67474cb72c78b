//! What the lanes of this machine can do at most: the rate of multiplications with addition that wait for
//! nothing, beside which the speed of a kernel says how near to the machine's limit it is.
//!
//! Left out on purpose: memory, which the kernels hardly touch.

use super::Level;
use super::simd::Wide;
use fearless_simd::{Simd, dispatch};

/// Operations on a lane that the plain estimator takes for a component of those alike, counted in
/// `sums_alike` and `Exp2`: 4 for the energy and its least, 12 for the power (a difference, a bound, 3 to round, 5
/// of a polynomial, 2 for the exponent), 3 for the sums.
pub const LANE_OPERATIONS: usize = 19;

/// The same in floating-point operations: a multiplication with addition is two, and shifts of bits none.
pub const FLOPS: usize = 24;

/// Vectors under way at a time: more than any processor has stages for.
const CHAINS: usize = 16;

/// Does about `count` multiplications with addition on lanes, all at once; how many it were, and a number
/// that depends on all of them.
pub fn multiply_adds(level: Level, count: usize) -> (usize, f32) {
    dispatch!(level, simd => chains(simd, count))
}

#[inline(always)]
fn chains<S: Simd>(simd: S, count: usize) -> (usize, f32) {
    let rounds = count.div_ceil(CHAINS * Wide::<S, 1>::LEN);
    // The compiler must not know what they are.
    let [factor, term] = std::hint::black_box([0.999_f32, 0.001]);
    let (factor, term) = (Wide::<S, 1>::splat(simd, factor), Wide::splat(simd, term));
    let mut chains: [Wide<S, 1>; CHAINS] = std::array::from_fn(|i| Wide::splat(simd, i as f32));
    for _ in 0..rounds {
        for chain in &mut chains {
            *chain = chain.mul_add(factor, term);
        }
    }
    let sum = chains.iter().flat_map(Wide::lanes).sum();
    (rounds * CHAINS * Wide::<S, 1>::LEN, sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All chains run to the fixed point `0.001/(1 - 0.999) = 1`.
    #[test]
    fn every_chain_does_its_share() {
        for level in [Level::new(), Level::fallback()] {
            let (count, sum) = multiply_adds(level, 10_000_000);
            assert!((10_000_000..10_100_000).contains(&count), "{count}");
            let lanes = sum.round();
            assert!((sum / lanes - 1.0).abs() < 1e-3 && lanes % CHAINS as f32 == 0.0, "{sum}");
        }
    }
}
