//! The modules beside the page's own: that of the fast workers, compiled for speed and not for size,
//! which the page loads when a job wants it, and that of all labs but the first, which the start
//! script loads instead of the page's own when the address names one of them. They are put beside the
//! page, as is the file of the handwritten digits, under names that tell their content, and noted in it.

use std::{fs, path::Path, process::Command};

use flate2::Crc;

use crate::{Error, Result, dist, run, toolchain::TARGET, toolchain::Wasm, tools, twins, words};

/// What the module is compiled with.
pub const FEATURES: &str = "fast,gpu";

/// The catalogue of translations.
pub const CATALOGUE: &str = "src/words/ja.txt";

/// Copies of a function for several types stand next to each other: 1.5 % off what is sent, compressed.
const ALIKE: &str = "--reorder-functions-by-name";

/// Compiles the module of the fast workers, puts it into the folder of the page, and notes in the
/// page where it is.
///
/// # Errors
/// When it does not compile or the folder cannot be changed.
pub fn fast(root: &Path, folder: &Path, wasm: &Wasm) -> Result<()> {
    fast_profile(root, "fast", FEATURES, wasm)?;
    finish(root, folder, "fast", "fast", &["-O3", "--low-memory-unused", ALIKE])?;
    Ok(())
}

/// The same for the module of all labs but the first, which is compiled as the page's own is.
///
/// # Errors
/// When it does not compile or the folder cannot be changed.
pub fn labs(root: &Path, folder: &Path, wasm: &Wasm) -> Result<()> {
    let mut cargo = run::cargo(root);
    wasm.apply(cargo.args(["build", "--quiet", "--release", "--bin", "labs", "--target", TARGET]));
    run::show(cargo.args(["--features", "labs"]))?;
    // As for the page's own, in index.html.
    finish(
        root,
        folder,
        "labs",
        "release",
        &["-Oz", "--low-memory-unused", "--remove-exports=*intounderlying*", ALIKE],
    )?;
    let style = place(&root.join("style/labs.css"), folder, "labs", "css")?;
    note(folder, &[("labs-style", &style)])
}

/// The same for the module that trains networks, which loads when a visitor asks for that.
///
/// # Errors
/// When it does not compile or the folder cannot be changed.
pub fn learn(root: &Path, folder: &Path, wasm: &Wasm) -> Result<()> {
    fast_profile(root, "learn", "learn", wasm)?;
    let size = finish(root, folder, "learn", "fast", &["-O3", "--low-memory-unused", ALIKE])?;
    // For the bar that shows how much of it has come.
    insert(folder, &[("learn-size", size.to_string())])
}

/// Compiles a module for speed and not for size.
fn fast_profile(root: &Path, name: &str, features: &str, wasm: &Wasm) -> Result<()> {
    let mut cargo = run::cargo(root);
    wasm.apply(cargo.args(["build", "--quiet", "--profile", "fast", "--bin", name, "--target", TARGET]));
    cargo.args(["--no-default-features", "--features", features]);
    // In place of .cargo/config.toml's, which are for size.
    let remap = cargo.get_envs().find(|(name, _)| *name == Wasm::FLAGS).and_then(|(_, value)| value);
    let flags = format!("-Ctarget-feature=+simd128 {}", remap.unwrap_or_default().to_string_lossy());
    run::show(cargo.env("RUSTFLAGS", flags.trim()))
}

/// Puts the handwritten digits beside the page, which fetches them when they are asked for.
///
/// # Errors
/// When the folder cannot be changed.
pub fn digits(root: &Path, folder: &Path) -> Result<()> {
    let name = place(&root.join("src/labs/digits/optdigits.bin"), folder, "digits", "bin")?;
    note(folder, &[("digits-data", &name)])
}

/// Puts the translation beside the page, as it was made where the module of the labs was compiled, and what of it
/// concerns the page itself into the page.
///
/// # Errors
/// When the catalogue is wrong or has not all of the page's texts, or when the folder cannot be changed.
pub fn translation(root: &Path, folder: &Path, wasm: &Wasm) -> Result<()> {
    let mut cargo = run::cargo(root);
    wasm.apply(cargo.args(["build", "--quiet", "--release", "--bin", "labs", "--target", TARGET]));
    // Nothing is left to be compiled: it is only asked where things are.
    let told = run::quiet(cargo.args(["--features", "labs", "--message-format", "json"]))?;
    let made =
        generated(&told).ok_or_else(|| Error::Check("cargo does not say where build.rs wrote".into()))?;
    let name = place(&Path::new(made).join("words-ja.txt"), folder, "words-ja", "txt")?;
    let script = place(&root.join("src/page/words.js"), folder, "words", "js")?;
    note(folder, &[("words-ja", &name), ("words", &script)])?;

    let read = |file: &Path| {
        fs::read_to_string(file).map_err(|e| Error::io(format!("reading {}", file.display()), e))
    };
    let catalogue =
        words::parse(&read(&root.join(CATALOGUE))?).map_err(|e| Error::Check(format!("{CATALOGUE}: {e}")))?;
    let file = folder.join("index.html");
    let page = twins::fill(&read(&file)?, &catalogue)
        .map_err(|e| Error::Check(format!("texts of index.html that are not in {CATALOGUE}:\n{e}")))?;
    fs::write(&file, page).map_err(|e| Error::io("writing the page", e))
}

/// The folder that the page's own build script wrote into, from cargo's messages: `…/build/scorescope-HASH/out`.
fn generated(messages: &str) -> Option<&str> {
    let scripts = messages.lines().filter(|line| line.contains("\"reason\":\"build-script-executed\""));
    let mut folders =
        scripts.filter_map(|line| Some(line.split_once("\"out_dir\":\"")?.1.split_once('"')?.0));
    folders.find(|folder| {
        let mut parts = folder.rsplit(['/', '\\']).filter(|part| !part.is_empty());
        parts.nth(1).is_some_and(|build| build.starts_with("scorescope-"))
    })
}

/// Binds, optimises, places and notes a module that was compiled in a profile; how many bytes it has.
fn finish(root: &Path, folder: &Path, name: &str, profile: &str, options: &[&str]) -> Result<usize> {
    let path = tools::path(root)?;
    let work = root.join(format!("target/{name}-module"));
    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.env("PATH", &path).args(["--target", "web", "--no-typescript", "--out-name", name, "--out-dir"]);
    run::show(bindgen.arg(&work).arg(root.join(format!("target/{TARGET}/{profile}/{name}.wasm"))))?;
    let (raw, module) = (work.join(format!("{name}_bg.wasm")), work.join(format!("{name}_opt.wasm")));
    let mut optimise = Command::new("wasm-opt");
    optimise.env("PATH", &path).args(options).arg(&raw);
    run::show(optimise.arg(format!("--output={}", module.display())))?;

    let size =
        fs::metadata(&module).map_err(|e| Error::io(format!("reading {}", module.display()), e))?.len();
    let module = place(&module, folder, name, "wasm")?;
    let script = place(&work.join(format!("{name}.js")), folder, name, "js")?;
    note(folder, &[(&format!("{name}-script"), &script), (&format!("{name}-module"), &module)])?;
    Ok(size as usize)
}

/// Compiles the page that times the two jobs, with the page's own workers, into
/// `target/bench-page`; the module of the fast workers is that of `dist`.
///
/// # Errors
/// When it does not compile or there is no `dist` yet.
pub fn bench_page(root: &Path, wasm: &Wasm) -> Result<()> {
    let mut cargo = run::cargo(root);
    wasm.apply(cargo.args(["build", "--quiet", "--release", "--bin", "bench-page", "--target", TARGET]));
    run::show(&mut cargo)?;
    let (folder, path) = (root.join("target/bench-page"), tools::path(root)?);
    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.env("PATH", &path).args([
        "--target",
        "web",
        "--no-typescript",
        "--out-name",
        "page",
        "--out-dir",
    ]);
    run::show(bindgen.arg(&folder).arg(root.join(format!("target/{TARGET}/release/bench-page.wasm"))))?;
    let (dist, mut notes) = (root.join("dist"), Vec::new());
    for name in dist::files(&dist)?.into_iter().filter(|name| name.starts_with("fast-")) {
        fs::copy(dist.join(&name), folder.join(&name))
            .map_err(|e| Error::io(format!("copying {name}"), e))?;
        notes.push((if name.ends_with(".js") { "fast-script" } else { "fast-module" }, name));
    }
    let page = "<!doctype html><html><head><title>measuring</title></head><body>\
                <script type=\"module\">import init from './page.js'; init();</script></body></html>";
    fs::write(folder.join("index.html"), page).map_err(|e| Error::io("writing the page", e))?;
    note(&folder, &notes.iter().map(|(id, name)| (*id, name.as_str())).collect::<Vec<_>>())
}

/// Compiles the worker that times steps of training, as the module that trains is compiled, and puts a page around
/// it into `target/bench-learning`.
///
/// # Errors
/// When it does not compile.
pub fn bench_learning(root: &Path, wasm: &Wasm) -> Result<()> {
    fast_profile(root, "bench-learning", "learn", wasm)?;
    let (folder, path) = (root.join("target/bench-learning"), tools::path(root)?);
    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.env("PATH", &path).args(["--target", "web", "--no-typescript", "--out-name", "learning"]);
    let compiled = root.join(format!("target/{TARGET}/fast/bench-learning.wasm"));
    run::show(bindgen.arg("--out-dir").arg(&folder).arg(compiled))?;
    let module = folder.join("learning_bg.wasm");
    let mut optimise = Command::new("wasm-opt");
    optimise.env("PATH", &path).args(["-O3", "--low-memory-unused", ALIKE]).arg(&module);
    run::show(optimise.arg(format!("--output={}", module.display())))?;
    fs::write(folder.join("worker.js"), "import init from './learning.js'; init();")
        .map_err(|e| Error::io("writing the worker", e))?;
    let page = "<!doctype html><html><head><title>measuring</title></head><body><script>\
                const worker = new Worker('./worker.js', { type: 'module' });\
                const done = (result) => { window.result = result; document.title = 'done'; };\
                worker.onmessage = (event) => done(event.data);\
                worker.onerror = (event) => done(JSON.stringify({ error: event.message }));\
                </script></body></html>";
    fs::write(folder.join("index.html"), page).map_err(|e| Error::io("writing the page", e))
}

/// Copies a file into `dist` under a name that tells its content.
fn place(file: &Path, dist: &Path, stem: &str, extension: &str) -> Result<String> {
    let bytes = fs::read(file).map_err(|e| Error::io(format!("reading {}", file.display()), e))?;
    let mut crc = Crc::new();
    crc.update(&bytes);
    let name = format!("{stem}-{:08x}.{extension}", crc.sum());
    fs::write(dist.join(&name), bytes).map_err(|e| Error::io(format!("writing {name}"), e))?;
    Ok(name)
}

/// Adds `<meta>` elements with the addresses of files to the page's head.
fn note(dist: &Path, files: &[(&str, &str)]) -> Result<()> {
    let addresses: Vec<_> = files.iter().map(|(id, name)| (*id, format!("./{name}"))).collect();
    insert(dist, &addresses)
}

/// Adds `<meta>` elements with these contents.
fn insert(dist: &Path, entries: &[(&str, String)]) -> Result<()> {
    let file = dist.join("index.html");
    let page = fs::read_to_string(&file).map_err(|e| Error::io("reading the page", e))?;
    let notes: String =
        entries.iter().map(|(id, content)| format!("<meta id=\"{id}\" content=\"{content}\">")).collect();
    let Some(end) = page.find("</head>") else {
        return Err(Error::Check("the page has no </head> to note its modules before".into()));
    };
    let page = format!("{}{notes}{}", &page[..end], &page[end..]);
    fs::write(&file, page).map_err(|e| Error::io("writing the page", e))
}

#[cfg(test)]
mod tests {
    //! Notes in a page.
    use super::*;

    #[test]
    fn the_folder_of_what_is_generated_is_found() {
        let messages = "{\"reason\":\"compiler-artifact\"}\n\
            {\"reason\":\"build-script-executed\",\"out_dir\":\"/scorescope-1/target/build/serde-1/out\"}\n\
            {\"reason\":\"build-script-executed\",\"out_dir\":\"/a/target/build/scorescope-2/out\",\"env\":[]}";
        assert_eq!(generated(messages), Some("/a/target/build/scorescope-2/out"));
        assert_eq!(generated(""), None);
    }

    #[test]
    fn files_are_named_by_content_and_noted_in_the_head()
    -> std::result::Result<(), Box<dyn std::error::Error>> {
        let dist = std::env::temp_dir().join(format!("scorescope-modules-{}", std::process::id()));
        fs::create_dir_all(&dist)?;
        fs::write(dist.join("index.html"), "<head></head><body></body>")?;
        fs::write(dist.join("a"), "1")?;
        let first = place(&dist.join("a"), &dist, "fast", "js")?;
        fs::write(dist.join("a"), "2")?;
        assert_ne!(place(&dist.join("a"), &dist, "fast", "js")?, first);
        note(&dist, &[("fast-script", &first)])?;
        let page = fs::read_to_string(dist.join("index.html"))?;
        assert_eq!(
            page,
            format!("<head><meta id=\"fast-script\" content=\"./{first}\"></head><body></body>")
        );
        fs::remove_dir_all(&dist)?;
        Ok(())
    }
}
