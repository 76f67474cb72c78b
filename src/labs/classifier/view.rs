//! The classifier lab on the page: figures, controls, tables and text.

mod digits;

use super::state::{CLASSES, Classifier, DEALS, DRAWS, RULES, SCALES, WEIGHTS};
use super::{images, jobs, plots, tables};
use crate::compute::web::Backend;
use crate::compute::{AccuracyReply, RegionsReply, Reply, Slot};
use crate::labs::common::Group;
use crate::labs::controls::{
    Shared, TargetControls, ending, place_of, reset_button, schedule_fields, seed_fields,
};
use crate::labs::figures::{NARROW, height};
use crate::math::Rule;
use crate::plot::Theme;
use crate::ui::fields::{CheckField, ChoiceField, NumberField, Slide};
use crate::ui::figure::Picture;
use crate::ui::job::{Answer, Job, SharedEngine, status_line, table, use_job};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::reactive::{dynamic, flag, later, number, place, show};
use crate::ui::table::Table;
use crate::ui::table_view::TableView;
use crate::ui::words;
use crate::words::{essay, tr};
use leptos::prelude::*;

/// The lab; a [`View`](crate::labs::controls::View).
pub fn view(
    state: RwSignal<Classifier>,
    shared: Shared,
    engine: SharedEngine,
    theme: Memo<Theme>,
    busy: RwSignal<bool>,
) -> AnyView {
    let read = move || state.get();
    let main = use_job(engine, Slot::Main, read, |s| {
        Some((images::main(s).unwrap_or_else(|| jobs::main(s)), Backend::Cpu))
    });
    let accuracy = use_job(engine, Slot::Convergence, read, |s| {
        // Of the digits it is a part of the main figure.
        let apart = s.common.shows(Group::Convergence) && !s.is_digits();
        apart.then(|| (jobs::accuracy(s), Backend::Cpu))
    });
    Effect::new(move |_| busy.set(main.busy.get() || accuracy.busy.get()));
    let shows = move |group| shared.shows(group);
    let digits = later(move || state.with(Classifier::is_digits));
    view! {
        <div class="lab">
            {dynamic(move || {
                if digits.get() {
                    digits::figure(state, main, theme)
                } else {
                    main_figure(state, main, theme)
                }
            })}
            <form class="controls" aria-label=tr!("Controls") on:submit=move |e| e.prevent_default()>
                {show(
                    move || shows(Group::Target),
                    move || view! { <TargetControls shared /> }.into_any(),
                )}
                {show(
                    move || shows(Group::Target) && !digits.get(),
                    move || view! { <ClassControls state /> }.into_any(),
                )}
                {show(move || shows(Group::Estimator), move || view! { <WeightControls state /> }.into_any())}
                {show(move || shows(Group::Time), move || view! { <StepControls state shared /> }.into_any())}
                {show(
                    move || shows(Group::Convergence),
                    move || view! { <DrawControls state shared /> }.into_any(),
                )}
                {reset_button(state)}
            </form>
            {show(
                move || shows(Group::Convergence) && !digits.get(),
                move || accuracy_figure(state, accuracy, theme),
            )}
            {ending(shared, numbers(main), essay!("classifier"))}
        </div>
    }
    .into_any()
}

/// Some of the numbers of the newest picture, or all of the digits' map.
fn numbers(main: Job<Classifier>) -> Signal<Table> {
    Signal::derive(move || {
        main.answer.with(|answer| match answer {
            Some(Answer { state, reply: Reply::Regions(reply), .. }) => tables::plotted(state, reply),
            Some(Answer { state, reply: Reply::Images(reply), .. }) => tables::confusion(state, reply),
            _ => Table::default(),
        })
    })
}

fn main_figure(state: RwSignal<Classifier>, main: Job<Classifier>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        // Which weights are shown on the last map follows the state in force.
        let now = state.get();
        main.answer.with(|answer| match answer {
            Some(Answer { state: of, reply: Reply::Regions(reply), .. }) => {
                let of = Classifier { weights: now.weights, ..of.clone() };
                plots::main(&of, reply)
            }
            _ => Some(plots::empty(&now)),
        })
    });
    let words = move || {
        status_line(main, |reply| match reply {
            Reply::Regions(reply) if reply.classes == 1 => {
                Some((tr!("The target has one component, so there is one class. Computed").to_owned(), ""))
            }
            Reply::Regions(reply) => {
                let points: usize = reply.counts.iter().product();
                Some((tr!("{} points, {} classes", points, reply.classes), ""))
            }
            _ => None,
        })
    };
    let regions: fn(&Reply) -> Option<&RegionsReply> = |reply| match reply {
        Reply::Regions(reply) => Some(reply),
        _ => None,
    };
    let rules = table(main, regions, |_, reply| tables::rules(reply));
    panel(Panel {
        work: Some(main.work()),
        said: status(words),
        below: view! { <TableView table=rules /> }.into_any(),
        ..Panel::new(Picture::new(tr!("Decision regions"), figure, theme, width, height))
    })
}

fn accuracy_figure(state: RwSignal<Classifier>, accuracy: Job<Classifier>, theme: Memo<Theme>) -> AnyView {
    let width = RwSignal::new(0.0);
    let figure = Memo::new(move |_| {
        let now = state.get();
        let narrow = width.get() < NARROW;
        accuracy.answer.with(|answer| match answer {
            Some(Answer { reply: Reply::Accuracy(reply), .. }) => {
                Some(plots::accuracy(&now, Some(reply), narrow))
            }
            _ => Some(plots::accuracy(&now, None, narrow)),
        })
    });
    let reply: fn(&Reply) -> Option<&AccuracyReply> = |reply| match reply {
        Reply::Accuracy(reply) => Some(reply),
        _ => None,
    };
    panel(Panel {
        name: "accuracy",
        heading: Some(("accuracy-heading", tr!("How many draws it takes"))),
        work: Some(accuracy.work()),
        said: note(tr!(
            "Points drawn from the target with their classes; each draw is a step, chosen with probability proportional to its weight, and noise. Shared: all classes get the same draws. Own: each class gets its own. Bars are 95 % intervals for the choice of the points; four repetitions of the draws."
        )),
        below: view! { <TableView table=table(accuracy, reply, tables::points) /> }.into_any(),
        ..Panel::new(Picture::new(tr!("Accuracy against draws"), figure, theme, width, height))
    })
}

#[component]
fn ClassControls(state: RwSignal<Classifier>) -> impl IntoView {
    let deals = DEALS.map(|(name, _)| (name, words::deal(name))).to_vec();
    let single = flag(move || state.with(|s| s.common.target.mixture().len() < 2));
    let own = move || Classifier { classes: None, ..state.get() }.classes() as f64;
    let set = move |wanted: f64| {
        state.update(|s| {
            let most = s.common.target.mixture().len() as f64;
            let own = Classifier { classes: None, ..s.clone() }.classes() as f64;
            let wanted = wanted.min(most);
            s.classes = (wanted != own && wanted >= CLASSES.min).then_some(wanted);
        });
    };
    view! {
        <fieldset>
            <legend>{tr!("Classes")}</legend>
            <NumberField
                label=tr!("Number of classes")
                spec=CLASSES
                home=number(own)
                value=number(move || state.with(|s| s.classes() as f64))
                set=set
                slide=Slide::Linear(1.0)
                disabled=single
            />
            <ChoiceField
                label=tr!("Components are dealt")
                key="deal"
                options=deals
                value=place(move || state.with(|s| place_of(&DEALS, &s.deal)))
                set=move |i: usize| state.update(|s| s.deal = DEALS[i].1)
            />
        </fieldset>
    }
}

#[component]
fn WeightControls(state: RwSignal<Classifier>) -> impl IntoView {
    let weights = WEIGHTS.map(|(name, _)| (name, words::weights(name))).to_vec();
    let scales = SCALES.map(|(name, _)| (name, words::scale(name))).to_vec();
    view! {
        <fieldset>
            <legend>{tr!("Weights")}</legend>
            <ChoiceField
                label=tr!("Compared on the last map")
                key="weights"
                options=weights
                value=place(move || state.with(|s| place_of(&WEIGHTS, &s.weights)))
                set=move |i: usize| state.update(|s| s.weights = WEIGHTS[i].1)
            />
            <ChoiceField
                label=tr!("Uniform weights sum to")
                key="scale"
                options=scales
                value=place(move || state.with(|s| place_of(&SCALES, &s.scale)))
                set=move |i: usize| state.update(|s| s.scale = SCALES[i].1)
            />
        </fieldset>
    }
}

#[component]
fn StepControls(state: RwSignal<Classifier>, shared: Shared) -> impl IntoView {
    let rules = RULES.map(|(name, value)| (name, words::rule(value))).to_vec();
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
            <p class="hint" hidden=flag(move || state.with(|s| s.rule != Rule::Continuous))>
                {tr!("The continuous rule has no steps; the uniform weights use those of the schedule.")}
            </p>
        </fieldset>
    }
}

#[component]
fn DrawControls(state: RwSignal<Classifier>, shared: Shared) -> impl IntoView {
    view! {
        <fieldset>
            <legend>{tr!("Draws")}</legend>
            <NumberField
                label=tr!("Draws a class")
                spec=DRAWS
                value=number(move || state.with(|s| s.draws))
                set=move |v| state.update(|s| s.draws = v)
                slide=Slide::Log
            />
            <CheckField
                label=tr!("Shared by the classes")
                value=flag(move || state.with(|s| s.shared))
                set=move |on| state.update(|s| s.shared = on)
            />
            {seed_fields(shared, Signal::stored(false))}
        </fieldset>
    }
}
