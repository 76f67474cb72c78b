//! From replies to tables of numbers.

use super::jobs::{LARGE_DRAWS, interval, is_large, place, square};
use super::plots::picture_order;
use super::state::Density;
use crate::compute::{PointsReply, ProbeReply};
use crate::math::{Estimator, Rule, is_unresolved, time_error};
use crate::ui::table::{Table, TableRow};
use crate::words::tr;

/// Decimals of log-densities.
const DECIMALS: usize = 6;

/// Log-density at the probe by every route, with standard error and difference from the truth.
pub fn probe(state: &Density, reply: &ProbeReply) -> Table {
    let place = place_of_probe(state);
    let row = |heading: &str, value: f64, error: Option<f64>| TableRow {
        heading: heading.to_owned(),
        cells: vec![Some(value), error, Some(value - reply.exact)],
        decimals: DECIMALS,
    };
    let ode = reply.ode.as_ref().map_or(f64::NAN, |(value, _)| *value);
    let mut rows = vec![
        row(tr!("exact"), reply.exact, None),
        row(tr!("formula"), reply.formula.value, reply.formula.standard_error),
        row(tr!("probability-flow ODE"), ode, None),
        row("ELBO", reply.elbo, None),
    ];
    if let Some(exact) = rows.first_mut() {
        exact.cells[2] = None;
    }
    let mut caption = tr!("Log-density at {}, in nats", place);
    if is_large(&state.common.target) && state.estimator == Estimator::Quadrature {
        caption = tr!("{}; the formula by {} Sobol points a time", caption, LARGE_DRAWS);
    }
    let error = time_error(reply.profile.iter().map(|node| (node.time, node.per_lambda)));
    if state.rule == Rule::Continuous && is_unresolved(error, reply.formula, state.estimator) {
        caption = tr!(
            "{}; the formula may be off by {}: its steps in time are too long here",
            caption,
            format_args!("{error:.2}")
        );
    }
    Table {
        caption,
        columns: [tr!("by"), tr!("value"), tr!("standard error"), tr!("value − exact")]
            .map(str::to_owned)
            .to_vec(),
        rows,
    }
}

/// Where the probe is, in words.
fn place_of_probe(state: &Density) -> String {
    #[cfg(labs)]
    if state.common.target.dim() > 2 {
        return super::many::name(state, state.image as usize);
    }
    let place = state.probe(&state.common.target.mixture());
    let place: Vec<String> = place.iter().map(|v| crate::ui::table::show(*v, 3)).collect();
    format!("x = ({})", place.join(", "))
}

/// The identity between two times, and what a score error does on average.
pub fn interval_table(state: &Density, reply: &ProbeReply) -> Table {
    let row = |heading: &str, value: f64, error: Option<f64>| TableRow {
        heading: heading.to_owned(),
        cells: vec![Some(value), error],
        decimals: DECIMALS,
    };
    let mut rows =
        vec![row(tr!("∫ D(t, x) dt by the estimator"), reply.integral.value, reply.integral.standard_error)];
    if let Some(difference) = reply.difference {
        rows.push(row(tr!("E[log ρ(t₂) − log ρ(t₁)] directly"), difference, None));
    }
    if state.delta != 0.0 {
        rows.push(row(tr!("fall of the formula due to δ, mean over the data"), reply.mean_fall, None));
    }
    Table {
        caption: tr!("From t₁ = {} to t₂ = {}, in nats", state.t1, state.t2),
        columns: [tr!("quantity"), tr!("value"), tr!("standard error")].map(str::to_owned).to_vec(),
        rows,
    }
}

/// A sample of the plotted numbers: every sixteenth point of the curve, or a coarse grid.
pub fn plotted(state: &Density, reply: &PointsReply) -> Option<Table> {
    #[cfg(labs)]
    if state.common.target.dim() > 2 {
        return Some(listed(state, reply));
    }
    let mixture = state.common.target.mixture();
    let order = picture_order(state, reply)?;
    let value = |values: &[f64], i: usize| order.index.get(i).and_then(|k| values.get(*k).copied());
    let estimate = |i: usize| order.index.get(i).and_then(|k| reply.formula.get(*k).copied());
    let cells = |i: usize| {
        let exact = value(&reply.exact, i);
        let formula = estimate(i);
        let error = formula.zip(exact).map(|(f, e)| f.value - e);
        vec![exact, formula.map(|f| f.value), formula.and_then(|f| f.standard_error), error]
    };
    let mut columns: Vec<String> =
        ["x", tr!("exact"), tr!("formula"), tr!("standard error"), tr!("formula − exact")]
            .map(str::to_owned)
            .to_vec();
    let rows = if mixture.dim() == 1 {
        let range = interval(&mixture);
        let stride = ((order.side - 1) / 32).max(1);
        for (shown, name) in [(&reply.ode, "ODE"), (&reply.elbo, "ELBO")] {
            if !shown.is_empty() {
                columns.push(name.to_owned());
            }
        }
        (0..order.side)
            .step_by(stride)
            .map(|i| {
                let mut cells = cells(i);
                cells.extend([&reply.ode, &reply.elbo].iter().filter(|v| !v.is_empty()).map(|v| value(v, i)));
                let x = crate::ui::table::show(place(range, i, order.side), 3);
                TableRow { heading: x, cells, decimals: DECIMALS }
            })
            .collect()
    } else {
        let [xs, ys] = square(&mixture);
        let stride = ((order.side - 1) / 8).max(1);
        let nodes = || (0..order.side).step_by(stride);
        columns[0] = "x₁, x₂".to_owned();
        nodes()
            .flat_map(|j| nodes().map(move |i| (i, j)))
            .map(|(i, j)| {
                let at = |range, k| crate::ui::table::show(place(range, k, order.side), 2);
                let heading = format!("{}, {}", at(xs, i), at(ys, j));
                TableRow { heading, cells: cells(j * order.side + i), decimals: DECIMALS }
            })
            .collect()
    };
    Some(Table { caption: tr!("Some of the plotted numbers, in nats").to_owned(), columns, rows })
}

/// All points of a target of more than two dimensions.
#[cfg(labs)]
fn listed(state: &Density, reply: &PointsReply) -> Table {
    let row = |(i, (exact, formula)): (usize, (&f64, &crate::math::Estimate))| TableRow {
        heading: super::many::name(state, i),
        cells: vec![Some(*exact), Some(formula.value), formula.standard_error, Some(formula.value - exact)],
        decimals: DECIMALS,
    };
    Table {
        caption: tr!("The plotted numbers, in nats").to_owned(),
        columns: [tr!("point"), tr!("exact"), tr!("formula"), tr!("standard error"), tr!("formula − exact")]
            .map(str::to_owned)
            .to_vec(),
        rows: reply.exact.iter().zip(&reply.formula).enumerate().map(row).collect(),
    }
}
