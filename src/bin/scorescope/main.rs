//! The command line: computes natively what a link shows, and draws it.
//!
//! ```text
//! scorescope eval   '<query>' [--at 'x[:y];...'] [--format json|csv] [--data FILE]
//! scorescope render '<query>' -o FILE.svg|png|csv|json|py|bib [--figure NAME]
//!                   [--width PIXELS] [--theme light|dark] [--scale FACTOR] [--data FILE]
//! scorescope card   '<query>' -o FILE.png
//! scorescope snippet '<query>' [--data FILE]
//! scorescope train  '<query>' [--seeds N] [--threads N] [--format json|csv|table]
//! scorescope bench  w1|w2|scaling|limit [--threads N] [--repeats N] [--quality coarse|good|fine]
//! ```
//!
//! `render` writes the picture, the plotted numbers, the script that recomputes them, or how to cite them,
//! by the ending of the file's name; `card` draws the preview that other sites show of a link; `snippet` prints
//! the script. `--data` takes the rows of a text file as the points of `target=points`.
//!
//! A link that could be read only in part is computed as far as it could be, and the notices
//! say what was ignored. Exit status 2 and one line on standard error for a call that cannot be
//! carried out.

mod card;
mod data;
mod figures;
mod measure;
mod train;

use lexopt::{Arg, Parser, ValueExt};
use scorescope::labs::common::LanguageChoice;
use scorescope::labs::figures::NARROW;
use scorescope::labs::report::Quantity;
use scorescope::labs::{LabState, classifier, density, diffusion_loss, elbo, export, forward, gan, learned};
use scorescope::permalink::{Notice, parse_rows};
use scorescope::plot::{Theme, preferred_height};
use scorescope::ui::order::{Format, Order};
use scorescope::words::{self, Language};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: scorescope eval '<query>' [--at 'x[:y];…'] [--format json|csv] [--data FILE]
       scorescope render '<query>' -o FILE.svg|png|csv|json|py|bib [--figure NAME]
                         [--width PIXELS] [--theme light|dark] [--scale FACTOR] [--data FILE]
       scorescope card   '<query>' -o FILE.png
       scorescope snippet '<query>' [--data FILE]
       scorescope train  '<query>' [--seeds N] [--threads N] [--format json|csv|table]
       scorescope bench  w1|w2|scaling|limit [--threads N] [--repeats N] [--quality coarse|good|fine]";

/// What everything is computed on here.
const BACKEND: &str = "cpu-f64";

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
        Some(Arg::Value(command)) if command == "card" => card::card(parser),
        Some(Arg::Value(command)) if command == "snippet" => snippet(parser),
        Some(Arg::Value(command)) if command == "train" => train::train(parser),
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
        LabState::Learned(state) => {
            if at.is_some() {
                return Err(
                    "--at has no meaning in this lab: the key `at` of the link says after how many steps"
                        .into(),
                );
            }
            learned::report::evaluate(state)?
        }
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
    let extension = output.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let wanted = if extension == "png" { "svg" } else { extension };
    let format = Format::ALL.into_iter().find(|format| format.names()[1] == wanted);
    let format = format.ok_or_else(|| {
        format!("{}: the name must end in .svg or .png, or in .csv, .json, .py or .bib", output.display())
    })?;
    let (state, _) = data::open_query(&query, file.as_deref())?;
    // Pictures speak the language that the link asks for; numbers have the same names in all.
    let japanese = format == Format::Svg && state.common().language == LanguageChoice::Japanese;
    let language = if japanese { Language::Japanese } else { Language::English };
    let text = words::with(language, || written(&state, &figure, format, width, theme))?;
    match extension {
        "png" => std::fs::write(&output, png(&text, scale, language)?),
        _ => std::fs::write(&output, text),
    }
    .map_err(|e| format!("{}: {e}", Path::new(&output).display()))?;
    Ok(String::new())
}

fn snippet(mut parser: Parser) -> Result<String, Failure> {
    let (mut query, mut file) = (None, None::<PathBuf>);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("data") => file = Some(PathBuf::from(parser.value()?)),
            Arg::Value(value) if query.is_none() => query = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let query = query.or(file.as_ref().map(|_| String::new())).ok_or("snippet needs a query")?;
    let (state, _) = data::open_query(&query, file.as_deref())?;
    written(&state, "main", Format::Numpy, 960, Theme::Light)
}

/// A file of a figure, as the page writes it.
fn written(
    state: &LabState,
    name: &str,
    format: Format,
    width: u32,
    theme: Theme,
) -> Result<String, Failure> {
    if format == Format::Numpy && name != "main" {
        return Err("there is a script for the main figure only".into());
    }
    let figure = figures::figure(state, name, f64::from(width) < NARROW)?;
    let height = preferred_height(&figure, f64::from(width)).ceil() as u32;
    let order = Order {
        format,
        figure,
        name: name.to_owned(),
        query: state.query(),
        address: String::new(),
        backend: BACKEND.to_owned(),
        theme,
        size: (width, height),
    };
    Ok(export::file(&order, Some(state))?)
}

/// What was opened, unless something in the query could not be used at all.
fn refuse((state, notices): (LabState, Vec<Notice>)) -> Result<(LabState, Vec<Notice>), Failure> {
    match fatal(&notices) {
        Some(notice) => Err(notice.to_string().into()),
        None => Ok((state, notices)),
    }
}

/// The first notice of something that could not be used at all.
fn fatal(notices: &[Notice]) -> Option<&Notice> {
    notices.iter().find(|n| match n {
        Notice::UnknownKey { .. }
        | Notice::Newer { .. }
        | Notice::TooLong { .. }
        | Notice::Clamped { .. } => false,
        Notice::UnknownChoice { .. } | Notice::Invalid { .. } | Notice::Repeated { .. } => true,
        Notice::Conflict(_) => false,
    })
}

fn points(text: &str) -> Result<Vec<Vec<f64>>, Failure> {
    parse_rows(text, ';', MAX_POINTS).map_err(|e| format!("--at: {e}").into())
}

fn to_json(state: &LabState, quantities: &[Quantity], notices: &[String]) -> Result<String, Failure> {
    to_document(&state.query(), BACKEND, quantities, notices)
}

/// The JSON that all commands print.
fn to_document(
    query: &str,
    backend: &str,
    quantities: &[Quantity],
    notices: &[String],
) -> Result<String, Failure> {
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
        "query": query,
        "backend": backend,
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

/// Whether a font for Japanese is installed, by what fonts for it are called.
fn has_japanese(fonts: &resvg::usvg::fontdb::Database) -> bool {
    let marks = [
        "CJK",
        "Sans Fallback",
        " JP",
        "Hiragino",
        "Yu Gothic",
        "Meiryo",
        "MS Gothic",
        "IPA",
        "Takao",
        "VL Gothic",
        "Japanese",
    ];
    let named = |name: &str| marks.iter().any(|mark| name.contains(mark)) || !name.is_ascii();
    fonts.faces().any(|face| face.families.iter().any(|(name, _)| named(name)))
}

/// Rasterises a figure with the system's fonts.
fn png(svg: &str, scale: f32, language: Language) -> Result<Vec<u8>, Failure> {
    use resvg::{tiny_skia, usvg};
    let mut options = usvg::Options::default();
    options.fontdb_mut().load_system_fonts();
    let family = sans_serif(&options.fontdb)
        .ok_or("no fonts are installed, so the PNG would have no words: write an SVG instead")?;
    options.fontdb_mut().set_sans_serif_family(family);
    if language == Language::Japanese && !has_japanese(&options.fontdb) {
        return Err("no font for Japanese is installed: write an SVG instead, or leave lang=ja away".into());
    }
    let tree = usvg::Tree::from_str(svg, &options)?;
    let size = tree.size().to_int_size();
    let (width, height) = ((size.width() as f32 * scale) as u32, (size.height() as f32 * scale) as u32);
    let mut pixmap = tiny_skia::Pixmap::new(width, height).ok_or("the picture is too large")?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(pixmap.encode_png()?)
}
