//! Named quantities of a link, for the command line: contract names that may not change.

use super::plots::share_right;
use super::state::Classifier;
use super::verdict::Verdict;
use super::{images, jobs};
use crate::compute::{JobError, RegionsReply, Reply, Request, run};
use crate::labs::report::Quantity;
use crate::math::classifier::posterior;

/// Labels (classes are numbered from 0, as on the page) at the given points, or else at every fourth
/// point of the picture along an axis, with the posteriors they come from; the share of these points
/// on which the chosen weights agree with Bayes' rule; accuracy on the points drawn from the target,
/// with exact expectations and against draws.
///
/// # Errors
/// [`JobError`] when the link cannot be computed or the points have the wrong dimension.
pub fn evaluate(state: &Classifier, at: Option<&[Vec<f64>]>) -> Result<Vec<Quantity>, JobError> {
    if state.is_digits() {
        return digits(state, at);
    }
    let mixture = state.common.target.mixture();
    let dim = mixture.dim();
    if at.is_some_and(|at| at.iter().any(|x| x.len() != dim)) {
        return Err(JobError::Dimension);
    }
    let chosen = state.chosen();
    let mut of_picture = Vec::new();
    let (points, reply) = match at {
        Some(at) => {
            let points = at.concat();
            let reply = regions(jobs::at(state, points.clone()))?;
            (points, reply)
        }
        None => {
            let whole = regions(jobs::main(state))?;
            if let Some(verdict) = Verdict::new(&whole) {
                of_picture = vec![
                    Quantity::scalar("agreement_density", verdict.agreement[chosen], "1"),
                    Quantity::scalar("accuracy_density", verdict.accuracy[chosen], "1"),
                    Quantity::scalar("accuracy_density_bayes", verdict.accuracy[0], "1"),
                    Quantity::scalar("log_loss_density", verdict.log_loss[chosen], "nat"),
                    Quantity::scalar("log_loss_density_bayes", verdict.log_loss[0], "nat"),
                ];
            }
            thinned(state, &whole)
        }
    };
    let count = points.len() / dim;
    let labels: Vec<Vec<f64>> = [0, chosen]
        .iter()
        .map(|rule| {
            let by_point = reply.logits[*rule].chunks_exact(reply.classes);
            by_point.map(|l| crate::math::classifier::decide(l) as f64).collect()
        })
        .collect();
    let posteriors = |rule: usize| -> Vec<f64> {
        reply.logits[rule].chunks_exact(reply.classes).flat_map(posterior).collect()
    };
    let table =
        |name, shape: Vec<usize>, values| Quantity { name, shape, values, unit: "1", standard_error: None };
    let agree = labels[0].iter().zip(&labels[1]).filter(|(a, b)| a == b).count();
    let mut quantities = vec![
        table("points", vec![count, dim], points),
        Quantity::list("labels_bayes", labels[0].clone(), "1"),
        Quantity::list("labels_weighted", labels[1].clone(), "1"),
        table("posterior_bayes", vec![count, reply.classes], posteriors(0)),
        table("posterior_weighted", vec![count, reply.classes], posteriors(chosen)),
        Quantity::scalar("agreement", agree as f64 / count.max(1) as f64, "1"),
    ];
    quantities.extend(accuracy(state)?);
    quantities.extend(of_picture);
    Ok(quantities)
}

fn accuracy(state: &Classifier) -> Result<Vec<Quantity>, JobError> {
    let Reply::Accuracy(reply) = run(jobs::accuracy(state))? else { return Err(JobError::Dimension) };
    let chosen = state.chosen();
    let share = |rule: usize| share_right(&reply.labels[rule], &reply.truth);
    let with_error = |name, share: f64| Quantity {
        standard_error: Some(vec![(share * (1.0 - share) / reply.truth.len() as f64).sqrt()]),
        ..Quantity::scalar(name, share, "1")
    };
    let mut quantities = vec![with_error("accuracy", share(chosen)), with_error("accuracy_bayes", share(0))];
    let wanted = |c: &&crate::compute::DrawCurve| c.uniform == (chosen == 2) && c.shared == state.shared;
    if let Some(curve) = reply.curves.iter().find(wanted) {
        let draws = curve.accuracy.iter().map(|p| p.0 as f64).collect();
        quantities.push(Quantity::list("draws", draws, "1"));
        let shares = curve.accuracy.iter().map(|p| p.1).collect();
        quantities.push(Quantity::list("accuracy_drawn", shares, "1"));
        quantities.push(Quantity::scalar("variance_of_one_draw", curve.variance, "nat^2"));
    }
    Ok(quantities)
}

fn regions(request: Request) -> Result<RegionsReply, JobError> {
    match run(request)? {
        Reply::Regions(reply) => Ok(reply),
        _ => Err(JobError::Dimension),
    }
}

/// Every fourth point of a picture along each axis.
fn thinned(state: &Classifier, whole: &RegionsReply) -> (Vec<f64>, RegionsReply) {
    let mixture = state.common.target.mixture();
    let (points, index): (Vec<f64>, Vec<usize>) = match whole.counts[..] {
        [count] => {
            let index: Vec<usize> = (0..count).step_by(4).collect();
            let axis = jobs::line(&mixture, count);
            (index.iter().map(|i| axis.place(*i)).collect(), index)
        }
        [nx, ny] => {
            let [x, y] = jobs::axes(&mixture, nx);
            let places = || (0..ny).step_by(4).flat_map(|j| (0..nx).step_by(4).map(move |i| (i, j)));
            let points = places().flat_map(|(i, j)| [x.place(i), y.place(j)]).collect();
            (points, places().map(|(i, j)| j * nx + i).collect())
        }
        _ => (Vec::new(), Vec::new()),
    };
    let classes = whole.classes;
    let logits = whole.logits.each_ref().map(|logits| {
        index.iter().flat_map(|i| logits[i * classes..(i + 1) * classes].iter().copied()).collect()
    });
    (points, RegionsReply { classes, counts: vec![index.len()], logits })
}

/// Of the digits: the labels of the images held out, by Bayes' rule and by the chosen weights from draws, and what
/// follows from them.
fn digits(state: &Classifier, at: Option<&[Vec<f64>]>) -> Result<Vec<Quantity>, JobError> {
    let request = images::main(state).filter(|_| at.is_none()).ok_or(JobError::Dimension)?;
    let Reply::Images(reply) = run(request)? else {
        return Err(JobError::Dimension);
    };
    let numbers = |labels: &[u8]| labels.iter().map(|label| f64::from(*label)).collect::<Vec<f64>>();
    let (chosen, accuracy) = (state.chosen(), images::accuracy(&reply));
    let n = reply.labels[0].len().max(1) as f64;
    let curve = &reply.curves[chosen - 1];
    Ok(vec![
        Quantity::list("label", numbers(&images::truth(&reply)), "1"),
        Quantity::list("labels_bayes", numbers(&reply.labels[0]), "1"),
        Quantity::list("labels_weighted", numbers(&reply.labels[chosen]), "1"),
        Quantity::scalar("agreement", images::share(&reply.labels[chosen], &reply.labels[0]), "1"),
        Quantity::scalar("accuracy", accuracy[chosen], "1"),
        Quantity::scalar("accuracy_bayes", accuracy[0], "1"),
        Quantity::list("draws", curve.iter().map(|p| p.0 as f64).collect(), "1"),
        Quantity::list("accuracy_drawn", curve.iter().map(|p| p.1 as f64 / n).collect(), "1"),
    ])
}
