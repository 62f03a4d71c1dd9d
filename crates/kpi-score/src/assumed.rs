//! Results of subjects that are imagined: their attributes and what was measured of them are given, not read from data.
//!
//! A proof of a policy ends with an input that breaks what was claimed, and such an input counts only if the value stage
//! itself, with nothing of it exchanged, comes to the result. [`imagine`] makes facts without a row of data, and
//! [`score_assumed`] computes with what is assumed in place of what would be read from it. What is neither assumed nor
//! computed from assumptions is no data.

use std::sync::Arc;

use kpi_check::model::{ExprId, IndicatorId, Model, Path, Subject, TableId, Timing, Type};
use kpi_plan::{CubeFacts, Facts, Plan, Roster, RosterColumn, SpineId};
use kpi_value::Value;

use crate::eval::Reading;
use crate::scored::score_with;
use crate::{Column, Evaluator, Scored};

/// What is assumed of some subjects of one table, the same in every period: one value a subject, `None` for no data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assumed {
    /// Attributes.
    pub attributes: Vec<(Path, Vec<Option<Value>>)>,
    /// Aggregates, lookups and whatever else is read from rows, by the expression; all copies of one are to be given.
    pub expressions: Vec<(ExprId, Type, Vec<Option<Value>>)>,
    /// What indicators measured; of one that is rolled up, in each of the shorter periods.
    pub actuals: Vec<(IndicatorId, Vec<Option<Value>>)>,
}

/// The key of the `index`-th imagined subject; keys are in the order of their subjects.
pub fn imagined_key(index: usize) -> String {
    format!("{index:08}")
}

/// Facts with so many subjects of a table, without any other row.
pub fn imagine(model: &Model, plan: &Plan, table: TableId, subjects: usize) -> Facts {
    let roster = |used: &kpi_plan::RosterUse| {
        let own = used.table == table;
        let count = if own { subjects } else { 0 };
        let column = |&index: &u32| {
            // A row of a flow is there in the period into which its time falls.
            let is_time = own && model.tables[table].time == Timing::Flow(index);
            let ty = model.tables[used.table].columns.get(index as usize).map(|column| column.ty);
            let day = model.policy.calendar.start(plan.from);
            let time = match ty {
                Some(Type::DateTime) => Value::DateTime(day.midnight()),
                Some(Type::Period(kind)) => Value::Period(model.policy.calendar.period(kind, day)),
                _ => Value::Date(day),
            };
            RosterColumn { index, values: vec![is_time.then_some(time); count], absent: false }
        };
        Roster {
            table: used.table,
            keys: (0..count).map(|index| Arc::from(imagined_key(index))).collect(),
            entities: (0..count as u32).collect(),
            validity: vec![(None, None); count],
            columns: used.columns.iter().map(column).collect(),
        }
    };
    Facts {
        rosters: plan.rosters.iter().map(roster).collect(),
        cubes: vec![CubeFacts::default(); plan.cubes.len()],
        ..Facts::default()
    }
}

/// Computes what the plan wants of subjects of a table of whom this is assumed. The facts are those of [`imagine`].
pub fn score_assumed<'a>(
    model: &'a Model,
    plan: &'a Plan,
    facts: &'a Facts,
    table: TableId,
    assumed: &Assumed,
) -> Scored<'a> {
    let mut ev = Evaluator::new(model, plan, facts);
    for spine in (0..plan.spines.len() as u32).map(SpineId) {
        if ev.spine(spine).subject == Subject::Table(table) {
            ev.assume(spine, assumed);
        }
    }
    score_with(ev)
}

impl Evaluator<'_> {
    fn assume(&mut self, spine: SpineId, assumed: &Assumed) {
        let cells = self.spine(spine);
        let entities: Vec<usize> = (0..cells.cells()).map(|cell| cells.entity(cell)).collect();
        let column = |ty: Type, values: &[Option<Value>]| {
            let value = |entity: &usize| values.get(*entity).cloned().flatten();
            Arc::new(Column::of(ty, entities.iter().map(value)))
        };
        let mut attributes = Vec::new();
        for (path, values) in &assumed.attributes {
            let Some(last) = path.last() else { continue };
            attributes.push(((spine, path.clone()), column(self.model.column(last).ty, values)));
        }
        let mut actuals = Vec::new();
        for (id, values) in &assumed.actuals {
            // One that is rolled up is measured in the shorter periods only.
            if self.inside_spine(*id, spine).is_some() {
                continue;
            }
            let actual = column(self.model.indicators[*id].formula.ty, values);
            for strict in [false, true] {
                actuals.push((Reading { id: *id, spine, strict }, Arc::clone(&actual)));
            }
        }
        let expressions = assumed.expressions.iter().map(|(id, ty, values)| ((*id, spine), column(*ty, values)));
        let expressions: Vec<_> = expressions.collect();
        self.attributes.extend(attributes);
        self.actuals.extend(actuals);
        self.assumed.extend(expressions);
    }
}
