//! The derivation of a line: what was measured, what was asked for, what it earned, what it weighs.

use kpi_base::{Join, Text, text};
use kpi_check::model::{
    Combine, CompareOp, Indicator, IndicatorField, IndicatorId, Line, LineKind, RollUp, Scoring, Target, TargetKind,
    Type, WhenMissing,
};
use kpi_results::{Derivation, LineStatus, Quantity, Step};
use kpi_value::{Dec, Period};

use super::node::{node, number, percent};
use super::{Reader, shows};
use crate::cards::{Cards, LineColumns, LineSource, get, how_words, part_lines};
use crate::findings::why_line;
use crate::{At, Fraction, IndicatorColumns, Reading, Rolled};

impl Reader<'_, '_> {
    /// The lines of a card or group that are on the subject's card.
    pub(super) fn lines(&self, lines: &[Line], columns: &[LineColumns], cards: &Cards, row: usize) -> Vec<Derivation> {
        lines.iter().zip(columns).filter_map(|(line, column)| self.line(line, column, cards, row)).collect()
    }

    /// The line of this name, at any depth.
    pub(super) fn line_named(&self, cards: &Cards, name: &str, row: usize) -> Option<Derivation> {
        let lines = &self.scored.model().scorecards[cards.scorecard].lines;
        self.find(lines, &cards.lines, cards, row, &|line| line.name == name)
    }

    /// The line of an indicator, at any depth.
    pub(super) fn line_of(&self, cards: &Cards, id: IndicatorId, row: usize) -> Option<Derivation> {
        let lines = &self.scored.model().scorecards[cards.scorecard].lines;
        self.find(lines, &cards.lines, cards, row, &|line| shows(line, &self.scored.ev, id))
    }

    fn find(
        &self,
        lines: &[Line],
        columns: &[LineColumns],
        cards: &Cards,
        row: usize,
        wanted: &dyn Fn(&LineColumns) -> bool,
    ) -> Option<Derivation> {
        lines.iter().zip(columns).find_map(|(line, column)| match &line.kind {
            _ if wanted(column) => self.line(line, column, cards, row),
            LineKind::Group { lines, .. } => self.find(lines, &column.lines, cards, row, wanted),
            _ => None,
        })
    }

    fn line(&self, line: &Line, column: &LineColumns, cards: &Cards, row: usize) -> Option<Derivation> {
        let status = get(&column.status, row)?;
        let cell = cards.members.cell(row)?;
        let at = At::spine(cards.members.spine);
        let mut value = number(get(&column.score, row), "points");
        if line.weight.is_none() && status != LineStatus::Watched {
            // The part of an indicator has no points of its own.
            value = number(get(&column.mark, row).map(|mark| mark.fraction), "ratio");
        }
        let mut made = node(Text::verbatim(&column.name), Step::Line, value);
        made.span = Some(line.span);
        match (&line.kind, &column.source) {
            (
                LineKind::Indicator { indicator, scoring, attainment_cap },
                LineSource::Indicator { columns, fraction, .. },
            ) => {
                let indicator = &self.scored.model().indicators[*indicator];
                if let Some(parts) = &indicator.parts {
                    let lines = part_lines(self.scored.model(), parts, *attainment_cap);
                    made.from = self.lines(&lines, &column.lines, cards, row);
                    let attainment = number(get(&column.attainment, row), "ratio");
                    made.from.push(node(text!("attainment"), Step::Attainment, attainment));
                    made.from.push(node(
                        combined(parts.combine),
                        Step::Scoring,
                        number(fraction.column.dec(cell), "ratio"),
                    ));
                } else {
                    made.from = self.judged(indicator, columns, get(&column.attainment, row), *attainment_cap, cell);
                    if status != LineStatus::Watched {
                        made.from.push(self.scoring(indicator, scoring, fraction, columns, cell));
                    }
                }
            }
            (LineKind::Card(_), LineSource::Card(_)) if column.rolled.is_some() => {
                made.from = self.shorter_cards(column, row);
            }
            (LineKind::Card(_), LineSource::Card(card)) => {
                let nested = self.scored.cards_of(*card).and_then(|cards| Some((cards, cards.members.row(cell)?)));
                made.from.extend(nested.map(|(cards, row)| self.score(cards, row)));
            }
            (LineKind::Group { lines, combine, .. }, _) => {
                made.from = self.lines(lines, &column.lines, cards, row);
                let fraction = get(&column.mark, row).map(|mark| mark.fraction);
                made.from.push(node(combined(*combine), Step::Scoring, number(fraction, "ratio")));
            }
            _ => {}
        }
        if status != LineStatus::Watched {
            made.from.extend(self.weight(line, column, row));
        }
        let mut unknown = get(&column.mark, row).is_none();
        if let (LineStatus::Watched, LineSource::Indicator { .. }) = (status, &column.source) {
            // It earns no points: what it shows is what was measured.
            let shown = made.from.iter().find(|node| node.step == Step::Actual).and_then(|node| node.value.clone());
            let only = matches!(&column.source, LineSource::Indicator { columns, .. } if columns.is_attainment_only());
            let shown = if only { number(get(&column.attainment, row), "ratio") } else { shown };
            unknown = shown.is_none();
            made.value = shown;
        }
        let missing = unknown.then(|| why_line(&self.scored.ev, column, (row, cell, at)));
        made.note = match (status, missing) {
            (LineStatus::Watched, None) => Some(text!("watched, not scored")),
            (LineStatus::Watched, Some(why)) => Some(text!("watched, not scored: {why}", why)),
            (LineStatus::Met, None) => Some(text!("met")),
            (LineStatus::Missed, None) => Some(text!("missed")),
            (_, None) => None,
            (_, Some(why)) => Some(match column.when_missing {
                WhenMissing::Fail => why,
                WhenMissing::Zero => text!("{why}; counts as 0%", why),
                WhenMissing::Full => text!("{why}; counts as 100%", why),
                WhenMissing::Reweight => text!("{why}; left out, the others share its weight", why),
            }),
        };
        Some(made)
    }

    /// The cards of shorter periods that a line rolls up, and what they come to.
    fn shorter_cards(&self, column: &LineColumns, row: usize) -> Vec<Derivation> {
        let Some(rolled) = &column.rolled else { return Vec::new() };
        let calendar = &self.scored.model().policy.calendar;
        let mut made = Vec::new();
        for card in rolled.inside.get(row).into_iter().flatten() {
            let score = number(card.result.map(|(score, _)| score), "points");
            let mut one = node(Text::verbatim(calendar.show(card.period)), Step::Period, score);
            match card.result {
                Some((_, attainment)) => {
                    one.from.push(node(text!("attainment"), Step::Attainment, number(Some(attainment), "ratio")));
                }
                None => one.note = Some(text!("incomplete, left out")),
            }
            made.push(one);
        }
        let mut step = node(text!("attainment"), Step::Attainment, number(get(&column.attainment, row), "ratio"));
        step.note = Some(how_words(rolled, row));
        made.push(step);
        made
    }

    /// Actual, target and attainment of an indicator.
    fn judged(
        &self,
        indicator: &Indicator,
        columns: &IndicatorColumns,
        attainment: Option<Dec>,
        cap: Dec,
        cell: usize,
    ) -> Vec<Derivation> {
        if let Some(rolled) = &columns.rolled {
            let mut made = self.shorter(indicator, columns, rolled, cap, cell);
            let mut step = node(text!("attainment"), Step::Attainment, number(attainment, "ratio"));
            let counted = rolled.counted.get(cell).copied().unwrap_or_default();
            let all = rolled.cells.get(cell).map_or(0, Vec::len);
            let how = match rolled.how {
                RollUp::Sum => text!("Σ actual against Σ target"),
                RollUp::Average => text!("the mean"),
                RollUp::Worst => text!("the lowest"),
                RollUp::ShareMet => text!("the share of those that are met"),
            };
            step.note = Some(text!("{how}; {counted} of {all} periods count", how, counted, all));
            made.push(step);
            return made;
        }
        let mut made = vec![self.actual(indicator, columns, cell)];
        let Some(target) = self.target(indicator, columns, cell) else { return made };
        made.push(target);
        let mut step = node(text!("attainment"), Step::Attainment, number(attainment, "ratio"));
        let kind = self.target_in_force(indicator, columns, cell).map(|target| &target.kind);
        let none = |column: &crate::Column| column.dec(cell).is_some_and(|x| x <= Dec::ZERO);
        let how = match kind {
            _ if none(&columns.bound) => text!("100% if the target of 0 is met, else 0%"),
            Some(TargetKind::Compare(CompareOp::Ge | CompareOp::Gt, _)) => text!("actual ÷ target"),
            Some(TargetKind::Compare(CompareOp::Le | CompareOp::Lt, _)) if none(&columns.actual) => {
                text!("as good as can be: the actual is not above 0")
            }
            Some(TargetKind::Compare(CompareOp::Le | CompareOp::Lt, _)) => text!("target ÷ actual"),
            _ => text!("100% inside the band, actual ÷ low below it, high ÷ actual above it"),
        };
        let capped = (attainment == Some(cap)).then(|| text!("at most {most}", most = percent(cap)));
        step.note = Some(Text::list(std::iter::once(how).chain(capped), Join::Semicolon));
        made.push(step);
        made
    }

    /// The shorter periods from which an indicator is rolled up, and their sums where they add up.
    pub(super) fn shorter(
        &self,
        indicator: &Indicator,
        columns: &IndicatorColumns,
        rolled: &Rolled,
        cap: Dec,
        cell: usize,
    ) -> Vec<Derivation> {
        let ev = &self.scored.ev;
        let (ty, inside) = (indicator.formula.ty, &rolled.columns);
        let attained = ev.recorded_attainment(inside.reading(), cap);
        let mut weeks = Vec::new();
        for &part in rolled.cells.get(cell).into_iter().flatten() {
            let part = part as usize;
            let attainment = attained.and_then(|column| column.dec(part));
            let value = match rolled.how {
                RollUp::Sum => self.quantity(inside.actual.value(part).as_ref(), ty),
                RollUp::Average | RollUp::Worst | RollUp::ShareMet => number(attainment, "ratio"),
            };
            let mut week = node(Text::verbatim(self.period_text(rolled.inside, part)), Step::Period, value);
            if ev.spine(rolled.inside).is_present(part) {
                week.from = self.judged(indicator, inside, attainment, cap, part);
            } else {
                week.note = Some(text!("the subject is not there"));
            }
            weeks.push(week);
        }
        if rolled.how != RollUp::Sum {
            return weeks;
        }
        let mut made =
            vec![node(text!("Σ actual"), Step::Actual, self.quantity(columns.actual.value(cell).as_ref(), ty))];
        if let Some(made) = made.first_mut() {
            made.from = weeks;
        }
        let target = self.scored.goal(columns, cell, ty).map(|goal| match goal {
            kpi_results::Goal::Bound(quantity) => quantity,
            kpi_results::Goal::Band { from, to, unit } => Quantity { value: format!("{from}..{to}"), unit },
        });
        if indicator.target.is_some() {
            made.push(node(text!("Σ target"), Step::Target, target));
        }
        made
    }

    /// What was measured: the derivation of the formula.
    pub(super) fn actual(&self, indicator: &Indicator, columns: &IndicatorColumns, cell: usize) -> Derivation {
        let mut made = self.formula(&indicator.formula, columns.reading().at(), cell);
        made.step = Step::Actual;
        made
    }

    fn target_in_force<'i>(
        &self,
        indicator: &'i Indicator,
        columns: &IndicatorColumns,
        cell: usize,
    ) -> Option<&'i Target> {
        let row = self.scored.target_row(columns, cell)?;
        indicator.target.as_ref()?.rows.get(row)?.value.as_ref()
    }

    /// What was asked for: the target's text, the row that applied, and where its bounds came from.
    pub(super) fn target(&self, indicator: &Indicator, columns: &IndicatorColumns, cell: usize) -> Option<Derivation> {
        let table = indicator.target.as_ref()?;
        let ty = indicator.formula.ty;
        let Some(row) = self.scored.target_row(columns, cell).and_then(|row| table.rows.get(row)) else {
            let mut made = node(text!("target"), Step::Target, None);
            made.note = Some(text!("no row of its table applies"));
            return Some(made);
        };
        let target = row.value.as_ref()?;
        let mut band = None;
        let value = match self.scored.goal(columns, cell, ty) {
            None => None,
            Some(kpi_results::Goal::Bound(quantity)) => Some(quantity),
            Some(kpi_results::Goal::Band { from, to, unit }) => {
                band = Some(kpi_results::Band { from: from.clone(), to: to.clone() });
                Some(Quantity { value: format!("{from}..{to}"), unit })
            }
        };
        let mut made = node(Text::verbatim(self.source(target.span)), Step::Target, value);
        made.band = band;
        made.span = Some(target.span);
        let mut notes: Vec<Text> = self.row_note(table.keys.is_empty(), row).into_iter().collect();
        if columns.by_tolerance.bool(cell) == Some(true) {
            notes.push(text!("met by the tolerance"));
        }
        if !notes.is_empty() {
            made.note = Some(Text::list(notes, Join::Semicolon));
        }
        let bounds = match &target.kind {
            TargetKind::Compare(_, bound) => vec![bound],
            TargetKind::Between(low, high, _) => vec![low, high],
        };
        let told = bounds.into_iter().chain(&target.stretch).filter(|bound| bound.as_const_dec().is_none());
        made.from = told.map(|bound| self.formula(bound, columns.reading().at(), cell)).collect();
        Some(made)
    }

    /// The fraction of the weight.
    fn scoring(
        &self,
        indicator: &Indicator,
        scoring: &Scoring,
        fraction: &Fraction,
        columns: &IndicatorColumns,
        cell: usize,
    ) -> Derivation {
        let mut made = node(text!("scoring"), Step::Scoring, number(fraction.column.dec(cell), "ratio"));
        let ty = indicator.formula.ty;
        match scoring {
            Scoring::Proportional { none_below, cap, stretch } => {
                let mut how = vec![match stretch {
                    None => text!("the attainment, up to {cap}", cap = percent(*cap)),
                    Some(most) => {
                        text!("the attainment to 100%, then to {most} at the stretch target", most = percent(*most))
                    }
                }];
                if let Some(below) = none_below {
                    how.push(text!("nothing below {below}", below = percent(*below)));
                }
                if columns.by_tolerance.bool(cell) == Some(true) {
                    how.push(text!("100% for a target met by its tolerance"));
                }
                made.note = Some(Text::list(how, Join::Semicolon));
            }
            Scoring::AllOrNothing => made.note = Some(text!("100% if met, else 0%")),
            Scoring::Deduct { share, per } => {
                let per = self.brief(*per, ty);
                let share = percent(*share);
                made.note = Some(text!("100% − {share} for each whole {per} beyond the target", share, per));
            }
            Scoring::Rating(of) => made.note = Some(text!("actual ÷ {of}", of)),
            Scoring::Curve(field, curve) => {
                let x = if *field == kpi_check::model::LineField::Actual { ty } else { Type::RATIO };
                let applied = fraction.applied.as_ref().filter(|_| made.value.is_some());
                let (note, slices) = self.applied(curve, applied, cell, x);
                made.what = Text::verbatim(self.source(curve.span));
                made.span = Some(curve.span);
                made.note = note;
                made.from = slices;
            }
        }
        made
    }

    /// The weight in force.
    fn weight(&self, line: &Line, column: &LineColumns, row: usize) -> Option<Derivation> {
        let table = line.weight.as_ref()?;
        let weight = get(&column.weight, row);
        let mut made = node(text!("weight"), Step::Weight, number(weight, "ratio"));
        let written = match table.as_plain() {
            Some(weight) => Some(*weight),
            None => {
                let taken = column.weight_row.as_ref().and_then(|rows| get(rows, row));
                let taken = taken.and_then(|row| table.rows.get(row as usize));
                made.note = taken.and_then(|row| self.row_note(false, row));
                taken.map(|row| row.value)
            }
        };
        if let (Some(written), true) = (written, weight.is_some() && weight != written) {
            made.note = Some(text!("{written} of what is present", written = percent(written)));
        }
        Some(made)
    }

    /// An indicator of a subject that is on none of its cards.
    pub(super) fn indicator_alone(&self, id: IndicatorId, subject: &str, period: Period) -> Vec<Derivation> {
        let indicator = &self.scored.model().indicators[id];
        let Some(spine) = self.scored.plan().spine(&indicator.subject) else { return Vec::new() };
        let Some(columns) = self.scored.ev.recorded_indicator(Reading::plain(id, spine)) else { return Vec::new() };
        let Some(cell) = self.scored.cell(columns.spine, subject, period) else { return Vec::new() };
        if !self.scored.ev.spine(columns.spine).is_present(cell) {
            return Vec::new();
        }
        let (attainment, fraction) = match self.scored.indicator_alone(id) {
            Some((attainment, fraction)) => (attainment.dec(cell), Some(fraction)),
            None => (None, None),
        };
        let cap = self.scored.model().policy.attainment_cap;
        let mut made = node(Text::verbatim(&indicator.title.name), Step::Line, None);
        made.value = self.quantity(columns.actual.value(cell).as_ref(), indicator.formula.ty);
        made.span = Some(indicator.title.span);
        made.note = Some(text!("on no card of the subject"));
        if indicator.parts.is_some() {
            made.value = number(attainment, "ratio");
            made.from = self.field(columns.reading(), IndicatorField::Attainment, cell);
            return vec![made];
        }
        made.from = self.judged(indicator, columns, attainment, cap, cell);
        let scoring = fraction.map(|fraction| self.scoring(indicator, &indicator.scoring, fraction, columns, cell));
        made.from.extend(scoring);
        vec![made]
    }
}

/// How a group combines its lines, in words.
fn combined(how: Combine) -> Text {
    match how {
        Combine::Sum => text!("Σ weight × fraction"),
        Combine::Worst => text!("the lowest fraction"),
        Combine::Average => text!("the mean of the fractions"),
        Combine::All => text!("100% if every line is met, else 0%"),
    }
}
