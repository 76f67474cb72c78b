//! The same bodies on a GPU, one after the other, and what only a GPU can do: go away.

use crate::backend::Backend;
use crate::{blur, field, frames, particles, plain};
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
    pollster::block_on(blur::holds(&Backend::Gpu(gpu), usize::MAX));
}

#[test]
fn particles_gpu() {
    let Some((_turn, gpu)) = device() else { return };
    pollster::block_on(particles::holds(&Backend::Gpu(gpu), 1 << 20));
}

#[test]
fn frames_gpu() {
    let Some((_turn, gpu)) = device() else { return };
    pollster::block_on(frames::holds(&gpu));
}

/// A device that goes away takes its particles along: an error, and the next device begins anew.
#[test]
fn frames_after_a_lost_device() {
    use scorescope::compute::{GpuTaskError, Resident};
    use scorescope::math::{Process, targets::Preset};
    let Some((_turn, gpu)) = device() else { return };
    let (frame, resident) = (frames::frame(Preset::Ring8, Process::Ddim, 1000), Resident::default());
    let first = pollster::block_on(frames::show(&gpu, &resident, frame.clone(), 20)).expect("a picture");
    gpu.destroy();
    let lost = pollster::block_on(frames::show(&gpu, &resident, frame.clone(), 10));
    assert_eq!(lost.err(), Some(GpuTaskError::Gpu(GpuError::Lost)));
    let next = pollster::block_on(Gpu::request()).expect("another device");
    assert_eq!(pollster::block_on(frames::show(&next, &resident, frame, 20)), Ok(first));
}

/// Frames a second of a million particles, forwards and by a sampler.
#[test]
#[ignore = "a measurement: run it with --release --ignored --nocapture"]
fn frames_speed() {
    use scorescope::compute::{FrameRequest, Resident};
    use scorescope::math::{Process, targets::Preset};
    let Some((_turn, gpu)) = device() else { return };
    let resident = Resident::default();
    for particles in [100_000, 1_000_000] {
        for process in [Process::Forward, Process::Ddim] {
            let frame = frames::frame(Preset::Ring8, process, particles);
            let frame = FrameRequest { cells: 192, density: 65, measure: false, ..frame };
            let picture = |level| pollster::block_on(frames::show(&gpu, &resident, frame.clone(), level));
            let (levels, mut seconds) = (if process.is_reverse() { [40, 0] } else { [0, 40] }, Vec::new());
            picture(levels[0]).expect("a picture");
            for level in 1..40usize {
                let start = std::time::Instant::now();
                picture(levels[0].abs_diff(level)).expect("a picture");
                seconds.push(start.elapsed().as_secs_f64());
            }
            seconds.sort_by(f64::total_cmp);
            let (median, p95) = (seconds[seconds.len() / 2], seconds[seconds.len() * 95 / 100]);
            println!("{particles} {process:?}: median {:.2} ms, p95 {:.2} ms", median * 1e3, p95 * 1e3);
        }
    }
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

/// How fast "W1" is: the plain estimator on a ring of eight, 128 × 128 points, 64 times, 32 draws.
#[test]
#[ignore = "a measurement: run it with --release --ignored --nocapture"]
fn w1_speed() {
    use scorescope::kernels::plain::gpu::PlainGpu;
    use scorescope::math::{
        Estimator, Formula, FormulaSpec, Plan, Rule, Schedule, ScoreError, targets::Preset,
    };
    let Some((_turn, gpu)) = device() else { return };
    let mixture = std::sync::Arc::new(Preset::Ring8.mixture());
    let spec = FormulaSpec {
        rule: Rule::Continuous,
        estimator: Estimator::MonteCarlo,
        schedule: Schedule::Linear,
        steps: 64,
        draws: 32,
        seed: 1,
        score_error: ScoreError::default(),
    };
    let plan = Plan::continuous(2, (-9.0, 9.0), 18.0 / 63.0);
    let evaluations = (plan.nodes.len() * 32 * 8 * 128 * 128) as f64;
    let formula = Formula::with_plan(mixture.clone(), plan, &spec).expect("a formula");
    let place = |i: usize| -4.0 + 8.0 * i as f64 / 127.0;
    let points: Vec<f64> = (0..128 * 128).flat_map(|k| [place(k % 128), place(k / 128)]).collect();
    let mut plain = PlainGpu::new(&gpu);
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let mut work = formula.begin(points.clone());
        plain.begin(&work, &formula).expect("room");
        let mut pieces = 0;
        loop {
            pieces += 1;
            if pollster::block_on(plain.advance(&formula, &mixture, &mut work)).expect("a piece") {
                break;
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{evaluations:.3e} evaluations in {pieces} pieces and {seconds:.3} s: {:.1} M a second, {:.1} pieces a second",
            1e-6 * evaluations / seconds,
            f64::from(pieces) / seconds
        );
    }
}
