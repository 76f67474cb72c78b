//! Errors against draws and against steps: root-mean-square over points drawn from the target.
//!
//! Against draws: each estimator by the chosen rule, less the same rule by quadrature, so that
//! only the estimator's own error shows. Against steps: each discrete rule by quadrature, less
//! the truth, so that only the discretisation shows. All rules share their noise-prediction
//! errors, since they look at the same times.

use super::Progress;
use crate::compute::messages::{ConvergenceReply, ConvergenceRequest, JobError, Reply};
use crate::math::{
    Accumulator, Estimator, Formula, FormulaError, FormulaSpec, Mixture, Noise, Plan, Rule, ScoreError,
    Scratch,
};
use std::sync::Arc;

/// Points drawn from the target.
const POINTS: u32 = 8;
/// Seeds per number of draws.
const SEEDS: u32 = 4;
const RULES: [Rule; 3] = [Rule::Paper, Rule::LogSnrLeft, Rule::LogSnrTrapezoid];

/// See [`crate::compute::Request::Convergence`].
#[derive(Debug)]
pub struct ConvergenceTask {
    spec: FormulaSpec,
    mixture: Arc<Mixture>,
    points: Vec<f64>,
    exact: Vec<f64>,
    jobs: Vec<Job>,
    next: usize,
    /// The job in progress, and for steps the point in progress.
    running: Option<(Formula, Accumulator)>,
    point: usize,
    reference: Vec<f64>,
    squares: f64,
    reply: ConvergenceReply,
}

#[derive(Clone, Copy, Debug)]
enum Job {
    Reference,
    Draws { estimator: usize, draws: usize, seed: u32 },
    Steps(usize),
}

impl ConvergenceTask {
    pub(super) fn new(request: &ConvergenceRequest) -> Result<Self, JobError> {
        let mixture = Arc::new(Mixture::new(&request.target)?);
        if mixture.dim() > 2 {
            return Err(FormulaError::QuadratureDimension(mixture.dim()).into());
        }
        let points: Vec<f64> = (0..POINTS).flat_map(|i| mixture.sample(request.spec.seed, i)).collect();
        let mut scratch = Scratch::default();
        let origin = mixture.at_zero();
        let exact = points.chunks_exact(mixture.dim()).map(|x| origin.log_density(x, &mut scratch)).collect();
        let mut jobs = vec![Job::Reference];
        // Small numbers first, so that the figure fills from the left.
        for steps in &request.steps {
            jobs.push(Job::Steps(*steps));
        }
        for draws in &request.draws {
            for estimator in 0..Estimator::DRAWN.len() {
                jobs.extend((0..SEEDS).map(|seed| Job::Draws { estimator, draws: *draws, seed }));
            }
        }
        // A score error is a bias of its own: the figure is about the other two.
        let spec = FormulaSpec { score_error: ScoreError::default(), ..request.spec };
        let reply = ConvergenceReply {
            draws: Estimator::DRAWN.iter().map(|e| (*e, Vec::new())).collect(),
            steps: RULES.iter().map(|r| (*r, Vec::new())).collect(),
        };
        Ok(Self {
            spec,
            mixture,
            points,
            exact,
            jobs,
            next: 0,
            running: None,
            point: 0,
            reference: Vec::new(),
            squares: 0.0,
            reply,
        })
    }

    pub(super) fn step(&mut self) -> Progress {
        let Some(job) = self.jobs.get(self.next).copied() else {
            return Progress::Done(Reply::Convergence(self.reply.clone()));
        };
        if self.running.is_none() {
            match self.start(job) {
                Ok(running) => self.running = Some(running),
                // Cannot be, up to two dimensions; the figure then lacks the point.
                Err(_) => self.next += 1,
            }
            return Progress::Working(self.progress());
        }
        let finished = self.running.as_mut().is_some_and(|(formula, work)| formula.advance(work));
        if finished && let Some((formula, work)) = self.running.take() {
            return self.close(job, &formula, work);
        }
        Progress::Working(self.progress())
    }

    fn start(&self, job: Job) -> Result<(Formula, Accumulator), FormulaError> {
        let quadrature = FormulaSpec { estimator: Estimator::Quadrature, ..self.spec };
        match job {
            Job::Reference => {
                let formula = Formula::new(self.mixture.clone(), &quadrature)?;
                let work = formula.begin(self.points.clone());
                Ok((formula, work))
            }
            Job::Draws { estimator, draws, seed } => {
                let seed = self.spec.seed.wrapping_add(seed.wrapping_mul(0x9E37_79B9));
                let spec = FormulaSpec { estimator: Estimator::DRAWN[estimator], draws, seed, ..self.spec };
                let formula = Formula::new(self.mixture.clone(), &spec)?;
                let work = formula.begin(self.points.clone());
                Ok((formula, work))
            }
            Job::Steps(steps) => {
                let plan = Plan::simple(&self.spec.schedule.steps(steps), self.mixture.dim());
                // The full tensor rule would take minutes here; a third of its nodes an axis
                // leave errors below the discretisation's.
                let nodes = if self.mixture.dim() == 1 { 96 } else { 20 };
                let noise = Noise::quadrature(self.mixture.dim(), nodes, self.mixture.bend());
                let formula = Formula::with_noise(self.mixture.clone(), plan, noise, ScoreError::default());
                let dim = self.mixture.dim();
                let work = formula.begin_profile(&self.points[self.point * dim..(self.point + 1) * dim]);
                Ok((formula, work))
            }
        }
    }

    fn close(&mut self, job: Job, formula: &Formula, work: Accumulator) -> Progress {
        match job {
            Job::Reference => self.reference = formula.finish(work).iter().map(|e| e.value).collect(),
            Job::Draws { estimator, draws, seed } => {
                let found = formula.finish(work);
                let squares = found.iter().zip(&self.reference).map(|(f, r)| (f.value - r).powi(2));
                self.squares += squares.sum::<f64>();
                if seed + 1 == SEEDS {
                    let error = (self.squares / f64::from(SEEDS * POINTS)).sqrt();
                    self.reply.draws[estimator].1.push((draws, error));
                    self.squares = 0.0;
                }
            }
            Job::Steps(steps) => {
                let m: Vec<f64> = work.profile().iter().map(|n| n.m).collect();
                self.add_steps(steps, &m);
                self.point += 1;
                if self.point < POINTS as usize {
                    return Progress::Working(self.progress());
                }
                self.point = 0;
                for (_, errors) in &mut self.reply.steps {
                    if let Some((_, squares)) = errors.last_mut() {
                        *squares = (*squares / f64::from(POINTS)).sqrt();
                    }
                }
            }
        }
        self.next += 1;
        let last = !matches!(job, Job::Draws { seed, estimator, .. } if seed + 1 < SEEDS || estimator + 1 < Estimator::DRAWN.len());
        if last && self.next < self.jobs.len() {
            return Progress::Partial(Reply::Convergence(self.reply.clone()));
        }
        Progress::Working(self.progress())
    }

    /// Adds the squared errors of every rule at the point in progress.
    fn add_steps(&mut self, steps: usize, m: &[f64]) {
        let schedule = self.spec.schedule.steps(steps);
        for (rule, errors) in &mut self.reply.steps {
            let plan = Plan::discrete(*rule, &schedule, self.mixture.dim());
            let sum: f64 = plan.nodes.iter().zip(m).map(|(node, m)| node.weight * m).sum();
            let square = (plan.value(sum, 0.0, 0.0) - self.exact[self.point]).powi(2);
            if self.point == 0 {
                errors.push((steps, square));
            } else if let Some((_, squares)) = errors.last_mut() {
                *squares += square;
            }
        }
    }

    fn progress(&self) -> f64 {
        self.next as f64 / self.jobs.len() as f64
    }
}
