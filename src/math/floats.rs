//! Lists of numbers in messages as one piece of bytes, little-endian: a data set in many dimensions takes
//! milliseconds number by number.
//!
//! For serde's `with`; the format must be one that has bytes, as `postcard` has.

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};
use std::fmt;

/// Writes the bytes.
pub(super) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    serializer.serialize_bytes(&bytes)
}

/// Reads them.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    deserializer.deserialize_bytes(Floats)
}

struct Floats;

impl Visitor<'_> for Floats {
    type Value = Vec<f64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("eight bytes a number")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<f64>, E> {
        let (numbers, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(E::invalid_length(bytes.len(), &self));
        }
        Ok(numbers.iter().map(|number| f64::from_le_bytes(*number)).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::math::{Component, Covariance};

    #[test]
    fn numbers_come_back_and_half_ones_are_refused() {
        let mean = vec![0.1, -0.0, f64::MAX, f64::MIN_POSITIVE];
        let component = Component { weight: 2.0, mean, covariance: Covariance::Isotropic(0.3) };
        let mut bytes = postcard::to_allocvec(&component).expect("bytes");
        assert_eq!(postcard::from_bytes(&bytes), Ok(component));
        // The length of the mean comes after eight bytes of weight.
        assert_eq!(bytes[8], 32);
        bytes[8] = 31;
        assert!(postcard::from_bytes::<Component>(&bytes).is_err());
    }
}
