//! Members of `policy`, `dimension`, `roster`, `source` and `view`.

use kpi_base::text;
use kpi_value::{Dec, Rounding};

use super::{Builder, find};
use crate::ast;
use crate::ast::{Anchor, Column, ColumnRule, Dimension, Exclude, Name, Policy, Scale, Table, Valid, View, ViewColumn};
use crate::build::expr::comparison_op;
use crate::grammar::{Pair, Rule};

const ROUNDINGS: &[(&str, Rounding)] = &[
    ("half_up", Rounding::HalfAwayFromZero),
    ("half_even", Rounding::HalfEven),
    ("down", Rounding::Down),
    ("up", Rounding::Up),
];
const DAYS: &[(&str, u8)] =
    &[("monday", 0), ("tuesday", 1), ("wednesday", 2), ("thursday", 3), ("friday", 4), ("saturday", 5), ("sunday", 6)];
const MONTHS: &[(&str, u8)] = &[
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
];

impl Builder<'_> {
    pub(crate) fn policy_member(&mut self, pair: Pair<'_>, policy: &mut Policy) -> Option<()> {
        let member = pair.into_inner().next()?;
        let span = self.span(&member);
        let rule = member.as_rule();
        let word = find(member.clone(), Rule::name);
        match rule {
            Rule::m_edition => {
                let count = self.count(&find(member, Rule::count)?);
                self.set(&mut policy.edition, count, "edition", span);
            }
            Rule::m_currency => {
                let name = self.name(&word?);
                self.set(&mut policy.currency, Some(name), "currency", span);
            }
            Rule::m_period => {
                let kind = self.period_kind(&word?);
                self.set(&mut policy.period, kind, "period", span);
            }
            Rule::m_attainment_cap => {
                let cap = self.clause(member);
                self.set(&mut policy.attainment_cap, cap, "attainment cap", span);
            }
            Rule::m_rounding => {
                let rounding = self.one_of(&word?, &text!("rounding"), ROUNDINGS);
                self.set(&mut policy.rounding, rounding, "rounding", span);
            }
            Rule::m_week => {
                let day = self.one_of(&word?, &text!("day of the week"), DAYS);
                self.set(&mut policy.week_start, day, "week starts", span);
            }
            Rule::m_year => {
                let month = self.one_of(&word?, &text!("month"), MONTHS);
                self.set(&mut policy.year_start, month, "year starts", span);
            }
            _ => {
                let zone = find(member, Rule::zone)?;
                let zone = ast::Text { value: zone.as_str().to_owned(), span: self.span(&zone) };
                self.set(&mut policy.timezone, Some(zone), "timezone", span);
            }
        }
        Some(())
    }

    pub(crate) fn view_member(&mut self, pair: Pair<'_>, view: &mut View) -> Option<()> {
        let name = find(pair.clone(), Rule::name).map(|p| self.name(&p))?;
        let label = find(pair.clone(), Rule::label).map(|p| self.text(&p));
        let value = self.expr(find(pair, Rule::expr)?)?;
        view.grouping.as_mut()?.columns.push(ViewColumn { name, label, value });
        Some(())
    }

    pub(crate) fn dimension_member(&mut self, pair: Pair<'_>, dimension: &mut Dimension) -> Option<()> {
        let name = find(pair.clone(), Rule::name)?;
        let label = find(pair, Rule::label).map(|p| self.text(&p));
        dimension.members.push((self.name(&name), label));
        Some(())
    }

    pub(crate) fn scale_member(&mut self, pair: Pair<'_>, scale: &mut Scale) -> Option<()> {
        let step = find(pair.clone(), Rule::step)?;
        let (step, span) = self.count(&step)?;
        let text = self.inner_text(pair)?;
        scale.anchors.push(Anchor { step, text, span });
        Some(())
    }

    pub(crate) fn table_member(&mut self, pair: Pair<'_>, table: &mut Table) -> Option<()> {
        let member = pair.into_inner().next()?;
        let span = self.span(&member);
        match member.as_rule() {
            Rule::column => {
                if let Some(column) = self.column(member) {
                    table.columns.push(column);
                }
            }
            Rule::m_valid => {
                let names: Vec<Name> = self.path(member);
                if let [from, to] = names.as_slice() {
                    let valid = Valid { from: from.clone(), to: to.clone(), span };
                    self.set(&mut table.valid, Some(valid), "valid", span);
                }
            }
            Rule::m_as_of => {
                let name = find(member, Rule::name).map(|p| self.name(&p));
                self.set(&mut table.as_of, name, "as of", span);
            }
            Rule::m_sparse => self.set(&mut table.sparse, Some(span), "sparse", span),
            _ => {
                let label = self.inner_text(member.clone())?;
                let condition = self.clause(find(member, Rule::where_clause)?)?;
                table.exclude.push(Exclude { label, condition, span });
            }
        }
        Some(())
    }

    fn column(&mut self, pair: Pair<'_>) -> Option<Column> {
        let name = self.name(&find(pair.clone(), Rule::name)?);
        let ty = self.type_name(find(pair.clone(), Rule::type_name)?)?;
        let mut column = Column::new(name, ty, self.span(&pair));
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::kw_key => self.set(&mut column.key, Some(span), "key", span),
                Rule::kw_label => self.set(&mut column.label, Some(span), "label", span),
                Rule::kw_time => self.set(&mut column.time, Some(span), "time", span),
                Rule::kw_subject => self.set(&mut column.subject, Some(span), "subject", span),
                Rule::kw_unique => self.set(&mut column.unique, Some(span), "unique", span),
                Rule::c_from => {
                    let header = self.inner_text(part);
                    self.set(&mut column.header, header, "from", span);
                }
                Rule::c_digits => {
                    let digits = self.count(&find(part, Rule::count)?);
                    self.set(&mut column.digits, digits, "digits", span);
                }
                Rule::c_seconds => {
                    let seconds = match find(part, Rule::time_word)?.as_str() {
                        "minutes" => 60,
                        "hours" => 3_600,
                        "days" => 86_400,
                        _ => 1,
                    };
                    self.set(&mut column.seconds, Some((Dec::int(seconds), span)), "in", span);
                }
                Rule::c_in => {
                    let range = self.range(find(part, Rule::range)?)?;
                    column.rules.push(ColumnRule::In(range));
                }
                Rule::c_compare => {
                    let op = comparison_op(find(part.clone(), Rule::bound_op)?.as_str());
                    let bound = self.clause(part)?;
                    column.rules.push(ColumnRule::Compare(op, bound));
                }
                Rule::c_matches => {
                    let pattern = find(part, Rule::string)?;
                    // Taken as it stands: a backslash belongs to the pattern.
                    let value = pattern.as_str().trim().trim_matches('"').to_owned();
                    column.rules.push(ColumnRule::Matches(ast::Text { value, span: self.span(&pattern) }));
                }
                Rule::kw_private => self.set(&mut column.private, Some(span), "private", span),
                _ => {}
            }
        }
        Some(column)
    }
}
