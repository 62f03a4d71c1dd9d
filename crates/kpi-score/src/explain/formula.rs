//! The derivation of an expression.

use kpi_base::{Join, Text, text};
use kpi_check::model::{self, ArithmeticOp, Back, ByRow, ExprKind, IndicatorField, Scope, Subject, TableId};
use kpi_results::{Derivation, LeftOut, Step};

use super::Reader;
use super::node::{node, percent, recorded};
use crate::cards::place;
use crate::findings::{path_text, unripe_rows, why_missing};
use crate::{Applied, At, Reading};

/// The longest stretch of periods that the derivation of a streak shows.
const SHOWN_PERIODS: u32 = 12;

impl Reader<'_, '_> {
    /// How an expression came to its value in a cell.
    pub(super) fn formula(&self, expr: &model::Expr, at: At, cell: usize) -> Derivation {
        let value = self.value_of(expr, at, cell);
        let value = match &expr.kind {
            ExprKind::Const(constant) => constant.clone(),
            _ => value,
        };
        let mut made =
            node(Text::verbatim(self.source(expr.span)), step(&expr.kind), self.quantity(value.as_ref(), expr.ty));
        made.span = Some(expr.span);
        let ev = &self.scored.ev;
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Period(_) => {}
            ExprKind::Aggregate(_) | ExprKind::Lookup(_) => {
                let counts = ev.row_counts(expr.id, at);
                made.rows = counts.and_then(|counts| counts.rows.get(cell)).copied();
                let unknown = counts.and_then(|counts| counts.unknown.as_ref()?.get(cell));
                let table = match &expr.kind {
                    ExprKind::Lookup(lookup) => Some(lookup.table),
                    ExprKind::Aggregate(aggregate) => Some(aggregate.table),
                    _ => None,
                };
                made.note = table.and_then(|table| unripe_rows(ev, expr, table, at, cell));
                made.unknown_rows = unknown.copied().filter(|&rows| rows > 0);
                let exclusions = rows_of(&expr.kind).map(|table| &ev.model.tables[table].exclude);
                let left_out = counts.iter().flat_map(|counts| &counts.left_out).zip(exclusions.into_iter().flatten());
                let left_out = left_out.filter_map(|(rows, exclusion)| {
                    let rows = *rows.get(cell).filter(|&&rows| rows > 0)?;
                    Some(LeftOut { label: exclusion.label.clone(), rows })
                });
                made.left_out = left_out.collect();
                if made.value.is_some() {
                    made.note = self.view_note(&expr.kind);
                }
            }
            ExprKind::Param(id, _) => {
                let table = &ev.model.params[*id].value;
                let applied = ev.applied(expr.id, at);
                let row = match applied {
                    Some(Applied::Rows(rows)) => place(rows, cell).and_then(|row| table.rows.get(row)),
                    _ => table.as_plain().and(table.rows.first()),
                };
                if let Some(row) = row {
                    made.note = self.row_note(table.keys.is_empty(), row);
                    made.from = self.operands([&row.value], at, cell);
                }
            }
            ExprKind::Indicator(id, _) if at.pooled.is_some() => {
                let at = At { spine: ev.reading(*id, at).spine, ..at };
                made.from = vec![self.formula(&ev.model.indicators[*id].formula, at, cell)];
            }
            ExprKind::Indicator(id, field) => {
                made.from = self.field(ev.reading(*id, at), *field, cell);
            }
            ExprKind::Inlined(name, body) => {
                made.note = Some(text!("function `{name}`", name));
                made.from = self.operands([&**body], at, cell);
            }
            ExprKind::Over(x, scope) => self.over(&mut made, x, scope, at, cell),
            ExprKind::Among(among) => {
                let by = Text::list(among.by.iter().map(|path| Text::quoted(path_text(ev, path))), Join::Comma);
                made.note = Some(if by.is_empty() {
                    text!("among all subjects")
                } else {
                    text!("among those of equal {by}", by)
                });
                made.from = self.operands([&among.of], at, cell);
            }
            ExprKind::Previous(x, back) => made.from.extend(self.earlier(x, at, cell, *back)),
            ExprKind::Window(_, x, window, _) => {
                let shown = if let model::Window::Last(n) = window { (*n).min(SHOWN_PERIODS) } else { SHOWN_PERIODS };
                made.from.extend((0..shown).filter_map(|back| self.earlier(x, at, cell, Back::Periods(back))));
            }
            ExprKind::OverWindow(x, window) => {
                made.note = Some(text!("the rows of all periods of the window together"));
                if let Some((at, cell)) = ev.whole_cell(at, cell) {
                    made.from = vec![self.formula(x, At { pooled: Some(*window), ..at }, cell)];
                }
            }
            ExprKind::Growth(x) => {
                made.from = vec![self.formula(x, at, cell)];
                made.from.extend(self.earlier(x, at, cell, Back::Periods(1)));
            }
            ExprKind::Streak(condition) => {
                for back in 0..SHOWN_PERIODS {
                    let Some(one) = self.earlier(condition, at, cell, Back::Periods(back)) else { break };
                    let holds = one.value.as_ref().is_some_and(|value| value.value == "true");
                    made.from.push(one);
                    if !holds {
                        break;
                    }
                }
            }
            ExprKind::If(condition, then, otherwise) => {
                let taken = match self.value_of(condition, at, cell).and_then(|value| value.as_bool()) {
                    Some(true) => vec![&**condition, &**then],
                    Some(false) => vec![&**condition, &**otherwise],
                    None => vec![&**condition],
                };
                made.from = self.operands(taken, at, cell);
            }
            ExprKind::Curve(curve, x) => {
                let applied = ev.applied(expr.id, at).filter(|_| made.value.is_some());
                let (note, slices) = self.applied(curve, applied, cell, x.ty);
                made.note = note;
                made.from = vec![self.formula(x, at, cell)];
                made.from.extend(slices);
                if let (model::CurveKind::Step(rows), Some(Applied::Rows(taken))) = (&curve.kind, applied)
                    && let Some(row) = place(taken, cell).and_then(|row| rows.get(row))
                {
                    made.from.extend(self.operands([&row.value], at, cell));
                }
            }
            ExprKind::Card(_) => {
                let card = at.card.map(|card| &ev.model.scorecards[card].title.name);
                made.note = card.map(|card| text!("of `{card}`, rounded", card));
            }
            ExprKind::Call(model::Builtin::Weighted(missing), args) => {
                let parts = args.chunks(2).filter_map(|part| part.first().zip(part.last()?.as_const_dec()));
                for (x, weight) in parts {
                    let mut part = self.formula(x, at, cell);
                    let weight = text!("weight {share}", share = percent(weight));
                    part.note = Some(Text::list(std::iter::once(weight).chain(part.note), Join::Semicolon));
                    made.from.push(part);
                }
                let gone = made.from.iter().filter(|part| part.value.is_none()).count();
                made.note = match missing {
                    model::PartMissing::Reweight if gone > 0 && made.value.is_some() => {
                        Some(text!("the weights of those that have data are 100% together"))
                    }
                    model::PartMissing::Zero if gone > 0 => Some(text!("what has no data counts as 0")),
                    _ => None,
                };
            }
            ExprKind::Column(_) | ExprKind::Line(_) | ExprKind::Pay(..) => {}
            _ => made.from = self.operands(expr.children(), at, cell),
        }
        let anchor = self.value_of(expr, at, cell).and_then(|value| self.anchor(&expr.kind, &value));
        made.note = made.note.or(anchor);
        if made.value.is_none() && made.note.is_none() && self.data_end_here(expr, at, cell) {
            made.note = Some(why_missing(ev, expr, at, cell));
        }
        made
    }

    /// The derivations of operands; constants say nothing that the formula does not.
    fn operands<'e>(
        &self,
        operands: impl IntoIterator<Item = &'e model::Expr>,
        at: At,
        cell: usize,
    ) -> Vec<Derivation> {
        let told = operands.into_iter().filter(|expr| !matches!(expr.kind, ExprKind::Const(_)));
        told.map(|expr| self.formula(expr, at, cell)).collect()
    }

    /// The row of a table that applied; nothing for a plain value.
    pub(super) fn row_note<T>(&self, plain: bool, row: &ByRow<T>) -> Option<Text> {
        (!plain).then(|| text!("row `{row}`", row = self.source(row.span)))
    }

    /// What a field of an indicator came from.
    pub(super) fn field(&self, reading: Reading, field: IndicatorField, cell: usize) -> Vec<Derivation> {
        let indicator = &self.scored.model().indicators[reading.id];
        if let Some(parts) = &indicator.parts {
            let fields = parts.parts.iter().map(|&id| self.field(Reading { id, ..reading }, field, cell));
            return fields.flatten().collect();
        }
        let Some(columns) = self.scored.ev.recorded_indicator(reading) else {
            return vec![self.formula(&indicator.formula, reading.at(), cell)];
        };
        if let Some(rolled) = &columns.rolled {
            return self.shorter(indicator, columns, rolled, self.scored.model().policy.attainment_cap, cell);
        }
        let actual = self.actual(indicator, columns, cell);
        match field {
            IndicatorField::Actual => vec![actual],
            IndicatorField::Target => self.target(indicator, columns, cell).into_iter().collect(),
            _ => std::iter::once(actual).chain(self.target(indicator, columns, cell)).collect(),
        }
    }

    /// The same expression for the group of the subject.
    fn over(&self, made: &mut Derivation, x: &model::Expr, scope: &Scope, at: At, cell: usize) {
        let ev = &self.scored.ev;
        let model = self.scored.model();
        let Some((at, cell)) = ev.whole_cell(at, cell) else { return };
        let subject = match scope {
            Scope::All => Some(Subject::All),
            Scope::Reference(path) => path.last().and_then(|c| model.referred(c)).map(Subject::Table),
            Scope::Dimension(path) => path.table().map(|table| Subject::Group(table, path.clone())),
        };
        let Some(spine) = subject.and_then(|subject| ev.wider_spine(&subject, at.spine)) else { return };
        let period = ev.spine(at.spine).period(cell);
        let entity = match scope {
            Scope::All => Some(0),
            Scope::Reference(path) | Scope::Dimension(path) => ev.recorded_link(path, at.spine, cell),
        };
        let Some(entity) = entity else {
            made.note = Some(text!("the subject is in no group"));
            return;
        };
        let key = ev.spine(spine).keys.get(entity).map_or("", |key| key);
        made.note = Some(if key.is_empty() { text!("over everything") } else { text!("over `{key}`", key) });
        let there = At { spine, ..at };
        let Some(cell) = ev.spine(spine).cell(entity, period) else { return };
        made.from = self.operands([x], there, cell);
    }

    /// What a step of a scale means, where the value is that of one row.
    fn anchor(&self, kind: &ExprKind, value: &kpi_value::Value) -> Option<Text> {
        use model::AggregateFunction::{First, Last, Max, Min};
        let of = match kind {
            ExprKind::Column(_) => kind,
            ExprKind::Lookup(lookup) => &lookup.arg.kind,
            ExprKind::Aggregate(a) if matches!(a.function, First | Last | Max | Min) => &a.arg.as_ref()?.kind,
            _ => return None,
        };
        let ExprKind::Column(path) = of else { return None };
        let model = self.scored.ev.model;
        let scale = model.column(path.last()?).anchors?;
        model.scales[scale].anchor(value.as_dec()?).map(Text::quoted)
    }

    /// Of which view the rows of an aggregate are, and of what that is made.
    fn view_note(&self, kind: &ExprKind) -> Option<Text> {
        let table = rows_of(kind)?;
        let model = self.scored.ev.model;
        // Dated rows and those at a period's start are rows of the table that the policy names.
        let view = model.tables[table].view.as_ref().filter(|view| view.is_declared())?;
        let grouped = view.grouping.is_some();
        let view = &model.tables[table].title.name;
        let export = &model.tables[model.export_of(table)].title.name;
        Some(if grouped {
            text!("groups of the view `{view}`, made of `{export}`", view, export)
        } else {
            text!("rows of the view `{view}`, made of `{export}`", view, export)
        })
    }

    /// The same expression in an earlier period; nothing before the first period.
    fn earlier(&self, x: &model::Expr, at: At, cell: usize, back: Back) -> Option<Derivation> {
        let (at, cell) = self.scored.ev.whole_cell(at, cell)?;
        let earlier = self.scored.ev.earlier_cell(back, at.spine, cell)?;
        let mut made = self.formula(x, at, earlier);
        let period = self.period_text(at.spine, earlier);
        let when = text!("in {period}", period);
        made.note = Some(Text::list(std::iter::once(when).chain(made.note), Join::Semicolon));
        Some(made)
    }

    /// Whether a missing value is due to this very expression and not to one below it.
    fn data_end_here(&self, expr: &model::Expr, at: At, cell: usize) -> bool {
        match &expr.kind {
            ExprKind::Aggregate(_) | ExprKind::Lookup(_) | ExprKind::Column(_) => true,
            ExprKind::Previous(..) | ExprKind::Growth(_) | ExprKind::Among(_) => true,
            ExprKind::Card(_) | ExprKind::Pay(..) => true,
            ExprKind::Arithmetic(ArithmeticOp::Div, a, b) => {
                [a, b].iter().all(|x| recorded(&self.scored.ev, x, at).is_none_or(|column| column.is_known(cell)))
            }
            _ => false,
        }
    }
}

/// The table whose rows an expression reads.
fn rows_of(kind: &ExprKind) -> Option<TableId> {
    match kind {
        ExprKind::Aggregate(aggregate) => Some(aggregate.table),
        ExprKind::Lookup(lookup) => Some(lookup.table),
        _ => None,
    }
}

/// What kind of step an expression is.
const fn step(kind: &ExprKind) -> Step {
    match kind {
        ExprKind::Const(_) | ExprKind::Period(_) => Step::Constant,
        ExprKind::Column(_) => Step::Attribute,
        ExprKind::Aggregate(_) => Step::Aggregate,
        ExprKind::Lookup(_) => Step::Lookup,
        ExprKind::Param(..) => Step::Table,
        ExprKind::Over(..) | ExprKind::Among(_) => Step::Group,
        ExprKind::Previous(..) | ExprKind::Growth(_) | ExprKind::Streak(_) => Step::Period,
        ExprKind::Curve(..) => Step::Curve,
        ExprKind::Line(model::LineField::Actual) => Step::Actual,
        ExprKind::Line(model::LineField::Attainment) => Step::Attainment,
        ExprKind::Card(_) => Step::Card,
        ExprKind::Pay(..) => Step::Pay,
        _ => Step::Formula,
    }
}
