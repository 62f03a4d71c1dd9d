//! Columns and the aggregates over them.

use super::known::Known;
use super::{Found, Range, Ranges, Truth};
use crate::model::{AggregateFunction, ColumnId, ColumnRule, Expr, ExprKind, Form, GroupKey, Path, Type};
use kpi_value::{Dec, Value};

impl<'m> Ranges<'m> {
    /// A column of a row, or of what it refers to; or an attribute of the subject.
    pub(super) fn path_found(&self, path: &Path, ty: Type, row: bool) -> Found {
        let Some(last) = path.last() else { return Found::any(ty) };
        // A reference may lead to a row that holds at another time only, and a subject may not be on the roster.
        let missing = !row || path.0.len() > 1 || self.model.column(last).optional;
        match ty {
            Type::Number(_) => Found::Number(Range { missing, ..self.column_range(last) }),
            Type::Bool => Found::Truth(Truth { missing, ..Truth::ANY }),
            _ => Found::Other(missing),
        }
    }

    pub(super) fn column_range(&self, id: ColumnId) -> Range {
        if let Some(range) = self.columns.borrow().get(&id) {
            return *range;
        }
        let column = self.model.column(id);
        let mut range = self.made_range(id);
        if matches!(column.ty, Type::Number(unit) if unit.form == Form::Count)
            && self.model.tables[id.table].view.is_none()
            || column.anchors.is_some()
        {
            range = range.wholes();
        }
        for rule in &column.rules {
            range = match rule {
                ColumnRule::Compare(op, Value::Dec(x)) => range.meet(Range::comparing(*op, *x)),
                ColumnRule::In { low: Value::Dec(low), high: Value::Dec(high), closed } => {
                    let upper = if *closed { crate::model::CompareOp::Le } else { crate::model::CompareOp::Lt };
                    let low = Range::comparing(crate::model::CompareOp::Ge, *low);
                    range.meet(low).meet(Range::comparing(upper, *high))
                }
                _ => range,
            };
        }
        range = range.or_missing(column.optional);
        self.columns.borrow_mut().insert(id, range);
        range
    }

    /// Where a view's column lies by how the view is made.
    fn made_range(&self, id: ColumnId) -> Range {
        let Some(view) = &self.model.tables[id.table].view else { return Range::ALL.known() };
        let mut inside = Known::in_row();
        if let Some(condition) = &view.condition {
            self.found(condition, &inside);
            self.learn(condition, true, false, &mut inside);
        }
        let narrowed = |path: &Path, range: Range| {
            let facts = inside.facts.iter().filter(|(e, _)| matches!(&e.kind, ExprKind::Column(p) if p == path));
            facts.fold(range, |range, (_, fact)| range.meet(*fact))
        };
        let Some(grouping) = &view.grouping else {
            let below = ColumnId { table: view.of, index: id.index };
            if self.model.tables[view.of].column(below.index).is_none() {
                return Range::ALL;
            }
            return narrowed(&Path(vec![below]), self.column_range(below));
        };
        let place = id.index as usize;
        match grouping.keys.get(place) {
            Some(GroupKey::Column(path)) => match path.last() {
                Some(last) => narrowed(path, self.column_range(last)),
                None => Range::ALL,
            },
            Some(GroupKey::Calendar(_)) => Range::ALL,
            None => match grouping.aggregates.get(place - grouping.keys.len()) {
                Some(made) => {
                    let (arg, condition) = (made.arg.as_ref(), made.condition.as_ref());
                    let range = self.aggregate_range(made.function, arg, condition, 0, &inside).range();
                    // A group has a row.
                    match (made.function, arg, condition) {
                        (AggregateFunction::Count, None, None) => range.meet(Range::count(1)),
                        _ => range,
                    }
                }
                None => Range::ALL,
            },
        }
    }

    /// An aggregate over rows of which `outside` is known already, apart from whether it may be missing.
    pub(super) fn aggregate_range(
        &self,
        function: AggregateFunction,
        arg: Option<&Expr>,
        condition: Option<&Expr>,
        needs: u32,
        outside: &Known<'_>,
    ) -> Found {
        let mut inside = outside.clone();
        let mut none = false;
        if let Some(condition) = condition {
            none = !self.found(condition, outside).truth().yes;
            self.learn(condition, true, false, &mut inside);
        }
        let found = arg.map(|arg| self.found(arg, &inside));
        let x = found.map_or(Range::ALL, Found::range);
        let least = i64::from(needs);
        Found::Number(match function {
            AggregateFunction::Sum => {
                let zero = Range { whole: true, missing: false, ..Range::between(Dec::ZERO, Dec::ZERO) };
                let rows = x.known().mul(Range::comparing(crate::model::CompareOp::Ge, Dec::ONE));
                // Whole numbers of whole numbers, none of them, or any number of them.
                if none || x.is_empty() { zero } else { Range { whole: x.whole, ..rows }.hull(zero) }
            }
            AggregateFunction::Count if none && needs == 0 => Range::at(Dec::ZERO),
            AggregateFunction::Count => Range::count(least).known(),
            AggregateFunction::CountDistinct => {
                let counted = Range::count(if needs > 0 { 1 } else { 0 }).known();
                let most = arg.and_then(|arg| match arg.ty {
                    Type::Bool => Some(2),
                    Type::Member(id) => i64::try_from(self.model.dimensions[id].members.len()).ok(),
                    _ => None,
                });
                most.map_or(counted, |most| counted.meet(Range::between(Dec::ZERO, Dec::int(most))))
            }
            AggregateFunction::Average | AggregateFunction::Median | AggregateFunction::Quantile(_) => {
                Range { whole: false, missing: true, ..x }
            }
            AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::First | AggregateFunction::Last => {
                return match found {
                    Some(found) => found.or_missing(true),
                    None => Found::Other(true),
                };
            }
            AggregateFunction::Any => {
                let each = found.map_or(Truth::ANY, Found::truth);
                return Found::Truth(Truth { yes: each.yes && !none, no: true, missing: false });
            }
            AggregateFunction::All => {
                let each = found.map_or(Truth::ANY, Found::truth);
                return Found::Truth(Truth { missing: true, ..each });
            }
            AggregateFunction::Stddev => Range::POSITIVE,
        })
    }
}
