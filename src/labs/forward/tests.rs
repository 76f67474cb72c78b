//! Links of the lab, and figures that say what was computed.

use super::*;
use crate::compute::{ForwardReply, Reply, Request, run};
use crate::labs::{Model, open_as};
use crate::math::Process;

fn ask(request: Request) -> ForwardReply {
    match run(request) {
        Ok(Reply::Forward(reply)) => reply,
        other => panic!("{other:?}"),
    }
}

#[test]
fn links_come_back() {
    for query in [
        "v=1&lab=forward",
        "v=1&lab=forward&target=ring8&process=heun&time=0.25&particles=100000&samplesteps=20&paths=0&speed=60",
        "v=1&lab=forward&process=ddpm&time=0&variance=posterior&arrows=0&density=0",
    ] {
        let (state, notices) = open_as::<Forward>(query);
        assert!(notices.is_empty(), "{notices:?}");
        assert_eq!(state.query(), query);
    }
    let (state, notices) = open_as::<Forward>("v=1&lab=forward&time=7&particles=1e9&samplesteps=0&process=x");
    assert_eq!(notices.len(), 4, "{notices:?}");
    assert_eq!((state.time, state.particles, state.sample_steps), (1.0, 1e6, 1.0));
}

/// Every step of the clock survives the link.
#[test]
fn the_clock_comes_back() {
    for count in [1, 7, 100, 333, 1000] {
        for level in 0..=count {
            let mut state = Forward { sample_steps: count as f64, ..Forward::default() };
            state.set_level(level);
            assert_eq!(open_as::<Forward>(&state.query()).0.level(), level, "of {count}");
        }
    }
}

/// Samplers on targets of very many components move fewer particles; nothing else changes their number.
#[test]
fn the_cap_on_particles() {
    let (state, _) = open_as::<Forward>("v=1&lab=forward&target=ring8&particles=1000000&process=ddim");
    assert_eq!(state.moved(&state.common.target.mixture()), 1_000_000);
    let parts: Vec<String> = (0..64).map(|i| format!("1:{i}:0:0.1:0:0.1")).collect();
    let query =
        format!("v=1&lab=forward&particles=1000000&process=heun&target=custom&mix={}", parts.join("_"));
    let (mut state, _) = open_as::<Forward>(&query);
    let mixture = state.common.target.mixture();
    assert_eq!(state.moved(&mixture), 125_000);
    state.process = Process::Forward;
    assert_eq!(state.moved(&mixture), 1_000_000);
}

#[test]
fn figures_have_their_parts() {
    for (query, panels) in [("v=1&lab=forward", 2), ("v=1&lab=forward&target=ring8&process=ddim&time=0", 2)] {
        let (mut state, _) = open_as::<Forward>(query);
        state.particles = 2000.0;
        let ForwardReply::Frame(frame) = ask(jobs::frame(&state, true)) else { panic!("a frame") };
        let ForwardReply::Course(course) = ask(jobs::course(&state)) else { panic!("a course") };
        let backdrop = plots::Backdrop::new(&state, &course).expect("a map");
        let figure = plots::main(&state, Some(&frame), Some(&backdrop), false);
        assert_eq!(figure.rows.iter().map(|row| row.panels.len()).sum::<usize>(), panels);
        assert!(figure.summary.contains("2000 particles"), "{}", figure.summary);
        // The empty figure keeps the same place.
        let empty = plots::main(&state, None, None, false);
        assert_eq!(
            crate::plot::preferred_height(&figure, 900.0),
            crate::plot::preferred_height(&empty, 900.0)
        );
        let schedule = plots::schedule(&state, Some(&course), 50, false);
        assert!(schedule.summary.contains("nats"));
        assert_eq!(tables::course(&state, &course).rows.len(), course.divergence.len());
    }
}
