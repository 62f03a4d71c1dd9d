//! Facts that were read once, for versions that ask the same of the data: most changes (a target, a weight, a bracket) ask nothing else.

use std::sync::{Arc, Mutex, PoisonError};

use kpi_check::model::Model;
use kpi_plan::{Facts, Stage};
use serde_json::Value;

/// Facts by what was asked.
#[derive(Default)]
pub(super) struct Known(Mutex<Vec<(String, Arc<Vec<Facts>>)>>);

impl Known {
    /// The facts for a version: those of one that asks the same, else what `read` finds.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn facts<E>(
        &self,
        model: &Model,
        stages: &[Stage<'_>],
        read: impl FnOnce() -> Result<Vec<Facts>, E>,
    ) -> Result<Arc<Vec<Facts>>, E> {
        let asked = question(model, stages);
        // Who asks the same at once waits, and reads nothing.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, facts)) = known.iter().find(|(known, _)| Some(known) == asked.as_ref()) {
            return Ok(Arc::clone(facts));
        }
        let facts = Arc::new(read()?);
        known.extend(asked.map(|asked| (asked, Arc::clone(&facts))));
        Ok(facts)
    }
}

/// All that an engine reads of a policy and its plans. What only tells where something is written, or which place an expression has among
/// others, is left out; parameters are part of it where the data are asked by one.
fn question(model: &Model, stages: &[Stage<'_>]) -> Option<String> {
    let plans = stages.iter().map(|stage| {
        let plan = &stage.plan;
        serde_json::to_value((
            (plan.from, plan.to, plan.data_until, plan.history),
            (&plan.ranges, &plan.rosters, &plan.cubes, &plan.spines, &plan.left_out),
        ))
    });
    let plans = plans.collect::<serde_json::Result<Vec<Value>>>().ok()?;
    let policy =
        serde_json::to_value((&model.policy.calendar, model.policy.period, &model.dimensions, &model.scales)).ok()?;
    let tables = serde_json::to_value(&model.tables).ok()?;
    let mut asked = Value::Array(vec![policy, tables, Value::Array(plans)]);
    bare(&mut asked);
    let mut key = asked.to_string();
    if key.contains("\"param\":") {
        let mut params = serde_json::to_value(&model.params).ok()?;
        bare(&mut params);
        key.push_str(&params.to_string());
    }
    Some(key)
}

fn bare(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let expression = fields.contains_key("kind") && fields.contains_key("ty");
            fields.retain(|name, _| !(name.ends_with("span") || name == "doc" || expression && name == "id"));
            fields.values_mut().for_each(bare);
        }
        Value::Array(items) => items.iter_mut().for_each(bare),
        _ => {}
    }
}
