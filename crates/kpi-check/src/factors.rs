//! The factor that is missing where units do not meet.

use kpi_base::{Diagnostic, Span, Text, codes, text};
use kpi_value::Dec;

use crate::checker::Checker;
use crate::model::{self, ExprKind, Form, TableId, Type, Unit};

/// How many columns are named.
const NAMED: usize = 3;

impl Checker<'_> {
    /// Proposes the factor that is missing between two sides whose units do not meet, with columns that have its unit: of
    /// the tables that either side reads.
    pub(crate) fn propose_factor(&self, finding: Diagnostic, a: &model::Expr, b: &model::Expr) -> Diagnostic {
        let (Type::Number(x), Type::Number(y)) = (a.ty, b.ty) else { return finding };
        if finding.code != codes::types::UNIT_MISMATCH {
            return finding;
        }
        // What is no type has a factor too much or too few; of two types the second one gives way.
        let (left, right) = if a.span.start <= b.span.start { (x, y) } else { (y, x) };
        let (from, to) = if right.is_a_type() && !left.is_a_type() { (left, right) } else { (right, left) };
        let Some(factor) = Factor::between(from, to) else { return finding };
        let side = self.show(Type::Number(from));
        let unit = self.show(Type::Number(factor.unit));
        let names = self.columns_of(factor.unit, &[a, b]);
        finding.help(match (factor.multiply, names.is_empty()) {
            (true, true) => text!("multiply the side that is {side} by {unit}", side, unit),
            (false, true) => text!("divide the side that is {side} by {unit}", side, unit),
            (true, false) => {
                text!(
                    "multiply the side that is {side} by {unit}, such as {names}",
                    side,
                    unit,
                    names = Text::or_list(names)
                )
            }
            (false, false) => {
                text!(
                    "divide the side that is {side} by {unit}, such as {names}",
                    side,
                    unit,
                    names = Text::or_list(names)
                )
            }
        })
    }

    /// Proposes the factor that makes a value of a result that is no type, as [`Checker::propose_factor`].
    pub(crate) fn propose_value(&self, finding: Diagnostic, e: &model::Expr, unit: Unit) -> Diagnostic {
        let distance = |to: &Unit| (unit.money - to.money).unsigned_abs() + (unit.time - to.time).unsigned_abs();
        let nearest = [Unit::MONEY, Unit::DURATION, Unit::NUMBER].into_iter().min_by_key(distance);
        let Some((to, factor)) = nearest.and_then(|to| Some((to, Factor::between(unit, to)?))) else { return finding };
        let result = self.show(Type::Number(to));
        let unit = self.show(Type::Number(factor.unit));
        let names = self.columns_of(factor.unit, &[e]);
        finding.help(match (factor.multiply, names.is_empty()) {
            (true, true) => text!("multiply it by {unit}, which makes it {result}", unit, result),
            (false, true) => text!("divide it by {unit}, which makes it {result}", unit, result),
            (true, false) => text!(
                "multiply it by {unit}, such as {names}, which makes it {result}",
                unit,
                result,
                names = Text::or_list(names)
            ),
            (false, false) => text!(
                "divide it by {unit}, such as {names}, which makes it {result}",
                unit,
                result,
                names = Text::or_list(names)
            ),
        })
    }

    /// Proposes how a bare number is written in a unit that is no type: `5 CNY ÷ 1h`.
    pub(crate) fn propose_units(&self, finding: Diagnostic, bare: Dec, unit: Unit, span: Span) -> Diagnostic {
        let code = &self.model.policy.currency.code;
        let written = match (unit.money, unit.time) {
            (1, -1) => format!("{bare} {code} ÷ 1h"),
            (0, -1) => format!("{bare} ÷ 1h"),
            (1, 1) => format!("{bare} {code} × 1h"),
            _ => {
                let unit = self.show(Type::Number(unit));
                return finding.help(text!("multiply it by a value of that unit: {unit}", unit));
            }
        };
        let finding = finding.help(text!("write its units, such as `{written}`", written));
        finding.fix(text!("write `{written}`", written), span, written.clone())
    }

    /// Columns of a unit in the tables that expressions read, as they are written there, and a value of the unit itself.
    fn columns_of(&self, unit: Unit, exprs: &[&model::Expr]) -> Vec<Text> {
        let mut names = Vec::new();
        match (unit.money, unit.time) {
            (0, 1) => names.push(Text::verbatim("`1h`")),
            (1, -1) => names.push(Text::verbatim(format!("`100 {} ÷ 1h`", self.model.policy.currency.code))),
            _ => {}
        }
        for (table, aggregated) in read_tables(exprs) {
            let table = &self.model.tables[table];
            let known = table.columns.iter().filter(|column| !column.optional);
            let columns = known.filter(|column| matches!(column.ty, Type::Number(own) if own == unit));
            for column in columns {
                let path = format!("{}.{}", table.title.name, column.title.name);
                names.push(Text::verbatim(if aggregated { format!("`sum({path})`") } else { format!("`{path}`") }));
            }
        }
        names.truncate(NAMED);
        names
    }
}

/// What a side must be multiplied with, or divided by.
struct Factor {
    multiply: bool,
    unit: Unit,
}

impl Factor {
    fn between(from: Unit, to: Unit) -> Option<Factor> {
        let (money, time) = (to.money.checked_sub(from.money)?, to.time.checked_sub(from.time)?);
        // Only a divisor is written as one.
        let multiply = money > 0 || time > 0;
        let sign = if multiply { 1 } else { -1 };
        let unit = Unit { money: money.checked_mul(sign)?, time: time.checked_mul(sign)?, form: Form::Number };
        (!unit.is_plain()).then_some(Factor { multiply, unit })
    }
}

/// The tables that expressions read, and whether by an aggregate; in the order of the first use.
fn read_tables(exprs: &[&model::Expr]) -> Vec<(TableId, bool)> {
    let mut found = Vec::new();
    let mut add = |table: TableId, aggregated: bool| {
        if !found.contains(&(table, aggregated)) {
            found.push((table, aggregated));
        }
    };
    let mut open: Vec<&model::Expr> = exprs.iter().rev().copied().collect();
    while let Some(e) = open.pop() {
        match &e.kind {
            ExprKind::Column(path) => path.table().into_iter().for_each(|table| add(table, false)),
            ExprKind::Aggregate(aggregate) => add(aggregate.table, true),
            _ => open.extend(e.children().into_iter().rev()),
        }
    }
    found
}
