//! The minimum of a function of one variable by Brent's method (Brent 1973, *Algorithms for
//! Minimization without Derivatives*, chapter 5), turned inside out: the caller is asked for one
//! value at a time, so that each may be computed in slices.

/// Share of an interval that a golden section cuts off: `(3 - √5)/2`.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

/// Most values asked for.
const MOST: usize = 80;

/// A search on its way.
#[derive(Clone, Debug)]
pub struct Minimum {
    low: f64,
    high: f64,
    tolerance: f64,
    /// The best three points so far with their values, best first.
    best: [(f64, f64); 3],
    /// The last step and the one before it.
    moved: f64,
    before: f64,
    asked: usize,
}

impl Minimum {
    /// A search on an interval in which the function falls, then rises, to within an absolute
    /// tolerance. Where rounding makes the function flat, about the root of the machine's precision,
    /// a smaller tolerance brings nothing.
    pub fn new(low: f64, high: f64, tolerance: f64) -> Self {
        let start = low + GOLDEN * (high - low);
        Self { low, high, tolerance, best: [(start, f64::INFINITY); 3], moved: 0.0, before: 0.0, asked: 0 }
    }

    /// Where the function is wanted next; `None` when the search is over.
    pub fn ask(&mut self) -> Option<f64> {
        let (x, _) = self.best[0];
        if self.asked == 0 {
            return Some(x);
        }
        let middle = 0.5 * (self.low + self.high);
        let close = (x - middle).abs() <= 2.0 * self.tolerance - 0.5 * (self.high - self.low);
        if close || self.asked >= MOST {
            return None;
        }
        let step = self.parabola().unwrap_or_else(|| {
            self.before = if x < middle { self.high - x } else { self.low - x };
            GOLDEN * self.before
        });
        self.moved = step;
        // Steps below the tolerance would only measure rounding.
        let step = if step.abs() < self.tolerance { self.tolerance.copysign(step) } else { step };
        Some((x + step).clamp(self.low, self.high))
    }

    /// The function's value there.
    pub fn tell(&mut self, at: f64, value: f64) {
        self.asked += 1;
        if self.asked == 1 {
            self.best = [(at, value); 3];
            return;
        }
        let [x, w, v] = self.best;
        if value <= x.1 {
            if at < x.0 {
                self.high = x.0;
            } else {
                self.low = x.0;
            }
            self.best = [(at, value), x, w];
            return;
        }
        if at < x.0 {
            self.low = at;
        } else {
            self.high = at;
        }
        if value <= w.1 || w.0 == x.0 {
            self.best = [x, (at, value), w];
        } else if value <= v.1 || v.0 == x.0 || v.0 == w.0 {
            self.best = [x, w, (at, value)];
        }
    }

    /// The best point so far and its value.
    pub fn best(&self) -> (f64, f64) {
        self.best[0]
    }

    /// The step to the vertex of the parabola through the best three points, if it lies within the
    /// interval and steps are shrinking.
    fn parabola(&mut self) -> Option<f64> {
        let [(x, fx), (w, fw), (v, fv)] = self.best;
        let r = (x - w) * (fx - fv);
        let q = (x - v) * (fx - fw);
        let (top, bottom) = ((x - v) * q - (x - w) * r, 2.0 * (q - r));
        let step = -top / bottom;
        let inside = x + step > self.low && x + step < self.high;
        let shrinking = step.abs() < 0.5 * self.before.abs();
        if !(step.is_finite() && inside && shrinking) {
            return None;
        }
        self.before = self.moved;
        // Not on top of an end.
        let at = x + step;
        let near = at - self.low < 2.0 * self.tolerance || self.high - at < 2.0 * self.tolerance;
        let inward = if x < 0.5 * (self.low + self.high) { self.tolerance } else { -self.tolerance };
        Some(if near { inward } else { step })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(low: f64, high: f64, f: impl Fn(f64) -> f64) -> (f64, usize) {
        let mut minimum = Minimum::new(low, high, 1e-8);
        while let Some(x) = minimum.ask() {
            assert!((low..=high).contains(&x));
            minimum.tell(x, f(x));
        }
        (minimum.best().0, minimum.asked)
    }

    #[test]
    fn finds_known_minima_with_few_values() {
        // x - log x at 1; a quartic, which is flat; |x|, which has no parabola; a minimum at an end.
        let (x, asked) = search(0.1, 5.0, |x| x - x.ln());
        assert!((x - 1.0).abs() < 3e-8 && asked < 25, "{x} after {asked}");
        let (x, _) = search(-1.0, 3.0, |x| (x - 0.7).powi(4));
        assert!((x - 0.7).abs() < 1e-3, "{x}");
        let (x, asked) = search(-1.0, 3.0, |x| (x - 0.3).abs());
        assert!((x - 0.3).abs() < 3e-8 && asked < 60, "{x} after {asked}");
        let (x, _) = search(1.0, 2.0, |x| x * x);
        assert!((x - 1.0).abs() < 1e-6, "{x}");
    }

    #[test]
    fn a_shift_of_the_axis_shifts_the_minimum() {
        for shift in [-3.0, 0.0, 11.0] {
            let (x, _) = search(shift - 1.0, shift + 2.0, |x| (x - shift - 0.4).cosh());
            assert!((x - shift - 0.4).abs() < 1e-7, "{x} for {shift}");
        }
    }
}
