//! From measurements to Markdown.

use crate::frames::Frames;
use crate::programs::{NOTEBOOK, Peers, TUNED};
use scorescope_e2e::{Outcome, Value};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// What several programs measured in rounds in which they took turns.
#[derive(Debug)]
pub(crate) struct Rounds {
    key: &'static str,
    /// Whether more is better.
    rate: bool,
    rows: Vec<(String, Vec<Value>)>,
}

impl Rounds {
    pub(crate) fn new(key: &'static str, rate: bool) -> Self {
        Self { key, rate, rows: Vec::new() }
    }

    pub(crate) fn add(&mut self, name: &str, mut found: Value) {
        // Whoever gives only the time of W1 has its rate from that.
        if self.rate && found.get(self.key).is_none() {
            let evaluations = 128.0 * 128.0 * 64.0 * 32.0 * 8.0;
            found[self.key] = (evaluations / found["seconds"].as_f64().unwrap_or(f64::NAN)).into();
        }
        // An extrapolated time is one number.
        if !self.rate && found.get(self.key).is_none() {
            found[self.key] = found["seconds"].clone();
        }
        match self.rows.iter_mut().find(|(n, _)| n == name) {
            Some((_, list)) => list.push(found),
            None => self.rows.push((name.to_owned(), vec![found])),
        }
    }

    fn series(&self, name: &str) -> Vec<f64> {
        let row = self.rows.iter().find(|(n, _)| n == name);
        row.map_or(Vec::new(), |(_, list)| {
            list.iter().map(|v| v[self.key].as_f64().unwrap_or(f64::NAN)).collect()
        })
    }

    /// How many times better `ours` is than `theirs`, by rounds: median, least, most.
    fn ratio(&self, ours: &str, theirs: &str) -> Option<[f64; 3]> {
        let pairs = self.series(ours).into_iter().zip(self.series(theirs));
        let mut ratios: Vec<f64> = pairs.map(|(a, b)| if self.rate { a / b } else { b / a }).collect();
        ratios.sort_by(f64::total_cmp);
        Some([ratios.get(ratios.len() / 2).copied()?, *ratios.first()?, *ratios.last()?])
    }

    /// The best of some rows by their medians.
    fn best<'a>(&self, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        let value = |name: &str| median(self.series(name));
        let better = |a: &&str, b: &&str| value(a).total_cmp(&value(b));
        if self.rate { names.max_by(better) } else { names.min_by(better) }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Rows of training: by the library alone on given minibatches, and as the page does it.
pub(crate) const GIVEN: &str = "burn, given minibatches";
pub(crate) const WHOLE: &str = "the page's whole step";

/// The sections of the file.
#[derive(Debug, Default)]
pub(crate) struct Table {
    text: String,
    versions: Vec<String>,
}

impl Table {
    pub(crate) fn w1(&mut self, rounds: &Rounds) {
        self.text += "## W1, the plain estimator\n\n8 components, 128 x 128 points, 64 times, 32 draws: 268 million evaluations of a component.\n\n| what | million evaluations a second, median of rounds | least | most |\n|---|---:|---:|---:|\n";
        for (name, found) in &rounds.rows {
            let mut series = rounds.series(name);
            series.sort_by(f64::total_cmp);
            let millions = |v: Option<&f64>| format!("{:.0}", v.copied().unwrap_or(f64::NAN) / 1e6);
            let middle = millions(series.get(series.len() / 2));
            let _ = writeln!(
                self.text,
                "| {name} | {middle} | {} | {} |",
                millions(series.first()),
                millions(series.last())
            );
            self.version(name, found);
        }
        let best = |is: &dyn Fn(&str) -> bool| {
            rounds.best(rounds.rows.iter().map(|(n, _)| n.as_str()).filter(|n| is(n)))
        };
        let (notebook, tuned) = (best(&|n| n.ends_with(NOTEBOOK)), best(&|n| n.ends_with(TUNED)));
        let tfjs = best(&|n| n.starts_with("TensorFlow"));
        self.text += "\n| ratio | median | least | most | wanted |\n|---|---:|---:|---:|---:|\n";
        for (ours, theirs, wanted) in [
            ("native, 2 threads", notebook, "20"),
            ("native, 2 threads", tuned, "20"),
            ("browser, workers", notebook, "6"),
            ("browser, workers", tuned, "6"),
            ("browser, workers", tfjs, "10"),
            ("browser, workers", Some("native, 2 threads"), ""),
        ] {
            if let Some((theirs, Some([median, least, most]))) = theirs.map(|t| (t, rounds.ratio(ours, t))) {
                let _ = writeln!(
                    self.text,
                    "| {ours} over {theirs} | {median:.2} | {least:.2} | {most:.2} | {wanted} |"
                );
            }
        }
        self.text.push('\n');
    }

    /// How near to the limit of the machine's lanes a row of W1 is.
    pub(crate) fn limit(&mut self, rounds: &Rounds, name: &str, limit: &Value) {
        let number = |key: &str| limit[key].as_f64().unwrap_or(f64::NAN);
        let (most, each) =
            (number("lane_operations_per_second"), number("lane_operations_per_component_evaluation"));
        let done = median(rounds.series(name)) * each;
        let _ = writeln!(
            self.text,
            "{name}: an evaluation takes {each:.0} operations on a lane ({:.0} flop), which makes {:.0} G a second; the machine did {:.0} G multiplications with addition that wait for nothing: {:.0} % of its limit. Memory is no bound: components and draws stay in the first cache, and a point is read and written once a time.\n",
            number("flops_per_component_evaluation"),
            done / 1e9,
            most / 1e9,
            100.0 * done / most
        );
    }

    pub(crate) fn w2(&mut self, rounds: &Rounds) {
        self.text += "## W2, time to accuracy\n\nThe log-density on a 256 x 256 grid; the largest error is over points with a density above 1e-6; 5e-3 nats are wanted.\n\n| what | milliseconds, median of rounds | least | most | largest error, nats |\n|---|---:|---:|---:|---:|\n";
        for (name, found) in &rounds.rows {
            let mut series = rounds.series(name);
            series.sort_by(f64::total_cmp);
            let millis = |v: Option<&f64>| format!("{:.1}", v.copied().unwrap_or(f64::NAN) * 1e3);
            // A time that was extrapolated has no error.
            let error = found.last().and_then(|v| v["max_error"].as_f64()).filter(|e| e.is_finite());
            let error = error.map_or("–".to_owned(), |e| format!("{e:.1e}"));
            let middle = millis(series.get(series.len() / 2));
            let _ = writeln!(
                self.text,
                "| {name} | {middle} | {} | {} | {error} |",
                millis(series.first()),
                millis(series.last())
            );
            self.version(name, found);
        }
        self.text.push('\n');
    }

    pub(crate) fn training(&mut self, rounds: &Rounds) {
        self.text += "## Training\n\nA network of 9 inputs, three hidden layers of 128 (SiLU) and 2 outputs, minibatches of 256, squared errors, Adam, in a dedicated worker of the browser on one thread. Given the same weights and minibatches, both sides have the same loss after ten steps; a whole step of the page also draws its minibatch, checks the gradient and keeps the running mean.\n\n| what | steps a second, median of rounds | least | most | loss after ten steps | the same twice |\n|---|---:|---:|---:|---:|---|\n";
        for (name, found) in &rounds.rows {
            let mut series = rounds.series(name);
            series.sort_by(f64::total_cmp);
            let rate = |v: Option<&f64>| format!("{:.0}", v.copied().unwrap_or(f64::NAN));
            let loss = found.last().and_then(|v| v["loss"].as_f64());
            let loss = loss.map_or("–".to_owned(), |loss| format!("{loss:.6}"));
            let same = found.last().and_then(|v| v["same"].as_bool());
            let same = same.map_or("–", |same| if same { "yes" } else { "no" });
            let _ = writeln!(
                self.text,
                "| {name} | {} | {} | {} | {loss} | {same} |",
                rate(series.get(series.len() / 2)),
                rate(series.first()),
                rate(series.last())
            );
            self.version(name, found);
        }
        self.text += "\n| ratio | median | least | most |\n|---|---:|---:|---:|\n";
        for (theirs, _) in rounds.rows.iter().filter(|(name, _)| name.starts_with("TensorFlow")) {
            for ours in [GIVEN, WHOLE] {
                if let Some([median, least, most]) = rounds.ratio(ours, theirs) {
                    let _ = writeln!(
                        self.text,
                        "| {ours} over {theirs} | {median:.2} | {least:.2} | {most:.2} |"
                    );
                }
            }
        }
        self.text.push('\n');
    }

    pub(crate) fn scaling(&mut self, found: &Value) {
        self.text += "## Growth\n\nExponents of fits of time to size, the plain estimator on one thread.\n\n| in | from | to | exponent |\n|---|---:|---:|---:|\n";
        for name in ["components", "points", "draws"] {
            let entry = &found[name];
            let exponent = entry["exponent"].as_f64().unwrap_or(f64::NAN);
            let _ = writeln!(self.text, "| {name} | {} | {} | {exponent:.2} |", entry["from"], entry["to"]);
        }
        self.text.push('\n');
    }

    pub(crate) fn sizes(&mut self, root: &Path) -> Outcome {
        let weights = xtask::dist::weigh(&root.join("dist"))?;
        let first: u64 = weights.iter().filter(|w| w.first_load).map(|w| w.gzip).sum();
        let later: u64 =
            weights.iter().filter(|w| !w.first_load && w.name.starts_with("fast")).map(|w| w.gzip).sum();
        let _ = writeln!(
            self.text,
            "## Sizes\n\nThe first load is {first} bytes compressed, of {} allowed; the module of the fast workers, loaded with the first map, {later}.\n",
            xtask::dist::BUDGET
        );
        Ok(())
    }

    pub(crate) fn frames(&mut self, what: &str, frames: &Frames) {
        if !self.text.contains("## Frames") {
            self.text += "## Frames\n\nWork of the main thread in each 60th of a second while dragging, from the browser's tracing, milliseconds, and different pictures seen; the browser paints by software here.\n\n| dragging | median | p95 | most | pictures |\n|---|---:|---:|---:|---:|\n";
        }
        let [middle, p95, most] = [0.5, 0.95, 1.0].map(|share| frames.quantile(share));
        let _ = writeln!(self.text, "| {what} | {middle:.1} | {p95:.1} | {most:.1} | {} |", frames.pictures);
    }

    fn version(&mut self, name: &str, found: &[Value]) {
        let version = found.first().and_then(|v| v["version"].as_str());
        if let Some(version) = version {
            let line = format!("{} {version}", name.split(',').next().unwrap_or(name));
            if !self.versions.contains(&line) {
                self.versions.push(line);
            }
        }
    }

    /// The whole file.
    pub(crate) fn finish(self, peers: &Peers) -> Outcome<String> {
        let says = |program: &str, arguments: &[&str]| -> String {
            let output = Command::new(program).args(arguments).output();
            output.map_or_else(|_| "?".to_owned(), |o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
        };
        let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model =
            processor.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or("an unknown processor");
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut text = format!(
            "# Results\n\nWritten by `cargo xtask bench` on {}: {}, {threads} threads; {}; {}.",
            says("date", &["-u", "+%Y-%m-%d"]),
            model.trim_start_matches([' ', '\t', ':']),
            says("rustc", &["--version"]),
            says("chromium", &["--version"]),
        );
        if !self.versions.is_empty() {
            let _ = write!(text, " Peers: {}.", self.versions.join(", "));
        }
        for missing in &peers.missing {
            let _ = write!(text, " Not there: {missing}.");
        }
        Ok(format!("{text}\n\n{}\n", self.text.trim_end()))
    }
}
