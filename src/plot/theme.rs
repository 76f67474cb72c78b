//! Colours by meaning, for a light and a dark page.
//!
//! The same thing has the same colour in every figure. The hues are those of Okabe and Ito, which readers with any
//! colour vision tell apart, darkened or lightened until they reach 3:1 against the background of their theme (WCAG 2.2,
//! 1.4.11). Words in a role's colour go further, to 4.5:1 (1.4.3). Colour maps are in [`super::colour`].

use super::colour::Rgb;

/// Background of the light theme; style sheets should agree.
pub const LIGHT_BACKGROUND: Rgb = Rgb(0xff, 0xff, 0xff);
/// Background of the dark theme; style sheets should agree.
pub const DARK_BACKGROUND: Rgb = Rgb(0x14, 0x17, 0x1a);

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on near-black.
    Dark,
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The exact value.
    Exact,
    /// The score-based density formula.
    Formula,
    /// The evidence lower bound.
    Elbo,
    /// The probability-flow ODE.
    Ode,
    /// Simple or uniform weights.
    Uniform,
    /// Data.
    Data,
    /// A generator.
    Generator,
    /// Helping lines and notes.
    Muted,
    /// What the reader handles: probe, cursor, selection.
    Accent,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Exact,
        Self::Formula,
        Self::Elbo,
        Self::Ode,
        Self::Uniform,
        Self::Data,
        Self::Generator,
        Self::Muted,
        Self::Accent,
    ];
}

impl Theme {
    /// The page behind the figure.
    #[must_use]
    pub const fn background(self) -> Rgb {
        match self {
            Self::Light => LIGHT_BACKGROUND,
            Self::Dark => DARK_BACKGROUND,
        }
    }

    /// Words that matter.
    #[must_use]
    pub const fn ink(self) -> Rgb {
        self.colour(Role::Exact)
    }

    /// Words that help: tick labels and axis labels.
    #[must_use]
    pub const fn quiet_text(self) -> Rgb {
        match self {
            Self::Light => Rgb(0x56, 0x5e, 0x68),
            Self::Dark => Rgb(0xa3, 0xac, 0xb6),
        }
    }

    /// The lines of axes and their ticks.
    #[must_use]
    pub const fn axis(self) -> Rgb {
        match self {
            Self::Light => Rgb(0x8b, 0x93, 0x9c),
            Self::Dark => Rgb(0x6d, 0x76, 0x80),
        }
    }

    /// Grid lines, barely there.
    #[must_use]
    pub const fn grid(self) -> Rgb {
        match self {
            Self::Light => Rgb(0xec, 0xee, 0xf0),
            Self::Dark => Rgb(0x25, 0x2a, 0x2f),
        }
    }

    /// The colour of a role for curves and dots: at least 3:1 against the background.
    #[must_use]
    pub const fn colour(self, role: Role) -> Rgb {
        match (self, role) {
            (Self::Light, Role::Exact) => Rgb(0x1b, 0x1f, 0x24),
            (Self::Light, Role::Formula) => Rgb(0x00, 0x72, 0xb2),
            (Self::Light, Role::Elbo) => Rgb(0xd5, 0x5e, 0x00),
            (Self::Light, Role::Ode) => Rgb(0x7a, 0x4a, 0x1e),
            (Self::Light, Role::Uniform) => Rgb(0xbf, 0x84, 0x00),
            (Self::Light, Role::Data) => Rgb(0x00, 0x9e, 0x73),
            (Self::Light, Role::Generator) => Rgb(0xc4, 0x69, 0x9c),
            (Self::Light, Role::Muted) => Rgb(0x72, 0x7b, 0x86),
            (Self::Light, Role::Accent) => Rgb(0x5b, 0x3f, 0xd6),
            (Self::Dark, Role::Exact) => Rgb(0xe8, 0xea, 0xed),
            (Self::Dark, Role::Formula) => Rgb(0x56, 0xb4, 0xe9),
            (Self::Dark, Role::Elbo) => Rgb(0xff, 0x85, 0x45),
            (Self::Dark, Role::Ode) => Rgb(0xb9, 0x8a, 0x62),
            (Self::Dark, Role::Uniform) => Rgb(0xf2, 0xb9, 0x3b),
            (Self::Dark, Role::Data) => Rgb(0x2c, 0xc4, 0x98),
            (Self::Dark, Role::Generator) => Rgb(0xe6, 0xa3, 0xcb),
            (Self::Dark, Role::Muted) => Rgb(0x8b, 0x95, 0xa0),
            (Self::Dark, Role::Accent) => Rgb(0xab, 0x9b, 0xff),
        }
    }

    /// The colour of a role for words: moved towards the ink, in OKLab, until it has 4.5:1 against the background.
    #[must_use]
    pub fn text_colour(self, role: Role) -> Rgb {
        let (colour, ink) = (self.colour(role), self.ink());
        (0..=20)
            .map(|i| colour.mix(ink, f64::from(i) / 20.0))
            .find(|c| c.contrast(self.background()) >= 4.5)
            .unwrap_or(ink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_stands_out_from_its_background() {
        for theme in [Theme::Light, Theme::Dark] {
            for role in Role::ALL {
                let contrast = theme.colour(role).contrast(theme.background());
                assert!(contrast >= 3.0, "{theme:?} {role:?}: {contrast:.2}");
                let contrast = theme.text_colour(role).contrast(theme.background());
                assert!(contrast >= 4.5, "text, {theme:?} {role:?}: {contrast:.2}");
            }
            assert!(theme.quiet_text().contrast(theme.background()) >= 4.5);
            assert!(theme.axis().contrast(theme.background()) >= 3.0);
        }
    }

    #[test]
    fn roles_are_far_apart() {
        for theme in [Theme::Light, Theme::Dark] {
            for (i, a) in Role::ALL.iter().enumerate() {
                for b in &Role::ALL[i + 1..] {
                    let distance = theme.colour(*a).distance(theme.colour(*b));
                    assert!(distance > 0.08, "{theme:?} {a:?} {b:?}: {distance:.3}");
                }
            }
        }
    }
}
