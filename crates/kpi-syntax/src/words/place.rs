//! Which words of a text are words of the language there, and not names: only the grammar knows.

use kpi_base::{FileId, Span};

use super::{Place, WORDS};
use crate::grammar::{Pair, Rule};

/// A word of the language in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Where it begins, as a byte of [`Reading::text`](crate::Reading::text).
    pub at: usize,
    /// What it is there.
    pub place: Place,
    /// Whether a name of the author might stand there as well, and then mean something else.
    pub name: bool,
}

/// The words of the language in a text without errors, in order. What is read and not built is left out.
pub fn spoken_words(text: &str) -> Vec<Spoken> {
    let mut unheard = Vec::new();
    let mut source = crate::text::read_text(FileId(0), text, &mut unheard);
    let layout = crate::layout::lay_out(&mut source, &mut unheard);
    let mut words = Vec::new();
    crate::item::hear_items(&source, &layout, &mut words);
    words.sort_unstable_by_key(|word| word.at);
    words.dedup_by_key(|word| word.at);
    words
}

/// A word of the language in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordAt {
    /// Where it stands.
    pub span: Span,
    /// What it is there.
    pub place: Place,
    /// Whether a name of the author might stand there as well, and then mean something else.
    pub name: bool,
}

/// The words of the language in a file, in order, as far as it can be read.
pub fn words_at(file: FileId, text: &str) -> Vec<WordAt> {
    let mut unheard = Vec::new();
    let mut source = crate::text::read_text(file, text, &mut unheard);
    let layout = crate::layout::lay_out(&mut source, &mut unheard);
    let mut words = Vec::new();
    crate::item::hear_items(&source, &layout, &mut words);
    words.sort_unstable_by_key(|word| word.at);
    words.dedup_by_key(|word| word.at);
    let at = |word: &Spoken| {
        let rest = source.text.get(word.at..).unwrap_or_default();
        let length = rest.find(|c| !crate::text::continues_name(c)).unwrap_or(rest.len());
        WordAt { span: source.span(word.at, word.at + length), place: word.place, name: word.name }
    };
    words.iter().map(at).collect()
}

/// The words of the language in what a rule matched, which begins at `base`.
pub(crate) fn gather_words(pair: Pair<'_>, base: usize, words: &mut Vec<Spoken>) {
    let rule = pair.as_rule();
    let called = rule == Rule::named && pair.clone().into_inner().any(|part| part.as_rule() == Rule::args);
    let refers = rule == Rule::type_name && pair.clone().into_inner().any(|part| part.as_rule() == Rule::arrow);
    if rule == Rule::raters {
        words.push(Spoken { at: base + pair.as_span().start(), place: Place::Function, name: false });
    }
    let count = pair.clone().into_inner().filter(|part| part.as_rule() == Rule::name).count();
    let mut seen = 0;
    for part in pair.into_inner() {
        let at = base + part.as_span().start();
        match part.as_rule() {
            Rule::name => {
                seen += 1;
                let place = match rule {
                    Rule::named if called => Some((Place::Function, true)),
                    Rule::named | Rule::field => Some((Place::Attribute, true)),
                    Rule::s_curve | Rule::s_named if seen == count => Some((Place::Attribute, false)),
                    Rule::type_name if !refers => Some((Place::Type, true)),
                    Rule::m_period | Rule::m_period_rolled | Rule::track_share | Rule::t_per => {
                        Some((Place::Period, false))
                    }
                    Rule::streak | Rule::window => Some((Place::Period, false)),
                    Rule::m_rounding => Some((Place::Rounding, false)),
                    Rule::m_week => Some((Place::Day, false)),
                    Rule::m_year => Some((Place::Month, false)),
                    Rule::m_mid_period => Some((Place::Card, false)),
                    Rule::rolled_up => Some((Place::Combine, false)),
                    Rule::m_note | Rule::required_note => Some((Place::Note, false)),
                    // A calendar word among the keys of a view is the name of a column, too.
                    _ => None,
                };
                let english = super::english(part.as_str().trim()).unwrap_or(part.as_str().trim());
                let known = |place: Place| WORDS.iter().any(|word| word.place == place && word.english == english);
                if let Some((place, name)) = place.filter(|(place, _)| known(*place)) {
                    words.push(Spoken { at, place, name });
                }
            }
            // `monthly_pay.total`: what is to be proven is an attribute.
            Rule::path if rule == Rule::prove_item => {
                for name in part.into_inner().filter(|name| name.as_rule() == Rule::name).skip(1) {
                    let written = name.as_str().trim();
                    let english = super::english(written).unwrap_or(written);
                    if WORDS.iter().any(|word| word.place == Place::Attribute && word.english == english) {
                        let at = base + name.as_span().start();
                        words.push(Spoken { at, place: Place::Attribute, name: true });
                    }
                }
            }
            inner => match place_of(rule, inner) {
                Some(place) => words.push(Spoken { at, place, name: false }),
                None => gather_words(part, base, words),
            },
        }
    }
}

/// What a keyword is behind its parent; `None` for what is no keyword. Where it has its usual spelling, any place does
/// that has one row of it.
fn place_of(parent: Rule, rule: Rule) -> Option<Place> {
    Some(match (parent, rule) {
        (Rule::c_from | Rule::view_head, Rule::kw_from) | (Rule::c_seconds, Rule::kw_in) | (_, Rule::time_word) => {
            Place::Table
        }
        (_, Rule::adjust_word) => Place::Indicator,
        (Rule::x_vetoed, Rule::kw_by) | (Rule::x_vetoed | Rule::x_fired, Rule::not_op) => Place::Test,
        (Rule::in_tail, Rule::not_op) => Place::Operator,
        (Rule::monotone, Rule::kw_in) => Place::Proof,
        (Rule::curve_at | Rule::pattern | Rule::share_row, Rule::kw_else) => Place::Row,
        (Rule::p_none_below, Rule::kw_none) | (Rule::s_rating, Rule::kw_of) => Place::Scoring,
        (Rule::each_card, Rule::kw_of) | (Rule::at_least, Rule::kw_at) | (Rule::m_deduct, Rule::kw_deduct) => {
            Place::Card
        }
        (Rule::group_combine, Rule::kw_all) => Place::Combine,
        (Rule::rolled_up, Rule::kw_up) => Place::Indicator,
        (_, Rule::and_op | Rule::or_op | Rule::not_op) => Place::Reserved,
        _ => {
            // The rules of keywords have their names in common.
            if !format!("{rule:?}").starts_with("kw_") {
                return None;
            }
            Place::Clause
        }
    })
}
