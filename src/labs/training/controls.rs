//! Fields of the settings that several labs have.

use super::settings::{BATCH, Kind, LAYERS, OPTIMISERS, Settings, TRAIN};
use crate::labs::controls::place_of;
use crate::ui::fields::{ChoiceField, NumberField, Slide};
use crate::ui::reactive::{number, place};
use crate::ui::words;
use leptos::prelude::*;

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
    pub fn of<S: Send + Sync + 'static>(
        state: RwSignal<S>,
        read: fn(&S) -> &Settings,
        write: fn(&mut S) -> &mut Settings,
    ) -> Self {
        Self {
            get: Signal::derive(move || state.with(|s| *read(s))),
            set: Callback::new(move |settings| state.update(|s| *write(s) = settings)),
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
                label="Optimiser"
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
            label="Steps to train"
            spec=TRAIN
            value=number(move || settings.get.get().steps as f64)
            set=move |v| settings.update(|s| s.steps = v as usize)
        />
        <NumberField
            label="Width of a layer"
            spec=units
            value=number(move || settings.get.get().shape.width as f64)
            set=move |v| settings.update(|s| s.shape.width = v as usize)
            slide=Slide::Log
        />
        <NumberField
            label="Hidden layers"
            spec=LAYERS
            value=number(move || settings.get.get().shape.depth as f64)
            set=move |v| settings.update(|s| s.shape.depth = v as usize)
            slide=Slide::Linear(1.0)
        />
        {optimiser}
        <NumberField
            label="Learning rate"
            spec=rate
            value=number(move || settings.get.get().rate)
            set=move |v| settings.update(|s| s.rate = v)
            slide=Slide::Log
        />
        <NumberField
            label="Minibatch"
            spec=BATCH
            value=number(move || settings.get.get().batch as f64)
            set=move |v| settings.update(|s| s.batch = v as usize)
            slide=Slide::Log
        />
    }
    .into_any()
}
