//! What is in an export menu: files to download, and texts to copy.
//!
//! The PNG is drawn here, at twice the size on the page. Texts are written by whoever provides the [`Source`]: the
//! labs know what a link means.
//!
//! Frames may refuse the clipboard: then the text stands selected in a box, to be copied by hand.

use super::Exports;
use crate::plot::{Figure, Style, Theme, draw_on_canvas};
use crate::ui::figure::Picture;
use crate::ui::link::{address, copy};
use crate::ui::order::{Format, Order};
use crate::ui::panel::Work;
use crate::ui::reactive::{flag, text};
use crate::words::{Language, in_english, tr, with};
use leptos::html::Textarea;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, HtmlDetailsElement, HtmlElement,
    KeyboardEvent,
};

/// Device pixels per CSS pixel of a PNG.
const SHARP: f64 = 2.0;

/// The text of an order's file, or why there is none.
pub type Write = dyn Fn(&Order) -> Result<String, String>;

/// Where a menu gets its figure and its texts.
pub struct Source {
    /// The figure as it is now, in a format to be set; `None` while it is being computed.
    pub order: Box<dyn Fn() -> Option<Order>>,
    /// Writes texts.
    pub write: Box<Write>,
}

impl Source {
    /// That of a figure on a page of this module.
    pub fn of(exports: Exports, name: &'static str, picture: Picture, work: Option<Work>) -> Self {
        let order = move || {
            if work.is_some_and(|work| work.busy.get_untracked()) {
                return None;
            }
            let place = with(Language::English, || {
                work.map_or_else(|| tr!("on the page").to_owned(), |work| work.place.get_untracked())
            });
            let (query, theme) = (exports.query.get_untracked(), picture.theme.get_untracked());
            let width = shown_width(picture.width.get_untracked());
            Some(order(name, picture.figure.get_untracked()?, (query, place), theme, (width, picture.height)))
        };
        let write = move |order: &Order| exports.write.with_value(|write| write(order));
        Self { order: Box::new(order), write: Box::new(write) }
    }
}

/// The width that a figure is written with, CSS pixels: no less than it can be read at.
pub fn shown_width(width: f64) -> f64 {
    width.max(200.0)
}

/// The order for a figure on show, in a format to be set: of this query, computed there, at this width, with a
/// height that follows from it.
pub fn order(
    name: &str,
    figure: Figure,
    (query, backend): (String, String),
    theme: Theme,
    (width, height): (f64, fn(&Figure, f64) -> f64),
) -> Order {
    let size = (width.round() as u32, height(&figure, width).round() as u32);
    let address = address(&query);
    Order { format: Format::Csv, figure, name: name.to_owned(), address, query, backend, theme, size }
}

/// Puts the rows into an open menu, which Escape closes from now on.
pub fn fill(details: &HtmlDetailsElement, lab: &'static str, name: &str, source: Source) {
    let element: HtmlElement = details.clone().unchecked_into();
    let (name, source) = (name.to_owned(), StoredValue::new_local(source));
    let rows = move || {
        let (message, by_hand) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
        let name = StoredValue::new(name);
        Menu { lab, name, source, message, by_hand, by_hand_box: NodeRef::new() }.rows()
    };
    leptos::mount::mount_to(element, rows).forget();
    let menu = details.clone();
    let keys = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if event.key() == "Escape" && menu.open() {
            close(&menu);
        }
    });
    let _ = details.add_event_listener_with_callback("keydown", keys.as_ref().unchecked_ref());
    // As long as the menu.
    keys.forget();
}

fn close(details: &HtmlDetailsElement) {
    details.set_open(false);
    let summary = details.query_selector("summary").ok().flatten();
    if let Some(summary) = summary.and_then(|s| s.dyn_into::<HtmlElement>().ok()) {
        let _ = summary.focus();
    }
}

/// A menu: the figure's name within the lab, where it gets its figure, and what it says.
#[derive(Clone, Copy)]
struct Menu {
    lab: &'static str,
    name: StoredValue<String>,
    source: StoredValue<Source, LocalStorage>,
    message: RwSignal<String>,
    /// A text to be copied by hand, or empty.
    by_hand: RwSignal<String>,
    by_hand_box: NodeRef<Textarea>,
}

impl Menu {
    fn rows(self) -> AnyView {
        // The script is the lab's, for what the main figure shows; none recomputes what was learned.
        let main = self.lab != "learned" && self.name.with_value(|name| name == "main");
        let formats = move || Format::ALL.into_iter().filter(move |f| main || *f != Format::Numpy);
        let button = move |format: Option<Format>, copied: bool| {
            let name = format.map_or("PNG", |format| format.names()[0]);
            let words = if copied { tr!("Copy {}", name) } else { tr!("Download {}", name) };
            view! {
                <button type="button" aria-label=words on:click=move |_| self.run(format, copied)>
                    {name}
                </button>
            }
            .into_any()
        };
        let row = move |verb: &'static str, formats: Vec<Option<Format>>, copied: bool| {
            view! {
                <div class="export-row" role="group" aria-label=verb>
                    <span aria-hidden="true">{verb}</span>
                    {formats.into_iter().map(|format| button(format, copied)).collect_view()}
                </div>
            }
            .into_any()
        };
        let files = std::iter::once(None).chain(formats().map(Some)).collect();
        let no_text = move || self.by_hand.with(String::is_empty);
        view! {
            {row(tr!("Download"), files, false)}
            {row(tr!("Copy"), formats().map(Some).collect(), true)}
            <p class="status" role="status">{text(move || self.message.get())}</p>
            <textarea
                node_ref=self.by_hand_box
                readonly=true
                rows="6"
                aria-label=tr!("Copying is not allowed here: the text below is selected, copy it by hand.")
                hidden=flag(no_text)
                prop:value=text(move || self.by_hand.get())
            ></textarea>
        }
        .into_any()
    }

    /// Downloads or copies a file; without a format, the PNG.
    fn run(self, format: Option<Format>, copied: bool) {
        self.by_hand.update(String::clear);
        let made = || self.source.with_value(|source| (source.order)());
        // Pictures speak the language of the page, numbers have the same names in all.
        let is_picture = format.is_none_or(|format| format == Format::Svg);
        let Some(mut order) = (if is_picture { made() } else { in_english(made) }) else {
            return self.say(tr!("Still computing: try again in a moment.").to_owned());
        };
        let Some(format) = format else {
            return self.png(&order);
        };
        order.format = format;
        match self.source.with_value(|source| (source.write)(&order)) {
            Err(why) => self.say(tr!("The file could not be written: {}.", why)),
            Ok(file) if copied => copy(&file.clone(), move |ok| self.copied(ok, &file)),
            Ok(file) => self.save_text(format, &file),
        }
    }

    fn copied(self, ok: bool, file: &str) {
        if ok {
            return self.say(tr!("Copied to the clipboard.").to_owned());
        }
        self.say(tr!("Copying is not allowed here: the text below is selected, copy it by hand.").to_owned());
        // The menu may be closed by now.
        if self.by_hand.try_update(|text| file.clone_into(text)).is_some() {
            request_animation_frame(move || {
                if let Some(Some(area)) = self.by_hand_box.try_get_untracked() {
                    let _ = area.focus();
                    area.select();
                }
            });
        }
    }

    fn say(self, words: String) {
        let _ = self.message.try_update(|message| *message = words);
    }

    fn png(self, order: &Order) {
        let canvas = document().create_element("canvas").ok();
        let Some(canvas) = canvas.and_then(|c| c.dyn_into::<HtmlCanvasElement>().ok()) else { return };
        let (width, height) = (f64::from(order.size.0), f64::from(order.size.1));
        let style = Style::new(order.theme, SHARP);
        if let Err(error) = draw_on_canvas(&order.figure, &canvas, width, height, &style) {
            return self.say(tr!("The file could not be written: {}.", error));
        }
        let done = Closure::once_into_js(move |blob: JsValue| match blob.dyn_into::<Blob>() {
            Ok(blob) => self.save("png", &blob),
            Err(_) => self.say(tr!("The file could not be written: {}.", "PNG")),
        });
        let _ = canvas.to_blob(done.unchecked_ref());
    }

    fn save_text(self, format: Format, file: &str) {
        let [_, extension, kind] = format.names();
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        let parts = js_sys::Array::of1(&file.into());
        if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) {
            self.save(extension, &blob);
        }
    }

    fn save(self, extension: &str, blob: &Blob) {
        let name = self.name.with_value(|name| format!("scorescope-{}-{name}.{extension}", self.lab));
        let Ok(link) = web_sys::Url::create_object_url_with_blob(blob) else { return };
        let anchor = document().create_element("a").ok().and_then(|a| a.dyn_into::<HtmlAnchorElement>().ok());
        if let Some(anchor) = anchor {
            anchor.set_href(&link);
            anchor.set_download(&name);
            anchor.click();
        }
        // Not at once: the browser may read it later.
        set_timeout(move || drop(web_sys::Url::revoke_object_url(&link)), Duration::from_secs(60));
        self.say(tr!("Handed to the browser: {}", name));
    }
}
