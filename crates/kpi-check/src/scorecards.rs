//! Scorecards.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, PeriodKind};
use rustc_hash::FxHashMap;

use crate::certain::certain;
use crate::checker::{Checker, title};
use crate::context::Context;
use crate::model::{self, ScorecardId, Subject, TableId, Type, Unit};
use crate::names::Decl;

mod grades;
mod grids;
pub(crate) mod lines;
pub(crate) mod weights;

/// How far a scorecard has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    New,
    Open,
    Closed,
}

/// A scorecard under way: what its lines have to know of it.
pub(crate) struct Card<'s> {
    /// Its place in [`Names::scorecards`](crate::names::Names).
    pub(crate) index: usize,
    pub(crate) table: TableId,
    /// What findings about all of it call it: "card `host_card`".
    pub(crate) shown: Text,
    /// Whether a part of it could not be read, so that nothing can be said about the whole.
    pub(crate) faulty: bool,
    pub(crate) cx: Context,
    pub(crate) stages: &'s mut Vec<Stage>,
    /// Names of lines, groups, vetoes and adjustments, with their places.
    pub(crate) names: FxHashMap<String, Span>,
}

impl<'a> Checker<'a> {
    /// Checks all scorecards into the model, those that are nested first.
    pub(crate) fn check_scorecards(&mut self) {
        let mut stages = vec![Stage::New; self.names.scorecards.len()];
        for index in 0..stages.len() {
            self.scorecard(index, &mut stages);
        }
    }

    /// The scorecard at this place of the names, checked at its first use; `None` after a report, and while it is open.
    pub(crate) fn scorecard(&mut self, index: usize, stages: &mut Vec<Stage>) -> Option<ScorecardId> {
        if stages.get(index) == Some(&Stage::New) {
            set(stages, index, Stage::Open);
            let period = self.scorecard_period(index);
            if let Some(card) = self.judged_by(period, |checker| checker.check_scorecard(index, stages)) {
                let id = self.model.scorecards.push(card);
                if let Some(slot) = self.scorecard_ids.get_mut(index) {
                    *slot = Some(id);
                }
            }
            set(stages, index, Stage::Closed);
        }
        self.scorecard_ids.get(index).copied().flatten()
    }

    /// The table of the subjects of a scorecard, whether the card is sound or not.
    pub(crate) fn scorecard_table(&self, index: usize) -> Option<TableId> {
        let name = self.names.scorecards.get(index)?.ast.table.as_ref()?;
        match self.names.get(&name.text) {
            Some(Decl::Table(place)) => Some(TableId::new(place)),
            _ => None,
        }
    }

    /// By which period a scorecard is judged: its own, or the policy's.
    pub(crate) fn scorecard_period(&self, index: usize) -> PeriodKind {
        let own = self.names.scorecards.get(index).and_then(|declared| declared.ast.period);
        own.map_or(self.model.policy.period, |(period, _)| period)
    }

    fn check_scorecard(&mut self, index: usize, stages: &mut Vec<Stage>) -> Option<model::Scorecard> {
        let declared = self.names.scorecards.get(index)?;
        let (written, doc, faulty) = (declared.ast, declared.doc, declared.faulty);
        let Some(table) = &written.table else {
            if faulty {
                return None;
            }
            self.report(
                Diagnostic::new(
                    codes::cards::EMPTY,
                    text!("the scorecard `{name}` is for nobody", name = written.name.text),
                )
                .label(written.name.span, Text::default())
                .help(text!("name the table of its subjects: `scorecard … for staff where role == host {`")),
            );
            return None;
        };
        let table_id = self.table(table)?;
        self.check_subjects(table_id, table.span)?;
        let cx = Context::cell(Subject::Table(table_id));
        let condition = self.optional(written.condition.as_ref(), |checker, e| checker.condition(e, &cx));
        let subjects = condition.iter().flatten().next();
        let certain = subjects.map_or_else(Vec::new, |condition| certain(condition, &self.model.dimensions));
        self.certain_of_cards.insert(index, certain.clone());
        let cx = Context { certain: certain.into(), ..cx };
        let shown = text!("card `{name}`", name = written.name.text);
        let mut card =
            Card { index, table: table_id, shown, faulty, cx: cx.clone(), stages, names: FxHashMap::default() };
        if written.lines.is_empty() && written.weights.is_none() && !faulty {
            self.report(
                Diagnostic::new(
                    codes::cards::EMPTY,
                    text!("the scorecard `{name}` has no lines", name = written.name.text),
                )
                .label(written.name.span, Text::default())
                .help(text!("a line is an indicator with its weight: `watch_time weight 30%`")),
            );
        }
        let lines = self.lines(written, &mut card);
        let vetoes: Vec<_> = written.vetoes.iter().map(|veto| self.veto(veto, &mut card)).collect();
        let adjustments: Vec<_> = written.adjustments.iter().map(|a| self.adjustment(a, &mut card)).collect();
        let grade = self.optional(written.grade.as_ref(), |checker, grade| checker.grade(grade, &cx));
        let rank_among = match &written.rank_among {
            Some((columns, _)) => self.columns(columns, &cx),
            None => Some(Vec::new()),
        };
        if faulty {
            return None;
        }
        let (lines, adjustments) = (lines?, adjustments.into_iter().collect::<Option<Vec<_>>>()?);
        let score_limit = self.score_limit(&lines, &adjustments);
        let read = vetoes.iter().flatten().map(|veto| &veto.condition).chain(adjustments.iter().map(|a| &a.value));
        let read: Vec<_> = read.chain(condition.iter().flatten()).cloned().collect();
        self.check_row_lengths(&read, &written.name)?;
        Some(model::Scorecard {
            title: title(&written.name, &written.label, doc),
            table: table_id,
            condition: condition?,
            period: self.judged,
            mid_period: Self::mid_period(written),
            lines,
            vetoes: vetoes.into_iter().collect::<Option<_>>()?,
            adjustments,
            grade: grade?,
            rank_among: rank_among?,
            score_limit,
        })
    }

    fn mid_period(written: &ast::Scorecard) -> model::MidPeriod {
        match written.mid_period {
            None | Some((ast::MidPeriod::Last, _)) => model::MidPeriod::Last,
            Some((ast::MidPeriod::First, _)) => model::MidPeriod::First,
            Some((ast::MidPeriod::Split, _)) => model::MidPeriod::Split,
        }
    }

    /// Whether the rows of a table can be judged: they have a key.
    pub(crate) fn check_subjects(&mut self, table: TableId, span: Span) -> Option<()> {
        let table = &self.model.tables[table];
        if table.key.is_some() {
            return Some(());
        }
        let (name, place) = (table.title.name.clone(), table.title.span);
        self.report(
            Diagnostic::new(
                codes::cards::CARD_SUBJECTS,
                text!("`{name}` has no key, so that nobody can be told by it", name),
            )
            .label(span, Text::default())
            .label(place, text!("declared without a `key` column"))
            .help(text!("mark the column that tells its rows apart: `id: text key`")),
        );
        None
    }

    /// Something that may be left out: `Some(None)` if it is, `None` after a report.
    pub(crate) fn optional<T, U>(
        &mut self,
        written: Option<&'a T>,
        check: impl FnOnce(&mut Self, &'a T) -> Option<U>,
    ) -> Option<Option<U>> {
        match written {
            Some(written) => check(self, written).map(Some),
            None => Some(None),
        }
    }

    /// The columns that make a group.
    pub(crate) fn columns(&mut self, written: &'a [Vec<ast::Name>], cx: &Context) -> Option<Vec<model::Path>> {
        let paths: Vec<_> = written.iter().map(|names| self.attribute_path(names, cx)).collect();
        paths.into_iter().map(|found| found.map(|(path, _)| path)).collect()
    }

    fn veto(&mut self, written: &'a ast::Veto, card: &mut Card<'_>) -> Option<model::Veto> {
        let named = self.claim_name(&written.name, card);
        let condition = self.condition(&written.condition, &card.cx);
        let effect = match &written.effect {
            None | Some((ast::VetoEffect::ScoreZero, _)) => model::VetoEffect::ScoreZero,
            Some((ast::VetoEffect::PayZero, _)) => model::VetoEffect::PayZero,
            Some((ast::VetoEffect::Cap(e), _)) => {
                let cap = self.const_dec(e, &text!("the cap of a veto"), Unit::POINTS)?;
                self.check_cap(cap, e.span)?;
                model::VetoEffect::Cap(cap)
            }
        };
        named?;
        Some(model::Veto { title: title(&written.name, &written.label, None), condition: condition?, effect })
    }

    fn adjustment(&mut self, written: &'a ast::Adjustment, card: &mut Card<'_>) -> Option<model::Adjustment> {
        let named = self.claim_name(&written.name, card);
        let value = self.expr(&written.value, &card.cx, Some(Type::POINTS));
        let cap = self.optional(written.cap.as_ref(), |checker, e| {
            let cap = checker.const_dec(e, &text!("the cap of points"), Unit::POINTS)?;
            checker.check_cap(cap, e.span)?;
            Some(cap)
        });
        named?;
        Some(model::Adjustment {
            deduct: written.deduct,
            title: title(&written.name, &written.label, None),
            value: value?,
            cap: cap?,
        })
    }

    fn check_cap(&mut self, cap: Dec, span: Span) -> Option<()> {
        if cap.is_negative() {
            self.report(
                Diagnostic::new(codes::cards::CAP, text!("a cap of points is not below 0"))
                    .label(span, Text::default())
                    .help(text!("write how many points it may be at most")),
            );
            return None;
        }
        Some(())
    }

    /// Takes a name on the card; reported if it is taken.
    pub(crate) fn claim_name(&mut self, name: &ast::Name, card: &mut Card<'_>) -> Option<()> {
        let first = *card.names.entry(name.text.clone()).or_insert(name.span);
        if first == name.span {
            return Some(());
        }
        self.report(
            Diagnostic::new(codes::cards::TWICE, text!("`{name}` stands on this card twice", name = name.text))
                .label(name.span, text!("again here"))
                .label(first, text!("first here"))
                .help(text!("keep one of them")),
        );
        None
    }

    /// 100 × the largest fraction that the scorings allow + the caps of bonuses; `None` where something has no bound.
    fn score_limit(&self, lines: &[model::Line], adjustments: &[model::Adjustment]) -> Option<Dec> {
        let mut limit = self.largest(lines)?.mul(Dec::HUNDRED).ok()?;
        for bonus in adjustments.iter().filter(|adjustment| !adjustment.deduct) {
            limit = limit.add(bonus.cap?).ok()?;
        }
        Some(limit)
    }

    fn largest(&self, lines: &[model::Line]) -> Option<Dec> {
        let mut largest = Dec::ZERO;
        for line in lines.iter().filter(|line| line.weight.is_some()) {
            let mut fraction = match &line.kind {
                model::LineKind::Indicator { indicator, scoring, .. } => self.largest_of(*indicator, scoring)?,
                model::LineKind::Card(id) => {
                    self.model.scorecards[*id].score_limit?.div(Dec::HUNDRED).ok().flatten()?
                }
                model::LineKind::Group { lines, combine, .. } => {
                    let of_lines = self.largest(lines)?;
                    if *combine == model::Combine::All { Dec::ONE } else { of_lines }
                }
            };
            if line.when_missing == model::WhenMissing::Full {
                fraction = fraction.max(Dec::ONE);
            }
            largest = largest.max(fraction);
        }
        Some(largest)
    }
}

impl Checker<'_> {
    /// The largest fraction that an indicator can earn by this scoring, or by its parts.
    fn largest_of(&self, id: model::IndicatorId, scoring: &model::Scoring) -> Option<Dec> {
        let Some(parts) = self.instance(id).and_then(|indicator| indicator.parts.as_ref()) else {
            return self.largest_fraction(scoring);
        };
        let mut largest = Dec::ZERO;
        for part in &parts.parts {
            largest = largest.max(self.largest_of(*part, &self.instance(*part)?.scoring)?);
        }
        Some(if parts.combine == model::Combine::All { Dec::ONE } else { largest })
    }
}

fn set(stages: &mut [Stage], index: usize, stage: Stage) {
    if let Some(slot) = stages.get_mut(index) {
        *slot = stage;
    }
}
