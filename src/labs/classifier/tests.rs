//! Tests of the lab as a whole, from a link to its numbers and figures.

use super::{Classifier, jobs, plots, report, tables};
use crate::compute::{Reply, run};
use crate::labs::{LabState, open};
use crate::plot::{Layer, Style, Theme, to_svg};

fn state(query: &str) -> Classifier {
    match open(query).0 {
        LabState::Classifier(state) => state,
        other => panic!("{other:?}"),
    }
}

/// Two Gaussians in one dimension: labels and posteriors at given points, by hand.
#[test]
fn the_command_line_gets_the_contract_names() {
    let state = state("lab=classifier&target=custom&mix=0.5:-1:1_0.5:1:1&rule=continuous&draws=3");
    let at = [vec![-2.0], vec![-0.1], vec![0.3], vec![4.0]];
    let quantities = report::evaluate(&state, Some(&at)).expect("quantities");
    let values = |name: &str| &quantities.iter().find(|q| q.name == name).expect(name).values;
    assert_eq!(*values("points"), at.concat());
    assert_eq!(*values("labels_bayes"), [0.0, 0.0, 1.0, 1.0]);
    assert_eq!(values("labels_weighted"), values("labels_bayes"));
    assert_eq!(*values("agreement"), [1.0]);
    assert_eq!(values("accuracy"), values("accuracy_bayes"));
    for name in ["posterior_bayes", "posterior_weighted"] {
        for (x, p) in at.iter().zip(values(name).chunks_exact(2)) {
            // log p(1|x) - log p(0|x) = 2x.
            assert!((p[1] - 1.0 / (1.0 + (-2.0 * x[0]).exp())).abs() < 1e-6, "{name} {x:?}: {p:?}");
        }
    }
    assert_eq!(*values("draws"), [1.0, 2.0, 3.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]);
    assert_eq!(values("accuracy_drawn").len(), 10);
    assert!(report::evaluate(&state, Some(&[vec![0.0, 1.0]])).is_err());
}

/// Figures and tables in both dimensions, with a single class, and before any reply.
#[test]
fn figures_and_tables_are_drawn() {
    for (query, rows) in [
        ("lab=classifier&target=trio&weights=uniform", 3),
        ("lab=classifier&target=gaussian", 2),
        ("lab=classifier&target=gaussian2", 2),
        ("lab=classifier&target=three&schedule=linear&steps=50", 2),
    ] {
        let state = state(query);
        let Reply::Regions(reply) = run(jobs::main(&state)).expect("a reply") else { panic!("regions") };
        let figure = plots::main(&state, &reply).expect("a figure");
        assert_eq!((figure.rows.len(), plots::empty(&state).rows.len()), (rows, rows), "{query}");
        let style = Style::new(Theme::Light, 1.0);
        for figure in [&figure, &plots::empty(&state)] {
            assert!(to_svg(figure, &style, 700, 800).is_ok_and(|svg| svg.len() > 1000), "{query}");
        }
        assert_eq!(tables::rules(&reply).rows.len(), 3);
        assert!(tables::plotted(&state, &reply).rows.len() >= 25);
        // Class numbers are written, never colour alone.
        let texts = figure.rows.iter().flat_map(|r| &r.panels).flat_map(|p| &p.layers);
        assert!(texts.filter(|l| matches!(l, Layer::Text { .. })).count() >= state.classes(), "{query}");
        assert!(figure.summary.contains('%'));
    }
}

#[test]
fn the_accuracy_figure_says_what_it_shows() {
    let state = state("lab=classifier&target=three&draws=5&shared=0");
    let Reply::Accuracy(reply) = run(jobs::accuracy(&state)).expect("a reply") else { panic!("accuracy") };
    for narrow in [false, true] {
        let figure = plots::accuracy(&state, Some(&reply), narrow);
        assert_eq!(figure.rows.len(), if narrow { 2 } else { 1 });
        assert!(figure.summary.contains("200 points"));
    }
    // Three rules with exact expectations, and four ways of drawing with five draws.
    assert_eq!(tables::points(&state, &reply).rows.len(), 7);
    assert!(plots::accuracy(&state, None, false).summary.contains("being computed"));
}
