//! Once opened, the page opens without a network; a new version replaces the old one whole.

use scorescope_e2e::{Options, Outcome, Page, Server, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A copy of the built page that may be changed, without compressed copies.
struct Copy(PathBuf);

impl Copy {
    fn new(name: &str) -> Outcome<Self> {
        let dist = std::env::var_os("SCORESCOPE_DIST").ok_or("SCORESCOPE_DIST is not set")?;
        let folder = std::env::temp_dir().join(format!("scorescope-{name}-{}", std::process::id()));
        copy(Path::new(&dist), &folder)?;
        Ok(Self(folder))
    }

    /// Changes a file's text.
    fn change(&self, name: &str, change: impl FnOnce(String) -> String) -> Outcome {
        let file = self.0.join(name);
        Ok(fs::write(&file, change(fs::read_to_string(&file)?))?)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else if from.extension().is_none_or(|e| e != "gz") {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// Waits until the page is whole in the cache of so many versions.
async fn kept(page: &Page, versions: usize) -> Outcome {
    let script = r"
        const [versions, done] = arguments;
        const look = async () => {
            const names = await caches.keys();
            const whole = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length));
            if (names.length === versions && whole.every((count) => count >= 5) && navigator.serviceWorker.controller)
                return done(true);
            setTimeout(look, 50);
        };
        setTimeout(() => done(false), 20000);
        look();";
    let there = page.browser.execute_async(script, vec![json!(versions)]).await?;
    if there.json() == &json!(true) { Ok(()) } else { Err("the service worker keeps nothing".into()) }
}

fn options() -> Options {
    Options {
        expected: vec![
            "ERR_".into(),
            "Failed to fetch".into(),
            "dynamically imported".into(),
            "sw.js".into(),
        ],
        ..Options::default()
    }
}

#[tokio::test]
async fn without_a_network_the_page_opens_and_says_what_it_lacks() -> Outcome {
    let copy = Copy::new("offline")?;
    let server = Server::start(&copy.0, "/a/b/", 0)?;
    let page = Page::start(options()).await?;
    page.trust(server.origin());
    let home = server.url();
    page.browser.goto(format!("{home}?v=1&lab=density&target=claw")).await?;
    page.ready().await?;
    kept(&page, 1).await?;
    // Nothing is downloaded twice for it.
    let requests = server.requests();
    let mut modules: Vec<_> = requests.iter().filter(|r| r.path.contains("app-")).map(|r| &r.path).collect();
    modules.sort_unstable();
    modules.dedup();
    assert_eq!(modules.len(), requests.iter().filter(|r| r.path.contains("app-")).count(), "{requests:#?}");
    let numbers = page.all_numbers().await?;
    drop(server);
    page.browser.refresh().await?;
    page.ready().await?;
    assert_eq!(page.all_numbers().await?, numbers, "offline (left)");
    // Another link to the same lab.
    page.browser.goto(format!("{home}?v=1&lab=density&target=trio")).await?;
    page.ready().await?;
    assert!(page.at_probe("formula").await?.is_finite());
    // A lab whose module was never loaded: the text is there, and the reason.
    page.browser.goto(format!("{home}elbo/")).await?;
    let said = "document.querySelector('.loading')?.textContent.includes('could not be loaded')";
    page.wait("the page to say what is missing", said).await?;
    assert!(page.browser.current_url().await?.as_str().ends_with("?v=1&lab=elbo"));
    assert_eq!(page.text("h1").await?, "What training minimises");
    page.close().await
}

#[tokio::test]
async fn a_new_version_replaces_the_old_one_whole() -> Outcome {
    let copy = Copy::new("update")?;
    let server = Server::start(&copy.0, "/", 0)?;
    let page = Page::start(options()).await?;
    page.trust(server.origin());
    let (home, origin) = (server.url(), server.origin());
    page.browser.goto(&home).await?;
    page.ready().await?;
    kept(&page, 1).await?;
    // The next version: another start script under another name, and nothing of the old one.
    let index = fs::read_to_string(copy.0.join("index.html"))?;
    let start = index.find("boot-").ok_or("no start script")?;
    let old = index[start..start + index[start..].find(".js").ok_or("no ending")? + 3].to_owned();
    let new = "boot-0badcafe.js";
    fs::rename(copy.0.join(&old), copy.0.join(new))?;
    copy.change(new, |text| format!("document.documentElement.dataset.version = 'next';{text}"))?;
    copy.change("index.html", |text| text.replace(&old, new))?;
    copy.change("sw.js", |text| {
        let end = text.find(';').unwrap_or_default();
        format!("const VERSION = 'next'{}", &text[end..]).replace(&old, new)
    })?;
    // Seen at once where there is a network.
    page.browser.refresh().await?;
    page.ready().await?;
    let version = "return document.documentElement.dataset.version";
    assert_eq!(page.run(version, vec![]).await?, json!("next"));
    kept(&page, 2).await?;
    drop(server);
    page.browser.refresh().await?;
    page.ready().await?;
    assert_eq!(page.run(version, vec![]).await?, json!("next"), "offline, after the update");
    // What the old version had is no part of it.
    let first =
        format!("return caches.open('scorescope-next').then((c) => c.match('{origin}/{old}')).then(Boolean)");
    assert_eq!(page.run(&first, vec![]).await?, json!(false));
    page.close().await
}

#[tokio::test]
async fn each_lab_has_an_entry_page_that_becomes_its_link() -> Outcome {
    let page = Page::start(Options::default()).await?;
    for (name, title) in [("density", "The density formula"), ("gan", "A regularised GAN at equilibrium")] {
        page.browser.goto(format!("{}{name}/?target=bimodal&seed=3", page.site.url())).await?;
        page.ready().await?;
        let address = page.browser.current_url().await?;
        assert_eq!(address.as_str(), format!("{}?v=1&lab={name}&target=bimodal&seed=3", page.site.url()));
        assert_eq!(page.text("h1").await?, title);
        assert!(!page.shows(".notices").await?);
        let text = fs::read_to_string(
            Path::new(&std::env::var_os("SCORESCOPE_DIST").ok_or("no dist")?).join(name).join("index.html"),
        )?;
        assert!(text.contains(&format!("<meta property=\"og:title\" content=\"{title} · Scorescope\">")));
        assert!(text.contains("og:image") && text.contains("citation_reference"));
        let card = format!("{}{name}/preview.png", page.site.url());
        let size = "const i = new Image(); i.src = arguments[0]; return i.decode().then(() => [i.naturalWidth, i.naturalHeight])";
        assert_eq!(page.run(size, vec![json!(card)]).await?, json!([1200, 630]));
    }
    page.close().await
}
