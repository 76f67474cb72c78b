//! The accessibility checker axe-core, from npm; without npm its checks are left out, and said to be.

use std::{fs, path::Path, process::Command};

use crate::{Outcome, Page};

/// The version whose rules the page is held to.
const VERSION: &str = "4.14.1";

/// The checker's script, from `target/axe`, fetched there the first time; `None`, with a note, where it
/// cannot be had.
#[must_use]
pub fn source() -> Option<String> {
    let folder = xtask::root().ok()?.join("target/axe").join(VERSION);
    let file = folder.join("package/axe.min.js");
    if !file.is_file()
        && let Err(error) = fetch(&folder)
    {
        println!("axe-core cannot be had ({error}); its checks are left out");
        return None;
    }
    fs::read_to_string(file).ok()
}

fn fetch(folder: &Path) -> Outcome {
    fs::create_dir_all(folder)?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--fetch-retries=1", "--fetch-timeout=20000"])
        .arg(format!("axe-core@{VERSION}"));
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(format!("axe-core-{VERSION}.tgz"));
    for command in [&mut npm, &mut tar] {
        let output = command.current_dir(folder).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned().into());
        }
    }
    Ok(())
}

/// What the checker finds wrong with the page as it is now: the rule, and the elements that break it.
///
/// # Errors
/// When it does not run.
pub async fn run(page: &Page, source: &str, state: &str) -> Outcome<Vec<String>> {
    page.browser.execute(source, Vec::new()).await?;
    let script = r"
        const done = arguments[0];
        axe.run(document, { resultTypes: ['violations'] }).then(
            r => done(r.violations.map(v => `${v.id} (${v.impact}): ${v.help}: `
                + v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' [' + n.any.concat(n.all, n.none).map(c => c.message).join(' ') + ']').join(', '))),
            e => done(['axe-core failed: ' + e]));";
    let found = page.browser.execute_async(script, Vec::new()).await?;
    let found: Vec<String> = serde_json::from_value(found.json().clone())?;
    Ok(found.into_iter().map(|v| format!("{state}: {v}")).collect())
}
