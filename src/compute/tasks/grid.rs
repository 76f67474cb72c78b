//! The formula on whole grids, coarse to fine.

use super::Progress;
use crate::compute::messages::{GridRequest, JobError, PointsReply, Reply};
use crate::math::{FormulaError, Lattice, Mixture, Scratch};
use std::sync::Arc;

/// See [`crate::compute::Request::Grid`].
#[derive(Debug)]
pub struct GridTask {
    request: GridRequest,
    mixture: Arc<Mixture>,
    stage: usize,
    lattice: Option<Lattice>,
}

impl GridTask {
    pub(super) fn new(request: GridRequest) -> Result<Self, JobError> {
        let mixture = Arc::new(Mixture::new(&request.target)?);
        if mixture.dim() != 2 {
            return Err(FormulaError::QuadratureDimension(mixture.dim()).into());
        }
        if request.stages.iter().any(|(xs, ys)| xs.is_empty() || ys.is_empty()) {
            return Err(JobError::Dimension);
        }
        Ok(Self { request, mixture, stage: 0, lattice: None })
    }

    pub(super) fn step(&mut self) -> Progress {
        let Some((xs, ys)) = self.request.stages.get(self.stage) else {
            return Progress::Done(Reply::Points(PointsReply::default()));
        };
        let mut lattice = self.lattice.take().unwrap_or_else(|| {
            let fine = self.stage + 1 == self.request.stages.len();
            Lattice::new(self.mixture.clone(), &self.request.spec, xs.clone(), ys.clone(), fine)
        });
        if !lattice.advance() {
            let done = (self.stage as f64 + lattice.progress()) / self.request.stages.len() as f64;
            self.lattice = Some(lattice);
            return Progress::Working(done);
        }
        let origin = self.mixture.at_zero();
        let mut scratch = Scratch::default();
        let exact = ys.iter().flat_map(|y| xs.iter().map(move |x| [*x, *y]));
        let exact = exact.map(|x| origin.log_density(&x, &mut scratch)).collect();
        let unresolved = !lattice.is_resolved();
        let reply = PointsReply { exact, formula: lattice.finish(), unresolved, ..PointsReply::default() };
        self.stage += 1;
        if self.stage < self.request.stages.len() {
            Progress::Partial(Reply::Points(reply))
        } else {
            Progress::Done(Reply::Points(reply))
        }
    }
}
