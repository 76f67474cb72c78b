//! Every test of the repository, group by group: native, in the browser, the built page, end to end.

use std::path::Path;

use crate::{
    Error, Result, build, modules,
    publish::Publication,
    run, setup,
    setup::Needs,
    steps::{Steps, Tally},
    toolchain::{TARGET, Wasm},
    tools,
};

/// A group of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The mathematics, the command line and the build commands, as native code.
    Native,
    /// What only a browser can tell, compiled as the page is.
    Browser,
    /// The built page, driven through a browser.
    EndToEnd,
}

impl Group {
    /// All of them, in the order in which they run.
    pub const ALL: [Self; 3] = [Self::Native, Self::Browser, Self::EndToEnd];

    /// The group's name on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "native" => Some(Self::Native),
            "browser" => Some(Self::Browser),
            "e2e" => Some(Self::EndToEnd),
            _ => None,
        }
    }
}

/// Crates that only a browser needs: without the feature `web` none of them may be in the tree.
const BROWSER_CRATES: [&str; 6] = ["leptos", "web-sys", "wgpu", "wasm-bindgen", "js-sys", "plotters-canvas"];

/// Runs the groups and ends with the line `N passed, N failed`.
///
/// # Errors
/// Names the steps that failed.
pub fn run(root: &Path, groups: &[Group], build_page: bool) -> Result<()> {
    let mut steps = Steps::new("test");
    let browser = groups.contains(&Group::Browser);
    let end_to_end = groups.contains(&Group::EndToEnd);
    let native_tests = groups.contains(&Group::Native);
    if !groups.is_empty() {
        let page = end_to_end && build_page;
        let needs = Needs {
            wasm: browser || page,
            page,
            browser: browser || end_to_end,
            lints: false,
            gpu: native_tests,
        };
        if !steps.step("set-up", || setup::run(root, needs)) {
            // The native tests need nothing installed: they still tell something.
            println!("the groups that need a browser cannot run");
        }
    }
    if native_tests {
        steps.counted("native tests", || native(root));
        steps.step("no browser crate without the feature `web`", || no_browser_crate(root));
    }
    if browser {
        steps.counted("browser tests", || in_browser(root));
    }
    if end_to_end {
        let built = !build_page
            || steps.step("the page", || build::page(root, &Publication { site: None, previews: true }));
        if built {
            steps.counted("end-to-end tests", || end_to_end_tests(root));
        } else {
            steps.skip("end-to-end tests", "the page was not built");
        }
    }
    steps.finish(true)
}

fn native(root: &Path) -> Result<(Tally, Option<Error>)> {
    let mut cargo = run::cargo(root);
    cargo.args(["test", "--workspace", "--exclude", "scorescope-e2e", "--no-fail-fast"]);
    if !setup::has_vulkan() {
        cargo.env("SCORESCOPE_NO_GPU", "1");
    }
    run::tests(cargo.args(["--no-default-features", "--features", "cli,gpu"]))
}

fn no_browser_crate(root: &Path) -> Result<()> {
    let mut tree = run::cargo(root);
    tree.args(["tree", "--package", "scorescope", "--no-default-features"]);
    let list = run::quiet(tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}"]))?;
    let found = browser_crates_in(&list);
    if !found.is_empty() {
        return Err(Error::Check(format!("these crates are in the tree: {}", found.join(", "))));
    }
    println!("none of {} crates is one of {}", list.lines().count(), BROWSER_CRATES.join(", "));
    run::show(run::cargo(root).args(["test", "--no-run", "--lib", "--no-default-features"]))
}

fn browser_crates_in(tree: &str) -> Vec<&'static str> {
    let has = |name: &&str| tree.lines().any(|line| line.split_whitespace().next() == Some(name));
    BROWSER_CRATES.into_iter().filter(has).collect()
}

/// With `--release`: the wrong code that once came from optimisation only showed there.
fn in_browser(root: &Path) -> Result<(Tally, Option<Error>)> {
    if !root.join("tests/browser.rs").is_file() {
        return Err(Error::Check("there is no tests/browser.rs".into()));
    }
    let driver = run::which("chromedriver")
        .ok_or_else(|| Error::missing("chromedriver", "Run `cargo xtask setup`."))?;
    let wasm = Wasm::require()?;
    let mut cargo = run::cargo(root);
    cargo
        .args(["test", "--no-default-features", "--features", modules::FEATURES, "--target", TARGET])
        .args(["--release", "--no-fail-fast", "--test", "browser", "--test", "browser_gpu"])
        .env("PATH", tools::path(root)?)
        .env("CHROMEDRIVER", driver)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    if matches!(wasm, Wasm::Debian { .. }) {
        // Tests then abort on panic as the page does, so that both share the standard library built here.
        cargo.env("CARGO_UNSTABLE_PANIC_ABORT_TESTS", "true");
    }
    wasm.apply(&mut cargo);
    run::tests(&mut cargo)
}

fn end_to_end_tests(root: &Path) -> Result<(Tally, Option<Error>)> {
    let dist = root.join("dist");
    if !dist.join("index.html").is_file() {
        return Err(Error::Check("dist/ holds no page; run `cargo xtask build`".into()));
    }
    let mut cargo = run::cargo(root);
    cargo.args(["test", "--package", "scorescope-e2e", "--no-fail-fast"]);
    run::tests(cargo.env("SCORESCOPE_DIST", dist))
}

#[cfg(test)]
mod tests {
    //! What needs no second cargo.
    use super::*;

    #[test]
    fn browser_crates_are_found_by_their_exact_name() {
        let tree = "scorescope v0.1.0\nserde v1.0.1\nweb-sys-like v1.0.0\n";
        assert!(browser_crates_in(tree).is_empty());
        assert_eq!(browser_crates_in("a v1\nleptos v0.8.23 (*)\n"), ["leptos"]);
    }
}
