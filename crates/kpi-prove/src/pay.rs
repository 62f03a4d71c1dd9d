//! Incentives: pays and totals, in money or in multiples of the base that they share.

use kpi_check::model::{
    ArithmeticOp, Builtin, CardField, CurveKind, Expr, ExprKind, Grade, Incentive, Model, Path, ScorecardId, StepBound,
    Type,
};
use kpi_value::Dec;

use crate::card::CardValue;
use crate::curve::through;
use crate::scene::{CardState, Scene, step_trend};
use crate::value::{Number, Range, Trend, Truth};
use crate::words::{any, fingerprint};

/// What an incentive comes to: each pay, and the total.
#[derive(Clone, Debug)]
pub(crate) struct PayValue {
    pub pays: Vec<Number>,
    pub total: Number,
}

/// The attribute of which all pays of an incentive are multiples.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub path: Path,
    pub print: String,
}

/// A final value of a card on which pays hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Attainment,
    Score,
}

/// A stretch of a card's value, with what is paid there.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub range: Range,
    pub value: PayValue,
}

impl Field {
    /// The smallest difference of two rounded values: 0.01 of a score, 0.01% of an attainment.
    pub const fn step(self) -> Dec {
        match self {
            Field::Score => Dec::percent(1),
            Field::Attainment => match Dec::from_units(Dec::UNITS / 10_000) {
                Ok(step) => step,
                Err(_) => Dec::ZERO,
            },
        }
    }
}

impl<'m> Scene<'m> {
    /// What an incentive pays for a card, or without one.
    pub fn pay(&mut self, incentive: &'m Incentive, card: Option<(ScorecardId, CardValue)>) -> PayValue {
        let Some((id, card)) = card else { return self.pays(incentive, Truth::known(false)) };
        self.card = Some(CardState { id, score: card.score, attainment: card.attainment });
        let field = field_of(incentive);
        let stretches = field.map(|field| self.stretches(incentive, field, card.pays_nothing)).unwrap_or_default();
        self.card = Some(CardState { id, score: card.score, attainment: card.attainment });
        let whole = self.pays(incentive, card.pays_nothing);
        let Some(field) = field.filter(|_| stretches.len() > 1) else { return whole };
        let moved = if field == Field::Score { card.score.trend } else { card.attainment.trend };
        let over = |whole: Number, of: &dyn Fn(&PayValue) -> Option<Number>| {
            let values: Vec<Number> = stretches.iter().filter_map(|stretch| of(&stretch.value)).collect();
            let Some(joined) = values.iter().copied().reduce(Number::join) else { return whole };
            let rises = values.iter().all(|value| value.trend.never_falls())
                && values.windows(2).all(|pair| match pair {
                    [a, b] => a.range.high.zip(b.range.low).is_some_and(|(a, b)| a <= b),
                    _ => true,
                });
            // What is not decided over all of its stretches may still be known as a whole.
            let trend = if whole.trend.never_falls() {
                whole.trend
            } else if rises {
                through(moved, Trend::Up)
            } else {
                Trend::Any
            };
            Number { range: joined.range.meet(whole.range), trend, free: joined.free }
        };
        let pays = whole.pays.iter().enumerate();
        PayValue {
            pays: pays.map(|(place, pay)| over(*pay, &|value| value.pays.get(place).copied())).collect(),
            total: over(whole.total, &|value| Some(value.total)),
        }
    }

    /// The stretches of a card's value between the numbers at which pays may jump, with what is paid in each while that value
    /// rises.
    pub fn stretches(&mut self, incentive: &'m Incentive, field: Field, pays_nothing: Truth) -> Vec<Stretch> {
        let Some(state) = self.card.clone() else { return Vec::new() };
        let own = if field == Field::Score { state.score } else { state.attainment };
        let (Some(low), Some(high)) = (own.range.low, own.range.high) else { return Vec::new() };
        let mut cuts: Vec<Dec> = self.cuts(incentive, state.id);
        cuts.retain(|cut| own.range.holds(*cut));
        cuts.extend([low, high]);
        cuts.sort_unstable();
        cuts.dedup();
        let step = field.step();
        let mut ranges: Vec<Range> = Vec::new();
        for (place, &cut) in cuts.iter().enumerate() {
            ranges.push(Range::point(cut));
            if let Some(&next) = cuts.get(place + 1)
                && let (Ok(from), Ok(to)) = (cut.add(step), next.sub(step))
                && from <= to
            {
                ranges.push(Range::new(from, to));
            }
        }
        let stretches = ranges.into_iter().map(|range| {
            let trend = if range.as_point().is_some() { Trend::Same } else { Trend::Up };
            let moved = Number { range, trend, free: None };
            let mut state = state.clone();
            match field {
                Field::Score => state.score = moved,
                Field::Attainment => state.attainment = moved,
            }
            self.card = Some(state);
            Stretch { range, value: self.pays(incentive, pays_nothing) }
        });
        let stretches = stretches.collect();
        self.card = Some(state);
        stretches
    }

    /// The numbers at which what is paid for a card may jump or turn.
    pub fn cuts(&self, incentive: &Incentive, card: ScorecardId) -> Vec<Dec> {
        let mut cuts = Vec::new();
        each_expr(incentive, &mut |e| gather_cuts(self.model, e, &mut cuts));
        if let Some(Grade::Bounds(bounds)) = &self.model.scorecards[card].grade {
            bounds.iter().for_each(|row| bound_cuts(&row.bound, &mut cuts));
        }
        let hundredths: Vec<Dec> = cuts.iter().filter_map(|x| x.mul(Dec::percent(1)).ok()).collect();
        let hundreds: Vec<Dec> = cuts.iter().filter_map(|x| x.mul(Dec::HUNDRED).ok()).collect();
        cuts.extend(hundredths);
        cuts.extend(hundreds);
        // Rounded values lie on a grid, and so do the stretches between them.
        let on_grid = |cut: Dec| cut.round(4);
        cuts.iter_mut().for_each(|cut| *cut = on_grid(*cut));
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// The pays as they follow from what is known of the card.
    fn pays(&self, incentive: &Incentive, pays_nothing: Truth) -> PayValue {
        let eligible = incentive.condition.as_ref().map_or(Truth::known(true), |condition| self.truth(condition));
        let paid = eligible.and(pays_nothing.not());
        let rounding = self.model.policy.rounding;
        let round = |number: Number, to: Dec| match self.multiples {
            true => number,
            false => number.rising(|x| x.round_to(to, rounding)),
        };
        let amounts: Vec<Number> =
            incentive.pays.iter().map(|pay| round(self.number(&pay.value), pay.round_to)).collect();
        let mut total = amounts.iter().copied().reduce(Number::add).unwrap_or(Number::point(Dec::ZERO));
        let minor = Dec::from_scaled(1, self.model.policy.currency.digits).unwrap_or(Dec::ONE);
        if let Some(cap) = &incentive.cap {
            total = total.min(round(self.number(cap), minor));
        }
        let floor = incentive.floor.as_ref().map(|floor| round(self.number(floor), minor));
        total = total.max(floor.unwrap_or(Number::point(Dec::ZERO)));
        let or_nothing = |number: Number| {
            let nothing = Number::point(Dec::ZERO);
            match (paid.can_be_true, paid.can_be_false) {
                (true, false) => number,
                (false, _) => nothing,
                _ => {
                    let trend = number.trend.and(step_trend(paid.trend, number, nothing));
                    Number { trend, ..number.join(nothing) }
                }
            }
        };
        PayValue { pays: amounts.into_iter().map(or_nothing).collect(), total: or_nothing(total) }
    }
}

/// Every expression by which an incentive pays.
pub(crate) fn each_expr<'m>(incentive: &'m Incentive, visit: &mut dyn FnMut(&'m Expr)) {
    incentive.pays.iter().for_each(|pay| visit(&pay.value));
    incentive.condition.iter().chain(&incentive.cap).chain(&incentive.floor).for_each(visit);
}

/// The value of the card on which an incentive hangs, if it is just one of them; grades are read off the score.
pub(crate) fn field_of(incentive: &Incentive) -> Option<Field> {
    let (mut attainment, mut score, mut other) = (false, false, false);
    each_expr(incentive, &mut |e| {
        any(e, &mut |inner| {
            match inner.kind {
                ExprKind::Card(CardField::Attainment) => attainment = true,
                ExprKind::Card(CardField::Score | CardField::Grade) => score = true,
                ExprKind::Card(CardField::Rank) => other = true,
                _ => {}
            }
            false
        });
    });
    match (attainment, score, other) {
        (true, false, false) => Some(Field::Attainment),
        (false, true, false) => Some(Field::Score),
        _ => None,
    }
}

fn bound_cuts(bound: &StepBound, cuts: &mut Vec<Dec>) {
    match bound {
        StepBound::Compare(_, x) => cuts.push(*x),
        StepBound::Range(low, high, _) => cuts.extend([*low, *high]),
        StepBound::Else => {}
    }
}

fn gather_cuts(model: &Model, expr: &Expr, cuts: &mut Vec<Dec>) {
    match &expr.kind {
        ExprKind::Curve(curve, _) => match &curve.kind {
            CurveKind::Step(rows) => rows.iter().for_each(|row| bound_cuts(&row.bound, cuts)),
            CurveKind::Linear(points) | CurveKind::Marginal(points) => cuts.extend(points.iter().map(|(at, _)| *at)),
        },
        ExprKind::Compare(_, a, b) => cuts.extend(a.as_const_dec().into_iter().chain(b.as_const_dec())),
        ExprKind::InRange(_, a, b, ..) => cuts.extend(a.as_const_dec().into_iter().chain(b.as_const_dec())),
        ExprKind::Call(Builtin::Min | Builtin::Max | Builtin::Clamp, args) => {
            cuts.extend(args.iter().filter_map(Expr::as_const_dec));
        }
        ExprKind::Param(id, _) => {
            let values = model.params[*id].value.rows.iter().map(|row| &row.value);
            cuts.extend(values.filter_map(Expr::as_const_dec));
        }
        _ => {}
    }
    expr.children().into_iter().for_each(|child| gather_cuts(model, child, cuts));
}

/// The attribute of which every pay of an incentive is a multiple, if there is one: each amount doubles with it.
pub(crate) fn base_of(model: &Model, incentive: &Incentive) -> Option<Base> {
    let mut found: Option<Base> = None;
    let mut several = false;
    each_expr(incentive, &mut |e| {
        any(e, &mut |inner| {
            if let (ExprKind::Column(path), Type::MONEY) = (&inner.kind, inner.ty) {
                let print = fingerprint(inner);
                match &found {
                    Some(base) if base.print != print => several = true,
                    Some(_) => {}
                    None => found = Some(Base { path: path.clone(), print }),
                }
            }
            false
        });
    });
    let base = found.filter(|_| !several)?;
    let amounts = incentive.pays.iter().map(|pay| &pay.value).chain(&incentive.cap).chain(&incentive.floor);
    let multiples = amounts.into_iter().all(|amount| is_multiple(model, amount, &base.print));
    let free = incentive.condition.as_ref().is_none_or(|condition| degree(model, condition, &base.print) == Some(0));
    (multiples && free).then_some(base)
}

/// Whether an amount doubles with a base; nothing at all does.
pub(crate) fn is_multiple(model: &Model, amount: &Expr, base: &str) -> bool {
    amount.as_const_dec().is_some_and(Dec::is_zero) || degree(model, amount, base) == Some(1)
}

/// With which power of a base an expression grows; none if with no power.
fn degree(model: &Model, expr: &Expr, base: &str) -> Option<i32> {
    let is_base = matches!(expr.kind, ExprKind::Column(_)) && fingerprint(expr) == base;
    if is_base {
        return Some(1);
    }
    let all_same = |exprs: &mut dyn Iterator<Item = &Expr>| {
        let mut own = None;
        for e in exprs {
            // Nothing is any multiple.
            if e.as_const_dec().is_some_and(Dec::is_zero) {
                continue;
            }
            let degree = degree(model, e, base)?;
            match own {
                None => own = Some(degree),
                Some(known) if known == degree => {}
                Some(_) => return None,
            }
        }
        Some(own.unwrap_or(0))
    };
    match &expr.kind {
        ExprKind::Neg(x) | ExprKind::Inlined(_, x) => degree(model, x, base),
        ExprKind::Arithmetic(ArithmeticOp::Mul, a, b) => Some(degree(model, a, base)? + degree(model, b, base)?),
        ExprKind::Arithmetic(ArithmeticOp::Div, a, b) => Some(degree(model, a, base)? - degree(model, b, base)?),
        ExprKind::Arithmetic(_, a, b) => all_same(&mut [&**a, &**b].into_iter()),
        ExprKind::If(condition, a, b) => {
            degree(model, condition, base).filter(|degree| *degree == 0)?;
            all_same(&mut [&**a, &**b].into_iter())
        }
        ExprKind::Compare(_, a, b) => {
            all_same(&mut [&**a, &**b].into_iter())?;
            Some(0)
        }
        ExprKind::Call(Builtin::Min | Builtin::Max | Builtin::Clamp | Builtin::Abs | Builtin::Coalesce, args) => {
            all_same(&mut args.iter())
        }
        ExprKind::Curve(curve, x) => {
            degree(model, x, base).filter(|degree| *degree == 0)?;
            match &curve.kind {
                CurveKind::Step(rows) => all_same(&mut rows.iter().map(|row| &row.value)),
                _ => Some(0),
            }
        }
        ExprKind::Param(id, _) => all_same(&mut model.params[*id].value.rows.iter().map(|row| &row.value)),
        _ => {
            let reads = any(expr, &mut |inner| matches!(inner.kind, ExprKind::Column(_)) && fingerprint(inner) == base);
            // Money that is not the base does not grow with it.
            (!reads).then_some(0)
        }
    }
}
