//! A denoiser that is trained on the page: its numbers follow from the link, and nothing of it is fetched
//! before it is asked for.

use scorescope_e2e::{Options, Outcome, Page, axe, json, lab::close};

/// Small enough for some seconds.
const SMALL: &str = "?v=1&lab=learned&target=bimodal&units=24&layers=2&rate=0.01&steps=30&train=400";

const MODULES: &str =
    "return performance.getEntriesByType('resource').map(e => e.name).filter(n => n.includes('/learn-'))";

const STEPS: &str = "parseInt(document.querySelector('.trainer .player-words').textContent)";

/// Held-out numbers of the newest evaluation: learned, truth, fall, its error, the fall predicted.
async fn newest(page: &Page) -> Outcome<Vec<f64>> {
    let table = page.table("Held-out log-density").await?;
    let (_, row) = table.rows.last().ok_or("an empty table")?;
    Ok(row.clone())
}

#[tokio::test]
async fn it_learns_and_the_link_gives_the_same_numbers() -> Outcome {
    let page = Page::open(SMALL).await?;
    page.click_text("summary", "Table of numbers").await?;
    assert_eq!(page.table("Held-out log-density").await?.rows, [], "trained before it was asked to");
    assert_eq!(page.run(MODULES, vec![]).await?, json!([]), "the training code came unasked");
    page.begin(".trainer .play").await?;
    page.wait_for("400 steps", &format!("{STEPS} >= 400"), 60).await?;
    page.ready().await?;
    let found = newest(&page).await?;
    let table = page.table("Held-out log-density").await?;
    let (first, last) = (&table.rows[0], &table.rows[table.rows.len() - 1]);
    assert_eq!((first.0.as_str(), last.0.as_str()), ("0", "400"));
    assert!(last.1[2] < 0.3 * first.1[2], "it learned nothing: {table:?}");
    close("what the score costs, by its errors", found[2], found[4], 4.0 * found[3] + 1e-3)?;
    // The state is in the address, and the address gives the state.
    page.address_has("at", "400").await?;
    page.visit(&format!("{SMALL}&at=400")).await?;
    page.click_text("summary", "Table of numbers").await?;
    assert_eq!(newest(&page).await?, found);
    page.close().await
}

#[tokio::test]
async fn a_pause_keeps_what_is_there_and_a_reset_forgets_it() -> Outcome {
    let page = Page::open("?v=1&lab=learned&units=24&layers=2&steps=30&train=100000").await?;
    page.click_text("summary", "Table of numbers").await?;
    page.begin(".trainer .play").await?;
    page.wait_for("some steps", &format!("{STEPS} >= 40"), 60).await?;
    page.begin(".trainer .play").await?;
    page.ready().await?;
    let steps = page.run(&format!("return {STEPS}"), vec![]).await?;
    page.address_has("at", &steps.to_string()).await?;
    let paused = newest(&page).await?;
    // Ten steps more are ten steps more, and there and back again is the same.
    page.click("button[aria-label='+10 steps']").await?;
    page.ready().await?;
    let at = steps.as_f64().unwrap_or(0.0) + 10.0;
    page.address_has("at", &at.to_string()).await?;
    assert_ne!(newest(&page).await?, paused);
    page.visit(&format!("?v=1&lab=learned&units=24&layers=2&steps=30&train=100000&at={steps}")).await?;
    page.click_text("summary", "Table of numbers").await?;
    assert_eq!(newest(&page).await?, paused);
    page.click("button[aria-label='Back to an untrained network']").await?;
    page.ready().await?;
    assert_eq!(page.table("Held-out log-density").await?.rows, []);
    page.close().await
}

#[tokio::test]
async fn divergence_is_said_and_loses_nothing() -> Outcome {
    let page = Page::open("?v=1&lab=learned&units=24&layers=2&steps=30&train=300&optimiser=momentum&rate=10")
        .await?;
    page.begin(".trainer .play").await?;
    page.wait_for("a word", "document.body.textContent.includes('learning rate may help') || document.body.textContent.includes('learning rate is too large')", 60).await?;
    page.ready().await?;
    // Another rate, and it trains.
    page.type_over("#field-rate", "0.01").await?;
    page.begin(".trainer .play").await?;
    page.wait_for("300 steps", &format!("{STEPS} >= 300"), 60).await?;
    page.close().await
}

/// Where the module cannot be fetched the page says so, and goes on when it can.
#[tokio::test]
async fn a_module_that_is_gone_is_said_and_tried_again() -> Outcome {
    let expected = vec!["status of 404".to_owned()];
    let page = Page::open_with(Options { expected, ..Options::default() }, SMALL).await?;
    let swap = "const e = document.getElementById('learn-module'), was = e.content; e.content = arguments[0]; return was;";
    let there = page.run(swap, vec![json!("./gone.wasm")]).await?;
    page.begin(".trainer .play").await?;
    page.wait_for("a reason", "document.body.textContent.includes('the training module')", 30).await?;
    page.run(swap, vec![there]).await?;
    page.begin(".trainer .play").await?;
    page.wait_for("400 steps", &format!("{STEPS} >= 400"), 60).await?;
    assert!(!page.text("main").await?.contains("the training module"));
    page.close().await
}

#[tokio::test]
async fn axe_finds_nothing_while_it_trains_and_after() -> Outcome {
    let Some(source) = axe::source() else {
        return Ok(());
    };
    for (size, dark) in [((1400, 900), false), ((320, 640), true)] {
        let page = Page::open_with(Options { size, dark, ..Options::default() }, SMALL).await?;
        assert_eq!(axe::run(&page, &source, "untrained").await?, Vec::<String>::new());
        page.begin(".trainer .play").await?;
        page.wait_for("steps", &format!("{STEPS} >= 400"), 60).await?;
        page.ready().await?;
        assert_eq!(axe::run(&page, &source, "trained").await?, Vec::<String>::new());
        page.close().await?;
    }
    Ok(())
}
