//! The inner loop of all kernels: sums over the components of a mixture at a vector of points.

use super::PackedComponent;
use super::simd::{exp2, splat};
use fearless_simd::{Simd, SimdBase, SimdFloat};

/// Components whose exponents are kept between the two passes. Longer mixtures are worked
/// through in blocks, with the sums rescaled when a block raises the largest exponent.
const BLOCK: usize = 16;

/// `2 ln 2`: from `(a u + b v, c v)` to `-g`.
pub(super) const SLOPE: f32 = 2.0 * std::f32::consts::LN_2;

/// Sums over components, with `p_j = 2^(logit_j - largest logit)`.
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

/// The sums at the points `(x, y)`. `FULL`: covariances may be other than diagonal. `SPREAD`:
/// what the divergence needs is wanted too.
#[inline(always)]
pub(super) fn sums<S: Simd, const FULL: bool, const SPREAD: bool>(
    simd: S,
    components: &[PackedComponent],
    x: S::f32s,
    y: S::f32s,
) -> Sums<S::f32s> {
    let zero = splat(simd, 0.0);
    let mut sums = Sums { total: zero, x: zero, y: zero, spread: zero };
    let mut top = splat(simd, f32::MIN);
    let mut parts = [(zero, zero, zero); BLOCK];
    for (index, block) in components.chunks(BLOCK).enumerate() {
        let before = top;
        for (c, (logit, u, v)) in block.iter().zip(&mut parts) {
            let dx = x - c.mean[0];
            let dy = y - c.mean[1];
            *u = dx * c.a;
            *v = dy * c.c;
            if FULL {
                *v = dx.mul_add(splat(simd, c.b), *v);
            }
            *logit = splat(simd, c.log2_norm) - u.mul_add(*u, *v * *v);
            top = top.max(*logit);
        }
        if index > 0 {
            let scale = exp2(simd, before - top);
            sums.total *= scale;
            sums.x *= scale;
            sums.y *= scale;
            sums.spread *= scale;
        }
        for (c, (logit, u, v)) in block.iter().zip(&parts) {
            let p = exp2(simd, *logit - top);
            let mut gx = *u * c.a;
            if FULL {
                gx = v.mul_add(splat(simd, c.b), gx);
            }
            let gy = *v * c.c;
            sums.total += p;
            sums.x = gx.mul_add(p, sums.x);
            sums.y = gy.mul_add(p, sums.y);
            if SPREAD {
                let square = gx.mul_add(gx, gy * gy);
                let spread = square.mul_add(splat(simd, SLOPE * SLOPE), splat(simd, -c.trace));
                sums.spread = spread.mul_add(p, sums.spread);
            }
        }
    }
    sums
}
