//! The inner loop of all kernels: sums over the components of a mixture at a vector of points.
//!
//! A component's exponent is `-e`, with an energy `e = u² + v² - k` that is not negative (see
//! [`PackedComponent`]): the least energy is found first, then `p_j = 2^(least - e_j)`. Components with
//! one precision matrix in common, as those of a kernel density estimate are, have energies that
//! differ by linear functions of the point only, which takes a quarter fewer instructions.

use super::packed::{Alike, PackedComponent};
use super::simd::{Exp2, Wide};
use fearless_simd::Simd;

/// Components whose energies are kept between the two passes. Longer mixtures are worked through in
/// blocks, with the sums rescaled when a block lowers the least energy.
const BLOCK: usize = 16;

/// Vectors that go through the loop together, where there are as many.
pub(super) const VECTORS: usize = 4;

/// `2 ln 2`: from `(a u + b v, c v)` to `-g`.
pub(super) const SLOPE: f32 = 2.0 * std::f32::consts::LN_2;

/// Sums over components, `p_j` being the share of one, over that of the largest.
pub(super) struct Sums<V> {
    /// `Σ p`.
    pub(super) total: V,
    /// `Σ p (a u + b v)`.
    pub(super) x: V,
    /// `Σ p c v`.
    pub(super) y: V,
    /// `Σ p (‖g‖² - tr C⁻¹)`, only if asked for.
    pub(super) spread: V,
}

/// The sums at the points `(x, y)`. `FULL`: covariances may be other than diagonal. `SPREAD`: what
/// the divergence needs is wanted too.
#[inline(always)]
pub(super) fn sums<S: Simd, const W: usize, const FULL: bool, const SPREAD: bool>(
    simd: S,
    exp2: &Exp2,
    components: &[PackedComponent],
    [x, y]: [Wide<S, W>; 2],
) -> Sums<Wide<S, W>> {
    let zero = Wide::splat(simd, 0.0);
    let mut sums = Sums { total: zero, x: zero, y: zero, spread: zero };
    let mut least = Wide::splat(simd, f32::MAX);
    let mut parts = [(zero, zero, zero); BLOCK];
    for (index, block) in components.chunks(BLOCK).enumerate() {
        let before = least;
        for (c, (energy, u, v)) in block.iter().zip(&mut parts) {
            let dx = x - c.mean[0];
            let dy = y - c.mean[1];
            *u = dx * c.a;
            *v = dy * c.c;
            if FULL {
                *v = dx.mul_add(c.b, *v);
            }
            // The normaliser last, so that components of one shape are rounded alike.
            *energy = u.mul_add(*u, *v * *v) - c.log2_norm;
            least = least.lesser(*energy);
        }
        if index > 0 {
            let scale = (least - before).exp2(exp2);
            sums.total *= scale;
            sums.x *= scale;
            sums.y *= scale;
            sums.spread *= scale;
        }
        for (c, (energy, u, v)) in block.iter().zip(&parts) {
            let p = (least - *energy).exp2(exp2);
            let mut gx = *u * c.a;
            if FULL {
                gx = v.mul_add(c.b, gx);
            }
            let gy = *v * c.c;
            sums.total += p;
            sums.x = gx.mul_add(p, sums.x);
            sums.y = gy.mul_add(p, sums.y);
            if SPREAD {
                let square = gx.mul_add(gx, gy * gy);
                let spread = square.mul_add(SLOPE * SLOPE, -c.trace);
                sums.spread = spread.mul_add(p, sums.spread);
            }
        }
    }
    sums
}

/// The same, less `spread`, of components alike. With `U = a x`, `V = b x + c y`, an energy is
/// `(U² + V² + 1) + h_j + p_j U + q_j V`; the 1 keeps it above 0 in spite of rounding.
#[inline(always)]
pub(super) fn sums_alike<S: Simd, const W: usize>(
    simd: S,
    exp2: &Exp2,
    alike: &Alike,
    [x, y]: [Wide<S, W>; 2],
) -> Sums<Wide<S, W>> {
    let u = x * alike.a;
    let v = x.mul_add(alike.b, y * alike.c);
    let base = u.mul_add(u, v.mul_add(v, 1.0));
    let zero = Wide::splat(simd, 0.0);
    // `Σ p`, `Σ p p_j`, `Σ p q_j`.
    let (mut total, mut us, mut vs) = (zero, zero, zero);
    let mut least = Wide::splat(simd, f32::MAX);
    let mut energies = [zero; BLOCK];
    for (index, block) in alike.terms.chunks(BLOCK).enumerate() {
        let before = least;
        for (term, energy) in block.iter().zip(&mut energies) {
            *energy = u.mul_add(term.p, v.mul_add(term.q, base + term.h));
            least = least.lesser(*energy);
        }
        if index > 0 {
            let scale = (least - before).exp2(exp2);
            total *= scale;
            us *= scale;
            vs *= scale;
        }
        for (term, energy) in block.iter().zip(&energies) {
            let p = (least - *energy).exp2(exp2);
            total += p;
            us = p.mul_add(term.p, us);
            vs = p.mul_add(term.q, vs);
        }
    }
    // `Σ p (U - U_j)`, and the same of `V`.
    let (us, vs) = (u.mul_add(total, us * 0.5), v.mul_add(total, vs * 0.5));
    Sums { total, x: us.mul_add(alike.a, vs * alike.b), y: vs * alike.c, spread: zero }
}
