//! From the mark of a card's lines to its final score and attainment: adjustments, limits, rounding, vetoes.

use kpi_check::model::VetoEffect;
use kpi_value::{Dec, Overflow, Rounding};

use super::combine::Mark;

/// Digits of a score after the point.
pub(crate) const SCORE_DIGITS: u32 = 2;
/// Digits of an attainment after the point: 0.01%.
pub(crate) const ATTAINMENT_DIGITS: u32 = 4;

/// The steps of one card's score, kept for its explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// 100 × what the lines came to.
    pub lines: Dec,
    /// After bonuses and deductions.
    pub adjusted: Dec,
    /// After the limits of the card.
    pub limited: Dec,
    /// After rounding.
    pub rounded: Dec,
    /// The attainment before rounding.
    pub exact_attainment: Dec,
    /// The attainment after rounding.
    pub attainment: Dec,
}

/// The points that a bonus or a deduction comes to: negative ones count as 0, and none are above the cap.
pub(crate) fn points(value: Dec, cap: Option<Dec>) -> Dec {
    let value = value.max(Dec::ZERO);
    cap.map_or(value, |cap| value.min(cap))
}

/// Adjusts, limits and rounds.
///
/// `adjustments` are the points of each, negative where they are taken away.
///
/// # Errors
/// [`Overflow`] if the score leaves the range.
pub(crate) fn steps(
    mark: Mark,
    adjustments: impl IntoIterator<Item = Dec>,
    score_limit: Option<Dec>,
    rounding: Rounding,
) -> Result<Steps, Overflow> {
    let lines = mark.fraction.mul(Dec::HUNDRED)?;
    let mut adjusted = lines;
    for points in adjustments {
        adjusted = adjusted.add(points)?;
    }
    let positive = adjusted.max(Dec::ZERO);
    let limited = score_limit.map_or(positive, |limit| positive.min(limit));
    Ok(Steps {
        lines,
        adjusted,
        limited,
        rounded: limited.round_with(SCORE_DIGITS, rounding),
        exact_attainment: mark.attainment,
        attainment: mark.attainment.round_with(ATTAINMENT_DIGITS, rounding),
    })
}

/// What a veto makes of a rounded score and attainment.
///
/// # Errors
/// [`Overflow`] never for caps that are scores.
pub(crate) fn veto(effect: VetoEffect, score: Dec, attainment: Dec) -> Result<(Dec, Dec), Overflow> {
    Ok(match effect {
        VetoEffect::ScoreZero => (Dec::ZERO, Dec::ZERO),
        VetoEffect::Cap(cap) => (score.min(cap), attainment.min(cap.mul(Dec::percent(1))?)),
        VetoEffect::PayZero => (score, attainment),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Dec {
        text.parse().unwrap()
    }

    fn run(fraction: &str, attainment: &str, adjustments: &[&str], limit: &str) -> Steps {
        let mark = Mark { fraction: d(fraction), attainment: d(attainment) };
        steps(mark, adjustments.iter().map(|a| d(a)), Some(d(limit)), Rounding::default()).unwrap()
    }

    #[test]
    fn points_are_never_negative_and_never_above_the_cap() {
        assert_eq!(points(d("-3"), Some(d("10"))), Dec::ZERO);
        assert_eq!(points(d("9.99"), Some(d("10"))), d("9.99"));
        assert_eq!(points(d("10"), Some(d("10"))), d("10"));
        assert_eq!(points(d("10.01"), Some(d("10"))), d("10"));
        assert_eq!(points(d("400"), None), d("400"));
    }

    #[test]
    fn bonus_and_deduction_move_the_score_only() {
        let steps = run("0.83456", "0.9", &["10", "-2.5"], "110");
        assert_eq!(steps.adjusted, d("90.956"));
        assert_eq!(steps.rounded, d("90.96"));
        assert_eq!(steps.attainment, d("0.9"));
    }

    #[test]
    fn a_score_stays_between_zero_and_its_limit() {
        assert_eq!(run("0.05", "0.05", &["-9"], "100").limited, Dec::ZERO);
        assert_eq!(run("1", "1", &["10"], "105").limited, d("105"));
        let mark = Mark { fraction: d("3"), attainment: Dec::ONE };
        assert_eq!(steps(mark, [], None, Rounding::default()).unwrap().rounded, d("300"));
    }

    #[test]
    fn rounding_is_half_away_from_zero_unless_the_policy_says_otherwise() {
        // 89.995 becomes 90.00, and 94.125 becomes 94.12 only where halves go to the even neighbour.
        assert_eq!(run("0.89995", "0.89995", &[], "100").rounded, d("90"));
        assert_eq!(run("0.89994999", "0.89995", &[], "100").rounded, d("89.99"));
        assert_eq!(run("0.89995", "0.89995", &[], "100").attainment, d("0.9"));
        let mark = Mark { fraction: d("0.94125"), attainment: d("0.94125") };
        let even = steps(mark, [], None, Rounding::HalfEven).unwrap();
        assert_eq!((even.rounded, even.attainment), (d("94.12"), d("0.9412")));
    }

    #[test]
    fn vetoes_zero_cap_or_leave() {
        let (score, attainment) = (d("104.5"), d("1.1"));
        assert_eq!(veto(VetoEffect::ScoreZero, score, attainment), Ok((Dec::ZERO, Dec::ZERO)));
        assert_eq!(veto(VetoEffect::Cap(d("60")), score, attainment), Ok((d("60"), d("0.6"))));
        assert_eq!(veto(VetoEffect::Cap(d("60")), d("12"), d("1.1")), Ok((d("12"), d("0.6"))));
        assert_eq!(veto(VetoEffect::PayZero, score, attainment), Ok((score, attainment)));
    }
}
