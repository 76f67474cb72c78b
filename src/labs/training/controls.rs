//! What the labs that train have in common on the page: the training that follows from a state, what has come of
//! it, and the fields of its settings.

use super::settings::{BATCH, Kind, LAYERS, OPTIMISERS, Settings, TRAIN};
use crate::compute::{Lesson, Reply, TrainingReply};
use crate::labs::Model;
use crate::labs::controls::place_of;
use crate::ui::fields::{ChoiceField, NumberField, Slide};
use crate::ui::job::{Answer, SharedEngine};
use crate::ui::reactive::{number, place};
use crate::ui::training::{Clock, Hands, Trainer, use_trainer};
use crate::ui::words;
use crate::words::tr;
use leptos::prelude::*;

/// The parameters of a lab that trains.
pub trait Trains: Model {
    /// How it trains.
    fn settings(&self) -> &Settings;

    /// The same, to change.
    fn settings_mut(&mut self) -> &mut Settings;

    /// What it trains.
    fn lesson(&self) -> Lesson;
}

/// The training of a lab's parameters.
pub fn use_training<S: Trains>(engine: SharedEngine, state: RwSignal<S>) -> Trainer<S> {
    let hands = Hands {
        read: |s: &S| Clock { at: s.settings().at, goal: s.settings().steps },
        write: |s: &mut S, clock: Clock| {
            let settings = s.settings_mut();
            (settings.at, settings.steps) = (clock.at, clock.goal);
        },
    };
    use_trainer(engine, state, |s| Some(s.lesson()), hands)
}

/// Something of the newest picture where it is of the target on show, with the parameters that it belongs to, into
/// which `keep` puts what is drawn as it is set now; else of a training that has not begun.
pub fn found<S: Trains, R>(
    state: RwSignal<S>,
    trainer: Trainer<S>,
    keep: impl FnOnce(&S, &mut S),
    make: impl FnOnce(&S, Option<&TrainingReply>) -> R,
) -> R {
    let now = state.get();
    trainer.job.answer.with(|answer| match answer {
        Some(Answer { state: of, reply: Reply::Training(reply), .. })
            if of.common().target == now.common().target =>
        {
            let mut of = of.clone();
            keep(&now, &mut of);
            make(&of, Some(&**reply))
        }
        _ => make(&now, None),
    })
}

/// A lab's settings, to read and to change.
#[derive(Clone, Copy)]
pub struct SettingsSignal {
    /// What they are.
    pub get: Signal<Settings>,
    /// Puts others in their place.
    pub set: Callback<Settings>,
}

impl SettingsSignal {
    /// Those in a lab's state.
    pub fn of<S: Trains>(state: RwSignal<S>) -> Self {
        Self {
            get: Signal::derive(move || state.with(|s| *s.settings())),
            set: Callback::new(move |settings| state.update(|s| *s.settings_mut() = settings)),
        }
    }

    /// Changes some of them.
    pub fn update(self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.get.get_untracked();
        change(&mut settings);
        self.set.run(settings);
    }
}

/// The networks and how they are trained.
pub fn network_fields(settings: SettingsSignal, kind: Kind) -> AnyView {
    let (units, rate) = Settings::numbers(kind);
    let optimisers = OPTIMISERS.map(|(name, _)| (name, words::optimiser(name))).to_vec();
    let optimiser = (kind != Kind::Gan).then(|| {
        view! {
            <ChoiceField
                label=tr!("Optimiser")
                key="optimiser"
                options=optimisers
                value=place(move || place_of(&OPTIMISERS, &settings.get.get().rule))
                set=move |i: usize| settings.update(|s| s.rule = OPTIMISERS[i].1)
            />
        }
        .into_any()
    });
    view! {
        <NumberField
            label=tr!("Steps to train")
            spec=TRAIN
            value=number(move || settings.get.get().steps as f64)
            set=move |v| settings.update(|s| s.steps = v as usize)
        />
        <NumberField
            label=tr!("Width of a layer")
            spec=units
            value=number(move || settings.get.get().shape.width as f64)
            set=move |v| settings.update(|s| s.shape.width = v as usize)
            slide=Slide::Log
        />
        <NumberField
            label=tr!("Hidden layers")
            spec=LAYERS
            value=number(move || settings.get.get().shape.depth as f64)
            set=move |v| settings.update(|s| s.shape.depth = v as usize)
            slide=Slide::Linear(1.0)
        />
        {optimiser}
        <NumberField
            label=tr!("Learning rate")
            spec=rate
            value=number(move || settings.get.get().rate)
            set=move |v| settings.update(|s| s.rate = v)
            slide=Slide::Log
        />
        <NumberField
            label=tr!("Minibatch")
            spec=BATCH
            value=number(move || settings.get.get().batch as f64)
            set=move |v| settings.update(|s| s.batch = v as usize)
            slide=Slide::Log
        />
    }
    .into_any()
}
