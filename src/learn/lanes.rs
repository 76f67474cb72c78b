//! What is done number by number: plain loops, compiled for the machine's vectors.
//!
//! [`exp`] is `2^{x log₂ e}` by a polynomial of degree 6 and the bits of the exponent, without branches, so
//! that compilers make vectors of it; its relative error is below 3e-7.

use fearless_simd::{Level, Simd, dispatch};

/// `z` becomes `z σ(z)`, and `slopes` its derivative `σ(z) (1 + z (1 - σ(z)))`.
pub(super) fn silu(level: Level, z: &mut [f32], slopes: &mut [f32]) {
    dispatch!(level, simd => silu_on(simd, z, slopes));
}

#[inline(always)]
fn silu_on<S: Simd>(_: S, z: &mut [f32], slopes: &mut [f32]) {
    for (z, slope) in z.iter_mut().zip(slopes) {
        let sigmoid = 1.0 / (1.0 + exp(-*z));
        *slope = sigmoid * (1.0 + *z * (1.0 - sigmoid));
        *z *= sigmoid;
    }
}

/// `z` becomes `max(z, z/5)`, and `slopes` its derivative.
pub(super) fn leaky_relu(level: Level, z: &mut [f32], slopes: &mut [f32]) {
    dispatch!(level, simd => leaky_relu_on(simd, z, slopes));
}

#[inline(always)]
fn leaky_relu_on<S: Simd>(_: S, z: &mut [f32], slopes: &mut [f32]) {
    for (z, slope) in z.iter_mut().zip(slopes) {
        *slope = if *z < 0.0 { 0.2 } else { 1.0 };
        *z *= *slope;
    }
}

/// Number by number, `values *= factors`.
pub(super) fn scale(level: Level, values: &mut [f32], factors: &[f32]) {
    dispatch!(level, simd => scale_on(simd, values, factors));
}

#[inline(always)]
fn scale_on<S: Simd>(_: S, values: &mut [f32], factors: &[f32]) {
    for (value, factor) in values.iter_mut().zip(factors) {
        *value *= factor;
    }
}

/// `e^x`; below -87 and above 87 it is that at the ends.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// `1.5 · 2²³`, which added rounds to the nearest integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    /// `(log 2)^n / n!`, from the highest.
    const TAYLOR: [f32; 7] =
        [1.540_353e-4, 1.333_355_8e-3, 9.618_129e-3, 5.550_411e-2, 0.240_226_5, std::f32::consts::LN_2, 1.0];
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 87.0 { 87.0 } else { x };
    let power = x * std::f32::consts::LOG2_E;
    let rounded = power + ROUND;
    let rest = power - (rounded - ROUND);
    let mut value = 0.0;
    for coefficient in TAYLOR {
        value = value * rest + coefficient;
    }
    f32::from_bits(value.to_bits().wrapping_add(rounded.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_keeps_its_tolerance() {
        for i in -870..=870 {
            let x = 0.1 * i as f32;
            let exact = f64::from(x).exp();
            // What rounding `x log₂ e` to single precision costs grows with it.
            let tolerance = 3e-7 + 1e-7 * f64::from(x.abs());
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < tolerance, "{x}");
        }
        assert!(exp(-1e9) > 0.0 && exp(1e9).is_finite());
    }

    #[test]
    fn what_is_no_number_stays_visible() {
        let (mut z, mut slopes) = ([f32::NAN, f32::INFINITY], [0.0; 2]);
        silu(Level::new(), &mut z, &mut slopes);
        assert!(z.iter().all(|z| !z.is_finite()));
    }
}
