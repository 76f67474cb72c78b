//! Whatever a link holds, the page opens in the nearest valid state and says what it left out.

use scorescope_e2e::{Outcome, Page, json};

/// A query after `?v=1&lab=density&`, words that its notice must have, and what controls then hold.
type Case<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)]);

/// Goes to a link as the Back button does, without loading the page anew, which takes much longer.
async fn return_to(page: &Page, query: &str) -> Outcome {
    let script = "history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'));";
    page.run(script, vec![json!(query)]).await?;
    page.ready().await
}

async fn check(page: &Page, (query, words, controls): &Case<'_>, load: bool) -> Outcome {
    let shown: String = query.chars().take(60).collect();
    let query = if query.starts_with('?') {
        (*query).to_owned()
    } else {
        format!("?v=1&lab=density&hide=convergence&{query}")
    };
    let opened = if load { page.visit(&query).await } else { return_to(page, &query).await };
    opened.map_err(|e| format!("{shown}: {e}"))?;
    assert!(page.shows(".notices").await?, "{shown}: there is no notice");
    let notice = page.text(".notices").await?;
    for word in *words {
        assert!(notice.contains(word), "{shown}: the notice does not say {word:?}: {notice}");
    }
    assert!(notice.len() < 2000, "{shown}: the notice has {} bytes", notice.len());
    assert!(notice.contains("Copy the original link"), "{shown}: nothing to copy the link with: {notice}");
    for (css, value) in *controls {
        assert_eq!(page.value(css).await?, *value, "{shown}: {css}");
    }
    let formula = page.at_probe("formula").await?;
    assert!(formula.is_finite(), "{shown}: the formula's value is {formula}");
    Ok(())
}

#[tokio::test]
async fn values_that_cannot_be_used_are_replaced_and_named() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence").await?;
    let cases: [Case; 9] = [
        ("colour=red", &["colour=red", "no such setting"], &[]),
        ("steps=abc", &["steps=abc", "not a number"], &[("#field-steps", "100")]),
        ("delta=1e400", &["delta=1e400", "range"], &[("#field-delta", "10")]),
        ("delta=NaN", &["delta=NaN", "not a number"], &[("#field-delta", "0")]),
        ("t1=0.7&t2=0.2", &["t1", "t2", "below"], &[("#field-t1", "0"), ("#field-t2", "1")]),
        ("probe=1:2", &["probe=1:2", "dimension 1"], &[]),
        (
            "estimator=magic&rule=paper",
            &["estimator=magic", "quadrature"],
            &[("#field-estimator", "stein"), ("#field-rule", "paper")],
        ),
        ("steps=20&steps=30", &["steps=30", "before"], &[("#field-steps", "20")]),
        ("?v=1&lab=nothing&hide=convergence&steps=20", &["lab=nothing"], &[("#field-steps", "20")]),
    ];
    for case in &cases {
        check(&page, case, false).await?;
    }
    page.close().await
}

#[tokio::test]
async fn mixtures_that_are_none_are_refused_with_the_reason() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&mix=1:0:1").await?;
    let bimodal = [("#field-target", "bimodal")];
    let many = vec!["1:0:1"; 65].join("_");
    let cases: [Case; 7] = [
        ("target=custom", &["target=custom", "mix"], &bimodal),
        ("target=custom&mix=-0.5:0:1_1:1:1", &["mix=", "component 1", "weight"], &bimodal),
        ("target=custom&mix=1:0:0:1:1:1", &["mix=", "component 1", "positive definite"], &bimodal),
        ("target=custom&mix=1:0:0", &["mix=", "component 1", "positive definite"], &bimodal),
        ("target=custom&mix=1:0", &["mix=", "component 1", "2 numbers"], &bimodal),
        ("target=custom&mix=1:zero:1", &["mix=", "zero"], &bimodal),
        (&format!("target=custom&mix={many}"), &["mix=", "64"], &bimodal),
    ];
    for case in &cases {
        check(&page, case, false).await?;
    }
    page.close().await
}

#[tokio::test]
async fn hostile_links_open_to_a_page_that_works() -> Outcome {
    let page = Page::start(scorescope_e2e::Options::default()).await?;
    let long = format!("steps=20&junk={}", "a".repeat(100_000));
    let longer_key = format!("steps=20&{}=1", "k".repeat(5_000));
    let cases: [Case; 6] = [
        ("?v=99&lab=density&hide=convergence&steps=20", &["v=99", "newer"], &[("#field-steps", "20")]),
        ("?v=-1&lab=density&hide=convergence&steps=20", &["v=-1"], &[("#field-steps", "20")]),
        (&long, &["bytes"], &[("#field-steps", "20")]),
        (&longer_key, &["no such setting"], &[("#field-steps", "20")]),
        (
            "%E0%A4%A=%FF%zz&estimator=%ZZ&steps=20",
            &["estimator=", "no such setting"],
            &[("#field-steps", "20")],
        ),
        ("x=%3Cscript%3Ealert(1)%3C/script%3E&%00=%0A", &["<script>", "no such setting"], &[]),
    ];
    for case in &cases {
        check(&page, case, true).await?;
    }
    page.close().await
}

#[tokio::test]
async fn a_number_out_of_range_is_moved_and_the_original_link_can_be_copied() -> Outcome {
    let page = Page::start(scorescope_e2e::Options::default()).await?;
    let query = "?v=1&lab=density&target=claw&steps=99999999";
    page.devtools(
        "Browser.grantPermissions",
        json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] }),
    )
    .await?;
    page.visit(query).await?;
    let notice = page.text(".notices").await?;
    assert!(notice.contains("steps=99999999") && notice.contains("range"), "{notice}");
    let steps = page.value("#field-steps").await?;
    assert!(notice.contains(&steps), "the control shows {steps}, the notice says {notice}");
    // The address stays as it was opened until something changes, and the link is still there then.
    page.address_settled().await;
    let original = format!("{}{query}", page.site.url());
    assert_eq!(page.browser.current_url().await?.as_str(), original);
    page.set("#field-target", "trio").await?;
    page.address_has("target", "trio").await?;
    page.click_text("button", "Copy the original link").await?;
    page.wait(
        "the answer to copying",
        "/Copied|blocked/.test(document.querySelector('.notices').textContent)",
    )
    .await?;
    let read = "const done = arguments[0]; navigator.clipboard.readText().then(done, e => done(String(e)))";
    let copied = page.browser.execute_async(read, Vec::new()).await?;
    assert_eq!(copied.json().as_str(), Some(original.as_str()), "what was copied");
    page.click_text("button", "Dismiss").await?;
    assert!(!page.shows(".notices").await?, "“Dismiss” leaves the notice");
    page.close().await
}

#[tokio::test]
async fn a_good_link_gives_no_notice() -> Outcome {
    let page =
        Page::open("?v=1&lab=density&target=claw&estimator=qmc&draws=32&theme=light&backend=cpu").await?;
    assert!(!page.shows(".notices").await?, "{}", page.text(".notices").await?);
    page.close().await
}
