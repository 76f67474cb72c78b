//! Vector helpers shared by the kernels.

pub use fearless_simd::Level;
use fearless_simd::{Simd, SimdBase, SimdFloat, SimdInto};

/// What the lanes of this machine are called.
pub fn level_name() -> String {
    // `Avx512(…)` without what is in the brackets.
    let text = format!("{:?}", Level::new());
    text.split('(').next().unwrap_or_default().to_owned()
}

/// `W` vectors as one, so that what all lanes share is loaded once for all of them, and the processor
/// has several chains to work on.
#[derive(Clone, Copy)]
pub(super) struct Wide<S: Simd, const W: usize> {
    simd: S,
    parts: [S::f32s; W],
}

/// What may stand beside [`Wide`] in a formula: another, or a number for all lanes.
pub(super) trait Operand<S: Simd, const W: usize>: Copy {
    /// The vector at `i`.
    fn part(self, simd: S, i: usize) -> S::f32s;
}

impl<S: Simd, const W: usize> Operand<S, W> for f32 {
    #[inline(always)]
    fn part(self, simd: S, _: usize) -> S::f32s {
        splat(simd, self)
    }
}

impl<S: Simd, const W: usize> Operand<S, W> for Wide<S, W> {
    #[inline(always)]
    fn part(self, _: S, i: usize) -> S::f32s {
        self.parts[i]
    }
}

impl<S: Simd, const W: usize> Wide<S, W> {
    /// Lanes in all.
    pub(super) const LEN: usize = W * S::f32s::LEN;

    /// `part(i)` for each of the vectors.
    #[inline(always)]
    pub(super) fn from_parts(simd: S, part: impl Fn(usize) -> S::f32s) -> Self {
        const { assert!(W <= 4) }
        let mut parts = [splat(simd, 0.0); W];
        // Not a loop, which a compiler that saves space would leave as one, with all vectors in memory.
        if let Some(out) = parts.get_mut(0) {
            *out = part(0);
        }
        if let Some(out) = parts.get_mut(1) {
            *out = part(1);
        }
        if let Some(out) = parts.get_mut(2) {
            *out = part(2);
        }
        if let Some(out) = parts.get_mut(3) {
            *out = part(3);
        }
        Self { simd, parts }
    }

    /// One number in all lanes.
    #[inline(always)]
    pub(super) fn splat(simd: S, value: f32) -> Self {
        Self { simd, parts: [splat(simd, value); W] }
    }

    /// From the first lanes of a slice; the rest repeat the last entry.
    #[inline(always)]
    pub(super) fn load(simd: S, values: &[f32]) -> Self {
        if let Some(whole) = values.get(..Self::LEN) {
            let at = |i| i * S::f32s::LEN;
            return Self::from_parts(
                simd,
                #[inline(always)]
                |i| S::f32s::from_slice(simd, &whole[at(i)..at(i + 1)]),
            );
        }
        let mut lanes = Self::splat(simd, values.last().copied().unwrap_or(0.0));
        for (part, values) in lanes.parts.iter_mut().zip(values.chunks(S::f32s::LEN)) {
            part.as_mut_slice()[..values.len()].copy_from_slice(values);
        }
        lanes
    }

    /// Writes as many lanes as the slice holds.
    #[inline(always)]
    pub(super) fn store(self, out: &mut [f32]) {
        for (part, out) in self.parts.iter().zip(out.chunks_mut(S::f32s::LEN)) {
            if out.len() == S::f32s::LEN {
                part.store_slice(out);
            } else {
                out.copy_from_slice(&part.as_slice()[..out.len()]);
            }
        }
    }

    /// The numbers.
    #[inline(always)]
    pub(super) fn lanes(&self) -> impl Iterator<Item = f32> {
        self.parts.iter().flat_map(|part| part.as_slice().iter().copied())
    }

    /// `self · by + to`.
    #[inline(always)]
    pub(super) fn mul_add(self, by: impl Operand<S, W>, to: impl Operand<S, W>) -> Self {
        self.map(
            #[inline(always)]
            |simd, i, part| part.mul_add(by.part(simd, i), to.part(simd, i)),
        )
    }

    /// The vectors one by one.
    #[inline(always)]
    fn map(self, with: impl Fn(S, usize, S::f32s) -> S::f32s) -> Self {
        Self::from_parts(
            self.simd,
            #[inline(always)]
            |i| with(self.simd, i, self.parts[i]),
        )
    }

    /// The number nearer to 0 of two that are both `≥ 0` or both `≤ 0` (and then not -0): the order of
    /// their bits. One instruction everywhere, where a browser takes eight for the larger of two floats.
    #[inline(always)]
    pub(super) fn lesser(self, other: impl Operand<S, W>) -> Self {
        self.map(
            #[inline(always)]
            |simd, i, part| {
                <S::f32s as SimdFloat<S>>::from_bits(part.to_bits().min(other.part(simd, i).to_bits()))
            },
        )
    }

    /// `2^x` for `x ≤ 0`, with a relative error below 3e-7; below `2^-126` the result stays there.
    /// NaN is for callers to keep out.
    #[inline(always)]
    pub(super) fn exp2(self, constants: &Exp2) -> Self {
        let Exp2 { coefficients: [rest @ .., highest], lowest, round } = *constants;
        let x = self.lesser(lowest);
        let rounded = x + round;
        let f = x - (rounded - round);
        let mut p = Self::splat(self.simd, highest);
        for c in rest.iter().rev() {
            p = p.mul_add(f, *c);
        }
        // The integer part goes into the exponent.
        p.map(
            #[inline(always)]
            |_, i, part| {
                <S::f32s as SimdFloat<S>>::from_bits(part.to_bits() + (rounded.parts[i].to_bits() << 23))
            },
        )
    }
}

/// `Wide` with another or with a number.
macro_rules! operator {
    ($($operator:ident $method:ident $sign:tt, $assign:ident $assign_method:ident;)*) => {$(
        impl<S: Simd, const W: usize, O: Operand<S, W>> std::ops::$operator<O> for Wide<S, W> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: O) -> Self {
                self.map(
                    #[inline(always)]
                    |simd, i, part| part $sign other.part(simd, i),
                )
            }
        }
        impl<S: Simd, const W: usize, O: Operand<S, W>> std::ops::$assign<O> for Wide<S, W> {
            #[inline(always)]
            fn $assign_method(&mut self, other: O) {
                *self = *self $sign other;
            }
        }
    )*};
}
operator! {
    Add add +, AddAssign add_assign;
    Sub sub -, SubAssign sub_assign;
    Mul mul *, MulAssign mul_assign;
    Div div /, DivAssign div_assign;
}

/// Constants of [`Wide::exp2`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Exp2 {
    /// Of the minimax polynomial of `2^f` on `[-½, ½]`, relative error 7.5e-8.
    coefficients: [f32; 6],
    /// The lowest power.
    lowest: f32,
    /// `1.5 · 2²³`, which added rounds to the nearest integer and leaves it in the low bits.
    round: f32,
}

impl Exp2 {
    /// To be called before a loop. The compiler must not know what they are, or in WebAssembly each
    /// use builds them anew from immediate numbers: a tenth of the whole time.
    #[inline(always)]
    pub(super) fn constants() -> Self {
        static CONSTANTS: Exp2 = Exp2 {
            coefficients: [1.0, 0.693_146_94, 0.240_221_2, 0.055_507_13, 0.009_675_541, 0.001_327_647_2],
            lowest: -126.0,
            round: 12_582_912.0,
        };
        *std::hint::black_box(&CONSTANTS)
    }
}

/// `value` in all lanes.
#[inline(always)]
pub(super) fn splat<S: Simd>(simd: S, value: f32) -> S::f32s {
    value.simd_into(simd)
}

/// Rows of `width` numbers as columns.
pub(super) fn transpose(values: &[f32], width: usize) -> Vec<f32> {
    /// Side of the tiles that are turned at a time, so that both arrays stay in cache.
    const TILE: usize = 16;
    let height = values.len() / width;
    let mut out = vec![0.0; values.len()];
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for i in top..(top + TILE).min(height) {
                for j in left..(left + TILE).min(width) {
                    out[j * height + i] = values[i * width + j];
                }
            }
        }
    }
    out
}

/// All vectors that this machine has, and none.
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(super) fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let others = [
        best.as_avx2().map(Level::Avx2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_sse2().map(Level::Sse2),
    ];
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let others: [Option<Level>; 0] = [];
    [best, Level::fallback()].into_iter().chain(others.into_iter().flatten()).collect()
}

/// All there are in a browser.
#[cfg(all(test, target_arch = "wasm32"))]
pub(super) fn levels() -> Vec<Level> {
    vec![Level::new()]
}
