//! Accuracy against the number of draws.

use super::ROLES;
use crate::compute::AccuracyReply;
use crate::labs::classifier::Classifier;
use crate::labs::classifier::verdict::{rule_names, wilson};
use crate::labs::figures::short;
use crate::plot::{Axis, Dash, Figure, Layer, Panel, Role, Row};
use crate::words::tr;

/// The share of right labels.
pub fn share_right(labels: &[usize], truth: &[usize]) -> f64 {
    let right = labels.iter().zip(truth).filter(|(a, b)| a == b).count();
    right as f64 / truth.len().max(1) as f64
}

/// A panel for the formula's weights and one for uniform ones; each with a curve for shared and one
/// for own draws, of which the chosen one stands out, and lines for exact expectations and for Bayes' rule.
pub fn accuracy(state: &Classifier, reply: Option<&AccuracyReply>, narrow: bool) -> Figure {
    let nothing = AccuracyReply::default();
    let reply = reply.unwrap_or(&nothing);
    let exact = reply.labels.each_ref().map(|labels| share_right(labels, &reply.truth));
    let n = reply.truth.len();
    let curves = || reply.curves.iter().flat_map(|c| &c.accuracy);
    let low = curves().map(|p| wilson(p.1, n).0).fold(0.9, f64::min);
    let last = curves().map(|p| p.0).max().unwrap_or(256) as f64;
    let panel = |rule: usize| {
        let mut panel = Panel::new(
            Axis::log(tr!("draws a class"), (0.9, 1.15 * last)),
            Axis::linear(tr!("accuracy"), ((low - 0.02).max(0.0), 1.01)),
        )
        .title(rule_names()[rule]);
        panel.layers.push(Layer::VLine {
            x: state.draws,
            role: Role::Accent,
            dash: Dash::Dotted,
            label: None,
        });
        if reply.labels[0].is_empty() {
            return panel;
        }
        // Lines too close for two names share one.
        let close = (exact[0] - exact[rule]).abs() < 0.06;
        let names = if close {
            [Some(tr!("Bayes’ rule, exact expectations")), None]
        } else {
            [Some(tr!("Bayes’ rule")), Some(tr!("exact expectations"))]
        };
        for (level, role, dash, name) in [
            (exact[0], Role::Exact, Dash::Solid, names[0]),
            (exact[rule], ROLES[rule], Dash::Dotted, names[1]),
        ] {
            panel.layers.push(Layer::HLine { y: level, role, dash, label: name.map(str::to_owned) });
        }
        for curve in reply.curves.iter().filter(|c| c.uniform == (rule == 2)) {
            let points: Vec<(f64, f64)> = curve.accuracy.iter().map(|p| (p.0 as f64, p.1)).collect();
            // The chosen way of drawing stands out.
            let (role, dash) = if curve.shared == state.shared {
                (ROLES[rule], Dash::Solid)
            } else {
                (Role::Muted, Dash::Dashed)
            };
            let name = if curve.shared { tr!("shared") } else { tr!("own") };
            let bars = points.iter().map(|p| wilson(p.1, n)).collect();
            panel.layers.push(Layer::line(points.clone(), role).dashed(dash).labelled(name));
            panel.layers.push(Layer::Points {
                points,
                error_bars: Some(bars),
                role,
                radius: 2.5,
                label: None,
            });
        }
        panel
    };
    let panels = vec![panel(1), panel(2)];
    let rows = if narrow {
        panels.into_iter().map(|panel| Row::new(vec![panel])).collect()
    } else {
        vec![Row::new(panels)]
    };
    Figure { summary: summary(reply, exact), rows }
}

fn summary(reply: &AccuracyReply, exact: [f64; 3]) -> String {
    if reply.labels[0].is_empty() {
        return tr!("Accuracy against draws is being computed.").to_owned();
    }
    let curve = |c: &crate::compute::DrawCurve| {
        let (first, last) = (c.accuracy.first()?, c.accuracy.last()?);
        Some(tr!(
            "{}, {} draws: from {} with {} to {} with {}",
            rule_names()[if c.uniform { 2 } else { 1 }],
            if c.shared { tr!("shared") } else { tr!("own") },
            short(first.1),
            first.0,
            short(last.1),
            last.0,
        ))
    };
    let curves: Vec<String> = reply.curves.iter().filter_map(curve).collect();
    tr!(
        "Share of {} points drawn from the target that are labelled right, against the number of draws a class. {}. With exact expectations: formula’s weights {}, uniform weights {}; Bayes’ rule {}.",
        reply.truth.len(),
        curves.join("; "),
        short(exact[1]),
        short(exact[2]),
        short(exact[0]),
    )
}
