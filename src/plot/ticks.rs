//! Nice numbers on axes and their labels.
//!
//! Linear axes are cut at multiples of 1, 2 or 5 times a power of ten; logarithmic ones at powers of ten, or at 1-2-5
//! where little more than a decade is shown. All labels of an axis have the same number of decimals, or the same power
//! of ten, a true minus sign, and never a negative zero. Where the ticks go on the picture is decided in
//! [`mod@super::layout`].

use super::figure::Scale;
use super::mapping::drawable_range;

/// A labelled tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, in data units.
    pub value: f64,
    /// What is written there.
    pub label: String,
}

/// The ticks of an axis, in ascending order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Ticks {
    /// Labelled ticks.
    pub major: Vec<Tick>,
    /// Ticks between them without a label.
    pub minor: Vec<f64>,
}

/// At most about `count` labelled ticks within a range, which may be reversed, empty or not finite.
#[must_use]
pub fn ticks(range: (f64, f64), scale: Scale, count: usize) -> Ticks {
    let (a, b) = drawable_range(range, scale);
    let (lo, hi) = (a.min(b), a.max(b));
    let count = count.clamp(1, 50);
    match scale {
        Scale::Linear => linear(lo, hi, count),
        Scale::Log10 => logarithmic(lo, hi, count),
    }
}

fn linear(lo: f64, hi: f64, count: usize) -> Ticks {
    let raw = (hi - lo) / count as f64;
    let mut exponent = raw.log10().floor() as i32;
    let lead = raw / power(exponent);
    let step = match lead {
        l if l <= 1.0 + 1e-9 => 1.0,
        l if l <= 2.0 + 1e-9 => 2.0,
        l if l <= 5.0 + 1e-9 => 5.0,
        _ => {
            exponent += 1;
            1.0
        }
    };
    let unit = step * power(exponent);
    let (first, last) = ((lo / unit - 1e-9).ceil(), (hi / unit + 1e-9).floor());
    if !(0.0..200.0).contains(&(last - first)) {
        return Ticks::default();
    }
    let values: Vec<f64> = (0..=(last - first) as i64)
        .map(|i| scaled((first + i as f64) * step, exponent))
        .filter(|v| v.is_finite())
        .collect();
    let labels = labels(&values, exponent);
    Ticks {
        major: values.into_iter().zip(labels).map(|(value, label)| Tick { value, label }).collect(),
        minor: Vec::new(),
    }
}

/// `lead * 10^exponent`, rounded once where the exponent is negative, so that 3 * 10^-1 is 0.3; never -0.
fn scaled(lead: f64, exponent: i32) -> f64 {
    let value = if exponent < 0 { lead / power(-exponent) } else { lead * power(exponent) };
    if value == 0.0 { 0.0 } else { value }
}

/// 10^n for any n that a drawable range leads to, also where 10^-n would overflow.
fn power(n: i32) -> f64 {
    if n < -300 { 10f64.powi(n + 300) * 1e-300 } else { 10f64.powi(n) }
}

/// Labels of multiples of 10^exponent.
fn labels(values: &[f64], exponent: i32) -> Vec<String> {
    let greatest = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    if greatest < 99_999.5 && exponent >= -4 {
        return values.iter().map(|&v| fixed(v, (-exponent).max(0) as usize)).collect();
    }
    let top = (greatest.log10() + 1e-9).floor() as i32;
    let decimals = (top - exponent).clamp(0, 15) as usize;
    values
        .iter()
        .map(|&v| {
            if v == 0.0 {
                return "0".to_owned();
            }
            let lead = fixed(v / power(top), decimals);
            if lead == "1" { power_label(top) } else { format!("{lead}×{}", power_label(top)) }
        })
        .collect()
}

/// A number with a fixed count of decimals, a true minus sign and no negative zero.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|b| b == b'0' || b == b'.') => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// "10ⁿ" with a raised exponent.
#[must_use]
pub fn power_label(exponent: i32) -> String {
    let digits = exponent.to_string();
    let raised = digits.chars().map(|c| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    });
    std::iter::once('1').chain(std::iter::once('0')).chain(raised).collect()
}

fn logarithmic(lo: f64, hi: f64, count: usize) -> Ticks {
    let first = (lo.log10() - 1e-9).ceil() as i32;
    let last = (hi.log10() + 1e-9).floor() as i32;
    let decades = last - first + 1;
    if decades < 2 {
        return within_a_decade(lo, hi, count, first - 1, last);
    }
    let every = (decades as usize).div_ceil(count).max(1) as i32;
    let plain = first >= -1 && last <= 3;
    let major = (first..=last)
        .filter(|k| k.rem_euclid(every) == 0)
        .map(|k| Tick {
            value: power(k),
            label: if plain { fixed(power(k), (-k).max(0) as usize) } else { power_label(k) },
        })
        .collect();
    let minor = if every == 1 {
        multiples(lo, hi, first - 1, last, &[2, 3, 4, 5, 6, 7, 8, 9])
            .map(|(m, k)| scaled(f64::from(m), k))
            .collect()
    } else {
        (first..=last).filter(|k| k.rem_euclid(every) != 0).map(power).collect()
    };
    Ticks { major, minor }
}

fn within_a_decade(lo: f64, hi: f64, count: usize, first: i32, last: i32) -> Ticks {
    for leads in [&[1, 2, 3, 4, 5, 6, 7, 8, 9][..], &[1, 2, 5], &[1, 3]] {
        let found: Vec<(i32, i32)> = multiples(lo, hi, first, last, leads).collect();
        if (2..=count.max(2)).contains(&found.len()) {
            let plain = found.iter().all(|&(_, k)| (-2..=3).contains(&k));
            let label = |m: i32, k: i32| match (plain, m) {
                (true, _) => fixed(scaled(f64::from(m), k), (-k).max(0) as usize),
                (false, 1) => power_label(k),
                (false, _) => format!("{m}×{}", power_label(k)),
            };
            let major = found
                .iter()
                .map(|&(m, k)| Tick { value: scaled(f64::from(m), k), label: label(m, k) })
                .collect();
            return Ticks { major, minor: Vec::new() };
        }
    }
    linear(lo, hi, count)
}

/// The numbers m * 10^k within a range, ascending.
fn multiples(lo: f64, hi: f64, first: i32, last: i32, leads: &[i32]) -> impl Iterator<Item = (i32, i32)> {
    (first..=last).flat_map(move |k| leads.iter().map(move |&m| (m, k))).filter(move |&(m, k)| {
        let v = scaled(f64::from(m), k);
        (lo * (1.0 - 1e-9)..=hi * (1.0 + 1e-9)).contains(&v)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels_of(range: (f64, f64), scale: Scale, count: usize) -> Vec<String> {
        ticks(range, scale, count).major.into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn linear_labels() {
        assert_eq!(labels_of((-4.0, 4.0), Scale::Linear, 5), ["−4", "−2", "0", "2", "4"]);
        assert_eq!(labels_of((0.0, 1.0), Scale::Linear, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels_of((1.0, 0.0), Scale::Linear, 2), ["0.0", "0.5", "1.0"]);
        assert_eq!(labels_of((-0.1, 0.1), Scale::Linear, 2), ["−0.1", "0.0", "0.1"]);
        assert_eq!(labels_of((0.0, 3e-5), Scale::Linear, 3), ["0", "10⁻⁵", "2×10⁻⁵", "3×10⁻⁵"]);
        assert_eq!(labels_of((-2e6, 2e6), Scale::Linear, 2), ["−2×10⁶", "0", "2×10⁶"]);
        assert_eq!(
            labels_of((0.0, 2e-6), Scale::Linear, 4),
            ["0", "0.5×10⁻⁶", "1.0×10⁻⁶", "1.5×10⁻⁶", "2.0×10⁻⁶"]
        );
    }

    #[test]
    fn logarithmic_labels() {
        assert_eq!(
            labels_of((1e-4, 1e2), Scale::Log10, 7),
            ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹", "10²"]
        );
        assert_eq!(labels_of((1e-4, 1e2), Scale::Log10, 4), ["10⁻⁴", "10⁻²", "10⁰", "10²"]);
        assert_eq!(labels_of((1.0, 1000.0), Scale::Log10, 5), ["1", "10", "100", "1000"]);
        assert_eq!(labels_of((2.0, 60.0), Scale::Log10, 6), ["2", "5", "10", "20", "50"]);
        assert_eq!(labels_of((1.5e-7, 8e-7), Scale::Log10, 3), ["2×10⁻⁷", "5×10⁻⁷"]);
        let minor = ticks((1.0, 100.0), Scale::Log10, 5).minor;
        assert_eq!(minor.len(), 16);
        assert_eq!(&minor[..3], [2.0, 3.0, 4.0]);
    }

    #[test]
    fn a_minus_is_a_minus_and_zero_is_zero() {
        assert_eq!(fixed(-0.04, 1), "0.0");
        assert_eq!(fixed(-0.0, 0), "0");
        assert_eq!(fixed(-12.5, 2), "−12.50");
        assert_eq!(power_label(-305), "10⁻³⁰⁵");
    }

    proptest! {
        #[test]
        fn ticks_of_any_range(a in any::<f64>(), b in any::<f64>(), count in 0usize..30, log: bool) {
            let scale = if log { Scale::Log10 } else { Scale::Linear };
            check((a, b), scale, count)?;
        }

        #[test]
        fn ticks_of_ordinary_ranges(a in -1e4..1e4f64, width in 1e-3..1e4f64, count in 2usize..12) {
            check((a, a + width), Scale::Linear, count)?;
            let found = ticks((a, a + width), Scale::Linear, count).major;
            prop_assert!(found.len() + 1 >= count / 3 && found.len() <= count + 1, "{} of {}", found.len(), count);
            for tick in &found {
                let read: f64 = tick.label.replace('−', "-").parse().unwrap_or(f64::NAN);
                prop_assert!((read - tick.value).abs() <= 1e-9 * (1.0 + tick.value.abs()), "{tick:?}");
            }
        }
    }

    #[test]
    fn ticks_of_extreme_ranges() {
        for range in [
            (1e-300, 2e-300),
            (0.0, 1e-300),
            (1e300, -1e300),
            (1e300, 1e300),
            (7.0, 7.0),
            (1e16, 1e16 + 4.0),
            (f64::NAN, f64::NAN),
            (f64::MIN_POSITIVE, f64::MAX),
        ] {
            for scale in [Scale::Linear, Scale::Log10] {
                check(range, scale, 6).expect("valid");
            }
        }
        assert!(ticks((f64::MIN_POSITIVE, f64::MAX), Scale::Log10, 6).major.len() >= 3);
    }

    fn check(range: (f64, f64), scale: Scale, count: usize) -> Result<(), TestCaseError> {
        let (a, b) = drawable_range(range, scale);
        let (lo, hi) = (a.min(b), a.max(b));
        let found = ticks(range, scale, count);
        let slack = (hi - lo) * 1e-6;
        for pair in found.major.windows(2) {
            prop_assert!(pair[0].value < pair[1].value, "{range:?}: {found:?}");
            prop_assert!(pair[0].label != pair[1].label, "{range:?}: {found:?}");
        }
        for tick in &found.major {
            prop_assert!(tick.value >= lo - slack && tick.value <= hi + slack, "{range:?}: {tick:?}");
            prop_assert!(!tick.label.contains('-') && !tick.label.contains("NaN"), "{tick:?}");
            prop_assert!(!(tick.label.starts_with('−') && tick.value >= 0.0), "{tick:?}");
        }
        Ok(())
    }
}
