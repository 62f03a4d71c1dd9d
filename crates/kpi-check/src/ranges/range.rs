//! Intervals of numbers, and the arithmetics of the language on them.
//!
//! Every operation is sound: whatever numbers the operands hold, the result of the language's operation on them, with its
//! rounding to twelve digits, lies in the resulting interval. Where a quotient or product is rounded, a bound that did not
//! belong to the interval may be reached, so it belongs to the result.

use std::cmp::Ordering;

use kpi_value::{Dec, Rounding};

use super::Truth;
use crate::model::CompareOp;

/// One end of a [`Range`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The number itself belongs to the range.
    Closed(Dec),
    /// Everything up to the number, which does not belong to it.
    Open(Dec),
    /// There is no bound on this side.
    Infinite,
}

/// Where a number may lie: between two bounds. A superset of what can happen, never less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The lower end.
    pub low: Bound,
    /// The upper end.
    pub high: Bound,
    /// Whether it is always a whole number. The bounds are whole then, too.
    pub whole: bool,
    /// Whether there may be no number at all: no data, a missing cell.
    pub missing: bool,
}

use Bound::{Closed, Infinite, Open};

impl Bound {
    /// The number at this end.
    pub const fn number(self) -> Option<Dec> {
        match self {
            Closed(x) | Open(x) => Some(x),
            Infinite => None,
        }
    }

    /// As an end that belongs to its range.
    #[must_use]
    pub const fn closed(self) -> Bound {
        match self {
            Open(x) => Closed(x),
            same => same,
        }
    }

    fn map(self, f: impl Fn(Dec) -> Option<Dec>) -> Bound {
        match self {
            Closed(x) => f(x).map_or(Infinite, Closed),
            Open(x) => f(x).map_or(Infinite, Open),
            Infinite => Infinite,
        }
    }
}

/// Which of two lower ends lets more in.
fn compare_lows(a: Bound, b: Bound) -> Ordering {
    match (a, b) {
        (Infinite, Infinite) => Ordering::Equal,
        (Infinite, _) => Ordering::Less,
        (_, Infinite) => Ordering::Greater,
        (Closed(x), Open(y)) => x.cmp(&y).then(Ordering::Less),
        (Open(x), Closed(y)) => x.cmp(&y).then(Ordering::Greater),
        (Closed(x), Closed(y)) | (Open(x), Open(y)) => x.cmp(&y),
    }
}

/// Likewise of two upper ends: the one that lets more in is the greater.
fn compare_highs(a: Bound, b: Bound) -> Ordering {
    match (a, b) {
        (Infinite, Infinite) => Ordering::Equal,
        (Infinite, _) => Ordering::Greater,
        (_, Infinite) => Ordering::Less,
        (Closed(x), Open(y)) => x.cmp(&y).then(Ordering::Greater),
        (Open(x), Closed(y)) => x.cmp(&y).then(Ordering::Less),
        (Closed(x), Closed(y)) | (Open(x), Open(y)) => x.cmp(&y),
    }
}

fn lower(a: Bound, b: Bound) -> Bound {
    if compare_lows(a, b).is_le() { a } else { b }
}

fn higher(a: Bound, b: Bound) -> Bound {
    if compare_highs(a, b).is_ge() { a } else { b }
}

/// A number, or one beyond all numbers; what does not fit into a number is beyond all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wide {
    Below,
    At(Dec),
    Above,
}

impl Wide {
    const fn low(bound: Bound) -> Wide {
        match bound.number() {
            Some(x) => Wide::At(x),
            None => Wide::Below,
        }
    }

    const fn high(bound: Bound) -> Wide {
        match bound.number() {
            Some(x) => Wide::At(x),
            None => Wide::Above,
        }
    }

    fn sign(self) -> i32 {
        match self {
            Wide::Below => -1,
            Wide::Above => 1,
            Wide::At(x) if x.is_zero() => 0,
            Wide::At(x) if x.is_negative() => -1,
            Wide::At(_) => 1,
        }
    }

    const fn of_sign(sign: i32) -> Wide {
        match sign {
            0 => Wide::At(Dec::ZERO),
            1.. => Wide::Above,
            _ => Wide::Below,
        }
    }

    fn mul(self, other: Wide) -> Wide {
        if let (Wide::At(a), Wide::At(b)) = (self, other)
            && let Ok(x) = a.mul(b)
        {
            return Wide::At(x);
        }
        Wide::of_sign(self.sign() * other.sign())
    }

    /// The quotient by what is above 0, or comes close to it from above (`None`).
    fn div(self, divisor: Option<Wide>) -> Wide {
        match (self, divisor) {
            (Wide::At(a), Some(Wide::At(b))) => match a.div(b) {
                Ok(Some(x)) => Wide::At(x),
                _ => Wide::of_sign(self.sign()),
            },
            (Wide::At(_), Some(_)) => Wide::At(Dec::ZERO),
            _ => Wide::of_sign(self.sign()),
        }
    }

    const fn bound(self) -> Bound {
        match self {
            Wide::At(x) => Closed(x),
            Wide::Below | Wide::Above => Infinite,
        }
    }
}

#[allow(clippy::should_implement_trait, reason = "the operators of the language, on all that their operands can be")]
impl Range {
    /// Any number, or none.
    pub const ALL: Range = Range { low: Infinite, high: Infinite, whole: false, missing: true };
    /// Never a number.
    pub const NEVER: Range = Range { low: Closed(Dec::ONE), high: Closed(Dec::ZERO), whole: false, missing: true };
    /// 0 and above, if there is a number.
    pub const POSITIVE: Range = Range { low: Closed(Dec::ZERO), high: Infinite, whole: false, missing: true };
    /// 0% to 100%, if there is a number.
    pub const SHARE: Range = Range { low: Closed(Dec::ZERO), high: Closed(Dec::ONE), whole: false, missing: true };

    /// Exactly this number.
    pub fn at(x: Dec) -> Range {
        Range { low: Closed(x), high: Closed(x), whole: is_whole(x), missing: false }
    }

    /// From one number to another, both included, always there.
    pub const fn between(low: Dec, high: Dec) -> Range {
        Range { low: Closed(low), high: Closed(high), whole: false, missing: false }
    }

    /// A number of things, if there is a number: whole, from `least` on.
    pub const fn count(least: i64) -> Range {
        Range { low: Closed(Dec::int(least)), high: Infinite, whole: true, missing: true }
    }

    /// Where a comparison with a number holds; always there.
    pub const fn comparing(op: CompareOp, x: Dec) -> Range {
        let (low, high) = match op {
            CompareOp::Eq => (Closed(x), Closed(x)),
            CompareOp::Ne => (Infinite, Infinite),
            CompareOp::Lt => (Infinite, Open(x)),
            CompareOp::Le => (Infinite, Closed(x)),
            CompareOp::Gt => (Open(x), Infinite),
            CompareOp::Ge => (Closed(x), Infinite),
        };
        Range { low, high, whole: false, missing: false }
    }

    /// The same numbers, and whether there may be none.
    #[must_use]
    pub const fn or_missing(self, missing: bool) -> Range {
        Range { missing: self.missing || missing, ..self }
    }

    /// The same numbers, always there.
    #[must_use]
    pub const fn known(self) -> Range {
        Range { missing: false, ..self }
    }

    /// Only the whole numbers of it.
    #[must_use]
    pub fn wholes(self) -> Range {
        let low = match self.low {
            Closed(x) => ceil(x).map_or(self.low, Closed),
            Open(x) => floor(x).and_then(|x| x.add(Dec::ONE).ok()).map_or(self.low, Closed),
            Infinite => Infinite,
        };
        let high = match self.high {
            Closed(x) => floor(x).map_or(self.high, Closed),
            Open(x) => ceil(x).and_then(|x| x.sub(Dec::ONE).ok()).map_or(self.high, Closed),
            Infinite => Infinite,
        };
        Range { low, high, whole: true, missing: self.missing }
    }

    /// Whether no number lies in it.
    pub fn is_empty(self) -> bool {
        match (self.low, self.high) {
            (Infinite, _) | (_, Infinite) => false,
            (Closed(a), Closed(b)) => a > b,
            (a, b) => a.number() >= b.number(),
        }
    }

    /// The number, if it is only one.
    pub fn point(self) -> Option<Dec> {
        match (self.low, self.high) {
            (Closed(a), Closed(b)) if a == b => Some(a),
            _ => None,
        }
    }

    /// Whether a number lies in it.
    pub fn contains(self, x: Dec) -> bool {
        let above = match self.low {
            Closed(low) => low <= x,
            Open(low) => low < x,
            Infinite => true,
        };
        let below = match self.high {
            Closed(high) => x <= high,
            Open(high) => x < high,
            Infinite => true,
        };
        above && below && (!self.whole || is_whole(x))
    }

    /// Whether every number of it lies in another.
    pub fn lies_in(self, other: Range) -> bool {
        self.is_empty()
            || compare_lows(other.low, self.low).is_le()
                && compare_highs(other.high, self.high).is_ge()
                && (self.whole || !other.whole)
    }

    /// Whether no number of it is below 0.
    pub fn is_positive(self) -> bool {
        self.is_empty() || matches!(self.low, Closed(x) | Open(x) if !x.is_negative())
    }

    /// The numbers of either.
    #[must_use]
    pub fn hull(self, other: Range) -> Range {
        let missing = self.missing || other.missing;
        if self.is_empty() {
            return Range { missing, ..other };
        }
        if other.is_empty() {
            return Range { missing, ..self };
        }
        let (low, high) = (lower(self.low, other.low), higher(self.high, other.high));
        Range { low, high, whole: self.whole && other.whole, missing }
    }

    /// The numbers of both. There may be none where this may have none.
    #[must_use]
    pub fn meet(self, other: Range) -> Range {
        let low = if compare_lows(self.low, other.low).is_ge() { self.low } else { other.low };
        let high = if compare_highs(self.high, other.high).is_le() { self.high } else { other.high };
        let met = Range { low, high, whole: self.whole, missing: self.missing };
        if self.whole || other.whole { met.wholes() } else { met }
    }

    /// Without one number, where it lies at an end.
    #[must_use]
    pub fn without(self, x: Dec) -> Range {
        let open = |bound| if bound == Closed(x) { Open(x) } else { bound };
        let rest = Range { low: open(self.low), high: open(self.high), ..self };
        if self.whole { rest.wholes() } else { rest }
    }

    /// `-x`
    #[must_use]
    pub fn neg(self) -> Range {
        let turn = |bound: Bound| bound.map(|x| Dec::ZERO.sub(x).ok());
        Range { low: turn(self.high), high: turn(self.low), ..self }
    }

    /// `a + b`
    #[must_use]
    pub fn add(self, other: Range) -> Range {
        self.join(other, |a, b| Range {
            low: sum(a.low, b.low),
            high: sum(a.high, b.high),
            whole: a.whole && b.whole,
            missing: false,
        })
    }

    /// `a - b`
    #[must_use]
    pub fn sub(self, other: Range) -> Range {
        self.add(other.neg())
    }

    /// `a × b`
    #[must_use]
    pub fn mul(self, other: Range) -> Range {
        self.join(other, |a, b| {
            // A whole factor takes nothing from the digits: the product is exact, and keeps open ends.
            for (x, y) in [(a, b), (b, a)] {
                if let Some(factor) = x.point().filter(|x| is_whole(*x) && !x.is_zero()) {
                    let y = if factor.is_negative() { y.neg() } else { y };
                    let times = |bound: Bound| bound.map(|x| x.mul(factor.abs()).ok());
                    return Range { low: times(y.low), high: times(y.high), whole: y.whole, missing: false };
                }
            }
            let lows = [Wide::low(a.low), Wide::high(a.high)];
            let highs = [Wide::low(b.low), Wide::high(b.high)];
            let products = lows.iter().flat_map(|x| highs.iter().map(|y| x.mul(*y)));
            let (low, high) = products.fold((Wide::Above, Wide::Below), |(low, high), x| (low.min(x), high.max(x)));
            Range { low: low.bound(), high: high.bound(), whole: a.whole && b.whole, missing: false }
        })
    }

    /// `a ÷ b`: no data where b is 0.
    #[must_use]
    pub fn div(self, other: Range) -> Range {
        let zero = other.contains(Dec::ZERO);
        let above = other.meet(Range::comparing(CompareOp::Gt, Dec::ZERO));
        let below = other.meet(Range::comparing(CompareOp::Lt, Dec::ZERO));
        let quotient = |divisor: Range| self.join(divisor, divide_by_positive);
        quotient(above).hull(quotient(below.neg()).neg()).or_missing(zero || self.missing || other.missing)
    }

    /// The distance from 0.
    #[must_use]
    pub fn abs(self) -> Range {
        let above = self.meet(Range::comparing(CompareOp::Ge, Dec::ZERO));
        let below = self.meet(Range::comparing(CompareOp::Le, Dec::ZERO));
        above.hull(below.neg())
    }

    /// The smaller of two numbers.
    #[must_use]
    pub fn min(self, other: Range) -> Range {
        self.join(other, |a, b| {
            let high = if compare_highs(a.high, b.high).is_le() { a.high } else { b.high };
            Range { low: lower(a.low, b.low), high, whole: a.whole && b.whole, missing: false }
        })
    }

    /// The larger of two numbers.
    #[must_use]
    pub fn max(self, other: Range) -> Range {
        self.neg().min(other.neg()).neg()
    }

    /// After a rounding that keeps the order of numbers.
    #[must_use]
    pub fn rounded(self, round: impl Fn(Dec) -> Dec) -> Range {
        let ends = |bound: Bound| bound.closed().map(|x| Some(round(x)));
        if self.is_empty() { self } else { Range { low: ends(self.low), high: ends(self.high), ..self } }
    }

    /// Rounded to `digits` after the point, half away from zero.
    #[must_use]
    pub fn round(self, digits: u32) -> Range {
        let rounded = self.rounded(|x| x.round(digits));
        Range { whole: self.whole || digits == 0, ..rounded }
    }

    /// Rounded to a multiple of `step`.
    #[must_use]
    pub fn round_to(self, step: Dec, rounding: Rounding) -> Range {
        let rounded = self.rounded(|x| x.round_to(step, rounding));
        Range { whole: self.whole && is_whole(step), ..rounded }
    }

    /// Whether a comparison of two numbers can hold, and whether it can fail.
    pub fn compare(self, op: CompareOp, other: Range) -> Truth {
        let missing = self.missing || other.missing;
        if self.is_empty() || other.is_empty() {
            return Truth { yes: false, no: false, missing };
        }
        let below = lies_below(self, other);
        let above = lies_below(other, self);
        let equal = match (self.point(), other.point()) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        };
        let can_equal = !self.meet(other).is_empty();
        // Whether some number of this lies below (or above) some number of the other.
        let (can_be_below, can_be_above) = (!above.or_equal, !below.or_equal);
        let (yes, no) = match op {
            CompareOp::Eq => (can_equal, !equal),
            CompareOp::Ne => (!equal, can_equal),
            CompareOp::Lt => (can_be_below, !below.strictly),
            CompareOp::Le => (!above.strictly, !below.or_equal),
            CompareOp::Gt => (can_be_above, !above.strictly),
            CompareOp::Ge => (!below.strictly, !above.or_equal),
        };
        Truth { yes, no, missing }
    }

    fn join(self, other: Range, f: impl Fn(Range, Range) -> Range) -> Range {
        let missing = self.missing || other.missing;
        if self.is_empty() || other.is_empty() {
            return Range { missing, ..Range::NEVER };
        }
        Range { missing, ..f(self, other) }
    }
}

/// As in mathematics: `[0, 1)`, `(0, ∞) whole`, `{3}`, `{}`; a `?` at the end where there may be no number.
impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.point(), self.low, self.high) {
            _ if self.is_empty() => f.write_str("{}")?,
            (Some(x), ..) => write!(f, "{{{x}}}")?,
            (None, low, high) => {
                match low {
                    Closed(x) => write!(f, "[{x}, ")?,
                    Open(x) => write!(f, "({x}, ")?,
                    Infinite => f.write_str("(-∞, ")?,
                }
                match high {
                    Closed(x) => write!(f, "{x}]")?,
                    Open(x) => write!(f, "{x})")?,
                    Infinite => f.write_str("∞)")?,
                }
                if self.whole {
                    f.write_str(" whole")?;
                }
            }
        }
        f.write_str(if self.missing { "?" } else { "" })
    }
}

/// Whether all of a lies below all of b.
#[derive(Clone, Copy, Debug)]
struct Below {
    strictly: bool,
    or_equal: bool,
}

fn lies_below(a: Range, b: Range) -> Below {
    match (a.high.number(), b.low.number()) {
        (Some(high), Some(low)) => {
            let touch = matches!((a.high, b.low), (Closed(_), Closed(_)));
            Below { strictly: high < low || high == low && !touch, or_equal: high <= low }
        }
        _ => Below { strictly: false, or_equal: false },
    }
}

fn sum(a: Bound, b: Bound) -> Bound {
    match (a, b) {
        (Infinite, _) | (_, Infinite) => Infinite,
        (Closed(x), Closed(y)) => x.add(y).map_or(Infinite, Closed),
        (Closed(x) | Open(x), Closed(y) | Open(y)) => x.add(y).map_or(Infinite, Open),
    }
}

fn divide_by_positive(a: Range, b: Range) -> Range {
    let (low, high) = (Wide::low(a.low), Wide::high(a.high));
    // The smallest divisor makes the quotient largest in size; it may come as near to 0 as a number can.
    let small = Some(Wide::low(b.low)).filter(|x| x.sign() > 0);
    let large = Some(Wide::high(b.high));
    let low = low.div(if low.sign() < 0 { small } else { large });
    let high = high.div(if high.sign() < 0 { large } else { small });
    Range { low: low.bound(), high: high.bound(), whole: false, missing: false }
}

pub(super) fn is_whole(x: Dec) -> bool {
    x.units() % Dec::UNITS == 0
}

fn floor(x: Dec) -> Option<Dec> {
    x.whole_times(Dec::ONE)
}

fn ceil(x: Dec) -> Option<Dec> {
    let turned = floor(Dec::ZERO.sub(x).ok()?)?;
    Dec::ZERO.sub(turned).ok()
}
