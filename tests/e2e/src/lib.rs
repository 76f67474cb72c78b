//! Drives the built page through a real browser.
//!
//! A [`Page`] is a browser of its own on a server of its own, which shows `dist/` under a sub-path, so
//! that every test also checks that the page works there. The page says when it is done: `#app` has
//! `data-state="ready"` when the current figure is complete and `"busy"` while it computes; it must
//! turn busy in the same task as the input that makes it so. [`Page::close`] asks that the console
//! stayed empty, that the security policy held and that nothing was asked of another origin.
//!
//! Wanted: `SCORESCOPE_DIST`, the folder of the built page (`cargo xtask test e2e` sets it).

pub mod axe;
mod driver;
mod elsewhere;
pub mod lab;
mod options;
mod read;

pub use elsewhere::{Elsewhere, frame, post};
pub use options::Options;
pub use read::{Pixels, Table, number};
pub use serde_json::{Value, json};
pub use thirtyfour::{self, Key};
pub use xtask::serve::{Request, Server};

use std::{
    fs,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use driver::Driver;
use thirtyfour::{LoggingPrefsLogLevel, TypingData, prelude::*};

/// What a test returns.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long the page may compute before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked.
const POLL: Duration = Duration::from_millis(20);

/// Runs before any script of the page: notes what would be missed later.
const WATCH: &str = r"
    window.__watch = { shift: 0, violations: [] };
    addEventListener('securitypolicyviolation', e =>
        window.__watch.violations.push(`${e.effectiveDirective} refused ${e.blockedURI} ${e.sample}`));
    new PerformanceObserver(list => {
        for (const e of list.getEntries()) if (!e.hadRecentInput) window.__watch.shift += e.value;
    }).observe({ type: 'layout-shift', buffered: true });";

/// A browser with the page in it.
#[derive(Debug)]
#[must_use = "only `close` checks that nothing went wrong unseen"]
pub struct Page {
    // Ends the browser too, also when a test fails.
    _driver: Driver,
    /// The browser, for what the helpers do not cover.
    pub browser: WebDriver,
    /// The server, for what was asked of it.
    pub site: Server,
    options: Options,
    // Origins beside the site's that may be asked.
    trusted: Mutex<Vec<String>>,
    // The browser forgets its log when it is read.
    seen: Mutex<Vec<String>>,
}

impl Page {
    /// Opens the page with a query (`""` or `"?lab=density"`) and waits until it is ready.
    ///
    /// # Errors
    /// When the browser does not start, or the page is not ready in a minute.
    pub async fn open(query: &str) -> Outcome<Self> {
        Self::open_with(Options::default(), query).await
    }

    /// As [`Page::open`], in other circumstances.
    ///
    /// # Errors
    /// When the browser does not start, or the page is not ready in a minute.
    pub async fn open_with(options: Options, query: &str) -> Outcome<Self> {
        let page = Self::start(options).await?;
        page.visit(query).await?;
        Ok(page)
    }

    /// Starts browser and server, and opens nothing yet.
    ///
    /// # Errors
    /// When the browser does not start or there is no built page.
    pub async fn start(options: Options) -> Outcome<Self> {
        let dist = std::env::var_os("SCORESCOPE_DIST")
            .map_or_else(|| xtask::root().map(|r| r.join("dist")), |d| Ok(d.into()))?;
        let site = Server::start(&dist, &options.prefix, 0)?;
        let driver = Driver::start()?;
        let mut wanted = DesiredCapabilities::chrome();
        let (width, height) = options.size;
        for argument in [
            "--headless",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-quic",
            "--no-first-run",
            "--force-color-profile=srgb",
        ] {
            wanted.add_arg(argument)?;
        }
        wanted.add_arg(&format!("--window-size={width},{height}"))?;
        if xtask::setup::is_root() {
            // Chromium refuses to start as root otherwise.
            wanted.add_arg("--no-sandbox")?;
        }
        if options.webgpu {
            for argument in
                ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"]
            {
                wanted.add_arg(argument)?;
            }
        }
        for argument in &options.arguments {
            wanted.add_arg(argument)?;
        }
        wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
        wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
        if options.trace {
            wanted.set_browser_option("perfLoggingPrefs", json!({ "traceCategories": "toplevel" }))?;
        }
        let browser = WebDriver::new(driver.url(), wanted).await?;
        let page = Self {
            browser,
            site,
            options,
            trusted: Mutex::default(),
            seen: Mutex::default(),
            _driver: driver,
        };
        page.emulate().await?;
        Ok(page)
    }

    async fn emulate(&self) -> Outcome {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
        let scheme = if self.options.dark { "dark" } else { "light" };
        let motion = if self.options.still { "reduce" } else { "no-preference" };
        self.media(&[("prefers-color-scheme", scheme), ("prefers-reduced-motion", motion)]).await?;
        if self.options.phone {
            self.metrics(390, 844, 2.0, true).await?;
            self.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })).await?;
        } else {
            // The window's size includes its frame; this is the page's.
            let (width, height) = self.options.size;
            self.metrics(width, height, 1.0, false).await?;
        }
        Ok(())
    }

    /// Sends a command of the browser's developer tools.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Outcome<Value> {
        Ok(self.browser.cdp().send_raw(method, parameters).await?)
    }

    /// Sets media features, as `("prefers-color-scheme", "dark")`; all others return to their defaults.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn media(&self, features: &[(&str, &str)]) -> Outcome {
        let list: Vec<_> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": list })).await.map(drop)
    }

    /// Sets the page's size in CSS pixels and the device pixels in each.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn metrics(&self, width: u32, height: u32, scale: f64, mobile: bool) -> Outcome {
        let parameters =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", parameters).await.map(drop)
    }

    /// Another origin that may be asked: that of a page with the page in a frame.
    pub fn trust(&self, origin: String) {
        self.trusted.lock().unwrap_or_else(PoisonError::into_inner).push(origin);
    }

    /// Goes to the page with another query and waits until it is ready.
    ///
    /// # Errors
    /// When it is not ready in a minute.
    pub async fn visit(&self, query: &str) -> Outcome {
        self.browser.goto(format!("{}{query}", self.site.url())).await?;
        self.ready().await
    }

    /// Waits until the current figure is complete.
    ///
    /// # Errors
    /// When it is not in a minute; the message has the state, the text and the console.
    pub async fn ready(&self) -> Outcome {
        // Two frames: effects that a signal starts have run by then.
        self.browser
            .execute_async("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(1)))", Vec::new())
            .await?;
        self.wait("the page to be ready", "document.querySelector('#app')?.dataset.state === 'ready'").await
    }

    /// Waits until a JavaScript expression is true; `what` names it in the error.
    ///
    /// # Errors
    /// When it is not in a minute.
    pub async fn wait(&self, what: &str, expression: &str) -> Outcome {
        let start = Instant::now();
        let mut polls = 0;
        while start.elapsed() < PATIENCE {
            if self.run(&format!("return !!({expression})"), vec![]).await? == Value::Bool(true) {
                return Ok(());
            }
            polls += 1;
            if polls % 25 == 0 && self.messages().await?.iter().any(|m| m.contains("Uncaught")) {
                break;
            }
            tokio::time::sleep(POLL).await;
        }
        let seen = self.run("return [location.href, document.querySelector('#app')?.dataset.state, document.body.innerText.slice(0, 500)]", vec![]).await?;
        let messages = self.messages().await.unwrap_or_default();
        Err(format!(
            "waited {:.1} s for {what}; saw {seen}; console: {messages:?}",
            start.elapsed().as_secs_f64()
        )
        .into())
    }

    /// Runs a function body in the page and returns what it returns.
    ///
    /// # Errors
    /// When the script throws.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Outcome<Value> {
        Ok(self.browser.execute(script, arguments).await?.json().clone())
    }

    /// An element's visible text.
    ///
    /// # Errors
    /// When there is no such element.
    pub async fn text(&self, css: &str) -> Outcome<String> {
        Ok(self.find(css).await?.text().await?)
    }

    /// How many elements there are.
    ///
    /// # Errors
    /// When the selector is wrong.
    pub async fn count(&self, css: &str) -> Outcome<usize> {
        Ok(self.browser.find_all(By::Css(css)).await?.len())
    }

    /// An element.
    ///
    /// # Errors
    /// Names the selector that found nothing.
    pub async fn find(&self, css: &str) -> Outcome<WebElement> {
        self.browser.find(By::Css(css)).await.map_err(|e| format!("{css}: {e}").into())
    }

    /// Clicks as a person does: scrolls there, and fails where something covers it.
    ///
    /// # Errors
    /// When there is no such element, or it cannot be clicked.
    pub async fn click(&self, css: &str) -> Outcome {
        self.begin(css).await?;
        self.ready().await
    }

    /// The same without waiting for what comes of it.
    ///
    /// # Errors
    /// When there is no such element, or it cannot be clicked.
    pub async fn begin(&self, css: &str) -> Outcome {
        let element = self.find(css).await?;
        element.scroll_into_view().await?;
        element.click().await.map_err(|e| format!("{css}: {e}").into())
    }

    /// Sets the value of an input, a select or a text area, with the events of a person's doing so.
    ///
    /// # Errors
    /// When there is no such element, or the page does not become ready.
    pub async fn set(&self, css: &str, value: &str) -> Outcome {
        // The prototype's setter: a framework may have put its own on the element.
        let script = r"
            const e = document.querySelector(arguments[0]);
            if (!e) return false;
            if (e.type === 'checkbox' || e.type === 'radio') {
                if (String(e.checked) !== arguments[1]) e.click();
                return true;
            }
            Object.getOwnPropertyDescriptor(Object.getPrototypeOf(e), 'value').set.call(e, arguments[1]);
            e.dispatchEvent(new Event('input', { bubbles: true }));
            e.dispatchEvent(new Event('change', { bubbles: true }));
            return true;";
        if self.run(script, vec![json!(css), json!(value)]).await? != Value::Bool(true) {
            return Err(format!("{css}: no such element").into());
        }
        self.ready().await
    }

    /// Sends keys to an element, as `Key::Right` or `"abc"`.
    ///
    /// # Errors
    /// When there is no such element, or the page does not become ready.
    pub async fn press(&self, css: &str, keys: impl Into<TypingData>) -> Outcome {
        self.find(css).await?.send_keys(keys).await?;
        self.ready().await
    }

    /// Sends keys to whatever has the focus.
    ///
    /// # Errors
    /// When nothing can have it, or the page does not become ready.
    pub async fn press_focused(&self, keys: impl Into<TypingData>) -> Outcome {
        self.browser.active_element().await?.send_keys(keys).await?;
        self.ready().await
    }

    /// Reads the table whose caption contains these words.
    ///
    /// # Errors
    /// When there is none.
    pub async fn table(&self, caption: &str) -> Outcome<Table> {
        let value = self.run(Table::SCRIPT, vec![json!(caption)]).await?;
        Table::read(&value).ok_or_else(|| format!("no table with the caption {caption:?}").into())
    }

    /// Reads a canvas with a 2-D context.
    ///
    /// # Errors
    /// When there is none.
    pub async fn canvas(&self, css: &str) -> Outcome<Pixels> {
        let value = self.run(Pixels::SCRIPT, vec![json!(css)]).await?;
        Pixels::read(&value).ok_or_else(|| format!("{css}: no canvas").into())
    }

    /// Saves what the window shows as `target/screens/NAME.png`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn screenshot(&self, name: &str) -> Outcome<PathBuf> {
        let folder = xtask::root()?.join("target/screens");
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, self.browser.screenshot_as_png().await?)?;
        Ok(file)
    }

    /// The cumulative layout shift since the page was opened, without what follows a person's input.
    ///
    /// # Errors
    /// When the page was not opened by the harness.
    pub async fn layout_shift(&self) -> Outcome<f64> {
        self.run("return window.__watch?.shift ?? null", vec![])
            .await?
            .as_f64()
            .ok_or_else(|| "nothing watched the page".into())
    }

    /// All warnings and errors in the console so far, without the expected ones: messages, uncaught
    /// exceptions, failed requests.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn messages(&self) -> Outcome<Vec<String>> {
        let log = self.browser.browser_log().await?;
        let fresh = log
            .into_iter()
            .filter(|e| matches!(e.level.as_str(), "SEVERE" | "WARNING"))
            // The browser's own word when it is asked for a GPU and has none.
            .filter(|e| !e.message.ends_with("No available adapters."))
            .map(|e| format!("{}: {}", e.level, e.message))
            .filter(|m| !self.options.expected.iter().any(|part| m.contains(part.as_str())));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(fresh);
        Ok(seen.clone())
    }

    /// The events of the browser's tracing since they were last asked for; see [`Options::trace`].
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn trace(&self) -> Outcome<Vec<Value>> {
        let mut events = Vec::new();
        for entry in self.browser.get_log("performance").await? {
            let mut entry: Value = serde_json::from_str(&entry.message)?;
            if entry["message"]["method"] == "Tracing.dataCollected" {
                events.push(entry["message"]["params"].take());
            }
        }
        Ok(events)
    }

    /// Waits until an expression of the page's holds.
    ///
    /// # Errors
    /// When it does not in so many seconds.
    pub async fn wait_for(&self, what: &str, expression: &str, seconds: u64) -> Outcome {
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            if self.run(&format!("return Boolean({expression})"), vec![]).await? == Value::Bool(true) {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(format!("{what}: not in {seconds} s").into())
    }

    /// What the security policy of the current document refused.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn violations(&self) -> Outcome<Vec<String>> {
        let list = self.run("return window.__watch?.violations ?? []", vec![]).await?;
        Ok(serde_json::from_value(list)?)
    }

    /// The addresses at other origins that were asked for since the last call.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn foreign_requests(&self) -> Outcome<Vec<String>> {
        let mut found = Vec::new();
        for entry in self.browser.get_log("performance").await? {
            let event: Value = serde_json::from_str(&entry.message)?;
            let address = (event["message"]["method"] == "Network.requestWillBeSent")
                .then(|| event["message"]["params"]["request"]["url"].as_str())
                .flatten();
            let trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let own = |a: &str| {
                a.starts_with(&self.site.origin())
                    || trusted.iter().any(|origin| a.starts_with(origin))
                    || ["data:", "blob:", "about:"].iter().any(|s| a.starts_with(s))
            };
            found.extend(address.filter(|a| !own(a)).map(str::to_owned));
        }
        Ok(found)
    }

    /// Checks what no test should have to ask for, and closes the browser.
    ///
    /// # Errors
    /// Where the console has a warning or an error, the policy was broken, or another origin was asked.
    pub async fn close(self) -> Outcome {
        let violations = self.violations().await?;
        let messages = self.messages().await?;
        let foreign = self.foreign_requests().await?;
        self.browser.clone().quit().await?;
        for (what, list) in [
            ("the security policy refused", violations),
            ("the console has", messages),
            ("other origins were asked", foreign),
        ] {
            if !list.is_empty() {
                return Err(format!("{what}: {}", list.join("\n")).into());
            }
        }
        Ok(())
    }
}

impl Drop for Page {
    /// The session's own clean-up blocks for two minutes when a test fails; the driver's takes none.
    fn drop(&mut self) {
        let _ = self.browser.clone().leak();
    }
}
