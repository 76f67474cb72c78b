//! The estimators with draws, `m_t(x) = E‖ε - ε̂_t‖²` by a mean over draws that all points share.
//!
//! Per draw the integrand is the paper's `‖ε + √t ŝ_t(X_t)‖²` or Stein's
//! `d + 2t (div s_t + ‖ŝ_t‖²/2) - t² (‖ε‖² - d)`, as in [`crate::math::Formula`], with
//! `X_t = √(1-t) x + √t ε`.
//!
//! [`TOLERANCE`] of the estimate, a sum over times: with `c = 3e-5 (1 + n/1000)` nats for `n`
//! components, `c` where `ρ_0 > 1e-6` and `c` with 1e-5 of the value in the tails; of a standard
//! error 1e-2 of it. The Monte Carlo error is larger by orders of magnitude. On presets a tenth
//! of it is used up.

mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;

use super::{Level, Packed};
use crate::math::{Accumulator, Block, Formula, Mixture};
use std::ops::Range;

/// See the module.
pub const TOLERANCE: f64 = 3e-5;

/// Form of the integrand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `‖ε + √t ŝ‖²`.
    Paper,
    /// Stein's, with its control term.
    Stein,
}

/// Some draws at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// `√(1-t)`.
    pub signal: f32,
    /// `√t`.
    pub deviation: f32,
    /// `t`.
    pub t: f32,
    /// What the score error adds to each coordinate of the score.
    pub shift: f32,
    /// Form of the integrand.
    pub form: Form,
    /// Draws that count as one, by their mean: 2 for antithetic pairs.
    pub unit: usize,
    /// The draws; a multiple of `unit`.
    pub epsilon: Vec<[f32; 2]>,
}

impl Draws {
    /// The draws of a block; `None` where it is a quadrature rule or not two-dimensional.
    pub fn new(block: &Block) -> Option<Self> {
        let (pairs, rest) = block.noise.epsilon.as_chunks::<2>();
        if block.noise.weights.is_some() || !rest.is_empty() {
            return None;
        }
        let time = block.time;
        Some(Self {
            signal: time.one_minus_t().sqrt() as f32,
            deviation: time.t().sqrt() as f32,
            t: time.t() as f32,
            shift: block.shift as f32,
            form: if block.estimator.is_stein() { Form::Stein } else { Form::Paper },
            unit: block.unit,
            epsilon: pairs.iter().map(|e| e.map(|e| e as f32)).collect(),
        })
    }
}

/// Adds, for each point `(points[0][i], points[1][i])`, the integrand less `d` summed over units
/// of draws to `sums[0][i]` and its squares to `sums[1][i]`.
pub fn accumulate(level: Level, packed: &Packed, draws: &Draws, points: [&[f32]; 2], sums: [&mut [f32]; 2]) {
    cpu::accumulate(level, packed, draws, points, sums);
}

/// A batch of points for [`Formula`] with the sums taken here.
#[derive(Clone, Debug)]
pub struct Plain {
    level: Level,
    xs: Vec<f32>,
    ys: Vec<f32>,
    pending: Option<Pending>,
}

#[derive(Clone, Debug)]
struct Pending {
    block: Block,
    packed: Packed,
    draws: Draws,
    done: usize,
    sum: Vec<f32>,
    squares: Vec<f32>,
}

/// Evaluations of mixture components in one step: some milliseconds in a browser.
const STEP: usize = 1_000_000;

impl Plain {
    /// For the points of a batch.
    pub fn new(work: &Accumulator, level: Level) -> Self {
        let (points, _) = work.points().as_chunks::<2>();
        Self {
            level,
            xs: points.iter().map(|p| p[0] as f32).collect(),
            ys: points.iter().map(|p| p[1] as f32).collect(),
            pending: None,
        }
    }

    /// Does some milliseconds of work; `Some(true)` when all is done, `None` where this target or
    /// estimator is not for single precision (then nothing has been done).
    pub fn advance(&mut self, formula: &Formula, mixture: &Mixture, work: &mut Accumulator) -> Option<bool> {
        let mut pending = match self.pending.take() {
            Some(pending) => pending,
            None => match formula.pending(work) {
                Some(block) => self.start(mixture, block)?,
                None => return Some(true),
            },
        };
        let cost = pending.draws.epsilon.len() * pending.packed.components.len();
        let some = (STEP / cost).max(64).min(self.xs.len() - pending.done);
        pending.add(self.level, &self.xs, &self.ys, pending.done..pending.done + some);
        if pending.done < self.xs.len() {
            self.pending = Some(pending);
            return Some(false);
        }
        Some(formula.absorb(work, &pending.block, sums(&pending.draws, &pending.sum, &pending.squares)))
    }

    fn start(&self, mixture: &Mixture, block: Block) -> Option<Pending> {
        let packed = Packed::new(mixture, block.time)?;
        let draws = Draws::new(&block)?;
        let zeros = vec![0.0; self.xs.len()];
        Some(Pending { block, packed, draws, done: 0, sum: zeros.clone(), squares: zeros })
    }
}

impl Pending {
    fn add(&mut self, level: Level, xs: &[f32], ys: &[f32], range: Range<usize>) {
        let sums = [&mut self.sum[range.clone()], &mut self.squares[range.clone()]];
        accumulate(level, &self.packed, &self.draws, [&xs[range.clone()], &ys[range.clone()]], sums);
        self.done = range.end;
    }
}

/// What [`accumulate`] gave, as [`Formula::absorb`] wants it.
pub fn sums<'a>(draws: &Draws, sum: &'a [f32], squares: &'a [f32]) -> impl Iterator<Item = (f64, f64)> + 'a {
    let base = 2.0 * (draws.epsilon.len() / draws.unit) as f64;
    sum.iter().zip(squares).map(move |(sum, squares)| (base + f64::from(*sum), f64::from(*squares)))
}
