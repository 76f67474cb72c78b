//! Encoding: typed values become the shortest query that decodes to them.

use super::{Choices, Number, VERSION, write_number};

/// Builds a query, leaving out what equals its default. The order of calls is the order in the
/// link, so that equal parameters give equal links.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    parts: Vec<String>,
}

impl Writer {
    /// A number, unless it is the default.
    pub fn number(&mut self, spec: &Number, value: f64) {
        if value != spec.default {
            self.text(spec.key, &write_number(value));
        }
    }

    /// A choice, unless it is the default.
    pub fn choice<T: Copy + PartialEq>(&mut self, key: &str, choices: &Choices<T>, value: T, default: T) {
        if value != default
            && let Some((name, _)) = choices.iter().find(|(_, known)| *known == value)
        {
            self.text(key, name);
        }
    }

    /// Several choices, unless there are none.
    pub fn choices<T: Copy + PartialEq>(&mut self, key: &str, choices: &Choices<T>, values: &[T]) {
        let names: Vec<&str> =
            choices.iter().filter(|(_, known)| values.contains(known)).map(|(name, _)| *name).collect();
        if !names.is_empty() {
            self.text(key, &names.join(","));
        }
    }

    /// `1` or `0`, unless it is the default.
    pub fn flag(&mut self, key: &str, value: bool, default: bool) {
        if value != default {
            self.text(key, if value { "1" } else { "0" });
        }
    }

    /// Any text.
    pub fn text(&mut self, key: &str, value: &str) {
        self.parts.push(format!("{key}={}", encode(value)));
    }

    /// The query without `?`: empty where everything is at its default, else with the version
    /// and the lab first.
    pub fn finish(self, lab: &str, lab_is_default: bool) -> String {
        if self.parts.is_empty() && lab_is_default {
            return String::new();
        }
        let mut query = format!("v={VERSION}&lab={}", encode(lab));
        for part in self.parts {
            query.push('&');
            query.push_str(&part);
        }
        query
    }
}

/// Percent-encodes all but the characters that links of this page use as they are.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:;,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    #[test]
    fn defaults_are_left_out_and_the_rest_reads_back() {
        let spec = Number { key: "t1", min: 0.0, max: 1.0, default: 0.0, whole: false };
        let mut writer = Writer::default();
        writer.number(&spec, 0.0);
        assert_eq!(writer.clone().finish("density", true), "");
        assert_eq!(writer.clone().finish("density", false), "v=1&lab=density");
        writer.number(&spec, 1e-7);
        writer.text("name", "a&b=あ %");
        let query = writer.finish("density", true);
        assert_eq!(query, "v=1&lab=density&t1=1e-7&name=a%26b%3D%E3%81%82%20%25");
        let mut reader = Reader::new(&query);
        assert_eq!(reader.number(&spec), 1e-7);
        assert_eq!(reader.take("name").as_deref(), Some("a&b=あ %"));
    }
}
