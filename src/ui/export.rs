//! The export menu of a figure: what is always there of it, which is little.
//!
//! What is in the menu is in the module of the labs beyond the first (`export/rows.rs`). The first lab's module
//! lets the start script load that one beside it when a menu is opened, and hands it the reply that the figure was
//! made of: as bytes, which it knows how to write, being what a worker answers with.

#[cfg(labs)]
pub mod rows;

use super::figure::Picture;
use super::panel::Work;
use super::reactive::{show, text};
use crate::words::tr;
use leptos::html::Details;
use leptos::prelude::*;
#[cfg(not(labs))]
use wasm_bindgen::prelude::{Closure, wasm_bindgen};

/// What all menus of a page share.
#[derive(Clone, Copy)]
pub struct Exports {
    /// The lab's name in links.
    pub lab: &'static str,
    /// The query of what is on show, on the full page.
    pub query: Signal<String>,
    /// Whether there are menus.
    pub shown: Signal<bool>,
    /// Writes texts.
    #[cfg(labs)]
    pub write: StoredValue<Box<rows::Write>, LocalStorage>,
}

/// The menu of a figure; nothing on a page without [`Exports`].
pub fn export_menu(name: &'static str, picture: Picture, work: Option<Work>) -> AnyView {
    let Some(exports) = use_context::<Exports>() else { return ().into_any() };
    let menu = move || {
        let details = NodeRef::<Details>::new();
        let filled = StoredValue::new(false);
        let toggled = move |_| {
            if let Some(details) = details.get_untracked()
                && !filled.get_value()
            {
                filled.set_value(true);
                fill(&details, exports, name, picture, work);
            }
        };
        view! {
            <details class="export" node_ref=details on:toggle=toggled>
                <summary aria-label=text(move || [tr!("Export"), picture.label].join(": "))>{tr!("Export")}</summary>
            </details>
        }
        .into_any()
    };
    show(move || exports.shown.get(), menu).into_any()
}

#[cfg(labs)]
fn fill(
    details: &web_sys::HtmlDetailsElement,
    exports: Exports,
    name: &'static str,
    picture: Picture,
    work: Option<Work>,
) {
    rows::fill(details, exports.lab, name, rows::Source::of(exports, name, picture, work));
}

#[cfg(not(labs))]
#[wasm_bindgen]
extern "C" {
    /// Of the start script: loads the other module and lets it fill a menu.
    #[wasm_bindgen(catch, js_namespace = window, js_name = more)]
    fn fill_elsewhere(
        what: &str,
        details: &web_sys::HtmlDetailsElement,
        name: &str,
        source: &Closure<dyn FnMut() -> js_sys::Array>,
    ) -> Result<js_sys::Promise, wasm_bindgen::JsValue>;
}

/// The source gives query, theme, width, place and reply; nothing while there is no whole reply.
#[cfg(not(labs))]
fn fill(
    details: &web_sys::HtmlDetailsElement,
    exports: Exports,
    name: &'static str,
    picture: Picture,
    work: Option<Work>,
) {
    let source = Closure::new(move || {
        let order = js_sys::Array::new();
        if let Some(work) = work
            && !work.busy.get_untracked()
        {
            order.push(&exports.query.get_untracked().into());
            order.push(&(picture.theme.get_untracked() == crate::plot::Theme::Dark).into());
            order.push(&picture.width.get_untracked().into());
            order.push(&work.place.get_untracked().into());
            order.push(&js_sys::Uint8Array::from(&work.reply.get_untracked()[..]).into());
        }
        order
    });
    // Without the start script's function there is nothing to be done, and the summary stays.
    let _ = fill_elsewhere("export_menu", details, name, &source);
    source.forget();
}
