//! What stands in the page before its module runs, in Japanese: every element with `data-ja` gets, as that
//! attribute's value, the number of its text's line in the translation, from 0, and after a space that of its
//! title, if it has one. The start script puts the lines in place. A text that is not in the catalogue fails the
//! build.

use crate::{
    html::{self, Element},
    words::Catalogue,
};

const MARK: &str = "data-ja";

/// The page with its twins.
///
/// # Errors
/// The texts that have no translation.
pub fn fill(page: &str, catalogue: &Catalogue) -> Result<String, String> {
    let (mut filled, mut missing) = (page.to_owned(), Vec::new());
    // From the back, so that earlier positions stay right.
    for element in html::elements(page).iter().rev().filter(|e| e.get(MARK).is_some()) {
        let tag = &page[element.span.clone()];
        let texts = texts(page, element);
        let place = |text: &String| catalogue.keys().position(|english| english == text);
        missing.extend(texts.iter().filter(|text| place(text).is_none()).cloned());
        let value: Vec<String> = texts.iter().filter_map(place).map(|line| line.to_string()).collect();
        let value = value.join(" ");
        let bare =
            tag.replace(&format!("{MARK}=\"\""), MARK).replacen(MARK, &format!("{MARK}=\"{value}\""), 1);
        filled.replace_range(element.span.clone(), &bare);
    }
    if missing.is_empty() { Ok(filled) } else { Err(missing.join("\n")) }
}

/// The English of an element with a twin: its text, its spaces as a browser shows them, and its title.
#[must_use]
pub fn texts(page: &str, element: &Element) -> Vec<String> {
    let start = element.span.end;
    let end = page[start..].find('<').map_or(page.len(), |length| start + length);
    let text = page[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
    [Some(text), element.get("title").map(str::to_owned)].into_iter().flatten().collect()
}

/// The English of all elements with twins.
#[must_use]
pub fn all(page: &str) -> Vec<String> {
    html::elements(page).iter().filter(|e| e.get(MARK).is_some()).flat_map(|e| texts(page, e)).collect()
}

#[cfg(test)]
mod tests {
    //! Texts, titles, and what has no translation.
    use super::*;

    #[test]
    fn marked_elements_get_the_numbers_of_their_lines() {
        let catalogue = [("The labs", "ラボ"), ("A \"title\"", "「題」")];
        let catalogue = catalogue.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        let page = "<p>The labs</p><p data-ja>\n The\n labs</p><a title='A \"title\"' data-ja=\"\" href=x>The labs</a>";
        assert_eq!(
            fill(page, &catalogue),
            Ok("<p>The labs</p><p data-ja=\"1\">\n The\n labs</p>\
                <a title='A \"title\"' data-ja=\"1 0\" href=x>The labs</a>"
                .to_owned())
        );
        assert_eq!(all(page), ["The labs", "The labs", "A \"title\""]);
        assert_eq!(fill("<b data-ja>x y<i data-ja>z", &catalogue), Err("z\nx y".to_owned()));
    }
}
