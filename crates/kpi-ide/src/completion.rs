//! What can be written at a place: words of the language in the language of the file, names by what may stand there, columns
//! of the table at hand, members that a table still lacks, and whole declarations to be filled in.
//!
//! `wanted` reads off the text what the place asks for; `offers` knows what there is of each; `blocks` with which words members begin,
//! `rows` which members a table lacks; `snippets` holds what comes as a whole.

mod blocks;
mod offers;
mod rows;
mod snippets;
mod wanted;

use kpi_base::{Span, Text};
use kpi_results::Exports;

use crate::hover::Describer;
use crate::resolve::{Meaning, Names, members, name_of};
use crate::snapshot::{FilePosition, Snapshot};
use crate::spot::Spot;
use offers::Offers;
pub(crate) use offers::{is_chinese, pinyin};

pub(crate) use snippets::fill;
pub use snippets::plain;

/// What there is to choose from at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// What is replaced: the word at the place, as far as it is written.
    pub span: Span,
    /// The choices, the likeliest first.
    pub items: Vec<CompletionItem>,
    /// Whether some were left out, so that it is worth asking again with one more letter.
    pub more: bool,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionItem {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// Its type, its label, what it means in a few words.
    pub detail: Option<Text>,
    /// What is written: with `$1`, `${2:name}` and `$0` where something is to be filled in.
    pub insert: String,
    /// Whether there are such places in it.
    pub snippet: bool,
    /// By what it is found besides its label: English words, pinyin.
    pub filter: Option<String>,
    /// How likely it is: 0 is the likeliest.
    pub rank: u8,
    /// What [`document`] knows it by; empty if there is no more to say.
    pub key: String,
}

/// The kinds of choice, by which editors show a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum CompletionKind {
    Keyword,
    Snippet,
    Table,
    Column,
    Dimension,
    Member,
    Indicator,
    Param,
    Function,
    Scorecard,
    Incentive,
    Curve,
    Goal,
    Type,
    Attribute,
    Module,
    Value,
}

/// What somebody wants of completions.
#[derive(Clone, Copy, Default)]
pub struct CompletionSettings<'a> {
    /// Chinese names and words are found by their pinyin, too.
    pub pinyin: bool,
    /// What is known of the exports that are bound.
    pub columns: Option<&'a dyn Columns>,
}

/// What is known of the exports to which a policy is bound.
pub trait Columns {
    /// The headers of the export of a table.
    fn headers(&self, table: &str) -> Vec<String>;
    /// Some of the values that stand below a header.
    fn samples(&self, table: &str, header: &str) -> Vec<String>;
}

impl Columns for Exports {
    fn headers(&self, table: &str) -> Vec<String> {
        self.tables.get(table).into_iter().flatten().map(|column| column.header.clone()).collect()
    }

    fn samples(&self, table: &str, header: &str) -> Vec<String> {
        let column = self.tables.get(table).and_then(|columns| columns.iter().find(|column| column.header == header));
        column.map(|column| column.samples.clone()).unwrap_or_default()
    }
}

/// What can be written at a place.
pub fn complete(snapshot: &Snapshot, at: FilePosition, settings: CompletionSettings<'_>) -> Completions {
    let text = snapshot.text(at.file);
    let spot = Spot::at(text, at.offset as usize);
    let span = match spot.word {
        Some(word) if !spot.in_text && !spot.in_comment => {
            Span { file: at.file, start: word.start as u32, end: at.offset }
        }
        _ => Span { file: at.file, start: at.offset, end: at.offset },
    };
    let names = Names::of(snapshot);
    let mut offers = Offers::new(&names, &spot, at, snapshot.text_of(span), settings);
    wanted::gather(&mut offers);
    let (items, more) = offers.finish();
    Completions { span, items, more }
}

/// What is said of a choice by its key: the paragraphs of a hover.
pub fn document(snapshot: &Snapshot, key: &str) -> Vec<Text> {
    let names = Names::of(snapshot);
    let describer = Describer { names: &names, model: snapshot.model() };
    let parts: Vec<&str> = key.split('\t').collect();
    let meaning = match parts.as_slice() {
        ["word", place, word] => {
            let place = kpi_syntax::words::WORDS.iter().map(|w| w.place).find(|p| format!("{p:?}") == *place);
            kpi_syntax::words::spellings(word).next().map(|word| Meaning::Word(word, place))
        }
        ["name", name] => names.get(name).map(Meaning::Declared),
        ["goal", name] => names.goal(name).map(Meaning::Declared),
        ["column", table, column] => names.table(table).and_then(|table| names.step(Meaning::Declared(table), column)),
        ["inner", owner, name] => names.get(owner).and_then(|owner| names.step(Meaning::Declared(owner), name)),
        ["member", dimension, member] => names.get(dimension).and_then(|dimension| {
            let place = members(dimension).iter().position(|(name, _)| name.text == *member)?;
            Some(Meaning::Member(dimension, place))
        }),
        _ => None,
    };
    match meaning {
        Some(meaning) => describer.describe(meaning).0,
        None => Vec::new(),
    }
}

/// A name as it is written: in backticks where it needs them.
pub(crate) fn quote(name: &str) -> String {
    let plain = name.chars().next().is_some_and(kpi_syntax::starts_name)
        && name.chars().all(kpi_syntax::continues_name)
        && !is_reserved(name);
    if plain { name.to_owned() } else { format!("`{name}`") }
}

fn is_reserved(name: &str) -> bool {
    use kpi_syntax::words::{Place, WORDS};
    WORDS.iter().any(|word| word.place == Place::Reserved && (word.english == name || word.chinese == name))
}

/// The name of a declaration, for keys.
fn key_name(item: &kpi_syntax::ast::Item) -> &str {
    name_of(item).map(|name| name.text.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
