//! Data on which two versions of a policy may come to different results: subjects at the breakpoints of both, with rows that measure
//! what they are to measure.
//!
//! Nothing here is a proof. Rows are worked out backwards as far as that goes, and whoever asks runs both versions over them.

mod rows;

use std::collections::{BTreeMap, BTreeSet};

use kpi_base::{Text, text};
use kpi_check::model::{ColumnId, Model, TableId};
use kpi_check::ranges::Ranges;
use kpi_plan::{Judged, Roots, stages};
use kpi_value::Period;

use crate::inputs::Kind;
use crate::obligations::Unit;
use crate::replay::{Sample, period_of};
use crate::search::Search;
use crate::versus::{Compared, Place};
use rows::{Maker, subject_key};

/// Made subjects with their data.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The period of the policy in which they are judged.
    pub period: String,
    /// The keys of the subjects.
    pub subjects: Vec<String>,
    rows: Vec<Made>,
    /// The tables and columns that both versions read, in the order of the older one.
    columns: Vec<(String, Vec<String>)>,
}

/// A row of an export.
#[derive(Clone, Debug)]
struct Made {
    table: String,
    subject: usize,
    cells: BTreeMap<String, String>,
}

/// How many cases are tried, and how many subjects of each version in one of them: so many where everything changes at once, and so many
/// where one thing does.
const CASES: usize = 8;
const SUBJECTS: usize = 50;

/// Trials for a result that is not equal; each by itself, for its period.
///
/// # Errors
/// Why there is none: one version reads data that the other one does not know.
pub fn trials(base: &Model, head: &Model, compared: &Compared) -> Result<Vec<Trial>, Text> {
    let (old_ranges, new_ranges) = (Ranges::on_demand(base), Ranges::on_demand(head));
    let sides = [(base, &old_ranges, compared.base), (head, &new_ranges, compared.head)];
    let [old_columns, new_columns] = sides.map(|(model, _, place)| columns_read(model, place));
    let named = |model: &Model, columns: &BTreeSet<ColumnId>| -> BTreeSet<(String, String)> {
        columns
            .iter()
            .map(|id| (model.tables[id.table].title.name.clone(), model.column(*id).title.name.clone()))
            .collect()
    };
    let (ours, theirs) = (named(base, &old_columns), named(head, &new_columns));
    let knows = |model: &Model, (table, column): &(String, String)| {
        model.tables.iter().any(|(_, known)| known.title.name == *table && known.find(column).is_some())
    };
    for (model, all) in [(head, &ours), (base, &theirs)] {
        if let Some((table, column)) = all.iter().find(|column| !knows(model, column)) {
            return Err(text!("only one version knows `{table}.{column}`", table, column));
        }
    }
    let all: BTreeSet<(String, String)> = ours.union(&theirs).cloned().collect();
    let columns = in_order(base, &all);
    let mut trials: BTreeMap<(i32, String), Trial> = BTreeMap::new();
    for (model, ranges, place) in sides {
        let unit = unit(model, ranges, place);
        for case in unit.cases().into_iter().take(CASES) {
            let period = judged_period(model, place, |model| period_of(model, &case));
            let own = model.policy.calendar.start(period);
            let shown = model.policy.calendar.show(model.policy.calendar.period(model.policy.declared, own));
            let trial = trials.entry((own.0, shown.clone())).or_insert_with(|| Trial {
                period: shown,
                subjects: Vec::new(),
                rows: Vec::new(),
                columns: columns.clone(),
            });
            let search = Search::new((model, ranges), unit.subject, &case, &unit.inputs);
            let mut maker = Maker::new(model, unit.subject.table, period);
            let (ground, around) = (search.ground(), search.around());
            let others = around.into_iter().skip(ground.len()).collect();
            for sample in some(ground).into_iter().chain(some(others)) {
                let subject = trial.subjects.len();
                if made(&mut maker, &unit, &sample, subject) {
                    trial.subjects.push(subject_key(model, unit.subject.table, subject));
                }
            }
            trial.rows.extend(maker.rows.into_iter().map(|row| {
                let name = |column: u32| model.column(ColumnId { table: row.table, index: column }).title.name.clone();
                Made {
                    table: model.tables[row.table].title.name.clone(),
                    subject: row.subject,
                    cells: row.cells.into_iter().map(|(column, cell)| (name(column), cell)).collect(),
                }
            }));
        }
    }
    Ok(trials.into_values().filter(|trial| !trial.subjects.is_empty()).collect())
}

fn unit<'m>(model: &'m Model, ranges: &'m Ranges<'m>, place: Place) -> Unit<'m> {
    Unit::new(model, ranges, place.card, place.incentive, subjects_of(model, place))
}

fn subjects_of(model: &Model, place: Place) -> TableId {
    let incentive = place.incentive.map(|id| model.incentives[id].table);
    let card = place.card.map(|id| model.scorecards[id].table);
    card.or(incentive).unwrap_or(TableId::new(0))
}

/// The period in which a result is judged, of its own kind.
fn judged_period(model: &Model, place: Place, of: impl Fn(&Model) -> Period) -> Period {
    let card = place.card.map(|id| model.scorecards[id].period);
    let kind = place.incentive.map(|id| model.incentives[id].period).or(card);
    of(&model.judged_by(kind.unwrap_or(model.policy.period)))
}

/// Makes the rows of one subject; false, and none of them, where they break a contract.
fn made(maker: &mut Maker<'_>, unit: &Unit<'_>, sample: &Sample, subject: usize) -> bool {
    maker.begin(subject);
    let inputs = || unit.inputs.list.iter().zip(sample);
    for (input, value) in inputs() {
        if let Kind::Attribute(path) = &input.kind {
            maker.attribute(path, value.as_ref());
        }
    }
    for (input, value) in inputs() {
        match &input.kind {
            Kind::Actual(id) => maker.measure_indicator(*id, value.as_ref()),
            Kind::Read(expr) => maker.measure(expr, value.as_ref()),
            Kind::Attribute(_) => true,
        };
    }
    let sound = maker.finish();
    if !sound {
        maker.forget();
    }
    sound
}

/// So many samples that both versions can be run over all of them at once.
fn some(samples: Vec<Sample>) -> Vec<Sample> {
    let step = samples.len().div_ceil(SUBJECTS).max(1);
    samples.into_iter().step_by(step).collect()
}

/// Every column of an export that a result hangs on.
fn columns_read(model: &Model, place: Place) -> BTreeSet<ColumnId> {
    let mut roots = Roots::default();
    roots.scorecards.extend(place.card);
    roots.incentives.extend(place.incentive);
    let period = model.policy.calendar.period(model.policy.period, kpi_value::Date(20_000));
    let judged: Judged = kpi_plan::judged_inside(model, period, period);
    let kinds = roots.kinds(model);
    let judged: Judged = kinds
        .into_iter()
        .map(|kind| {
            let own = model.policy.calendar.containing(kind, period);
            (kind, judged.get(&kind).copied().unwrap_or((own, own)))
        })
        .collect();
    stages(model, &judged, None, &roots).iter().flat_map(|stage| stage.plan.columns(&stage.model)).collect()
}

/// Tables and their columns in the order in which they are declared, rosters first.
fn in_order(model: &Model, all: &BTreeSet<(String, String)>) -> Vec<(String, Vec<String>)> {
    let mut tables: Vec<_> = model.tables.iter().map(|(_, table)| table).collect();
    tables.sort_by_key(|table| !table.roster);
    let of = |table: &kpi_check::model::Table| {
        let name = &table.title.name;
        let names = table.columns.iter().map(|column| column.title.name.clone());
        let read: Vec<String> = names.filter(|column| all.contains(&(name.clone(), column.clone()))).collect();
        (!read.is_empty()).then(|| (name.clone(), read))
    };
    tables.into_iter().filter_map(of).collect()
}

impl Trial {
    /// A test in the language: the data of one subject, or of all of them, but for some tables, and what is expected.
    pub fn test(&self, title: &str, subject: Option<usize>, expects: &[String], left_out: &[&str]) -> String {
        let mut out = format!("test \"{}\" {{\n  period {}\n", title.replace('"', "'"), self.period);
        for (table, columns) in self.columns.iter().filter(|(table, _)| !left_out.contains(&table.as_str())) {
            out += &format!("  {table} | {} |\n", columns.join(" | "));
            let indent = " ".repeat(table.chars().count());
            let rows = self.rows.iter().filter(|row| row.table == *table);
            for row in rows.filter(|row| subject.is_none_or(|subject| row.subject == subject)) {
                let cell = |column: &String| row.cells.get(column).map(String::as_str).unwrap_or_default();
                let cells: Vec<String> = columns.iter().map(|column| self.shown(cell(column), subject)).collect();
                out += &format!("  {indent} | {} |\n", cells.join(" | "));
            }
        }
        for expect in expects {
            out += &format!("  expect {expect}\n");
        }
        out + "}\n"
    }

    /// A cell; a subject that stands alone is called as the first one, and so are the rows that were made for it.
    fn shown(&self, cell: &str, subject: Option<usize>) -> String {
        let Some(subject) = subject else { return cell.to_owned() };
        if self.subjects.get(subject).is_some_and(|key| key == cell) {
            return self.first_key().to_owned();
        }
        cell.replacen(&format!("-{}-", subject + 1), "-", 1)
    }

    /// The key of a subject in a test of its own.
    pub fn first_key(&self) -> &str {
        self.subjects.first().map(String::as_str).unwrap_or_default()
    }

    /// The tables in which a subject has no rows.
    pub fn without_rows(&self, subject: usize) -> Vec<&str> {
        let has = |table: &str| self.rows.iter().any(|row| row.subject == subject && row.table == table);
        self.columns.iter().map(|(table, _)| table.as_str()).filter(|table| !has(table)).collect()
    }

    /// How far the data of a subject are from plain: negative numbers first, then how many rows there are.
    pub fn oddness(&self, subject: usize) -> (usize, usize) {
        let own = self.rows.iter().filter(|row| row.subject == subject);
        let negative = own.clone().flat_map(|row| row.cells.values()).filter(|cell| cell.starts_with('-'));
        (negative.count(), own.count())
    }
}
