//! The tools that turn compiled Rust into a page: trunk, wasm-bindgen, wasm-opt and esbuild.
//!
//! Each is taken from the `PATH` where a fitting version is there, else installed into the
//! git-ignored `.tools/NAME-VERSION/`; nothing is installed outside the repository. A new version is
//! a new folder, so that switching branches costs nothing.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, Result, run};

/// Trunk's version: 0.22 wants a newer compiler than the workspace does.
pub const TRUNK: &str = "0.21.14";
/// The version of npm's `binaryen`, which brings wasm-opt.
pub const BINARYEN: &str = "132.0.0";
/// The version of npm's `esbuild`, which takes the spaces and long names out of scripts.
pub const ESBUILD: &str = "0.28.2";
/// The oldest wasm-opt taken from the `PATH`: older ones refuse what today's compiler writes.
const OLDEST_WASM_OPT: u32 = 116;

/// The `PATH` with the project's own tools before it.
///
/// # Errors
/// When `Cargo.lock` names no wasm-bindgen, or a folder's name cannot stand in a `PATH`.
pub fn path(root: &Path) -> Result<OsString> {
    let tools = root.join(".tools");
    let own = [
        tools.join(format!("trunk-{TRUNK}/bin")),
        tools.join(format!("wasm-bindgen-{}/bin", wasm_bindgen_version(root)?)),
        tools.join(format!("binaryen-{BINARYEN}/node_modules/.bin")),
        tools.join(format!("esbuild-{ESBUILD}/node_modules/.bin")),
    ];
    let system = env::var_os("PATH").unwrap_or_default();
    let mut dirs: Vec<_> = own.into_iter().filter(|dir| dir.is_dir()).collect();
    dirs.extend(env::split_paths(&system));
    // Last: the stand-in must not hide a real wasm-opt.
    dirs.push(tools.join("no-wasm-opt"));
    env::join_paths(dirs).map_err(|e| Error::Check(format!("the PATH cannot be extended: {e}")))
}

/// The version of wasm-bindgen that `Cargo.lock` names: the tool must be exactly that one.
///
/// # Errors
/// When there is no `Cargo.lock`, or it has no such package.
pub fn wasm_bindgen_version(root: &Path) -> Result<String> {
    let text = fs::read_to_string(root.join("Cargo.lock")).map_err(|e| Error::io("reading Cargo.lock", e))?;
    locked(&text, "wasm-bindgen").ok_or_else(|| Error::Check("Cargo.lock names no wasm-bindgen".into()))
}

fn locked(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned)
}

/// Installs trunk where no fitting one is there.
///
/// # Errors
/// When `cargo install` fails.
pub fn ensure_trunk(root: &Path) -> Result<()> {
    let there = version_in(root, "trunk")?.is_some_and(|v| v.ends_with(TRUNK));
    if there {
        println!("  trunk {TRUNK}: there");
        return Ok(());
    }
    println!("  trunk {TRUNK}: installing into .tools (some minutes, once)");
    cargo_install(root, "trunk", "trunk", TRUNK)
}

/// Installs wasm-bindgen and its test runner where no fitting ones are there.
///
/// # Errors
/// When `cargo install` fails.
pub fn ensure_wasm_bindgen(root: &Path) -> Result<()> {
    let version = wasm_bindgen_version(root)?;
    let fits = |tool| Ok(version_in(root, tool)?.is_some_and(|v| v.ends_with(&version)));
    if fits("wasm-bindgen")? && fits("wasm-bindgen-test-runner")? {
        println!("  wasm-bindgen {version}: there");
        return Ok(());
    }
    println!("  wasm-bindgen {version}: installing into .tools (some minutes, once)");
    cargo_install(root, "wasm-bindgen-cli", "wasm-bindgen", &version)
}

/// Installs wasm-opt where none is there. Without npm the page is built all the same, only larger.
///
/// # Errors
/// When the stand-in cannot be written.
pub fn ensure_wasm_opt(root: &Path) -> Result<()> {
    if let Some(version) = version_in(root, "wasm-opt")?
        && wasm_opt_number(&version).is_some_and(|n| n >= OLDEST_WASM_OPT)
    {
        println!("  wasm-opt: there ({version})");
        return Ok(());
    }
    if npm_install(root, "binaryen", BINARYEN) {
        return Ok(());
    }
    println!(
        "  wasm-opt: not available (npm gives it); the page is built without it, a fifth larger, \
         and may miss its size budget"
    );
    stand_in(&root.join(".tools/no-wasm-opt"))
}

/// Installs esbuild where none is there. Without npm scripts stay as they are.
///
/// # Errors
/// When the `PATH` cannot be looked through.
pub fn ensure_esbuild(root: &Path) -> Result<()> {
    if let Some(version) = version_in(root, "esbuild")? {
        println!("  esbuild: there ({version})");
    } else if !npm_install(root, "esbuild", ESBUILD) {
        println!("  esbuild: not available (npm gives it); scripts stay 2 KB larger");
    }
    Ok(())
}

/// Installs a package of npm's into `.tools/NAME-VERSION`; says why where it cannot.
fn npm_install(root: &Path, package: &str, version: &str) -> bool {
    if run::which("npm").is_none() {
        return false;
    }
    println!("  {package} {version}: installing from npm into .tools");
    let dir = root.join(format!(".tools/{package}-{version}"));
    let mut npm = Command::new("npm");
    npm.current_dir(root)
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"])
        .arg("--prefix")
        .arg(&dir)
        .arg(format!("{package}@{version}"));
    let done = run::show(&mut npm);
    if let Err(error) = &done {
        println!("  {error}");
        // A half-installed folder would be first on the PATH.
        let _ = fs::remove_dir_all(&dir);
    }
    done.is_ok()
}

/// Trunk insists on a wasm-opt where the page asks for one; this one copies its input.
fn stand_in(dir: &Path) -> Result<()> {
    const SCRIPT: &str = "#!/bin/sh\n# Stands in for a missing wasm-opt: copies the input to --output=FILE.\n\
        if [ \"$1\" = --version ]; then echo 'wasm-opt version 0 (stand-in)'; exit 0; fi\n\
        for a; do case $a in --output=*) out=${a#--output=};; -*) ;; *) in=$a;; esac; done\n\
        exec cp \"$in\" \"$out\"\n";
    fs::create_dir_all(dir).map_err(|e| Error::io("creating .tools/no-wasm-opt", e))?;
    let file = dir.join("wasm-opt");
    fs::write(&file, SCRIPT).map_err(|e| Error::io("writing the stand-in for wasm-opt", e))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))
            .map_err(|e| Error::io("making the stand-in for wasm-opt executable", e))?;
    }
    Ok(())
}

/// What `TOOL --version` says, by the project's `PATH`.
fn version_in(root: &Path, tool: &str) -> Result<Option<String>> {
    Ok(run::which_in(tool, &path(root)?).and_then(|file| run::ask(file, &["--version"])))
}

/// `wasm-opt version 132 (version_132)` -> 132.
fn wasm_opt_number(version: &str) -> Option<u32> {
    version.split_whitespace().nth(2)?.parse().ok()
}

/// `cargo install`, tuned for the time until the tool is there: it runs for seconds, and compiles for
/// minutes, so optimisation costs more than it gives.
fn cargo_install(root: &Path, package: &str, folder: &str, version: &str) -> Result<()> {
    let tools = root.join(".tools");
    // Shared, so that what both tools depend on is built once; removed when all is well.
    let build = tools.join("build");
    let command = |locked: bool| {
        let mut cargo = run::cargo(root);
        cargo.args(["install", package, "--version", version, "--force"]);
        if locked {
            cargo.arg("--locked");
        }
        cargo
            .arg("--root")
            .arg(tools.join(format!("{folder}-{version}")))
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback");
        cargo
    };
    // The tested lock file first; a registry mirror may lack one of its versions.
    if let Err(error) = run::show(&mut command(true)) {
        println!("  {error}; trying again without its lock file");
        run::show(&mut command(false))?;
    }
    Ok(())
}

/// Removes what building the tools left behind.
///
/// # Errors
/// When the folder is there and cannot be removed.
pub fn clean(root: &Path) -> Result<()> {
    let build: PathBuf = root.join(".tools/build");
    if build.is_dir() {
        fs::remove_dir_all(&build).map_err(|e| Error::io("removing .tools/build", e))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Reading versions out of text.
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_exact_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked(lock, "trunk"), None);
    }

    #[test]
    fn wasm_opts_version_is_a_number() {
        assert_eq!(wasm_opt_number("wasm-opt version 132 (version_132)"), Some(132));
        assert_eq!(wasm_opt_number("wasm-opt version 0 (stand-in)"), Some(0));
    }
}
