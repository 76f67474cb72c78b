//! What those need who do not see the page or do not use a mouse.

use scorescope_e2e::{Key, Options, Outcome, Page, axe};

#[tokio::test]
async fn every_control_has_a_name_and_every_canvas_says_its_numbers() -> Outcome {
    let page = Page::open("").await?;
    page.click_text("button", "Edit its components").await?;
    let script = r"
        const named = e => e.getAttribute('aria-label')?.trim()
            || (e.getAttribute('aria-labelledby') ?? '').split(' ').some(i => document.getElementById(i)?.textContent.trim())
            || [...(e.labels ?? [])].some(l => l.textContent.trim()) || (e.tagName === 'BUTTON' && e.textContent.trim());
        return [...document.querySelectorAll('input, select, textarea, button, [role=slider]')]
            .filter(e => !named(e)).map(e => e.outerHTML.slice(0, 120));";
    let nameless: Vec<String> = serde_json::from_value(page.run(script, vec![]).await?)?;
    assert!(nameless.is_empty(), "without a name: {nameless:#?}");
    let script =
        "return [...document.querySelectorAll('canvas')].map(c => c.getAttribute('aria-label') ?? '')";
    let labels: Vec<String> = serde_json::from_value(page.run(script, vec![]).await?)?;
    assert_eq!(labels.len(), 4, "the lab's three and the pad: {labels:?}");
    for label in labels {
        assert!(
            label.chars().any(|c| c.is_ascii_digit()) && label.len() > 30,
            "a canvas says only {label:?}"
        );
        assert!(!label.contains("NaN") && !label.contains("inf"), "{label}");
    }
    assert_eq!(page.count("h1").await?, 1);
    assert!(page.count("[role=status]").await? > 0 && page.count("main").await? == 1);
    let ids = "const i = [...document.querySelectorAll('[id]')].map(e => e.id); return i.filter((x, n) => i.indexOf(x) !== n)";
    assert_eq!(page.run(ids, vec![]).await?.to_string(), "[]", "ids that stand twice");
    page.close().await
}

#[tokio::test]
async fn the_tab_key_reaches_the_probe_and_the_controls() -> Outcome {
    let page = Page::open("").await?;
    let mut reached = Vec::new();
    for _ in 0..25 {
        page.browser.active_element().await?.send_keys(Key::Tab + "").await?;
        let script = r"
            const e = document.activeElement, s = getComputedStyle(e);
            return `${e.tagName}.${e.className}#${e.id}${s.outlineStyle === 'none' ? ' without an outline' : ''}`";
        reached.push(page.run(script, vec![]).await?.as_str().unwrap_or_default().to_owned());
    }
    let place = |part: &str| reached.iter().position(|r| r.contains(part));
    assert!(place("probe-handle").is_some(), "{reached:#?}");
    assert!(place("#field-target").is_some(), "{reached:#?}");
    let unmarked: Vec<_> =
        reached.iter().filter(|r| r.contains("without an outline") && !r.starts_with("BODY")).collect();
    assert!(unmarked.is_empty(), "the focus does not show: {unmarked:#?}");
    page.close().await
}

#[tokio::test]
async fn axe_finds_nothing() -> Outcome {
    let Some(source) = axe::source() else {
        return Ok(());
    };
    let page = Page::open("").await?;
    let mut found = axe::run(&page, &source, "full").await?;
    page.click_text("button", "Edit its components").await?;
    page.click("details.numbers summary").await?;
    page.click_text("button", "Share").await?;
    page.media(&[("prefers-color-scheme", "dark")]).await?;
    page.wait("the dark theme", "document.documentElement.dataset.theme === 'dark'").await?;
    found.extend(axe::run(&page, &source, "dark, with editor, table and share panel").await?);
    let _host = page.embed("v=1&lab=density&theme=dark&embed=1&steps=abc").await?;
    found.extend(axe::run(&page, &source, "embed, dark, with a notice").await?);
    page.close().await?;
    let page = Page::open_with(
        Options { size: (320, 640), ..Options::default() },
        "?v=1&lab=density&target=three&estimator=quadrature",
    )
    .await?;
    found.extend(axe::run(&page, &source, "the plane at 320 px").await?);
    page.close().await?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_on_the_tour_and_in_open_menus() -> Outcome {
    let Some(source) = axe::source() else {
        return Ok(());
    };
    let options = Options { expected: vec!["Clipboard".into()], ..Options::default() };
    let page = Page::open_with(options, "").await?;
    let mut found = Vec::new();
    page.click_text("button", "Share").await?;
    page.begin(".embedding summary").await?;
    page.wait("the builder", "document.querySelector('#embed-text')?.value").await?;
    page.begin(".builder-preview summary").await?;
    page.wait("the preview", "document.querySelector('.builder-preview iframe').src.includes('embed=1')")
        .await?;
    found.extend(axe::run(&page, &source, "the builder of embedded figures").await?);
    page.visit("?v=1&lab=forward&target=points&theme=dark").await?;
    page.begin("details.export summary").await?;
    page.wait("the menu", "document.querySelector('details.export[open] button')").await?;
    page.click("details.numbers summary").await?;
    found.extend(axe::run(&page, &source, "forward, dark, with points, table and export menu").await?);
    page.visit("?v=1&lab=learned&target=bimodal&at=40&train=40").await?;
    found.extend(axe::run(&page, &source, "learned, trained").await?);
    page.visit("?v=1&lab=density&target=digits").await?;
    found.extend(axe::run(&page, &source, "the digits").await?);
    page.visit("?v=1&lab=density&tour=2&target=bimodal&estimator=quadrature").await?;
    found.extend(axe::run(&page, &source, "the tour").await?);
    page.metrics(320, 640, 2.0, true).await?;
    found.extend(axe::run(&page, &source, "the tour at 320 px").await?);
    page.close().await?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

#[tokio::test]
async fn the_tour_goes_on_back_and_out_by_links() -> Outcome {
    let page = Page::open("").await?;
    page.click_text("a", "Start here: a tour in six steps").await?;
    page.ready().await?;
    let mut titles = Vec::new();
    for step in 1..=6 {
        page.wait(
            "the step",
            &format!("document.querySelector('.tour-place')?.textContent === 'Tour, step {step} of 6'"),
        )
        .await?;
        page.ready().await?;
        assert!(!page.shows(".notices").await?, "{}", page.text(".notices").await?);
        titles.push(page.text(".tour h2").await?);
        if step < 6 {
            page.click_text("a", "Next").await?;
        }
    }
    titles.dedup();
    assert_eq!(titles.len(), 6);
    // A step is a picture like any other: what is changed stays on the tour.
    page.set("#field-target", "moons").await?;
    page.address_settled().await;
    assert_eq!(page.query().await?.get("tour").map(String::as_str), Some("6"));
    page.click_text("a", "Back").await?;
    page.wait("the step before", "document.querySelector('.tour-place').textContent.includes('5 of 6')")
        .await?;
    page.click_text("a", "End the tour").await?;
    page.ready().await?;
    assert!(!page.shows(".tour").await?);
    page.close().await
}
