//! By what an overview groups subjects: their team, or another column of their roster.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use kpi_base::{Diagnostic, Join, Text, codes::config as codes, text};
use kpi_check::model::{Model, TableId, Timing, Type};
use kpi_check::names::nearest;
use kpi_plan::{Facts, Plan, Roster};
use kpi_report::{Groups, Titles};
use kpi_value::{Period, Value};

use crate::console::Failure;

/// The column of each roster by which its subjects are grouped.
pub(crate) struct Grouping(BTreeMap<TableId, u32>);

impl Grouping {
    /// The column of this name; without one the first that refers to another roster, else the first of a dimension.
    pub fn find(model: &Model, name: Option<&str>) -> Result<Grouping, Failure> {
        let tables: Vec<TableId> = model.scorecards.iter().map(|(_, card)| card.table).collect();
        let column = |table: &TableId| Some((*table, group_column(model, *table, name)?));
        let mut columns: BTreeMap<TableId, u32> = tables.iter().filter_map(column).collect();
        // A team stands with its own people.
        let referred = columns.iter().filter_map(|(table, index)| match model.tables[*table].column(*index)?.ty {
            Type::Reference(to) if to != *table => Some(to),
            _ => None,
        });
        for to in referred.collect::<Vec<_>>() {
            columns.extend(model.tables[to].label.or(model.tables[to].key).map(|own| (to, own)));
        }
        let Some(name) = name.filter(|_| columns.is_empty()) else { return Ok(Grouping(columns)) };
        let known = tables.iter().flat_map(|table| &model.tables[*table].columns);
        let known: Vec<&str> = known.filter(|c| groups(c.ty)).map(|c| c.title.name.as_str()).collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => text!("did you mean `{near}`?", near),
            None if known.is_empty() => text!("the rosters of the scorecards have no such columns"),
            None => {
                let list = Text::list(known.iter().map(Text::quoted), Join::Comma);
                text!("subjects may be grouped by {list}", list)
            }
        };
        let message = text!("no roster with a scorecard has a reference or a dimension `{name}`", name);
        Err(Failure::one(Diagnostic::new(codes::NOTHING_OF_THIS_NAME, message).help(help)))
    }

    /// Asks a plan for the columns, and for the names of what they refer to.
    pub fn plan(&self, model: &Model, plan: &mut Plan) {
        for (table, index) in &self.0 {
            let refers = model.tables[*table].column(*index).map(|column| column.ty);
            let label =
                if let Some(Type::Reference(to)) = refers { model.tables[to].label.zip(Some(to)) } else { None };
            for roster in &mut plan.rosters {
                let wanted = [Some((*index, *table)), label].into_iter().flatten();
                roster.columns.extend(wanted.filter(|(_, of)| *of == roster.table).map(|(index, _)| index));
                roster.columns.sort_unstable();
                roster.columns.dedup();
            }
        }
    }

    /// Adds the group of each subject in each period judged.
    pub fn add(&self, titles: &mut Titles, model: &Model, facts: &Facts, (from, to): (Period, Period)) {
        for (table, index) in &self.0 {
            let Some(roster) = facts.rosters.iter().find(|roster| roster.table == *table) else { continue };
            let mut groups = Groups::new();
            for index_of_period in from.index..=to.index {
                let period = Period { index: index_of_period, ..from };
                add_period(&mut groups, model, facts, roster, *index, period);
            }
            let groups = Rc::new(groups);
            for (_, card) in model.scorecards.iter().filter(|(_, card)| card.table == *table) {
                titles.add_groups(&card.title.name, &groups);
            }
        }
    }
}

const fn groups(ty: Type) -> bool {
    matches!(ty, Type::Reference(_) | Type::Member(_))
}

fn group_column(model: &Model, table: TableId, name: Option<&str>) -> Option<u32> {
    let declared = &model.tables[table];
    let columns = || declared.columns.iter().zip(0u32..);
    let of = |fits: &dyn Fn(Type) -> bool| columns().find(|(column, _)| fits(column.ty)).map(|(_, index)| index);
    match name {
        Some(name) => declared.find(name).filter(|(_, column)| groups(column.ty)).map(|(index, _)| index),
        None => of(&|ty| matches!(ty, Type::Reference(_))).or_else(|| of(&|ty| matches!(ty, Type::Member(_)))),
    }
}

/// As of the last day of the period on which a subject is on the roster.
fn add_period(groups: &mut Groups, model: &Model, facts: &Facts, roster: &Roster, index: u32, period: Period) {
    let calendar = &model.policy.calendar;
    let (start, end, shown) = (calendar.start(period), calendar.end(period), calendar.show(period));
    let Some(column) = roster.column(index).filter(|column| !column.absent) else { return };
    let names = names(model, facts, model.tables[roster.table].column(index).map(|column| column.ty));
    let rows = roster.entities.iter().zip(&roster.validity).zip(&column.values);
    for ((entity, (from, to)), value) in rows {
        let holds = from.is_none_or(|from| from <= end) && to.is_none_or(|to| to >= start);
        let timed = matches!(model.tables[roster.table].time, Timing::Flow(_));
        let (true, Some(key)) = (holds || timed, roster.keys.get(*entity as usize)) else { continue };
        let place = (key.to_string(), shown.clone());
        match value.as_ref().and_then(|value| names.shown(value)) {
            Some(group) => groups.insert(place, group),
            None => groups.remove(&place),
        };
    }
}

/// What groups are called.
enum Names<'a> {
    Members(Vec<&'a str>),
    Keys(HashMap<&'a str, &'a str>),
}

fn names<'a>(model: &'a Model, facts: &'a Facts, ty: Option<Type>) -> Names<'a> {
    match ty {
        Some(Type::Member(id)) => Names::Members(model.dimensions[id].members.iter().map(|m| m.shown()).collect()),
        Some(Type::Reference(to)) => {
            let roster = facts.rosters.iter().find(|roster| roster.table == to);
            let label =
                roster.zip(model.tables[to].label).and_then(|(roster, label)| Some((roster, roster.column(label)?)));
            let Some((roster, label)) = label else { return Names::Keys(HashMap::new()) };
            let rows = roster.entities.iter().zip(&label.values);
            let named = rows.filter_map(|(entity, value)| {
                Some((&**roster.keys.get(*entity as usize)?, value.as_ref()?.as_text()?))
            });
            Names::Keys(named.collect())
        }
        _ => Names::Keys(HashMap::new()),
    }
}

impl Names<'_> {
    fn shown(&self, value: &Value) -> Option<String> {
        match self {
            Names::Members(members) => members.get(value.as_member()? as usize).map(|name| (*name).to_owned()),
            Names::Keys(names) => {
                let key = value.as_text()?;
                Some(names.get(key).copied().unwrap_or(key).to_owned())
            }
        }
    }
}
