//! The formula on a whole grid: one Gaussian blur of `f_t` a time serves all pixels.
//!
//! As in [`crate::math::Lattice`], but in single precision, on lattices no finer than the target
//! needs, and with the blurred function of later times read on coarser grids.
//!
//! - **Sampling.** Across the ridge between two components `f_t` goes like `sech²` with the
//!   length `w = bend`; the trapezoidal rule with step `h` misses it by `e^{-2π² w/h}`, and the
//!   kernel by `e^{-2π² t/h²}`. So `h = min(2w, 1.2 √t)` leaves 5e-5 and 1e-6 of it.
//! - **Reading.** Blurred functions vary over `√(t/(1-t))` in `x`: they are computed on every
//!   2nd, 4th, … pixel, padded beyond the edges, and interpolated through eight neighbours.
//! - **Small times.** Where `√t < 0.7 w` a tensor Gauss–Hermite rule of 2 to 4 nodes an axis at
//!   every pixel is cheaper than a lattice.
//! - **Time.** The trapezoidal rule in `λ` converges exponentially; the tails are of second order.
//!
//! The nodes of the plan are independent: [`Part`]s of them can be done on different workers and
//! their sums added.
//!
//! Tolerance on the presets, wherever `ρ_0 > 1e-6`: 5e-3 nats for [`Quality::Coarse`], 1e-3 for
//! [`Quality::Good`], 2e-4 for [`Quality::Fine`].

mod bands;

use super::{Level, Packed, field, packable};
use crate::math::{
    Axis, FormulaSpec, Mixture, Part, Plan, PlanNode, Quality, Rule, Time, gauss_hermite, lambda_range,
};
use bands::{Bands, transpose};
use std::sync::Arc;

/// Evaluations of mixture components (or as much other work) in one step: some milliseconds in a
/// browser.
const STEP: usize = 1_000_000;

/// The blur is cut off at this many standard deviations: e^{-5.5²/2} = 3e-7.
const REACH: f64 = 5.5;

/// Most lattice points along an axis; see [`Blur::is_resolved`].
const MAX_SIDE: usize = 2048;

/// What a [`Quality`] means.
#[derive(Clone, Copy, Debug)]
struct Care {
    /// How far the range of `λ` reaches below and above the scales of the target.
    reach: [f64; 2],
    /// Step in `λ`.
    step: f64,
    /// Step of the lattice, in lengths over which the score bends.
    lattice: f64,
    /// Pixels of the coarser grids per standard deviation of the blur.
    density: f64,
}

impl Care {
    fn of(quality: Quality) -> Self {
        match quality {
            Quality::Coarse => Care { reach: [6.0, 5.0], step: 1.0, lattice: 3.0, density: 2.0 },
            Quality::Good => Care { reach: [7.0, 5.0], step: 0.8, lattice: 2.5, density: 2.5 },
            Quality::Fine => Care { reach: [9.0, 7.0], step: 0.5, lattice: 2.0, density: 2.5 },
        }
    }
}

/// A grid on its way.
#[derive(Clone, Debug)]
pub struct Blur {
    mixture: Arc<Mixture>,
    spec: FormulaSpec,
    level: Level,
    care: Care,
    axes: [Axis; 2],
    /// Nodes of this share, the last first.
    nodes: Vec<PlanNode>,
    planned: usize,
    /// `Σ weight 2t E f_t` on every `2^k`-th pixel, padded by [`PAD`], x fastest.
    sums: Vec<Option<Vec<f64>>>,
    /// What does not depend on the pixel: `Σ weight d`.
    constant: f64,
    pass: Option<Pass>,
    resolved: bool,
}

/// Coarse grids reach this far beyond the picture, for the interpolation.
const PAD: usize = 4;

/// The node in progress.
#[derive(Clone, Debug)]
struct Pass {
    node: PlanNode,
    packed: Packed,
    shift: f32,
    /// Level of the grid it is read on.
    coarseness: usize,
    method: Method,
}

#[derive(Clone, Debug)]
enum Method {
    /// A Gauss–Hermite rule at every pixel; rows done so far.
    Quadrature { rule: Vec<(f64, f64)>, xs: Vec<f32>, ys: Vec<f64>, rows: Vec<f32> },
    /// Rows of the lattice, then a blur along y, then along x.
    Blur { lattice: Lattice, horizontal: Bands, vertical: Bands, stage: Stage },
}

#[derive(Clone, Debug)]
struct Lattice {
    xs: Vec<f32>,
    y: [f64; 2],
    height: usize,
}

#[derive(Clone, Debug)]
enum Stage {
    /// `f_t` on the lattice, row after row.
    Field(Vec<f32>),
    /// Field, and rows blurred along y.
    Vertical(Vec<f32>, Vec<f32>),
    /// Columns of those, and columns blurred along x.
    Horizontal(Vec<f32>, Vec<f32>),
}

/// The plan of the formula by this kernel.
pub fn plan(mixture: &Mixture, spec: &FormulaSpec, quality: Quality) -> Plan {
    match spec.rule {
        Rule::Continuous => {
            let Care { reach, step, .. } = Care::of(quality);
            let (low, high) = lambda_range(mixture, 0.0);
            Plan::continuous(2, (low - reach[0], high + reach[1]), step)
        }
        _ => spec.plan(mixture),
    }
}

impl Blur {
    /// Starts on a share of the nodes of the [`plan`]; `None` where single precision will not do.
    pub fn new(
        mixture: Arc<Mixture>,
        spec: &FormulaSpec,
        quality: Quality,
        axes: [Axis; 2],
        part: Part,
        level: Level,
    ) -> Option<Self> {
        if !packable(&mixture) || axes.iter().any(|axis| axis.count < 2) {
            return None;
        }
        let plan = plan(&mixture, spec, quality);
        let mut nodes: Vec<PlanNode> =
            plan.nodes.into_iter().filter(|n| n.weight != 0.0).skip(part.index).step_by(part.of).collect();
        nodes.reverse();
        Some(Self {
            mixture,
            spec: *spec,
            level,
            care: Care::of(quality),
            axes,
            planned: nodes.len(),
            nodes,
            sums: Vec::new(),
            constant: 0.0,
            pass: None,
            resolved: true,
        })
    }

    /// Does some milliseconds of work; `true` when all is done.
    pub fn advance(&mut self) -> bool {
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None => match self.nodes.pop() {
                Some(node) => match self.start(node) {
                    Some(pass) => pass,
                    None => return false,
                },
                None => return true,
            },
        };
        match pass.advance(self.level) {
            None => self.pass = Some(pass),
            Some(blurred) => {
                let factor = pass.node.weight * 2.0 * pass.node.time.t();
                self.constant += pass.node.weight * 2.0;
                if self.sums.len() <= pass.coarseness {
                    self.sums.resize(pass.coarseness + 1, None);
                }
                let sum = self.sums[pass.coarseness].get_or_insert_with(|| vec![0.0; blurred.len()]);
                for (sum, f) in sum.iter_mut().zip(blurred) {
                    *sum += factor * f64::from(f);
                }
            }
        }
        self.pass.is_none() && self.nodes.is_empty()
    }

    fn start(&mut self, node: PlanNode) -> Option<Pass> {
        let time = node.time;
        let packed = Packed::new(&self.mixture, time)?;
        let shift = self.spec.score_error.shift(time, 2) as f32;
        let bend = self.mixture.bend_at(time);
        let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
        if deviation < 0.7 * bend {
            // Each further node gains a factor (deviation/bend)².
            let order = (1e-4f64.ln() / (2.0 * (deviation / bend).ln().min(-0.5))).ceil().clamp(2.0, 6.0);
            let [xs, ys] = self.axes.map(|axis| axis.places().map(|x| signal * x));
            let method = Method::Quadrature {
                rule: gauss_hermite(order as usize),
                xs: xs.map(|x| x as f32).collect(),
                ys: ys.collect(),
                rows: Vec::new(),
            };
            return Some(Pass { node, packed, shift, coarseness: 0, method });
        }
        let coarseness = self.coarseness(time);
        let spacing = (self.care.lattice * bend).min(1.2 * deviation);
        let mut along = |axis: Axis| {
            let read = at(axis, coarseness);
            let low = signal * read.low - REACH * deviation;
            let high = signal * read.high + REACH * deviation;
            let count = (((high - low) / spacing).ceil() as usize + 1).clamp(2, MAX_SIDE);
            let step = (high - low) / (count - 1) as f64;
            self.resolved &= step <= 1.01 * spacing;
            let centres = read.places().map(|x| signal * x);
            (Bands::gaussian(centres, deviation, REACH, [low, step], count), [low, step], count)
        };
        let (horizontal, x, width) = along(self.axes[0]);
        let (vertical, y, height) = along(self.axes[1]);
        let xs = (0..width).map(|n| (x[0] + x[1] * n as f64) as f32).collect();
        let method = Method::Blur {
            lattice: Lattice { xs, y, height },
            horizontal,
            vertical,
            stage: Stage::Field(Vec::with_capacity(width * height)),
        };
        Some(Pass { node, packed, shift, coarseness, method })
    }

    /// Every `2^k`-th pixel is enough at a time at which the blur is wide.
    fn coarseness(&self, time: Time) -> usize {
        let width = (time.t() / time.one_minus_t()).sqrt();
        let step = self.axes.iter().map(|axis| axis.step()).fold(0.0, f64::max);
        let few = self.axes.iter().map(|axis| axis.count).min().unwrap_or(2);
        (0..8)
            .take_while(|k| step * f64::from(1 << k) <= width / self.care.density && few >> k >= 4)
            .last()
            .unwrap_or(0)
    }

    /// Whether every lattice was as fine as the target needs.
    pub fn is_resolved(&self) -> bool {
        self.resolved
    }

    /// Share of the nodes done.
    pub fn progress(&self) -> f64 {
        1.0 - self.nodes.len() as f64 / self.planned.max(1) as f64
    }

    /// `Σ_k weight_k m_k` over this share of the nodes at every pixel, x fastest.
    pub fn finish(self) -> Vec<f64> {
        let [x, y] = self.axes;
        let mut total = vec![self.constant; x.count * y.count];
        for (k, sum) in self.sums.iter().enumerate() {
            let Some(sum) = sum else { continue };
            if k == 0 {
                for (total, sum) in total.iter_mut().zip(sum) {
                    *total += sum;
                }
                continue;
            }
            let [along_x, along_y] = self.axes.map(|axis| {
                let places = (0..axis.count).map(|i| PAD as f64 + i as f64 / f64::from(1 << k));
                Bands::interpolation(places, at(axis, k).count)
            });
            // Around the mean, so that single precision is spent on what varies.
            let mean = sum.iter().sum::<f64>() / sum.len() as f64;
            let centred: Vec<f32> = sum.iter().map(|s| (s - mean) as f32).collect();
            let rows = along_y.apply(self.level, &centred, at(x, k).count, 0..y.count);
            let columns = transpose(&rows, at(x, k).count);
            let columns = along_x.apply(self.level, &columns, y.count, 0..x.count);
            for (total, value) in total.iter_mut().zip(transpose(&columns, y.count)) {
                *total += mean + f64::from(value);
            }
        }
        total
    }
}

/// The grid of a level: all pixels, or every `2^k`-th and some beyond the edges.
fn at(axis: Axis, k: usize) -> Axis {
    if k == 0 { axis } else { axis.coarser(1 << k, PAD) }
}

impl Pass {
    /// Some work; `E f_t` on the grid of the level when done.
    fn advance(&mut self, level: Level) -> Option<Vec<f32>> {
        let count = self.packed.components.len();
        let rows_of = |cost: usize| (STEP / cost.max(1)).max(1);
        match &mut self.method {
            Method::Quadrature { rule, xs, ys, rows } => {
                let width = xs.len();
                let done = rows.len() / width;
                let some = rows_of(width * rule.len() * rule.len() * count).min(ys.len() - done);
                let deviation = self.node.time.t().sqrt();
                let mut f = vec![0.0; width];
                for y in &ys[done..done + some] {
                    let start = rows.len();
                    rows.resize(start + width, 0.0);
                    for (e0, w0) in rule.iter() {
                        let shifted: Vec<f32> = xs.iter().map(|x| x + (deviation * e0) as f32).collect();
                        for (e1, w1) in rule.iter() {
                            let y = (y + deviation * e1) as f32;
                            field::row(level, &self.packed, &shifted, y, self.shift, &mut f);
                            for (out, f) in rows[start..].iter_mut().zip(&f) {
                                *out += (w0 * w1) as f32 * f;
                            }
                        }
                    }
                }
                (done + some == ys.len()).then(|| std::mem::take(rows))
            }
            Method::Blur { lattice, horizontal, vertical, stage } => {
                let width = lattice.xs.len();
                *stage = match std::mem::replace(stage, Stage::Field(Vec::new())) {
                    Stage::Field(mut f) => {
                        let done = f.len() / width;
                        let some = rows_of(width * count).min(lattice.height - done);
                        f.resize((done + some) * width, 0.0);
                        for (row, out) in (done..).zip(f[done * width..].chunks_exact_mut(width)) {
                            let y = lattice.y[0] + lattice.y[1] * row as f64;
                            field::row(level, &self.packed, &lattice.xs, y as f32, self.shift, out);
                        }
                        if done + some < lattice.height {
                            Stage::Field(f)
                        } else {
                            Stage::Vertical(f, Vec::new())
                        }
                    }
                    Stage::Vertical(f, mut rows) => {
                        let done = rows.len() / width;
                        let some =
                            rows_of(width * vertical.taps() / vertical.len()).min(vertical.len() - done);
                        rows.extend(vertical.apply(level, &f, width, done..done + some));
                        if done + some < vertical.len() {
                            Stage::Vertical(f, rows)
                        } else {
                            Stage::Horizontal(transpose(&rows, width), Vec::new())
                        }
                    }
                    Stage::Horizontal(columns, mut out) => {
                        let height = vertical.len();
                        let done = out.len() / height;
                        let some = rows_of(height * horizontal.taps() / horizontal.len());
                        let some = some.min(horizontal.len() - done);
                        out.extend(horizontal.apply(level, &columns, height, done..done + some));
                        if done + some == horizontal.len() {
                            return Some(transpose(&out, height));
                        }
                        Stage::Horizontal(columns, out)
                    }
                };
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
