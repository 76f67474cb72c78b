//! How often each rule is right: on points drawn from the target with their classes, with exact
//! expectations and with few draws, shared by the classes or not.

use super::{Classifier, Progress};
use crate::compute::messages::{JobError, Reply};
use crate::compute::tasks::STEP;
use crate::math::Scratch;
use crate::math::classifier::{
    Classes, Clock, Draws, Evidence, Labelled, Places, TimeTable, decide, posterior,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Times that the draws at each point are repeated.
pub const REPETITIONS: u32 = 4;
/// Most draws a class.
pub const MOST_DRAWS: usize = 1024;
/// Most points.
const MOST_POINTS: usize = 2000;

/// See [`crate::compute::Request::Accuracy`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccuracyRequest {
    /// The classifiers.
    pub classifier: Classifier,
    /// Seed of points and draws.
    pub seed: u32,
    /// Number of points, at most 2000.
    pub points: usize,
    /// Numbers of draws a class, ascending, at most [`MOST_DRAWS`].
    pub draws: Vec<usize>,
}

/// See [`crate::compute::Reply::Accuracy`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccuracyReply {
    /// Number of classes.
    pub classes: usize,
    /// The class that each point was drawn from.
    pub truth: Vec<usize>,
    /// Labels of the points with exact expectations: Bayes' rule, the formula's weights, uniform
    /// weights.
    pub labels: [Vec<usize>; 3],
    /// Mean of `-log p(true class | x)` over the points by the same, nats.
    pub log_loss: [f64; 3],
    /// With few draws: formula and uniform weights, each with shared and with own draws.
    pub curves: Vec<DrawCurve>,
}

/// Accuracy against draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawCurve {
    /// Whether the weights are uniform.
    pub uniform: bool,
    /// Whether all classes get the same draws.
    pub shared: bool,
    /// Draws a class, and the share of right labels over points and repetitions.
    pub accuracy: Vec<(usize, f64)>,
    /// Variance of the difference of logits of the two likeliest classes by one draw, nats²,
    /// mean over the points.
    pub variance: f64,
}

/// See [`crate::compute::Request::Accuracy`].
#[derive(Debug)]
pub struct AccuracyTask {
    classes: Arc<Classes>,
    tables: [TimeTable; 2],
    seed: u32,
    draws: Vec<usize>,
    points: Vec<Labelled>,
    /// The two likeliest classes at each point by Bayes' rule.
    rivals: Vec<[usize; 2]>,
    exact: Vec<f64>,
    evidence: Option<Box<Evidence>>,
    repetition: u32,
    point: usize,
    tallies: Vec<Tally>,
    reply: AccuracyReply,
    scratch: Scratch,
}

/// Right labels by number of draws, and the variance, of a curve.
#[derive(Clone, Debug)]
struct Tally {
    uniform: bool,
    shared: bool,
    right: Vec<usize>,
    variance: f64,
}

impl AccuracyTask {
    pub(in crate::compute::tasks) fn new(request: &AccuracyRequest) -> Result<Self, JobError> {
        let classes = request.classifier.classes()?;
        let plans = request.classifier.plans(&classes);
        let mut scratch = Scratch::default();
        let count = request.points.clamp(1, MOST_POINTS);
        let points: Vec<Labelled> = (0..count as u32).map(|i| classes.sample(request.seed, i)).collect();
        let exact: Vec<f64> = points.iter().flat_map(|p| classes.exact_logits(&p.x, &mut scratch)).collect();
        let rivals = exact.chunks_exact(classes.len()).map(rivals).collect();
        let clock = Clock::new(classes.lambda_range(7.0), 0.5);
        let places = Places::Points {
            points: points.iter().flat_map(|p| p.x.iter().copied()).collect(),
            nodes: if classes.dim() == 1 { 96 } else { 16 },
        };
        let evidence = Evidence::new(classes.clone(), clock, &plans, places);
        let mut draws: Vec<usize> = request.draws.iter().map(|n| (*n).clamp(1, MOST_DRAWS)).collect();
        draws.sort_unstable();
        draws.dedup();
        let tally = |(uniform, shared)| Tally { uniform, shared, right: vec![0; draws.len()], variance: 0.0 };
        let tallies = [(false, true), (false, false), (true, true), (true, false)].map(tally).to_vec();
        let truth = points.iter().map(|p| p.label).collect();
        let reply = AccuracyReply { classes: classes.len(), truth, ..AccuracyReply::default() };
        Ok(Self {
            tables: plans.each_ref().map(TimeTable::new),
            classes,
            seed: request.seed,
            draws,
            points,
            rivals,
            exact,
            evidence: Some(Box::new(evidence)),
            repetition: 0,
            point: 0,
            tallies,
            reply,
            scratch,
        })
    }

    pub(in crate::compute::tasks) fn step(&mut self) -> Progress {
        if let Some(mut evidence) = self.evidence.take() {
            if !evidence.advance() {
                let share = 0.5 * evidence.progress();
                self.evidence = Some(evidence);
                return Progress::Working(share);
            }
            self.judge(&evidence.finish());
            return Progress::Partial(Reply::Accuracy(self.reply.clone()));
        }
        let most = self.draws.last().copied().unwrap_or(0);
        let cost = most * self.classes.labels().len() * self.tallies.len() * 4;
        for _ in 0..(STEP / cost.max(1)).max(1) {
            if self.point < self.points.len() {
                self.draw(most);
                self.point += 1;
            }
        }
        if self.point < self.points.len() {
            let within = self.point as f64 / self.points.len() as f64;
            let done = (f64::from(self.repetition) + within) / f64::from(REPETITIONS);
            return Progress::Working(0.5 + 0.5 * done);
        }
        self.point = 0;
        self.repetition += 1;
        self.count();
        let reply = Reply::Accuracy(self.reply.clone());
        if self.repetition < REPETITIONS { Progress::Partial(reply) } else { Progress::Done(reply) }
    }

    /// Labels and losses by the rules with exact expectations.
    fn judge(&mut self, found: &[Vec<f64>]) {
        let count = self.classes.len();
        for (i, logits) in std::iter::once(&self.exact).chain(found).take(3).enumerate() {
            let by_point = || logits.chunks_exact(count);
            self.reply.labels[i] = by_point().map(decide).collect();
            let losses = by_point().zip(&self.reply.truth).map(|(l, truth)| loss(l, *truth));
            self.reply.log_loss[i] = losses.sum::<f64>() / self.points.len() as f64;
        }
    }

    /// One repetition of the draws at one point, for every curve.
    fn draw(&mut self, most: usize) {
        let priors = self.classes.log_priors();
        let Labelled { x, label } = &self.points[self.point];
        let [a, b] = self.rivals[self.point];
        let seed = self.seed.wrapping_add(self.repetition.wrapping_mul(0x9E37_79B9));
        for tally in &mut self.tallies {
            let draws = Draws { seed, most, shared: tally.shared };
            let table = &self.tables[usize::from(tally.uniform)];
            let mut sums = vec![0.0; priors.len()];
            let (mut mean, mut squares, mut level) = (0.0, 0.0, 0);
            for n in 0..most {
                let terms = draws.terms(&self.classes, table, (self.point, x), n, &mut self.scratch);
                for (sum, term) in sums.iter_mut().zip(&terms) {
                    *sum += term;
                }
                // Welford's update.
                let difference = terms[a] - terms[b];
                let offset = difference - mean;
                mean += offset / (n + 1) as f64;
                squares += offset * (difference - mean);
                if self.draws[level] == n + 1 {
                    let logits: Vec<f64> =
                        priors.iter().zip(&sums).map(|(prior, sum)| prior - sum / (n + 1) as f64).collect();
                    tally.right[level] += usize::from(decide(&logits) == *label);
                    level += 1;
                }
            }
            tally.variance += squares / (most.max(2) - 1) as f64;
        }
    }

    fn count(&mut self) {
        let trials = self.points.len() * self.repetition as usize;
        let share = |count: usize| count as f64 / trials as f64;
        let curve = |tally: &Tally| DrawCurve {
            uniform: tally.uniform,
            shared: tally.shared,
            accuracy: self.draws.iter().copied().zip(tally.right.iter().map(|n| share(*n))).collect(),
            variance: tally.variance / trials as f64,
        };
        self.reply.curves = self.tallies.iter().map(curve).collect();
    }
}

/// `-log p(c | x)` of the true class, nats.
fn loss(logits: &[f64], truth: usize) -> f64 {
    -posterior(logits)[truth].max(f64::MIN_POSITIVE).ln()
}

/// The classes with the largest and the second largest logit; twice the same where there is one.
fn rivals(logits: &[f64]) -> [usize; 2] {
    let first = decide(logits);
    let others: Vec<f64> =
        logits.iter().enumerate().map(|(c, l)| if c == first { f64::NEG_INFINITY } else { *l }).collect();
    [first, if logits.len() > 1 { decide(&others) } else { first }]
}
