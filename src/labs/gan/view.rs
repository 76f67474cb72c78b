//! The GAN lab on the page: figures, controls, tables and text.

mod training;

use super::state::{Gan, LAMBDA, WEIGHTS};
use super::{jobs, plots, tables};
use crate::compute::web::Backend;
use crate::compute::{GanReply, GanWeights, Reply, Slot};
use crate::labs::common::Group;
use crate::labs::controls::{Shared, TargetControls, ending, place_of, reset_button, schedule_fields};
use crate::labs::density::RULES;
use crate::labs::figures::{NARROW, height};
use crate::math::Rule;
use crate::plot::{Theme, preferred_height};
use crate::ui::fields::{ChoiceField, NumberField, Slide};
use crate::ui::figure::Picture;
use crate::ui::job::{Answer, Job, SharedEngine, status_line, use_job};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::reactive::{flag, number, place, show};
use crate::ui::table::Table;
use crate::ui::table_view::TableView;
use crate::ui::words;
use crate::words::{essay, tr};
use leptos::prelude::*;
use training::{Games, use_games};

/// The lab; a [`View`](crate::labs::controls::View).
pub fn view(
    state: RwSignal<Gan>,
    shared: Shared,
    engine: SharedEngine,
    theme: Memo<Theme>,
    busy: RwSignal<bool>,
) -> AnyView {
    let read = move || state.get();
    let main = use_job(engine, Slot::Main, read, |s| Some((jobs::main(s), Backend::Cpu)));
    let games = use_games(state, main, engine, theme);
    Effect::new(move |_| busy.set(main.busy.get() || games.busy()));
    let shows = move |group| shared.shows(group);
    view! {
        <div class="lab">
            {main_figure(state, main, theme)}
            <form class="controls" aria-label=tr!("Controls") on:submit=move |e| e.prevent_default()>
                {show(move || shows(Group::Target), move || view! { <TargetControls shared /> }.into_any())}
                {show(move || shows(Group::Curves), move || game_controls(state))}
                {show(move || shows(Group::Time), move || time_controls(state, shared))}
                {show(move || Games::shows(shared), move || games.controls(shared))}
                {reset_button(state)}
            </form>
            {show(
                move || shows(Group::Convergence),
                move || sweep_figure(state, main, theme),
            )}
            {show(move || Games::shows(shared), move || games.played_out())}
            {show(move || Games::shows(shared), move || games.progress())}
            {ending(shared, table(state, main, tables::plotted), essay!("gan"))}
        </div>
    }
    .into_any()
}

/// The newest reply, with the parameters it belongs to but for those that are no part of a request,
/// which are the ones in force.
fn with_reply<T>(state: RwSignal<Gan>, main: Job<Gan>, read: impl FnOnce(&Gan, &GanReply) -> T) -> Option<T> {
    let (lambda, weights) = state.with(|s| (s.lambda, s.weights));
    main.answer.with(|answer| match answer {
        Some(Answer { state: of, reply: Reply::Gan(reply), .. }) => {
            Some(read(&Gan { lambda, weights, ..of.clone() }, reply))
        }
        _ => None,
    })
}

/// A table of the newest reply.
fn table(state: RwSignal<Gan>, main: Job<Gan>, make: fn(&Gan, &GanReply) -> Table) -> Signal<Table> {
    Signal::derive(move || with_reply(state, main, make).unwrap_or_default())
}

fn main_figure(state: RwSignal<Gan>, main: Job<Gan>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let narrow = Memo::new(move |_| width.get() < NARROW);
    let figure = Memo::new(move |_| {
        let narrow = narrow.get();
        with_reply(state, main, |s, reply| plots::main(s, reply, narrow))
            .flatten()
            .or_else(|| Some(plots::empty(&state.get(), narrow)))
    });
    let words = move || {
        status_line(main, |reply| match reply {
            Reply::Gan(reply) => {
                let warning = if reply.unresolved {
                    tr!(
                        "The widths of the components differ too much for the boxes and grids: take the numbers with care."
                    )
                } else {
                    ""
                };
                Some((tr!("Equilibria for all λ and both choices of weights").to_owned(), warning))
            }
            _ => None,
        })
    };
    panel(Panel {
        work: Some(main.work()),
        said: status(words),
        below: view! { <TableView table=table(state, main, tables::measures) /> }.into_any(),
        ..Panel::new(Picture::new(tr!("Equilibrium"), figure, theme, width, height))
    })
}

fn sweep_figure(state: RwSignal<Gan>, main: Job<Gan>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        let narrow = width.get() < NARROW;
        with_reply(state, main, |s, reply| plots::sweep(s, Some(reply), narrow))
            .or_else(|| Some(plots::sweep(&state.get(), None, narrow)))
    });
    panel(Panel {
        name: "sweep",
        heading: Some(("sweep-heading", tr!("Over the strength λ"))),
        said: note(tr!("Solid: the chosen weights. The dotted line marks the λ in force.")),
        ..Panel::new(Picture::new(tr!("Measures over λ"), figure, theme, width, preferred_height))
    })
}

fn game_controls(state: RwSignal<Gan>) -> AnyView {
    let weights = WEIGHTS.map(|(name, _)| (name, words::gan_weights(name))).to_vec();
    view! {
        <fieldset>
            <legend>{tr!("Regulariser")}</legend>
            <NumberField
                label=tr!("Strength")
                unit="λ"
                spec=LAMBDA
                value=number(move || state.with(|s| s.lambda))
                set=move |v| state.update(|s| s.lambda = v)
                slide=Slide::Linear(0.05)
            />
            <ChoiceField
                label=tr!("Weights of the steps")
                key="weights"
                options=weights
                value=place(move || state.with(|s| place_of(&WEIGHTS, &s.weights)))
                set=move |i: usize| state.update(|s| s.weights = WEIGHTS[i].1)
            />
        </fieldset>
    }
    .into_any()
}

fn time_controls(state: RwSignal<Gan>, shared: Shared) -> AnyView {
    let rules = RULES.map(|(name, value)| (name, words::rule(value))).to_vec();
    let continuous = move || state.with(|s| s.rule == Rule::Continuous && s.weights == GanWeights::Paper);
    view! {
        <fieldset>
            <legend>{tr!("Steps")}</legend>
            <ChoiceField
                label=tr!("Formula’s weights")
                key="rule"
                options=rules
                value=place(move || state.with(|s| place_of(&RULES, &s.rule)))
                set=move |i: usize| state.update(|s| s.rule = RULES[i].1)
            />
            {schedule_fields(shared)}
            <p class="hint" hidden=flag(move || !continuous())>
                {tr!("By the continuous rule R is −log p itself. The schedule shows in the uniform weights.")}
            </p>
        </fieldset>
    }
    .into_any()
}
