//! Just enough HTML to check and change the built page: its tags, their attributes, and the text of
//! its scripts and styles. It reads what browsers are given by trunk's well-formed output, and is no
//! parser for anybody's HTML.

use std::ops::Range;

/// A start tag, with the text up to the end tag where the element is a script or a style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The name, in lower case.
    pub name: String,
    /// Attribute names, in lower case, and values.
    pub attributes: Vec<(String, String)>,
    /// The text of a `<script>` or `<style>`; empty for all others.
    pub text: String,
    /// Where the element stands: the start tag alone, or through the end tag of a script or style.
    pub span: Range<usize>,
}

impl Element {
    /// An attribute's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether the space-separated `rel` has this word.
    #[must_use]
    pub fn rel(&self, word: &str) -> bool {
        self.get("rel").is_some_and(|rel| rel.split_whitespace().any(|w| w.eq_ignore_ascii_case(word)))
    }
}

/// All start tags of a document, in order. Comments and end tags are passed over.
#[must_use]
pub fn elements(html: &str) -> Vec<Element> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|i| at + i) {
        let rest = &html[open..];
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(html.len(), |i| open + i + 3);
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (mut element, after) = start_tag(html, open);
            at = after;
            if matches!(element.name.as_str(), "script" | "style") {
                let lower = html[after..].to_ascii_lowercase();
                let length = lower.find(&format!("</{}", element.name)).unwrap_or(lower.len());
                element.text = html[after..after + length].to_owned();
                let end = lower[length..].find('>').map_or(lower.len(), |i| length + i + 1);
                element.span.end = after + end;
                at = after + end;
            }
            found.push(element);
        } else {
            at = open + 1;
        }
    }
    found
}

/// Reads the start tag at `open`; returns it and where the text after it begins.
fn start_tag(html: &str, open: usize) -> (Element, usize) {
    let bytes = html.as_bytes();
    let ends = |b: u8| b.is_ascii_whitespace() || b == b'>' || b == b'/';
    let mut i = open + 1;
    while i < bytes.len() && !ends(bytes[i]) {
        i += 1;
    }
    let name = html[open + 1..i].to_ascii_lowercase();
    let mut attributes = Vec::new();
    while i < bytes.len() && bytes[i] != b'>' {
        if ends(bytes[i]) {
            i += 1;
            continue;
        }
        let start = i;
        while i < bytes.len() && !ends(bytes[i]) && bytes[i] != b'=' {
            i += 1;
        }
        let key = html[start..i].to_ascii_lowercase();
        let mut value = String::new();
        if i < bytes.len() && bytes[i] == b'=' {
            i += 1;
            let quote = bytes.get(i).copied().filter(|q| matches!(q, b'"' | b'\''));
            let from = if quote.is_some() { i + 1 } else { i };
            let stop = |b: u8| quote.map_or(b.is_ascii_whitespace() || b == b'>', |q| b == q);
            let length = bytes[from..].iter().position(|&b| stop(b)).unwrap_or(bytes.len() - from);
            value = unescape(&html[from..from + length]);
            i = from + length + usize::from(quote.is_some());
        }
        attributes.push((key, value));
    }
    let after = (i + 1).min(html.len());
    (Element { name, attributes, text: String::new(), span: open..after }, after)
}

/// The references that occur in attributes of a page's head.
fn unescape(value: &str) -> String {
    value
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    //! The shapes that trunk and people write.
    use super::*;

    #[test]
    fn attributes_may_be_quoted_either_way_bare_or_alone() {
        let all = elements("<link REL=\"preload icon\" href='./a.css' crossorigin as=fetch><br/>");
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].get("href"), Some("./a.css"));
        assert_eq!(all[0].get("crossorigin"), Some(""));
        assert_eq!(all[0].get("as"), Some("fetch"));
        assert!(all[0].rel("icon") && !all[0].rel("stylesheet"));
        assert_eq!(all[1].name, "br");
    }

    #[test]
    fn a_scripts_text_is_no_markup() {
        let html = "<p><script type=module>if (a<b) x('<p>')</script><p>é";
        let all = elements(html);
        assert_eq!(all.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["p", "script", "p"]);
        assert_eq!(all[1].text, "if (a<b) x('<p>')");
        assert!(html[all[1].span.clone()].ends_with("</script>"));
    }

    #[test]
    fn comments_and_broken_ends_do_not_hang() {
        assert!(elements("<!-- <script>x</script> -->").is_empty());
        assert_eq!(elements("<script>x").len(), 1);
        assert_eq!(elements("<a href=\"x").len(), 1);
        assert!(elements("1 < 2 <").is_empty());
    }

    #[test]
    fn a_policys_quotes_may_be_escaped() {
        let all = elements("<meta content=\"default-src &#39;none&#39;\">");
        assert_eq!(all[0].get("content"), Some("default-src 'none'"));
    }
}
