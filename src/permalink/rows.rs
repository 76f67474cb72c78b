//! Lists of rows of numbers, such as `mix=0.3:-2:0.25_0.7:1.5:0.64`: rows joined by `_`,
//! numbers by `:`.

use super::{parse_number, write_number};
use crate::words::{said, tr};
use thiserror::Error;

/// Why a list of rows cannot be read. Rows and columns count from 1.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RowError {
    /// There is no row.
    #[error("{}", tr!("the list is empty"))]
    Empty,
    /// There are more rows than are read.
    #[error("{}", said!("it has {} rows; at most {} are read", .found, .most))]
    TooMany {
        /// Rows found.
        found: usize,
        /// Most rows.
        most: usize,
    },
    /// An entry is not a finite number.
    #[error("{}", said!("row {}, entry {}: “{}” is not a number", .row, .column, .text))]
    NotANumber {
        /// Row.
        row: usize,
        /// Entry in the row.
        column: usize,
        /// What stands there.
        text: String,
    },
}

/// Reads rows of finite numbers; rows may have different lengths.
///
/// # Errors
/// [`RowError`], naming the row and the entry.
pub fn parse_rows(text: &str, separator: char, most: usize) -> Result<Vec<Vec<f64>>, RowError> {
    if text.is_empty() {
        return Err(RowError::Empty);
    }
    let found = text.split(separator).count();
    if found > most {
        return Err(RowError::TooMany { found, most });
    }
    let number = |row: usize, column: usize, text: &str| {
        parse_number(text).filter(|v| v.is_finite()).ok_or_else(|| RowError::NotANumber {
            row: row + 1,
            column: column + 1,
            text: super::notice::shown(text),
        })
    };
    text.split(separator)
        .enumerate()
        .map(|(r, row)| row.split(':').enumerate().map(|(c, text)| number(r, c, text)).collect())
        .collect()
}

/// Writes rows so that [`parse_rows`] reads the same numbers.
pub fn write_rows(rows: &[Vec<f64>], separator: char) -> String {
    let rows: Vec<String> =
        rows.iter().map(|row| row.iter().map(|v| write_number(*v)).collect::<Vec<_>>().join(":")).collect();
    rows.join(&separator.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_round_trip() {
        let rows = vec![vec![0.3, -2.0, 0.25], vec![0.7, 1.5e-9, 1e300]];
        assert_eq!(write_rows(&rows, '_'), "0.3:-2:0.25_0.7:1.5e-9:1e300");
        assert_eq!(parse_rows(&write_rows(&rows, '_'), '_', 64), Ok(rows));
    }

    #[test]
    fn errors_name_the_place() {
        assert_eq!(parse_rows("", '_', 9), Err(RowError::Empty));
        assert_eq!(parse_rows("1_2_3", '_', 2), Err(RowError::TooMany { found: 3, most: 2 }));
        let error = parse_rows("1:2_3:x", '_', 9).expect_err("an error");
        assert_eq!(error.to_string(), "row 2, entry 2: “x” is not a number");
        for bad in ["1:", "1::2", "inf", "nan", "1e999", "_", "1_"] {
            assert!(matches!(parse_rows(bad, '_', 9), Err(RowError::NotANumber { .. })), "{bad}");
        }
    }
}
