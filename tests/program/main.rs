//! The command line as a program: what it is called with, what it prints, and the independent values of
//! `oracle/` that both are compared with. Needs the feature `cli`.

mod command_line;
mod data_files;
mod diffusion_loss;
mod labs_oracle;
mod train;

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn scorescope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scorescope")).args(arguments).output().expect("the program starts")
}

/// What a call that succeeds prints.
fn printed(arguments: &[&str]) -> String {
    let output = scorescope(arguments);
    assert_eq!((output.status.code(), complaint(&output).as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What a call says on standard error.
fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a call that cannot be carried out says: one line, with status 2 and nothing printed.
#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let output = scorescope(arguments);
    let complaint = complaint(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
    let shape = (complaint.lines().count(), complaint.ends_with('\n'), output.stdout.len());
    assert_eq!(shape, (1, true, 0), "{arguments:?}: {complaint}");
    complaint
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).expect("JSON")
}

/// What a link evaluates to.
fn evaluate(query: &str) -> Value {
    json(&["eval", query])
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number: {value}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("a list: {value}"))
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

/// Values of a quantity.
fn values(document: &Value, name: &str) -> Vec<f64> {
    numbers(&document["quantities"][name]["values"])
}

/// Standard errors of a quantity.
fn errors(document: &Value, name: &str) -> Vec<f64> {
    numbers(&document["quantities"][name]["standard_error"])
}

/// A quantity that is one number.
fn scalar(document: &Value, name: &str) -> f64 {
    number(&document["quantities"][name]["values"][0])
}

/// A file that is gone when the test is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("scorescope-{}-{name}", std::process::id())))
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }

    fn read(&self) -> Vec<u8> {
        std::fs::read(&self.0).expect("written")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The file that a figure is drawn into.
fn drawn(query: &str, name: &str, options: &[&str]) -> Vec<u8> {
    let file = Scratch::new(name);
    assert_eq!(printed(&[&["render", query, "-o", file.path()], options].concat()), "");
    file.read()
}

/// A figure as SVG.
fn svg(query: &str, name: &str, options: &[&str]) -> String {
    let svg = String::from_utf8(drawn(query, name, options)).expect("UTF-8");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{query} {options:?}");
    svg
}

/// A file of `oracle/`.
fn oracle_file(name: &str) -> Value {
    let path = format!("{}/tests/oracle/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON")
}

/// Numbers as a link holds them.
fn joined(numbers: &[f64], between: &str) -> String {
    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(between)
}

/// A case of `oracle/`, its mixture as `mix=` and its points as `--at`.
struct Oracle {
    json: Value,
    mix: String,
    at: String,
}

fn oracle(name: &str) -> Oracle {
    let json = oracle_file(name);
    let component = |c: &Value| {
        let mut row = vec![number(&c["weight"])];
        row.extend(numbers(&c["mean"]));
        let covariance: Vec<Vec<f64>> = list(&c["cov"]).iter().map(numbers).collect();
        // The upper triangle: the variance, or vxx, vxy, vyy.
        row.extend(covariance.iter().enumerate().flat_map(|(i, r)| r[i..].to_vec()));
        joined(&row, ":")
    };
    let mix = list(&json["components"]).iter().map(component).collect::<Vec<_>>().join("_");
    let at = list(&json["points"]).iter().map(|p| joined(&numbers(p), ":")).collect::<Vec<_>>().join(";");
    Oracle { mix, at, json }
}

/// Within a tolerance, relative to what is expected where that is above 1.
#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(error <= tolerance, "{what}: {found} instead of {expected}, relative error {error:.2e}");
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        near(*found, *expected, tolerance, what);
    }
}
