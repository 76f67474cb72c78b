//! Iso-lines of a grid by marching squares with linear interpolation.
//!
//! A level crosses an edge of the grid at most once, so a crossing is named by its edge, and each cell
//! links two or four crossings to each other; lines are followed along these links. Saddles are
//! resolved by the mean of their four corners. Cells with a value that is not finite have no line, so
//! lines end there, as at the border. Areas between levels and labels on lines are left out.

use super::figure::Grid;

/// An iso-line.
#[derive(Clone, Debug, PartialEq)]
pub struct IsoLine {
    /// The value along it.
    pub level: f64,
    /// Vertices in the data's coordinates; the first is repeated at the end if the line is closed.
    pub points: Vec<(f64, f64)>,
}

/// The iso-lines of a grid at the finite ones of some levels; none if the grid is not proper.
#[must_use]
pub fn iso_lines(grid: &Grid, levels: &[f64]) -> Vec<IsoLine> {
    if !grid.is_proper() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut links = vec![[NONE; 2]; 2 * grid.values.len()];
    for &level in levels.iter().filter(|level| level.is_finite()) {
        let crossings = link_crossings(grid, level, &mut links);
        // Open lines from their ends first; what is left then is closed.
        let is_end = |edge: &usize| links[*edge][1] == NONE;
        let ends: Vec<usize> = crossings.iter().copied().filter(is_end).collect();
        for &start in ends.iter().chain(&crossings) {
            let points = follow(grid, level, start, &mut links);
            if points.len() > 1 {
                found.push(IsoLine { level, points });
            }
        }
    }
    found
}

/// No crossing.
const NONE: usize = usize::MAX;

/// Links the crossings of a level through each cell; returns those that have a link. The edge from a node to
/// the right has twice the node's number, the one upwards one more.
fn link_crossings(grid: &Grid, level: f64, links: &mut [[usize; 2]]) -> Vec<usize> {
    let mut crossings = Vec::new();
    let mut link = |a: usize, b: usize| {
        for (from, to) in [(a, b), (b, a)] {
            let [first, second] = &mut links[from];
            if *first == NONE {
                *first = to;
                crossings.push(from);
            } else {
                *second = to;
            }
        }
    };
    for j in 0..grid.ny - 1 {
        let rows = grid.values[j * grid.nx..(j + 2) * grid.nx].split_at(grid.nx);
        for (i, (lower, upper)) in rows.0.windows(2).zip(rows.1.windows(2)).enumerate() {
            let corners = [lower[0], lower[1], upper[1], upper[0]];
            let bits = corners.iter().fold(0, |bits, v| bits << 1 | usize::from(*v >= level));
            if bits == 0 || bits == 15 || !corners.iter().all(|v| v.is_finite()) {
                continue;
            }
            let node = j * grid.nx + i;
            let (bottom, left) = (2 * node, 2 * node + 1);
            let (top, right) = (2 * (node + grid.nx), 2 * (node + 1) + 1);
            match bits {
                0b1000 | 0b0111 => link(left, bottom),
                0b0100 | 0b1011 => link(bottom, right),
                0b0010 | 0b1101 => link(right, top),
                0b0001 | 0b1110 => link(top, left),
                0b1100 | 0b0011 => link(left, right),
                0b0110 | 0b1001 => link(bottom, top),
                // A saddle: the corners alike are joined if the middle is like them.
                _ => {
                    let middle = corners.iter().map(|v| 0.25 * v).sum::<f64>() >= level;
                    if middle == (bits == 0b1010) {
                        link(bottom, right);
                        link(top, left);
                    } else {
                        link(left, bottom);
                        link(right, top);
                    }
                }
            }
        }
    }
    crossings
}

/// The line from a crossing on, whose links are used up; empty where they were before.
fn follow(grid: &Grid, level: f64, start: usize, links: &mut [[usize; 2]]) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    let closed = links[start][1] != NONE;
    let (mut before, mut at) = (NONE, start);
    while at != NONE && links[at][0] != NONE {
        points.push(crossing(grid, level, at));
        let [a, b] = std::mem::replace(&mut links[at], [NONE; 2]);
        (before, at) = (at, if a == before { b } else { a });
    }
    if closed && at == start {
        points.extend(points.first().copied());
    }
    points
}

/// Where a level crosses an edge, in the data's coordinates.
fn crossing(grid: &Grid, level: f64, edge: usize) -> (f64, f64) {
    let (i, j) = (edge / 2 % grid.nx, edge / 2 / grid.nx);
    let (di, dj) = if edge.is_multiple_of(2) { (1, 0) } else { (0, 1) };
    let (a, b) = (grid.at(i, j), grid.at(i + di, j + dj));
    // Halved, so that no difference of finite numbers overflows.
    let share = ((0.5 * level - 0.5 * a) / (0.5 * b - 0.5 * a)).clamp(0.0, 1.0);
    let place = |(low, high): (f64, f64), node: usize, step: usize, count: usize| {
        low + (high - low) * (node as f64 + share * step as f64) / (count - 1) as f64
    };
    (place(grid.x, i, di, grid.nx), place(grid.y, j, dj, grid.ny))
}

/// Evenly spaced levels below a maximum: the nice step (1, 2 or 5 times a power of ten) that gives at most `count` of
/// them down to `depth` below. For log-densities, with depth in nats; the first level is one step below the maximum.
#[must_use]
pub fn levels_below(maximum: f64, depth: f64, count: usize) -> Vec<f64> {
    if !maximum.is_finite() || !depth.is_finite() || depth <= 0.0 || count == 0 {
        return Vec::new();
    }
    let step = nice_step(depth / count as f64);
    (1..=count).map(|k| maximum - step * k as f64).filter(|l| *l >= maximum - depth * (1.0 + 1e-9)).collect()
}

/// Levels at multiples of a nice step within a range, about `count` of them, symmetric about 0, which is left out.
#[must_use]
pub fn levels_about_zero(reach: f64, count: usize) -> Vec<f64> {
    if !reach.is_finite() || reach <= 0.0 || count == 0 {
        return Vec::new();
    }
    let step = nice_step(2.0 * reach / count as f64);
    let n = (reach / step + 1e-9).floor().min(count as f64) as i32;
    (-n..=n).filter(|k| *k != 0).map(|k| step * f64::from(k)).collect()
}

/// The least of 1, 2, 5 times a power of ten that is at least `raw`.
fn nice_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= raw * (1.0 - 1e-9)).unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(n: usize, f: impl Fn(f64, f64) -> f64) -> Grid {
        let at = |i: usize| -2.0 + 4.0 * i as f64 / (n - 1) as f64;
        let values = (0..n * n).map(|k| f(at(k % n), at(k / n))).collect();
        Grid { nx: n, ny: n, x: (-2.0, 2.0), y: (-2.0, 2.0), values }
    }

    #[test]
    fn a_circle_is_closed_and_round() {
        let lines = iso_lines(&sampled(81, |x, y| -(x * x + y * y)), &[-1.0, f64::NAN]);
        assert_eq!(lines.len(), 1);
        let points = &lines[0].points;
        assert_eq!(points.first(), points.last());
        assert!(points.iter().all(|p| (p.0.hypot(p.1) - 1.0).abs() < 1e-3));
        let length: f64 = points.windows(2).map(|w| (w[1].0 - w[0].0).hypot(w[1].1 - w[0].1)).sum();
        assert!((length - std::f64::consts::TAU).abs() < 0.01, "{length}");
    }

    #[test]
    fn a_circle_cut_by_the_border_is_open_and_never_follows_it() {
        let lines = iso_lines(&sampled(81, |x, y| -((x - 2.0).powi(2) + y * y)), &[-1.0]);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let points = &lines[0].points;
        assert!(points.iter().all(|p| ((p.0 - 2.0).hypot(p.1) - 1.0).abs() < 1e-3));
        for end in [points[0], points[points.len() - 1]] {
            assert!((end.0 - 2.0).abs() < 1e-9 && (end.1.abs() - 1.0).abs() < 1e-3, "{end:?}");
        }
    }

    #[test]
    fn a_saddle_has_two_branches_on_either_side() {
        let grid = sampled(80, |x, y| x * y);
        for level in [0.5, -0.5] {
            let lines = iso_lines(&grid, &[level]);
            assert_eq!(lines.len(), 2, "{level}");
            for line in lines {
                assert_eq!(line.level, level);
                assert!(line.points.iter().all(|(x, y)| (x * y - level).abs() < 2e-3));
                let side = line.points[0].0.signum();
                assert!(line.points.iter().all(|p| p.0.signum() == side));
            }
        }
    }

    #[test]
    fn holes_cut_lines_and_give_no_nan() {
        let grid = sampled(41, |x, y| if x > 0.9 { f64::NAN } else { -(x * x + y * y) });
        let lines = iso_lines(&grid, &[-1.0]);
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0]
                .points
                .iter()
                .all(|p| p.0.is_finite() && p.0 < 0.95 && (p.0.hypot(p.1) - 1.0).abs() < 3e-3)
        );
        let none = Grid { values: vec![f64::NAN; 4], nx: 2, ny: 2, x: (0.0, 1.0), y: (0.0, 1.0) };
        assert!(iso_lines(&none, &[0.0]).is_empty());
        let short = Grid { values: vec![0.0; 3], nx: 2, ny: 2, x: (0.0, 1.0), y: (0.0, 1.0) };
        assert!(iso_lines(&short, &[0.0]).is_empty());
    }

    #[test]
    fn saddles_follow_their_middle_and_huge_values_do_no_harm() {
        let grid = |values: Vec<f64>| Grid { nx: 2, ny: 2, x: (0.0, 1.0), y: (0.0, 1.0), values };
        for (high, starts_below) in [(3.0, true), (1.0, false)] {
            // Corners at (0, 0) and (1, 1) are high; with 3 the middle is above the level too.
            let lines = iso_lines(&grid(vec![high, 0.0, 0.0, high]), &[0.9]);
            assert_eq!(lines.len(), 2);
            // Joined high corners leave each low one cut off by a line of its own.
            let around_low = |line: &IsoLine| {
                line.points.iter().any(|p| p.0 > p.1) != line.points.iter().any(|p| p.0 < p.1)
            };
            assert_eq!(lines.iter().all(around_low), starts_below, "{lines:?}");
        }
        let lines = iso_lines(&grid(vec![-1e308, 1e308, -1e308, 1e308]), &[0.0]);
        assert_eq!(lines[0].points, [(0.5, 0.0), (0.5, 1.0)]);
        assert!(iso_lines(&grid(vec![f64::NEG_INFINITY, 1.0, 2.0, 3.0]), &[2.0]).is_empty());
    }

    #[test]
    fn levels_are_nice() {
        assert_eq!(levels_below(-1.0, 12.0, 6), [-3.0, -5.0, -7.0, -9.0, -11.0, -13.0]);
        assert_eq!(levels_below(0.0, 10.0, 4), [-5.0, -10.0]);
        assert_eq!(levels_about_zero(1.0, 4), [-1.0, -0.5, 0.5, 1.0]);
        assert!(levels_below(f64::NAN, 1.0, 3).is_empty() && levels_below(0.0, -1.0, 3).is_empty());
    }
}
