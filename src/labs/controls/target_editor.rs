//! Editing a target: the components of a mixture on the pad and by numbers, the points of a data set and
//! how wide the Gaussian around each is.

use super::import::Import;
use super::pad::Pad;
use super::{Shared, component_pad, place_of, points_pad};
use crate::labs::common::{BANDWIDTH, BANDWIDTH_RULES, Bandwidth, DataSet, Target, check, component, row};
use crate::labs::figures::short;
use crate::math::{Component, MAX_COMPONENTS, Mixture};
use crate::permalink::parse_number;
use crate::ui::fields::{ChoiceField, NumberField};
use crate::ui::reactive::{number, place, show, text};
use crate::ui::rows::RowsEditor;
use crate::words::tr;
use leptos::prelude::*;

/// Positions of the bandwidth's slider, and the decades that it runs over, up to the width of the pad.
const POSITIONS: f64 = 120.0;
const DECADES: f64 = 3.0;

/// A mixture: pad and rows.
pub(super) fn mixture(shared: Shared) -> AnyView {
    // In more dimensions there are the numbers only.
    let pad = (untrack(move || shared.dim()) <= 2).then(|| component_pad::view(Pad::new(shared)));
    view! {
        {pad}
        {rows(shared)}
    }
    .into_any()
}

/// A data set of some dimension: pad, numbers or a file, bandwidth.
pub(super) fn data_set(shared: Shared, dim: usize, import: Import) -> AnyView {
    let pad = (dim <= 2).then(|| points_pad::view(Pad::new(shared), dim));
    let described = move || match shared.get().target {
        Target::Points(data) if data.points.dim() > 2 => {
            tr!("{} points of {} numbers", data.points.len(), data.points.dim())
        }
        _ => String::new(),
    };
    view! {
        {pad}
        <p class="hint">{text(described)}</p>
        {import.numbers()}
        {bandwidth(shared)}
    }
    .into_any()
}

/// Puts components in force, if they are a mixture.
pub(super) fn try_components(shared: Shared, components: Vec<Component>) -> Result<(), String> {
    check(&components).map_err(|e| e.to_string())?;
    shared.update(move |c| c.target = Target::Custom(components));
    Ok(())
}

/// The components, a row each.
fn rows(shared: Shared) -> AnyView {
    let columns = Signal::derive(move || match shared.dim() {
        1 => vec![("w", tr!("weight")), ("μ", tr!("mean")), ("σ²", tr!("variance"))],
        _ => vec![
            ("w", tr!("weight")),
            ("μ₁", tr!("mean along x₁")),
            ("μ₂", tr!("mean along x₂")),
            ("σ₁₁", tr!("variance of x₁")),
            ("σ₁₂", tr!("covariance")),
            ("σ₂₂", tr!("variance of x₂")),
        ],
    });
    let rows = Signal::derive(move || {
        let c = shared.get();
        c.target.components().iter().map(row).collect::<Vec<_>>()
    });
    let set = move |rows: Vec<Vec<f64>>| -> Result<(), String> {
        let components: Option<Vec<_>> = rows.iter().map(|r| component(r)).collect();
        try_components(shared, components.ok_or(tr!("a component is incomplete"))?)
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
            tr!("The weights sum to {}; they are scaled to 1.", short(total))
        }
    };
    view! {
        <RowsEditor label=tr!("Components of the mixture") columns rows set most=MAX_COMPONENTS />
        <p class="hint">{text(scaled)}</p>
    }
    .into_any()
}

/// The nearest bandwidth of two significant digits.
fn two_digits(h: f64) -> Option<f64> {
    let unit = 10f64.powf(1.0 - h.log10().floor());
    BANDWIDTH.nearest((h * unit).round() / unit)
}

/// By a rule or by number.
fn bandwidth(shared: Shared) -> AnyView {
    let data = move || match shared.get().target {
        Target::Points(data) => Some(data),
        _ => None,
    };
    let value = number(move || data().map_or(BANDWIDTH.default, |d| d.bandwidth()));
    let set = move |bandwidth: Bandwidth| {
        shared.update(move |c| {
            if let Target::Points(data) = &c.target {
                c.target = Target::Points(DataSet { bandwidth, ..data.clone() });
            }
        });
    };
    // By number: the rule's, to two digits, to start with.
    let by_number = move || {
        let h = untrack(move || value.get());
        Bandwidth::Fixed(two_digits(h).unwrap_or(h))
    };
    let options = vec![
        ("scott", tr!("Scott’s rule")),
        ("silverman", tr!("Silverman’s rule")),
        ("number", tr!("by number")),
    ];
    let chosen = place(move || match data().map(|d| d.bandwidth) {
        Some(Bandwidth::Rule(rule)) => place_of(&BANDWIDTH_RULES, &rule),
        _ => BANDWIDTH_RULES.len(),
    });
    let choose = move |i: usize| {
        set(BANDWIDTH_RULES.get(i).map_or_else(by_number, |(_, rule)| Bandwidth::Rule(*rule)));
    };
    let width = move || {
        let width = |m: &Mixture| m.moments().1.iter().copied().fold(0.0, f64::max);
        (4.0 * shared.mixture.with(width)).max(1e-3)
    };
    // The slider's range follows the data, and not the bandwidth that it changes.
    let reach = Memo::new(move |_| {
        let h = value.get();
        let (width, own) = (width(), 4.0 * h);
        10f64.powf((width * width - own * own).max(1e-12).sqrt().log10().ceil().clamp(-4.0, 6.0))
    });
    let position = number(move || POSITIONS * (1.0 + (value.get() / reach.get()).log10() / DECADES));
    let slide = move |event| {
        if let Some(position) = parse_number(&event_target_value(&event)) {
            let h = reach.get_untracked() * 10f64.powf(DECADES * (position / POSITIONS - 1.0));
            if let Some(h) = two_digits(h) {
                set(Bandwidth::Fixed(h));
            }
        }
    };
    let fixed = move || chosen.get() == BANDWIDTH_RULES.len();
    view! {
        <ChoiceField label=tr!("Width of the Gaussian around each point") key="bandwidth-rule" options value=chosen set=choose />
        <p class="hint">
            {text(move || if fixed() { String::new() } else { tr!("Standard deviation h = {}", short(value.get())) })}
        </p>
        {show(
            fixed,
            move || {
                view! {
                    <div class="pad-field">
                        <NumberField
                            label=tr!("Bandwidth")
                            unit="h"
                            spec=BANDWIDTH
                            value
                            set=move |h| set(Bandwidth::Fixed(h))
                            home=value
                        />
                        <input
                            type="range"
                            min="0"
                            max=POSITIONS.to_string()
                            step="1"
                            aria-label=tr!("Bandwidth, slider")
                            aria-valuetext=text(move || short(value.get()))
                            prop:value=position
                            on:input=slide
                        />
                    </div>
                }
                .into_any()
            },
        )}
    }
    .into_any()
}
