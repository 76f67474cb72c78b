//! `--data FILE` of the command line: files of points, right and wrong, against independent estimates.

use super::{Scratch, joined, json, list, numbers, oracle_file, refused, values};

/// Kernel density estimates of files and of links against SciPy's and scikit-learn's (`oracle/kde.json`
/// says how they were made). The rows have two decimals, which a link holds exactly.
#[test]
fn data_files_agree_with_the_independent_estimates() {
    for (i, case) in list(&oracle_file("kde")["cases"]).iter().enumerate() {
        let rows = |key: &str, between: &str, end: &str| -> String {
            list(&case[key]).iter().map(|row| joined(&numbers(row), between)).collect::<Vec<_>>().join(end)
        };
        let file = Scratch::new(&format!("kde-{i}.csv"));
        let header = if i % 2 == 0 { "# points\nx;y\n" } else { "" };
        std::fs::write(&file.0, format!("{header}{}\r\n", rows("rows", ";", "\r\n"))).expect("written");
        let bandwidth = case["bandwidth"].as_str().expect("a bandwidth");
        let (query, at) = (format!("bandwidth={bandwidth}"), rows("at", ":", ";"));
        let from_file = json(&["eval", &query, "--data", file.path(), "--at", &at]);
        let packed = from_file["query"].as_str().expect("a query").to_owned();
        assert!(packed.contains("pts=~"), "{packed}");
        let written = format!("target=points&pts={}&{query}", rows("rows", ":", "_"));
        for document in
            [from_file, json(&["eval", &packed, "--at", &at]), json(&["eval", &written, "--at", &at])]
        {
            let exact = values(&document, "log_density_exact");
            let expected = numbers(&case["log_density"]);
            assert_eq!(exact.len(), expected.len());
            for (ours, theirs) in exact.iter().zip(&expected) {
                assert!((ours - theirs).abs() < 1e-6, "{}: {ours} and {theirs}", case["name"]);
            }
            assert_eq!(document["notices"], serde_json::json!([]));
        }
    }
}

#[test]
fn data_files_that_are_none_get_status_2_and_one_line() {
    let file = Scratch::new("garbage.csv");
    for (text, arguments, words) in [
        ("x,y\n1,2\n3,oops\n", &[][..], "line 3, column 2: “oops” is not a number"),
        ("1,2\n3\n", &[], "line 2, column 2: the row has 1 number"),
        ("", &[], "there are no numbers in it"),
        ("1\n2\n", &["target=ring8"], "--data goes with target=points"),
        ("1\n2\n", &["pts=3_4"], "“pts” was given before"),
        ("1\n2\n", &["bandwidth=wide"], "a bandwidth is"),
    ] {
        std::fs::write(&file.0, text).expect("written");
        for command in [&["eval"][..], &["render", "-o", "/nowhere/figure.svg"]] {
            let call = [command, arguments, &["--data", file.path()]].concat();
            let complaint = refused(&call);
            assert!(complaint.contains(words), "{call:?}: {complaint}");
        }
    }
    refused(&["eval", "--data", "/no/such/file.csv"]);
}

/// More rows than are kept: the notice says so, and the density is that of the file.
#[test]
fn a_large_file_is_sampled() {
    let file = Scratch::new("large.csv");
    let text: String = (0..20_000).map(|i| format!("{}\n", f64::from(i % 1000) / 100.0)).collect();
    std::fs::write(&file.0, text).expect("written");
    let document = json(&["eval", "bandwidth=0.5", "--data", file.path(), "--at", "5"]);
    let notices = document["notices"].to_string();
    assert!(notices.contains("20,000 rows, 1 column; 4,096 of them kept, chosen evenly"), "{notices}");
    // Uniform on 0 … 10, and 5 is ten bandwidths from the ends: density 1/10, with a standard error of
    // √(1/(2√π h n) · 10 - 1/n) of it.
    let n = 4096f64;
    let error = (10.0 / (2.0 * std::f64::consts::PI.sqrt() * 0.5 * n) - 1.0 / n).sqrt();
    let log_density = values(&document, "log_density_exact")[0];
    assert!((log_density - 0.1f64.ln()).abs() < 4.0 * error, "{log_density}, standard error {error}");
}
