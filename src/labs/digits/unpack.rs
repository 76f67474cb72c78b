//! Reads the packed digits: an adaptive binary range coder, the one of LZMA (Pavlov), with eleven-bit
//! probabilities that move by a thirty-second at each bit.
//!
//! An image is its label, four bits by a tree of probabilities, then 64 pixels, five bits by a tree each; which
//! tree a pixel has follows from its place and its neighbours (`context`). `pack.py` writes the same.

use super::{COUNT, DigitsError, PIXELS};

/// Probabilities of a tree of five bits.
type Tree = [u16; 32];

/// Even odds.
const EVEN: u16 = 1024;
/// Trees: three bands of columns, five levels to the left, five above.
const TREES: usize = 75;

/// The pixels, 0 to 16, row by row and image by image, and the labels.
///
/// # Errors
/// [`DigitsError::Damaged`] for bytes that are not the digits.
pub(super) fn unpack(packed: &[u8]) -> Result<(Vec<u8>, Vec<u8>), DigitsError> {
    let mut decoder = Decoder::new(packed);
    let (mut pixels, mut labels) = (Vec::with_capacity(COUNT * PIXELS), Vec::with_capacity(COUNT));
    let (mut trees, mut label_tree) = (vec![[EVEN; 32]; TREES], [EVEN; 32]);
    for _ in 0..COUNT {
        labels.push(decoder.symbol(&mut label_tree, 4));
        let mut image = [0u8; PIXELS];
        for i in 0..PIXELS {
            let tree = trees.get_mut(context(&image, i)).ok_or(DigitsError::Damaged)?;
            image[i] = decoder.symbol(tree, 5);
            if image[i] > 16 {
                return Err(DigitsError::Damaged);
            }
        }
        pixels.extend(image);
    }
    // Bits that are cut off read as 0, and then there are more than there were.
    let sound = decoder.read <= packed.len() && labels.iter().all(|label| *label < 10);
    if sound { Ok((pixels, labels)) } else { Err(DigitsError::Damaged) }
}

/// Number of the tree of pixel `i`.
fn context(image: &[u8; PIXELS], i: usize) -> usize {
    const LEVELS: [usize; 17] = [0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4];
    const BANDS: [usize; 8] = [0, 0, 1, 2, 2, 1, 0, 0];
    let level = |at: usize| LEVELS[usize::from(image[at]).min(16)];
    let left = if i.is_multiple_of(8) { 0 } else { level(i - 1) };
    let above = if i < 8 { 0 } else { level(i - 8) };
    (BANDS[i % 8] * 5 + left) * 5 + above
}

struct Decoder<'a> {
    bytes: &'a [u8],
    read: usize,
    range: u32,
    code: u32,
}

impl<'a> Decoder<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { bytes, read: 0, range: u32::MAX, code: 0 };
        for _ in 0..4 {
            decoder.code = decoder.code << 8 | decoder.next();
        }
        decoder
    }

    fn next(&mut self) -> u32 {
        let byte = self.bytes.get(self.read).copied().unwrap_or(0);
        self.read += 1;
        u32::from(byte)
    }

    fn symbol(&mut self, tree: &mut Tree, bits: u32) -> u8 {
        let mut node = 1;
        for _ in 0..bits {
            let probability = &mut tree[node];
            let bound = (self.range >> 11) * u32::from(*probability);
            let bit = if self.code < bound {
                self.range = bound;
                *probability += (2048 - *probability) >> 5;
                0
            } else {
                self.code -= bound;
                self.range -= bound;
                *probability -= *probability >> 5;
                1
            };
            while self.range < 1 << 24 {
                self.range <<= 8;
                self.code = self.code << 8 | self.next();
            }
            node = 2 * node + bit;
        }
        (node - (1 << bits)) as u8
    }
}
