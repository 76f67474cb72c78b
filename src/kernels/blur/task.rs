//! What each node of the plan asks for, whatever computes it.

use super::bands::Bands;
#[cfg(feature = "gpu")]
use super::bands::taps;
use super::{Care, at, plan};
use crate::kernels::{Packed, packable};
use crate::math::{Axis, FormulaSpec, Mixture, Part, PlanNode, Quality, Time, gauss_hermite};
use std::sync::Arc;

/// The blur is cut off at this many standard deviations: e^{-5.5²/2} = 3e-7.
const REACH: f64 = 5.5;

/// See [`Mixture::felt_bend`]: a ridge farther than 9 σ from both components is 40 nats below the peak.
const SHARPEST: f64 = 18.0;

/// Most lattice points along an axis; see [`Grid::resolved`].
const MAX_SIDE: usize = 2048;

/// A grid of pixels and a share of the nodes that it needs.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    mixture: Arc<Mixture>,
    spec: FormulaSpec,
    care: Care,
    pub(super) axes: [Axis; 2],
    /// Nodes of this share that are to be done, the last first.
    nodes: Vec<PlanNode>,
    planned: usize,
    /// Whether every lattice so far was as fine as the target needs.
    pub(super) resolved: bool,
}

/// What is to be computed at a node.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) node: PlanNode,
    pub(super) packed: Packed,
    /// What the score error adds to each coordinate of the score.
    pub(super) shift: f32,
    /// Level of the grid it is read on.
    pub(super) coarseness: usize,
    pub(super) method: Method,
}

/// How `E f_t` is taken.
#[derive(Clone, Debug)]
pub(super) enum Method {
    /// A Gauss–Hermite rule at every pixel: the places along both axes, and the rule's steps in
    /// `y` with their weights.
    Quadrature { places: [Vec<f64>; 2], rule: Vec<(f64, f64)> },
    /// A lattice, and a blur along x and along y.
    Blur([Line; 2]),
}

/// A lattice along an axis, and where its blur is read.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) low: f64,
    pub(super) step: f64,
    pub(super) count: usize,
    /// Of the blur.
    pub(super) deviation: f64,
    pub(super) centres: Vec<f64>,
}

impl Grid {
    /// `None` where single precision will not do.
    pub(super) fn new(
        mixture: Arc<Mixture>,
        spec: &FormulaSpec,
        quality: Quality,
        axes: [Axis; 2],
        part: Part,
    ) -> Option<Self> {
        if !packable(&mixture) || axes.iter().any(|axis| axis.count < 2) {
            return None;
        }
        let plan = plan(&mixture, spec, quality);
        let mut nodes: Vec<PlanNode> =
            plan.nodes.into_iter().filter(|n| n.weight != 0.0).skip(part.index).step_by(part.of).collect();
        nodes.reverse();
        let (care, planned) = (Care::of(quality), nodes.len());
        Some(Self { mixture, spec: *spec, care, axes, nodes, planned, resolved: true })
    }

    /// The next node; `None` when there is none left.
    pub(super) fn next(&mut self) -> Option<Task> {
        let node = self.nodes.pop()?;
        let time = node.time;
        let packed = Packed::new(&self.mixture, time)?;
        let shift = self.spec.score_error.shift(time, 2) as f32;
        let bend = self.mixture.felt_bend(Some(time), SHARPEST);
        let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
        if deviation < 0.7 * bend {
            // Each further node gains a factor (deviation/bend)².
            let order = (1e-4f64.ln() / (2.0 * (deviation / bend).ln().min(-0.5))).ceil().clamp(2.0, 6.0);
            let rule = gauss_hermite(order as usize).into_iter().map(|(e, w)| (deviation * e, w));
            let places = self.axes.map(|axis| axis.places().map(|x| signal * x).collect());
            let method = Method::Quadrature { places, rule: rule.collect() };
            return Some(Task { node, packed, shift, coarseness: 0, method });
        }
        let coarseness = self.coarseness(time);
        let spacing = (self.care.lattice * bend).min(1.2 * deviation);
        let lines = self.axes.map(|axis| Line::new(at(axis, coarseness), signal, deviation, spacing));
        self.resolved &= lines.iter().all(|line| line.step <= 1.01 * spacing);
        Some(Task { node, packed, shift, coarseness, method: Method::Blur(lines) })
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

    /// Whether no node is left.
    pub(super) fn is_done(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Share of the nodes begun.
    pub(super) fn progress(&self) -> f64 {
        1.0 - self.nodes.len() as f64 / self.planned.max(1) as f64
    }
}

impl Task {
    /// Factor on `E f_t` in the sum over nodes.
    pub(super) fn factor(&self) -> f64 {
        self.node.weight * 2.0 * self.node.time.t()
    }

    /// What the node adds to every pixel: `weight d`.
    pub(super) fn constant(&self) -> f64 {
        self.node.weight * 2.0
    }
}

impl Line {
    fn new(read: Axis, signal: f64, deviation: f64, spacing: f64) -> Self {
        let low = signal * read.low - REACH * deviation;
        let high = signal * read.high + REACH * deviation;
        let count = (((high - low) / spacing).ceil() as usize + 1).clamp(2, MAX_SIDE);
        let step = (high - low) / (count - 1) as f64;
        Self { low, step, count, deviation, centres: read.places().map(|x| signal * x).collect() }
    }

    /// Coordinate `n` of the lattice.
    pub(super) fn place(&self, n: usize) -> f64 {
        self.low + self.step * n as f64
    }

    /// All of them.
    pub(super) fn places(&self) -> Vec<f64> {
        (0..self.count).map(|n| self.place(n)).collect()
    }

    /// The blur as a banded matrix.
    pub(super) fn bands(&self) -> Bands {
        Bands::gaussian(&self.centres, self.deviation, REACH, [self.low, self.step], self.count)
    }

    /// First and last lattice point that each reading uses.
    #[cfg(feature = "gpu")]
    pub(super) fn taps(&self) -> impl Iterator<Item = [usize; 2]> + '_ {
        let taps = |centre: &f64| taps(*centre, REACH * self.deviation, [self.low, self.step], self.count);
        self.centres.iter().map(taps)
    }
}
