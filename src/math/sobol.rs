//! Scrambled Sobol points: low-discrepancy draws in up to 64 dimensions.
//!
//! Direction numbers: S. Joe and F. Y. Kuo, *Constructing Sobol sequences with better
//! two-dimensional projections*, SIAM J. Sci. Comput. 30 (2008), the first 64 dimensions of
//! `new-joe-kuo-6`. Scrambling: the hash-based Owen scrambling of `sobol_burley`, whose points
//! these are, bit for bit; its own table, for 256 dimensions and already expanded, would be 7 KB
//! of the page.

use sobol_burley::parts::{hash, owen_scramble_rev, u32_to_f32_norm};
use std::sync::OnceLock;

/// Dimensions that have direction numbers; beyond, axes are independent draws.
pub(super) const AXES: usize = DIRECTIONS.len() + 1;

/// Direction vectors of an axis: points can be numbered up to `2^DEPTH`.
const DEPTH: usize = 16;

/// Coordinate `axis` of point `index < 2^16` of the scrambling `seed`, in `[0, 1)`, a multiple of
/// `2^-23`.
pub(super) fn sample(index: u32, axis: usize, seed: u32) -> f32 {
    static VECTORS: OnceLock<Vec<[u32; DEPTH]>> = OnceLock::new();
    let vectors = &VECTORS.get_or_init(vectors)[axis];
    // Everything is done on reversed bits, as the scrambling wants them.
    let shuffled = owen_scramble_rev(index.reverse_bits(), hash(seed ^ 0x79c6_8e4a));
    let bits = vectors.iter().enumerate().filter(|(bit, _)| shuffled >> (31 - bit) & 1 == 1);
    let point = bits.fold(0, |point, (_, vector)| point ^ vector);
    let salt = [0x912f_69ba, 0x174f_18ab, 0x691e_72ca, 0xb40c_c1b8][axis % 4];
    let scramble = seed.wrapping_mul(0x9c8f_2d3b) ^ (axis as u32 / 4) ^ salt;
    u32_to_f32_norm(owen_scramble_rev(point, hash(scramble)).reverse_bits())
}

/// The direction vectors of all axes, with reversed bits.
fn vectors() -> Vec<[u32; DEPTH]> {
    let van_der_corput = std::array::from_fn(|i| 1 << i);
    let others = DIRECTIONS.iter().map(|(a, m)| {
        let degree = m.len();
        let mut v = [0u32; DEPTH];
        for i in 0..DEPTH {
            v[i] = match m.get(i) {
                Some(m) => u32::from(*m) << (31 - i),
                None => {
                    let taps = (1..degree).filter(|k| a >> (degree - 1 - k) & 1 == 1);
                    let start = v[i - degree] ^ (v[i - degree] >> degree);
                    taps.fold(start, |sum, k| sum ^ v[i - k])
                }
            };
        }
        v.map(u32::reverse_bits)
    });
    std::iter::once(van_der_corput).chain(others).collect()
}

/// From the second axis on: the inner coefficients of the primitive polynomial, as bits, and the
/// initial direction numbers.
#[rustfmt::skip]
const DIRECTIONS: [(u16, &[u16]); 63] = [
    (0, &[1]),
    (1, &[1, 3]),
    (1, &[1, 3, 1]),
    (2, &[1, 1, 1]),
    (1, &[1, 1, 3, 3]),
    (4, &[1, 3, 5, 13]),
    (2, &[1, 1, 5, 5, 17]),
    (4, &[1, 1, 5, 5, 5]),
    (7, &[1, 1, 7, 11, 19]),
    (11, &[1, 1, 5, 1, 1]),
    (13, &[1, 1, 1, 3, 11]),
    (14, &[1, 3, 5, 5, 31]),
    (1, &[1, 3, 3, 9, 7, 49]),
    (13, &[1, 1, 1, 15, 21, 21]),
    (16, &[1, 3, 1, 13, 27, 49]),
    (19, &[1, 1, 1, 15, 7, 5]),
    (22, &[1, 3, 1, 15, 13, 25]),
    (25, &[1, 1, 5, 5, 19, 61]),
    (1, &[1, 3, 7, 11, 23, 15, 103]),
    (4, &[1, 3, 7, 13, 13, 15, 69]),
    (7, &[1, 1, 3, 13, 7, 35, 63]),
    (8, &[1, 3, 5, 9, 1, 25, 53]),
    (14, &[1, 3, 1, 13, 9, 35, 107]),
    (19, &[1, 3, 1, 5, 27, 61, 31]),
    (21, &[1, 1, 5, 11, 19, 41, 61]),
    (28, &[1, 3, 5, 3, 3, 13, 69]),
    (31, &[1, 1, 7, 13, 1, 19, 1]),
    (32, &[1, 3, 7, 5, 13, 19, 59]),
    (37, &[1, 1, 3, 9, 25, 29, 41]),
    (41, &[1, 3, 5, 13, 23, 1, 55]),
    (42, &[1, 3, 7, 3, 13, 59, 17]),
    (50, &[1, 3, 1, 3, 5, 53, 69]),
    (55, &[1, 1, 5, 5, 23, 33, 13]),
    (56, &[1, 1, 7, 7, 1, 61, 123]),
    (59, &[1, 1, 7, 9, 13, 61, 49]),
    (62, &[1, 3, 3, 5, 3, 55, 33]),
    (14, &[1, 3, 1, 15, 31, 13, 49, 245]),
    (21, &[1, 3, 5, 15, 31, 59, 63, 97]),
    (22, &[1, 3, 1, 11, 11, 11, 77, 249]),
    (38, &[1, 3, 1, 11, 27, 43, 71, 9]),
    (47, &[1, 1, 7, 15, 21, 11, 81, 45]),
    (49, &[1, 3, 7, 3, 25, 31, 65, 79]),
    (50, &[1, 3, 1, 1, 19, 11, 3, 205]),
    (52, &[1, 1, 5, 9, 19, 21, 29, 157]),
    (56, &[1, 3, 7, 11, 1, 33, 89, 185]),
    (67, &[1, 3, 3, 3, 15, 9, 79, 71]),
    (70, &[1, 3, 7, 11, 15, 39, 119, 27]),
    (84, &[1, 1, 3, 1, 11, 31, 97, 225]),
    (97, &[1, 1, 1, 3, 23, 43, 57, 177]),
    (103, &[1, 3, 7, 7, 17, 17, 37, 71]),
    (115, &[1, 3, 1, 5, 27, 63, 123, 213]),
    (122, &[1, 1, 3, 5, 11, 43, 53, 133]),
    (8, &[1, 3, 5, 5, 29, 17, 47, 173, 479]),
    (13, &[1, 3, 3, 11, 3, 1, 109, 9, 69]),
    (16, &[1, 1, 1, 5, 17, 39, 23, 5, 343]),
    (22, &[1, 3, 1, 5, 25, 15, 31, 103, 499]),
    (25, &[1, 1, 1, 11, 11, 17, 63, 105, 183]),
    (44, &[1, 1, 5, 11, 9, 29, 97, 231, 363]),
    (47, &[1, 1, 5, 15, 19, 45, 41, 7, 383]),
    (52, &[1, 3, 7, 7, 31, 19, 83, 137, 221]),
    (55, &[1, 1, 1, 3, 23, 15, 111, 223, 83]),
    (59, &[1, 1, 5, 13, 31, 15, 55, 25, 161]),
    (62, &[1, 1, 3, 13, 25, 47, 39, 87, 257]),
];

#[cfg(test)]
mod tests {
    #[test]
    fn points_are_those_of_sobol_burley() {
        for seed in [0, 1, 0xdead_beef] {
            for axis in 0..super::AXES {
                for index in [0, 1, 2, 3, 7, 100, 4095, 65_535] {
                    let theirs = sobol_burley::sample(index, axis as u32, seed);
                    assert_eq!(super::sample(index, axis, seed), theirs, "{seed} {axis} {index}");
                }
            }
        }
    }
}
