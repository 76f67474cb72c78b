//! From data to pixels and back, for one panel.
//!
//! Pixels here are CSS pixels with y growing downwards. A range that cannot be drawn (NaN, infinite, empty, not
//! positive on a logarithmic axis) is replaced by the nearest one that can, so a mapping always exists.

use super::figure::{Axis, Scale};

/// An upright rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// Right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Lower edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Whether a point lies inside or on the edge.
    #[must_use]
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.x..=self.right()).contains(&x) && (self.y..=self.bottom()).contains(&y)
    }
}

/// One axis: a range of values laid on a range of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AxisMap {
    /// Values at the ends, after mending.
    pub range: (f64, f64),
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Pixels at the ends.
    pub pixels: (f64, f64),
}

impl AxisMap {
    /// Lays an axis on pixels.
    #[must_use]
    pub fn new(axis: &Axis, pixels: (f64, f64)) -> Self {
        Self { range: drawable_range(axis.range, axis.scale), scale: axis.scale, pixels }
    }

    /// The pixel of a value; NaN for what has no place on the axis.
    #[must_use]
    pub fn to_pixel(&self, value: f64) -> f64 {
        let (a, b) = (self.transform(self.range.0), self.transform(self.range.1));
        let t = (self.transform(value) - a) / (b - a);
        let pixel = self.pixels.0 + t * (self.pixels.1 - self.pixels.0);
        if pixel.is_finite() { pixel } else { f64::NAN }
    }

    /// The value at a pixel, also outside the panel.
    #[must_use]
    pub fn to_data(&self, pixel: f64) -> f64 {
        let (a, b) = (self.transform(self.range.0), self.transform(self.range.1));
        let t = (pixel - self.pixels.0) / (self.pixels.1 - self.pixels.0);
        let u = a + (b - a) * t;
        match self.scale {
            Scale::Linear => u,
            Scale::Log10 => 10f64.powf(u),
        }
    }

    fn transform(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log10 => value.log10(),
        }
    }
}

/// Both axes of a panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mapping {
    /// The plot area.
    pub rect: Rect,
    /// Horizontal axis.
    pub x: AxisMap,
    /// Vertical axis; its first pixel is the lower edge.
    pub y: AxisMap,
}

impl Mapping {
    /// Lays two axes on a rectangle.
    #[must_use]
    pub fn new(x: &Axis, y: &Axis, rect: Rect) -> Self {
        Self { rect, x: AxisMap::new(x, (rect.x, rect.right())), y: AxisMap::new(y, (rect.bottom(), rect.y)) }
    }

    /// The pixel of a point.
    #[must_use]
    pub fn to_pixel(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x.to_pixel(x), self.y.to_pixel(y))
    }

    /// The point at a pixel.
    #[must_use]
    pub fn to_data(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x.to_data(x), self.y.to_data(y))
    }
}

/// The nearest range that an axis can show: finite, at most 1e300 in size, of a width that floating point resolves, and
/// positive if the axis is logarithmic. The direction stays.
#[must_use]
pub fn drawable_range((a, b): (f64, f64), scale: Scale) -> (f64, f64) {
    if a.is_nan() || b.is_nan() {
        return match scale {
            Scale::Linear => (0.0, 1.0),
            Scale::Log10 => (1.0, 10.0),
        };
    }
    let (a, b) = (a.clamp(-1e300, 1e300), b.clamp(-1e300, 1e300));
    let (lo, hi) = (a.min(b), a.max(b));
    let (lo, hi) = match scale {
        Scale::Linear => {
            let least = f64::max(f64::max(lo.abs(), hi.abs()) * 1e-12, 1e-290);
            if hi - lo >= least {
                (lo, hi)
            } else {
                let middle = lo + (hi - lo) / 2.0;
                let half = if middle == 0.0 { 0.5 } else { middle.abs() * 0.05 };
                (middle - half.max(1e-290), middle + half.max(1e-290))
            }
        }
        Scale::Log10 => {
            let hi = if hi > 1e-290 { hi } else { 1.0 };
            let lo = if lo > 0.0 { lo.max(1e-300) } else { hi * 1e-6 };
            if hi / lo >= 1.0 + 1e-9 { (lo, hi) } else { (hi / 3.0, hi * 3.0) }
        }
    };
    if a <= b { (lo, hi) } else { (hi, lo) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends_of_the_axes_are_corners_of_the_rectangle() {
        let rect = Rect { x: 10.0, y: 20.0, w: 300.0, h: 100.0 };
        let m = Mapping::new(&Axis::linear("", (-1.0, 3.0)), &Axis::log("", (0.01, 100.0)), rect);
        assert_eq!(m.to_pixel((-1.0, 0.01)), (10.0, 120.0));
        assert_eq!(m.to_pixel((3.0, 100.0)), (310.0, 20.0));
        let (x, y) = m.to_pixel((0.0, 1.0));
        assert!((x - 85.0).abs() < 1e-12 && (y - 70.0).abs() < 1e-12);
        assert!(m.to_pixel((0.0, 0.0)).1.is_nan() && m.to_pixel((0.0, -1.0)).1.is_nan());
        assert!(m.to_pixel((f64::INFINITY, 1.0)).0.is_nan());
    }

    proptest! {
        #[test]
        fn pixels_and_data_round_trip(
            a in -1e6..1e6f64, width in 1e-3..1e6f64, reversed: bool, px in -50.0..900.0f64, log: bool,
        ) {
            let axis = if log { Axis::log("", (width, width * 1e4)) } else { Axis::linear("", (a, a + width)) };
            let pixels = if reversed { (700.0, 30.0) } else { (30.0, 700.0) };
            let map = AxisMap::new(&axis, pixels);
            prop_assert!((map.to_pixel(map.to_data(px)) - px).abs() < 1e-6);
        }

        #[test]
        fn any_range_becomes_drawable(a in any::<f64>(), b in any::<f64>(), log: bool) {
            let scale = if log { Scale::Log10 } else { Scale::Linear };
            let (lo, hi) = drawable_range((a, b), scale);
            prop_assert!(lo.is_finite() && hi.is_finite() && lo != hi);
            prop_assert!(!log || (lo > 0.0 && hi > 0.0));
            let axis = Axis { scale, ..Axis::linear("", (a, b)) };
            let map = AxisMap::new(&axis, (0.0, 100.0));
            prop_assert!((map.to_pixel(lo)).abs() < 1e-6 && (map.to_pixel(hi) - 100.0).abs() < 1e-6);
        }
    }

    #[test]
    fn hopeless_ranges() {
        for range in
            [(0.0, 0.0), (5.0, 5.0), (f64::NAN, 1.0), (f64::NEG_INFINITY, f64::INFINITY), (1e-300, 1e-300)]
        {
            for scale in [Scale::Linear, Scale::Log10] {
                let (a, b) = drawable_range(range, scale);
                assert!(a.is_finite() && b.is_finite() && a < b, "{range:?} {scale:?}: {a} {b}");
            }
        }
        assert_eq!(drawable_range((3.0, 1.0), Scale::Linear), (3.0, 1.0));
    }
}
