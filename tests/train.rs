//! `scorescope train` as a program: the JSON of one seed and of several, the table, and what it says when
//! training cannot go on. Needs the feature `cli`.

use serde_json::Value;
use std::process::{Command, Output};

fn train(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_scorescope");
    Command::new(program).arg("train").args(arguments).output().expect("the program starts")
}

fn printed(arguments: &[&str]) -> String {
    let output = train(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), complaint.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn values(document: &Value, name: &str) -> Vec<f64> {
    let values = document["quantities"][name]["values"].as_array().expect("a list");
    values.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

const SMALL: &str = "lab=gan&target=gaussian2&train=8&units=8&layers=1";

/// Seeds are the first axis, each with the numbers that it has by itself, on any number of threads.
#[test]
fn several_seeds_are_those_one_by_one() {
    let document = |arguments: &[&str]| -> Value { serde_json::from_str(&printed(arguments)).expect("JSON") };
    let both = document(&[SMALL, "--seeds", "2", "--threads", "2"]);
    assert_eq!(both["version"], 1);
    assert_eq!(both["query"], "v=1&lab=gan&target=gaussian2&train=8&units=8&layers=1");
    assert_eq!(values(&both, "seeds"), [1.0, 2.0]);
    assert_eq!(both["quantities"]["js_plain"]["shape"], serde_json::json!([2]));
    let second = document(&[&format!("{SMALL}&seed=2")]);
    for name in ["js_plain", "js_regularised", "cross_entropy_regularised", "outside_plain"] {
        assert_eq!(values(&both, name)[1], values(&second, name)[0], "{name}");
    }
    assert_ne!(values(&both, "js_plain")[0], values(&both, "js_plain")[1]);
    assert_eq!(values(&both, "js_predicted"), values(&second, "js_predicted"));
}

#[test]
fn a_table_has_means_and_spreads() {
    let table = printed(&[SMALL, "--seeds", "2", "--format", "table"]);
    let document: Value = serde_json::from_str(&printed(&[SMALL, "--seeds", "2"])).expect("JSON");
    let [first, second] = values(&document, "js_plain")[..] else { panic!("two seeds") };
    let row = table.lines().find(|line| line.starts_with("| js_plain ")).expect("a row");
    let cells: Vec<f64> = row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    assert!((cells[0] - 0.5 * (first + second)).abs() < 1e-4, "{row}");
    assert!((cells[1] - (first - second).abs() / 2f64.sqrt()).abs() < 1e-4, "{row}");
}

/// A seed that diverges is no number and is explained; where none is left, that is the error.
#[test]
fn divergence_is_one_line() {
    for arguments in [
        &["lab=learned&target=ring8&rate=10&optimiser=momentum&train=200&units=16"][..],
        &["lab=nothing"],
        &["lab=learned&rate=quick"],
        &[],
        &[SMALL, "--format", "yaml"],
    ] {
        let output = train(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
        assert!(complaint.starts_with("scorescope: "), "{complaint}");
    }
}
