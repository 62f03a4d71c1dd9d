//! How many rows of each source do not count, by its own word.

use kpi_base::codes::data::ROWS_LEFT_OUT;
use kpi_base::{Diagnostic, Text, text};
use kpi_check::model::Timing;
use kpi_plan::{LeftOut, PartFacts};

use crate::Evaluator;

/// One note for each `exclude` of a source that leaves out rows of the judged periods; of rows that hold for a while those at
/// the end of the last one.
pub(crate) fn left_out_rows(ev: &Evaluator<'_>, findings: &mut Vec<Diagnostic>) {
    for told in &ev.plan.left_out {
        let table = &ev.model.tables[told.table];
        for (exclusion, &part) in table.exclude.iter().zip(&told.parts) {
            let left_out = count(ev, told, part);
            if left_out == 0 {
                continue;
            }
            let rows = count(ev, told, told.rows);
            let (name, label) = (&table.title.name, exclusion.label.as_str());
            let message = text!("{n} of {rows} rows of `{name}` left out: {label}", n = left_out, rows, name, label);
            let place: Text = text!("these do not count");
            findings.push(Diagnostic::new(ROWS_LEFT_OUT, message).label(exclusion.condition.span, place));
        }
    }
}

/// The sum of a part over the judged periods.
fn count(ev: &Evaluator<'_>, told: &LeftOut, part: usize) -> u64 {
    let (plan, calendar) = (ev.plan, &ev.model.policy.calendar);
    let Some((cube, facts)) = plan.cubes.get(told.cube).zip(ev.facts.cubes.get(told.cube)) else { return 0 };
    let Some(PartFacts::Counts(counts)) = facts.parts.get(part) else { return 0 };
    let days = |from: kpi_value::Period, to: kpi_value::Period| {
        let place = |day| calendar.period(cube.grain.period, day).index;
        place(calendar.start(from))..=place(calendar.end(to))
    };
    let judged = match ev.model.tables[told.table].time {
        Timing::Timeless => None,
        Timing::Flow(_) | Timing::AsOf(_) => Some(days(plan.from, plan.to)),
        Timing::Stock { .. } => {
            let last = *days(plan.to, plan.to).end();
            Some(last..=last)
        }
    };
    let of_period = |period: &i32| judged.as_ref().is_none_or(|judged| judged.contains(period));
    facts.periods.iter().zip(counts).filter(|(period, _)| of_period(period)).map(|(_, count)| count).sum()
}
