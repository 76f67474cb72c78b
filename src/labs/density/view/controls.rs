//! The column of controls. They write parameters and nothing else.

#![expect(unreachable_pub, reason = "the component macro makes what it writes public")]

use crate::labs::common::{
    BACKENDS, C0, C1, Group, SCHEDULES, SEED, STEPS, ScheduleKind, TARGETS, Target, check, component, row,
};
use crate::labs::density::{
    CURVES, Curve, DELTA, DRAWS, Density, ESTIMATORS, PROBE_REACH, RULES, T1, T2, VARIANCES, plots,
};
use crate::math::targets::Preset;
use crate::math::{Estimator, MAX_COMPONENTS, Mixture};
use crate::permalink::Number;
use crate::ui::fields::{CheckField, ChoiceField, NumberField, Slide};
use crate::ui::reactive::{dynamic, flag, number, place, show, text};
use crate::ui::rows::RowsEditor;
use crate::ui::words;
use leptos::prelude::*;

/// The column of controls.
#[component]
pub(super) fn Controls(state: RwSignal<Density>, mixture: Memo<Mixture>) -> impl IntoView {
    let shows = move |group: Group| state.with(|s| s.common.shows(group));
    view! {
        <form class="controls" aria-label="Controls" on:submit=move |e| e.prevent_default()>
            {show(move || shows(Group::Target), move || view! { <TargetControls state mixture /> }.into_any())}
            {show(move || shows(Group::Estimator), move || view! { <EstimatorControls state /> }.into_any())}
            {show(move || shows(Group::Time), move || view! { <TimeControls state /> }.into_any())}
            {show(move || shows(Group::Probe), move || view! { <ProbeControls state mixture /> }.into_any())}
            {show(move || shows(Group::Curves), move || view! { <CurveControls state mixture /> }.into_any())}
            {show(move || shows(Group::Error), move || view! { <fieldset>
                    <legend>"Score error"</legend>
                    <NumberField
                        label="Size δ"
                        spec=DELTA
                        value=number(move || state.with(|s| s.delta))
                        set=move |v| state.update(|s| s.delta = v)
                        slide=Slide::Linear(0.1)
                    />
                </fieldset> }.into_any())}
            <button type="button" class="quiet" on:click=move |_| reset(state)>"Reset everything"</button>
        </form>
    }
}

/// All parameters of the lab to their defaults; theme and frame stay.
fn reset(state: RwSignal<Density>) {
    state.update(|s| {
        let (theme, embed, hide) = (s.common.theme, s.common.embed, s.common.hide.clone());
        *s = Density::default();
        (s.common.theme, s.common.embed, s.common.hide) = (theme, embed, hide);
    });
}

#[component]
fn TargetControls(state: RwSignal<Density>, mixture: Memo<Mixture>) -> impl IntoView {
    let name = move || state.with(|s| s.common.target.name());
    let custom = Memo::new(move |_| name() == "custom");
    let edit = move |_| state.update(|s| s.common.target = Target::Custom(s.common.target.components()));
    let choose = move |event| {
        let name = event_target_value(&event);
        let Some((_, preset)) = TARGETS.iter().find(|(known, _)| *known == name) else {
            return;
        };
        state.update(|s| {
            let target = preset.map_or_else(|| Target::Custom(s.common.target.components()), Target::Preset);
            let keep = preset.is_none().then(|| s.probe.clone()).flatten();
            s.set_target(target);
            if preset.is_none() {
                s.probe = keep;
            }
        });
    };
    let group = move |dim: usize| {
        Preset::ALL
            .into_iter()
            .filter(move |p| p.dim() == dim)
            .map(|preset| {
                let key = TARGETS.iter().find(|(_, p)| *p == Some(preset)).map_or("", |(key, _)| key);
                let selected = flag(move || name() == key);
                view! { <option value=key prop:selected=selected>{words::preset(preset)}</option> }.into_any()
            })
            .collect_view()
    };
    let columns = Signal::derive(move || match mixture.with(Mixture::dim) {
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
        state.with(|s| s.common.target.components().iter().map(row).collect::<Vec<_>>())
    });
    let set = move |rows: Vec<Vec<f64>>| -> Result<(), String> {
        let components: Option<Vec<_>> = rows.iter().map(|r| component(r)).collect();
        let components = components.ok_or("a component is incomplete")?;
        check(&components).map_err(|e| e.to_string())?;
        state.update(|s| s.common.target = Target::Custom(components));
        Ok(())
    };
    let total = move || state.with(|s| s.common.target.components().iter().map(|c| c.weight).sum::<f64>());
    let scaled = move || {
        let total = total();
        if (total - 1.0).abs() < 1e-9 {
            String::new()
        } else {
            format!("The weights sum to {}; they are scaled to 1.", plots::short(total))
        }
    };
    view! {
        <fieldset>
            <legend>"Target"</legend>
            <div class="field">
                <label for="field-target">"Distribution"</label>
                <select id="field-target" name="target" on:change=choose>
                    <optgroup label="One dimension">{group(1)}</optgroup>
                    <optgroup label="Two dimensions">{group(2)}</optgroup>
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

#[component]
fn EstimatorControls(state: RwSignal<Density>) -> impl IntoView {
    let options = ESTIMATORS.map(|(name, value)| (name, words::estimator(value))).to_vec();
    let exact = flag(move || state.with(|s| s.estimator == Estimator::Quadrature));
    let new_seed = move |_| {
        if let Ok(seed) = getrandom::u32() {
            // Six digits are enough to differ and short enough to read out.
            state.update(|s| s.common.seed = f64::from(seed % 1_000_000));
        }
    };
    view! {
        <fieldset>
            <legend>"Expectation over the noise"</legend>
            <ChoiceField
                label="Estimator"
                key="estimator"
                options
                value=place(move || state.with(|s| place_of(&ESTIMATORS, &s.estimator)))
                set=move |i: usize| state.update(|s| s.estimator = ESTIMATORS[i].1)
            />
            <NumberField
                label="Draws per time"
                spec=DRAWS
                value=number(move || state.with(|s| s.draws))
                set=move |v| state.update(|s| s.draws = v)
                slide=Slide::Log
                disabled=exact
            />
            <NumberField
                label="Seed"
                spec=SEED
                value=number(move || state.with(|s| s.common.seed))
                set=move |v| state.update(|s| s.common.seed = v)
                disabled=exact
            />
            <button type="button" on:click=new_seed disabled=exact>"New seed"</button>
            <ChoiceField
                label="Maps computed on"
                key="backend"
                options=words::BACKENDS.to_vec()
                value=place(move || state.with(|s| place_of(&BACKENDS, &s.common.backend)))
                set=move |i: usize| state.update(|s| s.common.backend = BACKENDS[i].1)
            />
        </fieldset>
    }
}

#[component]
fn TimeControls(state: RwSignal<Density>) -> impl IntoView {
    let rules = RULES.map(|(name, value)| (name, words::rule(value))).to_vec();
    let schedules = SCHEDULES.map(|(name, _)| (name, words::schedule(name))).to_vec();
    let li_yan = move || state.with(|s| s.common.schedule == ScheduleKind::LiYan);
    view! {
            <fieldset>
                <legend>"Integral over time"</legend>
                <ChoiceField
                    label="Rule"
                    key="rule"
                    options=rules
                    value=place(move || state.with(|s| place_of(&RULES, &s.rule)))
                    set=move |i: usize| state.update(|s| s.rule = RULES[i].1)
                />
                <ChoiceField
                    label="Schedule"
                    key="schedule"
                    options=schedules
                    value=place(move || state.with(|s| place_of(&SCHEDULES, &s.common.schedule)))
                    set=move |i: usize| state.update(|s| s.common.schedule = SCHEDULES[i].1)
                />
                <NumberField
                    label="Steps"
                    unit="T"
                    spec=STEPS
                    value=number(move || state.with(|s| s.common.steps))
                    set=move |v| state.update(|s| s.common.steps = v)
                    slide=Slide::Log
                />
                {show(li_yan, move || {
                    view! {
    <NumberField
                        label="Exponent"
                        unit="c₀"
                        spec=C0
                        value=number(move || state.with(|s| s.common.c0))
                        set=move |v| state.update(|s| s.common.c0 = v)
                        slide=Slide::Linear(0.1)
                    />
                    <NumberField
                        label="Rate"
                        unit="c₁"
                        spec=C1
                        value=number(move || state.with(|s| s.common.c1))
                        set=move |v| state.update(|s| s.common.c1 = v)
                        slide=Slide::Linear(0.1)
                    />
                    }
                    .into_any()
                })}
                <p class="hint" hidden=flag(move || state.with(Density::uses_schedule))>
                    "The continuous rule has its own times. The schedule shows in the convergence figure and the ELBO."
                </p>
            </fieldset>
        }
}

#[component]
fn ProbeControls(state: RwSignal<Density>, mixture: Memo<Mixture>) -> impl IntoView {
    let coordinate = move |axis: usize| {
        let key = if axis == 0 { "probe" } else { "probe2" };
        let home = move || {
            let at_home = Density { probe: None, ..state.get() };
            mixture.with(|m| at_home.probe(m).get(axis).copied().unwrap_or(0.0))
        };
        let home = number(home);
        let spec = Number { key, min: -PROBE_REACH, max: PROBE_REACH, default: 0.0, whole: false };
        let value =
            number(move || state.with(|s| mixture.with(|m| s.probe(m).get(axis).copied().unwrap_or(0.0))));
        let set = move |v: f64| {
            state.update(|s| {
                let mut probe = mixture.with_untracked(|m| s.probe(m));
                if let Some(coordinate) = probe.get_mut(axis) {
                    *coordinate = v;
                }
                s.probe = Some(probe);
            });
        };
        let label = text(move || match (mixture.with(Mixture::dim), axis) {
            (1, _) => "x".to_owned(),
            (_, 0) => "x₁".to_owned(),
            _ => "x₂".to_owned(),
        });
        view! { <NumberField label spec home value set /> }.into_any()
    };
    view! {
        <fieldset>
            <legend>"Probe"</legend>
            {coordinate(0)}
            {show(move || mixture.with(Mixture::dim) > 1, move || coordinate(1))}
            <NumberField
                label="From time"
                unit="t₁"
                spec=T1
                value=number(move || state.with(|s| s.t1))
                set=move |v: f64| state.update(|s| s.t1 = v.min(s.t2 - 0.001).max(0.0))
                slide=Slide::Linear(0.001)
            />
            <NumberField
                label="To time"
                unit="t₂"
                spec=T2
                value=number(move || state.with(|s| s.t2))
                set=move |v: f64| state.update(|s| s.t2 = v.max(s.t1 + 0.001).min(1.0))
                slide=Slide::Linear(0.001)
            />
        </fieldset>
    }
}

#[component]
fn CurveControls(state: RwSignal<Density>, mixture: Memo<Mixture>) -> impl IntoView {
    let toggle = move |curve: Curve, on: bool| {
        state.update(|s| {
            s.curves = CURVES
                .iter()
                .map(|(_, c)| *c)
                .filter(|c| if *c == curve { on } else { s.curves.contains(c) })
                .collect();
        });
    };
    let variances = VARIANCES.map(|(name, value)| (name, words::variance(value))).to_vec();
    let has = move |curve: Curve| flag(move || state.with(|s| s.curves.contains(&curve)));
    view! {
        <fieldset>
            <legend>"Compare with"</legend>
            {show(move || mixture.with(Mixture::dim) == 1, move || view! { <CheckField
                    label="Probability-flow ODE"
                    swatch="ode"
                    value=has(Curve::Ode)
                    set=move |on| toggle(Curve::Ode, on)
                />
                <CheckField label="ELBO" swatch="elbo" value=has(Curve::Elbo) set=move |on| toggle(Curve::Elbo, on) /> }.into_any())}
            <ChoiceField
                label="Reverse variance of the ELBO"
                key="variance"
                options=variances
                value=place(move || state.with(|s| place_of(&VARIANCES, &s.variance)))
                set=move |i: usize| state.update(|s| s.variance = VARIANCES[i].1)
            />
        </fieldset>
    }
}

/// Place of a value in a list of named values.
fn place_of<T: PartialEq>(names: &[(&str, T)], value: &T) -> usize {
    names.iter().position(|(_, known)| known == value).unwrap_or(0)
}
