//! The handwritten digits as a target: their bandwidth in links, and their mixture.

use super::{BANDWIDTH, Bandwidth, Target};
use crate::labs::digits;
use crate::math::Mixture;
use crate::math::targets::Preset;
use crate::permalink::{Notice, Number, Reader};
use std::sync::{Mutex, PoisonError};

/// Bandwidth of the digits.
pub const DIGITS_BANDWIDTH: Number = Number { min: 0.02, max: 2.0, default: digits::BANDWIDTH, ..BANDWIDTH };

/// The kernel density estimate of the digits. The last one is kept: it is asked for often.
pub(super) fn digits_mixture(bandwidth: f64) -> Mixture {
    static LAST: Mutex<Option<(f64, Mixture)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((h, mixture)) if *h == bandwidth => mixture.clone(),
        _ => {
            let components = Target::Digits(bandwidth).components();
            let mixture = Mixture::new(&components).unwrap_or_else(|_| Preset::Bimodal.mixture());
            *last = Some((bandwidth, mixture.clone()));
            mixture
        }
    }
}

/// That of the digits, within [`DIGITS_BANDWIDTH`].
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
            let text = format!("The bandwidth of the digits is a number: showing {default}.");
            reader.notice(Notice::Conflict(text));
            default
        }
    }
}
