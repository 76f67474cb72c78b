//! The same bodies on a GPU, one after the other, and what only a GPU can do: go away.

use crate::backend::Backend;
use crate::{blur, field, plain};
use scorescope::gpu::{Gpu, GpuError};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One test at a time: the driver has one device, and its threads share the processor.
static TURN: Mutex<()> = Mutex::new(());

/// A device; `None` where there is none and that is known.
fn device() -> Option<(MutexGuard<'static, ()>, Gpu)> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    match pollster::block_on(Gpu::request()) {
        Ok(gpu) => {
            println!("{:?}", gpu.info());
            Some((turn, gpu))
        }
        Err(error) if std::env::var_os("SCORESCOPE_NO_GPU").is_some_and(|v| v == "1") => {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!(
            "{error}. Install a Vulkan driver (Debian: mesa-vulkan-drivers), or set SCORESCOPE_NO_GPU=1"
        ),
    }
}

#[test]
fn field_gpu() {
    let Some((_turn, gpu)) = device() else { return };
    pollster::block_on(field::holds(&Backend::Gpu(gpu)));
}

#[test]
fn plain_gpu() {
    let Some((_turn, gpu)) = device() else { return };
    pollster::block_on(plain::holds(&Backend::Gpu(gpu)));
}

#[test]
fn blur_gpu() {
    let Some((_turn, gpu)) = device() else { return };
    pollster::block_on(blur::holds(&Backend::Gpu(gpu)));
}

#[test]
fn a_lost_device_is_an_error_and_no_more() {
    use scorescope::kernels::{Packed, field::gpu::FieldGpu};
    use scorescope::math::{Time, targets::Preset};
    let Some((_turn, gpu)) = device() else { return };
    let mut field = FieldGpu::new(&gpu);
    let packed = Packed::new(&Preset::Ring8.mixture(), Time::from_lambda(0.0)).expect("packable");
    assert!(pollster::block_on(field.evaluate(&packed, &[[0.1, 0.2]; 3], 0.0)).is_ok());
    gpu.destroy();
    for _ in 0..2 {
        let answer = pollster::block_on(field.evaluate(&packed, &[[0.1, 0.2]; 3], 0.0));
        assert_eq!(answer, Err(GpuError::Lost));
    }
}
