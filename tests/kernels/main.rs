//! The kernels in single precision against `math` in double precision: one body a kernel, run on
//! every backend. A backend is never the oracle of another one.
//!
//! Natively the GPU is whatever Vulkan offers, a driver in software for want of better
//! (`mesa-vulkan-drivers` on Debian). Without any the tests of the GPU fail, unless
//! `SCORESCOPE_NO_GPU=1` says that this is known.
#![cfg(not(target_arch = "wasm32"))]

mod backend;
mod blur;
mod field;
#[cfg(feature = "gpu")]
mod frames;
#[cfg(feature = "gpu")]
mod gpu;
mod particles;
mod plain;
#[cfg(feature = "gpu")]
mod shaders;
mod targets;

use backend::Backend;
use scorescope::kernels::Level;

#[test]
fn field_scalar() {
    pollster::block_on(field::holds(&Backend::Cpu(Level::fallback())));
}

#[test]
fn field_simd() {
    pollster::block_on(field::holds(&Backend::Cpu(Level::new())));
}

#[test]
fn plain_scalar() {
    pollster::block_on(plain::holds(&Backend::Cpu(Level::fallback())));
}

#[test]
fn plain_simd() {
    pollster::block_on(plain::holds(&Backend::Cpu(Level::new())));
}

#[test]
fn blur_scalar() {
    // Without instructions for it each multiplication with addition is a call: three targets
    // take as long as all do on vectors.
    pollster::block_on(blur::holds(&Backend::Cpu(Level::fallback()), 3));
}

#[test]
fn blur_simd() {
    pollster::block_on(blur::holds(&Backend::Cpu(Level::new()), usize::MAX));
}

#[test]
fn particles_scalar() {
    pollster::block_on(particles::holds(&Backend::Cpu(Level::fallback()), 1 << 16));
}

#[test]
fn particles_simd() {
    pollster::block_on(particles::holds(&Backend::Cpu(Level::new()), 1 << 20));
}
