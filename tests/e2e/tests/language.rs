//! The page in Japanese: by its link, by the browser's preference and by the control in the header; English alone
//! fetches none of it.

use scorescope_e2e::{Options, Outcome, Page, axe, json};

/// How the language of the document is asked for.
const IN_JAPANESE: &str = "document.documentElement.lang === 'ja'";

/// Files of which the name begins so that were asked for.
fn asked(page: &Page, start: &str) -> Vec<String> {
    let requests = page.site.requests();
    let names = requests.iter().filter_map(|r| r.path.rsplit('/').next().map(str::to_owned));
    names.filter(|name| name.starts_with(start)).collect()
}

#[tokio::test]
async fn a_link_opens_in_japanese() -> Outcome {
    let page = Page::open("?v=1&lab=density&estimator=quadrature&probe=0.5&lang=ja").await?;
    page.wait("Japanese", IN_JAPANESE).await?;
    assert_eq!(page.text("h1").await?, "密度公式");
    let nav = page.text("header nav").await?;
    assert!(nav.contains("拡散損失") && !nav.contains("Forward"), "{nav}");
    assert_eq!(
        page.run("return document.title", vec![]).await?,
        json!("Scorescope: 拡散モデルのスコアに基づく密度公式")
    );
    // Numbers are those of the English page, under other names.
    let table = page.table("における対数密度").await?;
    let formula = table.cell("公式", "値").ok_or("no row of the formula")?;
    let label = page.run("return document.querySelector('.figure canvas').ariaLabel", vec![]).await?;
    assert!(label.as_str().is_some_and(|label| label.contains("厳密な曲線")), "{label}");
    // Nothing in English is left but names.
    let script =
        "return [...document.querySelectorAll('legend, label, h2, button, option, caption, th, .status')]
        .map(e => e.textContent.trim()).filter(t => /[a-z]{4} [a-z]{3}/.test(t))";
    assert_eq!(page.run(script, vec![]).await?, json!([]));
    assert!(page.text("article h2").await?.chars().any(|c| c > '\u{3000}'));
    assert_eq!((asked(&page, "words-ja").len(), asked(&page, "app-").len()), (1, 0));
    page.screenshot("japanese").await?;
    // Links in the text stay in the language.
    page.click("article li a").await?;
    page.address_has("lang", "ja").await?;
    page.ready().await?;
    assert_eq!(page.text("h1").await?, "密度公式");
    page.visit("?v=1&lab=density&estimator=quadrature&probe=0.5").await?;
    assert_eq!(page.at_probe("formula").await?, formula);
    page.close().await
}

#[tokio::test]
async fn the_control_turns_the_page_and_keeps_what_it_shows() -> Outcome {
    let page = Page::open("?v=1&lab=density&target=trio&estimator=quadrature").await?;
    page.set("#field-rule", "paper").await?;
    let formula = page.at_probe("formula").await?;
    assert_eq!(page.text("a.language").await?, "日本語");
    page.begin("a.language").await?;
    page.wait("Japanese", IN_JAPANESE).await?;
    page.ready().await?;
    let query = page.query().await?;
    let value = |key: &str| query.get(key).map(String::as_str);
    assert_eq!(
        [value("target"), value("estimator"), value("rule"), value("lang")],
        [Some("trio"), Some("quadrature"), Some("paper"), Some("ja")]
    );
    assert_eq!(page.table("における対数密度").await?.cell("公式", "値"), Some(formula));
    page.begin("a.language").await?;
    page.wait("English", "document.documentElement.lang === 'en' && document.querySelector('a.language')")
        .await?;
    page.ready().await?;
    assert_eq!(page.at_probe("formula").await?, formula);
    page.address_has("lang", "en").await?;
    page.browser.back().await?;
    page.wait("Japanese again", IN_JAPANESE).await?;
    page.ready().await?;
    assert_eq!(page.text("a.language").await?, "English");
    page.close().await
}

#[tokio::test]
async fn the_browsers_preference_decides_where_the_link_does_not() -> Outcome {
    let page = Page::open("?v=1&lab=forward").await?;
    assert_eq!(page.run("return document.documentElement.lang", vec![]).await?, json!("en"));
    assert_eq!(asked(&page, "words"), Vec::<String>::new(), "English needs no words");
    let agent = page.run("return navigator.userAgent", vec![]).await?;
    let preferred = json!({ "userAgent": agent, "acceptLanguage": "fr-FR,ja-JP,en" });
    page.devtools("Emulation.setUserAgentOverride", preferred).await?;
    page.visit("?v=1&lab=forward").await?;
    page.wait("Japanese", IN_JAPANESE).await?;
    assert_eq!(page.text("h1").await?, "ノイズへ、そして元へ");
    assert!(!page.query().await?.contains_key("lang"));
    page.visit("?v=1&lab=forward&lang=en").await?;
    assert_eq!(page.text("h1").await?, "Into noise and back");
    assert_eq!(page.text("a.language").await?, "日本語");
    page.close().await
}

#[tokio::test]
async fn files_name_their_columns_in_english() -> Outcome {
    let page = Page::open("?v=1&lab=density&estimator=quadrature&lang=ja").await?;
    let catch = "navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }";
    page.run(catch, vec![]).await?;
    page.click("details.export summary").await?;
    page.wait("the menu", "document.querySelector('details.export .export-row')").await?;
    for (format, english) in
        [("CSV", "exact [nats],formula [nats]"), ("JSON", "\"exact\""), ("NumPy", "import numpy")]
    {
        page.run("window.copied = ''", vec![]).await?;
        page.click(&format!("details.export button[aria-label='{format} をコピー']")).await?;
        page.wait("the text", "window.copied").await?;
        let text = page.run("return window.copied", vec![]).await?;
        let text = text.as_str().unwrap_or_default();
        let japanese: String = text.chars().filter(|c| ('\u{3040}'..'\u{a000}').contains(c)).collect();
        assert!(text.contains(english), "{format}: {}", &text[..600.min(text.len())]);
        assert_eq!(japanese, "", "{format}");
    }
    // The figure on the page speaks Japanese as before.
    page.ready().await?;
    let label = page.run("return document.querySelector('.figure canvas').ariaLabel", vec![]).await?;
    assert!(label.as_str().is_some_and(|label| label.contains("厳密な曲線")), "{label}");
    page.close().await
}

#[tokio::test]
async fn without_the_file_the_page_stays_in_english() -> Outcome {
    let options =
        Options { expected: vec!["stays in English".into(), "words-ja".into()], ..Options::default() };
    let page = Page::start(options).await?;
    page.devtools("Network.enable", json!({})).await?;
    page.devtools("Network.setBlockedURLs", json!({ "urls": ["*words-ja*"] })).await?;
    page.visit("?v=1&lab=density&lang=ja").await?;
    assert_eq!(page.text("h1").await?, "The density formula");
    assert_eq!(page.run("return document.documentElement.lang", vec![]).await?, json!("en"));
    page.close().await
}

#[tokio::test]
async fn axe_finds_nothing_in_japanese() -> Outcome {
    let Some(source) = axe::source() else {
        return Ok(());
    };
    let mut found = Vec::new();
    let page = Page::open("?v=1&lab=density&target=three&estimator=quadrature&lang=ja").await?;
    found.extend(axe::run(&page, &source, "the first lab in Japanese").await?);
    page.visit("?v=1&lab=forward&lang=ja&steps=abc").await?;
    found.extend(axe::run(&page, &source, "forward in Japanese, with a notice").await?);
    page.close().await?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}
