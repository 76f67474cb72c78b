//! From replies to tables of numbers.

use super::plots::{findings, fits, name, sorted};
use super::state::DiffusionLoss;
use crate::compute::{LossMinimisersReply, LossesReply, TrainingReply};
use crate::learn::spec::Mean;
use crate::math::diffusion_loss::Weighting;
use crate::ui::table::{Table, TableRow, show};
use crate::words::tr;

/// Slopes and `R²` of all weightings over the points of the target.
pub fn slopes(state: &DiffusionLoss, reply: &LossesReply) -> Table {
    let sorted = sorted(state, reply);
    let rows = Weighting::ALL.iter().zip(fits(&sorted)).map(|(weighting, fit)| TableRow {
        heading: name(*weighting).to_owned(),
        cells: vec![Some(fit.slope), Some(fit.r_squared)],
        decimals: 6,
    });
    Table {
        caption: tr!("Loss against −log p over {} points drawn from the target", sorted.scatter.len()),
        columns: [tr!("weights"), tr!("slope"), "R²"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// Where each objective is least, and what the model there is worth.
pub fn minimisers(reply: &LossMinimisersReply) -> Table {
    let names = Weighting::ALL.map(name).into_iter().chain([tr!("likelihood")]).enumerate();
    let (likeliest, least) = (reply.argmins[5], reply.divergences[5]);
    // The likelihood first: the others are measured against it.
    let mut rows: Vec<TableRow> = names
        .map(|(k, name)| TableRow {
            heading: name.to_owned(),
            cells: vec![
                Some(reply.argmins[k]),
                (k < 5).then_some(reply.argmins[k] - likeliest),
                Some(reply.divergences[k]),
                (k < 5).then_some(reply.divergences[k] - least),
            ],
            decimals: 6,
        })
        .collect();
    rows.rotate_right(1);
    Table {
        caption: tr!(
            "Where each objective is least, and the divergence of the data from the model there, in nats"
        )
        .to_owned(),
        columns: [tr!("objective"), "θ", tr!("θ − likelihood’s"), "KL(p ‖ pθ)", tr!("KL − least")]
            .map(str::to_owned)
            .to_vec(),
        rows,
    }
}

/// What each head is worth on held-out points, at the newest evaluation, beside the truth and the exact score.
pub fn heads(reply: &TrainingReply) -> Table {
    let newest = findings(reply).and_then(|found| found.checks.last());
    let Some((step, scores)) = newest else { return Table::default() };
    let Some(first) = scores.first() else { return Table::default() };
    let row = |heading: &str, mean: Mean, rest: [Option<f64>; 2]| TableRow {
        heading: heading.to_owned(),
        cells: vec![Some(mean.value), Some(mean.error), rest[0], rest[1]],
        decimals: 4,
    };
    let mut rows = vec![
        row(tr!("truth"), first.truth, [None; 2]),
        row(tr!("formula, exact score"), first.exact, [None; 2]),
    ];
    for (weighting, scores) in Weighting::ALL.iter().zip(scores) {
        let falls = [Some(scores.fall.value), Some(scores.predicted.value)];
        rows.push(row(name(*weighting), scores.learned, falls));
    }
    Table {
        caption: tr!("Held-out log-likelihood after {} steps, in nats", step),
        columns: [
            tr!("head"),
            tr!("log-likelihood"),
            tr!("standard error"),
            tr!("fall below the exact score’s"),
            tr!("predicted fall"),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
    }
}

/// A sample of the plotted numbers: every eighth point of the curve.
pub fn plotted(state: &DiffusionLoss, reply: &LossesReply) -> Table {
    let sorted = sorted(state, reply);
    let stride = (sorted.curve.len().saturating_sub(1) / 32).max(1);
    let rows = sorted.curve.iter().step_by(stride).map(|point| {
        let mut cells: Vec<Option<f64>> = point.values.map(Some).to_vec();
        cells.rotate_right(1);
        TableRow { heading: show(point.x, 3), cells, decimals: 6 }
    });
    let columns = ["x", "−log p"].into_iter().chain(Weighting::ALL.map(name));
    Table {
        caption: tr!("Some of the plotted numbers, in nats").to_owned(),
        columns: columns.map(str::to_owned).collect(),
        rows: rows.collect(),
    }
}
