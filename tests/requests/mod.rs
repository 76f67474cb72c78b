//! Requests that the tests of jobs and of replies share, and what comes back.

use scorescope::compute::{
    ConvergenceRequest, GridRequest, GridStage, PointsReply, PointsRequest, ProbeRequest, Progress, Reply,
    Request, Task, merge,
};
use scorescope::math::targets::Preset;
use scorescope::math::{Axis, Part, Quality};
use scorescope::math::{Estimator, FormulaSpec, ReverseVariance, Rule, Schedule, ScoreError};

pub(crate) fn spec(estimator: Estimator, draws: usize) -> FormulaSpec {
    FormulaSpec {
        rule: Rule::Continuous,
        estimator,
        schedule: Schedule::Linear,
        steps: 40,
        draws,
        seed: 3,
        score_error: ScoreError::default(),
    }
}

/// Points from -3 to 3, with partial replies after 5 and 17 of them.
pub(crate) fn points(preset: Preset, estimator: Estimator, count: usize) -> PointsRequest {
    let place = |i: usize| 6.0 * i as f64 / (count - 1) as f64 - 3.0;
    let dim = preset.dim();
    PointsRequest {
        target: preset.components(),
        spec: spec(estimator, 32),
        points: (0..count * dim).map(|i| place(i / dim) * if i % dim == 0 { 1.0 } else { -0.5 }).collect(),
        stages: vec![5, 17, count],
        ode: false,
        elbo: None,
    }
}

pub(crate) fn probe(preset: Preset, estimator: Estimator, x: &[f64], (t1, t2): (f64, f64)) -> ProbeRequest {
    ProbeRequest {
        target: preset.components(),
        spec: spec(estimator, 64),
        x: x.to_vec(),
        t1,
        t2,
        variance: ReverseVariance::default(),
    }
}

pub(crate) fn as_points(reply: Reply) -> PointsReply {
    let reply = merge(vec![reply]).expect("one whole");
    let Reply::Points(reply) = reply else { panic!("points: {reply:?}") };
    reply
}

/// All partial replies and the final one.
pub(crate) fn replies(request: Request) -> (Vec<Reply>, Reply) {
    let mut task = Task::new(request).expect("a valid request");
    let mut partial = Vec::new();
    loop {
        match task.step() {
            Progress::Working(_) => {}
            Progress::Partial(reply) => partial.push(reply),
            Progress::Done(reply) => return (partial, reply),
        }
    }
}

pub(crate) fn grid(preset: Preset) -> GridRequest {
    let axis = |count| Axis { low: -2.0, high: 2.0, count };
    let stage = |x, y, quality| GridStage { axes: [axis(x), axis(y)], quality };
    GridRequest {
        target: preset.components(),
        spec: spec(Estimator::Quadrature, 1),
        stages: vec![stage(5, 4, Quality::Coarse), stage(9, 7, Quality::Fine)],
        part: Part::WHOLE,
    }
}

pub(crate) fn convergence(preset: Preset) -> ConvergenceRequest {
    ConvergenceRequest {
        target: preset.components(),
        spec: spec(Estimator::Stein, 1),
        draws: vec![8, 32, 128, 512],
        steps: vec![8, 16, 32, 64, 128, 256],
    }
}
