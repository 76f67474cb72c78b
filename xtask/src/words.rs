//! The catalogue of translations, `src/words/ja.txt`: pairs of lines, the English and then the Japanese, with an
//! empty line after each pair, under headings `# where`. `{}` stands for what is filled in, `{0}`, `{1}`, … for
//! the same in another order.
//!
//! `build.rs` includes this file by its path, so it uses nothing but the standard library. Left out on purpose:
//! escapes and plurals. What a line holds is what the page shows.

use std::collections::BTreeMap;

/// English lines and their Japanese, sorted by the English: the place in this order is the index by which a text
/// is found on the page.
pub type Catalogue = BTreeMap<String, String>;

/// Reads a catalogue.
///
/// # Errors
/// What is wrong with it, each with the number of its line, one a line.
pub fn parse(text: &str) -> Result<Catalogue, String> {
    let (mut catalogue, mut findings) = (Catalogue::new(), Vec::new());
    let mut lines = text.lines().enumerate().map(|(n, line)| (n + 1, line)).peekable();
    while let Some((n, english)) = lines.next() {
        if english.is_empty() || english.starts_with("# ") {
            continue;
        }
        // Up to the next empty line.
        let mut others = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| !line.is_empty()) {
            others.push(line);
        }
        let [japanese] = others[..] else {
            findings.push(format!("{n}: {} lines instead of a pair", others.len() + 1));
            continue;
        };
        findings.extend(finding(english, japanese).map(|what| format!("{n}: {what}")));
        if catalogue.insert(english.to_owned(), japanese.to_owned()).is_some() {
            findings.push(format!("{n}: stands twice: {english}"));
        }
    }
    if findings.is_empty() { Ok(catalogue) } else { Err(findings.join("\n")) }
}

/// What is wrong with a pair.
fn finding(english: &str, japanese: &str) -> Option<String> {
    if [english, japanese].iter().any(|line| line.trim() != *line) {
        return Some(format!("a space at the start or the end: {english}"));
    }
    let (asked, given) = (places(english, false), places(japanese, true));
    match (asked, given) {
        (Some(asked), Some(given)) if asked == given => None,
        (Some(_), Some(_)) => Some(format!("not the same places to fill in: {english}")),
        _ => Some(format!("braces that are no places to fill in: {english}")),
    }
}

/// The numbers of the places of a template, sorted; `None` where braces are none.
fn places(template: &str, numbered: bool) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        let inside = rest[open..].strip_prefix('{')?;
        let (name, after) = inside.split_once('}')?;
        found.push(match name {
            "" => found.len(),
            name if numbered => name.parse().ok()?,
            _ => return None,
        });
        rest = after;
    }
    found.sort_unstable();
    Some(found)
}

/// The Rust source of the arrays `ENGLISH` and `JAPANESE`; natively both are compiled in, in the browser the second
/// one is a file.
#[must_use]
pub fn arrays(catalogue: &Catalogue) -> String {
    let array = |head: &str, entries: Vec<&String>| {
        let entries: String = entries.iter().map(|entry| format!("    {entry:?},\n")).collect();
        format!("{head}: [&str; {}] = [\n{entries}];\n", catalogue.len())
    };
    let japanese =
        array("#[cfg(not(target_arch = \"wasm32\"))]\nstatic JAPANESE", catalogue.values().collect());
    format!("{}{japanese}", array("const ENGLISH", catalogue.keys().collect()))
}

/// The file that a page in Japanese fetches: the lines in the order of the index, and after a form feed each lab's
/// text, its name in the first line.
#[must_use]
pub fn file(catalogue: &Catalogue, essays: &[(String, String)]) -> String {
    let lines = catalogue.values().cloned().collect::<Vec<_>>().join("\n");
    essays.iter().fold(lines, |file, (name, html)| format!("{file}\u{c}{name}\n{html}"))
}

#[cfg(test)]
mod tests {
    //! What is right, and each thing that is not, with its line.
    use super::*;

    #[test]
    fn pairs_are_sorted_by_their_english() {
        let text = "# b\n\nTwo\n二\n\n{} of {} steps\n{1} 中 {0} ステップ\n\n# a\nOne\n一\n";
        let catalogue = parse(text).expect("is right");
        assert_eq!(catalogue.keys().collect::<Vec<_>>(), ["One", "Two", "{} of {} steps"]);
        assert_eq!(catalogue["Two"], "二");
        assert!(arrays(&catalogue).contains("static JAPANESE: [&str; 3] = [\n    \"一\","));
        let essays = [("gan".to_owned(), "<p>a</p>".to_owned())];
        assert_eq!(file(&catalogue, &essays), "一\n二\n{1} 中 {0} ステップ\u{c}gan\n<p>a</p>");
    }

    #[test]
    fn what_is_wrong_is_found_with_its_line() {
        let wrong = |text: &str| parse(text).expect_err("is wrong");
        assert_eq!(wrong("# a\n\nOne\n\nTwo\n二\n"), "3: 1 lines instead of a pair");
        assert_eq!(wrong("One\n一\n二\n"), "1: 3 lines instead of a pair");
        assert_eq!(wrong("One\n一\n\nOne\n壱\n"), "4: stands twice: One");
        assert_eq!(wrong("One \n一\n"), "1: a space at the start or the end: One ");
        assert_eq!(wrong("{} of {}\n{}\n"), "1: not the same places to fill in: {} of {}");
        assert_eq!(wrong("{} of {}\n{1}、{1}\n"), "1: not the same places to fill in: {} of {}");
        assert_eq!(wrong("{x}\n{}\n"), "1: braces that are no places to fill in: {x}");
        assert_eq!(wrong("a }\nあ\n\nb\n{\n").lines().count(), 2);
    }
}
