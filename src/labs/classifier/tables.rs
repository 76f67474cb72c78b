//! From replies to tables of numbers.

use super::images;
use super::jobs::{SIDES, axes, line};
use super::plots::share_right;
use super::state::Classifier;
use super::verdict::{Verdict, rule_names, wilson};
use crate::compute::{AccuracyReply, ImagesReply, RegionsReply};
use crate::math::classifier::posterior;
use crate::ui::table::{Table, TableRow, show};
use crate::words::tr;

/// Decimals of shares and nats.
const DECIMALS: usize = 4;

/// Accuracy and agreement of the three rules over the whole density of the picture.
pub fn rules(reply: &RegionsReply) -> Table {
    let Some(verdict) = Verdict::new(reply) else { return Table::default() };
    let mut columns: Vec<String> =
        [tr!("rule"), tr!("accuracy"), tr!("agrees with Bayes’"), tr!("log-loss (nats)")]
            .map(str::to_owned)
            .to_vec();
    columns.extend((0..reply.classes).map(|class| tr!("accuracy, class {}", class)));
    let row = |(rule, name): (usize, &&str)| {
        let mut cells = vec![
            Some(verdict.accuracy[rule]),
            (rule > 0).then_some(verdict.agreement[rule]),
            Some(verdict.log_loss[rule]),
        ];
        cells.extend(verdict.by_class[rule].iter().copied().map(Some));
        TableRow { heading: (**name).to_owned(), cells, decimals: DECIMALS }
    };
    Table {
        caption: tr!("With exact expectations, as shares of the density").to_owned(),
        columns,
        rows: rule_names().iter().enumerate().map(row).collect(),
    }
}

/// The rules on the drawn points, with exact expectations and with the chosen number of draws.
pub fn points(state: &Classifier, reply: &AccuracyReply) -> Table {
    if reply.labels[0].is_empty() {
        return Table::default();
    }
    let n = reply.truth.len();
    let row = |heading: String, share: f64, loss: Option<f64>, variance: Option<f64>| {
        let (low, high) = wilson(share, n);
        let cells = vec![Some(share), Some(low), Some(high), loss, variance];
        TableRow { heading, cells, decimals: DECIMALS }
    };
    let exact = |(rule, name): (usize, &&str)| {
        let share = share_right(&reply.labels[rule], &reply.truth);
        row((**name).to_owned(), share, Some(reply.log_loss[rule]), None)
    };
    let mut rows: Vec<TableRow> = rule_names().iter().enumerate().map(exact).collect();
    let draws = state.draws as usize;
    for curve in &reply.curves {
        if let Some((_, share)) = curve.accuracy.iter().find(|(tried, _)| *tried == draws) {
            let name = rule_names()[if curve.uniform { 2 } else { 1 }];
            let heading = match (curve.shared, draws) {
                (true, 1) => tr!("{}, {} shared draw", name, draws),
                (true, _) => tr!("{}, {} shared draws", name, draws),
                (false, 1) => tr!("{}, {} own draw", name, draws),
                (false, _) => tr!("{}, {} own draws", name, draws),
            };
            rows.push(row(heading, *share, None, Some(curve.variance)));
        }
    }
    Table {
        caption: tr!("On {} points drawn with their classes, with 95 % intervals", n),
        columns: [
            tr!("rule"),
            tr!("accuracy"),
            tr!("from"),
            tr!("to"),
            tr!("log-loss (nats)"),
            tr!("variance of one draw (nats²)"),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
    }
}

/// A sample of the plotted numbers: labels, and the posterior of Bayes' label by each rule.
pub fn plotted(state: &Classifier, reply: &RegionsReply) -> Table {
    let Some(verdict) = Verdict::new(reply) else { return Table::default() };
    let mixture = state.common.target.mixture();
    let row = |heading: String, i: usize| {
        let label = verdict.labels[0][i];
        let span = i * reply.classes..(i + 1) * reply.classes;
        let mut cells: Vec<Option<f64>> = verdict.labels.iter().map(|l| Some(l[i] as f64)).collect();
        cells.extend(reply.logits.iter().map(|l| Some(posterior(&l[span.clone()])[label])));
        TableRow { heading, cells, decimals: DECIMALS }
    };
    let (first, rows): (&str, Vec<TableRow>) = match reply.counts[..] {
        [count] => {
            let axis = line(&mixture, count);
            let stride = ((count - 1) / 32).max(1);
            ("x", (0..count).step_by(stride).map(|i| row(show(axis.place(i), 3), i)).collect())
        }
        [nx, ny] => {
            let [x, y] = axes(&mixture, nx.min(SIDES[1]));
            let stride = ((nx - 1) / 8).max(1);
            let places = (0..ny).step_by(stride).flat_map(|j| (0..nx).step_by(stride).map(move |i| (i, j)));
            let heading = |i, j| format!("{}, {}", show(x.place(i), 2), show(y.place(j), 2));
            ("x₁, x₂", places.map(|(i, j)| row(heading(i, j), j * nx + i)).collect())
        }
        _ => return Table::default(),
    };
    let columns = [
        first,
        tr!("Bayes’ label"),
        tr!("formula’s label"),
        tr!("uniform’s label"),
        tr!("Bayes’ posterior of Bayes’ label"),
        tr!("formula’s"),
        tr!("uniform’s"),
    ];
    Table {
        caption: tr!("Some of the plotted numbers").to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    }
}

/// The rules on the digits held out, with the chosen number of draws.
pub fn digits(state: &Classifier, reply: &ImagesReply) -> Table {
    let n = reply.labels[0].len();
    if n == 0 {
        return Table::default();
    }
    let row = |(rule, name): (usize, &&str)| {
        let share = images::accuracy(reply)[rule];
        let (low, high) = wilson(share, n);
        let agrees = (rule > 0).then(|| images::share(&reply.labels[rule], &reply.labels[0]));
        TableRow {
            heading: (**name).to_owned(),
            cells: vec![Some(share), Some(low), Some(high), agrees],
            decimals: DECIMALS,
        }
    };
    Table {
        caption: tr!("On {} images held out, {} draws a class, with 95 % intervals", n, state.draws),
        columns: [tr!("rule"), tr!("accuracy"), tr!("from"), tr!("to"), tr!("agrees with Bayes’")]
            .map(str::to_owned)
            .to_vec(),
        rows: rule_names().iter().enumerate().map(row).collect(),
    }
}

/// Which digit gets which label by the chosen weights, in numbers.
pub fn confusion(state: &Classifier, reply: &ImagesReply) -> Table {
    let counts = super::plots::images::counts(state, reply);
    let row = |(digit, counts): (usize, &[usize])| TableRow {
        heading: digit.to_string(),
        cells: counts.iter().map(|count| Some(*count as f64)).collect(),
        decimals: 0,
    };
    let mut columns = vec![tr!("digit").to_owned()];
    columns.extend((0..10).map(|label| tr!("labelled {}", label)));
    Table {
        caption: tr!("Labels by {}", rule_names()[state.chosen()]),
        columns,
        rows: counts.chunks_exact(10).enumerate().map(row).collect(),
    }
}
