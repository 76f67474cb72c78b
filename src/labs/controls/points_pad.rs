//! Points drawn on the pad: strokes add them at equal distances, a disc erases them, and a pen does both by
//! keys. Strokes have no jitter; a distance is 2 % of the pad, along the pointer's way also in one
//! dimension, where only x counts.
//!
//! What is drawn goes into the target while the pointer moves, as long as that is quick, and when it is
//! lifted. A target has at least one point: after Clear the last one stays until something is drawn.

use super::pad::{Pad, arrow, capture};
use crate::labs::common::{DataSet, Target};
use crate::labs::csv::{grouped, points as so_many};
use crate::labs::pad::{EMPTY, along, outside, snap, without_nearest, words};
use crate::permalink::points::{MAX_POINTS, PointSet};
use crate::permalink::write_number;
use crate::ui::reactive::{flag, text};
use crate::words::tr;
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::{KeyboardEvent, PointerEvent};

/// Distance of the points of a stroke, and radius of the disc that erases, as parts of the pad's width.
const SPACING: f64 = 0.02;
const DISC: f64 = 0.05;
/// Changes that can be undone.
const UNDO: usize = 50;
/// While the pointer moves the target follows this often, milliseconds, up to so many points.
const FOLLOW: f64 = 120.0;
const FOLLOWED: usize = 1024;

#[derive(Clone, Copy)]
struct Sheet {
    pad: Pad,
    dim: usize,
    /// The points on the pad where they are not those of the target: in a stroke, or none.
    work: RwSignal<Option<Vec<f64>>>,
    /// What was there before the last changes.
    before: RwSignal<Vec<Vec<f64>>>,
    erasing: RwSignal<bool>,
    /// Where the pointer last was or left a point, in pixels.
    last: StoredValue<[f64; 2]>,
    followed: StoredValue<f64>,
    /// Where the disc is, in pixels.
    disc: RwSignal<Option<[f64; 2]>>,
    /// The pen that keys move.
    pen: RwSignal<[f64; 2]>,
    message: RwSignal<String>,
}

/// The pad and its tools, for points of one or two numbers.
pub(super) fn view(pad: Pad, dim: usize) -> AnyView {
    let middle =
        |i: usize| pad.ranges.with_untracked(|r| r.get(i).map_or(0.0, |r| snap(0.5 * (r.0 + r.1), *r)));
    let sheet = Sheet {
        pad,
        dim,
        work: RwSignal::new(None),
        before: RwSignal::new(Vec::new()),
        erasing: RwSignal::new(false),
        last: StoredValue::new([0.0; 2]),
        followed: StoredValue::new(0.0),
        disc: RwSignal::new(None),
        pen: RwSignal::new([middle(0), middle(1)]),
        message: RwSignal::new(String::new()),
    };
    // Another target, from a file or a link, takes the place of an empty sheet.
    Effect::new(move |_| {
        pad.target.track();
        if pad.held.try_get_untracked() == Some(false) {
            sheet.work.set(None);
        }
    });
    view! {
        {pad.view(sheet.over())}
        {sheet.tools()}
    }
    .into_any()
}

impl Sheet {
    /// Points, disc, pen, and the surface that is drawn on.
    fn over(self) -> AnyView {
        let Self { pad, erasing, disc, .. } = self;
        let dots = Memo::new(move |_| self.dots());
        let circle = move |i: usize| {
            text(move || disc.get().filter(|_| erasing.get()).map_or(-99.0, |d| d[i]).to_string())
        };
        let radius = text(move || pad.mapping.get().map_or(0.0, |m| DISC * m.rect.w).to_string());
        let class = if self.dim == 1 { "pad-dots line" } else { "pad-dots" };
        let at = Memo::new(move |_| {
            let [x, y] = self.pen.get();
            pad.mapping.get().map(|m| {
                let (px, py) = m.to_pixel((x, y));
                if self.dim == 1 { (px, m.rect.bottom() - 22.0) } else { (px, py) }
            })
        });
        view! {
            <svg class="pad-overlay" aria-hidden="true">
                <path class=format!("{class} halo") d=dots></path>
                <path class=class d=dots></path>
                <circle class="pad-disc" cx=circle(0) cy=circle(1) r=radius></circle>
            </svg>
            <div
                class="pad-surface draw"
                class:erase=flag(move || erasing.get())
                on:pointerdown=move |event| self.down(&event)
                on:pointermove=move |event| self.motion(&event)
                on:lostpointercapture=move |_| self.up()
                on:pointerleave=move |_| disc.set(None)
            ></div>
            <button
                type="button"
                class="pad-pen"
                hidden=flag(move || at.get().is_none())
                style:left=text(move || format!("{}px", at.get().map_or(0.0, |p| p.0)))
                style:top=text(move || format!("{}px", at.get().map_or(0.0, |p| p.1)))
                aria-label=text(move || {
                    let place = words(&self.pen.get()[..self.dim.min(2)]);
                    tr!("Pen at {}: arrow keys move it, Space adds a point, Delete removes the nearest", place)
                })
                on:keydown=move |event| self.key(&event)
            ></button>
        }
        .into_any()
    }

    /// What stands on the pad.
    fn points(self) -> Vec<f64> {
        self.work.get().unwrap_or_else(|| match self.pad.target.get() {
            Target::Points(data) if data.points.dim() == self.dim => data.points.values(),
            _ => Vec::new(),
        })
    }

    /// The dots as lines of no length with round ends; in one dimension a rug.
    fn dots(self) -> String {
        use std::fmt::Write;
        let Some(mapping) = self.pad.mapping.get() else { return String::new() };
        let rug = mapping.rect.bottom();
        let mut path = String::new();
        for point in self.points().chunks_exact(self.dim) {
            // Writing to a string does not fail.
            let _ = match *point {
                [x] => write!(path, "M{:.1} {:.1}v-9", mapping.x.to_pixel(x), rug - 1.0),
                [x, y] => {
                    let (x, y) = mapping.to_pixel((x, y));
                    let inside = mapping.rect.contains(x, y);
                    if inside { write!(path, "M{x:.1} {y:.1}h0") } else { Ok(()) }
                }
                _ => Ok(()),
            };
        }
        path
    }

    fn down(self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        let Some(pixel) = self.pad.pixel(event) else { return };
        capture(event);
        event.prevent_default();
        self.pad.held.set(true);
        self.begin();
        self.last.set_value(pixel);
        self.touch(&[pixel]);
    }

    fn motion(self, event: &PointerEvent) {
        let Some(pixel) = self.pad.pixel(event) else { return };
        self.disc.set(Some(pixel));
        if event.buttons() & 1 == 0 || !self.pad.held.get_untracked() {
            return;
        }
        let width = self.pad.mapping.get_untracked().map_or(0.0, |m| m.rect.w);
        let spacing = if self.erasing.get_untracked() { 0.5 * DISC } else { SPACING } * width;
        let way = along(self.last.get_value(), pixel, spacing);
        if let Some(last) = way.last() {
            self.last.set_value(*last);
            self.touch(&way);
            let now = window().performance().map_or(0.0, |p| p.now());
            let few = self.work.with_untracked(|w| w.as_ref().map_or(0, Vec::len)) <= FOLLOWED * self.dim;
            if few && now - self.followed.get_value() > FOLLOW {
                self.followed.set_value(now);
                self.commit();
            }
        }
    }

    fn up(self) {
        if self.pad.held.get_untracked() {
            self.commit();
            self.pad.held.set(false);
            self.rest();
        }
    }

    /// The points of now can be had back.
    fn begin(self) {
        let points = untrack(move || self.points());
        self.before.update(|before| {
            if before.len() >= UNDO {
                before.remove(0);
            }
            before.push(points.clone());
        });
        self.work.set(Some(points));
        self.message.set(String::new());
    }

    /// Draws or erases at some pixels.
    fn touch(self, pixels: &[[f64; 2]]) {
        let Some(mapping) = self.pad.mapping.get_untracked() else { return };
        let places: Vec<Vec<f64>> =
            pixels.iter().map(|p| self.snapped(mapping.to_data((*p).into()).into())).collect();
        let mut points = self.work.get_untracked().unwrap_or_default();
        if self.erasing.get_untracked() {
            let radius = DISC * (mapping.x.to_data(mapping.rect.right()) - mapping.x.to_data(mapping.rect.x));
            for place in &places {
                points = outside(self.dim, &points, place, radius);
            }
        } else {
            let room = MAX_POINTS.saturating_sub(points.len() / self.dim);
            points.extend(places.iter().take(room).flatten());
            if room < places.len() {
                self.message.set(tr!("A data set has at most {} points.", grouped(MAX_POINTS as u64)));
            }
        }
        self.work.set(Some(points));
    }

    fn snapped(self, place: [f64; 2]) -> Vec<f64> {
        self.pad.ranges.with_untracked(|ranges| {
            place.iter().zip(ranges).take(self.dim).map(|(v, range)| snap(*v, *range)).collect()
        })
    }

    /// Makes what is on the pad the target, unless there is nothing.
    fn commit(self) {
        let Some(points) = self.work.get_untracked() else { return };
        if let Ok(points) = PointSet::rounded(self.dim, points) {
            let points = Arc::new(points);
            self.pad.own.set_value(Some(points.clone()));
            self.pad.shared.update(move |c| {
                if let Target::Points(data) = &c.target {
                    c.target = Target::Points(DataSet { points, bandwidth: data.bandwidth });
                }
            });
        }
    }

    /// The pad follows the target again, unless it is empty.
    fn rest(self) {
        if self.work.with_untracked(|w| w.as_ref().is_some_and(|w| !w.is_empty())) {
            self.work.set(None);
        }
    }

    /// A change in one go.
    fn change(self, change: impl FnOnce(Vec<f64>) -> Vec<f64>) {
        self.begin();
        self.work.update(|work| *work = work.take().map(change));
        self.commit();
        self.rest();
    }

    fn undo(self) {
        let Some(points) = self.before.try_update(Vec::pop).flatten() else { return };
        self.message.set(String::new());
        self.work.set(Some(points));
        self.commit();
        self.rest();
    }

    fn clear(self) {
        self.begin();
        self.work.set(Some(Vec::new()));
        self.pad.ranges.set(vec![EMPTY; self.dim]);
    }

    fn key(self, event: &KeyboardEvent) {
        if let Some(way) = arrow(event) {
            event.prevent_default();
            let ranges = self.pad.ranges.get_untracked();
            self.pen.update(|pen| {
                for ((v, way), range) in pen.iter_mut().zip(way).zip(&ranges) {
                    let step = 2.0 * way * (range.1 - range.0) / 100.0;
                    *v = snap((*v + step).clamp(range.0, range.1), *range);
                }
            });
            return;
        }
        let place = self.snapped(self.pen.get_untracked());
        match event.key().as_str() {
            " " | "Enter" => {
                let full = untrack(move || self.points()).len() / self.dim >= MAX_POINTS;
                if !full {
                    self.change(move |points| [points, place].concat());
                }
            }
            "Delete" | "Backspace" => self.change(move |points| without_nearest(self.dim, &points, &place)),
            "z" if event.ctrl_key() || event.meta_key() => self.undo(),
            _ => return,
        }
        event.prevent_default();
    }

    fn tools(self) -> AnyView {
        let Self { erasing, before, message, .. } = self;
        let count = Memo::new(move |_| self.points().len() / self.dim);
        let said = move || match count.get() {
            0 => tr!("Draw something: until then the last points stay in force.").to_owned(),
            count => {
                let step = self.pad.target.with(|t| match t {
                    Target::Points(data) => 2.0 * data.points.rounding(),
                    _ => 0.0,
                });
                let points = so_many(count as u64);
                if step > 0.0 { tr!("{}, rounded to {}", points, write_number(step)) } else { points }
            }
        };
        let mode = move |name: &'static str, erase: bool| {
            view! {
                <button
                    type="button"
                    aria-pressed=text(move || (erasing.get() == erase).to_string())
                    on:click=move |_| erasing.set(erase)
                >
                    {name}
                </button>
            }
            .into_any()
        };
        view! {
            <div class="pad-tools">
                <div class="segmented" role="group" aria-label=tr!("What the pointer does")>
                    {mode(tr!("Draw"), false)}
                    {mode(tr!("Erase"), true)}
                </div>
                <button
                    type="button"
                    disabled=flag(move || before.with(Vec::is_empty))
                    on:click=move |_| self.undo()
                >
                    {tr!("Undo")}
                </button>
                <button type="button" disabled=flag(move || count.get() == 0) on:click=move |_| self.clear()>
                    {tr!("Clear")}
                </button>
            </div>
            <p class="hint count" role="status">{text(said)}</p>
            <p class="field-message" role="status">{text(move || message.get())}</p>
        }
        .into_any()
    }
}
