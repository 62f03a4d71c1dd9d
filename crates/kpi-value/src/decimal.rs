//! Exact decimals with twelve digits after the point.

use std::fmt;
use std::str::FromStr;

use ethnum::I256;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Rounding;

/// A decimal number with at most twelve digits after the point and 38 digits in all.
///
/// Sums and differences are exact. A product or a quotient with more digits is rounded half away from zero to twelve.
/// What leaves the range is an [`Overflow`], never a wrapped or a missing number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dec(i128);

/// A result left the range of [`Dec`]: 26 digits before the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number has more than 26 digits before the point")]
pub struct Overflow;

/// Why a text is not a [`Dec`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDecError {
    /// The text is not digits with at most one point and an optional sign.
    #[error("not a number")]
    NotANumber,
    /// More than twelve digits stand after the point.
    #[error("more than 12 digits after the point")]
    TooManyDigits,
    /// More than 26 digits stand before the point.
    #[error("more than 26 digits before the point")]
    TooLarge,
}

#[allow(clippy::should_implement_trait, reason = "the operators' traits cannot return an overflow")]
impl Dec {
    /// Digits after the point.
    pub const SCALE: u32 = 12;
    /// The units of 1.
    pub const UNITS: i128 = 1_000_000_000_000;
    /// 0.
    pub const ZERO: Dec = Dec(0);
    /// 1, which is also 100%.
    pub const ONE: Dec = Dec(Self::UNITS);
    /// 100.
    pub const HUNDRED: Dec = Dec(100 * Self::UNITS);
    /// The first number of units that does not fit.
    const LIMIT: i128 = 10i128.pow(38);

    /// The whole number `n`.
    pub const fn int(n: i64) -> Dec {
        Dec(n as i128 * Self::UNITS)
    }

    /// `n` hundredths: `percent(98)` is 98%.
    pub const fn percent(n: i64) -> Dec {
        Dec(n as i128 * (Self::UNITS / 100))
    }

    /// The number of which `units` are 10⁻¹² each.
    ///
    /// # Errors
    /// [`Overflow`] if it has more than 38 digits.
    pub const fn from_units(units: i128) -> Result<Dec, Overflow> {
        if units > -Self::LIMIT && units < Self::LIMIT { Ok(Dec(units)) } else { Err(Overflow) }
    }

    /// The number as a whole number of 10⁻¹².
    pub const fn units(self) -> i128 {
        self.0
    }

    /// The number `units × 10^-scale`; `None` if that has more than twelve digits after the point or overflows.
    pub fn from_scaled(units: i128, scale: u32) -> Option<Dec> {
        if scale <= Self::SCALE {
            let factor = 10i128.checked_pow(Self::SCALE - scale)?;
            Self::from_units(units.checked_mul(factor)?).ok()
        } else {
            let factor = 10i128.checked_pow(scale - Self::SCALE)?;
            (units % factor == 0).then_some(Dec(units / factor))
        }
    }

    /// The sum, exact.
    ///
    /// # Errors
    /// [`Overflow`] if the sum leaves the range; likewise below.
    pub fn add(self, other: Dec) -> Result<Dec, Overflow> {
        self.0.checked_add(other.0).ok_or(Overflow).and_then(Self::from_units)
    }

    /// The difference, exact.
    ///
    /// # Errors
    /// See [`Dec::add`].
    pub fn sub(self, other: Dec) -> Result<Dec, Overflow> {
        self.0.checked_sub(other.0).ok_or(Overflow).and_then(Self::from_units)
    }

    /// The product, rounded half away from zero to twelve digits.
    ///
    /// # Errors
    /// See [`Dec::add`].
    pub fn mul(self, other: Dec) -> Result<Dec, Overflow> {
        match self.0.checked_mul(other.0) {
            Some(product) => Self::from_units(div_round(product, Self::UNITS)),
            None => narrow(div_round_wide(I256::from(self.0) * I256::from(other.0), I256::from(Self::UNITS))),
        }
    }

    /// The quotient, rounded half away from zero to twelve digits; `None` if the divisor is 0.
    ///
    /// # Errors
    /// See [`Dec::add`].
    pub fn div(self, other: Dec) -> Result<Option<Dec>, Overflow> {
        self.mul_div(Dec::ONE, other)
    }

    /// `self × factor ÷ divisor`, rounded once; `None` if the divisor is 0.
    ///
    /// # Errors
    /// See [`Dec::add`].
    pub fn mul_div(self, factor: Dec, divisor: Dec) -> Result<Option<Dec>, Overflow> {
        if divisor.0 == 0 {
            return Ok(None);
        }
        let quotient = match self.0.checked_mul(factor.0) {
            Some(product) => Self::from_units(div_round(product, divisor.0))?,
            None => narrow(div_round_wide(I256::from(self.0) * I256::from(factor.0), I256::from(divisor.0)))?,
        };
        Ok(Some(quotient))
    }

    /// Rounded half away from zero to `digits` after the point.
    pub fn round(self, digits: u32) -> Dec {
        self.round_with(digits, Rounding::HalfAwayFromZero)
    }

    /// Rounded to `digits` after the point in the given way.
    pub fn round_with(self, digits: u32, rounding: Rounding) -> Dec {
        if digits >= Self::SCALE {
            return self;
        }
        Dec(to_multiple(self.0, 10i128.pow(Self::SCALE - digits), rounding))
    }

    /// Rounded to a whole multiple of `step`; unchanged if `step` is not positive.
    pub fn round_to(self, step: Dec, rounding: Rounding) -> Dec {
        if step.0 <= 0 { self } else { Dec(to_multiple(self.0, step.0, rounding)) }
    }

    /// The largest whole number that is not above the quotient `self ÷ other`; `None` if the divisor is 0.
    pub fn whole_times(self, other: Dec) -> Option<Dec> {
        if other.0 == 0 {
            return None;
        }
        Self::from_units(floor_div(self.0, other.0).checked_mul(Self::UNITS)?).ok()
    }

    /// The distance from 0.
    pub const fn abs(self) -> Dec {
        Dec(self.0.abs())
    }

    /// Whether the number is below 0.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether the number is 0.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The nearest binary number; only for what the language calls approximate (`stddev`, `zscore`, fractional powers),
    /// for progress bars and for drawing.
    pub fn approximate(self) -> f64 {
        self.0 as f64 / Self::UNITS as f64
    }

    /// The decimal nearest to a binary number, rounded to twelve digits.
    ///
    /// # Errors
    /// [`Overflow`] if it is not finite or too large.
    pub fn from_approximate(x: f64) -> Result<Dec, Overflow> {
        let scaled = x * Self::UNITS as f64;
        if scaled.is_finite() && scaled.abs() < 1e37 { Ok(Dec(scaled.round() as i128)) } else { Err(Overflow) }
    }

    /// Digits after the point that are not trailing zeros.
    pub fn fraction_digits(self) -> u32 {
        let (mut rest, mut digits) = (split(self.0.unsigned_abs()).1, Self::SCALE);
        if rest == 0 {
            return 0;
        }
        if rest.is_multiple_of(1_000_000) {
            (rest, digits) = (rest / 1_000_000, digits - 6);
        }
        while rest.is_multiple_of(10) {
            (rest, digits) = (rest / 10, digits - 1);
        }
        digits
    }

    /// The number with exactly `digits` after the point, rounded half away from zero.
    pub fn to_fixed(self, digits: u32) -> String {
        DecText::new(self.round(digits), digits.min(Self::SCALE)).as_str().to_owned()
    }

    /// The number as it is shown, with as few digits as it has, in a place of its own: large outputs are written so.
    pub fn text(self) -> DecText {
        DecText::new(self, self.fraction_digits())
    }
}

/// The text of a [`Dec`]: `0.5`, `-12`, `100000`.
#[derive(Clone, Copy, Debug)]
pub struct DecText {
    /// The text stands at the end: a sign, 26 digits, the point and 12 digits at the most.
    bytes: [u8; 40],
    len: usize,
}

impl DecText {
    /// The text of a number that has no more than `digits` after the point.
    fn new(number: Dec, digits: u32) -> DecText {
        let (mut whole, fraction) = split(number.0.unsigned_abs());
        let mut bytes = [0; 40];
        let (mut slots, mut len) = (bytes.iter_mut().rev(), 0);
        let mut put = |byte: u8| {
            if let Some(slot) = slots.next() {
                (*slot, len) = (byte, len + 1);
            }
        };
        if digits > 0 {
            let mut fraction = fraction / 10u64.pow(Dec::SCALE - digits);
            for _ in 0..digits {
                put(b'0' + (fraction % 10) as u8);
                fraction /= 10;
            }
            put(b'.');
        }
        // Where it fits 64 bits, division is much cheaper.
        while whole > u128::from(u64::MAX) {
            put(b'0' + (whole % 10) as u8);
            whole /= 10;
        }
        let mut whole = whole as u64;
        loop {
            put(b'0' + (whole % 10) as u8);
            whole /= 10;
            if whole == 0 {
                break;
            }
        }
        if number.0 < 0 {
            put(b'-');
        }
        DecText { bytes, len }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.bytes.len() - self.len..).unwrap_or_default()
    }
}

/// The digits before the point, and behind it in units of 10⁻¹².
fn split(units: u128) -> (u128, u64) {
    let one = Dec::UNITS.unsigned_abs();
    match u64::try_from(units) {
        Ok(units) => (u128::from(units / one as u64), units % one as u64),
        Err(_) => (units / one, (units % one) as u64),
    }
}

/// `a ÷ b` rounded half away from zero; `b` is not 0.
fn div_round(a: i128, b: i128) -> i128 {
    let (quotient, rest) = (a / b, a % b);
    if rest.unsigned_abs() >= b.unsigned_abs() - rest.unsigned_abs() && rest != 0 {
        quotient + if (a < 0) == (b < 0) { 1 } else { -1 }
    } else {
        quotient
    }
}

/// As [`div_round`], over products that need 256 bits.
fn div_round_wide(a: I256, b: I256) -> I256 {
    let (quotient, rest) = (a / b, a % b);
    if rest != I256::ZERO && rest.abs() >= b.abs() - rest.abs() {
        quotient + if a.is_negative() == b.is_negative() { I256::ONE } else { -I256::ONE }
    } else {
        quotient
    }
}

fn narrow(wide: I256) -> Result<Dec, Overflow> {
    i128::try_from(wide).map_err(|_| Overflow).and_then(Dec::from_units)
}

fn floor_div(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// `units` moved to a multiple of `step`, which is positive.
fn to_multiple(units: i128, step: i128, rounding: Rounding) -> i128 {
    let floor = floor_div(units, step);
    let rest = units - floor * step;
    let up = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::HalfAwayFromZero => {
            let twice = rest.cmp(&(step - rest));
            twice.is_gt() || (twice.is_eq() && units >= 0)
        }
        Rounding::HalfEven => {
            let twice = rest.cmp(&(step - rest));
            twice.is_gt() || (twice.is_eq() && floor % 2 != 0)
        }
    };
    (floor + i128::from(up)) * step
}

impl FromStr for Dec {
    type Err = ParseDecError;

    fn from_str(text: &str) -> Result<Dec, ParseDecError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(ParseDecError::NotANumber);
        }
        let mut units: i128 = 0;
        for byte in whole.bytes() {
            if !byte.is_ascii_digit() {
                return Err(ParseDecError::NotANumber);
            }
            units = units * 10 + i128::from(byte - b'0');
            if units >= Self::LIMIT / Self::UNITS {
                return Err(ParseDecError::TooLarge);
            }
        }
        let mut scale = 0;
        for byte in fraction.bytes() {
            if !byte.is_ascii_digit() {
                return Err(ParseDecError::NotANumber);
            }
            if scale < Self::SCALE {
                units = units * 10 + i128::from(byte - b'0');
                scale += 1;
            } else if byte != b'0' {
                return Err(ParseDecError::TooManyDigits);
            }
        }
        let units = units * 10i128.pow(Self::SCALE - scale);
        Ok(Dec(if negative { -units } else { units }))
    }
}

impl fmt::Display for Dec {
    /// As few digits as the number has: `0.5`, `-12`, `100000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl Serialize for Dec {
    /// A decimal string, so that no reader turns it into a binary number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Dec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dec, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
