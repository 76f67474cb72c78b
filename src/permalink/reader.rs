//! Decoding: a query string becomes typed values and notices.

use super::notice::{Notice, shown};
use super::{Choices, MAX_LENGTH, Number, VERSION, parse_number, write_number};
use crate::words::tr;

/// Reads the values of a query one key at a time. Every key that is asked for counts as known;
/// [`Reader::finish`] reports the others.
#[derive(Clone, Debug)]
pub struct Reader {
    pairs: Vec<(String, String)>,
    notices: Vec<Notice>,
}

impl Reader {
    /// Splits and decodes a query, with or without its leading `?`. Anything is accepted.
    pub fn new(query: &str) -> Self {
        let query = query.strip_prefix('?').unwrap_or(query);
        let mut reader = Self { pairs: Vec::new(), notices: Vec::new() };
        let text = reader.cut(query);
        for part in text.split('&').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let (key, value) = (decode(key), decode(value));
            if reader.pairs.iter().any(|(known, _)| *known == key) {
                reader.notices.push(Notice::Repeated { key: shown(&key), value: shown(&value) });
            } else {
                reader.pairs.push((key, value));
            }
        }
        if let Some(version) = reader.take("v") {
            match parse_number(&version) {
                Some(v) if v == VERSION as f64 => {}
                Some(v) if v > VERSION as f64 => {
                    reader.notices.push(Notice::Newer { version: shown(&version) });
                }
                _ => reader.invalid(
                    "v",
                    &version,
                    tr!("the version of a link is a whole number of at least 1"),
                ),
            }
        }
        reader
    }

    /// Adds a value that the query does not hold; one that it holds goes before, with a notice.
    pub fn supply(&mut self, key: &str, value: String) {
        if self.pairs.iter().any(|(known, _)| known == key) {
            self.notices.push(Notice::Repeated { key: shown(key), value: shown(&value) });
        } else {
            self.pairs.push((key.to_owned(), value));
        }
    }

    /// The value of a key as text, if the key is there.
    pub fn take(&mut self, key: &str) -> Option<String> {
        let index = self.pairs.iter().position(|(known, _)| known == key)?;
        Some(self.pairs.remove(index).1)
    }

    /// Whether a key is there.
    #[cfg(labs)]
    pub fn has(&self, key: &str) -> bool {
        self.pairs.iter().any(|(known, _)| known == key)
    }

    /// A number, moved into its range where it lies outside.
    pub fn number(&mut self, spec: &Number) -> f64 {
        self.optional_number(spec).unwrap_or(spec.default)
    }

    /// A number that may be absent.
    pub fn optional_number(&mut self, spec: &Number) -> Option<f64> {
        let text = self.take(spec.key)?;
        let Some((parsed, nearest)) = parse_number(&text).and_then(|v| Some((v, spec.nearest(v)?))) else {
            self.invalid(spec.key, &text, tr!("it is not a number"));
            return None;
        };
        if nearest != parsed {
            let [min, max] = [spec.min, spec.max].map(write_number);
            self.notices.push(Notice::Clamped {
                key: spec.key.to_owned(),
                value: shown(&text),
                range: if spec.whole {
                    tr!("whole numbers from {} to {}", min, max)
                } else {
                    format!("{min} … {max}")
                },
                used: write_number(nearest),
            });
        }
        Some(nearest)
    }

    /// One of several names.
    pub fn choice<T: Copy + PartialEq>(&mut self, key: &str, choices: &Choices<T>, default: T) -> T {
        let Some(text) = self.take(key) else {
            return default;
        };
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return *value;
        }
        let used = choices.iter().find(|(_, value)| *value == default).map_or("", |(name, _)| name);
        self.unknown_choice(key, &text, choices, used);
        default
    }

    /// Adds the notice for a name that is none of the known ones.
    pub fn unknown_choice<T>(&mut self, key: &str, text: &str, choices: &Choices<T>, used: &str) {
        self.notices.push(Notice::UnknownChoice {
            key: key.to_owned(),
            value: shown(text),
            known: names(choices),
            used: used.to_owned(),
        });
    }

    /// Several of several names, joined by commas: each name's value, in the order of `choices`.
    pub fn choices<T: Copy>(&mut self, key: &str, choices: &Choices<T>) -> Vec<T> {
        let text = self.take(key).unwrap_or_default();
        let asked: Vec<&str> = text.split(',').filter(|name| !name.is_empty()).collect();
        for name in &asked {
            if !choices.iter().any(|(known, _)| known == name) {
                self.invalid(key, name, &tr!("known values are {}", names(choices)));
            }
        }
        choices.iter().filter(|(name, _)| asked.contains(name)).map(|(_, value)| *value).collect()
    }

    /// `1` or `0`.
    pub fn flag(&mut self, key: &str, default: bool) -> bool {
        self.choice(key, &[("1", true), ("0", false)], default)
    }

    /// A value with a grammar of its own; its error becomes a notice.
    pub fn parsed<T, E: std::fmt::Display>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.take(key)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.invalid(key, &text, &error.to_string());
                None
            }
        }
    }

    /// Adds a notice from the caller.
    pub fn notice(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// All notices, those for keys nobody asked for included.
    pub fn finish(mut self) -> Vec<Notice> {
        for (key, value) in self.pairs {
            self.notices.push(Notice::UnknownKey { key: shown(&key), value: shown(&value) });
        }
        self.notices
    }

    fn invalid(&mut self, key: &str, value: &str, reason: &str) {
        self.notices.push(Notice::Invalid {
            key: key.to_owned(),
            value: shown(value),
            reason: reason.trim_end_matches('.').to_owned(),
        });
    }

    /// The part of a query that is read: whole pairs within the limit.
    fn cut<'q>(&mut self, query: &'q str) -> &'q str {
        if query.len() <= MAX_LENGTH {
            return query;
        }
        self.notices.push(Notice::TooLong { length: query.len(), limit: MAX_LENGTH });
        let end = query.as_bytes()[..MAX_LENGTH].iter().rposition(|b| *b == b'&').unwrap_or(0);
        // A position of an ASCII byte is a character boundary.
        query.get(..end).unwrap_or("")
    }
}

fn names<T>(choices: &Choices<T>) -> String {
    choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// Percent-decoding; malformed escapes stay as they are and invalid UTF-8 becomes the replacement
/// character. `+` stays a plus: numbers have signs, and no value has spaces.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escape = (bytes[i] == b'%').then(|| hex(bytes.get(i + 1)).zip(hex(bytes.get(i + 2)))).flatten();
        match escape {
            Some((high, low)) => {
                out.push(16 * high + low);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: Number = Number { key: "steps", min: 1.0, max: 10_000.0, default: 100.0, whole: true };
    const DELTA: Number = Number { key: "delta", min: -5.0, max: 5.0, default: 0.0, whole: false };

    fn messages(reader: Reader) -> Vec<String> {
        reader.finish().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn numbers_are_read_clamped_or_refused_with_a_reason() {
        for (query, value, notice) in [
            ("", 100.0, ""),
            ("steps=7", 7.0, ""),
            ("steps=1e3", 1000.0, ""),
            ("steps=0", 1.0, "“steps=0” was changed to 1: the range is whole numbers from 1 to 10000."),
            ("steps=7.5", 8.0, "“steps=7.5” was changed to 8: the range is whole numbers from 1 to 10000."),
            (
                "steps=1e400",
                1e4,
                "“steps=1e400” was changed to 10000: the range is whole numbers from 1 to 10000.",
            ),
            ("steps=NaN", 100.0, "“steps=NaN” was ignored: it is not a number."),
            ("steps=", 100.0, "“steps=” was ignored: it is not a number."),
            ("steps=0x10", 100.0, "“steps=0x10” was ignored: it is not a number."),
            ("steps=5&steps=6", 5.0, "“steps=6” was ignored: “steps” was given before."),
        ] {
            let mut reader = Reader::new(query);
            assert_eq!(reader.number(&STEPS), value, "{query}");
            let expected: Vec<String> = (!notice.is_empty()).then(|| notice.to_owned()).into_iter().collect();
            assert_eq!(messages(reader), expected, "{query}");
        }
        let mut reader = Reader::new("delta=-9.5");
        assert_eq!(reader.number(&DELTA), -5.0);
        assert_eq!(messages(reader), ["“delta=-9.5” was changed to -5: the range is -5 … 5."]);
    }

    #[test]
    fn choices_name_what_is_known() {
        let names = [("paper", 0), ("uniform", 1)];
        let mut reader = Reader::new("weights=papre");
        assert_eq!(reader.choice("weights", &names, 1), 1);
        assert_eq!(
            messages(reader),
            ["“weights=papre” was ignored: known values are paper, uniform. Using uniform."]
        );
        let mut reader = Reader::new("show=uniform,x,paper");
        assert_eq!(reader.choices("show", &names), [0, 1]);
        assert_eq!(messages(reader), ["“show=x” was ignored: known values are paper, uniform."]);
    }

    #[test]
    fn versions() {
        assert!(Reader::new("v=1").finish().is_empty());
        assert!(matches!(Reader::new("v=2").finish()[..], [Notice::Newer { .. }]));
        assert!(matches!(Reader::new("v=zero").finish()[..], [Notice::Invalid { .. }]));
    }

    #[test]
    fn long_links_are_cut_between_pairs_and_values_are_shortened() {
        let query = format!("a=1&b={}", "x".repeat(100_000));
        let notices = Reader::new(&query).finish();
        assert_eq!(
            notices,
            [
                Notice::TooLong { length: query.len(), limit: MAX_LENGTH },
                Notice::UnknownKey { key: "a".into(), value: "1".into() }
            ]
        );
        let notices = Reader::new(&format!("b={}", "é".repeat(1000))).finish();
        assert!(notices[0].to_string().len() < 200);
    }

    #[test]
    fn escapes() {
        let mut reader = Reader::new("?a=%41%e3%81%82+b%&b=%zz%4");
        assert_eq!(reader.take("a").as_deref(), Some("Aあ+b%"));
        assert_eq!(reader.take("b").as_deref(), Some("%zz%4"));
        let mut reader = Reader::new("a=%ff");
        assert_eq!(reader.take("a").as_deref(), Some("\u{fffd}"));
    }
}
