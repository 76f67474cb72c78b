//! The forward lab: its numbers against closed forms, its clock, and that the picture of a moment is
//! always the same.

use scorescope_e2e::{Options, Outcome, Page, Value, axe, json, lab::close};
use std::time::Duration;

/// The clock's place.
async fn level(page: &Page) -> Outcome<f64> {
    page.value_number(".player input[type=range]").await
}

/// Moves the clock's slider, as a hand would.
async fn scrub(page: &Page, level: u32) -> Outcome {
    let script = r"
        const slider = document.querySelector('.player input[type=range]');
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(slider, arguments[0]);
        slider.dispatchEvent(new Event('input', { bubbles: true }));";
    page.run(script, vec![json!(level.to_string())]).await?;
    page.ready().await
}

async fn main_picture(page: &Page) -> Outcome<Value> {
    page.pictures().await?.into_iter().next().ok_or_else(|| "no canvas".into())
}

/// One Gaussian `N(1, 1/4)` on the schedule uniform in `λ` from -9 to 9.
#[tokio::test]
async fn numbers_are_those_of_the_closed_form() -> Outcome {
    let page = Page::open("?v=1&lab=forward&target=custom&mix=1:1:0.25&schedule=log-snr").await?;
    let lambda = -9.0 + 18.0 / 99.0 * 49.0f64;
    let t = 1.0 / (1.0 + (-lambda).exp());
    let clock = page.table("Where the clock stands").await?;
    let value = |row: &str| clock.cell(row, "value").unwrap_or(f64::NAN);
    close("index", value("index k of the schedule"), 50.0, 1e-12)?;
    close("time", value("t, variance of the noise"), t, 1e-12)?;
    close("log-SNR", value("log-SNR (nats)"), -lambda, 1e-12)?;
    // Exact transitions: the particles are as far from the density as chance has it.
    let (distance, floor) =
        (value("distance of the particles from ρₜ"), value("the same for independent draws"));
    assert!(distance < 3.0 * floor && floor < 0.02 && floor > 1e-4, "{distance} {floor}");
    page.run("document.querySelectorAll('details.numbers').forEach(d => { d.open = true; })", vec![]).await?;
    page.wait(
        "the table",
        "[...document.querySelectorAll('caption')].some(c => c.textContent.includes('divergence'))",
    )
    .await?;
    let course = page.table("divergence from noise").await?;
    let variance = 0.25 * (1.0 - t) + t;
    let divergence = 0.5 * (variance + (1.0 - t) - 1.0 - variance.ln());
    close("divergence", course.cell("50", "KL(ρₜ ‖ N(0, I))").unwrap_or(f64::NAN), divergence, 1e-6)?;
    close(
        "at the data",
        course.cell("0", "KL(ρₜ ‖ N(0, I))").unwrap_or(f64::NAN),
        0.5 * (0.25 - 0.25f64.ln()),
        1e-6,
    )?;
    let orders = page.table("Distance from the target").await?;
    let slope = |name: &str| orders.cell("slope", name).unwrap_or(f64::NAN);
    for name in ["DDPM, β", "DDPM, β̃", "DDIM", "Euler"] {
        close(&format!("slope of {name}"), slope(name), -1.0, 0.25)?;
    }
    close("slope of Heun", slope("Heun"), -2.0, 0.2)?;
    page.close().await
}

#[tokio::test]
async fn play_runs_the_clock_and_pause_stops_it() -> Outcome {
    let page = Page::open("?v=1&lab=forward&time=0&samplesteps=1000&speed=40").await?;
    assert_eq!(level(&page).await?, 0.0);
    let before = main_picture(&page).await?;
    page.click(".player .play").await?;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(page.text(".player .play").await?, "Pause");
    page.click(".player .play").await?;
    page.ready().await?;
    let stopped = level(&page).await?;
    assert!((5.0..400.0).contains(&stopped), "{stopped}");
    assert_ne!(main_picture(&page).await?, before);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(level(&page).await?, stopped);
    // The address follows once the clock rests.
    let time: f64 = page.query().await?.get("time").ok_or("no time in the address")?.parse()?;
    close("time in the address", time, stopped / 1000.0, 1e-9)?;
    // A sampler runs down to the data and stops by itself.
    page.visit("?v=1&lab=forward&process=heun&time=0.4&samplesteps=20&speed=60").await?;
    page.click(".player .play").await?;
    page.wait("the end", "document.querySelector('.player input').value === '0'").await?;
    page.wait("the pause", "document.querySelector('.player .play').textContent === 'Play'").await?;
    page.close().await
}

#[tokio::test]
async fn a_moment_looks_the_same_whichever_way_one_comes() -> Outcome {
    let page = Page::open("?v=1&lab=forward&target=ring8&process=ddpm&time=0.3&samplesteps=60").await?;
    let (picture, words) = (main_picture(&page).await?, page.text(".player-words").await?);
    scrub(&page, 50).await?;
    assert_ne!(main_picture(&page).await?, picture);
    scrub(&page, 5).await?;
    scrub(&page, 18).await?;
    assert_eq!(page.text(".player-words").await?, words);
    assert_eq!(main_picture(&page).await?, picture);
    page.visit("?v=1&lab=forward&target=ring8&process=ddpm&time=0.3&samplesteps=60&particles=20001").await?;
    assert_ne!(main_picture(&page).await?, picture);
    page.close().await
}

/// On a GPU, here one in software, the particles are the same, and they play.
#[tokio::test]
async fn the_gpu_moves_the_same_particles() -> Outcome {
    let link = "?v=1&lab=forward&target=ring8&process=ddim&time=0.3&samplesteps=60&particles=5000";
    let options = Options { webgpu: true, ..Options::default() };
    let page = Page::open_with(options, &format!("{link}&backend=gpu")).await?;
    let distances = async |page: &Page| -> Outcome<[f64; 2]> {
        let clock = page.table("Where the clock stands").await?;
        let rows = ["distance of the particles from ρₜ", "the same for independent draws"];
        Ok(rows.map(|row| clock.cell(row, "value").unwrap_or(f64::NAN)))
    };
    assert!(page.text(".badge").await?.starts_with("GPU"), "{}", page.text(".badge").await?);
    assert!(page.text("p.status").await?.contains("5000 particles"), "{}", page.text("p.status").await?);
    assert!(page.text("p.status").await?.contains("on the GPU"), "{}", page.text("p.status").await?);
    let (there, picture) = (distances(&page).await?, main_picture(&page).await?);
    scrub(&page, 40).await?;
    assert_ne!(main_picture(&page).await?, picture);
    scrub(&page, 18).await?;
    assert_eq!(main_picture(&page).await?, picture, "back at the same moment");
    page.click(".player .play").await?;
    page.wait("the end", "document.querySelector('.player input').value === '0'").await?;
    page.ready().await?;
    assert!(page.text(".badge").await?.starts_with("GPU"), "{}", page.text(".badge").await?);
    scrub(&page, 18).await?;
    page.set("#field-backend", "cpu").await?;
    page.wait("the workers", "document.querySelector('.badge').textContent.includes('workers')").await?;
    page.ready().await?;
    let here = distances(&page).await?;
    assert_eq!(there[1], here[1], "the independent draws are the same");
    assert!((there[0] - here[0]).abs() < 1e-3 && there[0] < 0.2, "{there:?} {here:?}");
    page.close().await
}

/// With less motion wanted the clock goes in leaps of a twelfth.
#[tokio::test]
async fn less_motion_is_a_few_leaps() -> Outcome {
    let page =
        Page::open_with(Options { still: true, ..Options::default() }, "?v=1&lab=forward&time=0").await?;
    page.click(".player .play").await?;
    tokio::time::sleep(Duration::from_millis(2600)).await;
    page.click(".player .play").await?;
    let stopped = level(&page).await?;
    assert!(stopped > 0.0 && stopped <= 27.0 && stopped % 9.0 == 0.0, "{stopped}");
    page.close().await
}

#[tokio::test]
async fn axe_finds_nothing() -> Outcome {
    let Some(source) = axe::source() else {
        return Ok(());
    };
    let page = Page::open("?v=1&lab=forward").await?;
    let mut found = axe::run(&page, &source, "forward").await?;
    let _host = page.embed("v=1&lab=forward&target=ring8&process=ddpm&theme=dark&embed=1").await?;
    found.extend(axe::run(&page, &source, "forward, dark, embedded").await?);
    page.close().await?;
    let narrow = Options { size: (320, 640), ..Options::default() };
    let page = Page::open_with(narrow, "?v=1&lab=forward&target=three&process=ddim").await?;
    found.extend(axe::run(&page, &source, "forward in the plane at 320 px").await?);
    page.close().await?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}
