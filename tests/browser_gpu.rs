//! The kernels in a browser: on the 128-bit lanes of WebAssembly and through WebGPU, by the same
//! bodies as natively (`tests/kernels/`). In headless Chromium the adapter is one in software.
#![cfg(target_arch = "wasm32")]

#[path = "kernels/backend.rs"]
mod backend;
#[path = "kernels/blur.rs"]
mod blur;
#[path = "kernels/field.rs"]
mod field;
#[path = "kernels/frames.rs"]
mod frames;
#[path = "kernels/particles.rs"]
mod particles;
#[path = "kernels/plain.rs"]
mod plain;
#[path = "kernels/targets.rs"]
mod targets;

use backend::Backend;
use scorescope::gpu::{Gpu, GpuError, Tier};
use scorescope::kernels::field::gpu::FieldGpu;
use scorescope::kernels::{Level, Packed};
use scorescope::math::{Time, targets::Preset};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

async fn device() -> Backend {
    let gpu = Gpu::request().await.expect("an adapter: see webdriver.json");
    assert_eq!(gpu.info().tier, Tier::Software, "{:?}", gpu.info());
    Backend::Gpu(gpu)
}

#[wasm_bindgen_test]
async fn field_simd() {
    field::holds(&Backend::Cpu(Level::new())).await;
}

#[wasm_bindgen_test]
async fn plain_simd() {
    plain::holds(&Backend::Cpu(Level::new())).await;
}

#[wasm_bindgen_test]
async fn blur_simd() {
    blur::holds(&Backend::Cpu(Level::new()), 3).await;
}

#[wasm_bindgen_test]
async fn particles_simd() {
    particles::holds(&Backend::Cpu(Level::new()), 1 << 18).await;
}

#[wasm_bindgen_test]
async fn field_gpu() {
    field::holds(&device().await).await;
}

#[wasm_bindgen_test]
async fn plain_gpu() {
    plain::holds(&device().await).await;
}

#[wasm_bindgen_test]
async fn blur_gpu() {
    blur::holds(&device().await, 3).await;
}

#[wasm_bindgen_test]
async fn particles_gpu() {
    particles::holds(&device().await, 1 << 18).await;
}

#[wasm_bindgen_test]
async fn frames_gpu() {
    let Backend::Gpu(gpu) = device().await else { return };
    frames::holds(&gpu).await;
}

#[wasm_bindgen_test]
async fn a_lost_device_is_an_error_and_no_more() {
    let Backend::Gpu(gpu) = device().await else { return };
    let mut field = FieldGpu::new(&gpu);
    let packed = Packed::new(&Preset::Ring8.mixture(), Time::from_lambda(0.0)).expect("packable");
    assert!(field.evaluate(&packed, &[[0.1, 0.2]; 3], 0.0).await.is_ok());
    gpu.destroy();
    for _ in 0..2 {
        assert_eq!(field.evaluate(&packed, &[[0.1, 0.2]; 3], 0.0).await, Err(GpuError::Lost));
    }
}
