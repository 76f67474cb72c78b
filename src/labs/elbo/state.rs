//! Parameters of the ELBO lab and their link.

use crate::labs::common::{Common, Target};
use crate::labs::density::VARIANCES;
use crate::labs::{Lab, Model};
use crate::math::targets::Preset;
use crate::math::{Family, ReverseVariance};
use crate::permalink::{Notice, Number, Reader, Writer};
use crate::words::tr;

/// Kinds of family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "see math::Family")]
pub enum FamilyKind {
    #[default]
    SymmetricPair,
    MeanScale,
    Width,
    Weight,
}

/// Names of the families in links.
pub const FAMILIES: [(&str, FamilyKind); 4] = [
    ("symmetric-pair", FamilyKind::SymmetricPair),
    ("mean-scale", FamilyKind::MeanScale),
    ("width", FamilyKind::Width),
    ("weight", FamilyKind::Weight),
];

/// Variance of the symmetric pair's components.
pub const WIDTH: Number = Number { key: "width", min: 0.01, max: 100.0, default: 0.4, whole: false };
/// Factor by which the other families are wrong about what `θ` does not change.
pub const MISFIT: Number = Number { key: "misfit", min: 0.2, max: 5.0, default: 1.0, whole: false };

/// The parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Elbo {
    /// Those shared with other labs.
    pub common: Common,
    /// The family of models.
    pub family: FamilyKind,
    /// Variance of the symmetric pair's components.
    pub width: f64,
    /// Misfit of the other families.
    pub misfit: f64,
    /// Reverse variance of the ELBO.
    pub variance: ReverseVariance,
}

impl Default for Elbo {
    fn default() -> Self {
        Self {
            common: Common::default(),
            family: FamilyKind::default(),
            width: WIDTH.default,
            misfit: MISFIT.default,
            variance: ReverseVariance::default(),
        }
    }
}

impl Model for Elbo {
    const LAB: Lab = Lab::Elbo;

    fn read(reader: &mut Reader) -> Self {
        let default = Self::default();
        let mut common = Common::read(reader);
        if common.target.mixture().dim() != 1 {
            let reason =
                tr!("This lab’s families live in one dimension: showing the bimodal target instead.");
            reader.notice(Notice::Conflict(reason.to_owned()));
            common.target = Target::Preset(Preset::Bimodal);
        }
        Self {
            family: reader.choice("family", &FAMILIES, default.family),
            width: reader.number(&WIDTH),
            misfit: reader.number(&MISFIT),
            variance: reader.choice("variance", &VARIANCES, default.variance),
            common,
        }
    }

    fn write(&self, writer: &mut Writer) {
        let default = Self::default();
        writer.choice("family", &FAMILIES, self.family, default.family);
        writer.number(&WIDTH, self.width);
        writer.number(&MISFIT, self.misfit);
        writer.choice("variance", &VARIANCES, self.variance, default.variance);
    }

    fn into_lab(self) -> crate::labs::LabState {
        crate::labs::LabState::Elbo(self)
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }
}

impl Elbo {
    /// The family with its number.
    pub fn family(&self) -> Family {
        let misfit = self.misfit;
        match self.family {
            FamilyKind::SymmetricPair => Family::SymmetricPair { variance: self.width },
            FamilyKind::MeanScale => Family::MeanScale { misfit },
            FamilyKind::Width => Family::Width { misfit },
            FamilyKind::Weight => Family::Weight { misfit },
        }
    }
}
