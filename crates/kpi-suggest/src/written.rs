//! Numbers as the author of a policy writes them.

use kpi_check::model::{Model, Type};
use kpi_value::{Dec, Rounding};

use crate::propose::{Side, Wanted};

/// A number in the place of another one, in the same unit: `5万` becomes `4.8万`. It is rounded to three digits, with at most one more behind the point
/// than were written, and to the side on which it is easier to meet, so that no more people miss it than do without rounding. The text, and the number
/// that it says; none where that is not above 0.
pub(crate) fn rewrite(model: &Model, old: &str, wanted: &Wanted<'_>, new: Dec) -> Option<(String, Dec)> {
    let (number, unit) = split(old).unwrap_or((Dec::ONE, ""));
    let as_written = split(old).is_some();
    // How much one of the unit is.
    let factor = if as_written { wanted.today.div(number).ok()?? } else { Dec::ONE };
    let exact = new.div(factor).ok()??;
    if exact <= Dec::ZERO {
        return None;
    }
    let counted = wanted.bound.ty == Type::COUNT && factor == Dec::ONE;
    let decimals = if counted { 0 } else { number.fraction_digits().max(written_decimals(old)) + 1 };
    let rounding = if wanted.side == Side::Higher { Rounding::Down } else { Rounding::Up };
    let rounded = to_three(exact, decimals, rounding)?;
    let value = rounded.mul(factor).ok()?;
    if rounded <= Dec::ZERO {
        return None;
    }
    let text = if as_written { format!("{rounded}{unit}") } else { in_words(model, value, wanted.bound.ty) };
    Some((text, value))
}

/// A share in percent: `62.5%`.
pub(crate) fn percent(share: Dec) -> String {
    share.mul(Dec::HUNDRED).map_or_else(|_| share.to_string(), |x| format!("{}%", x.round(1)))
}

/// A number and its unit, if a text is just these.
fn split(text: &str) -> Option<(Dec, &str)> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | ','))).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let number: Dec = number.replace(['_', ','], "").parse().ok()?;
    let plain = unit.chars().all(|c| c.is_alphabetic() || c == '%' || c == ' ');
    (plain && number > Dec::ZERO).then_some((number, unit))
}

fn written_decimals(text: &str) -> u32 {
    let behind = text.split_once('.').map(|(_, behind)| behind).unwrap_or_default();
    behind.chars().take_while(char::is_ascii_digit).count() as u32
}

/// Rounded to three digits, and to so many behind the point at most.
fn to_three(x: Dec, most: u32, rounding: Rounding) -> Option<Dec> {
    let mut before = 1;
    let mut bound = Dec::int(10);
    while x >= bound {
        before += 1;
        bound = bound.mul(Dec::int(10)).ok()?;
    }
    if before <= 3 {
        // Below 1 more digits are needed to have three.
        let small = std::iter::successors(Some(Dec::ONE), |bound| bound.div(Dec::int(10)).ok().flatten());
        let zeros = small.skip(1).take_while(|bound| x < *bound && !bound.is_zero()).count() as u32;
        let digits = if x < Dec::ONE { 3 + zeros } else { most.min(3 - before) };
        return Some(x.round_with(digits, rounding));
    }
    let step = (3..before).try_fold(Dec::ONE, |step, _| step.mul(Dec::int(10)).ok())?;
    Some(x.round_to(step, rounding))
}

/// A value as the language writes it, where the author has not written one number.
fn in_words(model: &Model, value: Dec, ty: Type) -> String {
    match ty {
        Type::MONEY => format!("{value} {}", model.policy.currency.code),
        Type::DURATION => format!("{value}s"),
        Type::RATIO => percent(value),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Dec {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_and_its_unit() {
        assert_eq!(split("45s"), Some((d("45"), "s")));
        assert_eq!(split("1,000元"), Some((d("1000"), "元")));
        assert_eq!(split("5.5 万元"), Some((d("5.5"), " 万元")));
        assert_eq!(split("80%"), Some((d("80"), "%")));
        // Not one number.
        assert_eq!(split("2 × 100万"), None);
        assert_eq!(split("lookup(plan.gmv)"), None);
        assert_eq!(split("0"), None);
    }

    #[test]
    fn three_digits_to_the_easier_side() {
        let down = |x: &str, most: u32| to_three(d(x), most, Rounding::Down).unwrap().to_string();
        assert_eq!(down("44.8371", 1), "44.8");
        assert_eq!(down("83.76", 1), "83.7");
        assert_eq!(down("123456", 1), "123000");
        assert_eq!(down("999.9", 0), "999");
        assert_eq!(down("4.876", 1), "4.8");
        assert_eq!(down("0.0123456", 4), "0.0123");
        assert_eq!(down("0.004", 1), "0.004");
        let up = |x: &str, most: u32| to_three(d(x), most, Rounding::Up).unwrap().to_string();
        assert_eq!(up("44.8371", 1), "44.9");
        assert_eq!(up("123456", 1), "124000");
        assert_eq!(up("2.01", 0), "3");
    }
}
