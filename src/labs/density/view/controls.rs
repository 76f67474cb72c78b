//! The column of controls. They write parameters and nothing else.

use super::get;
use crate::labs::common::Group;
use crate::labs::controls::{
    Shared, TargetControls, backend_field, place_of, reset_button, schedule_fields, seed_fields,
};
use crate::labs::density::{
    CURVES, Curve, DELTA, DRAWS, Density, ESTIMATORS, PROBE_REACH, RULES, T1, T2, VARIANCES, draws_of,
};
use crate::math::Estimator;
use crate::permalink::Number;
use crate::ui::fields::{CheckField, ChoiceField, NumberField, Slide};
use crate::ui::reactive::{flag, number, place, show, text};
use crate::ui::words;
use crate::words::tr;
use leptos::prelude::*;

/// The column of controls.
pub(super) fn controls(state: RwSignal<Density>, shared: Shared) -> AnyView {
    let shows = move |group| shared.shows(group);
    view! {
        <form class="controls" aria-label=tr!("Controls") on:submit=move |e| e.prevent_default()>
            {show(move || shows(Group::Target), move || view! { <TargetControls shared /> }.into_any())}
            {show(move || shows(Group::Estimator), move || estimator_controls(state, shared))}
            {show(move || shows(Group::Time), move || time_controls(state, shared))}
            {show(move || shows(Group::Probe), move || probe_controls(state, shared))}
            {show(move || shows(Group::Curves), move || curve_controls(state, shared))}
            {show(move || shows(Group::Error), move || view! { <fieldset>
                    <legend>{tr!("Score error")}</legend>
                    <NumberField
                        label=tr!("Size δ")
                        spec=DELTA
                        value=number(move || get(state).delta)
                        set=move |v| state.update(|s| s.delta = v)
                        slide=Slide::Linear(0.1)
                    />
                </fieldset> }.into_any())}
            {reset_button(state)}
        </form>
    }
    .into_any()
}

fn estimator_controls(state: RwSignal<Density>, shared: Shared) -> AnyView {
    let exact = flag(move || {
        let s = get(state);
        s.estimator == Estimator::Quadrature
    });
    view! {
        <fieldset>
            <legend>{tr!("Expectation over the noise")}</legend>
            {estimators(state, shared)}
            <NumberField
                label=tr!("Draws per time")
                spec=DRAWS
                home=number(move || draws_of(shared.dim()).default)
                value=number(move || get(state).draws)
                set=move |v| state.update(|s| s.draws = v)
                slide=Slide::Log
                disabled=exact
            />
            {seed_fields(shared, exact)}
            {backend_field(shared, tr!("Maps computed on"))}
        </fieldset>
    }
    .into_any()
}

/// The estimators; quadrature, the last, is for two dimensions at most.
fn estimators(state: RwSignal<Density>, shared: Shared) -> AnyView {
    let field = move |many: bool| {
        let mut options = ESTIMATORS.map(|(name, value)| (name, words::estimator(value))).to_vec();
        options.truncate(ESTIMATORS.len() - usize::from(many));
        view! {
            <ChoiceField
                label=tr!("Estimator")
                key="estimator"
                options
                value=place(move || { let s = get(state); place_of(&ESTIMATORS, &s.estimator) })
                set=move |i: usize| state.update(|s| s.estimator = ESTIMATORS[i].1)
            />
        }
        .into_any()
    };
    #[cfg(labs)]
    {
        crate::ui::reactive::dynamic(move || field(shared.many.get())).into_any()
    }
    #[cfg(not(labs))]
    {
        let _ = shared;
        field(false)
    }
}

fn time_controls(state: RwSignal<Density>, shared: Shared) -> AnyView {
    let rules = RULES.map(|(name, value)| (name, words::rule(value))).to_vec();
    view! {
        <fieldset>
            <legend>{tr!("Integral over time")}</legend>
            <ChoiceField
                label=tr!("Rule")
                key="rule"
                options=rules
                value=place(move || { let s = get(state); place_of(&RULES, &s.rule) })
                set=move |i: usize| state.update(|s| s.rule = RULES[i].1)
            />
            {schedule_fields(shared)}
            <p class="hint" hidden=flag(move || state.with(Density::uses_schedule))>
                {tr!("The continuous rule has its own times. The schedule shows in the convergence figure and the ELBO.")}
            </p>
        </fieldset>
    }
    .into_any()
}

fn probe_controls(state: RwSignal<Density>, shared: Shared) -> AnyView {
    let mixture = shared.mixture;
    let coordinate = move |axis: usize| {
        let key = if axis == 0 { "probe" } else { "probe2" };
        let home = move || {
            let at_home = Density { probe: None, ..state.get() };
            mixture.with(|m| at_home.probe(m).get(axis).copied().unwrap_or(0.0))
        };
        let home = number(home);
        let spec = Number { key, min: -PROBE_REACH, max: PROBE_REACH, default: 0.0, whole: false };
        let value = number(move || {
            let s = get(state);
            mixture.with(|m| s.probe(m).get(axis).copied().unwrap_or(0.0))
        });
        let set = move |v: f64| {
            state.update(|s| {
                let mut probe = mixture.with_untracked(|m| s.probe(m));
                if let Some(coordinate) = probe.get_mut(axis) {
                    *coordinate = v;
                }
                s.probe = Some(probe);
            });
        };
        let label = text(move || match (shared.dim(), axis) {
            (1, _) => "x".to_owned(),
            (_, 0) => "x₁".to_owned(),
            _ => "x₂".to_owned(),
        });
        view! { <NumberField label spec home value set /> }.into_any()
    };
    #[cfg(labs)]
    let places = {
        let fields = move || {
            if shared.many.get() {
                return super::many::fields(state);
            }
            view! { {coordinate(0)} {show(move || shared.dim() > 1, move || coordinate(1))} }.into_any()
        };
        crate::ui::reactive::dynamic(fields).into_any()
    };
    #[cfg(not(labs))]
    let places = view! { {coordinate(0)} {show(move || shared.dim() > 1, move || coordinate(1))} }.into_any();
    view! {
        <fieldset>
            <legend>{tr!("Probe")}</legend>
            {places}
            <NumberField
                label=tr!("From time")
                unit="t₁"
                spec=T1
                value=number(move || get(state).t1)
                set=move |v: f64| state.update(|s| s.t1 = v.min(s.t2 - 0.001).max(0.0))
                slide=Slide::Linear(0.001)
            />
            <NumberField
                label=tr!("To time")
                unit="t₂"
                spec=T2
                value=number(move || get(state).t2)
                set=move |v: f64| state.update(|s| s.t2 = v.max(s.t1 + 0.001).min(1.0))
                slide=Slide::Linear(0.001)
            />
        </fieldset>
    }
    .into_any()
}

fn curve_controls(state: RwSignal<Density>, shared: Shared) -> AnyView {
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
    let has = move |curve: Curve| {
        flag(move || {
            let s = get(state);
            s.curves.contains(&curve)
        })
    };
    view! {
        <fieldset>
            <legend>{tr!("Compare with")}</legend>
            {show(move || shared.dim() == 1, move || view! { <CheckField
                    label=tr!("Probability-flow ODE")
                    swatch="ode"
                    value=has(Curve::Ode)
                    set=move |on| toggle(Curve::Ode, on)
                />
                <CheckField label="ELBO" swatch="elbo" value=has(Curve::Elbo) set=move |on| toggle(Curve::Elbo, on) /> }.into_any())}
            <ChoiceField
                label=tr!("Reverse variance of the ELBO")
                key="variance"
                options=variances
                value=place(move || { let s = get(state); place_of(&VARIANCES, &s.variance) })
                set=move |i: usize| state.update(|s| s.variance = VARIANCES[i].1)
            />
        </fieldset>
    }
    .into_any()
}
