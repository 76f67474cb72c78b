//! The figures show something, in every theme and at every width.

use scorescope_e2e::{Options, Outcome, Page, Pixels};

/// The main figure: the first canvas of the page.
async fn figure(page: &Page) -> Outcome<Pixels> {
    let pixels = page.canvas(".figure canvas").await?;
    assert!(pixels.colours > 20, "the main figure has {} colours", pixels.colours);
    Ok(pixels)
}

async fn background(page: &Page) -> Outcome<String> {
    let script = "return getComputedStyle(document.documentElement).backgroundColor";
    Ok(page.run(script, vec![]).await?.as_str().unwrap_or_default().to_owned())
}

/// Nothing is wider than the window; the error names what is.
async fn fits(page: &Page, width: u32, what: &str) -> Outcome {
    let script = r"
        const wide = document.documentElement.scrollWidth;
        if (wide <= arguments[0] && innerWidth <= arguments[0]) return '';
        const scrolls = e => e && (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement));
        const over = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility())
            .filter(e => e.getBoundingClientRect().right > arguments[0] + 0.5 && !scrolls(e.parentElement))
            .map(e => `${e.tagName}.${e.className} ends at ${Math.round(e.getBoundingClientRect().right)}`);
        return `${wide} px: ${over.slice(0, 8).join(', ')}`;";
    let over = page.run(script, vec![width.into()]).await?;
    assert_eq!(over, "", "{what} overflows {width} px");
    Ok(())
}

#[tokio::test]
async fn the_figures_show_their_targets() -> Outcome {
    let page = Page::open("?v=1&lab=density&estimator=quadrature").await?;
    page.screenshot("desktop").await?;
    let bimodal = figure(&page).await?;
    page.set("#field-target", "claw").await?;
    let claw = figure(&page).await?;
    assert_ne!(bimodal.hash, claw.hash, "bimodal and claw look the same");
    page.set("#field-target", "three").await?;
    let three = figure(&page).await?;
    page.screenshot("plane").await?;
    page.set("#field-target", "grid9").await?;
    assert_ne!(figure(&page).await?.hash, three.hash, "three Gaussians and the grid look the same");
    page.set("#field-target", "bimodal").await?;
    assert_eq!(figure(&page).await?.hash, bimodal.hash, "back at bimodal the picture is another");
    page.close().await
}

#[tokio::test]
async fn all_figures_are_drawn_anew_with_their_words() -> Outcome {
    let page = Page::open("?v=1&lab=density&estimator=quadrature").await?;
    let (mut words, mut pictures) = (labels(&page).await?, page.pictures().await?);
    assert_eq!(words.len(), 3, "{words:?}");
    for target in ["claw", "trio"] {
        page.set("#field-target", target).await?;
        let (new_words, new_pictures) = (labels(&page).await?, page.pictures().await?);
        for i in 0..3 {
            assert_ne!(new_words[i], words[i], "with {target} the text of figure {i} stays");
            assert_ne!(
                new_pictures[i], pictures[i],
                "with {target} the picture of figure {i} stays, but its text is now {}",
                new_words[i]
            );
        }
        (words, pictures) = (new_words, new_pictures);
    }
    page.visit("?v=1&lab=density&estimator=quadrature&target=trio").await?;
    assert_eq!(page.pictures().await?, pictures, "loaded anew (left)");
    page.close().await
}

async fn labels(page: &Page) -> Outcome<Vec<String>> {
    let script = "return [...document.querySelectorAll('canvas')].map(c => c.getAttribute('aria-label'))";
    Ok(serde_json::from_value(page.run(script, vec![]).await?)?)
}

#[tokio::test]
async fn dark_is_followed_and_can_be_chosen() -> Outcome {
    let page = Page::open("").await?;
    let (light, picture) = (background(&page).await?, figure(&page).await?.hash);
    page.media(&[("prefers-color-scheme", "dark")]).await?;
    page.wait("the dark theme", "document.documentElement.dataset.theme === 'dark'").await?;
    page.ready().await?;
    let (dark, dark_picture) = (background(&page).await?, figure(&page).await?.hash);
    assert_ne!(dark, light, "the background does not follow the system");
    assert_ne!(dark_picture, picture, "the figure does not follow the system");
    page.screenshot("dark").await?;
    // The button: automatic, light, dark.
    page.click("button.theme").await?;
    assert_eq!(
        (background(&page).await?, figure(&page).await?.hash),
        (light.clone(), picture),
        "light, by the button"
    );
    page.address_has("theme", "light").await?;
    page.media(&[("prefers-color-scheme", "light")]).await?;
    page.click("button.theme").await?;
    assert_eq!(
        (background(&page).await?, figure(&page).await?.hash),
        (dark.clone(), dark_picture),
        "dark, by the button"
    );
    page.address_has("theme", "dark").await?;
    page.browser.refresh().await?;
    page.ready().await?;
    assert_eq!(background(&page).await?, dark, "a link with theme=dark");
    page.click("button.theme").await?;
    assert_eq!(background(&page).await?, light, "automatic again");
    page.close().await
}

#[tokio::test]
async fn on_a_phone_everything_fits_and_the_controls_come_below() -> Outcome {
    let page = Page::start(Options::default()).await?;
    page.metrics(375, 800, 2.0, true).await?;
    page.visit("").await?;
    fits(&page, 375, "the page").await?;
    page.screenshot("phone").await?;
    let script = r"
        const figure = document.querySelector('.figure canvas').getBoundingClientRect();
        const controls = document.querySelector('form').getBoundingClientRect();
        return [controls.top - figure.bottom, figure.width, figure.height];";
    let found: [f64; 3] = serde_json::from_value(page.run(script, vec![]).await?)?;
    assert!(found[0] >= 0.0, "the controls begin {} px above the end of the figure", -found[0]);
    assert!(found[1] > 300.0 && found[2] > 150.0, "the figure is {} x {}", found[1], found[2]);
    page.click("details.numbers summary").await?;
    fits(&page, 375, "the table of numbers").await?;
    page.click_text("button", "Share").await?;
    fits(&page, 375, "the share panel").await?;
    page.close().await
}

#[tokio::test]
async fn nothing_overflows_at_320_pixels() -> Outcome {
    let page = Page::start(Options::default()).await?;
    page.metrics(320, 640, 2.0, true).await?;
    page.visit("?v=1&lab=density&estimator=quadrature&steps=99999999&unknown=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").await?;
    fits(&page, 320, "the page with a notice").await?;
    page.click_text("button", "Edit its components").await?;
    fits(&page, 320, "the editor").await?;
    page.set("#field-target", "three").await?;
    fits(&page, 320, "the plane").await?;
    page.set("#field-target", "custom").await?;
    fits(&page, 320, "the editor of the plane").await?;
    page.screenshot("narrow").await?;
    // The page around it has margins of 8 pixels.
    let _host = page.embed("v=1&lab=density&embed=1").await?;
    fits(&page, 304, "the embedded page").await?;
    page.close().await
}

#[tokio::test]
async fn the_figure_follows_the_window() -> Outcome {
    let page = Page::open("").await?;
    let wide = figure(&page).await?;
    let width = async |what: &str, condition: String| {
        let expression = format!("document.querySelector('.figure canvas').width {condition}");
        page.wait(what, &expression).await
    };
    page.metrics(800, 900, 1.0, false).await?;
    width("the figure to shrink", format!("< {}", wide.width)).await?;
    fits(&page, 800, "the page").await?;
    page.metrics(1280, 900, 1.0, false).await?;
    width("the figure to grow", format!("=== {}", wide.width)).await?;
    page.ready().await?;
    assert_eq!(figure(&page).await?, wide, "the picture after the window’s changes (left)");
    page.close().await
}
