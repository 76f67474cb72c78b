//! The pad of a target: a small figure in the column of controls, with what is edited on top.
//!
//! Its ranges stay while something is dragged or drawn, and as long as the target fits into them.

use super::Shared;
use crate::labs::common::Target;
use crate::labs::figures::height;
use crate::labs::pad::{Range, home, keeps, picture};
use crate::permalink::points::PointSet;
use crate::plot::mapping::Mapping;
use crate::plot::{Drawn, Figure, Theme};
use crate::ui::figure::{Picture, figure_view};
use crate::words::tr;
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::PointerEvent;

/// Height of the strip of one dimension, CSS pixels.
const STRIP: f64 = 132.0;

/// A pad, for those who draw on it.
#[derive(Clone, Copy)]
pub(super) struct Pad {
    pub(super) shared: Shared,
    /// The target alone, so that nothing here follows what else changes.
    pub(super) target: Memo<Target>,
    /// What the axes show.
    pub(super) ranges: RwSignal<Vec<Range>>,
    /// Whether something is being dragged.
    pub(super) held: RwSignal<bool>,
    /// Data to pixels of the frame, once it is drawn.
    pub(super) mapping: Memo<Option<Mapping>>,
    /// Points that were drawn here, for which the ranges stay.
    pub(super) own: StoredValue<Option<Arc<PointSet>>>,
    drawn: RwSignal<Option<Drawn>>,
    frame: NodeRef<Div>,
}

impl Pad {
    /// The pad of the target of this moment, of one or two dimensions.
    pub(super) fn new(shared: Shared) -> Self {
        let target = Memo::new(move |_| shared.get().target);
        let ranges = RwSignal::new(shared.mixture.with_untracked(home));
        let (held, own) = (RwSignal::new(false), StoredValue::new(None::<Arc<PointSet>>));
        Effect::new(move |_| {
            let drawn_here = target.with(|target| match target {
                Target::Points(data) => {
                    own.with_value(|own| own.as_ref().is_some_and(|own| Arc::ptr_eq(own, &data.points)))
                }
                _ => false,
            });
            let (home, dim) = shared.mixture.with(|mixture| (home(mixture), mixture.dim()));
            if ranges.with_untracked(Vec::len) != dim {
                return;
            }
            if !held.get() && !drawn_here && !ranges.with_untracked(|ranges| keeps(ranges, &home)) {
                ranges.set(home);
            }
        });
        let drawn = RwSignal::new(None::<Drawn>);
        let mapping = Memo::new(move |_| {
            drawn.with(|drawn| drawn.as_ref().and_then(|d| d.layout.panels.first().map(|p| p.mapping)))
        });
        Self { shared, target, ranges, held, mapping, own, drawn, frame: NodeRef::new() }
    }

    /// The figure with what lies over it.
    pub(super) fn view(self, over: AnyView) -> AnyView {
        let Self { shared, target, ranges, drawn, frame, .. } = self;
        let Some(theme) = use_context::<Memo<Theme>>() else { return ().into_any() };
        let figure = Memo::new(move |_| {
            let target = target.get();
            shared.mixture.with(|mixture| ranges.with(|ranges| Some(picture(&target, mixture, ranges))))
        });
        let picture = Picture {
            drawn: Some(drawn),
            ..Picture::new(tr!("The target"), figure, theme, RwSignal::new(0.0), tall)
        };
        view! {
            <div class="pad" data-dim=ranges.with_untracked(Vec::len).to_string() node_ref=frame>
                {figure_view(picture)}
                {over}
            </div>
        }
        .into_any()
    }

    /// Where a pointer is, in pixels of the frame, moved to the nearest place on the plot.
    pub(super) fn pixel(self, event: &PointerEvent) -> Option<[f64; 2]> {
        let bounds = self.frame.get_untracked()?.get_bounding_client_rect();
        let rect = self.mapping.get_untracked()?.rect;
        let (x, y) =
            (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top());
        Some([x.clamp(rect.x, rect.right()), y.clamp(rect.y, rect.bottom())])
    }

    /// The place of a pixel.
    pub(super) fn data(self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        self.mapping.get_untracked().map(|m| m.to_data((x, y)).into())
    }
}

fn tall(figure: &Figure, width: f64) -> f64 {
    let map = figure.rows.iter().flat_map(|row| &row.panels).any(|panel| panel.equal_aspect);
    if map { height(figure, width) } else { STRIP }
}

/// Lets an element have all events of a pointer until it is lifted.
pub(super) fn capture(event: &PointerEvent) {
    if let Some(target) = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) {
        let _ = target.set_pointer_capture(event.pointer_id());
    }
}

/// The direction of an arrow key, in units of a hundredth of the axes; ten of them with Shift.
pub(super) fn arrow(event: &web_sys::KeyboardEvent) -> Option<[f64; 2]> {
    let size = if event.shift_key() { 10.0 } else { 1.0 };
    match event.key().as_str() {
        "ArrowLeft" => Some([-size, 0.0]),
        "ArrowRight" => Some([size, 0.0]),
        "ArrowDown" => Some([0.0, -size]),
        "ArrowUp" => Some([0.0, size]),
        _ => None,
    }
}
