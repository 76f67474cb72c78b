//! Trainings on the command line. `scorescope train`: the JSON of one seed and of several, the table, and what it says when training
//! cannot go on. `scorescope render`: figures of the state that a link shows.

use super::{json, printed, refused, scalar, svg, values};

const SMALL: &str = "lab=gan&target=gaussian2&train=8&units=8&layers=1";

/// Seeds are the first axis, each with the numbers that it has by itself, on any number of threads.
#[test]
fn several_seeds_are_those_one_by_one() {
    let both = json(&["train", SMALL, "--seeds", "2", "--threads", "2"]);
    assert_eq!(both["version"], 1);
    assert_eq!(both["query"], format!("v=1&{SMALL}"));
    assert_eq!(values(&both, "seeds"), [1.0, 2.0]);
    assert_eq!(both["quantities"]["js_plain"]["shape"], serde_json::json!([2]));
    let second = json(&["train", &format!("{SMALL}&seed=2")]);
    for name in ["js_plain", "js_regularised", "cross_entropy_regularised", "outside_plain"] {
        assert_eq!(values(&both, name)[1], scalar(&second, name), "{name}");
    }
    assert_ne!(values(&both, "js_plain")[0], values(&both, "js_plain")[1]);
    assert_eq!(scalar(&both, "js_predicted"), scalar(&second, "js_predicted"));
}

#[test]
fn a_table_has_means_and_spreads() {
    let table = printed(&["train", SMALL, "--seeds", "2", "--format", "table"]);
    let document = json(&["train", SMALL, "--seeds", "2"]);
    let [first, second] = values(&document, "js_plain")[..] else { panic!("two seeds") };
    let row = table.lines().find(|line| line.starts_with("| js_plain ")).expect("a row");
    let cells: Vec<f64> = row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    assert!((cells[0] - 0.5 * (first + second)).abs() < 1e-4, "{row}");
    assert!((cells[1] - (first - second).abs() / 2f64.sqrt()).abs() < 1e-4, "{row}");
}

/// Divergence is one line too, which says what may help.
#[test]
fn what_cannot_be_trained_is_refused() {
    let words = refused(&["train", "lab=learned&target=ring8&rate=10&optimiser=momentum&train=200&units=16"]);
    assert!(words.contains("learning rate"), "{words}");
    for arguments in [
        &["train", "lab=nothing"][..],
        &["train", "lab=learned&rate=quick"],
        &["train"],
        &["train", SMALL, "--format", "yaml"],
    ] {
        assert!(refused(arguments).starts_with("scorescope: "));
    }
}

/// A figure is of the networks after `at` steps, and says what the study finds after as many.
#[test]
fn figures_are_of_the_state_that_the_link_shows() {
    let query = format!("{SMALL}&at=8");
    let found = scalar(&json(&["train", SMALL]), "js_regularised");
    for figure in ["training", "progress"] {
        let drawn = svg(&query, &format!("gan-{figure}.svg"), &["--figure", figure]);
        assert!(
            drawn.contains(&format!("{found:.4}")) && drawn.contains(" 8 steps") | drawn.contains("step 8"),
            "{figure}"
        );
    }
    assert!(
        refused(&["render", SMALL, "-o", "never.svg", "--figure", "losses"]).contains("training or progress")
    );
    assert!(
        refused(&["render", &format!("{SMALL}&at=8&rate=10"), "-o", "never.svg", "--figure", "training"])
            .contains("learning rate")
    );
}
