//! `log p(c) - S_c(x)` with exact expectations, at a list of points or on a whole grid, for
//! several weightings at once.
//!
//! Work goes time by time and class by class. On a grid in two dimensions one blur a time and
//! class serves all pixels ([`Lattice`]); at points there is a tensor Gauss–Hermite rule each.
//! It comes in steps of a few milliseconds, for callers that report progress or stop.

use super::{Class, Classes, Clock, Functional, noise_errors};
use crate::math::{Lattice, Noise, Plan, PlanNode, Resolution, Scratch};
use std::sync::Arc;

/// Evaluations of mixture components in one step.
const STEP: usize = 100_000;

/// Where the evidence is wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Places {
    /// Points, `d` numbers each, with the nodes an axis of the quadrature.
    Points {
        /// The points.
        points: Vec<f64>,
        /// Nodes an axis.
        nodes: usize,
    },
    /// All of `xs × ys`, x fastest, in two dimensions.
    Grid {
        /// Coordinates along x.
        xs: Vec<f64>,
        /// Coordinates along y.
        ys: Vec<f64>,
        /// How finely the lattices are sampled.
        sampling: Resolution,
    },
}

/// Evidence on its way.
#[derive(Clone, Debug)]
pub struct Evidence {
    classes: Arc<Classes>,
    clock: Clock,
    functionals: Vec<Functional>,
    places: Places,
    /// Of each class, at points.
    noises: Vec<Noise>,
    time: usize,
    class: usize,
    work: Work,
    /// `Σ_j weights_j F_j`, per functional, class and point.
    sums: Vec<Vec<Vec<f64>>>,
    scratch: Scratch,
}

#[derive(Clone, Debug)]
enum Work {
    Start,
    Lattice(Box<Lattice>),
    /// Errors at the points done so far.
    Points(Vec<f64>),
}

impl Evidence {
    /// Starts on some places for the weightings given as plans.
    pub fn new(classes: Arc<Classes>, clock: Clock, plans: &[Plan], places: Places) -> Self {
        let functionals: Vec<Functional> = plans.iter().map(|plan| clock.functional(plan)).collect();
        let noises = match &places {
            Places::Points { nodes, .. } => {
                let noise = |class: &Class| Noise::quadrature(classes.dim(), *nodes, class.mixture.bend());
                classes.iter().map(noise).collect()
            }
            Places::Grid { .. } => Vec::new(),
        };
        let count = match &places {
            Places::Points { points, .. } => points.len() / classes.dim(),
            Places::Grid { xs, ys, .. } => xs.len() * ys.len(),
        };
        let sums = vec![vec![vec![0.0; count]; classes.len()]; functionals.len()];
        let scratch = Scratch::default();
        Self {
            classes,
            clock,
            functionals,
            places,
            noises,
            time: 0,
            class: 0,
            work: Work::Start,
            sums,
            scratch,
        }
    }

    /// Does the next step; `true` when there is nothing left to do.
    pub fn advance(&mut self) -> bool {
        let Some(time) = self.clock.times().get(self.time).copied() else {
            return true;
        };
        let Some(class) = self.classes.iter().nth(self.class) else {
            return true;
        };
        let errors = match std::mem::replace(&mut self.work, Work::Start) {
            Work::Start => {
                self.work = match &self.places {
                    Places::Points { .. } => Work::Points(Vec::new()),
                    Places::Grid { xs, ys, sampling } => {
                        let mut plan =
                            Plan { dim: 2, constant: 0.0, quadratic: 0.0, origin: 0.0, nodes: Vec::new() };
                        plan.nodes.push(PlanNode { time, weight: 1.0 });
                        let (mixture, xs, ys) = (class.mixture.clone(), xs.clone(), ys.clone());
                        Work::Lattice(Box::new(Lattice::with_plan(mixture, plan, *sampling, xs, ys)))
                    }
                };
                return false;
            }
            Work::Lattice(mut lattice) => {
                if !lattice.advance() {
                    self.work = Work::Lattice(lattice);
                    return false;
                }
                lattice.sums().to_vec()
            }
            Work::Points(mut errors) => {
                if let (Places::Points { points, .. }, Some(noise)) =
                    (&self.places, self.noises.get(self.class))
                {
                    let dim = self.classes.dim();
                    let batch = (STEP / (noise.total(time) * class.mixture.len())).max(1);
                    let start = errors.len() * dim;
                    let end = (start + batch * dim).min(points.len());
                    let more =
                        noise_errors(&class.mixture, time, &points[start..end], noise, &mut self.scratch);
                    errors.extend(more);
                    if end < points.len() {
                        self.work = Work::Points(errors);
                        return false;
                    }
                }
                errors
            }
        };
        self.add(&errors);
        self.class = (self.class + 1) % self.classes.len();
        self.time += usize::from(self.class == 0);
        self.time == self.clock.times().len()
    }

    /// Share of the work done, in `[0, 1]`.
    pub fn progress(&self) -> f64 {
        let done = self.time * self.classes.len() + self.class;
        done as f64 / (self.clock.times().len() * self.classes.len()) as f64
    }

    /// `log p(c) - S_c(x)` (with the plan's constant) in nats: per weighting, for each point in
    /// turn one number a class.
    pub fn finish(self) -> Vec<Vec<f64>> {
        let norms: Vec<f64> = match &self.places {
            Places::Points { points, .. } => {
                points.chunks_exact(self.classes.dim()).map(|x| x.iter().map(|x| x * x).sum()).collect()
            }
            Places::Grid { xs, ys, .. } => {
                ys.iter().flat_map(|y| xs.iter().map(move |x| x * x + y * y)).collect()
            }
        };
        let priors = self.classes.log_priors();
        let logits = |(functional, sums): (&Functional, &Vec<Vec<f64>>)| {
            let at = |(i, norm): (usize, &f64)| {
                let logit = |(prior, sums): (&f64, &Vec<f64>)| prior + functional.value(sums[i], *norm);
                priors.iter().zip(sums).map(logit).collect::<Vec<f64>>()
            };
            norms.iter().enumerate().flat_map(at).collect()
        };
        self.functionals.iter().zip(&self.sums).map(logits).collect()
    }

    /// All of it in one go.
    pub fn run(mut self) -> Vec<Vec<f64>> {
        while !self.advance() {}
        self.finish()
    }

    fn add(&mut self, errors: &[f64]) {
        let (time, dim) = (self.clock.times()[self.time], self.classes.dim());
        for (functional, sums) in self.functionals.iter().zip(&mut self.sums) {
            let weight = functional.weights[self.time];
            for (sum, m) in sums[self.class].iter_mut().zip(errors) {
                *sum += weight * Clock::normalised(dim, time, *m);
            }
        }
    }
}
