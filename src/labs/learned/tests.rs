//! Figures and numbers of small trainings.

use super::*;
use crate::compute::{Reply, TrainingReply, run};
use crate::labs::{LabState, open};
use crate::plot::Figure;

fn state(query: &str) -> Learned {
    match open(query) {
        (LabState::Learned(state), notices) if notices.is_empty() => state,
        other => panic!("{query}: {other:?}"),
    }
}

fn trained(state: &Learned) -> TrainingReply {
    match run(jobs::main(state)) {
        Ok(Reply::Training(reply)) => *reply,
        other => panic!("{other:?}"),
    }
}

const LINE: &str = "lab=learned&units=24&layers=2&rate=0.01&steps=30&at=200";
const PLANE: &str = "lab=learned&target=ring8&units=24&layers=2&rate=0.01&steps=30&at=150";

/// All figures of a state, as wide and as narrow ones.
fn figures(state: &Learned, reply: Option<&TrainingReply>) -> Vec<Figure> {
    let (truth, found) = (plots::Truth::new(state.common.target.mixture()), plots::findings(reply));
    let of = |narrow| {
        [
            plots::main(&truth, &found, narrow),
            plots::progress(state, &found, narrow),
            plots::score(&truth, &found, narrow),
        ]
    };
    [false, true].into_iter().flat_map(of).collect()
}

#[test]
fn figures_keep_their_shape_as_numbers_come() {
    for query in [LINE, PLANE] {
        let state = state(query);
        let reply = trained(&state);
        let shape = |figures: Vec<Figure>| -> Vec<Vec<usize>> {
            figures.iter().map(|f| f.rows.iter().map(|row| row.panels.len()).collect()).collect()
        };
        assert_eq!(shape(figures(&state, None)), shape(figures(&state, Some(&reply))));
        for figure in figures(&state, Some(&reply)) {
            assert!(figure.summary.contains(|c: char| c.is_ascii_digit()), "{}", figure.summary);
        }
        assert!(figures(&state, None)[0].summary.contains("Nothing has been trained"));
    }
}

/// What is drawn is what was found: at a node of the coarse grid the map has the difference of the reply.
#[test]
fn the_difference_is_drawn_where_it_was_found() {
    let state = state(PLANE);
    let reply = trained(&state);
    let found = plots::findings(Some(&reply));
    let figure = plots::main(&plots::Truth::new(state.common.target.mixture()), &found, false);
    let crate::plot::Layer::Raster { grid, .. } = &figure.rows[0].panels[2].layers[0] else {
        panic!("no map")
    };
    let side = found.fall.len().isqrt();
    let stride = (grid.nx - 1) / (side - 1);
    assert_eq!(stride * (side - 1), grid.nx - 1);
    let mut seen = 0;
    for j in 0..side {
        for i in 0..side {
            let drawn = grid.at(i * stride, j * stride);
            if drawn.is_finite() {
                seen += 1;
                assert!((drawn + found.fall[j * side + i]).abs() < 1e-9);
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// The command line's numbers are those of the picture, and training has brought the formula nearer.
#[test]
fn numbers_of_a_link() {
    let state = state(LINE);
    let quantities = report::evaluate(&state).expect("trained");
    let list = |name: &str| &quantities.iter().find(|q| q.name == name).expect("a name").values;
    assert_eq!(list("train_steps"), &[0.0, 32.0, 64.0, 128.0, 200.0]);
    let fall = list("fall");
    assert!(fall[4] < 0.3 * fall[0], "{fall:?}");
    let reply = trained(&state);
    let found = plots::findings(Some(&reply));
    assert_eq!(tables::checks(&found).rows[4].cells[0], Some(list("log_density_learned")[4]));
    assert_eq!(list("lambda").len(), 30);
}
