//! The regulariser `R(x) = Σ_k w_k m_k(x)` of a GAN on one or two dimensions, as a function that
//! is cheap to read anywhere, and its minima.
//!
//! With the weights of the density formula `R(x) = -log p(x)` in the limit, and in closed form
//! for a mixture. Any other plan is carried out on nodes (Chebyshev-like panels in one
//! dimension, a uniform grid in two) and interpolated.

use super::cells::planar;
use super::{Cell, CellOptions, Cells, Mixture, Plan, PlanNode, Pole, Time};

/// Points of the interpolation in `λ` of [`Plan::thinned`] and on grids.
const STENCIL: usize = 8;

/// Deviations around the data that the nodes of a regulariser reach.
pub const REGULARISER_EXTENT: f64 = 6.5;

/// What the generator pays for.
#[derive(Clone, Debug, PartialEq)]
pub enum Regulariser {
    /// `-log p`.
    Exact,
    /// Values on panels of the line.
    Line(LineField),
    /// Values on a grid of the plane.
    Plane(PlaneField),
}

/// Values at the nodes of panels, from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct LineField {
    panels: Vec<Cell>,
    /// Nodes on `[-1, 1]` and their barycentric weights.
    rule: Vec<(f64, f64)>,
    values: Vec<f64>,
}

/// Values on a uniform grid, x fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneField {
    /// Coordinates along x.
    pub x: super::Axis,
    /// Coordinates along y.
    pub y: super::Axis,
    /// Values, as many as the grid has nodes.
    pub values: Vec<f64>,
}

/// A local minimum of a regulariser.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// Where; the second coordinate is 0 in one dimension.
    pub place: [f64; 2],
    /// The value.
    pub value: f64,
    /// Second derivatives: `R''` in one dimension, `det ∇∇R` in two.
    pub curvature: f64,
}

impl Plan {
    /// The same functional, but for an error of about `1e-6` relative, on times at equal steps
    /// of `λ`: `m_t` is analytic in `λ`, so each node's weight is dealt to the eight nearest by
    /// Lagrange's formula. Unchanged where that takes no fewer nodes. `step` of a third is right
    /// for eight points.
    #[must_use]
    pub fn thinned(&self, step: f64) -> Self {
        let lambdas: Vec<f64> = self.nodes.iter().map(|n| n.time.lambda()).collect();
        let low = lambdas.iter().copied().fold(f64::INFINITY, f64::min);
        let high = lambdas.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let count = ((high - low) / step).ceil() as usize + 1;
        if count < STENCIL || count >= lambdas.len() {
            return self.clone();
        }
        let axis = super::Axis { low, high, count };
        let mut weights = vec![0.0; count];
        for (node, lambda) in self.nodes.iter().zip(lambdas) {
            let (first, shares) = stencil(axis, lambda);
            for (weight, share) in weights[first..].iter_mut().zip(shares) {
                *weight += node.weight * share;
            }
        }
        let node = |(i, weight)| PlanNode { time: Time::from_lambda(axis.place(i)), weight };
        Self { nodes: weights.into_iter().enumerate().map(node).collect(), ..self.clone() }
    }

    /// Sum of the weights.
    pub fn total_weight(&self) -> f64 {
        self.nodes.iter().map(|n| n.weight).sum()
    }

    /// The same functional with its weights and its constant multiplied.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.nodes.iter_mut().for_each(|n| n.weight *= factor);
        self.constant *= factor;
        self.quadratic *= factor;
        self.origin *= factor;
        self
    }
}

impl Regulariser {
    /// `R(x)`, where the data have this log-density.
    pub fn value(&self, x: &[f64], log_density: f64) -> f64 {
        match self {
            Self::Exact => -log_density,
            Self::Line(field) => field.value(planar(x)[0]),
            Self::Plane(field) => field.value(planar(x)),
        }
    }

    /// Local minima, the least first: what descent finds from the means of the components and
    /// from nodes that lie below their neighbours.
    pub fn minima(&self, mixture: &Mixture) -> Vec<Minimum> {
        let marginal = mixture.at_zero();
        let dim = mixture.dim();
        let mut scratch = super::Scratch::default();
        let mut value = |x: [f64; 2]| {
            let x = &x[..dim.min(2)];
            let log_density = if *self == Self::Exact { marginal.log_density(x, &mut scratch) } else { 0.0 };
            self.value(x, log_density)
        };
        let scale = mixture.variance_range().0.sqrt();
        let mut starts: Vec<[f64; 2]> = marginal.summands().map(|s| planar(s.mean)).collect();
        match self {
            Self::Exact => {}
            Self::Line(field) => starts.extend(field.low_nodes()),
            Self::Plane(field) => starts.extend(field.low_nodes()),
        }
        let mut minima: Vec<Minimum> = Vec::new();
        for start in starts {
            let Some(found) = descend(&mut value, start, scale, dim) else { continue };
            let apart = |m: &Minimum| distance(m.place, found.place) > 1e-3 * scale;
            if minima.iter().all(apart) {
                minima.push(found);
            }
        }
        minima.sort_by(|a, b| a.value.total_cmp(&b.value));
        minima
    }
}

/// Points around which an equilibrium's integrands are nearly singular, for `λ` of order one and
/// more. A minimum that lies `Δ` above the least is smooth on the scale at which `R` has risen
/// by `Δ`.
pub(super) fn poles(minima: &[Minimum], scale: f64) -> Vec<Pole> {
    let least = minima.first().map_or(0.0, |m| m.value);
    let pole = |m: &Minimum| Pole {
        place: m.place,
        floor: scale * (0.5 * (2.0 * (m.value - least)).sqrt()).max(1e-5),
    };
    // Where boxes are as small already, there is nothing to refine.
    minima.iter().map(pole).filter(|p| p.floor < 0.5 * scale).collect()
}

/// `Σ 2π p(x*)/√det ∇∇R(x*)` over the minima as low as the least: the density of the excess at 0
/// in two dimensions.
pub(super) fn core_density(minima: &[Minimum], mixture: &Mixture) -> f64 {
    let least = minima.first().map_or(0.0, |m| m.value);
    let marginal = mixture.at_zero();
    let mut scratch = super::Scratch::default();
    minima
        .iter()
        .filter(|m| m.value - least < 1e-10)
        .map(|m| {
            let p = marginal.log_density(&m.place, &mut scratch).exp();
            std::f64::consts::TAU * p / m.curvature.sqrt()
        })
        .sum()
}

impl LineField {
    /// The places at which values are needed, from left to right; [`LineField::filled`] takes
    /// them back with their values.
    pub fn nodes(mixture: &Mixture) -> (Self, Vec<f64>) {
        let options = CellOptions { side: 1.0, order: 8, most: 4000, extent: REGULARISER_EXTENT + 0.5 };
        let cells = Cells::new(mixture, &[], &options);
        let mut places = Vec::new();
        for cell in cells.cells() {
            cells.visit(*cell, |x, _| places.push(x[0]));
        }
        // The rule's own nodes in their order.
        let mut unit = Vec::new();
        cells.visit(Cell { centre: [0.0; 2], half: 1.0 }, |x, _| unit.push(x[0]));
        let rule = barycentric(&unit);
        (Self { panels: cells.cells().to_vec(), rule, values: Vec::new() }, places)
    }

    /// The field with its values.
    #[must_use]
    pub fn filled(mut self, values: Vec<f64>) -> Self {
        self.values = values;
        self
    }

    fn value(&self, x: f64) -> f64 {
        let n = self.rule.len();
        let index = self.panels.partition_point(|p| p.centre[0] + p.half < x).min(self.panels.len() - 1);
        let panel = self.panels[index];
        let u = (x - panel.centre[0]) / panel.half;
        let values = self.values.get(index * n..(index + 1) * n).unwrap_or_default();
        let (mut above, mut below) = (0.0, 0.0);
        for ((node, weight), value) in self.rule.iter().zip(values) {
            if u == *node {
                return *value;
            }
            let share = weight / (u - node);
            above += share * value;
            below += share;
        }
        above / below
    }

    fn low_nodes(&self) -> Vec<[f64; 2]> {
        let n = self.rule.len();
        let place = |i: usize| {
            let panel = self.panels[i / n];
            panel.centre[0] + panel.half * self.rule[i % n].0
        };
        let v = &self.values;
        (1..v.len().saturating_sub(1))
            .filter(|&i| v[i] < v[i - 1] && v[i] <= v[i + 1])
            .map(|i| [place(i), 0.0])
            .collect()
    }
}

impl PlaneField {
    /// A grid without values that covers a mixture with at least `per_deviation` nodes to its
    /// smallest standard deviation and at most `most` along a side.
    pub fn empty(mixture: &Mixture, per_deviation: f64, most: usize) -> Self {
        let spacing = mixture.variance_range().0.sqrt() / per_deviation;
        let extent = mixture.extent(REGULARISER_EXTENT);
        // The boxes of `Cells` are square.
        let half = extent.iter().map(|(low, high)| 0.5 * (high - low)).fold(0.0, f64::max);
        let count = ((2.0 * half / spacing).ceil() as usize + 1).clamp(17, most.max(17));
        let axis = |(low, high): (f64, f64)| {
            let middle = 0.5 * (low + high);
            super::Axis { low: middle - half, high: middle + half, count }
        };
        Self { x: axis(extent[0]), y: axis(extent[1]), values: Vec::new() }
    }

    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        let ((first_x, shares_x), (first_y, shares_y)) = (stencil(self.x, x), stencil(self.y, y));
        let row = |j: usize| -> f64 {
            let start = (first_y + j) * self.x.count + first_x;
            let values = self.values.get(start..start + STENCIL).unwrap_or_default();
            values.iter().zip(&shares_x).map(|(v, w)| v * w).sum()
        };
        shares_y.iter().enumerate().map(|(j, w)| w * row(j)).sum()
    }

    fn low_nodes(&self) -> Vec<[f64; 2]> {
        let (nx, ny) = (self.x.count, self.y.count);
        let at = |i: usize, j: usize| self.values.get(j * nx + i).copied().unwrap_or(f64::INFINITY);
        let mut low = Vec::new();
        for j in 1..ny - 1 {
            for i in 1..nx - 1 {
                let around = (0..9).filter(|k| *k != 4).map(|k| at(i + k % 3 - 1, j + k / 3 - 1));
                if around.fold(f64::INFINITY, f64::min) > at(i, j) {
                    low.push([self.x.place(i), self.y.place(j)]);
                }
            }
        }
        low
    }
}

/// The first of the eight nodes around a place, and their Lagrange weights.
fn stencil(axis: super::Axis, place: f64) -> (usize, [f64; STENCIL]) {
    let u = (place - axis.low) / axis.step();
    let first = (u.floor() - 3.0).clamp(0.0, axis.count.saturating_sub(STENCIL) as f64);
    let v = u - first;
    let mut shares = [1.0; STENCIL];
    for (i, share) in shares.iter_mut().enumerate() {
        for j in (0..STENCIL).filter(|j| *j != i) {
            *share *= (v - j as f64) / (i as f64 - j as f64);
        }
    }
    (first as usize, shares)
}

fn barycentric(nodes: &[f64]) -> Vec<(f64, f64)> {
    let weight = |i: usize| -> f64 {
        let others = nodes.iter().enumerate().filter(|(j, _)| *j != i);
        1.0 / others.map(|(_, x)| nodes[i] - x).product::<f64>()
    };
    nodes.iter().enumerate().map(|(i, x)| (*x, weight(i))).collect()
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Newton's method with derivatives from differences, downhill only. `None` where it arrives at
/// no minimum with a positive curvature.
fn descend(
    value: &mut impl FnMut([f64; 2]) -> f64,
    start: [f64; 2],
    scale: f64,
    dim: usize,
) -> Option<Minimum> {
    let (mut x, mut best) = (start, value(start));
    let mut last = None;
    for _ in 0..100 {
        let (gradient, [xx, xy, yy]) = derivatives(value, x, best, 1e-3 * scale, dim);
        let det = if dim == 1 { xx } else { xx * yy - xy * xy };
        let convex = det > 0.0 && xx > 0.0;
        last = convex.then_some(det);
        let newton = [
            -(yy * gradient[0] - xy * gradient[1]) / (xx * yy - xy * xy),
            -(xx * gradient[1] - xy * gradient[0]) / (xx * yy - xy * xy),
        ];
        let steepest = gradient.map(|g| -g * scale / (gradient[0].hypot(gradient[1])).max(1e-300));
        let step = match (convex, dim) {
            (true, 1) => [-gradient[0] / xx, 0.0],
            (true, _) => newton,
            _ => steepest,
        };
        // No step longer than a few deviations, and none uphill.
        let length = step[0].hypot(step[1]);
        let mut factor = (2.0 * scale / length.max(1e-300)).min(1.0);
        let next = loop {
            let next = [x[0] + factor * step[0], x[1] + factor * step[1]];
            let found = value(next);
            if found < best {
                break Some((next, found));
            }
            factor *= 0.5;
            if factor * length < 1e-9 * scale {
                break None;
            }
        };
        let Some((place, found)) = next else { break };
        let moved = distance(place, x);
        (x, best) = (place, found);
        if moved < 1e-9 * scale {
            break;
        }
    }
    last.map(|curvature| Minimum { place: x, value: best, curvature })
}

/// Gradient, and `[R_xx, R_xy, R_yy]`, by central differences. In one dimension what belongs to
/// y is `[0, …, 1]`, so that determinants are those of x.
fn derivatives(
    value: &mut impl FnMut([f64; 2]) -> f64,
    [x, y]: [f64; 2],
    here: f64,
    h: f64,
    dim: usize,
) -> ([f64; 2], [f64; 3]) {
    let (right, left) = (value([x + h, y]), value([x - h, y]));
    let gx = (right - left) / (2.0 * h);
    let xx = (right - 2.0 * here + left) / (h * h);
    if dim == 1 {
        return ([gx, 0.0], [xx, 0.0, 1.0]);
    }
    let (up, down) = (value([x, y + h]), value([x, y - h]));
    let gy = (up - down) / (2.0 * h);
    let yy = (up - 2.0 * here + down) / (h * h);
    let corners =
        value([x + h, y + h]) - value([x + h, y - h]) - value([x - h, y + h]) + value([x - h, y - h]);
    ([gx, gy], [xx, corners / (4.0 * h * h), yy])
}

#[cfg(test)]
mod tests;
