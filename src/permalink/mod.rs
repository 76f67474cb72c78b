//! Permalinks: parameters to and from the query string of the page, a contract that old links
//! open for ever.
//!
//! The grammar is `key=value` joined by `&`. Only values that differ from their defaults are
//! written; `v` names the version of the contract. Decoding never fails: whatever cannot be
//! used is replaced by the nearest valid value, and a [`Notice`] says what was ignored or
//! changed and why.
//!
//! This module knows the grammar, numbers and choices; which keys there are is the business of
//! the labs. Left out on purpose: the address bar (`app.rs`), and any knowledge of targets.

mod notice;
pub mod points;
mod reader;
mod rows;
mod writer;

pub use notice::Notice;
#[cfg(labs)]
pub(crate) use notice::shown;
pub use reader::Reader;
pub use rows::{RowError, parse_rows, write_rows};
pub use writer::Writer;

/// Version of the contract.
pub const VERSION: u64 = 1;

/// Longest query that is read, in bytes; the rest is ignored with a notice.
pub const MAX_LENGTH: usize = 16_384;

/// A number in a link: its key, range, default and unit. The page's controls are made from the
/// same description, so that what can be typed and what a link may hold are one thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// Key in the query.
    pub key: &'static str,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Value when the key is absent.
    pub default: f64,
    /// Whether only whole numbers are allowed.
    pub whole: bool,
}

impl Number {
    /// The nearest allowed value; `None` for NaN.
    pub fn nearest(&self, value: f64) -> Option<f64> {
        let rounded = if self.whole { value.round() } else { value };
        // Adding zero turns -0 into 0, which prints without a sign.
        (!value.is_nan()).then(|| rounded.clamp(self.min, self.max) + 0.0)
    }
}

/// Names of the values of a choice, as links spell them. The first name of a value is the one
/// that is written.
pub type Choices<T> = [(&'static str, T)];

/// Reads a decimal number; `None` for anything else, "inf", "nan" and hexadecimal included.
pub fn parse_number(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    // "1e400" parses to infinity; it is left so for the caller to clamp and say so.
    plain.then(|| parse_float(text)).flatten()
}

#[cfg(not(all(feature = "web", target_arch = "wasm32")))]
fn parse_float(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The browser rounds decimal numbers as correctly as the standard library does, and has the
/// twelve kilobytes of tables for it already.
#[cfg(all(feature = "web", target_arch = "wasm32"))]
fn parse_float(text: &str) -> Option<f64> {
    #[wasm_bindgen::prelude::wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = Number)]
        fn number(text: &str) -> f64;
    }
    let value = number(text);
    (!value.is_nan()).then_some(value)
}

/// Writes a number in the fewest digits that read back as the same number, with an exponent
/// where it would be long without.
pub fn write_number(value: f64) -> String {
    const LONG: usize = 8;
    let plain = format!("{value}");
    let scientific = format!("{value:e}");
    if plain.len() > LONG && scientific.len() < plain.len() { scientific } else { plain }
}
