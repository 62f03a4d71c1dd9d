//! Rows of which an input gets the value that it is to have, as far as that can be worked out backwards.
//!
//! Nothing hangs on whether it succeeds: whoever uses the rows runs both versions over them, and sees what they come to.

use std::collections::BTreeMap;

use kpi_check::model::{
    Aggregate, AggregateFunction, ArithmeticOp, Builtin, ColumnId, CompareOp, Expr, ExprKind, IndicatorField,
    IndicatorId, Model, Path, PeriodField, TableId, Timing, Type,
};
use kpi_value::{Date, Dec, Period, PeriodKind, Value};

use crate::show::show_value;

/// A row of an export, as a test writes it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub table: TableId,
    /// The subject for whom it was made.
    pub subject: usize,
    /// The cells by the places of their columns; an empty one is missing.
    pub cells: BTreeMap<u32, String>,
}

/// Makes rows for one subject after the other.
pub(super) struct Maker<'m> {
    model: &'m Model,
    period: Period,
    table: TableId,
    pub rows: Vec<Row>,
    subject: usize,
    /// Where the rows of the subject begin; the first of them is its own.
    own: usize,
}

/// How many rows are made for one count.
const MOST: i64 = 40;
/// How many rows may stand for the whole where a share of them is asked for: the first that makes it a number of rows.
const WHOLES: [i64; 7] = [1, 2, 3, 4, 5, 10, 20];

impl<'m> Maker<'m> {
    pub fn new(model: &'m Model, table: TableId, period: Period) -> Maker<'m> {
        Maker { model, period, table, rows: Vec::new(), subject: 0, own: 0 }
    }

    /// Begins with another subject.
    pub fn begin(&mut self, subject: usize) {
        self.subject = subject;
        self.own = self.rows.len();
        let key = subject_key(self.model, self.table, subject);
        let mut cells = BTreeMap::new();
        if let Some(column) = self.model.tables[self.table].key {
            cells.insert(column, key);
        }
        self.rows.push(Row { table: self.table, subject, cells });
        self.hold(self.own, self.table);
    }

    /// Gives up the subject.
    pub fn forget(&mut self) {
        self.rows.truncate(self.own);
    }

    /// Fills what nobody has asked for, and says whether every cell keeps its contract.
    pub fn finish(&mut self) -> bool {
        (self.own..self.rows.len()).all(|row| self.fill(row))
    }

    /// Gives an attribute of the subject a value.
    pub fn attribute(&mut self, path: &Path, value: Option<&Value>) -> bool {
        let Some((row, column)) = self.follow(self.own, path) else { return false };
        self.put(row, column, value)
    }

    /// Makes what an indicator measures come to a value.
    pub fn measure_indicator(&mut self, id: IndicatorId, value: Option<&Value>) -> bool {
        let model = self.model;
        self.measure(&model.indicators[id].formula, value)
    }

    /// Makes an expression of the subject and the period come to a value.
    pub fn measure(&mut self, expr: &Expr, value: Option<&Value>) -> bool {
        let Some(value) = value else { return true };
        match &expr.kind {
            ExprKind::Inlined(_, body) => self.measure(body, Some(value)),
            ExprKind::Indicator(id, IndicatorField::Actual) => self.measure_indicator(*id, Some(value)),
            ExprKind::Column(path) => self.attribute(path, Some(value)),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, value),
            ExprKind::Lookup(lookup) => {
                self.one((lookup.table, lookup.via.as_ref()), lookup.condition.as_ref(), |maker, row| {
                    maker.assign(row, &lookup.arg, value)
                })
            }
            ExprKind::Call(Builtin::Coalesce | Builtin::Round | Builtin::Clamp | Builtin::Min | Builtin::Max, args) => {
                let first = args.iter().find(|arg| !matches!(arg.kind, ExprKind::Const(_)));
                first.is_some_and(|first| self.measure(first, Some(value)))
            }
            ExprKind::If(_, then, _) => self.measure(then, Some(value)),
            ExprKind::Neg(x) => {
                let turned = value.as_dec().and_then(|x| Dec::ZERO.sub(x).ok());
                turned.is_some_and(|turned| self.measure(x, Some(&Value::Dec(turned))))
            }
            ExprKind::Arithmetic(op, a, b) => {
                let Some(value) = value.as_dec() else { return false };
                if *op == ArithmeticOp::Div
                    && let (ExprKind::Aggregate(part), ExprKind::Aggregate(whole)) = (&a.kind, &b.kind)
                    && part.function == AggregateFunction::Count
                    && whole.function == AggregateFunction::Count
                {
                    return self.share(part, whole, value);
                }
                let Some((x, y)) = self.split(*op, (a, b), value) else { return false };
                let mut put = |e: &Expr, x: Option<Dec>| x.is_none_or(|x| self.measure(e, Some(&Value::Dec(x))));
                put(a, x) && put(b, y)
            }
            ExprKind::Const(_) | ExprKind::Param(..) | ExprKind::Period(_) => true,
            _ => false,
        }
    }

    /// What both sides are to be, so that together they come to a value; none for a side that is given.
    fn split(&self, op: ArithmeticOp, (a, b): (&Expr, &Expr), value: Dec) -> Option<(Option<Dec>, Option<Dec>)> {
        let (zero, one) = (Dec::ZERO, Dec::ONE);
        Some(match (op, self.given(a), self.given(b)) {
            (_, Some(_), Some(_)) => return None,
            (ArithmeticOp::Add, Some(x), _) => (None, Some(value.sub(x).ok()?)),
            (ArithmeticOp::Add, _, Some(y)) => (Some(value.sub(y).ok()?), None),
            (ArithmeticOp::Add, ..) => (Some(value), Some(zero)),
            (ArithmeticOp::Sub, Some(x), _) => (None, Some(x.sub(value).ok()?)),
            (ArithmeticOp::Sub, _, Some(y)) => (Some(value.add(y).ok()?), None),
            (ArithmeticOp::Sub, ..) => (Some(value), Some(zero)),
            (ArithmeticOp::Mul, Some(x), _) => (None, Some(value.div(x).ok()??)),
            (ArithmeticOp::Mul, _, Some(y)) => (Some(value.div(y).ok()??), None),
            (ArithmeticOp::Mul, ..) => (Some(value), Some(one)),
            (ArithmeticOp::Div, Some(x), _) => (None, Some(x.div(value).ok()??)),
            (ArithmeticOp::Div, _, Some(y)) => (Some(value.mul(y).ok()?), None),
            (ArithmeticOp::Div, ..) => {
                // So much that the dividend is whole, where it is counted, or has no more digits than money.
                let digits = match a.ty {
                    Type::COUNT => 0,
                    Type::MONEY => 2,
                    _ => Dec::SCALE,
                };
                let fits = |whole: &Dec| value.mul(*whole).is_ok_and(|x| x.fraction_digits() <= digits);
                // Each of what is counted is a row.
                let counted = matches!(&b.kind, ExprKind::Aggregate(b) if b.function == AggregateFunction::Count);
                let wholes: &[i64] = if counted { &WHOLES } else { &[1, 10, 100, 1000, 10_000] };
                let whole = wholes.iter().copied().map(Dec::int).find(fits).unwrap_or(one);
                (Some(value.mul(whole).ok()?), Some(whole))
            }
        })
    }

    fn given(&self, expr: &Expr) -> Option<Dec> {
        match &expr.kind {
            ExprKind::Const(_) => expr.as_const_dec(),
            ExprKind::Inlined(_, body) => self.given(body),
            ExprKind::Param(id, _) => self.model.params[*id].value.as_plain().and_then(Expr::as_const_dec),
            ExprKind::Period(PeriodField::Days) | ExprKind::StintDays => {
                let calendar = &self.model.policy.calendar;
                Some(Dec::int(i64::from(calendar.end(self.period).0 - calendar.start(self.period).0) + 1))
            }
            _ => None,
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate, value: &Value) -> bool {
        let needed = i64::from(aggregate.needs.max(1));
        let zero = value.as_dec().is_some_and(Dec::is_zero) || value.as_bool() == Some(false);
        match aggregate.function {
            AggregateFunction::Count | AggregateFunction::CountDistinct => {
                let Some(count) = value.as_dec().and_then(|x| whole(x.max(Dec::ZERO))) else { return false };
                self.count(aggregate, count.min(MOST)).is_some()
            }
            AggregateFunction::Sum | AggregateFunction::Any if zero && aggregate.needs == 0 => true,
            AggregateFunction::Stddev => false,
            _ => (0..needed).all(|at| {
                // Of a sum the first row has all of it.
                let rest = aggregate.function == AggregateFunction::Sum && at > 0;
                let own = if rest { Value::Dec(Dec::ZERO) } else { value.clone() };
                self.one((aggregate.table, aggregate.via.as_ref()), aggregate.condition.as_ref(), |maker, row| {
                    match (&aggregate.arg, own.as_bool()) {
                        (Some(arg), Some(truth)) => maker.want(row, arg, truth),
                        (Some(arg), None) => maker.assign(row, arg, &own),
                        (None, _) => true,
                    }
                })
            }),
        }
    }

    /// So many rows that an aggregate takes, those that are there first.
    fn count(&mut self, aggregate: &Aggregate, count: i64) -> Option<Vec<usize>> {
        let mut taken = Vec::new();
        for row in self.rows_in(aggregate.table) {
            if (taken.len() as i64) < count && self.fits(row, aggregate.condition.as_ref(), &|_, _| true) {
                taken.push(row);
            }
        }
        while (taken.len() as i64) < count {
            let row = self.row_for(aggregate.table, aggregate.via.as_ref())?;
            if !self.fits(row, aggregate.condition.as_ref(), &|_, _| true) {
                return None;
            }
            taken.push(row);
        }
        Some(taken)
    }

    /// A share of certain rows of all of a table.
    fn share(&mut self, part: &Aggregate, all: &Aggregate, value: Dec) -> bool {
        let parts = |whole: i64| value.mul(Dec::int(whole)).ok();
        let fits = |whole: &i64| parts(*whole).is_some_and(|x| x.fraction_digits() == 0);
        let many = WHOLES.into_iter().find(fits).unwrap_or(MOST);
        let Some(certain) = parts(many).and_then(whole) else { return false };
        let Some(rows) = self.count(all, many) else { return false };
        let condition = part.condition.as_ref();
        rows.into_iter()
            .enumerate()
            .all(|(at, row)| condition.is_none_or(|condition| self.want(row, condition, (at as i64) < certain)))
    }

    /// Makes one row be as it is to be: one that is there, if that can be, or a new one.
    fn one(
        &mut self,
        (table, via): (TableId, Option<&Path>),
        condition: Option<&Expr>,
        make: impl Fn(&mut Self, usize) -> bool,
    ) -> bool {
        if self.rows_in(table).into_iter().any(|row| self.fits(row, condition, &make)) {
            return true;
        }
        self.row_for(table, via).is_some_and(|row| self.fits(row, condition, &make))
    }

    /// The rows of the subject in the export below a table.
    fn rows_in(&self, table: TableId) -> Vec<usize> {
        let export = self.model.export_of(table);
        // How rows reach a view is not looked at again.
        if export != table {
            return Vec::new();
        }
        (self.own..self.rows.len()).filter(|at| self.rows.get(*at).is_some_and(|row| row.table == export)).collect()
    }

    /// Whether a row can be made so; if it cannot, it stays as it was.
    fn fits(&mut self, row: usize, condition: Option<&Expr>, make: &dyn Fn(&mut Self, usize) -> bool) -> bool {
        let before = self.rows.get(self.own..).unwrap_or_default().to_vec();
        let fits = condition.is_none_or(|condition| self.want(row, condition, true)) && make(self, row);
        if !fits {
            self.rows.truncate(self.own);
            self.rows.extend(before);
        }
        fits
    }

    /// A row of a table, or of the export below a view, that reaches the subject in the period.
    fn row_for(&mut self, table: TableId, via: Option<&Path>) -> Option<usize> {
        let model = self.model;
        let way = model.way(table, via, self.table).ok()?;
        // The subject's own row is there already.
        if way.0.is_empty() && table == self.table {
            return Some(self.own);
        }
        let row = self.rows.len();
        self.rows.push(Row { table: model.export_of(table), subject: self.subject, cells: BTreeMap::new() });
        let key = self.rows.get(self.own).and_then(|own| own.cells.get(&model.tables[self.table].key?)).cloned()?;
        if !way.0.is_empty() {
            let (at, column) = self.follow(row, &way)?;
            self.rows.get_mut(at)?.cells.insert(column.index, key);
        }
        let mut table = table;
        while let Some(view) = &model.tables[table].view {
            let condition = view.condition.as_ref();
            if view.grouping.is_some() || !condition.is_none_or(|condition| self.want(row, condition, true)) {
                return None;
            }
            let start = model.policy.calendar.start(self.period);
            if let Some(dated) = &view.dated
                && !self.assign(row, dated, &Value::Date(start))
            {
                return None;
            }
            table = view.of;
        }
        self.hold(row, table);
        Some(row)
    }

    /// Puts a row into the period.
    fn hold(&mut self, row: usize, table: TableId) {
        let calendar = &self.model.policy.calendar;
        let (first, last) = (calendar.start(self.period), calendar.end(self.period));
        let days = match self.model.tables[table].time {
            Timing::Timeless => Vec::new(),
            Timing::Flow(column) | Timing::AsOf(column) => vec![(column, first)],
            Timing::Stock { from, to } => {
                let open = self.model.tables[table].column(to).is_some_and(|column| column.optional);
                [Some((from, first)), (!open).then_some((to, last))].into_iter().flatten().collect()
            }
        };
        for (column, day) in days {
            let text = self.day_text(ColumnId { table, index: column }, day);
            if let Some(row) = self.rows.get_mut(row) {
                row.cells.entry(column).or_insert(text);
            }
        }
    }

    fn day_text(&self, column: ColumnId, day: Date) -> String {
        match self.model.column(column).ty {
            Type::DateTime => format!("{day} 10:00"),
            Type::Period(kind) => self.model.policy.calendar.show(self.model.policy.calendar.period(kind, day)),
            _ => day.to_string(),
        }
    }

    /// The row and the column to which a path leads from a row; rows that are referred to are made on the way.
    fn follow(&mut self, mut row: usize, path: &Path) -> Option<(usize, ColumnId)> {
        let (last, references) = path.0.split_last()?;
        for column in references {
            let to = self.model.referred(*column)?;
            let known = self.rows.get(row)?.cells.get(&column.index).cloned();
            let key_column = self.model.tables[to].key?;
            let of_key = |rows: &[Row], key: &String| {
                rows.iter().position(|other| other.table == to && other.cells.get(&key_column) == Some(key))
            };
            row = match known.and_then(|key| of_key(&self.rows, &key)) {
                Some(known) => known,
                None if self.referred_to(to).is_some() => {
                    let made = self.referred_to(to)?;
                    let key = self.rows.get(made)?.cells.get(&key_column).cloned()?;
                    self.rows.get_mut(row)?.cells.insert(column.index, key);
                    made
                }
                None => {
                    let key = self.fresh_key(to, self.rows.len());
                    self.rows.get_mut(row)?.cells.insert(column.index, key.clone());
                    let cells = BTreeMap::from([(key_column, key)]);
                    self.rows.push(Row { table: to, subject: self.subject, cells });
                    let made = self.rows.len() - 1;
                    self.hold(made, to);
                    made
                }
            };
        }
        Some((row, *last))
    }

    /// A row of the subject that others refer to already.
    fn referred_to(&self, table: TableId) -> Option<usize> {
        (self.own..self.rows.len()).find(|at| self.rows.get(*at).is_some_and(|row| row.table == table))
    }

    /// Gives a cell a value; false if it has another one already, or the value breaks the contract.
    fn put(&mut self, row: usize, column: ColumnId, value: Option<&Value>) -> bool {
        let declared = self.model.column(column);
        let text = match value {
            None if declared.optional => String::new(),
            None => return false,
            Some(value) => {
                let fits = declared.rules.iter().all(|rule| rule.holds(value));
                let most = if declared.ty == Type::COUNT { 0 } else { declared.digits };
                let digits = value.as_dec().is_none_or(|x| x.fraction_digits() <= most);
                if !fits || !digits {
                    return false;
                }
                match (value, declared.ty) {
                    (Value::Date(day), _) => self.day_text(column, *day),
                    // The currency is that of the policy.
                    (Value::Dec(x), Type::MONEY) => x.to_string(),
                    (Value::Dec(x), Type::Number(_)) if declared.scale != Dec::ONE => {
                        show_value(self.model, &Value::Dec(*x), declared.ty)
                    }
                    (value, ty) => show_value(self.model, value, ty),
                }
            }
        };
        let Some(row) = self.rows.get_mut(row) else { return false };
        row.cells.entry(column.index).or_insert_with(|| text.clone()) == &text
    }

    /// Makes an expression of a row come to a value.
    fn assign(&mut self, row: usize, expr: &Expr, value: &Value) -> bool {
        match &expr.kind {
            ExprKind::Inlined(_, body) => self.assign(row, body, value),
            ExprKind::Column(path) => match self.follow(row, path) {
                Some((row, column)) => self.put(row, column, Some(value)),
                None => false,
            },
            ExprKind::Call(Builtin::Coalesce | Builtin::Round | Builtin::Clamp | Builtin::Min | Builtin::Max, args) => {
                let first = args.iter().find(|arg| !matches!(arg.kind, ExprKind::Const(_)));
                first.is_some_and(|first| self.assign(row, first, value))
            }
            ExprKind::If(condition, then, _) => self.want(row, condition, true) && self.assign(row, then, value),
            ExprKind::Arithmetic(op, a, b) => match (value, op, self.given(b)) {
                // A day that lies so many days after another one.
                (Value::Date(day), ArithmeticOp::Add | ArithmeticOp::Sub, Some(length)) => {
                    let days = length.div(Dec::int(86_400)).ok().flatten().and_then(whole).unwrap_or_default() as i32;
                    let day = if *op == ArithmeticOp::Add { day.plus(-days) } else { day.plus(days) };
                    self.assign(row, a, &Value::Date(day))
                }
                (Value::Dec(x), ..) => {
                    let Some((x, y)) = self.split(*op, (a, b), *x) else { return false };
                    let mut put = |e: &Expr, x: Option<Dec>| x.is_none_or(|x| self.assign(row, e, &Value::Dec(x)));
                    put(a, x) && put(b, y)
                }
                _ => false,
            },
            ExprKind::Const(Some(own)) => own == value,
            _ => value.as_bool().is_some_and(|truth| self.want(row, expr, truth)),
        }
    }

    /// Makes a condition of a row true or false.
    fn want(&mut self, row: usize, condition: &Expr, truth: bool) -> bool {
        match (&condition.kind, truth) {
            (ExprKind::Inlined(_, body), _) => self.want(row, body, truth),
            (ExprKind::Not(inner), _) => self.want(row, inner, !truth),
            (ExprKind::And(a, b), true) | (ExprKind::Or(a, b), false) => {
                self.want(row, a, truth) && self.want(row, b, truth)
            }
            (ExprKind::And(a, _), false) | (ExprKind::Or(a, _), true) => self.want(row, a, truth),
            (ExprKind::Compare(op, a, b), _) => {
                let (x, value, op) = match (&a.kind, &b.kind) {
                    (_, ExprKind::Const(Some(value))) => (a, value, *op),
                    (ExprKind::Const(Some(value)), _) => (b, value, op.turned()),
                    _ => return false,
                };
                let Some(value) = self.satisfying(x.ty, op, value, truth) else { return false };
                self.assign(row, x, &value)
            }
            (ExprKind::InSet(x, set, negated), _) => {
                let members =
                    set.iter().filter_map(|e| if let ExprKind::Const(value) = &e.kind { value.clone() } else { None });
                let members: Vec<Value> = members.collect();
                let value = if truth == *negated { self.other(x.ty, &members) } else { members.first().cloned() };
                value.is_some_and(|value| self.assign(row, x, &value))
            }
            (ExprKind::InRange(x, low, _, _, negated), _) => {
                let Some(low) = low.as_const_dec() else { return false };
                let value = if truth == *negated { low.sub(Dec::ONE).ok() } else { Some(low) };
                value.is_some_and(|value| self.assign(row, x, &Value::Dec(value)))
            }
            (ExprKind::IsMissing(x), missing) => match (&x.kind, missing) {
                (ExprKind::Column(path), true) => match self.follow(row, path) {
                    Some((row, column)) => self.put(row, column, None),
                    None => false,
                },
                // What is filled in is there.
                (ExprKind::Column(path), false) => match self.follow(row, path) {
                    Some((row, column)) => {
                        let text = self.usual(column);
                        let Some(row) = self.rows.get_mut(row) else { return false };
                        !row.cells.entry(column.index).or_insert(text).is_empty()
                    }
                    None => false,
                },
                _ => false,
            },
            (ExprKind::Column(_), truth) => self.assign(row, condition, &Value::Bool(truth)),
            (ExprKind::Const(Some(Value::Bool(own))), truth) => *own == truth,
            _ => false,
        }
    }

    /// A value for which a comparison with another one holds, or does not.
    fn satisfying(&self, ty: Type, op: CompareOp, with: &Value, truth: bool) -> Option<Value> {
        let moved = |up: bool| match with {
            Value::Dec(x) => {
                let step = if ty == Type::RATIO { Dec::percent(1) } else { Dec::ONE };
                if up { x.add(step) } else { x.sub(step) }.ok().map(Value::Dec)
            }
            Value::Date(day) => Some(Value::Date(day.plus(if up { 1 } else { -1 }))),
            Value::Member(member) => {
                let next = if up { member.checked_add(1) } else { member.checked_sub(1) }?;
                let Type::Member(dimension) = ty else { return None };
                ((next as usize) < self.model.dimensions[dimension].members.len()).then_some(Value::Member(next))
            }
            _ => None,
        };
        match (op, truth) {
            (CompareOp::Eq | CompareOp::Ge | CompareOp::Le, true)
            | (CompareOp::Ne | CompareOp::Gt | CompareOp::Lt, false) => Some(with.clone()),
            (CompareOp::Gt, true) | (CompareOp::Le, false) => moved(true),
            (CompareOp::Lt, true) | (CompareOp::Ge, false) => moved(false),
            (CompareOp::Ne, true) | (CompareOp::Eq, false) => self.other(ty, std::slice::from_ref(with)),
        }
    }

    /// A value that is none of these.
    fn other(&self, ty: Type, than: &[Value]) -> Option<Value> {
        match ty {
            Type::Member(dimension) => {
                let members = 0..self.model.dimensions[dimension].members.len() as u32;
                members.map(Value::Member).find(|member| !than.contains(member))
            }
            Type::Bool => [true, false].map(Value::Bool).into_iter().find(|truth| !than.contains(truth)),
            Type::Text => Some(Value::Text("other".into())).filter(|text| !than.contains(text)),
            Type::Number(_) => {
                let most = than.iter().filter_map(Value::as_dec).max()?;
                most.add(Dec::ONE).ok().map(Value::Dec)
            }
            _ => None,
        }
    }

    /// Fills the cells of a row that must be there.
    fn fill(&mut self, row: usize) -> bool {
        let Some(table) = self.rows.get(row).map(|row| row.table) else { return false };
        for index in 0..self.model.tables[table].columns.len() as u32 {
            let column = ColumnId { table, index };
            let declared = self.model.column(column);
            let known = self.rows.get(row).is_some_and(|row| row.cells.contains_key(&index));
            if known || declared.optional {
                continue;
            }
            let text = match (declared.ty, declared.unique) {
                (Type::Reference(to), _) => {
                    let key = self.model.tables[to].key;
                    let own = self.rows.get(self.own).filter(|own| own.table == to);
                    match key.zip(own).and_then(|(key, own)| own.cells.get(&key).cloned()) {
                        Some(key) => key,
                        // Somebody whom nobody asks about.
                        None => match self
                            .follow(row, &Path(vec![column, ColumnId { table: to, index: key.unwrap_or(0) }]))
                        {
                            Some((made, _)) => {
                                if !self.fill(made) {
                                    return false;
                                }
                                continue;
                            }
                            None => return false,
                        },
                    }
                }
                (Type::Text, true) => self.fresh_key(table, row),
                _ => self.usual(column),
            };
            if let Some(row) = self.rows.get_mut(row) {
                row.cells.insert(index, text);
            }
        }
        true
    }

    /// A key that no other row of any subject has.
    fn fresh_key(&self, table: TableId, row: usize) -> String {
        format!("{}-{}-{}", self.model.tables[table].title.name, self.subject + 1, row - self.own)
    }

    /// What stands in a cell that nobody asks about.
    fn usual(&self, column: ColumnId) -> String {
        let declared = self.model.column(column);
        let start = self.model.policy.calendar.start(self.period);
        let fits = |value: &Value| declared.rules.iter().all(|rule| rule.holds(value));
        match declared.ty {
            Type::Number(_) => {
                let bounds = declared.rules.iter().filter_map(|rule| match rule {
                    kpi_check::model::ColumnRule::Compare(_, Value::Dec(x)) => Some(*x),
                    kpi_check::model::ColumnRule::In { low: Value::Dec(x), .. } => Some(*x),
                    _ => None,
                });
                let near = bounds.flat_map(|x| [Some(x), x.add(Dec::ONE).ok(), x.sub(Dec::ONE).ok()]).flatten();
                let mut tried = [Dec::ZERO, Dec::ONE].into_iter().chain(near).map(Value::Dec);
                tried.find(fits).map_or_else(|| "0".to_owned(), |value| show_value(self.model, &value, declared.ty))
            }
            Type::Bool => "false".to_owned(),
            Type::Member(dimension) => {
                let members = 0..self.model.dimensions[dimension].members.len() as u32;
                let member = members.map(Value::Member).find(fits).unwrap_or(Value::Member(0));
                show_value(self.model, &member, declared.ty)
            }
            Type::Date | Type::DateTime => self.day_text(column, start),
            Type::Period(kind) => self.period_text(kind, start),
            Type::Text | Type::Reference(_) => "x".to_owned(),
        }
    }

    fn period_text(&self, kind: PeriodKind, day: Date) -> String {
        let calendar = &self.model.policy.calendar;
        calendar.show(calendar.period(kind, day))
    }
}

/// The key of a made subject: `A1`, or another one that its column allows.
pub(super) fn subject_key(model: &Model, table: TableId, subject: usize) -> String {
    let number = subject + 1;
    let tried = [
        format!("A{number}"),
        format!("A{number:02}"),
        format!("A{number:03}"),
        format!("{number:04}"),
        number.to_string(),
    ];
    let column = model.tables[table].key.and_then(|key| model.tables[table].column(key));
    let fits = |key: &&String| {
        let value = Value::Text(key.as_str().into());
        column.is_none_or(|column| column.rules.iter().all(|rule| rule.holds(&value)))
    };
    tried.iter().find(fits).unwrap_or(&tried[0]).clone()
}

/// A number without its fraction.
fn whole(x: Dec) -> Option<i64> {
    i64::try_from(x.round(0).units() / Dec::UNITS).ok()
}
