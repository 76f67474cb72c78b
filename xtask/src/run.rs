//! Child processes: shown, quiet, with a time limit, or with the tests' results counted as they pass by.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Error, Result, steps::Tally};

/// `cargo`, to be run in `root`, without what the cargo that started us left in the environment.
#[must_use]
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    // With CARGO set, a nested cargo hands *our* cargo to build scripts, even under another toolchain.
    command.current_dir(root).env_remove("CARGO").env_remove("CARGO_MANIFEST_DIR");
    command
}

/// The command as a person would type it.
#[must_use]
pub fn line(command: &Command) -> String {
    let word = |w: &OsStr| {
        let w = w.to_string_lossy();
        if w.is_empty() || w.contains([' ', '"', '*', '$']) { format!("'{w}'") } else { w.into_owned() }
    };
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(word(program)).chain(command.get_args().map(word)).collect::<Vec<_>>().join(" ")
}

/// Prints the command, runs it with our own input and output, and asks that it succeeds.
///
/// # Errors
/// When it cannot start or reports failure.
pub fn show(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command.status().map_err(|e| cannot_start(command, e))?;
    if status.success() { Ok(()) } else { Err(Error::failed(line(command), status)) }
}

/// Runs the command silently and returns its standard output; its error output appears only when it fails.
///
/// # Errors
/// When it cannot start or reports failure.
pub fn quiet(command: &mut Command) -> Result<String> {
    let out = command.stdin(Stdio::null()).output().map_err(|e| cannot_start(command, e))?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
    }
    eprint!("{}", String::from_utf8_lossy(&out.stderr));
    Err(Error::failed(line(command), out.status))
}

/// The first line of `PROGRAM ARGS`, or nothing where it does not run: for asking a version.
#[must_use]
pub fn ask(program: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
    let out = Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).trim().to_owned();
    (out.status.success() && !text.is_empty()).then_some(text)
}

/// As [`show`], but ends the program when `limit` has passed.
///
/// # Errors
/// When it cannot start, reports failure, or takes too long.
pub fn within(limit: Duration, command: &mut Command) -> Result<()> {
    announce(command);
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).spawn().map_err(|e| cannot_start(command, e))?;
    loop {
        match child.try_wait().map_err(|e| Error::io(format!("waiting for {}", line(command)), e))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(Error::failed(line(command), status)),
            None if start.elapsed() > limit => {
                // Best effort: whether or not the kill arrives, we go on without it.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Error::Check(format!(
                    "`{}` was stopped after {} s",
                    line(command),
                    limit.as_secs()
                )));
            }
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Runs a test command, passing its output through while counting the `test result:` lines.
///
/// # Errors
/// When it cannot start. A failing test is no error here: it is in the tally.
pub fn tests(command: &mut Command) -> Result<(Tally, Option<Error>)> {
    announce(command);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|e| cannot_start(command, e))?;
    let mut tally = Tally::default();
    if let Some(out) = child.stdout.take() {
        let mut lines = BufReader::new(out);
        let mut buffer = Vec::new();
        // Bytes, not `lines()`: a test may print something that is no UTF-8.
        while lines.read_until(b'\n', &mut buffer).is_ok_and(|n| n > 0) {
            let _ = std::io::stdout().write_all(&buffer);
            tally += Tally::read(&String::from_utf8_lossy(&buffer));
            buffer.clear();
        }
    }
    let status = child.wait().map_err(|e| Error::io(format!("waiting for {}", line(command)), e))?;
    Ok((tally, (!status.success()).then(|| Error::failed(line(command), status))))
}

/// The program's full path, when the `PATH` has it.
#[must_use]
pub fn which(name: &str) -> Option<PathBuf> {
    which_in(name, &env::var_os("PATH")?)
}

/// The program's full path, when one of `path`'s folders has it.
#[must_use]
pub fn which_in(name: &str, path: &OsStr) -> Option<PathBuf> {
    env::split_paths(path)
        .map(|dir| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

fn announce(command: &Command) {
    println!("$ {}", line(command));
}

fn cannot_start(command: &Command, source: std::io::Error) -> Error {
    Error::io(format!("starting `{}`", line(command)), source)
}
