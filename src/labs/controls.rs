//! Controls of the parameters that all labs share. They write parameters and nothing else.

#[cfg(labs)]
mod component_pad;
#[cfg(labs)]
mod digits;
#[cfg(labs)]
pub mod embed;
#[cfg(labs)]
mod import;
#[cfg(labs)]
mod pad;
#[cfg(labs)]
mod points_pad;
#[cfg(labs)]
mod target_editor;
#[cfg(labs)]
pub mod visit;

use super::common::{
    BACKENDS, BackendChoice, C0, C1, Common, Group, SCHEDULES, SEED, STEPS, ScheduleKind, TARGETS, Target,
    TargetKind,
};
use super::{Model, fit};
use crate::compute::web::Backend;
#[cfg(labs)]
use crate::labs::digits::load::Loading;
use crate::math::Mixture;
use crate::plot::Theme;
use crate::ui::fields::{ChoiceField, NumberField, Slide};
use crate::ui::job::SharedEngine;
#[cfg(not(labs))]
use crate::ui::link::reopen;
#[cfg(labs)]
use crate::ui::reactive::{dynamic, later};
use crate::ui::reactive::{flag, number, place, show};
use crate::ui::table::Table;
use crate::ui::table_view::Numbers;
use crate::ui::words;
use crate::words::{Words, tr, word};
use leptos::prelude::*;

/// A lab on the page, from its parameters, which are the only thing that its controls write; those
/// shared with other labs; where its jobs run; light or dark; and what it sets while a figure is still
/// to be computed.
pub type View<S> = fn(RwSignal<S>, Shared, SharedEngine, Memo<Theme>, RwSignal<bool>) -> AnyView;

type Change = Box<dyn FnOnce(&mut Common) + Send + Sync>;

/// The shared parameters of whichever lab is on the page.
#[derive(Clone, Copy)]
pub struct Shared {
    /// What they are.
    pub common: Memo<Common>,
    /// The target.
    pub mixture: Memo<Mixture>,
    /// Most dimensions of a target that the lab computes with.
    #[cfg(labs)]
    pub most_dimensions: usize,
    /// The query of the lab's state.
    pub query: Memo<String>,
    change: Callback<Change>,
    /// Whether the target has more than two dimensions; follows a moment late, see [`later`].
    #[cfg(labs)]
    pub many: RwSignal<bool>,
    /// Where the fetching of the digits stands.
    #[cfg(labs)]
    pub loading: RwSignal<Loading>,
}

impl Shared {
    /// Those of a lab's state.
    pub fn of<S: Model>(state: RwSignal<S>) -> Self {
        let change = move |change: Change| {
            state.update(|s| {
                let before = s.common().target.clone();
                change(s.common_mut());
                if s.common().target != before {
                    s.target_changed(&before);
                    fit(s);
                }
            });
        };
        let common = Memo::new(move |_| state.with(|s| s.common().clone()));
        Self {
            common,
            #[cfg(labs)]
            most_dimensions: S::MOST_DIMENSIONS,
            mixture: Memo::new(move |_| common.with(|c| c.target.mixture())),
            query: Memo::new(move |_| state.with(S::query)),
            change: Callback::new(change),
            #[cfg(labs)]
            many: later(move || common.with(|c| c.target.dim() > 2)),
            #[cfg(labs)]
            loading: RwSignal::new(Loading::Idle),
        }
    }

    /// A copy, by one function for all who read them: every closure handed to a signal is code of its
    /// own.
    #[inline(never)]
    pub fn get(self) -> Common {
        self.common.get()
    }

    /// Whether a group of the page is shown.
    #[inline(never)]
    pub fn shows(self, group: Group) -> bool {
        self.common.with(|c| c.shows(group))
    }

    /// Changes them.
    pub fn update(self, change: impl FnOnce(&mut Common) + Send + Sync + 'static) {
        self.change.run(Box::new(change));
    }

    /// Turns the target into a preset, or into something of another kind that can be edited.
    pub fn turn_to(self, kind: TargetKind) {
        #[cfg(labs)]
        if self.fetches(kind) {
            return;
        }
        match kind {
            TargetKind::Preset(preset) => self.update(move |c| c.target = Target::Preset(preset)),
            #[cfg(labs)]
            _ => self.update(move |c| c.target = c.target.as_kind(kind, c.seed as u32)),
            #[cfg(not(labs))]
            _ => {
                let name = TARGETS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
                self.query.with_untracked(|query| reopen(query, name));
            }
        }
    }

    /// Whether the digits are asked for and not here yet.
    #[cfg(labs)]
    pub fn fetching(self) -> bool {
        self.loading.with(|loading| *loading != Loading::Idle)
    }

    /// Dimension of the target.
    #[inline(never)]
    pub fn dim(self) -> usize {
        self.mixture.with(Mixture::dim)
    }
}

/// The target: a preset, a mixture by numbers or a data set.
#[component]
pub fn TargetControls(
    /// The shared parameters.
    shared: Shared,
    /// Dimensions that the lab can do.
    #[prop(default = &[1, 2])]
    dims: &'static [usize],
) -> impl IntoView {
    let name = move || {
        #[cfg(labs)]
        if shared.fetching() {
            return "digits";
        }
        shared.get().target.name()
    };
    let choose = move |event| {
        let name = event_target_value(&event);
        if let Some((_, kind)) = TARGETS.iter().find(|(known, _)| *known == name) {
            shared.turn_to(*kind);
        }
    };
    let option = move |(key, words): (&'static str, &'static str)| {
        let selected = flag(move || name() == key);
        view! { <option value=key prop:selected=selected>{words}</option> }.into_any()
    };
    let group = move |dim: &usize| {
        let dim = *dim;
        let label = if dim == 1 { tr!("One dimension") } else { tr!("Two dimensions") };
        let presets = TARGETS.into_iter().filter_map(move |(key, kind)| match kind {
            TargetKind::Preset(preset) if preset.dim() == dim => Some((key, words::preset(preset))),
            _ => None,
        });
        view! { <optgroup label=label>{presets.map(option).collect_view()}</optgroup> }.into_any()
    };
    view! {
        <fieldset>
            <legend>{tr!("Target")}</legend>
            <div class="field">
                <label for="field-target">{tr!("Distribution")}</label>
                <select id="field-target" name="target" on:change=choose>
                    {dims.iter().map(group).collect_view()}
                    <optgroup label=tr!("Your own, and real data")>
                        {OWN.into_iter().map(|(key, words)| option((key, words.text()))).collect_view()}
                    </optgroup>
                </select>
            </div>
            {editor(shared)}
        </fieldset>
    }
}

/// Targets of the visitor's making and of real data, with what the menu calls them.
const OWN: [(&str, Words); 3] = [
    ("custom", word!("Custom mixture")),
    ("points", word!("Points")),
    ("digits", word!("Handwritten digits")),
];

/// What there is to edit of a target.
#[cfg(labs)]
fn editor(shared: Shared) -> AnyView {
    let import = import::Import::new(shared);
    let waiting = Memo::new(move |_| shared.fetching());
    // One of another dimension is another pad.
    let kind = Memo::new(move |_| (waiting.get(), shared.get().target.kind(), shared.dim()));
    // A task later: what the pad of before does about the same change it does before it is gone.
    let shown = later(move || kind.get());
    view! {
        {dynamic(move || match shown.get() {
            (true, ..) => digits::waiting(shared),
            (_, TargetKind::Digits, _) => digits::fields(shared),
            (_, TargetKind::Custom, _) => target_editor::mixture(shared),
            (_, TargetKind::Points, dim) => target_editor::data_set(shared, dim, import),
            (_, TargetKind::Preset(_), _) => edit_button(shared),
        })}
        {import.report()}
    }
    .into_any()
}

/// The module of the first lab leaves editing to the other one.
#[cfg(not(labs))]
fn editor(shared: Shared) -> AnyView {
    edit_button(shared)
}

fn edit_button(shared: Shared) -> AnyView {
    let edit = move |_| shared.turn_to(TargetKind::Custom);
    view! { <button type="button" on:click=edit>{tr!("Edit its components")}</button> }.into_any()
}

/// The noise schedule and its steps, for a group of fields.
pub fn schedule_fields(shared: Shared) -> AnyView {
    let schedules = SCHEDULES.map(|(name, _)| (name, words::schedule(name))).to_vec();
    let li_yan = move || {
        let c = shared.get();
        c.schedule == ScheduleKind::LiYan
    };
    view! {
        <ChoiceField
            label=tr!("Schedule")
            key="schedule"
            options=schedules
            value=place(move || { let c = shared.get(); place_of(&SCHEDULES, &c.schedule) })
            set=move |i: usize| shared.update(move |c| c.schedule = SCHEDULES[i].1)
        />
        <NumberField
            label=tr!("Steps")
            unit="T"
            spec=STEPS
            value=number(move || shared.get().steps)
            set=move |v| shared.update(move |c| c.steps = v)
            slide=Slide::Log
        />
        {show(
            li_yan,
            move || {
                view! {
                    <NumberField
                        label=tr!("Exponent")
                        unit="c₀"
                        spec=C0
                        value=number(move || shared.get().c0)
                        set=move |v| shared.update(move |c| c.c0 = v)
                        slide=Slide::Linear(0.1)
                    />
                    <NumberField
                        label=tr!("Rate")
                        unit="c₁"
                        spec=C1
                        value=number(move || shared.get().c1)
                        set=move |v| shared.update(move |c| c.c1 = v)
                        slide=Slide::Linear(0.1)
                    />
                }
                .into_any()
            },
        )}
    }
    .into_any()
}

/// The seed of all draws, for a group of fields.
pub fn seed_fields(shared: Shared, disabled: Signal<bool>) -> AnyView {
    let new_seed = move |_| {
        if let Ok(seed) = getrandom::u32() {
            // Six digits are enough to differ and short enough to read out.
            shared.update(move |c| c.seed = f64::from(seed % 1_000_000));
        }
    };
    view! {
        <NumberField
            label=tr!("Seed")
            spec=SEED
            value=number(move || shared.get().seed)
            set=move |v| shared.update(move |c| c.seed = v)
            disabled
        />
        <button type="button" on:click=new_seed disabled=disabled>{tr!("New seed")}</button>
    }
    .into_any()
}

/// Where pictures are computed that a GPU or fast workers take.
pub fn backend_field(shared: Shared, label: &'static str) -> AnyView {
    view! {
        <ChoiceField
            label
            key="backend"
            options=words::BACKENDS.map(|(key, words)| (key, words.text())).to_vec()
            value=place(move || { let c = shared.get(); place_of(&BACKENDS, &c.backend) })
            set=move |i: usize| shared.update(move |c| c.backend = BACKENDS[i].1)
        />
    }
    .into_any()
}

/// The same as the engine takes it.
pub fn backend_of(choice: BackendChoice) -> Backend {
    match choice {
        BackendChoice::Auto => Backend::Auto,
        BackendChoice::Gpu => Backend::Gpu,
        BackendChoice::Cpu => Backend::Cpu,
    }
}

/// All parameters of a lab to their defaults; theme, language and frame stay.
pub fn reset_button<S: Model>(state: RwSignal<S>) -> AnyView {
    let reset = move |_| {
        state.update(|s| {
            let Common { theme, language, embed, hide, .. } = s.common().clone();
            *s = S::default();
            let common = s.common_mut();
            *common = Common { theme, language, embed, hide, ..common.clone() };
        });
    };
    view! { <button type="button" class="quiet" on:click=reset>{tr!("Reset everything")}</button> }.into_any()
}

/// What a lab ends with: the table of its numbers and its text.
pub fn ending(shared: Shared, table: Signal<Table>, prose: &'static str) -> AnyView {
    view! {
        {show(move || shared.shows(Group::Numbers), move || view! { <Numbers table /> }.into_any())}
        {show(
            move || shared.shows(Group::Text),
            move || view! { <article class="prose" inner_html=prose></article> }.into_any(),
        )}
    }
    .into_any()
}

/// Place of a value in a list of named values.
pub fn place_of<T: PartialEq>(names: &[(&str, T)], value: &T) -> usize {
    names.iter().position(|(_, known)| known == value).unwrap_or(0)
}
