//! The games that are played out, natively: the lesson is that of the thorough study, figures and tables say
//! what was found, and links hold what is drawn.

use super::plots::{Backdrop, findings, ideal_loss, progress, training};
use super::state::{Gan, Shown};
use super::{jobs, tables};
use crate::compute::{Go, Reply, Request, TrainingReply, TrainingRequest, run};
use crate::labs::figures::short;
use crate::labs::training::{Training, run as study};
use crate::labs::{Model, open_as};
use crate::plot::{Figure, Layer, Role};

const SMALL: &str = "v=1&lab=gan&units=12&layers=2&batch=32&train=24&at=24";

fn state(query: &str) -> Gan {
    let (state, notices) = open_as::<Gan>(&format!("{SMALL}{query}"));
    assert_eq!(notices, [], "{query}");
    state
}

fn trained(state: &Gan) -> TrainingReply {
    let request = TrainingRequest { lesson: jobs::lesson(state), go: Go::To(state.training.at) };
    match run(Request::Training(Box::new(request))) {
        Ok(Reply::Training(reply)) => *reply,
        other => panic!("{other:?}"),
    }
}

fn backdrop(state: &Gan) -> Backdrop {
    match run(jobs::main(state)) {
        Ok(Reply::Gan(reply)) => Backdrop::new(state, &reply).expect("a whole reply"),
        other => panic!("{other:?}"),
    }
}

fn lines<'a>(figure: &'a Figure, name: &str) -> Vec<&'a [(f64, f64)]> {
    let layers = figure.rows.iter().flat_map(|row| &row.panels).flat_map(|panel| &panel.layers);
    layers
        .filter_map(|layer| match layer {
            Layer::Line { points, label: Some(label), .. } if label == name => Some(&points[..]),
            _ => None,
        })
        .collect()
}

/// The command line's study is another path to the same networks.
#[test]
fn the_lesson_is_that_of_the_study() {
    for query in [
        "&target=three&lambda=0.8&seed=5",
        "&target=ring8&score=learned&weights=uniform",
        "&target=bimodal&warm=12&critic=2",
    ] {
        let state = state(query);
        let reply = trained(&state);
        let found = findings(&reply).expect("two GANs");
        let (step, both) = found.checks.last().expect("measured at the end");
        assert_eq!(*step, 24, "{query}");
        let studied = study(&Training::Gan(state.clone()), state.common.seed as u32).expect("it trains");
        for (i, which) in ["plain", "regularised"].into_iter().enumerate() {
            for (name, value) in
                [("js", both[i].js), ("outside", both[i].outside), ("median", both[i].median)]
            {
                let name = format!("{name}_{which}");
                let quantity = studied.iter().find(|q| q.name == name).expect("a contract name");
                assert_eq!(quantity.values, [value], "{query}: {name}");
            }
        }
        // Half of the comparison is that the two differ.
        assert_ne!(both[0], both[1], "{query}");
    }
}

#[test]
fn in_the_plane_layers_are_as_the_link_says() {
    let state = state("&target=ring8");
    let (reply, backdrop) = (trained(&state), backdrop(&state));
    let count = |state: &Gan, narrow: bool| {
        let figure = training(state, Some(&reply), Some(&backdrop), narrow);
        let panels: Vec<_> = figure.rows.iter().flat_map(|row| row.panels.clone()).collect();
        assert_eq!(panels.len(), 2);
        (figure.rows.len(), panels.iter().map(|panel| panel.layers.len()).collect::<Vec<_>>())
    };
    // Iso-lines of the target are always there.
    assert_eq!(count(&state, false), (1, vec![4, 4]));
    assert_eq!(count(&state, true), (2, vec![4, 4]));
    let only = |view: Vec<Shown>| Gan { view, ..state.clone() };
    assert_eq!(count(&only(vec![]), false).1, [1, 1]);
    let pulls = training(&only(vec![Shown::Pulls]), Some(&reply), Some(&backdrop), false);
    let Some(Layer::Line { points, role: Role::Muted, .. }) = pulls.rows[0].panels[0].layers.last() else {
        panic!("no arrows");
    };
    // Each begins and ends near its place of the map's.
    assert!(points.len() > 300 && points.iter().filter(|p| p.0.is_finite()).all(|p| p.0.abs() < 7.0));
    let samples = training(&only(vec![Shown::Samples]), Some(&reply), Some(&backdrop), false);
    let Some(Layer::Points { points, .. }) = samples.rows[0].panels[1].layers.last() else {
        panic!("no samples");
    };
    assert_eq!(points.len(), 500);
    let mesh = training(&only(vec![Shown::Manifold]), Some(&reply), Some(&backdrop), false);
    let Some(Layer::Line { points, .. }) = mesh.rows[0].panels[0].layers.last() else { panic!("no mesh") };
    assert_eq!(points.iter().filter(|p| p.0.is_nan()).count(), 2 * jobs::MESH);
    assert_eq!(points.iter().filter(|p| p.0.is_finite()).count(), 2 * jobs::MESH * jobs::MESH);
}

#[test]
fn numbers_are_said_and_tabulated() {
    let state = state("&target=ring8&lambda=1.5");
    let (reply, backdrop) = (trained(&state), backdrop(&state));
    let found = findings(&reply).expect("two GANs");
    let (_, [plain, regularised]) = found.checks.last().expect("measured");
    let table = tables::trained(&state, &reply, Some(&backdrop));
    assert!(table.caption.contains("after 24 steps") && table.columns[2] == "with λ = 1.5");
    let row = |heading: &str| {
        let row = table.rows.iter().find(|row| row.heading.starts_with(heading));
        row.unwrap_or_else(|| panic!("no {heading}")).cells.clone()
    };
    assert_eq!(
        row("Jensen"),
        [Some(plain.js), Some(regularised.js), Some(found.floor.js), Some(backdrop.js)]
    );
    assert_eq!(row("modes")[2..], [Some(8.0), None]);
    assert_eq!(row("loss")[2], Some(2.0 * 2f64.ln()));
    for figure in [
        training(&state, Some(&reply), Some(&backdrop), false),
        progress(&state, Some(&reply), Some(&backdrop), false),
    ] {
        for number in [plain.js, regularised.js, plain.cross_entropy, regularised.outside] {
            assert!(figure.summary.contains(&short(number)), "{}", figure.summary);
        }
    }
}

#[test]
fn measures_are_drawn_over_the_steps() {
    for (query, panels) in [("&target=ring8", 6), ("&target=points&pts=0_1_2_3_4_5_6_7_8_9_10_11_12", 4)] {
        let state = state(query);
        let reply = trained(&state);
        let figure = progress(&state, Some(&reply), Some(&backdrop(&state)), false);
        let before = progress(&state, None, None, false);
        for (figure, rows) in [(&figure, panels / 2), (&before, panels / 2)] {
            assert_eq!(figure.rows.len(), rows, "{query}");
        }
        assert_eq!(progress(&state, Some(&reply), None, true).rows.len(), panels);
        let curves = lines(&figure, "with");
        assert_eq!(curves.len(), panels, "{query}");
        assert!(curves[0].iter().map(|p| p.0).eq([0.0, 24.0]), "{query}");
        // A loss for each step.
        assert_eq!(curves[panels - 1].len(), 24);
    }
}

/// The loss of `D* = p/(p + p_G)` at the equilibrium, by the trapezoidal rule over the drawn densities.
#[test]
fn the_loss_at_the_equilibrium_is_that_of_its_densities() {
    for query in ["&target=bimodal&lambda=0.7", "&target=claw&lambda=3"] {
        let state = state(query);
        let backdrop = backdrop(&state);
        let figure = training(&state, None, Some(&backdrop), false);
        let (data, ideal) = (lines(&figure, "data"), lines(&figure, "equilibrium"));
        let (p, g, d) = (data[1], ideal[0], ideal[1]);
        let step = p[1].0 - p[0].0;
        let term = |i: usize| -> f64 {
            let (p, g, d) = (p[i].1, g[i].1, d[i].1);
            if p == 0.0 { 0.0 } else { -p * d.ln() - g * (1.0 - d).ln() }
        };
        let loss: f64 = (0..p.len()).map(term).sum::<f64>() * step;
        // The figure leaves out some thousandth of the data.
        assert!((loss - ideal_loss(&backdrop)).abs() < 2e-3, "{query}: {loss} {}", ideal_loss(&backdrop));
        let mean: f64 =
            (0..p.len()).filter(|i| g[*i].1 > 0.0).map(|i| -g[i].1 * p[i].1.ln()).sum::<f64>() * step;
        assert!((mean - backdrop.cross_entropy).abs() < 5e-3, "{query}: {mean} {}", backdrop.cross_entropy);
    }
}

#[test]
fn nothing_trained_is_said_and_takes_the_same_room() {
    for query in ["&target=ring8", "&target=claw"] {
        let state = state(query);
        let reply = trained(&state);
        for narrow in [false, true] {
            let shape = |figure: &Figure| {
                figure.rows.iter().map(|r| (r.panels.len(), r.bars.len())).collect::<Vec<_>>()
            };
            let empty = training(&state, None, None, narrow);
            assert!(empty.summary.contains("Nothing is trained"));
            assert_eq!(shape(&empty), shape(&training(&state, Some(&reply), None, narrow)));
        }
    }
    // A backdrop of another target is none.
    let (ring, three) = (state("&target=ring8"), state("&target=three"));
    let other = backdrop(&three);
    assert_eq!(training(&ring, None, Some(&other), false), training(&ring, None, None, false));
}

#[test]
fn links_hold_what_is_drawn() {
    for (query, view) in [
        ("", &[Shown::Samples, Shown::Manifold, Shown::Discriminator][..]),
        ("&view=pulls,samples", &[Shown::Samples, Shown::Pulls]),
        ("&view=", &[]),
    ] {
        let state = state(query);
        assert_eq!(state.view, view, "{query}");
        assert_eq!(open_as::<Gan>(&state.query()).0, state, "{query}");
    }
    let (state, notices) = open_as::<Gan>("v=1&lab=gan&view=all,manifold");
    assert_eq!((state.view, notices.len()), (vec![Shown::Manifold], 1));
    assert_eq!(Gan::default().query(), "v=1&lab=gan");
}

/// What the words beside the figures say of trainings, in their order: loosely, since rounding is amplified.
#[test]
fn links_of_the_text_show_what_they_say() {
    let of = |query: &str| {
        let (state, _) = open_as::<Gan>(query);
        let reply = trained(&state);
        let [plain, regularised] =
            findings(&reply).expect("two GANs").checks.last().expect("measured").1.clone();
        (plain, regularised, backdrop(&state))
    };
    let (_, regularised, ideal) = of("v=1&lab=gan&at=600");
    assert!(regularised.modes == 2 && (regularised.cross_entropy - ideal.cross_entropy).abs() < 0.1);
    assert!(regularised.js > 2.0 * ideal.js && regularised.js < 5.0 * ideal.js);
    let (plain, fresh, ideal) = of("v=1&lab=gan&target=ring8&at=1000");
    assert!(plain.modes >= 7 && fresh.modes <= 4 && fresh.js > 1.5 * plain.js && plain.js > ideal.js);
    let (_, late, _) = of("v=1&lab=gan&target=ring8&at=1000&warm=500");
    assert!(late.modes > fresh.modes && late.js < fresh.js);
    let (_, grid, _) = of("v=1&lab=gan&target=grid9&at=600");
    // The middle of nine.
    assert!(grid.modes == 1 && grid.shares[4] > 0.99, "{:?}", grid.shares);
    let (plain, same, _) = of("v=1&lab=gan&lambda=0&at=300");
    assert_eq!(plain, same);
}
