//! Two derivations of the same number side by side.

use kpi_base::Text;
use kpi_results::{Derivation, Goal, Step};
use serde::Serialize;

/// A number in both versions, with those of the numbers below it that differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// What it is; as the newer version has it.
    pub what: Text,
    /// How it came about.
    pub step: Step,
    /// Its value before; none for no data, and where it was not there.
    pub base: Option<Goal>,
    /// Its value after.
    pub head: Option<Goal>,
    /// What was said of it before: which row of a table applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_base: Option<Text>,
    /// What is said of it after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_head: Option<Text>,
    /// What it came from, as far as that differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Pair>,
}

impl Pair {
    /// What differs in two derivations; none where nothing does. Without `measured`, only what is made of scores is told: attainments, weights,
    /// points, grades, and no number from the data.
    pub fn of(base: Option<&Derivation>, head: Option<&Derivation>, measured: bool) -> Option<Pair> {
        let shown = head.or(base)?;
        let told = |step: Step| measured || SCORED.contains(&step);
        if !told(shown.step) {
            return None;
        }
        let goal = |side: Option<&Derivation>| side.and_then(Derivation::goal);
        let note = |side: Option<&Derivation>| side.and_then(|d| d.note.clone()).filter(|_| measured);
        let (old, new) = (base.map_or(&[][..], |d| &d.from), head.map_or(&[][..], |d| &d.from));
        let mut free: Vec<&Derivation> = old.iter().collect();
        let mut from = Vec::new();
        // What has the same name is the same; of what has another one, the next of the same step.
        let mut rest = Vec::new();
        for one in new {
            let same = free.iter().position(|other| other.step == one.step && other.what == one.what);
            rest.push((one, same.map(|place| free.remove(place))));
        }
        for (one, before) in rest {
            let before = before.or_else(|| {
                let place = free.iter().position(|other| other.step == one.step)?;
                Some(free.remove(place))
            });
            from.extend(Pair::of(before, Some(one), measured));
        }
        from.extend(free.into_iter().filter_map(|gone| Pair::of(Some(gone), None, measured)));
        let pair = Pair {
            what: shown.what.clone(),
            step: shown.step,
            base: goal(base),
            head: goal(head),
            note_base: note(base),
            note_head: note(head),
            from,
        };
        let differs = pair.base != pair.head
            || pair.note_base != pair.note_head
            || base.is_some() != head.is_some()
            || !pair.from.is_empty();
        differs.then_some(pair)
    }
}

/// What is made of scores, and tells nothing that was measured or is paid.
const SCORED: [Step; 9] = [
    Step::Card,
    Step::Line,
    Step::Attainment,
    Step::Scoring,
    Step::Weight,
    Step::Adjustment,
    Step::Limit,
    Step::Rounding,
    Step::Grade,
];

#[cfg(test)]
mod tests {
    use kpi_results::Quantity;

    use super::*;

    fn node(what: &'static str, step: Step, value: &str, from: Vec<Derivation>) -> Derivation {
        Derivation {
            what: Text::verbatim(what),
            step,
            value: Some(Quantity { value: value.into(), unit: "points".into() }),
            band: None,
            note: None,
            rows: None,
            unknown_rows: None,
            left_out: Vec::new(),
            span: None,
            from,
        }
    }

    fn card(score: &str, target: &str) -> Derivation {
        let line = node(
            "time",
            Step::Line,
            score,
            vec![node("actual", Step::Actual, "40", Vec::new()), node("target", Step::Target, target, Vec::new())],
        );
        node("card", Step::Card, score, vec![line, node("rest", Step::Line, "1", Vec::new())])
    }

    fn names(pair: &Pair, out: &mut Vec<String>) {
        out.push(pair.what.to_string());
        pair.from.iter().for_each(|below| names(below, out));
    }

    #[test]
    fn only_what_differs_is_told() {
        let (base, head) = (card("80", "45"), card("72", "50"));
        let mut found = Vec::new();
        names(&Pair::of(Some(&base), Some(&head), true).unwrap(), &mut found);
        assert_eq!(found, ["card", "time", "target"]);
        assert_eq!(Pair::of(Some(&base), Some(&base), true), None);
    }

    #[test]
    fn what_was_measured_can_be_left_out() {
        let (base, head) = (card("80", "45"), card("72", "50"));
        let mut found = Vec::new();
        names(&Pair::of(Some(&base), Some(&head), false).unwrap(), &mut found);
        assert_eq!(found, ["card", "time"]);
    }
}
