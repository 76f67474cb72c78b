//! Keeping labels apart.
//!
//! One-dimensional: the labels beside a panel want certain heights and need a least distance. The answer has the least
//! sum of squared displacements (pool adjacent violators). Labels inside a panel are not moved.

/// Heights nearest to the wanted ones that are at least `gap` apart, in the order of the wanted ones, and within
/// `lo..hi` if there is room (otherwise the gap shrinks to fit). The order of the input is kept; NaN counts as `hi`.
#[must_use]
pub fn push_apart(wanted: &[f64], gap: f64, lo: f64, hi: f64) -> Vec<f64> {
    let n = wanted.len();
    if n == 0 {
        return Vec::new();
    }
    let room = (hi - lo).max(0.0);
    let gap = if n > 1 { gap.min(room / (n - 1) as f64) } else { gap };
    let clean: Vec<f64> =
        wanted.iter().map(|w| if w.is_nan() { hi } else { w.clamp(lo.min(hi), hi) }).collect();
    let order = ascending(&clean);
    // Without the gaps, the k-th label wants clean - k gap, and these must not decrease.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (k, &i) in order.iter().enumerate() {
        let mut block = (clean[i] - k as f64 * gap, 1);
        while let Some(&(sum, count)) = blocks.last() {
            if sum / count as f64 <= block.0 / block.1 as f64 {
                break;
            }
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let span = (n - 1) as f64 * gap;
    let offsets = blocks.iter().flat_map(|&(sum, count)| std::iter::repeat_n(sum / count as f64, count));
    let mut result = vec![0.0; n];
    for ((k, &i), offset) in order.iter().enumerate().zip(offsets) {
        result[i] = offset.clamp(lo, (hi - span).max(lo)) + k as f64 * gap;
    }
    result
}

/// Places of some numbers from the smallest to the largest, equal ones in their order. By
/// insertion: there are never many, and a general sort is four kilobytes of code.
pub(super) fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(values.len());
    for (i, value) in values.iter().enumerate() {
        let before = order.iter().rposition(|&k| values[k].total_cmp(value).is_le());
        order.insert(before.map_or(0, |at| at + 1), i);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_that_fit_stay() {
        assert_eq!(push_apart(&[50.0, 10.0, 30.0], 15.0, 0.0, 100.0), [50.0, 10.0, 30.0]);
    }

    #[test]
    fn two_at_one_place_part_equally() {
        assert_eq!(push_apart(&[50.0, 50.0], 16.0, 0.0, 100.0), [42.0, 58.0]);
        assert_eq!(push_apart(&[100.0, 100.0], 16.0, 0.0, 100.0), [84.0, 100.0]);
    }

    proptest! {
        #[test]
        fn apart_in_order_and_inside(wanted in prop::collection::vec(-20.0..220.0f64, 0..9), gap in 1.0..40.0f64) {
            let got = push_apart(&wanted, gap, 0.0, 200.0);
            prop_assert_eq!(got.len(), wanted.len());
            let gap = gap.min(200.0 / (wanted.len().max(2) - 1) as f64);
            let mut pairs: Vec<(f64, f64)> = wanted.iter().copied().zip(got).collect();
            pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
            for w in pairs.windows(2) {
                prop_assert!(w[1].1 - w[0].1 >= gap - 1e-9);
                prop_assert!(w[0].0.clamp(0.0, 200.0) <= w[1].0.clamp(0.0, 200.0));
            }
            prop_assert!(pairs.iter().all(|p| (-1e-9..=200.0 + 1e-9).contains(&p.1)));
        }
    }
}
