//! The builder of embedded figures, in the share menu: what is shown, colours and size, the text to copy, and the
//! figure as it will be. In the module of the labs beyond the first; the first lab's page loads it when it is
//! opened.

use crate::labs::common::{Group, THEMES, ThemeChoice};
use crate::labs::embed::{Embedding, HEIGHT, SANDBOX, WIDTH, parts};
use crate::labs::{LabState, open};
use crate::ui::link::{address, copy};
use crate::ui::reactive::{flag, text};
use crate::words::tr;
use js_sys::Function;
use leptos::html::Textarea;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{HtmlDetailsElement, HtmlElement};

/// How long the preview waits for the hand to rest.
const REST: Duration = Duration::from_millis(600);

/// Fills the builder. The source gives the query of what is on show.
#[wasm_bindgen]
pub fn embed_menu(details: &HtmlDetailsElement, source: Function) {
    let query = move || source.call0(&JsValue::NULL).ok().and_then(|query| query.as_string());
    fill(details, move || query().unwrap_or_default());
}

/// The same on a page of this module.
pub fn fill(details: &HtmlDetailsElement, query: impl Fn() -> String + 'static) {
    let element: HtmlElement = details.clone().unchecked_into();
    let (state, _) = open(&query());
    let builder = Builder {
        embedding: RwSignal::new(Embedding::of(state.lab())),
        state: RwSignal::new(state),
        message: RwSignal::new(String::new()),
        area: NodeRef::new(),
    };
    leptos::mount::mount_to(element, move || builder.view()).forget();
    // Opened once more, it is about what is on show then.
    let shown = details.clone();
    let again = wasm_bindgen::prelude::Closure::<dyn FnMut()>::new(move || {
        if shown.open() {
            builder.state.set(open(&query()).0);
        }
    });
    let _ = details.add_event_listener_with_callback("toggle", again.as_ref().unchecked_ref());
    // As long as the page.
    again.forget();
}

#[derive(Clone, Copy)]
struct Builder {
    state: RwSignal<LabState>,
    embedding: RwSignal<Embedding>,
    message: RwSignal<String>,
    area: NodeRef<Textarea>,
}

impl Builder {
    fn snippet(self) -> String {
        self.state.with(|state| self.embedding.with(|embedding| embedding.snippet(state, &address(""))))
    }

    fn view(self) -> AnyView {
        view! {
            <div class="builder">
                {self.shown()}
                {self.size()}
                <label for="embed-text">{tr!("To be put into your page:")}</label>
                <textarea
                    id="embed-text"
                    node_ref=self.area
                    readonly=true
                    rows="5"
                    spellcheck="false"
                    prop:value=text(move || self.snippet())
                    on:focus=move |_| self.select()
                ></textarea>
                <div class="builder-copy">
                    <button type="button" on:click=move |_| self.copy()>{tr!("Copy the text")}</button>
                    <span role="status">{text(move || self.message.get())}</span>
                </div>
                {self.preview()}
            </div>
        }
        .into_any()
    }

    fn shown(self) -> AnyView {
        let box_of = move |(group, words, _): (Group, crate::words::Words, bool)| {
            let is_shown = move || self.embedding.with(|e| e.shown.contains(&group));
            let toggled = move |event: web_sys::Event| {
                let wanted = event_target_checked(&event);
                self.embedding.update(|e| {
                    e.shown.retain(|known| *known != group);
                    if wanted {
                        e.shown.push(group);
                    }
                });
            };
            view! {
                <label class="check">
                    <input type="checkbox" prop:checked=flag(is_shown) on:change=toggled />
                    <span>{words.text()}</span>
                </label>
            }
            .into_any()
        };
        view! {
            <fieldset>
                <legend>{tr!("Beside the figure")}</legend>
                <div class="builder-parts">
                    {parts(self.state.get_untracked().lab()).into_iter().map(box_of).collect_view()}
                </div>
            </fieldset>
        }
        .into_any()
    }

    fn size(self) -> AnyView {
        let theme = move |event: web_sys::Event| {
            let chosen = event_target_value(&event);
            let chosen = THEMES.iter().find(|(name, _)| *name == chosen).map_or(ThemeChoice::Auto, |t| t.1);
            self.embedding.update(|e| e.theme = chosen);
        };
        // What is no number, or empty, means the width of the text around the figure.
        let width = move |event: web_sys::Event| {
            let wanted = event_target_value(&event).trim().parse::<f64>().ok().filter(|w| w.is_finite());
            let width = wanted.map(|width| width.clamp(f64::from(WIDTH.0), f64::from(WIDTH.1)) as u32);
            self.embedding.update(|e| e.width = width);
        };
        let height = move |event: web_sys::Event| {
            let wanted = event_target_value(&event).trim().parse::<f64>().ok().filter(|h| h.is_finite());
            let height =
                wanted.map_or(HEIGHT.2, |h| h.clamp(f64::from(HEIGHT.0), f64::from(HEIGHT.1)) as u32);
            self.embedding.update(|e| e.height = height);
        };
        let colours = [tr!("as the visitor’s system says"), tr!("light"), tr!("dark")];
        let option = |((name, _), words): (&(&'static str, ThemeChoice), &'static str)| {
            view! { <option value=*name>{words}</option> }.into_any()
        };
        view! {
            <fieldset>
                <legend>{tr!("Look")}</legend>
                <div class="builder-look">
                    <label for="embed-theme">{tr!("Colours")}</label>
                    <select id="embed-theme" on:change=theme>
                        {THEMES.iter().zip(colours).map(option).collect_view()}
                    </select>
                    <label for="embed-width">{tr!("Width, pixels")}</label>
                    <input
                        id="embed-width"
                        type="number"
                        inputmode="numeric"
                        min=WIDTH.0
                        max=WIDTH.1
                        placeholder=tr!("that of the text")
                        on:change=width
                    />
                    <label for="embed-height">{tr!("Height, pixels")}</label>
                    <input
                        id="embed-height"
                        type="number"
                        inputmode="numeric"
                        min=HEIGHT.0
                        max=HEIGHT.1
                        value=HEIGHT.2
                        on:change=height
                    />
                </div>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=flag(move || self.embedding.with(|e| e.follows))
                        on:change=move |event| {
                            let follows = event_target_checked(&event);
                            self.embedding.update(|e| e.follows = follows);
                        }
                    />
                    <span>{tr!("As high as what is in it, once loaded")}</span>
                </label>
            </fieldset>
        }
        .into_any()
    }

    /// The figure in the very frame that the text makes, when it is asked for.
    fn preview(self) -> AnyView {
        let shown = RwSignal::new(false);
        let source = RwSignal::new(String::new());
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |_| {
            let (frame, _) =
                self.state.with(|state| self.embedding.with(|embedding| embedding.queries(state)));
            if let Some(timer) = waiting.try_update_value(Option::take).flatten() {
                timer.clear();
            }
            if shown.get() {
                let wait = if source.with_untracked(String::is_empty) { Duration::ZERO } else { REST };
                let load = move || source.set(address(&frame));
                waiting.set_value(set_timeout_with_handle(load, wait).ok());
            }
        });
        view! {
            <details class="builder-preview" on:toggle=move |_| shown.set(true)>
                <summary>{tr!("Preview")}</summary>
                <iframe
                    title=tr!("Preview of the embedded figure")
                    sandbox=SANDBOX
                    src=text(move || if source.with(String::is_empty) { "about:blank".into() } else { source.get() })
                ></iframe>
            </details>
        }
        .into_any()
    }

    fn select(self) {
        if let Some(area) = self.area.get_untracked() {
            area.select();
        }
    }

    fn copy(self) {
        copy(&untrack(|| self.snippet()), move |ok| {
            let words = if ok {
                tr!("Copied to the clipboard.")
            } else {
                tr!("Copying is not allowed here: the text is selected, copy it by hand.")
            };
            let _ = self.message.try_update(|message| message.replace_range(.., words));
            if !ok && let Some(area) = self.area.get_untracked() {
                let _ = area.focus();
            }
        });
    }
}
