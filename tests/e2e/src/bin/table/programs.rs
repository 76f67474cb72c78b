//! The programs that are timed natively: Scorescope's command line and the peers in Python.

use scorescope_e2e::{Outcome, Value};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The peers that are installed.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    /// The interpreter that has them.
    python: Option<PathBuf>,
    folder: PathBuf,
    /// Name and arguments of each for W1.
    pub(crate) w1: Vec<(String, Vec<String>)>,
    /// The same for W2.
    pub(crate) w2: Vec<(String, Vec<String>)>,
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
            let named = |name: &str, peer: &str, more: &[&str]| {
                let fixed = ["--peer", peer, "--threads", "2", "--repeats", "5"];
                (name.to_owned(), fixed.iter().chain(more).map(ToString::to_string).collect())
            };
            peers.w1 =
                vec![named("NumPy", "numpy", &[]), named("JAX", "jax", &[]), named("PyTorch", "torch", &[])];
            peers.w2 = vec![
                named("JAX, blurs", "jax", &[]),
                named("NumPy, blurs", "numpy", &[]),
                named("JAX, plain estimator (extrapolated)", "jax", &["--plain"]),
            ];
            peers.python = Some(python);
        } else {
            peers.missing.push("the Python peers".to_owned());
        }
        if root.join("benches/peers/tfjs/node_modules/@tensorflow/tfjs").is_dir() {
            peers.tfjs = ["wasm", "webgl", "cpu"].map(str::to_owned).to_vec();
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
