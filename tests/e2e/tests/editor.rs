//! The editor of the mixture's components: what is typed takes effect, what is none is refused.

use scorescope_e2e::{
    Key, Outcome, Page,
    lab::{close, log_density},
};

const MEAN: &str = "[aria-label='mean of component 1']";
const VARIANCE: &str = "[aria-label='variance of component 2']";
const MESSAGE: &str = ".rows-editor .field-message";

/// The exact value at the probe is that of these components.
async fn shows(page: &Page, components: &[(f64, f64, f64)]) -> Outcome {
    let x = page.value_number("#field-probe").await?;
    let expected = log_density(components, x);
    close(&format!("exact at {x} of {components:?}"), page.at_probe("exact").await?, expected, 1e-9)
}

async fn editor() -> Outcome<Page> {
    let page = Page::open("?v=1&lab=density&hide=convergence&estimator=quadrature").await?;
    page.click_text("button", "Edit its components").await?;
    assert_eq!(page.value("#field-target").await?, "custom");
    shows(&page, &[(0.3, -2.0, 0.25), (0.7, 1.5, 0.64)]).await?;
    Ok(page)
}

#[tokio::test]
async fn a_new_mean_changes_the_numbers_to_the_closed_form() -> Outcome {
    let page = editor().await?;
    page.type_over(MEAN, "-0.75").await?;
    assert_eq!(page.value(MEAN).await?, "-0.75", "the box lost what was typed");
    shows(&page, &[(0.3, -0.75, 0.25), (0.7, 1.5, 0.64)]).await?;
    let exact = page.at_probe("exact").await?;
    close("formula", page.at_probe("formula").await?, exact, 1e-6)?;
    page.address_has("mix", "0.3:-0.75:0.25_0.7:1.5:0.64").await?;
    // Weights that do not add up to 1 are scaled, and the page says so.
    page.type_over("[aria-label='weight of component 1']", "2.1").await?;
    shows(&page, &[(2.1, -0.75, 0.25), (0.7, 1.5, 0.64)]).await?;
    let text = page.text("form").await?;
    assert!(text.contains("weights sum to 2.8"), "no word on the weights: {text}");
    page.close().await
}

#[tokio::test]
async fn typing_does_not_lose_the_focus() -> Outcome {
    let page = editor().await?;
    page.find(MEAN).await?.click().await?;
    page.press_focused(Key::Control + "a").await?;
    for key in ["1", ".", "2", "5"] {
        page.press_focused(key).await?;
        let focused = page.run("return document.activeElement.getAttribute('aria-label')", vec![]).await?;
        assert_eq!(focused.as_str(), Some("mean of component 1"), "the focus is elsewhere after {key:?}");
    }
    assert_eq!(page.value(MEAN).await?, "1.25");
    shows(&page, &[(0.3, 1.25, 0.25), (0.7, 1.5, 0.64)]).await?;
    page.close().await
}

#[tokio::test]
async fn nonsense_gets_a_message_and_the_last_valid_numbers_stay() -> Outcome {
    let page = editor().await?;
    let before = page.all_numbers().await?;
    for (css, text, words) in [
        (MEAN, "abc", "component 1"),
        (MEAN, "", "component 1"),
        (MEAN, "NaN", "component 1"),
        (MEAN, "1e999", "component 1"),
        (VARIANCE, "-1", "component 2"),
        (VARIANCE, "0", "component 2"),
        ("[aria-label='weight of component 1']", "-0.5", "component 1"),
    ] {
        let good = page.value(css).await?;
        // At once, as by pasting: keys one by one may pass valid numbers.
        page.set(css, text).await?;
        let message = page.text(MESSAGE).await?;
        assert!(message.contains(words), "{css} = {text:?}: the message is {message:?}");
        assert_eq!(page.value(css).await?, text, "{css}: the box lost what was typed");
        assert_eq!(page.all_numbers().await?, before, "{css} = {text:?} changed the numbers");
        page.set(css, &good).await?;
        assert_eq!(page.text(MESSAGE).await?, "", "the message stays after {css} = {good:?}");
        assert_eq!(page.all_numbers().await?, before, "back at {css} = {good:?}");
    }
    page.close().await
}

#[tokio::test]
async fn components_are_added_and_removed() -> Outcome {
    let page = editor().await?;
    let rows = ".rows-editor tbody tr";
    assert_eq!(page.count(rows).await?, 2);
    page.click_text("button", "Add a component").await?;
    assert_eq!(page.count(rows).await?, 3);
    let field = async |name: &str| page.value_number(&format!("[aria-label='{name} of component 3']")).await;
    let third = (field("weight").await?, field("mean").await?, field("variance").await?);
    shows(&page, &[(0.3, -2.0, 0.25), (0.7, 1.5, 0.64), third]).await?;
    page.click("[aria-label='Remove component 1']").await?;
    assert_eq!(page.count(rows).await?, 2);
    shows(&page, &[(0.7, 1.5, 0.64), third]).await?;
    page.click("[aria-label='Remove component 2']").await?;
    shows(&page, &[(0.7, 1.5, 0.64)]).await?;
    assert_eq!(page.value(MEAN).await?, "1.5");
    assert!(
        !page.find("[aria-label='Remove component 1']").await?.is_enabled().await?,
        "the last one can be removed"
    );
    page.close().await
}

#[tokio::test]
async fn there_are_at_most_64_components() -> Outcome {
    let mix: Vec<_> = (0..64).map(|i| format!("1:{}:1", f64::from(i) / 8.0)).collect();
    let query = format!(
        "?v=1&lab=density&hide=convergence&estimator=quadrature&probe=1&target=custom&mix={}",
        mix.join("_")
    );
    let page = Page::open(&query).await?;
    assert_eq!(page.count(".rows-editor tbody tr").await?, 64);
    let components: Vec<_> = (0..64).map(|i| (1.0, f64::from(i) / 8.0, 1.0)).collect();
    shows(&page, &components).await?;
    let exact = page.at_probe("exact").await?;
    close("formula", page.at_probe("formula").await?, exact, 1e-6)?;
    let script = "return [...document.querySelectorAll('button')].find(b => b.textContent === 'Add a component').disabled";
    assert_eq!(page.run(script, vec![]).await?, true, "a 65th can be added");
    page.close().await
}
