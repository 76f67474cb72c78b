//! The export menu of a figure: files to download, and texts to copy.
//!
//! The PNG is drawn here, at twice the size on the page. Texts are written by whoever provides [`Exports`]:
//! the labs know what a link means, and in the first lab another module has to be loaded first.
//!
//! Frames may refuse the clipboard: then the text stands selected in a box, to be copied by hand.

use super::figure::Picture;
use super::link::{address, copy};
use super::order::{Format, Order};
use super::panel::Work;
use super::reactive::{flag, show, text};
use super::words;
use crate::plot::{Figure, Style, draw_on_canvas};
use leptos::html::{Details, Textarea};
use leptos::prelude::*;
use std::pin::Pin;
use std::time::Duration;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, HtmlDetailsElement, HtmlElement};

/// Device pixels per CSS pixel of a PNG.
const SHARP: f64 = 2.0;

/// A file's text that is being written, or why there is none.
pub type Written = Pin<Box<dyn Future<Output = Result<String, String>>>>;

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
    pub write: StoredValue<Box<dyn Fn(Order) -> Written>, LocalStorage>,
}

/// A menu: the figure's name within the lab, the figure, its job, and what the menu says.
#[derive(Clone, Copy)]
struct Menu {
    exports: Exports,
    name: &'static str,
    picture: Picture,
    work: Option<Work>,
    message: RwSignal<String>,
    /// A text to be copied by hand, or empty.
    by_hand: RwSignal<String>,
    by_hand_box: NodeRef<Textarea>,
}

/// The menu of a figure; nothing on a page without [`Exports`].
pub fn export_menu(name: &'static str, picture: Picture, work: Option<Work>) -> AnyView {
    let Some(exports) = use_context::<Exports>() else { return ().into_any() };
    let (open, details) = (RwSignal::new(false), NodeRef::<Details>::new());
    let (message, by_hand) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let menu = Menu { exports, name, picture, work, message, by_hand, by_hand_box: NodeRef::new() };
    let toggled = move |_| {
        open.set(details.get_untracked().is_some_and(|d| d.open()));
        message.update(String::clear);
        by_hand.update(String::clear);
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(details) = details.get_untracked()
        {
            close(&details);
        }
    };
    let rows = move || show(move || open.get(), move || menu.rows());
    let whole = move || {
        view! {
            <details class="export" node_ref=details on:toggle=toggled on:keydown=keys>
                <summary aria-label=format!("{}: {}", words::EXPORT, picture.label)>{words::EXPORT}</summary>
                {rows()}
            </details>
        }
        .into_any()
    };
    show(move || exports.shown.get(), whole).into_any()
}

fn close(details: &HtmlDetailsElement) {
    details.set_open(false);
    let summary = details.query_selector("summary").ok().flatten();
    if let Some(summary) = summary.and_then(|s| s.dyn_into::<HtmlElement>().ok()) {
        let _ = summary.focus();
    }
}

impl Menu {
    fn rows(self) -> AnyView {
        // The script is the lab's, for what the main figure shows.
        let formats =
            move || Format::ALL.into_iter().filter(move |f| self.name == "main" || *f != Format::Numpy);
        let button = move |verb: &'static str, format: Option<Format>, copied: bool| {
            let name = format.map_or("PNG", |format| format.names()[0]);
            view! {
                <button type="button" aria-label=format!("{verb} {name}") on:click=move |_| self.run(format, copied)>
                    {name}
                </button>
            }
            .into_any()
        };
        let row = move |verb: &'static str, formats: Vec<Option<Format>>, copied: bool| {
            view! {
                <div class="export-row" role="group" aria-label=verb>
                    <span aria-hidden="true">{verb}</span>
                    {formats.into_iter().map(|format| button(verb, format, copied)).collect_view()}
                </div>
            }
            .into_any()
        };
        let files = std::iter::once(None).chain(formats().map(Some)).collect();
        let no_text = move || self.by_hand.with(String::is_empty);
        view! {
            {row(words::DOWNLOAD, files, false)}
            {row(words::COPY, formats().map(Some).collect(), true)}
            <p class="status" role="status">{text(move || self.message.get())}</p>
            <textarea
                node_ref=self.by_hand_box
                readonly=true
                rows="6"
                aria-label=words::BY_HAND
                hidden=flag(no_text)
                prop:value=text(move || self.by_hand.get())
            ></textarea>
        }
        .into_any()
    }

    /// Downloads or copies a file; without a format, the PNG.
    fn run(self, format: Option<Format>, copied: bool) {
        self.by_hand.update(String::clear);
        if self.work.is_some_and(|work| work.busy.get_untracked()) {
            return self.message.set(words::NOT_YET.to_owned());
        }
        let Some(figure) = self.picture.figure.get_untracked() else {
            return self.message.set(words::NOT_YET.to_owned());
        };
        let Some(format) = format else {
            return self.png(&figure);
        };
        self.message.set(words::WRITING.to_owned());
        let written = self.exports.write.with_value(|write| write(self.order(format, figure)));
        wasm_bindgen_futures::spawn_local(async move {
            match written.await {
                Err(why) => self.say(format!("{}{why}.", words::NO_FILE)),
                Ok(file) if copied => copy(&file.clone(), move |ok| self.copied(ok, &file)),
                Ok(file) => self.save_text(format, &file),
            }
        });
    }

    fn order(self, format: Format, figure: Figure) -> Order {
        let (width, height) = self.size(&figure);
        let query = self.exports.query.get_untracked();
        let place = self.work.map_or_else(|| words::ON_PAGE.to_owned(), |work| work.place.get_untracked());
        Order {
            format,
            figure,
            name: self.name.to_owned(),
            address: address(&query),
            query,
            backend: place,
            theme: self.picture.theme.get_untracked(),
            size: (width.round() as u32, height.round() as u32),
        }
    }

    /// The size on the page, CSS pixels.
    fn size(self, figure: &Figure) -> (f64, f64) {
        let width = self.picture.width.get_untracked().max(200.0);
        (width, (self.picture.height)(figure, width))
    }

    fn copied(self, ok: bool, file: &str) {
        if ok {
            return self.say(words::COPIED.to_owned());
        }
        self.say(words::BY_HAND.to_owned());
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

    fn png(self, figure: &Figure) {
        let canvas = document().create_element("canvas").ok();
        let Some(canvas) = canvas.and_then(|c| c.dyn_into::<HtmlCanvasElement>().ok()) else { return };
        let (width, height) = self.size(figure);
        let style = Style::new(self.picture.theme.get_untracked(), SHARP);
        if let Err(error) = draw_on_canvas(figure, &canvas, width, height, &style) {
            return self.say(format!("{}{error}.", words::NO_FILE));
        }
        let done = Closure::once_into_js(move |blob: JsValue| match blob.dyn_into::<Blob>() {
            Ok(blob) => self.save("png", &blob),
            Err(_) => self.say(format!("{}PNG.", words::NO_FILE)),
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
        let name = format!("scorescope-{}-{}.{extension}", self.exports.lab, self.name);
        let Ok(link) = web_sys::Url::create_object_url_with_blob(blob) else { return };
        let anchor = document().create_element("a").ok().and_then(|a| a.dyn_into::<HtmlAnchorElement>().ok());
        if let Some(anchor) = anchor {
            anchor.set_href(&link);
            anchor.set_download(&name);
            anchor.click();
        }
        // Not at once: the browser may read it later.
        set_timeout(move || drop(web_sys::Url::revoke_object_url(&link)), Duration::from_secs(60));
        self.say(format!("{}{name}", words::SAVED));
    }
}

/// Lets the module of the other labs write the file; the start script knows where it is.
#[cfg(not(labs))]
pub async fn elsewhere(order: Order) -> Result<String, String> {
    let failed = |error: JsValue| error.as_string().unwrap_or_else(|| words::NOT_LOADED.to_owned());
    let bytes = postcard::to_allocvec(&order).map_err(|e| e.to_string())?;
    let name = JsValue::from_str("writeFile");
    let write = js_sys::Reflect::get(&window(), &name).map_err(failed)?;
    let write: js_sys::Function = write.dyn_into().map_err(failed)?;
    let bytes = js_sys::Uint8Array::from(&bytes[..]);
    let promise: js_sys::Promise =
        write.call1(&JsValue::NULL, &bytes).map_err(failed)?.dyn_into().map_err(failed)?;
    let text = wasm_bindgen_futures::JsFuture::from(promise).await.map_err(failed)?;
    text.as_string().ok_or_else(|| words::NOT_LOADED.to_owned())
}
