//! Both languages natively, and places filled in order and by number.

use super::*;

#[test]
fn english_is_the_language_unless_asked() {
    assert_eq!(language(), Language::English);
    assert_eq!(tr!("Density"), "Density");
    let japanese = with(Language::Japanese, || {
        assert_eq!(language(), Language::Japanese);
        assert_eq!(with(Language::English, || tr!("Density")), "Density");
        tr!("Density")
    });
    assert_eq!(japanese, "密度");
    assert_eq!(language(), Language::English);
}

#[test]
fn constants_follow_the_language() {
    const NAME: Words = word!("Density");
    assert_eq!(NAME.text(), "Density");
    assert_eq!(with(Language::Japanese, || NAME.to_string()), "密度");
}

#[test]
fn places_are_filled_in_order_or_by_number() {
    assert_eq!(fill("{} of {} steps", &[&3, &"ten"]), "3 of ten steps");
    assert_eq!(fill("{1} 中 {0}", &[&3, &10]), "10 中 3");
    assert_eq!(fill("plain", &[]), "plain");
    assert_eq!(fill("{}{}", &[&format_args!("{:.1}", 0.25), &'%']), "0.2%");
}

#[test]
fn a_panic_puts_the_language_back() {
    let broken = std::panic::catch_unwind(|| with(Language::Japanese, || panic!("on purpose")));
    assert!(broken.is_err());
    assert_eq!(language(), Language::English);
}

#[test]
fn every_text_has_a_translation_of_its_own() {
    assert_eq!(ENGLISH.len(), JAPANESE.len());
    assert!(ENGLISH.is_sorted());
    assert!(ENGLISH.len() < usize::from(u16::MAX));
    for (n, english) in ENGLISH.iter().enumerate() {
        assert_eq!(usize::from(index(english, places(english))), n, "{english}");
    }
}
