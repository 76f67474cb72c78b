//! The labs' texts in every language are the same text: whatever one shows or opens, the other does too.
//!
//! Compared are the links, the formulas without the words in them, the headings and the items of lists. Left out on
//! purpose: whether the sentences say the same.

use std::path::PathBuf;

/// The folders with a text, each with the text in English and in Japanese.
fn texts() -> Vec<(String, [String; 2])> {
    let labs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/labs");
    let folders = std::fs::read_dir(labs).expect("the labs").map(|entry| entry.expect("a lab").path());
    let read = |folder: PathBuf| {
        let english = std::fs::read_to_string(folder.join("text.en.md")).ok()?;
        let japanese = std::fs::read_to_string(folder.join("text.ja.md")).unwrap_or_default();
        Some((folder.display().to_string(), [english, japanese]))
    };
    folders.filter_map(read).collect()
}

/// Sorted, because sentences put things in an order of their own.
fn sorted(parts: impl Iterator<Item = String>) -> Vec<String> {
    let mut parts: Vec<String> = parts.collect();
    parts.sort();
    parts
}

/// The addresses of all links.
fn links(text: &str) -> Vec<String> {
    sorted(text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())))
}

/// The formulas between two signs, each once, without words in them and what is punctuation at the end.
fn displayed(text: &str) -> Vec<String> {
    let formulas = text.split("$$").skip(1).step_by(2);
    let wordless = |formula: &str| {
        let mut parts = formula.split("\\text{");
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
        (first + &rest.collect::<String>()).trim_end_matches(['.', ',', ' ']).to_owned()
    };
    sorted(formulas.map(wordless))
}

/// Headings and items of lists.
fn marks(text: &str) -> [usize; 2] {
    ["## ", "- "].map(|mark| text.lines().filter(|line| line.starts_with(mark)).count())
}

#[test]
fn texts_have_the_same_links_formulas_and_parts() {
    let texts = texts();
    assert_eq!(texts.len(), super::Lab::ALL.len());
    for (lab, [english, japanese]) in texts {
        assert!(!links(&english).is_empty() && !displayed(&english).is_empty(), "{lab}");
        assert_eq!(links(&english), links(&japanese), "{lab}");
        assert_eq!(displayed(&english), displayed(&japanese), "{lab}");
        assert_eq!(marks(&english), marks(&japanese), "{lab}");
    }
}
