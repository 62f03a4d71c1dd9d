//! Members of `scorecard` and of its groups.

use super::{Builder, find, operand};
use crate::ast::{
    Adjustment, Combine, Grade, GradeShare, GradeShares, Group, Line, MidPeriod, OneLine, Scorecard, Veto, VetoEffect,
    WeightGrid, WeightRow,
};
use crate::build::indicators::when_missing;
use crate::grammar::{Pair, Rule};
use kpi_base::text;

impl Builder<'_> {
    pub(crate) fn scorecard_member(&mut self, pair: Pair<'_>, card: &mut Scorecard) -> Option<()> {
        let member = pair.into_inner().next()?;
        let span = self.span(&member);
        match member.as_rule() {
            Rule::weighted_line => {
                let line = self.line(find(member, Rule::line)?)?;
                card.lines.push(Line::One(line));
            }
            Rule::line => {
                let line = self.line(member)?;
                card.lines.push(Line::One(line));
            }
            Rule::m_veto => {
                let veto = self.veto(member)?;
                card.vetoes.push(veto);
            }
            Rule::m_bonus | Rule::m_deduct => {
                let adjustment = self.adjustment(member)?;
                card.adjustments.push(adjustment);
            }
            Rule::m_grade => {
                let grade = self.grade(member);
                self.set(&mut card.grade, grade, "grade", span);
            }
            Rule::m_rank => {
                let paths = member.into_inner().filter(|p| p.as_rule() == Rule::path);
                let paths = paths.map(|p| self.path(p)).collect();
                self.set(&mut card.rank_among, Some((paths, span)), "rank among", span);
            }
            Rule::m_period => {
                let kind = self.period_kind(&find(member, Rule::name)?);
                self.set(&mut card.period, kind, "period", span);
            }
            Rule::m_mid_period => {
                const WORDS: &[(&str, MidPeriod)] =
                    &[("last", MidPeriod::Last), ("first", MidPeriod::First), ("split", MidPeriod::Split)];
                let word =
                    self.one_of(&find(member, Rule::name)?, &text!("way to read what changes in a period"), WORDS)?;
                self.set(&mut card.mid_period, Some((word.0, span)), "mid_period", span);
            }
            _ => {
                let grid = self.weight_grid(member, card.lines.len())?;
                self.set(&mut card.weights, Some(grid), "weights by", span);
            }
        }
        Some(())
    }

    pub(crate) fn line(&mut self, pair: Pair<'_>) -> Option<OneLine> {
        let name = self.name(&find(pair.clone(), Rule::name)?);
        let mut line = OneLine::new(name, self.span(&pair));
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::weight => {
                    let weight = Some(self.weight(part)?);
                    self.set(&mut line.weight, weight, "weight", span);
                }
                Rule::kw_watch => self.set(&mut line.watch, Some(span), "watch", span),
                Rule::when_missing => {
                    self.set(&mut line.when_missing, Some((when_missing(part), span)), "when missing", span);
                }
                Rule::m_attainment_cap => {
                    let cap = Some(self.clause(part)?);
                    self.set(&mut line.attainment_cap, cap, "attainment cap", span);
                }
                Rule::m_scoring => {
                    let scoring = Some(self.scoring(part)?);
                    self.set(&mut line.scoring, scoring, "scoring", span);
                }
                Rule::rolled_up => {
                    let rolled = self.rolled_up(part)?;
                    self.set(&mut line.rolled, Some(rolled), "rolled up by", span);
                }
                _ => {}
            }
        }
        Some(line)
    }

    fn weight_grid(&mut self, pair: Pair<'_>, at: usize) -> Option<WeightGrid> {
        let span = self.span(&pair);
        let key = self.by_key(operand(pair.clone())?)?;
        let head = find(pair.clone(), Rule::grid_head)?;
        let header = self.span(&head);
        let columns = head.into_inner().filter(|p| p.as_rule() == Rule::pattern).map(|p| self.pattern(p));
        let columns = columns.collect::<Option<Vec<_>>>()?;
        let mut rows = Vec::new();
        for row in pair.into_inner().filter(|p| p.as_rule() == Rule::weight_row) {
            let span = self.span(&row);
            let name = self.name(&find(row.clone(), Rule::name)?);
            let mut weights = Vec::new();
            for cell in row.into_inner() {
                match cell.as_rule() {
                    Rule::no_weight => weights.push(None),
                    Rule::arith => weights.push(Some(self.expr(cell)?)),
                    _ => {}
                }
            }
            self.check_row_of_grid(weights.len(), columns.len(), span)?;
            rows.push(WeightRow { line: OneLine::new(name, span), weights });
        }
        Some(WeightGrid { key, columns, header, rows, at, span })
    }

    /// The header of a group, without its lines.
    pub(crate) fn group_head(&mut self, pair: Pair<'_>) -> Option<Group> {
        let name = self.name(&find(pair.clone(), Rule::name)?);
        let mut group = Group {
            name,
            label: None,
            weight: None,
            combine: None,
            when_missing: None,
            lines: Vec::new(),
            span: self.span(&pair),
        };
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::label => group.label = Some(self.text(&part)),
                Rule::weight => {
                    let weight = Some(self.weight(part)?);
                    self.set(&mut group.weight, weight, "weight", span);
                }
                Rule::group_combine => {
                    let combine = combine(part);
                    self.set(&mut group.combine, Some((combine, span)), "combine", span);
                }
                Rule::when_missing => {
                    self.set(&mut group.when_missing, Some((when_missing(part), span)), "when missing", span);
                }
                _ => {}
            }
        }
        Some(group)
    }

    fn veto(&mut self, pair: Pair<'_>) -> Option<Veto> {
        let span = self.span(&pair);
        let name = self.name(&find(pair.clone(), Rule::name)?);
        let label = find(pair.clone(), Rule::label).map(|p| self.text(&p));
        let condition = self.clause(pair.clone())?;
        let effect = match find(pair, Rule::effect) {
            None => None,
            Some(effect) => {
                let span = self.span(&effect);
                let effect = effect.into_inner().next()?;
                let kind = match effect.as_rule() {
                    Rule::e_score => VetoEffect::ScoreZero,
                    Rule::e_pay => VetoEffect::PayZero,
                    _ => VetoEffect::Cap(self.clause(effect)?),
                };
                Some((kind, span))
            }
        };
        Some(Veto { name, label, condition, effect, span })
    }

    fn adjustment(&mut self, pair: Pair<'_>) -> Option<Adjustment> {
        let (span, deduct) = (self.span(&pair), pair.as_rule() == Rule::m_deduct);
        let name = self.name(&find(pair.clone(), Rule::name)?);
        let label = find(pair.clone(), Rule::label).map(|p| self.text(&p));
        let value = self.expr(find(pair.clone(), Rule::expr)?)?;
        let cap = match find(pair, Rule::arith) {
            Some(cap) => Some(self.expr(cap)?),
            None => None,
        };
        Some(Adjustment { deduct, name, label, value, cap, span })
    }

    fn grade(&mut self, pair: Pair<'_>) -> Option<Grade> {
        let span = self.span(&pair);
        let body = pair.into_inner().find(|p| matches!(p.as_rule(), Rule::curve_body | Rule::grade_shares))?;
        if body.as_rule() == Rule::curve_body {
            let (rows, body) = self.curve_rows(body)?;
            return Some(Grade::Bounds(rows, body));
        }
        let mut shares = GradeShares { by: Vec::new(), shares: Vec::new(), rest: None, span };
        for part in body.into_inner() {
            match part.as_rule() {
                Rule::path => shares.by.push(self.path(part)),
                Rule::share_row => {
                    let span = self.span(&part);
                    let grade = self.inner_text(part.clone())?;
                    let Some(share) = find(part, Rule::share) else {
                        self.set(&mut shares.rest, Some(grade), "else", span);
                        continue;
                    };
                    let at_least = match find(share.clone(), Rule::at_least) {
                        Some(least) => Some(self.count(&find(least, Rule::count)?)?),
                        None => None,
                    };
                    let share = self.expr(operand(share)?)?;
                    shares.shares.push(GradeShare { share, at_least, grade, span });
                }
                _ => {}
            }
        }
        Some(Grade::Shares(shares))
    }
}

/// The word of `combine …`.
pub(super) fn combine(pair: Pair<'_>) -> Combine {
    pair.into_inner().fold(Combine::Sum, |found, p| match p.as_rule() {
        Rule::kw_worst => Combine::Worst,
        Rule::kw_average => Combine::Average,
        Rule::kw_all => Combine::All,
        _ => found,
    })
}
