//! The benchmarks: the table of `benches/RESULTS.md`, with the peers; training alone; or the kernels one by one.

use std::{path::Path, process::Command};

use crate::{Result, build, modules, run, setup, setup::Needs, steps::Steps, toolchain::Wasm};

/// Builds what is measured, installs the peers, and has the table written. A peer that cannot be
/// installed is left out of it.
///
/// # Errors
/// Names the step that failed.
pub fn table(root: &Path) -> Result<()> {
    let mut steps = Steps::new("bench");
    steps.step("set-up", || {
        setup::run(root, Needs { wasm: true, page: true, browser: true, ..Needs::default() })
    });
    steps.step("the page", || build::page(root, &crate::publish::Publication::default()));
    steps.step("the page that measures", || modules::bench_page(root, &Wasm::require()?));
    steps.step("the worker that trains", || modules::bench_learning(root, &Wasm::require()?));
    steps.step("the command line", || {
        let mut cargo = run::cargo(root);
        // For speed, as the fast workers are: the command line's own profile is the page's.
        run::show(cargo.args([
            "build",
            "--profile",
            "fast",
            "--no-default-features",
            "--features",
            "cli",
            "--bin",
            "scorescope",
        ]))
    });
    steps.step("the peers", || {
        for (peer, outcome) in [("Python", python(root)), ("TensorFlow.js", tensorflow(root))] {
            if let Err(error) = outcome {
                println!("  {peer}: {error}; left out");
            }
        }
        Ok(())
    });
    steps.step("the table", || tables(root, &[]));
    steps.finish(false)
}

/// Steps of training a second against TensorFlow.js alone, as a table.
///
/// # Errors
/// Names the step that failed.
pub fn learning(root: &Path) -> Result<()> {
    let mut steps = Steps::new("bench");
    steps.step("set-up", || {
        setup::run(root, Needs { wasm: true, page: true, browser: true, ..Needs::default() })
    });
    steps.step("the worker that trains", || modules::bench_learning(root, &Wasm::require()?));
    steps.step("TensorFlow.js", || tensorflow(root));
    steps.step("the table", || tables(root, &["learn"]));
    steps.finish(false)
}

/// The program that measures and makes tables.
fn tables(root: &Path, arguments: &[&str]) -> Result<()> {
    let mut cargo = run::cargo(root);
    cargo.args(["run", "--quiet", "--package", "scorescope-e2e", "--bin", "table", "--"]);
    run::show(cargo.args(arguments))
}

/// The kernels by Criterion; `arguments` go to it.
///
/// # Errors
/// When it reports failure.
pub fn kernels(root: &Path, arguments: &[String]) -> Result<()> {
    let mut cargo = run::cargo(root);
    cargo.args(["bench", "--no-default-features"]);
    if !arguments.is_empty() {
        cargo.arg("--").args(arguments);
    }
    run::show(&mut cargo)
}

/// NumPy, JAX and PyTorch in a virtual environment of their own.
fn python(root: &Path) -> Result<()> {
    let environment = root.join(".tools/peers");
    let python = environment.join("bin/python");
    if !python.is_file() {
        run::show(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    run::show(pip.arg(root.join("benches/peers/requirements.txt")))
}

fn tensorflow(root: &Path) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.current_dir(root.join("benches/peers/tfjs"));
    run::show(npm.args([
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--silent",
    ]))
}
