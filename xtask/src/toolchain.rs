//! Which compiler makes WebAssembly on this machine.
//!
//! Ordinarily it is the toolchain in use, with the target that `rustup target add` installs. Where
//! rustup's server cannot be reached but Debian's packages can, it is Debian's own compiler with its
//! copy of the standard library's source, which cargo then builds for WebAssembly (`build-std`), and
//! the linker of the toolchain in use. Only commands for WebAssembly get that environment: tests of
//! the mathematics always run on the toolchain in use.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{Error, Result, run, setup::Apt};

/// The target's name.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The name under which rustup knows Debian's compiler.
const LINKED: &str = "scorescope-debian";
/// Where Debian installs it.
const PREFIX: &str = "/usr";
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// The package that brings clippy for it.
const CLIPPY: &str = "rust-web-clippy";
/// The oldest compiler the workspace builds with, as in `Cargo.toml`'s `rust-version`.
const OLDEST: (u32, u32) = (1, 92);
/// A download of the target takes seconds; a refused one fails at once. This is for silent networks.
const PATIENCE: Duration = Duration::from_secs(180);

/// A compiler for WebAssembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wasm {
    /// The toolchain in use has the target.
    Installed,
    /// Debian's compiler, building the standard library itself.
    Debian {
        /// The linker of the toolchain in use: Debian's compiler has none for WebAssembly.
        linker: PathBuf,
    },
}

impl Wasm {
    /// The variable with flags for the compiler that [`Wasm::apply`] sets.
    pub const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

    /// What this machine has now, if anything.
    ///
    /// # Errors
    /// When not even `rustc` runs.
    pub fn detect() -> Result<Option<Self>> {
        let sysroot = sysroot()?;
        if has_std(&sysroot) {
            return Ok(Some(Self::Installed));
        }
        let complete = source_is_there()
            && new_enough(&debian("bin/rustc"))
            && debian("bin/cargo").is_file()
            && is_linked();
        Ok(match (complete, linker(&sysroot)) {
            (true, Some(linker)) => Some(Self::Debian { linker }),
            _ => None,
        })
    }

    /// As [`Wasm::detect`], but absence is an error.
    ///
    /// # Errors
    /// When this machine has no compiler for WebAssembly yet.
    pub fn require() -> Result<Self> {
        Self::detect()?.ok_or_else(|| {
            Error::missing(format!("a compiler for {TARGET}"), "Run `cargo xtask setup` first.")
        })
    }

    /// Prepares a command (cargo, trunk) to compile for WebAssembly.
    pub fn apply(&self, command: &mut Command) {
        // Added to the flags of .cargo/config.toml: messages of panics carry the places of
        // sources, and a page for everyone shall not name the folders of the machine it was
        // built on (nor differ by them).
        if let Some(sources) = registry_sources() {
            command.env(Self::FLAGS, format!("--remap-path-prefix={}=crates", sources.display()));
        }
        if let Self::Debian { linker } = self {
            command
                .env("RUSTUP_TOOLCHAIN", LINKED)
                // Debian's compiler is a stable one; building std asks for an unstable flag of cargo.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }

    /// One line saying which it is.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Installed => "the target of the toolchain in use",
            Self::Debian { .. } => "Debian's compiler, building the standard library",
        }
    }
}

/// The folder that holds the sources of all crates, if there is just one registry's.
fn registry_sources() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let mut registries = std::fs::read_dir(home.join("registry/src")).ok()?;
    let only = registries.next()?.ok()?.path();
    // Flags are split at spaces.
    let usable = registries.next().is_none() && !only.to_string_lossy().contains(' ');
    usable.then_some(only)
}

/// Installs what is missing to compile for WebAssembly, and with `clippy` to lint it too.
///
/// # Errors
/// When neither rustup nor Debian's packages can give a compiler.
pub fn ensure(root: &Path, apt: &mut Apt, clippy: bool) -> Result<Wasm> {
    let wasm = match Wasm::detect()? {
        Some(wasm) => {
            println!("  {TARGET}: there ({})", wasm.describe());
            wasm
        }
        None => install(root, apt)?,
    };
    if clippy && matches!(wasm, Wasm::Debian { .. }) && !debian("bin/cargo-clippy").is_file() {
        println!("  clippy for {TARGET}: installing");
        apt.install(&[CLIPPY], "The lints of the page need it.")?;
    }
    Ok(wasm)
}

fn install(root: &Path, apt: &mut Apt) -> Result<Wasm> {
    if run::which("rustup").is_none() {
        return Err(Error::missing(
            "rustup",
            "Get it from https://rustup.rs, or install the wasm32-unknown-unknown standard library \
             for your Rust by your system's own means.",
        ));
    }
    println!("  {TARGET}: asking rustup");
    let mut add = Command::new("rustup");
    add.current_dir(root).args(["target", "add", TARGET]);
    match run::within(PATIENCE, &mut add) {
        Ok(()) if has_std(&sysroot()?) => return Ok(Wasm::Installed),
        Ok(()) => println!("  rustup was content, but the target's standard library is not there"),
        Err(error) => println!("  {error}"),
    }
    println!("  {TARGET}: rustup cannot give it; falling back on Debian's compiler");
    let advice = "Either let `rustup target add wasm32-unknown-unknown` reach its server, or use a \
                  Debian or Ubuntu machine with the packages rustc-web, cargo-web and rust-web-src.";
    if !source_is_there() || !debian("bin/cargo").is_file() || !debian("bin/rustc").is_file() {
        apt.install(&PACKAGES, advice)?;
    }
    if !new_enough(&debian("bin/rustc")) {
        return Err(Error::missing(
            format!("a compiler for {TARGET} of version {}.{} or newer", OLDEST.0, OLDEST.1),
            advice,
        ));
    }
    if !is_linked() {
        run::show(Command::new("rustup").args(["toolchain", "link", LINKED, PREFIX]))?;
    }
    if linker(&sysroot()?).is_none() {
        return Err(Error::missing(
            "rust-lld, the linker for WebAssembly, in the toolchain in use",
            "Use a toolchain of rustup's: `rustup default stable`.",
        ));
    }
    Wasm::require()
}

/// The root of the toolchain in use.
fn sysroot() -> Result<PathBuf> {
    Ok(PathBuf::from(run::quiet(Command::new("rustc").args(["--print", "sysroot"]))?.trim()))
}

/// A target whose folder is there but empty (a broken download) does not count.
fn has_std(sysroot: &Path) -> bool {
    std::fs::read_dir(sysroot.join("lib/rustlib").join(TARGET).join("lib"))
        .is_ok_and(|dir| dir.flatten().any(|e| e.file_name().to_string_lossy().starts_with("libstd-")))
}

fn linker(sysroot: &Path) -> Option<PathBuf> {
    std::fs::read_dir(sysroot.join("lib/rustlib"))
        .ok()?
        .flatten()
        .map(|e| e.path().join("bin").join(format!("rust-lld{}", std::env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

fn debian(path: &str) -> PathBuf {
    Path::new(PREFIX).join(path)
}

fn source_is_there() -> bool {
    debian("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
}

fn is_linked() -> bool {
    run::ask("rustup", &["toolchain", "list"])
        .is_some_and(|list| list.lines().any(|line| line.split_whitespace().next() == Some(LINKED)))
}

fn new_enough(rustc: &Path) -> bool {
    run::ask(rustc, &["--version"]).and_then(|text| minor(&text)).is_some_and(|v| v >= OLDEST)
}

/// `rustc 1.96.0 (…)` -> (1, 96).
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split_whitespace().nth(1)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    //! Only what needs no second compiler.
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(minor("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some((1, 96)));
        assert!(minor("rustc 1.100.0") > Some(OLDEST));
        assert_eq!(minor("no version"), None);
    }

    #[test]
    fn only_the_fallback_changes_a_commands_environment() {
        let mut command = Command::new("cargo");
        Wasm::Installed.apply(&mut command);
        assert!(command.get_envs().all(|(name, _)| name == "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS"));
        Wasm::Debian { linker: "lld".into() }.apply(&mut command);
        assert!(command.get_envs().any(|(k, v)| k == "RUSTUP_TOOLCHAIN" && v == Some(LINKED.as_ref())));
    }
}
