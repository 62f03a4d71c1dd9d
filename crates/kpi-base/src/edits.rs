//! Texts with parts replaced.

use crate::Span;

/// A text with other texts in the place of some of its parts. Parts do not overlap; one that is none of the text is left alone.
pub fn replace_parts<T: AsRef<str>>(text: &str, parts: impl IntoIterator<Item = (Span, T)>) -> String {
    let mut parts: Vec<(Span, T)> = parts.into_iter().collect();
    parts.sort_by_key(|(span, _)| span.start);
    let mut replaced = text.to_owned();
    for (span, new) in parts.iter().rev() {
        let place = span.start as usize..span.end as usize;
        if replaced.get(place.clone()).is_some() {
            replaced.replace_range(place, new.as_ref());
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    #[test]
    fn parts_are_replaced_in_any_order() {
        let part = |start, end| Span { file: FileId::default(), start, end };
        let text = "目标 ≥ 45s, 60s";
        let at = |what: &str| text.find(what).map(|at| part(at as u32, (at + what.len()) as u32)).unwrap();
        assert_eq!(replace_parts(text, [(at("60s"), "1min"), (at("45s"), "40s")]), "目标 ≥ 40s, 1min");
        // Inside of a character there is no part.
        assert_eq!(replace_parts(text, [(part(1, 2), "x")]), text);
        assert_eq!(replace_parts(text, [(part(90, 91), "x")]), text);
    }
}
