//! From what pest found to the AST.
//!
//! The grammar has made sure of the shapes; what it cannot know (a chained comparison, a day that does not exist, a
//! word outside a short list) is reported here, and the part that has it is `None`.

mod cards;
mod data;
mod entries;
mod expr;
mod heads;
mod indicators;
mod number;
mod pay;
mod prove;
mod require;
mod tables;
mod tests;

pub(crate) use tables::cells_in_words;

use kpi_base::codes::syntax as codes;
use kpi_base::{Diagnostic, Join, Span, Text as Words, text};
use kpi_value::{Dec, PeriodKind};
use unicode_normalization::UnicodeNormalization;

use crate::ast::{Name, Text};
use crate::fault::in_chinese;
use crate::grammar::{Pair, Rule};
use crate::suggest::nearest_word;
use crate::text::{Drift, Source};

/// Builds the AST of one slice.
pub(crate) struct Builder<'a> {
    /// The text.
    pub source: &'a Source,
    /// Where the slice begins in it.
    pub base: usize,
    /// Where the slice lies in the file, if it lies there as it is read.
    pub drift: Option<Drift>,
    /// What is wrong.
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

impl Builder<'_> {
    /// The span of what a rule matched, without spaces at its end.
    fn span(&self, pair: &Pair<'_>) -> Span {
        let start = self.base + pair.as_span().start();
        let end = start + pair.as_str().trim_end().len();
        match self.drift {
            Some(drift) => drift.span(start, end),
            None => self.source.span(start, end),
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn name(&self, pair: &Pair<'_>) -> Name {
        let start = self.base + pair.as_span().start();
        let text = match self.source.chinese_at(start) {
            Some(word) => word.chinese,
            None => pair.as_str().trim().trim_matches('`'),
        };
        // ASCII is normal as it stands, and most names are ASCII.
        let text = if text.is_ascii() { text.to_owned() } else { text.nfc().collect() };
        Name { text, span: self.span(pair) }
    }

    fn text(&self, pair: &Pair<'_>) -> Text {
        Text { value: unescape(pair.as_str().trim()), span: self.span(pair) }
    }

    /// The text inside a rule that holds one.
    fn inner_text(&self, pair: Pair<'_>) -> Option<Text> {
        find(pair, Rule::string).map(|p| self.text(&p))
    }

    fn path(&self, pair: Pair<'_>) -> Vec<Name> {
        pair.into_inner().filter(|p| p.as_rule() == Rule::name).map(|p| self.name(&p)).collect()
    }

    /// A whole number with its place.
    fn count(&mut self, pair: &Pair<'_>) -> Option<(Dec, Span)> {
        let span = self.span(pair);
        let digits = pair.as_str().trim_end_matches(|c: char| !c.is_ascii_digit());
        self.dec(digits, 1, 0, span).map(|n| (n, span))
    }

    fn period_kind(&mut self, pair: &Pair<'_>) -> Option<(PeriodKind, Span)> {
        const KINDS: &[(&str, PeriodKind)] = &[
            ("day", PeriodKind::Day),
            ("week", PeriodKind::Week),
            ("month", PeriodKind::Month),
            ("quarter", PeriodKind::Quarter),
            ("year", PeriodKind::Year),
        ];
        self.one_of(pair, &text!("length of a period"), KINDS)
    }

    /// One of a short list of words.
    fn one_of<T: Copy>(&mut self, pair: &Pair<'_>, what: &Words, words: &[(&'static str, T)]) -> Option<(T, Span)> {
        let name = self.name(pair);
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == name.word()) {
            return Some((*value, name.span));
        }
        let known: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
        let in_file = |word: &'static str| if self.source.speaks_chinese { in_chinese(word) } else { word };
        let list = Words::list(known.iter().map(|w| Words::quoted(in_file(w))), Join::Comma);
        let mut diagnostic =
            Diagnostic::new(codes::UNKNOWN_WORD, text!("`{word}` is no {what}", word = name.text, what));
        diagnostic = match nearest_word(&name.text, &known) {
            Some(near) => diagnostic.label(name.span, text!("did you mean `{near}`?", near)).fix(
                text!("write `{near}`", near),
                name.span,
                near,
            ),
            None => diagnostic.label(name.span, text!("not known here")),
        };
        self.report(diagnostic.help(text!("write one of {list}", list)));
        None
    }
}

impl Builder<'_> {
    /// Fills a member that may stand once.
    fn set<T>(&mut self, slot: &mut Option<T>, value: Option<T>, what: &str, span: Span) {
        let Some(value) = value else { return };
        if slot.is_some() {
            self.report(
                Diagnostic::new(codes::DUPLICATE_MEMBER, text!("`{what}` is written twice", what))
                    .label(span, text!("the second one"))
                    .help(text!("keep one of them")),
            );
            return;
        }
        *slot = Some(value);
    }
}

/// The first part of this kind.
fn find<'i>(pair: Pair<'i>, rule: Rule) -> Option<Pair<'i>> {
    pair.into_inner().find(|p| p.as_rule() == rule)
}

/// The only part that is no keyword and no sign.
fn operand<'i>(pair: Pair<'i>) -> Option<Pair<'i>> {
    pair.into_inner().find(|p| matches!(p.as_rule(), Rule::expr | Rule::arith | Rule::operand | Rule::key))
}

fn unescape(quoted: &str) -> String {
    let inner = quoted.strip_prefix('"').unwrap_or(quoted);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => {}
            },
            c => text.push(c),
        }
    }
    text
}
