//! The handwritten digits as a target: their bandwidth in links.

use super::{BANDWIDTH, Bandwidth};
use crate::labs::digits;
use crate::permalink::{Notice, Number, Reader};
use crate::words::tr;

/// Bandwidth of the digits.
pub const DIGITS_BANDWIDTH: Number = Number { min: 0.02, max: 2.0, default: digits::BANDWIDTH, ..BANDWIDTH };

/// The bandwidth of the digits, within [`DIGITS_BANDWIDTH`].
pub(super) fn digits_bandwidth(reader: &mut Reader, bandwidth: Option<Bandwidth>) -> f64 {
    let Number { min, max, default, .. } = DIGITS_BANDWIDTH;
    match bandwidth {
        None => default,
        Some(Bandwidth::Fixed(h)) if (min..=max).contains(&h) => h,
        Some(Bandwidth::Fixed(h)) => {
            let write = crate::permalink::write_number;
            reader.notice(Notice::Clamped {
                key: BANDWIDTH.key.to_owned(),
                value: write(h),
                range: format!("{min} … {max}"),
                used: write(h.clamp(min, max)),
            });
            h.clamp(min, max)
        }
        Some(Bandwidth::Rule(_)) => {
            let text = tr!("The bandwidth of the digits is a number: showing {}.", default);
            reader.notice(Notice::Conflict(text));
            default
        }
    }
}
