//! The density lab on the page: figures, controls, tables and text.

mod controls;
#[cfg(labs)]
mod many;
#[cfg(labs)]
mod tour;

use super::jobs::{interval, square};
use super::plots::NARROW;
use super::state::Density;
use super::{jobs, plots, tables};
use crate::compute::web::Backend;
use crate::compute::{ConvergenceReply, ProbeReply, Reply, Slot};
use crate::labs::common::Group;
use crate::labs::controls::{Shared, backend_of, ending};
use crate::math::{Mixture, Scratch};
use crate::plot::Theme;
use crate::ui::figure::{Picture, ProbeControl};
use crate::ui::job::{Answer, Job, SharedEngine, status_line, table, use_job};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::reactive::{flag, show};
use crate::ui::table::Table;
use crate::ui::table_view::TableView;
use crate::words::essay;
use crate::words::tr;
use controls::controls;
use leptos::prelude::*;

/// The lab; a [`View`](crate::labs::controls::View).
pub fn view(
    state: RwSignal<Density>,
    shared: Shared,
    engine: SharedEngine,
    theme: Memo<Theme>,
    busy: RwSignal<bool>,
) -> AnyView {
    let read = move || state.get();
    // What is hidden is not computed.
    let main = use_job(engine, Slot::Main, read, |s| Some((jobs::main(s), backend(s))));
    let probe = use_job(engine, Slot::Probe, read, |s| {
        s.common.shows(Group::Probe).then(|| (jobs::probe(s), Backend::Cpu))
    });
    let convergence = use_job(engine, Slot::Convergence, read, |s| {
        let can = s.common.shows(Group::Convergence) && jobs::converges(&s.common.target);
        can.then(|| (jobs::convergence(s), Backend::Cpu))
    });
    Effect::new(move |_| busy.set(main.busy.get() || probe.busy.get() || convergence.busy.get()));

    let shows = move |group| shared.shows(group);
    view! {
        {tour_strip(state)}
        // In the order of reading on a phone: the figure, its controls, the rest.
        <div class="lab">
            {first_figure(state, shared, main, theme)}
            {controls(state, shared)}
            {show(
                move || shows(Group::Probe),
                move || probe_figure(state, probe, theme),
            )}
            {show(
                move || shows(Group::Convergence) && converges(shared),
                move || convergence_figure(state, convergence, theme),
            )}
            {no_convergence(shared)}
            {ending(shared, plotted(main), essay!("density"))}
        </div>
    }
    .into_any()
}

#[cfg(labs)]
fn tour_strip(state: RwSignal<Density>) -> AnyView {
    tour::tour(state)
}

/// A tour is not for this module.
#[cfg(not(labs))]
fn tour_strip(_: RwSignal<Density>) {}

/// The state, by one function for all who read it: every closure handed to a signal is code of its own.
#[inline(never)]
fn get(state: RwSignal<Density>) -> Density {
    state.get()
}

/// Where maps are to be computed; a curve is computed in one place only.
fn backend(state: &Density) -> Backend {
    match state.common.target.dim() {
        1 => Backend::Auto,
        2 => backend_of(state.common.backend),
        // The kernels of the GPU are for the plane.
        _ => Backend::Cpu,
    }
}

/// Whether there is a figure of convergence.
#[cfg(labs)]
fn converges(shared: Shared) -> bool {
    !shared.many.get() && jobs::converges(&shared.get().target)
}

/// Why there is none of a large data set.
#[cfg(labs)]
fn no_convergence(shared: Shared) -> AnyView {
    let missing = move || shared.shows(Group::Convergence) && !shared.many.get() && !converges(shared);
    show(missing, || {
        view! {
            <p class="status">
                {tr!("How the error falls with draws and steps is shown for at most 64 points: it takes thousands of estimates, each of which costs an evaluation of every point.")}
            </p>
        }
        .into_any()
    })
    .into_any()
}

#[cfg(not(labs))]
fn no_convergence(_: Shared) {}

/// Presets have.
#[cfg(not(labs))]
fn converges(_: Shared) -> bool {
    true
}

/// The main figure: curves or maps, or points where the target has more than two dimensions.
#[cfg(labs)]
fn first_figure(state: RwSignal<Density>, shared: Shared, main: Job<Density>, theme: Memo<Theme>) -> AnyView {
    let figure = move || {
        if shared.many.get() {
            many::figure(state, main, theme)
        } else {
            main_figure(state, shared.mixture, main, theme)
        }
    };
    crate::ui::reactive::dynamic(figure).into_any()
}

/// The main figure: curves or maps.
#[cfg(not(labs))]
fn first_figure(state: RwSignal<Density>, shared: Shared, main: Job<Density>, theme: Memo<Theme>) -> AnyView {
    main_figure(state, shared.mixture, main, theme)
}

/// The exact log-density, the formula's and the error, with the probe.
fn main_figure(
    state: RwSignal<Density>,
    mixture: Memo<Mixture>,
    main: Job<Density>,
    theme: Memo<Theme>,
) -> AnyView {
    let width = RwSignal::new(0.0);
    let narrow = Memo::new(move |_| width.get() < NARROW);
    let clipped = RwSignal::new(false);
    // Apart, so that a probe on the move finds maps and curves as they were.
    let base = Memo::new(move |_| {
        main.answer.with(|answer| match answer {
            Some(Answer { state: of, reply: Reply::Points(reply), .. }) => {
                Some((of.clone(), plots::main_without_probe(of, reply, narrow.get())?))
            }
            _ => None,
        })
    });
    let figure = Memo::new(move |_| {
        let now = state.get();
        base.with(|base| {
            let Some((of, figure)) = base else {
                return Some(plots::with_probe(plots::empty(&now, narrow.get()), &now));
            };
            let mut of = of.clone();
            if of.common.target == now.common.target {
                of.probe.clone_from(&now.probe);
            }
            Some(plots::with_probe(figure.clone(), &of))
        })
    });
    let control = ProbeControl {
        position: Signal::derive(move || {
            let s = get(state);
            mixture.with(|m| s.probe(m))
        }),
        ordinate: Signal::derive(move || {
            let x = {
                let s = get(state);
                mixture.with(|m| s.probe(m))
            };
            mixture.with(|m| m.at_zero().log_density(&x, &mut Scratch::default()))
        }),
        ranges: Signal::derive(move || {
            mixture.with(|m| if m.dim() == 1 { vec![interval(m)] } else { square(m).to_vec() })
        }),
        set: Callback::new(move |position| state.update(|s| s.probe = Some(position))),
    };
    panel(Panel {
        work: Some(main.work()),
        said: view! {
            {status(move || words(main))}
            <p class="status" hidden=flag(move || !clipped.get())>
                {tr!("Parts of the curves lie outside the picture; the table has their numbers.")}
            </p>
        }
        .into_any(),
        ..Panel::new(Picture {
            probe: Some(control),
            clipped: Some(clipped),
            ..Picture::new(tr!("Log-density"), figure, theme, width, plots::height)
        })
    })
}

/// What was computed, how well and how fast.
fn words(main: Job<Density>) -> String {
    let estimator = main.answer.with(|a| a.as_ref().map(|a| crate::ui::words::estimator(a.state.estimator)));
    status_line(main, |reply| {
        let Reply::Points(reply) = reply else { return None };
        let worst = plots::short(plots::largest_error(reply));
        let warning = if reply.unresolved {
            tr!("The target has details finer than the grid: choose an estimator with draws.")
        } else {
            ""
        };
        let estimator = estimator.unwrap_or_default();
        let points = reply.formula.len();
        Some((
            tr!(
                "{}: largest difference {} nats within 12 nats of the peak. {} points",
                estimator,
                worst,
                points
            ),
            warning,
        ))
    })
}

/// The integrand at the probe and what it adds up to, with the numbers.
fn probe_figure(state: RwSignal<Density>, probe: Job<Density>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let reply: fn(&Reply) -> Option<&ProbeReply> = |reply| match reply {
        Reply::Probe(reply) => Some(reply),
        _ => None,
    };
    let figure = Memo::new(move |_| {
        probe.answer.with(|answer| match answer {
            Some(Answer { state, reply: Reply::Probe(reply), .. }) => Some(plots::probe(state, reply)),
            _ => Some(plots::empty_probe(&state.get_untracked())),
        })
    });
    panel(Panel {
        name: "probe",
        heading: Some(("probe-heading", tr!("At the probe"))),
        work: Some(probe.work().quiet()),
        before: view! { <TableView table=table(probe, reply, tables::probe) /> }.into_any(),
        said: view! { <TableView table=table(probe, reply, tables::interval_table) /> }.into_any(),
        ..Panel::new(Picture::new(tr!("The integrand at the probe"), figure, theme, width, plots::height))
    })
}

/// Errors against draws and steps.
fn convergence_figure(state: RwSignal<Density>, convergence: Job<Density>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        // Only which curves are picked out follows the state in force.
        let now = state.get();
        let narrow = width.get() < NARROW;
        convergence.answer.with(|answer| match answer {
            Some(Answer { reply: Reply::Convergence(reply), .. }) => {
                Some(plots::convergence(&now, reply, narrow))
            }
            _ => Some(plots::convergence(&now, &ConvergenceReply::default(), narrow)),
        })
    });
    panel(Panel {
        name: "convergence",
        heading: Some(("convergence-heading", tr!("How the error falls"))),
        work: Some(convergence.work()),
        said: note(tr!(
            "Root-mean-square error over eight points drawn from the target, with fitted slopes. Left: each estimator by the chosen rule, against the same rule by quadrature. Right: each discrete rule on the chosen schedule with its expectations computed, against the truth."
        )),
        ..Panel::new(Picture::new(tr!("Convergence"), figure, theme, width, plots::height))
    })
}

/// A sample of the plotted numbers.
fn plotted(main: Job<Density>) -> Signal<Table> {
    Signal::derive(move || {
        main.answer.with(|answer| match answer {
            Some(Answer { state, reply: Reply::Points(reply), whole: true, .. }) => {
                tables::plotted(state, reply).unwrap_or_default()
            }
            _ => Table::default(),
        })
    })
}
