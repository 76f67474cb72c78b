//! What only WebAssembly in a browser can tell: that the optimised module frees its memory
//! without a trap, that its numbers are those of the native build, and that jobs and messages
//! work as they do there. Run by `cargo xtask test browser`, in release mode: the wrong code that
//! `src/alloc.rs` is about never showed without optimisation.
#![cfg(target_arch = "wasm32")]

use scorescope::compute::{
    Event, PointsReply, PointsRequest, ProbeRequest, Reply, Request, Scheduler, Slot, Submission, Update, run,
};
use scorescope::labs::{LabState, density::report, open};
use scorescope::math::targets::Preset;
use scorescope::math::{
    Estimator, Formula, FormulaSpec, ReverseVariance, Rule, Schedule, ScoreError, Scratch, Time,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::hint::black_box;
use std::sync::Arc;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wide::f32x4;

wasm_bindgen_test_configure!(run_in_browser);

/// Makes and drops two vectors of 128-bit lanes, as a kernel does for each tile.
fn tile(n: usize, round: f32) -> f32 {
    let a: Vec<f32x4> = (0..n).map(|i| f32x4::splat(i as f32)).collect();
    let b: Vec<f32x4> = a.iter().map(|v| *v * f32x4::splat(2.0) + f32x4::splat(round)).collect();
    let sum = a.iter().zip(&b).fold(f32x4::splat(0.0), |sum, (x, y)| sum + *x + *y);
    sum.to_array().iter().sum()
}

/// What `src/alloc.rs` guards against. Whether the guard is what makes it pass depends on the
/// compiler: with rustc 1.95 and 1.96 this module is right without it too, where a smaller one,
/// in which `dealloc` was inlined, was not.
#[wasm_bindgen_test]
fn vectors_of_lanes_are_freed_without_a_trap() {
    for round in 0..8u8 {
        // 4 lanes of Σ (i + 2i + round) over i < 64: whole numbers, exact in f32.
        let n: u16 = black_box(64);
        let expected = 4.0 * (3.0 * f32::from(n * (n - 1) / 2) + f32::from(n) * f32::from(round));
        assert_eq!(tile(usize::from(n), f32::from(round)), expected);
    }
}

fn spec(estimator: Estimator, draws: usize) -> FormulaSpec {
    FormulaSpec {
        rule: Rule::Continuous,
        estimator,
        schedule: Schedule::Linear,
        steps: 100,
        draws,
        seed: 1,
        score_error: ScoreError::default(),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(error <= tolerance, "{what}: {found} instead of {expected}, relative error {error:.2e}");
}

/// The tolerances are those of `oracle.rs`.
#[wasm_bindgen_test]
fn closed_forms_and_the_formula_agree_with_the_oracle() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/bimodal-1d.json")).expect("JSON");
    let mixture = Arc::new(Preset::Bimodal.mixture());
    let points: Vec<f64> = oracle["points"].as_array().expect("points").iter().flat_map(numbers).collect();
    let mut scratch = Scratch::default();
    let log_density = numbers(&oracle["log_density"]);
    for (x, expected) in points.iter().zip(&log_density) {
        close(mixture.at_zero().log_density(&[*x], &mut scratch), *expected, 1e-9, "log density");
    }
    for marginal in oracle["marginals"].as_array().expect("marginals") {
        let time = Time::from_t(marginal["t"].as_f64().expect("t")).expect("in (0, 1)");
        let at = mixture.at(time);
        for (i, x) in points.iter().enumerate() {
            let local = at.evaluate(&[*x], &mut scratch);
            close(
                at.log_density(&[*x], &mut Scratch::default()),
                numbers(&marginal["log_density"])[i],
                1e-9,
                "log rho_t",
            );
            close(local.divergence, numbers(&marginal["divergence"])[i], 1e-9, "divergence");
            close(scratch.score[0], numbers(&marginal["score"][i])[0], 1e-9, "score");
        }
    }
    let formula = Formula::new(mixture, &spec(Estimator::Quadrature, 1)).expect("fits");
    for (found, expected) in formula.estimate(&points).iter().zip(&log_density) {
        close(found.value, *expected, 1e-6, "formula");
    }
}

/// A link's estimates at some points and their standard errors, as the command line prints them.
fn log_density_formula(query: &str, at: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (LabState::Density(state), notices) = open(query);
    assert_eq!(notices, []);
    let at: Vec<Vec<f64>> = at.iter().map(|x| vec![*x]).collect();
    let all = report::evaluate(&state, Some(&at)).expect("quantities");
    let found = all.quantities.into_iter().find(|q| q.name == "log_density_formula").expect("the name");
    (found.values, found.standard_error.expect("with standard errors"))
}

/// The values are those that the native command line prints as `log_density_formula` for
/// `scorescope eval 'seed=7&estimator=NAME' --at '-2;0.264;1.5'`, and their standard errors.
#[wasm_bindgen_test]
fn draws_are_those_of_the_native_build() {
    let native: [(&str, [f64; 3], [f64; 3]); 5] = [
        (
            "monte-carlo",
            [-1.199_558_364_161_862_6, -1.906_095_383_960_273_4, -0.766_565_591_670_584],
            [0.127_534_163_667_079_5, 0.138_997_514_777_496_7, 0.121_136_111_205_450_44],
        ),
        (
            "antithetic",
            [-1.371_681_615_723_284, -2.119_710_377_399_368_6, -0.960_662_057_235_218_9],
            [0.179_245_937_695_911_9, 0.195_405_107_196_837_1, 0.179_957_691_200_493_93],
        ),
        (
            "qmc",
            [-1.511_467_688_491_057_2, -2.325_706_572_858_714, -1.144_777_434_751_142_6],
            [0.070_351_228_549_826_35, 0.070_369_209_173_242_63, 0.071_573_142_364_610_8],
        ),
        (
            "stein",
            [-1.364_613_836_899_627_7, -2.204_800_000_963_696_8, -1.053_475_954_383_113_1],
            [0.060_796_672_375_180_62, 0.057_552_165_433_118_7, 0.032_881_472_184_675_214],
        ),
        (
            "stein-qmc",
            [-1.411_624_718_589_899, -2.228_030_945_299_091_4, -1.049_274_657_708_246_1],
            [0.011_673_648_045_377_412, 0.013_147_561_942_972_917, 0.015_431_183_721_663_574],
        ),
    ];
    for (estimator, values, errors) in native {
        let query = format!("seed=7&estimator={estimator}");
        let (formula, standard_errors) = log_density_formula(&query, &[-2.0, 0.264, 1.5]);
        for i in 0..3 {
            close(formula[i], values[i], 1e-12, estimator);
            close(standard_errors[i], errors[i], 1e-12, estimator);
        }
    }
}

fn curve(preset: Preset, count: usize) -> PointsRequest {
    PointsRequest {
        target: preset.components(),
        spec: spec(Estimator::Stein, 64),
        points: (0..count).map(|i| 6.0 * i as f64 / (count - 1) as f64 - 3.0).collect(),
        stages: vec![33, count],
        ode: false,
        elbo: None,
    }
}

#[wasm_bindgen_test]
fn a_job_in_slices_ends_and_a_newer_one_takes_the_place_of_an_older_one() {
    let mut scheduler = Scheduler::default();
    let submit = |scheduler: &mut Scheduler, id, request| {
        scheduler.submit(Submission { id, slot: Slot::Main, request: Some(Request::Points(request)) });
    };
    submit(&mut scheduler, 1, curve(Preset::Claw, 257));
    let mut updates: Vec<Update> = scheduler.slice(4.0, js_sys::Date::now);
    assert!(updates.iter().all(|u| u.id == 1 && !matches!(u.event, Event::Done(_))));
    submit(&mut scheduler, 3, curve(Preset::Bimodal, 129));
    submit(&mut scheduler, 2, curve(Preset::Trio, 129));
    updates.clear();
    let mut longest: f64 = 0.0;
    while !scheduler.is_idle() {
        let start = js_sys::Date::now();
        updates.extend(scheduler.slice(4.0, js_sys::Date::now));
        longest = longest.max(js_sys::Date::now() - start);
    }
    assert!(updates.iter().all(|u| u.id == 3 && u.slot == Slot::Main));
    let partial = updates.iter().filter(|u| matches!(u.event, Event::Partial(_))).count();
    assert_eq!(partial, 1);
    let expected = run(Request::Points(curve(Preset::Bimodal, 129))).expect("a reply");
    assert_eq!(updates.last().map(|u| &u.event), Some(&Event::Done(expected)));
    // Steps are of about 2 ms; the rest is for a machine with other things to do.
    assert!(longest < 100.0, "a slice of 4 ms took {longest} ms");
}

fn round_trip<T: Serialize + DeserializeOwned>(message: &T) -> T {
    let bytes = postcard::to_stdvec(message).expect("encoded");
    let decoded: T = postcard::from_bytes(&bytes).expect("decoded");
    assert_eq!(postcard::to_stdvec(&decoded).expect("encoded"), bytes);
    decoded
}

#[wasm_bindgen_test]
fn messages_survive_the_way_to_a_worker_and_back() {
    let points = Request::Points(PointsRequest {
        ode: true,
        elbo: Some(ReverseVariance::Beta),
        ..curve(Preset::Trio, 9)
    });
    let probe = Request::Probe(ProbeRequest {
        target: Preset::Three.components(),
        spec: spec(Estimator::Qmc, 16),
        x: vec![0.5, -1.0],
        t1: 0.1,
        t2: 0.9,
        variance: ReverseVariance::Posterior,
    });
    for request in [points, probe] {
        let submission = Submission { id: u32::MAX, slot: Slot::Probe, request: Some(request.clone()) };
        assert_eq!(round_trip(&submission), submission);
        let reply = run(request).expect("a reply");
        let update = Update { id: 7, slot: Slot::Main, event: Event::Done(reply) };
        assert_eq!(round_trip(&update), update);
    }
    // Every bit of a number arrives, also of those that are none.
    let exact = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE, 0.1];
    let reply = Reply::Points(PointsReply { exact: exact.clone(), ..PointsReply::default() });
    let Reply::Points(arrived) = round_trip(&reply) else { panic!("points") };
    assert!(arrived.exact.iter().zip(&exact).all(|(a, b)| a.to_bits() == b.to_bits()));
}
