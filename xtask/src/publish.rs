//! What a host needs beside the page: an entry page for each lab with its preview, the pages' tags for search and
//! cards, oEmbed answers, the scripts with names of their own, the service worker with its list, headers, and
//! compressed copies.
//!
//! Cards and oEmbed want absolute addresses. Where the page will be is told by `--site`; without it addresses are
//! relative, and there is no oEmbed.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use flate2::{Compression, Crc, write::GzEncoder};

use crate::{Error, Result, dist, html, run};

/// Where the page will be, and whether previews are drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    /// The address of the folder, ending in `/`, if it is known.
    pub site: Option<String>,
    /// Whether the command line draws a preview of each lab.
    pub previews: bool,
}

impl Publication {
    /// One that will be at an address.
    ///
    /// # Errors
    /// When the address is none of a web page.
    pub fn at(site: &str) -> Result<Self> {
        let plain = !site.contains(['"', '<', '>', '&', '?', '#', ' ']);
        if !plain || !(site.starts_with("https://") || site.starts_with("http://")) {
            return Err(Error::Usage(format!(
                "--site takes the address of the page, as in https://example.org/scorescope/, not {site}"
            )));
        }
        Ok(Self { site: Some(format!("{}/", site.trim_end_matches('/'))), previews: true })
    }
}

/// A lab as other sites are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lab {
    name: String,
    title: String,
    preview: String,
    about: String,
}

/// The labs of the navigation, with what `src/page/labs.txt` says of them.
fn labs(page: &str, texts: &str) -> Result<Vec<Lab>> {
    let links = html::elements(page).into_iter().filter(|e| e.name == "a" && e.get("title").is_some());
    links
        .map(|link| {
            let address = link.get("href").unwrap_or_default();
            let name = address.rsplit("lab=").next().unwrap_or_default();
            let row = texts
                .lines()
                .map(|line| line.splitn(3, '|').map(str::trim).collect::<Vec<_>>())
                .find(|row| row.len() == 3 && row[0] == name)
                .ok_or_else(|| Error::Check(format!("src/page/labs.txt says nothing of the lab {name}")))?;
            Ok(Lab {
                name: name.to_owned(),
                title: link.get("title").unwrap_or_default().to_owned(),
                preview: row[1].to_owned(),
                about: row[2].to_owned(),
            })
        })
        .collect()
}

/// Finishes `dist`, whose `index.html` is as it will be but for its tags.
///
/// # Errors
/// When a file cannot be read or written.
pub fn publish(root: &Path, folder: &Path, publication: &Publication) -> Result<()> {
    let source = |name: &str| dist::read(&root.join("src/page").join(name));
    let index = folder.join("index.html");
    let page = dist::read(&index)?;
    let labs = labs(&page, &source("labs.txt")?)?;
    let mut publication = publication.clone();
    if publication.previews
        && let Err(error) = previews(root, folder, &labs)
    {
        // The page is as good without: a machine may have no fonts to draw words with.
        println!("  no previews for other sites: {error}");
        publication.previews = false;
    }
    let publication = &publication;
    let first = labs.first().ok_or_else(|| Error::Check("the page links to no lab".into()))?;
    dist::write(&index, &tagged(&page, first, "", publication)?)?;
    for lab in &labs {
        let at = folder.join(&lab.name);
        fs::create_dir_all(&at).map_err(|e| Error::io(format!("making {}", at.display()), e))?;
        let entry = entry_page(&page, lab)?;
        dist::write(&at.join("index.html"), &tagged(&entry, lab, "../", publication)?)?;
        if let Some(site) = &publication.site {
            dist::write(&at.join("oembed.json"), &oembed(lab, site))?;
        }
    }
    dist::write(&folder.join("embed.js"), &source("embed.js")?)?;
    dist::write(&folder.join("embed-demo.html"), &source("embed-demo.html")?)?;
    dist::write(&folder.join("_headers"), &source("headers.txt")?)
}

/// Draws the labs' previews with the command line.
fn previews(root: &Path, folder: &Path, labs: &[Lab]) -> Result<()> {
    // The features of the native tests, so that both share what is compiled.
    let mut build = run::cargo(root);
    build.args(["build", "--quiet", "--bin", "scorescope", "--no-default-features", "--features", "cli,gpu"]);
    run::show(&mut build)?;
    for lab in labs {
        let at = folder.join(&lab.name);
        fs::create_dir_all(&at).map_err(|e| Error::io(format!("making {}", at.display()), e))?;
        let mut draw = Command::new(root.join("target/debug/scorescope"));
        draw.arg("card").arg(format!("v=1&lab={}&{}", lab.name, lab.preview));
        run::show(draw.arg("-o").arg(at.join("preview.png")))?;
    }
    Ok(())
}

/// The page under the address of a lab: one folder deeper, with the lab's heading. The start script gives it the
/// address of the lab's link before anything else.
fn entry_page(page: &str, lab: &Lab) -> Result<String> {
    let mut entry = page.to_owned();
    for element in html::elements(page).into_iter().rev() {
        let tag = &page[element.span.clone()];
        let deeper = match element.name.as_str() {
            "link" | "script" => deeper(tag),
            "a" if element.get("href").is_some_and(|h| h.starts_with('?')) => {
                let here = element.get("href").is_some_and(|h| h.ends_with(&format!("lab={}", lab.name)));
                let tag = tag
                    .replace("href=\"?", "href=\"../?")
                    .replace("href=?", "href=../?")
                    .replace(" aria-current=\"page\"", "")
                    .replace(" aria-current=page", "");
                if here { tag.replacen("<a ", "<a aria-current=\"page\" ", 1) } else { tag }
            }
            _ => continue,
        };
        entry.replace_range(element.span, &deeper);
    }
    entry = with_text(&entry, "h1", &escaped(&lab.title))?;
    entry = with_text(&entry, "title", &escaped(&format!("{} · Scorescope", lab.title)))?;
    insert_in_head(&entry, &format!("<meta id=\"lab\" content=\"{}\">", lab.name))
}

/// A tag with its relative addresses seen from a folder of the page's; quotes may be missing.
fn deeper(tag: &str) -> String {
    ["href=\"./", "href=./", "src=\"./", "src=./"]
        .iter()
        .fold(tag.to_owned(), |tag, start| tag.replace(start, &start.replace("./", "../")))
}

/// A page with another text in its only element of a name.
fn with_text(page: &str, name: &str, text: &str) -> Result<String> {
    let (start, end) = inside(page, name)?;
    Ok(format!("{}{text}{}", &page[..start], &page[end..]))
}

/// Where the text of the first element of a name stands.
fn inside(page: &str, name: &str) -> Result<(usize, usize)> {
    let start = html::elements(page).into_iter().find(|e| e.name == name).map(|e| e.span.end);
    let close = format!("</{name}>");
    let found = start.and_then(|start| Some((start, start + page[start..].find(&close)?)));
    found.ok_or_else(|| Error::Check(format!("the page has no <{name}>")))
}

fn insert_in_head(page: &str, text: &str) -> Result<String> {
    let end = page.find("</head>").ok_or_else(|| Error::Check("the page has no </head>".into()))?;
    Ok(format!("{}{text}{}", &page[..end], &page[end..]))
}

/// The page with what search engines, cards and reference managers read. `up` leads from it to the start page.
fn tagged(page: &str, lab: &Lab, up: &str, publication: &Publication) -> Result<String> {
    let site = publication.site.as_deref();
    let own = if up.is_empty() { String::new() } else { format!("{}/", lab.name) };
    let title = if up.is_empty() { PAGE.to_owned() } else { format!("{} · Scorescope", lab.title) };
    let about = if up.is_empty() { ABOUT } else { lab.about.as_str() };
    let mut tags = String::new();
    let mut meta = |kind: &str, name: &str, content: &str| {
        let _ = write!(tags, "<meta {kind}=\"{name}\" content=\"{}\">", escaped(content));
    };
    meta("property", "og:type", "website");
    meta("property", "og:site_name", "Scorescope");
    meta("property", "og:title", &title);
    meta("property", "og:description", about);
    if publication.previews {
        let image = match site {
            Some(site) => format!("{site}{}/preview.png", lab.name),
            None => format!("./{up}{}/preview.png", lab.name),
        };
        meta("property", "og:image", &image);
        meta("property", "og:image:width", "1200");
        meta("property", "og:image:height", "630");
        meta("property", "og:image:alt", &format!("{}: the lab's main figure", lab.title));
        meta("name", "twitter:card", "summary_large_image");
    }
    meta("name", "citation_title", PAGE);
    meta("name", "citation_language", "en");
    meta("name", "citation_reference", PAPER);
    if let Some(site) = site {
        meta("property", "og:url", &format!("{site}{own}"));
        meta("name", "citation_public_url", site);
        let _ = write!(tags, "<link rel=\"canonical\" href=\"{site}{own}\">");
        let _ = write!(
            tags,
            "<link rel=\"alternate\" type=\"application/json+oembed\" href=\"{site}{}/oembed.json\" title=\"{}\">",
            lab.name,
            escaped(&lab.title)
        );
    }
    let mut page = insert_in_head(page, &tags)?;
    if !up.is_empty() {
        // The description of the whole page gives way to the lab's.
        let old = html::elements(&page).into_iter().find(|e| e.get("name") == Some("description"));
        if let Some(old) = old {
            let new = format!("<meta name=\"description\" content=\"{}\">", escaped(about));
            page.replace_range(old.span, &new);
        }
    }
    if publication.previews {
        let (_, end) = inside(&page, "noscript")?;
        let picture = format!(
            "<p>{}</p><img src=\"./{up}{}/preview.png\" width=\"1200\" height=\"630\" alt=\"{}\">",
            escaped(about),
            lab.name,
            escaped(&lab.title)
        );
        page.insert_str(end, &picture);
    }
    Ok(page)
}

const PAGE: &str = "Scorescope: the score-based density formula, seen and checked";
const ABOUT: &str = "See and check, in your browser, how the scores of a diffusion model give back the density of the \
                     data: the formula of Li and Yan beside the truth, with its error.";
const PAPER: &str = "citation_title=A Score-Based Density Formula, with Applications in Diffusion Generative Models; \
                     citation_author=Li, Gen; citation_author=Yan, Yuling; citation_publication_date=2024; \
                     citation_arxiv_id=2408.16765";

/// What a site that knows oEmbed puts in place of a link to a lab.
fn oembed(lab: &Lab, site: &str) -> String {
    let title = format!("Scorescope: {}", lab.title);
    let frame = format!(
        "<iframe title=\"{}\" src=\"{site}?v=1&amp;lab={}&amp;embed=1\" loading=\"lazy\" width=\"720\" height=\"640\" \
         sandbox=\"{SANDBOX}\"></iframe>",
        escaped(&title),
        lab.name
    );
    let text = |value: &str| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    format!(
        "{{\"version\":\"1.0\",\"type\":\"rich\",\"provider_name\":\"Scorescope\",\"provider_url\":{},\"title\":{},\
         \"html\":{},\"width\":720,\"height\":640,\"thumbnail_url\":{},\"thumbnail_width\":1200,\
         \"thumbnail_height\":630}}\n",
        text(site),
        text(&title),
        text(&frame),
        text(&format!("{site}{}/preview.png", lab.name))
    )
}

/// What an embedded figure may do. Not `allow-same-origin`: it needs nothing of its own.
const SANDBOX: &str = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// Writes the service worker: with a version that changes with any file, and what every page needs.
///
/// # Errors
/// When a file cannot be read or written.
pub fn service_worker(root: &Path, folder: &Path, first: &[String]) -> Result<()> {
    let mut crc = Crc::new();
    let text = dist::read(&root.join("src/page/sw.js"))?;
    crc.update(text.as_bytes());
    for name in dist::files(folder)? {
        let bytes = fs::read(folder.join(&name)).map_err(|e| Error::io(format!("reading {name}"), e))?;
        crc.update(name.as_bytes());
        crc.update(&bytes);
    }
    let files: Vec<String> = first
        .iter()
        .map(|name| if name == "index.html" { "'./'".to_owned() } else { format!("'./{name}'") })
        .collect();
    let head = format!("const VERSION = '{:08x}';\nconst FIRST = [{}];\n", crc.sum(), files.join(", "));
    dist::write(&folder.join("sw.js"), &format!("{head}{text}"))
}

/// Puts a compressed copy beside every file that gains by it, for servers that send those.
///
/// # Errors
/// When a file cannot be read or written.
pub fn compress(folder: &Path) -> Result<()> {
    const WORTH: [&str; 7] = ["html", "js", "css", "wasm", "svg", "json", "txt"];
    for name in dist::files(folder)? {
        let file = folder.join(&name);
        let kind = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let failed = |e| Error::io(format!("compressing {name}"), e);
        let bytes = fs::read(&file).map_err(failed)?;
        if bytes.len() < 1024 || !WORTH.contains(&kind) {
            continue;
        }
        let copy = PathBuf::from(format!("{}.gz", file.display()));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes).and_then(|()| fs::write(copy, encoder.finish()?)).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! A page as trunk writes it, made into an entry page.
    use super::*;

    const INDEX: &str = "<html><head><title data-ja=\"x\">All</title><meta name=\"description\" content=\"old\">\
        <link rel=\"stylesheet\" href=\"./main.css\"><link href=./icon.svg rel=icon><script type=\"module\" src=\"./boot.js\"></script></head>\
        <body><a class=\"brand\" href=\"?\">S</a><nav>\
        <a href=?v=1&amp;lab=density title=\"The formula\" aria-current=page>D</a>\
        <a href=\"?v=1&amp;lab=gan\" title=\"A \u{201c}GAN\u{201d} & more\">G</a></nav>\
        <h1 data-ja=\"x\">The formula</h1><noscript><p>No.</p></noscript></body></html>";
    const TEXTS: &str = "# labs\ndensity | | First.\ngan | lambda=1 | Second | with a bar.\n";

    #[test]
    fn every_lab_of_the_navigation_needs_its_text() -> Result<()> {
        let found = labs(INDEX, TEXTS)?;
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[1].preview.as_str(), found[1].about.as_str()),
            ("lambda=1", "Second | with a bar.")
        );
        assert!(labs(INDEX, "density | | First.").is_err());
        Ok(())
    }

    #[test]
    fn an_entry_page_lies_a_folder_deeper_and_is_about_its_lab() -> Result<()> {
        let lab = labs(INDEX, TEXTS)?.remove(1);
        let publication = Publication::at("https://example.org/scorescope")?;
        let page = tagged(&entry_page(INDEX, &lab)?, &lab, "../", &publication)?;
        for part in [
            "href=\"../main.css\"",
            "src=\"../boot.js\"",
            "class=\"brand\" href=\"../?\"",
            "<link href=../icon.svg rel=icon>",
            "<a href=../?v=1&amp;lab=density title=",
            "<a aria-current=\"page\" href=\"../?v=1&amp;lab=gan\"",
            "<h1 data-ja=\"x\">A \u{201c}GAN\u{201d} &amp; more</h1>",
            "<meta id=\"lab\" content=\"gan\">",
            "<meta name=\"description\" content=\"Second | with a bar.\">",
            "<meta property=\"og:image\" content=\"https://example.org/scorescope/gan/preview.png\">",
            "<link rel=\"canonical\" href=\"https://example.org/scorescope/gan/\">",
            "https://example.org/scorescope/gan/oembed.json",
            "<img src=\"./../gan/preview.png\"",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert_eq!(page.matches("aria-current").count(), 1);
        assert!(!page.contains("content=\"old\""));
        Ok(())
    }

    #[test]
    fn without_a_site_nothing_claims_an_address() -> Result<()> {
        let lab = labs(INDEX, TEXTS)?.remove(0);
        let page = tagged(INDEX, &lab, "", &Publication::default())?;
        for part in ["canonical", "oembed", "og:url", "og:image"] {
            assert!(!page.contains(part), "{part} is in {page}");
        }
        assert!(Publication::at("example.org").is_err() && Publication::at("https://a/?b").is_err());
        Ok(())
    }

    #[test]
    fn oembed_is_json_with_a_sandboxed_frame() -> Result<()> {
        let lab = labs(INDEX, TEXTS)?.remove(1);
        let text = oembed(&lab, "https://example.org/");
        assert!(text.contains("\\\"https://example.org/?v=1&amp;lab=gan&amp;embed=1\\\""), "{text}");
        assert!(!text.contains("allow-same-origin"));
        // Every quote inside is escaped: an even number of bare ones is left.
        let bare = text.replace("\\\"", "").matches('"').count();
        assert_eq!(bare % 2, 0);
        Ok(())
    }

    #[test]
    fn the_workers_version_follows_every_file() -> std::result::Result<(), Box<dyn std::error::Error>> {
        let root = std::env::temp_dir().join(format!("scorescope-publish-{}", std::process::id()));
        let folder = root.join("dist");
        fs::create_dir_all(&folder)?;
        fs::create_dir_all(root.join("src/page"))?;
        fs::write(root.join("src/page/sw.js"), "// worker\n")?;
        fs::write(folder.join("index.html"), "x".repeat(2000))?;
        let first = ["index.html".to_owned(), "a-12345678.js".to_owned()];
        service_worker(&root, &folder, &first)?;
        let before = fs::read_to_string(folder.join("sw.js"))?;
        assert!(before.contains("const FIRST = ['./', './a-12345678.js'];"), "{before}");
        fs::remove_file(folder.join("sw.js"))?;
        fs::write(folder.join("index.html"), "y".repeat(2000))?;
        service_worker(&root, &folder, &first)?;
        assert_ne!(fs::read_to_string(folder.join("sw.js"))?, before);
        compress(&folder)?;
        assert!(folder.join("index.html.gz").is_file() && !folder.join("sw.js.gz").exists());
        fs::remove_dir_all(&root)?;
        Ok(())
    }
}
