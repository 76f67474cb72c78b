//! What the built page may contain and weigh: its start script as a file of its own, its security
//! policy held by what is in it, and its first load within the budget.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, Crc, write::GzEncoder};

use crate::{
    Error, Result,
    html::{self, Element},
};

/// The most that everything the page fetches at its start may weigh, compressed, in bytes.
pub const BUDGET: u64 = 300_000;

/// Moves inline scripts of `dist/index.html` into files named by their content, each with `rest` after it.
///
/// Trunk starts the page with an inline script; a policy without `unsafe-inline` refuses it.
///
/// # Errors
/// When the page cannot be read or written.
pub fn externalise_scripts(dist: &Path, rest: &str) -> Result<()> {
    let file = dist.join("index.html");
    let mut page = read(&file)?;
    // From the back, so that earlier positions stay right.
    for element in html::elements(&page).into_iter().rev().filter(is_inline_script) {
        let code = format!("{}\n{rest}", element.text.trim());
        let mut crc = Crc::new();
        crc.update(code.as_bytes());
        let name = format!("boot-{:08x}.js", crc.sum());
        write(&dist.join(&name), &code)?;
        let kind = element.get("type").map_or(String::new(), |t| format!(" type=\"{t}\""));
        page.replace_range(element.span, &format!("<script{kind} src=\"./{name}\"></script>"));
    }
    write(&file, &page)
}

/// Data blocks (JSON) are no scripts: browsers neither run them nor hold them against the policy.
fn is_inline_script(element: &Element) -> bool {
    element.name == "script"
        && element.get("src").is_none()
        && matches!(element.get("type"), None | Some("" | "module" | "text/javascript"))
}

/// Checks that every page in `dist` keeps its own security policy, and that `index.html` has one.
///
/// # Errors
/// Lists what breaks the policy.
pub fn check_policies(dist: &Path) -> Result<()> {
    let mut findings = Vec::new();
    for name in files(dist)?.iter().filter(|name| name.ends_with(".html")) {
        let page = read(&dist.join(name))?;
        findings
            .extend(policy_findings(&page, name == "index.html").into_iter().map(|f| format!("{name}: {f}")));
    }
    if findings.is_empty() { Ok(()) } else { Err(Error::Check(findings.join("\n"))) }
}

/// What in a page its own `Content-Security-Policy` forbids.
fn policy_findings(page: &str, required: bool) -> Vec<String> {
    let all = html::elements(page);
    let policy = all.iter().position(|e| {
        e.name == "meta"
            && e.get("http-equiv").is_some_and(|h| h.eq_ignore_ascii_case("content-security-policy"))
    });
    let Some(at) = policy else {
        return if required { vec!["has no Content-Security-Policy".into()] } else { Vec::new() };
    };
    let directives = all[at].get("content").unwrap_or("");
    let inline_scripts = allows(directives, "script-src", "'unsafe-inline'");
    let inline_styles = allows(directives, "style-src", "'unsafe-inline'");
    let mut findings = Vec::new();
    if directive(directives, "default-src").is_none() {
        findings.push("its policy has no default-src".into());
    }
    // A policy governs only what follows it.
    if all[..at].iter().any(|e| matches!(e.name.as_str(), "script" | "style" | "link")) {
        findings.push("its policy stands after a script, style or link".into());
    }
    for e in &all {
        let has_text = !e.text.trim().is_empty();
        let data = e.get("type").is_some_and(|t| t.contains("json"));
        if e.name == "script" && e.get("src").is_none() && has_text && !data && !inline_scripts {
            findings.push(format!("inline script: {}", start(&e.text)));
        }
        if e.name == "style" && !inline_styles {
            findings.push(format!("inline style sheet: {}", start(&e.text)));
        }
        for (name, value) in &e.attributes {
            if name.starts_with("on") && !inline_scripts {
                findings.push(format!("<{}> has an inline handler, {name}", e.name));
            }
            if name == "style" && !inline_styles {
                findings.push(format!("<{}> has an inline style: {}", e.name, start(value)));
            }
            if matches!(name.as_str(), "href" | "src" | "action")
                && value.trim_start().to_ascii_lowercase().starts_with("javascript:")
            {
                findings.push(format!("<{}> has a javascript: address", e.name));
            }
        }
        if let Some(address) = fetched(e).filter(|a| is_elsewhere(a)) {
            findings.push(format!("<{}> is fetched from another host: {address}", e.name));
        }
        if let Some(address) = fetched(e).filter(|a| a.starts_with('/') && !is_elsewhere(a)) {
            findings.push(format!("<{}> has an address that breaks under a sub-path: {address}", e.name));
        }
    }
    findings
}

fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
    policy.split(';').map(str::trim).find_map(|d| {
        let (key, values) = d.split_once(char::is_whitespace).unwrap_or((d, ""));
        key.eq_ignore_ascii_case(name).then_some(values)
    })
}

/// Whether a directive, or `default-src` in its absence, lists a source.
fn allows(policy: &str, name: &str, source: &str) -> bool {
    directive(policy, name)
        .or_else(|| directive(policy, "default-src"))
        .is_none_or(|values| values.split_whitespace().any(|v| v.eq_ignore_ascii_case(source)))
}

/// The address that an element makes the browser fetch by itself.
fn fetched(e: &Element) -> Option<&str> {
    match e.name.as_str() {
        "script" | "img" | "iframe" | "source" | "video" | "audio" | "embed" => e.get("src"),
        "object" => e.get("data"),
        "link" if FETCHED.iter().any(|rel| e.rel(rel)) => e.get("href"),
        _ => None,
    }
}

/// The kinds of link that are fetched; others (canonical, licence, alternate) are only named.
const FETCHED: [&str; 6] = ["stylesheet", "modulepreload", "preload", "icon", "manifest", "apple-touch-icon"];

fn is_elsewhere(address: &str) -> bool {
    address.starts_with("//") || address.contains("://")
}

fn start(text: &str) -> String {
    text.trim().chars().take(60).collect()
}

/// A file of the page and what it weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Its path inside `dist`, with `/`.
    pub name: String,
    /// Its size in bytes.
    pub raw: u64,
    /// Its size in bytes after `gzip -9`.
    pub gzip: u64,
    /// Whether the page fetches it at its start.
    pub first_load: bool,
}

/// Weighs every file of `dist`.
///
/// # Errors
/// When a file cannot be read.
pub fn weigh(dist: &Path) -> Result<Vec<Weight>> {
    let names = files(dist)?;
    let first = first_load(dist, &names)?;
    names
        .into_iter()
        .map(|name| {
            let bytes = fs::read(dist.join(&name)).map_err(|e| Error::io(format!("reading {name}"), e))?;
            let gzip = gzip(&bytes).map_err(|e| Error::io(format!("compressing {name}"), e))?;
            Ok(Weight { raw: bytes.len() as u64, gzip, first_load: first.contains(&name), name })
        })
        .collect()
}

/// Prints the table of weights and asks that the first load is within the budget.
///
/// # Errors
/// When it is not.
pub fn check_budget(weights: &[Weight]) -> Result<()> {
    let mut table = String::new();
    let width = weights.iter().map(|w| w.name.len()).max().unwrap_or(0).max(10);
    let _ = writeln!(table, "  {:width$}  {:>10}  {:>10}  at first load", "file", "bytes", "gzip -9");
    for w in weights {
        let mark = if w.first_load { "yes" } else { "" };
        let _ = writeln!(table, "  {:width$}  {:>10}  {:>10}  {mark}", w.name, w.raw, w.gzip);
    }
    let first = || weights.iter().filter(|w| w.first_load);
    let (raw, gzip) = first().fold((0, 0), |(r, g), w| (r + w.raw, g + w.gzip));
    let _ = writeln!(table, "  {:width$}  {raw:>10}  {gzip:>10}  budget {BUDGET}", "first load");
    print!("{table}");
    if gzip <= BUDGET {
        return Ok(());
    }
    Err(Error::Check(format!("the first load is {gzip} bytes compressed; the budget is {BUDGET}")))
}

/// The files that `index.html` makes the browser fetch, directly or through scripts and style sheets.
fn first_load(dist: &Path, names: &[String]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::from(["index.html".to_owned()]);
    let mut open: Vec<String> = found.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let text = match name.rsplit('.').next() {
            Some("html" | "css" | "js") => read(&dist.join(&name))?,
            _ => continue,
        };
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        for other in names.iter().filter(|other| !found.contains(*other)).cloned().collect::<Vec<_>>() {
            let wanted = if name.ends_with(".html") {
                html::elements(&with_scripts(&text))
                    .iter()
                    .filter_map(fetched)
                    .any(|address| resolve(folder, address).as_deref() == Some(other.as_str()))
            } else {
                mentions(&text, folder, &other)
            };
            if wanted {
                found.insert(other.clone());
                open.push(other);
            }
        }
    }
    Ok(found)
}

/// A page as browsers with scripts read it.
fn with_scripts(page: &str) -> String {
    match (page.find("<noscript"), page.find("</noscript>")) {
        (Some(start), Some(end)) if start < end => format!("{}{}", &page[..start], &page[end..]),
        _ => page.to_owned(),
    }
}

/// Whether a script or a style sheet names a file, in quotes or in `url(…)`.
fn mentions(text: &str, folder: &str, name: &str) -> bool {
    text.split(['"', '\'', '`', '(', ')']).any(|part| resolve(folder, part).as_deref() == Some(name))
}

/// A relative address inside `dist`, seen from a folder of it.
fn resolve(folder: &str, address: &str) -> Option<String> {
    let address = address.split(['?', '#']).next()?.trim();
    if address.is_empty() || address.starts_with('/') || address.contains(':') || address.contains(' ') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in address.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The names of all files under `dist`, sorted, with `/`.
pub(crate) fn files(dist: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut open: Vec<PathBuf> = vec![dist.to_path_buf()];
    while let Some(dir) = open.pop() {
        let doing = || format!("listing {}", dir.display());
        for entry in fs::read_dir(&dir).map_err(|e| Error::io(doing(), e))? {
            let path = entry.map_err(|e| Error::io(doing(), e))?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(inside) = path.strip_prefix(dist) {
                let parts: Vec<_> = inside.iter().map(|p| p.to_string_lossy()).collect();
                names.push(parts.join("/"));
            }
        }
    }
    names.sort();
    Ok(names)
}

fn gzip(bytes: &[u8]) -> std::io::Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

pub(crate) fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|e| Error::io(format!("reading {}", file.display()), e))
}

pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).map_err(|e| Error::io(format!("writing {}", file.display()), e))
}

#[cfg(test)]
mod tests {
    //! Pages as trunk writes them, and pages that break their policy.
    use super::*;

    const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self'; style-src 'self'\">";

    fn found(body: &str) -> Vec<String> {
        policy_findings(&format!("<head>{POLICY}{body}"), true)
    }

    #[test]
    fn a_page_that_keeps_its_policy_has_no_findings() {
        let page = "<link rel=stylesheet href=./a.css><link rel=canonical href=https://a.example/>\
                    <script src=./boot.js></script><script type=application/ld+json>{}</script>\
                    <a href=https://a.example/>x</a><img src=data:,x>";
        assert_eq!(found(page), Vec::<String>::new());
    }

    #[test]
    fn everything_inline_is_found() {
        assert!(found("<script>1</script>")[0].starts_with("inline script"));
        assert!(found("<script type=importmap>{}</script>")[0].starts_with("inline script"));
        assert!(found("<style>p{}</style>")[0].starts_with("inline style sheet"));
        assert!(found("<p style=\"color:red\">")[0].contains("inline style"));
        assert!(found("<p onclick=\"x()\">")[0].contains("inline handler"));
        assert!(found("<a href=\"javascript:x()\">")[0].contains("javascript:"));
    }

    #[test]
    fn other_hosts_and_absolute_paths_are_found() {
        assert!(found("<script src=https://a.example/x.js></script>")[0].contains("another host"));
        assert!(found("<link rel=icon href=//a.example/x>")[0].contains("another host"));
        assert!(found("<img src=/x.png>")[0].contains("sub-path"));
    }

    #[test]
    fn a_missing_weak_or_late_policy_is_found() {
        assert_eq!(policy_findings("<p>", true), ["has no Content-Security-Policy"]);
        assert!(policy_findings("<p>", false).is_empty());
        let late = format!("<link rel=stylesheet href=./a.css>{POLICY}");
        assert!(policy_findings(&late, true)[0].contains("stands after"));
        let loose = "<meta http-equiv=content-security-policy content=\"script-src 'unsafe-inline'\"><script>1</script>";
        assert_eq!(policy_findings(loose, true), ["its policy has no default-src"]);
    }

    #[test]
    fn the_start_script_moves_to_a_file_and_the_first_load_follows_it()
    -> std::result::Result<(), Box<dyn std::error::Error>> {
        let dist = std::env::temp_dir().join(format!("scorescope-dist-{}", std::process::id()));
        fs::create_dir_all(dist.join("fonts"))?;
        let page = format!(
            "<head>{POLICY}<link rel=stylesheet href=./a.css><a href=licence.txt>\
             <noscript><img src=./later.png></noscript>\
             <script type=\"module\">import i from './app-1.js';i('./app-1_bg.wasm')</script></head>"
        );
        for (name, text) in [
            ("index.html", page.as_str()),
            ("app-1.js", "new URL('app_bg.wasm', 1)"),
            ("app-1_bg.wasm", "w"),
            ("a.css", "a{b:url(fonts/f.woff2)}"),
            ("fonts/f.woff2", "f"),
            ("licence.txt", "l"),
            ("later.js", ""),
            ("later.png", ""),
        ] {
            fs::write(dist.join(name), text)?;
        }
        externalise_scripts(&dist, "// the rest")?;
        check_policies(&dist)?;
        let weights = weigh(&dist)?;
        let first: Vec<_> = weights.iter().filter(|w| w.first_load).map(|w| w.name.as_str()).collect();
        assert_eq!(first.len(), 6, "{first:?}");
        assert!(first.iter().any(|n| n.starts_with("boot-")));
        for later in ["licence.txt", "later.js", "later.png"] {
            assert!(!first.contains(&later), "{later}");
        }
        fs::remove_dir_all(&dist)?;
        Ok(())
    }

    #[test]
    fn the_budget_counts_the_first_load_only() {
        let w = |gzip, first_load| Weight { name: "a".into(), raw: 1, gzip, first_load };
        assert!(check_budget(&[w(BUDGET, true), w(BUDGET, false)]).is_ok());
        assert!(check_budget(&[w(BUDGET, true), w(1, true)]).is_err());
    }
}
