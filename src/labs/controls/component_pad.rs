//! The components of a mixture on the pad: a handle at each mean, and for the one that is selected, or
//! for all where there are few, handles of its spread.
//!
//! Handles of axes stand [`BEYOND`] outside the outline at one standard deviation, so that they can be
//! reached where it is small. In one dimension they stand at one standard deviation, above the means.

use super::pad::{Pad, arrow, capture};
use super::target_editor::try_components;
use crate::labs::common::Target;
use crate::labs::pad::{Handle, Spread, fresh, moved, spreads, words};
use crate::math::{Component, MAX_COMPONENTS};
use crate::permalink::Number;
use crate::plot::mapping::Mapping;
use crate::ui::fields::NumberField;
use crate::ui::link::focus_later;
use crate::ui::reactive::{dynamic, flag, number, text};
use crate::words::tr;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, MouseEvent, PointerEvent};

/// Distance of an axis's handle from the outline, CSS pixels.
const BEYOND: f64 = 16.0;
/// Heights of the handles in one dimension above the lower edge, CSS pixels.
const LOW: f64 = 14.0;
const HIGH: f64 = 42.0;
/// So many components show the handles of all.
const FEW: usize = 3;

/// Weight of the selected component.
const WEIGHT: Number = Number { key: "component-weight", min: 0.0, max: 1e6, default: 1.0, whole: false };

#[derive(Clone, Copy)]
struct Editor {
    pad: Pad,
    components: Memo<Vec<Component>>,
    /// Spreads as handles left them.
    known: RwSignal<Vec<Spread>>,
    spreads: Memo<Vec<Spread>>,
    selected: RwSignal<usize>,
    /// Whether the next click adds a component.
    adding: RwSignal<bool>,
    /// From the pointer to the handle that it holds.
    grip: StoredValue<[f64; 2]>,
    error: RwSignal<String>,
}

/// The pad and what belongs to it.
pub(super) fn view(pad: Pad) -> AnyView {
    let components = Memo::new(move |_| pad.target.with(Target::components));
    let known = RwSignal::new(Vec::<Spread>::new());
    let spreads = Memo::new(move |_| components.with(|c| known.with(|known| spreads(known, c))));
    let editor = Editor {
        pad,
        components,
        known,
        spreads,
        selected: RwSignal::new(0),
        adding: RwSignal::new(false),
        grip: StoredValue::new([0.0; 2]),
        error: RwSignal::new(String::new()),
    };
    view! {
        {pad.view(editor.over())}
        {editor.tools()}
    }
    .into_any()
}

impl Editor {
    /// Outlines, handles, and the surface below them.
    fn over(self) -> AnyView {
        let adding = self.adding;
        let count = Memo::new(move |_| self.components.with(Vec::len));
        let dim = self.pad.ranges.with_untracked(Vec::len).clamp(1, 2);
        let handles = move |i: usize| {
            // The mean on top; in one dimension there is one standard deviation.
            let handles = [Handle::Second, Handle::First, Handle::Mean].into_iter().skip(2 - dim);
            handles.map(|handle| self.handle(i, handle)).collect_view().into_any()
        };
        let chosen = move || self.selected.get().min(count.get().saturating_sub(1));
        view! {
            <svg class="pad-overlay" aria-hidden="true">
                <path class="pad-outline" d=text(move || self.outlines(|i| i != chosen()))></path>
                <path class="pad-outline selected" d=text(move || self.outlines(|i| i == chosen()))></path>
            </svg>
            <div
                class="pad-surface"
                class:adding=flag(move || adding.get())
                on:click=move |event: MouseEvent| {
                    if adding.get_untracked() {
                        self.add_at(event.unchecked_ref());
                    }
                }
                on:dblclick=move |event: MouseEvent| self.add_at(event.unchecked_ref())
            ></div>
            {dynamic(move || (0..count.get()).map(handles).collect_view().into_any())}
        }
        .into_any()
    }

    /// Where a handle stands.
    fn place(self, i: usize, handle: Handle) -> Option<[f64; 2]> {
        let mapping = self.pad.mapping.get()?;
        let mean = self.components.with(|c| c.get(i).map(|c| c.mean.clone()))?;
        let spread = self.spreads.with(|s| s.get(i).copied())?;
        place(&mapping, &mean, spread, handle)
    }

    fn shows(self, i: usize, handle: Handle) -> bool {
        let (dim, count) = self.components.with(|c| (c.first().map_or(1, |c| c.mean.len()), c.len()));
        match handle {
            Handle::Mean => true,
            Handle::Second if dim == 1 => false,
            _ => count <= FEW || self.selected.get() == i,
        }
    }

    fn handle(self, i: usize, handle: Handle) -> AnyView {
        let at = move || {
            let place = self.place(i, handle);
            let rect = self.pad.mapping.get()?.rect;
            let [x, y] = place?;
            // What stands outside the frame cannot be dragged, and would cover something else.
            let near = (rect.x - 20.0..=rect.right() + 12.0).contains(&x)
                && (rect.y - 12.0..=rect.bottom() + 20.0).contains(&y);
            near.then_some((x, y))
        };
        let at = Memo::new(move |_| at());
        let hidden = move || at.get().is_none() || !self.shows(i, handle);
        let class = match handle {
            Handle::Mean => "pad-handle mean",
            _ => "pad-handle axis",
        };
        view! {
            <button
                type="button"
                class=class
                class:selected=flag(move || self.selected.get() == i)
                hidden=flag(hidden)
                style:left=text(move || format!("{}px", at.get().map_or(0.0, |p| p.0)))
                style:top=text(move || format!("{}px", at.get().map_or(0.0, |p| p.1)))
                aria-label=text(move || self.name(i, handle))
                on:focus=move |_| self.selected.set(i)
                on:keydown=move |event| self.key(&event, i, handle)
                on:pointerdown=move |event| self.grab(&event, i, handle)
                on:pointermove=move |event| {
                    if self.pad.held.get_untracked() && event.buttons() & 1 != 0 {
                        self.drag(&event, i, handle);
                    }
                }
                on:lostpointercapture=move |_| self.pad.held.set(false)
            ></button>
        }
        .into_any()
    }

    /// What a handle is and where it stands, in words.
    fn name(self, i: usize, handle: Handle) -> String {
        let mean = self.components.with(|c| c.get(i).map(|c| c.mean.clone())).unwrap_or_default();
        let Some(spread) = self.spreads.with(|s| s.get(i).copied()) else { return String::new() };
        let component = i + 1;
        let deviation = |s: f64| words(&[s]);
        match handle {
            Handle::Mean => tr!("component {}: mean at {}", component, words(&mean)),
            _ if mean.len() == 1 => {
                tr!("component {}: standard deviation {}", component, deviation(spread.first))
            }
            Handle::First => {
                let degrees = words(&[spread.angle.to_degrees().round()]);
                tr!(
                    "component {}: first axis, standard deviation {} at {}°",
                    component,
                    deviation(spread.first),
                    degrees
                )
            }
            Handle::Second => {
                tr!("component {}: second axis, standard deviation {}", component, deviation(spread.second))
            }
        }
    }

    fn grab(self, event: &PointerEvent, i: usize, handle: Handle) {
        if event.button() != 0 {
            return;
        }
        capture(event);
        // No selection of text, but the focus.
        event.prevent_default();
        if let Some(button) = event.current_target().and_then(|t| t.dyn_into::<HtmlElement>().ok()) {
            let _ = button.focus();
        }
        let (place, pointer) = (untrack(move || self.place(i, handle)), self.pad.pixel(event));
        if let (Some(place), Some(pointer)) = (place, pointer) {
            self.grip.set_value([place[0] - pointer[0], place[1] - pointer[1]]);
            self.pad.held.set(true);
        }
    }

    fn drag(self, event: &PointerEvent, i: usize, handle: Handle) {
        let (Some([x, y]), Some(mapping)) = (self.pad.pixel(event), self.pad.mapping.get_untracked()) else {
            return;
        };
        let grip = self.grip.get_value();
        let Some((component, spread)) = self.at(i) else { return };
        let to = end(&mapping, &component.mean, spread, handle, [x + grip[0], y + grip[1]]);
        self.move_to(i, handle, mapping.to_data(to.into()).into());
    }

    fn at(self, i: usize) -> Option<(Component, Spread)> {
        let component = self.components.with_untracked(|c| c.get(i).cloned())?;
        Some((component, self.spreads.with_untracked(|s| s.get(i).copied())?))
    }

    fn move_to(self, i: usize, handle: Handle, to: [f64; 2]) {
        let Some((component, spread)) = self.at(i) else { return };
        let ranges = self.pad.ranges.get_untracked();
        let (component, spread) = moved(&component, spread, handle, to, &ranges);
        let mut components = self.components.get_untracked();
        let mut known = self.spreads.get_untracked();
        if let (Some(old), Some(known)) = (components.get_mut(i), known.get_mut(i)) {
            (*old, *known) = (component, spread);
        }
        self.known.set(known);
        self.apply(components);
    }

    fn apply(self, components: Vec<Component>) {
        self.error.set(try_components(self.pad.shared, components).err().unwrap_or_default());
    }

    fn key(self, event: &KeyboardEvent, i: usize, handle: Handle) {
        if matches!(event.key().as_str(), "Delete" | "Backspace") {
            event.prevent_default();
            self.remove(i);
            return;
        }
        let Some(way) = arrow(event) else { return };
        event.prevent_default();
        let Some((component, spread)) = self.at(i) else { return };
        let ranges = self.pad.ranges.get_untracked();
        let hundredth = ranges.first().map_or(0.01, |r| (r.1 - r.0) / 100.0);
        let mean = [0, 1].map(|k| component.mean.get(k).copied().unwrap_or(0.0));
        let [u, v] = spread.axes();
        let along = |axis: [f64; 2], s: f64| [mean[0] + s.max(0.0) * axis[0], mean[1] + s.max(0.0) * axis[1]];
        let to = match handle {
            // In one dimension up and down do what right and left do, as on a slider.
            Handle::Mean if component.mean.len() == 1 => [mean[0] + (way[0] + way[1]) * hundredth, 0.0],
            Handle::Mean => [mean[0] + way[0] * hundredth, mean[1] + way[1] * hundredth],
            Handle::First if component.mean.len() == 2 => {
                let turned = spread.angle - (3.0 * way[0]).to_radians();
                along([turned.cos(), turned.sin()], spread.first + 0.5 * way[1] * hundredth)
            }
            Handle::First => along(u, spread.first + 0.5 * (way[0] + way[1]) * hundredth),
            Handle::Second => along(v, spread.second + 0.5 * (way[0] + way[1]) * hundredth),
        };
        self.move_to(i, handle, to);
    }

    fn remove(self, i: usize) {
        let mut components = self.components.get_untracked();
        if components.len() <= 1 || i >= components.len() {
            self.error.set(tr!("A mixture needs a component.").to_owned());
            return;
        }
        components.remove(i);
        let next = i.min(components.len() - 1);
        self.apply(components);
        self.selected.set(next);
        focus_on(next);
    }

    fn add_at(self, event: &PointerEvent) {
        event.prevent_default();
        if let Some(place) = self.pad.pixel(event).and_then(|pixel| self.pad.data(pixel)) {
            self.add(place);
        }
    }

    fn add(self, place: [f64; 2]) {
        self.adding.set(false);
        let mut components = self.components.get_untracked();
        if components.len() >= MAX_COMPONENTS {
            self.error.set(tr!("A mixture has at most {} components.", MAX_COMPONENTS));
            return;
        }
        let ranges = self.pad.ranges.get_untracked();
        components.push(fresh(&components, place, &ranges));
        let new = components.len();
        self.apply(components);
        self.selected.set(new - 1);
        focus_on(new - 1);
    }

    /// Outlines of the components that are wanted, with the lines to their handles.
    fn outlines(self, wanted: impl Fn(usize) -> bool) -> String {
        let Some(mapping) = self.pad.mapping.get() else { return String::new() };
        let mut path = String::new();
        self.components.with(|components| {
            self.spreads.with(|spreads| {
                for (i, (component, spread)) in components.iter().zip(spreads).enumerate() {
                    if !wanted(i) {
                        continue;
                    }
                    if let [x, y] = component.mean[..] {
                        let outline = spread.outline([x, y]);
                        let points = outline.iter().map(|p| mapping.to_pixel((p[0], p[1])));
                        push(&mut path, points);
                        path.push('Z');
                    }
                    let shown = [Handle::First, Handle::Second].into_iter().filter(|h| self.shows(i, *h));
                    for handle in shown {
                        let ends = [Handle::Mean, handle];
                        let ends = ends.map(|h| place(&mapping, &component.mean, *spread, h));
                        push(&mut path, ends.into_iter().flatten().map(Into::into));
                    }
                }
            });
        });
        path
    }

    /// Adding, and what there is to set of the selected component.
    fn tools(self) -> AnyView {
        let Self { components, selected, adding, error, .. } = self;
        let count = Memo::new(move |_| components.with(Vec::len));
        let add = move |_| {
            if !adding.get_untracked() {
                adding.set(true);
                return;
            }
            let ranges = self.pad.ranges.get_untracked();
            let middle = |i: usize| ranges.get(i).map_or(0.0, |r| 0.5 * (r.0 + r.1));
            self.add([middle(0), middle(1)]);
        };
        let weight =
            number(move || components.with(|c| c.get(selected.get()).or(c.last()).map_or(1.0, |c| c.weight)));
        let heaviest = number(move || components.with(|c| c.iter().map(|c| c.weight).fold(1.0, f64::max)));
        let set_weight = move |weight: f64| {
            let mut components = components.get_untracked();
            let place = selected.get_untracked().min(components.len().saturating_sub(1));
            if let Some(component) = components.get_mut(place) {
                component.weight = weight;
            }
            self.apply(components);
        };
        let label = text(move || {
            tr!("Weight of component {}", selected.get().min(count.get().saturating_sub(1)) + 1)
        });
        let hint = move || {
            if adding.get() {
                tr!("Click on the pad where it goes, or press the button again for the middle.")
            } else {
                tr!(
                    "Drag the handles, or move them with the arrow keys. A double click adds a component, Delete removes one."
                )
            }
        };
        view! {
            <div class="pad-tools">
                <button
                    type="button"
                    aria-pressed=text(move || adding.get().to_string())
                    disabled=flag(move || count.get() >= MAX_COMPONENTS)
                    on:click=add
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            adding.set(false);
                        }
                    }
                >
                    {tr!("Add")}
                </button>
                <button
                    type="button"
                    disabled=flag(move || count.get() <= 1)
                    on:click=move |_| self.remove(selected.get_untracked())
                >
                    {tr!("Remove")}
                </button>
            </div>
            <p class="hint">{text(move || hint().to_owned())}</p>
            <p class="field-message" role="status">{text(move || error.get())}</p>
            <div class="pad-field">
                <NumberField label spec=WEIGHT value=weight set=set_weight home=weight />
                <input
                    type="range"
                    min="0"
                    max=text(move || heaviest.get().to_string())
                    step="any"
                    aria-label=text(move || tr!("{}, slider", label.get()))
                    prop:value=weight
                    on:input=move |event| {
                        if let Some(weight) = crate::permalink::parse_number(&event_target_value(&event)) {
                            set_weight((weight * 100.0).round() / 100.0);
                        }
                    }
                />
            </div>
        }
        .into_any()
    }
}

/// Where a handle stands on the pad.
fn place(mapping: &Mapping, mean: &[f64], spread: Spread, handle: Handle) -> Option<[f64; 2]> {
    match mean[..] {
        [x] => {
            let rest = mapping.rect.bottom();
            Some(match handle {
                Handle::Mean => [mapping.x.to_pixel(x), rest - LOW],
                _ => [mapping.x.to_pixel(x + spread.first), rest - HIGH],
            })
        }
        [x, y] => {
            let (px, py) = mapping.to_pixel((x, y));
            let [u, v] = spread.axes();
            let (axis, s) = match handle {
                Handle::Mean => return Some([px, py]),
                Handle::First => (u, spread.first),
                Handle::Second => (v, spread.second),
            };
            let unit = per_pixel(mapping);
            let reach = s / unit + BEYOND;
            // Upwards is less on a screen.
            Some([px + reach * axis[0], py - reach * axis[1]])
        }
        _ => None,
    }
}

/// The pixel of the mean or of the end of the axis, where its handle is moved to a pixel.
fn end(mapping: &Mapping, mean: &[f64], spread: Spread, handle: Handle, to: [f64; 2]) -> [f64; 2] {
    let [x, y] = mean[..] else { return to };
    if handle == Handle::Mean {
        return to;
    }
    let (px, py) = mapping.to_pixel((x, y));
    let (mut way, axis) = ([to[0] - px, to[1] - py], spread.axes()[1]);
    if handle == Handle::Second {
        let across = way[0] * axis[0] - way[1] * axis[1];
        way = [across * axis[0], -across * axis[1]];
    }
    let length = way[0].hypot(way[1]).max(1e-9);
    let share = (length - BEYOND).max(0.0) / length;
    // Onto the mean itself: the direction counts, and what is shortest.
    let share = share.max(1e-3);
    [px + share * way[0], py + share * way[1]]
}

/// Gives the focus to the mean of a component.
fn focus_on(i: usize) {
    focus_later(format!("[aria-label^='{}']", tr!("component {}: mean at {}", i + 1, "")));
}

/// Units of x a pixel.
fn per_pixel(mapping: &Mapping) -> f64 {
    let rect = mapping.rect;
    (mapping.x.to_data(rect.right()) - mapping.x.to_data(rect.x)) / rect.w
}

/// A line through some places.
fn push(path: &mut String, points: impl Iterator<Item = (f64, f64)>) {
    use std::fmt::Write;
    for (i, (x, y)) in points.enumerate() {
        // Writing to a string does not fail.
        let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
    }
}
