//! The words that a visitor reads, in the language of the page. English stands where it is used; its translation
//! stands in `ja.txt`, and a text without one does not compile:
//!
//! - `tr!("Draws per time")` is a `&'static str`,
//! - `tr!("{} of {} steps", done, goal)` is a `String`, with anything that is [`Display`],
//! - `said!("{} of {} steps", done, goal)` is the same for the text of an error, which is only written on,
//! - `word!("Draws")` is a [`Words`] for constant tables,
//! - `essay!("gan")` is the text of a lab, from its `text.LANG.md`.
//!
//! `build.rs` makes a sorted array of the English texts, which is searched while compiling and is in no module.
//! What the modules hold is the English that they use, each with its place in that array: the line of the same
//! place in a translation says the same. In the browser a translation is a file that comes before the module
//! starts, to those only who read it; natively it is compiled in. The module of the first lab speaks English alone,
//! since looking a text up takes room that its first load has not: who reads another language gets that lab from
//! the module of all labs.
//!
//! Left out on purpose: plurals (a text of its own for one), and languages written from right to left. Names in
//! links, of quantities and of columns in files are no words: they stay as they are in every language.

use std::fmt::Display;

#[cfg(labs)]
mod spoken;
#[cfg(test)]
mod tests;
#[cfg(all(labs, target_arch = "wasm32"))]
mod web;

#[cfg(labs)]
pub use spoken::{fill, language, pick, with};
#[cfg(all(labs, target_arch = "wasm32"))]
pub use web::{essay_in, follow, in_english, load};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// The languages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Language {
    #[default]
    English,
    Japanese,
}

impl Language {
    /// What links call it, and what its readers do.
    #[must_use]
    pub fn names(self) -> [&'static str; 2] {
        match self {
            Language::English => ["en", "English"],
            Language::Japanese => ["ja", "日本語"],
        }
    }

    /// The one that a reader of this one may turn to.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Language::English => Language::Japanese,
            Language::Japanese => Language::English,
        }
    }
}

/// A text that is known while compiling, in whatever language the page will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    english: &'static str,
    index: u16,
}

impl Words {
    /// What `word!` makes.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(english: &'static str, index: u16) -> Self {
        Self { english, index }
    }

    /// The text in the language of the page.
    #[must_use]
    pub fn text(self) -> &'static str {
        #[cfg(labs)]
        return pick(self.english, self.index);
        #[cfg(not(labs))]
        self.english
    }
}

impl Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

/// The language in force: the module of the first lab has one.
#[cfg(not(labs))]
#[must_use]
pub const fn language() -> Language {
    Language::English
}

/// The place of a text in the catalogue. It is for constants alone: a text that is not there, or that has not as
/// many places to fill as there are arguments, ends the compilation.
#[doc(hidden)]
#[must_use]
pub const fn index(english: &str, arguments: usize) -> u16 {
    assert!(
        places(english) == arguments,
        "this text has not as many places to fill in as there are arguments"
    );
    let (mut low, mut high) = (0, ENGLISH.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match order(ENGLISH[middle].as_bytes(), english.as_bytes()) {
            0 => return middle as u16,
            1.. => high = middle,
            _ => low = middle + 1,
        }
    }
    panic!("this text has no translation: add it to src/words/ja.txt, with its Japanese in the line below")
}

/// How often a template says `{}`.
const fn places(template: &str) -> usize {
    let (bytes, mut found, mut i) = (template.as_bytes(), 0, 0);
    while i + 1 < bytes.len() {
        if bytes[i] == b'{' && bytes[i + 1] == b'}' {
            found += 1;
        }
        i += 1;
    }
    found
}

/// Negative, 0 or positive as `a` comes before `b`, is it, or comes after it.
const fn order(a: &[u8], b: &[u8]) -> i32 {
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return a[i] as i32 - b[i] as i32;
        }
        i += 1;
    }
    a.len() as i32 - b.len() as i32
}

/// See the head of this module.
#[cfg(labs)]
macro_rules! tr {
    ($english:literal) => {{
        const INDEX: u16 = $crate::words::index($english, 0);
        $crate::words::pick($english, INDEX)
    }};
    ($english:literal, $($argument:expr),+ $(,)?) => {{
        const INDEX: u16 = $crate::words::index($english, [$(stringify!($argument)),+].len());
        $crate::words::fill($crate::words::pick($english, INDEX), &[$(&$argument),+])
    }};
}

/// The same where only English is spoken.
#[cfg(not(labs))]
macro_rules! tr {
    ($english:literal) => {
        $english
    };
    ($english:literal, $($argument:expr),+ $(,)?) => {
        format!($english, $($argument),+)
    };
}

/// What is said with something filled in and only written on, as by errors: no `String`, where that can be.
#[cfg(labs)]
macro_rules! said {
    ($($said:tt)+) => {
        $crate::words::tr!($($said)+)
    };
}

/// The same where only English is spoken.
#[cfg(not(labs))]
macro_rules! said {
    ($english:literal, $($argument:expr),+ $(,)?) => {
        format_args!($english, $($argument),+)
    };
}

/// See the head of this module.
macro_rules! word {
    ($english:literal) => {{
        const INDEX: u16 = $crate::words::index($english, 0);
        $crate::words::Words::new($english, INDEX)
    }};
}

/// The text of a lab as HTML, `essay!("gan")`, by the name of its folder.
#[cfg(all(feature = "web", target_arch = "wasm32"))]
macro_rules! essay {
    ($lab:literal) => {{
        const ENGLISH: &str = include_str!(concat!(env!("OUT_DIR"), "/", $lab, ".text.en.html"));
        #[cfg(labs)]
        let text = $crate::words::essay_in($lab, ENGLISH);
        #[cfg(not(labs))]
        let text = ENGLISH;
        text
    }};
}

#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub(crate) use essay;
pub(crate) use {said, tr, word};
