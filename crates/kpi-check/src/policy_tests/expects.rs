//! Expectations.

use kpi_base::{Diagnostic, Text, codes, text};
use kpi_syntax::ast;
use kpi_value::{Dec, Period, Value};

use super::places::{Found, FoundPlace};
use crate::checker::{Checker, unknown};
use crate::curves::compare_op;
use crate::model::{self, Claim, CompareOp, Expect, RuleOutcome, ScorecardId, TestTable, Type};
use crate::names::{Decl, nearest};

impl<'a> Checker<'a> {
    /// One expectation of a test that judges this period.
    pub(super) fn expect(
        &mut self,
        written: &'a ast::Expect,
        period: Period,
        tables: &[TestTable],
        cells: &[(ast::Name, ast::Text)],
    ) -> Option<Expect> {
        let (subject, period, claim) = match &written.kind {
            ast::ExpectKind::Compare(e) => {
                let (found, op, value) = self.comparison(e, period, tables, cells)?;
                (found.subject, found.period, Claim::Compare(found.place, op, value, found.ty))
            }
            ast::ExpectKind::Near(e, within) => {
                let (found, op, value) = self.comparison(e, period, tables, cells)?;
                let (value, within) = self.near(op, &value, &found, e, within)?;
                (found.subject, found.period, Claim::Near(found.place, value, within, found.ty))
            }
            ast::ExpectKind::Missing(e, known) => {
                let found = self.expect_place(e, period, tables)?;
                (found.subject, found.period, Claim::Missing(found.place, !known))
            }
            ast::ExpectKind::Incomplete(e, complete) => {
                let (found, card) = self.expect_card(e, period)?;
                (found.subject, found.period, Claim::Incomplete(card, !complete))
            }
            ast::ExpectKind::Because(e, name) => {
                let (found, card) = self.expect_card(e, period)?;
                let card_name = &self.model.scorecards[card];
                let mut known = super::places::line_names(&card_name.lines, self);
                known.extend(card_name.vetoes.iter().map(|veto| veto.title.name.as_str()));
                known.extend(card_name.adjustments.iter().map(|adjustment| adjustment.title.name.as_str()));
                if !known.contains(&name.text.as_str()) {
                    let near = nearest(&name.text, known);
                    let finding = unknown(name, &text!("a line or a veto of `{name}`", name = found.name.text), near);
                    self.report(finding);
                    return None;
                }
                (found.subject, found.period, Claim::Because(card, name.text.clone()))
            }
            ast::ExpectKind::Takes(e, row) => {
                let found = self.expect_place(e, period, tables)?;
                (found.subject, found.period, Claim::Takes(found.place, row.value.clone()))
            }
            ast::ExpectKind::Says(e, said) => {
                let (found, rule) = self.expect_rule(e, period, tables)?;
                (found.subject, found.period, Claim::Says(rule, said.value.clone()))
            }
            ast::ExpectKind::Vetoed(e, veto, negated) => {
                let (found, card) = self.expect_card(e, period)?;
                let vetoes = &self.model.scorecards[card].vetoes;
                if vetoes.iter().all(|v| v.title.name != veto.text) {
                    let near = nearest(&veto.text, vetoes.iter().map(|v| v.title.name.as_str()));
                    let finding = unknown(veto, &text!("a veto of `{name}`", name = found.name.text), near);
                    self.report(finding);
                    return None;
                }
                (found.subject, found.period, Claim::Vetoed(card, veto.text.clone(), !negated))
            }
            ast::ExpectKind::Rule(e, outcome) => {
                let (found, rule) = self.expect_rule(e, period, tables)?;
                let outcome = match outcome {
                    ast::RuleOutcome::Fired => RuleOutcome::Fired,
                    ast::RuleOutcome::NotFired => RuleOutcome::NotFired,
                    ast::RuleOutcome::NotJudged => RuleOutcome::NotJudged,
                };
                (found.subject, found.period, Claim::Rule(rule, outcome))
            }
        };
        Some(Expect { subject, period, claim, span: written.span })
    }

    /// A rule; of one for each indicator the line is named behind: `alert[A01].gmv`.
    fn expect_rule(
        &mut self,
        e: &'a ast::Expr,
        period: Period,
        tables: &[TestTable],
    ) -> Option<(Found<'a>, model::RuleId)> {
        let (of, line) = match &e.kind {
            ast::ExprKind::Field(of, line) => (&**of, Some(line)),
            _ => (e, None),
        };
        let found = self.expect_of(of, period)?;
        let Decl::Rule(index) = found.decl else {
            return self.no_such(found.name, found.decl, &text!("a rule"));
        };
        let rule = self.expected_rule(index, &found, line, tables)?;
        Some((found, rule))
    }

    /// The rule that an expectation speaks of: of those for each indicator the one for a line of the subject's cards.
    fn expected_rule(
        &mut self,
        index: usize,
        found: &Found<'a>,
        line: Option<&ast::Name>,
        tables: &[TestTable],
    ) -> Option<model::RuleId> {
        let (ids, name) = (self.rule_ids.get(index)?.clone(), found.name);
        let line_of = |checker: &Self, id: &model::RuleId| {
            let line = checker.model.rules[*id].line?;
            checker.instance(line).map(|indicator| indicator.title.name.clone())
        };
        let first = *ids.first()?;
        let Some(line) = line else {
            let Some(one) = line_of(self, &first) else { return Some(first) };
            let message = text!("`{name}` judges each indicator by itself", name = name.text);
            self.report(
                Diagnostic::new(codes::tests::EXPECT_PLACE, message)
                    .label(name.span, text!("of which one?"))
                    .help(text!("name it behind the subject: `{name}[A01].{one}`", name = name.text, one)),
            );
            return None;
        };
        let lines: Vec<Option<String>> = ids.iter().map(|id| line_of(self, id)).collect();
        let named = ids.iter().zip(&lines).filter(|(_, found)| found.as_deref() == Some(line.text.as_str()));
        let named: Vec<model::RuleId> = named.map(|(id, _)| *id).collect();
        match named.as_slice() {
            [] => {}
            [one] => return Some(*one),
            // Cards of several tables have a line of this name.
            several => {
                let table = self.table_of_subject(found, tables)?;
                return several.iter().copied().find(|id| self.model.rules[*id].table == table);
            }
        }
        let near = nearest(&line.text, lines.iter().flatten().map(String::as_str));
        self.report(unknown(line, &text!("an indicator that `{name}` judges", name = name.text), near));
        None
    }

    fn expect_card(&mut self, e: &'a ast::Expr, period: Period) -> Option<(Found<'a>, ScorecardId)> {
        let found = self.expect_of(e, period)?;
        let Decl::Scorecard(index) = found.decl else {
            return self.no_such(found.name, found.decl, &text!("a scorecard"));
        };
        let card = self.scorecard_ids.get(index).copied().flatten()?;
        Some((found, card))
    }

    /// `place == constant`
    fn comparison(
        &mut self,
        e: &'a ast::Expr,
        period: Period,
        tables: &[TestTable],
        cells: &[(ast::Name, ast::Text)],
    ) -> Option<(FoundPlace, CompareOp, Value)> {
        let ast::ExprKind::Binary(op, place, value) = &e.kind else { return self.no_place(e) };
        let Some(op) = compare_op(*op) else { return self.no_place(e) };
        let found = self.expect_place(place, period, tables)?;
        let value = match &value.kind {
            // A cell needs no quotes: it holds nothing but the text.
            ast::ExprKind::Name(name)
                if found.ty == Type::Text && cells.iter().any(|(_, cell)| cell.span == value.span) =>
            {
                Value::Text(name.text.as_str().into())
            }
            _ => self.expected_value(value, found.ty)?,
        };
        self.check_order(op, found.ty, e)?;
        Some((found, op, value))
    }

    /// `== 83.33 ± 0.01`
    fn near(
        &mut self,
        op: CompareOp,
        value: &Value,
        found: &FoundPlace,
        e: &ast::Expr,
        within: &'a ast::Expr,
    ) -> Option<(Dec, Dec)> {
        let finding = match (value, found.ty) {
            (Value::Dec(value), Type::Number(unit)) if op == CompareOp::Eq => {
                let within = self.const_dec(within, &text!("a tolerance"), unit)?;
                return Some((*value, within.abs()));
            }
            (Value::Dec(_), Type::Number(_)) => {
                Diagnostic::new(codes::tests::EXPECT_VALUE, text!("a tolerance stands only behind `==`"))
                    .label(within.span, text!("this tolerance"))
                    .help(text!("write the bound itself: `≥ 83.32`"))
            }
            (_, ty) => {
                let shown = self.show(ty);
                Diagnostic::new(codes::tests::EXPECT_VALUE, text!("{shown} has no tolerance", shown))
                    .label(e.span, Text::default())
                    .help(text!("only numbers may be a little off: write `== 83.33 ± 0.01`"))
            }
        };
        self.report(finding);
        None
    }

    fn check_order(&mut self, op: CompareOp, ty: Type, e: &ast::Expr) -> Option<()> {
        let ordered = match ty {
            Type::Bool | Type::Text | Type::Reference(_) => false,
            Type::Member(dimension) => self.model.dimensions[dimension].ordered,
            _ => true,
        };
        if ordered || matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Some(());
        }
        let shown = self.show(ty);
        self.report(
            Diagnostic::new(codes::types::NO_ORDER, text!("{shown} has no order", shown))
                .label(e.span, Text::default())
                .help(text!("compare it with `==` or `≠`")),
        );
        None
    }

    /// The constant that a value of the results is compared with.
    pub(super) fn expected_value(&mut self, e: &'a ast::Expr, ty: Type) -> Option<Value> {
        if let Type::Number(unit) = ty {
            return self.const_dec(e, &text!("an expected value"), unit).map(Value::Dec);
        }
        let value = self.expr(e, &crate::context::Context::pure(), Some(ty))?;
        if let model::ExprKind::Const(Some(value)) = value.kind {
            return Some(value);
        }
        self.report(
            Diagnostic::new(codes::tests::EXPECT_VALUE, text!("an expected value is a constant"))
                .label(e.span, Text::default())
                .help(text!("write the value itself; to expect none, write `is missing`")),
        );
        None
    }
}
