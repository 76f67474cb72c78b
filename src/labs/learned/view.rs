//! The lab of learned scores on the page: figures, buttons, controls, tables and text.

use super::plots::Truth;
use super::state::Learned;
use super::{jobs, plots, tables};
use crate::compute::{DenoiserFindings, Lesson};
use crate::labs::common::Group;
use crate::labs::controls::{
    Shared, TargetControls, ending, place_of, reset_button, schedule_fields, seed_fields,
};
use crate::labs::diffusion_loss::{GAMMA, WEIGHTS};
use crate::labs::figures::{NARROW, height, short};
use crate::labs::training::controls::{SettingsSignal, Trains, found, network_fields, use_training};
use crate::labs::training::settings::{Kind, Settings};
use crate::math::diffusion_loss::Weighting;
use crate::plot::{Figure, Theme};
use crate::ui::fields::{ChoiceField, NumberField, Slide};
use crate::ui::figure::Picture;
use crate::ui::job::SharedEngine;
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::reactive::{number, place, show};
use crate::ui::table::Table;
use crate::ui::table_view::Numbers;
use crate::ui::training::{Trainer, trainer_view};
use crate::ui::words;
use crate::words::{essay, tr};
use leptos::prelude::*;

/// The lab; a [`View`](crate::labs::controls::View).
pub fn view(
    state: RwSignal<Learned>,
    shared: Shared,
    engine: SharedEngine,
    theme: Memo<Theme>,
    busy: RwSignal<bool>,
) -> AnyView {
    let trainer = use_training(engine, state);
    Effect::new(move |_| busy.set(trainer.job.busy.get()));
    let shows = move |group| shared.shows(group);
    let settings = SettingsSignal::of(state);
    // The truth changes with the target only, and takes longer to draw up than the rest.
    let truth = Memo::new(move |_| Truth::new(shared.mixture.get()));
    let pictures = Pictures { state, trainer, truth, theme };
    view! {
        <div class="lab">
            {pictures.main()}
            <form class="controls" aria-label=tr!("Controls") on:submit=move |e| e.prevent_default()>
                {show(move || shows(Group::Target), move || view! { <TargetControls shared /> }.into_any())}
                {show(move || shows(Group::Curves), move || objective_fields(settings))}
                {show(
                    move || shows(Group::Estimator),
                    move || {
                        view! {
                            <fieldset>
                                <legend>{tr!("Network and its training")}</legend>
                                {network_fields(settings, Kind::Score)}
                                {seed_fields(shared, Signal::stored(false))}
                            </fieldset>
                        }
                            .into_any()
                    },
                )}
                {show(
                    move || shows(Group::Time),
                    move || {
                        view! {
                            <fieldset>
                                <legend>{tr!("Steps of the formula and of sampling")}</legend>
                                {schedule_fields(shared)}
                            </fieldset>
                        }
                            .into_any()
                    },
                )}
                {reset_button(state)}
            </form>
            {show(move || shows(Group::Convergence), move || pictures.progress())}
            {show(move || shows(Group::Probe), move || pictures.score())}
            {ending(shared, pictures.table(tables::plotted), essay!("learned"))}
        </div>
    }
    .into_any()
}

fn objective_fields(settings: SettingsSignal) -> AnyView {
    let weights = WEIGHTS.map(|(name, _)| (name, words::weighting(name))).to_vec();
    let min_snr = move || settings.get.get().objective == Weighting::MinSnr;
    view! {
        <fieldset>
            <legend>{tr!("Objective")}</legend>
            <ChoiceField
                label=tr!("Weights of the steps")
                key="objective"
                options=weights
                value=place(move || place_of(&WEIGHTS, &settings.get.get().objective))
                set=move |i: usize| settings.update(|s| s.objective = WEIGHTS[i].1)
            />
            {show(
                min_snr,
                move || {
                    view! {
                        <NumberField
                            label=tr!("Largest weight")
                            unit="γ"
                            spec=GAMMA
                            value=number(move || settings.get.get().gamma)
                            set=move |v| settings.update(|s| s.gamma = v)
                            slide=Slide::Log
                        />
                    }
                        .into_any()
                },
            )}
        </fieldset>
    }
    .into_any()
}

impl Trains for Learned {
    fn settings(&self) -> &Settings {
        &self.training
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.training
    }

    fn lesson(&self) -> Lesson {
        jobs::lesson(self)
    }
}

/// What the figures are made of.
#[derive(Clone, Copy)]
struct Pictures {
    state: RwSignal<Learned>,
    trainer: Trainer<Learned>,
    truth: Memo<Truth>,
    theme: Memo<Theme>,
}

impl Pictures {
    /// The newest findings if they are of the target on show; else those of a training that has not begun.
    fn found<R>(self, make: impl FnOnce(&Learned, &DenoiserFindings) -> R) -> R {
        // The axis of steps goes as far as is to be trained now.
        let keep = |now: &Learned, of: &mut Learned| of.training.steps = now.training.steps;
        found(self.state, self.trainer, keep, |state, reply| make(state, &plots::findings(reply)))
    }

    fn main(self) -> AnyView {
        let width = RwSignal::new(0.0);
        let narrow = Memo::new(move |_| width.get() < NARROW);
        let figure: Memo<Option<Figure>> = Memo::new(move |_| {
            Some(self.found(|_, found| self.truth.with(|t| plots::main(t, found, narrow.get()))))
        });
        let said = move || {
            self.found(|_, found| match found.checks.last() {
                Some((steps, scores)) => tr!(
                    "On held-out points after {} steps: {} nats by the learned score, where the truth is {}; {} less, where the score’s errors predict {}.",
                    steps,
                    short(plots::learned(scores)),
                    short(scores.truth.value),
                    short(scores.fall.value),
                    short(scores.predicted.value),
                ),
                None => tr!("Press Train: a small network learns to predict noise, here in your browser. Its code is fetched then.").to_owned(),
            })
        };
        panel(Panel {
            work: Some(self.trainer.work()),
            said: view! {
                {trainer_view(self.trainer)}
                {status(said)}
            }
            .into_any(),
            ..Panel::new(Picture::new(
                tr!("Formula with the learned score"),
                figure,
                self.theme,
                width,
                height,
            ))
        })
    }

    fn progress(self) -> AnyView {
        let width = RwSignal::new(0.0);
        let narrow = Memo::new(move |_| width.get() < NARROW);
        let figure: Memo<Option<Figure>> =
            Memo::new(move |_| Some(self.found(|state, found| plots::progress(state, found, narrow.get()))));
        panel(Panel {
            name: "progress",
            heading: Some(("progress-heading", tr!("As it learns"))),
            work: Some(self.trainer.work()),
            said: note(tr!(
                "Dots: the formula with the learned score on points that training has not seen. Dotted: the truth, less what the errors of the score predict."
            )),
            below: view! { <Numbers table=self.table(tables::checks) /> }.into_any(),
            ..Panel::new(Picture::new(
                tr!("Held-out log-density and loss"),
                figure,
                self.theme,
                width,
                height,
            ))
        })
    }

    fn score(self) -> AnyView {
        let width = RwSignal::new(0.0);
        let narrow = Memo::new(move |_| width.get() < NARROW);
        let figure: Memo<Option<Figure>> = Memo::new(move |_| {
            Some(self.found(|_, found| self.truth.with(|t| plots::score(t, found, narrow.get()))))
        });
        panel(Panel {
            name: "score",
            heading: Some(("score-heading", tr!("What it has learned"))),
            work: Some(self.trainer.work()),
            said: note(tr!(
                "Left: how far the learned prediction is from the best one, beside what noise even the best one leaves. Right: samples, few while it trains."
            )),
            ..Panel::new(Picture::new(
                tr!("Error of the score, and samples"),
                figure,
                self.theme,
                width,
                height,
            ))
        })
    }

    fn table(self, make: fn(&DenoiserFindings) -> Table) -> Signal<Table> {
        Signal::derive(move || self.found(|_, found| make(found)))
    }
}
