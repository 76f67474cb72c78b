//! What the nodes add up to, level by level, and the levels together.

use super::bands::Bands;
use super::{PAD, at};
use crate::kernels::Level;
use crate::kernels::simd::transpose;
use crate::math::Axis;

/// `Σ_k weight_k m_k` on its way.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// `Σ weight 2t E f_t` on every `2^k`-th pixel, padded by [`PAD`], x fastest.
    levels: Vec<Option<Vec<f64>>>,
    /// What does not depend on the pixel: `Σ weight d`.
    pub(super) constant: f64,
}

impl Sums {
    /// Adds values on the grid of a level, times a factor.
    pub(super) fn add(&mut self, level: usize, factor: f64, values: &[f32]) {
        if self.levels.len() <= level {
            self.levels.resize(level + 1, None);
        }
        let sum = self.levels[level].get_or_insert_with(|| vec![0.0; values.len()]);
        for (sum, value) in sum.iter_mut().zip(values) {
            *sum += factor * f64::from(*value);
        }
    }

    /// The whole at every pixel, x fastest.
    pub(super) fn finish(self, level: Level, axes: [Axis; 2]) -> Vec<f64> {
        let [x, y] = axes;
        let mut total = vec![self.constant; x.count * y.count];
        for (k, sum) in self.levels.iter().enumerate() {
            let Some(sum) = sum else { continue };
            if k == 0 {
                for (total, sum) in total.iter_mut().zip(sum) {
                    *total += sum;
                }
                continue;
            }
            let [along_x, along_y] = axes.map(|axis| {
                let places = (0..axis.count).map(|i| PAD as f64 + i as f64 / f64::from(1 << k));
                Bands::interpolation(places, at(axis, k).count)
            });
            // Around the mean, so that single precision is spent on what varies.
            let mean = sum.iter().sum::<f64>() / sum.len() as f64;
            let centred: Vec<f32> = sum.iter().map(|s| (s - mean) as f32).collect();
            let rows = along_y.apply(level, &centred, at(x, k).count, 0..y.count);
            let columns = transpose(&rows, at(x, k).count);
            let columns = along_x.apply(level, &columns, y.count, 0..x.count);
            for (total, value) in total.iter_mut().zip(transpose(&columns, y.count)) {
                *total += mean + f64::from(value);
            }
        }
        total
    }
}
