//! From replies to tables of numbers.

use super::jobs::journey;
use super::plots::{fitted_order, scheme_name};
use super::state::Forward;
use crate::compute::{CourseReply, FrameReply, Measure, OrdersReply};
use crate::math::step_index;
use crate::ui::table::{Table, TableRow};
use crate::words::tr;

/// The clock, and how far the particles are from the exact density there.
pub fn clock(state: &Forward, frame: Option<&FrameReply>) -> Table {
    let time = journey(state).time(state.level());
    let (t, signal) = time.map_or((0.0, 1.0), |time| (time.t(), time.one_minus_t()));
    let index = step_index(state.level(), state.count(), state.common.steps as usize);
    let distances = frame.and_then(|frame| frame.measure.as_ref()).map(Measure::distances);
    let row = |heading: &str, value: Option<f64>, decimals| TableRow {
        heading: heading.to_owned(),
        cells: vec![value],
        decimals,
    };
    Table {
        caption: tr!("Where the clock stands").to_owned(),
        columns: [tr!("quantity"), tr!("value")].map(str::to_owned).to_vec(),
        rows: vec![
            row(tr!("index k of the schedule"), Some(index), 2),
            row(tr!("t, variance of the noise"), Some(t), 5),
            row(tr!("ᾱ = 1 − t, factor on the signal’s"), Some(signal), 5),
            row("log-SNR (nats)", time.map(|time| -time.lambda()), 3),
            row(tr!("distance of the particles from ρₜ"), distances.map(|d| d.0), 5),
            row(tr!("the same for independent draws"), distances.map(|d| d.1), 5),
        ],
    }
}

/// The divergence from noise over the schedule.
pub fn course(state: &Forward, reply: &CourseReply) -> Table {
    let schedule = state.common.schedule().steps(state.common.steps as usize);
    let rows = reply.divergence.iter().map(|(index, divergence)| {
        let time =
            (index.fract() == 0.0).then(|| schedule.times.get((*index as usize).wrapping_sub(1))).flatten();
        TableRow {
            heading: crate::permalink::write_number((index * 1e3).round() / 1e3),
            cells: vec![
                time.map(|time| time.one_minus_t()).or_else(|| (*index == 0.0).then_some(1.0)),
                time.map(|time| -time.lambda()),
                divergence.is_finite().then_some(*divergence),
            ],
            decimals: 6,
        }
    });
    Table {
        caption: tr!("Signal left at the steps of the schedule, log-SNR, and divergence from noise, in nats")
            .to_owned(),
        columns: [tr!("index k"), "ᾱ", "log-SNR", "KL(ρₜ ‖ N(0, I))"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// Distances of the samplers, one a column.
pub fn samplers(reply: &OrdersReply) -> Table {
    let counts: Vec<usize> = reply.curves.first().map_or(Vec::new(), |c| c.1.iter().map(|p| p.0).collect());
    let mut rows: Vec<TableRow> = counts
        .iter()
        .enumerate()
        .map(|(i, count)| TableRow {
            heading: count.to_string(),
            cells: reply.curves.iter().map(|(_, curve)| curve.get(i).map(|p| p.1)).collect(),
            decimals: 5,
        })
        .collect();
    let slope = |(scheme, curve): &(_, Vec<(usize, f64)>)| {
        fitted_order(curve, reply.floor(*scheme)).map(|fit| fit.slope)
    };
    rows.push(TableRow {
        heading: tr!("slope").to_owned(),
        cells: reply.curves.iter().map(slope).collect(),
        decimals: 2,
    });
    let mut columns = vec![tr!("steps").to_owned()];
    columns.extend(reply.curves.iter().map(|(scheme, _)| scheme_name(*scheme).to_owned()));
    Table { caption: tr!("Distance from the target against the number of steps").to_owned(), columns, rows }
}
