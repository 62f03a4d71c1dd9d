//! What a client sends of a changed text.

use lsp_types::TextDocumentContentChangeEvent;

use crate::positions::{Encoding, offset};

/// The text after changes, made one after the other: each is the whole text, or the replacement of a range. A place behind
/// the end of its line is at its end, one behind the last line at the end of the text, and one within a character before it.
pub fn apply_changes(text: &str, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) -> String {
    let mut text = text.to_owned();
    for change in changes {
        match change.range {
            None => text = change.text,
            Some(range) => {
                let [a, b] = [range.start, range.end].map(|place| offset(&text, place, encoding));
                text.replace_range(a.min(b)..a.max(b), &change.text);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use lsp_types::{Position, Range};
    use proptest::prelude::*;

    use super::*;

    /// A place of a text as the protocol counts, computed from its beginning; never between a carriage return and its line feed.
    fn position(text: &[char], at: usize, encoding: Encoding) -> Position {
        let mut position = Position::default();
        for (i, c) in text.iter().take(at).enumerate() {
            if *c == '\n' {
                position = Position { line: position.line + 1, character: 0 };
            } else if !(*c == '\r' && text.get(i + 1) == Some(&'\n')) {
                position.character += match encoding {
                    Encoding::Utf8 => c.len_utf8() as u32,
                    Encoding::Utf16 => c.len_utf16() as u32,
                    Encoding::Utf32 => 1,
                };
            }
        }
        position
    }

    fn written() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("\n".to_owned()),
            Just("\r\n".to_owned()),
            "[a-z{}\" ]{0,6}",
            "[主播考核：，😀𠮷]{0,4}",
            Just(String::new())
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn ranges_give_the_text_that_the_client_has(
            first in written(),
            edits in proptest::collection::vec((any::<u16>(), any::<u16>(), written()), 1..8),
            encoding in prop_oneof![Just(Encoding::Utf8), Just(Encoding::Utf16), Just(Encoding::Utf32)],
        ) {
            let (mut ours, mut changes) = (first.clone(), Vec::new());
            for (a, b, text) in edits {
                let chars: Vec<char> = ours.chars().collect();
                let place = |n: u16| {
                    let at = usize::from(n) % (chars.len() + 1);
                    let within = at > 0 && chars.get(at - 1) == Some(&'\r') && chars.get(at) == Some(&'\n');
                    if within { at - 1 } else { at }
                };
                let (a, b) = (place(a).min(place(b)), place(a).max(place(b)));
                let range = Range { start: position(&chars, a, encoding), end: position(&chars, b, encoding) };
                changes.push(TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.clone() });
                ours = chars.iter().take(a).chain(&text.chars().collect::<Vec<_>>()).chain(chars.iter().skip(b)).collect();
                // Two pieces may have met to one line break, which counts as the client counts from now on.
            }
            prop_assert_eq!(apply_changes(&first, changes, encoding), ours);
        }
    }

    #[test]
    fn places_that_there_are_not_are_the_nearest_before() {
        let change = |start: (u32, u32), end: (u32, u32), text: &str| {
            let place = |(line, character)| Position { line, character };
            let range = Some(Range { start: place(start), end: place(end) });
            TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
        };
        let apply = |change| apply_changes("a😀\r\nb", vec![change], Encoding::Utf16);
        assert_eq!(apply(change((0, 99), (0, 99), "x")), "a😀x\r\nb");
        assert_eq!(apply(change((9, 0), (9, 1), "x")), "a😀\r\nbx");
        assert_eq!(apply(change((0, 2), (0, 3), "x")), "ax\r\nb");
        assert_eq!(apply(change((1, 1), (0, 0), "x")), "x");
        let whole = TextDocumentContentChangeEvent { range: None, range_length: None, text: "all".to_owned() };
        assert_eq!(apply(whole), "all");
    }
}
