//! The text that puts a lab into another page, as the lab stands: a sandboxed frame, a link for where frames are
//! not shown, and the script that gives the frame its height (`src/page/embed.js`).
//!
//! Pure and native. A frame without `allow-same-origin` has no origin of its own, which is all that the figures
//! need and keeps them apart from the page around them.

use super::common::{GROUPS, Group, ThemeChoice};
use super::{Lab, LabState};
use crate::ui::words;
use crate::words::{Words, tr, word};

/// What a frame may do: run, open the full page, and hand over the files of its export menus.
pub const SANDBOX: &str = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads";

/// Height of a frame before its own is known, CSS pixels: least, most, and what it is if not told.
pub const HEIGHT: (u32, u32, u32) = (120, 4000, 640);

/// Width of a frame that is not as wide as the text, CSS pixels: least and most.
pub const WIDTH: (u32, u32) = (240, 2000);

/// A part of a lab that an embedded figure may have beside the main figure: what `hide=` calls it, what it is
/// here, and whether it is shown if nothing is said.
pub type Part = (Group, Words, bool);

/// The parts of a lab, in the order of the page.
#[must_use]
pub fn parts(lab: Lab) -> Vec<Part> {
    let target = (Group::Target, word!("Target"), true);
    let time = (Group::Time, word!("Schedule"), false);
    let export = (Group::Export, word!("Export menu"), false);
    let convergence = |words| (Group::Convergence, words, false);
    let probe = |words| (Group::Probe, words, false);
    let curves = |words| (Group::Curves, words, true);
    let middle: Vec<Part> = match lab {
        Lab::Density => vec![
            (Group::Estimator, word!("Estimator"), true),
            time,
            probe(word!("Probe and its figure")),
            (Group::Curves, word!("Further curves"), false),
            (Group::Error, word!("Error of the score"), false),
            convergence(word!("Figure of convergence")),
        ],
        Lab::Forward => vec![
            curves(word!("Process")),
            time,
            (Group::Estimator, word!("Particles"), false),
            probe(word!("Figure of the schedule")),
            convergence(word!("Figure of the distances")),
        ],
        Lab::Elbo => vec![
            curves(word!("Family")),
            time,
            convergence(word!("Figure of the gaps")),
            probe(word!("Weights and parts")),
        ],
        Lab::Gan => vec![
            curves(word!("Game")),
            time,
            convergence(word!("Figure of the divergences")),
            probe(word!("Games played out")),
        ],
        Lab::Classifier => vec![
            (Group::Estimator, word!("Weights"), true),
            time,
            convergence(word!("Figure of the accuracy")),
        ],
        Lab::DiffusionLoss => vec![
            curves(word!("Weights")),
            time,
            (Group::Estimator, word!("Network that learns"), false),
            probe(word!("Figure of the minimisers")),
            convergence(word!("Chain of conditionals")),
        ],
        Lab::Learned => vec![
            curves(word!("Objective")),
            (Group::Estimator, word!("Network"), false),
            time,
            convergence(word!("Figure of progress")),
            probe(word!("Figure of the score")),
        ],
    };
    std::iter::once(target).chain(middle).chain([export]).collect()
}

/// How a figure is to be embedded.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    /// The parts that are shown.
    pub shown: Vec<Group>,
    /// Colours.
    pub theme: ThemeChoice,
    /// Width in CSS pixels; `None` for the width of the text around it.
    pub width: Option<u32>,
    /// Height in CSS pixels, until the frame says its own.
    pub height: u32,
    /// Whether the frame becomes as high as what is in it.
    pub follows: bool,
}

impl Embedding {
    /// That of a lab if nothing is said.
    #[must_use]
    pub fn of(lab: Lab) -> Self {
        let shown = parts(lab).into_iter().filter(|(_, _, shown)| *shown).map(|(group, ..)| group).collect();
        Self { shown, theme: ThemeChoice::Auto, width: None, height: HEIGHT.2, follows: true }
    }

    /// The queries of the frame and of the full page, for a lab as it stands.
    #[must_use]
    pub fn queries(&self, state: &LabState) -> (String, String) {
        let mut full = state.clone();
        let common = full.common_mut();
        (common.embed, common.hide) = (false, Vec::new());
        let mut frame = full.clone();
        let offered = parts(state.lab());
        let hidden = |group: &Group| {
            offered.iter().any(|(offered, ..)| offered == group) && !self.shown.contains(group)
        };
        let common = frame.common_mut();
        common.embed = true;
        common.theme = self.theme;
        common.hide = GROUPS.iter().map(|(_, group)| *group).filter(hidden).collect();
        (frame.query(), full.query())
    }

    /// The text to put into a page. `home` is the address of the page without a query.
    #[must_use]
    pub fn snippet(&self, state: &LabState, home: &str) -> String {
        let (frame, full) = self.queries(state);
        let title = escaped(&["Scorescope", words::lab(state.lab().name()).1].join(": "));
        let width = self.width.map_or("100%".to_owned(), |width| width.to_string());
        let fixed = if self.follows { "" } else { " data-fixed" };
        let home = escaped(home);
        // Scripts lie in the folder of the page.
        let folder = &home[..home.rfind('/').map_or(0, |slash| slash + 1)];
        let mut text = format!(
            "<iframe title=\"{title}\" src=\"{home}?{}\" loading=\"lazy\" width=\"{width}\" height=\"{}\" \
             style=\"border:0\" sandbox=\"{SANDBOX}\"{fixed}></iframe>\n\
             <p><a href=\"{home}?{}\">{}</a></p>\n",
            escaped(&frame),
            self.height,
            escaped(&full),
            escaped(tr!("Open this figure in Scorescope"))
        );
        text.push_str(&format!("<script async src=\"{folder}embed.js\"></script>\n"));
        text
    }
}

/// Text as it stands in an attribute or between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    //! What is in the text opens again to what was on show.
    use super::*;
    use crate::labs::open;

    fn attribute<'a>(text: &'a str, name: &str) -> &'a str {
        let start = text.find(&format!("{name}=\"")).map(|i| i + name.len() + 2).expect("an attribute");
        &text[start..start + text[start..].find('"').expect("its end")]
    }

    #[test]
    fn the_frame_opens_what_was_on_show_without_what_is_not_wanted() {
        let (state, _) =
            open("v=1&lab=density&target=ring8&estimator=stein-qmc&seed=7&hide=probe&theme=dark");
        let mut embedding = Embedding::of(Lab::Density);
        embedding.theme = ThemeChoice::Light;
        let text = embedding.snippet(&state, "https://example.org/scorescope/");
        let source = attribute(&text, "src").replace("&amp;", "&");
        let query = source.strip_prefix("https://example.org/scorescope/?").expect("the address");
        let (opened, notices) = open(query);
        assert_eq!(notices, []);
        let common = opened.common();
        assert!(common.embed && common.theme == ThemeChoice::Light && common.seed == 7.0);
        assert!(common.shows(Group::Target) && common.shows(Group::Estimator));
        assert!(!common.shows(Group::Probe) && !common.shows(Group::Export) && !common.shows(Group::Time));
        let full = attribute(&text, "href").replace("&amp;", "&");
        let (full, _) = open(full.split_once('?').expect("a query").1);
        assert!(!full.common().embed && full.common().hide.is_empty());
        // The theme of the page stays that of the page.
        assert_eq!(full.common().theme, ThemeChoice::Dark);
        assert!(text.contains("src=\"https://example.org/scorescope/embed.js\""));
        assert!(!text.contains("allow-same-origin") && text.contains("loading=\"lazy\""));
    }

    #[test]
    fn every_lab_has_parts_and_each_only_once() {
        for (_, lab) in Lab::ALL {
            let mut groups: Vec<Group> = parts(lab).into_iter().map(|(group, ..)| group).collect();
            let count = groups.len();
            assert!(count >= 4);
            groups.dedup();
            assert_eq!(groups.len(), count);
            assert!(!Embedding::of(lab).shown.is_empty());
        }
    }

    #[test]
    fn nothing_in_a_link_leaves_its_attribute() {
        let (state, _) = open("v=1&lab=density");
        let embedding = Embedding { width: Some(500), follows: false, ..Embedding::of(Lab::Density) };
        let text = embedding.snippet(&state, "https://example.org/a\"><script>/index.html");
        assert!(!text.contains("\"><script>/"), "{text}");
        assert!(text.contains("width=\"500\"") && text.contains(" data-fixed>"));
        assert!(
            text.contains("&gt;&lt;script&gt;/embed.js") || text.contains("script&gt;/embed.js"),
            "{text}"
        );
    }
}
