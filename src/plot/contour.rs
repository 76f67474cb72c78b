//! Iso-lines of a grid, through the `contour` crate (marching squares with linear interpolation).
//!
//! The crate closes its rings around the border of the grid and gives nodes half-integer coordinates; here the lines
//! are cut open at the border, and at values that are not finite, and brought to the data's coordinates. Areas between
//! levels and labels on lines are left out.

use contour::ContourBuilder;

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
    let Some((least, greatest)) = grid.finite_range() else {
        return Vec::new();
    };
    if !grid.is_proper() {
        return Vec::new();
    }
    let values: Vec<f64> = grid
        .values
        .iter()
        .map(|&v| {
            if v == f64::INFINITY {
                greatest
            } else if v.is_finite() {
                v.clamp(-1e150, 1e150)
            } else {
                least
            }
        })
        .collect();
    let levels: Vec<f64> = levels.iter().copied().filter(|l| l.is_finite()).collect();
    let Ok(lines) = ContourBuilder::new(grid.nx, grid.ny, true).lines(&values, &levels) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for line in &lines {
        for ring in &line.geometry().0 {
            let points = ring.0.iter().map(|p| (p.x - 0.5, p.y - 0.5));
            for piece in open_pieces(grid, points) {
                found.push(IsoLine { level: line.threshold(), points: piece });
            }
        }
    }
    found
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

/// Cuts a ring of node coordinates where it follows the border or touches missing values, and maps it to data.
fn open_pieces(grid: &Grid, points: impl Iterator<Item = (f64, f64)>) -> Vec<Vec<(f64, f64)>> {
    let (right, top) = ((grid.nx - 1) as f64, (grid.ny - 1) as f64);
    let known = |(u, v): (f64, f64)| {
        let inside = u >= 0.0 && v >= 0.0 && u <= right && v <= top;
        let corners = [(u.floor(), v.floor()), (u.ceil(), v.ceil())];
        inside && corners.iter().all(|&(i, j)| grid.at(i as usize, j as usize).is_finite())
    };
    let to_data = |(u, v): (f64, f64)| {
        (grid.x.0 + (grid.x.1 - grid.x.0) * u / right, grid.y.0 + (grid.y.1 - grid.y.0) * v / top)
    };
    let mut pieces: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    let mut first_known = None;
    let mut last_known = false;
    for point in points {
        last_known = known(point);
        first_known.get_or_insert(last_known);
        if last_known {
            if let Some(piece) = pieces.last_mut() {
                piece.push(to_data(point));
            }
        } else if pieces.last().is_some_and(|p| !p.is_empty()) {
            pieces.push(Vec::new());
        }
    }
    // A ring that was cut, but not where it begins, has its first and last pieces in one.
    if pieces.len() > 1
        && first_known == Some(true)
        && last_known
        && let Some(mut tail) = pieces.pop()
    {
        tail.extend(pieces[0].iter().skip(1));
        pieces[0] = tail;
    }
    pieces.retain(|p| p.len() > 1);
    pieces
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
    fn levels_are_nice() {
        assert_eq!(levels_below(-1.0, 12.0, 6), [-3.0, -5.0, -7.0, -9.0, -11.0, -13.0]);
        assert_eq!(levels_below(0.0, 10.0, 4), [-5.0, -10.0]);
        assert_eq!(levels_about_zero(1.0, 4), [-1.0, -0.5, 0.5, 1.0]);
        assert!(levels_below(f64::NAN, 1.0, 3).is_empty() && levels_below(0.0, -1.0, 3).is_empty());
    }
}
