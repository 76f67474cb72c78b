//! The diffusion-loss lab on the command line: quantities by their contract names, figures by name,
//! and refusals.

use super::{json, refused, svg, values};
use serde_json::json;

const LAB: &str = "?v=1&lab=diffusion-loss";

#[test]
fn the_loss_at_given_points() {
    let query = format!("{LAB}&target=three&weights=formula");
    let found = json(&["eval", &query, "--at", "0.4:1;0.4:-1.2;-1:0"]);
    assert_eq!(found["notices"], json!([]));
    let (exact, loss) = (values(&found, "minus_log_density"), values(&found, "loss"));
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
    refused(&["eval", &format!("{LAB}&target=three"), "--at", "1"]);
    refused(&["render", LAB, "-o", "never.svg", "--figure", "chain"]);
}

#[test]
fn every_figure_is_drawn() {
    let query = format!("{LAB}&target=three&weights=min-snr");
    for figure in ["main", "minimisers", "chain", "weights"] {
        svg(&query, &format!("diffusion-loss-{figure}.svg"), &["--figure", figure]);
    }
    let query = format!("{query}&units=8&layers=1&batch=16&at=5");
    let heads = svg(&query, "diffusion-loss-heads.svg", &["--figure", "heads"]);
    assert!(heads.contains("After 5 steps: formula"), "no numbers");
}
