//! The ELBO lab on the page: figures, controls, tables and text.

use super::state::{Elbo, FAMILIES, FamilyKind, MISFIT, WIDTH};
use super::{jobs, plots, tables};
use crate::compute::web::Backend;
use crate::compute::{ElboReply, Reply, Slot};
use crate::labs::common::Group;
use crate::labs::controls::{Shared, TargetControls, ending, place_of, reset_button, schedule_fields};
use crate::labs::density::VARIANCES;
use crate::labs::figures::height;
use crate::plot::{Figure, Theme};
use crate::ui::fields::{ChoiceField, NumberField, Slide};
use crate::ui::figure::Picture;
use crate::ui::job::{Answer, Job, SharedEngine, status_line, table, use_job};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::reactive::{number, place, show, text};
use crate::ui::table_view::TableView;
use crate::ui::words;
use crate::words::{essay, tr};
use leptos::prelude::*;

/// The lab; a [`View`](crate::labs::controls::View).
pub fn view(
    state: RwSignal<Elbo>,
    shared: Shared,
    engine: SharedEngine,
    theme: Memo<Theme>,
    busy: RwSignal<bool>,
) -> AnyView {
    let read = move || state.get();
    let main = use_job(engine, Slot::Main, read, |s| Some((jobs::main(s), Backend::Cpu)));
    let gaps = use_job(engine, Slot::Convergence, read, |s| {
        s.common.shows(Group::Convergence).then(|| (jobs::gaps(s), Backend::Cpu))
    });
    Effect::new(move |_| busy.set(main.busy.get() || gaps.busy.get()));
    let shows = move |group| shared.shows(group);
    view! {
        <div class="lab">
            {main_figure(state, main, theme)}
            <form class="controls" aria-label=tr!("Controls") on:submit=move |e| e.prevent_default()>
                {show(move || shows(Group::Target), move || view! { <TargetControls shared dims=&[1] /> }.into_any())}
                {show(move || shows(Group::Curves), move || family_controls(state))}
                {show(
                    move || shows(Group::Time),
                    move || {
                        view! {
                            <fieldset>
                                <legend>{tr!("Steps of the model")}</legend>
                                {schedule_fields(shared)}
                            </fieldset>
                        }
                            .into_any()
                    },
                )}
                {reset_button(state)}
            </form>
            {show(move || shows(Group::Convergence), move || gaps_figure(gaps, theme))}
            {show(move || shows(Group::Probe), move || weights_and_parts(state, main, theme))}
            {ending(shared, table(main, reply, tables::plotted), essay!("elbo"))}
        </div>
    }
    .into_any()
}

/// The reply of both jobs.
fn reply(reply: &Reply) -> Option<&ElboReply> {
    match reply {
        Reply::Elbo(reply) => Some(reply),
        _ => None,
    }
}

fn main_figure(state: RwSignal<Elbo>, main: Job<Elbo>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        main.answer.with(|answer| match answer {
            Some(Answer { state, reply: Reply::Elbo(reply), .. }) => plots::main(state, reply),
            _ => Some(plots::empty(&state.get())),
        })
    });
    let words = move || {
        status_line(main, |reply| match reply {
            Reply::Elbo(reply) => {
                let warning = if reply.unresolved {
                    tr!(
                        "Details of the target or the family are finer than what was resolved: take the minimisers with care."
                    )
                } else {
                    ""
                };
                let run = reply.runs.first()?;
                Some((tr!("{} models, each at {} steps", run.theta.len(), run.steps), warning))
            }
            _ => None,
        })
    };
    let minimisers = table(main, reply, |_, reply| tables::minimisers(reply));
    panel(Panel {
        work: Some(main.work()),
        said: status(words),
        below: view! { <TableView table=minimisers /> }.into_any(),
        ..Panel::new(Picture::new(tr!("Objectives"), figure, theme, width, height))
    })
}

fn gaps_figure(gaps: Job<Elbo>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        gaps.answer.with(|answer| match answer {
            Some(Answer { reply: Reply::Elbo(reply), .. }) => Some(plots::gaps(Some(reply))),
            _ => Some(plots::gaps(None)),
        })
    });
    panel(Panel {
        name: "gaps",
        heading: Some(("gaps-heading", tr!("How the gaps shrink"))),
        work: Some(gaps.work()),
        said: note(tr!(
            "Distance of each minimiser from the likelihood’s against the number of steps. Where it falls below 1e-7 it is drawn there."
        )),
        ..Panel::new(Picture::new(tr!("Gaps to the likelihood"), figure, theme, width, height))
    })
}

fn weights_and_parts(state: RwSignal<Elbo>, main: Job<Elbo>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure: Memo<Option<Figure>> = Memo::new(move |_| Some(plots::weights(&state.get())));
    let parts = table(main, reply, |_, reply| tables::parts(reply));
    panel(Panel {
        name: "weights",
        heading: Some(("parts-heading", tr!("What each step weighs"))),
        below: view! { <TableView table=parts /> }.into_any(),
        ..Panel::new(Picture::new(tr!("Weights of the steps"), figure, theme, width, height))
    })
}

fn family_controls(state: RwSignal<Elbo>) -> AnyView {
    let families = FAMILIES.map(|(name, _)| (name, words::family(name))).to_vec();
    let variances = VARIANCES.map(|(name, value)| (name, words::variance(value))).to_vec();
    let pair = move || state.with(|s| s.family == FamilyKind::SymmetricPair);
    view! {
        <fieldset>
            <legend>{tr!("Family of models")}</legend>
            <ChoiceField
                label=tr!("What θ changes")
                key="family"
                options=families
                value=place(move || state.with(|s| place_of(&FAMILIES, &s.family)))
                set=move |i: usize| state.update(|s| s.family = FAMILIES[i].1)
            />
            {show(
                pair,
                move || {
                    view! {
                        <NumberField
                            label=tr!("Variance of each")
                            spec=WIDTH
                            value=number(move || state.with(|s| s.width))
                            set=move |v| state.update(|s| s.width = v)
                            slide=Slide::Log
                        />
                    }
                        .into_any()
                },
            )}
            {show(
                move || !pair(),
                move || {
                    view! {
                        <NumberField
                            label=tr!("Misfit")
                            spec=MISFIT
                            value=number(move || state.with(|s| s.misfit))
                            set=move |v| state.update(|s| s.misfit = v)
                            slide=Slide::Log
                        />
                        <p class="hint">{text(move || state.with(|s| words::misfit(s.family == FamilyKind::Width)).to_owned())}</p>
                    }
                        .into_any()
                },
            )}
            <ChoiceField
                label=tr!("Reverse variance of the ELBO")
                key="variance"
                options=variances
                value=place(move || state.with(|s| place_of(&VARIANCES, &s.variance)))
                set=move |i: usize| state.update(|s| s.variance = VARIANCES[i].1)
            />
        </fieldset>
    }
    .into_any()
}
