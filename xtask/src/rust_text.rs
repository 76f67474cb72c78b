//! Reading Rust source as text: its code without comments and strings, and the paths it uses.
//!
//! No parser on purpose: one would be the largest dependency of this crate, and macros would hide
//! paths from it. What is read here is tokens, so a path inside a macro counts like any other.

/// The source with every comment, string and character replaced by spaces; lines stay where they are.
#[must_use]
pub fn code_only(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut i = 0;
    while i < chars.len() {
        let end = match (chars[i], chars.get(i + 1)) {
            ('/', Some('/')) => line_end(&chars, i),
            ('/', Some('*')) => comment_end(&chars, i),
            ('"', _) => string_end(&chars, i),
            ('\'', _) => character_end(&chars, i),
            ('r', Some('"' | '#')) if !in_word(&chars, i) => raw_string_end(&chars, i),
            _ => i,
        };
        if end == i {
            out.push(chars[i]);
            i += 1;
        } else {
            out.extend(chars[i..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            i = end;
        }
    }
    out
}

/// A string of a source, with what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The line it begins in.
    pub line: usize,
    /// What it stands for.
    pub text: String,
    /// The end of the code before it.
    pub before: String,
    /// The beginning of the code after it.
    pub after: String,
    /// Whether it stands behind the first `#[cfg(test)]`: tests end a file here.
    pub in_tests: bool,
}

/// All strings in double quotes; raw ones are left out.
#[must_use]
pub fn literals(source: &str) -> Vec<Literal> {
    const AROUND: usize = 120;
    let (blanked, chars) = (code_only(source), source.chars().collect::<Vec<_>>());
    let code: Vec<char> = blanked.chars().collect();
    let tests = blanked.find("#[cfg(test)]").map_or(usize::MAX, |at| blanked[..at].chars().count());
    let (mut found, mut i, mut line) = (Vec::new(), 0, 1);
    while i < chars.len() {
        let end = match (chars[i], chars.get(i + 1)) {
            ('/', Some('/')) => line_end(&chars, i),
            ('/', Some('*')) => comment_end(&chars, i),
            ('\'', _) => character_end(&chars, i),
            ('r', Some('"' | '#')) if !in_word(&chars, i) => raw_string_end(&chars, i),
            ('"', _) => string_end(&chars, i).min(chars.len()),
            _ => i,
        };
        if chars[i] == '"' {
            found.push(Literal {
                line,
                text: meant(&chars[i + 1..(end - 1).max(i + 1)]),
                before: code[i.saturating_sub(AROUND)..i].iter().collect(),
                after: code[end..code.len().min(end + AROUND)].iter().collect(),
                in_tests: i > tests,
            });
        }
        let end = end.max(i + 1);
        line += chars[i..end].iter().filter(|c| **c == '\n').count();
        i = end;
    }
    found
}

/// What a string stands for: its escapes resolved, as far as they occur in words.
fn meant(chars: &[char]) -> String {
    let mut text = String::new();
    let mut rest = chars.iter().copied().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next() {
            // A line that goes on in the next one, without the spaces at its start.
            Some('\n') => while rest.next_if(|c| c.is_whitespace()).is_some() {},
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let digits: String = rest.by_ref().take_while(|c| *c != '}').filter(|c| *c != '{').collect();
                text.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            other => text.extend(other),
        }
    }
    text
}

fn line_end(chars: &[char], from: usize) -> usize {
    chars[from..].iter().position(|&c| c == '\n').map_or(chars.len(), |n| from + n)
}

/// Block comments nest.
fn comment_end(chars: &[char], from: usize) -> usize {
    let (mut depth, mut i) = (0, from);
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut i = from + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// `'a'` and `'\n'` are characters, `'a` is a lifetime and stays.
fn character_end(chars: &[char], from: usize) -> usize {
    match (chars.get(from + 1), chars.get(from + 2)) {
        (Some('\\'), _) => {
            let mut i = from + 3;
            while i < chars.len() && chars[i] != '\'' {
                i += 1;
            }
            (i + 1).min(chars.len())
        }
        (Some(_), Some('\'')) => from + 3,
        _ => from,
    }
}

/// `r"…"`, `r#"…"#`; a raw identifier (`r#type`) stays.
fn raw_string_end(chars: &[char], from: usize) -> usize {
    let hashes = chars[from + 1..].iter().take_while(|&&c| c == '#').count();
    let mut i = from + 1 + hashes;
    if chars.get(i) != Some(&'"') {
        return from;
    }
    i += 1;
    while i < chars.len() {
        if chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes {
            return i + 1 + hashes;
        }
        i += 1;
    }
    chars.len()
}

/// Whether the character continues a word; `br"` and `b'` begin strings all the same.
fn in_word(chars: &[char], i: usize) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    i > 0 && word(chars[i - 1]) && !(chars[i - 1] == 'b' && (i < 2 || !word(chars[i - 2])))
}

/// The crate's top-level modules that this file's code names, with the line of each:
/// `crate::a`, `$crate::a`, `crate::{a, b::c}`, and `super::super::a` as far as it leads to the top.
///
/// `module` is the file's own module path, as `["kernels", "ring"]`.
#[must_use]
pub fn top_modules(code: &str, module: &[&str]) -> Vec<(usize, String)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    // Modules written inside the file (mostly `mod tests`) lengthen the path that `super` shortens.
    let mut inner: Vec<(i32, String)> = Vec::new();
    let mut depth = 0;
    let mut i = 0;
    while i < tokens.len() {
        let (line, word) = tokens[i];
        match word {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if inner.last().is_some_and(|(opened, _)| *opened == depth) {
                    inner.pop();
                }
            }
            "mod" if tokens.get(i + 2).is_some_and(|t| t.1 == "{") => {
                inner.push((depth, tokens[i + 1].1.to_owned()));
            }
            "crate" | "super" | "self" if i == 0 || tokens[i - 1].1 != "::" => {
                let mut path: Vec<String> = Vec::new();
                if word != "crate" {
                    path.extend(module.iter().map(|m| (*m).to_owned()));
                    path.extend(inner.iter().map(|(_, m)| m.clone()));
                }
                let mut at = i;
                if word == "super" {
                    path.pop();
                }
                while tokens.get(at + 1).is_some_and(|t| t.1 == "::")
                    && tokens.get(at + 2).is_some_and(|t| t.1 == "super")
                {
                    path.pop();
                    at += 2;
                }
                if let Some(top) = path.first() {
                    // It stays inside a top-level module: its own, or an error the compiler finds.
                    found.push((line, top.clone()));
                } else if tokens.get(at + 1).is_some_and(|t| t.1 == "::") {
                    heads(&tokens, at + 2, &mut found);
                }
            }
            _ => {}
        }
        i += 1;
    }
    found
}

/// The first names after `crate::`: one, or each of a group.
fn heads(tokens: &[(usize, &str)], at: usize, found: &mut Vec<(usize, String)>) {
    let Some(&(line, word)) = tokens.get(at) else {
        return;
    };
    if word != "{" {
        found.push((line, word.to_owned()));
        return;
    }
    let mut depth = 0;
    for (i, &(line, word)) in tokens.iter().enumerate().skip(at) {
        match word {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && matches!(tokens[i - 1].1, "{" | ",") => {
                found.push((line, word.to_owned()));
            }
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// Words, `::`, and single signs, with the number of their line.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut all = Vec::new();
    for (n, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let length = if word(first) {
                rest.find(|c| !word(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            all.push((n + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    all
}

#[cfg(test)]
mod tests {
    //! The corners of Rust's syntax that matter here.
    use super::*;

    fn tops(source: &str, module: &[&str]) -> Vec<String> {
        top_modules(&code_only(source), module).into_iter().map(|(_, m)| m).collect()
    }

    #[test]
    fn comments_strings_and_characters_are_no_code() {
        let source = "a // crate::b\n/* crate::c /* x */ crate::d */ \"crate::e\\\" crate::f\" r#\"crate::g\"# b\"crate::h\" '\"' 'x: &'a str";
        let code = code_only(source);
        assert!(!code.contains("crate"), "{code}");
        assert_eq!(code.lines().count(), 2);
        assert!(code.contains("&'a str"));
        assert!(code_only("let c = '\\''; crate::x").contains("crate::x"));
        assert!(code_only("r#type crate::x \"").contains("r#type crate::x"));
        assert!(code_only("br\"crate::x\" y").trim_end().ends_with('y'));
    }

    #[test]
    fn strings_come_with_what_stands_around_them() {
        let source =
            "f(1, \"a \\\"b\\\" \\u{2013}\\\n   c\") // \"no\"\n'\"' x = \"d\";\n#[cfg(test)]\n\"e\"";
        let found = literals(source);
        let texts: Vec<_> = found.iter().map(|l| (l.line, l.text.as_str(), l.in_tests)).collect();
        assert_eq!(texts, [(1, "a \"b\" \u{2013}c", false), (3, "d", false), (5, "e", true)]);
        assert_eq!((found[0].before.as_str(), found[0].after.chars().next()), ("f(1, ", Some(')')));
        assert!(found[1].before.ends_with("x = "));
    }

    #[test]
    fn paths_are_found_single_grouped_and_in_macros() {
        assert_eq!(tops("use crate::math::Mixture;", &["plot"]), ["math"]);
        assert_eq!(tops("use crate::{math::{a, b}, plot as p, ui};", &[]), ["math", "plot", "ui"]);
        assert_eq!(tops("macro_rules! m { () => { $crate::labs::x() } }", &[]), ["labs"]);
        assert_eq!(tops("m!(crate :: ui :: x)", &[]), ["ui"]);
        assert!(tops("pub(crate) fn f() {}", &[]).is_empty());
    }

    #[test]
    fn super_is_followed_to_the_top() {
        assert_eq!(tops("use super::super::ui::x;", &["math", "ring"]), ["ui"]);
        assert_eq!(tops("use super::x;", &["math", "ring"]), ["math"]);
        let inline =
            "mod tests { use super::super::x; use super::super::super::ui; } use super::super::labs;";
        assert_eq!(tops(inline, &["math", "ring"]), ["math", "ui", "labs"]);
    }
}
