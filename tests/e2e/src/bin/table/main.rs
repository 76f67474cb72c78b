//! Measures Scorescope and its peers in one run and writes `benches/RESULTS.md`.
//!
//! What is compared takes turns, so that what else the machine does falls on all alike; a ratio is
//! the median of the rounds' ratios. `cargo xtask bench` builds what this needs and calls it; what
//! is not there (a peer that could not be installed) is left out and said to be. The arguments
//! `frames` and `learn` measure the frames or training alone and write nothing.

mod browser;
mod frames;
mod programs;
mod report;

use programs::{Peers, native, python};
use report::{Rounds, Table};
use scorescope_e2e::Outcome;
use std::path::Path;

/// Rounds in which all take their turns.
const ROUNDS: usize = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let root = xtask::root()?;
    let peers = Peers::find(&root);
    let mut table = Table::default();
    if std::env::args().nth(1).as_deref() == Some("learn") {
        table.training(&training(&root, &peers).await?);
        println!("{}", table.finish(&peers)?);
        return Ok(());
    }
    if std::env::args().nth(1).as_deref() == Some("frames") {
        for (what, frames) in frames::all().await? {
            table.frames(what, &frames);
        }
        println!("{}", table.finish(&peers)?);
        return Ok(());
    }

    let mut w1 = Rounds::new("component_evaluations_per_second", true);
    let mut w2 = Rounds::new("median_seconds", false);
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS}: W1");
        for threads in ["1", "2"] {
            w1.add(&format!("native, {threads} threads"), native(&root, &["w1", "--threads", threads])?);
        }
        for (name, script, arguments) in &peers.w1 {
            w1.add(name, python(&peers, script, arguments)?);
        }
        w1.add("browser, workers", browser::ours(&root, "job=w1").await?);
        for backend in &peers.tfjs {
            w1.add(&format!("TensorFlow.js, {backend}"), browser::tfjs(&root, backend).await?);
        }
        println!("round {round} of {ROUNDS}: W2");
        for quality in ["coarse", "good"] {
            let arguments = ["w2", "--threads", "2", "--quality", quality];
            w2.add(&format!("native, {quality}"), native(&root, &arguments)?);
            let query = format!("job=w2&quality={quality}");
            w2.add(&format!("browser, {quality}"), browser::ours(&root, &query).await?);
        }
        for (name, script, arguments) in &peers.w2 {
            w2.add(name, python(&peers, script, arguments)?);
        }
    }
    println!("training, growth, sizes, frames");
    table.w1(&w1);
    let limits = ["1", "2"].map(|threads| native(&root, &["limit", "--threads", threads]));
    for (threads, limit) in ["1", "2"].into_iter().zip(limits) {
        table.limit(&w1, &format!("native, {threads} threads"), &limit?);
    }
    table.w2(&w2);
    table.training(&training(&root, &peers).await?);
    table.scaling(&native(&root, &["scaling", "--threads", "1", "--repeats", "3"])?);
    table.sizes(&root)?;
    for (what, frames) in frames::all().await? {
        table.frames(what, &frames);
    }
    let text = table.finish(&peers)?;
    std::fs::write(root.join("benches/RESULTS.md"), &text)?;
    println!("{text}");
    Ok(())
}

/// Steps of training a second, all in turns.
async fn training(root: &Path, peers: &Peers) -> Outcome<Rounds> {
    let mut rounds = Rounds::new("steps_per_second", true);
    for _ in 0..ROUNDS {
        let mut ours = browser::training(root).await?;
        rounds.add(report::GIVEN, ours["given"].take());
        rounds.add(report::WHOLE, ours["whole"].take());
        // Its two backends for processors; one of them is plain JavaScript.
        let backends: &[&str] = if peers.tfjs.is_empty() { &[] } else { &["wasm", "cpu"] };
        for backend in backends {
            rounds.add(&format!("TensorFlow.js, {backend}"), browser::tfjs_training(root, backend).await?);
        }
    }
    Ok(rounds)
}
