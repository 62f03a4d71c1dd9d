//! Indicators of generated policies, bound to entries that say the same of tables whose columns are called otherwise, come to the same.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::{BTreeMap, BTreeSet};

use kpi_base::FileId;
use kpi_syntax::ast::{ByTable, ItemKind, Table, TypeKind};
use kpi_testkit::compare::first_difference;
use kpi_testkit::generate::{Block, Case};
use kpi_testkit::{check, interpret, read};

/// Words that ask for the attributes of subjects, or for what only some places know; and `exists`, beside which a column without its table
/// may belong to a table that only `exists` names: an entry writes the table in front there.
const NOT_OF_TABLES: [&str; 6] = ["via", "among", "self", "stint", "over", "exists"];

/// A formula about tables as parameters, and the tables in their order.
fn about_parameters<'t>(
    formula: &str,
    tables: &'t BTreeMap<String, Table>,
    rosters: &BTreeSet<String>,
    elsewhere: &BTreeSet<String>,
) -> Option<(String, Vec<&'t Table>)> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    for (at, c) in formula.char_indices().chain([(formula.len(), ' ')]) {
        match (start, is_name(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    let named = |(from, to): &(usize, usize)| formula[*from..*to].to_owned();
    let mut taken: Vec<&Table> = Vec::new();
    for word in words.iter().filter(|(from, _)| !formula[..*from].ends_with('.')) {
        if let Some(table) = tables.get(&named(word)).filter(|table| !taken.iter().any(|t| t.name == table.name)) {
            taken.push(table);
        }
    }
    let mut out = String::new();
    let mut last = 0;
    let mut chain: Vec<String> = Vec::new();
    for word in &words {
        let (name, behind) = (named(word), formula[word.1..].chars().next());
        out += &formula[last..word.0];
        last = word.1;
        if formula[..word.0].ends_with('.') && !chain.is_empty() {
            chain.push(name.clone());
        } else {
            chain = vec![name.clone()];
        }
        let head = taken.iter().position(|table| table.name.text == chain[0]);
        let column = |name: &str| taken.iter().any(|table| table.columns.iter().any(|c| c.name.text == name));
        let of_roster = |name: &str| {
            let tables = rosters.iter().filter_map(|roster| tables.get(roster));
            tables.flat_map(|table| &table.columns).any(|column| column.name.text == name)
        };
        match (chain.len(), head) {
            (1, Some(place)) => out += &format!("t{place}"),
            // It may be an attribute of the subject, which is no row of a table that an entry takes.
            (2, Some(_)) if rosters.contains(&chain[0]) || !in_aggregate(&formula[..word.0]) => return None,
            (2, Some(_)) => out += &format!("k_{name}"),
            (1, None) if NOT_OF_TABLES.contains(&name.as_str()) || elsewhere.contains(&name) => return None,
            (1, None) if column(&name) && behind != Some('(') => out += &format!("k_{name}"),
            (1, None) if elsewhere.contains(&format!("{name}!")) && behind != Some('[') => return None,
            // An attribute of the subject.
            (1, None) if of_roster(&name) && behind != Some('(') => return None,
            (1, None) => out += &name,
            (2, None) if chain[0] == "period" || chain[0].starts_with(|c: char| c.is_ascii_digit()) => out += &name,
            _ => return None,
        }
    }
    out += &formula[last..];
    (!taken.is_empty()).then_some((out, taken))
}

/// Whether what stands behind this stands in the call of an aggregate.
fn in_aggregate(before: &str) -> bool {
    let mut closed = 0;
    for (at, c) in before.char_indices().rev() {
        match c {
            ')' => closed += 1,
            '(' if closed > 0 => closed -= 1,
            '(' => {
                let name = before[..at].rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
                if !["", "previous", "growth", "streak", "year_ago", "coalesce", "clamp", "abs", "round"]
                    .contains(&name)
                {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

fn shape(name: &str, table: &Table, ty: impl Fn(&TypeKind) -> String) -> Block {
    let members = table.columns.iter().map(|column| {
        let marks = if column.time.is_some() { " time" } else { "" };
        let marks = if column.key.is_some() { " key" } else { marks };
        let optional = if column.ty.optional { "?" } else { "" };
        format!("k_{}: {}{optional}{marks}", column.name.text, ty(&column.ty.kind))
    });
    let mut members: Vec<String> = members.collect();
    members.extend(table.valid.iter().map(|v| format!("valid from k_{} to k_{}", v.from.text, v.to.text)));
    members.extend(table.as_of.iter().map(|name| format!("as of k_{}", name.text)));
    Block { head: format!("shape {name} {{"), members, tail: "}".to_owned() }
}

/// The case with its indicators bound to entries as far as they are about tables alone; how many are.
fn bound(case: &Case) -> (Case, usize) {
    let parsed = kpi_syntax::parse(FileId(0), &case.policy()).file;
    let mut tables = BTreeMap::new();
    let (mut rosters, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for item in &parsed.items {
        match &item.kind {
            ItemKind::Roster(table) | ItemKind::Source(table) => {
                if matches!(item.kind, ItemKind::Roster(_)) {
                    rosters.insert(table.name.text.clone());
                }
                tables.insert(table.name.text.clone(), table.clone());
            }
            ItemKind::Indicator(indicator) => {
                elsewhere.insert(indicator.name.text.clone());
            }
            // A dimension is the subject's column of it.
            ItemKind::Dimension(dimension) => {
                elsewhere.insert(dimension.name.text.clone());
            }
            // So is the key of a table that is not indexed.
            ItemKind::Param(param) if matches!(param.value, ByTable::By(_)) => {
                elsewhere.insert(format!("{}!", param.name.text));
            }
            ItemKind::View(view) => {
                elsewhere.insert(view.name.text.clone());
            }
            _ => {}
        }
    }
    let mut case = case.clone();
    let mut made = Vec::new();
    let mut count = 0;
    for block in &mut case.blocks {
        let Some(head) = block.head.strip_prefix("indicator ") else { continue };
        let Some(place) = block.members.iter().position(|member| member.starts_with("formula ")) else { continue };
        let formula = block.members[place].strip_prefix("formula ").unwrap();
        let Some((formula, taken)) = about_parameters(formula, &tables, &rosters, &elsewhere) else { continue };
        let name = head.split([' ', '{']).next().unwrap().to_owned();
        let word = |kind: &TypeKind| match kind {
            TypeKind::Named(name) => name.text.clone(),
            TypeKind::Reference(_) => "key".to_owned(),
        };
        let mut params = Vec::new();
        let mut args = Vec::new();
        for (place, table) in taken.iter().enumerate() {
            made.push(shape(&format!("shape_{name}_{place}"), table, word));
            params.push(format!("t{place}: shape_{name}_{place}"));
            let columns = table.columns.iter().map(|c| format!("k_{0} = {0}", c.name.text)).collect::<Vec<_>>();
            args.push(format!("{} {{ {} }}", table.name.text, columns.join(", ")));
        }
        let head = format!("indicator entry_{name}({}) {{", params.join(", "));
        made.push(Block { head, members: vec![format!("formula {formula}")], tail: "}".to_owned() });
        block.members.remove(place);
        let binding = format!(" = entry_{name}({})", args.join(", "));
        let at = block.head.rfind('{').unwrap_or(block.head.len());
        let (before, behind) = block.head.split_at(at);
        block.head = format!("{}{binding} {behind}", before.trim_end());
        count += 1;
    }
    case.blocks.extend(made);
    (case, count)
}

#[test]
fn what_is_bound_to_an_entry_is_what_the_entry_says() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    let (first, cases) = (number("KPI_SEED", 0), number("KPI_CASES", 250));
    let (mut tried, mut entries, mut refused) = (0, 0, Vec::new());
    for seed in first..first + cases {
        let case = Case::generate(seed, 1 + (seed % 3) as u32);
        let Ok(model) = check(&case.policy()) else { continue };
        let (other, count) = bound(&case);
        if count == 0 {
            continue;
        }
        let same = match check(&other.policy()) {
            Ok(same) => same,
            Err(why) => {
                refused.push(format!("seed {seed}: {why}\n{}", other.policy()));
                continue;
            }
        };
        let data = read(&model, &case.tables).unwrap();
        let period = |text: &str| model.policy.calendar.parse(text).unwrap();
        let (from, to) = (period(&case.from), period(&case.to));
        match (interpret(&model, &data, from, to), interpret(&same, &data, from, to)) {
            (Ok(expected), Ok(found)) => {
                if let Some(difference) = first_difference(&expected, &found) {
                    panic!("seed {seed}: {difference}\n{}\n{}", case.policy(), other.policy());
                }
            }
            (Err(expected), Err(found)) => assert_eq!(expected, found, "seed {seed}"),
            (expected, found) => panic!("seed {seed}: {:?}, {:?}", expected.err(), found.err()),
        }
        tried += 1;
        entries += count;
    }
    println!("{entries} entries in {tried} policies, {} refused", refused.len());
    for why in refused.iter().take(1) {
        println!("{why}");
    }
    assert!(entries >= 200, "{entries} entries in {tried} policies");
    assert!(refused.is_empty(), "{} refused", refused.len());
}
