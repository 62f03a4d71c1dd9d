//! Words are keywords to the grammar where they are to the compiler, nearly everywhere: the grammar takes words such as `month` or `worst`,
//! which stand where a name may stand, for names that the queries highlight, and does not tell a card called `card` from the word.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use kpi_base::FileId;
use kpi_syntax::words::words_at;
use kpi_tree_sitter_tests::{compiled, keywords, policies};

#[test]
fn words_of_the_language_are_keywords_and_names_are_not() {
    let (mut missed, mut invented): (BTreeMap<String, usize>, BTreeMap<String, usize>) = Default::default();
    let mut words = 0;
    for path in policies().unwrap() {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if !compiled(&text).1 {
            continue;
        }
        let found = keywords(&text);
        let heard = words_at(FileId(0), &text);
        for word in heard.iter().filter(|word| !word.name) {
            words += 1;
            let span = (word.span.start as usize, word.span.end as usize);
            if found.binary_search(&span).is_err() {
                let what = format!("{:?} {}", word.place, text.get(span.0..span.1).unwrap_or_default());
                *missed.entry(what).or_default() += 1;
            }
        }
        for (start, end) in found {
            if heard.binary_search_by_key(&start, |word| word.span.start as usize).is_err() {
                let line = text.get(..start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
                let what = format!("{} in {}", text.get(start..end).unwrap_or_default(), line.trim());
                *invented.entry(what).or_default() += 1;
            }
        }
    }
    let differ: usize = missed.values().chain(invented.values()).sum();
    assert!(differ * 100 < words * 4, "{differ} of {words}: {missed:#?}\n{invented:#?}");
    assert!(words > 10_000, "{words}");
}
