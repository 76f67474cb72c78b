//! Whole grids on SIMD lanes.

use super::bands::Bands;
use super::sums::Sums;
use super::task::{Grid, Line, Method, Task};
use crate::kernels::convolved::Convolved;
use crate::kernels::simd::transpose;
use crate::kernels::{Level, field};
use crate::math::{Axis, FormulaSpec, Mixture, Part, Quality};
use std::sync::Arc;

/// Evaluations of mixture components (or as much other work) in one step: some milliseconds in a
/// browser.
const STEP: usize = 1_000_000;

/// A grid on its way.
#[derive(Clone, Debug)]
pub struct Blur {
    grid: Grid,
    level: Level,
    sums: Sums,
    pass: Option<Pass>,
}

/// The node in progress.
#[derive(Clone, Debug)]
struct Pass {
    task: Task,
    /// `f_t` by convolution, where the target is a data set.
    convolved: Option<Convolved>,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// Rows of pixels done by quadrature so far.
    Quadrature(Vec<f32>),
    /// `f_t` on the lattice, row after row.
    Field(Vec<f32>),
    /// Field, and rows blurred along y.
    Vertical(Bands, Vec<f32>, Vec<f32>),
    /// Columns of those, and columns blurred along x.
    Horizontal(Bands, Vec<f32>, Vec<f32>),
}

impl Blur {
    /// Starts on a share of the nodes of the [`plan`](super::plan); `None` where single precision
    /// will not do.
    pub fn new(
        mixture: Arc<Mixture>,
        spec: &FormulaSpec,
        quality: Quality,
        axes: [Axis; 2],
        part: Part,
        level: Level,
    ) -> Option<Self> {
        let grid = Grid::new(mixture, spec, quality, axes, part)?;
        Some(Self { grid, level, sums: Sums::default(), pass: None })
    }

    /// Does some milliseconds of work; `true` when all is done.
    pub fn advance(&mut self) -> bool {
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None => match self.grid.next() {
                Some(task) => Pass::new(self.level, task),
                None => return self.grid.is_done(),
            },
        };
        match pass.advance(self.level) {
            None => self.pass = Some(pass),
            Some(blurred) => {
                self.sums.constant += pass.task.constant();
                self.sums.add(pass.task.coarseness, pass.task.factor(), &blurred);
            }
        }
        self.pass.is_none() && self.grid.is_done()
    }

    /// Whether every lattice was as fine as the target needs.
    pub fn is_resolved(&self) -> bool {
        self.grid.resolved
    }

    /// Share of the nodes done.
    pub fn progress(&self) -> f64 {
        self.grid.progress()
    }

    /// `Σ_k weight_k m_k` over this share of the nodes at every pixel, x fastest.
    pub fn finish(self) -> Vec<f64> {
        self.sums.finish(self.level, self.grid.axes)
    }
}

impl Pass {
    fn new(level: Level, task: Task) -> Self {
        let stage = match &task.method {
            Method::Quadrature { .. } => Stage::Quadrature(Vec::new()),
            Method::Blur(lines) => {
                Stage::Field(Vec::with_capacity(lines.iter().map(|line| line.count).product()))
            }
        };
        let convolved = Convolved::new(level, &task.packed, || task.places());
        Self { task, convolved, stage }
    }

    /// Some work; `E f_t` on the grid of the level when done.
    fn advance(&mut self, level: Level) -> Option<Vec<f32>> {
        if self.convolved.as_mut().is_some_and(|field| !field.prepare(level)) {
            return None;
        }
        let stage = std::mem::replace(&mut self.stage, Stage::Field(Vec::new()));
        let field = self.convolved.as_ref();
        let next = match (&self.task.method, stage) {
            (Method::Quadrature { places, rule }, Stage::Quadrature(rows)) => {
                self.task.quadrature(level, field, places, rule, rows)
            }
            (Method::Blur(lines), stage) => self.task.blur(level, field, lines, stage),
            (_, stage) => Err(stage),
        };
        match next {
            Ok(blurred) => Some(blurred),
            Err(stage) => {
                self.stage = stage;
                None
            }
        }
    }
}

/// Multiplications that take as long as an evaluation of a component.
const PER_COMPONENT: usize = 20;

/// `out += weight f`.
fn add(out: &mut [f32], weight: f64, f: &[f32]) {
    for (out, f) in out.iter_mut().zip(f) {
        *out += weight as f32 * f;
    }
}

/// Rows of which each costs so much that make a step.
fn rows_of(cost: usize) -> usize {
    (STEP / cost.max(1)).max(1)
}

/// What is there when a step is done: all, or the stage to go on with.
type Next = Result<Vec<f32>, Stage>;

impl Task {
    /// Coordinates along both axes at which `f_t` is read.
    fn places(&self) -> [Vec<f64>; 2] {
        match &self.method {
            Method::Quadrature { places: [xs, ys], rule } => {
                // For each step of the rule all pixels along x; for each pixel along y all steps.
                let steps = || rule.iter().map(|(step, _)| *step);
                let xs = steps().flat_map(|step| xs.iter().map(move |x| x + step)).collect();
                let ys = ys.iter().flat_map(|y| steps().map(move |step| y + step)).collect();
                [xs, ys]
            }
            Method::Blur(lines) => lines.each_ref().map(Line::places),
        }
    }

    fn quadrature(
        &self,
        level: Level,
        field: Option<&Convolved>,
        [xs, ys]: &[Vec<f64>; 2],
        rule: &[(f64, f64)],
        mut rows: Vec<f32>,
    ) -> Next {
        let width = xs.len();
        let done = rows.len() / width;
        let cost = match field {
            Some(field) => rule.len() * field.cost() / PER_COMPONENT,
            None => width * rule.len() * rule.len() * self.packed.components.len(),
        };
        let some = rows_of(cost).min(ys.len() - done);
        if let Some(field) = field {
            let mut f = vec![0.0; width * rule.len()];
            for row in done..done + some {
                let start = rows.len();
                rows.resize(start + width, 0.0);
                for (step, (_, w1)) in rule.iter().enumerate() {
                    field.row(level, &self.packed, row * rule.len() + step, self.shift, &mut f);
                    for ((_, w0), f) in rule.iter().zip(f.chunks_exact(width)) {
                        add(&mut rows[start..], w0 * w1, f);
                    }
                }
            }
            return if done + some == ys.len() { Ok(rows) } else { Err(Stage::Quadrature(rows)) };
        }
        let xs: Vec<f32> = xs.iter().map(|x| *x as f32).collect();
        let mut f = vec![0.0; width];
        for y in &ys[done..done + some] {
            let start = rows.len();
            rows.resize(start + width, 0.0);
            for (e0, w0) in rule {
                let shifted: Vec<f32> = xs.iter().map(|x| x + *e0 as f32).collect();
                for (e1, w1) in rule {
                    field::row(level, &self.packed, &shifted, (y + e1) as f32, self.shift, &mut f);
                    add(&mut rows[start..], w0 * w1, &f);
                }
            }
        }
        if done + some == ys.len() { Ok(rows) } else { Err(Stage::Quadrature(rows)) }
    }

    fn blur(&self, level: Level, field: Option<&Convolved>, [x, y]: &[Line; 2], stage: Stage) -> Next {
        let (width, height) = (x.count, y.centres.len());
        match stage {
            Stage::Field(mut f) => {
                let done = f.len() / width;
                let cost = match field {
                    Some(field) => field.cost() / PER_COMPONENT,
                    None => width * self.packed.components.len(),
                };
                let some = rows_of(cost).min(y.count - done);
                let xs: Vec<f32> = (0..width).map(|n| x.place(n) as f32).collect();
                f.resize((done + some) * width, 0.0);
                for (row, out) in (done..).zip(f[done * width..].chunks_exact_mut(width)) {
                    match field {
                        Some(field) => field.row(level, &self.packed, row, self.shift, out),
                        None => field::row(level, &self.packed, &xs, y.place(row) as f32, self.shift, out),
                    }
                }
                Err(if done + some < y.count {
                    Stage::Field(f)
                } else {
                    Stage::Vertical(y.bands(), f, Vec::new())
                })
            }
            Stage::Vertical(bands, f, mut rows) => {
                let done = rows.len() / width;
                let some = rows_of(width * bands.taps() / bands.len()).min(bands.len() - done);
                rows.extend(bands.apply(level, &f, width, done..done + some));
                Err(if done + some < bands.len() {
                    Stage::Vertical(bands, f, rows)
                } else {
                    Stage::Horizontal(x.bands(), transpose(&rows, width), Vec::new())
                })
            }
            Stage::Horizontal(bands, columns, mut out) => {
                let done = out.len() / height;
                let some = rows_of(height * bands.taps() / bands.len()).min(bands.len() - done);
                out.extend(bands.apply(level, &columns, height, done..done + some));
                if done + some == bands.len() {
                    Ok(transpose(&out, height))
                } else {
                    Err(Stage::Horizontal(bands, columns, out))
                }
            }
            stage => Err(stage),
        }
    }
}
