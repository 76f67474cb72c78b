//! Fuzzing of all that comes from outside: links, mixtures and points in them, text files, and calls of the
//! command line. Each test takes the seeds of its corpus as they are and then changes of them
//! (`mutate.rs`). A short run with a fixed seed is part of the tests; `cargo xtask fuzz` sets
//! `SCORESCOPE_FUZZ_SECONDS`, and each goes on for so long with other seeds.
//!
//! A failure prints the shortest input that makes it, as a line to add to the corpus. Needs the feature `cli`.
//!
//! Left out on purpose: guidance by coverage, for which stable Rust has no instruments. The corpora hold an
//! input of every kind that is known, so that changes start near every branch.

mod mutate;

use mutate::{Input, inputs, seeds};
use proptest::prelude::TestCaseError;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use scorescope::compute::{Progress, Request, Task};
use scorescope::labs::common::{parse_mix, write_mix};
use scorescope::labs::csv::{CsvReader, parse_csv};
use scorescope::labs::{LabState, classifier, density, diffusion_loss, elbo, forward, gan, learned, open};
use scorescope::math::{Mixture, Scratch};
use scorescope::permalink::points::{MAX_COLUMNS, MAX_COORDINATE, MAX_POINTS, parse_points};
use std::cell::Cell;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longest that reading an input may take: some fifty times what it takes in a debug build.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tries the seeds, and so many changes of them, or as many as there is time for.
fn fuzz(name: &str, corpus: &str, cases: u32, check: impl Fn(&[u8])) {
    let seeds = seeds(corpus);
    let (tried, start) = (Cell::new(0u64), Instant::now());
    let strategy = inputs(seeds.clone());
    let run = |runner: &mut TestRunner| {
        let outcome = runner.run(&strategy, |Input(input)| {
            tried.set(tried.get() + 1);
            check(&input);
            Ok::<(), TestCaseError>(())
        });
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    };
    seeds.iter().for_each(|seed| check(seed));
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let seconds = std::env::var("SCORESCOPE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    match seconds.map(Duration::from_secs) {
        None => {
            let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            run(&mut TestRunner::new_with_rng(config, rng));
        }
        Some(time) => {
            while start.elapsed() < time {
                run(&mut TestRunner::new(config.clone()));
            }
        }
    }
    let (seeds, time) = (seeds.len(), start.elapsed().as_secs_f64());
    println!("fuzz: {name}: {seeds} seeds, {} executions in {time:.1} s", tried.get());
}

/// A link opens, and the link of what it opened to is a fixed point that opens to the same without a notice.
#[test]
fn links() {
    fuzz("links", include_str!("corpus/links.txt"), 3000, |bytes| {
        let start = Instant::now();
        let (state, notices) = open(&String::from_utf8_lossy(bytes));
        assert!(start.elapsed() < PATIENCE, "{} bytes took {:?}", bytes.len(), start.elapsed());
        assert!(notices.iter().all(|notice| notice.to_string().len() < 2000), "a notice without end");
        let canonical = state.query();
        let (again, remarks) = open(&canonical);
        assert_eq!((again.query(), &again, &remarks[..]), (canonical, &state, &[][..]));
    });
}

/// What a link opens to can be started on: its jobs are refused, or go forward.
#[test]
fn jobs() {
    fuzz("jobs", include_str!("corpus/links.txt"), 60, |bytes| {
        for request in requests(&open(&String::from_utf8_lossy(bytes)).0) {
            let Ok(mut task) = Task::new(request) else { continue };
            for _ in 0..2 {
                match task.step() {
                    Progress::Working(share) => assert!((0.0..=1.0).contains(&share), "{share}"),
                    Progress::Partial(_) => {}
                    Progress::Done(_) => break,
                }
            }
        }
    });
}

/// All that the page asks for.
fn requests(state: &LabState) -> Vec<Request> {
    match state {
        LabState::Density(state) => {
            let mut requests = vec![density::jobs::main(state), density::jobs::probe(state)];
            let shown = density::jobs::converges(&state.common.target);
            requests.extend(shown.then(|| density::jobs::convergence(state)));
            requests
        }
        LabState::Forward(state) => {
            use forward::jobs::{course, frame, orders};
            vec![course(state), frame(state, true), orders(state)]
        }
        LabState::Elbo(state) => vec![elbo::jobs::main(state), elbo::jobs::gaps(state)],
        LabState::Classifier(state) => vec![classifier::jobs::main(state), classifier::jobs::accuracy(state)],
        LabState::Gan(state) => vec![gan::jobs::main(state)],
        LabState::DiffusionLoss(state) => {
            use diffusion_loss::jobs::{chain, losses, minimisers};
            [Some(losses(state)), Some(minimisers(state)), chain(state)].into_iter().flatten().collect()
        }
        LabState::Learned(state) => vec![learned::jobs::main(state)],
    }
}

/// A mixture is refused, or has the same numbers when it is written and read again, and a density.
#[test]
fn mixtures() {
    fuzz("mixtures", include_str!("corpus/mixtures.txt"), 5000, |bytes| {
        let Ok(components) = parse_mix(&String::from_utf8_lossy(bytes)) else { return };
        assert_eq!(parse_mix(&write_mix(&components)).as_ref(), Ok(&components));
        let mixture = Mixture::new(&components).expect("what was checked");
        let mut scratch = Scratch::default();
        for component in &components {
            mixture.at_zero().evaluate(&component.mean, &mut scratch);
            assert!(scratch.score.iter().all(|s| s.is_finite()), "{:?}", scratch.score);
            let log_density = mixture.at_zero().log_density(&component.mean, &mut scratch);
            // Of weight 0 its mean may lie where there is nothing.
            assert!(log_density.is_finite() && log_density < 60.0, "{log_density}");
        }
    });
}

/// Points are refused, or are the same when they are written and read again.
#[test]
fn points() {
    fuzz("points", include_str!("corpus/points.txt"), 5000, |bytes| {
        let start = Instant::now();
        let Ok(points) = parse_points(&String::from_utf8_lossy(bytes)) else { return };
        let values = points.values();
        assert!((1..=MAX_POINTS).contains(&points.len()) && (1..=MAX_COLUMNS).contains(&points.dim()));
        assert_eq!(values.len(), points.len() * points.dim());
        assert!(values.iter().all(|value| value.abs() <= MAX_COORDINATE));
        assert!(start.elapsed() < PATIENCE, "{} bytes took {:?}", bytes.len(), start.elapsed());
        if points.fits() {
            let again = parse_points(&points.write()).expect("what was written");
            assert_eq!((again.dim(), again.values()), (points.dim(), values));
        }
    });
}

/// A file is refused, or gives its rows; where its slices end makes no difference.
#[test]
fn files() {
    fuzz("files", include_str!("corpus/files.txt"), 5000, |bytes| {
        let whole = parse_csv(bytes);
        for size in [1, 7] {
            let mut reader = CsvReader::default();
            let pushed = bytes.chunks(size).try_for_each(|slice| reader.push(slice));
            assert_eq!(pushed.and_then(|()| reader.finish()), whole, "in slices of {size}");
        }
        let Ok(table) = whole else { return };
        assert!((1..=MAX_COLUMNS).contains(&table.columns));
        assert_eq!(table.values.len(), table.kept() * table.columns);
        assert!(table.kept() as u64 == table.rows.min(MAX_POINTS as u64) && table.rows > 0);
        assert!(table.values.iter().all(|value| value.abs() <= MAX_COORDINATE));
        let all: Vec<usize> = (0..table.columns).collect();
        assert!(table.points(&all).is_ok());
    });
}

/// A call succeeds and says nothing on standard error, or fails with status 2 and one line there. Calls that
/// would write or read files by another name, or measure, are left out; one that computes for long is ended.
#[test]
fn calls() {
    let folder = std::env::temp_dir().join(format!("scorescope-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    fuzz("calls", include_str!("corpus/calls.txt"), 60, |bytes| {
        let text = String::from_utf8_lossy(bytes).replace('\0', "");
        let arguments: Vec<&str> = text.split('\x1f').collect();
        if arguments[0] == "bench" || text.contains(['/', '\\']) {
            return;
        }
        let mut call = Command::new(env!("CARGO_BIN_EXE_scorescope"));
        call.args(&arguments).current_dir(&folder).stdin(Stdio::null());
        let mut child =
            call.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let start = Instant::now();
        while child.try_wait().expect("it is ours").is_none() {
            if start.elapsed() > Duration::from_secs(5) {
                child.kill().expect("it is ours");
                child.wait().expect("it is ours");
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let output = child.wait_with_output().expect("it is ours");
        let complaint = String::from_utf8_lossy(&output.stderr);
        let lines = match output.status.code() {
            Some(0) => 0,
            Some(2) => 1,
            code => panic!("status {code:?}: {complaint}"),
        };
        assert_eq!(complaint.lines().count(), lines, "{complaint}");
    });
    let _ = std::fs::remove_dir_all(&folder);
}
