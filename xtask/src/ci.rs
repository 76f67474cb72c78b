//! What is checked beside the tests: formatting, lints for both targets, documentation, tidiness, dependencies.

use std::path::Path;

use crate::{
    Result, deny, modules, run, setup,
    setup::Needs,
    steps::Steps,
    tidy,
    toolchain::{TARGET, Wasm},
};

/// Runs all of them, whatever fails.
///
/// # Errors
/// Names the steps that failed.
pub fn run(root: &Path) -> Result<()> {
    let mut steps = Steps::new("ci");
    steps.step("set-up", || setup::run(root, Needs { wasm: true, lints: true, ..Needs::default() }));
    steps.step("formatting", || run::show(run::cargo(root).args(["fmt", "--all", "--check"])));
    steps.step("tidiness", || tidy::run(root));
    steps.step("dependencies", || deny::run(root));
    steps.step("lints, native", || {
        let mut cargo = run::cargo(root);
        cargo.args(["clippy", "--workspace", "--all-targets", "--no-default-features"]);
        run::show(cargo.args(["--features", "cli,gpu", "--", "-D", "warnings"]))
    });
    steps.step("lints, WebAssembly", || {
        let mut cargo = run::cargo(root);
        // In the release profile, so that build scripts and macros serve the page's build as well.
        cargo.args(["clippy", "--release", "--lib", "--bin", "app", "--target", TARGET]);
        cargo.args(["--", "-D", "warnings"]);
        let wasm = Wasm::require()?;
        wasm.apply(&mut cargo);
        run::show(&mut cargo)?;
        let mut cargo = run::cargo(root);
        cargo.args(["clippy", "--release", "--lib", "--bin", "labs", "--target", TARGET]);
        wasm.apply(cargo.args(["--features", "labs", "--", "-D", "warnings"]));
        run::show(&mut cargo)?;
        let mut cargo = run::cargo(root);
        cargo.args(["clippy", "--profile", "fast", "--bin", "fast", "--target", TARGET]);
        cargo.args(["--no-default-features", "--features", modules::FEATURES, "--", "-D", "warnings"]);
        wasm.apply(&mut cargo);
        run::show(&mut cargo)
    });
    steps.step("documentation", || {
        let mut cargo = run::cargo(root);
        cargo.args(["doc", "--no-deps", "--package", "scorescope", "--package", "xtask"]);
        cargo.args(["--no-default-features", "--features", "cli,gpu", "--document-private-items"]);
        run::show(cargo.env("RUSTDOCFLAGS", "-Dwarnings"))
    });
    steps.finish(false)
}
