//! Where maps are computed: in the fast workers, on a GPU, and on the tiers below when those are not
//! to be had; everywhere the same numbers.

use scorescope_e2e::{Options, Outcome, Page, json, number};

/// A map by quadrature, whose errors are far below those of any single precision.
const MAP: &str = "?v=1&lab=density&target=three&estimator=quadrature&hide=convergence";

/// What the badge says and why.
async fn badge(page: &Page) -> Outcome<String> {
    let text = page.text(".badge").await?;
    let title = page.find(".badge").await?.attr("title").await?.unwrap_or_default();
    Ok(format!("{text}: {title}"))
}

/// The largest difference that the status under the figure names, nats.
async fn largest(page: &Page) -> Outcome<f64> {
    let status = page.text("p.status").await?;
    let (_, rest) = status.split_once("largest difference ").ok_or("no largest difference")?;
    let value = number(rest.split(' ').next().unwrap_or_default());
    if value.is_finite() { Ok(value) } else { Err(format!("no number in {status:?}").into()) }
}

/// The formula's log-densities in the table of plotted numbers.
async fn table(page: &Page) -> Outcome<Vec<f64>> {
    page.click("details.numbers summary").await?;
    let table = page.table("Some of the plotted numbers, in nats").await?;
    table.column("formula").ok_or_else(|| format!("no column for the formula: {:?}", table.columns).into())
}

#[tokio::test]
async fn maps_come_from_the_fast_workers_and_the_page_says_so() -> Outcome {
    let page = Page::open("?v=1&lab=density").await?;
    assert!(badge(&page).await?.starts_with("CPU · worker"), "a curve needs no fast workers");
    let loads = |page: &Page| page.site.requests().iter().filter(|r| r.path.contains("/fast-")).count();
    assert_eq!(loads(&page), 0, "the module of the fast workers is not part of the first load");
    page.visit(MAP).await?;
    let words = badge(&page).await?;
    assert!(words.contains("SIMD workers") && words.contains("single precision"), "{words}");
    assert!(words.contains("Not on a GPU: no graphics adapter"), "{words}");
    assert!(loads(&page) > 0);
    assert!(largest(&page).await? < 1e-3);
    page.close().await
}

#[tokio::test]
async fn the_gpu_gives_the_same_map_and_is_forced_by_a_link() -> Outcome {
    let options = || Options { webgpu: true, ..Options::default() };
    // The adapter here is one in software: slower than the workers, so it is not the choice.
    let page = Page::open_with(options(), MAP).await?;
    let words = badge(&page).await?;
    assert!(words.contains("SIMD workers") && words.contains("adapter is one in software"), "{words}");
    let workers = (largest(&page).await?, table(&page).await?);
    page.close().await?;
    let page = Page::open_with(options(), &format!("{MAP}&backend=gpu")).await?;
    let words = badge(&page).await?;
    assert!(words.starts_with("GPU"), "{words}");
    assert!(page.text("p.status").await?.contains("on the GPU"));
    let gpu = (largest(&page).await?, table(&page).await?);
    assert!(gpu.0 < 1e-3 && (gpu.0 - workers.0).abs() < 1e-4, "{} and {}", gpu.0, workers.0);
    assert!(gpu.1.len() > 20 && gpu.1.len() == workers.1.len(), "{} numbers", gpu.1.len());
    for (ours, theirs) in gpu.1.iter().zip(&workers.1) {
        assert!(
            (ours - theirs).abs() < 1e-3 * (1.0 + theirs.abs()),
            "{ours} on the GPU, {theirs} in workers"
        );
    }
    // The control takes it back.
    page.set("#field-backend", "cpu").await?;
    let words = badge(&page).await?;
    assert!(words.contains("SIMD workers") && words.contains("the CPU is asked for"), "{words}");
    page.close().await
}

#[tokio::test]
async fn without_the_fast_module_the_pages_own_worker_draws_the_map() -> Outcome {
    let options = Options {
        expected: vec!["gone.js".into(), "404".into(), "Failed to fetch".into()],
        ..Options::default()
    };
    let page = Page::start(options).await?;
    let lose = "addEventListener('DOMContentLoaded', () =>
        document.getElementById('fast-script').setAttribute('content', './gone.js'));";
    page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": lose })).await?;
    page.visit(MAP).await?;
    let words = badge(&page).await?;
    assert!(words.starts_with("CPU · worker") && words.contains("without the fast workers"), "{words}");
    // In double precision the map is only better.
    assert!(largest(&page).await? < 1e-3);
    page.close().await
}
