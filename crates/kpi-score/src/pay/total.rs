//! What an incentive comes to for one subject.

use kpi_value::{Dec, Overflow, Rounding};

/// Whether a subject is paid at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is: each pay is computed.
    Paid,
    /// It is not eligible, or a veto takes every pay away: each pay and the total are 0.
    Nothing,
    /// Data are missing on which everything hangs (an incomplete card, an unknown eligibility): every pay is held.
    Held,
}

/// The least and the most that a total may be. None inside is no data, which holds the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The `cap`, if there is one.
    pub cap: Option<Option<Dec>>,
    /// The `floor`, if one is written; else it is 0.
    pub floor: Option<Option<Dec>>,
}

/// One pay: the amount rounded to a multiple of `round_to`.
pub(crate) fn pay(standing: Standing, amount: Option<Dec>, round_to: Dec, rounding: Rounding) -> Option<Dec> {
    match standing {
        Standing::Held => None,
        Standing::Nothing => Some(Dec::ZERO),
        Standing::Paid => amount.map(|amount| amount.round_to(round_to, rounding)),
    }
}

/// The total: the sum of the rounded pays, then at most the cap, then at least the floor. One pay that is held holds the
/// total.
///
/// # Errors
/// [`Overflow`] if the sum leaves the range.
pub(crate) fn total(
    standing: Standing,
    pays: impl IntoIterator<Item = Option<Dec>>,
    limits: Limits,
) -> Result<Option<Dec>, Overflow> {
    let Some(sum) = sum(pays)? else { return Ok(None) };
    if standing != Standing::Paid {
        return Ok(Some(Dec::ZERO));
    }
    let capped = match limits.cap {
        Some(None) => return Ok(None),
        Some(Some(cap)) => sum.min(cap),
        None => sum,
    };
    let Some(floor) = limits.floor.unwrap_or(Some(Dec::ZERO)) else { return Ok(None) };
    Ok(Some(capped.max(floor)))
}

/// The sum; none if one is none.
///
/// # Errors
/// [`Overflow`] if it leaves the range.
pub(crate) fn sum(amounts: impl IntoIterator<Item = Option<Dec>>) -> Result<Option<Dec>, Overflow> {
    let mut sum = Dec::ZERO;
    for amount in amounts {
        let Some(amount) = amount else { return Ok(None) };
        sum = sum.add(amount)?;
    }
    Ok(Some(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Dec {
        text.parse().unwrap()
    }

    const FREE: Limits = Limits { cap: None, floor: None };

    fn total_of(standing: Standing, pays: &[&str], limits: Limits) -> Option<Dec> {
        total(standing, pays.iter().map(|p| p.parse().ok()), limits).unwrap()
    }

    #[test]
    fn each_pay_is_rounded_before_it_is_added() {
        // 0.005 and 0.005 are 0.01 each: 0.02, not 0.01.
        let cent = Dec::percent(1);
        let half = pay(Standing::Paid, Some(d("0.005")), cent, Rounding::default());
        assert_eq!(half, Some(d("0.01")));
        assert_eq!(sum([half, half]), Ok(Some(d("0.02"))));
        let down = pay(Standing::Paid, Some(d("2666.666666666667")), Dec::ONE, Rounding::Down);
        assert_eq!(down, Some(d("2666")));
        assert_eq!(pay(Standing::Paid, Some(d("-0.005")), cent, Rounding::default()), Some(d("-0.01")));
    }

    #[test]
    fn cap_then_floor() {
        let limits = |cap: &str, floor: &str| Limits { cap: Some(cap.parse().ok()), floor: Some(floor.parse().ok()) };
        assert_eq!(total_of(Standing::Paid, &["700", "500"], limits("1000", "0")), Some(d("1000")));
        assert_eq!(total_of(Standing::Paid, &["700"], limits("1000", "800")), Some(d("800")));
        // A floor above the cap wins: it comes last.
        assert_eq!(total_of(Standing::Paid, &["700"], limits("500", "600")), Some(d("600")));
        assert_eq!(total_of(Standing::Paid, &["-5"], FREE), Some(Dec::ZERO));
        assert_eq!(total_of(Standing::Paid, &["-5"], limits("10", "-20")), Some(d("-5")));
    }

    #[test]
    fn what_is_not_known_is_held() {
        assert_eq!(total_of(Standing::Paid, &["700", "-"], FREE), None);
        assert_eq!(total_of(Standing::Paid, &["700"], Limits { cap: Some(None), floor: None }), None);
        assert_eq!(total_of(Standing::Paid, &["700"], Limits { cap: None, floor: Some(None) }), None);
        assert_eq!(pay(Standing::Held, Some(Dec::ONE), Dec::ONE, Rounding::default()), None);
    }

    #[test]
    fn who_gets_nothing_gets_no_floor_either() {
        let floor = Limits { cap: None, floor: Some(Some(d("500"))) };
        assert_eq!(pay(Standing::Nothing, None, Dec::ONE, Rounding::default()), Some(Dec::ZERO));
        assert_eq!(total_of(Standing::Nothing, &["0"], floor), Some(Dec::ZERO));
    }
}
