//! Whether a rule fires: its condition over the periods that it counts.

use kpi_results::RuleOutcome;

/// The outcome of a condition that must hold in every one of several periods.
///
/// `conditions` are those periods, the judged one first and going back; none for no data: a period without data, without
/// a complete card, or before the data begin. A judged period that fails it never fires. One earlier period that is known
/// to fail it breaks the streak whatever the others are; otherwise what is unknown leaves the rule not judged.
pub(crate) fn outcome(conditions: impl IntoIterator<Item = Option<bool>>) -> RuleOutcome {
    let mut outcome = RuleOutcome::Fired;
    for condition in conditions {
        match condition {
            Some(false) => return RuleOutcome::NotFired,
            None => outcome = RuleOutcome::NotJudged,
            Some(true) => {}
        }
    }
    outcome
}

/// The outcome of a rule that fires once: only in the first period in which it would.
///
/// `back` is how many periods before the judged one count, none if it lies before the first that counts; `before` says what would
/// have come of the rule so many periods earlier, none where it did not concern the subject. One that would have fired settles
/// it; else what is unknown leaves the rule not judged.
pub(crate) fn first_time(
    now: RuleOutcome,
    back: Option<i32>,
    before: impl Fn(usize) -> Option<RuleOutcome>,
) -> RuleOutcome {
    let Some(back) = back.and_then(|back| usize::try_from(back).ok()) else { return RuleOutcome::NotFired };
    if now == RuleOutcome::NotFired {
        return now;
    }
    let mut unknown = now == RuleOutcome::NotJudged;
    for n in 1..=back {
        match before(n) {
            Some(RuleOutcome::Fired) => return RuleOutcome::NotFired,
            Some(RuleOutcome::NotJudged) => unknown = true,
            Some(RuleOutcome::NotFired) | None => {}
        }
    }
    if unknown { RuleOutcome::NotJudged } else { RuleOutcome::Fired }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streak_needs_every_period() {
        let (t, f) = (Some(true), Some(false));
        assert_eq!(outcome([t, t]), RuleOutcome::Fired);
        assert_eq!(outcome([t, f]), RuleOutcome::NotFired);
        assert_eq!(outcome([f, t]), RuleOutcome::NotFired);
    }

    #[test]
    fn once_is_the_first_time_only() {
        use RuleOutcome::{Fired, NotFired, NotJudged};
        let of = |now, before: &[Option<RuleOutcome>]| first_time(now, Some(before.len() as i32), |n| before[n - 1]);
        assert_eq!(of(Fired, &[]), Fired);
        assert_eq!(of(Fired, &[Some(NotFired), None]), Fired);
        assert_eq!(of(Fired, &[Some(NotFired), Some(Fired)]), NotFired);
        // It fired before whatever the month in between was.
        assert_eq!(of(Fired, &[Some(NotJudged), Some(Fired)]), NotFired);
        assert_eq!(of(Fired, &[Some(NotJudged)]), NotJudged);
        assert_eq!(of(NotJudged, &[Some(Fired)]), NotFired);
        assert_eq!(of(NotFired, &[Some(NotJudged)]), NotFired);
        assert_eq!(first_time(Fired, Some(-1), |_| None), NotFired, "before the first period that counts");
    }

    #[test]
    fn a_period_without_data_neither_counts_nor_is_skipped() {
        let (t, f) = (Some(true), Some(false));
        assert_eq!(outcome([t, None]), RuleOutcome::NotJudged);
        assert_eq!(outcome([t, None, t]), RuleOutcome::NotJudged);
        assert_eq!(outcome([f, None]), RuleOutcome::NotFired);
        // Whatever the month in the middle was, the one before it broke the streak.
        assert_eq!(outcome([t, None, f]), RuleOutcome::NotFired);
        assert_eq!(outcome([None]), RuleOutcome::NotJudged);
    }
}
