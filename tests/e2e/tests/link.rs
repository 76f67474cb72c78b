//! The address follows the controls, and opens to the very same page again.

use scorescope_e2e::{Outcome, Page, json};

fn pairs(list: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[tokio::test]
async fn the_address_follows_the_controls_and_reloads_to_the_same_page() -> Outcome {
    let page = Page::open("").await?;
    page.set("#field-target", "trio").await?;
    page.set("#field-estimator", "stein-qmc").await?;
    page.set("#field-rule", "log-snr-trapezoid").await?;
    page.type_over("#field-steps", "60").await?;
    page.type_over("#field-delta", "0.25").await?;
    page.type_over("#field-probe", "0.5").await?;
    page.address_has("probe", "0.5").await?;
    let expected = pairs(&[
        ("v", "1"),
        ("lab", "density"),
        ("target", "trio"),
        ("steps", "60"),
        ("estimator", "stein-qmc"),
        ("rule", "log-snr-trapezoid"),
        ("probe", "0.5"),
        ("delta", "0.25"),
    ]);
    assert_eq!(page.query().await?, expected, "only what differs from the defaults belongs in the address");
    let (numbers, pictures) = (page.all_numbers().await?, page.pictures().await?);
    page.browser.refresh().await?;
    page.ready().await?;
    assert_eq!(page.all_numbers().await?, numbers, "after a reload (left) the tables differ");
    assert_eq!(page.pictures().await?, pictures, "after a reload (left) the canvases differ");
    assert_eq!(page.query().await?, expected, "the reload changed the address");

    // Back to the defaults: their keys go.
    page.set("#field-estimator", "stein").await?;
    page.type_over("#field-steps", "100").await?;
    page.type_over("#field-delta", "0").await?;
    page.wait(
        "steps, estimator and delta to leave the address",
        "!/steps|estimator|delta/.test(location.search)",
    )
    .await?;
    page.click_text("button", "Reset everything").await?;
    page.address_settled().await;
    assert_eq!(page.query().await?, pairs(&[]), "after “Reset everything”");
    page.close().await
}

#[tokio::test]
async fn a_seed_gives_the_same_draws_and_a_new_seed_others() -> Outcome {
    let link = "?v=1&lab=density&seed=7&estimator=monte-carlo&draws=32";
    let page = Page::open(link).await?;
    let first = (page.all_numbers().await?, page.pictures().await?);
    page.visit(link).await?;
    assert_eq!(
        (page.all_numbers().await?, page.pictures().await?),
        first,
        "the same link gave other numbers"
    );
    let (exact, formula) = (page.at_probe("exact").await?, page.at_probe("formula").await?);
    page.click_text("button", "New seed").await?;
    let seed = page.value("#field-seed").await?;
    assert_ne!(seed, "7", "the seed is the old one");
    assert_eq!(page.at_probe("exact").await?, exact, "the exact value depends on the seed");
    assert_ne!(page.at_probe("formula").await?, formula, "the formula's value does not depend on the seed");
    page.address_has("seed", &seed).await?;
    let second = (page.all_numbers().await?, page.pictures().await?);
    page.browser.refresh().await?;
    page.ready().await?;
    assert_eq!((page.all_numbers().await?, page.pictures().await?), second, "seed {seed} gave other numbers");
    page.close().await
}

#[tokio::test]
async fn links_in_the_text_are_history_entries() -> Outcome {
    let page = Page::open("?v=1&lab=density&probe=1").await?;
    let before = (page.all_numbers().await?, page.pictures().await?);
    let link = "article a[href*='rule=paper']";
    page.click(link).await?;
    let query = page.query().await?;
    assert_eq!(query.get("rule").map(String::as_str), Some("paper"), "{query:?}");
    assert_eq!(page.value("#field-rule").await?, "paper");
    let after = (page.all_numbers().await?, page.pictures().await?);
    assert_ne!(after.0, before.0, "the link changed no number");
    assert_ne!(after.1[0], before.1[0], "the link did not change the figure");
    page.browser.back().await?;
    page.ready().await?;
    assert_eq!((page.all_numbers().await?, page.pictures().await?), before, "after Back");
    assert_eq!(page.value("#field-rule").await?, "continuous");
    page.browser.forward().await?;
    page.ready().await?;
    assert_eq!((page.all_numbers().await?, page.pictures().await?), after, "after Forward");
    // The page was not loaded anew for any of this.
    let modules = page.site.requests().iter().filter(|r| r.path.ends_with(".wasm")).count();
    assert_eq!(modules, 1, "the module was loaded {modules} times");
    page.close().await
}

#[tokio::test]
async fn a_change_just_before_a_link_is_followed_is_not_lost() -> Outcome {
    let page = Page::open("?v=1&lab=density").await?;
    // Within the pause after which the address follows, as by a quick hand.
    let script = r"
        const done = arguments[0], box = document.querySelector('#field-probe');
        box.value = '0.75';
        box.dispatchEvent(new Event('change', { bubbles: true }));
        setTimeout(() => { document.querySelector('article a[href*=\'rule=paper\']').click(); done(1); }, 50);";
    page.browser.execute_async(script, Vec::new()).await?;
    page.ready().await?;
    assert_eq!(page.value("#field-rule").await?, "paper");
    page.browser.back().await?;
    page.ready().await?;
    assert_eq!(page.value("#field-rule").await?, "continuous");
    assert_eq!(page.value("#field-probe").await?, "0.75", "Back does not return to what was on show");
    page.close().await
}

#[tokio::test]
async fn every_link_of_the_text_opens_without_a_notice() -> Outcome {
    let page = Page::open("").await?;
    let script =
        "return [...document.querySelectorAll('article a[href^=\"?\"]')].map(a => a.getAttribute('href'))";
    let links: Vec<String> = serde_json::from_value(page.run(script, vec![]).await?)?;
    assert!(links.len() > 8, "only {links:?}");
    for link in links {
        let follow = "document.querySelector(`article a[href='${arguments[0]}']`).click()";
        page.run(follow, vec![json!(link)]).await?;
        page.wait(&format!("the address of {link}"), &format!("location.search === {link:?}")).await?;
        // Maps of the plane take long by draws; the next link must cut them short.
        if !link.contains("target=") {
            page.ready().await?;
            let formula = page.at_probe("formula").await?;
            assert!(formula.is_finite(), "{link}: the formula's value is {formula}");
        }
        assert!(!page.shows(".notices").await?, "{link}: {}", page.text(".notices").await?);
    }
    page.close().await
}

#[tokio::test]
async fn the_share_panel_holds_the_link() -> Outcome {
    let page = Page::open("?v=1&lab=density&target=claw").await?;
    page.type_over("#field-probe", "0.25").await?;
    page.click_text("button", "Share").await?;
    let link = page.value("#share-link").await?;
    assert!(link.starts_with(&page.site.url()), "{link}");
    assert!(link.ends_with("?v=1&lab=density&target=claw&probe=0.25"), "{link}");
    page.press_focused(scorescope_e2e::Key::Escape + "").await?;
    assert!(!page.shows("#share-link").await?, "Escape does not close the panel");
    page.close().await
}
