//! Single values of the results, as policy tests speak of them.

use std::sync::Arc;

use kpi_check::model::{
    self, CardField, ExprId, ExprKind, IncentiveId, IndicatorField, IndicatorId, Place, RuleId, ScorecardId, Type,
};
use kpi_plan::SpineId;
use kpi_results::{CardStatus, LineStatus, RuleOutcome};
use kpi_value::{Dec, Period, Value};

use crate::cards::{LineColumns, LineSource, get};
use crate::{At, Column, Scored};

/// Why there is no place in the results of which a claim speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlace {
    /// No subject of this key in this period, or none that has the card, the pay or the rule.
    Subject,
    /// The line is not on the subject's card.
    Line,
    /// The subject has a card for each of several stints of the period, and the claim names no day.
    Several,
}

impl Scored<'_> {
    /// A value of the results: none inside where there is no data.
    ///
    /// # Errors
    /// [`NoPlace`] if there is nothing of the kind for this subject and period.
    pub fn value(&mut self, at: &Place, subject: &str, period: Period) -> Result<Option<Value>, NoPlace> {
        match at {
            Place::Card(card, field) => self.card_value(*card, *field, subject, period),
            Place::Line(card, name, field) => {
                let (line, row, cell) = self.line(*card, name, subject, period)?;
                match (&line.source, field) {
                    (_, IndicatorField::Attainment) => Ok(get(&line.attainment, row).map(Value::Dec)),
                    (_, IndicatorField::Score) => Ok(get(&line.score, row).map(Value::Dec)),
                    (LineSource::Indicator { id, .. }, field) => {
                        let (id, spine) = (*id, self.cards_of(*card).map(|cards| cards.members.spine));
                        Ok(spine.and_then(|spine| self.field(id, *field, spine).value(cell)))
                    }
                    (_, IndicatorField::Met) => Ok(met(get(&line.status, row))),
                    _ => Ok(None),
                }
            }
            Place::LineWeight(card, name) => {
                let (line, row, _) = self.line(*card, name, subject, period)?;
                Ok(get(&line.weight, row).map(Value::Dec))
            }
            Place::Indicator(id, field) => self.indicator_value(*id, *field, subject, period),
            Place::Pay(id, pay) => Ok(self.pay_value(*id, *pay, subject, period)?.map(Value::Dec)),
        }
    }

    /// Whether a card is complete.
    ///
    /// # Errors
    /// See [`Scored::value`].
    pub fn card_status(&self, card: ScorecardId, subject: &str, period: Period) -> Result<CardStatus, NoPlace> {
        let (cards, row) = self.card_row(card, subject, period)?;
        Ok(cards.status(row))
    }

    /// Whether the veto of this name fired; none inside for no data.
    ///
    /// # Errors
    /// See [`Scored::value`].
    pub fn vetoed(
        &self,
        card: ScorecardId,
        veto: &str,
        subject: &str,
        period: Period,
    ) -> Result<Option<bool>, NoPlace> {
        let (cards, row) = self.card_row(card, subject, period)?;
        let vetoes = &self.model().scorecards[card].vetoes;
        let place = vetoes.iter().position(|v| v.title.name == veto);
        Ok(place.and_then(|place| get(cards.vetoes.get(place)?, row)))
    }

    /// The outcome of a rule; for a rule for scorecards, of the card that the subject has. Of several cards, one that fired
    /// comes before one that was not judged, and that before one that did not fire.
    ///
    /// # Errors
    /// See [`Scored::value`].
    pub fn rule_outcome(&self, rule: RuleId, subject: &str, period: Period) -> Result<RuleOutcome, NoPlace> {
        let found = self.outcomes().iter().filter(|outcomes| outcomes.rule == rule).flat_map(|outcomes| {
            let cells = self.cells(outcomes.members.spine, subject, period).into_iter();
            cells.filter_map(|cell| outcomes.of(outcomes.members.row(cell)?))
        });
        let order = |outcome: &RuleOutcome| match outcome {
            RuleOutcome::Fired => 0,
            RuleOutcome::NotJudged => 1,
            RuleOutcome::NotFired => 2,
        };
        found.min_by_key(order).ok_or(NoPlace::Subject)
    }

    /// What a rule says of a subject where it fired; of several cards, the first that fired.
    ///
    /// # Errors
    /// See [`Scored::value`].
    pub fn rule_says(&self, rule: RuleId, subject: &str, period: Period) -> Result<Option<String>, NoPlace> {
        let mut there = false;
        for outcomes in self.outcomes().iter().filter(|outcomes| outcomes.rule == rule) {
            let cells = self.cells(outcomes.members.spine, subject, period).into_iter();
            for row in cells.filter_map(|cell| outcomes.members.row(cell)) {
                there = true;
                if let Some(said) = self.says(outcomes, row) {
                    return Ok(Some(said));
                }
            }
        }
        if there { Ok(None) } else { Err(NoPlace::Subject) }
    }

    /// The names of the lines, vetoes, bonuses and deductions that keep a card from being complete; none if it is.
    ///
    /// # Errors
    /// See [`Scored::value`].
    pub fn incomplete_because(&self, card: ScorecardId, subject: &str, period: Period) -> Result<Vec<String>, NoPlace> {
        let (cards, row) = self.card_row(card, subject, period)?;
        if cards.status(row) == CardStatus::Complete {
            return Ok(Vec::new());
        }
        let model = self.model();
        let declared = &model.scorecards[card];
        let reasons = crate::findings::reasons(&self.ev, declared, cards, row);
        let mut named: Vec<(kpi_base::Span, &str)> = Vec::new();
        let mut open: Vec<&model::Line> = declared.lines.iter().collect();
        while let Some(line) = open.pop() {
            let name = match &line.kind {
                model::LineKind::Indicator { indicator, .. } => &model.indicators[*indicator].title.name,
                model::LineKind::Card(card) => &model.scorecards[*card].title.name,
                model::LineKind::Group { title, lines, .. } => {
                    open.extend(lines);
                    &title.name
                }
            };
            named.push((line.span, name));
        }
        named.extend(declared.vetoes.iter().map(|veto| (veto.title.span, veto.title.name.as_str())));
        named.extend(declared.adjustments.iter().map(|a| (a.title.span, a.title.name.as_str())));
        let named = named.into_iter().filter(|(span, _)| reasons.iter().any(|reason| reason.span == *span));
        let mut names: Vec<String> = named.map(|(_, name)| name.to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// The cards of a scorecard and the row of a subject's card. Of the cards of several stints the period, which may be a
    /// day, has to tell which.
    ///
    /// # Errors
    /// See [`Scored::value`].
    pub fn card_row(
        &self,
        card: ScorecardId,
        subject: &str,
        period: Period,
    ) -> Result<(&crate::Cards, usize), NoPlace> {
        let cards = self.cards_of(card).ok_or(NoPlace::Subject)?;
        let rows = self.rows_of(cards, subject, period);
        match rows.as_slice() {
            [] => Err(NoPlace::Subject),
            [row] => Ok((cards, *row)),
            _ => Err(NoPlace::Several),
        }
    }

    /// The rows of a subject's cards in a period.
    pub(crate) fn rows_of(&self, cards: &crate::Cards, subject: &str, period: Period) -> Vec<usize> {
        let cells = self.cells(cards.members.spine, subject, period).into_iter();
        cells.filter_map(|cell| cards.members.row(cell)).collect()
    }

    fn card_value(
        &self,
        card: ScorecardId,
        field: CardField,
        subject: &str,
        period: Period,
    ) -> Result<Option<Value>, NoPlace> {
        let (cards, row) = self.card_row(card, subject, period)?;
        Ok(match field {
            CardField::Score => get(&cards.score, row).map(Value::Dec),
            CardField::Attainment => get(&cards.attainment, row).map(Value::Dec),
            CardField::Grade => cards.grade(row).map(|grade| Value::Text(grade.into())),
            CardField::Rank => get(&cards.rank, row).map(|rank| Value::Dec(Dec::int(i64::from(rank)))),
        })
    }

    /// A line by its name, groups' lines included, with its row and cell.
    pub(crate) fn line(
        &self,
        card: ScorecardId,
        name: &str,
        subject: &str,
        period: Period,
    ) -> Result<(&LineColumns, usize, usize), NoPlace> {
        let (cards, row) = self.card_row(card, subject, period)?;
        let line = find(&cards.lines, name, row).ok_or(NoPlace::Line)?;
        Ok((line, row, cards.members.cell(row).ok_or(NoPlace::Subject)?))
    }

    fn indicator_value(
        &mut self,
        id: IndicatorId,
        field: IndicatorField,
        subject: &str,
        period: Period,
    ) -> Result<Option<Value>, NoPlace> {
        let spine = self.plan().spine(&self.model().indicators[id].subject).ok_or(NoPlace::Subject)?;
        let cell = self.cell(spine, subject, period).filter(|&cell| self.ev.spine(spine).is_present(cell));
        let cell = cell.ok_or(NoPlace::Subject)?;
        Ok(self.field(id, field, spine).value(cell))
    }

    /// A field of an indicator, as a formula would read it for the cells of a spine.
    fn field(&mut self, id: IndicatorId, field: IndicatorField, spine: SpineId) -> Arc<Column> {
        let model = self.model();
        let indicator = &model.indicators[id];
        let (place, ty) = match field {
            IndicatorField::Actual => (0, indicator.formula.ty),
            IndicatorField::Target => (1, indicator.formula.ty),
            IndicatorField::Met => (2, Type::Bool),
            IndicatorField::Attainment => (3, Type::RATIO),
            IndicatorField::Gap => (4, Type::RATIO),
            IndicatorField::Score => (5, Type::RATIO),
            IndicatorField::Progress => (6, Type::RATIO),
        };
        // No formula of the policy has these ids.
        let expr = ExprId(u32::MAX - (id.index() as u32 * 7 + place));
        let expr = model::Expr { id: expr, kind: ExprKind::Indicator(id, field), ty, span: indicator.title.span };
        self.ev.column(&expr, At::spine(spine))
    }

    fn pay_value(
        &self,
        id: IncentiveId,
        pay: Option<u32>,
        subject: &str,
        period: Period,
    ) -> Result<Option<Dec>, NoPlace> {
        let found = self.pays().iter().filter(|pays| pays.incentive == id).flat_map(|pays| {
            let cells = self.cells(pays.members.spine, subject, period).into_iter();
            cells.filter_map(move |cell| Some((pays, pays.members.row(cell)?)))
        });
        // With `per card` and `share by stint` a subject may have several: what it is paid is their sum.
        let mut amounts = found.map(|(pays, row)| match pay {
            Some(place) => pays.pays.get(place as usize).and_then(|column| get(column, row)),
            None => get(&pays.total, row),
        });
        let first = amounts.next().ok_or(NoPlace::Subject)?;
        Ok(amounts.fold(first, |sum, amount| sum?.add(amount?).ok()))
    }
}

/// Whether the target of a group is met; none where that is not judged.
fn met(status: Option<LineStatus>) -> Option<Value> {
    match status? {
        LineStatus::Met => Some(Value::Bool(true)),
        LineStatus::Missed => Some(Value::Bool(false)),
        _ => None,
    }
}

/// The line of a name that is on a card, at any depth: what stands in a group that is not on the card is not on it either.
fn find<'l>(lines: &'l [LineColumns], name: &str, row: usize) -> Option<&'l LineColumns> {
    lines.iter().filter(|line| get(&line.status, row).is_some()).find_map(|line| match line.source {
        _ if line.name == name => Some(line),
        // The parts of an indicator have names of their own.
        LineSource::Indicator { .. } => None,
        _ => find(&line.lines, name, row),
    })
}
