//! Tables of numbers as plain data; `table_view.rs` shows them.

/// A table with a caption, column headings and rows that begin with a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// Headings of the columns, that of the rows' headings included.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<TableRow>,
}

/// A row of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// Its heading.
    pub heading: String,
    /// Its numbers; `None` leaves a cell empty.
    pub cells: Vec<Option<f64>>,
    /// Decimals to show; the full number goes along for those who copy it.
    pub decimals: usize,
}

/// A number as tables show it: fixed decimals with a true minus sign, an exponent where it would
/// show as zero or run long.
pub fn show(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let magnitude = value.abs();
    let smallest = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap_or(0));
    let text = if magnitude != 0.0 && (magnitude < smallest || magnitude >= 1e7) {
        format!("{value:.1e}")
    } else {
        format!("{value:.decimals$}")
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_in_fixed_width_or_with_an_exponent() {
        assert_eq!(show(-1.25, 4), "−1.2500");
        assert_eq!(show(0.0, 2), "0.00");
        assert_eq!(show(-3e-9, 4), "−3.0e−9");
        assert_eq!(show(2.5e9, 1), "2.5e9");
        assert_eq!(show(f64::NAN, 3), "–");
    }
}
