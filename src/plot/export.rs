//! A figure as a file: its numbers as CSV or JSON, its picture as SVG, each with where it comes from.
//!
//! CSV has a row a point. Lines that begin with `#` say where the numbers come from; then comes a line of names with
//! units in brackets. Curves over the same abscissae stand beside each other; shorter columns end in empty fields, and so
//! do numbers that are not finite. JSON names the columns as the command line's `eval` does its quantities. Numbers are
//! the shortest that read back as the same ones.

use std::fmt::Write as _;

use super::data::{Column, columns};
use super::draw::{DrawError, Style};
use super::figure::Figure;
use super::svg::to_svg_with;

/// Where a figure comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// The lab's name in links.
    pub lab: String,
    /// The figure's name within the lab.
    pub figure: String,
    /// The query that shows it.
    pub query: String,
    /// The whole address, where it is known.
    pub address: String,
    /// Version of this program.
    pub version: String,
    /// Seed of its draws.
    pub seed: f64,
    /// What it was computed on.
    pub backend: String,
    /// What of the link could not be used.
    pub notices: Vec<String>,
    /// How to cite it.
    pub cite: String,
}

impl About {
    /// The name of a file.
    #[must_use]
    pub fn file(&self, extension: &str) -> String {
        format!("scorescope-{}-{}.{extension}", self.lab, self.figure)
    }

    /// The address, or the query where there is none.
    #[must_use]
    pub fn permalink(&self) -> String {
        match (self.address.is_empty(), self.query.is_empty()) {
            (false, _) => self.address.clone(),
            (_, false) => format!("?{}", self.query),
            _ => format!("?v=1&lab={}", self.lab),
        }
    }
}

/// The numbers of a figure as CSV; see the module.
#[must_use]
pub fn csv(figure: &Figure, about: &About) -> String {
    let columns = columns(figure);
    let mut text = format!(
        "# permalink {}\n# version {}, computed on {}, seed {}\n# cite {}\n",
        about.permalink(),
        about.version,
        about.backend,
        about.seed,
        about.cite
    );
    let mut fields: Vec<(String, Vec<f64>)> = Vec::new();
    let mut done: Vec<Vec<usize>> = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let key = if column.over.is_empty() { vec![place] } else { column.over.clone() };
        if done.contains(&key) {
            continue;
        }
        // An abscissa alone, or with everything over it; the axes of a map with all maps over them.
        let over: Vec<&Column> = columns.iter().filter(|c| c.over == key).collect();
        let used = |c: &Column| c.over.contains(&place);
        match key[..] {
            [x] if !over.is_empty() || !columns.iter().any(used) => {
                fields.push((header(&columns[x]), columns[x].values.clone()));
            }
            [x, y] => {
                let (xs, ys) = (&columns[x].values, &columns[y].values);
                fields.push((header(&columns[x]), ys.iter().flat_map(|_| xs.iter().copied()).collect()));
                let rows = ys.iter().flat_map(|y| xs.iter().map(|_| *y));
                fields.push((header(&columns[y]), rows.collect()));
            }
            _ => continue,
        }
        fields.extend(over.iter().map(|c| (header(c), c.values.clone())));
        done.push(key);
    }
    // The axes of a map may have the names of a curve's.
    for place in 1..fields.len() {
        let name = fields[place].0.clone();
        let same = fields[..place].iter().filter(|(other, _)| *other == name).count();
        if same > 0 {
            fields[place].0 = format!("{name} ({})", same + 1);
        }
    }
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    text.push_str(&names.join(","));
    text.push('\n');
    for row in 0..fields.iter().map(|(_, values)| values.len()).max().unwrap_or(0) {
        for (place, (_, values)) in fields.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            if let Some(value) = values.get(row).filter(|v| v.is_finite()) {
                text.push_str(&number(*value));
            }
        }
        text.push('\n');
    }
    text
}

/// A name with its unit; without what has a meaning in CSV.
fn header(column: &Column) -> String {
    let name =
        if column.unit == "1" { column.name.clone() } else { format!("{} [{}]", column.name, column.unit) };
    name.replace(',', ";").replace(['"', '\n', '#'], " ")
}

/// The numbers of a figure as JSON; see the module. What is not finite is `null`.
#[must_use]
pub fn json(figure: &Figure, about: &About) -> String {
    let columns = columns(figure);
    let mut text = String::from("{\"version\":1");
    let mut entry = |name: &str, value: &str| {
        let _ = write!(text, ",{}:{}", quoted(name), quoted(value));
    };
    entry("query", &about.query);
    entry("permalink", &about.permalink());
    entry("lab", &about.lab);
    entry("figure", &about.figure);
    entry("scorescope_version", &about.version);
    entry("cite", &about.cite);
    entry("backend", &about.backend);
    entry("summary", &figure.summary);
    let _ = write!(text, ",\"seed\":{},\"quantities\":{{", number(about.seed));
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        let list = |values: &mut dyn Iterator<Item = String>| values.collect::<Vec<_>>().join(",");
        let values =
            list(&mut column.values.iter().map(|v| if v.is_finite() { number(*v) } else { "null".into() }));
        let shape = list(&mut column.shape.iter().map(ToString::to_string));
        // Slowest first, as the shape is.
        let over = list(&mut column.over.iter().rev().map(|i| quoted(&columns[*i].name)));
        let _ = write!(
            text,
            "{}:{{\"shape\":[{shape}],\"values\":[{values}],\"unit\":{},\"over\":[{over}]}}",
            quoted(&column.name),
            quoted(&column.unit)
        );
    }
    let notices: Vec<String> = about.notices.iter().map(|n| quoted(n)).collect();
    let _ = writeln!(text, "}},\"notices\":[{}]}}", notices.join(","));
    text
}

/// A figure as SVG, with its address, version and citation as metadata.
///
/// # Errors
/// If the size is zero.
pub fn svg(figure: &Figure, style: &Style, size: (u32, u32), about: &About) -> Result<String, DrawError> {
    let words = format!(
        "permalink: {}\nversion: Scorescope {}\nseed: {}\ncite: {}",
        about.permalink(),
        about.version,
        about.seed,
        about.cite
    );
    to_svg_with(figure, style, size.0, size.1, &words)
}

/// The shortest decimal number that reads back as the same one.
#[must_use]
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-5..1e17).contains(&magnitude) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// A string of JSON, which is one of Python as well.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    //! What is written reads back.
    use super::*;
    use crate::plot::{Axis, Grid, Layer, Panel, Role, Row, Theme};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn about() -> About {
        About {
            lab: "density".into(),
            figure: "main".into(),
            query: "v=1&lab=density&seed=7".into(),
            version: "1.2.3".into(),
            seed: 7.0,
            backend: "cpu-f64".into(),
            notices: vec!["a \"quoted\" \\ word\n".into()],
            cite: "Li, Gen and Yan, Yuling".into(),
            ..About::default()
        }
    }

    fn curves(values: &[f64]) -> Figure {
        let points =
            |scale: f64| values.iter().enumerate().map(|(i, v)| (i as f64 / 3.0, scale * v)).collect();
        let panel = Panel::new(Axis::linear("x", (0.0, 1.0)), Axis::linear("p, or so (nats)", (0.0, 1.0)))
            .layer(Layer::line(points(1.0), Role::Exact))
            .layer(Layer::line(points(-3.0), Role::Formula))
            .layer(Layer::line(vec![(0.5, 1.0)], Role::Data));
        Figure { summary: "A \"figure\".".into(), rows: vec![Row::new(vec![panel])] }
    }

    /// Rows and columns of a CSV text, by a parser of its own.
    fn parsed(text: &str) -> (Vec<String>, Vec<Vec<Option<f64>>>) {
        let mut lines = text.lines().filter(|l| !l.starts_with('#'));
        let names = lines.next().expect("names").split(',').map(str::to_owned).collect();
        let field = |f: &str| if f.is_empty() { None } else { Some(f.parse().expect("a number")) };
        (names, lines.map(|l| l.split(',').map(field).collect()).collect())
    }

    proptest! {
        #[test]
        fn numbers_read_back_bit_for_bit(values in prop::collection::vec(any::<f64>(), 1..30)) {
            let figure = curves(&values);
            let columns = columns(&figure);
            let (names, rows) = parsed(&csv(&figure, &about()));
            prop_assert_eq!(names.len(), columns.len());
            let json: serde_json::Value = serde_json::from_str(&json(&figure, &about())).expect("JSON");
            for column in &columns {
                let place = names.iter().position(|n| *n == header(column)).expect("named");
                let entry = &json["quantities"][&column.name];
                prop_assert_eq!(entry["shape"][0].as_u64(), Some(column.values.len() as u64));
                for (i, value) in column.values.iter().enumerate() {
                    if value.is_finite() {
                        prop_assert_eq!(rows[i][place].map(f64::to_bits), Some(value.to_bits()));
                        // serde_json itself may be off by one unit in the last place without a feature of its.
                        let text = entry["values"][i].as_f64().expect("a number");
                        prop_assert!((text - value).abs() <= value.abs() * 4.5e-16 + f64::from_bits(2));
                    } else {
                        prop_assert!(rows[i][place].is_none() && entry["values"][i].is_null());
                    }
                }
            }
        }
    }

    #[test]
    fn files_say_where_they_come_from() {
        let (figure, about) = (curves(&[1.0, 2.0]), about());
        let text = csv(&figure, &about);
        assert!(text.starts_with("# permalink ?v=1&lab=density&seed=7\n# version 1.2.3"));
        assert!(text.contains("\n# cite Li, Gen"));
        assert_eq!(
            parsed(&text).0,
            ["x", "exact: p; or so [nats]", "formula: p; or so [nats]", "x 2", "data: p; or so [nats]"]
        );
        let json: serde_json::Value = serde_json::from_str(&json(&figure, &about)).expect("JSON");
        assert_eq!((json["version"].as_i64(), json["seed"].as_f64()), (Some(1), Some(7.0)));
        assert_eq!(json["notices"][0], about.notices[0].as_str());
        assert_eq!(json["quantities"]["exact: p, or so"]["over"][0], "x");
        let svg = svg(&figure, &Style::new(Theme::Light, 1.0), (400, 300), &about).expect("drawn");
        assert!(
            svg.contains("<metadata>permalink: ?v=1&amp;lab=density&amp;seed=7\nversion: Scorescope 1.2.3")
        );
        assert!(svg.contains("<desc>A &quot;figure&quot;.</desc>"));
        assert_eq!(about.file("csv"), "scorescope-density-main.csv");
    }

    #[test]
    fn a_map_has_a_row_a_node() {
        let values = vec![1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0];
        let grid = Arc::new(Grid { nx: 3, ny: 2, x: (0.0, 2.0), y: (5.0, 6.0), values });
        let scale = crate::plot::ColourScale::sequential((0.0, 1.0));
        let panel = Panel::new(Axis::linear("x₁", (0.0, 2.0)), Axis::linear("x₂", (5.0, 6.0)))
            .title("exact")
            .layer(Layer::raster(grid, scale));
        let figure = Figure { summary: String::new(), rows: vec![Row::new(vec![panel])] };
        let (names, rows) = parsed(&csv(&figure, &about()));
        assert_eq!(names, ["x₁", "x₂", "exact"]);
        assert_eq!(rows[3], [Some(0.0), Some(6.0), Some(4.0)]);
        assert_eq!(rows[4], [Some(1.0), Some(6.0), None]);
        let json: serde_json::Value = serde_json::from_str(&json(&figure, &about())).expect("JSON");
        assert_eq!(json["quantities"]["exact"]["over"], serde_json::json!(["x₂", "x₁"]));
        assert_eq!(json["quantities"]["exact"]["shape"], serde_json::json!([2, 3]));
    }
}
