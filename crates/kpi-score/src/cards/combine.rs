//! How the lines of a card, or of a group, become one mark.

use kpi_check::model::{Combine, WhenMissing};
use kpi_value::{Dec, Overflow};

/// What a line, a group or a card earned: the fraction of its weight, and its attainment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The fraction of the weight; 1 is all of it.
    pub fraction: Dec,
    /// The attainment that counts for the card; 1 is 100%.
    pub attainment: Dec,
}

/// One line that is on the card and scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its share of what holds it.
    pub weight: Dec,
    /// What it earned; none for no data.
    pub mark: Option<Mark>,
    /// Whether its target is met; a line without a target is met by its whole fraction.
    pub met: bool,
    /// What becomes of it without data.
    pub when_missing: WhenMissing,
}

/// What the lines came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Combined {
    /// None where a line without data fails the whole, and where no line is left.
    pub mark: Option<Mark>,
    /// Σ weight of the lines that are present, where `reweight` left one out and no other fails the whole.
    pub present: Option<Dec>,
}

impl Mark {
    /// 0% of both.
    pub const NOTHING: Mark = Mark { fraction: Dec::ZERO, attainment: Dec::ZERO };
    /// 100% of both.
    pub const ALL: Mark = Mark { fraction: Dec::ONE, attainment: Dec::ONE };
}

impl Part {
    /// The mark that counts: the line's own, or the one that `zero` and `full` put in its place.
    pub fn counted(&self) -> Option<Mark> {
        self.mark.or(match self.when_missing {
            WhenMissing::Zero => Some(Mark::NOTHING),
            WhenMissing::Full => Some(Mark::ALL),
            WhenMissing::Fail | WhenMissing::Reweight => None,
        })
    }

    /// Whether `reweight` leaves it out.
    pub fn left_out(&self) -> bool {
        self.mark.is_none() && self.when_missing == WhenMissing::Reweight
    }

    /// Whether it counts as met for `combine all`.
    pub fn counts_as_met(&self) -> bool {
        if self.mark.is_some() { self.met } else { self.when_missing == WhenMissing::Full }
    }
}

/// Makes one mark of the lines.
///
/// Lines that `reweight` leaves out count for nothing: the others share their weight. One line without data that is to
/// `fail` leaves no mark, and so does having no line left.
///
/// # Errors
/// [`Overflow`] if a sum leaves the range.
pub(crate) fn combine(how: Combine, parts: &[Part]) -> Result<Combined, Overflow> {
    let mut sum = Mark::NOTHING;
    let mut plain = Mark::NOTHING;
    let mut worst: Option<Mark> = None;
    let (mut weights, mut count) = (Dec::ZERO, 0i64);
    let (mut all_met, mut left_out, mut failed) = (true, false, false);
    for part in parts {
        if part.left_out() {
            left_out = true;
            continue;
        }
        let Some(mark) = part.counted() else {
            failed = true;
            break;
        };
        weights = weights.add(part.weight)?;
        sum.fraction = sum.fraction.add(part.weight.mul(mark.fraction)?)?;
        sum.attainment = sum.attainment.add(part.weight.mul(mark.attainment)?)?;
        plain.fraction = plain.fraction.add(mark.fraction)?;
        plain.attainment = plain.attainment.add(mark.attainment)?;
        worst = Some(worst.map_or(mark, |w| Mark {
            fraction: w.fraction.min(mark.fraction),
            attainment: w.attainment.min(mark.attainment),
        }));
        all_met &= part.counts_as_met();
        count += 1;
    }
    let Some(worst) = worst.filter(|_| !failed) else { return Ok(Combined { mark: None, present: None }) };
    let mark = match how {
        Combine::Sum if left_out => share(sum, weights)?,
        Combine::Sum => Some(sum),
        Combine::Worst => Some(worst),
        Combine::Average => share(plain, Dec::int(count))?,
        Combine::All => {
            Some(Mark { fraction: if all_met { Dec::ONE } else { Dec::ZERO }, attainment: worst.attainment })
        }
    };
    Ok(Combined { mark, present: (left_out && !weights.is_zero()).then_some(weights) })
}

/// Both numbers of a mark ÷ `by`; none for 0.
fn share(mark: Mark, by: Dec) -> Result<Option<Mark>, Overflow> {
    let fraction = mark.fraction.div(by)?;
    let attainment = mark.attainment.div(by)?;
    Ok(fraction.zip(attainment).map(|(fraction, attainment)| Mark { fraction, attainment }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Dec {
        text.parse().unwrap()
    }

    fn part(weight: &str, mark: Option<(&str, &str)>, when_missing: WhenMissing) -> Part {
        let mark = mark.map(|(f, a)| Mark { fraction: d(f), attainment: d(a) });
        let met = mark.is_some_and(|m| m.attainment >= Dec::ONE);
        Part { weight: d(weight), mark, met, when_missing }
    }

    fn mark(fraction: &str, attainment: &str) -> Option<Mark> {
        Some(Mark { fraction: d(fraction), attainment: d(attainment) })
    }

    #[test]
    fn five_lines_share_the_weight_of_one_that_is_left_out() {
        // 40% + 20% + 20% + 10% are present = 90%; (0.4·1 + 0.2·0.5 + 0.2·1 + 0.1·0) ÷ 0.9 = 0.7 ÷ 0.9.
        let parts = [
            part("0.4", Some(("1", "1.2")), WhenMissing::Fail),
            part("0.2", Some(("0.5", "0.5")), WhenMissing::Fail),
            part("0.2", Some(("1", "1")), WhenMissing::Fail),
            part("0.1", Some(("0", "0.3")), WhenMissing::Fail),
            part("0.1", None, WhenMissing::Reweight),
        ];
        let combined = combine(Combine::Sum, &parts).unwrap();
        // The attainments: (0.48 + 0.1 + 0.2 + 0.03) ÷ 0.9 = 0.81 ÷ 0.9.
        assert_eq!(combined.mark, mark("0.777777777778", "0.9"));
        assert_eq!(combined.present, Some(d("0.9")));
    }

    #[test]
    fn missing_lines_fail_or_count_as_written() {
        let known = part("0.6", Some(("0.5", "0.5")), WhenMissing::Fail);
        let with = |when| combine(Combine::Sum, &[known, part("0.4", None, when)]).unwrap().mark;
        assert_eq!(with(WhenMissing::Fail), None);
        assert_eq!(with(WhenMissing::Zero), mark("0.3", "0.3"));
        assert_eq!(with(WhenMissing::Full), mark("0.7", "0.7"));
        assert_eq!(with(WhenMissing::Reweight), mark("0.5", "0.5"));
    }

    #[test]
    fn nothing_left_is_no_data() {
        let out = part("0.5", None, WhenMissing::Reweight);
        for how in [Combine::Sum, Combine::Worst, Combine::Average, Combine::All] {
            assert_eq!(combine(how, &[out, out]).unwrap(), Combined { mark: None, present: None });
            assert_eq!(combine(how, &[]).unwrap().mark, None);
        }
    }

    #[test]
    fn worst_takes_fraction_and_attainment_separately() {
        // The fraction of the first, the attainment of the second.
        let parts =
            [part("0.5", Some(("0.2", "0.9")), WhenMissing::Fail), part("0.5", Some(("1", "0.7")), WhenMissing::Fail)];
        assert_eq!(combine(Combine::Worst, &parts).unwrap().mark, mark("0.2", "0.7"));
        assert_eq!(combine(Combine::Average, &parts).unwrap().mark, mark("0.6", "0.8"));
    }

    #[test]
    fn all_is_everything_or_nothing() {
        let met = part("0.9", Some(("1", "1.5")), WhenMissing::Fail);
        let missed = part("0.1", Some(("0.99", "0.99")), WhenMissing::Fail);
        let full = part("0.1", None, WhenMissing::Full);
        let zero = part("0.1", None, WhenMissing::Zero);
        assert_eq!(combine(Combine::All, &[met, met]).unwrap().mark, mark("1", "1.5"));
        assert_eq!(combine(Combine::All, &[met, missed]).unwrap().mark, mark("0", "0.99"));
        assert_eq!(combine(Combine::All, &[met, full]).unwrap().mark, mark("1", "1"));
        assert_eq!(combine(Combine::All, &[met, zero]).unwrap().mark, mark("0", "0"));
    }

    #[test]
    fn a_negative_fraction_is_kept() {
        let parts =
            [part("0.5", Some(("-0.2", "0")), WhenMissing::Fail), part("0.5", Some(("1", "1")), WhenMissing::Fail)];
        assert_eq!(combine(Combine::Sum, &parts).unwrap().mark, mark("0.4", "0.5"));
    }
}
