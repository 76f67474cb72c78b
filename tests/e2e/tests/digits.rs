//! The handwritten digits: fetched when they are chosen and not before, the numbers of an independent program,
//! and a way on when their file does not come.

use scorescope_e2e::{
    Options, Outcome, Page, axe, json,
    lab::{Oracle, close},
};

const FILE: &str = "performance.getEntriesByType('resource').filter(e => e.name.includes('/digits-')).length";

/// How often the file was asked for in this document.
async fn fetched(page: &Page) -> Outcome<u64> {
    Ok(page.run(&format!("return {FILE}"), vec![]).await?.as_u64().unwrap_or_default())
}

#[tokio::test]
async fn the_file_comes_when_it_is_chosen_and_its_numbers_are_the_oracles() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&images=10&draws=8").await?;
    assert_eq!(fetched(&page).await?, 0, "before it is asked for");
    page.set("#field-target", "digits").await?;
    page.address_has("target", "digits").await?;
    page.ready().await?;
    assert_eq!(fetched(&page).await?, 1);
    let oracle = Oracle::read("digits")?;
    page.click("details.numbers summary").await?;
    let table = page.table("The plotted numbers").await?;
    for i in 0..10 {
        let row = format!("image {i}, a {}", oracle.label(i));
        let number = |column: &str| table.cell(&row, column).unwrap_or(f64::NAN);
        let exact = oracle.exact(i);
        close(&row, number("exact"), exact, 1e-9)?;
        let (difference, error) = (number("formula") - exact, number("standard error"));
        assert!(difference.abs() < 5.0 * error && error < 4.0, "{row}: {difference} ± {error}");
    }
    page.close().await
}

#[tokio::test]
async fn a_link_gives_the_same_picture_in_a_fresh_session() -> Outcome {
    let query = "?v=1&lab=density&target=digits&draws=8&image=3&images=20&hide=text";
    let page = Page::open(query).await?;
    let (numbers, pictures) = (page.all_numbers().await?, page.pictures().await?);
    assert!(numbers.contains("Log-density at image 3, a 3, in nats"), "{numbers}");
    page.close().await?;
    let page = Page::open(query).await?;
    assert_eq!(page.all_numbers().await?, numbers);
    assert_eq!(page.pictures().await?, pictures);
    if let Some(source) = axe::source() {
        let found = axe::run(&page, &source, "digits").await?;
        assert!(found.is_empty(), "{found:#?}");
    }
    // The next image by its button.
    page.click_text("button", "Next").await?;
    page.address_has("image", "4").await?;
    page.close().await
}

#[tokio::test]
async fn without_the_file_the_page_says_so_and_tries_again() -> Outcome {
    let page =
        Page::start(Options { expected: vec!["ERR_BLOCKED_BY_CLIENT".into()], ..Options::default() }).await?;
    page.devtools("Network.enable", json!({})).await?;
    page.devtools("Network.setBlockedURLs", json!({ "urls": ["*/digits-*"] })).await?;
    page.visit("?v=1&lab=density&target=digits&draws=8&image=3&images=10&bandwidth=0.2").await?;
    let text = page.text("form").await?;
    assert!(text.contains("The digits could not be loaded"), "{text}");
    page.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await?;
    page.click_text("button", "Try again").await?;
    page.wait("the digits", "document.querySelector('#field-bandwidth')?.value === '0.2'").await?;
    page.ready().await?;
    assert!(page.all_numbers().await?.contains("Log-density at image 3, a 3, in nats"));
    page.close().await
}

#[tokio::test]
async fn the_classifier_labels_them() -> Outcome {
    let page = Page::open("?v=1&lab=classifier&target=digits&draws=8").await?;
    let table = page.table("images held out").await?;
    let bayes = Oracle::read("digits")?.number("bayes_accuracy");
    close("Bayes’ rule", table.cell("Bayes’ rule", "accuracy").unwrap_or(f64::NAN), bayes, 1e-12)?;
    let formula = table.cell("formula’s weights", "accuracy").unwrap_or(f64::NAN);
    assert!((0.9..=1.0).contains(&formula), "{formula}");
    page.close().await
}
