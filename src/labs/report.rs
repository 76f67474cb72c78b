//! Named quantities, for the command line and for tables.

/// An array with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Contract name.
    pub name: &'static str,
    /// Lengths along its axes, slowest first.
    pub shape: Vec<usize>,
    /// Entries, the last axis fastest.
    pub values: Vec<f64>,
    /// Unit.
    pub unit: &'static str,
    /// Standard errors of the entries, where they are estimates with one.
    pub standard_error: Option<Vec<f64>>,
}

impl Quantity {
    /// A list without errors.
    pub fn list(name: &'static str, values: Vec<f64>, unit: &'static str) -> Self {
        Self { name, shape: vec![values.len()], values, unit, standard_error: None }
    }

    /// A single number.
    pub fn scalar(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name, shape: Vec::new(), values: vec![value], unit, standard_error: None }
    }
}
