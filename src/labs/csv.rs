//! Points from a text file: comma-separated values and their relatives, read as they come in.
//!
//! A row a line, a number a field. The separator is found from the first line of numbers: a semicolon, a
//! tab, a comma, or blanks. Where it is no comma, or a field stands in quotes, a decimal comma is taken
//! too. One header line, empty lines, comments (`#`), a byte order mark and any line ending are accepted;
//! everything else is an error that names its line and column, both counted from 1.
//!
//! Rows are read in slices of any size, and memory stays bounded: of more than [`MAX_POINTS`] rows that
//! many are kept, every one with equal probability (Vitter's algorithm R). The choice is a function of the
//! number of the row, so the same file always gives the same points.
//!
//! Left out on purpose: quoted fields that hold a line break, thousands separators, missing values.

use crate::math::random::{stream, uniform};
use crate::permalink::parse_number;
use crate::permalink::points::{MAX_COLUMNS, MAX_COORDINATE, MAX_POINTS, PointSet, PointsError};
use crate::words::{said, tr};
use std::fmt::Write;
use thiserror::Error;

/// Largest file that is read, bytes.
pub const MAX_BYTES: u64 = 64 << 20;
/// Longest line, bytes.
const MAX_LINE: usize = 1 << 16;
/// Seed of the choice among too many rows.
const SEED: u32 = 1;
/// Longest text that an error repeats, characters.
const SHOWN: usize = 24;

/// Why a file gives no points.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum CsvError {
    /// There is no row.
    #[error("{}", tr!("there are no numbers in it"))]
    Empty,
    /// It is larger than is read.
    #[error("{}", said!("it has {} MB; at most 64 MB are read", .0))]
    TooLarge(u64),
    /// It holds bytes that no text has.
    #[error("{}", said!("line {}: this is no text file; save the table as CSV in UTF-8", .line))]
    NotText {
        /// Line.
        line: u64,
    },
    /// A line does not end.
    #[error("{}", said!("line {} is longer than 65536 bytes", .line))]
    LongLine {
        /// Line.
        line: u64,
    },
    /// A field is empty.
    #[error("{}", said!("line {}, column {}: a number is missing", .line, .column))]
    Missing {
        /// Line.
        line: u64,
        /// Column.
        column: usize,
    },
    /// A field is no number.
    #[error("{}", said!("line {}, column {}: “{}” is not a number", .line, .column, .text))]
    NotANumber {
        /// Line.
        line: u64,
        /// Column.
        column: usize,
        /// What stands there.
        text: String,
    },
    /// A number is not finite or too large.
    #[error("{}", said!("line {}, column {}: {} lies outside -1e6 … 1e6", .line, .column, .text))]
    Range {
        /// Line.
        line: u64,
        /// Column.
        column: usize,
        /// What stands there.
        text: String,
    },
    /// A row has more or fewer fields than the first.
    #[error("{}", said!("line {}, column {}: the row has {}, those above have {}", .line, .found.min(.expected) + 1, numbers(*.found), .expected))]
    Ragged {
        /// Line.
        line: u64,
        /// Fields found.
        found: usize,
        /// Fields of the first row.
        expected: usize,
    },
    /// Rows have more fields than are read.
    #[error("{}", said!("line {}, column {}: the row has {} numbers; at most {} are read", .line, MAX_COLUMNS + 1, .found, MAX_COLUMNS))]
    Columns {
        /// Line.
        line: u64,
        /// Fields found.
        found: usize,
    },
}

/// What a file holds, or an even choice of its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvTable {
    /// Names of the columns, where there is a header with as many.
    pub header: Option<Vec<String>>,
    /// Whether a header line was skipped.
    pub skipped: bool,
    /// Numbers in a row.
    pub columns: usize,
    /// Rows in the file.
    pub rows: u64,
    /// The rows that were kept, in their order, at most [`MAX_POINTS`].
    pub values: Vec<f64>,
}

/// Reads a file slice by slice.
#[derive(Clone, Debug, Default)]
pub struct CsvReader {
    /// What has come of a line so far.
    pending: Vec<u8>,
    /// Lines that are done.
    line: u64,
    /// The last byte was a carriage return: a line feed after it ends no further line.
    returned: bool,
    separator: Option<Separator>,
    /// The header as it stands, with its line.
    header: Option<(u64, String)>,
    columns: usize,
    rows: u64,
    values: Vec<f64>,
    /// Numbers of the rows that are kept.
    kept: Vec<u64>,
    row: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Separator {
    Byte(u8),
    Blanks,
}

/// A field without blanks and quotes around it.
#[derive(Clone, Copy, Debug)]
struct Field<'a> {
    text: &'a str,
    quoted: bool,
}

/// Reads a whole file.
///
/// # Errors
/// [`CsvError`], naming line and column.
pub fn parse_csv(bytes: &[u8]) -> Result<CsvTable, CsvError> {
    let mut reader = CsvReader::default();
    reader.push(bytes)?;
    reader.finish()
}

/// Writes points so that [`parse_csv`] reads the same numbers.
pub fn write_csv(points: &PointSet) -> String {
    let mut text = String::new();
    for point in points.values().chunks_exact(points.dim()) {
        for (i, value) in point.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = write!(text, "{}{value}", if i == 0 { "" } else { "," });
        }
        text.push('\n');
    }
    text
}

impl CsvReader {
    /// The next slice.
    ///
    /// # Errors
    /// [`CsvError`], naming line and column; nothing more can be read then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), CsvError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.returned && rest[0] == b'\n' {
                rest = &rest[1..];
            }
            self.returned = false;
            let Some(end) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) else {
                self.pending.extend_from_slice(rest);
                if self.pending.len() > MAX_LINE {
                    return Err(CsvError::LongLine { line: self.line + 1 });
                }
                break;
            };
            self.returned = rest[end] == b'\r';
            self.line += 1;
            if self.pending.is_empty() {
                self.take_line(&rest[..end])?;
            } else {
                let mut line = std::mem::take(&mut self.pending);
                line.extend_from_slice(&rest[..end]);
                self.take_line(&line)?;
                line.clear();
                self.pending = line;
            }
            rest = &rest[end + 1..];
        }
        Ok(())
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The end of the file.
    ///
    /// # Errors
    /// [`CsvError`] where the last line is wrong or there is no row.
    pub fn finish(mut self) -> Result<CsvTable, CsvError> {
        if !self.pending.is_empty() {
            self.line += 1;
            let line = std::mem::take(&mut self.pending);
            self.take_line(&line)?;
        }
        let header = self.header.take();
        let Some(separator) = self.separator.filter(|_| self.rows > 0) else {
            // What was taken for a header is then a text where a number should be.
            return Err(header.map_or(CsvError::Empty, |(line, text)| CsvError::NotANumber {
                line,
                column: 1,
                text: shown(&text),
            }));
        };
        let skipped = header.is_some();
        let header = header
            .map(|(_, text)| fields(&text, separator).map(|f| f.text.to_owned()).collect::<Vec<_>>())
            .filter(|names| names.len() == self.columns);
        // In the order of the file.
        let mut order: Vec<usize> = (0..self.kept.len()).collect();
        order.sort_unstable_by_key(|i| self.kept[*i]);
        let values = order
            .iter()
            .flat_map(|i| self.values[i * self.columns..(i + 1) * self.columns].iter().copied())
            .collect();
        Ok(CsvTable { header, skipped, columns: self.columns, rows: self.rows, values })
    }

    fn take_line(&mut self, bytes: &[u8]) -> Result<(), CsvError> {
        let line = self.line;
        if bytes.len() > MAX_LINE {
            return Err(CsvError::LongLine { line });
        }
        let bytes = if line == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        if bytes.contains(&0) {
            return Err(CsvError::NotText { line });
        }
        // A letter in another encoding is as little a number as the sign that stands in for it.
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        let separator = self.separator.unwrap_or_else(|| separator(text));
        if self.separator.is_none() {
            let is_number = |f: Field| matches!(number(f, separator), Some(v) if !v.is_nan());
            if self.header.is_none() && !fields(text, separator).any(is_number) && !all_odd(text, separator) {
                self.header = Some((line, text.to_owned()));
                return Ok(());
            }
        }
        self.read_row(text, separator)?;
        self.separator = Some(separator);
        self.keep();
        Ok(())
    }

    /// The numbers of a line.
    fn read_row(&mut self, text: &str, separator: Separator) -> Result<(), CsvError> {
        let line = self.line;
        self.row.clear();
        for (i, field) in fields(text, separator).enumerate() {
            let column = i + 1;
            if field.text.is_empty() {
                return Err(CsvError::Missing { line, column });
            }
            let value = number(field, separator);
            match value {
                Some(v) if v.abs() <= MAX_COORDINATE => self.row.push(v),
                Some(_) => return Err(CsvError::Range { line, column, text: shown(field.text) }),
                None => return Err(CsvError::NotANumber { line, column, text: shown(field.text) }),
            }
        }
        let found = self.row.len();
        if self.rows == 0 {
            if found > MAX_COLUMNS {
                return Err(CsvError::Columns { line, found });
            }
            self.columns = found;
        } else if found != self.columns {
            return Err(CsvError::Ragged { line, found, expected: self.columns });
        }
        Ok(())
    }

    /// Keeps the row, in place of another where there are too many, or does not.
    fn keep(&mut self) {
        let number = self.rows;
        self.rows += 1;
        if self.kept.len() < MAX_POINTS {
            self.kept.push(number);
            self.values.extend_from_slice(&self.row);
            return;
        }
        let place = uniform(SEED, stream::SUBSAMPLE, number as u32) * self.rows as f64;
        if place < MAX_POINTS as f64 {
            let place = place as usize;
            self.kept[place] = number;
            self.values[place * self.columns..(place + 1) * self.columns].copy_from_slice(&self.row);
        }
    }
}

impl CsvTable {
    /// Rows that were kept.
    pub fn kept(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }

    /// The points of some columns, counted from 0, rounded to what a link can hold.
    ///
    /// # Errors
    /// [`PointsError`] where there is no such column.
    pub fn points(&self, columns: &[usize]) -> Result<PointSet, PointsError> {
        let known: Vec<usize> = columns.iter().copied().filter(|c| *c < self.columns).collect();
        let values = self
            .values
            .chunks_exact(self.columns.max(1))
            .flat_map(|row| known.iter().map(|c| row[*c]).collect::<Vec<_>>())
            .collect();
        PointSet::rounded(known.len(), values)
    }

    /// Whether points that were made of all columns are the rows, in whatever order.
    pub fn same_as(&self, points: &PointSet) -> bool {
        let sorted = |values: &[f64]| {
            let mut rows: Vec<_> = values.chunks_exact(self.columns.max(1)).map(<[f64]>::to_vec).collect();
            rows.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
            rows
        };
        points.dim() == self.columns && sorted(&points.values()) == sorted(&self.values)
    }

    /// What was read.
    pub fn summary(&self, points: &PointSet) -> String {
        let rows = if self.rows == 1 { tr!("1 row").to_owned() } else { tr!("{} rows", grouped(self.rows)) };
        let columns =
            if self.columns == 1 { tr!("1 column").to_owned() } else { tr!("{} columns", self.columns) };
        let mut parts = vec![if self.skipped {
            tr!("{}, {}, header skipped", rows, columns)
        } else {
            tr!("{}, {}", rows, columns)
        }];
        let kept = self.kept() as u64;
        if kept < self.rows {
            parts.push(tr!("{} of them kept, chosen evenly", grouped(kept)));
        }
        let step = 2.0 * points.rounding();
        if step > 0.0 && !self.same_as(points) {
            parts.push(tr!("rounded to {}", crate::permalink::write_number(step)));
        }
        if !points.fits() {
            parts.push(tr!("too many numbers for a link, which will name their count only").to_owned());
        }
        parts.join("; ")
    }

    /// The name of a column, counted from 0.
    pub fn name(&self, column: usize) -> String {
        match self.header.as_ref().and_then(|names| names.get(column)).filter(|name| !name.is_empty()) {
            Some(name) => format!("{}: {}", column + 1, shown(name)),
            None => format!("{}", column + 1),
        }
    }
}

/// So many points.
pub fn points(count: u64) -> String {
    if count == 1 { tr!("1 point").to_owned() } else { tr!("{} points", grouped(count)) }
}

/// A whole number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn numbers(count: usize) -> String {
    if count == 1 { tr!("1 number").to_owned() } else { tr!("{} numbers", count) }
}

/// Whether a line has nothing but numbers that are none, such as NaN: no header then.
fn all_odd(text: &str, separator: Separator) -> bool {
    fields(text, separator).all(|f| matches!(number(f, separator), Some(v) if v.is_nan()))
}

/// The separator of a line.
fn separator(text: &str) -> Separator {
    let is_number = |f: Field| number(f, Separator::Blanks).is_some();
    if text.contains(';') {
        Separator::Byte(b';')
    } else if text.contains('\t') {
        Separator::Byte(b'\t')
    } else if text.contains(',') && !(text.contains(' ') && fields(text, Separator::Blanks).all(is_number)) {
        Separator::Byte(b',')
    } else {
        Separator::Blanks
    }
}

/// The fields of a line. Separators between quotes are part of a field.
fn fields(text: &str, separator: Separator) -> impl Iterator<Item = Field<'_>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut quoted = false;
        let end = text.bytes().position(|b| {
            quoted ^= b == b'"';
            !quoted
                && match separator {
                    Separator::Byte(byte) => b == byte,
                    Separator::Blanks => b == b' ' || b == b'\t',
                }
        });
        let (field, after) = match end {
            Some(end) => (&text[..end], Some(&text[end + 1..])),
            None => (text, None),
        };
        rest = match separator {
            Separator::Byte(_) => after,
            Separator::Blanks => after.map(|t| t.trim_start_matches([' ', '\t'])).filter(|t| !t.is_empty()),
        };
        let field = field.trim();
        let inner = field.strip_prefix('"').and_then(|f| f.strip_suffix('"'));
        Some(Field { text: inner.unwrap_or(field).trim(), quoted: inner.is_some() })
    })
}

/// The number in a field; infinite or NaN where it says so.
fn number(field: Field, separator: Separator) -> Option<f64> {
    let text = field.text;
    if let Some(value) = parse_number(text) {
        return Some(value);
    }
    let mut plain = text.replace('−', "-");
    if (field.quoted || separator != Separator::Byte(b',')) && !plain.contains('.') {
        plain = plain.replacen(',', ".", 1);
    }
    match plain.trim_start_matches(['+', '-']).to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "inf" | "infinity" => Some(f64::INFINITY),
        _ => parse_number(&plain),
    }
}

fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
