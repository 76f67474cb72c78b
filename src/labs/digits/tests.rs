//! The digits against what scikit-learn says of them.

use super::*;
use crate::math::leave_one_out;

fn all() -> &'static Digits {
    digits().expect("the digits are part of the program")
}

/// CRC-32 (IEEE 802.3), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

/// Written out again, the images are scikit-learn's file, byte for byte; see `pack.py`.
#[test]
fn the_csv_comes_back() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926, "the check value of this CRC");
    let row = |i: usize| {
        let image = all().image(i);
        let numbers: Vec<String> = image.pixels.iter().chain([&image.label]).map(u8::to_string).collect();
        numbers.join(",") + "\n"
    };
    let text: String = (0..COUNT).map(row).collect();
    assert_eq!(crc32(text.as_bytes()), 0x2ebe_3bb7);
}

/// The counts in scikit-learn's description of the data.
#[test]
fn classes_have_the_known_counts() {
    let mut counts = [0; 10];
    for image in all().train().chain(all().test()) {
        counts[usize::from(image.label)] += 1;
    }
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert_eq!((all().train().len(), all().test().len()), (TRAIN, TEST));
}

#[test]
fn the_split_is_a_partition_into_like_parts() {
    let mut order = all().order.clone();
    order.sort_unstable();
    assert!(order.iter().copied().eq(0..COUNT));
    for class in 0..10 {
        let count = |images: &mut dyn Iterator<Item = Image<'_>>| images.filter(|i| i.label == class).count();
        let (train, test) = (count(&mut all().train()), count(&mut all().test()));
        let share = test as f64 / (train + test) as f64;
        assert!((0.25..0.42).contains(&share), "class {class}: {train} and {test}");
    }
}

#[test]
fn classes_take_turns() {
    let labels: Vec<u8> = all().test().map(|image| image.label).collect();
    assert!(labels[..400].iter().enumerate().all(|(i, label)| usize::from(*label) == i % 10));
    assert_eq!(all().held_out(7).map(|image| image.label), Some(7));
    assert_eq!(all().held_out(TEST), None);
}

#[test]
fn other_bytes_are_refused() {
    let packed = include_bytes!("optdigits.bin");
    for bytes in [&packed[..0], &packed[..1000], &packed[1..]] {
        assert_eq!(unpack::unpack(bytes).err(), Some(DigitsError::Damaged));
    }
}

/// No other bandwidth of two digits makes the training images more likely, each under the others.
#[test]
fn the_bandwidth_is_the_most_likely_one() {
    let points = all().points();
    let mean = |h: f64| leave_one_out(PIXELS, &points, h);
    let best = mean(BANDWIDTH);
    assert!(best > mean(BANDWIDTH - 0.005) && best > mean(BANDWIDTH + 0.005), "{best}");
}
