//! Networks that are trained beside closed forms: the two GANs of the GAN lab and the heads of the
//! diffusion-loss lab begin when they are told to, pause, and come back the same from their link.

use scorescope_e2e::{Options, Outcome, Page, Table};
use std::time::Duration;

/// Small networks, which take a second.
const GANS: &str = "?v=1&lab=gan&target=three&units=16&layers=2&batch=32&seed=3";
const HEADS: &str = "?v=1&lab=diffusion-loss&target=three&units=16&layers=2&batch=32&seed=3";

/// Words of the captions of what was found.
const MEASURED: &str = "10,000 samples of each generator";
const LIKELIHOOD: &str = "Held-out log-likelihood after";

/// The button that trains and pauses.
const BUTTON: &str = ".trainer .play";

/// Waits until a training is done and what it found is on show.
async fn trained(page: &Page, steps: usize) -> Outcome {
    let shown = format!(
        "[...document.querySelectorAll('caption')].some(c => /after {steps} steps/.test(c.textContent))"
    );
    page.wait(&format!("{steps} steps"), &shown).await?;
    page.ready().await
}

fn cells(table: &Table, rows: &[&str]) -> Outcome<Vec<f64>> {
    let row = |name: &&str| table.row(name).ok_or_else(|| format!("no row {name}").into());
    let rows: Outcome<Vec<&[f64]>> = rows.iter().map(row).collect();
    Ok(rows?.concat())
}

async fn measured(page: &Page) -> Outcome<Vec<f64>> {
    let table = page.table(MEASURED).await?;
    cells(
        &table,
        &["Jensen–Shannon divergence, nats", "mean of −log p, nats", "loss of the discriminator, nats"],
    )
}

#[tokio::test]
async fn two_gans_are_trained_and_come_back_from_their_link() -> Outcome {
    let page = Page::open(&format!("{GANS}&train=200")).await?;
    // Nothing is fetched or trained that nobody asked for.
    assert_eq!(page.text(BUTTON).await?, "Train");
    assert!(page.table(MEASURED).await.is_err());
    page.begin(BUTTON).await?;
    trained(&page, 200).await?;
    let found = measured(&page).await?;
    // Without, with, target, equilibrium: the target's own draws are nearer to it than either.
    assert!(found.len() == 12 && found[2] < found[0] && found[2] < found[1], "{found:?}");
    assert!(found[0] != found[1] && found[0] < std::f64::consts::LN_2, "{found:?}");
    page.address_has("at", "200").await?;
    page.click(".trainer button[aria-label='+10 steps']").await?;
    trained(&page, 210).await?;
    let further = measured(&page).await?;
    assert_ne!(found, further);
    // Another page comes to the same numbers, whatever the pauses on the way.
    page.visit(&format!("{GANS}&train=200&at=210")).await?;
    trained(&page, 210).await?;
    assert_eq!(measured(&page).await?, further);
    // Back to nothing.
    page.click(".trainer button:first-child").await?;
    page.wait("an untrained network", "!location.search.includes('at=')").await?;
    page.close().await
}

#[tokio::test]
async fn a_pause_keeps_what_was_learned() -> Outcome {
    let page = Page::open(&format!("{GANS}&train=100000")).await?;
    page.begin(BUTTON).await?;
    page.wait(
        "a first measurement",
        "[...document.querySelectorAll('caption')].some(c => /after [1-9]00 steps/.test(c.textContent))",
    )
    .await?;
    page.begin(BUTTON).await?;
    page.wait("a pause", "/[?&]at=\\d+/.test(location.search)").await?;
    page.ready().await?;
    let at: usize = page.query().await?.get("at").and_then(|at| at.parse().ok()).unwrap_or(0);
    assert!((100..100_000).contains(&at), "{at}");
    let found = measured(&page).await?;
    let caption = page.text("#training-heading ~ .table-box caption").await?;
    assert!(caption.contains(&format!("after {at} steps")), "{caption}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(measured(&page).await?, found);
    page.close().await
}

#[tokio::test]
async fn heads_are_trained_with_every_weighting() -> Outcome {
    let page = Page::open(&format!("{HEADS}&train=60")).await?;
    page.begin(BUTTON).await?;
    trained(&page, 60).await?;
    let table = page.table(LIKELIHOOD).await?;
    let column = |name: &str| table.column(name).ok_or_else(|| format!("no column {name}"));
    let (values, errors) = (column("log-likelihood")?, column("standard error")?);
    assert_eq!(values.len(), 7);
    // The formula with the exact score is the truth, and no network that has seen so little comes near.
    assert!((values[0] - values[1]).abs() < 3.0 * errors[1] + 0.1, "{values:?}");
    assert!(values[2..].iter().all(|v| *v < values[1]), "{values:?}");
    let falls = column("fall below the exact score’s")?;
    let predicted = column("predicted fall")?;
    for (fall, predicted) in falls[2..].iter().zip(&predicted[2..]) {
        assert!((fall - predicted).abs() < 0.25 * fall + 0.1, "{falls:?} {predicted:?}");
    }
    page.close().await
}

#[tokio::test]
async fn figures_do_not_jump_as_they_fill() -> Outcome {
    let page = Page::open_with(Options::default(), &format!("{GANS}&train=100")).await?;
    let heights = "return [...document.querySelectorAll('canvas')].map(c => c.clientHeight)";
    let before = page.run(heights, vec![]).await?;
    page.begin(BUTTON).await?;
    trained(&page, 100).await?;
    assert_eq!(page.run(heights, vec![]).await?, before);
    page.close().await
}
