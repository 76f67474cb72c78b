//! The command line's quantities of the ELBO and the GAN lab against the independent values of `oracle/`,
//! those of the forward lab against closed forms.
//! Needs the feature `cli`.

use serde_json::Value;
use std::process::Command;

fn evaluate(query: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_scorescope"))
        .args(["eval", query])
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{query}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A quantity that is one number.
fn scalar(document: &Value, name: &str) -> f64 {
    document["quantities"][name]["values"][0].as_f64().unwrap_or(f64::NAN)
}

fn oracle(name: &str) -> (Value, String) {
    let path = format!("{}/tests/oracle/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
    let component = |c: &Value| {
        let (mean, covariance) = (&c["mean"], &c["cov"]);
        match mean.as_array().map(Vec::len) {
            Some(1) => format!("{}:{}:{}", c["weight"], mean[0], covariance[0][0]),
            _ => format!(
                "{}:{}:{}:{}:{}:{}",
                c["weight"], mean[0], mean[1], covariance[0][0], covariance[0][1], covariance[1][1]
            ),
        }
    };
    let components = json["components"].as_array().expect("components");
    let mix = components.iter().map(component).collect::<Vec<_>>().join("_");
    (json, mix)
}

#[test]
fn minimisers_of_a_symmetric_pair() {
    for name in ["bimodal-1d", "claw-1d"] {
        let (json, mix) = oracle(name);
        for case in json["minimisers_symmetric_pair"].as_array().expect("cases") {
            let (schedule, steps) = (case["schedule"].as_str().expect("a name"), &case["steps"]);
            for variance in ["beta", "beta-over-alpha"] {
                let found = evaluate(&format!(
                    "lab=elbo&target=custom&mix={mix}&schedule={schedule}&steps={steps}&variance={variance}"
                ));
                let elbo = format!("elbo_{}", variance.replace('-', "_"));
                for (quantity, key) in [
                    ("argmin_nll", "nll"),
                    ("argmin_formula", "formula"),
                    ("argmin_elbo", elbo.as_str()),
                    ("argmin_simple", "simple"),
                ] {
                    let (found, expected) = (scalar(&found, quantity), case[key].as_f64().expect("a number"));
                    assert!(
                        (found - expected).abs() < 1e-6,
                        "{name} {schedule} {steps} {key}: {found} {expected}"
                    );
                }
            }
        }
    }
}

/// To 1e-6, but for the plane at `λ = 1` and 2, where the oracle's grid is itself off: its total variation
/// by 2e-6 and 8e-6, its entropy at 2 by 1.3e-6 (found on grids of 2001 x 2001 points).
#[test]
fn equilibria_with_the_regulariser() {
    for name in ["bimodal-1d", "claw-1d", "three-2d"] {
        let (json, mix) = oracle(name);
        for case in json["gan"].as_array().expect("cases") {
            let lambda = case["lam"].as_f64().expect("a number");
            let found = evaluate(&format!("lab=gan&target=custom&mix={mix}&lambda={lambda}"));
            for (quantity, key) in [
                ("log_c", "log_c"),
                ("kl", "kl_g_data"),
                ("js", "js"),
                ("tv", "tv"),
                ("entropy_g", "entropy_g"),
            ] {
                let (found, expected) = (scalar(&found, quantity), case[key].as_f64().expect("a number"));
                let coarse = name == "three-2d" && lambda >= 1.0;
                let tolerance = match quantity {
                    "tv" if coarse => 1e-5,
                    "entropy_g" if coarse => 3e-6,
                    _ => 1e-6,
                };
                let error = (found - expected).abs() / expected.abs().max(1.0);
                assert!(error < tolerance, "{name} {lambda} {key}: {found} {expected}");
            }
        }
    }
}

fn list(document: &Value, name: &str) -> Vec<f64> {
    let values = document["quantities"][name]["values"].as_array().expect("a list");
    values.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

/// One Gaussian `N(1, 1/4)`: times, `KL(N(m, v) || N(0, 1)) = (v + m² - 1 - log v)/2`, and samplers of
/// first and second order. Between steps of the schedule `λ` is linear.
#[test]
fn the_forward_process_of_a_gaussian() {
    let query = "lab=forward&target=custom&mix=1:1:0.25&schedule=log-snr&process=heun&time=0";
    let found = evaluate(query);
    let lambda = |index: f64| -9.0 + 18.0 * (index - 1.0) / 99.0;
    for (level, (value, abar)) in list(&found, "lambda").iter().zip(list(&found, "abar")).enumerate() {
        assert!((value - lambda(level as f64 + 1.0)).abs() < 1e-9);
        assert!((abar * (1.0 + value.exp()) - 1.0).abs() < 1e-12);
    }
    let (indices, divergences) = (list(&found, "index"), list(&found, "kl_to_normal"));
    assert_eq!(indices.len(), 161);
    for (index, divergence) in indices.iter().zip(divergences).filter(|(index, _)| **index >= 1.0) {
        let signal = 1.0 / (1.0 + lambda(*index).exp());
        let variance = 0.25 * signal + 1.0 - signal;
        let exact = 0.5 * (variance + signal - 1.0 - variance.ln());
        assert!((divergence - exact).abs() < 1e-9, "{index}: {divergence} {exact}");
    }
    let (distance, floor) = (scalar(&found, "distance"), scalar(&found, "noise_floor"));
    assert!(distance < 3.0 * floor && floor > 0.0, "{distance} {floor}");
    let orders = list(&found, "sampler_order");
    for (order, expected) in orders.iter().zip([1.0, 1.0, 1.0, 1.0, 2.0]) {
        assert!((order - expected).abs() < 0.2, "{orders:?}");
    }
    assert_eq!(found["quantities"]["sampler_distance"]["shape"], serde_json::json!([5, 7]));
    for figure in ["main", "schedule", "samplers"] {
        let file = std::env::temp_dir().join(format!("scorescope-{}-{figure}.svg", std::process::id()));
        let path = file.to_str().expect("UTF-8");
        let program = Command::new(env!("CARGO_BIN_EXE_scorescope"))
            .args(["render", query, "--figure", figure, "-o", path])
            .status();
        assert!(program.expect("the program starts").success());
        let svg = std::fs::read_to_string(&file).expect("written");
        std::fs::remove_file(&file).expect("removed");
        assert!(svg.contains("</svg>") && svg.len() > 4000, "{figure}");
    }
}

/// The digits' log-densities, their split and their bandwidth against scikit-learn's, and the formula against
/// them.
#[test]
fn log_densities_of_digits() {
    let path = format!("{}/tests/oracle/digits.json", env!("CARGO_MANIFEST_DIR"));
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
    let found = evaluate("target=digits&images=10&estimator=stein-qmc&draws=32");
    let list = |value: &Value| -> Vec<f64> {
        value.as_array().expect("a list").iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
    };
    let quantity = |name: &str| list(&found["quantities"][name]["values"]);
    assert_eq!(quantity("label"), list(&json["labels"]));
    assert_eq!(scalar(&found, "bandwidth"), json["bandwidth"].as_f64().expect("a number"));
    let mean = json["mean_leave_one_out"].as_f64().expect("a number");
    assert!((scalar(&found, "mean_leave_one_out") - mean).abs() < 1e-9);
    let (exact, formula) = (quantity("log_density_exact"), quantity("log_density_formula"));
    let errors = list(&found["quantities"]["log_density_formula"]["standard_error"]);
    for (i, expected) in list(&json["log_density"]).into_iter().enumerate() {
        assert!((exact[i] - expected).abs() < 1e-9, "{i}: {} {expected}", exact[i]);
        // Eight scramblings give the standard error: Student's t with seven degrees of freedom.
        let z = (formula[i] - expected) / errors[i];
        assert!(z.abs() < 5.0 && errors[i] < 2.0, "{i}: {} {expected} ± {}", formula[i], errors[i]);
    }
}

/// Bayes' labels of the digits held out are scikit-learn's, and those of the formula's weights are nearly them.
#[test]
fn labels_of_digits() {
    let path = format!("{}/tests/oracle/digits.json", env!("CARGO_MANIFEST_DIR"));
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
    let numbers = |value: &Value| -> Vec<i64> {
        value.as_array().expect("a list").iter().map(|v| v.as_f64().unwrap_or(f64::NAN) as i64).collect()
    };
    let found = evaluate("lab=classifier&target=digits&draws=32");
    assert_eq!(numbers(&found["quantities"]["labels_bayes"]["values"]), numbers(&json["bayes_labels"]));
    let accuracy = json["bayes_accuracy"].as_f64().expect("a number");
    assert_eq!(scalar(&found, "accuracy_bayes"), accuracy);
    assert!((0.96..=1.0).contains(&scalar(&found, "accuracy")));
    assert!((0.96..=1.0).contains(&scalar(&found, "agreement")));
    let few = &found["quantities"]["accuracy_drawn"]["values"];
    assert!(few[0].as_f64() < few[5].as_f64(), "more draws are better: {few}");
    let again = evaluate("lab=classifier&target=digits&draws=32");
    assert_eq!(again, found);
}

/// A data set of three columns is drawn by its points, and the formula agrees with its estimate.
#[test]
fn a_data_set_of_three_columns() {
    let found = evaluate("target=points&pts=0:0:0_1:2:0.5_-1:0.3:2_0.2:0.1:-1&images=12&draws=256");
    let list = |name: &str, field: &str| -> Vec<f64> {
        let values = found["quantities"][name][field].as_array().expect("a list");
        values.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
    };
    let exact = list("log_density_exact", "values");
    let (formula, errors) =
        (list("log_density_formula", "values"), list("log_density_formula", "standard_error"));
    assert_eq!(exact.len(), 12);
    for ((exact, formula), error) in exact.iter().zip(&formula).zip(&errors) {
        assert!((formula - exact).abs() < 5.0 * error, "{exact} {formula} ± {error}");
    }
    assert!(found["quantities"]["label"].is_null());
}
