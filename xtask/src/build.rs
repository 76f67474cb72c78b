//! The page: trunk builds it beside `dist/`, it is finished and checked there, and only a page that
//! passed every check replaces the one in `dist/`.

use std::{fs, path::Path, process::Command, time::Instant};

use crate::{
    Error, Result, dist, modules,
    publish::{self, Publication},
    run,
    steps::seconds,
    toolchain::Wasm,
    tools,
};

/// Builds, checks and weighs the page, and puts it in `dist/`.
///
/// # Errors
/// When it does not compile, breaks its security policy, or is over its budget. `dist/` then keeps
/// the page it had.
pub fn page(root: &Path, publication: &Publication) -> Result<()> {
    let start = Instant::now();
    if !root.join("index.html").is_file() {
        return Err(Error::Check("there is no index.html to build".into()));
    }
    // Trunk runs offline below, so that it never downloads a tool by itself; then cargo must have
    // every crate already. A failure here only matters if one is really missing.
    let wasm = Wasm::require()?;
    let mut fetch = run::cargo(root);
    wasm.apply(fetch.args(["fetch", "--quiet", "--locked"]));
    if let Err(error) = run::show(&mut fetch) {
        println!("  {error}; going on with the crates that are here");
    }
    let staging = root.join("target/dist-staging");
    let mut trunk = Command::new("trunk");
    trunk
        .current_dir(root)
        .args(["build", "--release", "--dist"])
        .arg(&staging)
        .env("PATH", tools::path(root)?)
        .env("TRUNK_OFFLINE", "true")
        .env_remove("CARGO")
        // Its errors come with a page of its own call stack otherwise.
        .env_remove("RUST_BACKTRACE")
        // Trunk takes only `true` for a value, and ends with an error at the usual `1`.
        .env_remove("NO_COLOR");
    wasm.apply(&mut trunk);
    run::show(&mut trunk)?;
    modules::fast(root, &staging, &wasm)?;
    modules::labs(root, &staging, &wasm)?;
    modules::learn(root, &staging, &wasm)?;
    modules::digits(root, &staging)?;
    modules::translation(root, &staging, &wasm)?;
    dist::externalise_scripts(&staging, &dist::read(&root.join("src/page/start.js"))?)?;
    publish::publish(root, &staging, publication)?;
    minify(root, &staging)?;
    dist::check_policies(&staging)?;
    let weights = dist::weigh(&staging)?;
    dist::check_budget(&weights)?;
    // But for the module of the first lab: not every visitor asks for that one.
    let every = weights.into_iter().filter(|w| w.first_load && !w.name.starts_with("app-"));
    let first: Vec<String> = every.map(|w| w.name).collect();
    publish::service_worker(root, &staging, &first)?;
    publish::compress(&staging)?;
    replace(&staging, &root.join("dist"))?;
    println!("The page is in dist/ ({})", seconds(start.elapsed()));
    Ok(())
}

/// Takes spaces, comments and long names out of the scripts; trunk's own minifier does not read
/// what wasm-bindgen writes.
fn minify(root: &Path, dist: &Path) -> Result<()> {
    let path = tools::path(root)?;
    if run::which_in("esbuild", &path).is_none() {
        return Ok(());
    }
    for name in dist::files(dist)?.iter().filter(|name| wants(name)) {
        let file = dist.join(name);
        let mut esbuild = Command::new("esbuild");
        esbuild
            .env("PATH", &path)
            .args(["--minify", "--format=esm", "--log-level=warning", "--allow-overwrite"])
            .arg(&file)
            .arg(format!("--outfile={}", file.display()));
        run::show(&mut esbuild)?;
    }
    Ok(())
}

/// The main style sheet is trunk's, and `embed.js` is for people to read.
fn wants(name: &str) -> bool {
    name.ends_with(".js") && name != "embed.js" || name.starts_with("labs-") && name.ends_with(".css")
}

fn replace(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to).map_err(|e| Error::io("removing the old dist/", e))?;
    }
    fs::rename(from, to).map_err(|e| Error::io("moving the new page to dist/", e))
}
