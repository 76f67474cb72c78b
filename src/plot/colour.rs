//! Colours, OKLab and colour maps.
//!
//! OKLab (Ottosson, <https://bottosson.github.io/posts/oklab/>) is a space in which equal distances look about equally
//! large. The sequential map is viridis; the diverging map runs in straight lines through OKLab from a neutral close to
//! the background to a blue and to an orange of equal lightness and chroma, so that equal errors of either sign look
//! equally strong. What a colour means elsewhere is in [`super::theme`].

use super::theme::{Role, Theme};
use std::sync::OnceLock;

/// Colours in the table that values are looked up in: finer than 8 bits can show.
pub(super) const TABLE: usize = 1024;

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Relative luminance of WCAG 2, in \[0, 1\].
    #[must_use]
    pub fn luminance(self) -> f64 {
        0.2126 * to_linear(self.0) + 0.7152 * to_linear(self.1) + 0.0722 * to_linear(self.2)
    }

    /// Contrast ratio of WCAG 2, in \[1, 21\].
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Lightness L and the two opponent axes a, b of OKLab.
    #[must_use]
    pub fn to_oklab(self) -> [f64; 3] {
        let (r, g, b) = (to_linear(self.0), to_linear(self.1), to_linear(self.2));
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        ]
    }

    /// The nearest 8-bit colour; what lies outside sRGB is clipped channel by channel.
    #[must_use]
    pub fn from_oklab(lab: [f64; 3]) -> Self {
        let [r, g, b] = oklab_to_linear(lab);
        Self(to_srgb(r), to_srgb(g), to_srgb(b))
    }

    /// Straight interpolation in OKLab: `self` at 0, `other` at 1.
    #[must_use]
    pub fn mix(self, other: Self, t: f64) -> Self {
        let (p, q) = (self.to_oklab(), other.to_oklab());
        Self::from_oklab([0, 1, 2].map(|i| p[i] + (q[i] - p[i]) * t))
    }

    /// Distance in OKLab.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        let (p, q) = (self.to_oklab(), other.to_oklab());
        p.iter().zip(q).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    }
}

/// A family of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColourMap {
    /// Viridis: dark is little, bright is much.
    Sequential,
    /// Blue below the centre, orange above, the background's neighbour at the centre.
    Diverging,
    /// Eight hues, one a class, each from faint to strong over its eighth of the range.
    Classes,
    /// From the background to the colour of data: shares of particles.
    Data,
    /// From the background to the colour of a generator.
    Generator,
    /// The background to the ink, for small pictures.
    Ink,
}

/// Tol's light scheme (Paul Tol, *Colour schemes*, SRON/EPS/TN/09-002): eight hues for areas that
/// readers with any colour vision tell apart.
const CLASSES: [Rgb; 8] = [
    Rgb(0x77, 0xaa, 0xdd),
    Rgb(0xee, 0x88, 0x66),
    Rgb(0xee, 0xdd, 0x88),
    Rgb(0xff, 0xaa, 0xbb),
    Rgb(0x44, 0xbb, 0x99),
    Rgb(0x99, 0xdd, 0xff),
    Rgb(0xbb, 0xcc, 0x33),
    Rgb(0xaa, 0xaa, 0x00),
];

/// Values to colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColourScale {
    /// The colours.
    pub map: ColourMap,
    /// Values at the ends; beyond them the end colours are used.
    pub range: (f64, f64),
    /// The neutral value of a diverging map; both arms are as long as the longer of the two, so equal distances from it
    /// have equal strength.
    pub centre: f64,
}

impl ColourScale {
    /// Viridis over a range.
    #[must_use]
    pub const fn sequential(range: (f64, f64)) -> Self {
        Self { map: ColourMap::Sequential, range, centre: 0.0 }
    }

    /// A diverging scale over `-reach..reach`, neutral at 0.
    #[must_use]
    pub const fn diverging(reach: f64) -> Self {
        Self { map: ColourMap::Diverging, range: (-reach, reach), centre: 0.0 }
    }

    /// The hues of the classes: class `c`, counted from 0, from `c` to `c + 1`; see
    /// [`ColourScale::class_value`].
    #[must_use]
    pub const fn classes() -> Self {
        Self { map: ColourMap::Classes, range: (0.0, CLASSES.len() as f64), centre: 0.0 }
    }

    /// The value that stands for a class in [`ColourScale::classes`], the stronger the closer
    /// `strength` is to 1.
    #[must_use]
    pub fn class_value(class: usize, strength: f64) -> f64 {
        // Clear of its neighbours in a table of colours.
        class as f64 + 0.02 + 0.96 * strength.clamp(0.0, 1.0)
    }

    /// From paper to ink over a range.
    #[must_use]
    pub const fn ink(range: (f64, f64)) -> Self {
        Self { map: ColourMap::Ink, range, centre: 0.0 }
    }

    /// Position of a value in the map, in \[0, 1\]; `None` for NaN.
    #[must_use]
    pub fn position(&self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let (origin, gain, base) = self.line();
        let t = (value - origin) * gain + base;
        Some(if t.is_nan() { 0.5 } else { t.clamp(0.0, 1.0) })
    }

    /// The position before it is cut to \[0, 1\], as `(value - origin) * gain + base`.
    pub(super) fn line(&self) -> (f64, f64, f64) {
        let (lo, hi) = self.range;
        match self.map {
            ColourMap::Diverging => {
                let reach = f64::max((hi - self.centre).abs(), (lo - self.centre).abs());
                (self.centre, 0.5 / reach, 0.5)
            }
            _ => (lo, 1.0 / (hi - lo), 0.0),
        }
    }

    /// The colour of a value; `None` for NaN, which is drawn as a hatch.
    #[must_use]
    pub fn colour(&self, value: f64, theme: Theme) -> Option<Rgb> {
        self.position(value).map(|t| self.map.at(t, theme))
    }
}

impl ColourMap {
    /// The colour at `t` in \[0, 1\].
    #[must_use]
    pub fn at(self, t: f64, theme: Theme) -> Rgb {
        match self {
            Self::Sequential => {
                let c = colorous::VIRIDIS.eval_continuous(if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) });
                Rgb(c.r, c.g, c.b)
            }
            Self::Diverging => Rgb::from_oklab(diverging(t, theme)),
            Self::Classes => {
                let place = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) * CLASSES.len() as f64 };
                let class = (place as usize).min(CLASSES.len() - 1);
                let (faint, strong) = if theme == Theme::Light { (0.35, 1.0) } else { (0.2, 0.55) };
                let share = faint + (strong - faint) * (place - class as f64);
                theme.background().mix(CLASSES[class], share)
            }
            Self::Data | Self::Generator | Self::Ink => {
                let end = match self {
                    Self::Data => theme.colour(Role::Data),
                    Self::Generator => theme.colour(Role::Generator),
                    _ => theme.ink(),
                };
                theme.background().mix(end, if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) })
            }
        }
    }

    /// [`TABLE`] colours at equal steps, for fast lookup; made when first asked for.
    pub(super) fn lookup(self, theme: Theme) -> &'static [[u8; 3]; TABLE] {
        static TABLES: [[OnceLock<[[u8; 3]; TABLE]>; 2]; 6] = [const { [const { OnceLock::new() }; 2] }; 6];
        let make = || {
            std::array::from_fn(|i| {
                let Rgb(r, g, b) = self.at(i as f64 / (TABLE - 1) as f64, theme);
                [r, g, b]
            })
        };
        TABLES[self as usize][usize::from(theme == Theme::Dark)].get_or_init(make)
    }
}

/// OKLab of the diverging map: two straight arms of equal length.
fn diverging(t: f64, theme: Theme) -> [f64; 3] {
    let s = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) * 2.0 - 1.0 };
    let (centre, end, chroma) = match theme {
        Theme::Light => (0.965, 0.56, 0.132),
        Theme::Dark => (0.225, 0.76, 0.115),
    };
    let hue = match (theme, s < 0.0) {
        (Theme::Light, true) => 247.0_f64,
        (Theme::Dark, true) => 238.0,
        (Theme::Light, false) => 45.0,
        (Theme::Dark, false) => 58.0,
    }
    .to_radians();
    let s = s.abs();
    [centre + (end - centre) * s, chroma * s * hue.cos(), chroma * s * hue.sin()]
}

fn oklab_to_linear([l, a, b]: [f64; 3]) -> [f64; 3] {
    let cube = |v: f64| v * v * v;
    let l_ = cube(l + 0.396_337_777_4 * a + 0.215_803_757_3 * b);
    let m_ = cube(l - 0.105_561_345_8 * a - 0.063_854_172_8 * b);
    let s_ = cube(l - 0.089_484_177_5 * a - 1.291_485_548_0 * b);
    [
        4.076_741_662_1 * l_ - 3.307_711_591_3 * m_ + 0.230_969_929_2 * s_,
        -1.268_438_004_6 * l_ + 2.609_757_401_1 * m_ - 0.341_319_396_5 * s_,
        -0.004_196_086_3 * l_ - 0.703_418_614_7 * m_ + 1.707_614_701_0 * s_,
    ]
}

fn to_linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

fn to_srgb(linear: f64) -> u8 {
    let c = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (c * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

    fn table(map: ColourMap, n: usize, theme: Theme) -> Vec<Rgb> {
        (0..n).map(|i| map.at(i as f64 / (n - 1) as f64, theme)).collect()
    }

    #[test]
    fn the_lookup_is_the_map() {
        for (map, theme) in [(ColourMap::Sequential, THEMES[0]), (ColourMap::Diverging, THEMES[1])] {
            for (looked_up, Rgb(r, g, b)) in map.lookup(theme).iter().zip(table(map, TABLE, theme)) {
                assert_eq!(*looked_up, [r, g, b]);
            }
        }
    }

    #[test]
    fn oklab_of_known_colours() {
        // Ottosson's definition: white is (1, 0, 0); red is (0.62796, 0.22486, 0.12585).
        let near = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(x, y)| (x - y).abs() < 2e-4);
        assert!(near(Rgb(255, 255, 255).to_oklab(), [1.0, 0.0, 0.0]));
        assert!(near(Rgb(255, 0, 0).to_oklab(), [0.627_96, 0.224_86, 0.125_85]));
        assert!(near(Rgb(0, 0, 255).to_oklab(), [0.452_01, -0.032_46, -0.311_53]));
    }

    #[test]
    fn oklab_round_trips_every_corner() {
        for r in (0..=255).step_by(17) {
            for g in (0..=255).step_by(17) {
                for b in (0..=255).step_by(17) {
                    let c = Rgb(r, g, b);
                    assert_eq!(Rgb::from_oklab(c.to_oklab()), c);
                }
            }
        }
    }

    #[test]
    fn contrast_of_black_on_white_is_21() {
        assert!((Rgb(0, 0, 0).contrast(Rgb(255, 255, 255)) - 21.0).abs() < 1e-12);
        assert!((Rgb(119, 119, 119).contrast(Rgb(255, 255, 255)) - 4.48).abs() < 0.01);
    }

    #[test]
    fn viridis_grows_lighter() {
        let light: Vec<f64> =
            table(ColourMap::Sequential, 64, Theme::Light).iter().map(|c| c.to_oklab()[0]).collect();
        assert!(light.windows(2).all(|w| w[1] > w[0]), "{light:?}");
    }

    #[test]
    fn classes_keep_apart_from_faint_to_strong() {
        let scale = ColourScale::classes();
        for theme in THEMES {
            let table = ColourMap::Classes.lookup(theme);
            for (class, hue) in CLASSES.iter().enumerate() {
                for strength in [0.0, 0.5, 1.0] {
                    let value = ColourScale::class_value(class, strength);
                    let place = scale.position(value).expect("a number");
                    assert_eq!((place * CLASSES.len() as f64) as usize, class);
                    // What the table has there is of this class: between the background and its hue.
                    let [r, g, b] = table[(place * (TABLE - 1) as f64 + 0.5) as usize];
                    let found = Rgb(r, g, b);
                    let whole = theme.background().distance(*hue);
                    let parts = theme.background().distance(found) + found.distance(*hue);
                    assert!((parts / whole - 1.0).abs() < 0.02, "{theme:?} {class} {strength}");
                    assert!(
                        found.contrast(theme.ink()) >= 3.0,
                        "boundaries on it: {theme:?} {class} {strength}"
                    );
                }
                for other in &CLASSES[class + 1..] {
                    assert!(hue.distance(*other) > 0.05, "{hue:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn diverging_is_inside_srgb_uniform_monotone_and_symmetric() {
        for theme in THEMES {
            for i in 0..=100 {
                let rgb = oklab_to_linear(diverging(f64::from(i) / 100.0, theme));
                assert!(rgb.iter().all(|v| (-1e-3..=1.001).contains(v)), "{theme:?} {i}: {rgb:?}");
            }
            let table = table(ColourMap::Diverging, 41, theme);
            let steps: Vec<f64> = table.windows(2).map(|w| w[0].distance(w[1])).collect();
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            assert!(steps.iter().all(|s| (s / mean - 1.0).abs() < 0.15), "{theme:?}: {steps:?}");
            let light: Vec<f64> = table.iter().map(|c| c.to_oklab()[0]).collect();
            let sign = if theme == Theme::Light { -1.0 } else { 1.0 };
            assert!(light[20..].windows(2).all(|w| sign * (w[1] - w[0]) > 0.0));
            for i in 0..=20 {
                assert!((light[i] - light[40 - i]).abs() < 0.006, "arms differ in lightness at {i}");
                let from_centre = |c: Rgb| c.distance(table[20]);
                assert!((from_centre(table[i]) - from_centre(table[40 - i])).abs() < 0.008);
            }
            assert!(table[20].distance(theme.background()) < 0.05, "the centre is near the background");
        }
    }

    #[test]
    fn values_saturate_and_nan_has_no_colour() {
        let scale = ColourScale::sequential((-4.0, 0.0));
        assert_eq!(scale.position(-9.0), Some(0.0));
        assert_eq!(scale.position(f64::NEG_INFINITY), Some(0.0));
        assert_eq!(scale.position(f64::INFINITY), Some(1.0));
        assert_eq!(scale.position(-1.0), Some(0.75));
        assert_eq!(scale.colour(f64::NAN, Theme::Light), None);
        let scale = ColourScale { map: ColourMap::Diverging, range: (-1.0, 3.0), centre: 0.0 };
        assert_eq!(scale.position(0.0), Some(0.5));
        assert_eq!(scale.position(3.0), Some(1.0));
        assert_eq!(scale.position(-1.5), Some(0.25));
        assert_eq!(ColourScale::sequential((2.0, 2.0)).position(2.0), Some(0.5));
    }
}
