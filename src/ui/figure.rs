//! A figure on a canvas: drawn for its width, the screen's density and the theme, with a text
//! alternative, and a probe that can be dragged over it.

use super::link::watch_media;
use super::paint::use_painter;
use super::reactive::{flag, text};
use crate::plot::{Drawn, Figure, Style, Theme, draw_on_canvas};
use crate::words::tr;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent, ResizeObserver};

/// A point on a figure that the visitor moves.
#[derive(Clone, Copy)]
pub struct ProbeControl {
    /// Where it is: one or two numbers.
    pub position: Signal<Vec<f64>>,
    /// Its height in one dimension: the ordinate at which the handle sits.
    pub ordinate: Signal<f64>,
    /// Intervals of x (and y) that the figure shows; the step of the arrow keys is a hundredth.
    pub ranges: Signal<Vec<(f64, f64)>>,
    /// Called with a new position.
    pub set: Callback<Vec<f64>>,
}

/// A figure and how it is shown.
#[derive(Clone, Copy)]
pub struct Picture {
    /// Names the figure for the text alternative.
    pub label: &'static str,
    /// The figure; before its numbers have come, one with empty axes keeps its place.
    pub figure: Signal<Option<Figure>>,
    /// Light or dark.
    pub theme: Memo<Theme>,
    /// Told the width whenever it changes, CSS pixels.
    pub width: RwSignal<f64>,
    /// The height for a width.
    pub height: fn(&Figure, f64) -> f64,
    /// A probe on the figure's panels.
    pub probe: Option<ProbeControl>,
    /// Told whether parts of curves lie outside the picture.
    pub clipped: Option<RwSignal<bool>>,
    /// Told where everything was drawn.
    pub drawn: Option<RwSignal<Option<Drawn>>>,
}

impl Picture {
    /// A figure to look at.
    pub fn new(
        label: &'static str,
        figure: impl Into<Signal<Option<Figure>>>,
        theme: Memo<Theme>,
        width: RwSignal<f64>,
        height: fn(&Figure, f64) -> f64,
    ) -> Self {
        let figure = figure.into();
        Self { label, figure, theme, width, height, probe: None, clipped: None, drawn: None }
    }
}

/// A figure on the page. Its height follows from its width, so nothing jumps when data arrive.
pub fn figure_view(picture: Picture) -> AnyView {
    let Picture { label, figure, theme, width, height, probe, clipped, drawn } = picture;
    let canvas = NodeRef::<Canvas>::new();
    let frame = NodeRef::<Div>::new();
    let drawn = drawn.unwrap_or_else(|| RwSignal::new(None));
    let density = use_density();
    observe_width(frame, width);

    let tall = Memo::new(move |_| {
        let width = width.get();
        figure.with(|f| f.as_ref().map_or(0.0, |f| height(f, width)).round())
    });
    let painter = use_painter();
    let draw: Rc<dyn Fn()> = Rc::new(move || {
        let (Some(canvas), width, height) =
            (canvas.get_untracked(), width.get_untracked(), tall.get_untracked())
        else {
            return;
        };
        let style = Style::new(theme.get_untracked(), density.get_untracked());
        figure.with_untracked(|figure| {
            if let Some(figure) = figure
                && width > 0.0
            {
                // Fails only without a 2-D context, and then the table still has the numbers.
                let result = draw_on_canvas(figure, &canvas, width, height, &style).ok();
                if let (Some(clipped), Some(result)) = (clipped, &result) {
                    let outside = result.outside + result.non_finite > 0;
                    if clipped.get_untracked() != outside {
                        clipped.set(outside);
                    }
                }
                drawn.set(result);
            }
        });
    });
    Effect::new(move |_| {
        // First of all: the effect must hear of the figure before it hears of the height, which
        // follows from the figure. In the other order Leptos updates the figure on behalf of the
        // height, finds the height unchanged, and does not run the effect.
        figure.track();
        canvas.track();
        width.track();
        tall.track();
        theme.track();
        density.track();
        painter.ask(draw.clone());
    });
    let summary = move || figure.with(|f| f.as_ref().map(|f| f.summary.clone()).unwrap_or_default());
    view! {
        <div class="figure" node_ref=frame>
            <canvas
                node_ref=canvas
                role="img"
                aria-label=text(move || tr!("{}. {}", label, summary()))
                style:height=text(move || format!("{}px", tall.get()))
                on:pointerdown=move |event| grab(&event, probe, drawn)
                on:pointermove=move |event| {
                    if event.buttons() & 1 != 0 && event.pointer_type() == "mouse" {
                        drag(&event, probe, drawn);
                    }
                }
                on:click=move |event| {
                    // A tap places the probe; a swipe scrolls the page.
                    let event: &PointerEvent = event.unchecked_ref();
                    drag(event, probe, drawn);
                }
            ></canvas>
            {probe.map(|probe| view! { <Handle probe drawn /> }.into_any())}
        </div>
    }
    .into_any()
}

/// The probe's handle: dragged, or moved by the arrow keys. In two dimensions there is one on
/// each map, and the first one takes the keys.
#[component]
fn Handle(probe: ProbeControl, drawn: RwSignal<Option<Drawn>>) -> impl IntoView {
    let place = move || {
        let position = probe.position.get();
        let ordinate = probe.ordinate.get();
        drawn.with(|drawn| {
            let panel = drawn.as_ref()?.layout.panels.first()?;
            let y = position.get(1).copied().unwrap_or(ordinate);
            let (px, py) = panel.mapping.to_pixel((*position.first()?, y));
            panel.mapping.rect.contains(px, py).then_some((px, py))
        })
    };
    let words = move || {
        let names = ["x₁ = ", "x₂ = "];
        let position = probe.position.get();
        match position.as_slice() {
            [x] => format!("x = {}", show(*x)),
            many => {
                many.iter().zip(names).map(|(v, n)| format!("{n}{}", show(*v))).collect::<Vec<_>>().join(", ")
            }
        }
    };
    view! {
        <div
            class="probe-handle"
            role="slider"
            tabindex="0"
            aria-label=tr!("Probe")
            aria-valuetext=text(words)
            aria-valuenow=text(move || probe.position.with(|p| p.first().copied().unwrap_or(0.0).to_string()))
            aria-valuemin=text(move || probe.ranges.with(|r| r.first().map_or(0.0, |r| r.0).to_string()))
            aria-valuemax=text(move || probe.ranges.with(|r| r.first().map_or(0.0, |r| r.1).to_string()))
            hidden=flag(move || place().is_none())
            style:left=text(move || format!("{}px", place().map_or(0.0, |p| p.0)))
            style:top=text(move || format!("{}px", place().map_or(0.0, |p| p.1)))
            on:keydown=move |event| step(&event, probe)
            on:pointerdown=move |event| {
                capture(&event);
                // Dragging must not select text, but the handle shall take the focus.
                event.prevent_default();
                if let Some(handle) = event.current_target().and_then(|t| t.dyn_into::<HtmlElement>().ok()) {
                    let _ = handle.focus();
                }
            }
            on:pointermove=move |event| {
                if event.buttons() & 1 != 0 {
                    drag(&event, Some(probe), drawn);
                }
            }
        ></div>
    }
    .into_any()
}

/// A number in words: four significant digits are more than the eye has.
fn show(value: f64) -> String {
    crate::permalink::write_number((value * 1e4).round() / 1e4)
}

fn grab(event: &PointerEvent, probe: Option<ProbeControl>, drawn: RwSignal<Option<Drawn>>) {
    if probe.is_some() && event.button() == 0 && event.pointer_type() == "mouse" {
        capture(event);
        drag(event, probe, drawn);
    }
}

fn capture(event: &PointerEvent) {
    if let Some(target) = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) {
        let _ = target.set_pointer_capture(event.pointer_id());
    }
}

/// Moves the probe to where the pointer is: in the panel under it, or, outside of all, along the
/// nearest edge of the first.
fn drag(event: &PointerEvent, probe: Option<ProbeControl>, drawn: RwSignal<Option<Drawn>>) {
    let (Some(probe), Some(canvas)) = (probe, canvas_of(event)) else {
        return;
    };
    let bounds = canvas.get_bounding_client_rect();
    let (x, y) = (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top());
    let position = drawn.with_untracked(|drawn| {
        let layout = &drawn.as_ref()?.layout;
        let panel = layout.panel_at(x, y).or_else(|| layout.panels.first())?;
        let rect = panel.mapping.rect;
        let inside = (x.clamp(rect.x, rect.right()), y.clamp(rect.y, rect.bottom()));
        Some(panel.mapping.to_data(inside))
    });
    if let Some((x, y)) = position {
        let ranges = probe.ranges.get_untracked();
        let rounded: Vec<f64> = [x, y].iter().zip(&ranges).map(|(v, range)| round_to(*v, *range)).collect();
        probe.set.run(rounded);
    }
}

fn canvas_of(event: &PointerEvent) -> Option<web_sys::Element> {
    let target: web_sys::Element = event.current_target().or_else(|| event.target())?.dyn_into().ok()?;
    target.parent_element()?.query_selector("canvas").ok()?
}

fn step(event: &KeyboardEvent, probe: ProbeControl) {
    let (axis, direction) = match event.key().as_str() {
        "ArrowLeft" => (0, -1.0),
        "ArrowRight" => (0, 1.0),
        "ArrowDown" => (1, -1.0),
        "ArrowUp" => (1, 1.0),
        _ => return,
    };
    let (mut position, ranges) = (probe.position.get_untracked(), probe.ranges.get_untracked());
    // In one dimension up and down do what right and left do, as on a slider.
    let axis = axis.min(position.len().saturating_sub(1));
    let (Some(value), Some(range)) = (position.get_mut(axis), ranges.get(axis)) else {
        return;
    };
    event.prevent_default();
    let size = if event.shift_key() { 10.0 } else { 1.0 };
    let moved = *value + direction * size * (range.1 - range.0) / 100.0;
    *value = round_to(moved.clamp(range.0, range.1), *range);
    probe.set.run(position);
}

/// Rounded to about a thousandth of the range, so that links stay short.
fn round_to(value: f64, (low, high): (f64, f64)) -> f64 {
    let unit = 10f64.powf(((high - low) / 300.0).log10().floor());
    // The reciprocal keeps decimal fractions short: 0.3, not 0.30000000000000004.
    let per_unit = (1.0 / unit).round().max(1.0);
    if unit < 1.0 { (value * per_unit).round() / per_unit } else { (value / unit).round() * unit }
}

/// Follows the width of an element.
fn observe_width(frame: NodeRef<Div>, width: RwSignal<f64>) {
    Effect::new(move |_| {
        let Some(frame) = frame.get() else { return };
        let element: HtmlElement = (*frame).clone();
        width.set(f64::from(element.client_width()));
        let callback = Closure::<dyn FnMut()>::new({
            let element = element.clone();
            move || {
                let now = f64::from(element.client_width());
                // Another figure may have taken the element over.
                if now > 0.0 && width.try_get_untracked().is_some_and(|known| known != now) {
                    width.set(now);
                }
            }
        });
        if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&element);
        }
        // Most figures live as long as the page.
        callback.forget();
    });
}

/// Device pixels per CSS pixel; follows zoom and a move to another screen.
fn use_density() -> RwSignal<f64> {
    let density = RwSignal::new(1.0);
    follow_density(density);
    density
}

/// Reads the density and does so again when it is no longer what it was.
fn follow_density(density: RwSignal<f64>) {
    let now = window().device_pixel_ratio();
    density.set(now.clamp(0.5, 4.0));
    watch_media(&format!("(resolution: {now}dppx)"), move |same| {
        if !same {
            follow_density(density);
        }
    });
}
