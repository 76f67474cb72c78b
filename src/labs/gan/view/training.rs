//! The games that are played out: buttons, figures, table and settings.

use super::with_reply;
use crate::compute::{Lesson, TrainingReply};
use crate::labs::common::Group;
use crate::labs::controls::{Shared, place_of, seed_fields};
use crate::labs::figures::{NARROW, height};
use crate::labs::gan::plots::Backdrop;
use crate::labs::gan::state::{Gan, SHOWN, Shown};
use crate::labs::gan::{jobs, plots, tables};
use crate::labs::training::controls::{SettingsSignal, Trains, found, network_fields, use_training};
use crate::labs::training::settings::{CRITIC, Kind, SCORES, Settings, WARM};
use crate::plot::{Figure, Theme, preferred_height};
use crate::ui::fields::{CheckField, ChoiceField, NumberField, Slide};
use crate::ui::figure::Picture;
use crate::ui::job::{Job, SharedEngine};
use crate::ui::panel::{Panel, note, panel, status};
use crate::ui::reactive::{flag, number, place, show};
use crate::ui::table_view::TableView;
use crate::ui::training::{Trainer, trainer_view};
use crate::ui::words;
use crate::words::tr;
use leptos::prelude::*;

impl Trains for Gan {
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
pub(super) struct Games {
    state: RwSignal<Gan>,
    trainer: Trainer<Gan>,
    backdrop: Memo<Option<Backdrop>>,
    theme: Memo<Theme>,
}

/// Both games of a lab's parameters, beside the equilibria of its other job.
pub(super) fn use_games(
    state: RwSignal<Gan>,
    main: Job<Gan>,
    engine: SharedEngine,
    theme: Memo<Theme>,
) -> Games {
    let trainer = use_training(engine, state);
    let backdrop = Memo::new(move |_| with_reply(state, main, Backdrop::new).flatten());
    Games { state, trainer, backdrop, theme }
}

impl Games {
    /// Whether something is to come.
    pub(super) fn busy(self) -> bool {
        self.trainer.job.busy.get()
    }

    /// Something of the newest picture, where it is of the target on show, with the parameters that it
    /// belongs to but for what is drawn of it; else of a training that has not begun.
    fn found<R>(self, make: impl FnOnce(&Gan, Option<&TrainingReply>) -> R) -> R {
        found(self.state, self.trainer, |now, of| of.view.clone_from(&now.view), make)
    }

    fn figure(
        self,
        width: RwSignal<f64>,
        draw: fn(&Gan, Option<&TrainingReply>, Option<&Backdrop>, bool) -> Figure,
    ) -> Memo<Option<Figure>> {
        let narrow = Memo::new(move |_| width.get() < NARROW);
        Memo::new(move |_| {
            let draw = |s: &Gan, reply: Option<&TrainingReply>| {
                self.backdrop.with(|backdrop| draw(s, reply, backdrop.as_ref(), narrow.get()))
            };
            Some(self.found(draw))
        })
    }

    /// The games with their buttons.
    pub(super) fn played_out(self) -> AnyView {
        let width = RwSignal::new(0.0);
        let figure = self.figure(width, plots::training);
        let table = Signal::derive(move || {
            let make = |s: &Gan, reply: Option<&TrainingReply>| {
                let table =
                    |reply| self.backdrop.with(|backdrop| tables::trained(s, reply, backdrop.as_ref()));
                reply.map(table).unwrap_or_default()
            };
            self.found(make)
        });
        panel(Panel {
            name: "training",
            heading: Some(("training-heading", tr!("Played out"))),
            work: Some(self.trainer.work()),
            said: view! {
                {trainer_view(self.trainer)}
                {status(move || self.words())}
            }
            .into_any(),
            below: show(
                move || table.with(|table| !table.rows.is_empty()),
                move || view! { <TableView table /> }.into_any(),
            )
            .into_any(),
            ..Panel::new(Picture::new(tr!("Two GANs in training"), figure, self.theme, width, tall))
        })
    }

    /// What there is to do, or what is being done first.
    fn words(self) -> String {
        self.found(|state, reply| {
            let found = reply.and_then(plots::findings);
            match found.map(|found| found.score) {
                None => tr!("Press Train: two small GANs learn from the same start, here in your browser. The code that trains them is fetched then.").to_owned(),
                Some((done, all)) if done < all => plots::first_the_score(done, all),
                Some(_) if state.common.target.dim() == 1 => {
                    tr!("Pink: 500 samples of either generator, and what its discriminator says. Dashed: the equilibrium.").to_owned()
                }
                Some(_) => tr!("Pink: 500 samples of either generator, and the image of a mesh that cuts its latent normal into equal shares. Rings: iso-lines of the target.").to_owned(),
            }
        })
    }

    /// Measures over the steps.
    pub(super) fn progress(self) -> AnyView {
        let width = RwSignal::new(0.0);
        let figure = self.figure(width, plots::progress);
        panel(Panel {
            name: "progress",
            heading: Some(("progress-heading", tr!("As they are trained"))),
            said: note(tr!(
                "Dashed: without the regulariser. Dotted: draws of the target itself, and the equilibrium of the ideal game with the regulariser."
            )),
            ..Panel::new(Picture::new(
                tr!("Measures over the steps"),
                figure,
                self.theme,
                width,
                preferred_height,
            ))
        })
    }

    /// The networks, the game, and what is drawn.
    pub(super) fn controls(self, shared: Shared) -> AnyView {
        let state = self.state;
        let settings = SettingsSignal::of(state);
        let scores = SCORES.map(|(name, _)| (name, words::regulariser_score(name))).to_vec();
        view! {
            <fieldset>
                <legend>{tr!("Played out")}</legend>
                {network_fields(settings, Kind::Gan)}
                <NumberField
                    label=tr!("Minibatches of D for one of G")
                    spec=CRITIC
                    value=number(move || settings.get.get().critic as f64)
                    set=move |v| settings.update(|s| s.critic = v as usize)
                    slide=Slide::Linear(1.0)
                />
                <NumberField
                    label=tr!("Steps before the regulariser")
                    spec=WARM
                    value=number(move || settings.get.get().warm as f64)
                    set=move |v| settings.update(|s| s.warm = v as usize)
                />
                <ChoiceField
                    label=tr!("Score of the regulariser")
                    key="score"
                    options=scores
                    value=place(move || place_of(&SCORES, &settings.get.get().learned_score))
                    set=move |i: usize| settings.update(|s| s.learned_score = SCORES[i].1)
                />
                {seed_fields(shared, Signal::stored(false))}
            </fieldset>
            {show(move || shared.dim() == 2, move || layers(state))}
        }
        .into_any()
    }

    /// Whether its parts are on show.
    pub(super) fn shows(shared: Shared) -> bool {
        shared.shows(Group::Probe)
    }
}

/// On a phone four curves stand one below the other.
fn tall(figure: &Figure, width: f64) -> f64 {
    if width < NARROW { preferred_height(figure, width) } else { height(figure, width) }
}

fn layers(state: RwSignal<Gan>) -> AnyView {
    let toggle = move |layer: Shown, on: bool| {
        state.update(|s| {
            let all = SHOWN.iter().map(|(_, known)| *known);
            s.view = all.filter(|known| if *known == layer { on } else { s.view.contains(known) }).collect();
        });
    };
    let field = move |label: &'static str, swatch: &'static str, layer: Shown| {
        view! {
            <CheckField
                label
                swatch
                value=flag(move || state.with(|s| s.view.contains(&layer)))
                set=move |on| toggle(layer, on)
            />
        }
        .into_any()
    };
    view! {
        <fieldset>
            <legend>{tr!("Drawn of the games")}</legend>
            {field(tr!("Samples"), "generator", Shown::Samples)}
            {field(tr!("The generator’s mesh"), "generator", Shown::Manifold)}
            {field(tr!("The discriminator"), "none", Shown::Discriminator)}
            {field(tr!("Where it pulls samples"), "none", Shown::Pulls)}
        </fieldset>
    }
    .into_any()
}
