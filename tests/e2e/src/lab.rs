//! The density lab as a visitor meets it: its numbers, its controls, its address; and the oracle's values.

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};
use thirtyfour::{Key, prelude::*};

use crate::{Outcome, Page, Table};

/// Part of the caption of the table of log-densities at the probe.
const AT_PROBE: &str = "Log-density at x";

impl Page {
    /// The log-density at the probe by a route: `exact`, `formula`, `probability-flow ODE`, `ELBO`.
    ///
    /// # Errors
    /// When the table has no such row.
    pub async fn at_probe(&self, route: &str) -> Outcome<f64> {
        let table = self.table(AT_PROBE).await?;
        table
            .cell(route, "value")
            .ok_or_else(|| format!("the table at the probe has no row {route:?}: {table:?}").into())
    }

    /// Every number of every table as the page holds it, caption by caption: two states that are the
    /// same have the same text.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn all_numbers(&self) -> Outcome<String> {
        let script = r"
            return [...document.querySelectorAll('table')].filter(t => t.caption).map(t =>
                t.caption.textContent + '\n' + [...t.tBodies].flatMap(b => [...b.rows]).map(r =>
                    [...r.cells].map(c => c.dataset.value ?? c.textContent.trim()).join('; ')).join('\n')).join('\n');";
        let numbers = self.run(script, vec![]).await?;
        let text = numbers.as_str().unwrap_or_default();
        if text.is_empty() {
            return Err("the page has no table with a caption".into());
        }
        Ok(text.to_owned())
    }

    /// The hash of every canvas, from top to bottom.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn pictures(&self) -> Outcome<Vec<Value>> {
        let script = r"
            return [...document.querySelectorAll('canvas')].map(c => {
                const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', { willReadFrequently: true });
                copy.drawImage(c, 0, 0);
                const d = new Uint32Array(copy.getImageData(0, 0, c.width, c.height).data.buffer);
                let h = 0;
                for (const x of d) h = (Math.imul(h, 31) + x) >>> 0;
                return [c.width, c.height, h];
            });";
        Ok(serde_json::from_value(self.run(script, vec![]).await?)?)
    }

    /// The address's query, key by key.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn query(&self) -> Outcome<BTreeMap<String, String>> {
        let script = "return Object.fromEntries(new URLSearchParams(location.search))";
        Ok(serde_json::from_value(self.run(script, vec![]).await?)?)
    }

    /// Waits until the address has this value for a key.
    ///
    /// # Errors
    /// When it has not in a minute.
    pub async fn address_has(&self, key: &str, value: &str) -> Outcome {
        let expression = format!("new URLSearchParams(location.search).get({key:?}) === {value:?}");
        self.wait(&format!("the address to have {key}={value}"), &expression).await
    }

    /// Waits until the address no longer follows a change: longer than the page's own pause.
    pub async fn address_settled(&self) {
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    }

    /// What a control holds.
    ///
    /// # Errors
    /// When there is no such control.
    pub async fn value(&self, css: &str) -> Outcome<String> {
        let value =
            self.run("return document.querySelector(arguments[0])?.value ?? null", vec![json!(css)]).await?;
        value.as_str().map(str::to_owned).ok_or_else(|| format!("{css}: no such control").into())
    }

    /// What a control holds, as a number.
    ///
    /// # Errors
    /// When there is no such control or it holds none.
    pub async fn value_number(&self, css: &str) -> Outcome<f64> {
        let text = self.value(css).await?;
        text.parse().map_err(|e| format!("{css} holds {text:?}: {e}").into())
    }

    /// Types into a box as a person does: selects what is there, types over it and leaves the box.
    ///
    /// # Errors
    /// When there is no such box, or the page does not become ready.
    pub async fn type_over(&self, css: &str, text: &str) -> Outcome {
        let element = self.find(css).await?;
        element.scroll_into_view().await?;
        element.send_keys(Key::Control + "a").await?;
        element.send_keys(Key::Delete + "").await?;
        if !text.is_empty() {
            element.send_keys(text).await?;
        }
        element.send_keys(Key::Tab + "").await?;
        self.ready().await
    }

    /// Clicks a button or link by its visible text.
    ///
    /// # Errors
    /// When there is none that shows this text.
    pub async fn click_text(&self, tag: &str, text: &str) -> Outcome {
        let path = format!("//{tag}[contains(normalize-space(.), \"{text}\")]");
        let found = self.browser.find_all(By::XPath(&path)).await?;
        for element in found {
            if element.is_displayed().await? {
                element.scroll_into_view().await?;
                element.click().await.map_err(|e| format!("{text:?}: {e}"))?;
                return self.ready().await;
            }
        }
        Err(format!("no <{tag}> shows {text:?}").into())
    }

    /// Whether an element is there and shown.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn shows(&self, css: &str) -> Outcome<bool> {
        let script = "return document.querySelector(arguments[0])?.checkVisibility() ?? false";
        Ok(self.run(script, vec![json!(css)]).await? == Value::Bool(true))
    }

    /// The table of numbers at the probe.
    ///
    /// # Errors
    /// When there is none.
    pub async fn probe_table(&self) -> Outcome<Table> {
        self.table(AT_PROBE).await
    }
}

/// Values from an independent implementation, `tests/oracle/NAME.json`.
#[derive(Clone, Debug)]
pub struct Oracle(Value);

impl Oracle {
    /// Reads one.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(name: &str) -> Outcome<Self> {
        let file = xtask::root()?.join(format!("tests/oracle/{name}.json"));
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        Ok(Self(serde_json::from_str(&text)?))
    }

    /// Its mixture as links spell it.
    #[must_use]
    pub fn mix(&self) -> String {
        let component = |c: &Value| {
            let mut fields = vec![c["weight"].to_string()];
            let means = c["mean"].as_array().into_iter().flatten();
            fields.extend(means.map(Value::to_string));
            let cov = &c["cov"];
            fields.push(cov[0][0].to_string());
            if !cov[1].is_null() {
                fields.extend([cov[0][1].to_string(), cov[1][1].to_string()]);
            }
            fields.join(":")
        };
        let components = self.0["components"].as_array().into_iter().flatten();
        components.map(component).collect::<Vec<_>>().join("_")
    }

    /// A point as links spell it.
    #[must_use]
    pub fn point(&self, index: usize) -> String {
        let numbers = self.0["points"][index].as_array().into_iter().flatten();
        numbers.map(Value::to_string).collect::<Vec<_>>().join(":")
    }

    /// The exact log-density at a point.
    #[must_use]
    pub fn exact(&self, index: usize) -> f64 {
        self.0["log_density"][index].as_f64().unwrap_or(f64::NAN)
    }

    /// A value of the list `discrete` or `elbo` at a point, by its schedule, steps and, for the ELBO,
    /// variance.
    #[must_use]
    pub fn case(&self, list: &str, wanted: &[(&str, Value)], key: &str, index: usize) -> f64 {
        self.found(list, wanted).and_then(|c| c[key][index].as_f64()).unwrap_or(f64::NAN)
    }

    /// A value that a case of a list has one of, by what identifies the case.
    #[must_use]
    pub fn scalar(&self, list: &str, wanted: &[(&str, Value)], key: &str) -> f64 {
        self.found(list, wanted).and_then(|c| c[key].as_f64()).unwrap_or(f64::NAN)
    }

    /// A number of the file itself.
    #[must_use]
    pub fn number(&self, key: &str) -> f64 {
        self.0[key].as_f64().unwrap_or(f64::NAN)
    }

    /// The class of an image, as the digits have them.
    #[must_use]
    pub fn label(&self, index: usize) -> String {
        self.0["labels"][index].to_string()
    }

    fn found(&self, list: &str, wanted: &[(&str, Value)]) -> Option<&Value> {
        let mut cases = self.0[list].as_array().into_iter().flatten();
        cases.find(|c| wanted.iter().all(|(name, value)| c[*name] == *value))
    }
}

/// Checks a number against the expected one; the tolerance is relative, and absolute below 1.
///
/// # Errors
/// Names both numbers.
pub fn close(what: &str, found: f64, expected: f64, tolerance: f64) -> Outcome {
    let error = (found - expected).abs() / expected.abs().max(1.0);
    // Not `>`: a number that is none must fail.
    if error <= tolerance {
        return Ok(());
    }
    Err(format!(
        "{what}: {found} instead of {expected} (relative error {error:.2e}, allowed {tolerance:.0e})"
    )
    .into())
}

/// The log-density of a mixture of one-dimensional Gaussians `(weight, mean, variance)`, whose weights
/// need not add up to 1.
#[must_use]
pub fn log_density(components: &[(f64, f64, f64)], x: f64) -> f64 {
    let total: f64 = components.iter().map(|c| c.0).sum();
    let density = |&(weight, mean, variance): &(f64, f64, f64)| {
        let square = (x - mean).powi(2) / variance;
        weight / total * (-0.5 * square).exp() / (std::f64::consts::TAU * variance).sqrt()
    };
    components.iter().map(density).sum::<f64>().ln()
}
