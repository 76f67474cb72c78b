//! From replies to tables of numbers.

use super::plots::learned;
use crate::compute::DenoiserFindings;
use crate::ui::table::{Table, TableRow};
use crate::words::tr;

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
        caption: tr!("Held-out log-density by the formula, nats").to_owned(),
        columns: [
            tr!("steps"),
            tr!("learned score"),
            tr!("truth"),
            tr!("fall"),
            "± s.e.",
            tr!("fall predicted"),
        ]
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
        caption: tr!("Mean squared errors by time, and the formula’s weights").to_owned(),
        columns: [
            "λ",
            tr!("of the noise"),
            tr!("of the score"),
            tr!("left by the exact score"),
            tr!("weight"),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
