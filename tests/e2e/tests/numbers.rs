//! The numbers that the page shows are those of the independent oracle, by link and by hand.

use scorescope_e2e::{
    Outcome, Page, json,
    lab::{Oracle, close},
};

/// Tolerance of the formula and the ODE in one dimension.
const LINE: f64 = 1e-6;
/// The same in two.
const PLANE: f64 = 1e-5;

/// Checks the exact value, the formula's and the ODE's at the probe, and the ELBO of 50 linear steps.
async fn agrees(page: &Page, oracle: &Oracle, index: usize, tolerance: f64) -> Outcome {
    let place = oracle.point(index);
    let what = |route: &str| format!("{route} at {place}");
    close(&what("exact"), page.at_probe("exact").await?, oracle.exact(index), 1e-9)?;
    for route in ["formula", "probability-flow ODE"] {
        let found = page.at_probe(route).await?;
        close(&what(route), found, oracle.exact(index), tolerance)?;
    }
    let wanted = [("schedule", json!("linear")), ("steps", json!(50)), ("variance", json!("beta"))];
    let elbo = oracle.case("elbo", &wanted, "value", index);
    close(&what("ELBO"), page.at_probe("ELBO").await?, elbo, tolerance)
}

#[tokio::test]
async fn a_custom_mixture_has_the_oracles_numbers() -> Outcome {
    let oracle = Oracle::read("bimodal-1d")?;
    let link = |index| {
        let (mix, probe) = (oracle.mix(), oracle.point(index));
        format!(
            "?v=1&lab=density&hide=convergence&target=custom&mix={mix}&estimator=quadrature&schedule=linear&steps=50&variance=beta&probe={probe}"
        )
    };
    let page = Page::open(&link(6)).await?;
    agrees(&page, &oracle, 6, LINE).await?;
    page.visit(&link(3)).await?;
    agrees(&page, &oracle, 3, LINE).await?;
    for variance in ["beta-over-alpha", "posterior"] {
        page.set("#field-variance", variance).await?;
        let wanted = [("schedule", json!("linear")), ("steps", json!(50)), ("variance", json!(variance))];
        let elbo = oracle.case("elbo", &wanted, "value", 3);
        close(&format!("ELBO, {variance}"), page.at_probe("ELBO").await?, elbo, LINE)?;
    }
    page.close().await
}

#[tokio::test]
async fn the_presets_have_the_oracles_numbers() -> Outcome {
    let link = |target: &str, oracle: &Oracle, index| {
        let probe = oracle.point(index);
        format!(
            "?v=1&lab=density&hide=convergence&target={target}&estimator=quadrature&schedule=linear&steps=50&variance=beta&probe={probe}"
        )
    };
    let claw = Oracle::read("claw-1d")?;
    let page = Page::open(&link("claw", &claw, 1)).await?;
    agrees(&page, &claw, 1, LINE).await?;
    let three = Oracle::read("three-2d")?;
    page.visit(&link("three", &three, 5)).await?;
    agrees(&page, &three, 5, PLANE).await?;
    page.close().await
}

#[tokio::test]
async fn the_discrete_rules_have_the_oracles_numbers() -> Outcome {
    let oracle = Oracle::read("bimodal-1d")?;
    let wanted = [("schedule", json!("li-yan")), ("steps", json!(100))];
    let query = "?v=1&lab=density&hide=convergence&estimator=quadrature&rule=paper&schedule=li-yan&steps=100&probe=0.264";
    let page = Page::open(query).await?;
    for (rule, key) in
        [("paper", "paper"), ("log-snr-left", "log_snr_left"), ("log-snr-trapezoid", "log_snr_trapezoid")]
    {
        page.set("#field-rule", rule).await?;
        let expected = oracle.case("discrete", &wanted, key, 6);
        close(rule, page.at_probe("formula").await?, expected, LINE)?;
    }
    page.close().await
}

#[tokio::test]
async fn the_controls_alone_lead_to_the_same_numbers() -> Outcome {
    let oracle = Oracle::read("claw-1d")?;
    let page = Page::open("?v=1&lab=density&hide=convergence").await?;
    page.set("#field-target", "claw").await?;
    page.set("#field-estimator", "quadrature").await?;
    page.type_over("#field-probe", "1.179").await?;
    page.type_over("#field-steps", "50").await?;
    page.set("#field-schedule", "linear").await?;
    page.set("#field-variance", "beta").await?;
    agrees(&page, &oracle, 1, LINE).await?;
    page.set("#field-rule", "paper").await?;
    let wanted = [("schedule", json!("linear")), ("steps", json!(50))];
    let expected = oracle.case("discrete", &wanted, "paper", 1);
    close("paper’s weights", page.at_probe("formula").await?, expected, LINE)?;
    let by_hand = page.all_numbers().await?;
    page.visit("?v=1&lab=density&hide=convergence&target=claw&estimator=quadrature&probe=1.179&steps=50&schedule=linear&variance=beta&rule=paper")
        .await?;
    assert_eq!(page.all_numbers().await?, by_hand, "by hand (right) and by link (left)");
    page.close().await
}

#[tokio::test]
async fn the_table_of_plotted_numbers_agrees_with_itself() -> Outcome {
    let page = Page::open("?v=1&lab=density&hide=convergence&estimator=quadrature&curves=ode,elbo").await?;
    page.click("details.numbers summary").await?;
    let table = page.table("plotted numbers").await?;
    let column = |name: &str| table.column(name).ok_or(format!("no column {name:?} in {:?}", table.columns));
    let (exact, formula, ode, difference) =
        (column("exact")?, column("formula")?, column("ODE")?, column("formula − exact")?);
    assert!(exact.len() >= 9, "only {} rows", exact.len());
    for i in 0..exact.len() {
        let place = &table.rows[i].0;
        close(&format!("formula at {place}"), formula[i], exact[i], LINE)?;
        close(&format!("ODE at {place}"), ode[i], exact[i], LINE)?;
        close(&format!("difference at {place}"), difference[i], formula[i] - exact[i], 1e-15)?;
    }
    let elbo = column("ELBO")?;
    assert!(elbo.iter().all(|v| v.is_finite()), "{elbo:?}");
    page.close().await
}
