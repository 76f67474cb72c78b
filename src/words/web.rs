//! The translation in the browser: the start script fetches the file beside the module and leaves its text in
//! `window.words`, where the module of the labs finds it.

use super::spoken::LINES;
use super::{Language, with};
use leptos::prelude::{ArcTrigger, Notify, Track};
use std::cell::{Cell, OnceCell};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Absent on a page in English, in workers, and where the file did not come.
    #[wasm_bindgen(thread_local_v2, js_name = words)]
    static TEXT: Option<String>;
}

thread_local! {
    /// What figures follow on a page that is not in English.
    static SPOKEN: OnceCell<ArcTrigger> = const { OnceCell::new() };
    /// The labs' texts as HTML, each after a line with its name.
    static ESSAYS: Cell<&'static str> = const { Cell::new("") };
}

/// Takes the translation over, if the page has one. To be called before anything is said.
pub fn load() {
    if let Some(text) = TEXT.with(Clone::clone) {
        // It serves as long as the page lives.
        let text: &'static str = Box::leak(text.into_boxed_str());
        let (lines, essays) = text.split_once('\u{c}').unwrap_or((text, ""));
        LINES.set(Vec::leak(lines.split('\n').collect()));
        ESSAYS.set(essays);
        SPOKEN.with(|spoken| drop(spoken.set(ArcTrigger::new())));
    }
}

/// What `essay!` calls: the text of a lab in the language of the page, or else the English one.
#[doc(hidden)]
#[must_use]
pub fn essay_in(name: &str, english: &'static str) -> &'static str {
    let found = ESSAYS.get().split('\u{c}').filter_map(|essay| essay.split_once('\n'));
    found.filter(|(of, _)| *of == name).map(|(_, html)| html).next().unwrap_or(english)
}

/// Makes the figure that is being computed be computed anew within [`in_english`], and after it.
pub fn follow() {
    SPOKEN.with(|spoken| spoken.get().map(Track::track));
}

/// Does something with the page's figures in English: for files, whose names of columns are the same in every
/// language.
pub fn in_english<T>(action: impl FnOnce() -> T) -> T {
    let again = || SPOKEN.with(|spoken| spoken.get().map(Notify::notify));
    let result = with(Language::English, || {
        again();
        action()
    });
    again();
    result
}
