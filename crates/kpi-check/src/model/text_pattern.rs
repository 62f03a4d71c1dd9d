//! Patterns of texts.

use serde::{Serialize, Serializer};

/// A regular expression that a whole text must match: `A\d{3}`. Letters and digits of its classes are those of ASCII; other characters stand for themselves.
#[derive(Clone, Debug)]
pub struct TextPattern {
    text: String,
    whole: regex_lite::Regex,
}

impl TextPattern {
    /// The pattern that a text is, if it is one.
    pub fn new(text: &str) -> Option<TextPattern> {
        // Alone first: `a)(b` is no pattern, though it is one between brackets.
        regex_lite::Regex::new(text).ok()?;
        let whole = regex_lite::Regex::new(&format!("^(?:{text})$")).ok()?;
        Some(TextPattern { text: text.to_owned(), whole })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the whole text matches.
    pub fn holds(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }
}

impl PartialEq for TextPattern {
    fn eq(&self, other: &TextPattern) -> bool {
        self.text == other.text
    }
}

impl Eq for TextPattern {}

impl Serialize for TextPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_must_match() {
        let key = TextPattern::new(r"[A-Z]\d{3}|店\d").unwrap();
        for text in ["A001", "店7"] {
            assert!(key.holds(text), "{text}");
        }
        for text in ["", "A0011", "xA001", "A001\n", "a001", "店77", "A０01", "店"] {
            assert!(!key.holds(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["[", "a)(b", "*", "a{2,1}"] {
            assert!(TextPattern::new(text).is_none(), "{text}");
        }
    }
}
