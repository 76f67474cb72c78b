//! Integrals over one or two dimensions of functions of a mixture, some of which are nearly
//! singular at given points: boxes halved until each is small against the width of the nearest
//! component and against its distance from the nearest of those points, with a tensor
//! Gauss–Legendre rule in each box.
//!
//! An integrand such as `p q/(1-q)` of an equilibrium grows like `1/‖x-x*‖²` towards a mode
//! until a distance that may be tiny. A box whose distance from `x*` is at least `1/0.7` of its
//! side has the pole outside of the ellipse on which a rule of `n` nodes converges like
//! `5.5^{-2n}`.

use super::{Mixture, gauss_legendre};

/// Largest side of a box over its distance from the nearest point.
const NEARNESS: f64 = 0.7;

/// Deviations of a component around its mean within which boxes are as small as it is narrow.
const REACH: f64 = 6.5;

/// Most halvings of the first box.
const MOST_HALVINGS: u32 = 60;

/// A point at which integrands are nearly singular.
#[derive(Clone, Debug, PartialEq)]
pub struct Pole {
    /// Where; the second coordinate is 0 in one dimension.
    pub place: [f64; 2],
    /// Distance below which integrands are smooth again.
    pub floor: f64,
}

/// How finely space is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellOptions {
    /// Largest side of a box over the smallest standard deviation of the component it is in.
    pub side: f64,
    /// Nodes along a side of a box.
    pub order: usize,
    /// Most boxes; sides, and the floors of poles, grow until there are no more.
    pub most: usize,
    /// Deviations of every component that the boxes reach.
    pub extent: f64,
}

/// A box, as centre and half side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Centre.
    pub centre: [f64; 2],
    /// Half the side, along each coordinate.
    pub half: f64,
}

/// Boxes that cover the mass of a mixture, with the rule inside them.
#[derive(Clone, Debug)]
pub struct Cells {
    dim: usize,
    cells: Vec<Cell>,
    /// Nodes and weights on `[-1, 1]`.
    rule: Vec<(f64, f64)>,
    side: f64,
}

/// What decides on the size of boxes near a component.
struct Width {
    mean: [f64; 2],
    narrow: f64,
    wide: f64,
}

impl Cells {
    /// Cuts the space around a mixture of one or two dimensions.
    pub fn new(mixture: &Mixture, poles: &[Pole], options: &CellOptions) -> Self {
        let dim = mixture.dim();
        debug_assert!(dim == 1 || dim == 2);
        let widths: Vec<Width> = mixture
            .at_zero()
            .summands()
            .map(|s| {
                let deviation = |p: f64| 1.0 / p.sqrt();
                let all = || s.precisions.iter().map(|p| deviation(*p));
                Width {
                    mean: planar(s.mean),
                    narrow: all().fold(f64::INFINITY, f64::min),
                    wide: all().fold(0.0, f64::max),
                }
            })
            .collect();
        let extent = mixture.extent(options.extent);
        let middle: Vec<f64> = extent.iter().map(|(low, high)| 0.5 * (low + high)).collect();
        let half = extent.iter().map(|(low, high)| 0.5 * (high - low)).fold(0.0, f64::max);
        let root = Cell { centre: planar(&middle), half };
        let (mut side, mut poles) = (options.side, poles.to_vec());
        let cells = loop {
            if let Some(cells) = cut(dim, root, &widths, &poles, side, options.most.max(16)) {
                break cells;
            }
            side *= 1.25;
            // Many poles may take more boxes than all the rest.
            poles.iter_mut().for_each(|p| p.floor *= 2.0);
        };
        Self { dim, cells, rule: gauss_legendre(options.order, -1.0, 1.0), side }
    }

    /// The boxes; from left to right in one dimension.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Nodes in a box.
    pub fn nodes_per_cell(&self) -> usize {
        self.rule.len().pow(self.dim as u32)
    }

    /// The side of boxes over the width of components that was reached.
    pub fn side(&self) -> f64 {
        self.side
    }

    /// Calls `visit(x, weight)` for the nodes of a box; `x` has `d` numbers.
    pub fn visit(&self, cell: Cell, mut visit: impl FnMut(&[f64], f64)) {
        let Cell { centre: [x, y], half } = cell;
        for (u, a) in &self.rule {
            if self.dim == 1 {
                visit(&[x + half * u], half * a);
            } else {
                for (v, b) in &self.rule {
                    visit(&[x + half * u, y + half * v], half * half * a * b);
                }
            }
        }
    }
}

/// A point of one or two coordinates as two.
pub(super) fn planar(x: &[f64]) -> [f64; 2] {
    [x.first().copied().unwrap_or(0.0), x.get(1).copied().unwrap_or(0.0)]
}

/// Halves boxes until all are small enough; `None` where there would be too many.
fn cut(
    dim: usize,
    root: Cell,
    widths: &[Width],
    poles: &[Pole],
    side: f64,
    most: usize,
) -> Option<Vec<Cell>> {
    let mut cells = Vec::new();
    let mut pending = vec![(root, 0)];
    while let Some((cell, halvings)) = pending.pop() {
        if halvings >= MOST_HALVINGS || is_small(cell, widths, poles, side) {
            cells.push(cell);
            continue;
        }
        // The last one is the next to be cut: in one dimension this goes from left to right.
        let half = 0.5 * cell.half;
        let shifts: &[[f64; 2]] = if dim == 1 {
            &[[1.0, 0.0], [-1.0, 0.0]]
        } else {
            &[[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]]
        };
        for [sx, sy] in shifts {
            let centre = [cell.centre[0] + sx * half, cell.centre[1] + sy * half];
            pending.push((Cell { centre, half }, halvings + 1));
        }
        if cells.len() + pending.len() > most {
            return None;
        }
    }
    Some(cells)
}

fn is_small(cell: Cell, widths: &[Width], poles: &[Pole], side: f64) -> bool {
    let full = 2.0 * cell.half;
    let distance = |to: [f64; 2]| (cell.centre[0] - to[0]).hypot(cell.centre[1] - to[1]);
    // Beyond its reach a component has no mass, and boxes grow with the distance.
    let smooth = widths
        .iter()
        .all(|w| full <= side * w.narrow.max((distance(w.mean) - REACH * w.wide - cell.half) / 2.0));
    smooth && poles.iter().all(|p| full <= NEARNESS * distance(p.place).max(p.floor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Scratch;
    use crate::math::targets::Preset;

    const OPTIONS: CellOptions = CellOptions { side: 0.5, order: 5, most: 12_000, extent: 6.5 };

    #[test]
    fn a_density_integrates_to_one_and_keeps_its_mean() {
        for preset in Preset::ALL {
            let mixture = preset.mixture();
            let cells = Cells::new(&mixture, &[], &OPTIONS);
            let marginal = mixture.at_zero();
            let mut scratch = Scratch::default();
            let (mut mass, mut mean) = (0.0, vec![0.0; mixture.dim()]);
            for cell in cells.cells() {
                cells.visit(*cell, |x, w| {
                    let p = w * marginal.log_density(x, &mut scratch).exp();
                    mass += p;
                    mean.iter_mut().zip(x).for_each(|(m, x)| *m += p * x);
                });
            }
            assert!((mass - 1.0).abs() < 1e-8, "{preset:?}: {mass} on {} boxes", cells.cells().len());
            for (found, expected) in mean.iter().zip(mixture.moments().0) {
                assert!((found - expected).abs() < 1e-7, "{preset:?}");
            }
        }
    }

    /// `∫ dx / (a² + x²)` on an interval and `∫ dx dy / (a² + x² + y²)` on a square, the second
    /// against its own inner integral in closed form.
    #[test]
    fn near_poles_are_resolved() {
        let a = 1e-5;
        let pole = |x, y| Pole { place: [x, y], floor: 0.3 * a };
        let line = Preset::Gaussian.mixture();
        let cells = Cells::new(&line, &[pole(0.1, 0.0)], &OPTIONS);
        let mut sum = 0.0;
        for cell in cells.cells() {
            cells.visit(*cell, |x, w| sum += w / (a * a + (x[0] - 0.1).powi(2)));
        }
        let (low, high) = line.extent(6.5)[0];
        let expected = (((high - 0.1) / a).atan() - ((low - 0.1) / a).atan()) / a;
        assert!((sum / expected - 1.0).abs() < 1e-7, "{sum} {expected}");

        let ring = Preset::Ring8.mixture();
        let (low, high) = ring.extent(6.5)[0];
        let cells = Cells::new(&ring, &[pole(0.0, 0.0)], &OPTIONS);
        let mut sum = 0.0;
        for cell in cells.cells() {
            cells.visit(*cell, |x, w| sum += w / (a * a + x[0] * x[0] + x[1] * x[1]));
        }
        // Over y first: 2 atan(L/b)/b with b² = a² + x², then x = a sinh u.
        let end = high.max(-low);
        let steps = 40_000;
        let top = (end / a).asinh();
        let inner = |u: f64| 2.0 * (end / (a * u.cosh())).atan();
        let h = top / f64::from(steps);
        let simpson: f64 = (0..steps)
            .map(|i| {
                let u = h * f64::from(i);
                h / 6.0 * (inner(u) + 4.0 * inner(u + 0.5 * h) + inner(u + h))
            })
            .sum();
        assert!((sum / (2.0 * simpson) - 1.0).abs() < 1e-7, "{sum} {}", 2.0 * simpson);
    }
}
