//! Stands in for `fast.rs` where the kernels are not compiled in: it takes nothing.

use crate::compute::messages::GridStage;
#[cfg(any(labs, lessons))]
use crate::math::Move;
use crate::math::{Accumulator, Estimator, Formula, FormulaSpec, Mixture, Part, Plan, Quality};
use std::sync::Arc;

pub(super) fn batch_size(_: &Mixture, _: Estimator) -> Option<usize> {
    None
}

#[derive(Debug)]
pub(super) enum Batch {}

impl Batch {
    pub(super) fn new(_: &Mixture, _: Estimator, _: &Accumulator) -> Option<Self> {
        None
    }

    pub(super) fn advance(&mut self, _: &Formula, _: &Mixture, _: &mut Accumulator) -> Option<bool> {
        match *self {}
    }
}

#[derive(Debug)]
pub(super) enum Grid {}

impl Grid {
    pub(super) fn new(_: Arc<Mixture>, _: &FormulaSpec, _: GridStage, _: Part) -> Option<Self> {
        None
    }

    pub(super) fn plan(mixture: &Mixture, spec: &FormulaSpec, _: Quality) -> Plan {
        spec.plan(mixture)
    }

    pub(super) fn advance(&mut self) -> bool {
        match *self {}
    }

    pub(super) fn progress(&self) -> f64 {
        match *self {}
    }

    pub(super) fn is_resolved(&self) -> bool {
        match *self {}
    }

    pub(super) fn finish(self) -> Vec<f64> {
        match self {}
    }
}

#[cfg(any(labs, lessons))]
pub(super) fn particle_budget(_: &Mixture) -> Option<usize> {
    None
}

#[cfg(any(labs, lessons))]
pub(super) fn sample(_: &Mixture, _: u32, _: usize, _: [&mut [f32]; 2]) -> bool {
    false
}

#[cfg(any(labs, lessons))]
pub(super) fn prior(_: u32, _: usize, _: [&mut [f32]; 2]) -> bool {
    false
}

#[cfg(any(labs, lessons))]
pub(super) fn advance(_: &Mixture, _: &Move, _: (u32, u32), _: usize, _: [&mut [f32]; 2]) -> bool {
    false
}
