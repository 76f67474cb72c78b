//! Rectangular grids of points, shares of the work on them, and how much care is taken.

/// Equally spaced coordinates.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Axis {
    /// The first.
    pub low: f64,
    /// The last.
    pub high: f64,
    /// How many; of one alone the first is there.
    pub count: usize,
}

impl Axis {
    /// The coordinates.
    pub fn places(self) -> impl Iterator<Item = f64> {
        (0..self.count).map(move |i| self.place(i))
    }

    /// The `i`-th of the coordinates.
    pub fn place(self, i: usize) -> f64 {
        self.low + self.step() * i as f64
    }

    /// The distance between two of them.
    pub fn step(self) -> f64 {
        (self.high - self.low) / (self.count.max(2) - 1) as f64
    }

    /// The axis with every `stride`-th coordinate and `pad` more on either side; it reaches the
    /// last one.
    pub fn coarser(self, stride: usize, pad: usize) -> Self {
        let step = self.step() * stride as f64;
        let count = (self.count - 1).div_ceil(stride) + 1 + 2 * pad;
        let low = self.low - step * pad as f64;
        Self { low, high: low + step * (count - 1) as f64, count }
    }
}

/// A share of the work: nodes `index, index + of, …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// Which, from 0.
    pub index: usize,
    /// How many shares there are.
    pub of: usize,
}

impl Part {
    /// All of it.
    pub const WHOLE: Self = Self { index: 0, of: 1 };
}

/// How much care is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Quality {
    /// Some thousandths of a nat near the data.
    Coarse,
    /// One or two thousandths.
    Good,
    /// A tenth of that.
    Fine,
}

impl Quality {
    /// Largest error in nats on the presets, wherever `ρ_0 > 1e-6`.
    pub fn tolerance(self) -> f64 {
        match self {
            Self::Coarse => 1e-2,
            Self::Good => 4e-3,
            Self::Fine => 4e-4,
        }
    }
}
