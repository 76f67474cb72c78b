//! Sample figures of every kind, rendered to SVG files under the target directory and checked.
//!
//! To look at them: `$CARGO_TARGET_DIR/gallery/*.svg` (heat maps need feature `cli`). The numbers are made up here and
//! prove nothing about diffusion models.

use std::sync::Arc;

use super::*;
use crate::plot::contour::levels_below;
use crate::plot::scene::{Anchor, Mark, Scene};

fn grid_of(n: usize, reach: f64, f: impl Fn(f64, f64) -> f64) -> Arc<Grid> {
    let at = |i: usize| -reach + 2.0 * reach * i as f64 / (n - 1) as f64;
    let values = (0..n * n).map(|k| f(at(k % n), at(k / n))).collect();
    Arc::new(Grid { nx: n, ny: n, x: (-reach, reach), y: (-reach, reach), values })
}

fn curve(from: f64, to: f64, n: usize, f: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    (0..n).map(|i| from + (to - from) * i as f64 / (n - 1) as f64).map(|x| (x, f(x))).collect()
}

fn bimodal(x: f64) -> f64 {
    let part = |w: f64, m: f64, v: f64| {
        w / (std::f64::consts::TAU * v).sqrt() * (-(x - m) * (x - m) / (2.0 * v)).exp()
    };
    (part(0.3, -2.0, 0.25) + part(0.7, 1.5, 0.64)).ln()
}

fn ring(x: f64, y: f64) -> f64 {
    let parts = (0..8).map(|k| {
        let a = std::f64::consts::TAU * f64::from(k) / 8.0;
        (-((x - 3.0 * a.cos()).powi(2) + (y - 3.0 * a.sin()).powi(2)) / 0.08).exp()
    });
    (parts.sum::<f64>() / (8.0 * std::f64::consts::TAU * 0.04)).max(1e-300).ln()
}

fn wobble(x: f64) -> f64 {
    0.05 * (3.1 * x).sin() + 0.03 * (11.7 * x + 1.0).sin() + 0.004 * x * x
}

fn density_1d() -> Figure {
    let formula = curve(-5.0, 5.0, 400, |x| bimodal(x) + wobble(x));
    let x: Vec<f64> = formula.iter().map(|p| p.0).collect();
    let error = curve(-5.0, 5.0, 400, wobble);
    let band =
        |c: &[(f64, f64)], s: f64| c.iter().map(|p| p.1 + s * (0.08 + 0.01 * p.0 * p.0)).collect::<Vec<_>>();
    let (lo, hi) = (band(&formula, -1.0), band(&formula, 1.0));
    let (elo, ehi) = (band(&error, -1.0), band(&error, 1.0));
    let ode = curve(-5.0, 5.0, 400, |x| bimodal(x) - 0.12 + 0.05 * x.cos());
    let elbo = curve(-5.0, 5.0, 400, |x| bimodal(x) - 0.45 - 0.1 * (x * 0.8).sin().powi(2));
    let top = Panel::new(
        Axis::linear("", (-5.0, 5.0)).unlabelled(),
        Axis::linear("log-density (nats)", (-12.0, 0.5)),
    )
    .layer(Layer::Band { x: x.clone(), lo, hi, role: Role::Formula })
    .layer(Layer::line(elbo, Role::Elbo).labelled("ELBO"))
    .layer(Layer::line(ode, Role::Ode).dashed(Dash::Dashed).labelled("ODE"))
    .layer(Layer::line(curve(-5.0, 5.0, 400, bimodal), Role::Exact).labelled("exact"))
    .layer(Layer::line(formula, Role::Formula).labelled("formula ± 95 %"))
    .layer(Layer::VLine { x: 0.4, role: Role::Accent, dash: Dash::Dotted, label: None })
    .layer(Layer::Marker { x: 0.4, y: bimodal(0.4), role: Role::Accent });
    let bottom = Panel::new(Axis::linear("x", (-5.0, 5.0)), Axis::linear("error (nats)", (-0.5, 0.5)))
        .layer(Layer::HLine { y: 0.0, role: Role::Muted, dash: Dash::Solid, label: None })
        .layer(Layer::Band { x, lo: elo, hi: ehi, role: Role::Formula })
        .layer(Layer::line(error, Role::Formula))
        .layer(Layer::line(curve(-5.0, 5.0, 400, |x| -0.12 + 0.05 * x.cos()), Role::Ode).dashed(Dash::Dashed))
        .layer(Layer::VLine { x: 0.4, role: Role::Accent, dash: Dash::Dotted, label: None });
    Figure {
        summary: "Exact log-density of a bimodal mixture, the formula's estimate, ODE and ELBO. The error is below.".into(),
        rows: vec![Row::new(vec![top]).weight(2.2), Row::new(vec![bottom])],
    }
}

fn heat_maps(narrow: bool) -> Figure {
    let exact = grid_of(129, 4.0, ring);
    let formula = grid_of(129, 4.0, |x, y| ring(x, y) + 0.4 * wobble(x + 2.0 * y));
    let error =
        grid_of(129, 4.0, |x, y| if ring(x, y) < -60.0 { f64::NAN } else { 0.6 * wobble(x + 2.0 * y) });
    let scale = ColourScale::sequential((-25.0, 0.0));
    let signed = ColourScale::diverging(0.1);
    let axis = |l: &str| Axis::linear(l, (-4.0, 4.0));
    let levels = levels_below(-1.0, 20.0, 5);
    let map = |title: &str, grid: &Arc<Grid>, y: Axis| {
        Panel::new(axis("x₁"), y)
            .title(title)
            .equal()
            .layer(Layer::raster(grid.clone(), scale))
            .layer(Layer::Contours { grid: grid.clone(), levels: levels.clone(), role: None })
            .layer(Layer::Marker { x: 1.4, y: -2.1, role: Role::Accent })
    };
    let first = map("exact", &exact, axis("x₂"));
    let second = map("formula", &formula, axis("x₂").unlabelled());
    let third = |y: Axis| {
        Panel::new(axis("x₁"), y)
            .title("error")
            .equal()
            .layer(Layer::raster(error.clone(), signed))
            .layer(Layer::Contours { grid: exact.clone(), levels: levels.clone(), role: None })
            .layer(Layer::Marker { x: 1.4, y: -2.1, role: Role::Accent })
    };
    let density_bar = ColourBar { label: "log-density (nats)".into(), scale };
    let error_bar = ColourBar { label: "error (nats)".into(), scale: signed };
    let rows = if narrow {
        vec![
            Row::new(vec![first, second]),
            Row::new(vec![third(axis("x₂"))]).bar(density_bar, 1, 2).bar(error_bar, 1, 2),
        ]
    } else {
        vec![
            Row::new(vec![first, second, third(axis("x₂").unlabelled())])
                .bar(density_bar, 0, 2)
                .bar(error_bar, 2, 3),
        ]
    };
    Figure { summary: "Log-density of a ring of eight: exact, by the formula, and the error.".into(), rows }
}

fn integrand() -> Figure {
    let f = |l: f64| 1.2 * (-(l - 1.0) * (l - 1.0) / 6.0).exp() - 0.4 * (-(l + 4.0).powi(2) / 3.0).exp();
    let times =
        [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999].map(|t: f64| (((1.0 - t) / t).ln(), format!("{t}")));
    let points = curve(-9.0, 9.0, 25, f);
    let bars = points.iter().map(|p| (p.1 - 0.12, p.1 + 0.12)).collect();
    let top = Panel::new(
        Axis::linear("", (-9.0, 9.0)).unlabelled().secondary("t", times.to_vec()),
        Axis::linear("integrand D (nats per unit of λ)", (-0.6, 1.5)),
    )
    .title("At the probe x = 0.40")
    .layer(Layer::Span { from: -2.0, to: 3.0, role: Role::Accent })
    .layer(Layer::HLine { y: 0.0, role: Role::Muted, dash: Dash::Solid, label: None })
    .layer(Layer::line(curve(-9.0, 9.0, 300, f), Role::Exact).labelled("exact"))
    .layer(Layer::Points {
        points,
        error_bars: Some(bars),
        role: Role::Formula,
        radius: 3.0,
        label: Some("32 draws".into()),
    });
    let running = |l: f64| -6.0 + 4.4 / (1.0 + (-0.9 * (l - 0.8)).exp());
    let bottom = Panel::new(
        Axis::linear("λ = log-SNR", (-9.0, 9.0)),
        Axis::linear("running integral (nats)", (-6.5, -1.0)),
    )
    .layer(Layer::Span { from: -2.0, to: 3.0, role: Role::Accent })
    .layer(Layer::HLine {
        y: -1.6, role: Role::Exact, dash: Dash::Dashed, label: Some("log ρ₀(x)".into())
    })
    .layer(Layer::line(curve(-9.0, 9.0, 200, running), Role::Formula).labelled("formula"))
    .layer(Layer::Text { x: 0.8, y: -3.8, text: "half of it within one nat".into(), role: Role::Muted });
    Figure {
        summary: "The integrand at the probe over log-SNR, and its running integral.".into(),
        rows: vec![Row::new(vec![top]).weight(1.3), Row::new(vec![bottom])],
    }
}

fn convergence() -> Figure {
    let decay =
        |c: f64, p: f64| (0..12).map(|i| 2f64.powi(i + 2)).map(|n| (n, c * n.powf(p))).collect::<Vec<_>>();
    let panel = Panel::new(
        Axis::log("draws", (3.0, 12_000.0)),
        Axis::log("root mean square error (nats)", (1e-6, 3.0)),
    )
    .layer(Layer::line(decay(1.1, -0.5), Role::Formula).labelled("Monte Carlo, slope −0.50"))
    .layer(Layer::points(decay(1.1, -0.5), Role::Formula))
    .layer(Layer::line(decay(0.9, -0.49), Role::Uniform).labelled("antithetic, slope −0.49"))
    .layer(Layer::line(decay(1.2, -1.04), Role::Data).labelled("quasi-Monte Carlo, slope −1.04"))
    .layer(Layer::points(decay(1.2, -1.04), Role::Data))
    .layer(Layer::line(decay(2.0, -1.9), Role::Elbo).dashed(Dash::Dashed).labelled("slope −2"))
    .layer(Layer::HLine {
        y: 5e-3,
        role: Role::Muted,
        dash: Dash::Dotted,
        label: Some("discretisation, T = 64".into()),
    });
    Figure { summary: "Error against draws.".into(), rows: vec![Row::new(vec![panel])] }
}

/// Name, figure, width and height (the preferred one if 0).
fn samples() -> Vec<(&'static str, Figure, u32, u32)> {
    vec![
        ("density-1d", density_1d(), 960, 560),
        ("density-1d-phone", density_1d(), 343, 460),
        ("maps", heat_maps(false), 960, 0),
        ("maps-phone", heat_maps(true), 343, 0),
        ("integrand", integrand(), 760, 520),
        ("integrand-phone", integrand(), 343, 460),
        ("convergence", convergence(), 720, 420),
        ("convergence-phone", convergence(), 343, 360),
    ]
}

fn size(figure: &Figure, (w, h): (u32, u32)) -> (u32, u32) {
    (w, if h == 0 { preferred_height(figure, f64::from(w)) as u32 } else { h })
}

#[test]
fn gallery() {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = std::path::Path::new(&target).join("gallery");
    std::fs::create_dir_all(&folder).expect("valid");
    for (name, figure, w, h) in samples() {
        for (theme, suffix) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            let (w, h) = size(&figure, (w, h));
            let style = Style::new(theme, 2.0);
            let svg = to_svg(&figure, &style, w, h).expect("valid");
            assert_eq!(svg, to_svg(&figure, &style, w, h).expect("valid"), "{name} is not deterministic");
            let rasters: usize = figure
                .rows
                .iter()
                .map(|r| r.bars.len() + r.panels.iter().filter(|p| p.has_raster()).count())
                .sum();
            let images = svg.matches(if cfg!(feature = "cli") { "<image" } else { "left out" }).count();
            assert_eq!(images, rasters, "{name}");
            let vectors = svg.lines().filter(|l| !l.starts_with("<image"));
            assert!(vectors.into_iter().all(|l| !l.contains("NaN") && !l.contains("=\"inf")), "{name}");
            assert!(svg.contains(&format!("viewBox=\"0 0 {w} {h}\"")) && svg.contains("role=\"img\""));
            std::fs::write(folder.join(format!("{name}-{suffix}.svg")), svg).expect("valid");
        }
    }
}

/// The boxes of all words of a scene: left, top, right, bottom.
fn word_boxes(scene: &Scene) -> Vec<(String, [f64; 4])> {
    let boxes = scene.marks.iter().filter_map(|mark| {
        let Mark::Text { at, text, size, anchor, bold, .. } = mark else {
            return None;
        };
        let w = text::width(text, *size, *bold);
        let left = match anchor {
            Anchor::Start => at.0,
            Anchor::Middle => at.0 - w / 2.0,
            Anchor::End => at.0 - w,
        };
        Some((text.clone(), [left, at.1 - size * 0.5, left + w, at.1 + size * 0.5]))
    });
    boxes.collect()
}

#[test]
fn words_are_inside_and_apart() {
    for (name, figure, w, h) in samples() {
        let (w, h) = size(&figure, (w, h));
        let place = layout(&figure, f64::from(w), f64::from(h));
        let scene = Scene::new(&figure, &place, Theme::Light, 1.0);
        let boxes = word_boxes(&scene);
        assert!(boxes.len() > 10, "{name}");
        for (i, (words, a)) in boxes.iter().enumerate() {
            let inside = a[0] >= 0.0 && a[1] >= 0.0 && a[2] <= f64::from(w) && a[3] <= f64::from(h);
            assert!(inside, "{name}: {words:?} sticks out: {a:?} of {w} x {h}");
            for (other, b) in &boxes[i + 1..] {
                let overlap = a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
                assert!(!overlap, "{name}: {words:?} {a:?} covers {other:?} {b:?}");
            }
        }
    }
}

#[test]
#[ignore = "prints times; run with --nocapture"]
fn times() {
    for (name, figure, w, h) in samples() {
        let (w, h) = size(&figure, (w, h));
        let start = std::time::Instant::now();
        let place = layout(&figure, f64::from(w), f64::from(h));
        let middle = start.elapsed();
        let scene = Scene::new(&figure, &place, Theme::Light, 2.0);
        let scene_time = start.elapsed() - middle;
        let start = std::time::Instant::now();
        let lines: usize = figure
            .rows
            .iter()
            .flat_map(|r| &r.panels)
            .flat_map(|p| &p.layers)
            .map(|l| {
                if let Layer::Contours { grid, levels, .. } = l {
                    contour::iso_lines(grid, levels).len()
                } else {
                    0
                }
            })
            .sum();
        println!("{name}: {lines} contours {:?}", start.elapsed());
        println!("{name}: layout {middle:?}, scene {scene_time:?}, {} marks", scene.marks.len());
    }
}
