//! What a test reads off the page: tables as numbers, canvases as pixels.

use serde_json::Value;

/// A table of the page, by its caption.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The column headers, without the one over the row headers.
    pub columns: Vec<String>,
    /// Row header and numbers; a cell that is no number is NaN.
    pub rows: Vec<(String, Vec<f64>)>,
}

impl Table {
    /// A row's numbers.
    #[must_use]
    pub fn row(&self, name: &str) -> Option<&[f64]> {
        self.rows.iter().find(|(n, _)| n == name).map(|(_, numbers)| numbers.as_slice())
    }

    /// A column's numbers, from top to bottom.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let at = self.columns.iter().position(|c| c == name)?;
        Some(self.rows.iter().map(|(_, numbers)| numbers.get(at).copied().unwrap_or(f64::NAN)).collect())
    }

    /// One number.
    #[must_use]
    pub fn cell(&self, row: &str, column: &str) -> Option<f64> {
        let at = self.columns.iter().position(|c| c == column)?;
        self.row(row)?.get(at).copied()
    }

    /// The script that reads a table: `[columns, [[row header, [cells]]]]`. The text is taken as it is
    /// in the document, so that a folded table is read as well; `data-value` on a cell goes before it.
    pub(crate) const SCRIPT: &str = r"
        const clean = e => e.textContent.replace(/\s+/g, ' ').trim();
        const table = [...document.querySelectorAll('table')]
            .find(t => t.caption && clean(t.caption).includes(arguments[0]));
        if (!table) return null;
        const head = table.tHead ? [...table.tHead.rows].at(-1) : null;
        const columns = head ? [...head.cells].map(clean) : [];
        const rows = [...table.tBodies].flatMap(b => [...b.rows]).map(r => {
            const th = r.querySelector('th');
            return [th ? clean(th) : '', [...r.querySelectorAll('td')].map(c => c.dataset.value ?? clean(c))];
        });
        if (columns.length && rows.length && columns.length > rows[0][1].length) columns.shift();
        return [columns, rows];";

    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = |v: &Value| v.as_str().map(str::to_owned);
        let columns = value.get(0)?.as_array()?.iter().filter_map(text).collect();
        let row = |r: &Value| {
            let cells = r.get(1)?.as_array()?;
            Some((text(r.get(0)?)?, cells.iter().map(|c| number(c.as_str().unwrap_or(""))).collect()))
        };
        Some(Self { columns, rows: value.get(1)?.as_array()?.iter().filter_map(row).collect() })
    }
}

/// A number as a page prints it: with a typographic minus, thin spaces between thousands, a unit after
/// it, or a power of ten as `1.5 × 10⁻³`.
#[must_use]
pub fn number(text: &str) -> f64 {
    let raised = |c: char| {
        "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|s| s == c).and_then(|d| char::from_digit(u32::try_from(d).ok()?, 10))
    };
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '−' | '⁻' => plain.push('-'),
            '\u{2009}' | '\u{202f}' | '\u{a0}' => plain.push(' '),
            '×' | '·' => plain.push('x'),
            '∞' => plain.push_str("inf"),
            c => plain.push(raised(c).unwrap_or(c)),
        }
    }
    let mut plain = plain.replace(" x 10", "e").replace("x10^", "e").replace("x10", "e");
    // Spaces between digits group thousands.
    while let Some(at) =
        plain.char_indices().zip(plain.char_indices().skip(1)).zip(plain.char_indices().skip(2)).find_map(
            |(((_, a), (i, b)), (_, c))| (a.is_ascii_digit() && b == ' ' && c.is_ascii_digit()).then_some(i),
        )
    {
        plain.remove(at);
    }
    let first = plain.split_whitespace().next().unwrap_or("");
    first.trim_end_matches('%').parse().unwrap_or(f64::NAN)
}

/// What a canvas shows, reduced to what a test can say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Width of its backing store.
    pub width: u64,
    /// Height of its backing store.
    pub height: u64,
    /// How many different colours it has: 1 is an empty canvas.
    pub colours: u64,
    /// Differs when the picture differs.
    pub hash: u64,
}

impl Pixels {
    // Reading the canvas itself makes the browser draw it by other means from then on, and warn.
    pub(crate) const SCRIPT: &str = r"
        const c = document.querySelector(arguments[0]);
        if (!c) return null;
        const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', { willReadFrequently: true });
        copy.drawImage(c, 0, 0);
        const d = new Uint32Array(copy.getImageData(0, 0, c.width, c.height).data.buffer);
        let h = 0;
        for (const x of d) h = (Math.imul(h, 31) + x) >>> 0;
        return [c.width, c.height, new Set(d).size, h];";

    pub(crate) fn read(value: &Value) -> Option<Self> {
        let n = |i: usize| value.get(i)?.as_u64();
        Some(Self { width: n(0)?, height: n(1)?, colours: n(2)?, hash: n(3)? })
    }
}

#[cfg(test)]
mod tests {
    //! Numbers as they are printed.
    use super::*;

    #[test]
    fn printed_numbers_are_read() {
        for (text, value) in [
            ("1.5", 1.5),
            ("−0.25", -0.25),
            ("1.5e−3", 1.5e-3),
            ("1.5 × 10⁻³ nats", 1.5e-3),
            ("12\u{202f}345.5", 12345.5),
            ("1\u{2009}000\u{2009}000", 1e6),
            ("95%", 95.0),
            ("−∞", f64::NEG_INFINITY),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
        assert!(number("none").is_nan() && number("").is_nan());
    }

    #[test]
    fn a_table_is_read_by_row_and_column() {
        let value = serde_json::json!([["x", "y"], [["first", ["1", "−2"]], ["second", ["3", "–"]]]]);
        let table = Table::read(&value);
        let cell = |r, c| table.as_ref().and_then(|t| t.cell(r, c));
        assert_eq!(cell("first", "y"), Some(-2.0));
        assert!(cell("second", "y").is_some_and(f64::is_nan));
        assert_eq!(cell("third", "y"), None);
        assert_eq!(table.as_ref().and_then(|t| t.column("x")), Some(vec![1.0, 3.0]));
    }
}
