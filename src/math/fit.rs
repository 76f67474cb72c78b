//! Straight lines through points, for the slopes of log-log figures.

/// A least-squares line `y = intercept + slope x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineFit {
    /// Slope.
    pub slope: f64,
    /// Value at `x = 0`.
    pub intercept: f64,
}

/// The least-squares line; `None` for fewer than two distinct `x` or any non-finite value.
pub fn fit_line(points: &[(f64, f64)]) -> Option<LineFit> {
    let n = points.len() as f64;
    let (sum_x, sum_y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0, y + p.1));
    let (mean_x, mean_y) = (sum_x / n, sum_y / n);
    let (xx, xy) = points
        .iter()
        .fold((0.0, 0.0), |(xx, xy), (x, y)| (xx + (x - mean_x).powi(2), xy + (x - mean_x) * (y - mean_y)));
    let slope = xy / xx;
    (xx > 0.0 && slope.is_finite()).then_some(LineFit { slope, intercept: mean_y - slope * mean_x })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovers_a_line_and_refuses_nonsense() {
        let points: Vec<_> = (0..5).map(|i| (f64::from(i), 3.0 - 0.5 * f64::from(i))).collect();
        let fit = fit_line(&points).expect("a line");
        assert!((fit.slope + 0.5).abs() < 1e-14 && (fit.intercept - 3.0).abs() < 1e-14);
        assert_eq!(fit_line(&[]), None);
        assert_eq!(fit_line(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(fit_line(&[(1.0, 2.0), (2.0, f64::NAN)]), None);
    }
}
