//! Permalinks as a contract, at the level of whole links: nothing that can be typed makes a link
//! fail, what a state writes opens to that state, and old links open for ever (`links.txt`).
//!
//! Number grammar, escapes and lists have their own tests in `src/permalink/`.

use proptest::prelude::*;
use scorescope::labs::common::{
    BACKENDS, BackendChoice, C0, C1, Common, GROUPS, Group, SCHEDULES, SEED, STEPS, TARGETS, THEMES, Target,
    component,
};
use scorescope::labs::density::{
    CURVES, Curve, DELTA, DRAWS, Density, ESTIMATORS, PROBE_REACH, RULES, VARIANCES,
};
use scorescope::labs::{Lab, LabState, open};
use scorescope::math::Component;
use scorescope::permalink::Notice;
use std::time::{Duration, Instant};

/// Every key a link can have today.
const KEYS: [&str; 22] = [
    "v",
    "lab",
    "target",
    "mix",
    "schedule",
    "steps",
    "c0",
    "c1",
    "seed",
    "backend",
    "theme",
    "embed",
    "hide",
    "estimator",
    "rule",
    "draws",
    "t1",
    "t2",
    "probe",
    "delta",
    "variance",
    "curves",
];

/// The list of links: as they came, and as they are written today.
fn links() -> Vec<(&'static str, &'static str)> {
    let lines = include_str!("links.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(" ->").expect("LINK -> CANONICAL"))
        .map(|(l, c)| (l, c.trim_start()))
        .collect()
}

/// Opens a link, checks that its state's own link is a fixed point that opens to the same state
/// without notices, and returns both.
fn opens(query: &str) -> (LabState, Vec<Notice>) {
    let start = Instant::now();
    let (state, notices) = open(query);
    // A debug build on a busy machine takes some 50 ms for the worst link.
    assert!(start.elapsed() < Duration::from_secs(2), "{} bytes took {:?}", query.len(), start.elapsed());
    let canonical = state.query();
    let (again, remarks) = open(&canonical);
    assert_eq!(again, state, "{canonical}");
    assert_eq!(again.query(), canonical);
    let remarks: Vec<Notice> = remarks.into_iter().filter(|n| !is_about_the_gpu(n)).collect();
    assert_eq!(remarks, [], "{canonical}");
    (state, notices)
}

/// The one notice about a link that is valid: the computation goes elsewhere than asked.
fn is_about_the_gpu(notice: &Notice) -> bool {
    matches!(notice, Notice::Conflict(text) if text.contains("backend=gpu"))
}

/// Values that have broken parsers before.
fn hostile_value() -> impl Strategy<Value = String> {
    let fixed: Vec<&'static str> = vec![
        "",
        "0",
        "-0",
        "1",
        "-1",
        "+1",
        "1.5",
        ".5",
        "5.",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "infinity",
        "1e400",
        "-1e400",
        "1e-400",
        "5e-324",
        "1e308",
        "9007199254740993",
        "4294967296",
        "0x10",
        "1_000",
        "1,5",
        "１２",
        "٣",
        "%",
        "%4",
        "%zz",
        "%00",
        "%ff%fe",
        "%F0%9F%A6%80",
        "a%26b%3Dc",
        "=",
        "==",
        "?",
        "#",
        "\u{0}",
        "\u{202e}",
        "e",
        "-",
        "--1",
        "custom",
        "bimodal",
        "ring8",
        "paper",
        "quadrature",
        "stein",
        "density",
        "gpu",
        "dark",
        "ode,elbo",
        ",,,",
        "target,target",
        "text,nothing,probe",
        ":",
        "::",
        "_",
        ";",
        "0:0",
        "0:0;1:1",
        "1:2:3",
        "1e999:0",
        "1:0:1",
        "-1:0:1",
        "0:0:1",
        "1:0:0",
        "1:0:-1",
        "nan:0:1",
        "1:inf:1",
        "1:0:1e400",
        "1:0:1_",
        "_1:0:1",
        "1e308:0:1_1e308:0:1",
        "1:1e300:1",
        "1:0:1e-320",
        "1:0:1_1:0:0:1:0:1",
        "1:0:0:1:0:1",
        "1:0:0:1:1:1",
        "1:0:0:1:2:1",
        "1:0:0:0:0:0",
        "1:0:0:-1:0:-1",
        "1:0:0:1e300:0:1e-300",
        "1:0:0:1:1e-17:1",
        "1:0:0:1:0:0:1",
        "1:0:0:1:0.9999999999999999:1",
    ];
    prop_oneof![
        8 => proptest::sample::select(fixed).prop_map(str::to_owned),
        2 => any::<f64>().prop_map(|v| v.to_string()),
        2 => any::<String>(),
        1 => (60..70usize).prop_map(|n| vec!["1:0:1"; n].join("_")),
        1 => (proptest::collection::vec(any::<f64>(), 1..7)).prop_map(|row| {
            row.iter().map(f64::to_string).collect::<Vec<_>>().join(":")
        }),
    ]
}

fn pair() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        9 => proptest::sample::select(&KEYS[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    (key, hostile_value()).prop_map(|(key, value)| format!("{key}={value}"))
}

/// Numbers as they are typed and numbers with all their digits.
fn number(low: f64, high: f64) -> impl Strategy<Value = f64> {
    let range = low..=high;
    prop_oneof![
        range.clone().prop_map(move |v| ((v * 100.0).round() / 100.0).clamp(low, high) + 0.0),
        range.prop_map(|v| v + 0.0),
        Just(low),
        Just(high),
    ]
}

fn whole(low: f64, high: f64) -> impl Strategy<Value = f64> {
    prop_oneof![low..=high, Just(low), Just(high), low..=low + 200.0].prop_map(f64::round)
}

fn choice<T: Copy + std::fmt::Debug + 'static>(
    choices: &'static [(&'static str, T)],
) -> impl Strategy<Value = T> {
    (0..choices.len()).prop_map(|i| choices[i].1)
}

fn line() -> impl Strategy<Value = Component> {
    (number(1e-3, 2.0), number(-50.0, 50.0), number(1e-4, 30.0))
        .prop_map(|(w, m, v)| component(&[w, m, v]).expect("three numbers"))
}

/// A covariance from its Cholesky factor, so that it is positive definite.
fn plane() -> impl Strategy<Value = Component> {
    (
        number(1e-3, 2.0),
        number(-9.0, 9.0),
        number(-9.0, 9.0),
        number(0.05, 3.0),
        number(-2.0, 2.0),
        number(0.05, 3.0),
    )
        .prop_map(|(w, mx, my, a, b, c)| {
            component(&[w, mx, my, a * a, a * b, b * b + c * c]).expect("six numbers")
        })
}

fn target() -> impl Strategy<Value = Target> {
    use proptest::collection::vec;
    prop_oneof![
        choice(&TARGETS).prop_filter_map("a preset", |preset| preset.map(Target::Preset)),
        vec(line(), 1..=64).prop_map(Target::Custom),
        vec(plane(), 1..=64).prop_map(Target::Custom),
    ]
}

fn common() -> impl Strategy<Value = Common> {
    let groups: Vec<Group> = GROUPS.iter().map(|(_, group)| *group).collect();
    let hide = proptest::sample::subsequence(groups, 0..=GROUPS.len());
    let backend = choice(&BACKENDS).prop_filter("without its notice", |b| *b != BackendChoice::Gpu);
    let schedule =
        (choice(&SCHEDULES), whole(STEPS.min, STEPS.max), number(C0.min, C0.max), number(C1.min, C1.max));
    let page = (backend, choice(&THEMES), any::<bool>(), hide);
    (target(), schedule, whole(SEED.min, SEED.max), page).prop_map(
        |(target, (schedule, steps, c0, c1), seed, (backend, theme, embed, hide))| Common {
            target,
            schedule,
            steps,
            c0,
            c1,
            seed,
            backend,
            theme,
            embed,
            hide,
        },
    )
}

fn density() -> impl Strategy<Value = Density> {
    let curves: Vec<Curve> = CURVES.iter().map(|(_, curve)| *curve).collect();
    let how = (choice(&ESTIMATORS), choice(&RULES), choice(&VARIANCES));
    let probe = proptest::option::of([number(-PROBE_REACH, PROBE_REACH), number(-PROBE_REACH, PROBE_REACH)]);
    let times = (number(0.0, 1.0), number(0.0, 1.0)).prop_filter("an interval", |(a, b)| a != b);
    let numbers = (whole(DRAWS.min, DRAWS.max), number(DELTA.min, DELTA.max));
    let curves = proptest::sample::subsequence(curves, 0..=CURVES.len());
    (common(), how, probe, times, numbers, curves).prop_map(
        |(common, (estimator, rule, variance), probe, (a, b), (draws, delta), curves)| {
            let dim = common.target.mixture().dim();
            let probe = probe.map(|p| p[..dim].to_vec());
            Density {
                common,
                estimator,
                rule,
                draws,
                t1: a.min(b),
                t2: a.max(b),
                probe,
                delta,
                variance,
                curves,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_opens(text in any::<String>()) {
        opens(&text);
    }

    #[test]
    fn any_bytes_open(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        opens(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_soup_of_keys_and_values_opens(pairs in proptest::collection::vec(pair(), 0..12)) {
        opens(&pairs.join("&"));
    }

    #[test]
    fn a_custom_mixture_of_any_numbers_opens(rows in proptest::collection::vec(hostile_value(), 0..4), probe in hostile_value()) {
        opens(&format!("target=custom&mix={}&probe={probe}", rows.join("_")));
    }

    #[test]
    fn a_state_opens_from_its_own_link(state in density()) {
        let state = LabState::Density(state);
        prop_assert_eq!(open(&state.query()), (state, Vec::new()));
    }

    #[test]
    fn order_and_question_mark_do_not_matter(state in density()) {
        let state = LabState::Density(state);
        let query = state.query();
        let mut pairs: Vec<&str> = query.split('&').collect();
        pairs.reverse();
        prop_assert_eq!(open(&format!("?{}", pairs.join("&"))), (state, Vec::new()));
    }

    /// What was understood of a damaged link stays: the first pairs of a link do not depend on
    /// rubbish behind them.
    #[test]
    fn rubbish_behind_a_link_changes_nothing(state in density(), rubbish in "[a-z]{1,9}=[^&=]{0,20}") {
        let state = LabState::Density(state);
        // Another key, so that no known one is met by chance.
        let (opened, notices) = open(&format!("{}&x-{rubbish}", state.query()));
        prop_assert_eq!(opened, state);
        prop_assert_eq!(notices.len(), 1);
    }
}

#[test]
fn enormous_links_open_quickly() {
    let long = 100_000;
    for query in [
        "x".repeat(long),
        "&".repeat(long),
        "=".repeat(long),
        "%".repeat(long),
        "é".repeat(long),
        "a=1&".repeat(long / 4),
        (0..long / 6).map(|i| format!("{i:05x}&")).collect(),
        format!("mix={}", "1:0:1_".repeat(long / 6)),
        format!("steps=7&mix={}", "1".repeat(long)),
        format!("target=custom&mix=1:0:{}", "9".repeat(16_000)),
        format!("draws={}", "9".repeat(16_000)),
        format!("hide={}", "text,".repeat(3_000)),
    ] {
        let (_, notices) = opens(&query);
        let words: usize = notices.iter().map(|n| n.to_string().len()).max().unwrap_or(0);
        assert!(words < 1000, "a notice of {words} bytes");
    }
    // What stands before the cut is kept.
    let (state, notices) = opens(&format!("steps=7&{}", "x".repeat(long)));
    assert_eq!(state.query(), "v=1&lab=density&steps=7");
    assert_eq!(notices, [Notice::TooLong { length: long + 8, limit: 16_384 }]);
}

#[test]
fn defaults_write_an_empty_link() {
    assert_eq!(LabState::Density(Density::default()).query(), "");
    assert_eq!(open(""), (LabState::Density(Density::default()), Vec::new()));
    assert_eq!(open("?").1, []);
    let (state, notices) = open(
        "v=1&lab=density&target=bimodal&schedule=li-yan&steps=100&c0=2&c1=4&seed=1&backend=auto&theme=auto&embed=0\
         &hide=&estimator=stein&rule=continuous&draws=64&t1=0&t2=1&delta=0&variance=beta-over-alpha&curves=",
    );
    assert_eq!((state.query().as_str(), notices), ("", Vec::new()));
}

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
        ("embed=1", "embed"),
        ("hide=text", "hide"),
        ("estimator=qmc", "estimator"),
        ("rule=paper", "rule"),
        ("draws=9", "draws"),
        ("t1=0.1", "t1"),
        ("t2=0.9", "t2"),
        ("probe=0.5", "probe"),
        ("delta=0.1", "delta"),
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
        (
            "t1=0.5&t2=0.25",
            "",
            &["“t1” must lie below “t2”: showing the whole interval instead of 0.5 … 0.25."],
        ),
        ("t1=1", "", &["“t1” must lie below “t2”: showing the whole interval instead of 1 … 1."]),
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
        ("target=ring8&mix=1:0:1", "target=ring8", &["“mix” was ignored: it goes with “target=custom”."]),
        ("target=custom", "", &["“target=custom” needs a valid “mix”; showing bimodal."]),
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
            &[
                "“mix=1:0:1_1:-1e200:1” was ignored: component 2: the mean must be finite, and its square too.",
            ],
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

/// The list is worth something only if it holds every key with every name. One is left out:
/// `backend=gpu` opens with a notice as long as there is no such backend.
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
            assert!(
                values(key).contains(&name) || (key, name) == ("backend", "gpu"),
                "no link with {key}={name}"
            );
        }
    };
    check("lab", Lab::ALL.iter().map(|c| c.0).collect());
    check("target", TARGETS.iter().map(|c| c.0).collect());
    check("schedule", SCHEDULES.iter().map(|c| c.0).collect());
    check("backend", BACKENDS.iter().map(|c| c.0).collect());
    check("theme", THEMES.iter().map(|c| c.0).collect());
    check("hide", GROUPS.iter().map(|c| c.0).collect());
    check("estimator", ESTIMATORS.iter().map(|c| c.0).collect());
    check("rule", RULES.iter().map(|c| c.0).collect());
    check("variance", VARIANCES.iter().map(|c| c.0).collect());
    check("curves", CURVES.iter().map(|c| c.0).collect());
    check("embed", vec!["0", "1"]);
}

#[test]
fn a_link_for_the_gpu_opens_and_says_where_it_computes() {
    let (state, notices) = opens("backend=gpu&steps=9");
    assert_eq!(state.query(), "v=1&lab=density&steps=9&backend=gpu");
    assert!(notices.iter().all(is_about_the_gpu), "{notices:?}");
}
