//! A second opinion on types and units: every expression of a model against its operands, by the rules of the language and
//! without any code of the checker's. The text of the policy says what its literals are.

use kpi_base::Span;
use kpi_check::model::{
    AggregateFunction, Among, AmongFunction, ArithmeticOp, Audience, Builtin, ByKey, ByTable, CardField, CompareOp,
    Curve, CurveKind, Expr, ExprKind, IndicatorField, Line, LineField, LineKind, Model, Path, Pattern, PeriodField,
    Scoring, Target, TargetKind, Type, Unit,
};

/// What stands against a model, with the text of the expression.
///
/// # Errors
/// The first expression that is not of the type that the model says, or whose operands do not meet.
pub fn verify(model: &Model, policy: &str) -> Result<(), String> {
    Verifier { model, policy }.all()
}

struct Verifier<'m> {
    model: &'m Model,
    policy: &'m str,
}

type Found = Result<(), String>;

const PLAIN: Type = Type::NUMBER;

impl Verifier<'_> {
    fn all(&self) -> Found {
        for (_, param) in self.model.params.iter() {
            self.table(&param.value, &mut |value| self.is(value, param.ty))?;
        }
        for (_, table) in self.model.tables.iter() {
            let Some(view) = &table.view else { continue };
            view.condition.iter().try_for_each(|condition| self.is(condition, Type::Bool))?;
            for aggregate in view.grouping.iter().flat_map(|grouping| &grouping.aggregates) {
                aggregate.arg.iter().try_for_each(|arg| self.expr(arg))?;
                aggregate.condition.iter().try_for_each(|condition| self.is(condition, Type::Bool))?;
            }
        }
        for (_, indicator) in self.model.indicators.iter() {
            let ty = indicator.formula.ty;
            self.is(&indicator.formula, ty)?;
            if let Some(targets) = &indicator.target {
                self.table(targets, &mut |target| target.iter().try_for_each(|target| self.target(target, ty)))?;
            }
            self.scoring(&indicator.scoring, ty)?;
        }
        for (_, card) in self.model.scorecards.iter() {
            card.condition.iter().try_for_each(|condition| self.is(condition, Type::Bool))?;
            card.vetoes.iter().try_for_each(|veto| self.is(&veto.condition, Type::Bool))?;
            card.adjustments.iter().try_for_each(|points| self.is(&points.value, PLAIN))?;
            self.lines(&card.lines)?;
        }
        for (_, incentive) in self.model.incentives.iter() {
            self.audience(&incentive.audience)?;
            incentive.condition.iter().try_for_each(|condition| self.is(condition, Type::Bool))?;
            incentive.pays.iter().try_for_each(|pay| self.is(&pay.value, Type::MONEY))?;
            incentive.cap.iter().chain(&incentive.floor).try_for_each(|limit| self.is(limit, Type::MONEY))?;
        }
        for (_, rule) in self.model.rules.iter() {
            self.audience(&rule.audience)?;
            self.is(&rule.condition, Type::Bool)?;
            for of in rule.share.iter().filter_map(|share| share.of.as_ref()) {
                self.expr(of)?;
            }
            rule.then.iter().try_for_each(|then| self.table(&then.text, &mut |_| Ok(())))?;
            for (number, _) in rule.then.iter().filter_map(|then| then.by_number.as_ref()) {
                self.expr(number)?;
            }
        }
        Ok(())
    }

    fn lines(&self, lines: &[Line]) -> Found {
        for line in lines {
            line.weight.iter().try_for_each(|weight| self.table(weight, &mut |_| Ok(())))?;
            match &line.kind {
                LineKind::Indicator { indicator, scoring, .. } => {
                    self.scoring(scoring, self.model.indicators[*indicator].formula.ty)?;
                }
                LineKind::Card(_) => {}
                LineKind::Group { lines, .. } => self.lines(lines)?,
            }
        }
        Ok(())
    }

    fn audience(&self, audience: &Audience) -> Found {
        match audience {
            Audience::Table(_, Some(condition)) => self.is(condition, Type::Bool),
            _ => Ok(()),
        }
    }

    fn target(&self, target: &Target, ty: Type) -> Found {
        match &target.kind {
            TargetKind::Compare(_, bound) => self.is(bound, ty)?,
            TargetKind::Between(low, high, _) => {
                self.is(low, ty)?;
                self.is(high, ty)?;
            }
        }
        target.stretch.iter().try_for_each(|stretch| self.is(stretch, ty))?;
        let tolerance = self.text(target.span).split_once("tolerance ").map(|(_, rest)| first_word(rest));
        match tolerance.and_then(literal) {
            // A share of whatever the target is.
            None | Some(Literal::Zero | Literal::Percent) => Ok(()),
            Some(literal) => self.literal_is(literal, ty, target.span),
        }
    }

    fn scoring(&self, scoring: &Scoring, actual: Type) -> Found {
        let Scoring::Curve(field, curve) = scoring else { return Ok(()) };
        self.curve(curve, if *field == LineField::Actual { actual } else { PLAIN })?;
        self.need(same(curve.ty, PLAIN), "a scoring gives a number", curve.span)
    }

    fn table<T>(&self, table: &ByTable<T>, value: &mut dyn FnMut(&T) -> Found) -> Found {
        for (place, key) in table.keys.iter().enumerate() {
            let members = match key {
                ByKey::Date => None,
                ByKey::Expr(expr) => {
                    self.expr(expr)?;
                    match expr.ty {
                        Type::Member(dimension) => Some(self.model.dimensions[dimension].members.len()),
                        _ => return self.wrong("a key is no member of a dimension", expr.span),
                    }
                }
            };
            for row in &table.rows {
                let fits = match (row.patterns.get(place), members) {
                    (Some(Pattern::Any), _) | (Some(Pattern::Dates(..)), None) => true,
                    (Some(Pattern::Members(named)), Some(n)) => named.iter().all(|member| (*member as usize) < n),
                    _ => false,
                };
                self.need(fits, "a pattern of another kind than its key", row.span)?;
            }
        }
        table.rows.iter().try_for_each(|row| value(&row.value))
    }

    /// An expression whose value is used as one of a type.
    fn is(&self, expr: &Expr, ty: Type) -> Found {
        self.expr(expr)?;
        self.need(same(expr.ty, ty), "a value of another type", expr.span)?;
        let named = expr.ty.unit().is_none_or(|unit| matches!((unit.money, unit.time), (0, 0) | (1, 0) | (0, 1)));
        self.need(named, "a value whose unit is no type", expr.span)
    }

    /// An expression and all inside it.
    fn expr(&self, expr: &Expr) -> Found {
        for child in expr.children() {
            self.expr(child)?;
        }
        let right = self.node(expr)?;
        self.need(right, "it is not what its operands make it", expr.span)
    }

    fn node(&self, expr: &Expr) -> Result<bool, String> {
        let ty = expr.ty;
        let bool = |x: &Expr| x.ty == Type::Bool;
        let number = |x: &Expr| x.ty.unit().is_some();
        let plain = same(ty, PLAIN);
        Ok(match &expr.kind {
            ExprKind::Const(None) => true,
            ExprKind::Const(Some(value)) => {
                let kind = match value {
                    kpi_value::Value::Dec(_) => number(expr),
                    kpi_value::Value::Bool(_) => ty == Type::Bool,
                    kpi_value::Value::Text(_) => matches!(ty, Type::Text | Type::Reference(_)),
                    kpi_value::Value::Member(_) => matches!(ty, Type::Member(_)),
                    kpi_value::Value::Date(_) => ty == Type::Date,
                    kpi_value::Value::DateTime(_) => ty == Type::DateTime,
                    kpi_value::Value::Period(period) => ty == Type::Period(period.kind),
                };
                if let Some(literal) = literal(self.text(expr.span)) {
                    self.literal_is(literal, ty, expr.span)?;
                }
                kind
            }
            ExprKind::Column(path) => self.path(path) == Some(ty),
            ExprKind::Aggregate(a) => {
                let condition = a.condition.iter().all(bool);
                condition
                    && match (a.function, &a.arg) {
                        (AggregateFunction::Count, _) | (AggregateFunction::CountDistinct, Some(_)) => plain,
                        (AggregateFunction::Any | AggregateFunction::All, Some(arg)) => bool(arg) && ty == Type::Bool,
                        (
                            AggregateFunction::Min
                            | AggregateFunction::Max
                            | AggregateFunction::First
                            | AggregateFunction::Last,
                            Some(arg),
                        ) => arg.ty == ty,
                        (_, Some(arg)) => number(arg) && same(arg.ty, ty),
                        (_, None) => false,
                    }
            }
            ExprKind::Exists(exists) => {
                for inner in exists.inner() {
                    self.expr(inner)?;
                }
                let date = |x: &Expr| matches!(x.ty, Type::Date | Type::DateTime);
                let time = exists.time.as_ref().map(|time| time.ty);
                let bounds = exists.lower.iter().chain(&exists.upper).all(|bound| Some(bound.at.ty) == time);
                exists.keys.iter().all(|(inner, outer)| same(inner.ty, outer.ty))
                    && exists.time.iter().all(date)
                    && bounds
                    && exists.condition.iter().all(bool)
                    && ty == Type::Bool
            }
            ExprKind::Lookup(lookup) => lookup.arg.ty == ty && lookup.condition.iter().all(bool),
            ExprKind::Param(id, keys) => {
                let param = &self.model.params[*id];
                let declared = param.value.keys.iter().filter_map(|key| match key {
                    ByKey::Expr(key) => Some(key.ty),
                    ByKey::Date => None,
                });
                let keyed = keys.as_ref().is_none_or(|keys| keys.iter().map(|key| key.ty).eq(declared));
                param.ty == ty && keyed
            }
            ExprKind::Neg(x) => number(x) && same(x.ty, ty),
            ExprKind::Arithmetic(op, a, b) => arithmetic(*op, a.ty, b.ty).is_some_and(|made| same(made, ty)),
            ExprKind::Compare(op, a, b) => {
                let order = matches!(op, CompareOp::Eq | CompareOp::Ne) || self.ordered(a.ty);
                ty == Type::Bool && same(a.ty, b.ty) && order
            }
            ExprKind::InRange(x, low, high, ..) => {
                ty == Type::Bool && same(x.ty, low.ty) && same(x.ty, high.ty) && self.ordered(x.ty)
            }
            ExprKind::InSet(x, set, _) => ty == Type::Bool && set.iter().all(|member| same(x.ty, member.ty)),
            ExprKind::Not(x) => bool(x) && bool(expr),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => bool(a) && bool(b) && bool(expr),
            ExprKind::IsMissing(_) => bool(expr),
            ExprKind::If(condition, a, b) => bool(condition) && same(a.ty, ty) && same(b.ty, ty),
            ExprKind::Call(function, args) => match (function, args.as_slice()) {
                (Builtin::Coalesce, args) => args.iter().all(|arg| same(arg.ty, ty)),
                (Builtin::Min | Builtin::Max | Builtin::Clamp, args) => {
                    args.iter().all(|arg| same(arg.ty, ty) && self.ordered(arg.ty))
                }
                (Builtin::Abs | Builtin::Round, [x]) => number(x) && same(x.ty, ty),
                (Builtin::Round, [x, digits]) => number(x) && same(x.ty, ty) && same(digits.ty, PLAIN),
                (Builtin::Weighted(_), parts) => parts.chunks(2).all(|part| match part {
                    [value, weight] => number(value) && same(value.ty, ty) && weight.as_const_dec().is_some(),
                    _ => false,
                }),
                (Builtin::DaysBetween, [a, b]) => {
                    plain && [a, b].iter().all(|day| matches!(day.ty, Type::Date | Type::DateTime))
                }
                _ => false,
            },
            ExprKind::Inlined(_, body) => same(body.ty, ty),
            ExprKind::Indicator(id, field) => match field {
                IndicatorField::Actual => self.model.indicators[*id].formula.ty == ty,
                IndicatorField::Target => same(self.model.indicators[*id].formula.ty, ty),
                IndicatorField::Met => bool(expr),
                _ => plain,
            },
            ExprKind::Over(x, _) | ExprKind::Previous(x, _) | ExprKind::OverWindow(x, _) => x.ty == ty,
            ExprKind::Growth(x) => number(x) && plain,
            ExprKind::Streak(x) => bool(x) && plain,
            ExprKind::Window(_, x, ..) => number(x) && same(x.ty, ty),
            ExprKind::Among(among) => {
                let Among { function, of, condition, .. } = &**among;
                let share = matches!(function, AmongFunction::Rank | AmongFunction::Percentile | AmongFunction::Zscore);
                number(of) && condition.iter().all(bool) && same(ty, if share { PLAIN } else { of.ty })
            }
            ExprKind::Curve(curve, x) => {
                self.curve(curve, x.ty)?;
                number(x) && same(curve.ty, ty)
            }
            ExprKind::Period(PeriodField::Start | PeriodField::End) => ty == Type::Date,
            ExprKind::Period(PeriodField::Length) => same(ty, Type::DURATION),
            ExprKind::Period(PeriodField::Days) | ExprKind::StintDays => plain,
            ExprKind::Line(LineField::Attainment) => plain,
            ExprKind::Line(LineField::Actual) => number(expr),
            ExprKind::Card(CardField::Grade) => ty == Type::Text,
            ExprKind::Card(_) => plain,
            ExprKind::Pay(..) => same(ty, Type::MONEY),
        })
    }

    /// The type of the column that a path ends in, if it is one.
    fn path(&self, path: &Path) -> Option<Type> {
        for pair in path.0.windows(2) {
            let [from, to] = pair else { return None };
            if self.model.referred(*from)? != to.table {
                return None;
            }
        }
        path.last().map(|column| self.model.column(column).ty)
    }

    /// A curve of something of a type: the literals of its rows say what its bounds and values are.
    fn curve(&self, curve: &Curve, of: Type) -> Found {
        let marginal = matches!(curve.kind, CurveKind::Marginal(_));
        for value in curve.values() {
            self.expr(value)?;
            self.need(same(value.ty, curve.ty), "a value of a curve of another type", value.span)?;
        }
        let text = self.text(curve.span);
        let Some((_, rows)) = text.split_once('{') else { return Ok(()) };
        for row in rows.trim_end_matches('}').split([',', '\n']) {
            let Some((at, value)) = row.split_once(':') else { continue };
            let at = at.trim().trim_start_matches(['≥', '>', '≤', '<', '=']).trim().trim_start_matches("from ");
            for bound in at.split("..").map(|bound| bound.trim_start_matches('<').trim()) {
                if let Some(literal) = literal(bound) {
                    self.literal_is(literal, of, curve.span)?;
                }
            }
            if let (Some(literal), false) = (literal(value.trim()), marginal) {
                self.literal_is(literal, curve.ty, curve.span)?;
            }
        }
        Ok(())
    }

    fn ordered(&self, ty: Type) -> bool {
        match ty {
            Type::Member(dimension) => self.model.dimensions[dimension].ordered,
            Type::Bool | Type::Text | Type::Reference(_) => false,
            _ => true,
        }
    }

    fn literal_is(&self, literal: Literal, ty: Type, span: Span) -> Found {
        let right = match literal {
            Literal::Zero => ty.unit().is_some(),
            Literal::Bare | Literal::Percent => same(ty, PLAIN),
            Literal::Duration => same(ty, Type::DURATION),
            Literal::Money => same(ty, Type::MONEY),
        };
        self.need(right, "a literal of another unit", span)
    }

    fn text(&self, span: Span) -> &str {
        self.policy.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn need(&self, right: bool, why: &str, span: Span) -> Found {
        if right { Ok(()) } else { self.wrong(why, span) }
    }

    fn wrong(&self, why: &str, span: Span) -> Found {
        Err(format!("{why}: `{}`", self.text(span)))
    }
}

/// Whether two values may be compared, or stand for each other.
fn same(a: Type, b: Type) -> bool {
    match (a, b) {
        (Type::Number(a), Type::Number(b)) => (a.money, a.time) == (b.money, b.time),
        (Type::Reference(_), Type::Text) | (Type::Text, Type::Reference(_)) => true,
        _ => a == b,
    }
}

fn arithmetic(op: ArithmeticOp, a: Type, b: Type) -> Option<Type> {
    let day = |ty| matches!(ty, Type::Date | Type::DateTime);
    match (op, a, b) {
        (ArithmeticOp::Add | ArithmeticOp::Sub, Type::Number(x), Type::Number(_)) => {
            same(a, b).then_some(Type::Number(x))
        }
        (ArithmeticOp::Mul, Type::Number(x), Type::Number(y)) => {
            Some(Type::Number(Unit { money: x.money + y.money, time: x.time + y.time, ..x }))
        }
        (ArithmeticOp::Div, Type::Number(x), Type::Number(y)) => {
            Some(Type::Number(Unit { money: x.money - y.money, time: x.time - y.time, ..x }))
        }
        (ArithmeticOp::Sub, a, b) if day(a) && a == b => Some(Type::DURATION),
        (ArithmeticOp::Add | ArithmeticOp::Sub, a, b) if day(a) && same(b, Type::DURATION) => Some(a),
        _ => None,
    }
}

/// What a literal says of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Literal {
    /// 0 without a unit, which is of every one.
    Zero,
    Bare,
    Percent,
    Duration,
    Money,
}

/// The unit of a text, if the whole of it is a number.
fn literal(text: &str) -> Option<Literal> {
    let unsigned = text.trim().trim_start_matches('-');
    if let Some(amount) = unsigned.strip_prefix('¥') {
        return amount.starts_with(|c: char| c.is_ascii_digit()).then_some(Literal::Money);
    }
    let digits = unsigned.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if digits.len() == unsigned.len() {
        return None;
    }
    let number = unsigned.strip_suffix(digits)?;
    match digits.trim_start_matches(['k', '万', '亿']).trim() {
        "" if number.chars().all(|c| c == '0' || c == '.') => Some(Literal::Zero),
        "" => Some(Literal::Bare),
        "%" | "pp" => Some(Literal::Percent),
        "s" | "秒" | "min" | "分钟" | "h" | "小时" | "d" | "天" => Some(Literal::Duration),
        "元" | "CNY" => Some(Literal::Money),
        _ => None,
    }
}

fn first_word(text: &str) -> &str {
    text.trim_start().split([' ', ',', '}', '\n']).next().unwrap_or_default()
}
