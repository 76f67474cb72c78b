//! From replies to tables of numbers.

use super::jobs::{CURVE, SIDE, points};
use super::plots::{Backdrop, Shown, findings, ideal_loss, shown, weights_name};
use super::state::Gan;
use crate::compute::{GanReply, GanWeights, TrainingReply};
use crate::learn::spec::Found;
use crate::ui::table::{Table, TableRow};
use crate::words::tr;

/// Decimals of densities and measures.
const DECIMALS: usize = 5;

/// Measures of the equilibria with either weights, side by side.
pub fn measures(state: &Gan, reply: &GanReply) -> Table {
    let mut shown = shown(state, reply);
    shown.sort_by_key(|s| s.field.weights != GanWeights::Paper);
    let row = |heading: &str, value: &dyn Fn(&Shown<'_>) -> Option<f64>| TableRow {
        heading: heading.to_owned(),
        cells: shown.iter().map(value).collect(),
        decimals: DECIMALS,
    };
    let mut rows = vec![
        row(tr!("KL(generator || data), nats"), &|s| Some(s.measures.kl)),
        row(tr!("Jensen–Shannon divergence, nats"), &|s| Some(s.measures.js)),
        row(tr!("total variation"), &|s| Some(s.measures.tv)),
        row(tr!("entropy of the generator, nats"), &|s| Some(s.measures.entropy)),
        row(tr!("mass outside the densest 95 % of the data"), &|s| Some(s.measures.outside)),
        row("log c", &|s| Some(s.equilibrium.log_c)),
        row(tr!("D* at the mode"), &|s| Some(s.equilibrium.discriminator(s.equilibrium.least))),
    ];
    let components = state.common.target.mixture().components();
    let labels = shown.iter().map(|s| s.measures.shares.len()).min().unwrap_or(0);
    for (j, component) in components.iter().enumerate().take(labels) {
        let weight = crate::ui::table::show(component.weight, 3);
        let heading = tr!("share of component {} (weight {})", j + 1, weight);
        rows.push(row(&heading, &|s| s.measures.shares.get(j).copied()));
    }
    let mut columns = vec![tr!("measure").to_owned()];
    columns.extend(shown.iter().map(|s| weights_name(s.field.weights).to_owned()));
    let lambda = crate::permalink::write_number(state.lambda);
    Table { caption: tr!("The generator at equilibrium, λ = {}", lambda), columns, rows }
}

/// What was found of both GANs that are trained, at the newest measurement, beside the target's own draws and
/// the equilibrium.
pub fn trained(state: &Gan, reply: &TrainingReply, ideal: Option<&Backdrop>) -> Table {
    let Some(found) = findings(reply) else { return Table::default() };
    let Some((step, [plain, regularised])) = found.checks.last() else { return Table::default() };
    let row = |heading: &str, value: fn(&Found) -> f64, ideal: Option<f64>, decimals: usize| TableRow {
        heading: heading.to_owned(),
        cells: vec![Some(value(plain)), Some(value(regularised)), Some(value(&found.floor)), ideal],
        decimals,
    };
    let mut rows = vec![
        row(tr!("Jensen–Shannon divergence, nats"), |f| f.js, ideal.map(|i| i.js), 3),
        row(tr!("share outside the data’s 95 %"), |f| f.outside, ideal.map(|i| i.outside), 3),
        row(tr!("mean of −log p, nats"), |f| f.cross_entropy, ideal.map(|i| i.cross_entropy), 3),
        row(tr!("median of −log p, nats"), |f| f.median, None, 3),
    ];
    if found.floor.modes > 0 {
        rows.insert(0, row(tr!("modes reached"), |f| f.modes as f64, None, 0));
    }
    let newest = |i: usize| found.discriminators[i].points().last().map(|p| p.1);
    if let (Some(plain), Some(regularised)) = (newest(0), newest(1)) {
        rows.push(TableRow {
            heading: tr!("loss of the discriminator, nats").to_owned(),
            cells: vec![
                Some(plain),
                Some(regularised),
                Some(2.0 * std::f64::consts::LN_2),
                ideal.map(ideal_loss),
            ],
            decimals: 3,
        });
    }
    let lambda = crate::permalink::write_number(state.lambda);
    Table {
        caption: tr!("10,000 samples of each generator after {} steps", step),
        columns: [
            tr!("measure"),
            tr!("without"),
            &tr!("with λ = {}", lambda),
            tr!("target’s own draws"),
            tr!("equilibrium"),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
    }
}

/// A sample of the plotted numbers, with the chosen weights.
pub fn plotted(state: &Gan, reply: &GanReply) -> Table {
    let shown = shown(state, reply);
    let Some(s) = shown.last() else { return Table::default() };
    let dim = state.common.target.mixture().dim();
    let (count, stride) = if dim == 1 { (CURVE, 32) } else { (SIDE * SIDE, 16) };
    if reply.log_density.len() != count {
        return Table::default();
    }
    let wanted = |i: &usize| {
        if dim == 1 {
            i.is_multiple_of(stride)
        } else {
            (i % SIDE).is_multiple_of(stride) && (i / SIDE).is_multiple_of(stride)
        }
    };
    let places = points(state, 1);
    let rows = (0..count).filter(wanted).map(|i| {
        let log_density = reply.log_density[i];
        let regulariser = s.field.regulariser.get(i).copied().unwrap_or(f64::NAN);
        let x: Vec<String> =
            places[i * dim..(i + 1) * dim].iter().map(|x| crate::ui::table::show(*x, 3)).collect();
        TableRow {
            heading: x.join(", "),
            cells: vec![
                Some(log_density.exp()),
                Some((log_density + s.equilibrium.log_ratio(regulariser)).exp()),
                Some(s.equilibrium.discriminator(regulariser)),
                Some(regulariser),
            ],
            decimals: DECIMALS,
        }
    });
    let x = if dim == 1 { "x" } else { "x₁, x₂" };
    Table {
        caption: tr!("Some of the plotted numbers, with the chosen weights").to_owned(),
        columns: [x, tr!("data"), tr!("generator"), "D*", tr!("R (nats)")].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
