//! The density of diffused data and its derivatives: `log ρ_t`, the score `s_t` and its divergence.
//!
//! With responsibilities `r_j(y)` and `g_j = -C_j⁻¹ (y - √(1-t) μ_j)`:
//!
//! - `s = Σ r_j g_j`,
//! - `div s = Σ r_j (‖g_j - s‖² - tr C_j⁻¹)`.
//!
//! The second is the usual `Σ r_j (‖g_j‖² - tr C_j⁻¹) - ‖s‖²` written as a variance, which does
//! not cancel in the tails. Everything is in log-sum-exp form.
//!
//! Components of one variance `v I`, as a kernel density estimate has, need no gradients: with
//! `m̄ = Σ r_j m_j`,
//!
//! - `s = (m̄ - y)/v`,
//! - `div s = Σ r_j ‖m_j - m̄‖²/v² - d/v`,
//!
//! one pass over all means for their distances and one over those that count. The sums run over
//! `m_j - n` with the nearest mean `n`, whose share is the largest (up to the weights): where it is
//! nearly all, nothing cancels in `Σ r_j ‖m_j - n‖² - ‖m̄ - n‖²`.

/// Responsibilities below `e^CUTOFF` of the largest are not evaluated. Their share, 1e-26,
/// stays below double precision even against gradients 1e5 times the typical ones.
const CUTOFF: f64 = -60.0;

/// The marginal density `ρ_t` of a mixture, ready to be evaluated.
#[derive(Clone, Debug)]
pub struct Marginal<'a> {
    pub(super) dim: usize,
    /// `log w_j - ½ log det 2πC_j`.
    pub(super) log_norms: Vec<f64>,
    /// `tr C_j⁻¹`.
    pub(super) traces: Vec<f64>,
    /// `√(1-t) μ_j`, `d` each.
    pub(super) means: Vec<f64>,
    /// Eigenvalues of `C_j⁻¹`, `d` each.
    pub(super) precisions: Vec<f64>,
    pub(super) axes: Vec<Option<&'a [f64]>>,
    /// The variance that all components have along all axes; then `precisions` are those of one.
    pub(super) variance: Option<f64>,
}

/// Working memory of [`Marginal::evaluate`], kept by the caller so that the inner loop never
/// allocates; holds the score after a call.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    logits: Vec<f64>,
    gradients: Vec<f64>,
    offset: Vec<f64>,
    /// The score `s_t(y)` of the last evaluation, length `d`.
    pub score: Vec<f64>,
}

/// Derivatives of `log ρ_t` at a point; the score itself is left in [`Scratch::score`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Local {
    /// `div s_t(y)`.
    pub divergence: f64,
    /// `‖s_t(y)‖²`.
    pub score_squared: f64,
    /// The largest `log w_j N(y; …)`, and the sum of all over it.
    largest: (f64, f64),
}

impl Local {
    /// `log ρ_t(y)` in nats.
    pub fn log_density(&self) -> f64 {
        self.largest.0 + self.largest.1.ln()
    }

    /// `div ŝ + ‖ŝ‖²/2`, where `ŝ` is the score with `shift` added to every coordinate: what Stein's form
    /// takes the mean of. A constant shift leaves the divergence as it is.
    pub fn stein(&self, score: &[f64], shift: f64) -> f64 {
        let cross = if shift == 0.0 { 0.0 } else { shift * score.iter().sum::<f64>() };
        self.divergence + 0.5 * self.score_squared + cross + 0.5 * shift * shift * score.len() as f64
    }
}

/// One weighted component of a marginal: `w N(y; m, C)` with `C⁻¹ = Q diag(precisions) Qᵀ`.
#[derive(Clone, Copy, Debug)]
pub struct Summand<'a> {
    /// `log w - ½ log det 2πC`.
    pub log_norm: f64,
    /// `tr C⁻¹`.
    pub trace: f64,
    /// `√(1-t) μ`, length `d`.
    pub mean: &'a [f64],
    /// Eigenvalues of `C⁻¹`, length `d`.
    pub precisions: &'a [f64],
    /// `Qᵀ` row by row, or `None` where the eigenvectors are the axes.
    pub axes: Option<&'a [f64]>,
}

impl Summand<'_> {
    /// `[P₀₀, P₀₁, P₁₁]` of `P = C⁻¹` in two dimensions.
    pub fn precision_2d(&self) -> [f64; 3] {
        let &[p, q] = self.precisions else {
            return [f64::NAN; 3];
        };
        match self.axes {
            Some(&[a0, a1, b0, b1]) => {
                [p * a0 * a0 + q * b0 * b0, p * a0 * a1 + q * b0 * b1, p * a1 * a1 + q * b1 * b1]
            }
            _ => [p, 0.0, q],
        }
    }
}

impl Marginal<'_> {
    /// The components.
    pub fn summands(&self) -> impl Iterator<Item = Summand<'_>> {
        let d = self.dim;
        (0..self.log_norms.len()).map(move |j| Summand {
            log_norm: self.log_norms[j],
            trace: self.traces[j],
            mean: &self.means[j * d..(j + 1) * d],
            precisions: if self.variance.is_some() {
                &self.precisions[..d]
            } else {
                &self.precisions[j * d..(j + 1) * d]
            },
            axes: self.axes[j],
        })
    }

    /// `log ρ_t(y)` in nats; `-∞` only where the quadratic forms overflow.
    pub fn log_density(&self, y: &[f64], scratch: &mut Scratch) -> f64 {
        let top = match self.variance {
            Some(variance) => self.even_logits(y, variance, scratch),
            None => self.logits(y, scratch),
        };
        if top == f64::NEG_INFINITY {
            return top;
        }
        top + scratch.logits.iter().map(|l| (l - top).exp()).sum::<f64>().ln()
    }

    /// Score and divergence at `y` (length `d`).
    pub fn evaluate(&self, y: &[f64], scratch: &mut Scratch) -> Local {
        // One and two dimensions are what pictures are made of: there the loops over
        // coordinates unroll.
        match y {
            [x] => self.evaluate_fixed([*x], scratch),
            [x0, x1] => self.evaluate_fixed([*x0, *x1], scratch),
            _ => self.evaluate_any(y, scratch),
        }
    }

    fn evaluate_fixed<const D: usize>(&self, y: [f64; D], scratch: &mut Scratch) -> Local {
        let count = self.log_norms.len();
        scratch.logits.resize(count, 0.0);
        scratch.gradients.resize(count * D, 0.0);
        scratch.score.resize(D, 0.0);
        let (means, _) = self.means.as_chunks::<D>();
        let (precisions, _) = self.precisions.as_chunks::<D>();
        let (gradients, _) = scratch.gradients.as_chunks_mut::<D>();
        let logits = &mut scratch.logits[..count];
        let mut top = f64::NEG_INFINITY;
        let parameters = means.iter().zip(precisions).zip(&self.log_norms).zip(&self.axes);
        for ((((mean, precision), log_norm), axes), (gradient, logit)) in
            parameters.zip(gradients.iter_mut().zip(logits.iter_mut()))
        {
            let offset: [f64; D] = std::array::from_fn(|i| y[i] - mean[i]);
            let mut quadratic = 0.0;
            if let Some(axes) = axes {
                let (axes, _) = axes.as_chunks::<D>();
                *gradient = [0.0; D];
                for (axis, p) in axes.iter().zip(precision) {
                    let mut along = 0.0;
                    for i in 0..D {
                        along += axis[i] * offset[i];
                    }
                    quadratic += along * along * p;
                    for i in 0..D {
                        gradient[i] -= p * along * axis[i];
                    }
                }
            } else {
                for i in 0..D {
                    quadratic += offset[i] * offset[i] * precision[i];
                    gradient[i] = -offset[i] * precision[i];
                }
            }
            *logit = log_norm - 0.5 * quadratic;
            top = top.max(*logit);
        }
        let (mut total, mut score) = (0.0, [0.0; D]);
        for (gradient, logit) in gradients.iter().zip(logits.iter_mut()) {
            let below = *logit - top;
            *logit = if below > CUTOFF { below.exp() } else { 0.0 };
            total += *logit;
            for i in 0..D {
                score[i] += *logit * gradient[i];
            }
        }
        let scale = 1.0 / total;
        let score = score.map(|s| s * scale);
        let mut divergence = 0.0;
        for ((gradient, share), trace) in gradients.iter().zip(logits.iter()).zip(&self.traces) {
            let mut spread = 0.0;
            for i in 0..D {
                let difference = gradient[i] - score[i];
                spread += difference * difference;
            }
            divergence += share * (spread - trace);
        }
        scratch.score.copy_from_slice(&score);
        let (score_squared, largest) = (squared_norm(&score), (top, total));
        Local { divergence: divergence * scale, score_squared, largest }
    }

    pub(super) fn evaluate_any(&self, y: &[f64], scratch: &mut Scratch) -> Local {
        if let Some(variance) = self.variance {
            return self.evaluate_even(y, variance, scratch);
        }
        let d = self.dim;
        let top = self.logits(y, scratch);
        let Scratch { logits, gradients, score, .. } = scratch;
        score.clear();
        score.resize(d, 0.0);
        let mut total = 0.0;
        for (logit, gradient) in logits.iter_mut().zip(gradients.chunks_exact(d)) {
            let below = *logit - top;
            *logit = if below > CUTOFF { below.exp() } else { 0.0 };
            if *logit > 0.0 {
                total += *logit;
                for (s, g) in score.iter_mut().zip(gradient) {
                    *s += *logit * g;
                }
            }
        }
        for s in score.iter_mut() {
            *s /= total;
        }
        let mut divergence = 0.0;
        for ((share, gradient), trace) in logits.iter().zip(gradients.chunks_exact(d)).zip(&self.traces) {
            if *share > 0.0 {
                let spread: f64 = gradient.iter().zip(score.iter()).map(|(g, s)| (g - s) * (g - s)).sum();
                divergence += share * (spread - trace);
            }
        }
        let (score_squared, largest) = (squared_norm(score), (top, total));
        Local { divergence: divergence / total, score_squared, largest }
    }

    /// The same for components of one variance.
    fn evaluate_even(&self, y: &[f64], variance: f64, scratch: &mut Scratch) -> Local {
        let d = self.dim;
        let top = self.even_logits(y, variance, scratch);
        let Scratch { logits, score: offset, .. } = scratch;
        offset.clear();
        offset.resize(d, 0.0);
        // The nearest mean is where the offsets are summed from.
        let nearest = logits.iter().position(|l| *l == top).unwrap_or(0);
        let nearest = &self.means[nearest * d..(nearest + 1) * d];
        let (mut total, mut spread) = (0.0, 0.0);
        for (logit, mean) in logits.iter().zip(self.means.chunks_exact(d)) {
            let below = *logit - top;
            if below > CUTOFF {
                let share = below.exp();
                for ((o, m), n) in offset.iter_mut().zip(mean).zip(nearest) {
                    *o += share * (m - n);
                }
                total += share;
                spread += share * squared_distance(mean, nearest);
            }
        }
        // Around the nearest mean: it has the largest share, so nothing cancels where it has nearly all.
        let shift = squared_norm(offset) / (total * total);
        let spread = (spread / total - shift).max(0.0);
        for ((o, n), y) in offset.iter_mut().zip(nearest).zip(y) {
            *o = (*o / total + n - y) / variance;
        }
        let divergence = (spread / variance - d as f64) / variance;
        Local { divergence, score_squared: squared_norm(offset), largest: (top, total) }
    }

    /// Fills `scratch.logits` with `log w_j N(y; …)`; returns the largest.
    fn even_logits(&self, y: &[f64], variance: f64, scratch: &mut Scratch) -> f64 {
        let half = -0.5 / variance;
        scratch.logits.clear();
        let mut top = f64::NEG_INFINITY;
        for (mean, log_norm) in self.means.chunks_exact(self.dim).zip(&self.log_norms) {
            let logit = log_norm + half * squared_distance(y, mean);
            top = top.max(logit);
            scratch.logits.push(logit);
        }
        top
    }

    /// Fills `scratch.logits` with `log w_j N(y; …)` and `scratch.gradients` with `g_j`; returns
    /// the largest logit.
    fn logits(&self, y: &[f64], scratch: &mut Scratch) -> f64 {
        let d = self.dim;
        debug_assert_eq!(y.len(), d);
        debug_assert!(self.variance.is_none());
        scratch.logits.clear();
        scratch.gradients.clear();
        let mut top = f64::NEG_INFINITY;
        let parts = self.means.chunks_exact(d).zip(self.precisions.chunks_exact(d));
        for (((mean, precision), log_norm), axes) in parts.zip(&self.log_norms).zip(&self.axes) {
            let quadratic = match axes {
                None => plain_gradient(y, mean, precision, &mut scratch.gradients),
                Some(axes) => {
                    scratch.offset.clear();
                    scratch.offset.extend(y.iter().zip(mean).map(|(y, m)| y - m));
                    rotated_gradient(&scratch.offset, precision, axes, &mut scratch.gradients)
                }
            };
            let logit = log_norm - 0.5 * quadratic;
            top = top.max(logit);
            scratch.logits.push(logit);
        }
        top
    }
}

/// `‖x - y‖²`, in eight sums, which the compiler turns into vectors.
fn squared_distance(x: &[f64], y: &[f64]) -> f64 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (x, y) in x.iter().zip(y) {
        for k in 0..8 {
            let difference = x[k] - y[k];
            sums[k] += difference * difference;
        }
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(x, y)| (x - y) * (x - y)).sum();
    sums.iter().sum::<f64>() + rest
}

/// Appends `-P (y - m)` for diagonal `P`; returns `(y - m)ᵀ P (y - m)`.
fn plain_gradient(y: &[f64], mean: &[f64], precision: &[f64], gradients: &mut Vec<f64>) -> f64 {
    let mut quadratic = 0.0;
    for ((y, m), p) in y.iter().zip(mean).zip(precision) {
        let offset = y - m;
        quadratic += offset * offset * p;
        gradients.push(-offset * p);
    }
    quadratic
}

/// The same for `P = Q diag(precision) Qᵀ`, with the eigenvectors as rows of `axes`.
fn rotated_gradient(offset: &[f64], precision: &[f64], axes: &[f64], gradients: &mut Vec<f64>) -> f64 {
    let d = offset.len();
    let start = gradients.len();
    gradients.resize(start + d, 0.0);
    let mut quadratic = 0.0;
    for (axis, p) in axes.chunks_exact(d).zip(precision) {
        let along: f64 = axis.iter().zip(offset).map(|(a, o)| a * o).sum();
        quadratic += along * along * p;
        for (g, a) in gradients[start..].iter_mut().zip(axis) {
            *g -= p * along * a;
        }
    }
    quadratic
}

pub(super) fn squared_norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum()
}
