//! Expressions in one case: what is known of their values before anything is measured.

use std::cell::RefCell;

use kpi_base::{Text, text};
use kpi_check::model::{
    AggregateFunction, ArithmeticOp, Builtin, CardField, CompareOp, Expr, ExprKind, IndicatorField, IndicatorId,
    LineField, Model, PartMissing, Path, PeriodField, ScorecardId, Type,
};
use kpi_check::ranges::Ranges;
use kpi_value::{Dec, PeriodKind, Value};
use rustc_hash::FxHashMap;

use crate::card::CardValue;
use crate::cases::{Case, Choice};
use crate::curve::curve;
use crate::value::{Known, Number, Range, Trend, Truth};
use crate::words::{any, fingerprint};

/// One case of a policy, with what is assumed in it besides.
pub(crate) struct Scene<'m> {
    pub model: &'m Model,
    pub case: &'m Case,
    pub ranges: &'m Ranges<'m>,
    /// The indicator whose getting better is followed, with its parts, and what their formulas say.
    pub tracked: Vec<(IndicatorId, String)>,
    /// Values of attributes and of what is read from rows, by fingerprint.
    pub pins: FxHashMap<String, Value>,
    /// Values of indicators.
    pub actuals: FxHashMap<IndicatorId, Dec>,
    /// The card's own values, in an incentive.
    pub card: Option<CardState>,
    /// Whether pays are counted in multiples of a base, which are not rounded.
    pub multiples: bool,
    /// The line's own attainment and actual, in a scoring.
    pub line: Option<(Known, Known)>,
    /// Why something moves as nobody knows.
    pub doubts: RefCell<Vec<Text>>,
    pub(crate) cards: RefCell<FxHashMap<ScorecardId, CardValue>>,
}

/// What is known of a card's final values.
#[derive(Clone, Debug)]
pub(crate) struct CardState {
    pub id: ScorecardId,
    pub score: Number,
    pub attainment: Number,
}

impl<'m> Scene<'m> {
    pub fn new(model: &'m Model, ranges: &'m Ranges<'m>, case: &'m Case) -> Scene<'m> {
        Scene {
            model,
            case,
            ranges,
            tracked: Vec::new(),
            pins: FxHashMap::default(),
            actuals: FxHashMap::default(),
            card: None,
            multiples: false,
            line: None,
            doubts: RefCell::default(),
            cards: RefCell::default(),
        }
    }

    /// The same for a line or a card of it; nothing of cards is taken along.
    pub fn inside(&self) -> Scene<'m> {
        Scene {
            model: self.model,
            case: self.case,
            ranges: self.ranges,
            tracked: self.tracked.clone(),
            pins: self.pins.clone(),
            actuals: self.actuals.clone(),
            card: self.card.clone(),
            multiples: self.multiples,
            line: None,
            doubts: RefCell::new(self.doubts.borrow().clone()),
            cards: RefCell::default(),
        }
    }

    /// Follows an indicator, with its parts.
    pub fn track(&mut self, id: IndicatorId) {
        let indicator = &self.model.indicators[id];
        match &indicator.parts {
            Some(parts) => parts.parts.iter().for_each(|part| self.track(*part)),
            None => self.tracked.push((id, fingerprint(&indicator.formula))),
        }
    }

    pub fn is_tracked(&self, id: IndicatorId) -> bool {
        self.tracked.iter().any(|(tracked, _)| *tracked == id)
    }

    pub fn doubt(&self, why: Text) {
        let mut doubts = self.doubts.borrow_mut();
        if !doubts.contains(&why) && doubts.len() < 4 {
            doubts.push(why);
        }
    }

    /// A number; [`Range::ALL`] where it is none.
    pub fn number(&self, expr: &Expr) -> Number {
        match self.eval(expr) {
            Known::Number(number) => number,
            other => Number { range: Range::ALL, trend: other.trend(), free: Some(expr.span) },
        }
    }

    /// A truth value.
    pub fn truth(&self, expr: &Expr) -> Truth {
        match self.eval(expr) {
            Known::Truth(truth) => truth,
            other => Truth::open(other.trend()),
        }
    }

    pub fn eval(&self, expr: &Expr) -> Known {
        match &expr.kind {
            ExprKind::Const(None) => Known::Nothing,
            ExprKind::Const(Some(Value::Dec(x))) => Known::Number(Number::point(*x)),
            ExprKind::Const(Some(Value::Bool(truth))) => Known::Truth(Truth::known(*truth)),
            ExprKind::Const(Some(value)) => Known::One(Some(vec![value.clone()]), Trend::Same),
            ExprKind::Column(path) => self.attribute(expr, path),
            ExprKind::Aggregate(_)
            | ExprKind::Lookup(_)
            | ExprKind::Over(..)
            | ExprKind::Among(_)
            | ExprKind::Previous(..)
            | ExprKind::Growth(_)
            | ExprKind::Streak(_)
            | ExprKind::Window(..)
            | ExprKind::OverWindow(..)
            | ExprKind::Pay(..) => self.read(expr),
            ExprKind::Param(id, keys) => {
                let rows = self.case.rows(&self.model.params[*id].value, keys.as_deref());
                rows.into_iter().map(|row| self.eval(row)).fold(Known::Nothing, Known::join)
            }
            ExprKind::Neg(x) => self.numbers(&[x], |x| x.first().map(|x| x.neg())),
            ExprKind::Arithmetic(op, a, b) => self.arithmetic(expr, *op, a, b),
            ExprKind::Compare(op, a, b) => Known::Truth(self.compare(*op, a, b)),
            ExprKind::InRange(x, low, high, closed, negated) => {
                let above = self.compare(CompareOp::Ge, x, low);
                let below = self.compare(if *closed { CompareOp::Le } else { CompareOp::Lt }, x, high);
                let inside = above.and(below);
                Known::Truth(if *negated { inside.not() } else { inside })
            }
            ExprKind::InSet(x, set, negated) => {
                let equal = set.iter().map(|member| self.compare(CompareOp::Eq, x, member));
                let inside = equal.fold(Truth::known(false), Truth::or);
                // Together the members may be all that it can be.
                let inside = match self.eval(x) {
                    Known::One(Some(values), _) => {
                        let members: Vec<Known> = set.iter().map(|member| self.eval(member)).collect();
                        let holds = |value: &Value| {
                            members
                                .iter()
                                .any(|m| matches!(m, Known::One(Some(one), _) if one.as_slice() == [value.clone()]))
                        };
                        Truth::settled(!values.iter().all(holds), values.iter().any(holds), inside.trend)
                    }
                    _ => inside,
                };
                Known::Truth(if *negated { inside.not() } else { inside })
            }
            // It stands in rows, which are not looked into.
            ExprKind::Exists(_) => Known::Truth(Truth::open(Trend::Same)),
            ExprKind::Not(x) => Known::Truth(self.truth(x).not()),
            ExprKind::And(a, b) => Known::Truth(self.truth(a).and(self.truth(b))),
            ExprKind::Or(a, b) => Known::Truth(self.truth(a).or(self.truth(b))),
            ExprKind::IsMissing(x) => Known::Truth(match &x.kind {
                ExprKind::Column(path) if self.never_missing(path) => Truth::known(false),
                _ => Truth::open(Trend::Same),
            }),
            ExprKind::If(condition, then, otherwise) => self.choose(self.truth(condition), then, otherwise),
            ExprKind::Call(builtin, args) => self.call(*builtin, args),
            ExprKind::Inlined(_, body) => self.eval(body),
            ExprKind::Indicator(id, field) => self.indicator_field(*id, *field),
            ExprKind::Curve(kind, x) => curve(self, kind, self.number(x)),
            ExprKind::Period(PeriodField::Days) => Known::Number(Number::same(self.days())),
            ExprKind::StintDays => Known::Number(Number::same(Range { low: Some(Dec::ONE), high: self.days().high })),
            ExprKind::Period(PeriodField::Length) => {
                let day = Number::point(Dec::int(86_400));
                Known::Number(Number::same(self.days()).mul(day))
            }
            ExprKind::Period(_) => Known::One(None, Trend::Same),
            ExprKind::Line(field) => match (&self.line, field) {
                (Some((attainment, _)), LineField::Attainment) => attainment.clone(),
                (Some((_, actual)), LineField::Actual) => actual.clone(),
                (None, _) => Known::Number(Number { range: Range::ALL, trend: Trend::Any, free: Some(expr.span) }),
            },
            ExprKind::Card(field) => self.card_field(expr, *field),
        }
    }

    /// How many days a period has by which something is judged.
    pub fn days(&self) -> Range {
        let days = |kind: PeriodKind| {
            let (least, most) = match kind {
                PeriodKind::Day => (1, 1),
                PeriodKind::Week => (7, 7),
                PeriodKind::Month => (28, 31),
                PeriodKind::Quarter => (90, 92),
                PeriodKind::Year => (365, 366),
            };
            Range::new(Dec::int(least), Dec::int(most))
        };
        let kinds = self.model.judged_kinds().into_iter();
        kinds.map(days).reduce(Range::join).unwrap_or(Range::ALL)
    }

    fn numbers(&self, args: &[&Expr], f: impl Fn(&[Number]) -> Option<Number>) -> Known {
        let mut numbers = Vec::with_capacity(args.len());
        for arg in args {
            match self.eval(arg) {
                Known::Number(number) => numbers.push(number),
                Known::Nothing => return Known::Nothing,
                other => return Known::One(None, other.trend()),
            }
        }
        f(&numbers).map_or(Known::Nothing, Known::Number)
    }

    fn arithmetic(&self, expr: &Expr, op: ArithmeticOp, a: &Expr, b: &Expr) -> Known {
        if a.ty.unit().is_none() || b.ty.unit().is_none() {
            let trend = self.eval(a).trend().and(self.eval(b).trend());
            return match expr.ty {
                Type::Number(_) => Known::Number(Number { range: Range::ALL, trend, free: Some(expr.span) }),
                _ => Known::One(None, trend),
            };
        }
        // `amount × stint.days ÷ period.days`: the days of a stint are days of the period.
        if op == ArithmeticOp::Div
            && matches!(b.kind, ExprKind::Period(PeriodField::Days))
            && let ExprKind::Arithmetic(ArithmeticOp::Mul, amount, days) = &a.kind
            && matches!(days.kind, ExprKind::StintDays)
            && let Known::Number(amount) = self.eval(amount)
        {
            let least = amount.range.div(self.days().high.map_or(Range::ALL, Range::point));
            return Known::Number(Number { range: amount.range.join(least), ..amount });
        }
        let share = op == ArithmeticOp::Div
            && (is_part_of(a, b)
                || matches!((&a.kind, &b.kind), (ExprKind::StintDays, ExprKind::Period(PeriodField::Days))));
        self.numbers(&[a, b], |numbers| {
            let [a, b] = numbers else { return None };
            Some(match op {
                ArithmeticOp::Add => a.add(*b),
                ArithmeticOp::Sub => a.add(b.neg()),
                ArithmeticOp::Mul => a.mul(*b),
                ArithmeticOp::Div if share => a.div(*b).clamp(Some(Dec::ZERO), Some(Dec::ONE)),
                ArithmeticOp::Div => {
                    let mut quotient = a.div(*b);
                    quotient.free = quotient.free.or(Some(expr.span));
                    quotient
                }
            })
        })
    }

    fn compare(&self, op: CompareOp, a: &Expr, b: &Expr) -> Truth {
        let grade = |e: &Expr| matches!(e.kind, ExprKind::Card(CardField::Grade));
        if grade(a) || grade(b) {
            let (card, text) = if grade(a) { (a, b) } else { (b, a) };
            return self.compare_grade(op, card, text);
        }
        match (self.eval(a), self.eval(b)) {
            (Known::Number(a), Known::Number(b)) => compare(op, a, b),
            (Known::One(Some(a), s), Known::One(Some(b), t)) => {
                let holds = |a: &Value| b.iter().map(|b| op.holds(a.cmp(b))).collect::<Vec<_>>();
                let all: Vec<bool> = a.iter().flat_map(holds).collect();
                Truth::settled(all.iter().any(|x| !x), all.iter().any(|x| *x), s.and(t).and_unknown())
            }
            (a, b) => Truth::open(a.trend().and(b.trend()).and_unknown()),
        }
    }

    /// `grade == "A"`: a step of the score.
    fn compare_grade(&self, op: CompareOp, card: &Expr, text: &Expr) -> Truth {
        let Known::One(grades, trend) = self.eval(card) else { return Truth::open(Trend::Any) };
        match (grades, self.eval(text)) {
            (Some(grades), Known::One(Some(texts), _)) => {
                let holds = |a: &Value| texts.iter().any(|b| op.holds(a.cmp(b)));
                Truth::settled(!grades.iter().all(holds), grades.iter().any(holds), trend.and_unknown())
            }
            _ => Truth::open(trend.and_unknown()),
        }
    }

    fn choose(&self, condition: Truth, then: &Expr, otherwise: &Expr) -> Known {
        match (condition.can_be_true, condition.can_be_false) {
            (true, false) => return self.eval(then),
            (false, _) => return self.eval(otherwise),
            _ => {}
        }
        let (then, otherwise) = (self.eval(then), self.eval(otherwise));
        let (Some(a), Some(b)) = (then.number(), otherwise.number()) else {
            let trend = if condition.trend == Trend::Same { Trend::Same } else { Trend::Any };
            return match then.join(otherwise) {
                Known::One(values, own) => Known::One(values, own.and(trend)),
                Known::Truth(truth) => Known::Truth(Truth { trend: truth.trend.and(trend), ..truth }),
                other => other,
            };
        };
        let mut joined = a.join(b);
        joined.trend = joined.trend.and(step_trend(condition.trend, a, b));
        Known::Number(joined)
    }

    fn call(&self, builtin: Builtin, args: &[Expr]) -> Known {
        if builtin == Builtin::Coalesce {
            let known = args.iter().map(|arg| self.eval(arg)).fold(Known::Nothing, Known::join);
            return match args.first().map(|first| &first.kind) {
                Some(ExprKind::Column(path)) if self.never_missing(path) => {
                    args.first().map_or(Known::Nothing, |first| self.eval(first))
                }
                _ => known,
            };
        }
        let all: Vec<&Expr> = args.iter().collect();
        let digits = args.get(1).and_then(Expr::as_const_dec);
        let known = self.numbers(&all, |numbers| match (builtin, numbers) {
            (Builtin::Clamp, [x, low, high]) => Some(x.max(*low).min(*high)),
            (Builtin::Min, numbers) => numbers.iter().copied().reduce(Number::min),
            (Builtin::Max, numbers) => numbers.iter().copied().reduce(Number::max),
            (Builtin::Weighted(missing), parts) => {
                let zero = (missing == PartMissing::Zero).then(|| Number::point(Dec::ZERO));
                parts.iter().copied().step_by(2).chain(zero).reduce(Number::join)
            }
            (Builtin::Abs, [x]) => Some(x.max(x.neg())),
            (Builtin::Round, [x]) => Some(x.rising(|x| x.round(0))),
            (Builtin::Round, [x, _]) => {
                let digits = digits.and_then(|digits| u32::try_from(digits.units() / Dec::UNITS).ok());
                Some(x.rising(|x| x.round(digits.unwrap_or(Dec::SCALE))))
            }
            _ => None,
        });
        if builtin == Builtin::DaysBetween {
            let trend = args.iter().map(|arg| self.eval(arg).trend()).fold(Trend::Same, Trend::and);
            return Known::Number(Number { range: Range::ALL, trend, free: args.first().map(|arg| arg.span) });
        }
        known
    }

    fn card_field(&self, expr: &Expr, field: CardField) -> Known {
        let Some(card) = &self.card else {
            return Known::Number(Number { range: Range::ALL, trend: Trend::Any, free: Some(expr.span) });
        };
        match field {
            CardField::Score => Known::Number(card.score),
            CardField::Attainment => Known::Number(card.attainment),
            CardField::Grade => self.grade(card),
            CardField::Rank => {
                if !self.tracked.is_empty() {
                    self.doubt(text!("a rank depends on the others"));
                }
                let trend = if self.tracked.is_empty() { Trend::Same } else { Trend::Any };
                Known::Number(Number { range: Range::from(Dec::ONE), trend, free: Some(expr.span) })
            }
        }
    }

    fn grade(&self, card: &CardState) -> Known {
        let Some(kpi_check::model::Grade::Bounds(bounds)) = &self.model.scorecards[card.id].grade else {
            if !self.tracked.is_empty() {
                self.doubt(text!("a grade by shares depends on the others"));
            }
            let trend = if self.tracked.is_empty() { Trend::Same } else { Trend::Any };
            return Known::One(None, trend);
        };
        let pieces = crate::curve::pieces(&bounds.iter().map(|row| &row.bound), card.score.range);
        let mut grades: Vec<Value> = pieces
            .iter()
            .filter_map(|piece| bounds.get(piece.row))
            .map(|row| Value::Text(row.grade.as_str().into()))
            .collect();
        grades.sort();
        grades.dedup();
        let trend = if grades.len() == 1 { Trend::Same } else { card.score.trend.and_unknown() };
        Known::One(Some(grades), trend)
    }

    fn indicator_field(&self, id: IndicatorId, field: IndicatorField) -> Known {
        let cap = self.model.policy.attainment_cap;
        match field {
            IndicatorField::Actual => self.actual(id),
            IndicatorField::Met => Known::Truth(self.judged(id, cap).met),
            IndicatorField::Attainment => self.judged(id, cap).attainment.map_or(Known::Nothing, Known::Number),
            IndicatorField::Score => {
                let scoring = &self.model.indicators[id].scoring;
                self.fraction(id, scoring, cap).map_or(Known::Nothing, Known::Number)
            }
            IndicatorField::Target => self.target_number(id),
            IndicatorField::Gap | IndicatorField::Progress => {
                let moved = self.judged(id, cap);
                let trend = moved.attainment.map_or(Trend::Any, |attainment| attainment.trend);
                // How far it is from its target moves as the attainment does, without its cap.
                let trend = if field == IndicatorField::Gap { trend } else { self.actual(id).trend() };
                Known::Number(Number { range: Range::ALL, trend, free: Some(self.model.indicators[id].formula.span) })
            }
        }
    }

    /// What an indicator measures.
    pub fn actual(&self, id: IndicatorId) -> Known {
        if let Some(actual) = self.actuals.get(&id) {
            return Known::Number(Number::point(*actual));
        }
        let indicator = &self.model.indicators[id];
        let mut actual = self.eval(&indicator.formula);
        let own = if self.is_tracked(id) {
            Some(id)
        } else if self.tracked.is_empty() {
            None
        } else {
            let print = fingerprint(&indicator.formula);
            self.tracked.iter().find(|(_, tracked)| *tracked == print).map(|(id, _)| *id)
        };
        let trend = match own {
            Some(tracked) => self.better(tracked).trend(),
            // A formula that reads no other indicator is an input of its own.
            None if self.tracked.is_empty() || !reads_indicators(&indicator.formula) => Trend::Same,
            None => return actual,
        };
        match &mut actual {
            Known::Number(number) => {
                let known = Range::of(&self.ranges.actual(id));
                number.range = number.range.meet(known);
                number.trend = trend;
            }
            Known::Truth(truth) => truth.trend = trend,
            Known::One(_, own) => *own = trend,
            Known::Nothing => {}
        }
        actual
    }

    /// What is read from rows, or from other cells: an input of its own.
    fn read(&self, expr: &Expr) -> Known {
        let print = fingerprint(expr);
        if let Some(known) = self.pinned(&print) {
            return known;
        }
        if let (Some(choice), Type::Member(_)) = (self.case.choices.get(&print), expr.ty) {
            return members(choice);
        }
        let trend = self.read_trend(expr, &print);
        match expr.ty {
            Type::Number(_) => {
                let range = Range::of(&self.ranges.range(expr));
                Known::Number(Number { range, trend, free: Some(expr.span) })
            }
            Type::Bool => Known::Truth(Truth::open(trend)),
            _ => Known::One(None, trend),
        }
    }

    fn read_trend(&self, expr: &Expr, print: &str) -> Trend {
        if self.tracked.is_empty() {
            return Trend::Same;
        }
        if let Some((id, _)) = self.tracked.iter().find(|(_, own)| own == print) {
            return self.better(*id).trend();
        }
        match &expr.kind {
            // Rows of other periods stay as they are; an aggregate is an input of its own.
            ExprKind::Aggregate(_) | ExprKind::Lookup(_) | ExprKind::Previous(..) => Trend::Same,
            ExprKind::Growth(x) => self.eval(x).trend(),
            _ => {
                let reads = any(expr, &mut |inner| match &inner.kind {
                    ExprKind::Indicator(id, _) => self.reads_tracked(*id),
                    ExprKind::Aggregate(_) => {
                        let print = fingerprint(inner);
                        self.tracked.iter().any(|(_, own)| own.contains(&print))
                    }
                    _ => false,
                });
                if !reads {
                    return Trend::Same;
                }
                self.doubt(text!("what is computed over other cells moves with the indicator's own rows"));
                Trend::Any
            }
        }
    }

    fn reads_tracked(&self, id: IndicatorId) -> bool {
        let title = |id: IndicatorId| &self.model.indicators[id].title;
        self.tracked.iter().any(|(own, _)| *own == id || title(*own).span == title(id).span)
            || any(&self.model.indicators[id].formula, &mut |inner| match &inner.kind {
                ExprKind::Indicator(inner, _) => *inner != id && self.reads_tracked(*inner),
                _ => false,
            })
    }

    fn attribute(&self, expr: &Expr, path: &Path) -> Known {
        let print = fingerprint(expr);
        if let Some(known) = self.pinned(&print) {
            return known;
        }
        match expr.ty {
            Type::Member(_) => match self.case.choices.get(&print) {
                Some(choice) => members(choice),
                None => Known::One(None, Trend::Same),
            },
            Type::Number(_) => {
                let range = path.last().map_or(Range::ALL, |last| Range::of(&self.ranges.column(last)));
                Known::Number(Number { range, trend: Trend::Same, free: Some(expr.span) })
            }
            Type::Bool => Known::Truth(Truth::open(Trend::Same)),
            _ => Known::One(None, Trend::Same),
        }
    }

    fn pinned(&self, print: &str) -> Option<Known> {
        Some(match self.pins.get(print)? {
            Value::Dec(x) => Known::Number(Number::point(*x)),
            Value::Bool(truth) => Known::Truth(Truth::known(*truth)),
            value => Known::One(Some(vec![value.clone()]), Trend::Same),
        })
    }

    fn never_missing(&self, path: &Path) -> bool {
        path.0.iter().all(|column| !self.model.column(*column).optional)
    }
}

impl Trend {
    /// That of a comparison of what is not ordered by goodness.
    const fn and_unknown(self) -> Trend {
        match self {
            Trend::Same => Trend::Same,
            _ => Trend::Any,
        }
    }
}

fn members(choice: &Choice) -> Known {
    match choice {
        Choice::Members(members) => {
            Known::One(Some(members.iter().map(|member| Value::Member(*member)).collect()), Trend::Same)
        }
        _ => Known::Nothing,
    }
}

/// Whether a comparison of two numbers can hold and can fail.
fn compare(op: CompareOp, a: Number, b: Number) -> Truth {
    let always_below =
        |strict: bool, a: Range, b: Range| a.high.zip(b.low).is_some_and(|(a, b)| a < b || !strict && a == b);
    let rises = a.trend.and(b.trend.flip());
    let (fails, holds, trend) = match op {
        CompareOp::Ge => (!always_below(false, b.range, a.range), !always_below(true, a.range, b.range), rises),
        CompareOp::Gt => (!always_below(true, b.range, a.range), !always_below(false, a.range, b.range), rises),
        CompareOp::Le => (!always_below(false, a.range, b.range), !always_below(true, b.range, a.range), rises.flip()),
        CompareOp::Lt => (!always_below(true, a.range, b.range), !always_below(false, b.range, a.range), rises.flip()),
        CompareOp::Eq | CompareOp::Ne => {
            let same = a.range.as_point().zip(b.range.as_point()).is_some_and(|(a, b)| a == b);
            let apart = always_below(true, a.range, b.range) || always_below(true, b.range, a.range);
            let trend = rises.and_unknown();
            if op == CompareOp::Eq { (!same, !apart, trend) } else { (!apart, !same, trend) }
        }
    };
    Truth::settled(fails, holds, trend)
}

/// How a number moves that is the first where something is true, and the second where it is not.
pub(crate) fn step_trend(condition: Trend, then: Number, otherwise: Number) -> Trend {
    let not_above = |a: Range, b: Range| a.high.zip(b.low).is_some_and(|(a, b)| a <= b);
    match condition {
        Trend::Same => Trend::Same,
        Trend::Any => {
            let same = then.range.as_point().is_some_and(|x| otherwise.range.as_point() == Some(x));
            if same { Trend::Same } else { Trend::Any }
        }
        Trend::Up if not_above(otherwise.range, then.range) => Trend::Up,
        Trend::Up if not_above(then.range, otherwise.range) => Trend::Down,
        Trend::Down if not_above(then.range, otherwise.range) => Trend::Up,
        Trend::Down if not_above(otherwise.range, then.range) => Trend::Down,
        _ => Trend::Any,
    }
}

pub(crate) fn reads_indicators(expr: &Expr) -> bool {
    any(expr, &mut |inner| matches!(inner.kind, ExprKind::Indicator(..)))
}

/// Whether a number counts or sums some of the rows that another one counts or sums.
fn is_part_of(part: &Expr, whole: &Expr) -> bool {
    let (ExprKind::Aggregate(part), ExprKind::Aggregate(whole)) = (&part.kind, &whole.kind) else { return false };
    let print = |e: &Option<Expr>| e.as_ref().map(fingerprint);
    part.function == AggregateFunction::Count
        && whole.function == AggregateFunction::Count
        && part.table == whole.table
        && part.via == whole.via
        && print(&part.arg) == print(&whole.arg)
        && (whole.condition.is_none() || print(&part.condition) == print(&whole.condition))
}
