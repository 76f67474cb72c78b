//! The command line as a program: the JSON that others read, its agreement with the independent
//! values of `oracle/`, pictures, and one line with status 2 for a call that cannot be carried
//! out.

use super::{
    Oracle, Scratch, close, complaint, drawn, errors, json, list, number, numbers, oracle, printed, refused,
    scorescope, svg, values,
};
use serde_json::Value;

/// The first `discrete` case with a schedule, which says its number of steps as well.
fn discrete<'a>(o: &'a Oracle, schedule: &str) -> &'a Value {
    list(&o.json["discrete"]).iter().find(|c| c["schedule"] == schedule).expect("the schedule")
}

#[test]
fn json_has_the_shape_and_the_names_of_the_contract() {
    let document = json(&["eval", "?target=three&seed=7&draws=16&colour=red", "--at", "0:0;1:-1;0.5:2"]);
    let keys: Vec<&str> = document.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["backend", "notices", "quantities", "query", "version"]);
    assert_eq!(document["version"], 1);
    assert_eq!(document["query"], "v=1&lab=density&target=three&seed=7&draws=16");
    assert_eq!(
        document["notices"],
        serde_json::json!(["“colour=red” was ignored: this page has no such setting."])
    );
    assert!(document["backend"].as_str().is_some_and(|b| !b.is_empty()));
    let names = [
        "points",
        "log_density_exact",
        "log_density_formula",
        "log_density_ode",
        "log_density_elbo",
        "integrand_t",
        "integrand",
    ];
    let quantities = document["quantities"].as_object().expect("an object");
    assert_eq!(quantities.len(), names.len());
    for name in names {
        let quantity = &quantities[name];
        let shape: Vec<usize> = numbers(&quantity["shape"]).iter().map(|n| *n as usize).collect();
        let values = numbers(&quantity["values"]);
        assert_eq!(shape.iter().product::<usize>(), values.len(), "{name}");
        assert!(quantity["unit"].is_string(), "{name}");
        let errors = quantity.get("standard_error").map(numbers);
        assert_eq!(errors.is_some(), ["log_density_formula", "integrand"].contains(&name), "{name}");
        assert!(errors.is_none_or(|e| e.len() == values.len() && e.iter().all(|e| *e >= 0.0)), "{name}");
        let times = quantities["integrand_t"]["values"].as_array().expect("a list").len();
        let expected = match name {
            "points" => vec![3, 2],
            "integrand_t" => vec![times],
            "integrand" => vec![3, times],
            _ => vec![3],
        };
        assert_eq!(shape, expected, "{name}");
    }
    assert_eq!(numbers(&quantities["points"]["values"]), [0.0, 0.0, 1.0, -1.0, 0.5, 2.0]);
    assert!(
        numbers(&quantities["integrand_t"]["values"])
            .windows(2)
            .all(|t| 0.0 < t[0] && t[0] < t[1] && t[1] < 1.0)
    );
}

#[test]
fn without_points_the_figure_is_evaluated() {
    let line = json(&["eval", "draws=2"]);
    assert_eq!(line["query"], "v=1&lab=density&draws=2");
    let x = values(&line, "points");
    assert!(x.len() > 100 && x.windows(2).all(|w| w[0] < w[1]));
    // The figure holds nearly all of the mass: the trapezoidal rule over it gives one.
    let mass: f64 = values(&line, "log_density_exact").iter().map(|l| l.exp() * (x[1] - x[0])).sum();
    assert!((mass - 1.0).abs() < 1e-3, "{mass}");
}

#[test]
fn the_formula_by_quadrature_agrees_with_the_oracle() {
    for (name, tolerance) in [("bimodal-1d", 1e-6), ("claw-1d", 1e-6), ("three-2d", 1e-5)] {
        let o = oracle(name);
        let query = format!("target=custom&mix={}&estimator=quadrature&rule=continuous", o.mix);
        let document = json(&["eval", &query, "--at", &o.at]);
        let expected = numbers(&o.json["log_density"]);
        close(&values(&document, "log_density_formula"), &expected, tolerance, name);
        close(&values(&document, "log_density_exact"), &expected, 1e-9, name);
        close(&values(&document, "log_density_ode"), &expected, 1e-6, name);
        assert_eq!(document["notices"], serde_json::json!([]));
        assert_eq!(document["quantities"]["log_density_formula"].get("standard_error"), None);
    }
}

#[test]
fn the_integrand_agrees_with_the_oracle() {
    // The rule's times are its own: between two of them the oracle's values are met by a line.
    let o = oracle("bimodal-1d");
    let query = format!("target=custom&mix={}&estimator=quadrature&rule=continuous", o.mix);
    let document = json(&["eval", &query, "--at", &o.at]);
    let times = values(&document, "integrand_t");
    let integrand = values(&document, "integrand");
    for marginal in list(&o.json["marginals"]) {
        let t = number(&marginal["t"]);
        let lambda = |t: f64| (t / (1.0 - t)).ln();
        let Some(next) = times.iter().position(|s| *s > t) else { continue };
        if next == 0 {
            continue;
        }
        let share = (lambda(t) - lambda(times[next - 1])) / (lambda(times[next]) - lambda(times[next - 1]));
        for (i, expected) in numbers(&marginal["integrand"]).iter().enumerate() {
            // Over λ the integrand is smooth on the scale of the nodes, which are 0.25 apart.
            let at = |k: usize| integrand[i * times.len() + k] * times[k] * (1.0 - times[k]);
            let found = (1.0 - share) * at(next - 1) + share * at(next);
            let wanted = expected * t * (1.0 - t);
            assert!((found - wanted).abs() < 0.01 * wanted.abs().max(1.0), "{t} {i}: {found} {wanted}");
        }
    }
}

#[test]
fn the_discrete_rules_agree_with_the_oracle() {
    for (name, tolerance) in [("bimodal-1d", 1e-6), ("claw-1d", 1e-6), ("three-2d", 1e-5)] {
        let o = oracle(name);
        for (rule, key, schedule) in [
            ("paper", "paper", "li-yan"),
            ("log-snr-left", "log_snr_left", "linear"),
            ("log-snr-trapezoid", "log_snr_trapezoid", "cosine"),
        ] {
            let case = discrete(&o, schedule);
            let steps = &case["steps"];
            let query = format!(
                "target=custom&mix={}&estimator=quadrature&rule={rule}&schedule={schedule}&steps={steps}",
                o.mix
            );
            let document = json(&["eval", &query, "--at", &o.at]);
            close(&values(&document, "log_density_formula"), &numbers(&case[key]), tolerance, rule);
        }
    }
    assert_eq!(discrete(&oracle("claw-1d"), "li-yan")["steps"], 100);
}

#[test]
fn the_elbo_of_each_variance_agrees_with_the_oracle() {
    for (name, tolerance) in [("bimodal-1d", 1e-6), ("three-2d", 1e-5)] {
        let o = oracle(name);
        let cases = list(&o.json["elbo"]);
        assert_eq!(cases.len(), 3);
        for case in cases {
            let (variance, steps) = (case["variance"].as_str().expect("a name"), &case["steps"]);
            assert_eq!((&case["schedule"], steps), (&Value::from("linear"), &Value::from(50)));
            let query = format!("mix={}&schedule=linear&steps={steps}&variance={variance}&draws=1", o.mix);
            let document = json(&["eval", &query, "--at", &o.at]);
            close(&values(&document, "log_density_elbo"), &numbers(&case["value"]), tolerance, variance);
        }
    }
}

#[test]
fn monte_carlo_scatters_about_the_oracle_by_its_standard_error() {
    let o = oracle("bimodal-1d");
    let case = discrete(&o, "li-yan");
    for estimator in ["monte-carlo", "antithetic", "qmc", "stein", "stein-qmc"] {
        let query = format!("mix={}&estimator={estimator}&rule=paper&steps=100&draws=512", o.mix);
        let document = json(&["eval", &query, "--at", &o.at]);
        let found = values(&document, "log_density_formula");
        let errors = errors(&document, "log_density_formula");
        for ((f, e), expected) in found.iter().zip(errors).zip(numbers(&case["paper"])) {
            assert!(e > 0.0 && (f - expected).abs() < 6.0 * e, "{estimator}: {f} ± {e}, {expected}");
        }
    }
}

#[test]
fn the_same_link_prints_the_same_bytes_and_another_seed_others() {
    let call = |seed: &str| {
        printed(&["eval", &format!("seed={seed}&estimator=monte-carlo&draws=8"), "--at", "0;1;2"])
    };
    assert_eq!(call("5"), call("5"));
    let formula = |seed| values(&serde_json::from_str(&call(seed)).expect("JSON"), "log_density_formula");
    assert!(formula("5").iter().zip(formula("6")).all(|(a, b)| *a != b));
}

#[test]
fn csv_holds_the_numbers_of_the_json() {
    let call = ["eval", "target=ring8&draws=16", "--at", "3:0;0:0.5;-1:-2"];
    let document = json(&call);
    let table = printed(&[&call[..], &["--format", "csv"]].concat());
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some(
            "x1,x2,log_density_exact,log_density_formula,log_density_formula_standard_error,log_density_ode,\
             log_density_elbo"
        )
    );
    let rows: Vec<Vec<f64>> =
        lines.map(|l| l.split(',').map(|c| c.parse().expect("a number")).collect()).collect();
    assert_eq!(rows.len(), 3);
    for (i, row) in rows.iter().enumerate() {
        let expected = [
            &values(&document, "points")[2 * i..2 * i + 2],
            &[values(&document, "log_density_exact")[i]],
            &[values(&document, "log_density_formula")[i], errors(&document, "log_density_formula")[i]],
            &[values(&document, "log_density_ode")[i], values(&document, "log_density_elbo")[i]],
        ]
        .concat();
        // serde_json reads numbers to within a unit in the last place.
        close(row, &expected, 1e-15, "CSV");
    }
}

#[test]
fn a_bad_call_gets_status_2_and_one_line() {
    let nowhere = std::env::temp_dir().join("scorescope-no-such-folder").join("a.svg");
    let nowhere = nowhere.to_str().expect("UTF-8");
    let name = Scratch::new("never.gif");
    let calls: &[(&[&str], &str)] = &[
        (&[], "no command"),
        (&["draw"], "unknown command draw"),
        (&["--colour"], "--colour"),
        (&["eval"], "needs a query"),
        (&["eval", "", "extra"], "extra"),
        (&["eval", "draws=many"], "“draws=many”"),
        (&["eval", "estimator=mc"], "known values are monte-carlo"),
        (&["eval", "steps=1&steps=2"], "given before"),
        (&["eval", "mix=1:0:0"], "not positive definite"),
        (&["eval", "mix=1:1e200:1"], "the mean 1e200 lies outside -1e6 … 1e6"),
        (&["eval", "mix=1:0:0:1:2:1"], "not positive definite"),
        (&["eval", "lab=nowhere"], "“lab=nowhere”"),
        (&["eval", "", "--at"], "--at"),
        (&["eval", "", "--at", ""], "--at: the list is empty"),
        (&["eval", "", "--at", "1;two"], "row 2, entry 1: “two” is not a number"),
        (&["eval", "", "--at", "1e400"], "is not a number"),
        (&["eval", "", "--at", "1:2"], "dimension"),
        (&["eval", "target=ring8", "--at", "1:2;3"], "dimension"),
        (&["eval", "", "--format", "xml"], "--format takes json or csv, not xml"),
        (&["render", ""], "-o FILE.svg"),
        (&["render", "", "-o", name.path()], "must end in .svg or .png"),
        (&["render", "", "-o", nowhere], "scorescope-no-such-folder"),
        (
            &["render", "", "-o", "a.svg", "--figure", "all"],
            "--figure takes main, probe or convergence, not all",
        ),
        (&["render", "", "-o", "a.svg", "--theme", "pink"], "--theme takes light or dark, not pink"),
        (&["render", "", "-o", "a.svg", "--width", "wide"], "wide"),
    ];
    for (arguments, words) in calls {
        let complaint = refused(arguments);
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
    }
    assert!(!name.0.exists());
}

#[test]
fn what_is_only_out_of_range_is_computed_and_said() {
    let document = json(&["eval", "draws=0&v=2&mood=good&probe=1e9", "--at", "0"]);
    assert_eq!(document["query"], "v=1&lab=density&draws=1&probe=1000");
    assert_eq!(document["notices"].as_array().map(Vec::len), Some(4));
}

#[test]
fn help_and_version_succeed() {
    assert!(printed(&["--help"]).starts_with("usage: scorescope eval"));
    assert_eq!(printed(&["--version"]), format!("scorescope {}\n", env!("CARGO_PKG_VERSION")));
}

/// Numbers at the edge of what a link can hold give numbers or nulls, never a panic.
#[test]
fn no_mixture_makes_it_panic() {
    for mix in [
        "1:1e150:1",
        "1:0:1e-300",
        "1:0:1e300",
        "1:0:1e-320",
        "1e308:0:1_1e308:1:1",
        "1e-320:0:1",
        "1:1e16:1e-10",
        "1:0:0:1e-8:0:1e8",
        "1:0:0:1:0.999999999999999:1",
    ] {
        let point = if mix.matches(':').count() == 5 { "0:0" } else { "0" };
        for estimator in ["monte-carlo", "stein-qmc", "quadrature"] {
            let output =
                scorescope(&["eval", &format!("mix={mix}&estimator={estimator}&draws=4"), "--at", point]);
            assert!([Some(0), Some(2)].contains(&output.status.code()), "{mix}: {}", complaint(&output));
        }
    }
}

#[test]
fn every_figure_is_drawn_as_svg() {
    for (i, (query, figure)) in [
        ("draws=4", "main"),
        ("target=ring8&estimator=quadrature", "main"),
        ("target=three&draws=2", "main"),
        ("probe=0.3&t1=0.1&t2=0.6&delta=0.2", "probe"),
        ("target=gaussian", "convergence"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("{i}.svg");
        let svg = svg(query, &name, &["--figure", figure, "--width", "800"]);
        assert!(svg.contains("width=\"800"), "{query}");
        assert!(svg.contains("<title") && svg.contains("<text"), "{query}");
        assert!(svg.len() > 5000 && svg.len() < 2_000_000, "{query}: {} bytes", svg.len());
        // Maps are embedded pictures, whose base-64 text may hold any letters.
        let parts = svg.split('"').filter(|part| !part.starts_with("data:"));
        for number in ["NaN", "inf"] {
            assert!(
                parts.clone().all(|part| !part.split([' ', ',', '(']).any(|w| w == number)),
                "{query}: {number}"
            );
        }
    }
}

#[test]
fn pictures_depend_on_the_link_and_the_theme_alone() {
    let draw = |seed: &str, theme: &str, n: usize| {
        let query = format!("estimator=monte-carlo&draws=4&seed={seed}");
        drawn(&query, &format!("same-{n}.svg"), &["--theme", theme])
    };
    let first = draw("1", "light", 0);
    assert_eq!(first, draw("1", "light", 1));
    assert_ne!(first, draw("2", "light", 2));
    assert_ne!(first, draw("1", "dark", 3));
}

/// A PNG by its header and, through the decoder, by its pixels.
#[test]
fn figures_are_drawn_as_png_where_there_are_fonts() {
    let file = Scratch::new("figure.png");
    let output = scorescope(&["render", "draws=4", "-o", file.path(), "--width", "700", "--scale", "1.5"]);
    let complaint = complaint(&output);
    if complaint.contains("no fonts are installed") {
        println!("no fonts are installed: the PNG is not tested");
        return;
    }
    assert_eq!((output.status.code(), complaint.as_str()), (Some(0), ""));
    let bytes = file.read();
    assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("fits")];
    let frame = reader.next_frame(&mut pixels).expect("one frame");
    assert_eq!(frame.width, 1050);
    assert!((400..2000).contains(&frame.height), "{}", frame.height);
    let channels = frame.color_type.samples();
    let mut colours: Vec<&[u8]> = pixels[..frame.buffer_size()].chunks_exact(channels).collect();
    let background = colours[0].to_vec();
    let marked = colours.iter().filter(|c| **c != background).count();
    let share = marked as f64 / colours.len() as f64;
    assert!((0.005..0.6).contains(&share), "{share} of the picture is marked");
    colours.sort_unstable();
    colours.dedup();
    assert!(colours.len() > 20, "{} colours", colours.len());
}

#[test]
fn pictures_speak_the_language_of_the_link_and_numbers_do_not() {
    let japanese = |text: &str| text.chars().filter(|c| ('\u{3040}'..'\u{a000}').contains(c)).count();
    let (picture, numbers) = (Scratch::new("words.svg"), Scratch::new("words.csv"));
    let query = "estimator=quadrature&lang=ja";
    for file in [&picture, &numbers] {
        assert_eq!(printed(&["render", query, "-o", file.path()]), "");
    }
    let read = |file: &Scratch| std::fs::read_to_string(file.path()).expect("the file");
    let (picture, numbers) = (read(&picture), read(&numbers));
    assert!(picture.contains("厳密値") && picture.contains("対数密度 (nats)") && japanese(&picture) > 40);
    assert!(numbers.contains("exact [nats],formula [nats]"), "{}", &numbers[..300]);
    assert_eq!(japanese(&numbers), 0);
    assert_eq!(japanese(&printed(&["eval", "draws=4&lang=ja&nothing=1"])), 0);
}
