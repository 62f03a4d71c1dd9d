//! What comes as a whole: declarations to be filled in.
//!
//! `⟦word⟧` is a word of the language, in English, which is spelt as the file spells it.

use kpi_syntax::words::{Place, chinese};

use super::offers::Offers;
use crate::words::describe_word;

/// A whole: the word by which it is found with its place, and the text.
const DECLARATIONS: &[(&str, &str)] = &[
    (
        "policy",
        "⟦policy⟧ \"${1:title}\" {\n  ⟦edition⟧  1\n  ⟦currency⟧ ${2:CNY}\n  ⟦period:Policy⟧   ⟦month:Period⟧\n}\n$0",
    ),
    ("dimension", "⟦dimension⟧ ${1:name} \"${2:label}\" { ${3:first}, ${4:second} }\n$0"),
    ("roster", "⟦roster⟧ ${1:staff} \"${2:label}\" {\n  id:   ⟦text:Type⟧ ⟦key⟧\n  name: ⟦text:Type⟧ ⟦label⟧\n  $0\n}"),
    ("source", "⟦source⟧ ${1:name} \"${2:label}\" {\n  who: -> ${3:staff}\n  on:  ⟦date:Type⟧ ⟦time⟧\n  $0\n}"),
    ("view", "⟦view⟧ ${1:name} ⟦from:Table⟧ ${2:source} ⟦where⟧ ${0:condition}"),
    ("param", "⟦param⟧ ${1:name} \"${2:label}\": ⟦ratio:Type⟧ = ${0:100%}"),
    ("function", "⟦function⟧ ${1:name}(${2:x}: ⟦number:Type⟧): ⟦number:Type⟧ = $0"),
    ("curve", "⟦curve⟧ ${1:name} = ⟦linear⟧ { ${2:60%}: ${3:0%}, ${4:100%}: ${5:100%} }\n$0"),
    ("indicator", "⟦indicator⟧ ${1:name} \"${2:label}\" {\n  ⟦formula⟧ ${3:sum(source.column)}\n  ⟦target⟧  ≥ $0\n}"),
    ("scorecard", "⟦scorecard⟧ ${1:name} \"${2:label}\" ⟦for⟧ ${3:staff} {\n  ${4:indicator} ⟦weight⟧ 100%\n  $0\n}"),
    (
        "incentive",
        "⟦incentive⟧ ${1:name} \"${2:label}\" ⟦for⟧ ⟦each⟧ ⟦scorecard⟧ ⟦of⟧ ${3:staff} {\n  ⟦pay⟧ ${4:bonus} = $0\n}",
    ),
    (
        "rule",
        "⟦rule⟧ ${1:name} \"${2:label}\" ⟦for⟧ ⟦each⟧ ⟦scorecard⟧ ⟦of⟧ ${3:staff} {\n  ⟦when⟧ ${4:⟦attainment:Attribute⟧ < 60%}\n  ⟦then⟧ \"$0\"\n}",
    ),
    (
        "test",
        "⟦test⟧ \"${1:what it shows}\" {\n  ⟦period:Policy⟧ ${2:2026-01}\n  ${3:source} | ${4:column} |\n       | ${5:value} |\n  ⟦expect⟧ $0\n}",
    ),
    ("use", "⟦use⟧ std.$0"),
    ("goal", "⟦goal⟧ ${1:name} \"${2:label}\"$0"),
    ("require", "⟦require⟧ ⟦each⟧ ⟦scorecard⟧: ⟦count:Function⟧(⟦indicators⟧) ≤ ${0:5}"),
    ("prove", "⟦prove⟧ ${1:card}.⟦score:Attribute⟧ ⟦within⟧ ${2:0}..${0:100}"),
    ("scale", "⟦scale⟧ ${1:name} \"${2:label}\" 1..${3:3} { 1: \"$4\", 2: \"$5\", 3: \"$0\" }"),
];

/// The declarations, each as its keyword and as a whole.
pub(super) fn declarations(offers: &mut Offers<'_, '_>) {
    let has_policy = offers.names.snapshot.declarations().any(|d| d.kind == crate::DeclarationKind::Policy);
    for (word, whole) in DECLARATIONS {
        if *word == "policy" && has_policy {
            continue;
        }
        let label = offers.spell(word, Place::Declaration);
        let insert = fill(whole, offers.chinese);
        let rank = if matches!(*word, "indicator" | "scorecard" | "source" | "test") { 0 } else { 1 };
        let filter = (label != *word).then(|| format!("{label} {word}"));
        offers.snippet_of(label, insert, describe_word(word, Some(Place::Declaration)), rank, filter);
    }
}

/// Spells the words of a whole.
pub(crate) fn fill(whole: &str, in_chinese: bool) -> String {
    let mut out = String::new();
    let mut rest = whole;
    while let Some((before, after)) = rest.split_once('⟦') {
        out.push_str(before);
        let (word, after) = after.split_once('⟧').unwrap_or((after, ""));
        let (word, place) = word.split_once(':').unwrap_or((word, ""));
        let place = match place {
            "Policy" => Some(Place::Policy),
            "Period" => Some(Place::Period),
            "Type" => Some(Place::Type),
            "Table" => Some(Place::Table),
            "Function" => Some(Place::Function),
            "Attribute" => Some(Place::Attribute),
            _ => kpi_syntax::words::WORDS.iter().find(|known| known.english == word).map(|known| known.place),
        };
        out.push_str(place.and_then(|place| chinese(word, place)).filter(|_| in_chinese).unwrap_or(word));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A whole as plain text: with what it proposes in its places.
pub fn plain(snippet: &str) -> String {
    let mut out = String::new();
    let mut rest = snippet;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = match after.strip_prefix('{') {
            Some(inside) => {
                let (place, after) = inside.split_once('}').unwrap_or((inside, ""));
                out.push_str(place.split_once(':').map_or("", |(_, proposed)| proposed));
                after
            }
            None => after.trim_start_matches(|c: char| c.is_ascii_digit()),
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
#[test]
fn every_declaration_has_a_whole_that_is_formatted_text() {
    let known: Vec<_> = DECLARATIONS.iter().map(|(word, _)| *word).collect();
    let missing: Vec<_> = kpi_syntax::DECLARATIONS.iter().filter(|word| !known.contains(word)).collect();
    assert_eq!(missing, [&"shape"], "shapes are for authors of libraries");
    for (_, whole) in DECLARATIONS {
        for chinese in [false, true] {
            let text = plain(&fill(whole, chinese));
            let found = kpi_syntax::parse(kpi_base::FileId(0), &text).diagnostics;
            // What is left to the author is a value.
            assert!(found.is_empty() || whole.contains("$0"), "{text}\n{found:?}");
        }
    }
}
