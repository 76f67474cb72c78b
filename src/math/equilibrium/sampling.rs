//! The nodes of a quadrature rule fed into a spectrum, some at a time.

use super::spectrum::{Sample, Spectrum, SpectrumBuilder};
use crate::math::regulariser::{core_density, poles};
use crate::math::{CellOptions, Cells, Marginal, Minimum, Mixture, REGULARISER_EXTENT, Regulariser};
use std::sync::Arc;

/// Most components that mass is told apart by.
pub const MAX_LABELS: usize = 12;

/// Evaluations of mixture components in one step: about a millisecond.
const STEP: usize = 60_000;

/// A spectrum on its way.
///
/// The fine rule is worth about 1e-7 in the measures of the presets for `λ ≤ 2` and a regulariser
/// in closed form (the total variation 2e-6: its integrand has a kink); the coarse one 1e-2.
#[derive(Clone, Debug)]
pub struct Sampling {
    mixture: Arc<Mixture>,
    regulariser: Arc<Regulariser>,
    minima: Vec<Minimum>,
    cells: Cells,
    next: usize,
    builder: SpectrumBuilder,
    resolved: bool,
}

impl Sampling {
    /// Starts on a mixture of one or two dimensions. `threshold` is the log-density below which
    /// mass counts as outside.
    pub fn new(mixture: Arc<Mixture>, regulariser: Arc<Regulariser>, fine: bool, threshold: f64) -> Self {
        let dim = mixture.dim();
        let minima = regulariser.minima(&mixture);
        let (side, order, most) = match (dim, fine) {
            (1, true) => (0.05, 5, 40_000),
            (1, false) => (0.25, 5, 8_000),
            // As fine as time allows: the total variation has a kink along a level line.
            (_, true) => (0.15, 7, (250_000 / mixture.len()).clamp(8_000, 80_000)),
            (_, false) => (1.5, 4, 3_000),
        };
        let options = CellOptions { side, order, most, extent: REGULARISER_EXTENT };
        let scale = mixture.variance_range().0.sqrt();
        let cells = Cells::new(&mixture, &poles(&minima, scale), &options);
        let least = minima.first().map_or(0.0, |m| m.value);
        let labels = if mixture.len() <= MAX_LABELS { mixture.len() } else { 0 };
        let mut builder = SpectrumBuilder::new(least, threshold, labels);
        if dim == 2 {
            builder = builder.with_core(core_density(&minima, &mixture));
        }
        let resolved = cells.side() <= if dim == 1 { 0.5 } else { 2.0 };
        Self { mixture, regulariser, minima, cells, next: 0, builder, resolved }
    }

    /// Takes some boxes in; `true` when all are.
    pub fn advance(&mut self) -> bool {
        let cost = self.cells.nodes_per_cell() * self.mixture.len();
        let marginal = self.mixture.at_zero();
        let end = (self.next + (STEP / cost).max(1)).min(self.cells.cells().len());
        for cell in &self.cells.cells()[self.next..end] {
            self.cells.visit(*cell, |x, weight| {
                let (log_density, label) = most_likely(&marginal, x);
                let regulariser = self.regulariser.value(x, log_density);
                let mass = weight * log_density.exp();
                self.builder.add(&Sample { mass, log_density, regulariser, label });
            });
        }
        self.next = end;
        end == self.cells.cells().len()
    }

    /// Share of the work done.
    pub fn progress(&self) -> f64 {
        self.next as f64 / self.cells.cells().len().max(1) as f64
    }

    /// The minima of the regulariser, the least first.
    pub fn minima(&self) -> &[Minimum] {
        &self.minima
    }

    /// Whether boxes are about as small as the components need. Where not, there are components
    /// of very different widths, and the measures have lost accuracy.
    pub fn is_resolved(&self) -> bool {
        self.resolved
    }

    /// The spectrum, once [`Sampling::advance`] has returned `true`.
    pub fn finish(self) -> Spectrum {
        self.builder.finish()
    }
}

/// The log-density at a point of one or two dimensions, and the component that most likely made
/// it.
fn most_likely(marginal: &Marginal<'_>, x: &[f64]) -> (f64, usize) {
    let (mut top, mut label) = (f64::NEG_INFINITY, 0);
    // Running log-sum-exp: `sum` is relative to `top`.
    let mut sum = 0.0;
    for (j, s) in marginal.summands().enumerate() {
        let quadratic = match (x, s.mean) {
            ([x], [m]) => (x - m).powi(2) * s.trace,
            ([x, y], [m, n]) => {
                let [pxx, pxy, pyy] = s.precision_2d();
                let (a, b) = (x - m, y - n);
                pxx * a * a + 2.0 * pxy * a * b + pyy * b * b
            }
            _ => f64::NAN,
        };
        let logit = s.log_norm - 0.5 * quadratic;
        if logit > top {
            sum = sum * (top - logit).exp() + 1.0;
            (top, label) = (logit, j);
        } else if logit > top - 40.0 {
            sum += (logit - top).exp();
        }
    }
    (top + sum.ln(), label)
}
