//! Whether what a visitor reads is translated: a text that reads like prose stands within `tr!` or `word!`, and the
//! catalogue holds nothing that no source uses.
//!
//! Prose is two words with a space between them, or a capital with small letters after it. A single word in small
//! letters looks like a key and is not found: labels of one such word are left to the eye. What stands in an
//! attribute that nobody reads (`class=`), is compared with (`== "Escape"`), or goes to a function that wants a
//! name (`set_attribute("…")`), is no prose either.

use crate::modules::CATALOGUE;
use crate::rust_text::{self, Literal};
use crate::{twins, words};
use std::collections::BTreeSet;

/// Where visitors are talked to.
const SPOKEN: [&str; 4] = ["src/app.rs", "src/ui/", "src/labs/", "src/permalink/"];

/// What stays as it is in every language: scripts and citations, names of quantities with what the command line
/// says of them, and tests.
const SILENT: [&str; 5] = ["src/labs/export.rs", "src/labs/export/", "/report.rs", "/report/", "/tests"];

/// What is called with names and not with words; macros among them, and titles of what is cited.
const NAMES: [&str; 26] = [
    "tr!(",
    "said!(",
    "word!(",
    "essay!(",
    "env!(",
    "concat!(",
    "include_str!(",
    "include!(",
    "panic!(",
    "unreachable!(",
    "expect(",
    "cfg(",
    "query_selector(",
    "query_selector_all(",
    "closest(",
    "get_attribute(",
    "set_attribute(",
    "remove_attribute(",
    "toggle_attribute_with_force(",
    "get_element_by_id(",
    "create_element(",
    "match_media(",
    "watch_media(",
    "focus_later(",
    "strip_prefix(",
    "<cite>",
];

/// Names that are the same in every language.
const NAMED: [&str; 3] = ["Scorescope", "NumPy", "BibTeX"];

/// Attributes and properties that are read aloud or shown.
const READ: [&str; 8] =
    ["label", "aria-label", "aria-valuetext", "aria-description", "title", "placeholder", "alt", "unit"];

/// The texts of a file that ought to be translated and are not.
#[must_use]
pub fn untranslated(path: &str, source: &str) -> Vec<String> {
    let spoken = SPOKEN.iter().any(|start| path.starts_with(start)) && path.ends_with(".rs");
    if !spoken || SILENT.iter().any(|part| path.contains(part)) {
        return Vec::new();
    }
    let found = rust_text::literals(source);
    found
        .iter()
        .filter(|literal| is_prose(&literal.text) && is_said(literal))
        .map(|l| format!("{path}:{}: is not translated, tr!(…) or word!(…): {}", l.line, start(&l.text)))
        .collect()
}

/// What the catalogue holds and nobody says.
#[must_use]
pub fn unused(files: &[(String, String)]) -> Vec<String> {
    let Some((_, text)) = files.iter().find(|(path, _)| path == CATALOGUE) else {
        return Vec::new();
    };
    let catalogue = match words::parse(text) {
        Ok(catalogue) => catalogue,
        Err(errors) => return errors.lines().map(|e| format!("{CATALOGUE}:{e}")).collect(),
    };
    let mut used = BTreeSet::new();
    for (path, text) in files {
        if path.starts_with("src/") && path.ends_with(".rs") {
            used.extend(translated(text));
        } else if path == "index.html" {
            used.extend(twins::all(text));
        }
    }
    let line = |english: &str| text.lines().position(|line| line == english).map_or(0, |n| n + 1);
    let idle = catalogue.keys().filter(|english| !used.contains(*english));
    idle.map(|english| format!("{CATALOGUE}:{}: nothing says this: {english}", line(english))).collect()
}

/// The texts of a file that are translated.
fn translated(source: &str) -> impl Iterator<Item = String> {
    let said =
        |l: &Literal| ["tr!(", "said!(", "word!("].iter().any(|name| l.before.trim_end().ends_with(name));
    rust_text::literals(source).into_iter().filter(said).map(|l| l.text)
}

fn start(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Two words side by side, or a name with a capital.
fn is_prose(text: &str) -> bool {
    let word = |part: &str| {
        let letters: Vec<char> = part.chars().filter(|c| c.is_alphabetic()).collect();
        let plain = part.chars().all(|c| c.is_alphabetic() || ".,:;!?…’'“”()".contains(c));
        (plain && letters.len() >= 2).then(|| letters[0].is_uppercase() && letters[1].is_lowercase())
    };
    if NAMED.contains(&text.trim()) {
        return false;
    }
    // What is filled in is no word.
    let parts: Vec<Option<bool>> = text.split_whitespace().map(word).collect();
    parts.contains(&Some(true)) || parts.windows(2).any(|pair| pair[0].is_some() && pair[1].is_some())
}

/// Whether what stands around a text lets it through to a reader.
fn is_said(literal: &Literal) -> bool {
    let (before, after) = (literal.before.trim_end(), literal.after.trim_start());
    let compared = ["==", "!="].iter().any(|sign| before.ends_with(sign));
    // A pattern of a match, alone or among others.
    let pattern =
        after.starts_with("=>") || after.starts_with('|') || before.ends_with('|') && !before.ends_with("||");
    if literal.in_tests || compared || pattern || NAMES.iter().any(|name| before.ends_with(name)) {
        return false;
    }
    // An attribute in a view has no space around its sign, a variable has.
    if let Some(left) = literal.before.strip_suffix('=') {
        let name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':');
        return READ.contains(&left.rsplit(|c| !name(c)).next().unwrap_or(""));
    }
    // Of an attribute of Rust only an error's text is read.
    let inside = before.rsplit_once("#[").map(|(_, inside)| inside).filter(|inside| !inside.contains(']'));
    inside.is_none_or(|attribute| attribute.starts_with("error("))
}

#[cfg(test)]
mod tests {
    //! What is found, and the nearest that is not.
    use super::*;

    fn found(code: &str) -> usize {
        untranslated("src/labs/gan/view.rs", code).len()
    }

    #[test]
    fn bare_words_are_found() {
        assert_eq!(found("view! { <b>\"Copy the original link\"</b> }"), 1);
        assert_eq!(found("Panel::new(Axis::linear(\"squared error\", range))"), 1);
        assert_eq!(found("view! { <b aria-label=\"Labs\" class=\"page header\">\"Dismiss\"</b> }"), 2);
        assert_eq!(found("let words = \"in turn\";\nformat!(\"{n} of {m} Steps\")"), 2);
        assert_eq!(found("x.map_or_else(|| \"Not there\", y)"), 1);
        assert_eq!(found("#[error(\"there are no points\")]"), 1);
        let at = untranslated("src/ui/a.rs", "\n\"in \\\n    turn\"");
        assert_eq!(at, ["src/ui/a.rs:2: is not translated, tr!(…) or word!(…): in turn"]);
    }

    #[test]
    fn names_and_translated_words_are_not() {
        assert_eq!(
            found("tr!(\"Copy the original link\"); word!(\"Draws\"); \"main-figure\"; \"x₁ = {}\""),
            0
        );
        assert_eq!(found("if key == \"Escape\" {} match key { \"ArrowLeft\" | \"ArrowUp\" => 1 }"), 0);
        assert_eq!(found("#[expect(missing_docs, reason = \"the names say it\")] // \"Not this one\""), 0);
        assert_eq!(found("x.query_selector(\"#app .loading p\"); x.expect(\"Not empty\")"), 0);
        assert_eq!(found("fn f() {}\n#[cfg(test)]\nmod tests { const A: &str = \"A test\"; }"), 0);
        assert!(untranslated("src/math/a.rs", "\"Two words\"").is_empty());
        assert!(untranslated("src/labs/gan/tests.rs", "\"Two words\"").is_empty());
    }

    #[test]
    fn what_nobody_says_is_found() {
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let catalogue = file(CATALOGUE, "a\nあ\n\nb\nい\n\nc\nう\n");
        let said = [file("src/app.rs", "tr!(\"a\"); \"b\""), file("index.html", "<p data-ja>c</p>")];
        assert_eq!(unused(&said), Vec::<String>::new());
        let [rust, page] = said;
        assert_eq!(unused(&[catalogue, rust, page]), ["src/words/ja.txt:4: nothing says this: b"]);
        assert_eq!(unused(&[file(CATALOGUE, "a\n")]), ["src/words/ja.txt:1: 1 lines instead of a pair"]);
    }

    #[test]
    fn what_is_used_is_known() {
        let source = "tr!(\"a {}\", tr!(\"b\")); word!(\n    \"c \\u{e9}\"); \"d\"";
        assert_eq!(translated(source).collect::<Vec<_>>(), ["a {}", "b", "c é"]);
    }
}
