//! The text of a policy to its model, and the tables of its own tests to the facts of a plan.

#![allow(clippy::expect_used, dead_code, reason = "each test takes what it needs")]

use kpi_base::{Files, SourceFile};
use kpi_check::model::Model;
use kpi_plan::{Facts, Plan, Request, Roots};
use kpi_results::Derivation;
use kpi_testkit::Data;
use kpi_value::Period;

use crate::answer::answer;

/// A policy that is checked and has no faults.
pub struct Policy {
    pub files: Files,
    pub model: Model,
}

impl Policy {
    pub fn new(text: &str) -> Policy {
        let mut files = Files::new();
        let id = files.add(SourceFile::new("policy.kpi", text));
        let parsed = kpi_syntax::parse(id, text);
        assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
        let checked = kpi_check::check(std::slice::from_ref(&parsed.file));
        let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        Policy { files, model: checked.model.expect("a policy without errors has a model") }
    }

    pub fn period(&self, text: &str) -> Period {
        self.model.policy.calendar.parse(text).unwrap()
    }

    /// The plan for everything in October 2026.
    pub fn plan(&self) -> Plan {
        let month = self.period("2026-10");
        kpi_plan::plan(
            &self.model,
            &Request { data_until: None, from: month, to: month, roots: Roots::all(&self.model) },
        )
    }

    /// The facts that the tables of a test of the policy come to.
    pub fn facts(&self, plan: &Plan, test: &str) -> Facts {
        let test = self.model.tests.iter().find(|t| t.name == test).expect("a test of this name");
        answer(&self.model, plan, &Data::of_test(&self.model, test))
    }
}

/// Derivations as an indented text, one line a number.
pub fn tree(derivations: &[Derivation], depth: usize, out: &mut String) {
    use std::fmt::Write;
    for one in derivations {
        let value = one.value.as_ref().map_or("no data".to_owned(), |v| format!("{} {}", v.value, v.unit));
        let rows = one.rows.map(|rows| format!(" [{rows} rows]")).unwrap_or_default();
        let left_out =
            one.left_out.iter().map(|out| format!(" [{} left out: {}]", out.rows, out.label)).collect::<String>();
        let note = one.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        writeln!(out, "{}{:?} {} = {value}{rows}{left_out}{note}", "  ".repeat(depth), one.step, one.what).unwrap();
        tree(&one.from, depth + 1, out);
    }
}
