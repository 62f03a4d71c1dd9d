//! Small policies and files for tests.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use kpi_base::{Diagnostic, FileId};
use kpi_check::model::{Model, TableId};
use kpi_plan::{Facts, PartFacts, Plan, Request, Roots};

use crate::{Input, Inputs, Options};

/// A policy with its plan and its data.
pub struct Fixture {
    pub model: Model,
    pub plan: Plan,
    pub inputs: Inputs,
}

/// A new file of this name in a folder of its own.
pub fn file(name: &str, text: &[u8]) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let place = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("kpi-engine-{}-{place}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A checked policy.
pub fn model(text: &str) -> Model {
    let parsed = kpi_syntax::parse(FileId(0), text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    let checked = kpi_check::check(&[parsed.file]);
    checked.model.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

impl Fixture {
    /// A policy judged from one period to another.
    pub fn new(policy: &str, from: &str, to: &str) -> Fixture {
        let model = model(policy);
        let period = |text| model.policy.calendar.parse(text).unwrap();
        let request = Request { data_until: None, from: period(from), to: period(to), roots: Roots::all(&model) };
        let plan = kpi_plan::plan(&model, &request);
        Fixture { model, plan, inputs: Inputs::new() }
    }

    /// The table of a name.
    pub fn table(&self, name: &str) -> TableId {
        self.model.tables.iter().find(|(_, t)| t.title.name == name).unwrap().0
    }

    /// Gives a table CSV files.
    pub fn csv(mut self, table: &str, texts: &[&str]) -> Fixture {
        let files = texts.iter().map(|text| file(&format!("{table}.csv"), text.as_bytes()).into()).collect();
        self.inputs.insert(self.table(table), Input::Files(files));
        self
    }

    /// Gives a table one file.
    pub fn path(mut self, table: &str, path: PathBuf) -> Fixture {
        self.inputs.insert(self.table(table), Input::Files(vec![path.into()]));
        self
    }

    /// Gives a table one CSV file of these bytes.
    pub fn bytes(mut self, table: &str, bytes: &[u8], encoding: Option<crate::Encoding>) -> Fixture {
        let path = file(&format!("{table}.csv"), bytes);
        let export = crate::Export { encoding, ..crate::Export::from(path) };
        self.inputs.insert(self.table(table), Input::Files(vec![export]));
        self
    }

    /// The facts.
    pub fn run(&self) -> Facts {
        crate::execute(&self.model, &self.plan, &self.inputs, &Options::default())
            .unwrap_or_else(|f| panic!("{}", words(&f)))
    }

    /// The findings of data that break their contracts, in words.
    pub fn fail(&self) -> String {
        match crate::execute(&self.model, &self.plan, &self.inputs, &Options::default()) {
            Ok(facts) => panic!("{facts:#?}"),
            Err(findings) => words(&findings),
        }
    }

    /// Sets rows aside until nothing more is found: the facts of what is left, and what is said of the others.
    pub fn run_without_bad_rows(&mut self) -> (Facts, String) {
        let mut quarantine = crate::Quarantine::default();
        while quarantine.set_aside(&self.model, &self.plan, &mut self.inputs).unwrap() {}
        (self.run(), words(&quarantine.findings(&self.model)))
    }

    /// The cube of a table, one line a row: key, period, values | parts.
    pub fn cube(&self, facts: &Facts, table: &str) -> String {
        let id = self.table(table);
        let mut out = String::new();
        for (cube, rows) in self.plan.cubes.iter().zip(&facts.cubes).filter(|(cube, _)| cube.table == id) {
            let roster = facts.rosters.iter().find(|r| Some(r.table) == cube.key_table);
            for row in 0..rows.keys.len() {
                let key = roster.and_then(|r| r.keys.get(rows.keys[row] as usize)).map_or("-", |k| k);
                let period = kpi_value::Period { kind: self.plan.from.kind, index: rows.periods[row] };
                out.push_str(&format!("{key} {}", self.model.policy.calendar.show(period)));
                for values in &rows.values {
                    out.push_str(&format!(" {}", value(values[row].as_ref())));
                }
                out.push_str(" |");
                for part in &rows.parts {
                    out.push_str(&match part {
                        PartFacts::Counts(counts) => format!(" {}", counts[row]),
                        PartFacts::Numbers(numbers) => {
                            format!(" {}", numbers[row].map_or("none".into(), |n| n.to_string()))
                        }
                        PartFacts::Values(values) => format!(" {}", value(values[row].as_ref())),
                    });
                }
                out.push('\n');
            }
        }
        out
    }
}

fn value(value: Option<&kpi_value::Value>) -> String {
    value.map_or("none".into(), crate::findings::value_words)
}

/// Findings, one a line, with the names of files only.
pub fn words(findings: &[Diagnostic]) -> String {
    let line = |finding: &Diagnostic| {
        let place = finding.place.clone().map(|mut place| {
            place.path = place.path.rsplit('/').next().unwrap_or_default().to_owned();
            format!(" [{place}]")
        });
        let help = finding.help.clone().map(|help| format!(" ({help})"));
        format!("{} {}{}{}", finding.code, finding.message, place.unwrap_or_default(), help.unwrap_or_default())
    };
    let text = findings.iter().map(line).collect::<Vec<_>>().join("\n");
    // Second places name whole paths.
    let folder = std::env::temp_dir().join(format!("kpi-engine-{}-", std::process::id()));
    let folder = folder.display().to_string();
    let mut parts = text.split(&folder);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('/').map_or(part, |(_, rest)| rest))
}
