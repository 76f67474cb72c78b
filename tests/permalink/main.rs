//! Permalinks as a contract, at the level of whole links: nothing that can be typed makes a link
//! fail, what a state writes opens to that state, and old links open for ever (`links.txt`).
//!
//! Number grammar, escapes and lists have their own tests in `src/permalink/`.

mod cases;

use proptest::prelude::*;
use scorescope::labs::common::{
    BACKENDS, BANDWIDTH, BANDWIDTH_RULES, Bandwidth, C0, C1, Common, DataSet, GROUPS, Group, LANGUAGES,
    SCHEDULES, SEED, STEPS, TARGETS, THEMES, Target, TargetKind, component,
};
use scorescope::labs::density::{
    CURVES, Curve, DELTA, DRAWS, Density, ESTIMATORS, IMAGE, IMAGES, PROBE_REACH, RULES, VARIANCES,
    tour::TOUR,
};
use scorescope::labs::{Lab, LabState, open};
use scorescope::math::Component;
use scorescope::permalink::Notice;
use scorescope::permalink::points::PointSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Every key a link can have today.
const KEYS: [&str; 27] = [
    "image",
    "images",
    "v",
    "lab",
    "target",
    "mix",
    "pts",
    "bandwidth",
    "schedule",
    "steps",
    "c0",
    "c1",
    "seed",
    "backend",
    "theme",
    "lang",
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
    let lines =
        include_str!("../links.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
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
    assert_eq!(remarks, [], "{canonical}");
    (state, notices)
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
    prop_oneof![low..=high, Just(low), Just(high), low..=high.min(low + 200.0)].prop_map(f64::round)
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
        choice(&TARGETS).prop_filter_map("a preset", |kind| match kind {
            TargetKind::Preset(preset) => Some(Target::Preset(preset)),
            _ => None,
        }),
        vec(line(), 1..=64).prop_map(Target::Custom),
        vec(plane(), 1..=64).prop_map(Target::Custom),
        data_set(),
    ]
}

/// Points as they stand or rounded, of one dimension or two.
fn data_set() -> impl Strategy<Value = Target> {
    let bandwidth = prop_oneof![
        choice(&BANDWIDTH_RULES).prop_map(Bandwidth::Rule),
        number(BANDWIDTH.min, BANDWIDTH.max).prop_map(Bandwidth::Fixed),
    ];
    let values = proptest::collection::vec([number(-50.0, 50.0), number(-1e6, 1e6)], 1..=40);
    (values, 1..=2usize, any::<bool>(), bandwidth).prop_map(|(values, dim, rounded, bandwidth)| {
        let values = values.iter().flat_map(|pair| pair[..dim].to_vec()).collect();
        let points = if rounded { PointSet::rounded(dim, values) } else { PointSet::exact(dim, values) };
        Target::Points(DataSet { points: Arc::new(points.expect("points")), bandwidth })
    })
}

fn common() -> impl Strategy<Value = Common> {
    let groups: Vec<Group> = GROUPS.iter().map(|(_, group)| *group).collect();
    let hide = proptest::sample::subsequence(groups, 0..=GROUPS.len());
    let backend = choice(&BACKENDS);
    let schedule =
        (choice(&SCHEDULES), whole(STEPS.min, STEPS.max), number(C0.min, C0.max), number(C1.min, C1.max));
    let page = (backend, choice(&THEMES), choice(&LANGUAGES), any::<bool>(), hide);
    (target(), schedule, whole(SEED.min, SEED.max), page).prop_map(
        |(target, (schedule, steps, c0, c1), seed, (backend, theme, language, embed, hide))| Common {
            target,
            schedule,
            steps,
            c0,
            c1,
            seed,
            backend,
            theme,
            language,
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
    let images = (whole(IMAGE.min, IMAGE.max), whole(IMAGES.min, IMAGES.max), whole(TOUR.min, TOUR.max));
    let numbers = (whole(DRAWS.min, DRAWS.max), number(DELTA.min, DELTA.max), images);
    let curves = proptest::sample::subsequence(curves, 0..=CURVES.len());
    (common(), how, probe, times, numbers, curves).prop_map(
        |(
            common,
            (estimator, rule, variance),
            probe,
            (a, b),
            (draws, delta, (image, images, tour)),
            curves,
        )| {
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
                image,
                images,
                delta,
                variance,
                curves,
                tour,
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
        "v=1&lab=density&target=bimodal&schedule=li-yan&steps=100&c0=2&c1=4&seed=1&backend=auto&theme=auto&lang=auto&embed=0\
         &hide=&estimator=stein&rule=continuous&draws=64&t1=0&t2=1&delta=0&variance=beta-over-alpha&curves=",
    );
    assert_eq!((state.query().as_str(), notices), ("", Vec::new()));
}
