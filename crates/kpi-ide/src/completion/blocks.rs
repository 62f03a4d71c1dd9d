//! The words with which members of blocks begin.

use kpi_syntax::ast::ItemKind;
use kpi_syntax::words::Place;

use super::offers::Offers;
use crate::resolve::is_table;
use crate::scan::{Kind, Token};

/// The words with which a member of the block around the place begins.
pub(super) fn member_start(offers: &mut Offers<'_, '_>, brace: usize) -> bool {
    let spot = offers.spot;
    let head: Vec<Token<'_>> = spot.head_of(brace).to_vec();
    let own = head.first().map_or("", |t| t.text);
    match (spot.keyword(), own) {
        ("policy", _) => {
            offers.words(&["edition", "currency", "period", "rounding", "timezone"], Place::Policy, 0);
            for (words, behind) in [(("week", "starts"), " "), (("year", "starts"), " ")] {
                let label =
                    format!("{} {}", offers.spell(words.0, Place::Policy), offers.spell(words.1, Place::Policy));
                offers.snippet(label.clone(), format!("{label}{behind}$0"), None, 1);
            }
            let cap = format!("{} {}", offers.spell("attainment", Place::Policy), offers.spell("cap", Place::Clause));
            offers.snippet(cap.clone(), format!("{cap} ${{0:200%}}"), None, 1);
        }
        ("roster" | "source" | "shape", "roster" | "source" | "shape") => {
            if let Some(own) = offers.names.own(spot).filter(|item| is_table(item)) {
                offers.new_columns(own, 0);
            }
            offers.words(&["sparse"], Place::Table, 1);
            offers.word_with(
                "exclude",
                Place::Table,
                1,
                Some(&format!(" \"$1\" {} $0", offers.spell("where", Place::Clause))),
            );
            let valid = [("valid", Place::Table), ("from", Place::Clause), ("to", Place::Clause)]
                .map(|(w, p)| offers.spell(w, p));
            offers.snippet(
                valid[..1].concat(),
                format!("{} {} ${{1:joined}} {} ${{2:left}}", valid[0], valid[1], valid[2]),
                None,
                1,
            );
            let as_of = format!("{} {}", offers.spell("as", Place::Table), offers.spell("of", Place::Clause));
            offers.snippet(as_of.clone(), format!("{as_of} $0"), None, 1);
        }
        ("indicator", "indicator" | "part") => {
            let written: Vec<&str> = first_words(offers, brace);
            let words = ["formula", "target", "scoring", "note", "supports", "track", "part", "combine", "adjustable"];
            for word in
                words.into_iter().filter(|w| !(matches!(*w, "formula" | "target" | "scoring") && written.contains(w)))
            {
                let rank = if matches!(word, "formula" | "target" | "scoring") { 0 } else { 1 };
                offers.word(word, Place::Indicator, rank);
            }
            offers.words(&["tag", "when"], Place::Clause, 1);
            offers.words(&["period"], Place::Policy, 1);
        }
        ("scorecard", "scorecard") => {
            let written: Vec<&str> = first_words(offers, brace);
            offers.all_declared(
                |item| matches!(&item.kind, ItemKind::Indicator(i) if i.params.is_empty() && !written.contains(&i.name.text.as_str())),
                0,
            );
            offers.words(&["veto", "bonus", "deduct", "grade", "rank", "weights", "mid_period"], Place::Card, 1);
            offers.words(&["group"], Place::Clause, 1);
            offers.words(&["period"], Place::Policy, 2);
            offers.all_declared(|item| matches!(item.kind, ItemKind::Scorecard(_)), 3);
        }
        ("scorecard", "group") => {
            offers.all_declared(|item| matches!(&item.kind, ItemKind::Indicator(i) if i.params.is_empty()), 0);
        }
        ("scorecard", "grade") => {
            offers.snippet("≥ 90".to_owned(), "≥ ${1:90}: \"$0\"".to_owned(), None, 0);
            offers.word_with("else", Place::Row, 1, Some(": \"$0\""));
            offers.words(&["top", "next"], Place::Card, 2);
        }
        ("incentive", "incentive") => {
            offers.words(&["pay", "floor", "share"], Place::Pay, 0);
            offers.words(&["cap", "when", "per"], Place::Clause, 1);
            offers.words(&["period"], Place::Policy, 2);
        }
        ("rule", "rule") => {
            offers.words(&["when"], Place::Clause, 0);
            offers.words(&["then"], Place::Reserved, 0);
            offers.words(&["once", "bottom"], Place::Rule, 1);
            offers.words(&["top"], Place::Card, 1);
            offers.words(&["period"], Place::Policy, 2);
        }
        ("test", "test") => {
            offers.words(&["period"], Place::Policy, 0);
            offers.words(&["expect"], Place::Test, 0);
            offers.words(&["with", "data"], Place::Test, 1);
            offers.all_declared(|item| matches!(item.kind, ItemKind::Roster(_) | ItemKind::Source(_)), 1);
        }
        ("dimension" | "scale", _) => {}
        ("view", "view") => {}
        _ => {
            // Rows of a curve.
            offers.snippet("≥".to_owned(), "≥ ${1:80%}: ${0:100%}".to_owned(), None, 0);
            offers.word_with("else", Place::Row, 1, Some(": $0"));
        }
    }
    true
}

/// Whether the brace holds what follows `in`.
pub(super) fn own_is_set(offers: &Offers<'_, '_>, brace: usize) -> bool {
    brace.checked_sub(1).and_then(|before| offers.spot.tokens.get(before)).is_some_and(|t| t.is("in") || t.is("of"))
}

/// The first words of the members of the block, that of the place aside.
fn first_words<'s>(offers: &Offers<'_, 's>, brace: usize) -> Vec<&'s str> {
    let at = offers.spot.word.map_or(0, |word| word.start);
    let mut depth = 0usize;
    let mut words = Vec::new();
    let mut fresh = true;
    for token in offers.spot.tokens.get(brace + 1..).unwrap_or_default() {
        match token.kind {
            Kind::Close if depth == 0 => break,
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        fresh |= token.first;
        if depth == 0 && fresh && token.kind == Kind::Word && token.start != at {
            words.push(token.text);
        }
        fresh = depth == 0 && token.kind == Kind::Comma;
    }
    words
}
