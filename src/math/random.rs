//! Counter-based randomness: Philox4x32-10 (Salmon et al. 2011, *Parallel random numbers: as
//! easy as 1, 2, 3*), and what is drawn from it.
//!
//! A draw is a pure function of (seed, stream, index): nothing is stepped, so any draw can be
//! had on any worker or GPU in any order, and a permalink shows the same draws everywhere.

use statrs::function::erf::erfc_inv;

/// Names of the streams, so that no two uses share their draws.
pub mod stream {
    /// Noise of the density formula at node `k`: `FORMULA + k`.
    pub const FORMULA: u32 = 0x1000_0000;
    /// Which component a sample of the target comes from.
    pub const SAMPLE_COMPONENT: u32 = 0x2000_0000;
    /// Noise of a sample within its component.
    pub const SAMPLE_NOISE: u32 = 0x2000_0001;
    /// Seeds of scrambled Sobol sequences.
    pub const SOBOL: u32 = 0x3000_0000;
    /// Noise of step `k` of moving particles: `PARTICLES + k`, `k < 2²⁸`. Words `2i` and `2i + 1`
    /// are the two coordinates of particle `i`.
    pub const PARTICLES: u32 = 0x4000_0000;
    /// Particles drawn from `N(0, I)`, laid out alike.
    pub const PARTICLES_PRIOR: u32 = 0x5000_0000;
    /// Which of the handwritten digits are held out.
    pub const DIGITS_SPLIT: u32 = 0x7D00_0000;
    /// Which rows of too large a file are kept.
    pub const SUBSAMPLE: u32 = 0x7E00_0000;
    /// First weights of networks; `+ 1` for a second network.
    pub const LEARN_WEIGHTS: u32 = 0x7B00_0000;
    /// Times of minibatches.
    pub const LEARN_TIME: u32 = 0x7B00_0010;
    /// Noise of minibatches.
    pub const LEARN_NOISE: u32 = 0x7B00_0011;
    /// What a generator makes samples of.
    pub const LEARN_LATENT: u32 = 0x7B00_0012;
    /// Noise of the evaluation of networks.
    pub const LEARN_TEST: u32 = 0x7B00_0013;
    /// Which class a test point of the classifier comes from.
    pub const CLASS: u32 = 0x7C00_0000;
    /// Times of the classifier's draws.
    pub const CLASS_TIME: u32 = 0x7C00_0001;
    /// Noise of the classifier's draws.
    pub const CLASS_NOISE: u32 = 0x7C00_0002;
}

/// Philox's multipliers.
pub(crate) const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// What Philox adds to its key in each round.
pub(crate) const INCREMENTS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
/// Second word of all keys; the first is the seed.
pub(crate) const KEY: u32 = 0x5C02_E5C0;

/// One block of Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key.
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mut c = counter;
    let mut k = key;
    for _ in 0..10 {
        let (high0, low0) = wide_product(MULTIPLIERS[0], c[0]);
        let (high1, low1) = wide_product(MULTIPLIERS[1], c[2]);
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0];
        k = [k[0].wrapping_add(INCREMENTS[0]), k[1].wrapping_add(INCREMENTS[1])];
    }
    c
}

/// A uniform draw in the open interval `(0, 1)`: `(word + ½) / 2³²`.
pub fn uniform(seed: u32, stream: u32, index: u32) -> f64 {
    to_unit(word(seed, stream, index as usize))
}

/// A 32-bit word of a stream.
pub fn word(seed: u32, stream: u32, index: usize) -> u32 {
    block(seed, stream, index / 4)[index % 4]
}

/// Words `start .. start + count` of a stream as independent standard normal draws, through
/// the quantile function. Words are 32 bit, so draws lie within ±6.3.
pub fn normals(seed: u32, stream: u32, start: usize, count: usize) -> Vec<f64> {
    let mut draws = Vec::with_capacity(count);
    let mut index = start;
    while draws.len() < count {
        let words = block(seed, stream, index / 4);
        let part = &words[index % 4..];
        let take = part.len().min(count - draws.len());
        draws.extend(part[..take].iter().map(|w| normal_quantile(to_unit(*w))));
        index += take;
    }
    draws
}

/// `Φ⁻¹(p)`, the quantile function of the standard normal distribution, for `0 < p < 1`.
pub fn normal_quantile(p: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

fn block(seed: u32, stream: u32, index: usize) -> [u32; 4] {
    let index = index as u64;
    philox([index as u32, (index >> 32) as u32, stream, 0], [seed, KEY])
}

fn to_unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

fn wide_product(a: u32, b: u32) -> (u32, u32) {
    let product = u64::from(a) * u64::from(b);
    ((product >> 32) as u32, product as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
    #[test]
    fn philox_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn any_window_of_a_stream_is_the_same_stream() {
        let whole = normals(7, 3, 0, 100);
        for start in [0, 1, 2, 3, 4, 5, 37] {
            assert_eq!(normals(7, 3, start, 20), whole[start..start + 20]);
        }
        assert_ne!(normals(8, 3, 0, 4), whole[..4]);
        assert_ne!(normals(7, 4, 0, 4), whole[..4]);
    }

    /// Reference values to 1e-9 relative: tables of the normal distribution.
    #[test]
    fn quantiles() {
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.999, 3.090_232_306_167_813_5),
            (1e-9, -5.997_807_015_007_686),
        ] {
            assert!((normal_quantile(p) - z).abs() < 1e-9, "{p}: {}", normal_quantile(p));
        }
    }

    #[test]
    fn moments_of_normal_draws() {
        let z = normals(1, 1, 0, 200_000);
        let moment = |k: i32| z.iter().map(|z| z.powi(k)).sum::<f64>() / z.len() as f64;
        // Four standard errors of each sample moment.
        for (k, exact, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let error = (moment(k) - exact).abs();
            assert!(error < 4.0 * (variance / z.len() as f64).sqrt(), "moment {k}: {error}");
        }
    }
}
