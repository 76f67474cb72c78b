//! Sets of points in a link: written out, `x:y_x:y_…`, or packed.
//!
//! A packed set lies on a lattice: coordinate `i` of a point is `(low_i + code) · m · 10^e` with a whole
//! `low_i`, `m` one of 1, 2 and 5, and a code of a few bits. Multiplied or divided by a power of ten that a
//! double holds exactly, this is the double nearest to the decimal number, so data with few decimals lose
//! nothing. The text is
//!
//! ```text
//! ~count;low:m:e:bits_low:m:e:bits;r;base64url
//! ```
//!
//! In one and two dimensions the codes of a point are joined to one key, the keys sorted, and their
//! differences written in Golomb–Rice code with `r` low bits: `log2(2^bits / count) + 1.5` bits a point or
//! so, about 8,400 of them for 4,096 points on a lattice of 1024 × 1024. Above, codes are written in order
//! and `r` is empty. A set that fits no link is written as `!count:d`, which reads back as an error.
//!
//! Left out on purpose: what the points are for.

mod bits;

use super::{RowError, parse_number, parse_rows, write_rows};
use crate::words::{said, tr};
use bits::{BitReader, BitWriter};
use thiserror::Error;

/// Most points of a set.
pub const MAX_POINTS: usize = 4096;
/// Most coordinates of a point.
pub const MAX_COLUMNS: usize = 64;
/// Largest coordinate, either way.
pub const MAX_COORDINATE: f64 = 1e6;
/// Longest packed text, characters: with it a link stays below the 8 KB that common servers take.
pub const MAX_CHARACTERS: usize = 7000;
/// Most bits of a code.
const MAX_BITS: u32 = 16;
/// Bits below which a picture would show the lattice.
const MIN_BITS: u32 = 7;

/// Points as a link holds them; at least one, all of one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct PointSet(Form);

#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// Rows of coordinates.
    Plain { dim: usize, values: Vec<f64> },
    /// Codes on a lattice, `dim` to a point.
    Packed { axes: Vec<LatticeAxis>, codes: Vec<u16> },
}

/// One coordinate's lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
struct LatticeAxis {
    low: i64,
    step: Step,
    bits: u32,
}

/// `mantissa · 10^exponent`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    mantissa: i64,
    exponent: i32,
}

/// Why points cannot be taken.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum PointsError {
    /// There is none.
    #[error("{}", tr!("there are no points"))]
    Empty,
    /// There are too many.
    #[error("{}", said!("there are {} points; at most {} are taken", .0, MAX_POINTS))]
    TooMany(usize),
    /// They have no or too many coordinates, or not all the same number.
    #[error("{}", said!("point {} has {} coordinates instead of {}", .point, .found, .expected))]
    Columns {
        /// Number of the point.
        point: usize,
        /// Coordinates found.
        found: usize,
        /// Coordinates of the first point, or the most that are taken.
        expected: usize,
    },
    /// A coordinate is too large.
    #[error("{}", said!("point {}: {} lies outside -1e6 … 1e6", .point, .value))]
    Range {
        /// Number of the point.
        point: usize,
        /// The coordinate.
        value: f64,
    },
    /// They are no list of numbers.
    #[error(transparent)]
    Rows(#[from] RowError),
    /// The packed text was cut or changed.
    #[error("{}", said!("the packed points are damaged: {}", .0))]
    Damaged(&'static str),
    /// The link was made from more than a link can hold.
    #[error("{}", said!("the link was made from {} points of {} coordinates, more than a link can hold; open the file again", .points, .columns))]
    NotInLink {
        /// Points.
        points: usize,
        /// Coordinates of a point.
        columns: usize,
    },
}

impl PointSet {
    /// Points with their coordinates as they are, `dim` numbers each.
    ///
    /// # Errors
    /// [`PointsError`] where there are none or too many, or where a coordinate is out of range.
    pub fn exact(dim: usize, values: Vec<f64>) -> Result<Self, PointsError> {
        let count = check(dim, &values)?;
        if count > MAX_POINTS {
            return Err(PointsError::TooMany(count));
        }
        Ok(Self(Form::Plain { dim, values }))
    }

    /// Points rounded to a lattice that a link can hold: the coarsest that loses nothing, else the
    /// finest that fits. In one and two dimensions the points are sorted. Where no lattice fits, above
    /// two dimensions only, the points stay as they are and [`PointSet::fits`] says no.
    ///
    /// # Errors
    /// As [`PointSet::exact`].
    pub fn rounded(dim: usize, values: Vec<f64>) -> Result<Self, PointsError> {
        let count = check(dim, &values)?;
        if count > MAX_POINTS {
            return Err(PointsError::TooMany(count));
        }
        for bits in (MIN_BITS..=MAX_BITS).rev() {
            let Some(axes) = (0..dim)
                .map(|i| LatticeAxis::fit(&column(dim, i, &values), bits))
                .collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            let packed = Self(Form::Packed { codes: encode(&axes, &values), axes });
            if packed.write_packed().len() <= MAX_CHARACTERS {
                return Ok(packed);
            }
        }
        Ok(Self(Form::Plain { dim, values }))
    }

    /// Number of coordinates of a point.
    pub fn dim(&self) -> usize {
        match &self.0 {
            Form::Plain { dim, .. } => *dim,
            Form::Packed { axes, .. } => axes.len(),
        }
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Plain { dim, values } => values.len() / dim,
            Form::Packed { axes, codes } => codes.len() / axes.len(),
        }
    }

    /// Never: a set has at least one point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `count` of the points, evenly chosen in their order.
    #[must_use]
    pub fn thinned(&self, count: usize) -> Self {
        let (all, dim) = (self.len(), self.dim());
        let chosen = |i: usize| i * all / count.max(1);
        let kept = (0..count.min(all)).map(|i| if count < all { chosen(i) } else { i });
        Self(match &self.0 {
            Form::Plain { dim, values } => Form::Plain {
                dim: *dim,
                values: kept.flat_map(|i| values[i * dim..(i + 1) * dim].to_vec()).collect(),
            },
            Form::Packed { axes, codes } => Form::Packed {
                axes: axes.clone(),
                codes: kept.flat_map(|i| codes[i * dim..(i + 1) * dim].to_vec()).collect(),
            },
        })
    }

    /// The coordinates, point by point.
    pub fn values(&self) -> Vec<f64> {
        match &self.0 {
            Form::Plain { values, .. } => values.clone(),
            Form::Packed { axes, codes } => codes
                .iter()
                .zip(axes.iter().cycle())
                .map(|(code, axis)| axis.step.times(axis.low + i64::from(*code)))
                .collect(),
        }
    }

    /// The largest difference between a coordinate and what it was rounded from; 0 for [exact](Self::exact) ones.
    pub fn rounding(&self) -> f64 {
        match &self.0 {
            Form::Plain { .. } => 0.0,
            Form::Packed { axes, .. } => axes.iter().map(|a| 0.5 * a.step.times(1)).fold(0.0, f64::max),
        }
    }

    /// Whether [`PointSet::write`] gives the points and not only their number.
    pub fn fits(&self) -> bool {
        self.text().is_some()
    }

    /// The text that [`parse_points`] reads to an equal set.
    pub fn write(&self) -> String {
        self.text().unwrap_or_else(|| format!("!{}:{}", self.len(), self.dim()))
    }

    fn text(&self) -> Option<String> {
        let text = match &self.0 {
            Form::Plain { dim, values } => {
                write_rows(&values.chunks_exact(*dim).map(<[f64]>::to_vec).collect::<Vec<_>>(), '_')
            }
            Form::Packed { .. } => self.write_packed(),
        };
        (text.len() <= MAX_CHARACTERS).then_some(text)
    }

    fn write_packed(&self) -> String {
        let Form::Packed { axes, codes } = &self.0 else { return String::new() };
        let mut out = BitWriter::default();
        let rice = match axes[..] {
            [_] | [_, _] => {
                let keys = keys(axes, codes);
                let rice = best_rice(&keys);
                let mut last = 0;
                for key in &keys {
                    out.rice(key - last, rice);
                    last = *key;
                }
                rice.to_string()
            }
            _ => {
                for (code, axis) in codes.iter().zip(axes.iter().cycle()) {
                    out.bits(u64::from(*code), axis.bits);
                }
                String::new()
            }
        };
        let axis = |a: &LatticeAxis| format!("{}:{}:{}:{}", a.low, a.step.mantissa, a.step.exponent, a.bits);
        let axes = axes.iter().map(axis).collect::<Vec<_>>().join("_");
        format!("~{};{axes};{rice};{}", self.len(), out.finish())
    }
}

/// Reads points, written out or packed.
///
/// # Errors
/// [`PointsError`], naming the point.
pub fn parse_points(text: &str) -> Result<PointSet, PointsError> {
    if let Some(packed) = text.strip_prefix('~') {
        return parse_packed(packed);
    }
    if let Some((points, columns)) = text.strip_prefix('!').and_then(|summary| summary.split_once(':'))
        && let (Ok(points), Ok(columns)) = (points.parse(), columns.parse())
    {
        return Err(PointsError::NotInLink { points, columns });
    }
    let rows = parse_rows(text, '_', MAX_POINTS)?;
    let dim = rows.first().map_or(0, Vec::len);
    if let Some(i) = rows.iter().position(|row| row.len() != dim) {
        return Err(PointsError::Columns { point: i + 1, found: rows[i].len(), expected: dim });
    }
    PointSet::exact(dim, rows.concat())
}

fn parse_packed(text: &str) -> Result<PointSet, PointsError> {
    let damaged = PointsError::Damaged;
    let mut fields = text.split(';');
    let mut next = || fields.next().ok_or(damaged(tr!("a part is missing")));
    let (count, axes, rice, payload) = (next()?, next()?, next()?, next()?);
    let count: usize = count.parse().map_err(|_| damaged(tr!("the number of points is none")))?;
    if count == 0 {
        return Err(PointsError::Empty);
    }
    if count > MAX_POINTS {
        return Err(PointsError::TooMany(count));
    }
    let axes: Option<Vec<LatticeAxis>> = axes.split('_').map(LatticeAxis::parse).collect();
    let axes = axes.filter(|axes| axes.len() <= MAX_COLUMNS).ok_or(damaged(tr!("the lattice is none")))?;
    let mut reader = BitReader::new(payload).ok_or(damaged(tr!("it is not base64")))?;
    let short = damaged(tr!("it is too short"));
    let mut codes = Vec::with_capacity(count * axes.len());
    if let [_] | [_, _] = axes[..] {
        let rice: u32 =
            rice.parse().ok().filter(|r| *r <= 2 * MAX_BITS).ok_or(damaged(tr!("its code is unknown")))?;
        let total: u32 = axes.iter().map(|a| a.bits).sum();
        let mut key = 0u64;
        for _ in 0..count {
            key += reader.rice(rice, total).ok_or(short.clone())?;
            if key >> total != 0 {
                return Err(damaged(tr!("a point lies outside its lattice")));
            }
            let mut shift = total;
            for axis in &axes {
                shift -= axis.bits;
                codes.push((key >> shift & ((1 << axis.bits) - 1)) as u16);
            }
        }
    } else {
        for _ in 0..count {
            for axis in &axes {
                codes.push(reader.bits(axis.bits).ok_or(short.clone())? as u16);
            }
        }
    }
    let set = PointSet(Form::Packed { axes, codes });
    check(set.dim(), &set.values())?;
    Ok(set)
}

/// The number of points.
fn check(dim: usize, values: &[f64]) -> Result<usize, PointsError> {
    if values.is_empty() {
        return Err(PointsError::Empty);
    }
    if dim == 0 || dim > MAX_COLUMNS || !values.len().is_multiple_of(dim) {
        return Err(PointsError::Columns { point: 1, found: dim, expected: MAX_COLUMNS });
    }
    // NaN lies in no range.
    let range = -MAX_COORDINATE..=MAX_COORDINATE;
    if let Some(i) = values.iter().position(|v| !range.contains(v)) {
        return Err(PointsError::Range { point: i / dim + 1, value: values[i] });
    }
    Ok(values.len() / dim)
}

fn column(dim: usize, i: usize, values: &[f64]) -> impl Iterator<Item = f64> + Clone {
    values.iter().skip(i).step_by(dim).copied()
}

/// Codes of the points, sorted by key in one and two dimensions.
fn encode(axes: &[LatticeAxis], values: &[f64]) -> Vec<u16> {
    let code = |(value, axis): (&f64, &LatticeAxis)| {
        let most = (1i64 << axis.bits) - 1;
        ((value / axis.step.times(1)).round() as i64 - axis.low).clamp(0, most) as u16
    };
    let mut points: Vec<Vec<u16>> =
        values.chunks_exact(axes.len()).map(|point| point.iter().zip(axes).map(code).collect()).collect();
    if axes.len() <= 2 {
        points.sort_unstable();
    }
    points.concat()
}

/// The codes of each point joined.
fn keys(axes: &[LatticeAxis], codes: &[u16]) -> Vec<u64> {
    let join = |point: &[u16]| point.iter().zip(axes).fold(0, |key, (c, a)| key << a.bits | u64::from(*c));
    codes.chunks_exact(axes.len()).map(join).collect()
}

/// The parameter of the shortest Golomb–Rice code.
fn best_rice(keys: &[u64]) -> u32 {
    let length = |r: &u32| -> u64 {
        let mut last = 0;
        keys.iter().map(|key| ((key - std::mem::replace(&mut last, *key)) >> r) + 1 + u64::from(*r)).sum()
    };
    (0..=2 * MAX_BITS).min_by_key(length).unwrap_or(0)
}

impl Step {
    /// `n` steps, the double nearest to the decimal number.
    fn times(self, n: i64) -> f64 {
        let units = (n * self.mantissa) as f64;
        let scale = 10f64.powi(self.exponent.abs());
        if self.exponent < 0 { units / scale } else { units * scale }
    }

    /// 1, 2, 5, 10, … times `10^-12`, up to more than the largest coordinate.
    fn all() -> impl DoubleEndedIterator<Item = Self> {
        (-12..=6).flat_map(|exponent| [1, 2, 5].map(|mantissa| Self { mantissa, exponent }))
    }
}

impl LatticeAxis {
    /// The coarsest lattice that loses nothing, else the finest, with at most `2^bits` places.
    fn fit(values: &(impl Iterator<Item = f64> + Clone), bits: u32) -> Option<Self> {
        let lattice = |step: Step| {
            let unit = step.times(1);
            let bounds = values.clone().map(|v| (v / unit).round());
            let (low, high) =
                bounds.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            let places = high - low + 1.0;
            let wide = places <= (1u64 << bits) as f64 && low.abs() <= 1e15;
            wide.then(|| Self { low: low as i64, step, bits: (places.log2().ceil() as u32).max(1) })
        };
        let lossless = |axis: &Self| {
            values.clone().all(|v| axis.step.times((v / axis.step.times(1)).round() as i64) == v)
        };
        let finest = Step::all().find_map(lattice)?;
        Step::all().rev().filter_map(lattice).find(lossless).or(Some(finest))
    }

    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<f64> = text.split(':').map(parse_number).collect::<Option<_>>()?;
        let &[low, mantissa, exponent, bits] = &fields[..] else { return None };
        let whole = fields.iter().all(|v| v.fract() == 0.0);
        let fine = whole
            && low.abs() <= 1e15
            && [1.0, 2.0, 5.0].contains(&mantissa)
            && (-12.0..=6.0).contains(&exponent)
            && (1.0..=f64::from(MAX_BITS)).contains(&bits);
        let step = Step { mantissa: mantissa as i64, exponent: exponent as i32 };
        fine.then_some(Self { low: low as i64, step, bits: bits as u32 })
    }
}

#[cfg(test)]
mod tests;
