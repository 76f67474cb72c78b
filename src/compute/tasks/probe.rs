//! Everything at one point: the estimate, its integrand over time, the other routes, and the
//! identity between two times.

use super::Progress;
use super::points::elbo_formula;
use crate::compute::messages::{JobError, ProbeReply, ProbeRequest, ProfileNode, Reply};
use crate::math::{
    Accumulator, Estimate, Estimator, Formula, FormulaSpec, MAX_COMPONENTS, Mixture, NodeEstimate,
    OdeOptions, OdeRun, Plan, Scratch, lambda_range, mean_log_density,
};
use std::sync::Arc;

/// Times in the reference curve of the integrand.
const REFERENCE_STEP: f64 = 0.2;
/// Components times dimensions in the steps of the ODE that are taken at a time.
const ODE_STEP: usize = 20_000;

/// See [`crate::compute::Request::Probe`].
#[derive(Debug)]
pub struct ProbeTask {
    request: ProbeRequest,
    mixture: Arc<Mixture>,
    /// The chosen formula, the interval, the ELBO, the reference: run one after the other.
    runs: Vec<(Formula, Accumulator)>,
    run: usize,
    ode: OdeRun,
    reply: ProbeReply,
    /// Next entry of `reply.path`.
    path: usize,
}

impl ProbeTask {
    pub(super) fn new(request: ProbeRequest) -> Result<Self, JobError> {
        let mixture = Arc::new(Mixture::new(&request.target)?);
        let dim = mixture.dim();
        if request.x.len() != dim {
            return Err(JobError::Dimension);
        }
        let spec = &request.spec;
        let main = Formula::new(mixture.clone(), spec)?;
        // The identity between two times is a statement about the continuous process,
        // whichever rule the estimate uses.
        let range = spec.clock(&mixture).0;
        let between = Plan::between(dim, range, request.t1, request.t2);
        let mut formulas = vec![
            main,
            Formula::with_plan(mixture.clone(), between, spec)?,
            elbo_formula(&mixture, spec, request.variance)?,
        ];
        if by_quadrature(&mixture) {
            let reference = Plan::continuous(dim, lambda_range(&mixture, 9.0), REFERENCE_STEP);
            let quadrature = FormulaSpec { estimator: Estimator::Quadrature, ..*spec };
            formulas.push(Formula::with_plan(mixture.clone(), reference, &quadrature)?);
        }
        let runs = formulas
            .into_iter()
            .map(|formula| {
                let work = formula.begin_profile(&request.x);
                (formula, work)
            })
            .collect();
        let exact = mixture.at_zero().log_density(&request.x, &mut Scratch::default());
        let pending = Estimate { value: f64::NAN, standard_error: None };
        let reply = ProbeReply {
            exact,
            formula: pending,
            ode: Err(String::new()),
            elbo: f64::NAN,
            profile: Vec::new(),
            reference: Vec::new(),
            path: Vec::new(),
            integral: pending,
            difference: None,
            mean_fall: 0.0,
        };
        let ode = OdeRun::new(&mixture, request.spec.score_error, &request.x, OdeOptions::default());
        Ok(Self { request, mixture, runs, run: 0, ode, reply, path: 0 })
    }

    pub(super) fn step(&mut self) -> Progress {
        if let Some((formula, work)) = self.runs.get_mut(self.run) {
            if formula.advance(work) {
                let nodes = profile(formula, work.profile());
                let estimate = formula.finish(work.clone())[0];
                match self.run {
                    0 => {
                        self.reply.mean_fall = self.request.spec.score_error.mean_fall(formula.plan());
                        (self.reply.formula, self.reply.profile) = (estimate, nodes);
                    }
                    1 => self.reply.integral = Estimate { value: -estimate.value, ..estimate },
                    2 => self.reply.elbo = estimate.value,
                    _ => self.reply.reference = nodes,
                }
                self.run += 1;
            }
            return Progress::Working(0.8 * self.run as f64 / self.runs.len() as f64);
        }
        if let Some(node) = self.reply.reference.get(self.path) {
            self.reply.path.push(mean_log_density(&self.mixture, &self.request.x, node.time.t()));
            self.path += 1;
            return Progress::Working(0.9);
        }
        // A few milliseconds: an evaluation takes as long as there are components and dimensions.
        let steps = (ODE_STEP / (self.mixture.len() * self.mixture.dim())).max(1);
        for _ in 0..steps {
            if let Some(solution) = self.ode.advance(&self.mixture) {
                self.reply.ode = solution.map(|s| (s.log_density, s.evaluations)).map_err(|e| e.to_string());
                return self.finish();
            }
        }
        Progress::Working(0.95)
    }

    fn finish(&mut self) -> Progress {
        let ProbeRequest { x, t1, t2, .. } = &self.request;
        if by_quadrature(&self.mixture) {
            let at = |t| mean_log_density(&self.mixture, x, t);
            self.reply.difference = Some(at(*t2) - at(*t1));
        }
        Progress::Done(Reply::Probe(self.reply.clone()))
    }
}

/// Whether expectations at a point alone, of a target with so many dimensions and components, are taken by
/// quadrature: not for large data sets in a plane, for which they would take a minute, and not above two
/// dimensions: in three, where all targets are data sets, 24 nodes an axis are 13,824 evaluations of every
/// component at each time.
pub fn affords_quadrature(dim: usize, components: usize) -> bool {
    dim == 1 || (dim == 2 && components <= MAX_COMPONENTS)
}

/// The same for a mixture.
pub(super) fn by_quadrature(mixture: &Mixture) -> bool {
    affords_quadrature(mixture.dim(), mixture.len())
}

fn profile(formula: &Formula, nodes: &[NodeEstimate]) -> Vec<ProfileNode> {
    let plan = formula.plan();
    let dim = plan.dim as f64;
    plan.nodes
        .iter()
        .zip(nodes)
        .map(|(node, estimate)| ProfileNode {
            time: node.time,
            per_lambda: 0.5 * (estimate.m - dim * node.time.one_minus_t()),
            standard_error: estimate.standard_error.map(|e| 0.5 * e),
            share: node.weight * (estimate.m - dim * node.time.one_minus_t()),
        })
        .collect()
}
