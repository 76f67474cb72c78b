//! How long the parts of a picture take: the score, the formula at a point by each estimator,
//! whole grids, the probability-flow ODE, links and figures. One group a part, so that
//! `cargo bench --no-default-features --bench formula -- score` runs one of them.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use scorescope::compute::bench::w2;
use scorescope::compute::{GridRequest, GridStage, Reply, Request, run};
use scorescope::kernels::convolved::Convolved;
use scorescope::kernels::particles::{Noise, Particles, Step};
use scorescope::kernels::plain::{Draws, Form, accumulate};
use scorescope::kernels::{Level, Packed, field};
use scorescope::labs::density::{Density, ESTIMATORS, jobs, plots};
use scorescope::labs::{LabState, open};
use scorescope::math::targets::Preset;
use scorescope::math::{
    Axis, Component, Covariance, Estimator, Formula, FormulaSpec, Lattice, Mixture, OdeOptions, Part,
    Quality, ReverseVariance, Rule, Schedule, ScoreError, Scratch, Time, kernel_components, log_density_ode,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

fn spec(estimator: Estimator) -> FormulaSpec {
    FormulaSpec {
        rule: Rule::Continuous,
        estimator,
        schedule: Schedule::Linear,
        steps: 100,
        draws: 64,
        seed: 1,
        score_error: ScoreError::default(),
    }
}

/// `n` components on a circle, or on a line, of radius 3.
fn ring(n: usize, dim: usize) -> Mixture {
    let angle = |i: usize| std::f64::consts::TAU * i as f64 / n as f64;
    let mean = |i: usize| [3.0 * angle(i).cos(), 3.0 * angle(i).sin()][..dim].to_vec();
    let components: Vec<Component> = (0..n)
        .map(|i| Component { weight: 1.0, mean: mean(i), covariance: Covariance::Isotropic(0.04) })
        .collect();
    Mixture::new(&components).expect("a mixture")
}

fn score(c: &mut Criterion) {
    let mut group = c.benchmark_group("score");
    for dim in [1, 2] {
        for n in [1, 8, 64] {
            let mixture = ring(n, dim);
            let marginal = mixture.at(Time::from_lambda(-1.0));
            let mut scratch = Scratch::default();
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(BenchmarkId::new(format!("{dim}-d"), n), |b| {
                b.iter(|| marginal.evaluate(black_box(&[0.7, 2.1][..dim]), &mut scratch));
            });
        }
    }
    group.finish();
}

fn formula_at_a_point(c: &mut Criterion) {
    let mut group = c.benchmark_group("formula at a point");
    for (preset, x) in [(Preset::Bimodal, &[0.264][..]), (Preset::Ring8, &[2.9, 0.2][..])] {
        let mixture = Arc::new(preset.mixture());
        for (name, estimator) in ESTIMATORS {
            let formula = Formula::new(mixture.clone(), &spec(estimator)).expect("fits");
            group.bench_function(BenchmarkId::new(format!("{preset:?}"), name), |b| {
                b.iter(|| formula.estimate(black_box(x)));
            });
        }
    }
    group.finish();
}

/// At sixteen times instead of the continuous rule's 170, which would take two minutes for ten
/// samples of both sizes.
fn lattice(c: &mut Criterion) {
    let mut group = c.benchmark_group("lattice of ring8");
    let mixture = Arc::new(Preset::Ring8.mixture());
    for side in [33, 129] {
        let axis: Vec<f64> = (0..side).map(|i| jobs::place((-4.0, 4.0), i, side)).collect();
        group.throughput(Throughput::Elements((side * side) as u64));
        group.bench_function(BenchmarkId::from_parameter(side), |b| {
            b.iter(|| {
                let spec =
                    FormulaSpec { rule: Rule::LogSnrTrapezoid, steps: 16, ..spec(Estimator::Quadrature) };
                let mut lattice = Lattice::new(mixture.clone(), &spec, axis.clone(), axis.clone(), true);
                while !lattice.advance() {}
                lattice.finish()
            });
        });
    }
    group.finish();
}

/// The kernels on one core, with the widest vectors, a component evaluation being an element: the
/// integrand of the score field along a row, the estimators with draws, and a whole grid by blurs.
fn kernels(c: &mut Criterion) {
    const SIDE: usize = 128;
    let level = Level::new();
    let time = Time::from_lambda(-1.0);
    let targets = [("ring8", Preset::Ring8.mixture()), ("three", Preset::Three.mixture())];
    let mut group = c.benchmark_group("kernels");
    for (name, mixture) in &targets {
        let packed = Packed::new(mixture, time).expect("for single precision");
        let count = packed.components.len() * SIDE * SIDE;
        let xs: Vec<f32> = (0..SIDE * SIDE).map(|i| (i % SIDE) as f32 / 16.0 - 4.0).collect();
        let ys: Vec<f32> = (0..SIDE * SIDE).map(|i| (i / SIDE) as f32 / 16.0 - 4.0).collect();
        let mut out = vec![0.0; SIDE * SIDE];
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("field", name), |b| {
            b.iter(|| field::row(level, &packed, black_box(&xs), 0.5, 0.0, &mut out));
        });
        for (form_name, form) in [("plain, the paper's", Form::Paper), ("plain, Stein's", Form::Stein)] {
            let epsilon = (0..4).map(|i| [0.3 * i as f32 - 0.5, 0.4 - 0.2 * i as f32]).collect();
            let [signal, deviation, t] =
                [time.one_minus_t().sqrt(), time.t().sqrt(), time.t()].map(|v| v as f32);
            let draws = Draws { signal, deviation, t, shift: 0.0, form, unit: 1, epsilon };
            let mut squares = out.clone();
            group.throughput(Throughput::Elements(4 * count as u64));
            group.bench_function(BenchmarkId::new(form_name, name), |b| {
                b.iter(|| {
                    accumulate(level, &packed, &draws, [black_box(&xs), &ys], [&mut out, &mut squares]);
                });
            });
        }
    }
    group.throughput(Throughput::Elements(256 * 256));
    for (name, quality) in [("coarse", Quality::Coarse), ("good", Quality::Good), ("fine", Quality::Fine)] {
        group.bench_function(BenchmarkId::new("blur, points of ring8", name), |b| {
            b.iter(|| run(w2(quality)));
        });
    }
    group.finish();
}

/// Data sets of several sizes: the score field on a grid with the components one by one and by
/// convolution, and the whole picture of the density lab, a place of the grid being an element.
fn data_sets(c: &mut Criterion) {
    const SIDE: usize = 128;
    let level = Level::new();
    let places: Vec<f64> = (0..SIDE).map(|i| i as f64 / 16.0 - 4.0).collect();
    let xs: Vec<f32> = places.iter().map(|x| *x as f32).collect();
    let spiral = Preset::Spiral.mixture();
    let mut group = c.benchmark_group("data sets");
    group.throughput(Throughput::Elements((SIDE * SIDE) as u64));
    for count in [65, 256, 1024, 4096] {
        let values: Vec<f64> = (0..count).flat_map(|i| spiral.sample(1, i)).collect();
        let components = kernel_components(2, &values, 0.3);
        let mixture = Mixture::new(&components).expect("a mixture");
        let packed = Packed::new(&mixture, Time::from_lambda(-5.0)).expect("for single precision");
        let mut out = vec![0.0; SIDE];
        group.bench_function(BenchmarkId::new("field, one by one", count), |b| {
            b.iter(|| places.iter().for_each(|y| field::row(level, &packed, &xs, *y as f32, 0.0, &mut out)));
        });
        group.bench_function(BenchmarkId::new("field, by convolution", count), |b| {
            b.iter(|| {
                let mut field =
                    Convolved::new(level, &packed, || [places.clone(), places.clone()]).expect("a data set");
                while !field.prepare(level) {}
                (0..SIDE).for_each(|row| field.row(level, &packed, row, 0.0, &mut out));
            });
        });
        group.bench_function(BenchmarkId::new("picture", count), |b| {
            let axis = Axis { low: -4.0, high: 4.0, count: 129 };
            let stages = vec![GridStage { axes: [axis; 2], quality: Quality::Fine }];
            let request = GridRequest {
                target: components.clone(),
                spec: FormulaSpec { rule: Rule::Continuous, ..spec(Estimator::Quadrature) },
                stages,
                part: Part::WHOLE,
            };
            b.iter(|| run(Request::Grid(request.clone())));
        });
    }
    group.finish();
}

/// 100,000 particles on the ring on one core, with the widest vectors.
fn particles(c: &mut Criterion) {
    const COUNT: usize = 100_000;
    let mut group = c.benchmark_group("100,000 particles");
    group.throughput(Throughput::Elements(COUNT as u64));
    let mixture = Preset::Ring8.mixture();
    let level = Level::new();
    let [late, early] = [0.1, 0.0].map(Time::from_lambda);
    let start = Particles::prior(level, COUNT, 1);
    let steps = [
        ("forward", Step::forward(early, late)),
        ("DDIM", Step::ddim(late, early)),
        ("DDPM", Step::ddpm(late, early, ReverseVariance::Beta)),
    ];
    for (name, step) in steps {
        let motion = step.on(&mixture).expect("for single precision");
        let (mut cloud, mut step) = (start.clone(), 0);
        group.bench_function(name, |b| {
            b.iter(|| {
                step += 1;
                cloud.advance(level, &motion, Noise { seed: 1, step });
            });
        });
    }
    group.bench_function("sample", |b| b.iter(|| Particles::sample(level, black_box(&mixture), COUNT, 1)));
    group.bench_function("prior", |b| b.iter(|| Particles::prior(level, COUNT, black_box(1))));
    group.finish();
}

fn ode(c: &mut Criterion) {
    let mut group = c.benchmark_group("ode at a point");
    for (preset, x) in [(Preset::Bimodal, &[0.264][..]), (Preset::Ring8, &[2.9, 0.2][..])] {
        let mixture = preset.mixture();
        group.bench_function(format!("{preset:?}"), |b| {
            b.iter(|| log_density_ode(&mixture, ScoreError::default(), black_box(x), OdeOptions::default()));
        });
    }
    group.finish();
}

fn links(c: &mut Criterion) {
    let mut group = c.benchmark_group("permalink");
    let mix = (0..64).map(|i| format!("0.0{i:02}:{i}.25:-{i}.5:1.5:0.25:2")).collect::<Vec<_>>().join("_");
    let busy = "v=1&lab=density&target=claw&schedule=cosine&steps=50&seed=7&estimator=qmc&rule=paper&draws=32&t1=0.1";
    for (name, query) in [("usual", busy.to_owned()), ("64 components", format!("mix={mix}"))] {
        group.bench_function(BenchmarkId::new("open", name), |b| b.iter(|| open(black_box(&query))));
        let (state, notices) = open(&query);
        assert_eq!(notices, []);
        group.bench_function(BenchmarkId::new("write", name), |b| b.iter(|| state.query()));
    }
    group.finish();
}

fn figures(c: &mut Criterion) {
    let mut group = c.benchmark_group("figure");
    for (name, query) in [("curves", "draws=4&curves=ode"), ("maps", "target=ring8&estimator=quadrature")] {
        let (LabState::Density(state), _) = open(query) else { panic!("a link of the density lab") };
        let Ok(Reply::Points(reply)) = run(jobs::main(&state)) else { panic!("a picture") };
        group.bench_function(name, |b| b.iter(|| plots::main(&state, &reply, false).expect("a figure")));
    }
    let state = Density::default();
    group.bench_function("axes before any number", |b| b.iter(|| plots::empty(&state, false)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1));
    targets = score, formula_at_a_point, lattice, kernels, data_sets, particles, ode, links, figures
}
criterion_main!(benches);
