//! The figure as it stands in somebody else's page.

use scorescope_e2e::{Outcome, Page};

#[tokio::test]
async fn embedded_only_the_figure_and_its_controls_remain() -> Outcome {
    let page = Page::open("?v=1&lab=density&target=claw&embed=1").await?;
    for gone in ["header nav", "article", "footer"] {
        assert!(!page.shows(gone).await?, "{gone} is shown");
    }
    // The heading is there for those who listen, and takes no room.
    let heading =
        page.run("return document.querySelector('h1').getBoundingClientRect().height", vec![]).await?;
    assert!(heading.as_f64().is_some_and(|height| height <= 1.0), "{heading}");
    for there in [".figure canvas", "#field-target", "header a[target=_blank]"] {
        assert!(page.shows(there).await?, "{there} is not shown");
    }
    page.screenshot("embed").await?;
    let full = page.run("return document.querySelector('header a[target=_blank]').href", vec![]).await?;
    assert_eq!(full.as_str(), Some(format!("{}?v=1&lab=density&target=claw", page.site.url()).as_str()));
    // It follows the controls.
    page.set("#field-estimator", "quadrature").await?;
    let full = page.run("return document.querySelector('header a[target=_blank]').href", vec![]).await?;
    let full = full.as_str().unwrap_or_default().to_owned();
    assert!(full.ends_with("&estimator=quadrature"), "{full}");
    let numbers = page.at_probe("formula").await?;
    page.browser.goto(full).await?;
    page.ready().await?;
    assert!(
        page.shows("header nav").await?
            && page.shows("article").await?
            && !page.shows("header a[target=_blank]").await?
    );
    assert_eq!(page.at_probe("formula").await?, numbers);
    page.close().await
}

#[tokio::test]
async fn groups_can_be_hidden() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence,text").await?;
    assert_eq!(page.count(".figure canvas").await?, 2, "the main figure and the probe’s");
    assert_eq!(page.count("article").await?, 0, "the text");
    assert!(!page.text("#main").await?.contains("How the error falls"));
    page.visit(
        "?v=1&lab=density&hide=target,estimator,time,curves,error,probe,convergence,numbers,text,export",
    )
    .await?;
    assert_eq!(page.count(".figure canvas").await?, 1);
    assert_eq!(
        page.count("form select, form input, details, article").await?,
        0,
        "of the hidden groups something is left"
    );
    page.close().await
}
