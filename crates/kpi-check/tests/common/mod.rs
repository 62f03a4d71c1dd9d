//! Checks policies written in a test and renders what is found.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(dead_code, reason = "each test uses a part")]

use std::fmt::Write;

use kpi_base::{Diagnostic, Files, SourceFile};
use kpi_check::model::{self, Model};

/// A policy that is sound, on which the cases build.
pub const GROUND: &str = r#"policy "Example" { edition 1, currency CNY, period month }
dimension role { host, planner }
dimension stage ordered { startup, growth, mature }
dimension severity { minor, severe }
roster team { id: text key, stage: stage, region: text }
roster staff { id: text key, name: text label, role: role, team: -> team, mentor: -> staff?, salary: money, joined: date, bonus: money? }
source live {
  id: text key
  host: -> staff subject
  floor: -> staff
  started: datetime time
  gmv: money
  watched: duration
  viewers: count
  likes: count?
}
source violation { who: -> staff, on: date time, level: severity, seen: date? }
source plan { who: -> staff, month: month time, gmv: money }
source market { on: date time, size: money, price: money }
"#;

/// Parses and checks; the findings of the parser come first.
pub fn check(text: &str) -> (Files, Option<Model>, Vec<Diagnostic>) {
    let mut files = Files::new();
    let id = files.add(SourceFile::new("policy.kpi", text));
    let parsed = kpi_syntax::parse(id, &files.get(id).unwrap().text);
    let checked = kpi_check::check(&[parsed.file]);
    let mut diagnostics = parsed.diagnostics;
    diagnostics.extend(checked.diagnostics);
    (files, checked.model, diagnostics)
}

/// What is found in a policy that begins with [`GROUND`], but for warnings of what is unused.
pub fn findings(text: &str) -> String {
    let text = format!("{GROUND}{text}");
    let (files, _, found) = check(&text);
    render(&files, found.iter().filter(|d| d.code.name() != "K1004"))
}

/// Each case with what is found in it.
pub fn all_findings<'c>(cases: impl IntoIterator<Item = &'c str>) -> String {
    let mut out = String::new();
    for case in cases {
        let _ = writeln!(out, "{case}\n{}", findings(case));
    }
    out
}

/// Each formula, as that of an indicator on a card for staff, with what is found in it.
pub fn formulas<'c>(formulas: impl IntoIterator<Item = &'c str>) -> String {
    let mut out = String::new();
    for formula in formulas {
        let _ = writeln!(out, "{formula}\n{}", findings(&on_card(formula)));
    }
    out
}

/// An indicator `it` of this formula, watched on a card.
pub fn on_card(formula: &str) -> String {
    format!(
        "indicator it {{ formula {formula} }}\nindicator one {{ formula count(live), target ≥ 1 }}\nscorecard card for staff {{ one weight 100%, it watch }}\n"
    )
}

/// The typed formula of [`on_card`], which must be sound.
pub fn typed(formula: &str) -> model::Expr {
    let (files, model, found) = check(&format!("{GROUND}{}", on_card(formula)));
    let Some(model) = model else { panic!("{formula}:\n{}", render(&files, &found)) };
    model.indicators.iter().find(|(_, i)| i.title.name == "it").unwrap().1.formula.clone()
}

pub fn render<'d>(files: &Files, found: impl IntoIterator<Item = &'d Diagnostic>) -> String {
    let mut out = String::new();
    for d in found {
        let _ = writeln!(out, "  {} {}", d.code, d.message);
        for label in &d.labels {
            let shown = files.text(label.span).replace('\n', "⏎");
            let _ = writeln!(out, "    at `{shown}`: {}", label.text);
        }
        if let Some(help) = &d.help {
            let _ = writeln!(out, "    help: {help}");
        }
        for fix in &d.fixes {
            let edits: Vec<_> = fix.edits.iter().map(|e| format!("`{}` → `{}`", files.text(e.span), e.text)).collect();
            let _ = writeln!(out, "    fix: {}: {}", fix.title, edits.join(", "));
        }
    }
    if out.is_empty() { "  sound\n".to_owned() } else { out }
}
