//! Policies written in a test, and what is proven of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]
#![allow(dead_code, reason = "each test uses a part")]

use std::fmt::Write;

use kpi_base::{Diagnostic, Files, SourceFile};
use kpi_check::model::Model;
use kpi_prove::{Proofs, State, place_name, prove, show_range};

/// What the policies of the tests are about.
pub const GROUND: &str = r#"policy "Example" { edition 1, currency CNY, period month }
dimension role { host, planner }
dimension stage ordered { startup, growth, mature }
dimension severity { minor, severe }
roster team { id: text key, stage: stage }
roster staff { id: text key, role: role, team: -> team, salary: money ≥ 0 }
source live { id: text key, host: -> staff, started: datetime time, gmv: money ≥ 0, watched: duration ≥ 0, viewers: count }
source violation { who: -> staff, on: date time, level: severity }
source plan { who: -> staff, month: month time, gmv: money ≥ 0 }
indicator gmv { formula sum(live.gmv), target ≥ 10000元 }
indicator watch { formula sum(live.watched) / sum(live.viewers), target by team.stage { startup: ≥ 30s, else: ≥ 45s } }
indicator violations { formula count(violation), target ≤ 1, scoring deduct 50% per 1 }
"#;

pub fn model(text: &str) -> (Files, Model) {
    let mut files = Files::new();
    let id = files.add(SourceFile::new("policy.kpi", text));
    let parsed = kpi_syntax::parse(id, &files.get(id).unwrap().text);
    let checked = kpi_check::check(&[parsed.file]);
    let errors: Vec<&Diagnostic> =
        parsed.diagnostics.iter().chain(&checked.diagnostics).filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{}", shown(&files, errors));
    (files, checked.model.unwrap())
}

/// What is proven of a policy that begins with [`GROUND`].
pub fn proofs(text: &str) -> (Files, Model, Proofs) {
    let (files, model) = model(&format!("{GROUND}{text}"));
    let proofs = prove(&model);
    (files, model, proofs)
}

/// The state of each obligation in a word, and the findings.
pub fn states(text: &str) -> String {
    let (files, model, proofs) = proofs(text);
    let mut out = String::new();
    for (obligation, state) in model.obligations.iter().zip(&proofs.obligations) {
        let state = match state {
            State::Proven { cases } => format!("proven in {cases}"),
            State::Refuted(_) => "refuted".to_owned(),
            State::Undecided(_) => "undecided".to_owned(),
        };
        let _ = writeln!(out, "{}: {state}", files.text(obligation.span));
    }
    out + &shown(&files, &proofs.findings)
}

/// The bounds of every result, with what reaches them.
pub fn bounds(text: &str) -> String {
    let (_, model, proofs) = proofs(text);
    let mut out = String::new();
    for bounds in &proofs.bounds {
        let of = bounds.base.as_ref().map(|base| format!(" × {base}")).unwrap_or_default();
        let range = show_range(&model, bounds.range, bounds.ty);
        let _ = writeln!(out, "{}: {range}{of}", place_name(&model, &bounds.place));
        for (end, reached) in ["lowest", "highest"].iter().zip(&bounds.reached) {
            let Some(reached) = reached else {
                let _ = writeln!(out, "  {end}: not reached");
                continue;
            };
            let inputs: Vec<String> = reached.inputs.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let _ = writeln!(out, "  {end}: {} {}", reached.case, inputs.join(", "));
        }
    }
    out
}

pub fn shown<'d>(files: &Files, found: impl IntoIterator<Item = &'d Diagnostic>) -> String {
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
    }
    out
}
