//! Controls of the parameters that all labs share. They write parameters and nothing else.

use super::Model;
use super::common::{
    C0, C1, Common, Group, SCHEDULES, SEED, STEPS, ScheduleKind, TARGETS, Target, check, component, row,
};
use super::figures::short;
use crate::math::targets::Preset;
use crate::math::{MAX_COMPONENTS, Mixture};
use crate::plot::Theme;
use crate::ui::fields::{ChoiceField, NumberField, Slide};
use crate::ui::job::SharedEngine;
use crate::ui::reactive::{dynamic, flag, number, place, show, text};
use crate::ui::rows::RowsEditor;
use crate::ui::words;
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
    change: Callback<Change>,
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
                }
            });
        };
        let common = Memo::new(move |_| state.with(|s| s.common().clone()));
        Self {
            common,
            mixture: Memo::new(move |_| common.with(|c| c.target.mixture())),
            change: Callback::new(change),
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

    /// Dimension of the target.
    #[inline(never)]
    pub fn dim(self) -> usize {
        self.mixture.with(Mixture::dim)
    }
}

/// The target: a preset, or components by numbers.
#[component]
pub fn TargetControls(
    /// The shared parameters.
    shared: Shared,
    /// Dimensions that the lab can do.
    #[prop(default = &[1, 2])]
    dims: &'static [usize],
) -> impl IntoView {
    let name = move || shared.get().target.name();
    let custom = Memo::new(move |_| name() == "custom");
    let edit = move |_| shared.update(|c| c.target = Target::Custom(c.target.components()));
    let choose = move |event| {
        let name = event_target_value(&event);
        let Some((_, preset)) = TARGETS.iter().find(|(known, _)| *known == name) else {
            return;
        };
        shared.update(move |c| {
            c.target = preset.map_or_else(|| Target::Custom(c.target.components()), Target::Preset);
        });
    };
    let option = move |preset: Preset| {
        let key = TARGETS.iter().find(|(_, p)| *p == Some(preset)).map_or("", |(key, _)| key);
        let selected = flag(move || name() == key);
        view! { <option value=key prop:selected=selected>{words::preset(preset)}</option> }.into_any()
    };
    let group = move |dim: &usize| {
        let dim = *dim;
        let label = if dim == 1 { "One dimension" } else { "Two dimensions" };
        let presets = Preset::ALL.into_iter().filter(move |p| p.dim() == dim);
        view! { <optgroup label=label>{presets.map(option).collect_view()}</optgroup> }.into_any()
    };
    let columns = Signal::derive(move || match shared.dim() {
        1 => vec![("w", "weight"), ("μ", "mean"), ("σ²", "variance")],
        _ => vec![
            ("w", "weight"),
            ("μ₁", "mean along x₁"),
            ("μ₂", "mean along x₂"),
            ("σ₁₁", "variance of x₁"),
            ("σ₁₂", "covariance"),
            ("σ₂₂", "variance of x₂"),
        ],
    });
    let rows = Signal::derive(move || {
        let c = shared.get();
        c.target.components().iter().map(row).collect::<Vec<_>>()
    });
    let set = move |rows: Vec<Vec<f64>>| -> Result<(), String> {
        let components: Option<Vec<_>> = rows.iter().map(|r| component(r)).collect();
        let components = components.ok_or("a component is incomplete")?;
        check(&components).map_err(|e| e.to_string())?;
        shared.update(move |c| c.target = Target::Custom(components));
        Ok(())
    };
    let total = move || {
        let c = shared.get();
        c.target.components().iter().map(|c| c.weight).sum::<f64>()
    };
    let scaled = move || {
        let total = total();
        if (total - 1.0).abs() < 1e-9 {
            String::new()
        } else {
            format!("The weights sum to {}; they are scaled to 1.", short(total))
        }
    };
    view! {
        <fieldset>
            <legend>"Target"</legend>
            <div class="field">
                <label for="field-target">"Distribution"</label>
                <select id="field-target" name="target" on:change=choose>
                    {dims.iter().map(group).collect_view()}
                    <option value="custom" prop:selected=flag(move || name() == "custom")>"Custom mixture"</option>
                </select>
            </div>
            {dynamic(move || {
                if custom.get() {
                    view! {
                        <RowsEditor label="Components of the mixture" columns rows set most=MAX_COMPONENTS />
                        <p class="hint">{text(scaled)}</p>
                    }
                    .into_any()
                } else {
                    view! { <button type="button" on:click=edit>"Edit its components"</button> }.into_any()
                }
            })}
        </fieldset>
    }
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
            label="Schedule"
            key="schedule"
            options=schedules
            value=place(move || { let c = shared.get(); place_of(&SCHEDULES, &c.schedule) })
            set=move |i: usize| shared.update(move |c| c.schedule = SCHEDULES[i].1)
        />
        <NumberField
            label="Steps"
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
                        label="Exponent"
                        unit="c₀"
                        spec=C0
                        value=number(move || shared.get().c0)
                        set=move |v| shared.update(move |c| c.c0 = v)
                        slide=Slide::Linear(0.1)
                    />
                    <NumberField
                        label="Rate"
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
            label="Seed"
            spec=SEED
            value=number(move || shared.get().seed)
            set=move |v| shared.update(move |c| c.seed = v)
            disabled
        />
        <button type="button" on:click=new_seed disabled=disabled>"New seed"</button>
    }
    .into_any()
}

/// All parameters of a lab to their defaults; theme and frame stay.
pub fn reset_button<S: Model>(state: RwSignal<S>) -> AnyView {
    let reset = move |_| {
        state.update(|s| {
            let Common { theme, embed, hide, .. } = s.common().clone();
            *s = S::default();
            let common = s.common_mut();
            (common.theme, common.embed, common.hide) = (theme, embed, hide);
        });
    };
    view! { <button type="button" class="quiet" on:click=reset>"Reset everything"</button> }.into_any()
}

/// Place of a value in a list of named values.
pub fn place_of<T: PartialEq>(names: &[(&str, T)], value: &T) -> usize {
    names.iter().position(|(_, known)| known == value).unwrap_or(0)
}
