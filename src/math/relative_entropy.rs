//! How far the diffused data are from noise: the divergence
//!
//! ```text
//! KL(ρ_t || N(0, I)) = ∫ ρ_t(x) (log ρ_t(x) - log φ(x)) dx      (nats)
//! ```
//!
//! by the trapezoid rule on a regular grid over 9 standard deviations around every component, with a
//! step of at most 0.4 of the smallest standard deviation of `ρ_t`. For smooth integrands that vanish at
//! the ends the rule converges faster than any power of the step: on presets to 1e-6 nats.
//!
//! Left out on purpose: more than two dimensions, and components so narrow that the grid would need more
//! than [`KlToNormal::MOST`] points along an axis.

use super::{Axis, LOG_2PI, Line, Mixture, Scratch, Time};

/// The sum on its way, a row of the grid at a time.
#[derive(Clone, Debug)]
pub struct KlToNormal {
    time: Option<Time>,
    axes: Vec<Axis>,
    row: usize,
    sum: f64,
    scratch: Scratch,
}

impl KlToNormal {
    /// Most points along an axis, in one and in two dimensions.
    pub const MOST: [usize; 2] = [20_000, 400];

    /// For the data (`None`) or at a time; `None` where the grid would be too fine.
    pub fn new(mixture: &Mixture, time: Option<Time>) -> Option<Self> {
        let dim = mixture.dim();
        let most = *Self::MOST.get(dim.checked_sub(1)?)?;
        let (noise, signal) = time.map_or((0.0, 1.0), |time| (time.t(), time.one_minus_t()));
        let step = 0.4 * (signal * mixture.variance_range().0 + noise).sqrt();
        let axis = |i: usize| {
            let along: Vec<f64> = (0..dim).map(|k| f64::from(u8::from(k == i))).collect();
            let (low, high) = Line::along(mixture, &along, time).extent(9.0);
            let count = ((high - low) / step).ceil() + 1.0;
            (count <= most as f64).then_some(Axis { low, high, count: count as usize })
        };
        let axes = (0..dim).map(axis).collect::<Option<Vec<_>>>()?;
        Some(Self { time, axes, row: 0, sum: 0.0, scratch: Scratch::default() })
    }

    /// Evaluations of the density that a row takes.
    pub fn row_length(&self) -> usize {
        self.axes[0].count
    }

    /// Adds a row; the divergence once all are in.
    pub fn advance(&mut self, mixture: &Mixture) -> Option<f64> {
        let marginal = self.time.map_or_else(|| mixture.at_zero(), |time| mixture.at(time));
        let rows = self.axes.get(1).map_or(1, |axis| axis.count);
        let second = self.axes.get(1).map(|axis| axis.place(self.row));
        for x in self.axes[0].places() {
            let (log, square) = match second {
                Some(y) => (marginal.log_density(&[x, y], &mut self.scratch), x * x + y * y),
                None => (marginal.log_density(&[x], &mut self.scratch), x * x),
            };
            let log_noise = -0.5 * (square + self.axes.len() as f64 * LOG_2PI);
            // Far out the density is 0 before the logarithm is infinite.
            if log > -700.0 {
                self.sum += log.exp() * (log - log_noise);
            }
        }
        self.row += 1;
        let cell: f64 = self.axes.iter().map(|axis| axis.step()).product();
        (self.row >= rows).then_some(self.sum * cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Component, Covariance, targets::Preset};

    fn whole(mixture: &Mixture, time: Option<Time>) -> f64 {
        let mut work = KlToNormal::new(mixture, time).expect("a grid");
        loop {
            if let Some(value) = work.advance(mixture) {
                return value;
            }
        }
    }

    /// `KL(N(m, C) || N(0, I)) = (tr C + |m|² - d - log det C)/2`.
    #[test]
    fn closed_form_of_a_gaussian() {
        let one = |mean: Vec<f64>, covariance| {
            Mixture::new(&[Component { weight: 1.0, mean, covariance }]).expect("a mixture")
        };
        for t in [None, Time::from_t(1e-3), Time::from_t(0.4), Time::from_t(0.999)] {
            let (noise, signal) = t.map_or((0.0, 1.0), |t| (t.t(), t.one_minus_t()));
            let c = signal * 0.2 + noise;
            let exact = 0.5 * (c + signal * 2.25 - 1.0 - c.ln());
            let found = whole(&one(vec![-1.5], Covariance::Isotropic(0.2)), t);
            assert!((found - exact).abs() < 1e-9, "{found} {exact}");
            let full = Covariance::Full(vec![0.5, 0.2, 0.2, 0.3]);
            let (a, b, off) = (signal * 0.5 + noise, signal * 0.3 + noise, signal * 0.2);
            let exact = 0.5 * (a + b + signal * 1.25 - 2.0 - (a * b - off * off).ln());
            let found = whole(&one(vec![1.0, 0.5], full), t);
            assert!((found - exact).abs() < 1e-8, "{found} {exact}");
        }
    }

    /// Halving the step changes nothing on the presets, and the divergence falls with time.
    #[test]
    fn presets_are_resolved_and_fall_towards_noise() {
        for preset in Preset::ALL {
            let mixture = preset.mixture();
            let mut before = f64::INFINITY;
            for time in [None, Time::from_t(0.05), Time::from_t(0.5), Time::from_t(0.99)] {
                let Some(mut fine) = KlToNormal::new(&mixture, time) else { continue };
                let coarse = whole(&mixture, time);
                for axis in &mut fine.axes {
                    axis.count = 2 * axis.count - 1;
                }
                let fine = loop {
                    if let Some(value) = fine.advance(&mixture) {
                        break value;
                    }
                };
                assert!((coarse - fine).abs() < 1e-6, "{preset:?}: {coarse} {fine}");
                assert!(fine < before && fine > 0.0, "{preset:?}: {fine} after {before}");
                before = fine;
            }
        }
    }

    #[test]
    fn what_is_too_narrow_is_left_out() {
        let covariance = Covariance::Isotropic(1e-6);
        let parts = [vec![-3.0, 0.0], vec![3.0, 0.0]].map(|mean| Component {
            weight: 1.0,
            mean,
            covariance: covariance.clone(),
        });
        let mixture = Mixture::new(&parts).expect("a mixture");
        assert!(KlToNormal::new(&mixture, None).is_none());
        assert!(KlToNormal::new(&mixture, Time::from_t(0.5)).is_some());
    }
}
