//! The labs beyond the first: their numbers against the oracle and closed forms, the way between them,
//! and that they are loaded only when asked for.

use scorescope_e2e::{
    Options, Outcome, Page, axe, json,
    lab::{Oracle, close},
};

#[tokio::test]
async fn minimisers_are_the_oracles() -> Outcome {
    let oracle = Oracle::read("bimodal-1d")?;
    let mix = oracle.mix();
    let page =
        Page::open(&format!("?v=1&lab=elbo&target=custom&mix={mix}&schedule=linear&steps=50&variance=beta"))
            .await?;
    let check = async |steps: u32, variance: &str| -> Outcome {
        let table = page.table("Where each objective is least").await?;
        let case = |key: &str| {
            oracle.scalar(
                "minimisers_symmetric_pair",
                &[("schedule", json!("linear")), ("steps", json!(steps))],
                key,
            )
        };
        for (row, key) in [
            ("likelihood", "nll"),
            ("density formula", "formula"),
            ("ELBO", variance),
            ("simple loss", "simple"),
        ] {
            let found = table.cell(row, "θ").ok_or_else(|| format!("no row {row}: {table:?}"))?;
            close(&format!("{row} at {steps} steps"), found, case(key), 1e-6)?;
        }
        Ok(())
    };
    check(50, "elbo_beta").await?;
    page.set("#field-variance", "beta-over-alpha").await?;
    page.type_over("#field-steps", "400").await?;
    check(400, "elbo_beta_over_alpha").await?;
    // By the parts: the mean of the ELBO under the data's own score stays below the data's mean log-density.
    let parts = page.table("The ELBO under").await?;
    let value = |row: &str| parts.cell(row, "value").unwrap_or(f64::NAN);
    close("sum of the parts", value("prior") + value("the steps") + value("decoder"), value("ELBO"), 1e-12)?;
    assert!(value("ELBO − log-density") < 0.0, "{parts:?}");
    page.close().await
}

#[tokio::test]
async fn equilibria_are_the_oracles() -> Outcome {
    let oracle = Oracle::read("bimodal-1d")?;
    let mix = oracle.mix();
    let page = Page::open(&format!("?v=1&lab=gan&target=custom&mix={mix}&lambda=0.5")).await?;
    for lambda in ["0.5", "2"] {
        page.type_over("#field-lambda", lambda).await?;
        let table = page.table("The generator at equilibrium").await?;
        for (row, key) in [
            ("KL(generator || data), nats", "kl_g_data"),
            ("Jensen–Shannon divergence, nats", "js"),
            ("total variation", "tv"),
            ("entropy of the generator, nats", "entropy_g"),
            ("log c", "log_c"),
        ] {
            let lam: f64 = lambda.parse()?;
            let expected = oracle.scalar("gan", &[("lam", json!(lam))], key);
            let found = table.cell(row, "formula’s weights").ok_or_else(|| format!("no {row}: {table:?}"))?;
            close(&format!("{row} at λ = {lambda}"), found, expected, 1e-6)?;
        }
    }
    page.type_over("#field-lambda", "0").await?;
    let table = page.table("The generator at equilibrium").await?;
    let kl = table.cell("KL(generator || data), nats", "formula’s weights").unwrap_or(f64::NAN);
    assert!(kl.abs() < 1e-9, "without a regulariser the generator is the data: {kl}");
    page.close().await
}

/// Two Gaussians at ±1 of equal weight and width: Bayes is right with probability Φ(1).
#[tokio::test]
async fn the_formulas_classifier_is_bayes_rule_and_uniform_weights_are_not() -> Outcome {
    let page = Page::open(
        "?v=1&lab=classifier&target=custom&mix=0.5:-1:1_0.5:1:1&classes=2&schedule=linear&steps=1000",
    )
    .await?;
    let table = page.table("With exact expectations").await?;
    let bayes = table.cell("Bayes’ rule", "accuracy").ok_or_else(|| format!("no Bayes: {table:?}"))?;
    close("accuracy of Bayes", bayes, 0.841_344_746_068_542_9, 2e-3)?;
    // A narrow class inside a wide one, where the weights matter.
    page.visit(
        "?v=1&lab=classifier&target=custom&mix=0.5:0:0.04_0.5:0:1&classes=2&schedule=linear&steps=1000",
    )
    .await?;
    let table = page.table("With exact expectations").await?;
    let agrees = |row: usize| table.rows[row].1[1];
    assert!(agrees(1) > 0.995, "{table:?}");
    assert!(agrees(2) < 0.97, "{table:?}");
    page.close().await
}

#[tokio::test]
async fn the_formulas_loss_is_the_likelihood() -> Outcome {
    let page = Page::open("?v=1&lab=diffusion-loss&target=three&schedule=linear").await?;
    let table = page.table("Loss against −log p").await?;
    let row = &table.rows[0].1;
    close("slope of the formula's loss", row[0], 1.0, 1e-6)?;
    close("R² of the formula's loss", row[1], 1.0, 1e-6)?;
    assert!(table.rows[1..].iter().any(|(_, row)| row[1] < 0.98), "{table:?}");
    page.close().await
}

/// The target goes along, Back returns, and the first lab's page loads nothing of the others.
#[tokio::test]
async fn the_way_between_labs_keeps_the_target() -> Outcome {
    let page = Page::open("?v=1&lab=density&target=claw&steps=60").await?;
    let loaded =
        "return performance.getEntriesByType('resource').map(e => e.name).filter(n => n.includes('/labs-'))";
    assert_eq!(page.run(loaded, vec![]).await?, json!([]), "another lab's module was loaded");
    for (name, title) in [
        ("Forward", "Into noise and back"),
        ("ELBO", "What training minimises"),
        ("GAN", "A regularised GAN at equilibrium"),
        ("Classifier", "Classes told apart by denoising"),
        ("Diffusion loss", "What a diffusion head minimises"),
        ("Learned", "A score that is learned"),
    ] {
        page.click_text("a", name).await?;
        page.ready().await?;
        assert_eq!(page.text("h1").await?, title);
        assert_eq!(page.value("#field-target").await?, "claw", "{name}");
        assert_eq!(page.text("nav a[aria-current]").await?, name);
        let query = page.query().await?;
        assert_eq!(query.get("steps").map(String::as_str), Some("60"), "{name}");
    }
    page.browser.back().await?;
    page.ready().await?;
    assert_eq!(page.text("h1").await?, "What a diffusion head minimises");
    page.close().await
}

#[tokio::test]
async fn axe_finds_nothing_in_any_lab() -> Outcome {
    let Some(source) = axe::source() else {
        return Ok(());
    };
    let mut found = Vec::new();
    let page = Page::open("?v=1&lab=elbo").await?;
    for lab in ["elbo", "gan", "classifier", "diffusion-loss"] {
        page.visit(&format!("?v=1&lab={lab}&schedule=linear")).await?;
        found.extend(axe::run(&page, &source, lab).await?);
        let _host = page.embed(&format!("v=1&lab={lab}&schedule=linear&theme=dark&embed=1")).await?;
        found.extend(axe::run(&page, &source, &format!("{lab}, dark, embedded")).await?);
    }
    page.close().await?;
    let narrow = Options { size: (320, 640), ..Options::default() };
    let page = Page::open_with(narrow, "?v=1&lab=gan&target=three").await?;
    for lab in ["gan", "classifier", "diffusion-loss"] {
        page.visit(&format!("?v=1&lab={lab}&target=three&schedule=linear")).await?;
        found.extend(axe::run(&page, &source, &format!("{lab} in the plane at 320 px")).await?);
    }
    page.close().await?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}
