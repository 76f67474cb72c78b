//! Pictures of moving particles by a GPU: against the closed form of where they are, and against the same
//! pictures without a GPU, whose particles have the same draws.

use scorescope::compute::{
    ForwardReply, ForwardRequest, FrameReply, FrameRequest, GpuTask, GpuTaskError, Journey, Progress, Reply,
    Request, Resident, run,
};
use scorescope::gpu::Gpu;
use scorescope::math::targets::Preset;
use scorescope::math::{Part, Process, ReverseVariance, Schedule};

const PROCESSES: [Process; 5] =
    [Process::Forward, Process::Ddpm, Process::Ddim, Process::Flow, Process::Heun];

pub(crate) fn frame(preset: Preset, process: Process, particles: usize) -> FrameRequest {
    let target = preset.components();
    FrameRequest {
        level: 0,
        particles,
        part: Part::WHOLE,
        range: vec![(-5.0, 5.0); target[0].mean.len()],
        cells: 32,
        paths: 5,
        arrows: 4,
        density: 9,
        measure: true,
        journey: Journey {
            target,
            schedule: Schedule::LogSnr,
            steps: 100,
            process,
            count: 40,
            variance: ReverseVariance::Beta,
            seed: 7,
        },
    }
}

fn request(frame: FrameRequest, level: usize) -> Request {
    Request::Forward(ForwardRequest::Frame(FrameRequest { level, ..frame }))
}

fn as_frame(reply: Reply) -> FrameReply {
    match reply {
        Reply::Forward(ForwardReply::Frame(reply)) => reply,
        other => panic!("{other:?}"),
    }
}

/// The picture at a level.
pub(crate) async fn show(
    gpu: &Gpu,
    resident: &Resident,
    frame: FrameRequest,
    level: usize,
) -> Result<FrameReply, GpuTaskError> {
    let mut task = GpuTask::new(gpu, resident, request(frame, level))?;
    loop {
        if let Progress::Done(reply) = task.step().await? {
            return Ok(as_frame(reply));
        }
    }
}

/// At moments that are gone to forwards, back and again.
pub(crate) async fn holds(gpu: &Gpu) {
    let resident = Resident::default();
    for preset in [Preset::Bimodal, Preset::Ring8] {
        for process in PROCESSES {
            let frame = frame(preset, process, 3001);
            let mut seen: Vec<(usize, FrameReply)> = Vec::new();
            for level in [0, 13, 14, 12, 40, 3, 39, 0, 13] {
                let what = format!("{preset:?} {process:?} {level}");
                let ours = show(gpu, &resident, frame.clone(), level).await.expect("a picture");
                // What was shown before leaves no trace.
                if let Some((_, before)) = seen.iter().find(|(of, _)| *of == level) {
                    assert_eq!(ours, *before, "{what}");
                }
                is_where_the_density_is(process, &ours, &what);
                let theirs = as_frame(run(request(frame.clone(), level)).expect("a picture"));
                is_like(&ours, &theirs, &what);
                seen.push((level, ours));
            }
        }
    }
}

/// Samplers in 40 steps have an error of their own besides chance.
fn is_where_the_density_is(process: Process, frame: &FrameReply, what: &str) {
    let (distance, floor) = frame.measure.as_ref().expect("asked for").distances();
    let own = match process {
        Process::Forward => 0.0,
        Process::Ddpm | Process::Flow => 0.2,
        Process::Ddim | Process::Heun => 0.1,
    };
    assert!(distance < 3.0 * floor + own, "{what}: {distance} is over {floor}");
}

/// All but the particles on an edge within single precision.
fn is_like(ours: &FrameReply, theirs: &FrameReply, what: &str) {
    let apart = |a: &[u32], b: &[u32]| -> u32 { a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).sum() };
    assert_eq!(ours.counts.len(), theirs.counts.len(), "{what}");
    assert!(theirs.counts.iter().sum::<u32>() > 2000, "{what}");
    let moved = apart(&ours.counts, &theirs.counts);
    assert!(moved <= 30, "{what}: {moved} differences between counts");
    let (ours_measure, theirs_measure) = (ours.measure.as_ref(), theirs.measure.as_ref());
    let distance = |measure: Option<&scorescope::compute::Measure>| measure.expect("asked for").distances();
    assert!((distance(ours_measure).0 - distance(theirs_measure).0).abs() < 1e-3, "{what}");
    assert_eq!(distance(ours_measure).1, distance(theirs_measure).1, "{what}");
    assert_eq!(
        (ours.particles, &ours.levels, &ours.paths),
        (theirs.particles, &theirs.levels, &theirs.paths)
    );
    assert_eq!((&ours.arrows, &ours.density), (&theirs.arrows, &theirs.density));
}
