//! The formula on a whole rectangular grid in two dimensions at once.
//!
//! The expectation over the noise is a Gaussian blur: with
//! `f_t = div s_t + ‖s_t‖²/2`, `E f_t(√(1-t) x + √t ε)` is `f_t` blurred with standard
//! deviation `√t`, read at `√(1-t) x`. Sampled on a lattice `y_ij` of spacing `δ`, the
//! trapezoidal rule
//!
//! ```text
//! E f_t(√(1-t) x + √t ε) ≈ Σ_ij f_t(y_ij) φ((y_ij - √(1-t) x)/√t) (δ/√t)²
//! ```
//!
//! is separable, two products with thin banded matrices, and converges exponentially once `δ`
//! resolves both the blur and `f_t`. So a picture costs about one evaluation of the score a
//! lattice point and time, not one a pixel, draw and time. Where `√t` is far below the length
//! over which the score bends a few Gauss–Hermite nodes a pixel are cheaper.

use super::{
    Estimate, FormulaSpec, Mixture, Plan, Rule, ScoreError, Scratch, Time, gauss_hermite, lambda_range,
};
use std::sync::Arc;

/// The kernel is cut off at this many standard deviations: e^{-6.5²/2} = 7e-10.
const REACH: f64 = 6.5;

/// How finely functions are sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Step of the lattice, in lengths over which the score bends.
    pub bend: f64,
    /// Step of the lattice, in standard deviations of the blur.
    pub deviation: f64,
    /// Most lattice points along an axis; a sharper target loses accuracy instead of memory.
    pub most: usize,
    /// Most Gauss–Hermite nodes an axis, where these are used instead.
    pub order: usize,
}

impl Resolution {
    /// To about 1e-7 of what is sampled.
    pub const FINE: Self = Self { bend: 0.8, deviation: 0.8, most: 1024, order: 16 };
}

/// Evaluations of mixture components in one step.
const STEP: usize = 60_000;

/// A grid on its way: the nodes of the plan are worked through one at a time, each row by row.
#[derive(Clone, Debug)]
pub struct Lattice {
    mixture: Arc<Mixture>,
    plan: Plan,
    error: ScoreError,
    sampling: Resolution,
    least_bend: f64,
    xs: Vec<f64>,
    ys: Vec<f64>,
    node: usize,
    /// `Σ_k w_k m_k` so far, x fastest.
    total: Vec<f64>,
    pass: Option<Pass>,
    resolved: bool,
    scratch: Scratch,
}

/// The node in progress.
#[derive(Clone, Debug)]
struct Pass {
    method: Method,
    /// Rows of `f_t` done: blurred along x, or over the noise.
    rows: Vec<f64>,
}

#[derive(Clone, Debug)]
enum Method {
    /// A Gauss–Hermite rule at every pixel.
    Quadrature(Vec<(f64, f64)>),
    /// A blur of lattice rows, along x and then along y.
    Blur { horizontal: Kernel, vertical: Kernel },
}

impl Lattice {
    /// Starts on the grid `xs × ys` for a two-dimensional target; the estimator and the draws
    /// of `spec` are not used. `fine` is for the final picture: the continuous rule then reaches
    /// 1e-5 nats on the presets; without it, a third of the times give some thousandths.
    pub fn new(mixture: Arc<Mixture>, spec: &FormulaSpec, xs: Vec<f64>, ys: Vec<f64>, fine: bool) -> Self {
        debug_assert_eq!(mixture.dim(), 2);
        let plan = match spec.rule {
            Rule::Continuous => {
                let (reach, step) = if fine { (10.0, 0.25) } else { (6.0, 1.0) };
                Plan::continuous(2, lambda_range(&mixture, reach), step)
            }
            _ => spec.plan(&mixture),
        };
        Self { error: spec.score_error, ..Self::with_plan(mixture, plan, Resolution::FINE, xs, ys) }
    }

    /// Any plan, sampled as finely as is asked for, without a score error.
    pub fn with_plan(
        mixture: Arc<Mixture>,
        plan: Plan,
        sampling: Resolution,
        xs: Vec<f64>,
        ys: Vec<f64>,
    ) -> Self {
        let total = vec![0.0; xs.len() * ys.len()];
        Self {
            mixture,
            plan,
            error: ScoreError::default(),
            sampling,
            least_bend: 0.0,
            xs,
            ys,
            node: 0,
            total,
            pass: None,
            resolved: true,
            scratch: Scratch::default(),
        }
    }

    /// Takes the score to bend over no less than this length. Its sharpest ridges lie between
    /// distant components, where there is hardly any mass; who does not look there saves time.
    #[must_use]
    pub fn with_least_bend(mut self, length: f64) -> Self {
        self.least_bend = length;
        self
    }

    /// Does some rows of the node in progress; `true` when all nodes are in.
    pub fn advance(&mut self) -> bool {
        let Some(node) = self.plan.nodes.get(self.node).copied() else {
            return true;
        };
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None => self.start(node.time),
        };
        let width = self.xs.len();
        let (count, cost) = match &pass.method {
            Method::Quadrature(rule) => (self.ys.len(), width * rule.len() * rule.len()),
            Method::Blur { horizontal, vertical } => (vertical.nodes.len(), horizontal.nodes.len()),
        };
        let done = pass.rows.len() / width;
        let rows = (STEP / (cost * self.mixture.len())).max(1).min(count - done);
        self.add_rows(&mut pass, node.time, done..done + rows);
        if done + rows < count {
            self.pass = Some(pass);
            return false;
        }
        let blurred = match pass.method {
            Method::Quadrature(_) => pass.rows,
            Method::Blur { vertical, .. } => vertical.apply_to_rows(&pass.rows, width),
        };
        for (total, f) in self.total.iter_mut().zip(blurred) {
            *total += node.weight * (2.0 + 2.0 * node.time.t() * f);
        }
        self.node += 1;
        self.node == self.plan.nodes.len()
    }

    fn start(&mut self, time: Time) -> Pass {
        let bend = self.mixture.bend_at(time).max(self.least_bend);
        let deviation = time.t().sqrt();
        let signal = time.one_minus_t().sqrt();
        let Resolution { most, order, .. } = self.sampling;
        // A lattice too coarse for the blur itself would make nonsense of it.
        let reach = |places: &[f64]| {
            let (low, high) = bounds(places);
            ((high - low) * signal + 2.0 * REACH * deviation) / (most - 1) as f64
        };
        let finest = reach(&self.xs).max(reach(&self.ys));
        let method = if deviation < 0.7 * bend || 1.25 * deviation < finest {
            // Each further node gains a factor (deviation/bend)².
            let wanted = (1e-7f64.ln() / (2.0 * (deviation / bend).ln().min(-0.2))).ceil();
            self.resolved &= deviation < 0.7 * bend;
            Method::Quadrature(gauss_hermite(wanted.clamp(2.0, order as f64) as usize))
        } else {
            let spacing = (self.sampling.deviation * deviation).min(self.sampling.bend * bend);
            let kernel = |places: &[f64]| Kernel::new(places, signal, deviation, spacing, most);
            let (horizontal, vertical) = (kernel(&self.xs), kernel(&self.ys));
            self.resolved &= horizontal.step.max(vertical.step) <= 1.01 * spacing;
            Method::Blur { horizontal, vertical }
        };
        Pass { method, rows: Vec::new() }
    }

    fn add_rows(&mut self, pass: &mut Pass, time: Time, range: std::ops::Range<usize>) {
        let marginal = self.mixture.at(time);
        let shift = self.error.shift(time, 2);
        let (signal, deviation) = (time.one_minus_t().sqrt(), time.t().sqrt());
        for row in range {
            match &pass.method {
                Method::Quadrature(rule) => {
                    for x in &self.xs {
                        let mut sum = 0.0;
                        for (e0, w0) in rule {
                            for (e1, w1) in rule {
                                let y = [signal * x + deviation * e0, signal * self.ys[row] + deviation * e1];
                                sum += w0 * w1 * marginal.stein(&y, shift, &mut self.scratch);
                            }
                        }
                        pass.rows.push(sum);
                    }
                }
                Method::Blur { horizontal, vertical } => {
                    let y = vertical.nodes[row];
                    let line: Vec<f64> = horizontal
                        .nodes
                        .iter()
                        .map(|x| marginal.stein(&[*x, y], shift, &mut self.scratch))
                        .collect();
                    pass.rows.extend((0..self.xs.len()).map(|i| horizontal.apply(i, &line)));
                }
            }
        }
    }

    /// The plan that is carried out.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// `Σ_k weight_k m_k` over the nodes done, row by row, x fastest.
    pub fn sums(&self) -> &[f64] {
        &self.total
    }

    /// Whether every lattice so far was as fine as the target needs. Where not, the picture has
    /// lost accuracy: a target with details below a thousandth of the picture.
    pub fn is_resolved(&self) -> bool {
        self.resolved
    }

    /// Share of the nodes done.
    pub fn progress(&self) -> f64 {
        self.node as f64 / self.plan.nodes.len().max(1) as f64
    }

    /// The estimates, row by row, x fastest.
    pub fn finish(mut self) -> Vec<Estimate> {
        let mixture = self.mixture.clone();
        let origin = mixture.at_zero();
        let shift = self.error.0 / 2f64.sqrt();
        let mut values = Vec::with_capacity(self.total.len());
        for (j, y) in self.ys.iter().enumerate() {
            for (i, x) in self.xs.iter().enumerate() {
                let f = origin.stein(&[*x, *y], shift, &mut self.scratch);
                let value = self.plan.value(self.total[j * self.xs.len() + i], x * x + y * y, 1.0 + f);
                values.push(Estimate { value, standard_error: None });
            }
        }
        values
    }
}

/// The least and the greatest of some places.
fn bounds(places: &[f64]) -> (f64, f64) {
    let span = (f64::INFINITY, f64::NEG_INFINITY);
    places.iter().fold(span, |(low, high), place| (low.min(*place), high.max(*place)))
}

/// Gaussian weights from lattice nodes to the places at which the blurred function is read.
#[derive(Clone, Debug)]
struct Kernel {
    nodes: Vec<f64>,
    /// Distance between nodes.
    step: f64,
    /// First node and weights for each place.
    bands: Vec<(usize, Vec<f64>)>,
}

impl Kernel {
    fn new(places: &[f64], signal: f64, deviation: f64, spacing: f64, most: usize) -> Self {
        let (low, high) = bounds(places);
        let (low, high) = (low * signal - REACH * deviation, high * signal + REACH * deviation);
        let count = (((high - low) / spacing).ceil() as usize + 1).clamp(2, most);
        let step = (high - low) / (count - 1) as f64;
        let nodes = (0..count).map(|n| low + step * n as f64).collect();
        let norm = step / (deviation * (std::f64::consts::TAU).sqrt());
        let bands = places
            .iter()
            .map(|place| {
                let centre = signal * place;
                let first = ((centre - REACH * deviation - low) / step).ceil().max(0.0) as usize;
                let last = (((centre + REACH * deviation - low) / step).floor() as usize).min(count - 1);
                let weights = (first..=last).map(|n| {
                    let z = (low + step * n as f64 - centre) / deviation;
                    norm * (-0.5 * z * z).exp()
                });
                (first, weights.collect())
            })
            .collect();
        Self { nodes, step, bands }
    }

    fn band(&self, place: usize) -> (usize, &[f64]) {
        let (first, weights) = &self.bands[place];
        (*first, weights)
    }

    fn apply(&self, place: usize, values: &[f64]) -> f64 {
        let (first, weights) = self.band(place);
        weights.iter().zip(&values[first..]).map(|(w, v)| w * v).sum()
    }

    /// The blur across rows of the given width.
    fn apply_to_rows(&self, rows: &[f64], width: usize) -> Vec<f64> {
        let mut blurred = vec![0.0; self.bands.len() * width];
        for (place, out) in blurred.chunks_exact_mut(width).enumerate() {
            let (first, weights) = self.band(place);
            for (weight, row) in weights.iter().zip(rows[first * width..].chunks_exact(width)) {
                for (out, value) in out.iter_mut().zip(row) {
                    *out += weight * value;
                }
            }
        }
        blurred
    }
}
