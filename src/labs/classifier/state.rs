//! Parameters of the classifier lab and their link.

use crate::compute;
use crate::labs::common::{Common, Target};
use crate::labs::{Lab, Model};
use crate::math::Rule;
use crate::math::classifier::{Classes, Deal, MAX_CLASSES};
use crate::math::targets::Preset;
use crate::permalink::{Notice, Number, Reader, Writer};
use crate::words::tr;

pub use crate::labs::density::RULES;

/// Which weights are compared with Bayes' rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Weights {
    /// Those of the density formula.
    #[default]
    Paper,
    /// All alike, the common practice.
    Uniform,
}

/// Names of the weights in links.
pub const WEIGHTS: [(&str, Weights); 2] = [("paper", Weights::Paper), ("uniform", Weights::Uniform)];

/// What uniform weights sum to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Scale {
    /// The sum of the paper's weights.
    #[default]
    Matched,
    /// One: the mean over the steps.
    Mean,
}

/// Names of the scales in links.
pub const SCALES: [(&str, Scale); 2] = [("matched", Scale::Matched), ("mean", Scale::Mean)];

/// Names in links of the ways to deal components to classes; `auto` is the target's own.
pub const DEALS: [(&str, Option<Deal>); 3] =
    [("auto", None), ("block", Some(Deal::Block)), ("cycle", Some(Deal::Cycle))];

/// Number of classes; without it the target's own.
pub const CLASSES: Number =
    Number { key: "classes", min: 2.0, max: MAX_CLASSES as f64, default: 2.0, whole: true };
/// Draws a class.
pub const DRAWS: Number =
    Number { key: "draws", min: 1.0, max: compute::MOST_DRAWS as f64, default: 16.0, whole: true };

/// The parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    /// Those shared with other labs.
    pub common: Common,
    /// Number of classes, where it is not the target's own.
    pub classes: Option<f64>,
    /// How components are dealt to classes, where it is not the target's own way.
    pub deal: Option<Deal>,
    /// Which weights are compared with Bayes' rule.
    pub weights: Weights,
    /// How the formula's weights are made.
    pub rule: Rule,
    /// What uniform weights sum to.
    pub scale: Scale,
    /// Draws a class.
    pub draws: f64,
    /// Whether all classes get the same draws.
    pub shared: bool,
}

impl Default for Classifier {
    fn default() -> Self {
        Self {
            common: Common::default(),
            classes: None,
            deal: None,
            weights: Weights::default(),
            rule: Rule::Paper,
            scale: Scale::default(),
            draws: DRAWS.default,
            shared: true,
        }
    }
}

impl Model for Classifier {
    const LAB: Lab = Lab::Classifier;
    const TAKES_DIGITS: bool = true;

    fn read(reader: &mut Reader) -> Self {
        let default = Self::default();
        let common = Common::read(reader);
        let mut state = Self {
            classes: reader.optional_number(&CLASSES),
            deal: reader.choice("deal", &DEALS, default.deal),
            weights: reader.choice("weights", &WEIGHTS, default.weights),
            rule: reader.choice("rule", &RULES, default.rule),
            scale: reader.choice("scale", &SCALES, default.scale),
            draws: reader.number(&DRAWS),
            shared: reader.flag("shared", default.shared),
            common,
        };
        if state.is_digits() {
            let chosen = (state.classes.take(), state.deal.take());
            if chosen != (None, None) {
                let reason = tr!("The digits have classes of their own: “classes” and “deal” were ignored.");
                reader.notice(Notice::Conflict(reason.to_owned()));
            }
            return state;
        }
        let components = state.common.target.mixture().len();
        if let Some(wanted) = state.classes.filter(|wanted| *wanted > components as f64) {
            let reason = tr!(
                "“classes={}” needs as many components, and the target has {}: showing its own classes.",
                wanted,
                components
            );
            reader.notice(Notice::Conflict(reason));
            state.classes = None;
        }
        // As many as the target's own are no choice, and are not written.
        let own = natural(&state.common.target).0;
        state.classes = state.classes.filter(|classes| *classes != own);
        state
    }

    fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        if let Some(classes) = self.classes.filter(|classes| *classes != natural(&self.common.target).0) {
            writer.text("classes", &crate::permalink::write_number(classes));
        }
        writer.choice("deal", &DEALS, self.deal, default.deal);
        writer.choice("weights", &WEIGHTS, self.weights, default.weights);
        writer.choice("rule", &RULES, self.rule, default.rule);
        writer.choice("scale", &SCALES, self.scale, default.scale);
        writer.number(&DRAWS, self.draws);
        writer.flag("shared", self.shared, default.shared);
    }

    fn into_lab(self) -> crate::labs::LabState {
        crate::labs::LabState::Classifier(self)
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }

    fn target_changed(&mut self, before: &Target) {
        // The classes of one target mean nothing to another; edited components keep them.
        let components = self.common.target.mixture().len() as f64;
        let edited = self.common.target.is_edit_of(before);
        if !edited {
            self.deal = None;
        }
        if !edited || self.classes.is_some_and(|classes| classes > components) {
            self.classes = None;
        }
    }
}

impl Classifier {
    /// Whether the classes are those of the handwritten digits.
    pub fn is_digits(&self) -> bool {
        matches!(self.common.target, Target::Digits(_))
    }

    /// Number of classes in force; one where the target has a single component.
    pub fn classes(&self) -> usize {
        let wanted = self.classes.unwrap_or_else(|| natural(&self.common.target).0) as usize;
        wanted.clamp(1, MAX_CLASSES).min(self.common.target.mixture().len())
    }

    /// How components are dealt to classes.
    pub fn deal(&self) -> Deal {
        self.deal.unwrap_or_else(|| natural(&self.common.target).1)
    }

    /// The classes themselves; `None` only for a state that was built by hand from no mixture.
    pub fn dealt(&self) -> Option<Classes> {
        Classes::deal(&self.common.target.mixture(), self.classes(), self.deal()).ok()
    }

    /// What a request says of the classifiers.
    pub fn spec(&self) -> compute::Classifier {
        compute::Classifier {
            target: self.common.target.components(),
            classes: self.classes(),
            deal: self.deal(),
            rule: self.rule,
            schedule: self.common.schedule(),
            steps: self.common.steps as usize,
            total: (self.scale == Scale::Mean).then_some(1.0),
        }
    }

    /// Place of the chosen weights among the three rules.
    pub fn chosen(&self) -> usize {
        match self.weights {
            Weights::Paper => 1,
            Weights::Uniform => 2,
        }
    }
}

/// A target's own classes: each moon, neighbours on the ring and the grid in turn, the rows of the
/// board, thirds of the spiral; else a class a component, or two halves of many.
fn natural(target: &Target) -> (f64, Deal) {
    let Target::Preset(preset) = target else {
        let components = target.mixture().len();
        let classes = if components <= 4 { components } else { 2 };
        return (classes as f64, Deal::Block);
    };
    match preset {
        Preset::Gaussian | Preset::Gaussian2 => (1.0, Deal::Block),
        Preset::Bimodal | Preset::Moons | Preset::Letters => (2.0, Deal::Block),
        Preset::Trio | Preset::Three | Preset::Spiral => (3.0, Deal::Block),
        Preset::Claw | Preset::Ring8 | Preset::Grid9 => (2.0, Deal::Cycle),
        Preset::Checkerboard => (4.0, Deal::Block),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::common::TargetKind;
    use crate::labs::{LabState, open};

    fn opened(query: &str) -> (Classifier, Vec<Notice>) {
        match open(query) {
            (LabState::Classifier(state), notices) => (state, notices),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn links_round_trip() {
        assert_eq!(Classifier::default().query(), "v=1&lab=classifier");
        for query in [
            "v=1&lab=classifier&target=grid9&schedule=linear&steps=200&classes=3&deal=cycle&weights=uniform&rule=log-snr-trapezoid&scale=mean&draws=7&shared=0",
            "v=1&lab=classifier&target=custom&mix=1:0:1_2:3:1_1:5:1&classes=2",
            "v=1&lab=classifier&target=moons",
        ] {
            let (state, notices) = opened(query);
            assert_eq!((state.query().as_str(), notices.len()), (query, 0));
        }
    }

    #[test]
    fn the_digits_leave_neither_classes_nor_a_deal() {
        let (state, notices) = opened("lab=classifier&target=digits&classes=3&deal=cycle");
        assert_eq!((state.classes, state.deal, notices.len()), (None, None, 1));
    }

    #[test]
    fn as_many_classes_as_the_targets_own_are_no_choice() {
        let (state, notices) = opened("lab=classifier&target=grid9&classes=2");
        assert_eq!((state.classes, state.classes(), notices.len()), (None, 2, 0));
        assert_eq!(opened("lab=classifier&target=grid9&classes=3").0.classes, Some(3.0));
    }

    #[test]
    fn classes_never_outnumber_components() {
        let (state, notices) = opened("lab=classifier&target=three&classes=7");
        assert_eq!((state.classes(), notices.len()), (3, 1));
        let (state, notices) = opened("lab=classifier&target=gaussian2&classes=2");
        assert_eq!((state.classes(), notices.len()), (1, 1));
        let (mut state, notices) = opened("lab=classifier&target=ring8&classes=99&draws=0");
        assert_eq!((state.classes(), state.draws, notices.len()), (8, 1.0, 2));
        // Another target has its own classes; edited components keep theirs.
        state.deal = Some(Deal::Block);
        let before = state.common.target.clone();
        state.common.target = Target::Custom(before.components());
        state.target_changed(&before);
        assert_eq!((state.classes(), state.deal()), (8, Deal::Block));
        let before = state.common.target.clone();
        state.common.target = Target::Preset(Preset::Moons);
        state.target_changed(&before);
        assert_eq!((state.classes(), state.deal()), (2, Deal::Block));
        for (name, kind) in crate::labs::common::TARGETS {
            let TargetKind::Preset(preset) = kind else { continue };
            let common = Common { target: Target::Preset(preset), ..Common::default() };
            let dealt = Classifier { common, ..Classifier::default() }.dealt().expect("classes");
            assert!((1..=4).contains(&dealt.len()), "{name}");
        }
    }
}
