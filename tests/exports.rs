//! The files of figures, as the command line writes them: CSV and JSON read back by other readers, the citation, and
//! the scripts that recompute a figure's numbers, run by Python with NumPy: they agree with what they were given, and
//! notice where they were given something else. Needs the feature `cli`.
//!
//! Python is `SCORESCOPE_PYTHON`, or that of `cargo xtask setup`, or `python3` where it has NumPy; where there is
//! none, the tests say so and pass.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has NumPy.
fn python() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools");
    let known = [own.join("numpy/bin/python"), own.join("peers/bin/python"), "python3".into()];
    let named = std::env::var_os("SCORESCOPE_PYTHON").map(PathBuf::from);
    let has_numpy = |python: &PathBuf| {
        let asked = Command::new(python).args(["-c", "import numpy"]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let found = named.into_iter().chain(known).find(has_numpy);
    if found.is_none() {
        println!("no Python with NumPy (`cargo xtask setup` installs it): the scripts are not run");
    }
    found
}

/// What the program prints.
fn printed(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_scorescope")).args(arguments).output().expect("the program starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The script of a link.
fn snippet(query: &str) -> String {
    printed(&["snippet", query])
}

/// A file of a figure.
fn written(query: &str, figure: &str, name: &str) -> String {
    let file = std::env::temp_dir().join(format!("scorescope-{}-{name}", std::process::id()));
    printed(&["render", query, "--figure", figure, "-o", file.to_str().expect("UTF-8")]);
    let text = std::fs::read_to_string(&file).expect("written");
    let _ = std::fs::remove_file(&file);
    text
}

/// What a script prints.
fn run(python: &Path, script: &str, name: &str) -> String {
    let file = std::env::temp_dir().join(format!("scorescope-{}-{name}.py", std::process::id()));
    std::fs::write(&file, script).expect("written");
    let output = Command::new(python).arg(&file).env("OMP_NUM_THREADS", "1").output().expect("Python starts");
    let _ = std::fs::remove_file(&file);
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The largest differences that a script prints, with what they are of.
fn differences(printed: &str) -> Vec<(String, f64)> {
    let lines = printed.lines().filter_map(|line| line.strip_prefix("largest difference of "));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(": ").expect("a name and a number");
            let value = value.split(' ').next().and_then(|v| v.parse().ok()).expect("a number");
            (name.to_owned(), value)
        })
        .collect()
}

/// Runs the script of a link and asks for `count` comparisons within a tolerance.
fn agrees(query: &str, count: usize, tolerance: f64) {
    let Some(python) = python() else { return };
    let printed = run(&python, &snippet(query), &format!("{:x}", crc(query)));
    let found = differences(&printed);
    assert_eq!(found.len(), count, "{query}: {printed}");
    for (name, difference) in found {
        // A NaN is no agreement.
        assert!(difference <= tolerance, "{query}: {name} differs by {difference}");
    }
    for line in printed.lines().filter(|line| line.starts_with("labels that differ")) {
        assert!(line.contains(": 0 of "), "{query}: {line}");
    }
    for line in printed.lines().filter_map(|line| line.strip_prefix("least at: ")) {
        let number = |part: &str| -> f64 {
            let value = line.split(part).nth(1).and_then(|rest| rest.split([',', ' ']).next());
            value.and_then(|v| v.parse().ok()).expect("a number")
        };
        assert!((number("NumPy ") - number("page ")).abs() < 1e-4, "{query}: {line}");
    }
}

/// A name for a file.
fn crc(text: &str) -> u32 {
    text.bytes().fold(5381, |hash: u32, byte| hash.wrapping_mul(33) ^ u32::from(byte))
}

#[test]
fn densities_are_recomputed() {
    agrees("estimator=quadrature", 2, 1e-6);
    agrees("target=claw&estimator=quadrature&rule=log-snr-trapezoid&schedule=cosine&delta=0.3", 2, 1e-6);
    agrees("target=trio&estimator=quadrature&rule=paper&schedule=linear&steps=50", 2, 1e-6);
    // Draws differ by their noise; the script says so.
    agrees("draws=256", 2, 0.5);
}

#[test]
fn densities_in_the_plane_are_recomputed() {
    // As good as the page's own quadrature on its lattice.
    agrees("target=three&estimator=quadrature&rule=log-snr-left&steps=40&schedule=log-snr", 2, 5e-3);
}

#[test]
fn marginals_are_recomputed() {
    agrees("lab=forward&time=0.3", 1, 1e-5);
    agrees("lab=forward&target=three&time=0.5&process=ddim", 1, 1e-5);
}

#[test]
fn objectives_and_their_minimisers_are_recomputed() {
    agrees("lab=elbo&steps=50", 4, 1e-7);
    agrees("lab=elbo&family=width&misfit=1.3&schedule=linear&steps=40&variance=posterior", 4, 1e-7);
}

#[test]
fn equilibria_are_recomputed() {
    agrees("lab=gan&lambda=1.5", 3, 1e-6);
    agrees("lab=gan&weights=uniform&steps=40&schedule=linear", 3, 1e-4);
    agrees("lab=gan&target=ring8", 2, 1e-4);
}

#[test]
fn labels_are_recomputed() {
    agrees("lab=classifier&steps=50", 3, 1e-4);
    agrees("lab=classifier&target=three&steps=30&schedule=linear&rule=log-snr-trapezoid", 3, 0.02);
}

#[test]
fn losses_are_recomputed() {
    agrees("lab=diffusion-loss&steps=50", 6, 1e-5);
    agrees("lab=diffusion-loss&target=three&schedule=linear&steps=60&z=0.4", 6, 1e-5);
}

/// What the comparison is worth: another parameter, or another pasted number, is seen.
#[test]
fn what_does_not_agree_is_told() {
    let Some(python) = python() else { return };
    let script = snippet("estimator=quadrature&delta=0.3");
    assert!(script.contains("\nDELTA = 0.3\n"));
    let off = differences(&run(&python, &script.replace("\nDELTA = 0.3\n", "\nDELTA = 0\n"), "off"));
    assert!(off[0].1 < 1e-9 && off[1].1 > 0.01, "{off:?}");
    let script = snippet("lab=elbo&steps=20");
    let off = differences(&run(&python, &script.replace("\nSTEPS = 20\n", "\nSTEPS = 21\n"), "steps"));
    assert!(off[0].1 < 1e-7 && off[1..].iter().all(|(_, d)| *d > 1e-5), "{off:?}");
}

#[test]
fn there_is_no_script_for_many_dimensions_or_points() {
    let refused = |query: &str| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_scorescope")).args(["snippet", query]).output().expect("starts");
        assert_eq!(output.status.code(), Some(2), "{query}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert!(refused("target=digits&images=5&draws=2").contains("more than two dimensions"));
    let points: Vec<String> = (0..200).map(|i| format!("{}", f64::from(i) / 50.0)).collect();
    let query = format!("target=points&pts={}&estimator=stein&draws=2", points.join("_"));
    assert!(refused(&query).contains("more than 128 components"));
}

/// Every lab's figures as numbers, by readers of other people's, and as a picture that says where it comes from.
#[test]
fn every_figure_is_written_as_numbers() {
    for (i, (query, figure, column)) in [
        ("draws=4", "main", "formula"),
        ("target=three&estimator=quadrature", "main", "formula"),
        ("probe=0.3", "probe", "running integral"),
        ("lab=forward&particles=500", "main", "exact"),
        ("lab=forward&particles=500", "schedule", "k"),
        ("lab=elbo&steps=20", "weights", "ELBO"),
        ("lab=gan&steps=20", "sweep", "formula"),
        ("lab=classifier&steps=20", "main", "Bayes’ rule"),
        ("lab=diffusion-loss&steps=20", "minimisers", "likelihood"),
    ]
    .into_iter()
    .enumerate()
    {
        let written = |extension: &str| written(query, figure, &format!("numbers-{i}.{extension}"));
        let document: Value = serde_json::from_str(&written("json")).expect("JSON");
        assert_eq!(document["figure"], figure, "{query}");
        assert!(document["cite"].as_str().is_some_and(|cite| cite.contains("2408.16765")));
        let quantities = document["quantities"].as_object().expect("an object");
        let csv = written("csv");
        let comments: Vec<&str> = csv.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(comments.len() == 3 && comments[0].starts_with("# permalink ?"), "{query}: {comments:?}");
        let mut lines = csv.lines().skip(3);
        let names: Vec<&str> = lines.next().expect("names").split(',').collect();
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
        assert!(rows.iter().all(|row| row.len() == names.len()), "{query}: ragged");
        // Numbers of a curve or a map are the same in both, in the same order.
        let found = quantities.iter().find(|(name, q)| name.contains(column) && !q["over"][0].is_null());
        let found = found.or_else(|| quantities.iter().find(|(_, q)| !q["over"][0].is_null()));
        let (name, quantity) = found.expect("a function of something");
        let place =
            names.iter().position(|n| *n == name.replace(',', ";") || n.starts_with(&format!("{name} [")));
        let place = place.unwrap_or_else(|| panic!("{query}: no column {name} in {names:?}"));
        for (row, value) in rows.iter().zip(quantity["values"].as_array().expect("a list")) {
            // The reader of JSON may be off by one in the last place.
            let pair = (row[place].parse().unwrap_or(f64::NAN), value.as_f64().unwrap_or(f64::NAN));
            let same =
                (pair.0 - pair.1).abs() <= 4.5e-16 * f64::abs(pair.0) || pair.0.is_nan() && pair.1.is_nan();
            assert!(same, "{query}: {name} {pair:?}");
        }
        let svg = written("svg");
        assert!(svg.contains("<desc>") && svg.contains("<metadata>permalink: ?"), "{query}");
    }
    let cite = written("seed=7", "main", "cite.bib");
    assert!(
        cite.contains("eprint        = {2408.16765}")
            && cite.contains("url           = {?v=1&lab=density&seed=7}")
    );
}

/// The numbers of the JSON are those of `eval`, which is tested against the oracle.
#[test]
fn exported_numbers_are_those_of_eval() {
    let exported: Value = written("estimator=quadrature", "main", "eval.json").parse().expect("JSON");
    let evaluated: Value = printed(&["eval", "estimator=quadrature"]).parse().expect("JSON");
    for (name, contract) in
        [("x", "points"), ("exact", "log_density_exact"), ("formula", "log_density_formula")]
    {
        let values = |document: &Value, name: &str| -> Vec<f64> {
            let list = document["quantities"][name]["values"].as_array().cloned().unwrap_or_default();
            list.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
        };
        assert!(values(&exported, name).len() > 100, "{name}");
        assert_eq!(values(&exported, name), values(&evaluated, contract), "{name}");
    }
}
