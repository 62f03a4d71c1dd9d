//! Members of `indicator`.

use kpi_value::PeriodKind;

use super::cards::combine;
use super::{Builder, find, operand};
use crate::ast::{
    ByTable, CurveBody, Indicator, RollUp, Scoring, ScoringKind, ShorterPeriod, Target, TargetKind, TrackShare,
    WhenMissing,
};
use crate::build::expr::{comparison_op, curve_kind};
use crate::grammar::{Pair, Rule};
use kpi_base::{Span, text};

impl Builder<'_> {
    pub(crate) fn indicator_member(&mut self, pair: Pair<'_>, indicator: &mut Indicator) -> Option<()> {
        let member = pair.into_inner().next()?;
        let span = self.span(&member);
        match member.as_rule() {
            Rule::m_formula => {
                let formula = self.clause(member);
                self.set(&mut indicator.formula, formula, "formula", span);
            }
            Rule::m_target => {
                let target = self.by_or_target(member);
                self.set(&mut indicator.target, target, "target", span);
            }
            Rule::m_scoring => {
                let scoring = self.scoring(member);
                self.set(&mut indicator.scoring, scoring, "scoring", span);
            }
            Rule::when_missing => {
                let when = when_missing(member);
                self.set(&mut indicator.when_missing, Some((when, span)), "when missing", span);
            }
            Rule::m_note => {
                let mut topic = self.name(&find(member.clone(), Rule::name)?);
                // Topics that the language knows are those of one list, whatever they are called.
                topic.text = topic.word().to_owned();
                indicator.notes.push((topic, self.inner_text(member)?));
            }
            Rule::m_tag => indicator.tags.push(self.name(&find(member, Rule::name)?)),
            Rule::m_period_rolled => {
                let shorter = self.shorter(member);
                self.set(&mut indicator.shorter, shorter, "period", span);
            }
            Rule::m_track => {
                let shares = member.into_inner().filter(|p| p.as_rule() == Rule::track_share);
                let shares = shares.map(|p| self.track_share(p)).collect::<Option<Vec<_>>>()?;
                self.set(&mut indicator.track, Some((shares, span)), "track", span);
            }
            Rule::group_combine => {
                let combine = combine(member);
                self.set(&mut indicator.combine, Some((combine, span)), "combine", span);
            }
            Rule::supported => indicator.supports.extend(self.path(member)),
            _ => {
                let word = find(member, Rule::adjust_word)?;
                let kind = if word.as_str() == "yearly" { PeriodKind::Year } else { PeriodKind::Quarter };
                self.set(&mut indicator.adjustable, Some((kind, span)), "adjustable", span);
            }
        }
        Some(())
    }

    fn shorter(&mut self, pair: Pair<'_>) -> Option<ShorterPeriod> {
        let span = self.span(&pair);
        let period = self.period_kind(&find(pair.clone(), Rule::name)?)?;
        let roll_up = match find(pair, Rule::rolled_up) {
            Some(clause) => Some(self.rolled_up(clause)?),
            None => None,
        };
        Some(ShorterPeriod { period, roll_up, span })
    }

    /// `rolled up by average`
    pub(super) fn rolled_up(&mut self, clause: Pair<'_>) -> Option<(RollUp, Span)> {
        const ROLL_UPS: &[(&str, RollUp)] = &[
            ("sum", RollUp::Sum),
            ("average", RollUp::Average),
            ("worst", RollUp::Worst),
            ("share_met", RollUp::ShareMet),
        ];
        let span = self.span(&clause);
        let (roll_up, _) = self.one_of(&find(clause, Rule::name)?, &text!("way to roll up"), ROLL_UPS)?;
        Some((roll_up, span))
    }

    fn track_share(&mut self, pair: Pair<'_>) -> Option<TrackShare> {
        let period = self.period_kind(&find(pair.clone(), Rule::name)?)?;
        Some(TrackShare { period, share: self.clause(pair)? })
    }

    fn by_or_target(&mut self, pair: Pair<'_>) -> Option<ByTable<Target>> {
        let value = pair.into_inner().find(|p| matches!(p.as_rule(), Rule::by_target | Rule::target))?;
        if value.as_rule() == Rule::by_target {
            return self.by(value, |b, target| b.target(target)).map(|by| ByTable::By(Box::new(by)));
        }
        self.target(value).map(ByTable::Plain)
    }

    fn target(&mut self, pair: Pair<'_>) -> Option<Target> {
        let span = self.span(&pair);
        let (mut kind, mut stretch, mut tolerance, mut per) = (TargetKind::None, None, None, None);
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::t_between => kind = TargetKind::Between(self.range(find(part, Rule::range)?)?),
                Rule::t_compare => {
                    let op = comparison_op(find(part.clone(), Rule::target_op)?.as_str());
                    kind = TargetKind::Compare(op, self.clause(part)?);
                }
                Rule::t_stretch => {
                    let value = self.clause(part);
                    self.set(&mut stretch, value, "stretch", span);
                }
                Rule::t_tolerance => {
                    let value = self.clause(part);
                    self.set(&mut tolerance, value, "tolerance", span);
                }
                Rule::t_per => {
                    let value = self.period_kind(&find(part, Rule::name)?);
                    self.set(&mut per, value, "per", span);
                }
                _ => {}
            }
        }
        Some(Target { kind, stretch, tolerance, per, span })
    }

    pub(super) fn scoring(&mut self, pair: Pair<'_>) -> Option<Scoring> {
        let span = self.span(&pair);
        let method = pair.into_inner().find(|p| p.as_rule() != Rule::kw_scoring)?;
        let kind = match method.as_rule() {
            Rule::s_proportional => {
                let (mut none_below, mut cap, mut stretch) = (None, None, None);
                for part in method.into_inner() {
                    let span = self.span(&part);
                    let (slot, what) = match part.as_rule() {
                        Rule::p_none_below => (&mut none_below, "none below"),
                        Rule::p_cap => (&mut cap, "cap"),
                        Rule::p_stretch => (&mut stretch, "stretch"),
                        _ => continue,
                    };
                    let value = self.clause(part);
                    self.set(slot, value, what, span);
                }
                ScoringKind::Proportional { none_below, cap, stretch }
            }
            Rule::s_all_or_nothing => ScoringKind::AllOrNothing,
            Rule::s_deduct => {
                let mut parts = method.into_inner().filter(|p| p.as_rule() == Rule::arith);
                let (share, per) = (parts.next()?, parts.next()?);
                ScoringKind::Deduct { share: self.expr(share)?, per: self.expr(per)? }
            }
            Rule::s_rating => ScoringKind::Rating(self.expr(operand(method)?)?),
            Rule::s_curve => {
                let on = self.name(&find(method.clone(), Rule::name)?);
                let kind = curve_kind(&find(method.clone(), Rule::curve_kind)?);
                let (rows, body) = self.curve_rows(find(method, Rule::curve_body)?)?;
                ScoringKind::Curve { on, curve: CurveBody::Inline(kind, rows, body) }
            }
            _ => {
                let names = self.path(method);
                let [curve, on] = names.as_slice() else { return None };
                ScoringKind::Curve { on: on.clone(), curve: CurveBody::Named(curve.clone()) }
            }
        };
        Some(Scoring { kind, span })
    }
}

pub(super) fn when_missing(pair: Pair<'_>) -> WhenMissing {
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::kw_zero => return WhenMissing::Zero,
            Rule::kw_full => return WhenMissing::Full,
            Rule::kw_reweight => return WhenMissing::Reweight,
            _ => {}
        }
    }
    WhenMissing::Fail
}
