//! Numbers that results suggest.

use kpi_check::model::{CompareOp, Expr, Target};
use kpi_score::{Goal, quantile};
use kpi_value::Dec;

/// What is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Higher,
    Lower,
}

/// The number that another one can stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'m> {
    pub op: CompareOp,
    pub bound: &'m Expr,
    pub side: Side,
    /// Today's number, above 0.
    pub today: Dec,
}

/// The target at a quantile of the results from the worst to the best, and their median made better by a share; none where a number is too
/// large. Quantiles are linear between neighbours: definition 7 of Hyndman and Fan, "Sample quantiles in statistical packages" (1996), as in the
/// language.
pub(crate) fn propose(wanted: &Wanted<'_>, values: &[Dec], share: Dec, growth: Dec) -> [Option<Dec>; 2] {
    let mut sorted: Vec<(Dec, u64)> = values.iter().map(|value| (*value, 1)).collect();
    sorted.sort_unstable();
    let at = |share: Dec| quantile(&sorted, share).ok().flatten();
    let (share, grown) = match wanted.side {
        Side::Higher => (Some(share), Dec::ONE.add(growth).ok()),
        Side::Lower => (Dec::ONE.sub(share).ok(), Dec::ONE.sub(growth).ok()),
    };
    let median = at(Dec::percent(50));
    [share.and_then(at), median.zip(grown).and_then(|(median, grown)| median.mul(grown).ok())]
}

/// Whether a result would meet a target with another number, tolerance included.
pub(crate) fn meets(target: &Target, number: Dec, value: Dec) -> bool {
    let goal = Goal::new(target, number, number);
    let widened = target.tolerance.as_ref().and_then(|tolerance| goal.widened(tolerance).ok());
    goal.holds(value) || widened.is_some_and(|goal| goal.holds(value))
}
