//! Particles on a GPU: an invocation is a particle. They stay there between steps, and so do copies of
//! them and the counts of a picture's cells, of which alone anything comes back while they move.

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
    arrays: &[Binding::Read, Binding::Write, Binding::Write, Binding::Write],
};

/// Of one dispatch; `Parameters` of `particles.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, NoUninit)]
pub struct Parameters {
    /// First particle, or cell.
    pub first: u32,
    /// End of the particles, or cells.
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
    /// Where a copy begins.
    pub start: u32,
    /// Cells along the first coordinate.
    pub columns: u32,
    /// Cells along the second; a single row takes all.
    pub rows: u32,
    /// Lower end of the first coordinate.
    pub low_x: f32,
    /// Of the second.
    pub low_y: f32,
    /// Cells a unit of the first coordinate.
    pub density_x: f32,
    /// Of the second.
    pub density_y: f32,
}

/// What a particle costs besides its components, in evaluations of one: a block of Philox, two
/// quantiles, and its place to and fro.
pub const OVERHEAD: usize = 16;

/// What a particle costs that is only copied or counted.
const TOUCH: usize = 4;

/// Something done to all particles.
#[derive(Clone, Copy, Debug)]
pub enum Act<'a> {
    /// A step.
    Step(&'a Motion, Noise),
    /// A copy of the places, under a number below that of [`ParticlesGpu::room`].
    Keep(usize),
    /// Back to where they were when they were copied.
    Restore(usize),
    /// Half-way back: the mean of the places and of a copy.
    Mean(usize),
}

/// Cells in which particles are counted: equal ones between `low` and `high` along each coordinate.
/// One row stands for all values of the second coordinate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cells {
    /// Lower ends.
    pub low: [f64; 2],
    /// Upper ends.
    pub high: [f64; 2],
    /// How many along each coordinate.
    pub count: [usize; 2],
}

/// Particles on a device.
#[derive(Debug)]
pub struct ParticlesGpu {
    program: Program,
    components: Buffer,
    places: Buffer,
    kept: Buffer,
    counts: Buffer,
    count: usize,
    copies: usize,
}

impl ParticlesGpu {
    /// No particles on a device.
    pub fn new(gpu: &Gpu) -> Self {
        Self {
            program: Program::new(gpu, SHADER),
            components: Buffer::storage("components"),
            places: Buffer::storage("particles"),
            kept: Buffer::storage("copies of particles"),
            counts: Buffer::storage("counts of particles"),
            count: 0,
            copies: 0,
        }
    }

    /// Replaces the particles; copies of the former ones are gone.
    ///
    /// # Errors
    /// What the device reports.
    pub fn write(&mut self, particles: &Particles) -> Result<(), GpuError> {
        let places: Vec<[f32; 2]> = particles.xs.iter().zip(&particles.ys).map(|(x, y)| [*x, *y]).collect();
        (self.count, self.copies) = (0, 0);
        self.places.write(self.program.gpu(), &places)?;
        self.count = places.len();
        Ok(())
    }

    /// Makes room for at most so many copies of the particles, as many as an array of the device and
    /// `bytes` hold; how many it is. Copies made before are gone.
    ///
    /// # Errors
    /// What the device reports.
    pub fn room(&mut self, copies: usize, bytes: u64) -> Result<usize, GpuError> {
        let gpu = self.program.gpu().clone();
        let one = (self.count * size_of::<[f32; 2]>()).max(1) as u64;
        self.copies = copies.min((bytes.min(gpu.info().max_array) / one) as usize);
        self.kept.reserve(&gpu, one * self.copies as u64)?;
        Ok(self.copies)
    }

    /// Makes these steps one after the other, in dispatches of limited length.
    ///
    /// # Errors
    /// What the device reports; then some of the steps may have been made, and the particles are
    /// to be written anew.
    pub async fn advance(&mut self, steps: &[(&Motion, Noise)]) -> Result<(), GpuError> {
        let acts: Vec<Act> = steps.iter().map(|(motion, noise)| Act::Step(motion, *noise)).collect();
        self.perform(&acts).await
    }

    /// Does these things one after the other.
    ///
    /// # Errors
    /// As [`ParticlesGpu::advance`].
    pub async fn perform(&mut self, acts: &[Act<'_>]) -> Result<(), GpuError> {
        let rest = self.record(acts).await?;
        if rest.is_empty() { self.program.gpu().check() } else { self.run(&rest).await }
    }

    /// The same, and then counts the particles; the first coordinate is the fastest. A particle within
    /// rounding of an edge may be counted on either side of it.
    ///
    /// # Errors
    /// As [`ParticlesGpu::advance`].
    pub async fn count(&mut self, acts: &[Act<'_>], cells: &Cells) -> Result<Vec<u32>, GpuError> {
        let mut recording = self.record(acts).await?;
        let [columns, rows] = cells.count;
        let total = columns * rows;
        self.counts.reserve(&self.program.gpu().clone(), 4 * total as u64)?;
        let density = |k: usize| (cells.count[k] as f64 / (cells.high[k] - cells.low[k])) as f32;
        let parameters = Parameters {
            columns: columns as u32,
            rows: rows as u32,
            low_x: cells.low[0] as f32,
            low_y: cells.low[1] as f32,
            density_x: density(0),
            density_y: density(1),
            ..Parameters::default()
        };
        self.add(&mut recording, "clear", &[], parameters, (total, TOUCH));
        self.add(&mut recording, "count", &[], parameters, (self.count, TOUCH));
        self.reserve_all()?;
        let arrays = [&self.components, &self.places, &self.kept, &self.counts];
        self.program.read(&recording, &arrays, &self.counts, total).await
    }

    /// Where they are.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn read(&mut self) -> Result<Particles, GpuError> {
        if self.count == 0 {
            return Ok(Particles::default());
        }
        self.reserve_all()?;
        let arrays = [&self.components, &self.places, &self.kept, &self.counts];
        let values: Vec<f32> =
            self.program.read(&Recording::default(), &arrays, &self.places, 2 * self.count).await?;
        let (pairs, _) = values.as_chunks::<2>();
        let (xs, ys) = pairs.iter().map(|[x, y]| (*x, *y)).unzip();
        Ok(Particles { xs, ys })
    }

    /// Runs what is too long to wait for in one go; what is left is still to be run.
    async fn record(&mut self, acts: &[Act<'_>]) -> Result<Recording, GpuError> {
        let gpu = self.program.gpu().clone();
        let (mut components, mut ranges) = (Vec::new(), Vec::new());
        for act in acts {
            let packed = match act {
                Act::Step(motion, _) => motion.drift.as_ref().map(|(_, packed)| packed),
                _ => None,
            };
            ranges.push(packed.map_or([0, 0], |packed| append(packed, &mut components)));
        }
        self.components.write(&gpu, &components)?;
        let most = piece_limit(gpu.info().tier);
        let mut recording = Recording::default();
        let mut waiting = 0;
        for (act, [first_component, components]) in acts.iter().zip(ranges) {
            let cost = self.add_act(&mut recording, act, [first_component, components])?;
            waiting += self.count * cost;
            if waiting >= most {
                self.run(&std::mem::take(&mut recording)).await?;
                waiting = 0;
            }
        }
        Ok(recording)
    }

    /// Adds the dispatches of an act; what it costs a particle.
    fn add_act(&self, recording: &mut Recording, act: &Act, range: [u32; 2]) -> Result<usize, GpuError> {
        let (entry, copy) = match act {
            Act::Step(motion, noise) => {
                let [first_component, components] = range;
                let (b, full) = motion.drift.as_ref().map_or((0.0, false), |(b, packed)| (*b, packed.full));
                let source = noise.source();
                let parameters = Parameters {
                    first_component,
                    components,
                    seed: source.seed,
                    stream: source.stream,
                    a: motion.a,
                    b,
                    c: motion.c,
                    ..Parameters::default()
                };
                let constants = [("FULL", full), ("SCORE", components > 0), ("NOISE", motion.c != 0.0)];
                let cost = components as usize + OVERHEAD;
                self.add(recording, "advance", &constants, parameters, (self.count, cost));
                return Ok(cost);
            }
            Act::Keep(copy) => ("keep", *copy),
            Act::Restore(copy) => ("restore", *copy),
            Act::Mean(copy) => ("mean", *copy),
        };
        if copy >= self.copies {
            return Err(GpuError::Internal(format!("no room for copy {copy} of {}", self.copies)));
        }
        let parameters = Parameters { start: (copy * self.count) as u32, ..Parameters::default() };
        self.add(recording, entry, &[], parameters, (self.count, TOUCH));
        Ok(TOUCH)
    }

    /// Adds an entry point for so many invocations of a cost, in dispatches of limited length.
    fn add(
        &self,
        recording: &mut Recording,
        entry: &str,
        constants: &[(&str, bool)],
        parameters: Parameters,
        (total, cost): (usize, usize),
    ) {
        let info = self.program.gpu().info();
        let constants: Vec<(&str, f64)> =
            constants.iter().map(|(name, on)| (*name, f64::from(u8::from(*on)))).collect();
        let pipeline = self.program.pipeline(entry, &constants);
        let most = info.max_workgroups as usize * GROUP;
        let some = (dispatch_limit(info.tier) / cost).clamp(GROUP, most);
        for first in (0..total).step_by(some) {
            let end = (first + some).min(total);
            let parameters = Parameters { first: first as u32, end: end as u32, ..parameters };
            recording.add(&pipeline, &parameters, [(end - first).div_ceil(GROUP) as u32, 1, 1]);
        }
    }

    /// A shader sees no empty array.
    fn reserve_all(&mut self) -> Result<(), GpuError> {
        let gpu = self.program.gpu().clone();
        for array in [&mut self.components, &mut self.places, &mut self.kept, &mut self.counts] {
            array.reserve(&gpu, 1)?;
        }
        Ok(())
    }

    async fn run(&mut self, recording: &Recording) -> Result<(), GpuError> {
        self.reserve_all()?;
        let arrays = [&self.components, &self.places, &self.kept, &self.counts];
        self.program.run(recording, &arrays).await
    }
}
