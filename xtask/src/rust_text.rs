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
