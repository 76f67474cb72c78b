//! The density lab on the page: figures, controls, tables and text.

mod controls;

use super::jobs::{interval, square};
use super::plots::NARROW;
use super::state::Density;
use super::{jobs, plots, tables};
use crate::compute::web::Backend;
use crate::compute::{ConvergenceReply, Reply, Slot};
use crate::labs::common::{BackendChoice, Group};
use crate::math::{Mixture, Scratch};
use crate::plot::Theme;
use crate::ui::figure::{FigureView, ProbeControl};
use crate::ui::job::{Answer, Job, SharedEngine, use_job};
use crate::ui::reactive::{flag, show, text};
use crate::ui::table::Table;
use crate::ui::table_view::TableView;
use crate::ui::words;
use controls::Controls;
use leptos::prelude::*;

/// Text of the lab, rendered at build time.
const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/density.text.en.html"));

/// The lab.
#[component]
pub fn DensityView(
    /// Parameters; the only thing the controls write.
    state: RwSignal<Density>,
    /// Where jobs run.
    engine: SharedEngine,
    /// Light or dark.
    theme: Memo<Theme>,
    /// Set while any figure is still to be computed.
    busy: RwSignal<bool>,
) -> impl IntoView {
    let read = move || state.get();
    // What is hidden is not computed.
    let main = use_job(engine, Slot::Main, read, |s| Some((jobs::main(s), backend(s))));
    let probe = use_job(engine, Slot::Probe, read, |s| {
        s.common.shows(Group::Probe).then(|| (jobs::probe(s), Backend::Cpu))
    });
    let convergence = use_job(engine, Slot::Convergence, read, |s| {
        s.common.shows(Group::Convergence).then(|| (jobs::convergence(s), Backend::Cpu))
    });
    Effect::new(move |_| busy.set(main.busy.get() || probe.busy.get() || convergence.busy.get()));

    let mixture = Memo::new(move |_| state.with(|s| s.common.target.mixture()));
    let shows = move |group: Group| state.with(|s| s.common.shows(group));
    view! {
        // In the order of reading on a phone: the figure, its controls, the rest.
        <div class="lab">
            <MainFigure state mixture main theme />
            <Controls state mixture />
            {show(
                move || shows(Group::Probe),
                move || view! { <ProbeFigure state probe theme /> }.into_any(),
            )}
            {show(
                move || shows(Group::Convergence),
                move || view! { <ConvergenceFigure state convergence theme /> }.into_any(),
            )}
            {show(move || shows(Group::Numbers), move || view! { <Numbers main /> }.into_any())}
            {show(
                move || shows(Group::Text),
                move || view! { <article class="prose" inner_html=TEXT></article> }.into_any(),
            )}
        </div>
    }
}

/// Where maps are to be computed; a curve is computed in one place only.
fn backend(state: &Density) -> Backend {
    match state.common.backend {
        _ if state.common.target.mixture().dim() == 1 => Backend::Auto,
        BackendChoice::Auto => Backend::Auto,
        BackendChoice::Gpu => Backend::Gpu,
        BackendChoice::Cpu => Backend::Cpu,
    }
}

/// The exact log-density, the formula's and the error, with the probe.
#[component]
fn MainFigure(
    state: RwSignal<Density>,
    mixture: Memo<Mixture>,
    main: Job<Density>,
    theme: Memo<Theme>,
) -> impl IntoView {
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
        position: Signal::derive(move || state.with(|s| mixture.with(|m| s.probe(m)))),
        ordinate: Signal::derive(move || {
            let x = state.with(|s| mixture.with(|m| s.probe(m)));
            mixture.with(|m| m.at_zero().log_density(&x, &mut Scratch::default()))
        }),
        ranges: Signal::derive(move || {
            mixture.with(|m| if m.dim() == 1 { vec![interval(m)] } else { square(m).to_vec() })
        }),
        set: Callback::new(move |position| state.update(|s| s.probe = Some(position))),
    };
    view! {
        <section class="panel" aria-label="Main figure">
            <Progress job=main />
            <FigureView label="Log-density" figure theme width probe=control clipped height=plots::height />
            <p class="status" role="status">{text(move || status(main))}</p>
            <p class="status" hidden=flag(move || !clipped.get())>
                "Parts of the curves lie outside the picture; the table has their numbers."
            </p>
            <p class="error" role="alert">{text(move || main.error.get())}</p>
        </section>
    }
}

/// What was computed, how well and how fast.
fn status(main: Job<Density>) -> String {
    let Some(answer) = main.answer.get() else {
        return "Computing…".to_owned();
    };
    let Answer { state, reply: Reply::Points(reply), whole: true, millis, .. } = &answer else {
        return "Computing…".to_owned();
    };
    let worst = plots::largest_error(reply);
    let seconds =
        if *millis < 1000.0 { format!("{millis:.0} ms") } else { format!("{:.1} s", millis / 1000.0) };
    let points = reply.formula.len();
    let estimator = words::estimator(state.estimator);
    let warning = if reply.unresolved {
        " The target has details finer than the grid: choose an estimator with draws."
    } else {
        ""
    };
    format!(
        "{estimator}: largest difference {} nats within 12 nats of the peak. {points} points in {seconds} {}.{warning}",
        plots::short(worst),
        answer.place()
    )
}

/// A thin bar that appears when a job takes longer than a moment.
#[component]
fn Progress(job: Job<Density>) -> impl IntoView {
    view! {
        <div class="progress" class:busy=flag(move || job.busy.get()) aria-hidden="true">
            <div style:width=text(move || format!("{}%", 100.0 * job.progress.get()))></div>
        </div>
    }
}

/// The integrand at the probe and what it adds up to, with the numbers.
#[component]
fn ProbeFigure(state: RwSignal<Density>, probe: Job<Density>, theme: Memo<Theme>) -> impl IntoView {
    let width = RwSignal::new(0.0);
    let with = move |f: fn(&Density, &crate::compute::ProbeReply) -> Table| {
        probe.answer.with(|answer| match answer {
            Some(Answer { state, reply: Reply::Probe(reply), .. }) => f(state, reply),
            _ => Table::default(),
        })
    };
    let figure = Memo::new(move |_| {
        probe.answer.with(|answer| match answer {
            Some(Answer { state, reply: Reply::Probe(reply), .. }) => Some(plots::probe(state, reply)),
            _ => Some(plots::empty_probe(&state.get_untracked())),
        })
    });
    view! {
        <section class="panel" aria-labelledby="probe-heading">
            <h2 id="probe-heading">"At the probe"</h2>
            <TableView table=Signal::derive(move || with(tables::probe)) />
            <FigureView label="The integrand at the probe" figure theme width height=plots::height />
            <TableView table=Signal::derive(move || with(tables::interval_table)) />
            <p class="error" role="alert">{text(move || probe.error.get())}</p>
        </section>
    }
}

/// Errors against draws and steps.
#[component]
fn ConvergenceFigure(
    state: RwSignal<Density>,
    convergence: Job<Density>,
    theme: Memo<Theme>,
) -> impl IntoView {
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
    view! {
        <section class="panel" aria-labelledby="convergence-heading">
            <h2 id="convergence-heading">"How the error falls"</h2>
            <Progress job=convergence />
            <FigureView label="Convergence" figure theme width height=plots::height />
            <p class="status">
                "Root-mean-square error over eight points drawn from the target, with fitted slopes. Left: each estimator by the chosen rule, against the same rule by quadrature. Right: each discrete rule on the chosen schedule with its expectations computed, against the truth."
            </p>
            <p class="error" role="alert">{text(move || convergence.error.get())}</p>
        </section>
    }
}

/// A sample of the plotted numbers.
#[component]
fn Numbers(main: Job<Density>) -> impl IntoView {
    let table = Signal::derive(move || {
        main.answer.with(|answer| match answer {
            Some(Answer { state, reply: Reply::Points(reply), whole: true, .. }) => {
                tables::plotted(state, reply).unwrap_or_default()
            }
            _ => Table::default(),
        })
    });
    let open = RwSignal::new(false);
    view! {
        <details class="numbers" on:toggle=move |_| open.update(|o| *o = !*o)>
            <summary>"Table of numbers"</summary>
            {show(move || open.get(), move || view! { <TableView table /> }.into_any())}
        </details>
    }
}
