//! What a place asks for, read off the tokens before it.

use kpi_base::Text;
use kpi_syntax::ast::ItemKind;
use kpi_syntax::words::Place;

use super::blocks::{member_start, own_is_set};
use super::offers::{Offers, unit_of};
use super::{rows, snippets};
use crate::resolve::{AGGREGATES, Inner, Meaning, is_dimension, is_table, written};
use crate::scan::{Kind, Token};

/// Gathers what can stand at the place.
pub(super) fn gather(offers: &mut Offers<'_, '_>) {
    let spot = offers.spot;
    if spot.in_comment {
        return;
    }
    if spot.in_text {
        return in_text(offers);
    }
    if grid(offers) {
        return;
    }
    let column_zero = match spot.word {
        Some(word) => at_line_start(offers, word.start),
        None => at_line_start(offers, offers.at.offset as usize),
    };
    if column_zero {
        return snippets::declarations(offers);
    }
    if spot.back(0).is_some_and(|t| t.kind == Kind::Dot) {
        return behind_point(offers);
    }
    // A number is being written, or a name is being given.
    if spot.back(0).is_some_and(|t| t.kind == Kind::Number && spot.word.is_none() && t.end == offers.at.offset as usize)
    {
        return;
    }
    if names_something(offers) || clause(offers) {
        return;
    }
    if let Some(brace) = spot.brace().filter(|brace| spot.open.last() == Some(brace)) {
        let keys = offers.names.keys_of(spot, brace);
        if !keys.is_empty() && row_key(offers, brace) {
            let or = spot.back(0).is_some_and(|t| t.is("or"));
            if let (true, Some(dimension)) = (or, offers.names.expected_dimension(spot)) {
                offers.members(dimension, 0, &|_| true, str::to_owned);
            } else {
                rows::gather(offers, brace, &keys);
            }
            return;
        }
        if keys.is_empty() && !own_is_set(offers, brace) && begins_member(offers) && member_start(offers, brace) {
            return;
        }
    }
    if operand_expected(offers) {
        expression(offers);
    } else {
        after_operand(offers);
    }
}

fn at_line_start(offers: &Offers<'_, '_>, at: usize) -> bool {
    let before = offers.names.snapshot.text(offers.at.file).get(..at).unwrap_or_default();
    before.is_empty() || before.ends_with('\n') && (offers.spot.open.is_empty() || offers.spot.word.is_some())
}

/// Inside quotes only what exports are known to hold is of use: headers behind `from`, values behind a comparison with a column.
fn in_text(offers: &mut Offers<'_, '_>) {
    let spot = offers.spot;
    let Some(before) = spot.back(0).copied() else { return };
    if before.is("from") {
        let Some(own) = offers.names.own(spot).filter(|item| is_table(item)) else { return };
        let is_private = spot.member().iter().any(|t| t.is("private"));
        for (header, samples) in offers.headers(own) {
            let shown = (!samples.is_empty() && !is_private).then(|| Text::verbatim(samples));
            offers.value(header, shown, 0);
        }
    } else if matches!(before.text, "==" | "≠" | "!=")
        && let Some(left) = spot.back(1).copied().filter(|t| t.kind == Kind::Word)
    {
        let path: Vec<Token<'_>> = spot.path_before(2).into_iter().chain([left]).collect();
        let meaning = match path.as_slice() {
            [only] => offers.names.alone(spot, only),
            path => offers.names.path(spot, path),
        };
        if let Some(Meaning::Column(column)) = meaning {
            offers.samples(column, 0);
        }
    }
}

/// The columns and cells of the grid of a test.
fn grid(offers: &mut Offers<'_, '_>) -> bool {
    let spot = offers.spot;
    if !matches!(spot.keyword(), "test" | "indicator") || spot.back(0).is_none_or(|t| t.kind != Kind::Bar) {
        return false;
    }
    let Some((table, header)) = offers.names.grid_at(spot) else { return false };
    if header {
        offers.columns(table, 0, |_| true);
        return true;
    }
    // Which column: by the bars before the place on this line.
    let before = spot.tokens.get(..spot.before).unwrap_or_default();
    let line = before.iter().rev().take_while(|t| !t.first).count() + 1;
    let bars = before.iter().rev().take(line).filter(|t| t.kind == Kind::Bar).count();
    let start = before.iter().rposition(|t| t.first && t.kind == Kind::Word).unwrap_or(0);
    let head: Vec<&Token<'_>> = spot
        .tokens
        .get(start + 2..)
        .unwrap_or_default()
        .iter()
        .take_while(|t| !t.first)
        .filter(|t| t.kind == Kind::Word)
        .collect();
    let Some(name) = bars.checked_sub(1).and_then(|place| head.get(place)).map(|t| written(t)) else { return true };
    let Some(column) = offers.names.columns(table).into_iter().find(|c| c.name.text == name) else { return true };
    if let Some(dimension) = offers.names.dimension_of(column) {
        offers.members(dimension, 0, &|_| true, str::to_owned);
    }
    offers.samples(column, 1);
    true
}

/// What stands behind a point.
fn behind_point(offers: &mut Offers<'_, '_>) {
    let spot = offers.spot;
    let path = spot.path();
    let keyword = spot.keyword();
    if path.first().is_some_and(|t| t.text == "std") {
        return library(offers, &path);
    }
    let from = match offers.names.path(spot, &path) {
        Some(found) => found,
        None => match path.as_slice() {
            [period] if period.is("period") => {
                return offers.words(&["start", "end", "length", "days"], Place::Attribute, 0);
            }
            [stint] if stint.is("stint") => return offers.words(&["days"], Place::Attribute, 0),
            // `card[A01].score`
            _ => match indexed(offers) {
                Some(found) => found,
                None => return,
            },
        },
    };
    match from {
        Meaning::Declared(item) if is_table(item) => {
            let where_behind = spot.member().iter().any(|t| t.is("where"));
            if let Some((function, _)) = spot.calls().next().filter(|_| !where_behind) {
                offers.function = function.text;
            }
            offers.columns(item, 0, |_| true);
        }
        Meaning::Declared(item) => match &item.kind {
            ItemKind::Indicator(_) => {
                offers.words(
                    &["actual", "target", "met", "attainment", "gap", "progress", "score"],
                    Place::Attribute,
                    0,
                );
            }
            ItemKind::Scorecard(_) => {
                offers.words(&["score", "attainment", "grade", "rank"], Place::Attribute, 0);
                if keyword == "test" {
                    offers.inner(item, 1, |inner| matches!(inner, Inner::Group(_)));
                }
            }
            ItemKind::Incentive(_) => {
                offers.word("total", Place::Attribute, 0);
                offers.inner(item, 0, |_| true);
            }
            _ => {}
        },
        Meaning::Column(column) => match offers.names.referred(column) {
            Some(table) => offers.columns(table, 0, |_| true),
            None => offers.word("date", Place::Attribute, 0),
        },
        Meaning::Parameter(_, _, ty) => {
            let shape = match &ty.kind {
                kpi_syntax::ast::TypeKind::Named(name) | kpi_syntax::ast::TypeKind::Reference(name) => name,
            };
            if let Some(shape) = offers.names.table(&shape.text) {
                offers.columns(shape, 0, |_| true);
            }
        }
        _ => {}
    }
}

/// What `name[…]` before the point means.
fn indexed<'s>(offers: &Offers<'_, 's>) -> Option<Meaning<'s>> {
    let spot = offers.spot;
    let before = spot.tokens.get(..spot.before)?;
    let (_, before) = before.split_last().filter(|(last, _)| last.kind == Kind::Dot)?;
    if !before.last()?.is("]") {
        return None;
    }
    let open = before.iter().rposition(|t| t.is("["))?;
    let name = before.get(open.checked_sub(1)?).filter(|t| t.kind == Kind::Word)?;
    offers.names.alone(spot, name)
}

/// Modules of the library, and what is in one.
fn library(offers: &mut Offers<'_, '_>, path: &[Token<'_>]) {
    if path.len() == 1 {
        for module in kpi_stdlib::MODULES {
            let name = module.name.trim_start_matches("std.");
            offers.module(name, None, name.to_owned(), false);
        }
        return;
    }
    let module = path.iter().map(|t| t.written).collect::<Vec<_>>().join(".");
    let chinese = offers.chinese;
    for described in kpi_stdlib::described().into_iter().filter(|d| d.module == module) {
        let takes =
            described.takes.iter().enumerate().map(|(place, taken)| format!("${{{}:{}}}", place + 1, taken.name));
        let call = format!("{}({})", described.name, takes.collect::<Vec<_>>().join(", "));
        let entry = described.kind == kpi_stdlib::Kind::Entry;
        let insert = if entry { call } else { described.name.clone() };
        offers.module(&described.name, Some(Text::verbatim(described.title(chinese))), insert, entry);
    }
}

/// Whether the place gives a name: nothing is proposed there.
fn names_something(offers: &Offers<'_, '_>) -> bool {
    let spot = offers.spot;
    let Some(back) = spot.back(0) else { return false };
    let second = spot.before == 1 || spot.back(1).is_none();
    let declares =
        second && kpi_syntax::DECLARATIONS.contains(&back.text) && !matches!(back.text, "use" | "require" | "prove");
    let names = matches!(back.text, "veto" | "bonus" | "pay" | "part") && back.kind == Kind::Word && {
        let keyword = spot.keyword();
        matches!(keyword, "scorecard" | "incentive" | "indicator") && spot.member().len() == 1
    };
    declares || names || back.is("group") && spot.keyword() == "scorecard"
}

/// What a clause asks for whose word stands before the place.
fn clause(offers: &mut Offers<'_, '_>) -> bool {
    let spot = offers.spot;
    let keyword = spot.keyword();
    let Some(back) = spot.back(0).copied() else { return false };
    let before = spot.back(1).copied();
    let is_before = |word: &str| before.is_some_and(|t| t.is(word));
    let in_table = matches!(keyword, "roster" | "source" | "shape");
    if back.is("->") {
        offers.all_declared(is_table, 0);
        return true;
    }
    // A type.
    let block = spot.brace().is_some();
    let in_head = matches!(keyword, "param" | "function" | "indicator");
    if back.kind == Kind::Colon && if block { in_table } else { in_head } {
        offers.all_words(Place::Type, 1);
        offers.all_declared(|item| is_dimension(item) || matches!(item.kind, ItemKind::Scale(_)), 2);
        if in_table || keyword == "function" {
            offers.all_declared(is_table, 30);
        }
        return true;
    }
    if in_table && block && !begins_member(offers) && column_modifier(offers) {
        return true;
    }
    if back.kind != Kind::Word && back.kind != Kind::Comma && back.kind != Kind::Operator {
        return false;
    }
    match back.text {
        "use" if keyword == "use" => {
            for module in kpi_stdlib::MODULES {
                offers.module(module.name, None, module.name.to_owned(), false);
            }
        }
        "for" => {
            offers.all_declared(|item| matches!(item.kind, ItemKind::Roster(_)), 0);
            if matches!(keyword, "incentive" | "rule") {
                let each = format!(
                    "{} {}",
                    offers.spell("each", Place::Clause),
                    offers.spell("scorecard", Place::Declaration)
                );
                offers.snippet(each.clone(), each, None, 0);
                offers.all_declared(|item| matches!(item.kind, ItemKind::Scorecard(_)), 1);
            }
            if keyword == "scorecard" {
                offers.all_declared(|item| matches!(item.kind, ItemKind::Source(_)), 5);
            }
        }
        "each" => offers.words(&["scorecard", "indicator"], Place::Declaration, 0),
        "scorecard" if is_before("each") => offers.word("of", Place::Clause, 0),
        "of" if keyword == "incentive" || keyword == "rule" && is_before("scorecard") => {
            offers.all_declared(|item| matches!(item.kind, ItemKind::Roster(_)), 0);
        }
        "from" if keyword == "view" => offers.tables(0),
        "via" => {
            let tables = offers.names.row_tables(spot);
            if let Some(table) = tables.first() {
                let names = offers.names;
                offers.columns(table, 0, |column| names.referred(*column).is_some());
            }
        }
        "by" if is_before("group") => {
            for table in offers.names.row_tables(spot) {
                offers.columns(table, 0, |_| true);
            }
            offers.words(&["day", "week", "month", "quarter", "year"], Place::Period, 1);
        }
        "by" if is_before("up") => offers.words(&["sum", "average", "worst", "share_met"], Place::Combine, 0),
        "by" if is_before("share") => offers.word("stint", Place::Pay, 0),
        "by" if is_before("vetoed") => {
            let card = spot.member().iter().filter(|t| t.kind == Kind::Word).nth(1).copied();
            if let Some(item) = card.and_then(|card| offers.names.get(written(&card))) {
                offers.inner(item, 0, |inner| matches!(inner, Inner::Veto(_)));
            }
        }
        "by" | "among" | "over" => groups(offers, back.text),
        "supports" => {
            let mut goals: Vec<_> = offers.names.all_goals().collect();
            goals.sort_by_key(|item| (item.span.file, item.span.start));
            goals.into_iter().for_each(|goal| offers.declared(goal, 0));
            if keyword == "require" {
                let any =
                    format!("{} {}", offers.spell("a", Place::Requirement), offers.spell("goal", Place::Declaration));
                offers.snippet(any.clone(), any, None, 0);
            }
        }
        "tag" => tags(offers),
        "note" => offers.all_words(Place::Note, 0),
        "missing" if is_before("when") => offers.words(&["fail", "zero", "full", "reweight"], Place::Indicator, 0),
        "missing" if spot.back(1).is_some_and(|t| t.is(")")) => {
            offers.words(&["fail", "zero", "reweight"], Place::Indicator, 0);
        }
        "when"
            if matches!(keyword, "indicator" | "scorecard")
                && before.is_some_and(|t| t.kind != Kind::Text)
                && spot.member().first().is_none_or(|t| !t.is("veto")) =>
        {
            offers.word("missing", Place::Clause, 0);
        }
        "combine" => offers.words(&["sum", "worst", "average", "all"], Place::Combine, 0),
        "scoring" => {
            offers.words(
                &["proportional", "all_or_nothing", "deduct", "rating", "step", "linear", "marginal"],
                Place::Scoring,
                0,
            );
            offers.all_declared(|item| matches!(item.kind, ItemKind::Curve(_)), 1);
        }
        "proportional" => {
            offers.words(&["none"], Place::Scoring, 0);
            offers.words(&["cap"], Place::Clause, 0);
            offers.words(&["stretch"], Place::Indicator, 0);
        }
        "rating" => offers.word("of", Place::Scoring, 0),
        "step" | "linear" | "marginal" if spot.member().first().is_some_and(|t| t.is("scoring")) => {
            offers.word("on", Place::Clause, 0);
        }
        "on" if spot.member().iter().any(|t| t.is("scoring")) => {
            offers.words(&["attainment", "actual"], Place::Attribute, 0);
        }
        "rolled" => offers.word("up", Place::Indicator, 0),
        "up" => offers.word("by", Place::Clause, 0),
        "adjustable" => offers.words(&["quarterly", "yearly"], Place::Indicator, 0),
        "mid_period" => offers.words(&["last", "first", "split"], Place::Card, 0),
        "period" if keyword != "test" && block => {
            offers.words(&["week", "month", "quarter", "year", "day"], Place::Period, 0);
        }
        "per" if keyword == "incentive" => offers.word("card", Place::Pay, 0),
        "per" => offers.words(&["week", "month", "quarter", "year"], Place::Period, 0),
        "currency" => ["CNY", "USD", "EUR", "HKD", "JPY", "GBP", "SGD", "TWD"]
            .into_iter()
            .for_each(|code| offers.value(code.to_owned(), None, 0)),
        "rounding" => offers.all_words(Place::Rounding, 0),
        "week" | "year" if keyword == "policy" => offers.word("starts", Place::Policy, 0),
        "starts" if is_before("week") => offers.all_words(Place::Day, 0),
        "starts" => offers.all_words(Place::Month, 0),
        "is" if keyword == "test" => {
            offers.words(&["missing"], Place::Clause, 0);
            offers.words(&["complete", "incomplete"], Place::Test, 0);
        }
        "is" => offers.words(&["missing", "known"], Place::Clause, 0),
        "then" if spot.member().first().is_some_and(|t| t.is("veto")) => {
            for (word, place, rest) in
                [("score", Place::Card, " 0"), ("pay", Place::Pay, " 0"), ("cap", Place::Clause, " ${0:60}")]
            {
                offers.word_with(word, place, 0, Some(rest));
            }
        }
        "then" if keyword == "rule" => {
            offers.word_with("warn", Place::Rule, 0, Some(" \"$0\""));
            offers.word("by", Place::Clause, 1);
            offers.word("one", Place::Clause, 1);
        }
        "with" if keyword == "test" => offers.all_declared(|item| matches!(item.kind, ItemKind::Param(_)), 0),
        "vetoed" => offers.word("by", Place::Test, 0),
        "data" if keyword == "test" => offers.word("until", Place::Test, 0),
        "expect" => {
            offers.all_declared(|item| matches!(item.kind, ItemKind::Scorecard(_) | ItemKind::Incentive(_)), 0);
            offers.all_declared(|item| matches!(item.kind, ItemKind::Rule(_)), 1);
            offers.all_declared(|item| matches!(item.kind, ItemKind::Indicator(_)), 2);
        }
        "weight" if keyword == "scorecard" => offers.word("by", Place::Clause, 0),
        "target" if spot.member().first().is_some_and(|t| t.is("target")) && before.is_some() => target(offers),
        "require" if before.is_none() => {
            let each =
                format!("{} {}: ", offers.spell("each", Place::Clause), offers.spell("scorecard", Place::Declaration));
            offers.snippet(each.trim_end().to_owned(), each, None, 0);
            offers.all_declared(|item| matches!(item.kind, ItemKind::Scorecard(_)), 1);
        }
        "prove" if before.is_none() => {
            offers.all_declared(|item| matches!(item.kind, ItemKind::Scorecard(_) | ItemKind::Incentive(_)), 0);
        }
        "monotone" => offers.word("in", Place::Proof, 0),
        _ => {
            if let Some(dimension) = offers.names.expected_dimension(spot).filter(|_| back.kind == Kind::Operator) {
                offers.members(dimension, 0, &|_| true, str::to_owned);
                return true;
            }
            return false;
        }
    }
    true
}

/// What belongs behind the type of a column.
fn column_modifier(offers: &mut Offers<'_, '_>) -> bool {
    let spot = offers.spot;
    let member = spot.member();
    let Some(colon) = member.iter().position(|t| t.kind == Kind::Colon) else { return false };
    if member.len() <= colon + 1 || spot.back(0).is_some_and(|t| t.kind == Kind::Operator) {
        return false;
    }
    if spot.back(0).is_some_and(|t| t.is("in")) {
        offers.words(&["seconds", "minutes", "hours", "days"], Place::Table, 0);
        return true;
    }
    if spot.back(0).is_some_and(|t| t.first) {
        return false;
    }
    let ty = member.get(colon + 1).map_or("", |t| t.text);
    match ty {
        "->" => offers.words(&["subject", "key", "time"], Place::Table, 0),
        "date" | "datetime" | "month" | "quarter" | "year" => offers.words(&["time"], Place::Table, 0),
        "text" => offers.words(&["key", "label", "unique", "matches"], Place::Table, 0),
        "duration" => offers.words(&["in"], Place::Table, 0),
        "money" => offers.words(&["digits"], Place::Table, 0),
        _ => {}
    }
    offers.word_with("from", Place::Table, 1, Some(" \"$0\""));
    offers.words(&["key", "unique", "private", "in"], Place::Table, 2);
    true
}

/// Groups of subjects, and what tables depend on.
fn groups(offers: &mut Offers<'_, '_>, word: &str) {
    let spot = offers.spot;
    let subjects = offers.names.row_tables(spot);
    let names = offers.names;
    for table in subjects.iter().filter(|table| matches!(table.kind, ItemKind::Roster(_))) {
        offers.columns(table, 0, |column| names.dimension_of(*column).is_some() || names.referred(*column).is_some());
    }
    offers.all_declared(is_dimension, 0);
    match word {
        "by" => {
            offers.word("date", Place::Type, 1);
            offers.all_declared(|item| matches!(item.kind, ItemKind::Roster(_)), 2);
        }
        "over" => {
            offers.words(&["all", "last", "this"], Place::Clause, 1);
            offers.all_declared(|item| matches!(item.kind, ItemKind::Roster(_)), 0);
        }
        _ => {
            offers.word("all", Place::Clause, 1);
            offers.all_declared(|item| matches!(item.kind, ItemKind::Roster(_)), 0);
        }
    }
}

fn tags(offers: &mut Offers<'_, '_>) {
    let mut tags: Vec<String> = Vec::new();
    for item in offers.names.all() {
        if let ItemKind::Indicator(indicator) = &item.kind {
            tags.extend(indicator.tags.iter().map(|tag| tag.text.clone()));
        }
    }
    tags.sort();
    tags.dedup();
    tags.into_iter().for_each(|tag| offers.value(super::quote(&tag), None, 0));
}

fn target(offers: &mut Offers<'_, '_>) {
    for sign in ["≥ ", "≤ ", "= "] {
        offers.value(sign.to_owned(), None, 0);
    }
    offers.words(&["between"], Place::Indicator, 1);
    offers.words(&["by"], Place::Clause, 0);
    offers.words(&["none"], Place::Reserved, 2);
}

/// Whether the place stands where the key of a row does.
fn row_key(offers: &Offers<'_, '_>, brace: usize) -> bool {
    let spot = offers.spot;
    let since = spot.tokens.get(brace + 1..spot.before).unwrap_or_default();
    let first = spot.word.map_or_else(|| fresh_line(offers), |word| word.first);
    if first || since.is_empty() {
        return true;
    }
    let row: Vec<&Token<'_>> = {
        let mut row: Vec<&Token<'_>> = Vec::new();
        for token in since.iter().rev() {
            let stop = token.first;
            row.push(token);
            if stop {
                break;
            }
        }
        row
    };
    // Behind a colon comes the value, until a comma ends it.
    for token in row {
        match token.kind {
            Kind::Comma => return true,
            Kind::Colon | Kind::Bar => return false,
            _ => {}
        }
    }
    spot.back(0).is_some_and(|t| t.is("or"))
}

/// Whether nothing stands between the beginning of the line and the place.
fn fresh_line(offers: &Offers<'_, '_>) -> bool {
    let before = offers.names.snapshot.text(offers.at.file).get(..offers.at.offset as usize).unwrap_or_default();
    before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty())
}

/// Whether the place begins a member of a block.
fn begins_member(offers: &Offers<'_, '_>) -> bool {
    let spot = offers.spot;
    let back = spot.back(0);
    let fresh = spot.word.map_or_else(|| fresh_line(offers), |word| word.first);
    back.is_some_and(|t| t.is("{") || t.kind == Kind::Comma) || fresh && !back.is_some_and(|t| t.kind == Kind::Operator)
}

/// Whether a value may begin at the place, rather than go on.
fn operand_expected(offers: &Offers<'_, '_>) -> bool {
    let Some(back) = offers.spot.back(0) else { return true };
    match back.kind {
        Kind::Operator => back.text != "?",
        Kind::Open | Kind::Comma | Kind::Colon | Kind::Bar | Kind::Range => true,
        Kind::Word => BEFORE_VALUES.contains(&back.text) && !back.written.starts_with('`'),
        _ => false,
    }
}

/// Words behind which a value begins.
const BEFORE_VALUES: &[&str] = &[
    "if",
    "then",
    "else",
    "and",
    "or",
    "not",
    "in",
    "where",
    "formula",
    "when",
    "target",
    "cap",
    "floor",
    "tolerance",
    "stretch",
    "between",
    "dated",
    "at",
    "expect",
    "of",
    "to",
];

/// A value: names by what may stand there.
fn expression(offers: &mut Offers<'_, '_>) {
    let spot = offers.spot;
    let call = spot.calls().find(|(function, _)| AGGREGATES.contains(&function.text));
    expect_unit(offers);
    if let Some(dimension) = offers.names.expected_dimension(spot) {
        offers.members(dimension, 0, &|_| true, str::to_owned);
        return;
    }
    let tables = offers.names.row_tables(spot);
    if let Some((function, from)) = call {
        let begins = spot.tokens.get(from..spot.before).is_some_and(<[Token<'_>]>::is_empty);
        if begins {
            // The argument: a table, with a point to go on unless its rows are counted.
            offers.tables(0);
            parameters(offers);
            if matches!(function.text, "average" | "median" | "min" | "max" | "sum") {
                offers.all_declared(|item| matches!(&item.kind, ItemKind::Indicator(i) if i.params.is_empty()), 10);
            }
            return;
        }
        for table in tables.iter().take(1) {
            offers.columns(table, 0, |_| true);
            offers.declared(table, 3);
        }
        offers.all_declared(|item| matches!(item.kind, ItemKind::Param(_) | ItemKind::Function(_)), 4);
        offers.words(
            &["exists", "coalesce", "days_between", "abs", "round", "min", "max", "clamp"],
            Place::Function,
            5,
        );
        offers.words(&["not", "true", "false", "if"], Place::Reserved, 6);
        return;
    }
    for table in &tables {
        offers.columns(table, 1, |_| true);
    }
    parameters(offers);
    let keyword = spot.keyword();
    if matches!(keyword, "incentive" | "rule") {
        offers.words(&["attainment", "score", "grade", "rank"], Place::Attribute, 0);
        if keyword == "rule" {
            offers.all_declared(|item| matches!(item.kind, ItemKind::Incentive(_)), 4);
        }
    }
    let own = offers.names.own(spot);
    offers.all_declared(
        |item| {
            matches!(&item.kind, ItemKind::Indicator(i) if i.params.is_empty())
                && own.is_none_or(|own| own.span != item.span)
        },
        2,
    );
    offers.all_declared(|item| matches!(item.kind, ItemKind::Param(_) | ItemKind::Function(_)), 2);
    offers.words(&["sum", "count", "average", "lookup"], Place::Function, 3);
    offers.all_words(Place::Function, 4);
    offers.all_declared(|item| matches!(item.kind, ItemKind::Roster(_)), 5);
    if keyword == "indicator" {
        offers.word("self", Place::Reserved, 5);
    }
    offers.words(&["step", "linear", "marginal"], Place::Scoring, 6);
    offers.words(&["period"], Place::Attribute, 6);
    offers.words(&["if", "not", "true", "false", "none"], Place::Reserved, 7);
}

fn parameters(offers: &mut Offers<'_, '_>) {
    for (_, name, _) in offers.names.parameters(offers.spot) {
        offers.value(name.text.clone(), None, 0);
    }
}

/// Which unit the place wants: that of the indicator's formula in its target, of the other side of a comparison, of a pay.
fn expect_unit(offers: &mut Offers<'_, '_>) {
    let spot = offers.spot;
    let first = spot.member().first().copied();
    if first.is_some_and(|t| t.is("pay")) && spot.calls().next().is_none() {
        offers.unit = None;
    } else if first.is_some_and(|t| t.is("target"))
        || spot.brace().is_some_and(|b| spot.head_of(b).first().is_some_and(|t| t.is("target")))
    {
        let name = spot.tokens.iter().filter(|t| t.kind == Kind::Word).nth(1).map(written);
        let ty = name.and_then(|name| offers.type_of(name));
        offers.unit = ty.and_then(|ty| ty.unit()).map(|unit| (unit.money, unit.time));
    }
    let comparison = spot.back(0).is_some_and(|t| matches!(t.text, "≥" | "≤" | "<" | ">" | "==" | "≠" | "+" | "-"));
    let left = spot.back(1).copied().filter(|t| comparison && t.kind == Kind::Word);
    if let Some(left) = left {
        let column = match offers.names.alone(spot, &left) {
            Some(Meaning::Column(column)) => column.declared,
            _ => None,
        };
        if let Some(kpi_syntax::ast::TypeKind::Named(name)) = column.map(|column| &column.ty.kind) {
            offers.unit = unit_of(name.word());
        } else if let Some(unit) = offers.type_of(written(&left)).and_then(|ty| ty.unit()) {
            offers.unit = Some((unit.money, unit.time));
        }
    }
}

/// What can go on behind a value.
fn after_operand(offers: &mut Offers<'_, '_>) {
    let spot = offers.spot;
    let keyword = spot.keyword();
    let call = spot.calls().next();
    if let Some((function, _)) =
        call.filter(|(f, _)| AGGREGATES.contains(&f.text) || matches!(f.text, "rank" | "percentile" | "zscore"))
    {
        let since: Vec<&str> = spot.member().iter().map(|t| t.text).collect();
        let has = |word: &str| since.contains(&word);
        if matches!(function.text, "rank" | "percentile" | "zscore" | "average" | "median" | "min" | "max") {
            offers.word(
                "among",
                Place::Clause,
                if matches!(function.text, "rank" | "percentile" | "zscore") { 0 } else { 2 },
            );
        }
        if !has("where") {
            offers.words(&["where"], Place::Clause, 0);
            offers.words(&["via", "dated", "at"], Place::Clause, 1);
        } else {
            offers.words(&["and", "or", "is", "in", "not"], Place::Reserved, 0);
        }
        offers.word("needs", Place::Clause, 2);
        return;
    }
    let member: Vec<Token<'_>> = spot.member().to_vec();
    let first = member.first().map_or("", |t| t.text);
    let block = spot.brace().is_some();
    if !block {
        match keyword {
            "scorecard" | "incentive" | "rule" => {
                offers.words(&["for", "where"], Place::Clause, 0);
            }
            "view" => {
                offers.word("from", Place::Table, 0);
                offers.words(&["where", "group"], Place::Clause, 0);
            }
            "dimension" => offers.word("ordered", Place::Table, 0),
            "goal" => offers.word("supports", Place::Indicator, 0),
            "prove" => offers.words(&["within", "monotone"], Place::Proof, 0),
            "param" => offers.words(&["by"], Place::Clause, 0),
            _ => offers.words(&["over"], Place::Clause, 1),
        }
        offers.words(&["and", "or"], Place::Reserved, 3);
        return;
    }
    match (keyword, first) {
        ("scorecard", "veto") => {
            offers.words(&["when"], Place::Clause, 0);
            offers.words(&["then", "and", "or"], Place::Reserved, 1);
        }
        ("scorecard", "bonus" | "deduct") => offers.words(&["cap"], Place::Clause, 0),
        ("scorecard", "group") => {
            offers.words(&["weight"], Place::Card, 0);
            offers.words(&["combine"], Place::Indicator, 0);
            offers.words(&["when"], Place::Clause, 1);
        }
        ("scorecard", _) if member.iter().all(|t| !t.is("where")) => {
            if member.iter().all(|t| !t.is("weight")) {
                offers.word_with("weight", Place::Card, 0, Some(" ${0:10%}"));
                offers.word("watch", Place::Card, 0);
            }
            offers.words(&["scoring", "rolled"], Place::Indicator, 1);
            let missing = format!("{} {}", offers.spell("when", Place::Clause), offers.spell("missing", Place::Clause));
            offers.snippet(missing.clone(), format!("{missing} $0"), None, 1);
            let cap = format!("{} {}", offers.spell("attainment", Place::Policy), offers.spell("cap", Place::Clause));
            offers.snippet(cap.clone(), format!("{cap} $0"), None, 1);
        }
        ("indicator", "target") => {
            offers.words(&["tolerance", "stretch"], Place::Indicator, 0);
            offers.words(&["per"], Place::Clause, 0);
        }
        ("indicator", "scoring") => {
            offers.words(&["cap", "per", "on"], Place::Clause, 0);
            offers.words(&["none", "below"], Place::Scoring, 0);
        }
        ("indicator", "period") => offers.word("rolled", Place::Indicator, 0),
        ("indicator", "when") => offers.word("missing", Place::Clause, 0),
        ("incentive", "pay") => {
            let round = format!("{} {}", offers.spell("round", Place::Pay), offers.spell("to", Place::Clause));
            offers.snippet(round.clone(), format!("{round} ${{0:1}}"), None, 1);
        }
        ("rule", "when") => {
            offers.words(&["for"], Place::Clause, 0);
            offers.words(&["consecutive"], Place::Rule, 1);
            offers.words(&["and", "or"], Place::Reserved, 1);
        }
        ("test", "expect") => {
            offers.words(&["vetoed", "fired", "not", "takes", "says"], Place::Test, 0);
            offers.words(&["is", "in"], Place::Reserved, 0);
            return;
        }
        ("policy", "week" | "year") => offers.word("starts", Place::Policy, 0),
        _ => {}
    }
    offers.words(&["over", "where"], Place::Clause, 3);
    offers.words(&["and", "or", "is", "in"], Place::Reserved, 4);
}
