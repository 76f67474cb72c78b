//! The export menus of the first lab's page, which has a module of its own: this one is loaded beside it and
//! makes the figure once more of the reply.

use crate::compute::Reply;
use crate::labs::density::{Density, plots};
use crate::labs::export::file;
use crate::labs::figures::{NARROW, height};
use crate::labs::{Lab, open_as};
use crate::plot::{Figure, Theme};
use crate::ui::export::rows::{Source, fill, order, shown_width};
use crate::ui::order::Order;
use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::HtmlDetailsElement;

/// Fills a menu of the first lab's page. The source gives query, whether the page is dark, the figure's width,
/// where it was computed and the reply; an empty list while that is being computed.
#[wasm_bindgen]
pub fn export_menu(details: &HtmlDetailsElement, name: &str, source: Function) {
    let figure_name = name.to_owned();
    let made = move || read(&figure_name, &source.call0(&JsValue::NULL).ok()?.dyn_into().ok()?);
    let write = |order: &Order| file(order, None).map_err(|e| e.to_string());
    fill(details, Lab::Density.name(), name, Source { order: Box::new(made), write: Box::new(write) });
}

fn read(name: &str, parts: &Array) -> Option<Order> {
    let query = parts.get(0).as_string()?;
    let width = shown_width(parts.get(2).as_f64()?);
    let reply: Reply = postcard::from_bytes(&parts.get(4).dyn_into::<Uint8Array>().ok()?.to_vec()).ok()?;
    let (state, _) = open_as::<Density>(&query);
    let figure = figure(&state, &reply, width < NARROW)?;
    let theme = if parts.get(1).is_truthy() { Theme::Dark } else { Theme::Light };
    let place = parts.get(3).as_string().unwrap_or_default();
    Some(order(name, figure, (query, place), theme, (width, height)))
}

fn figure(state: &Density, reply: &Reply, narrow: bool) -> Option<Figure> {
    match reply {
        Reply::Points(reply) => plots::main(state, reply, narrow),
        Reply::Probe(reply) => Some(plots::probe(state, reply)),
        Reply::Convergence(reply) => Some(plots::convergence(state, reply, narrow)),
        _ => None,
    }
}
