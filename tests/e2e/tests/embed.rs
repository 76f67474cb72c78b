//! The figure as it stands in somebody else's page: in a sandboxed frame, at another site.

use scorescope_e2e::{Options, Outcome, Page, json, post};
use std::time::Duration;

#[tokio::test]
async fn embedded_only_the_figure_and_its_controls_remain() -> Outcome {
    let page = Page::start(Options::default()).await?;
    let _host = page.embed("v=1&lab=density&target=claw&embed=1").await?;
    for gone in ["header nav", "article", "footer", ".share"] {
        assert!(!page.shows(gone).await?, "{gone} is shown");
    }
    // The heading is there for those who listen, and takes no room.
    let heading =
        page.run("return document.querySelector('h1').getBoundingClientRect().height", vec![]).await?;
    assert!(heading.as_f64().is_some_and(|height| height <= 1.0), "{heading}");
    for there in [".figure canvas", "#field-target", "header a[target=_blank]"] {
        assert!(page.shows(there).await?, "{there} is not shown");
    }
    assert_eq!(page.run("return self.origin", vec![]).await?, json!("null"), "the frame has an origin");
    let badge = page.text(".badge").await?;
    assert!(badge.contains("CPU · worker"), "the badge says {badge:?}");
    page.screenshot("embed").await?;
    let full = page.run("return document.querySelector('header a[target=_blank]').href", vec![]).await?;
    assert_eq!(full.as_str(), Some(format!("{}?v=1&lab=density&target=claw", page.site.url()).as_str()));
    // It follows the controls.
    page.set("#field-estimator", "quadrature").await?;
    let full = page.run("return document.querySelector('header a[target=_blank]').href", vec![]).await?;
    let full = full.as_str().unwrap_or_default().to_owned();
    assert!(full.ends_with("&estimator=quadrature"), "{full}");
    let numbers = page.at_probe("formula").await?;
    page.browser.enter_default_frame().await?;
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
async fn unframed_it_is_the_full_page() -> Outcome {
    let page = Page::open("?v=1&lab=density&target=claw&embed=1&hide=probe,text").await?;
    for there in ["header nav", "article", "footer", ".share"] {
        assert!(page.shows(there).await?, "{there} is not shown");
    }
    assert_eq!(page.count(".figure canvas").await?, 3);
    assert!(!page.shows(".notices").await?);
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
        page.count("main select, main input, main details, article").await?,
        0,
        "of the hidden groups something is left"
    );
    page.close().await
}

/// The demonstration page as it would be at somebody else's.
fn demonstration(site: &str) -> Outcome<String> {
    let dist = std::env::var_os("SCORESCOPE_DIST").ok_or("SCORESCOPE_DIST is not set")?;
    let text = std::fs::read_to_string(std::path::Path::new(&dist).join("embed-demo.html"))?;
    Ok(text
        .replace("\"./", &format!("\"{site}"))
        .replace("<head>", "<head><link rel=\"icon\" href=\"data:,\">"))
}

#[tokio::test]
async fn three_figures_in_a_post_draw_say_their_height_and_share_what_they_load() -> Outcome {
    let page = Page::start(Options { size: (1000, 800), ..Options::default() }).await?;
    let _host = page.host(&demonstration(&page.site.url())?).await?;
    let heights =
        "return [...document.querySelectorAll('iframe')].map(f => [f.style.height, f.clientHeight])";
    for place in 0..3 {
        page.enter(place).await?;
        let canvas = page.canvas(".figure canvas").await?;
        assert!(canvas.colours > 8, "figure {place} is empty");
        // The page around it hears of a change a moment later.
        page.wait("the frame to fit", "document.documentElement.scrollHeight <= innerHeight + 1").await?;
        let inside = page.run("return document.querySelector('#app').getBoundingClientRect().height", vec![]);
        let inside = inside.await?.as_f64().unwrap_or_default().ceil();
        page.browser.enter_default_frame().await?;
        let all = page.run(heights, vec![]).await?;
        assert_eq!(all[place as usize][0], json!(format!("{}px", inside + 2.0)), "{all}: with two borders");
    }
    page.screenshot("embed-demo").await?;
    // The module of the first lab serves two figures, that of the others one; where the browser keeps no cache
    // for frames without an origin, which this one does not, embed.js has passed it on.
    let requests = page.site.requests();
    let modules: Vec<_> = requests.iter().map(|r| r.path.as_str()).filter(|p| p.ends_with(".wasm")).collect();
    let different: std::collections::BTreeSet<_> = modules.iter().collect();
    assert_eq!(modules.len(), different.len(), "modules were fetched more than once: {modules:#?}");
    assert!(different.len() >= 3, "{different:?}");
    page.close().await
}

#[tokio::test]
async fn without_the_script_each_figure_loads_by_itself() -> Outcome {
    let page = Page::start(Options::default()).await?;
    let frame = scorescope_e2e::frame(&page.site.url(), "v=1&lab=density&embed=1&hide=probe,convergence");
    let text = post(&page.site.url(), &frame).replace("embed.js", "index.html?no-script");
    let text = text.replace("<script async", "<link data-script").replace("></script>", ">");
    let _host = page.host(&text).await?;
    page.enter(0).await?;
    let modules = page.site.requests().iter().filter(|r| r.path.ends_with(".wasm")).count();
    assert_eq!(modules, 1);
    page.browser.enter_default_frame().await?;
    let height = page.run("return document.querySelector('iframe').style.height", vec![]).await?;
    assert_eq!(height, json!(""), "nobody was there to set it");
    page.close().await
}

#[tokio::test]
async fn out_of_sight_nothing_starts_and_what_runs_pauses() -> Outcome {
    let page = Page::start(Options::default()).await?;
    let query = "v=1&lab=forward&target=ring8&particles=2000&embed=1&hide=convergence,probe";
    let frame = scorescope_e2e::frame(&page.site.url(), query);
    let room = "<div style=\"height: 4000px\">far</div>";
    let _host = page.host(&post(&page.site.url(), &format!("{room}{frame}{room}"))).await?;
    page.browser.enter_frame(0).await?;
    page.wait("it to know that nobody looks", "document.querySelector('#app[data-away]')").await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let state = page.run("return document.querySelector('#app').dataset.state", vec![]).await?;
    assert_eq!(state, json!("loading"), "it computes though nobody looks");
    page.enter(0).await?;
    page.begin(".player .play").await?;
    page.wait("the clock to run", "document.querySelector('.player .play').textContent === 'Pause'").await?;
    page.browser.enter_default_frame().await?;
    page.run("scrollTo(0, 0)", vec![]).await?;
    page.browser.enter_frame(0).await?;
    page.wait("it to know that nobody looks", "document.querySelector('#app[data-away]')").await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let clock = "return document.querySelector('.player-words').textContent";
    let before = page.run(clock, vec![]).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(page.run(clock, vec![]).await?, before, "the clock runs though nobody looks");
    page.close().await
}

#[tokio::test]
async fn the_builders_text_shows_the_same_figure_in_another_page() -> Outcome {
    let options = Options { expected: vec!["Clipboard".into()], ..Options::default() };
    let page =
        Page::open_with(options, "?v=1&lab=density&target=trio&estimator=quadrature&probe=0.5").await?;
    let numbers = page.at_probe("formula").await?;
    page.click_text("button", "Share").await?;
    page.begin(".embedding summary").await?;
    page.wait("the builder", "document.querySelector('#embed-text')?.value").await?;
    let text = "return document.querySelector('#embed-text').value";
    let first = page.run(text, vec![]).await?.as_str().unwrap_or_default().to_owned();
    assert!(first.contains("loading=\"lazy\"") && !first.contains("allow-same-origin"), "{first}");
    // The probe's part, and a width of one's own.
    let probe = "const label = [...document.querySelectorAll('.builder label')]
        .find(l => l.textContent.includes('Probe')); label.click(); return label.textContent";
    page.run(probe, vec![]).await?;
    page.set("#embed-width", "700").await?;
    page.set("#embed-theme", "dark").await?;
    let second = page.run(text, vec![]).await?.as_str().unwrap_or_default().to_owned();
    assert!(second.contains("width=\"700\"") && second.contains("theme=dark"), "{second}");
    page.begin(".builder-preview summary").await?;
    page.wait("the preview", "document.querySelector('.builder-preview iframe').src.includes('embed=1')")
        .await?;
    page.screenshot("embed-builder").await?;
    let _host = page.host(&post(&page.site.url(), &second)).await?;
    page.enter(0).await?;
    assert_eq!(page.at_probe("formula").await?, numbers);
    assert!(page.run("return document.documentElement.dataset.theme", vec![]).await? == json!("dark"));
    assert_eq!(page.run("return innerWidth", vec![]).await?, json!(700));
    page.close().await
}
