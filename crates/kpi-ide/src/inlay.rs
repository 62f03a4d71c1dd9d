//! What an editor shows between the characters of a policy: the units of indicators, what the weights of a card add up to,
//! and the period that it is judged by.

use kpi_base::{FileId, Span, Text, text};
use kpi_check::model::{Form, Model, ScorecardId, Type};
use kpi_check::shares::shares;
use kpi_check::show::{show_period, show_type};
use kpi_syntax::ast::ItemKind;
use kpi_syntax::words::{Place, chinese};
use kpi_value::Dec;
use rustc_hash::FxHashMap;

use crate::snapshot::{FilePosition, Snapshot};

/// Something that is shown at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Before which character.
    pub at: FilePosition,
    /// What.
    pub label: Text,
    /// What it means.
    pub tooltip: Option<Text>,
    /// Which kind.
    pub kind: HintKind,
}

/// The kinds of hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HintKind {
    /// The unit of an indicator.
    Unit,
    /// What the weights of a card add up to, and its period.
    Card,
    /// What the exports come to.
    Number,
}

/// The hints of a stretch of a file. They are read from the latest model that there was, by name.
pub fn hints(snapshot: &Snapshot, range: Span) -> Vec<Hint> {
    let (Some(model), Some(parsed)) = (snapshot.model(), snapshot.parsed(range.file)) else { return Vec::new() };
    let in_chinese = speaks_chinese(snapshot, range.file);
    let mut found = Vec::new();
    let mut known: Option<Known<'_>> = None;
    for item in &parsed.items {
        if item.span.end < range.start || item.span.start > range.end {
            continue;
        }
        let known = known.get_or_insert_with(|| Known::of(model));
        let behind = |span: Span| FilePosition { file: span.file, offset: span.end };
        match &item.kind {
            ItemKind::Indicator(indicator) if indicator.params.is_empty() => {
                let name = &indicator.name;
                let Some(ty) = known.types.get(name.text.as_str()) else { continue };
                let label = indicator.label.as_ref().map_or(name.span, |label| label.span);
                let label = if label.start < name.span.end { name.span } else { label };
                found.push(Hint {
                    at: behind(label),
                    label: unit_word(*ty, in_chinese)
                        .map_or_else(|| show_type(model, *ty), |word| text!(": {unit}", unit = word)),
                    tooltip: Some(text!("the values are {ty}", ty = show_type(model, *ty))),
                    kind: HintKind::Unit,
                });
            }
            ItemKind::Scorecard(card) => {
                let Some(id) = known.cards.get(card.name.text.as_str()) else { continue };
                let period = show_period(model.scorecards[*id].period);
                let label = match weights(model, *id) {
                    Some((low, high)) if low == high => {
                        text!("Σ {weights} · each {period}", weights = percent(low), period)
                    }
                    Some((low, high)) => {
                        text!("Σ {low} to {high} · each {period}", low = percent(low), high = percent(high), period)
                    }
                    None => text!("each {period}", period),
                };
                found.push(Hint {
                    at: behind(head_end(snapshot, item.span)),
                    label,
                    tooltip: Some(text!("what the weights add up to, and how often the card is judged")),
                    kind: HintKind::Card,
                });
            }
            _ => {}
        }
    }
    found.retain(|hint| range.start <= hint.at.offset && hint.at.offset <= range.end);
    found
}

/// What a model knows by name.
struct Known<'m> {
    types: FxHashMap<&'m str, Type>,
    cards: FxHashMap<&'m str, ScorecardId>,
}

impl<'m> Known<'m> {
    fn of(model: &'m Model) -> Known<'m> {
        let measured = model.indicators.iter().filter(|(_, indicator)| indicator.parts.is_none());
        Known {
            types: measured.map(|(_, i)| (i.title.name.as_str(), i.formula.ty)).collect(),
            cards: model.scorecards.iter().map(|(id, card)| (card.title.name.as_str(), id)).collect(),
        }
    }
}

/// The least and the most that the weights of a card add up to.
fn weights(model: &Model, card: ScorecardId) -> Option<(Dec, Dec)> {
    let all = shares(model, card, &|_| true).ok()?;
    let mut sums = all.iter().map(|share| share.all);
    let first = sums.next()?;
    Some(sums.fold((first, first), |(low, high), sum| (low.min(sum), high.max(sum))))
}

fn percent(x: Dec) -> String {
    x.mul(Dec::HUNDRED).map_or_else(|_| x.to_string(), |x| format!("{x}%"))
}

/// The head of a block up to its brace, spaces behind it aside.
fn head_end(snapshot: &Snapshot, span: Span) -> Span {
    let text = snapshot.text_of(span);
    let head = text.split(['{', '｛', '\n']).next().unwrap_or(text).trim_end();
    Span { end: span.start + head.len() as u32, ..span }
}

/// The word of a type, as the file spells it.
fn unit_word(ty: Type, in_chinese: bool) -> Option<String> {
    let word = match ty {
        Type::Bool => "bool",
        Type::Text => "text",
        Type::Date => "date",
        Type::DateTime => "datetime",
        Type::Number(unit) => match (unit.money, unit.time, unit.form) {
            (1, 0, _) => "money",
            (0, 1, _) => "duration",
            (0, 0, Form::Number) => "number",
            (0, 0, Form::Count) => "count",
            (0, 0, Form::Ratio) => "ratio",
            (0, 0, Form::Points) => "points",
            _ => return None,
        },
        _ => return None,
    };
    Some(chinese(word, Place::Type).filter(|_| in_chinese).unwrap_or(word).to_owned())
}

/// Whether most declarations of a file begin with a Chinese word.
fn speaks_chinese(snapshot: &Snapshot, file: FileId) -> bool {
    let Some(parsed) = snapshot.parsed(file) else { return false };
    let first = |span| snapshot.text_of(span).chars().next().is_some_and(|c| !c.is_ascii());
    parsed.items.iter().filter(|item| first(item.span)).count() * 2 > parsed.items.len()
}

#[cfg(test)]
mod tests {
    use kpi_base::Language;

    use super::*;
    use crate::fixture;

    fn shown(text: &str) -> Vec<String> {
        let fixture = fixture(text);
        let text = fixture.snapshot.text(fixture.at.file);
        let range = Span { file: fixture.at.file, start: 0, end: text.len() as u32 };
        let hints = hints(&fixture.snapshot, range);
        let show = |hint: Hint| {
            let before = text.get(..hint.at.offset as usize).unwrap().rsplit('\n').next().unwrap().to_owned();
            format!("{before}‹{}|{}›", hint.label, hint.label.to(Language::Chinese))
        };
        hints.into_iter().map(show).collect()
    }

    #[test]
    fn units_and_weights() {
        let policy = "dimension stage { startup, mature }
roster staff { id: text key, stage: stage }
source live { id: text key, host: -> staff, on: date time, gmv: money, watched: duration in seconds }
indicator sold \"成交\" { formula sum(live.gmv), target ≥ 5元 }
indicator rate { formula sum(live.watched) ÷ count(live), target ≥ 5s }
indicator pace { formula count(live) }
scorecard card \"主播\" for staff {
  period quarter
  sold weight by stage { startup: 40%, mature: 60% }
  rate weight by stage { startup: 60%, mature: 40% }
  pace watch
}
";
        insta::assert_snapshot!(shown(policy).join("\n"));
    }

    #[test]
    fn nothing_is_shown_of_what_is_not_known() {
        assert_eq!(shown("indicator x { formula sum( }\n"), Vec::<String>::new());
    }
}
