//! Fields: a number with a slider, a choice, a check box. Native inputs, each with a label, its
//! unit, its range and a way back to the default.

use super::reactive::{flag, number, text};
use crate::permalink::{Number, parse_number, write_number};
use crate::words::tr;
use leptos::prelude::*;

/// How a slider runs over its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slide {
    /// In equal steps of this size.
    Linear(f64),
    /// In equal ratios, for counts.
    Log,
}

/// Positions of a logarithmic slider.
const POSITIONS: f64 = 200.0;

/// A number box with a slider below it and a reset button. The box takes any number; out of range
/// it is moved to the nearest and says so, and what is not a number leaves the value as it was.
#[component]
pub fn NumberField(
    /// Name of the quantity.
    #[prop(into)]
    label: Signal<String>,
    /// Unit or symbol, after the name.
    #[prop(optional, into)]
    unit: String,
    /// Key, range and default.
    spec: Number,
    /// Where the reset button leads, if that is not the default.
    #[prop(optional)]
    home: Option<Signal<f64>>,
    /// The value.
    #[prop(into)]
    value: Signal<f64>,
    /// Called with every new value.
    #[prop(into)]
    set: Callback<f64>,
    /// How the slider runs; without it there is none.
    #[prop(optional)]
    slide: Option<Slide>,
    /// Whether the field can be used.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let message = RwSignal::new(String::new());
    let id = format!("field-{}", spec.key);
    let message_id = format!("field-{}-message", spec.key);
    let home = home.unwrap_or_else(|| Signal::stored(spec.default));
    let on_text = move |text: String| {
        let text = text.trim().replace('−', "-").replace(',', ".");
        let Some(nearest) = parse_number(&text).and_then(|v| spec.nearest(v)) else {
            let text: String = text.chars().take(20).collect();
            message.set(if spec.whole {
                tr!("“{}” is not a whole number.", text)
            } else {
                tr!("“{}” is not a number.", text)
            });
            return;
        };
        let moved = parse_number(&text).is_some_and(|v| v != nearest);
        message.set(if moved {
            tr!("Moved into the range {} … {}.", write_number(spec.min), write_number(spec.max))
        } else {
            String::new()
        });
        set.run(nearest);
    };
    let slider = slide.map(|slide| {
        let on_slide = move |event| {
            if let Some(position) = parse_number(&event_target_value(&event)) {
                message.set(String::new());
                set.run(from_slider(&spec, slide, position));
            }
        };
        view! {
            <input
                type="range"
                min=slider_range(&spec, slide).0.to_string()
                max=slider_range(&spec, slide).1.to_string()
                step=slider_step(slide).to_string()
                prop:value=number(move || to_slider(&spec, slide, value.get()))
                on:input=on_slide
                disabled=disabled
                aria-label=text(move || tr!("{}, slider", label.get()))
                aria-valuetext=text(move || write_number(value.get()))
            />
        }
        .into_any()
    });
    let unit_view = (!unit.is_empty()).then(|| view! { <span class="unit">" " {unit}</span> }.into_any());
    view! {
        <div class="field" class:disabled=disabled>
            <div class="field-head">
                <label for=id.clone()>{label} {unit_view}</label>
                <button
                    type="button"
                    class="reset"
                    title=text(move || tr!("Reset to {}", write_number(home.get())))
                    aria-label=text(move || {
                        tr!("Reset {} to {}", label.get(), write_number(home.get()))
                    })
                    disabled=flag(move || disabled.get() || value.get() == home.get())
                    on:click=move |_| {
                        message.set(String::new());
                        set.run(home.get_untracked());
                    }
                >
                    "↺"
                </button>
                <input
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    spellcheck="false"
                    class="number"
                    id=id
                    name=spec.key
                    prop:value=text(move || write_number(value.get()))
                    disabled=disabled
                    aria-describedby=message_id.clone()
                    aria-invalid=text(move || (!message.with(String::is_empty)).to_string())
                    on:change=move |event| {
                        on_text(event_target_value(&event));
                        // The box shows the value in force, also where that has not changed.
                        event_target::<web_sys::HtmlInputElement>(&event)
                            .set_value(&write_number(value.get_untracked()));
                    }
                />
            </div>
            {slider}
            <p class="field-message" id=message_id role="status">
                {text(move || message.get())}
            </p>
        </div>
    }
    .into_any()
}

/// One of several values, as a drop-down list. Values are handled by their place in the list, so
/// that one component serves all types.
#[component]
pub fn ChoiceField(
    /// Name of the quantity.
    label: &'static str,
    /// Key, for the element's id.
    key: &'static str,
    /// Name in links and words of each choice.
    options: Vec<(&'static str, &'static str)>,
    /// Place of the value in force.
    value: Signal<usize>,
    /// Called with the place of every new value.
    #[prop(into)]
    set: Callback<usize>,
) -> impl IntoView {
    let id = format!("field-{key}");
    let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
    let on_change = move |event| {
        let name = event_target_value(&event);
        if let Some(place) = names.iter().position(|known| *known == name) {
            set.run(place);
        }
    };
    let options = options
        .into_iter()
        .enumerate()
        .map(|(place, (name, words))| {
            let selected = flag(move || value.get() == place);
            view! { <option value=name prop:selected=selected>{words}</option> }.into_any()
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=key on:change=on_change>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// A check box.
#[component]
pub fn CheckField(
    /// What is switched.
    label: &'static str,
    /// A class for the swatch that shows a curve's colour.
    #[prop(optional)]
    swatch: &'static str,
    /// The value.
    #[prop(into)]
    value: Signal<bool>,
    /// Called with every new value.
    #[prop(into)]
    set: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=value
                on:change=move |event| set.run(event_target_checked(&event))
            />
            <span class=format!("swatch {swatch}") aria-hidden="true"></span>
            {label}
        </label>
    }
    .into_any()
}

fn slider_range(spec: &Number, slide: Slide) -> (f64, f64) {
    match slide {
        Slide::Linear(_) => (spec.min, spec.max),
        Slide::Log => (0.0, POSITIONS),
    }
}

fn slider_step(slide: Slide) -> f64 {
    match slide {
        Slide::Linear(step) => step,
        Slide::Log => 1.0,
    }
}

fn to_slider(spec: &Number, slide: Slide, value: f64) -> f64 {
    match slide {
        Slide::Linear(_) => value,
        Slide::Log => POSITIONS * (value / spec.min).ln() / (spec.max / spec.min).ln(),
    }
}

/// The value at a position; logarithmic sliders stop at numbers of two digits.
fn from_slider(spec: &Number, slide: Slide, position: f64) -> f64 {
    let value = match slide {
        Slide::Linear(_) => position,
        Slide::Log => {
            let exact = spec.min * (spec.max / spec.min).powf(position / POSITIONS);
            let unit = 10f64.powf(exact.log10().floor() - 1.0).max(if spec.whole { 1.0 } else { 0.0 });
            (exact / unit).round() * unit
        }
    };
    spec.nearest(value).unwrap_or(spec.default)
}
