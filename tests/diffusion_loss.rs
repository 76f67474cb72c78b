//! The diffusion-loss lab on the command line: quantities by their contract names, figures by name,
//! and refusals.

use serde_json::Value;
use std::process::{Command, Output};

const LAB: &str = "?v=1&lab=diffusion-loss";

fn scorescope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scorescope")).args(arguments).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_loss_at_given_points() {
    let query = format!("{LAB}&target=three&weights=formula");
    let output = scorescope(&["eval", &query, "--at", "0.4:1;0.4:-1.2;-1:0"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["notices"], Value::Array(Vec::new()));
    let quantity = |name: &str| -> Vec<f64> {
        let values = &json["quantities"][name]["values"];
        values.as_array().unwrap_or_else(|| panic!("no {name}")).iter().filter_map(Value::as_f64).collect()
    };
    let (exact, loss) = (quantity("minus_log_density"), quantity("loss"));
    assert_eq!((exact.len(), loss.len()), (3, 3));
    for (loss, exact) in loss.iter().zip(&exact) {
        assert!((loss - exact).abs() < 1e-9, "{loss} {exact}");
    }
    // By hand: p(x₂|x₁) of the three components at (-1, 0), from the joint and the marginal of x₁.
    let joint = |w: f64, m: [f64; 2], [a, b, c]: [f64; 3], x: [f64; 2]| {
        let (u, v) = (x[0] - m[0], x[1] - m[1]);
        let det = a * c - b * b;
        let quadratic = (c * u * u - 2.0 * b * u * v + a * v * v) / det;
        w * (-0.5 * quadratic).exp() / (std::f64::consts::TAU * det.sqrt())
    };
    let first = |w: f64, m: [f64; 2], [a, ..]: [f64; 3], x: [f64; 2]| {
        w * (-0.5 * (x[0] - m[0]).powi(2) / a).exp() / (std::f64::consts::TAU * a).sqrt()
    };
    let parts = [
        (0.2, [-1.0, 0.0], [0.3, 0.1, 0.2]),
        (0.5, [1.0, 1.0], [0.15, 0.0, 0.4]),
        (0.3, [0.5, -1.5], [0.5, -0.2, 0.3]),
    ];
    let x = [-1.0, 0.0];
    let ratio = parts.iter().map(|(w, m, s)| joint(*w, *m, *s, x)).sum::<f64>()
        / parts.iter().map(|(w, m, s)| first(*w, *m, *s, x)).sum::<f64>();
    assert!((exact[2] + ratio.ln()).abs() < 1e-12, "{} {}", exact[2], -ratio.ln());
}

#[test]
fn points_of_the_wrong_dimension_are_refused() {
    let output = scorescope(&["eval", &format!("{LAB}&target=three"), "--at", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr).lines().count(), 1);
    let output = scorescope(&["render", LAB, "-o", "never.svg", "--figure", "chain"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn every_figure_is_drawn() {
    let folder = std::env::temp_dir();
    let query = format!("{LAB}&target=three&weights=min-snr");
    for figure in ["main", "minimisers", "chain", "weights"] {
        let path = folder.join(format!("scorescope-diffusion-loss-{}-{figure}.svg", std::process::id()));
        let file = path.to_str().expect("UTF-8");
        let output = scorescope(&["render", &query, "-o", file, "--figure", figure]);
        assert!(output.status.success(), "{figure}: {}", text(&output.stderr));
        let svg = std::fs::read_to_string(&path).expect("written");
        assert!(svg.contains("<svg") && svg.contains("</svg>"), "{figure}");
        let _ = std::fs::remove_file(&path);
    }
}
