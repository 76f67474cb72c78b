//! What a link asked for and did not get, in words for a visitor.

use crate::words::said;
use thiserror::Error;

/// Something in a link that was ignored or changed.
#[derive(Clone, Debug, Error, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Notice {
    /// The key means nothing here.
    #[error("{}", said!("“{}={}” was ignored: this page has no such setting.", .key, .value))]
    UnknownKey {
        /// The key.
        key: String,
        /// Its value.
        value: String,
    },
    /// The value is none of the known names.
    #[error("{}", said!("“{}={}” was ignored: known values are {}. Using {}.", .key, .value, .known, .used))]
    UnknownChoice {
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// The names there are.
        known: String,
        /// What is used instead.
        used: String,
    },
    /// The number is out of range or not whole.
    #[error("{}", said!("“{}={}” was changed to {}: the range is {}.", .key, .value, .used, .range))]
    Clamped {
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// The allowed range.
        range: String,
        /// What is used instead.
        used: String,
    },
    /// The value cannot be read.
    #[error("{}", said!("“{}={}” was ignored: {}.", .key, .value, .reason))]
    Invalid {
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// Why.
        reason: String,
    },
    /// The key stands twice.
    #[error("{}", said!("“{}={}” was ignored: “{}” was given before.", .key, .value, .key))]
    Repeated {
        /// The key.
        key: String,
        /// The value that was ignored.
        value: String,
    },
    /// The link is too long.
    #[error("{}", said!("The link is {} bytes long; what lies beyond {} bytes was ignored.", .length, .limit))]
    TooLong {
        /// Its length.
        length: usize,
        /// How much is read.
        limit: usize,
    },
    /// The link was made by a later version of the page.
    #[error("{}", said!("The link was made by a newer version of this page (v={}); what this version does not know was ignored.", .version))]
    Newer {
        /// The version.
        version: String,
    },
    /// Two settings do not go together.
    #[error("{0}")]
    Conflict(String),
}

/// A value as it is shown in a notice: cut, so that a hostile link cannot fill the page.
pub(crate) fn shown(value: &str) -> String {
    const LONGEST: usize = 40;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    value.chars().take(LONGEST - 1).chain(['…']).collect()
}
