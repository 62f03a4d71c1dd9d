//! Rows that break their contract, set aside where somebody asks to run without them.
//!
//! A run that met none never comes here. Else every row of every table that is read is judged one by one; rows that refer to what
//! was set aside are found the next time, so whoever runs without bad rows tries until nothing more is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kpi_base::codes::data as codes;
use kpi_base::{Diagnostic, Severity, text};
use kpi_check::model::{Model, TableId};
use kpi_plan::Plan;

use crate::findings::LIMIT;
use crate::inputs::{Export, Input, Inputs};
use crate::loaded::{self, Loaded};
use crate::needs::find_needs;
use crate::rows::{BadRow, RowReader};

/// The rows set aside so far.
#[derive(Default)]
pub struct Quarantine {
    tables: BTreeMap<TableId, Vec<BadRow>>,
}

impl Quarantine {
    /// Sets aside what breaks its contract among the rows that a plan reads: they are left out of the inputs. Whether there was any.
    ///
    /// # Errors
    /// What keeps an export from being read at all.
    pub fn set_aside(&mut self, model: &Model, plan: &Plan, inputs: &mut Inputs) -> Result<bool, Vec<Diagnostic>> {
        let needs = find_needs(model, plan, inputs);
        let mut read = needs.loaded.clone();
        needs.scanned.iter().for_each(|(id, columns)| read.entry(*id).or_default().extend(columns));
        let mut found = find_bad(model, &read, None, inputs)?;
        if found.is_empty() {
            // Where what is referred to cannot be loaded, something else than a row is at fault.
            let Ok(loaded) = loaded::load_exports(model, &needs.loaded, inputs) else { return Ok(false) };
            found = find_bad(model, &read, Some(&loaded), inputs)?;
        }
        let any = !found.is_empty();
        for (id, rows) in found {
            leave_out(inputs, id, &rows);
            self.tables.entry(id).or_default().extend(rows);
        }
        Ok(any)
    }

    /// Everything that is wrong with the rows set aside, table by table.
    pub fn rows<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = (&'a str, &'a Diagnostic)> {
        self.tables.iter().flat_map(|(id, rows)| {
            let name = model.tables[*id].title.name.as_str();
            rows.iter().flat_map(|row| &row.findings).map(move |finding| (name, finding))
        })
    }

    /// What a run says of them: of each table the first findings, as warnings, and how many rows are missing.
    pub fn findings(&self, model: &Model) -> Vec<Diagnostic> {
        let mut told = Vec::new();
        for (id, rows) in &self.tables {
            let title = &model.tables[*id].title;
            let findings = rows.iter().flat_map(|row| &row.findings).take(LIMIT);
            told.extend(findings.map(|finding| Diagnostic { severity: Severity::Warning, ..finding.clone() }));
            let (n, table) = (rows.len(), &title.name);
            let message = match n {
                1 => text!("1 row of `{table}` breaks its contract and is left out", table),
                _ => text!("{n} rows of `{table}` break their contract and are left out", n, table),
            };
            told.push(
                Diagnostic::new(codes::ROWS_SET_ASIDE, message)
                    .label(title.span, text!("declared here"))
                    .help(text!("scores and pay are as if they were not there; mend the export and run again")),
            );
        }
        told
    }
}

/// The rows that break their contract, by table; with what is loaded, rows that refer to nothing too.
fn find_bad(
    model: &Model,
    read: &BTreeMap<TableId, BTreeSet<u32>>,
    loaded: Option<&Loaded>,
    inputs: &Inputs,
) -> Result<Vec<(TableId, Vec<BadRow>)>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    for (id, columns) in read {
        let Some(Input::Files(exports)) = inputs.get(id) else { continue };
        let columns = loaded::with_own_columns(&model.tables[*id], columns);
        let contracts = loaded::contracts(model, *id, columns.into_iter());
        let unique = loaded::unique_sets(model, *id, &contracts);
        let reader = RowReader { model, table: *id, contracts: &contracts, unique, loaded };
        let bad = reader.find_bad(exports)?;
        if !bad.is_empty() {
            found.push((*id, bad));
        }
    }
    Ok(found)
}

fn leave_out(inputs: &mut Inputs, id: TableId, rows: &[BadRow]) {
    let Some(Input::Files(exports)) = inputs.get_mut(&id) else { return };
    for (place, export) in exports.iter_mut().enumerate() {
        let rows = rows.iter().filter(|row| row.export == place).map(|row| row.row);
        let Export { left_out, .. } = export;
        Arc::make_mut(left_out).extend(rows);
    }
}
