//! The language in force on this thread: the lines of its translation, and finding a text among them.

#[cfg(not(target_arch = "wasm32"))]
use super::JAPANESE;
use super::Language;
use std::cell::Cell;
use std::fmt::{Display, Write as _};

/// The lines of a translation by index.
type Lines = &'static [&'static str];

thread_local! {
    /// The lines of the language in force; none for English.
    pub(super) static LINES: Cell<Lines> = const { Cell::new(&[]) };
}

/// The language in force on this thread.
#[must_use]
pub fn language() -> Language {
    if LINES.get().is_empty() { Language::English } else { Language::Japanese }
}

/// Does something in a language, whichever is in force around it. In the browser there are English and the
/// language of the page only.
pub fn with<T>(language: Language, action: impl FnOnce() -> T) -> T {
    /// Puts the lines back, also where the action panics.
    struct Before(Lines);
    impl Drop for Before {
        fn drop(&mut self) {
            LINES.set(self.0);
        }
    }
    let before = Before(LINES.get());
    LINES.set(match language {
        Language::English => &[],
        #[cfg(not(target_arch = "wasm32"))]
        Language::Japanese => &JAPANESE,
        #[cfg(target_arch = "wasm32")]
        Language::Japanese => before.0,
    });
    let result = action();
    drop(before);
    result
}

/// A text in the language in force.
#[doc(hidden)]
#[must_use]
pub fn pick(english: &'static str, index: u16) -> &'static str {
    LINES.get().get(usize::from(index)).copied().unwrap_or(english)
}

/// A template with its places filled: `{}` in order, `{0}`, `{1}`, … by number.
#[doc(hidden)]
#[must_use]
pub fn fill(template: &str, arguments: &[&dyn Display]) -> String {
    let mut text = String::new();
    let (mut rest, mut next) = (template, 0);
    while let Some((before, inside)) = rest.split_once('{') {
        text.push_str(before);
        // The catalogue's reader has seen to it that every brace has its fellow.
        let (name, after) = inside.split_once('}').unwrap_or_default();
        let place = name.parse().unwrap_or(next);
        if let Some(argument) = arguments.get(place) {
            // Writing to a string does not fail.
            let _ = write!(text, "{argument}");
        }
        (rest, next) = (after, next + 1);
    }
    text + rest
}
