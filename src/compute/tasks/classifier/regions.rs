//! Logits of the three rules on pictures, coarse to fine, or at points.

use super::{Classifier, Progress};
use crate::compute::messages::{JobError, Reply};
use crate::math::classifier::{Classes, Clock, Evidence, Places};
use crate::math::{Axis, Resolution, Scratch};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Points whose exact logits are computed in one step, times components.
const EXACT: usize = 40_000;

/// See [`crate::compute::Request::Regions`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionsRequest {
    /// The classifiers.
    pub classifier: Classifier,
    /// Where to classify, one after the other, coarse to fine.
    pub places: Vec<RegionsPlace>,
}

/// Where to classify.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RegionsPlace {
    /// Equally spaced points in one dimension.
    Line(Axis),
    /// A grid in two dimensions, x fastest; `fine` for the final picture.
    Grid([Axis; 2], bool),
    /// Points, `d` numbers each.
    Points(Vec<f64>),
}

/// See [`crate::compute::Reply::Regions`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RegionsReply {
    /// Number of classes.
    pub classes: usize,
    /// Points along each axis; the number of points alone for a list of them.
    pub counts: Vec<usize>,
    /// `log p(c)` plus the evidence for each class, nats, for each point in turn: exact, by the
    /// formula's weights, by uniform weights.
    pub logits: [Vec<f64>; 3],
}

/// See [`crate::compute::Request::Regions`].
#[derive(Debug)]
pub struct RegionsTask {
    request: RegionsRequest,
    classes: Arc<Classes>,
    place: usize,
    work: Work,
    scratch: Scratch,
}

#[derive(Debug)]
enum Work {
    Start,
    Evidence(Box<Evidence>),
    /// Exact logits so far.
    Exact(Vec<Vec<f64>>, Vec<f64>),
}

impl RegionsTask {
    pub(in crate::compute::tasks) fn new(request: RegionsRequest) -> Result<Self, JobError> {
        let classes = request.classifier.classes()?;
        let dim = classes.dim();
        let fits = |place: &RegionsPlace| match place {
            RegionsPlace::Line(axis) => dim == 1 && axis.count >= 2,
            RegionsPlace::Grid(axes, _) => dim == 2 && axes.iter().all(|axis| axis.count >= 2),
            RegionsPlace::Points(points) => points.len().is_multiple_of(dim),
        };
        if !request.places.iter().all(fits) {
            return Err(JobError::Dimension);
        }
        Ok(Self { request, classes, place: 0, work: Work::Start, scratch: Scratch::default() })
    }

    pub(in crate::compute::tasks) fn step(&mut self) -> Progress {
        let Some(place) = self.request.places.get(self.place) else {
            return Progress::Done(Reply::Regions(RegionsReply::default()));
        };
        match std::mem::replace(&mut self.work, Work::Start) {
            Work::Start => {
                let plans = self.request.classifier.plans(&self.classes);
                let (reach, step, places) = careful(place, self.classes.dim());
                let clock = Clock::new(self.classes.lambda_range(reach), step);
                let evidence = Evidence::new(self.classes.clone(), clock, &plans, places);
                self.work = Work::Evidence(Box::new(evidence));
            }
            Work::Evidence(mut evidence) => {
                self.work = if evidence.advance() {
                    Work::Exact(evidence.finish(), Vec::new())
                } else {
                    Work::Evidence(evidence)
                };
            }
            Work::Exact(found, mut exact) => {
                let count = self.classes.len();
                let batch = (EXACT / self.classes.labels().len()).max(1);
                let (start, total) = (exact.len() / count, found[0].len() / count);
                for i in start..(start + batch).min(total) {
                    exact.extend(
                        self.classes.exact_logits(&place.point(i, self.classes.dim()), &mut self.scratch),
                    );
                }
                if exact.len() == found[0].len() {
                    return self.close(found, exact);
                }
                self.work = Work::Exact(found, exact);
            }
        }
        Progress::Working(self.progress())
    }

    fn close(&mut self, found: Vec<Vec<f64>>, exact: Vec<f64>) -> Progress {
        let counts = match &self.request.places[self.place] {
            RegionsPlace::Line(axis) => vec![axis.count],
            RegionsPlace::Grid(axes, _) => axes.iter().map(|axis| axis.count).collect(),
            RegionsPlace::Points(points) => vec![points.len() / self.classes.dim()],
        };
        let mut found = found.into_iter();
        let logits = [exact, found.next().unwrap_or_default(), found.next().unwrap_or_default()];
        let reply = Reply::Regions(RegionsReply { classes: self.classes.len(), counts, logits });
        self.place += 1;
        if self.place < self.request.places.len() { Progress::Partial(reply) } else { Progress::Done(reply) }
    }

    /// The last picture is most of the work.
    fn progress(&self) -> f64 {
        let within = match &self.work {
            Work::Start => 0.0,
            Work::Evidence(evidence) => evidence.progress(),
            Work::Exact(..) => 1.0,
        };
        if self.place + 1 < self.request.places.len() { 0.1 * within } else { 0.1 + 0.9 * within }
    }
}

impl RegionsPlace {
    /// Point number `i`, in `dim` dimensions.
    fn point(&self, i: usize, dim: usize) -> Vec<f64> {
        match self {
            Self::Line(axis) => vec![axis.place(i)],
            Self::Grid([x, y], _) => vec![x.place(i % x.count), y.place(i / x.count)],
            Self::Points(points) => points[i * dim..(i + 1) * dim].to_vec(),
        }
    }
}

/// Reach and step of the clock, and how the expectations are taken. On grids as fine as decisions
/// need: boundaries move by less than a pixel.
fn careful(place: &RegionsPlace, dim: usize) -> (f64, f64, Places) {
    match place {
        RegionsPlace::Line(axis) => (8.0, 0.5, Places::Points { points: axis.places().collect(), nodes: 96 }),
        RegionsPlace::Grid([x, y], fine) => {
            let (xs, ys) = (x.places().collect(), y.places().collect());
            let (reach, step, sampling) = if *fine {
                (7.0, 0.5, Resolution { bend: 2.5, deviation: 1.0, most: 384, order: 6 })
            } else {
                (5.0, 1.0, Resolution { bend: 3.0, deviation: 1.2, most: 128, order: 3 })
            };
            (reach, step, Places::Grid { xs, ys, sampling })
        }
        RegionsPlace::Points(points) => {
            (8.0, 0.5, Places::Points { points: points.clone(), nodes: if dim == 1 { 96 } else { 32 } })
        }
    }
}
