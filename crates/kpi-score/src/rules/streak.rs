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
