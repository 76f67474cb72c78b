//! Links one by one: what each key does, what bad links get, and the list that opens for ever.

use super::*;

/// What is not in a link is not in its state: no two fields share a key.
#[test]
fn each_key_changes_the_link_alone() {
    for (pair, key) in [
        ("target=ring8", "target"),
        ("schedule=cosine", "schedule"),
        ("steps=9", "steps"),
        ("c0=1", "c0"),
        ("c1=1", "c1"),
        ("seed=9", "seed"),
        ("backend=cpu", "backend"),
        ("theme=dark", "theme"),
        ("lang=ja", "lang"),
        ("embed=1", "embed"),
        ("hide=text", "hide"),
        ("estimator=qmc", "estimator"),
        ("rule=paper", "rule"),
        ("draws=9", "draws"),
        ("t1=0.1", "t1"),
        ("t2=0.9", "t2"),
        ("probe=0.5", "probe"),
        ("delta=0.1", "delta"),
        ("image=7", "image"),
        ("images=20", "images"),
        ("variance=beta", "variance"),
        ("curves=ode", "curves"),
    ] {
        let (state, notices) = opens(pair);
        assert_eq!(state.query(), format!("v=1&lab=density&{pair}"), "{key}");
        assert_eq!(notices, [], "{key}");
    }
}

/// A link, what it opens to (without `v=1&lab=density&`), and what the visitor is told.
#[test]
fn bad_links_get_the_nearest_state_and_a_reason() {
    let refused = "this page has no such setting.";
    let no_number = "it is not a number.";
    let draws = "the range is whole numbers from 1 to 65536.";
    let cases: &[(&str, &str, &[&str])] = &[
        ("colour=red", "", &[&format!("“colour=red” was ignored: {refused}")]),
        ("steps", "", &[&format!("“steps=” was ignored: {no_number}")]),
        ("Steps=9", "", &[&format!("“Steps=9” was ignored: {refused}")]),
        ("a=%3Cscript%3E&steps=9", "steps=9", &[&format!("“a=<script>” was ignored: {refused}")]),
        (
            "target=points&pts=1_0.5:x",
            "",
            &[
                "“pts=1_0.5:x” was ignored: row 2, entry 2: “x” is not a number.",
                "“target=points” needs valid “pts”; showing bimodal.",
            ],
        ),
        (
            "pts=0_1&bandwidth=0",
            "target=points&pts=0_1",
            &["“bandwidth=0” was ignored: a bandwidth is scott, silverman or a number within 1e-6 … 1e6."],
        ),
        (
            "target=ring8&pts=0_1",
            "target=ring8",
            &["“pts” was ignored: it goes with “target=points”, not with “target=ring8”."],
        ),
        (
            "pts=!5000:10",
            "",
            &[
                "“pts=!5000:10” was ignored: the link was made from 5000 points of 10 coordinates, more than a link can hold; open the file again.",
            ],
        ),
        // Numbers.
        ("draws=0", "draws=1", &[&format!("“draws=0” was changed to 1: {draws}")]),
        ("draws=-7", "draws=1", &[&format!("“draws=-7” was changed to 1: {draws}")]),
        ("draws=2.4", "draws=2", &[&format!("“draws=2.4” was changed to 2: {draws}")]),
        ("draws=1e400", "draws=65536", &[&format!("“draws=1e400” was changed to 65536: {draws}")]),
        ("draws=NaN", "", &[&format!("“draws=NaN” was ignored: {no_number}")]),
        ("draws=inf", "", &[&format!("“draws=inf” was ignored: {no_number}")]),
        ("draws=", "", &[&format!("“draws=” was ignored: {no_number}")]),
        ("draws=１２", "", &[&format!("“draws=１２” was ignored: {no_number}")]),
        ("draws=1%002", "", &[&format!("“draws=1\u{0}2” was ignored: {no_number}")]),
        ("delta=-1e400", "delta=-10", &["“delta=-1e400” was changed to -10: the range is -10 … 10."]),
        ("delta=-0", "", &[]),
        (
            "steps=10001",
            "steps=10000",
            &["“steps=10001” was changed to 10000: the range is whole numbers from 1 to 10000."],
        ),
        (
            "seed=4294967296",
            "seed=4294967295",
            &[
                "“seed=4294967296” was changed to 4294967295: the range is whole numbers from 0 to 4294967295.",
            ],
        ),
        ("c0=0.1", "c0=0.5", &["“c0=0.1” was changed to 0.5: the range is 0.5 … 6."]),
        ("c1=99", "c1=20", &["“c1=99” was changed to 20: the range is 0.5 … 20."]),
        ("t2=2", "", &["“t2=2” was changed to 1: the range is 0 … 1."]),
        ("steps=5&steps=6", "steps=5", &["“steps=6” was ignored: “steps” was given before."]),
        // An interval that is none.
        ("t1=0.5&t2=0.25", "", &["“t1=0.5” must lie below “t2=0.25”: showing the whole interval."]),
        ("t1=1", "", &["“t1=1” must lie below “t2=1”: showing the whole interval."]),
        // Choices.
        (
            "estimator=mc",
            "",
            &[
                "“estimator=mc” was ignored: known values are monte-carlo, antithetic, qmc, stein, stein-qmc, quadrature. Using stein.",
            ],
        ),
        (
            "rule=riemann",
            "",
            &[
                "“rule=riemann” was ignored: known values are paper, log-snr-left, log-snr-trapezoid, continuous. Using continuous.",
            ],
        ),
        ("embed=yes", "", &["“embed=yes” was ignored: known values are 1, 0. Using 0."]),
        ("curves=ode,sde", "curves=ode", &["“curves=sde” was ignored: known values are ode, elbo."]),
        // The probe.
        (
            "probe=1:2",
            "",
            &[
                "“probe=1:2” was ignored: the target has dimension 1, so the probe takes 1 numbers joined by “:”.",
            ],
        ),
        (
            "target=ring8&probe=1",
            "target=ring8",
            &[
                "“probe=1” was ignored: the target has dimension 2, so the probe takes 2 numbers joined by “:”.",
            ],
        ),
        ("probe=here", "", &["“probe=here” was ignored: row 1, entry 1: “here” is not a number."]),
        ("probe=1;2", "", &["“probe=1;2” was ignored: it has 2 rows; at most 1 are read."]),
        ("probe=2000", "probe=1000", &["“probe=2000” was changed to 1000: the range is -1000 … 1000."]),
        // The version.
        (
            "v=2&steps=9&colour=red",
            "steps=9",
            &[
                "The link was made by a newer version of this page (v=2); what this version does not know was ignored.",
                &format!("“colour=red” was ignored: {refused}"),
            ],
        ),
        ("v=0", "", &["“v=0” was ignored: the version of a link is a whole number of at least 1."]),
        ("v=one", "", &["“v=one” was ignored: the version of a link is a whole number of at least 1."]),
        // Targets and mixtures.
        (
            "target=ring9",
            "",
            &[&format!(
                "“target=ring9” was ignored: known values are {}. Using bimodal.",
                TARGETS.map(|(name, _)| name).join(", ")
            )],
        ),
        (
            "target=ring8&mix=1:0:1",
            "target=ring8",
            &["“mix” was ignored: it goes with “target=custom”, not with “target=ring8”."],
        ),
        ("target=custom", "", &["“target=custom” needs a valid “mix”; showing bimodal."]),
        // The digits, of which no map is drawn.
        (
            "target=digits&estimator=quadrature&probe=1:2",
            "target=digits",
            &[
                "“probe” was ignored: in 64 dimensions “image” chooses one of the points.",
                "Quadrature is for two dimensions at most, and the target has 64: showing Stein’s form with draws.",
            ],
        ),
        (
            "target=digits&bandwidth=9",
            "target=digits&bandwidth=2",
            &["“bandwidth=9” was changed to 2: the range is 0.02 … 2."],
        ),
        (
            "target=digits&bandwidth=scott",
            "target=digits",
            &["The bandwidth of the digits is a number: showing 0.14."],
        ),
        ("mix=", "", &["“mix=” was ignored: the list is empty."]),
        (
            "mix=1:0",
            "",
            &[
                "“mix=1:0” was ignored: component 1 has 2 numbers: 1-D takes weight:mean:variance, 2-D weight:mx:my:vxx:vxy:vyy.",
            ],
        ),
        ("mix=1:0:1_1:x:1", "", &["“mix=1:0:1_1:x:1” was ignored: row 2, entry 2: “x” is not a number."]),
        (
            "mix=1:0:1_1:NaN:1",
            "",
            &["“mix=1:0:1_1:NaN:1” was ignored: row 2, entry 2: “NaN” is not a number."],
        ),
        (
            "mix=1:0:1_1:1e400:1",
            "",
            &["“mix=1:0:1_1:1e400:1” was ignored: row 2, entry 2: “1e400” is not a number."],
        ),
        (
            "mix=1:0:1_1:-1e200:1",
            "",
            &["“mix=1:0:1_1:-1e200:1” was ignored: component 2: the mean -1e200 lies outside -1e6 … 1e6."],
        ),
        (
            "mix=1:0:1_-1:0:1",
            "",
            &["“mix=1:0:1_-1:0:1” was ignored: component 2: the weight -1 must be a number of at least 0."],
        ),
        (
            "mix=0:0:1",
            "",
            &["“mix=0:0:1” was ignored: a mixture needs at least one component with a positive weight."],
        ),
        (
            "mix=1:0:0",
            "",
            &[
                "“mix=1:0:0” was ignored: component 1: the covariance is not positive definite (smallest eigenvalue 0.000e0).",
            ],
        ),
        (
            "mix=1:0:0:1:1:1",
            "",
            &[
                "“mix=1:0:0:1:1:1” was ignored: component 1: the covariance is not positive definite (smallest eigenvalue 0.000e0).",
            ],
        ),
        (
            "mix=1:0:0:1:2:1",
            "",
            &[
                "“mix=1:0:0:1:2:1” was ignored: component 1: the covariance is not positive definite (smallest eigenvalue -1.000e0).",
            ],
        ),
        (
            "mix=1:0:1_1:0:0:1:0:1",
            "",
            &["“mix=1:0:1_1:0:0:1:0:1” was ignored: component 2: expected dimension 1, found 2."],
        ),
    ];
    for (query, expected, words) in cases {
        let (state, notices) = opens(query);
        let full = if expected.is_empty() { String::new() } else { format!("v=1&lab=density&{expected}") };
        assert_eq!(state.query(), full, "{query}");
        assert_eq!(notices.iter().map(ToString::to_string).collect::<Vec<_>>(), *words, "{query}");
    }
}

#[test]
fn more_components_than_allowed_are_refused() {
    let components = |n: usize| vec!["1:0:1"; n].join("_");
    let (state, notices) = opens(&format!("mix={}", components(64)));
    assert!(matches!(&state, LabState::Density(d) if d.common.target.components().len() == 64));
    assert_eq!(notices, []);
    let (state, notices) = opens(&format!("mix={}", components(65)));
    assert_eq!(state.query(), "");
    assert!(
        notices[0].to_string().ends_with("was ignored: it has 65 rows; at most 64 are read."),
        "{}",
        notices[0]
    );
}

#[test]
fn an_unknown_lab_opens_the_first_one() {
    let known = Lab::ALL.map(|(name, _)| name).join(", ");
    let (state, notices) = opens("lab=nowhere&steps=9");
    assert_eq!(state.query(), "v=1&lab=density&steps=9");
    let expected = format!("“lab=nowhere” was ignored: known values are {known}. Using density.");
    assert_eq!(notices.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
}

#[test]
fn links_that_must_open_for_ever() {
    for (link, canonical) in links() {
        let (state, notices) = opens(link);
        assert_eq!(state.query(), canonical, "{link}");
        assert_eq!(notices, [], "{link}");
    }
    assert!(links().len() >= 40);
}

/// The list is worth something only if it holds every key with every name.
#[test]
fn the_list_of_links_covers_every_key_and_name() {
    let pairs: Vec<(&str, &str)> = links()
        .iter()
        // The default of a key is never written: it shows in the links as they came.
        .flat_map(|(link, canonical)| link.split('&').chain(canonical.split('&')))
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let values = |key: &str| -> Vec<&str> {
        pairs.iter().filter(|(k, _)| *k == key).flat_map(|(_, values)| values.split(',')).collect()
    };
    for key in KEYS {
        assert!(!values(key).is_empty(), "no link with {key}");
    }
    let check = |key: &str, names: Vec<&str>| {
        for name in names {
            assert!(values(key).contains(&name), "no link with {key}={name}");
        }
    };
    check("lab", Lab::ALL.iter().map(|c| c.0).collect());
    check("target", TARGETS.iter().map(|c| c.0).collect());
    check("schedule", SCHEDULES.iter().map(|c| c.0).collect());
    check("backend", BACKENDS.iter().map(|c| c.0).collect());
    check("theme", THEMES.iter().map(|c| c.0).collect());
    check("lang", LANGUAGES.iter().map(|c| c.0).collect());
    check("hide", GROUPS.iter().map(|c| c.0).collect());
    check("estimator", ESTIMATORS.iter().map(|c| c.0).collect());
    check("rule", RULES.iter().map(|c| c.0).collect());
    check("variance", VARIANCES.iter().map(|c| c.0).collect());
    check("curves", CURVES.iter().map(|c| c.0).collect());
    check("embed", vec!["0", "1"]);
}
