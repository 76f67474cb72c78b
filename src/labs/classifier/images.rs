//! The handwritten digits as classes: the density of a class is the kernel density estimate of its training
//! images, and what is labelled are the images held out.

use super::state::{Classifier, Scale};
use crate::compute::{ImagesReply, ImagesRequest, Request};
use crate::labs::digits::{self, digits};
use crate::math::kernel_components;

/// Numbers of images after which a picture is shown.
const STAGES: [usize; 3] = [50, 150, 300];

/// The job; `None` where the target is another one.
pub fn main(state: &Classifier) -> Option<Request> {
    let data = digits().filter(|_| state.is_digits())?;
    let crate::labs::common::Target::Digits(bandwidth) = state.common.target else { return None };
    let truth: Vec<u8> = data.test().map(|image| image.label).collect();
    Some(Request::Images(ImagesRequest {
        target: kernel_components(digits::PIXELS, &data.points(), bandwidth),
        labels: data.train().map(|image| image.label).collect(),
        points: data.test().flat_map(digits::Image::point).collect(),
        truth,
        stages: STAGES.to_vec(),
        rule: state.rule,
        schedule: state.common.schedule(),
        steps: state.common.steps as usize,
        total: (state.scale == Scale::Mean).then_some(1.0),
        draws: state.draws as usize,
        shared: state.shared,
        seed: state.common.seed as u32,
    }))
}

/// The digits that were written, of the images labelled so far.
pub fn truth(reply: &ImagesReply) -> Vec<u8> {
    let labels = digits().into_iter().flat_map(|data| data.test().map(|image| image.label));
    labels.take(reply.labels[0].len()).collect()
}

/// Shares of right labels by the three rules.
pub fn accuracy(reply: &ImagesReply) -> [f64; 3] {
    reply.labels.each_ref().map(|labels| share(labels, &truth(reply)))
}

/// Share of labels that are the same.
pub fn share(labels: &[u8], others: &[u8]) -> f64 {
    labels.iter().zip(others).filter(|(a, b)| a == b).count() as f64 / labels.len().max(1) as f64
}
