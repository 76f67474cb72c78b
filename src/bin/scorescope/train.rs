//! `scorescope train`: trains small networks as a link says, with one seed or with several.

use super::{Failure, fatal, to_csv, to_document};
use lexopt::{Arg, Parser, ValueExt};
use scorescope::labs::report::Quantity;
use scorescope::labs::training::{Training, TrainingError, predict, run};
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Most seeds of a call.
const MOST_SEEDS: u32 = 1000;
/// Longest list that a table has entry by entry.
const LONGEST: usize = 16;

/// How results are written.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Json,
    Csv,
    Table,
}

/// Trains with the link's seed, or with that many from it on; every entry of the output then has the seeds
/// as its first axis.
pub(super) fn train(mut parser: Parser) -> Result<String, Failure> {
    let (mut query, mut seeds, mut format) = (None, 1u32, Format::Json);
    let mut threads = std::thread::available_parallelism().map_or(1, usize::from);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("seeds") => seeds = parser.value()?.parse::<u32>()?.clamp(1, MOST_SEEDS),
            Arg::Long("threads") => threads = parser.value()?.parse::<usize>()?.clamp(1, 256),
            Arg::Long("format") => {
                format = match parser.value()?.string()?.as_str() {
                    "json" => Format::Json,
                    "csv" => Format::Csv,
                    "table" => Format::Table,
                    other => return Err(format!("--format takes json, csv or table, not {other}").into()),
                }
            }
            Arg::Value(value) if query.is_none() => query = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let (training, notices) = Training::open(&query.ok_or("train needs a query")?);
    if let Some(notice) = fatal(&notices) {
        return Err(notice.to_string().into());
    }
    let first = training.common().seed as u32;
    let all: Vec<u32> = (0..seeds).map(|i| first.wrapping_add(i)).collect();
    let mut notices: Vec<String> = notices.iter().map(ToString::to_string).collect();
    let mut quantities = predict(&training)?;
    let runs = run_all(&training, &all, threads);
    match &runs[..] {
        [Ok(one)] => quantities.extend(one.iter().cloned()),
        [Err(error)] => return Err(error.to_string().into()),
        many => {
            quantities.insert(0, Quantity::list("seeds", all.iter().map(|s| f64::from(*s)).collect(), "1"));
            quantities.extend(stacked(many).ok_or("no seed was trained to the end")?);
        }
    }
    for (seed, error) in all.iter().zip(&runs).filter_map(|(seed, run)| Some((seed, run.as_ref().err()?))) {
        notices.push(format!("seed {seed}: {error}"));
    }
    Ok(match format {
        Format::Json => to_document(&training.query(), "cpu-f32", &quantities, &notices)?,
        Format::Csv => to_csv(&quantities),
        Format::Table => to_table(&quantities, &notices),
    })
}

type Run = Result<Vec<Quantity>, TrainingError>;

/// A run a seed, in their order, on some threads.
fn run_all(training: &Training, seeds: &[u32], threads: usize) -> Vec<Run> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(seeds.len()) {
            scope.spawn(|| {
                while let Some((index, seed)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    seeds.get(index).map(|seed| (index, *seed))
                } {
                    let found = run(training, seed);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, found));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, run)| run).collect()
}

/// Results with the seeds as their first axis; those of a run that failed are no numbers.
fn stacked(runs: &[Run]) -> Option<Vec<Quantity>> {
    let form = runs.iter().find_map(|run| run.as_ref().ok())?;
    let stack = |(i, form): (usize, &Quantity)| {
        let gather = |of: fn(&Quantity) -> Option<&Vec<f64>>| -> Vec<f64> {
            let values = runs.iter().flat_map(|run| {
                let found = run.as_ref().ok().and_then(|run| of(run.get(i)?)).cloned();
                found.unwrap_or_else(|| vec![f64::NAN; form.values.len()])
            });
            values.collect()
        };
        Quantity {
            name: form.name,
            shape: std::iter::once(runs.len()).chain(form.shape.iter().copied()).collect(),
            values: gather(|q| Some(&q.values)),
            unit: form.unit,
            standard_error: form.standard_error.as_ref().map(|_| gather(|q| q.standard_error.as_ref())),
        }
    };
    Some(form.iter().enumerate().map(stack).collect())
}

/// Mean, standard deviation and range over the seeds, in Markdown.
fn to_table(quantities: &[Quantity], notices: &[String]) -> String {
    let seeds = quantities.iter().find(|q| q.name == "seeds").map_or(1, |q| q.values.len());
    let mut text =
        String::from("| quantity | unit | mean | deviation | least | most |\n|---|---|---|---|---|---|\n");
    for q in quantities.iter().filter(|q| q.name != "seeds") {
        let by_seed = seeds > 1 && q.shape.first() == Some(&seeds);
        let entries = if by_seed { q.values.len() / seeds } else { q.values.len() };
        for entry in (0..entries).filter(|_| entries <= LONGEST) {
            let values: Vec<f64> = if by_seed {
                q.values.iter().skip(entry).step_by(entries).copied().filter(|v| v.is_finite()).collect()
            } else {
                vec![q.values[entry]]
            };
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let deviation =
                (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0)).sqrt();
            let (least, most) =
                values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), v| (l.min(*v), m.max(*v)));
            let index = if entries > 1 { format!("[{entry}]") } else { String::new() };
            let name = format!("{}{index}", q.name);
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "| {name} | {} | {mean:.4} | {deviation:.4} | {least:.4} | {most:.4} |",
                q.unit
            );
        }
    }
    for notice in notices {
        let _ = writeln!(text, "\n{notice}");
    }
    text
}
