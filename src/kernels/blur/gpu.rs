//! Whole grids on a GPU.
//!
//! The sums over the nodes stay on the device, level by level, and are read once a job: single
//! precision adds some 1e-5 nats. The kernel's weights are computed where they are used, from
//! the place of the first one, which needs double precision.

use super::at;
use super::sums::Sums;
use super::task::{Grid, Line, Method, Task};
use crate::gpu::{Binding, Buffer, Gpu, GpuError, Program, Recording, Shader};
use crate::kernels::gpu::{append, dispatch_limit, piece_limit};
use crate::kernels::{Level, PackedComponent};
use crate::math::{Axis, FormulaSpec, Mixture, Part, Quality};
use bytemuck::NoUninit;
use std::collections::VecDeque;
use std::sync::Arc;

/// The shader and its bindings.
pub const SHADER: Shader = Shader {
    label: "blur",
    source: concat!(include_str!("../sums.wgsl"), include_str!("blur.wgsl")),
    parameters: size_of::<Parameters>() as u64,
    arrays: &[Binding::Read, Binding::Read, Binding::Read, Binding::Write, Binding::Write, Binding::Write],
};

/// Of one dispatch; `Parameters` of `blur.wgsl`, with the meaning of each.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, NoUninit)]
#[expect(missing_docs, reason = "said in the shader")]
pub struct Parameters {
    pub first: u32,
    pub end: u32,
    pub width: u32,
    pub lattice_width: u32,
    pub first_component: u32,
    pub components: u32,
    pub xs: u32,
    pub ys: u32,
    pub rule: u32,
    pub rule_count: u32,
    pub readings: u32,
    pub level: u32,
    pub step: f32,
    pub factor: f32,
    pub shift: f32,
}

/// What a blurred value is read from; `Reading` of `blur.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, NoUninit)]
pub struct Reading {
    /// First lattice point.
    pub first: u32,
    /// How many.
    pub count: u32,
    /// Of the first, from the centre of the kernel.
    pub start: f32,
}

/// A workgroup: the `@workgroup_size` of the shader.
const GROUP: [u32; 2] = [16, 4];

/// Components in a batch of nodes: some megabytes.
const COMPONENTS: usize = 1 << 16;

/// Levels that a grid may be read on.
const LEVELS: usize = 8;

/// A dispatch to be.
#[derive(Clone, Copy, Debug)]
struct Step {
    entry: &'static str,
    full: bool,
    parameters: Parameters,
    cost: usize,
}

/// The kernel on a device, with the grid it is at.
#[derive(Debug)]
pub struct BlurGpu {
    program: Program,
    components: Buffer,
    numbers: Buffer,
    readings: Buffer,
    lattice: Buffer,
    rows: Buffer,
    sums: Buffer,
    job: Option<Job>,
}

#[derive(Debug)]
struct Job {
    grid: Grid,
    /// Where each level starts in the sums, and the end of all.
    levels: [usize; LEVELS + 1],
    used: [bool; LEVELS],
    /// What the nodes add to every pixel; the levels come last.
    sums: Sums,
    steps: VecDeque<Step>,
    /// The sums, once all is done.
    done: Option<Vec<f32>>,
}

/// What a batch of nodes needs on the device.
#[derive(Debug, Default)]
struct Batch {
    components: Vec<PackedComponent>,
    numbers: Vec<f32>,
    readings: Vec<Reading>,
    lattice: usize,
    rows: usize,
    steps: VecDeque<Step>,
    cost: usize,
}

impl BlurGpu {
    /// The kernel on a device.
    pub fn new(gpu: &Gpu) -> Self {
        Self {
            program: Program::new(gpu, SHADER),
            components: Buffer::storage("components"),
            numbers: Buffer::storage("coordinates"),
            readings: Buffer::storage("readings"),
            lattice: Buffer::storage("lattice"),
            rows: Buffer::storage("blurred rows"),
            sums: Buffer::storage("sums of the levels"),
            job: None,
        }
    }

    /// Starts on a share of the nodes of the [`plan`](super::plan).
    ///
    /// # Errors
    /// [`GpuError::Unsuited`] where single precision will not do, [`GpuError::TooLarge`] where
    /// the grid does not fit.
    pub fn begin(
        &mut self,
        mixture: Arc<Mixture>,
        spec: &FormulaSpec,
        quality: Quality,
        axes: [Axis; 2],
        part: Part,
    ) -> Result<(), GpuError> {
        let grid = Grid::new(mixture, spec, quality, axes, part).ok_or(GpuError::Unsuited)?;
        let mut levels = [0; LEVELS + 1];
        for k in 0..LEVELS {
            levels[k + 1] = levels[k] + axes.iter().map(|axis| at(*axis, k).count).product::<usize>();
        }
        let gpu = self.program.gpu();
        self.sums.reserve(gpu, 4 * levels[LEVELS] as u64)?;
        // All levels as one array of this width, for clearing.
        let width = 1024;
        let rows = levels[LEVELS].div_ceil(width);
        self.sums.reserve(gpu, 4 * (width * rows) as u64)?;
        let parameters = Parameters { end: rows as u32, width: width as u32, ..Parameters::default() };
        let clear = Step { entry: "clear", full: true, parameters, cost: width * rows / 8 };
        let steps = VecDeque::from([clear]);
        // A shader may not see an array without room, and the first dispatch sees them all.
        for array in
            [&mut self.components, &mut self.numbers, &mut self.readings, &mut self.lattice, &mut self.rows]
        {
            array.reserve(gpu, 0)?;
        }
        self.job =
            Some(Job { grid, levels, used: [false; LEVELS], sums: Sums::default(), steps, done: None });
        Ok(())
    }

    /// Does a piece of work, some ten milliseconds at most on a graphics processor; `true` when
    /// all is done, or nothing was begun.
    ///
    /// # Errors
    /// What the device reports; the grid is then lost.
    pub async fn advance(&mut self) -> Result<bool, GpuError> {
        let Some(mut job) = self.job.take() else { return Ok(true) };
        if job.done.is_none() {
            self.piece(&mut job).await?;
        }
        let done = job.done.is_some();
        self.job = Some(job);
        Ok(done)
    }

    async fn piece(&mut self, job: &mut Job) -> Result<(), GpuError> {
        let gpu = self.program.gpu().clone();
        let limit = piece_limit(gpu.info().tier);
        if job.steps.is_empty() {
            let batch = Batch::new(job, limit, dispatch_limit(gpu.info().tier));
            self.components.write(&gpu, &batch.components)?;
            self.numbers.write(&gpu, &batch.numbers)?;
            self.readings.write(&gpu, &batch.readings)?;
            self.lattice.reserve(&gpu, 4 * batch.lattice as u64)?;
            self.rows.reserve(&gpu, 4 * batch.rows as u64)?;
            job.steps = batch.steps;
        }
        let mut recording = Recording::default();
        let mut cost = 0;
        while let Some(step) =
            job.steps.front().filter(|step| recording.is_empty() || cost + step.cost <= limit)
        {
            let pipeline = self.program.pipeline(step.entry, &[("FULL", f64::from(step.full))]);
            let Parameters { first, end, width, .. } = step.parameters;
            let groups = [width.div_ceil(GROUP[0]), (end - first).div_ceil(GROUP[1]), 1];
            recording.add(&pipeline, &step.parameters, groups);
            cost += step.cost;
            job.steps.pop_front();
        }
        let arrays = [&self.components, &self.numbers, &self.readings, &self.lattice, &self.rows, &self.sums];
        if job.steps.is_empty() && job.grid.is_done() {
            let count = job.levels[LEVELS];
            job.done = Some(self.program.read(&recording, &arrays, &self.sums, count).await?);
            Ok(())
        } else {
            self.program.run(&recording, &arrays).await
        }
    }

    /// Whether every lattice was as fine as the target needs.
    pub fn is_resolved(&self) -> bool {
        self.job.as_ref().is_none_or(|job| job.grid.resolved)
    }

    /// Share of the nodes begun.
    pub fn progress(&self) -> f64 {
        self.job.as_ref().map_or(1.0, |job| job.grid.progress())
    }

    /// `Σ_k weight_k m_k` over this share of the nodes at every pixel, x fastest; `None` unless
    /// [`BlurGpu::advance`] has said that all is done. The kernel is free for the next grid then.
    pub fn finish(&mut self) -> Option<Vec<f64>> {
        let job = self.job.take()?;
        let values = job.done?;
        let mut sums = job.sums;
        for k in (0..LEVELS).filter(|k| job.used[*k]) {
            sums.add(k, 1.0, &values[job.levels[k]..job.levels[k + 1]]);
        }
        Some(sums.finish(Level::new(), job.grid.axes))
    }
}

impl Batch {
    /// The next nodes, about as many as make a piece.
    fn new(job: &mut Job, piece: usize, dispatch: usize) -> Self {
        let mut batch = Self::default();
        while batch.cost < piece && batch.components.len() < COMPONENTS {
            let Some(task) = job.grid.next() else { break };
            job.sums.constant += task.constant();
            job.used[task.coarseness] = true;
            batch.push(&task, job.levels[task.coarseness], dispatch);
        }
        batch
    }

    fn push(&mut self, task: &Task, level: usize, dispatch: usize) {
        let [first_component, components] = append(&task.packed, &mut self.components);
        let base = Parameters {
            first_component,
            components,
            level: level as u32,
            shift: task.shift,
            ..Parameters::default()
        };
        let factor = task.factor();
        match &task.method {
            Method::Quadrature { places: [xs, ys], rule } => {
                let parameters = Parameters {
                    width: xs.len() as u32,
                    xs: self.add(xs.iter().copied()),
                    ys: self.add(ys.iter().copied()),
                    rule: self.add(rule.iter().map(|r| r.0).chain(rule.iter().map(|r| r.1))),
                    rule_count: rule.len() as u32,
                    factor: factor as f32,
                    ..base
                };
                let cost = xs.len() * rule.len() * rule.len() * components as usize;
                self.cut("quadrature", task.packed.full, parameters, ys.len(), cost, dispatch);
            }
            Method::Blur([x, y]) => {
                let [width, height] = [x, y].map(|line| line.count);
                let evaluate = Parameters {
                    width: width as u32,
                    xs: self.add((0..width).map(|n| x.place(n))),
                    ys: self.add((0..height).map(|n| y.place(n))),
                    ..base
                };
                self.lattice = self.lattice.max(width * height);
                let full = task.packed.full;
                self.cut("evaluate", full, evaluate, height, width * components as usize, dispatch);
                let (readings, step, norm, taps) = self.readings(y);
                let vertical =
                    Parameters { width: width as u32, readings, step, factor: norm as f32, ..base };
                let read = y.centres.len();
                self.rows = self.rows.max(width * read);
                self.cut("vertical", full, vertical, read, width * taps, dispatch);
                let (readings, step, norm, taps) = self.readings(x);
                let horizontal = Parameters {
                    width: x.centres.len() as u32,
                    lattice_width: width as u32,
                    readings,
                    step,
                    factor: (factor * norm) as f32,
                    ..base
                };
                self.cut("horizontal", full, horizontal, read, x.centres.len() * taps, dispatch);
            }
        }
    }

    /// Cuts so many rows, each of so much work, into dispatches.
    fn cut(
        &mut self,
        entry: &'static str,
        full: bool,
        parameters: Parameters,
        rows: usize,
        cost: usize,
        dispatch: usize,
    ) {
        let some = (dispatch / cost.max(1)).max(1);
        for first in (0..rows).step_by(some) {
            let end = (first + some).min(rows);
            let parameters = Parameters { first: first as u32, end: end as u32, ..parameters };
            self.steps.push_back(Step { entry, full, parameters, cost: (end - first) * cost });
            self.cost += (end - first) * cost;
        }
    }

    fn add(&mut self, values: impl Iterator<Item = f64>) -> u32 {
        let first = self.numbers.len();
        self.numbers.extend(values.map(|value| value as f32));
        first as u32
    }

    /// Adds the readings of an axis: where they start, the kernel's step and norm, and about how
    /// many lattice points a reading takes.
    fn readings(&mut self, line: &Line) -> (u32, f32, f64, usize) {
        let first = self.readings.len();
        // 2^(-z²) is the kernel for z in these units.
        let unit = line.deviation * (2.0 * std::f64::consts::LN_2).sqrt();
        let readings = line.centres.iter().zip(line.taps()).map(|(centre, [low, high])| Reading {
            first: low as u32,
            count: (high - low + 1) as u32,
            start: ((line.place(low) - centre) / unit) as f32,
        });
        self.readings.extend(readings);
        let norm = line.step / (line.deviation * std::f64::consts::TAU.sqrt());
        let taps = self.readings[first..].iter().map(|r| r.count as usize).max().unwrap_or(1);
        (first as u32, (line.step / unit) as f32, norm, taps)
    }
}
