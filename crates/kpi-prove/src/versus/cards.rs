//! Cards of both versions.

use kpi_base::text;
use kpi_check::model::{
    Adjustment, Combine, Grade, GradeRow, Line, LineKind, Model, Scorecard, ScorecardId, Veto, VetoEffect,
};
use kpi_value::Dec;

use super::goals::{MarkRelation, Placed};
use super::pairs::Pairs;
use super::relation::{Relation, ordered};
use super::tables::{Keyed, is_known};
use crate::curve::pieces;
use crate::value::{Range, Trend};

/// What is known of a card beside that of the older version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CardRelation {
    pub score: Relation,
    pub attainment: Relation,
    pub grade: Relation,
    pub rank: Relation,
    /// Whether a veto takes every pay away.
    pub pays_nothing: Relation,
    /// Whether the same subjects have one, for the same days.
    pub same_subjects: bool,
}

impl CardRelation {
    const ANY: CardRelation = CardRelation {
        score: Relation::ANY,
        attainment: Relation::ANY,
        grade: Relation::ANY,
        rank: Relation::ANY,
        pays_nothing: Relation::ANY,
        same_subjects: false,
    };
}

impl<'m> Pairs<'m> {
    pub fn card(&self, old: ScorecardId, new: ScorecardId) -> CardRelation {
        let (a, b) = (&self.base.model.scorecards[old], &self.head.model.scorecards[new]);
        let name = &a.title.name;
        if !self.same_subjects(a, b) {
            self.doubt(text!("`{name}` is not for the same subjects in both", name));
            return CardRelation::ANY;
        }
        let mark = self.lines(Combine::Sum, &a.lines, &b.lines, name);
        let (mut score, mut attainment) = (mark.fraction, mark.attainment);
        score = score.and(self.adjustments(&a.adjustments, &b.adjustments));
        score = score.and(Relation::of(limits(a.score_limit, b.score_limit)));
        let mut pays_nothing = Relation::SAME;
        for (old, new) in partners(&a.vetoes, &b.vetoes, |veto| &veto.title.name) {
            let (fires, effect) = self.veto(old, new);
            let takes_pay = |veto: Option<&Veto>| veto.is_some_and(|veto| veto.effect == VetoEffect::PayZero);
            if takes_pay(old) || takes_pay(new) {
                let both = old.is_none_or(|old| takes_pay(Some(old))) && new.is_none_or(|new| takes_pay(Some(new)));
                pays_nothing = pays_nothing.and(if both { fires } else { Relation::ANY });
                // Score and attainment stay, but not without it.
                score = score.and(fires.data_only());
                if !both {
                    score = score.and(Relation::of(Trend::Any));
                    attainment = attainment.and(Relation::of(Trend::Any));
                }
            } else {
                let moved = Relation { value: effect.and(fires.value.flip()), data: fires.data };
                if moved.value == Trend::Any
                    && let Some(veto) = old.or(new)
                {
                    self.doubt(text!("`{name}` may fire here or there only", name = veto.title.name));
                }
                score = score.and(moved);
                attainment = attainment.and(moved);
            }
        }
        // There is no attainment without a score.
        attainment = attainment.and(score.data_only());
        let whole = score.is_same() && attainment.is_same();
        let rank = if score.is_same() && self.same_paths(&a.rank_among, &b.rank_among) {
            Relation::SAME
        } else {
            Relation { value: Trend::Any, data: Trend::Any }
        };
        let grade = self.grade((a, b), score);
        if !whole && score.data != Trend::Same {
            self.doubt(text!("`{name}` may be complete in one version only", name));
        }
        CardRelation { score, attainment, grade, rank, pays_nothing, same_subjects: true }
    }

    pub(super) fn same_subjects(&self, old: &'m Scorecard, new: &'m Scorecard) -> bool {
        let conditions = match (&old.condition, &new.condition) {
            // Whom a card is for hangs on nothing that is said of its subjects.
            (Some(old), Some(new)) => self.elsewhere(|pairs| pairs.expr(old, new).is_same()),
            (None, None) => true,
            _ => false,
        };
        old.period == new.period
            && old.mid_period == new.mid_period
            && self.same_table(old.table, new.table)
            && conditions
    }

    /// What lines come to together, whatever their order.
    fn lines(&self, how: Combine, olds: &'m [Line], news: &'m [Line], name: &str) -> MarkRelation {
        let counts = |line: &&Line| {
            line.weight.as_ref().is_some_and(|weight| weight.rows.iter().any(|row| !row.value.is_zero()))
        };
        let (olds, news): (Vec<&'m Line>, Vec<&'m Line>) =
            (olds.iter().filter(counts).collect(), news.iter().filter(counts).collect());
        if olds.len() != news.len() {
            self.doubt(text!("the lines of `{name}` are not the same", name));
            return MarkRelation::ANY;
        }
        let mut all = MarkRelation::SAME;
        let titled = |model: &'m Model, line: &&'m Line| (name_of(model, line), *line);
        let olds: Vec<_> = olds.iter().map(|line| titled(self.base.model, line)).collect();
        let news: Vec<_> = news.iter().map(|line| titled(self.head.model, line)).collect();
        let (mut pairs, mut alone) = (Vec::new(), (Vec::new(), news));
        for (title, line) in olds {
            match alone.1.iter().position(|(other, _)| *other == title) {
                Some(at) => pairs.push((title, line, alone.1.remove(at).1)),
                None => alone.0.push((title, line)),
            }
        }
        // Which of those with other names goes with which does not matter: what holds, holds of the sum.
        let others = alone.0.into_iter().zip(alone.1);
        pairs.extend(others.map(|((title, old), (_, new))| (title, old, new)));
        for (title, old, new) in pairs {
            let mark = self.line((old, new), title, how == Combine::Sum);
            if [mark.fraction.value, mark.attainment.value].contains(&Trend::Any) {
                self.doubt(text!("`{name}` may come to more or to less", name = title));
            }
            all = all.and(mark);
        }
        if how == Combine::All { all.all_or_nothing() } else { all }
    }

    fn line(&self, (old, new): (&'m Line, &'m Line), title: &str, weighs: bool) -> MarkRelation {
        let (Some(weight), Some(other)) = (&old.weight, &new.weight) else { return MarkRelation::ANY };
        // A line of weight 0% is not on the card; of groups that do not add up, the weights say nothing else.
        let weights = self.table(&Keyed::own(weight), &Keyed::own(other), |a, b| match (weighs, a == b) {
            _ if a.is_zero() != b.is_zero() => Relation::ANY,
            (true, false) => Relation::of(Trend::Any),
            _ => Relation::SAME,
        });
        if !weights.is_same() {
            self.doubt(text!("the weight of `{name}` is not the same in both", name = title));
        }
        let mark = match (&old.kind, &new.kind) {
            (
                LineKind::Indicator { indicator: a, scoring, attainment_cap: cap },
                LineKind::Indicator { indicator: b, scoring: other, attainment_cap: most },
            ) => self.mark(Placed { id: *a, scoring, cap: *cap }, Placed { id: *b, scoring: other, cap: *most }),
            (LineKind::Card(a), LineKind::Card(b)) if old.rolled == new.rolled => {
                // Cards of shorter periods are of subjects as they were then, and those that are incomplete are left out.
                let card = match old.rolled {
                    Some(_) => self.elsewhere(|pairs| pairs.card(*a, *b)),
                    None => self.card(*a, *b),
                };
                let mark = MarkRelation { fraction: card.score, attainment: card.attainment, met: card.score };
                let whole = mark.fraction.data == Trend::Same && mark.attainment.data == Trend::Same;
                if old.rolled.is_none() || whole { mark } else { MarkRelation::ANY }
            }
            (LineKind::Group { combine, lines, .. }, LineKind::Group { combine: other, lines: newer, .. })
                if combine == other =>
            {
                self.lines(*combine, lines, newer, title)
            }
            _ => MarkRelation::ANY,
        };
        mark.counted((old.when_missing, new.when_missing)).with(weights)
    }

    /// Points that are added and taken away.
    fn adjustments(&self, olds: &'m [Adjustment], news: &'m [Adjustment]) -> Relation {
        let mut all = Relation::SAME;
        for (old, new) in partners(olds, news, |adjustment| &adjustment.title.name) {
            all = all.and(match (old, new) {
                (Some(a), Some(b)) if a.deduct == b.deduct => {
                    let points = self.expr(&a.value, &b.value).and(Relation::of(limits(a.cap, b.cap)));
                    if points.value == Trend::Any {
                        self.doubt(text!("`{name}` may come to more or to less", name = a.title.name));
                    }
                    if a.deduct { points.flip() } else { points }
                }
                // Points are never negative.
                (Some(gone), None) => {
                    let data = if is_known(&self.base, &gone.value) { Trend::Same } else { Trend::Up };
                    Relation { value: if gone.deduct { Trend::Up } else { Trend::Down }, data }
                }
                (None, Some(come)) => {
                    let data = if is_known(&self.head, &come.value) { Trend::Same } else { Trend::Down };
                    Relation { value: if come.deduct { Trend::Down } else { Trend::Up }, data }
                }
                _ => Relation::ANY,
            });
        }
        all
    }

    /// How often a veto fires, and how what it leaves stands to what the older one leaves.
    fn veto(&self, old: Option<&'m Veto>, new: Option<&'m Veto>) -> (Relation, Trend) {
        match (old, new) {
            (Some(old), Some(new)) => {
                let left = |veto: &Veto| match veto.effect {
                    VetoEffect::ScoreZero => Some(Dec::ZERO),
                    VetoEffect::Cap(cap) => Some(cap),
                    VetoEffect::PayZero => None,
                };
                let effect = match (left(old), left(new)) {
                    (Some(a), Some(b)) => ordered(a, b),
                    (None, None) => Trend::Same,
                    _ => Trend::Any,
                };
                (self.expr(&old.condition, &new.condition), effect)
            }
            (Some(gone), None) => {
                let data = if is_known(&self.base, &gone.condition) { Trend::Same } else { Trend::Up };
                (Relation { value: Trend::Down, data }, Trend::Same)
            }
            (None, Some(come)) => {
                let data = if is_known(&self.head, &come.condition) { Trend::Same } else { Trend::Down };
                (Relation { value: Trend::Up, data }, Trend::Same)
            }
            (None, None) => (Relation::SAME, Trend::Same),
        }
    }

    fn grade(&self, (old, new): (&Scorecard, &Scorecard), score: Relation) -> Relation {
        let same = match (&old.grade, &new.grade) {
            (None, None) => true,
            (Some(Grade::Bounds(a)), Some(Grade::Bounds(b))) => {
                let within = |rows: &[GradeRow], range: Range| pieces(&rows.iter().map(|row| &row.bound), range);
                let grade = |rows: &[GradeRow], row: usize| rows.get(row).map(|row| row.grade.clone());
                let parts = within(a, Range::ALL)
                    .into_iter()
                    .flat_map(|piece| within(b, piece.range).into_iter().map(move |part| (piece.row, part.row)));
                score.value == Trend::Same && parts.into_iter().all(|(old, new)| grade(a, old) == grade(b, new))
            }
            (
                Some(Grade::Shares { by, shares, rest }),
                Some(Grade::Shares { by: others, shares: newer, rest: last }),
            ) => score.is_same() && self.same_paths(by, others) && shares == newer && rest == last,
            _ => false,
        };
        let by_bounds = |card: &Scorecard| matches!(card.grade, Some(Grade::Bounds(_)));
        match (same, by_bounds(old) && by_bounds(new)) {
            (true, _) => score.data_only(),
            (_, true) => Relation { value: Trend::Any, data: score.data },
            _ => Relation::ANY,
        }
    }
}

/// Two limits; none is no limit.
fn limits(old: Option<Dec>, new: Option<Dec>) -> Trend {
    match (old, new) {
        (None, None) => Trend::Same,
        (Some(old), Some(new)) => ordered(old, new),
        (Some(_), None) => Trend::Up,
        (None, Some(_)) => Trend::Down,
    }
}

/// What both have by one name, and what only one of them has.
pub(super) fn partners<'m, T>(
    olds: &'m [T],
    news: &'m [T],
    name: impl Fn(&T) -> &str,
) -> Vec<(Option<&'m T>, Option<&'m T>)> {
    let partner = |one: &T, others: &'m [T]| others.iter().find(|other| name(other) == name(one));
    let kept = olds.iter().map(|old| (Some(old), partner(old, news)));
    let come = news.iter().filter(|new| partner(new, olds).is_none()).map(|new| (None, Some(new)));
    kept.chain(come).collect()
}

fn name_of<'m>(model: &'m Model, line: &'m Line) -> &'m str {
    match &line.kind {
        LineKind::Indicator { indicator, .. } => &model.indicators[*indicator].title.name,
        LineKind::Card(card) => &model.scorecards[*card].title.name,
        LineKind::Group { title, .. } => &title.name,
    }
}
