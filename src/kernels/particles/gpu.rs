//! Particles on a GPU: an invocation is a particle. They stay there between steps.

use super::{Motion, Noise, Particles};
use crate::gpu::{Binding, Buffer, Gpu, GpuError, Program, Recording, Shader};
use crate::kernels::gpu::{GROUP, append, dispatch_limit, piece_limit};
use bytemuck::NoUninit;

/// The shader and its bindings.
pub const SHADER: Shader = Shader {
    label: "particles",
    source: concat!(
        include_str!("../sums.wgsl"),
        include_str!("../draws.wgsl"),
        include_str!("particles.wgsl")
    ),
    parameters: size_of::<Parameters>() as u64,
    arrays: &[Binding::Read, Binding::Write],
};

/// Of one dispatch; `Parameters` of `particles.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, NoUninit)]
pub struct Parameters {
    /// First particle.
    pub first: u32,
    /// End of the particles.
    pub end: u32,
    /// First component.
    pub first_component: u32,
    /// Components, a multiple of four.
    pub components: u32,
    /// Seed.
    pub seed: u32,
    /// Stream of the draws.
    pub stream: u32,
    /// Factor of the position.
    pub a: f32,
    /// Factor of the score.
    pub b: f32,
    /// Factor of the noise.
    pub c: f32,
}

/// What a particle costs besides its components, in evaluations of one: a block of Philox, two
/// quantiles, and its place to and fro.
const OVERHEAD: usize = 16;

/// Particles on a device.
#[derive(Debug)]
pub struct ParticlesGpu {
    program: Program,
    components: Buffer,
    places: Buffer,
    count: usize,
}

impl ParticlesGpu {
    /// No particles on a device.
    pub fn new(gpu: &Gpu) -> Self {
        Self {
            program: Program::new(gpu, SHADER),
            components: Buffer::storage("components"),
            places: Buffer::storage("particles"),
            count: 0,
        }
    }

    /// Replaces the particles.
    ///
    /// # Errors
    /// What the device reports.
    pub fn write(&mut self, particles: &Particles) -> Result<(), GpuError> {
        let places: Vec<[f32; 2]> = particles.xs.iter().zip(&particles.ys).map(|(x, y)| [*x, *y]).collect();
        self.count = 0;
        self.places.write(self.program.gpu(), &places)?;
        self.count = places.len();
        Ok(())
    }

    /// Makes these steps one after the other, in dispatches of limited length.
    ///
    /// # Errors
    /// What the device reports; then some of the steps may have been made, and the particles are
    /// to be written anew.
    pub async fn advance(&mut self, steps: &[(&Motion, Noise)]) -> Result<(), GpuError> {
        let gpu = self.program.gpu().clone();
        let (mut components, mut ranges) = (Vec::new(), Vec::new());
        for (motion, _) in steps {
            let packed = motion.drift.as_ref().map(|(_, packed)| packed);
            ranges.push(packed.map_or([0, 0], |packed| append(packed, &mut components)));
        }
        // A shader sees no empty array.
        self.components.reserve(&gpu, 1)?;
        self.components.write(&gpu, &components)?;
        let most = gpu.info().max_workgroups as usize * GROUP;
        let tier = gpu.info().tier;
        let mut recording = Recording::default();
        let mut waiting = 0;
        for ((motion, noise), [first_component, components]) in steps.iter().zip(ranges) {
            let (b, full) = motion.drift.as_ref().map_or((0.0, false), |(b, packed)| (*b, packed.full));
            let constants = [("FULL", full), ("SCORE", components > 0), ("NOISE", motion.c != 0.0)];
            let pipeline = self
                .program
                .pipeline("advance", &constants.map(|(name, on)| (name, f64::from(u8::from(on)))));
            let cost = components as usize + OVERHEAD;
            let some = (dispatch_limit(tier) / cost).clamp(GROUP, most);
            let source = noise.source();
            for first in (0..self.count).step_by(some) {
                let end = (first + some).min(self.count);
                let parameters = Parameters {
                    first: first as u32,
                    end: end as u32,
                    first_component,
                    components,
                    seed: source.seed,
                    stream: source.stream,
                    a: motion.a,
                    b,
                    c: motion.c,
                };
                recording.add(&pipeline, &parameters, [(end - first).div_ceil(GROUP) as u32, 1, 1]);
                waiting += (end - first) * cost;
                if waiting >= piece_limit(tier) {
                    self.run(&std::mem::take(&mut recording)).await?;
                    waiting = 0;
                }
            }
        }
        if recording.is_empty() { gpu.check() } else { self.run(&recording).await }
    }

    /// Where they are.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn read(&mut self) -> Result<Particles, GpuError> {
        if self.count == 0 {
            return Ok(Particles::default());
        }
        self.components.reserve(&self.program.gpu().clone(), 1)?;
        let arrays = [&self.components, &self.places];
        let values = self.program.read(&Recording::default(), &arrays, &self.places, 2 * self.count).await?;
        let (pairs, _) = values.as_chunks::<2>();
        let (xs, ys) = pairs.iter().map(|[x, y]| (*x, *y)).unzip();
        Ok(Particles { xs, ys })
    }

    async fn run(&mut self, recording: &Recording) -> Result<(), GpuError> {
        self.program.run(recording, &[&self.components, &self.places]).await
    }
}
