//! From replies to tables of numbers.

use super::plots::learned;
use crate::compute::DenoiserFindings;
use crate::ui::table::{Table, TableRow};

/// Decimals of nats.
const DECIMALS: usize = 4;

/// Held-out evaluations over the steps.
pub fn checks(found: &DenoiserFindings) -> Table {
    let rows = found.checks.iter().map(|(steps, s)| TableRow {
        heading: steps.to_string(),
        cells: [learned(s), s.truth.value, s.fall.value, s.fall.error, s.predicted.value].map(Some).to_vec(),
        decimals: DECIMALS,
    });
    Table {
        caption: "Held-out log-density by the formula, nats".to_owned(),
        columns: ["steps", "learned score", "truth", "fall", "± s.e.", "fall predicted"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

/// Errors by time, every fourth.
pub fn plotted(found: &DenoiserFindings) -> Table {
    let times = found.checks.last().map_or(&[][..], |(_, scores)| &scores.times[..]);
    let rows = times.iter().step_by(4).map(|at| TableRow {
        heading: crate::ui::table::show(at.time.lambda(), 2),
        cells: [at.error, at.error / at.time.t(), at.exact, at.weight].map(Some).to_vec(),
        decimals: 5,
    });
    Table {
        caption: "Mean squared errors by time, and the formula’s weights".to_owned(),
        columns: ["λ", "of the noise", "of the score", "left by the exact score", "weight"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}
