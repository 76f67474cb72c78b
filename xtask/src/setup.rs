//! Installs what is missing, says what it does, and can be run again at any time.
//!
//! Inside the repository (`.tools/`) wherever possible; outside it only rustup's target and, where
//! `apt-get` is there, Debian packages. What it cannot install it names.

use std::{path::Path, process::Command, time::Instant};

use crate::{Error, Result, run, steps::seconds, toolchain, tools};

/// What a command is going to do, and so what it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Compiling for WebAssembly.
    pub wasm: bool,
    /// Bundling the page.
    pub page: bool,
    /// Running a browser.
    pub browser: bool,
    /// Formatting and linting.
    pub lints: bool,
    /// A GPU, if only one in software, and NumPy: the native tests ask for them.
    pub gpu: bool,
}

impl Needs {
    /// Building the page.
    pub const PAGE: Self = Self { wasm: true, page: true, browser: false, lints: false, gpu: false };
    /// Everything.
    pub const ALL: Self = Self { wasm: true, page: true, browser: true, lints: true, gpu: true };
}

/// Installs what `needs` asks for and the machine lacks.
///
/// # Errors
/// Names what is missing and how to get it.
pub fn run(root: &Path, needs: Needs) -> Result<()> {
    let start = Instant::now();
    println!("Set-up");
    let mut apt = Apt::default();
    if needs.lints {
        timed(|| ensure_lints(root))?;
    }
    if needs.wasm {
        timed(|| toolchain::ensure(root, &mut apt, needs.lints).map(|_| ()))?;
        timed(|| tools::ensure_wasm_bindgen(root))?;
    }
    if needs.page {
        timed(|| tools::ensure_trunk(root))?;
        timed(|| tools::ensure_wasm_opt(root))?;
        timed(|| tools::ensure_esbuild(root))?;
    }
    tools::clean(root)?;
    if needs.browser {
        timed(|| ensure_browser(&mut apt))?;
    }
    if needs.gpu {
        timed(|| ensure_vulkan(&mut apt))?;
        timed(|| ensure_numpy(root))?;
    }
    println!("Set-up is complete ({})", seconds(start.elapsed()));
    Ok(())
}

/// Adds the time to what took more than a moment.
fn timed(body: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    let result = body();
    if start.elapsed().as_secs() >= 2 {
        println!("    took {}", seconds(start.elapsed()));
    }
    result
}

/// rustup's minimal profile has neither rustfmt nor clippy.
fn ensure_lints(root: &Path) -> Result<()> {
    for (tool, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        // rustup puts a stand-in on the PATH even where the component is absent: ask it to run.
        if run::ask(tool, &["--version"]).is_some() {
            println!("  {component}: there");
            continue;
        }
        println!("  {component}: asking rustup");
        run::show(Command::new("rustup").current_dir(root).args(["component", "add", component]))
            .map_err(|e| Error::missing(component, format!("{e}. Install it for your toolchain.")))?;
    }
    Ok(())
}

/// The browsers' names, by how the tests prefer them.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Chromium and its driver: only the tests need them.
fn ensure_browser(apt: &mut Apt) -> Result<()> {
    let browser = || BROWSERS.iter().find(|name| run::which(name).is_some());
    let driver = || run::which("chromedriver").is_some();
    if browser().is_none() || !driver() {
        println!("  Chromium and chromedriver: installing Debian's");
        apt.install(
            &["chromium", "chromium-driver"],
            "The tests need Chromium or Chrome and the chromedriver of the same version on the PATH.",
        )?;
    }
    match browser() {
        Some(name) if driver() => {
            println!("  browser: there ({name} and chromedriver)");
            Ok(())
        }
        _ => Err(Error::missing(
            "Chromium or chromedriver",
            "Put both, of the same version, on the PATH; only the tests need them.",
        )),
    }
}

/// Whether a Vulkan driver is installed, for a GPU or in software.
#[must_use]
pub fn has_vulkan() -> bool {
    ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"]
        .iter()
        .any(|folder| std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()))
}

/// A Vulkan driver in software; without one the tests on a GPU are left out, and say so.
fn ensure_vulkan(apt: &mut Apt) -> Result<()> {
    if !has_vulkan() {
        println!("  Vulkan: installing Debian's driver in software");
        let advice = "The tests of the kernels on a GPU want a Vulkan driver.";
        if let Err(error) = apt.install(&["mesa-vulkan-drivers"], advice) {
            println!("  {error}; the tests on a GPU are left out");
            return Ok(());
        }
    }
    println!("  Vulkan: there");
    Ok(())
}

/// NumPy in a virtual environment of its own, for the scripts that recompute a figure's numbers; without it
/// their tests are left out, and say so.
fn ensure_numpy(root: &Path) -> Result<()> {
    let environment = root.join(".tools/numpy");
    let python = environment.join("bin/python");
    let works = || {
        let mut asked = Command::new(&python);
        asked.args(["-c", "import numpy"]).stderr(std::process::Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    };
    if !works() {
        println!("  NumPy: installing it into .tools");
        let made = run::show(Command::new("python3").args(["-m", "venv"]).arg(&environment)).and_then(|()| {
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "numpy"];
            run::show(Command::new(&python).args(pip))
        });
        if let Err(error) = made {
            println!("  {error}; the tests of the NumPy scripts are left out");
            return Ok(());
        }
    }
    println!("  NumPy: there");
    Ok(())
}

/// Debian's package manager, which may be absent or not allowed.
#[derive(Debug, Default)]
pub struct Apt {
    updated: bool,
}

impl Apt {
    /// Installs packages; `advice` tells the reader what else would do.
    ///
    /// # Errors
    /// Where there is no `apt-get`, no right to use it, or no such package.
    pub fn install(&mut self, packages: &[&str], advice: &str) -> Result<()> {
        let names = packages.join(" ");
        if run::which("apt-get").is_none() {
            return Err(Error::missing(names, advice));
        }
        let Some(mut first) = Self::command() else {
            return Err(Error::missing(
                names.as_str(),
                format!("Run `sudo apt-get install --no-install-recommends {names}` and try again. {advice}"),
            ));
        };
        let install = ["install", "-y", "--no-install-recommends"];
        if run::show(first.args(install).args(packages)).is_ok() {
            return Ok(());
        }
        if !self.updated {
            // A fresh container has no package lists, or stale ones.
            self.updated = true;
            if let Some(mut update) = Self::command() {
                let _ = run::show(update.arg("update"));
            }
            if let Some(mut second) = Self::command()
                && run::show(second.args(install).args(packages)).is_ok()
            {
                return Ok(());
            }
        }
        Err(Error::missing(names, format!("apt-get could not install it. {advice}")))
    }

    /// `apt-get` with the right to install, if we have it without asking for a password.
    fn command() -> Option<Command> {
        if is_root() {
            let mut apt = Command::new("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            return Some(apt);
        }
        run::which("sudo")?;
        let allowed = Command::new("sudo")
            .args(["-n", "true"])
            .stderr(std::process::Stdio::null())
            .status()
            .is_ok_and(|s| s.success());
        allowed.then(|| {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        })
    }
}

/// Whether we run as root: then apt needs no sudo, and Chromium needs `--no-sandbox`.
#[must_use]
pub fn is_root() -> bool {
    run::ask("id", &["-u"]).as_deref() == Some("0")
}
