//! One expression after the other.

use kpi_value::{Dec, Value};

use super::known::Known;
use super::{Found, Range, Ranges, Truth};
use crate::model::{
    Among, AmongFunction, ArithmeticOp, Builtin, CardField, CompareOp, Expr, ExprKind, IndicatorField, LineField,
    PartMissing, PeriodField, Type, Window, WindowFunction,
};

/// The most days of a period.
const LONGEST: i64 = 366;

impl<'m> Ranges<'m> {
    pub(super) fn found<'e>(&self, e: &'e Expr, known: &Known<'e>) -> Found {
        // A number of the text is found as fast as it is remembered.
        if let ExprKind::Const(Some(Value::Dec(x))) = &e.kind {
            return Found::Number(Range::at(*x));
        }
        // A part of an inlined function may stand in several branches, which know different things.
        let memo = !known.inlined || known.facts.is_empty();
        if memo && let Some(found) = self.exprs.borrow().get(e.id) {
            return found;
        }
        let found = match self.find(e, known) {
            Found::Number(range) if !known.facts.is_empty() => Found::Number(known.narrow(e, range)),
            found => found,
        };
        if memo {
            self.exprs.borrow_mut().insert(e.id, found);
        }
        found
    }

    fn find<'e>(&self, e: &'e Expr, known: &Known<'e>) -> Found {
        let range = |x: &'e Expr| self.found(x, known).range();
        let truth = |x: &'e Expr| self.found(x, known).truth();
        match &e.kind {
            ExprKind::Const(Some(Value::Bool(x))) => Found::Truth(Truth::at(*x)),
            ExprKind::Const(Some(Value::Dec(x))) => Found::Number(Range::at(*x)),
            ExprKind::Const(Some(_)) => Found::Other(false),
            ExprKind::Const(None) => match e.ty {
                Type::Number(_) => Found::Number(Range::NEVER),
                Type::Bool => Found::Truth(Truth { yes: false, no: false, missing: true }),
                _ => Found::Other(true),
            },
            ExprKind::Column(path) => self.path_found(path, e.ty, known.row),
            ExprKind::Aggregate(aggregate) => {
                let (arg, condition) = (aggregate.arg.as_ref(), aggregate.condition.as_ref());
                let (function, needs) = (aggregate.function, aggregate.needs);
                self.aggregate_range(function, arg, condition, needs, &Known::in_row()).or_missing(true)
            }
            ExprKind::Exists(exists) => {
                exists.outer().for_each(|outer| self.visit(outer, known));
                let inside = Known::in_row();
                exists.inner().for_each(|inner| self.visit(inner, &inside));
                Found::Truth(Truth { yes: true, no: true, missing: true })
            }
            ExprKind::Lookup(lookup) => {
                let mut inside = Known::in_row();
                if let Some(condition) = &lookup.condition {
                    self.found(condition, &inside);
                    self.learn(condition, true, false, &mut inside);
                }
                self.found(&lookup.arg, &inside).or_missing(true)
            }
            ExprKind::Param(id, keys) => {
                keys.iter().flatten().for_each(|key| self.visit(key, known));
                let table = &self.model.params[*id].value;
                let rows = table.rows.iter().map(|row| self.found(&row.value, &Known::default()));
                let all = rows.reduce(Found::hull).unwrap_or(Found::any(e.ty));
                all.or_missing(!table.keys.is_empty())
            }
            ExprKind::Neg(x) => Found::Number(range(x).neg()),
            ExprKind::Arithmetic(op, a, b) => self.arithmetic_found(e, *op, a, b, known),
            ExprKind::Compare(op, a, b) => Found::Truth(self.compare_found(*op, a, b, known)),
            ExprKind::InRange(x, low, high, closed, negated) => {
                let upper = if *closed { CompareOp::Le } else { CompareOp::Lt };
                let above = self.compare_found(CompareOp::Ge, x, low, known);
                let inside = above.and(self.compare_found(upper, x, high, known));
                Found::Truth(if *negated { inside.not() } else { inside })
            }
            ExprKind::InSet(x, set, negated) => {
                let one = set.iter().map(|member| self.compare_found(CompareOp::Eq, x, member, known));
                let any = one.reduce(Truth::or).unwrap_or(Truth::at(false));
                // Which of the members it is, is not followed: together they may leave nothing else.
                let any = Truth { no: any.no || set.len() > 1 && !any.is_always(), ..any };
                Found::Truth(if *negated { any.not() } else { any })
            }
            ExprKind::Not(x) => Found::Truth(truth(x).not()),
            ExprKind::And(a, b) | ExprKind::Or(a, b) => {
                let and = matches!(e.kind, ExprKind::And(..));
                let first = truth(a);
                let mut behind = known.clone();
                self.learn(a, and, true, &mut behind);
                let second = self.found(b, &behind).truth();
                Found::Truth(if and { first.and(second) } else { first.or(second) })
            }
            ExprKind::IsMissing(x) => {
                let missing = self.found(x, known).may_be_missing();
                Found::Truth(Truth { yes: missing, no: true, missing: false })
            }
            ExprKind::If(condition, then, other) => {
                let holds = truth(condition);
                let (mut yes, mut no) = (known.clone(), known.clone());
                self.learn(condition, true, false, &mut yes);
                self.learn(condition, false, false, &mut no);
                let (first, second) = (self.found(then, &yes), self.found(other, &no));
                let found = match (holds.yes, holds.no) {
                    (true, false) => first,
                    (false, true) => second,
                    _ => first.hull(second),
                };
                found.or_missing(holds.missing)
            }
            ExprKind::Call(function, args) => self.call_found(*function, args, e.ty, known),
            ExprKind::Inlined(_, x) => self.found(x, &Known { inlined: true, ..known.clone() }),
            ExprKind::Indicator(id, field) => match field {
                IndicatorField::Actual => self.actual_found(*id).or_missing(true),
                IndicatorField::Met => Found::Truth(Truth::ANY),
                field => Found::Number(self.field_range(*id, *field)),
            },
            ExprKind::Over(x, _) | ExprKind::Previous(x, _) | ExprKind::OverWindow(x, _) => {
                self.found(x, &known.moved()).or_missing(true)
            }
            ExprKind::Growth(x) => {
                let x = self.found(x, &known.moved()).range();
                Found::Number(
                    x.div(Range::comparing(CompareOp::Gt, Dec::ZERO)).sub(Range::at(Dec::ONE)).or_missing(true),
                )
            }
            ExprKind::Streak(x) => {
                self.found(x, &known.moved());
                Found::Number(Range::count(0))
            }
            ExprKind::Window(function, x, window, _) => {
                Found::Number(window_range(*function, self.found(x, &known.moved()).range(), *window))
            }
            ExprKind::Among(among) => Found::Number(self.among_range(among, known)),
            ExprKind::Curve(curve, x) => self.curve_found(curve, range(x), known),
            ExprKind::Period(field) => match field {
                PeriodField::Days => Found::Number(Range::between(Dec::ONE, Dec::int(LONGEST)).wholes()),
                PeriodField::Length => {
                    Found::Number(Range::between(Dec::int(86_400), Dec::int(86_400 * LONGEST)).wholes())
                }
                PeriodField::Start | PeriodField::End => Found::Other(false),
            },
            ExprKind::StintDays => Found::Number(Range::between(Dec::ONE, Dec::int(LONGEST)).wholes().or_missing(true)),
            ExprKind::Line(LineField::Attainment) => Found::Number(self.any_attainment()),
            ExprKind::Line(LineField::Actual) => Found::Number(Range::ALL),
            ExprKind::Card(field) => self.card_field(*field, known),
            ExprKind::Pay(id, place) => Found::Number(self.pay_range(*id, *place)),
        }
    }

    fn card_field(&self, field: CardField, known: &Known<'_>) -> Found {
        let card = known.card.unwrap_or(super::CardRange::ANY);
        match field {
            CardField::Score => Found::Number(card.score.or_missing(true)),
            CardField::Attainment => Found::Number(card.attainment.or_missing(true)),
            CardField::Rank => Found::Number(Range::count(1)),
            CardField::Grade => Found::Other(true),
        }
    }

    fn arithmetic_found<'e>(
        &self,
        e: &'e Expr,
        op: ArithmeticOp,
        a: &'e Expr,
        b: &'e Expr,
        known: &Known<'e>,
    ) -> Found {
        let (first, second) = (self.found(a, known), self.found(b, known));
        let (Found::Number(x), Found::Number(y)) = (first, second) else {
            let missing = first.may_be_missing() || second.may_be_missing();
            return Found::any(e.ty).or_missing(missing);
        };
        Found::Number(match op {
            ArithmeticOp::Add => x.add(y),
            ArithmeticOp::Sub if is_nothing(a, b) => Range::at(Dec::ZERO).or_missing(x.missing || y.missing),
            ArithmeticOp::Sub => x.sub(y),
            ArithmeticOp::Mul => x.mul(y),
            ArithmeticOp::Div => {
                let quotient = x.div(y);
                if self.is_part(a, b, known) { quotient.meet(Range::SHARE) } else { quotient }
            }
        })
    }

    fn compare_found<'e>(&self, op: CompareOp, a: &'e Expr, b: &'e Expr, known: &Known<'e>) -> Truth {
        let (first, second) = (self.found(a, known), self.found(b, known));
        match (first, second) {
            (Found::Number(x), Found::Number(y)) => x.compare(op, y),
            _ => Truth { missing: first.may_be_missing() || second.may_be_missing(), ..Truth::ANY },
        }
    }

    fn call_found<'e>(&self, function: Builtin, args: &'e [Expr], ty: Type, known: &Known<'e>) -> Found {
        let found: Vec<Found> = args.iter().map(|arg| self.found(arg, known)).collect();
        let missing = found.iter().any(|arg| arg.may_be_missing());
        let ranges: Option<Vec<Range>> =
            found.iter().map(|arg| if let Found::Number(range) = arg { Some(*range) } else { None }).collect();
        if function == Builtin::Coalesce {
            let mut all: Option<Found> = None;
            for arg in found {
                let certain = !arg.may_be_missing();
                all = Some(match all {
                    None => arg,
                    Some(all) if certain => strip(all).hull(arg),
                    Some(all) => all.hull(arg),
                });
                if certain {
                    break;
                }
            }
            return all.unwrap_or(Found::any(ty));
        }
        if let (Builtin::Weighted(missing), Some(ranges)) = (function, ranges.as_deref()) {
            let mut values = ranges.iter().copied().step_by(2);
            let lone = values.clone().all(|value| value.missing);
            let mut all = values.next().unwrap_or(Range::ALL);
            all = values.fold(all, Range::hull);
            let some = all.missing;
            return Found::Number(match missing {
                PartMissing::Fail => Range { missing: some, ..all },
                PartMissing::Reweight => Range { missing: lone, ..all },
                PartMissing::Zero if some => {
                    Range { missing: false, ..all.hull(Range::comparing(CompareOp::Eq, Dec::ZERO)) }
                }
                PartMissing::Zero => all,
            });
        }
        let numbers = match (function, ranges.as_deref()) {
            (Builtin::Clamp, Some([x, low, high])) => x.max(*low).min(*high),
            (Builtin::Min, Some([first, rest @ ..])) => rest.iter().fold(*first, |a, b| a.min(*b)),
            (Builtin::Max, Some([first, rest @ ..])) => rest.iter().fold(*first, |a, b| a.max(*b)),
            (Builtin::Abs, Some([x])) => x.abs(),
            (Builtin::Round, Some([x])) => x.round(0),
            (Builtin::Round, Some([x, digits])) => match digits.point().and_then(whole_number) {
                Some(digits) => x.round(digits),
                None => Range::ALL,
            },
            (Builtin::DaysBetween, _) => Range::ALL.wholes(),
            _ => return Found::any(ty),
        };
        Found::Number(Range { missing, ..numbers })
    }

    fn among_range<'e>(&self, among: &'e Among, known: &Known<'e>) -> Range {
        let inside = known.moved();
        let members = self.found(&among.of, &inside).range();
        if let Some(condition) = &among.condition {
            self.found(condition, &inside);
        }
        match among.function {
            AmongFunction::Average | AmongFunction::Median => Range { whole: false, missing: true, ..members },
            AmongFunction::Min | AmongFunction::Max => members.or_missing(true),
            AmongFunction::Rank => Range::count(1),
            AmongFunction::Percentile => Range::SHARE,
            AmongFunction::Zscore => Range::ALL,
        }
    }
}

/// Whether it is the same on both sides of a `-`.
fn is_nothing(a: &Expr, b: &Expr) -> bool {
    matches!(a.kind, ExprKind::Column(_) | ExprKind::Indicator(..) | ExprKind::Card(_)) && super::known::is_same(a, b)
}

/// The same values, always there.
fn strip(found: Found) -> Found {
    match found {
        Found::Number(range) => Found::Number(range.known()),
        Found::Truth(truth) => Found::Truth(Truth { missing: false, ..truth }),
        Found::Other(_) => Found::Other(false),
    }
}

fn whole_number(x: Dec) -> Option<u32> {
    u32::try_from(x.units() / Dec::UNITS).ok()
}

fn window_range(function: WindowFunction, x: Range, window: Window) -> Range {
    let many = match window {
        Window::Last(n) => Range::between(Dec::ONE, Dec::int(i64::from(n.max(1)))),
        Window::This(_) | Window::Since(_) => Range::comparing(CompareOp::Ge, Dec::ONE),
    };
    match function {
        // Of some of the periods at least one has data.
        WindowFunction::Sum => Range { whole: x.whole, missing: true, ..x.mul(many) },
        WindowFunction::Average | WindowFunction::Median => Range { whole: false, missing: true, ..x },
        WindowFunction::Min | WindowFunction::Max => x.or_missing(true),
    }
}
