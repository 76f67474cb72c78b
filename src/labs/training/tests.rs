//! Links and small runs.

use super::*;

fn found(query: &str, seed: u32) -> Vec<Quantity> {
    let (training, notices) = Training::open(query);
    assert!(notices.is_empty(), "{query}: {notices:?}");
    run(&training, seed).expect("trained")
}

fn number(quantities: &[Quantity], name: &str) -> f64 {
    quantities.iter().find(|q| q.name == name).expect("a name").values[0]
}

#[test]
fn links_round_trip_and_clamp() {
    for query in [
        "v=1&lab=learned&target=moons&seed=4&train=100&at=50&units=32&layers=2&rate=0.01&batch=64&optimiser=momentum&objective=min-snr&gamma=2",
        "v=1&lab=gan&target=grid9&lambda=0.2&weights=uniform&train=20&units=128&rate=0.002&score=learned&critic=3&warm=10",
        "v=1&lab=diffusion-loss&target=three&gamma=3&train=20&units=16",
    ] {
        let (training, notices) = Training::open(query);
        assert!(notices.is_empty(), "{query}: {notices:?}");
        assert_eq!(training.query(), query);
        assert_eq!(Training::open(&training.query()).0, training);
    }
    let (training, notices) = Training::open("lab=learned&train=1e9&units=2&rate=nan&nothing=1");
    assert_eq!((training.settings().steps, training.settings().shape.width), (200_000, 4));
    assert_eq!((training.settings().rate, notices.len()), (2e-3, 4));
    let (training, notices) = Training::open("lab=gan&rule=paper");
    assert_eq!((training, notices.len()), (Training::open("lab=gan").0, 1));
}

/// Training raises the held-out log-likelihood, and what is missing is what the score's errors predict.
#[test]
fn a_denoiser_learns() {
    let quantities = found("lab=learned&target=bimodal&train=300&units=32&layers=2&steps=40", 1);
    let list = |name: &str| &quantities.iter().find(|q| q.name == name).expect("a name").values;
    let learned = list("log_density_learned");
    assert_eq!(list("train_steps")[..3], [0.0, 4.0, 9.0]);
    assert!(learned[learned.len() - 1] > learned[0] + 0.2, "{learned:?}");
    let (fall, predicted) = (list("fall"), list("fall_predicted"));
    let off = (fall[0] - predicted[0]).abs();
    assert!(off < 0.15 * predicted[0], "{fall:?} {predicted:?}");
    assert_eq!(number(&quantities, "modes_in_all"), 2.0);
}

#[test]
fn both_gans_are_measured() {
    for score in ["exact", "learned"] {
        let query = format!("lab=gan&target=gaussian2&train=30&units=16&layers=1&score={score}");
        let quantities = found(&query, 2);
        assert!(number(&quantities, "js_plain") > 0.0 && number(&quantities, "js_regularised") > 0.0);
        assert_ne!(number(&quantities, "js_plain"), number(&quantities, "js_regularised"));
        assert_eq!(quantities, found(&query, 2));
    }
    // Until the regulariser is switched on the two are the same.
    let warm = found("lab=gan&target=gaussian2&train=5&warm=5&units=16&layers=1", 2);
    assert_eq!(number(&warm, "js_plain"), number(&warm, "js_regularised"));
    let (training, _) = Training::open("lab=gan&target=gaussian2&lambda=1");
    let predicted = predict(&training).expect("computed");
    // p² /(1/c - p) is sharper than p: -log p is smaller on average.
    let [with, without] =
        ["cross_entropy_predicted", "cross_entropy_floor"].map(|name| number(&predicted, name));
    assert!(with < without - 0.3, "{with} {without}");
}

#[test]
fn a_head_is_trained_for_each_weighting() {
    let quantities = found("lab=diffusion-loss&target=three&train=30&units=16&layers=1&steps=20", 1);
    let learned = &quantities[0];
    assert_eq!((learned.name, learned.values.len()), ("log_density_learned", 5));
    assert!(learned.values.iter().all(|v| v.is_finite()));
    assert_ne!(learned.values[0], learned.values[2]);
}

#[test]
fn what_cannot_be_learned_is_said() {
    let (training, _) = Training::open("lab=learned&target=bimodal&rate=10&optimiser=momentum&train=300");
    let words = run(&training, 1).expect_err("it diverges").to_string();
    assert!(words.contains("learning rate"), "{words}");
    // Images are no samples of a histogram: another target takes their place.
    let (digits, notices) = Training::open("lab=learned&target=digits");
    assert_eq!((digits.common().target.dim(), notices.len()), (1, 1), "{notices:?}");
    let (other, notices) = Training::open("lab=elbo&seed=3");
    assert_eq!((other.query().as_str(), notices.len()), ("v=1&lab=learned&seed=3", 1));
}
