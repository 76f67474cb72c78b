//! The heads that learn: buttons, figure, table and settings.

use crate::compute::{Lesson, TrainingReply};
use crate::labs::common::Group;
use crate::labs::controls::Shared;
use crate::labs::diffusion_loss::state::DiffusionLoss;
use crate::labs::diffusion_loss::{jobs, plots, tables};
use crate::labs::figures::{NARROW, height};
use crate::labs::learned::plots::Truth;
use crate::labs::training::controls::{SettingsSignal, Trains, found, network_fields, use_training};
use crate::labs::training::settings::{Kind, Settings};
use crate::plot::{Figure, Theme};
use crate::ui::figure::Picture;
use crate::ui::job::SharedEngine;
use crate::ui::panel::{Panel, panel, status};
use crate::ui::reactive::show;
use crate::ui::table::Table;
use crate::ui::table_view::TableView;
use crate::ui::training::{Trainer, trainer_view};
use crate::words::tr;
use leptos::prelude::*;

impl Trains for DiffusionLoss {
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

/// What the figure is made of.
#[derive(Clone, Copy)]
pub(super) struct Heads {
    state: RwSignal<DiffusionLoss>,
    trainer: Trainer<DiffusionLoss>,
    truth: Memo<Truth>,
    theme: Memo<Theme>,
}

/// The heads of a lab's parameters.
pub(super) fn use_heads(
    state: RwSignal<DiffusionLoss>,
    shared: Shared,
    engine: SharedEngine,
    theme: Memo<Theme>,
) -> Heads {
    let trainer = use_training(engine, state);
    let truth = Memo::new(move |_| Truth::new(shared.mixture.get()));
    Heads { state, trainer, truth, theme }
}

impl Heads {
    /// Whether something is to come.
    pub(super) fn busy(self) -> bool {
        self.trainer.job.busy.get()
    }

    /// Whether its parts are on show.
    pub(super) fn shows(shared: Shared) -> bool {
        shared.shows(Group::Probe)
    }

    /// Something of the newest picture where it is of the target on show, with the weighting that is picked
    /// out; else of heads that have not begun.
    fn found<R>(self, make: impl FnOnce(&DiffusionLoss, Option<&TrainingReply>) -> R) -> R {
        found(self.state, self.trainer, |now, of| of.weights = now.weights, make)
    }

    /// The figure with its buttons.
    pub(super) fn learned(self) -> AnyView {
        let width = RwSignal::new(0.0);
        let narrow = Memo::new(move |_| width.get() < NARROW);
        let figure: Memo<Option<Figure>> = Memo::new(move |_| {
            let draw = |s: &DiffusionLoss, reply: Option<&TrainingReply>| {
                self.truth.with(|truth| plots::heads(s, reply, truth, narrow.get()))
            };
            Some(self.found(draw))
        });
        let table: Signal<Table> =
            Signal::derive(move || self.found(|_, reply| reply.map(tables::heads).unwrap_or_default()));
        let words = move || {
            let untrained = self.found(|_, reply| reply.is_none());
            let words = if untrained {
                tr!(
                    "Press Train: a small network learns with each weighting, from the same start and with the same draws, here in your browser. The code that trains them is fetched then."
                )
            } else {
                tr!(
                    "Curves: the formula with each learned score on points that training has not seen. Pink: samples by the head whose weights are picked out; their x₁ is the target’s."
                )
            };
            words.to_owned()
        };
        panel(Panel {
            name: "heads",
            heading: Some(("heads-heading", tr!("Learned by a small network"))),
            work: Some(self.trainer.work()),
            said: view! {
                {trainer_view(self.trainer)}
                {status(words)}
            }
            .into_any(),
            below: show(
                move || table.with(|table| !table.rows.is_empty()),
                move || view! { <TableView table /> }.into_any(),
            )
            .into_any(),
            ..Panel::new(Picture::new(tr!("Heads by weighting"), figure, self.theme, width, height))
        })
    }

    /// The network and how it is trained.
    pub(super) fn controls(self) -> AnyView {
        let settings = SettingsSignal::of(self.state);
        view! {
            <fieldset>
                <legend>{tr!("Heads that learn")}</legend>
                {network_fields(settings, Kind::Heads)}
            </fieldset>
        }
        .into_any()
    }
}
