//! Handwritten digits: 1797 images of 8 × 8 pixels from 0 to 16, ten classes, of people that no training
//! image of the same collection is by.
//!
//! The source is *Optical Recognition of Handwritten Digits* (E. Alpaydin and C. Kaynak, UCI Machine Learning
//! Repository 1998, CC BY 4.0), as scikit-learn ships it; `pack.py` makes `optdigits.bin` of it, and `NOTICE`
//! has the licence. As a target the digits are the kernel density estimate, in 64 dimensions, of
//! [`TRAIN`] images with pixels divided by 16; the other [`TEST`] are held out. Which is which is drawn once,
//! by the counter-based generator with a seed of its own: the same split everywhere.
//!
//! Natively the file is part of the program. The page fetches it when the digits are asked for, and calls
//! [`install`].

#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod load;
mod unpack;

use crate::math::random::{stream, word};
use crate::words::tr;
use std::sync::OnceLock;
use thiserror::Error;

/// Images.
pub const COUNT: usize = 1797;
/// Pixels of an image, and the dimension of the target.
pub const PIXELS: usize = 64;
/// Pixels along a side.
pub const SIDE: usize = 8;
/// Largest pixel: strokes are 16, paper is 0.
pub const FULL: u8 = 16;
/// Images that the density is made of.
pub const TRAIN: usize = 1197;
/// Images held out.
pub const TEST: usize = COUNT - TRAIN;
/// The bandwidth, in units of a full pixel, that makes each training image most likely under the estimate from
/// the others (Duin 1976), to two digits.
pub const BANDWIDTH: f64 = 0.14;

/// Seed of the split.
const SPLIT_SEED: u32 = 1797;

/// Why there are no digits.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DigitsError {
    /// The bytes are not those of the file.
    #[error("{}", tr!("the file of the digits is damaged"))]
    Damaged,
}

/// The images.
#[derive(Clone, Debug, PartialEq)]
pub struct Digits {
    pixels: Vec<u8>,
    labels: Vec<u8>,
    /// The training images, then the others, whose classes take turns.
    order: Vec<usize>,
}

/// An image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// Pixels from 0 to [`FULL`], row by row.
    pub pixels: &'a [u8],
    /// The digit that was written.
    pub label: u8,
}

static DIGITS: OnceLock<Digits> = OnceLock::new();

/// The digits, if they are here: natively always.
pub fn digits() -> Option<&'static Digits> {
    #[cfg(not(target_arch = "wasm32"))]
    if DIGITS.get().is_none() {
        // The file is tested to be sound.
        let _ = install(include_bytes!("optdigits.bin"));
    }
    DIGITS.get()
}

/// Takes the file's bytes.
///
/// # Errors
/// [`DigitsError`] for other bytes.
pub fn install(packed: &[u8]) -> Result<(), DigitsError> {
    if DIGITS.get().is_none() {
        let (pixels, labels) = unpack::unpack(packed)?;
        let mut order: Vec<usize> = (0..COUNT).collect();
        order.sort_by_key(|i| (word(SPLIT_SEED, stream::DIGITS_SPLIT, *i), *i));
        // The first of each class, then the second of each, and so on.
        let mut seen = [0; 10];
        let turn = |i: &usize| {
            let class = labels.get(*i).map_or(0, |label| usize::from(*label));
            seen[class] += 1;
            (seen[class], class)
        };
        let turns: Vec<(usize, usize)> = order[TRAIN..].iter().map(turn).collect();
        let mut held_out: Vec<_> = turns.into_iter().zip(order.drain(TRAIN..)).collect();
        held_out.sort_unstable();
        order.extend(held_out.into_iter().map(|(_, i)| i));
        // Someone else may have been faster: then the same is there already.
        let _ = DIGITS.set(Digits { pixels, labels, order });
    }
    Ok(())
}

impl Digits {
    /// Image `i` in the order of the source.
    fn image(&self, i: usize) -> Image<'_> {
        Image { pixels: &self.pixels[i * PIXELS..(i + 1) * PIXELS], label: self.labels[i] }
    }

    /// The training images.
    pub fn train(&self) -> impl ExactSizeIterator<Item = Image<'_>> {
        self.order[..TRAIN].iter().map(|i| self.image(*i))
    }

    /// The images held out, in turns: the first ten are of the ten classes, and so are the next ten, as long as
    /// all classes have images left.
    pub fn test(&self) -> impl ExactSizeIterator<Item = Image<'_>> {
        self.order[TRAIN..].iter().map(|i| self.image(*i))
    }

    /// Image `i` of those held out.
    pub fn held_out(&self, i: usize) -> Option<Image<'_>> {
        self.order.get(TRAIN + i).map(|i| self.image(*i))
    }

    /// The training images as points, [`PIXELS`] numbers each.
    pub fn points(&self) -> Vec<f64> {
        self.train().flat_map(Image::point).collect()
    }
}

impl<'a> Image<'a> {
    /// The pixels in units of a full one.
    pub fn point(self) -> impl Iterator<Item = f64> + 'a {
        self.pixels.iter().map(|pixel| f64::from(*pixel) / f64::from(FULL))
    }
}

#[cfg(test)]
mod tests;
