//! What a picture of logits comes to: labels, and how often they are right.
//!
//! The points of a picture stand for the density over it: with `p(c, x)` from the exact logits,
//!
//! ```text
//! accuracy = Σ_x p(label(x), x) / Σ_x Σ_c p(c, x)
//! ```
//!
//! and likewise the share of the density on which a rule agrees with Bayes' and its mean loss
//! `-log p(c | x)`. No test points are drawn for that, so nothing is left to chance.

use crate::compute::RegionsReply;
use crate::math::classifier::{decide, posterior};
use crate::words::tr;

/// Names of the rules, in the order of a reply.
pub fn rule_names() -> [&'static str; 3] {
    [tr!("Bayes’ rule"), tr!("formula’s weights"), tr!("uniform weights")]
}

/// Labels and measures of the three rules: Bayes', by the formula's weights, by uniform weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Label of each point.
    pub labels: [Vec<usize>; 3],
    /// Share of the density that is labelled right.
    pub accuracy: [f64; 3],
    /// The same for each class alone.
    pub by_class: [Vec<f64>; 3],
    /// Share of the density on which the rule agrees with Bayes'.
    pub agreement: [f64; 3],
    /// Mean of `-log p(true class | x)`, nats.
    pub log_loss: [f64; 3],
}

impl Verdict {
    /// Of a picture; `None` where there is none yet.
    pub fn new(reply: &RegionsReply) -> Option<Self> {
        let count = reply.classes;
        if count == 0 || reply.logits.iter().any(|l| l.is_empty() || l.len() != reply.logits[0].len()) {
            return None;
        }
        let mut verdict = Self { by_class: std::array::from_fn(|_| vec![0.0; count]), ..Self::default() };
        verdict.labels = reply.logits.each_ref().map(|l| l.chunks_exact(count).map(decide).collect());
        // Relative to the peak, so that nothing under- or overflows.
        let top = reply.logits[0].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut masses = vec![0.0; count];
        for (i, exact) in reply.logits[0].chunks_exact(count).enumerate() {
            let joint: Vec<f64> = exact.iter().map(|logit| (logit - top).exp()).collect();
            for (mass, p) in masses.iter_mut().zip(&joint) {
                *mass += p;
            }
            for rule in 0..3 {
                let label = verdict.labels[rule][i];
                verdict.by_class[rule][label] += joint[label];
                if label == verdict.labels[0][i] {
                    verdict.agreement[rule] += joint.iter().sum::<f64>();
                }
                let found = posterior(&reply.logits[rule][i * count..(i + 1) * count]);
                for (p, q) in joint.iter().zip(&found).filter(|(p, _)| **p > 0.0) {
                    verdict.log_loss[rule] -= p * q.max(f64::MIN_POSITIVE).ln();
                }
            }
        }
        let total: f64 = masses.iter().sum();
        for rule in 0..3 {
            verdict.accuracy[rule] = verdict.by_class[rule].iter().sum::<f64>() / total;
            verdict.agreement[rule] /= total;
            verdict.log_loss[rule] /= total;
            for (right, mass) in verdict.by_class[rule].iter_mut().zip(&masses) {
                *right /= mass;
            }
        }
        Some(verdict)
    }
}

/// The 95 % interval of Wilson (1927) for a share observed in `n` trials.
pub fn wilson(share: f64, n: usize) -> (f64, f64) {
    let (n, z2) = (n.max(1) as f64, crate::labs::figures::Z95.powi(2));
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = (z2 * (share * (1.0 - share) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n);
    (middle - half, middle + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two points, two classes: by hand.
    #[test]
    fn shares_of_the_density() {
        let ln = |p: [f64; 4]| p.map(f64::ln).to_vec();
        let reply = RegionsReply {
            classes: 2,
            counts: vec![2],
            logits: [ln([0.4, 0.1, 0.2, 0.3]), ln([0.9, 0.1, 0.6, 0.4]), ln([0.5, 0.6, 0.1, 0.9])],
        };
        let verdict = Verdict::new(&reply).expect("a verdict");
        assert_eq!(verdict.labels, [vec![0, 1], vec![0, 0], vec![1, 1]]);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(verdict.accuracy[0], 0.7);
        near(verdict.accuracy[1], 0.6);
        near(verdict.accuracy[2], 0.4);
        near(verdict.agreement[0], 1.0);
        near(verdict.agreement[1], 0.5);
        near(verdict.by_class[0][0], 0.4 / 0.6);
        near(verdict.by_class[0][1], 0.3 / 0.4);
        let entropy = -(0.4 * 0.8f64.ln() + 0.1 * 0.2f64.ln() + 0.2 * 0.4f64.ln() + 0.3 * 0.6f64.ln());
        near(verdict.log_loss[0], entropy);
        assert!(verdict.log_loss[1] > entropy && verdict.log_loss[2] > entropy);
        assert_eq!(Verdict::new(&RegionsReply::default()), None);
    }

    /// Wilson's interval for 8 of 10, from tables: 0.490 to 0.943.
    #[test]
    fn wilson_by_table() {
        let (low, high) = wilson(0.8, 10);
        assert!((low - 0.4902).abs() < 1e-4 && (high - 0.9433).abs() < 1e-4, "{low} {high}");
    }
}
