//! From replies to tables of numbers.

use super::state::Elbo;
use crate::compute::ElboReply;
use crate::ui::table::{Table, TableRow};
use crate::words::tr;

/// Decimals of minimisers and nats.
const DECIMALS: usize = 5;

/// The minimisers and their distances from the likelihood's.
pub fn minimisers(reply: &ElboReply) -> Table {
    let Some(run) = reply.runs.first() else { return Table::default() };
    let names = [tr!("likelihood"), tr!("density formula"), "ELBO", tr!("simple loss")];
    let rows = names.iter().zip(run.argmins).enumerate().map(|(i, (name, argmin))| TableRow {
        heading: (*name).to_owned(),
        cells: vec![Some(argmin), (i > 0).then_some(argmin - run.argmins[0])],
        decimals: DECIMALS,
    });
    Table {
        caption: tr!("Where each objective is least, with T = {} steps", run.steps),
        columns: [tr!("objective"), "θ", tr!("θ − likelihood’s")].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// The ELBO's parts under the data's own score, in the mean over the data, beside the log-density.
pub fn parts(reply: &ElboReply) -> Table {
    let Some(run) = reply.runs.first() else { return Table::default() };
    let parts = run.parts;
    let elbo = parts.prior + parts.steps + parts.decoder;
    let row = |heading: &str, value: f64| TableRow {
        heading: heading.to_owned(),
        cells: vec![Some(value)],
        decimals: DECIMALS,
    };
    Table {
        caption: tr!("The ELBO under the data’s own score, mean over the data, in nats").to_owned(),
        columns: [tr!("part"), tr!("value")].map(str::to_owned).to_vec(),
        rows: vec![
            row(tr!("prior"), parts.prior),
            row(tr!("the steps"), parts.steps),
            row(tr!("decoder"), parts.decoder),
            row("ELBO", elbo),
            row(tr!("log-density of the data"), reply.mean_log_density),
            row(tr!("ELBO − log-density"), elbo - reply.mean_log_density),
        ],
    }
}

/// A sample of the plotted numbers: every fourth value of `θ`.
pub fn plotted(_state: &Elbo, reply: &ElboReply) -> Table {
    let Some(run) = reply.runs.first() else { return Table::default() };
    let rows = run.theta.iter().zip(&run.values).step_by(4).map(|(theta, values)| TableRow {
        heading: crate::ui::table::show(*theta, 3),
        cells: values.iter().copied().map(Some).collect(),
        decimals: DECIMALS,
    });
    Table {
        caption: tr!("The objectives, in nats but for the simple loss, which is a sum of T errors")
            .to_owned(),
        columns: ["θ", tr!("−log-likelihood"), tr!("−formula"), "−ELBO", tr!("simple loss")]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}
