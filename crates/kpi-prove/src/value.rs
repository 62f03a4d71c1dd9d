//! What is known of a value in advance: the range in which it lies, and how it moves as one indicator gets better.
//!
//! Ends are computed with the operations of the value stage. Each of them is monotone with its rounding, so that a number
//! which the value stage comes to is never outside of what is computed here.

use kpi_base::Span;
use kpi_value::{Dec, Overflow, Value};

/// How a value moves as the indicator in question gets better, everything else being the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trend {
    /// Not at all.
    Same,
    /// It never falls.
    Up,
    /// It never rises.
    Down,
    /// Nobody knows.
    Any,
}

/// The numbers from one end to another, both included; an end that is not there has no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The lowest.
    pub low: Option<Dec>,
    /// The highest.
    pub high: Option<Dec>,
}

/// A number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub range: Range,
    pub trend: Trend,
    /// What has no limit, where an end is not there.
    pub free: Option<Span>,
}

/// A truth value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truth {
    pub can_be_false: bool,
    pub can_be_true: bool,
    pub trend: Trend,
}

/// A value of an expression, if it has data.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known {
    /// No data, whatever is measured.
    Nothing,
    Number(Number),
    Truth(Truth),
    /// A member, a text, a date: one of these, or any where none are named.
    One(Option<Vec<Value>>, Trend),
}

impl Trend {
    pub const fn flip(self) -> Trend {
        match self {
            Trend::Up => Trend::Down,
            Trend::Down => Trend::Up,
            other => other,
        }
    }

    /// That of a sum.
    pub const fn and(self, other: Trend) -> Trend {
        match (self, other) {
            (Trend::Same, x) | (x, Trend::Same) => x,
            (Trend::Up, Trend::Up) => Trend::Up,
            (Trend::Down, Trend::Down) => Trend::Down,
            _ => Trend::Any,
        }
    }

    /// That of a product with a number of this range.
    pub fn times(self, factor: Range) -> Trend {
        match self {
            Trend::Same => Trend::Same,
            _ if factor.low.is_some_and(|low| low >= Dec::ZERO) => self,
            _ if factor.high.is_some_and(|high| high <= Dec::ZERO) => self.flip(),
            _ => Trend::Any,
        }
    }

    pub const fn never_falls(self) -> bool {
        matches!(self, Trend::Same | Trend::Up)
    }
}

impl Range {
    /// All numbers.
    pub const ALL: Range = Range { low: None, high: None };

    /// One number.
    pub const fn point(x: Dec) -> Range {
        Range { low: Some(x), high: Some(x) }
    }

    /// From one to the other.
    pub const fn new(low: Dec, high: Dec) -> Range {
        Range { low: Some(low), high: Some(high) }
    }

    /// From here on.
    pub const fn from(low: Dec) -> Range {
        Range { low: Some(low), high: None }
    }

    /// The one number in it.
    pub fn as_point(self) -> Option<Dec> {
        self.low.filter(|low| Some(*low) == self.high)
    }

    /// Whether a number lies in it.
    pub fn holds(self, x: Dec) -> bool {
        self.low.is_none_or(|low| low <= x) && self.high.is_none_or(|high| x <= high)
    }

    /// The range that the checker found.
    pub(crate) fn of(found: &kpi_check::ranges::Range) -> Range {
        Range { low: found.low.number(), high: found.high.number() }
    }

    /// The numbers that are in both; the other's where there are none.
    #[must_use]
    pub fn meet(self, other: Range) -> Range {
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let met = Range { low: self.low.max(other.low), high };
        if met.low.zip(met.high).is_some_and(|(low, high)| low > high) { other } else { met }
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn join(self, other: Range) -> Range {
        Range {
            low: self.low.zip(other.low).map(|(a, b)| a.min(b)),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
        }
    }

    /// The part that lies in another; that of nothing is the nearest end.
    #[must_use]
    pub fn clamp(self, low: Option<Dec>, high: Option<Dec>) -> Range {
        let into = |x: Dec| {
            let x = low.map_or(x, |low| x.max(low));
            high.map_or(x, |high| x.min(high))
        };
        Range { low: self.low.map_or(low, |x| Some(into(x))), high: self.high.map_or(high, |x| Some(into(x))) }
    }

    /// The numbers of a function that never falls.
    #[must_use]
    pub fn rising(self, f: impl Fn(Dec) -> Dec) -> Range {
        Range { low: self.low.map(&f), high: self.high.map(&f) }
    }

    pub(crate) fn neg(self) -> Range {
        let flip = |end: Option<Dec>| end.and_then(|x| Dec::ZERO.sub(x).ok());
        Range { low: flip(self.high), high: flip(self.low) }
    }

    pub(crate) fn add(self, other: Range) -> Range {
        let sum = |a: Option<Dec>, b: Option<Dec>| a.zip(b).and_then(|(a, b)| a.add(b).ok());
        Range { low: sum(self.low, other.low), high: sum(self.high, other.high) }
    }

    pub(crate) fn mul(self, other: Range) -> Range {
        corners(self, other, false, |a, b| a.mul(b))
    }

    /// Quotients, where they have data: the divisor is not 0.
    pub(crate) fn div(self, other: Range) -> Range {
        let zero = Dec::ZERO;
        let positive = other.low.is_some_and(|low| low > zero);
        let negative = other.high.is_some_and(|high| high < zero);
        if positive || negative {
            return corners(self, other, true, |a, b| a.div(b)?.ok_or(Overflow));
        }
        // The divisor comes as near to 0 as it likes: only the signs are known.
        let (above, below) = (other.low.is_some_and(|low| low >= zero), other.high.is_some_and(|high| high <= zero));
        let (not_negative, not_positive) =
            (self.low.is_some_and(|low| low >= zero), self.high.is_some_and(|high| high <= zero));
        match (above, below) {
            (true, _) if not_negative => Range::from(zero),
            (_, true) if not_positive => Range::from(zero),
            (true, _) if not_positive => Range { low: None, high: Some(zero) },
            (_, true) if not_negative => Range { low: None, high: Some(zero) },
            _ => Range::ALL,
        }
    }
}

/// An end of a range as one of the numbers with both infinities.
#[derive(Clone, Copy)]
enum End {
    Least,
    At(Dec),
    Most,
}

/// The range of a product or a quotient, by the corners. What is too large has no limit; what is divided by what has no limit
/// comes as near to 0 as it likes.
fn corners(a: Range, b: Range, divides: bool, f: impl Fn(Dec, Dec) -> Result<Dec, Overflow>) -> Range {
    let ends = |range: Range| [range.low.map_or(End::Least, End::At), range.high.map_or(End::Most, End::At)];
    let sign = |end: End| match end {
        End::Least => -1,
        End::Most => 1,
        End::At(x) => i32::from(x > Dec::ZERO) - i32::from(x < Dec::ZERO),
    };
    let (mut low, mut high): (Option<End>, Option<End>) = (None, None);
    for x in ends(a) {
        for y in ends(b) {
            let value = match (x, y) {
                (End::At(x), End::At(y)) => match f(x, y) {
                    Ok(value) => End::At(value),
                    Err(Overflow) if sign(End::At(x)) * sign(End::At(y)) < 0 => End::Least,
                    Err(Overflow) => End::Most,
                },
                (_, End::Least | End::Most) if divides => End::At(Dec::ZERO),
                _ => match sign(x) * sign(y) {
                    0 => End::At(Dec::ZERO),
                    s if s < 0 => End::Least,
                    _ => End::Most,
                },
            };
            low = Some(match (low, value) {
                (None, value) => value,
                (Some(End::Least), _) | (_, End::Least) => End::Least,
                (Some(End::At(a)), End::At(b)) => End::At(a.min(b)),
                (Some(End::Most), value) | (Some(value), End::Most) => value,
            });
            high = Some(match (high, value) {
                (None, value) => value,
                (Some(End::Most), _) | (_, End::Most) => End::Most,
                (Some(End::At(a)), End::At(b)) => End::At(a.max(b)),
                (Some(End::Least), value) | (Some(value), End::Least) => value,
            });
        }
    }
    let finite = |end: Option<End>| if let Some(End::At(x)) = end { Some(x) } else { None };
    Range { low: finite(low), high: finite(high) }
}

impl Number {
    pub const fn same(range: Range) -> Number {
        Number { range, trend: Trend::Same, free: None }
    }

    pub const fn point(x: Dec) -> Number {
        Number::same(Range::point(x))
    }

    /// Either of them, as something decides that does not move.
    pub fn join(self, other: Number) -> Number {
        Number {
            range: self.range.join(other.range),
            trend: self.trend.and(other.trend),
            free: self.free.or(other.free),
        }
    }

    pub fn neg(self) -> Number {
        Number { range: self.range.neg(), trend: self.trend.flip(), free: self.free }
    }

    pub fn add(self, other: Number) -> Number {
        Number {
            range: self.range.add(other.range),
            trend: self.trend.and(other.trend),
            free: self.free.or(other.free),
        }
    }

    pub fn mul(self, other: Number) -> Number {
        let trend = self.trend.times(other.range).and(other.trend.times(self.range));
        Number { range: self.range.mul(other.range), trend, free: self.free.or(other.free) }
    }

    pub fn div(self, other: Number) -> Number {
        // b·da − a·db, of which b² does not change the sign; a divisor that changes its sign breaks it.
        let by_divisor = other.trend.flip().times(self.range);
        let trend = match self.trend.times(other.range).and(by_divisor) {
            trend if other.range.low.is_some_and(|low| low >= Dec::ZERO) => trend,
            trend if other.range.high.is_some_and(|high| high <= Dec::ZERO) => trend,
            Trend::Same => Trend::Same,
            _ => Trend::Any,
        };
        Number { range: self.range.div(other.range), trend, free: self.free.or(other.free) }
    }

    /// A function of it that never falls.
    pub fn rising(self, f: impl Fn(Dec) -> Dec) -> Number {
        Number { range: self.range.rising(f), ..self }
    }

    pub fn clamp(self, low: Option<Dec>, high: Option<Dec>) -> Number {
        Number { range: self.range.clamp(low, high), ..self }
    }

    /// The smaller of the two.
    pub fn min(self, other: Number) -> Number {
        let high = match (self.range.high, other.range.high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let low = self.range.low.zip(other.range.low).map(|(a, b)| a.min(b));
        Number { range: Range { low, high }, trend: self.trend.and(other.trend), free: self.free.or(other.free) }
    }

    /// The larger of the two.
    pub fn max(self, other: Number) -> Number {
        self.neg().min(other.neg()).neg()
    }
}

impl Truth {
    pub const fn known(truth: bool) -> Truth {
        Truth { can_be_false: !truth, can_be_true: truth, trend: Trend::Same }
    }

    pub const fn open(trend: Trend) -> Truth {
        Truth { can_be_false: true, can_be_true: true, trend }
    }

    pub const fn settled(can_be_false: bool, can_be_true: bool, trend: Trend) -> Truth {
        let trend = if can_be_false && can_be_true { trend } else { Trend::Same };
        Truth { can_be_false, can_be_true, trend }
    }

    pub const fn not(self) -> Truth {
        Truth { can_be_false: self.can_be_true, can_be_true: self.can_be_false, trend: self.trend.flip() }
    }

    pub const fn and(self, other: Truth) -> Truth {
        let can_be_true = self.can_be_true && other.can_be_true;
        Truth::settled(self.can_be_false || other.can_be_false, can_be_true, self.trend.and(other.trend))
    }

    pub const fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }

    /// 1 for true, 0 for false.
    pub const fn number(self) -> Number {
        let low = if self.can_be_false { Dec::ZERO } else { Dec::ONE };
        let high = if self.can_be_true { Dec::ONE } else { Dec::ZERO };
        Number { range: Range::new(low, high), trend: self.trend, free: None }
    }
}

impl Known {
    pub fn number(&self) -> Option<Number> {
        if let Known::Number(number) = self { Some(*number) } else { None }
    }

    pub fn trend(&self) -> Trend {
        match self {
            Known::Nothing => Trend::Same,
            Known::Number(number) => number.trend,
            Known::Truth(truth) => truth.trend,
            Known::One(_, trend) => *trend,
        }
    }

    /// Either of them, as something decides that does not move.
    pub fn join(self, other: Known) -> Known {
        match (self, other) {
            (Known::Nothing, x) | (x, Known::Nothing) => x,
            (Known::Number(a), Known::Number(b)) => Known::Number(a.join(b)),
            (Known::Truth(a), Known::Truth(b)) => Known::Truth(Truth {
                can_be_false: a.can_be_false || b.can_be_false,
                can_be_true: a.can_be_true || b.can_be_true,
                trend: a.trend.and(b.trend),
            }),
            (Known::One(Some(mut a), s), Known::One(Some(b), t)) => {
                a.extend(b);
                a.sort();
                a.dedup();
                Known::One(Some(a), s.and(t))
            }
            (a, b) => Known::One(None, a.trend().and(b.trend())),
        }
    }
}
