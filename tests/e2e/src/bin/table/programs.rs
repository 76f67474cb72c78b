//! The programs that are timed natively: Scorescope's command line and the peers in Python.

use scorescope_e2e::{Outcome, Value};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Ends the names of peers that are written as in a notebook, and of those rewritten for speed.
pub(crate) const NOTEBOOK: &str = ", as in a notebook";
pub(crate) const TUNED: &str = ", tuned";

/// The peers that are installed.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    /// The interpreter that has them.
    python: Option<PathBuf>,
    folder: PathBuf,
    /// Name, script and arguments of each for W1.
    pub(crate) w1: Vec<(String, &'static str, Vec<String>)>,
    /// The same for W2.
    pub(crate) w2: Vec<(String, &'static str, Vec<String>)>,
    /// Backends of TensorFlow.js.
    pub(crate) tfjs: Vec<String>,
    /// What is missing.
    pub(crate) missing: Vec<String>,
}

impl Peers {
    /// Looks for the virtual environment and the packages that `cargo xtask bench` installs.
    pub(crate) fn find(root: &Path) -> Self {
        let mut peers = Self { folder: root.join("benches/peers"), ..Self::default() };
        let python = root.join(".tools/peers/bin/python");
        if python.is_file() {
            let named = |name: &str, script: &'static str, peer: &str, repeats: &str, more: &[&str]| {
                let fixed = ["--peer", peer, "--threads", "2", "--repeats", repeats];
                (name.to_owned(), script, fixed.iter().chain(more).map(ToString::to_string).collect())
            };
            for (name, peer) in [("NumPy", "numpy"), ("JAX", "jax"), ("PyTorch", "torch")] {
                peers.w1.push(named(&format!("{name}{NOTEBOOK}"), "w1_notebook.py", peer, "1", &[]));
                peers.w1.push(named(&format!("{name}{TUNED}"), "w1.py", peer, "7", &[]));
            }
            peers.w2 = vec![
                named("JAX, blurs, tuned", "w2.py", "jax", "20", &[]),
                named("NumPy, blurs, tuned", "w2.py", "numpy", "20", &[]),
            ];
            peers.w2.push(named("JAX, plain estimator (extrapolated)", "w2.py", "jax", "1", &["--plain"]));
            peers.python = Some(python);
        } else {
            peers.missing.push("the Python peers".to_owned());
        }
        if root.join("benches/peers/tfjs/node_modules/@tensorflow/tfjs").is_dir() {
            peers.tfjs = ["wasm", "webgl"].map(str::to_owned).to_vec();
        } else {
            peers.missing.push("TensorFlow.js".to_owned());
        }
        peers
    }
}

/// `scorescope bench …`.
pub(crate) fn native(root: &Path, arguments: &[&str]) -> Outcome<Value> {
    let mut command = Command::new(root.join("target/fast/scorescope"));
    line(command.arg("bench").args(arguments))
}

/// A peer's script.
pub(crate) fn python(peers: &Peers, script: &str, arguments: &[String]) -> Outcome<Value> {
    let python = peers.python.as_ref().ok_or("no Python peers")?;
    line(Command::new(python).current_dir(&peers.folder).arg(script).args(arguments))
}

/// Runs a program that prints one line of JSON.
fn line(command: &mut Command) -> Outcome<Value> {
    let output = command.output().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    serde_json::from_str(last).map_err(|_| {
        let error = String::from_utf8_lossy(&output.stderr);
        format!("{command:?} printed no JSON: {}", error.trim()).into()
    })
}
