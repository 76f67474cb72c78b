//! The equilibrium of a GAN with a regularised generator, for two choices of weights: the
//! regulariser on the plotted points, its spectrum, and the measures over `λ`.
//!
//! `λ` itself is no part of the request: whoever has the spectra finds the equilibrium for any
//! `λ` in about a millisecond.
//!
//! Two passes, coarse and fine, each in the same order: the exact regulariser `-log p`, which
//! gives the level that 5 % of the data lie below; then one regulariser after the other, on its
//! own nodes, then as a spectrum, then over `λ`. A partial reply follows each that is done.

use super::Progress;
use crate::compute::messages::{JobError, Reply};
use crate::math::{
    Accumulator, Component, Equilibrium, Estimator, Formula, FormulaError, FormulaSpec, Lattice, LineField,
    Measures, Mixture, Plan, PlaneField, Regulariser, Resolution, Rule, Sampling, Schedule, ScoreError,
    Scratch, Spectrum,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Step in `λ = log(t/(1-t))` of the times at which errors are computed.
const THINNING: f64 = 1.0 / 3.0;

/// Share of the data that counts as outside of where the data are.
pub const OUTSIDE: f64 = 0.05;

/// How the noise-prediction errors of the steps are weighted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GanWeights {
    /// As in the density formula, so that `R = -log p`, but for the rule's error.
    #[default]
    Paper,
    /// All alike, with the same sum as the paper's discrete weights.
    Uniform,
}

/// See [`crate::compute::Request::Gan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GanRequest {
    /// The data's components, in one or two dimensions.
    pub target: Vec<Component>,
    /// How the formula's weights are made of the schedule; for the continuous rule
    /// `R = -log p` in closed form.
    pub rule: Rule,
    /// The noise schedule.
    pub schedule: Schedule,
    /// Its number of steps.
    pub steps: usize,
    /// Plotted points, `d` numbers each.
    pub points: Vec<f64>,
    /// Values of `λ` at which measures are wanted, not below 0.
    pub lambdas: Vec<f64>,
    /// Whether a coarse reply comes first.
    pub coarse_first: bool,
}

/// See [`crate::compute::Reply::Gan`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GanReply {
    /// Log-density of the data at the points, nats.
    pub log_density: Vec<f64>,
    /// One a choice of weights, those that are done, the paper's first.
    pub fields: Vec<GanField>,
    /// Whether components are too different in width for the boxes or grids.
    pub unresolved: bool,
}

/// What one choice of weights gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GanField {
    /// The weights.
    pub weights: GanWeights,
    /// `R` at the points.
    pub regulariser: Vec<f64>,
    /// The distribution of `R` under the data.
    pub spectrum: Spectrum,
    /// The equilibria over `λ`.
    pub sweep: Vec<(Equilibrium, Measures)>,
}

/// See [`crate::compute::Request::Gan`].
#[derive(Debug)]
pub struct GanTask {
    request: GanRequest,
    mixture: Arc<Mixture>,
    fine: bool,
    /// Log-density of the data that 5 % of them lie below, once known.
    threshold: Option<f64>,
    reply: GanReply,
    work: Work,
}

/// What is being done for the weights in turn, in this order.
#[derive(Debug)]
enum Work {
    Start,
    Line(Box<(Formula, Accumulator, LineField)>),
    Plane(Box<(Lattice, PlaneField)>),
    Sampling(Box<Sampling>, Arc<Regulariser>),
    Sweep(GanField),
}

impl GanRequest {
    /// The plan whose value is `-R`; `None` for `R = -log p`.
    fn plan(&self, weights: GanWeights, dim: usize) -> Option<Plan> {
        let schedule = self.schedule.steps(self.steps);
        match weights {
            GanWeights::Paper if self.rule == Rule::Continuous => None,
            GanWeights::Paper => Some(Plan::discrete(self.rule, &schedule, dim)),
            GanWeights::Uniform => {
                let total = Plan::discrete(Rule::Paper, &schedule, dim).total_weight();
                Some(Plan::simple(&schedule, dim).scaled(total / schedule.len() as f64))
            }
        }
    }

    fn spec(&self) -> FormulaSpec {
        FormulaSpec {
            rule: self.rule,
            estimator: Estimator::Quadrature,
            schedule: self.schedule,
            steps: self.steps,
            draws: 1,
            seed: 1,
            score_error: ScoreError::default(),
        }
    }
}

impl GanTask {
    pub(super) fn new(request: GanRequest) -> Result<Self, JobError> {
        let mixture = Arc::new(Mixture::new(&request.target)?);
        let dim = mixture.dim();
        if dim > 2 {
            return Err(FormulaError::QuadratureDimension(dim).into());
        }
        if !request.points.len().is_multiple_of(dim) {
            return Err(JobError::Dimension);
        }
        let fine = !request.coarse_first;
        Ok(Self { request, mixture, fine, threshold: None, reply: GanReply::default(), work: Work::Start })
    }

    pub(super) fn step(&mut self) -> Progress {
        let weights = if self.reply.fields.is_empty() { GanWeights::Paper } else { GanWeights::Uniform };
        match std::mem::replace(&mut self.work, Work::Start) {
            Work::Start => self.work = self.start(weights),
            Work::Line(mut work) => {
                let (formula, sums, _) = &mut *work;
                if formula.advance(sums) {
                    let (formula, sums, field) = *work;
                    let values = formula.finish(sums).iter().map(|e| -e.value).collect();
                    self.work = self.sample(Regulariser::Line(field.filled(values)));
                } else {
                    self.work = Work::Line(work);
                }
            }
            Work::Plane(mut work) => {
                if work.0.advance() {
                    let (lattice, mut field) = *work;
                    self.reply.unresolved |= !lattice.is_resolved();
                    field.values = lattice.finish().iter().map(|e| -e.value).collect();
                    self.work = self.sample(Regulariser::Plane(field));
                } else {
                    self.work = Work::Plane(work);
                }
            }
            Work::Sampling(mut sampling, regulariser) => {
                self.work = if sampling.advance() {
                    self.reply.unresolved |= !sampling.is_resolved();
                    self.sampled(weights, sampling.finish(), &regulariser)
                } else {
                    Work::Sampling(sampling, regulariser)
                };
            }
            Work::Sweep(mut field) => {
                let Some(lambda) = self.request.lambdas.get(field.sweep.len()) else {
                    self.reply.fields.push(field);
                    return self.finished();
                };
                let equilibrium = Equilibrium::solve(&field.spectrum, *lambda);
                field.sweep.push((equilibrium, equilibrium.measures(&field.spectrum)));
                self.work = Work::Sweep(field);
            }
        }
        Progress::Working(self.progress())
    }

    /// The regulariser's nodes, or its closed form. The first spectrum of a pass is always that of
    /// `-log p`, for the threshold.
    fn start(&self, weights: GanWeights) -> Work {
        let dim = self.mixture.dim();
        let plan = self.threshold.and_then(|_| self.request.plan(weights, dim));
        let Some(plan) = plan else { return self.sample(Regulariser::Exact) };
        let (plan, spec) = (plan.thinned(THINNING), self.request.spec());
        if dim == 1 {
            let (field, places) = LineField::nodes(&self.mixture);
            // One dimension is within the reach of quadrature.
            return match Formula::with_plan(self.mixture.clone(), plan, &spec) {
                Ok(formula) => {
                    let sums = formula.begin(places);
                    Work::Line(Box::new((formula, sums, field)))
                }
                Err(_) => self.sample(Regulariser::Exact),
            };
        }
        let (per_deviation, most) = if self.fine { (2.5, 129) } else { (1.5, 49) };
        let field = PlaneField::empty(&self.mixture, per_deviation, most);
        let bend = 0.25 * self.mixture.variance_range().0.sqrt();
        let (xs, ys) = (field.x.places().collect(), field.y.places().collect());
        let lattice =
            Lattice::with_plan(self.mixture.clone(), plan, Resolution::FINE, xs, ys).with_least_bend(bend);
        Work::Plane(Box::new((lattice, field)))
    }

    fn sample(&self, regulariser: Regulariser) -> Work {
        let regulariser = Arc::new(regulariser);
        let threshold = self.threshold.unwrap_or(f64::NEG_INFINITY);
        let sampling = Sampling::new(self.mixture.clone(), regulariser.clone(), self.fine, threshold);
        Work::Sampling(Box::new(sampling), regulariser)
    }

    fn sampled(&mut self, weights: GanWeights, spectrum: Spectrum, regulariser: &Regulariser) -> Work {
        if self.threshold.is_none() {
            self.threshold = Some(-spectrum.upper_quantile(OUTSIDE));
            return Work::Start;
        }
        let marginal = self.mixture.at_zero();
        let mut scratch = Scratch::default();
        let points = || self.request.points.chunks_exact(self.mixture.dim());
        if self.reply.log_density.is_empty() {
            self.reply.log_density = points().map(|x| marginal.log_density(x, &mut scratch)).collect();
        }
        let values = points().zip(&self.reply.log_density).map(|(x, l)| regulariser.value(x, *l));
        let regulariser = values.collect();
        Work::Sweep(GanField { weights, regulariser, spectrum, sweep: Vec::new() })
    }

    /// After a choice of weights.
    fn finished(&mut self) -> Progress {
        if self.reply.fields.len() < 2 {
            // While a finer reply is computed the coarse one, which has both, stays.
            return if self.fine && self.request.coarse_first {
                Progress::Working(self.progress())
            } else {
                Progress::Partial(Reply::Gan(self.reply.clone()))
            };
        }
        if self.fine {
            return Progress::Done(Reply::Gan(std::mem::take(&mut self.reply)));
        }
        let reply = Reply::Gan(std::mem::take(&mut self.reply));
        (self.fine, self.threshold) = (true, None);
        Progress::Partial(reply)
    }

    fn progress(&self) -> f64 {
        let within = match &self.work {
            Work::Start => 0.0,
            Work::Line(work) => 0.6 * work.0.progress(&work.1),
            Work::Plane(work) => 0.6 * work.0.progress(),
            Work::Sampling(work, _) => 0.6 + 0.3 * work.progress(),
            Work::Sweep(field) => {
                0.9 + 0.1 * field.sweep.len() as f64 / self.request.lambdas.len().max(1) as f64
            }
        };
        // The threshold comes first.
        let within = match self.threshold {
            None => 0.1 * within,
            Some(_) => 0.1 + 0.9 * within,
        };
        let weights = 0.5 * (self.reply.fields.len() as f64 + within);
        match (self.request.coarse_first, self.fine) {
            (true, false) => 0.15 * weights,
            (true, true) => 0.15 + 0.85 * weights,
            _ => weights,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::{Request, Task, run};
    use crate::math::targets::Preset;

    fn request(preset: Preset, rule: Rule, schedule: Schedule, steps: usize) -> GanRequest {
        GanRequest {
            target: preset.components(),
            rule,
            schedule,
            steps,
            points: if preset.dim() == 1 { vec![-2.0, 0.0, 1.5] } else { vec![-1.0, 0.0, 1.0, 1.0] },
            lambdas: vec![0.0, 0.5, 2.0],
            coarse_first: true,
        }
    }

    fn reply(request: GanRequest) -> GanReply {
        match run(Request::Gan(request)) {
            Ok(Reply::Gan(reply)) => reply,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_formulas_weights_tend_to_the_closed_form() {
        for (preset, most) in [(Preset::Bimodal, 1e-3), (Preset::Three, 3e-3)] {
            let exact = reply(request(preset, Rule::Continuous, Schedule::Linear, 100));
            let trapezoid = reply(request(preset, Rule::LogSnrTrapezoid, Schedule::LogSnr, 200));
            assert!(!exact.unresolved && !trapezoid.unresolved);
            for (a, b) in exact.fields[0].sweep.iter().zip(&trapezoid.fields[0].sweep) {
                for (a, b) in [(a.1.kl, b.1.kl), (a.1.js, b.1.js), (a.1.tv, b.1.tv)] {
                    assert!((a - b).abs() < most, "{preset:?} {a} {b}");
                }
            }
            // R and -log p differ by no more than the rule's constant error.
            for (r, l) in trapezoid.fields[0].regulariser.iter().zip(&trapezoid.log_density) {
                assert!((r + l).abs() < 0.05, "{preset:?}: {r} {l}");
            }
            assert_eq!(exact.fields[0].regulariser, exact.log_density.iter().map(|l| -l).collect::<Vec<_>>());
        }
    }

    #[test]
    fn uniform_weights_give_another_equilibrium() {
        let reply = reply(request(Preset::Bimodal, Rule::Continuous, Schedule::Linear, 100));
        assert_eq!(
            reply.fields.iter().map(|f| f.weights).collect::<Vec<_>>(),
            [GanWeights::Paper, GanWeights::Uniform]
        );
        let [paper, uniform] = [0, 1].map(|i| &reply.fields[i].sweep[1].1);
        assert!((paper.kl - uniform.kl).abs() > 0.02, "{paper:?} {uniform:?}");
        assert!((reply.fields[0].sweep[0].1.outside - OUTSIDE).abs() < 2e-3);
    }

    #[test]
    fn coarse_replies_come_first_and_are_close() {
        for preset in [Preset::Bimodal, Preset::Three] {
            let request = request(preset, Rule::Continuous, Schedule::Linear, 100);
            let mut task = Task::new(Request::Gan(request)).expect("fits");
            let mut replies = Vec::new();
            let mut last = 0.0;
            loop {
                match task.step() {
                    Progress::Working(share) => {
                        assert!(share >= last - 1e-12 && share <= 1.0, "{share} after {last}");
                        last = share;
                    }
                    Progress::Partial(Reply::Gan(reply)) => replies.push(reply),
                    Progress::Done(Reply::Gan(reply)) => {
                        replies.push(reply);
                        break;
                    }
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(replies.iter().map(|r| r.fields.len()).collect::<Vec<_>>(), [1, 2, 2]);
            for (coarse, fine) in replies[1].fields.iter().zip(&replies[2].fields) {
                for (a, b) in coarse.sweep.iter().zip(&fine.sweep) {
                    assert!((a.1.kl - b.1.kl).abs() < 0.02, "{preset:?} {} {}", a.1.kl, b.1.kl);
                }
            }
        }
    }

    #[test]
    fn points_and_targets_of_other_shapes_are_refused() {
        let odd =
            GanRequest { points: vec![1.0], ..request(Preset::Three, Rule::Paper, Schedule::Linear, 10) };
        assert_eq!(Task::new(Request::Gan(odd)).err(), Some(JobError::Dimension));
    }
}
