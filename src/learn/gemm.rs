//! Products of matrices in `f32`: `C ← op(A) B`, or `C ← C + op(A) B`, row by row in memory.
//!
//! A tile of `C`, four rows by two vectors, stays in registers while a column of `A` and a row of `B` after
//! the other is multiplied in. `A` is read by two strides, so that its transpose costs nothing.
//!
//! Left out on purpose: blocking for caches, since the matrices of small networks fit in them, and threads.

use fearless_simd::{Level, Simd, SimdBase, SimdFloat, SimdInto, dispatch};

/// Rows of a tile.
const ROWS: usize = 4;
/// Vectors along a row of a tile.
const VECTORS: usize = 2;

/// `op(A)`: entry `(i, p)` is `data[i * row + p * column]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strided<'a> {
    /// The numbers.
    pub(super) data: &'a [f32],
    /// Distance between rows.
    pub(super) row: usize,
    /// Distance between columns.
    pub(super) column: usize,
}

impl<'a> Strided<'a> {
    /// A matrix with rows of this length.
    pub(super) fn plain(data: &'a [f32], width: usize) -> Self {
        Self { data, row: width, column: 1 }
    }

    /// Its transpose.
    pub(super) fn transposed(data: &'a [f32], width: usize) -> Self {
        Self { data, row: 1, column: width }
    }
}

/// `C ← [C +] A B` with `A` of `m × k`, `B` of `k × n` and `C` of `m × n` entries.
pub(super) fn multiply(
    level: Level,
    [m, k, n]: [usize; 3],
    a: Strided<'_>,
    b: &[f32],
    c: &mut [f32],
    add: bool,
) {
    debug_assert!(b.len() >= k * n && c.len() >= m * n);
    if !add {
        c[..m * n].fill(0.0);
    }
    dispatch!(level, simd => multiply_on(simd, [m, k, n], a, b, c));
}

#[inline(always)]
fn multiply_on<S: Simd>(simd: S, [m, k, n]: [usize; 3], a: Strided<'_>, b: &[f32], c: &mut [f32]) {
    let (wide, narrow) = (VECTORS * S::f32s::LEN, S::f32s::LEN);
    let mut j = 0;
    while j + wide <= n {
        rows::<S, VECTORS>(simd, [m, k, n], a, b, c, j);
        j += wide;
    }
    while j + narrow <= n {
        rows::<S, 1>(simd, [m, k, n], a, b, c, j);
        j += narrow;
    }
    if j < n {
        rest([m, k, n], a, b, c, j);
    }
}

/// The columns `j ..` of as many vectors, all rows.
#[inline(always)]
fn rows<S: Simd, const V: usize>(
    simd: S,
    [m, k, n]: [usize; 3],
    a: Strided<'_>,
    b: &[f32],
    c: &mut [f32],
    j: usize,
) {
    let mut i = 0;
    while i + ROWS <= m {
        tile::<S, ROWS, V>(simd, [k, n], a, b, c, [i, j]);
        i += ROWS;
    }
    while i < m {
        tile::<S, 1, V>(simd, [k, n], a, b, c, [i, j]);
        i += 1;
    }
}

#[inline(always)]
fn tile<S: Simd, const R: usize, const V: usize>(
    simd: S,
    [k, n]: [usize; 2],
    a: Strided<'_>,
    b: &[f32],
    c: &mut [f32],
    [i, j]: [usize; 2],
) {
    let zero: S::f32s = 0.0f32.simd_into(simd);
    let mut sums = [[zero; V]; R];
    let len = S::f32s::LEN;
    for (r, sums) in sums.iter_mut().enumerate() {
        let row = &c[(i + r) * n + j..][..V * len];
        for (v, sum) in sums.iter_mut().enumerate() {
            *sum = S::f32s::from_slice(simd, &row[v * len..(v + 1) * len]);
        }
    }
    for p in 0..k {
        let row = &b[p * n + j..][..V * len];
        let mut vectors = [zero; V];
        for (v, vector) in vectors.iter_mut().enumerate() {
            *vector = S::f32s::from_slice(simd, &row[v * len..(v + 1) * len]);
        }
        for (r, sums) in sums.iter_mut().enumerate() {
            let factor: S::f32s = a.data[(i + r) * a.row + p * a.column].simd_into(simd);
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = vector.mul_add(factor, *sum);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        let row = &mut c[(i + r) * n + j..][..V * len];
        for (v, sum) in sums.iter().enumerate() {
            sum.store_slice(&mut row[v * len..(v + 1) * len]);
        }
    }
}

/// The last columns, fewer than a vector.
#[inline(always)]
fn rest([m, k, n]: [usize; 3], a: Strided<'_>, b: &[f32], c: &mut [f32], j: usize) {
    for i in 0..m {
        let row = &mut c[i * n + j..(i + 1) * n];
        for p in 0..k {
            let factor = a.data[i * a.row + p * a.column];
            for (entry, b) in row.iter_mut().zip(&b[p * n + j..(p + 1) * n]) {
                *entry += factor * b;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::normals;

    /// Sizes that are no multiples of tiles, on the machine's lanes and on scalars, against `f64`.
    #[test]
    fn products_are_those_of_double_precision() {
        for (number, [m, k, n]) in [[5, 7, 37], [1, 1, 1], [9, 2, 16], [4, 33, 3]].into_iter().enumerate() {
            let draw = |stream: u32, count: usize| -> Vec<f32> {
                normals(3, stream + number as u32, 0, count).into_iter().map(|z| z as f32).collect()
            };
            let (a, b, start) = (draw(100, m * k), draw(200, k * n), draw(300, m * n));
            for level in [Level::new(), Level::fallback()] {
                for transposed in [false, true] {
                    let op = if transposed { Strided::transposed(&a, m) } else { Strided::plain(&a, k) };
                    let mut c = start.clone();
                    multiply(level, [m, k, n], op, &b, &mut c, true);
                    for i in 0..m {
                        for j in 0..n {
                            let term = |p: usize| {
                                f64::from(a[if transposed { p * m + i } else { i * k + p }])
                                    * f64::from(b[p * n + j])
                            };
                            let exact = f64::from(start[i * n + j]) + (0..k).map(term).sum::<f64>();
                            assert!((f64::from(c[i * n + j]) - exact).abs() < 1e-4, "{m} {k} {n} {i} {j}");
                        }
                    }
                }
            }
        }
    }
}
