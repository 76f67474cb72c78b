//! Renders the labs' texts at build time: `src/labs/*/text.LANG.md` become HTML with the
//! mathematics as MathML, so that neither a Markdown nor a LaTeX parser travels to the visitor.
//! A formula that does not parse fails the build.
//!
//! Makes the arrays of the catalogue of translations, `src/words/ja.txt`, for `src/words`, and of the catalogue and
//! the translated texts the file that a page in Japanese fetches, `words-ja.txt`. `cargo xtask build` takes it
//! from the folder of what is generated.
//!
//! Sets `cfg(kernels)` where the kernels are compiled in: natively and in the module of the fast
//! workers, not in the page's own, whose first load they would weigh on; and `cfg(labs)` where the
//! labs beyond the first one are: natively and in their own module, for the same reason; and `cfg(lessons)`
//! where networks are trained: natively and in the module that loads when a visitor asks for it.

#[expect(unreachable_pub, reason = "it is a module of xtask's")]
#[cfg_attr(not(feature = "web"), expect(dead_code, reason = "what a page fetches"))]
#[path = "xtask/src/words.rs"]
mod words;

#[cfg(feature = "web")]
mod text {
    use pulldown_cmark::{CowStr, Event, Options, Parser, html};
    use pulldown_latex::config::DisplayMode;
    use pulldown_latex::{Parser as Latex, RenderConfig, Storage, mathml};
    use std::error::Error;
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    /// Writes every text as HTML; those in Japanese come back, with the names of their labs' folders.
    pub(super) fn render_all() -> Result<Vec<(String, String)>, Box<dyn Error>> {
        let out = PathBuf::from(env::var("OUT_DIR")?);
        let mut japanese = Vec::new();
        // All of it: a new lab is a new folder.
        println!("cargo::rerun-if-changed=src/labs");
        for lab in fs::read_dir("src/labs")? {
            let folder = lab?.path();
            if !folder.is_dir() {
                continue;
            }
            for file in fs::read_dir(&folder)? {
                let path = file?.path();
                if path.extension().is_some_and(|e| e == "md") {
                    let (lab, text) = (stem(&folder), stem(&path));
                    let rendered = render(&fs::read_to_string(&path)?)
                        .map_err(|e| format!("{}: {e}", path.display()))?;
                    fs::write(out.join(format!("{lab}.{text}.html")), &rendered)?;
                    if text == "text.ja" {
                        japanese.push((lab, rendered));
                    }
                }
            }
        }
        japanese.sort();
        Ok(japanese)
    }

    fn stem(path: &Path) -> String {
        path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn render(markdown: &str) -> Result<String, Box<dyn Error>> {
        let options = Options::ENABLE_MATH | Options::ENABLE_TABLES | Options::ENABLE_SMART_PUNCTUATION;
        let events = Parser::new_ext(markdown, options)
            .map(|event| match event {
                Event::InlineMath(tex) => math(&tex, DisplayMode::Inline),
                Event::DisplayMath(tex) => math(&tex, DisplayMode::Block),
                other => Ok(other),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut rendered = String::new();
        html::push_html(&mut rendered, events.into_iter());
        Ok(rendered)
    }

    fn math(tex: &str, display_mode: DisplayMode) -> Result<Event<'static>, Box<dyn Error>> {
        let storage = Storage::new();
        let events: Vec<_> = Latex::new(tex, &storage).collect();
        // The renderer would set errors as text; here they end the build.
        if let Some(Err(error)) = events.iter().find(|e| e.is_err()) {
            return Err(format!("{tex}: {error}").into());
        }
        let mut markup = String::new();
        let config = RenderConfig { display_mode, ..RenderConfig::default() };
        mathml::push_mathml(&mut markup, events.into_iter(), config)?;
        if markup.contains(" style=") {
            return Err(
                format!("{tex}: needs an inline style, which the page's security policy forbids").into()
            );
        }
        if display_mode == DisplayMode::Block {
            markup = format!("<span class=\"equation\" tabindex=\"0\">{markup}</span>");
        }
        Ok(Event::InlineHtml(CowStr::from(markup)))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let native = std::env::var("CARGO_CFG_TARGET_ARCH")? != "wasm32";
    for (cfg, feature) in [
        ("kernels", "CARGO_FEATURE_FAST"),
        ("labs", "CARGO_FEATURE_LABS"),
        ("lessons", "CARGO_FEATURE_LEARN"),
    ] {
        println!("cargo::rustc-check-cfg=cfg({cfg})");
        if native || std::env::var_os(feature).is_some() {
            println!("cargo::rustc-cfg={cfg}");
        }
    }
    const CATALOGUE: &str = "src/words/ja.txt";
    println!("cargo::rerun-if-changed={CATALOGUE}");
    let text = std::fs::read_to_string(CATALOGUE)?;
    let catalogue = words::parse(&text)
        .map_err(|e| format!("{CATALOGUE}:{}", e.replace('\n', &format!("\n{CATALOGUE}:"))))?;
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("words.rs"), words::arrays(&catalogue))?;
    #[cfg(feature = "web")]
    std::fs::write(out.join("words-ja.txt"), words::file(&catalogue, &text::render_all()?))?;
    Ok(())
}
