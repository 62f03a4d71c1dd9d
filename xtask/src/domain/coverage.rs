//! `docs/domain-coverage.md`: which statement answers which row, and the test that would notice another.

use std::fmt::Write;

use super::rows::{Place, Row};
use super::trial::{Fate, Trial};

/// The five systems, by their number.
const SYSTEMS: &[(&str, &str)] = &[
    ("1", "Operations assistant"),
    ("2", "Three-layer KPI library"),
    ("3", "Private-domain operations assistant"),
    ("4", "Layered framework with interventions"),
    ("5", "Douyin live-commerce team"),
];

/// The page.
pub fn render(rows: &[Row], trials: &[Trial]) -> String {
    let mut out = String::from(
        "# What the domain asks, and who answers\n\n\
         Written by `cargo xtask mutate` from [domain-rows.toml](domain-rows.toml), from the `// domain:` comments of the example policies, and from what \
         became of mutants: each annotated statement is changed in one place after the other (an operator, a threshold by one unit of its last digit, a weight \
         moved to the next line, a condition dropped, an aggregate swapped), and the tests of its policy are run. A row counts if a policy test fails for every \
         change that is still a policy. Changes that `kpi check` refuses are no mutants; what a `require` says, only the checker can hold: there a refused \
         change counts.\n\n",
    );
    summary(&mut out, rows, trials);
    for (number, title) in SYSTEMS {
        let _ = writeln!(out, "\n## {number}. {title}\n");
        out.push_str("| row | asks | said by | noticed | a test that notices |\n|---|---|---|---:|---|\n");
        for row in rows.iter().filter(|row| row.system() == *number) {
            line(&mut out, row, trials);
        }
    }
    equivalents(&mut out, trials);
    out
}

/// Whether a row counts: every statement that names it does, and there is one; or a test shows it.
fn counts(row: &Row, trials: &[Trial]) -> bool {
    let mut of = of(row, trials).peekable();
    match row.place() {
        Place::Policy => of.peek().is_some() && of.all(Trial::counts),
        Place::Shown(_) => true,
        Place::Advice(_) => false,
    }
}

fn of<'a>(row: &'a Row, trials: &'a [Trial]) -> impl Iterator<Item = &'a Trial> {
    trials.iter().filter(|trial| trial.statement.ids.contains(&row.id))
}

fn summary(out: &mut String, rows: &[Row], trials: &[Trial]) {
    out.push_str("| system | rows | count | advice | mutants | noticed |\n|---|---:|---:|---:|---:|---:|\n");
    for (number, title) in SYSTEMS {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.system() == *number).collect();
        let advice = rows.iter().filter(|row| matches!(row.place(), Place::Advice(_))).count();
        let count = rows.iter().filter(|row| counts(row, trials)).count();
        let belongs = |trial: &&Trial| trial.statement.ids.iter().any(|id| id.split('.').next() == Some(*number));
        let of: Vec<&Trial> = trials.iter().filter(belongs).filter(|trial| !trial.statement.is_requirement()).collect();
        let noticed: usize = of.iter().map(|trial| trial.count(is_noticed)).sum();
        let open: usize = of.iter().map(|trial| trial.count(is_open)).sum();
        let share = if noticed + open == 0 { "–".to_owned() } else { percent(noticed, noticed + open) };
        let asked = rows.len() - advice;
        let _ = writeln!(out, "| {number}. {title} | {asked} | {count} | {advice} | {} | {share} |", noticed + open);
    }
}

fn is_noticed(fate: &Fate) -> bool {
    matches!(fate, Fate::Noticed(_))
}

fn is_open(fate: &Fate) -> bool {
    matches!(fate, Fate::Survived | Fate::NotEquivalent(_))
}

/// A share in whole percent, never rounded up to 100%.
fn percent(part: usize, whole: usize) -> String {
    format!("{}%", part * 100 / whole)
}

fn line(out: &mut String, row: &Row, trials: &[Trial]) {
    let Row { id, asks, .. } = row;
    let asks = cell(asks);
    let of: Vec<&Trial> = of(row, trials).collect();
    let _ = match row.place() {
        Place::Advice(why) => writeln!(out, "| {id} | {asks} | advice: {} | | |", cell(why)),
        Place::Shown(test) => writeln!(out, "| {id} | {asks} | kpi itself | | {} |", cell(test)),
        Place::Policy if of.is_empty() => writeln!(out, "| {id} | {asks} | not yet | | |"),
        Place::Policy => {
            let said: Vec<String> =
                of.iter().map(|t| format!("`{}` {}", cell(&t.statement.name), cell(&t.statement.file))).collect();
            let tested = || of.iter().filter(|trial| !trial.statement.is_requirement());
            let noticed: usize = tested().map(|trial| trial.count(is_noticed)).sum();
            let open: usize = tested().map(|trial| trial.count(is_open)).sum();
            let test = of.iter().flat_map(|trial| &trial.fates).find_map(|(_, fate)| match fate {
                Fate::Noticed(name) => Some(cell(name)),
                _ => None,
            });
            let (share, test) = match of.iter().all(|trial| trial.statement.is_requirement()) {
                true => (String::new(), "the checker".to_owned()),
                false => (format!("{noticed} of {}", noticed + open), test.unwrap_or_default()),
            };
            writeln!(out, "| {id} | {asks} | {} | {share} | {test} |", said.join("<br>"))
        }
    };
}

/// A text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// What the policies say means the same.
fn equivalents(out: &mut String, trials: &[Trial]) {
    let mut lines: Vec<String> = Vec::new();
    for trial in trials {
        for (mutant, fate) in &trial.fates {
            if let Fate::Equivalent(why) = fate {
                lines
                    .push(format!("- `{}` {}: {}: {why}\n", trial.statement.name, trial.statement.file, mutant.change));
            }
        }
    }
    if !lines.is_empty() {
        out.push_str("\n## Changes that mean the same\n\nNot counted, each for the reason that stands beside it in the policy.\n\n");
        out.push_str(&lines.concat());
    }
}
