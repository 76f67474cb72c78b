//! The house rules that no compiler checks; `ARCHITECTURE.md` gives their reasons.
//!
//! Every module says what it is; the arrows between folders hold; each shader has its twin on the
//! CPU; nothing is left undone in the text; only the leaves know the browser; files are read in one
//! sitting; what a visitor reads is translated; and no path of anybody's machine is in the repository.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use crate::{Error, Result, run, rust_text, words_check};

/// The longest source file.
const LONGEST: usize = 500;

/// Which top-level modules each one may use. `app` and the programs may use all; a module that is
/// not listed here may be used by all.
const ARROWS: [(&str, &[&str]); 10] = [
    ("words", &[]),
    ("math", &[]),
    ("gpu", &[]),
    ("permalink", &[]),
    ("kernels", &["math", "gpu"]),
    ("learn", &["math"]),
    ("compute", &["kernels", "learn", "math", "gpu"]),
    ("plot", &["math"]),
    ("ui", &["compute", "kernels", "math", "plot", "permalink"]),
    ("labs", &["ui", "compute", "kernels", "learn", "math", "plot", "permalink"]),
];

/// A file's path, with `/`, and its text.
type File = (String, String);

/// Checks the repository.
///
/// # Errors
/// Lists what breaks the rules.
pub fn run(root: &Path) -> Result<()> {
    let mut list = Command::new("git");
    list.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let files: Vec<File> = run::quiet(&mut list)?
        .lines()
        // What is no text (pictures), or deleted but not yet committed, has no rules.
        .filter_map(|path| Some((path.to_owned(), fs::read_to_string(root.join(path)).ok()?)))
        .collect();
    let findings = check(&files);
    if findings.is_empty() {
        println!("{} files keep the house rules", files.len());
        return Ok(());
    }
    Err(Error::Check(format!("{}\nagainst the house rules: {}", findings.join("\n"), findings.len())))
}

/// Everything that breaks a rule, as `path:line: what`.
#[must_use]
pub fn check(files: &[File]) -> Vec<String> {
    let paths: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let mut findings = Vec::new();
    for (path, text) in files {
        if is_rust(path) {
            let code = rust_text::code_only(text);
            findings.extend(unheaded(path, text));
            findings.extend(wrong_arrows(path, &code));
            findings.extend(browser_elsewhere(path, &code));
            findings.extend(words_check::untranslated(path, text));
        }
        findings.extend(lonely_shader(path, &paths));
        findings.extend(undone(path, text));
        findings.extend(too_long(path, text));
        findings.extend(machine_paths(path, text));
    }
    findings.extend(words_check::unused(files));
    findings
}

fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

fn ends_with_any(path: &str, endings: &[&str]) -> bool {
    endings.iter().any(|e| path.ends_with(&format!(".{e}")))
}

fn unheaded(path: &str, text: &str) -> Option<String> {
    (!text.starts_with("//!")).then(|| format!("{path}:1: does not begin with `//!`, saying what it is"))
}

/// `src/kernels/ring/cpu.rs` -> `["kernels", "ring", "cpu"]`; nothing for what is not in the library.
fn module_of(path: &str) -> Option<Vec<&str>> {
    let inside = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    if inside.starts_with("bin/") || matches!(inside, "lib" | "main") {
        return None;
    }
    let mut parts: Vec<&str> = inside.split('/').collect();
    if parts.last() == Some(&"mod") {
        parts.pop();
    }
    Some(parts)
}

fn wrong_arrows(path: &str, code: &str) -> Vec<String> {
    let Some(module) = module_of(path) else {
        return Vec::new();
    };
    let own = module[0];
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == own) else {
        return Vec::new();
    };
    // Words are for whoever has something to say.
    let ruled = |name: &str| name == "app" || name != "words" && ARROWS.iter().any(|(n, _)| *n == name);
    rust_text::top_modules(code, &module)
        .into_iter()
        .filter(|(_, used)| used != own && ruled(used) && !allowed.contains(&used.as_str()))
        .map(|(line, used)| format!("{path}:{line}: `{own}` may not use `{used}`"))
        .collect()
}

/// The files that may know the browser: those that exist only with the feature `web`.
fn knows_browser(path: &str) -> bool {
    let Some(inside) = path.strip_prefix("src/") else {
        return true;
    };
    let parts: Vec<&str> = inside.split('/').collect();
    match parts.as_slice() {
        ["ui", ..] | ["app.rs" | "main.rs"] | ["plot", "canvas.rs"] => true,
        ["compute", file, ..] => file.starts_with("web"),
        ["labs", "controls", ..] => true,
        ["labs", _, file, ..] => file.starts_with("view"),
        _ => false,
    }
}

fn browser_elsewhere(path: &str, code: &str) -> Vec<String> {
    if knows_browser(path) {
        return Vec::new();
    }
    lines_with(code, "web_sys")
        .map(|line| format!("{path}:{line}: only ui/, app.rs, main.rs, compute/web*, plot/canvas.rs, labs/controls/ and labs/*/view* may use `web_sys`"))
        .collect()
}

fn lonely_shader(path: &str, paths: &BTreeSet<&str>) -> Option<String> {
    let stem = path.strip_suffix(".wgsl")?;
    let folder = stem.rsplit_once('/').map_or("", |(folder, _)| folder);
    // What several shaders share is the twin of a file of its own name.
    let twins = [format!("{folder}/cpu.rs"), format!("{stem}.rs")];
    let lonely = !twins.iter().any(|twin| paths.contains(twin.as_str()));
    lonely.then(|| format!("{path}:1: has no twin on the CPU, {}", twins[0]))
}

fn undone(path: &str, text: &str) -> Vec<String> {
    // Put together here, so that this file keeps its own rule.
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!"), concat!("un", "implemented!")];
    if !ends_with_any(path, &["rs", "wgsl", "html", "css", "js", "toml", "md", "sh"]) {
        return Vec::new();
    }
    marks
        .iter()
        .flat_map(|mark| {
            lines_with(text, mark).map(move |line| format!("{path}:{line}: leaves something undone ({mark})"))
        })
        .collect()
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (ends_with_any(path, &["rs", "wgsl", "js"]) && lines > LONGEST)
        .then(|| format!("{path}:{LONGEST}: has {lines} lines; look for the two things it is"))
}

/// Absolute paths: a first folder that is a home or a scratch place, at the start of a word.
fn machine_paths(path: &str, text: &str) -> Vec<String> {
    let roots = [
        concat!("/", "work/"),
        concat!("/", "root/"),
        concat!("/", "home/"),
        concat!("/", "tmp/"),
        concat!("/", "Users/"),
        concat!("C:", "\\"),
    ];
    let mut findings = Vec::new();
    for (n, line) in text.lines().enumerate() {
        for place in roots {
            let starts_word = |at: usize| {
                !line[..at].ends_with(|c: char| {
                    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '~' | '/' | ')')
                })
            };
            if line.match_indices(place).any(|(at, _)| starts_word(at)) {
                findings.push(format!("{path}:{}: names a path of one machine, {place}…", n + 1));
            }
        }
    }
    findings
}

/// The lines that have `needle` as a word of its own.
fn lines_with<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.lines().enumerate().filter_map(move |(n, line)| {
        let alone = |at: usize| !line[..at].ends_with(word) && !line[at + needle.len()..].starts_with(word);
        line.match_indices(needle).any(|(at, _)| alone(at)).then_some(n + 1)
    })
}

#[cfg(test)]
mod tests {
    //! Each rule on the smallest input that breaks it, and on the nearest that does not.
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn every_module_begins_with_its_doc() {
        assert!(found(&[("src/a.rs", "//! A.\n")]).is_empty());
        assert_eq!(found(&[("benches/b.rs", "use x;\n")]).len(), 1);
    }

    #[test]
    fn arrows_point_one_way() {
        let use_of = |path: &str, used: &str| found(&[(path, &format!("//! A.\nuse crate::{used}::X;\n"))]);
        assert_eq!(
            use_of("src/math/schedule.rs", "plot"),
            ["src/math/schedule.rs:2: `math` may not use `plot`"]
        );
        assert!(use_of("src/plot/axis.rs", "math").is_empty());
        assert!(use_of("src/math/a.rs", "math").is_empty());
        assert_eq!(use_of("src/plot/axis.rs", "compute").len(), 1);
        assert_eq!(use_of("src/permalink/mod.rs", "math").len(), 1);
        assert_eq!(use_of("src/ui/slider.rs", "labs").len(), 1);
        assert_eq!(use_of("src/labs/gan/view.rs", "app").len(), 1);
        assert!(use_of("src/labs/gan/view.rs", "permalink").is_empty());
        assert!(use_of("src/app.rs", "labs").is_empty());
        assert!(use_of("src/math/a.rs", "words").is_empty());
        assert_eq!(use_of("src/words/mod.rs", "labs").len(), 1);
        assert!(use_of("src/bin/scorescope.rs", "labs").is_empty());
    }

    #[test]
    fn arrows_hold_in_groups_macros_and_supers_but_not_in_comments() {
        let math = |code: &str| found(&[("src/math/a.rs", &format!("//! A.\n{code}\n"))]).len();
        assert_eq!(math("use crate::{math::b, ui, plot::c};"), 2);
        assert_eq!(math("macro_rules! m { () => { $crate::gpu::x() } }"), 1);
        assert_eq!(math("use super::super::kernels;"), 1);
        assert_eq!(math("/// See [`crate::plot`].\nfn f() { \"crate::ui\"; }"), 0);
    }

    #[test]
    fn only_the_leaves_know_the_browser() {
        let sys = |path: &str| found(&[(path, "//! A.\nuse web_sys::Window;\n")]).len();
        assert_eq!(sys("src/math/a.rs") + sys("src/labs/gan/plots.rs") + sys("src/compute/mod.rs"), 3);
        for path in [
            "src/ui/a.rs",
            "src/app.rs",
            "src/compute/web_pool.rs",
            "src/compute/web/pool.rs",
            "src/plot/canvas.rs",
            "src/labs/gan/view.rs",
            "src/labs/controls/pad.rs",
        ] {
            assert_eq!(sys(path), 0, "{path}");
        }
        assert!(found(&[("src/math/a.rs", "//! Not web_sys.\n")]).is_empty());
    }

    #[test]
    fn shaders_have_twins() {
        assert_eq!(found(&[("src/kernels/ring/ring.wgsl", "")]).len(), 1);
        assert!(
            found(&[("src/kernels/ring/ring.wgsl", ""), ("src/kernels/ring/cpu.rs", "//! A.\n")]).is_empty()
        );
        assert!(found(&[("src/kernels/sums.wgsl", ""), ("src/kernels/sums.rs", "//! A.\n")]).is_empty());
    }

    #[test]
    fn nothing_is_left_undone() {
        let mark = concat!("TO", "DO");
        assert_eq!(found(&[("style/a.css", &format!("/* {mark}: x */"))]).len(), 1);
        assert_eq!(
            found(&[("src/a.rs", &format!("//! A.\nfn f() {{ {}() }}", concat!("to", "do!")))]).len(),
            1
        );
        assert!(found(&[("README.md", &format!("MIS{mark} and {mark}S"))]).is_empty());
    }

    #[test]
    fn files_are_read_in_one_sitting() {
        let long = |n: usize| format!("//! A.\n{}", "\n".repeat(n - 1));
        assert!(found(&[("src/a.rs", &long(LONGEST))]).is_empty());
        assert_eq!(found(&[("src/a.rs", &long(LONGEST + 1))]).len(), 1);
        assert!(found(&[("data/a.json", &long(LONGEST + 1))]).is_empty());
    }

    #[test]
    fn no_machines_paths() {
        let home = concat!("/", "home/");
        assert_eq!(found(&[("README.md", &format!("cd {home}me"))]).len(), 1);
        assert_eq!(found(&[("a.json", &format!("[\"{home}me\"]"))]).len(), 1);
        assert!(found(&[("README.md", &format!("see https://a.example{home}x and ..{home}"))]).is_empty());
    }
}
