//! The command line: computes natively what a link shows, and draws it.
//!
//! ```text
//! scorescope eval   '<query>' [--at 'x[:y];...'] [--format json|csv] [--data FILE]
//! scorescope render '<query>' -o FILE.svg|FILE.png [--figure main|probe|convergence]
//!                   [--width PIXELS] [--theme light|dark] [--scale FACTOR] [--data FILE]
//! scorescope bench  w1|w2|scaling [--threads N] [--repeats N] [--quality coarse|good|fine]
//! ```
//!
//! `--data` takes the rows of a text file as the points of `target=points`.
//!
//! A link that could be read only in part is computed as far as it could be, and the notices
//! say what was ignored. Exit status 2 and one line on standard error for a call that cannot be
//! carried out.

mod data;
mod measure;

use lexopt::{Arg, Parser, ValueExt};
use scorescope::compute::{DiffusionLossReply, ForwardReply, Reply, Request, run, run_on};
use scorescope::labs::figures::NARROW;
use scorescope::labs::report::Quantity;
use scorescope::labs::{LabState, classifier, density, diffusion_loss, elbo, forward, gan};
use scorescope::permalink::{Notice, parse_rows};
use scorescope::plot::{Figure, Style, Theme, preferred_height, to_svg};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: scorescope eval '<query>' [--at 'x[:y];…'] [--format json|csv] [--data FILE]
       scorescope render '<query>' -o FILE.svg|FILE.png [--figure main|probe|convergence]
                         [--width PIXELS] [--theme light|dark] [--scale FACTOR] [--data FILE]
       scorescope bench  w1|w2|scaling [--threads N] [--repeats N] [--quality coarse|good|fine]";

/// Most points `--at` takes.
const MAX_POINTS: usize = 100_000;

fn main() -> ExitCode {
    match dispatch(Parser::from_env()) {
        Ok(output) => {
            use std::io::Write;
            // A closed pipe is no failure of ours.
            let _ = std::io::stdout().write_all(output.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("scorescope: {}", error.to_string().replace('\n', " "));
            ExitCode::from(2)
        }
    }
}

type Failure = Box<dyn std::error::Error>;

fn dispatch(mut parser: Parser) -> Result<String, Failure> {
    match parser.next()? {
        Some(Arg::Value(command)) if command == "eval" => eval(parser),
        Some(Arg::Value(command)) if command == "render" => render(parser),
        Some(Arg::Value(command)) if command == "bench" => measure::measure(parser),
        Some(Arg::Value(command)) => Err(format!("unknown command {}: try --help", command.string()?).into()),
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(format!("{USAGE}\n")),
        Some(Arg::Long("version") | Arg::Short('V')) => {
            Ok(format!("scorescope {}\n", env!("CARGO_PKG_VERSION")))
        }
        Some(other) => Err(other.unexpected().into()),
        None => Err("no command given: try --help".into()),
    }
}

fn eval(mut parser: Parser) -> Result<String, Failure> {
    let (mut query, mut at, mut csv, mut file) = (None, None, false, None::<PathBuf>);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("data") => file = Some(PathBuf::from(parser.value()?)),
            Arg::Long("at") => at = Some(points(&parser.value()?.string()?)?),
            Arg::Long("format") => {
                csv = match parser.value()?.string()?.as_str() {
                    "json" => false,
                    "csv" => true,
                    other => return Err(format!("--format takes json or csv, not {other}").into()),
                }
            }
            Arg::Value(value) if query.is_none() => query = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let query = query.or(file.as_ref().map(|_| String::new())).ok_or("eval needs a query")?;
    let (state, notices) = data::open_query(&query, file.as_deref())?;
    let mut notices: Vec<String> = notices.iter().map(ToString::to_string).collect();
    let quantities = match &state {
        LabState::Density(density) => {
            let evaluation = density::report::evaluate(density, at.as_deref())?;
            notices.extend(evaluation.doubts);
            evaluation.quantities
        }
        LabState::Forward(state) => {
            if at.is_some() {
                return Err("--at has no meaning in this lab".into());
            }
            forward::report::evaluate(state)?
        }
        LabState::Elbo(elbo) => {
            if at.is_some() {
                return Err("--at has no meaning in this lab".into());
            }
            elbo::report::evaluate(elbo)?
        }
        LabState::Classifier(classifier) => classifier::report::evaluate(classifier, at.as_deref())?,
        LabState::Gan(gan) => gan::report::evaluate(gan, at.as_deref())?,
        LabState::DiffusionLoss(state) => diffusion_loss::report::evaluate(state, at.as_deref())?,
    };
    Ok(if csv { to_csv(&quantities) } else { to_json(&state, &quantities, &notices)? })
}

fn render(mut parser: Parser) -> Result<String, Failure> {
    let (mut query, mut output, mut figure, mut width) = (None, None, "main".to_owned(), 960u32);
    let (mut theme, mut scale, mut file) = (Theme::Light, 2.0f32, None::<PathBuf>);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('o') | Arg::Long("output") => output = Some(PathBuf::from(parser.value()?)),
            Arg::Long("data") => file = Some(PathBuf::from(parser.value()?)),
            Arg::Long("figure") => figure = parser.value()?.string()?,
            Arg::Long("width") => width = parser.value()?.parse::<u32>()?.clamp(200, 4000),
            Arg::Long("scale") => scale = parser.value()?.parse::<f32>()?.clamp(0.5, 8.0),
            Arg::Long("theme") => {
                theme = match parser.value()?.string()?.as_str() {
                    "light" => Theme::Light,
                    "dark" => Theme::Dark,
                    other => return Err(format!("--theme takes light or dark, not {other}").into()),
                }
            }
            Arg::Value(value) if query.is_none() => query = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let query = query.or(file.as_ref().map(|_| String::new())).ok_or("render needs a query")?;
    let output = output.ok_or("render needs -o FILE.svg or -o FILE.png")?;
    let figure = match data::open_query(&query, file.as_deref())?.0 {
        LabState::Density(state) => density_figure(&state, &figure, f64::from(width) < NARROW)?,
        LabState::Forward(state) => forward_figure(&state, &figure, f64::from(width) < NARROW)?,
        LabState::Elbo(state) => elbo_figure(&state, &figure)?,
        LabState::Classifier(state) => classifier_figure(&state, &figure, f64::from(width) < NARROW)?,
        LabState::Gan(state) => gan_figure(&state, &figure, f64::from(width) < NARROW)?,
        LabState::DiffusionLoss(state) => diffusion_loss_figure(&state, &figure, f64::from(width) < NARROW)?,
    };
    let height = preferred_height(&figure, f64::from(width)).ceil() as u32;
    let svg = to_svg(&figure, &Style::new(theme, 1.0), width, height)?;
    match output.extension().and_then(|e| e.to_str()) {
        Some("svg") => std::fs::write(&output, svg),
        Some("png") => std::fs::write(&output, png(&svg, scale)?),
        _ => return Err(format!("{}: the name must end in .svg or .png", output.display()).into()),
    }
    .map_err(|e| format!("{}: {e}", Path::new(&output).display()))?;
    Ok(String::new())
}

/// What was opened, unless something in the query could not be used at all.
fn refuse((state, notices): (LabState, Vec<Notice>)) -> Result<(LabState, Vec<Notice>), Failure> {
    let fatal = notices.iter().find(|n| match n {
        Notice::UnknownKey { .. }
        | Notice::Newer { .. }
        | Notice::TooLong { .. }
        | Notice::Clamped { .. } => false,
        Notice::UnknownChoice { .. } | Notice::Invalid { .. } | Notice::Repeated { .. } => true,
        Notice::Conflict(_) => false,
    });
    match fatal {
        Some(notice) => Err(notice.to_string().into()),
        None => Ok((state, notices)),
    }
}

fn points(text: &str) -> Result<Vec<Vec<f64>>, Failure> {
    parse_rows(text, ';', MAX_POINTS).map_err(|e| format!("--at: {e}").into())
}

fn density_figure(state: &density::Density, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use density::{jobs, plots};
    let request = match name {
        "main" => jobs::main(state),
        "probe" => jobs::probe(state),
        "convergence" => jobs::convergence(state),
        other => {
            return Err(format!("--figure takes main, probe or convergence, not {other}").into());
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let figure = match run_on(request, threads)? {
        Reply::Points(reply) => plots::main(state, &reply, narrow),
        Reply::Probe(reply) => Some(plots::probe(state, &reply)),
        Reply::Convergence(reply) => Some(plots::convergence(state, &reply, narrow)),
        _ => None,
    };
    figure.ok_or_else(|| "there is nothing to draw".into())
}

fn classifier_figure(state: &classifier::Classifier, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use classifier::{images, plots};
    let request = match (name, images::main(state)) {
        ("main", Some(request)) => request,
        (_, Some(_)) => return Err(format!("--figure takes main for the digits, not {name}").into()),
        _ => regions_request(state, name)?,
    };
    let figure = match run(request)? {
        Reply::Regions(reply) => plots::main(state, &reply),
        Reply::Accuracy(reply) => Some(plots::accuracy(state, Some(&reply), narrow)),
        Reply::Images(reply) => Some(plots::images::main(state, &reply, narrow)),
        _ => None,
    };
    figure.ok_or_else(|| "there is nothing to draw".into())
}

fn regions_request(state: &classifier::Classifier, name: &str) -> Result<Request, Failure> {
    use classifier::jobs;
    Ok(match name {
        "main" => jobs::main(state),
        "accuracy" => jobs::accuracy(state),
        other => return Err(format!("--figure takes main or accuracy here, not {other}").into()),
    })
}

fn diffusion_loss_figure(
    state: &diffusion_loss::DiffusionLoss,
    name: &str,
    narrow: bool,
) -> Result<Figure, Failure> {
    use diffusion_loss::{jobs, plots};
    let request = match name {
        "main" => jobs::losses(state),
        "minimisers" => jobs::minimisers(state),
        "chain" => jobs::chain(state).ok_or("the chain needs a target in two dimensions")?,
        "weights" => return Ok(plots::weights(state)),
        other => {
            let takes = "--figure takes main, minimisers, chain or weights here";
            return Err(format!("{takes}, not {other}").into());
        }
    };
    match run(request)? {
        Reply::DiffusionLoss(DiffusionLossReply::Losses(reply)) => Ok(plots::main(state, &reply, narrow)),
        Reply::DiffusionLoss(DiffusionLossReply::Minimisers(reply)) => {
            Ok(plots::minimisers(state, Some(&reply)))
        }
        Reply::DiffusionLoss(DiffusionLossReply::Chain(reply)) => Ok(plots::chain(state, &reply, narrow)),
        _ => Err("there is nothing to draw".into()),
    }
}

fn elbo_figure(state: &elbo::Elbo, name: &str) -> Result<Figure, Failure> {
    use elbo::{jobs, plots};
    let request = match name {
        "main" => jobs::main(state),
        "gaps" => jobs::gaps(state),
        "weights" => return Ok(plots::weights(state)),
        other => return Err(format!("--figure takes main, gaps or weights here, not {other}").into()),
    };
    let figure = match run(request)? {
        Reply::Elbo(reply) if name == "gaps" => Some(plots::gaps(Some(&reply))),
        Reply::Elbo(reply) => plots::main(state, &reply),
        _ => None,
    };
    figure.ok_or_else(|| "there is nothing to draw".into())
}

fn forward_figure(state: &forward::Forward, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use forward::{jobs, plots};
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let ask = |request| match run_on(request, threads) {
        Ok(Reply::Forward(reply)) => Ok(reply),
        Ok(_) => Err(Failure::from("there is nothing to draw")),
        Err(error) => Err(error.into()),
    };
    if name == "samplers" {
        let ForwardReply::Orders(reply) = ask(jobs::orders(state))? else {
            return Err("there is nothing to draw".into());
        };
        return Ok(plots::samplers(state, Some(&reply)));
    }
    let ForwardReply::Course(course) = ask(jobs::course(state))? else {
        return Err("there is nothing to draw".into());
    };
    match name {
        "main" => match ask(jobs::frame(state, true))? {
            ForwardReply::Frame(frame) => {
                let backdrop = plots::Backdrop::new(state, &course);
                Ok(plots::main(state, Some(&frame), backdrop.as_ref(), narrow))
            }
            _ => Err("there is nothing to draw".into()),
        },
        "schedule" => Ok(plots::schedule(state, Some(&course), state.level(), narrow)),
        other => Err(format!("--figure takes main, schedule or samplers here, not {other}").into()),
    }
}

fn gan_figure(state: &gan::Gan, name: &str, narrow: bool) -> Result<Figure, Failure> {
    use gan::{jobs, plots};
    if !matches!(name, "main" | "sweep") {
        return Err(format!("--figure takes main or sweep here, not {name}").into());
    }
    let figure = match run(jobs::main(state))? {
        Reply::Gan(reply) if name == "sweep" => Some(plots::sweep(state, Some(&reply), narrow)),
        Reply::Gan(reply) => plots::main(state, &reply, narrow),
        _ => None,
    };
    figure.ok_or_else(|| "there is nothing to draw".into())
}

fn to_json(state: &LabState, quantities: &[Quantity], notices: &[String]) -> Result<String, Failure> {
    let mut named = Map::new();
    for q in quantities {
        let mut entry = Map::new();
        entry.insert("shape".into(), json!(q.shape));
        // JSON has no NaN: serde_json writes what is not finite as null.
        entry.insert("values".into(), json!(q.values));
        entry.insert("unit".into(), json!(q.unit));
        if let Some(errors) = &q.standard_error {
            entry.insert("standard_error".into(), json!(errors));
        }
        named.insert(q.name.into(), Value::Object(entry));
    }
    let document = json!({
        "version": 1,
        "query": state.query(),
        "backend": "cpu-f64",
        "quantities": named,
        "notices": notices,
    });
    Ok(serde_json::to_string(&document)? + "\n")
}

/// A table with a row a point: the quantities that have one number, or `d`, a point.
fn to_csv(quantities: &[Quantity]) -> String {
    let rows = quantities.first().and_then(|q| q.shape.first().copied()).unwrap_or(0);
    let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
    for q in quantities.iter().filter(|q| q.shape.first() == Some(&rows) && !q.name.starts_with("integrand"))
    {
        let width = q.shape.get(1).copied().unwrap_or(1);
        for c in 0..width {
            let name = if q.name == "points" { format!("x{}", c + 1) } else { q.name.to_owned() };
            columns.push((name, q.values.iter().skip(c).step_by(width).copied().collect()));
        }
        if let Some(errors) = &q.standard_error {
            columns.push((format!("{}_standard_error", q.name), errors.clone()));
        }
    }
    let header: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut text = header.join(",") + "\n";
    for row in 0..rows {
        let cells: Vec<String> = columns.iter().map(|(_, values)| values[row].to_string()).collect();
        text.push_str(&(cells.join(",") + "\n"));
    }
    text
}

/// An installed family for the words of a figure: a usual one, else any.
fn sans_serif(fonts: &resvg::usvg::fontdb::Database) -> Option<String> {
    let families: Vec<&str> =
        fonts.faces().filter_map(|f| f.families.first().map(|(name, _)| name.as_str())).collect();
    let usual = ["Inter", "Helvetica Neue", "Arial", "Roboto", "Noto Sans", "Liberation Sans", "DejaVu Sans"];
    let found = usual.into_iter().find(|name| families.contains(name)).or_else(|| families.first().copied());
    found.map(str::to_owned)
}

/// Rasterises a figure with the system's fonts.
fn png(svg: &str, scale: f32) -> Result<Vec<u8>, Failure> {
    use resvg::{tiny_skia, usvg};
    let mut options = usvg::Options::default();
    options.fontdb_mut().load_system_fonts();
    let family = sans_serif(&options.fontdb)
        .ok_or("no fonts are installed, so the PNG would have no words: write an SVG instead")?;
    options.fontdb_mut().set_sans_serif_family(family);
    let tree = usvg::Tree::from_str(svg, &options)?;
    let size = tree.size().to_int_size();
    let (width, height) = ((size.width() as f32 * scale) as u32, (size.height() as f32 * scale) as u32);
    let mut pixmap = tiny_skia::Pixmap::new(width, height).ok_or("the picture is too large")?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(pixmap.encode_png()?)
}
