//! Another origin, with pages of the test's own.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{Outcome, Page, Server, json};

/// A second site with files of the test's own, as for a page that embeds a figure.
#[derive(Debug)]
pub struct Elsewhere {
    /// Its server.
    pub site: Server,
    folder: PathBuf,
}

impl Elsewhere {
    /// Serves these files, `(name, text)`, at the root of another origin.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(name: &str, files: &[(&str, &str)]) -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("scorescope-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        for (file, text) in files {
            fs::write(folder.join(file), text)?;
        }
        Ok(Self { site: Server::start(&folder, "/", 0)?, folder })
    }
}

/// A frame as the share menu makes it, with the page at `site` under a query.
#[must_use]
pub fn frame(site: &str, query: &str) -> String {
    let query = query.replace('&', "&amp;");
    format!(
        "<iframe title=\"figure\" src=\"{site}?{query}\" width=\"100%\" height=\"640\" \
         sandbox=\"allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads\"></iframe>"
    )
}

/// A page of somebody else's around some text, with the script that gives frames their height.
#[must_use]
pub fn post(site: &str, text: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\">\
         <title>post</title><body>{text}<script async src=\"{site}embed.js\"></script></body></html>"
    )
}

impl Page {
    /// Opens a page of somebody else's, at another origin, with the page in a sandboxed frame, and waits inside
    /// the frame until it is ready.
    ///
    /// # Errors
    /// When it is not ready in a minute.
    pub async fn embed(&self, query: &str) -> Outcome<Elsewhere> {
        let text = post(&self.site.url(), &frame(&self.site.url(), query));
        let host = self.host(&text).await?;
        self.enter(0).await?;
        Ok(host)
    }

    /// Opens a page of somebody else's.
    ///
    /// # Errors
    /// When it cannot be served or opened.
    pub async fn host(&self, text: &str) -> Outcome<Elsewhere> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("host-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let host = Elsewhere::new(&name, &[("index.html", text)])?;
        // Another site, not only another port.
        let address = host.site.url().replace("127.0.0.1", "localhost");
        self.trust(address.clone());
        self.browser.goto(address).await?;
        Ok(host)
    }

    /// Goes into a frame of the page around it, by its place, and waits until the figure there is complete.
    ///
    /// # Errors
    /// When there is none, or it is not ready in a minute.
    pub async fn enter(&self, place: u16) -> Outcome {
        self.browser.enter_default_frame().await?;
        let script = "document.querySelectorAll('iframe')[arguments[0]].scrollIntoView({ block: 'center' })";
        self.run(script, vec![json!(place)]).await?;
        self.browser.enter_frame(place).await?;
        self.wait("the framed page to be ready", "document.querySelector('#app')?.dataset.state === 'ready'")
            .await
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
