//! The page keeps its word in bad circumstances: without workers, under a hasty hand.

use scorescope_e2e::{Options, Outcome, Page, json};

const QUERY: &str = "?v=1&lab=density&estimator=stein-qmc&draws=32&seed=5&curves=elbo";

#[tokio::test]
async fn without_workers_the_page_computes_the_same_numbers_itself() -> Outcome {
    let page = Page::open(QUERY).await?;
    let badge = page.text(".badge").await?;
    assert!(badge.contains("worker"), "the badge says {badge:?}");
    let (numbers, pictures) = (page.all_numbers().await?, page.pictures().await?);
    page.close().await?;

    let page = Page::start(Options::default()).await?;
    let refuse =
        "window.Worker = class { constructor() { throw new DOMException('refused', 'SecurityError'); } };";
    page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": refuse })).await?;
    page.visit(QUERY).await?;
    let badge = page.text(".badge").await?;
    assert!(badge.contains("page") && !badge.contains("CPU · worker"), "the badge says {badge:?}");
    let title = page.find(".badge").await?.attr("title").await?.unwrap_or_default();
    assert!(title.contains("on the page") && title.contains("because"), "the badge explains {title:?}");
    assert_eq!(page.all_numbers().await?, numbers, "on the page (left) and in a worker (right)");
    assert_eq!(page.pictures().await?, pictures, "on the page (left) and in a worker (right)");
    page.set("#field-target", "claw").await?;
    assert!(page.at_probe("formula").await?.is_finite());
    page.close().await
}

/// Numbers that look random and are the same on every run.
struct Dice(u32);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) as usize % n
    }
}

#[tokio::test]
async fn sixty_hasty_changes_end_where_their_link_leads() -> Outcome {
    let controls: [(&str, &[&str]); 14] = [
        ("#field-target", &["gaussian", "bimodal", "trio", "claw", "three", "ring8", "custom"]),
        ("#field-estimator", &["monte-carlo", "antithetic", "qmc", "stein", "stein-qmc", "quadrature"]),
        ("#field-rule", &["paper", "log-snr-left", "log-snr-trapezoid", "continuous"]),
        ("#field-schedule", &["li-yan", "linear", "cosine", "log-snr"]),
        ("#field-steps", &["1", "2", "50", "abc", "1000", "-3"]),
        ("#field-draws", &["1", "7", "32", "64", "oops"]),
        ("#field-seed", &["1", "2", "12345", "1e400"]),
        ("#field-probe", &["-1", "0.5", "1e9", "", "2.25"]),
        ("#field-probe2", &["-1", "0.5", "nonsense"]),
        ("#field-delta", &["0", "0.5", "-3", "99"]),
        ("#field-t1", &["0", "0.1", "0.9"]),
        ("#field-t2", &["1", "0.5", "0.05"]),
        ("#field-variance", &["beta", "beta-over-alpha", "posterior"]),
        ("input[type=checkbox]", &["true", "false"]),
    ];
    let script = r"
        const e = document.querySelector(arguments[0]);
        if (!e || e.disabled) return;
        if (e.type === 'checkbox') { if (String(e.checked) !== arguments[1]) e.click(); return; }
        e.value = arguments[1];
        e.dispatchEvent(new Event('input', { bubbles: true }));
        e.dispatchEvent(new Event('change', { bubbles: true }));";
    let page = Page::open("").await?;
    let mut dice = Dice(2024);
    let mut done = Vec::new();
    for _ in 0..60 {
        let (css, values) = controls[dice.below(controls.len())];
        let value = values[dice.below(values.len())];
        page.run(script, vec![json!(css), json!(value)]).await?;
        done.push(format!("{css}={value}"));
    }
    page.ready().await.map_err(|e| format!("after {done:?}: {e}"))?;
    page.address_settled().await;
    let address = page.browser.current_url().await?;
    let (numbers, pictures) = (page.all_numbers().await?, page.pictures().await?);
    page.browser.goto(address.as_str()).await?;
    page.browser.refresh().await?;
    page.ready().await?;
    assert!(!page.shows(".notices").await?, "{address}: {}", page.text(".notices").await?);
    assert_eq!(page.all_numbers().await?, numbers, "{address} (left) after {done:?}");
    assert_eq!(page.pictures().await?, pictures, "{address} (left) after {done:?}");
    page.close().await
}

#[tokio::test]
async fn nothing_jumps_while_the_page_loads() -> Outcome {
    let page = Page::open("").await?;
    let desktop = page.layout_shift().await?;
    assert!(desktop < 0.1, "the layout shifts by {desktop} on a desktop");
    page.metrics(375, 800, 2.0, true).await?;
    page.visit("").await?;
    let phone = page.layout_shift().await?;
    assert!(phone < 0.1, "the layout shifts by {phone} on a phone");
    page.close().await
}

#[tokio::test]
async fn a_score_error_that_ruins_the_estimate_is_said() -> Outcome {
    let page = Page::open("?v=1&lab=density&estimator=quadrature&delta=10").await?;
    let formula = page.at_probe("formula").await?;
    let exact = page.at_probe("exact").await?;
    assert!(formula.is_finite() && (formula - exact).abs() > 1.0, "formula {formula}, exact {exact}");
    let text = page.text("#main").await?;
    assert!(text.contains("outside the picture"), "no word on the curves outside the picture");
    let label = page.find(".figure canvas").await?.attr("aria-label").await?.unwrap_or_default();
    assert!(!label.contains("NaN") && !label.contains("inf"), "{label}");
    page.close().await
}
