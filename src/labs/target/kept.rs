//! The mixture of the target in hand, kept: a figure, its status and each frame of the forward lab ask for it
//! several times a change, and a data set has up to 4,096 components to be checked and decomposed.
//!
//! One mixture is kept, that of the last target that is no preset; presets are made as fast as they are
//! looked up. A [`Mixture`] is shared by its clones.

use super::Target;
use crate::math::Mixture;
use crate::math::targets::Preset;
use std::sync::{Mutex, PoisonError};

/// The mixture of a target's components. The default stands in for a target that is none: one that was built
/// by hand, since what comes in by links and fields is checked, or the digits before they have come. It is not
/// kept, so that the digits are there once they have come.
pub(super) fn mixture(target: &Target) -> Mixture {
    static LAST: Mutex<Option<(Target, Mixture)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, mixture)) = &*last
        && known == target
    {
        return mixture.clone();
    }
    match Mixture::new(&target.components()) {
        Ok(mixture) => {
            *last = Some((target.clone(), mixture.clone()));
            mixture
        }
        Err(_) => Preset::Bimodal.mixture(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::target::{Bandwidth, DataSet, parse_mix};
    use crate::permalink::points::PointSet;
    use std::sync::Arc;

    /// Whatever was asked for before, the mixture is that of the target.
    #[test]
    fn what_is_kept_is_what_was_asked_for() {
        let custom = |text| Target::Custom(parse_mix(text).expect("a mixture"));
        let points = |bandwidth| {
            let points = PointSet::exact(1, vec![-1.0, 0.5, 2.0]).expect("points");
            let bandwidth = Bandwidth::Fixed(bandwidth);
            Target::Points(DataSet { points: Arc::new(points), bandwidth })
        };
        let targets = [custom("1:0:1"), points(0.1), points(0.2), custom("1:0:2_1:3:1"), Target::Digits(0.2)];
        for first in &targets {
            for second in &targets {
                let _ = first.mixture();
                let fresh = Mixture::new(&second.components()).expect("a mixture");
                assert_eq!(second.mixture(), fresh, "after {first:?}");
                assert_eq!(second.mixture(), fresh, "kept");
            }
        }
    }

    /// A target without components is shown as the default, which does not displace what is kept.
    #[test]
    fn what_is_no_mixture_has_a_stand_in() {
        assert_eq!(Target::Custom(Vec::new()).mixture(), Preset::Bimodal.mixture());
    }
}
